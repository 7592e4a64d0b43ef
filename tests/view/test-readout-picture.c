/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The level under the pointer: a sine anywhere between two bins reads right. */
#include "view/sb-readout.h"

#include <math.h>

enum { RATE = 44100, N_FRAMES = 16384 };

static SbSource *
sine (double hz, double amplitude, int channels, int on_channel)
{
  float *frames = g_new0 (float, N_FRAMES * channels);
  for (int i = 0; i < N_FRAMES; i++)
    frames[i * channels + on_channel] = (float) (amplitude * sin (2 * G_PI * hz * i / RATE + .7));
  SbSource *source = sb_memory_source_new (frames, N_FRAMES, channels, RATE);
  g_free (frames);
  return source;
}

static void
test_sine (void)
{
  SbGrid grid = { .n_fft = 2048, .hop = 512, .window = SB_WINDOW_HANN };
  g_autoptr (SbStft) stft = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
  for (double hz = 100; hz < 21000; hz = hz * 1.1 + 3.7) {
    g_autoptr (SbSource) source = sine (hz, .5, 1, 0);
    SbReadout readout;
    g_assert_true (sb_readout (source, stft, &(SbPlace){.2, hz + 5, -1}, &readout, NULL));
    g_assert_cmpfloat_with_epsilon (readout.hz, hz, .1);
    g_assert_cmpfloat_with_epsilon (readout.level_db, 20 * log10 (.5), .02);
  }
}

static void
test_loudest_channel (void)
{
  SbGrid grid = sb_grid_default (RATE);
  g_autoptr (SbStft) stft = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
  g_autoptr (SbSource) source = sine (1000, .25, 3, 2);
  SbReadout readout;
  g_assert_true (sb_readout (source, stft, &(SbPlace){.2, 1000, -1}, &readout, NULL));
  g_assert_cmpfloat_with_epsilon (readout.level_db, 20 * log10 (.25), .02);
}

static void
test_silence_and_outside (void)
{
  SbGrid grid = sb_grid_default (RATE);
  g_autoptr (SbStft) stft = sb_stft_new (&grid, SB_PLAN_EXACT, NULL);
  g_autoptr (SbSource) source = sine (1000, 0, 1, 0);
  const double places[][2] = { { .2, 1000 }, { -5, -100 }, { 1e6, 1e6 }, { 0, 0 }, { .2, RATE / 2.0 } };
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++) {
    SbReadout readout;
    g_assert_true (sb_readout (source, stft, &(SbPlace){places[i][0], places[i][1], -1}, &readout, NULL));
    g_assert_cmpfloat (readout.level_db, ==, -INFINITY);
    g_assert_true (readout.hz >= 0 && readout.hz <= RATE / 2.0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/readout-picture/sine", test_sine);
  g_test_add_func ("/readout-picture/loudest-channel", test_loudest_channel);
  g_test_add_func ("/readout-picture/silence-and-outside", test_silence_and_outside);
  return g_test_run ();
}
