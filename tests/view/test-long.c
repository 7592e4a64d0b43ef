/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A day of silence with clicks: none is lost at whole-file zoom (an hour of it in checked builds, which are ten and
 * more times as slow).  And a recording that shrinks while it is shown. */
#include "audio/sb-file-source.h"
#include "dsp/sb-colormap.h"
#include "sb-test.h"
#include "view/sb-spectrogram.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 44100, N_CLICKS = 3, WIDTH = 1600, HEIGHT = 120 };

/* Silence of any length with a few single samples at −20 dBFS. */
typedef struct {
  SbSource parent;
  int64_t clicks[N_CLICKS];
} Silence;

static bool
silence_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  const Silence *silence = (const Silence *) source;
  memset (out, 0, sizeof *out * (size_t) n);
  for (int i = 0; i < N_CLICKS; i++)
    if (silence->clicks[i] >= pos && silence->clicks[i] < pos + n)
      out[silence->clicks[i] - pos] = 0.1f;
  return true;
}

static void
silence_finalize (SbSource *source)
{
  g_free (source);
}

static const SbSourceClass silence_class = {.read = silence_read, .finalize = silence_finalize};

static void
test_clicks_of_a_day (void)
{
  double hours = g_getenv ("SB_SLOW_BUILD") ? 1 : 24;
  int64_t n = (int64_t) (hours * 3600) * RATE;
  g_autoptr (GRand) rand = g_rand_new ();
  guint32 seed = g_rand_int (rand);
  g_rand_set_seed (rand, seed);
  g_test_message ("seed %u", seed);
  Silence *silence = g_new0 (Silence, 1);
  sb_source_init (&silence->parent, &silence_class, RATE, 1, n);
  for (int i = 0; i < N_CLICKS; i++)
    silence->clicks[i] = (int64_t) (g_rand_double (rand) * (double) (n - 1));
  g_autoptr (SbPool) pool = sb_pool_new (0);
  SbGrid grid = sb_grid_default (RATE);
  g_assert_cmpint (grid.n_fft, ==, 2048);
  GError *error = NULL;
  SbSpectrogram *s = sb_spectrogram_new (&silence->parent, &grid, pool, NULL, &error);
  g_assert_no_error (error);
  uint32_t lut[256];
  sb_colormap_lut (SB_COLORMAP_GREY, -120, 0, lut);
  g_autofree uint32_t *argb = g_new (uint32_t, WIDTH * HEIGHT);
  for (int scale = SB_SCALE_LINEAR; scale <= SB_SCALE_MEL; scale += SB_SCALE_MEL - SB_SCALE_LINEAR) {
    SbViewport view = {0, hours * 3600, 0, RATE / 2.0, (SbScale) scale, WIDTH, HEIGHT};
    sb_spectrogram_compose_exact (s, &view, lut, argb, WIDTH, NULL, &error);
    g_assert_no_error (error);
    for (int x = 0; x < WIDTH; x++) {
      bool wanted = false, near = false;
      for (int i = 0; i < N_CLICKS; i++) {
        double place = sb_viewport_x (&view, (double) silence->clicks[i] / RATE);
        wanted |= (int) floor (place) == x;
        near |= fabs (place - x - 0.5) < 1.6;
      }
      /* −20 dBFS over Σg/2 = 512: −74 dB a bin where the window is full, −80 half a hop aside */
      const uint32_t *px = argb + HEIGHT / 2 * WIDTH;
      uint32_t grey = px[x] & 0xff, left = px[MAX (x - 1, 0)] & 0xff, right = px[MIN (x + 1, WIDTH - 1)] & 0xff;
      if (wanted) /* the column that holds it may have its centre in the next pixel */
        g_assert_cmpuint (MAX (grey, MAX (left, right)), >, (guint) (255 * (120 - 84) / 120.0));
      else if (!near)
        g_assert_cmpuint (grey, ==, lut[0] & 0xff);
    }
  }
  sb_spectrogram_free (s);
  sb_source_unref (&silence->parent);
}

static void
put (GByteArray *bytes, const char *tag, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (bytes, (const guint8 *) tag, 4);
  g_byte_array_append (bytes, (const guint8 *) &value, 4);
}

/* 16-bit mono noise. */
static char *
write_wav (const char *name, int64_t n)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  static const guint8 format[] = {1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0};
  put (bytes, "RIFF", (guint32) (36 + 2 * n));
  g_byte_array_append (bytes, (const guint8 *) "WAVE", 4);
  put (bytes, "fmt ", 16);
  g_byte_array_append (bytes, format, sizeof format);
  put (bytes, "data", (guint32) (2 * n));
  guint32 state = 1;
  for (int64_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    guint8 sample[] = {(guint8) (state >> 16), (guint8) (state >> 27)};
    g_byte_array_append (bytes, sample, 2);
  }
  char *path = sb_test_path (name);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  return path;
}

/* What is cached stays, what is asked for anew comes coarser, one sentence tells why, nothing waits. */
static void
test_shrinks (void)
{
  int64_t n = 8000 * 300;
  g_autofree char *path = write_wav ("shrinks.wav", n);
  GError *error = NULL;
  g_autoptr (SbSource) source = sb_file_source_new (path, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (SbPool) pool = sb_pool_new (2);
  SbSpectrogramLook look;
  sb_spectrogram_look_init (&look, &(SbGrid){2048, 16, SB_WINDOW_HANN}); /* so fine that only tiles have it all */
  SbSpectrogram *s = sb_spectrogram_new_look (source, &look, pool, NULL, NULL, &error);
  g_assert_no_error (error);
  uint32_t lut[256];
  sb_colormap_lut (SB_COLORMAP_GREY, -120, 0, lut);
  static uint32_t before[200 * 50], after[200 * 50];
  SbViewport all = {0, 300, 0, 4000, SB_SCALE_LINEAR, 200, 50}, near = all;
  sb_spectrogram_compose_exact (s, &all, lut, before, 200, NULL, &error);
  g_assert_null (sb_spectrogram_take_problem (s));
  g_assert_cmpint (truncate (path, 1000), ==, 0);
  near.from_s = 100;
  near.to_s = 100.5;
  for (int round = 0; round < 20; round++) {
    SbComposed composed = sb_spectrogram_compose (s, &near, 0, 200, lut, after, 200, true);
    g_assert_cmpint (composed.missing, ==, 0);
    sb_pool_wait (pool, s);
    if (round == 19)
      g_assert_cmpint (composed.coarse, ==, 0); /* it does not ask for ever */
  }
  int dark = 0;
  for (int i = 0; i < 200 * 50; i++)
    dark += (after[i] & 0xff) < 40;
  g_assert_cmpint (dark, <, 200 * 50 / 20); /* the noise is still there */
  g_autofree char *problem = sb_spectrogram_take_problem (s);
  g_assert_nonnull (strstr (problem, "shrinks.wav"));
  g_assert_null (sb_spectrogram_take_problem (s));
  sb_spectrogram_compose (s, &all, 0, 200, lut, after, 200, true);
  g_assert_cmpmem (after, sizeof after, before, sizeof before);
  sb_spectrogram_free (s);
}

/* The recording is gone, and only then is it looked at otherwise: with longer and shorter windows, far from and
 * near. */
static void
test_another_look (void)
{
  static const SbGrid grids[] = {
      {64, 16, SB_WINDOW_HANN}, {512, 128, SB_WINDOW_BLACKMAN}, {4096, 1024, SB_WINDOW_HANN}};
  int64_t n = 8000 * 30;
  static uint32_t truth[300 * 60], seen[300 * 60];
  uint32_t lut[256];
  sb_colormap_lut (SB_COLORMAP_GREY, -120, 0, lut);
  for (int i = 0; i < 6; i++) {
    g_autofree char *path = write_wav ("another.wav", n);
    GError *error = NULL;
    g_autoptr (SbSource) source = sb_file_source_new (path, NULL, &error);
    SbGrid usual = {512, 128, SB_WINDOW_HANN};
    SbSpectrogram *s = sb_spectrogram_new (source, &usual, NULL, NULL, &error);
    SbViewport all = {0, 30, 0, 4000, SB_SCALE_LINEAR, 300, 60}, near = all;
    near.from_s = 20;
    near.to_s = 21;
    sb_spectrogram_compose_exact (s, &all, lut, truth, 300, NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpint (truncate (path, 8000), ==, 0);
    SbSpectrogramLook look;
    sb_spectrogram_look_init (&look, &grids[i / 2]);
    SbSpectrogram *other = sb_spectrogram_new_look (source, &look, NULL, NULL, NULL, &error);
    g_assert_no_error (error);
    sb_spectrogram_set_fallback (other, s);
    sb_spectrogram_free (s); /* it is still there for whoever falls back on it */
    sb_spectrogram_compose_exact (other, i % 2 ? &near : &all, lut, seen, 300, NULL, &error);
    g_assert_no_error (error);
    double mean[2] = {0, 0};
    int dark = 0;
    for (int at = 0; at < 300 * 60; at++) {
      mean[0] += (truth[at] & 0xff) / 18000.0;
      mean[1] += (seen[at] & 0xff) / 18000.0;
      dark += (seen[at] & 0xff) < 40;
    }
    g_test_message ("n_fft %d, %s: brightness %.1f, of another look %.1f, %d dark", look.grid.n_fft,
                    i % 2 ? "near" : "whole", mean[0], mean[1], dark);
    g_assert_cmpfloat (fabs (mean[0] - mean[1]), <, 25); /* noise reads 12 dB lower from 64 to 512; 255 are 120 dB */
    g_assert_cmpint (dark, <, 300 * 60 / 20);
    sb_spectrogram_free (other);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/long/clicks-of-a-day", test_clicks_of_a_day);
  g_test_add_func ("/long/shrinks", test_shrinks);
  g_test_add_func ("/long/another-look", test_another_look);
  return g_test_run ();
}
