/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Level codes against libm's logarithm, and what full scale means. */
#include "dsp/sb-level.h"
#include "dsp/sb-stft.h"
#include <math.h>
#include <string.h>

/* Codes are rounded to half a step (0.314 dB); what goes beyond that is the error of our logarithm. */
static void
test_error_bound (void)
{
  enum { N = 200000 };
  g_autofree float complex *X = g_new (float complex, N);
  g_autofree uint8_t *codes = g_new (uint8_t, N);
  for (int i = 0; i < N; i++) /* −150 … +25 dBFS in steps of under a thousandth of a dB */
    X[i] = (float) (pow (10, (-150.0 + 175.0 * i / N) / 20) * 512) * (i % 2 ? 1.0f : I);
  sb_level_codes (X, N, 2 * N - 1, 1024, codes); /* odd n_fft: no Nyquist */
  double worst = 0;
  for (int i = 1; i < N; i++) {
    double db = 20 * log10 (cabsf (X[i]) / 512.0);
    double code = CLAMP (sb_level_db_to_code (db), 0, 255);
    double error = fabs (code - codes[i]) * SB_LEVEL_STEP_DB - SB_LEVEL_STEP_DB / 2;
    worst = fmax (worst, error);
  }
  g_test_message ("beyond rounding: %.4f dB", worst);
  g_assert_cmpfloat (worst, <, 0.05);
}

static void
test_extremes (void)
{
  float complex X[5] = {0, 0, 1e-30f, 1e30f, INFINITY};
  uint8_t codes[5];
  sb_level_codes (X, 5, 8, 4, codes);
  g_assert_cmpint (codes[0], ==, 0);
  g_assert_cmpint (codes[1], ==, 0);
  g_assert_cmpint (codes[2], ==, 0);
  g_assert_cmpint (codes[3], ==, 255);
  g_assert_cmpint (codes[4], ==, 255);
}

static uint8_t
code_of_sine (const SbGrid *grid, int bin, int read_bin)
{
  g_autoptr (SbStft) stft = sb_stft_new (grid, SB_PLAN_EXACT, NULL);
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
  g_autofree float *x = g_new (float, grid->n_fft);
  g_autofree uint8_t *codes = g_malloc (sb_stft_n_bins (stft));
  for (int i = 0; i < grid->n_fft; i++)
    x[i] = (float) cos (2 * G_PI * bin * i / grid->n_fft);
  float complex *X = sb_stft_forward (stft, scratch, x, 1);
  sb_level_codes (X, sb_stft_n_bins (stft), grid->n_fft, sb_stft_window_sum (stft), codes);
  return codes[read_bin];
}

static void
test_full_scale (void)
{
  int zero = (int) lrint (sb_level_db_to_code (0));
  for (int window = SB_WINDOW_HANN; window <= SB_WINDOW_RECT; window++)
    for (int n_fft = 63; n_fft <= 4096; n_fft = n_fft * 2 + (n_fft % 3)) {
      SbGrid grid = {n_fft, n_fft / 4, (SbWindowKind) window};
      int n_bins = sb_grid_n_bins (&grid);
      g_assert_cmpint (code_of_sine (&grid, n_bins / 2, n_bins / 2), ==, zero);
      /* a constant 1 at DC and ±1 alternating at Nyquist are full scale too */
      g_assert_cmpint (code_of_sine (&grid, 0, 0), ==, zero);
      if (n_fft % 2 == 0)
        g_assert_cmpint (code_of_sine (&grid, n_fft / 2, n_fft / 2), ==, zero);
    }
}

static void
test_not_finite (void)
{
  SbGrid grid = {64, 16, SB_WINDOW_HANN};
  g_autoptr (SbStft) stft = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
  float x[64];
  uint8_t codes[33];
  for (int i = 0; i < 64; i++)
    x[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
  sb_level_codes (sb_stft_forward (stft, scratch, x, 1), 33, 64, sb_stft_window_sum (stft), codes);
  for (int i = 0; i < 33; i++)
    g_assert_cmpint (codes[i], ==, 0);
}

static void
test_conversions (void)
{
  for (int code = 0; code < 256; code++)
    g_assert_cmpfloat_with_epsilon (sb_level_db_to_code (sb_level_code_to_db (code)), code, 1e-9);
  g_assert_cmpfloat (sb_level_code_to_db (0), ==, -140.0);
  g_assert_cmpfloat_with_epsilon (sb_level_code_to_db (255), 20.0, 1e-9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/level/codes/error-bound", test_error_bound);
  g_test_add_func ("/level/codes/extremes", test_extremes);
  g_test_add_func ("/level/codes/full-scale-is-0-db", test_full_scale);
  g_test_add_func ("/level/codes/non-finite-is-silence", test_not_finite);
  g_test_add_func ("/level/conversions", test_conversions);
  return g_test_run ();
}
