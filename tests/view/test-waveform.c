/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ranges against brute force, at each zoom, and after a change. */
#include "sb-test.h"
#include "view/sb-spectrogram.h"
#include "view/sb-waveform-private.h"
#include <math.h>
#include <pthread.h>

#define RATE 8000

static float *
noise (int64_t n, int channels, uint32_t seed)
{
  float *x = g_new (float, n * channels);
  for (int64_t i = 0; i < n * channels; i++) {
    seed = seed * 1664525u + 1013904223u;
    x[i] = (float) (seed >> 8) / 8388608.0f - 1.0f;
  }
  return x;
}

static void
brute (const float *x, int64_t n, int channels, int64_t from, int64_t to, float *min, float *max)
{
  *min = INFINITY;
  *max = -INFINITY;
  for (int64_t i = CLAMP (from, 0, n) * channels; i < CLAMP (to, 0, n) * channels; i++) {
    *min = fminf (*min, x[i]);
    *max = fmaxf (*max, x[i]);
  }
}

static void
settle (SbPool *pool, SbWaveform *w, double from_s, double to_s)
{
  float min[64], max[64];
  for (int i = 0; i < 3; i++) {
    sb_waveform_read (w, from_s, to_s, 64, min, max);
    sb_pool_wait (pool, w);
  }
}

/* A pixel shows at least its own frames, and nothing beyond the blocks they lie in. */
static void
check (SbPool *pool, SbWaveform *w, const float *x, int64_t n, int channels)
{
  for (int64_t frames_per_px = 1; frames_per_px < n; frames_per_px *= 5) {
    enum { PX = 50 };
    float min[PX], max[PX], low, high;
    int64_t from = n / 3;
    double from_s = (double) from / RATE, to_s = (double) (from + PX * frames_per_px) / RATE;
    settle (pool, w, from_s, to_s);
    sb_waveform_read (w, from_s, to_s, PX, min, max);
    int64_t slack = frames_per_px < 256 ? 1 : 256;
    for (int i = 0; i < PX; i++) {
      int64_t first = from + i * frames_per_px, end = first + frames_per_px;
      if (first + 1 >= n)
        continue;
      brute (x, n, channels, first + 1, end - 1, &low, &high);
      g_assert_cmpfloat (min[i], <=, low);
      g_assert_cmpfloat (max[i], >=, high);
      brute (x, n, channels, first - slack, end + slack, &low, &high);
      /* blocks are kept in steps of 1/4096, rounded outwards */
      g_assert_cmpfloat (min[i], >, low - 1 / 4096.0f);
      g_assert_cmpfloat (max[i], <, high + 1 / 4096.0f);
    }
  }
}

static void
test_ranges (void)
{
  g_autoptr (SbPool) pool = sb_pool_new (2);
  for (int channels = 1; channels <= 3; channels++) {
    int64_t n = 700001;
    g_autofree float *x = noise (n, channels, 7);
    g_autoptr (SbSource) source = sb_memory_source_new (x, n, channels, RATE);
    SbWaveform *w = sb_waveform_new (source, pool, NULL);
    check (pool, w, x, n, channels);
    x[n / 2 * channels] = 5;
    g_autoptr (SbSource) changed = sb_memory_source_new (x, n, channels, RATE);
    sb_waveform_set_source (w, changed, n / 2, n / 2 + 1);
    check (pool, w, x, n, channels);
    sb_waveform_free (w);
  }
}

typedef struct {
  pthread_mutex_t lock;
  int64_t from, to;
} Heard;

static void
hear (void *data, int64_t from, int64_t to)
{
  Heard *heard = data;
  pthread_mutex_lock (&heard->lock);
  heard->from = MIN (heard->from, from);
  heard->to = MAX (heard->to, to);
  pthread_mutex_unlock (&heard->lock);
}

/* A stroke on samples that are in sight: change upon change, each only told and read where it is. */
static void
test_strokes (void)
{
  enum { PX = 200 };
  g_autoptr (SbPool) pool = sb_pool_new (2);
  int64_t n = 700001, seen_from = 300000, seen_n = PX * 40;
  g_autofree float *x = noise (n, 1, 3);
  g_autoptr (SbSource) source = sb_memory_source_new (x, n, 1, RATE);
  SbWaveform *w = sb_waveform_new (source, pool, NULL);
  double from_s = (double) seen_from / RATE, to_s = (double) (seen_from + seen_n) / RATE;
  settle (pool, w, from_s, to_s);
  Heard heard = {.from = INT64_MAX};
  pthread_mutex_init (&heard.lock, NULL);
  sb_waveform_set_notify (w, hear, &heard);
  for (int i = 0; i < 40; i++) {
    int64_t at = seen_from + 1000 + i * 100;
    for (int k = 0; k < 100; k++)
      x[at + k] *= 2;
    SbSource *changed = sb_memory_source_new (x, n, 1, RATE);
    sb_waveform_set_source (w, changed, at, at + 100);
    sb_source_unref (changed);
    if (i % 7 == 0)
      sb_pool_wait (pool, w);
  }
  sb_pool_wait (pool, w);
  float min[PX], max[PX], low, high;
  sb_waveform_read (w, from_s, to_s, PX, min, max);
  for (int i = 0; i < PX; i++) {
    brute (x, n, 1, seen_from + i * 40, seen_from + (i + 1) * 40, &low, &high);
    g_assert_cmpfloat (min[i], ==, low);
    g_assert_cmpfloat (max[i], ==, high);
  }
  g_assert_cmpint (heard.from, <=, seen_from + 1000);
  g_assert_cmpint (heard.to, >=, seen_from + 5000);
  g_assert_cmpint (heard.from, >, seen_from + 1000 - 600);
  g_assert_cmpint (heard.to, <, seen_from + 5000 + 600);
  sb_waveform_free (w);
  pthread_mutex_destroy (&heard.lock);
}

static void
test_short (void)
{
  g_autoptr (SbPool) pool = sb_pool_new (1);
  float one[] = {0.25f}, min[3], max[3];
  g_autoptr (SbSource) source = sb_memory_source_new (one, 1, 1, 1);
  SbWaveform *w = sb_waveform_new (source, pool, NULL);
  settle (pool, w, -1, 2);
  sb_waveform_read (w, -1, 2, 3, min, max);
  g_assert_cmpfloat (min[0], >, max[0]); /* nothing before the recording */
  g_assert_cmpfloat (min[1], ==, 0.25f);
  g_assert_cmpfloat (max[1], ==, 0.25f);
  g_assert_cmpfloat (min[2], >, max[2]);
  sb_waveform_free (w);
}

/* The sweep of a spectrogram fills it on the way: the same ranges, the frames read once. */
static void
test_tap (void)
{
  g_autoptr (SbPool) pool = sb_pool_new (3);
  static const SbGrid grids[] = {{256, 64, SB_WINDOW_HANN}, {300, 77, SB_WINDOW_HANN}, {64, 100, SB_WINDOW_HANN}};
  for (size_t g = 0; g < G_N_ELEMENTS (grids); g++)
    for (int channels = 1; channels <= 2; channels++) {
      int64_t n = 3000001;
      g_autofree float *x = noise (n, channels, 9);
      x[n / 3 * channels] = NAN;
      g_autoptr (SbSource) source = sb_memory_source_new (x, n, channels, RATE);
      GError *error = NULL;
      SbSpectrogram *s = sb_spectrogram_new (source, &grids[g], pool, NULL, &error);
      g_assert_no_error (error);
      SbWaveform *w = sb_waveform_new (source, pool, NULL);
      sb_spectrogram_set_waveform (s, w);
      sb_spectrogram_analyse (s);
      sb_pool_wait (pool, s);
      sb_pool_wait (pool, w);
      x[n / 3 * channels] = 0; /* it shows as nothing */
      check (pool, w, x, n, channels);
      sb_spectrogram_free (s);
      sb_waveform_free (w);
    }
}

static void
note_end (void *end, int64_t from, int64_t to)
{
  atomic_store ((_Atomic int64_t *)end, to);
}

/* What a tap brings when the waveform's own job has ended is told as well. */
static void
test_tap_told (void)
{
  const int64_t chunk = SB_WAVE_CHUNK_FRAMES;
  g_autoptr (SbPool) pool = sb_pool_new (1);
  g_autoptr (SbSource) source = sb_test_noise_source (3, 3 * chunk, 1, RATE);
  _Atomic int64_t end = 0;
  SbWaveform *w = sb_waveform_new (source, NULL, NULL);
  w->pool = pool; /* not before the tap has its chunk */
  w->max_tickets = 1;
  sb_waveform_set_notify (w, note_end, &end);
  SbWaveTap *tap = sb_wave_tap_new (w, source, 2 * chunk, 3 * chunk);
  g_assert_nonnull (tap);
  sb_waveform_kick (w);
  sb_pool_wait (pool, w);
  g_assert_cmpint (atomic_load (&end), ==, 2 * chunk);
  g_autofree float *x = g_new (float, chunk);
  g_assert_true (sb_source_read (source, 2 * chunk, chunk, x, NULL));
  sb_wave_tap_frames (tap, 2 * chunk, chunk, x);
  sb_wave_tap_finish (tap);
  sb_pool_wait (pool, w);
  g_assert_cmpint (atomic_load (&end), ==, 3 * chunk);
  sb_waveform_free (w);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/waveform/ranges", test_ranges);
  g_test_add_func ("/waveform/strokes", test_strokes);
  g_test_add_func ("/waveform/short", test_short);
  g_test_add_func ("/waveform/tap", test_tap);
  g_test_add_func ("/waveform/tap-told", test_tap_told);
  return g_test_run ();
}
