/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Slice and measuring box on signals whose answers are known. */
#include "sb-test.h"
#include "view/sb-measure.h"
#include "view/sb-slice.h"

#include <math.h>

enum { RATE = 44100, SECONDS = 6, FRAMES = RATE * SECONDS };
#define TONE_HZ 3217.3
#define TONE_DB (-20.0)

static double
gauss (GRand *rand)
{
  double sum = 0;
  for (int i = 0; i < 12; i++)
    sum += g_rand_double (rand);
  return sum - 6;
}

/* White noise of RMS `noise`, and a tone between 2 s and 4 s. */
static SbSource *
tone_in_noise (double noise, int channels)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autofree float *x = g_new (float, (gsize)FRAMES *channels);
  for (int i = 0; i < FRAMES; i++)
    for (int c = 0; c < channels; c++) {
      double tone = i >= 2 * RATE && i < 4 * RATE ? pow (10, TONE_DB / 20) * sin (2 * G_PI * TONE_HZ * i / RATE) : 0;
      x[i * channels + c] = (float)((c == channels - 1 ? tone : 0) + (noise > 0 ? noise * gauss (rand) : 0));
    }
  return sb_memory_source_new (x, FRAMES, channels, RATE);
}

static SbStft *
stft_for (SbGrid *grid)
{
  *grid = sb_grid_default (RATE);
  return sb_stft_new (grid, SB_PLAN_EXACT, NULL);
}

static void
test_box (void)
{
  SbGrid grid;
  g_autoptr (SbStft) stft = stft_for (&grid);
  g_autoptr (SbSource) source = tone_in_noise (0, 1);
  SbBox box = {1.5, 4.5, 2000, 5000};
  SbMeasurement m;
  g_assert_true (sb_measure (source, stft, &box, -1, &m, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (m.peak_hz, TONE_HZ, 0.1);
  g_assert_cmpfloat_with_epsilon (m.peak_db, TONE_DB, 0.05); /* a column whose window holds only tone */
  g_assert_cmpfloat (m.peak_s, >=, 1.97);
  g_assert_cmpfloat (m.peak_s, <=, 4.03);
  /* two of the three seconds are tone */
  g_assert_cmpfloat_with_epsilon (m.level_db, TONE_DB + 10 * log10 (2 / 3.0), 0.05);
  g_assert_cmpfloat_with_epsilon (m.energy_from_s, 2.1, 0.02);
  g_assert_cmpfloat_with_epsilon (m.energy_to_s, 3.9, 0.02);
  g_assert_cmpfloat_with_epsilon ((m.energy_low_hz + m.energy_high_hz) / 2, TONE_HZ, 15);
  g_assert_cmpfloat (m.energy_high_hz - m.energy_low_hz, <, 60);
  g_assert_true (isinf (m.snr_db) || m.snr_db > 60);
}

/* Band power of white noise: σ²·bandwidth/Nyquist; the tone's is A²/2. */
static void
test_snr (void)
{
  SbGrid grid;
  double noise = 0.05;
  g_autoptr (SbStft) stft = stft_for (&grid);
  g_autoptr (SbSource) source = tone_in_noise (noise, 1);
  SbBox box = {2, 4, 2500, 4500};
  SbMeasurement m;
  g_assert_true (sb_measure (source, stft, &box, -1, &m, NULL, NULL));
  double band = noise * noise * 2000 / (RATE / 2.0), tone = pow (10, TONE_DB / 10) / 2;
  g_test_message ("SNR %.2f dB, truth %.2f dB", m.snr_db, 10 * log10 (tone / band));
  g_assert_cmpfloat_with_epsilon (m.snr_db, 10 * log10 (tone / band), 0.5);
  g_assert_cmpfloat_with_epsilon (m.level_db, 10 * log10 (2 * (tone + band)), 0.2);
  SbBox noise_only = {0.5, 1.5, 6000, 9000};
  g_assert_true (sb_measure (source, stft, &noise_only, -1, &m, NULL, NULL));
  g_assert_cmpfloat (m.snr_db, <, -8);
  SbBox whole = {0, SECONDS, 3000, 3400}; /* no time around: bands above and below serve */
  g_assert_true (sb_measure (source, stft, &whole, -1, &m, NULL, NULL));
  band = noise * noise * 400 / (RATE / 2.0);
  g_assert_cmpfloat_with_epsilon (m.snr_db, 10 * log10 (tone / 3 / band), 1);
}

static void
test_channels_and_ends (void)
{
  SbGrid grid;
  g_autoptr (SbStft) stft = stft_for (&grid);
  g_autoptr (SbSource) source = tone_in_noise (0, 3);
  SbBox box = {2.2, 3.8, 2000, 5000}, point = {3, 3, TONE_HZ, TONE_HZ}, beyond = {90, 95, 1e6, 2e6},
        wrong = {3, 2, 0, 1};
  SbMeasurement m;
  g_assert_true (sb_measure (source, stft, &box, -1, &m, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (m.peak_db, TONE_DB, 0.02);
  g_assert_cmpfloat_with_epsilon (m.level_db, TONE_DB - 10 * log10 (3), 0.05);
  g_assert_true (sb_measure (source, stft, &box, 2, &m, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (m.level_db, TONE_DB, 0.05);
  g_assert_true (sb_measure (source, stft, &box, 0, &m, NULL, NULL));
  g_assert_true (isinf (m.level_db) && isinf (m.peak_db) && isnan (m.energy_low_hz));
  g_assert_true (sb_measure (source, stft, &point, -1, &m, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (m.peak_hz, TONE_HZ, 0.1);
  g_assert_true (sb_measure (source, stft, &beyond, -1, &m, NULL, NULL));
  g_autoptr (GError) error = NULL;
  g_assert_false (sb_measure (source, stft, &wrong, -1, &m, NULL, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_VALUE);
  g_autoptr (SbProgress) progress = sb_progress_new ();
  g_clear_error (&error);
  sb_progress_cancel (progress);
  g_assert_false (sb_measure (source, stft, &box, -1, &m, progress, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_CANCELLED);
}

static void
test_slice (void)
{
  SbGrid grid;
  g_autoptr (SbStft) stft = stft_for (&grid);
  g_autoptr (SbSource) source = tone_in_noise (0.001, 2);
  static const double spans[][2] = {{3, 3}, {2.2, 3.8}};
  for (size_t i = 0; i < G_N_ELEMENTS (spans); i++) {
    g_autoptr (SbSlice) slice = sb_slice_new (source, stft, spans[i][0], spans[i][1], -1, NULL, NULL);
    g_assert_cmpint (slice->n_bins, ==, 1025);
    g_assert_cmpint (slice->n_peaks, >=, 1);
    g_assert_cmpfloat_with_epsilon (slice->peaks[0].hz, TONE_HZ, 0.5);
    g_assert_cmpfloat_with_epsilon (slice->peaks[0].level_db, TONE_DB, 0.1);
    for (int p = 1; p < slice->n_peaks; p++)
      g_assert_cmpfloat (slice->peaks[p].level_db, <=, slice->peaks[p - 1].level_db);
    if (i == 1) /* averaged noise has no peaks of its own */
      g_assert_cmpint (slice->n_peaks, ==, 1);
  }
  g_autoptr (SbSlice) silent = sb_slice_new (source, stft, 0.5, 1.5, 0, NULL, NULL);
  g_assert_cmpint (silent->n_peaks, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure/box", test_box);
  g_test_add_func ("/measure/snr", test_snr);
  g_test_add_func ("/measure/channels-and-ends", test_channels_and_ends);
  g_test_add_func ("/measure/slice", test_slice);
  return g_test_run ();
}
