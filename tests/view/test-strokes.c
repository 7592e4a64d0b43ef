/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A window draws again what it is told has changed and, of what it drew before
 * it was exact, what lies in the columns that were not.  Stroke upon stroke, at
 * each zoom, that must end at the pixels of a fresh picture; and it must be told
 * of what changed, not of everything around it. */
#include "view/sb-spectrogram.h"

#include <pthread.h>
#include <string.h>

enum { RATE = 8000, SECONDS = 120, WIDTH = 300, HEIGHT = 40 };

static uint32_t lut[256]; /* the code itself */

typedef struct {
  pthread_mutex_t lock;
  int64_t from, to; /* told since it was last drawn; empty: from ≥ to */
  int64_t told;     /* frames in all */
} Screen;

static void
hear (void *data, int64_t from, int64_t to)
{
  Screen *screen = data;
  pthread_mutex_lock (&screen->lock);
  screen->from = screen->from < screen->to ? MIN (screen->from, from) : from;
  screen->to = MAX (screen->to, to);
  screen->told += to - from;
  pthread_mutex_unlock (&screen->lock);
}

/* Draws the pixel columns [x0, x1); a column's state is what it lacked. */
static void
draw (SbSpectrogram *s, const SbViewport *view, int x0, int x1, uint32_t *argb, bool *rough)
{
  for (int x = MAX (x0, 0); x < MIN (x1, WIDTH); x++) {
    SbComposed composed = sb_spectrogram_compose (s, view, x, 1, lut, argb + x, WIDTH, true);
    rough[x] = composed.missing || composed.coarse;
  }
}

static void
redraw (SbSpectrogram *s, Screen *screen, const SbViewport *view, uint32_t *argb, bool *rough)
{
  pthread_mutex_lock (&screen->lock);
  int64_t from = screen->from, to = screen->to;
  screen->from = screen->to = 0;
  pthread_mutex_unlock (&screen->lock);
  double px_per_frame = WIDTH / (view->to_s - view->from_s) / RATE;
  if (from < to)
    draw (s, view, (int) (((double) from - view->from_s * RATE) * px_per_frame) - 1,
          (int) (((double) to - view->from_s * RATE) * px_per_frame) + 2, argb, rough);
  for (int x = 0; x < WIDTH; x++)
    if (rough[x])
      draw (s, view, x, x + 1, argb, rough);
}

static SbSpectrogram *
picture_of (SbSource *source, SbPool *pool)
{
  static const SbGrid grid = {256, 64, SB_WINDOW_HANN};
  GError *error = NULL;
  SbSpectrogram *s = sb_spectrogram_new (source, &grid, pool, NULL, &error);
  g_assert_no_error (error);
  return s;
}

static void
paint (const SbViewport *view, uint32_t seed)
{
  int64_t n = (int64_t) RATE * SECONDS;
  g_autofree float *x = g_new (float, (gsize) n);
  for (int64_t i = 0; i < n; i++) {
    seed = seed * 1664525u + 1013904223u;
    x[i] = (float) (seed >> 8) / 16777216.0f - 0.5f;
  }
  g_autoptr (SbPool) pool = sb_pool_new (2);
  g_autoptr (SbSource) source = sb_memory_source_new (x, n, 1, RATE);
  SbSpectrogram *s = picture_of (source, pool);
  Screen screen = {0};
  pthread_mutex_init (&screen.lock, NULL);
  sb_spectrogram_set_notify (s, hear, &screen);
  sb_spectrogram_set_visible (s, view->from_s, view->to_s);
  sb_spectrogram_analyse (s);
  static uint32_t argb[WIDTH * HEIGHT], fresh[WIDTH * HEIGHT];
  bool rough[WIDTH];
  memset (rough, 1, sizeof rough);
  for (int i = 0; i < 3; i++) {
    sb_pool_wait (pool, s);
    redraw (s, &screen, view, argb, rough);
  }
  screen.told = 0;
  int n_changes = 80;
  for (int i = 0; i < n_changes; i++) { /* more than are remembered, some of them one upon the other */
    int64_t at = 50 * RATE + i * 70, length = 400;
    for (int64_t k = 0; k < length; k++)
      x[at + k] *= 0.7f;
    SbSource *changed = sb_memory_source_new (x, n, 1, RATE);
    sb_spectrogram_set_source (s, changed, at, at + length);
    sb_source_unref (changed);
    if (i % 5 == 0)
      redraw (s, &screen, view, argb, rough); /* in the middle of things */
    if (i % 9 == 0)
      sb_pool_wait (pool, s);
  }
  for (int i = 0; i < 4; i++) {
    sb_pool_wait (pool, s);
    redraw (s, &screen, view, argb, rough);
  }
  for (int i = 0; i < WIDTH; i++)
    g_assert_false (rough[i]);
  g_autoptr (SbSource) last = sb_memory_source_new (x, n, 1, RATE);
  SbSpectrogram *other = picture_of (last, pool);
  GError *error = NULL;
  sb_spectrogram_compose_exact (other, view, lut, fresh, WIDTH, NULL, &error);
  g_assert_no_error (error);
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    if (argb[i] != fresh[i]) {
      g_test_message ("column %d, row %d", i % WIDTH, i / WIDTH);
      g_assert_cmphex (argb[i], ==, fresh[i]);
    }
  g_test_message ("told of %.1f s in all for %d changes of %.2f s", (double) screen.told / RATE, n_changes,
                  400.0 / RATE);
  g_assert_cmpint (screen.told, <, 40 * RATE); /* whole grains would make it four times as much */
  sb_spectrogram_free (other);
  sb_spectrogram_free (s);
  pthread_mutex_destroy (&screen.lock);
}

static void
test_near (void)
{
  paint (&(SbViewport){49, 53, 0, 4000, SB_SCALE_LINEAR, WIDTH, HEIGHT}, 1);
}

static void
test_nearest (void)
{
  paint (&(SbViewport){50.2, 50.4, 0, 4000, SB_SCALE_LINEAR, WIDTH, HEIGHT}, 2);
}

static void
test_far (void)
{
  paint (&(SbViewport){0, SECONDS, 0, 4000, SB_SCALE_LINEAR, WIDTH, HEIGHT}, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (uint32_t i = 0; i < 256; i++)
    lut[i] = i;
  g_test_add_func ("/strokes/near", test_near);
  g_test_add_func ("/strokes/nearest", test_nearest);
  g_test_add_func ("/strokes/far", test_far);
  return g_test_run ();
}
