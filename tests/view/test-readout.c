/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sine of known frequency and level, read back. */
#include "sb-test.h"
#include "view/sb-readout.h"

#include <math.h>

enum { RATE = 44100, FRAMES = 8192 };

static SbSource *
sine (double hz, double gain, double phase, int rate)
{
  float *x = g_new (float, FRAMES);
  for (int i = 0; i < FRAMES; i++)
    x[i] = (float)(gain * sin (2 * G_PI * hz * i / rate + phase));
  SbSource *source = sb_memory_source_new (x, FRAMES, 1, rate);
  g_free (x);
  return source;
}

/* The promise: any frequency at least 3 bins from 0 and Nyquist, within 0.1 Hz and 0.02 dB at 2048. */
static void
test_any_sine (void)
{
  SbGrid grid = sb_grid_default (RATE);
  g_autoptr (SbStft) stft = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260101);
  double bin_hz = (double)RATE / grid.n_fft, worst_hz = 0, worst_db = 0;
  g_assert_cmpint (grid.n_fft, ==, 2048);
  for (int i = 0; i < 3000; i++) {
    /* a third of them at the very ends of the promise, where the mirror is nearest */
    double from = 3 * bin_hz, to = RATE / 2.0 - 3 * bin_hz, near = 3 * bin_hz;
    double hz = i % 3 == 0   ? g_rand_double_range (rand, from, from + near)
                : i % 3 == 1 ? g_rand_double_range (rand, to - near, to)
                             : g_rand_double_range (rand, from, to);
    double db = g_rand_double_range (rand, -90, 0), phase = g_rand_double_range (rand, 0, 2 * G_PI);
    g_autoptr (SbSource) source = sine (hz, pow (10, db / 20), phase, RATE);
    SbReadout readout;
    g_assert_true (sb_readout (source, stft, &(SbPlace){0.08, hz, -1}, &readout, NULL));
    worst_hz = fmax (worst_hz, fabs (readout.hz - hz));
    worst_db = fmax (worst_db, fabs (readout.level_db - db));
  }
  g_test_message ("worst of 3000: %.2g Hz, %.2g dB", worst_hz, worst_db);
  g_assert_cmpfloat (worst_hz, <, 0.1);
  g_assert_cmpfloat (worst_db, <, 0.02);
  g_assert_cmpfloat (worst_hz, <, 0.002); /* the mirror is taken off: 0.037 Hz with it */
}

/* Magnitudes alone serve averaged slices: the same promise from 8 bins on. */
static void
test_magnitudes (void)
{
  SbGrid grid = sb_grid_default (RATE);
  g_autoptr (SbStft) stft = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  float x[2048], magnitude[1025];
  for (int i = 0; i < 300; i++) {
    double bin = g_rand_double_range (rand, 8, 1016), phase = g_rand_double_range (rand, 0, 2 * G_PI);
    for (int n = 0; n < 2048; n++)
      x[n] = (float)(0.25 * sin (2 * G_PI * bin * n / 2048 + phase));
    const float complex *X = sb_stft_forward (stft, scratch, x, 1);
    for (int k = 0; k < 1025; k++)
      magnitude[k] = cabsf (X[k]);
    SbPeakEstimate peak = sb_peak_estimate_magnitude (magnitude, &grid, sb_stft_window_sum (stft), (int)lround (bin));
    g_assert_cmpfloat_with_epsilon (peak.bin, bin, 0.1 * 2048 / RATE);
    g_assert_cmpfloat_with_epsilon (20 * log10 (peak.amplitude / 0.25), 0, 0.02);
  }
}

/* Silence, the ends of the axis and other windows answer with the bin, not with nonsense. */
static void
test_ends (void)
{
  static const SbWindowKind windows[] = {SB_WINDOW_HANN, SB_WINDOW_HAMMING, SB_WINDOW_BLACKMANHARRIS, SB_WINDOW_RECT};
  float zeros[4000] = {0}, ones[4000];
  for (int i = 0; i < 4000; i++)
    ones[i] = 0.5f;
  g_autoptr (SbSource) silence = sb_memory_source_new (zeros, 4000, 1, 8000),
                       dc = sb_memory_source_new (ones, 4000, 1, 8000);
  for (size_t w = 0; w < G_N_ELEMENTS (windows); w++) {
    SbGrid grid = {255, 64, windows[w]};
    g_autoptr (SbStft) stft = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
    SbReadout readout;
    g_assert_true (sb_readout (silence, stft, &(SbPlace){0.2, 1000, -1}, &readout, NULL));
    g_assert_true (isinf (readout.level_db) && readout.level_db < 0);
    g_assert_true (sb_readout (dc, stft, &(SbPlace){0.2, -5, -1}, &readout, NULL));
    g_assert_cmpfloat_with_epsilon (readout.level_db, 20 * log10 (0.5), 7); /* bin 0 or its neighbour */
    g_assert_true (sb_readout (dc, stft, &(SbPlace){99, 1e9, -1}, &readout, NULL));
    g_assert_false (isnan (readout.level_db) || isnan (readout.hz));
  }
}

/* Each channel speaks for itself; all together, the loudest. */
static void
test_channels (void)
{
  SbGrid grid = sb_grid_default (RATE);
  g_autoptr (SbStft) stft = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
  static const double gains[3] = {.01, .5, .1};
  g_autofree float *x = g_new (float, 3 * FRAMES);
  for (int i = 0; i < 3 * FRAMES; i++)
    x[i] = (float)(gains[i % 3] * sin (2 * G_PI * 1000 * (i / 3) / RATE));
  g_autoptr (SbSource) source = sb_memory_source_new (x, FRAMES, 3, RATE);
  for (int channel = -1; channel < 3; channel++) {
    SbReadout readout;
    g_assert_true (sb_readout (source, stft, &(SbPlace){.08, 1000, channel}, &readout, NULL));
    g_assert_cmpfloat_with_epsilon (readout.level_db, 20 * log10 (gains[channel < 0 ? 1 : channel]), .02);
  }
}

/* A peak within reach is found from beside it, and the slope of a stronger one out of reach is none. */
static void
test_reach (void)
{
  SbGrid grid = sb_grid_default (RATE);
  g_autoptr (SbStft) stft = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
  const double bin_hz = (double)RATE / grid.n_fft;
  g_autofree float *x = g_new (float, FRAMES);
  for (int i = 0; i < FRAMES; i++) /* 20 bins apart, the upper 40 dB stronger */
    x[i] = (float)(.001 * sin (2 * G_PI * 1000 * i / RATE) + .1 * sin (2 * G_PI * (1000 + 20 * bin_hz) * i / RATE));
  g_autoptr (SbSource) source = sb_memory_source_new (x, FRAMES, 1, RATE);
  SbReadout readout;
  g_assert_true (sb_readout (source, stft, &(SbPlace){.08, 1000 + 3.4 * bin_hz, -1, 4 * bin_hz}, &readout, NULL));
  g_assert_cmpfloat_with_epsilon (readout.hz, 1000, .5); /* the other reaches over */
  g_assert_true (readout.is_peak);
  g_assert_true (sb_readout (source, stft, &(SbPlace){.08, 1000 + 3.4 * bin_hz, -1, 18 * bin_hz}, &readout, NULL));
  g_assert_cmpfloat_with_epsilon (readout.hz, 1000 + 20 * bin_hz, .1);
  g_assert_true (sb_readout (source, stft, &(SbPlace){.08, 1000 + 17.4 * bin_hz, -1, 0}, &readout, NULL));
  g_assert_false (readout.is_peak);
  g_assert_true (sb_readout (source, stft, &(SbPlace){.08, 1000 + 14.4 * bin_hz, -1, 4 * bin_hz}, &readout, NULL));
  g_assert_cmpfloat (readout.hz, <, 1000 + 16 * bin_hz);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/readout/any-sine", test_any_sine);
  g_test_add_func ("/readout/magnitudes", test_magnitudes);
  g_test_add_func ("/readout/ends", test_ends);
  g_test_add_func ("/readout/channels", test_channels);
  g_test_add_func ("/readout/reach", test_reach);
  return g_test_run ();
}
