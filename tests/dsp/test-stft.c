/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/sb-stft.h"
#include "sb-test.h"

#include <math.h>
#include <string.h>

static const SbGrid grids[] = {
  { 2048, 512, SB_WINDOW_HANN }, { 1024, 256, SB_WINDOW_BLACKMANHARRIS }, { 501, 125, SB_WINDOW_HANN },
  { 1000, 300, SB_WINDOW_HAMMING }, { 64, 64, SB_WINDOW_RECT }, { 7, 2, SB_WINDOW_HANN }, { 2, 1, SB_WINDOW_RECT },
};

/* The definition, in double and without any FFT. */
static void
test_definition (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (grids); i++) {
    g_autoptr (SbStft) stft = sb_stft_new (&grids[i], SB_PLAN_EXACT, NULL);
    g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
    int n = grids[i].n_fft;
    g_autofree float *x = sb_test_noise (i, (gsize)n * 3, 1.0f);
    g_autofree double *g = g_new (double, n);
    sb_window_fill (grids[i].window, n, g);
    const float complex *X = sb_stft_forward (stft, scratch, x, 3);
    for (int k = 0; k < sb_stft_n_bins (stft); k += MAX (1, n / 16)) {
      double complex sum = 0.0;
      for (int t = 0; t < n; t++)
        sum += g[t] * x[t * 3] * cexp (-2.0 * I * G_PI * ((double)k * t / n));
      g_assert_cmpfloat (cabs (sum - X[k]), <, 2e-6 * n);
    }
  }
}

static void
test_linear_and_back (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (grids); i++) {
    g_autoptr (SbStft) stft = sb_stft_new (&grids[i], SB_PLAN_EXACT, NULL);
    g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
    int n = grids[i].n_fft;
    g_autofree float *x = sb_test_noise (7, (gsize)n, 1.0f);
    const float *g = sb_stft_window (stft);
    float complex *X = sb_stft_forward (stft, scratch, x, 1);
    const float *v = sb_stft_inverse (stft, scratch, X);
    for (int t = 0; t < n; t++)
      g_assert_cmpfloat_with_epsilon (v[t], g[t] * g[t] * x[t], 2e-6);
  }
}

static void
test_norm (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (grids); i++)
    for (int64_t n_frames = 1; n_frames < 5000; n_frames = n_frames * 3 + 1) {
      g_autoptr (SbStft) stft = sb_stft_new (&grids[i], SB_PLAN_EXACT, NULL);
      g_autofree float *norm = g_new (float, n_frames);
      g_autofree double *sum = g_new0 (double, n_frames), *g = g_new (double, grids[i].n_fft);
      sb_window_fill (grids[i].window, grids[i].n_fft, g);
      for (int64_t col = 0; col < sb_grid_n_cols (&grids[i], n_frames); col++)
        for (int t = 0; t < grids[i].n_fft; t++) {
          int64_t frame = sb_grid_col_start (&grids[i], col) + t;
          if (frame >= 0 && frame < n_frames)
            sum[frame] += g[t] * g[t];
        }
      sb_stft_norm (stft, n_frames, 0, n_frames, norm);
      for (int64_t frame = 0; frame < n_frames; frame++)
        g_assert_cmpfloat_with_epsilon (norm[frame], sum[frame], 1e-6 * (1.0 + sum[frame]));
    }
}

static void
test_non_finite (void)
{
  SbGrid grid = { 64, 16, SB_WINDOW_HANN };
  g_autoptr (SbStft) stft = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
  float x[64], zeroed[64];
  float complex expected[33];
  for (int i = 0; i < 64; i++)
    x[i] = zeroed[i] = sinf ((float)i);
  x[5] = NAN, x[9] = INFINITY, x[60] = -INFINITY;
  zeroed[5] = zeroed[9] = zeroed[60] = 0.0f;
  memcpy (expected, sb_stft_forward (stft, scratch, zeroed, 1), sizeof expected);
  g_assert_cmpmem (sb_stft_forward (stft, scratch, x, 1), sizeof expected, expected, sizeof expected);
}

/* A measured plan in the process must not change what an exact one gives. */
static void
test_exact_plans (void)
{
  SbGrid grid = { 2048, 512, SB_WINDOW_HANN };
  g_autofree float *x = sb_test_noise (3, 2048, 1.0f);
  g_autofree float complex *before = g_new (float complex, 1025);
  g_autoptr (SbStft) first = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (first);
  memcpy (before, sb_stft_forward (first, scratch, x, 1), sizeof (float complex) * 1025);
  g_autoptr (SbStft) measured = sb_stft_new (&grid, SB_PLAN_MEASURED, NULL);
  g_assert_nonnull (measured);
  g_autoptr (SbStft) again = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
  g_assert_cmpmem (sb_stft_forward (again, scratch, x, 1), sizeof (float complex) * 1025, before,
                   sizeof (float complex) * 1025);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stft/definition", test_definition);
  g_test_add_func ("/stft/forward-and-back", test_linear_and_back);
  g_test_add_func ("/stft/norm-counts-the-columns-that-are-there", test_norm);
  g_test_add_func ("/stft/non-finite-is-zero", test_non_finite);
  g_test_add_func ("/stft/exact-plans-repeat", test_exact_plans);
  return g_test_run ();
}
