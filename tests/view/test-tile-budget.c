/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Many spectrograms, one bound: what they hold together, who gives way, and what is left to see. */
#include "sb-test.h"
#include "view/sb-spectrogram-private.h"
#include <string.h>

#define RATE 8000
#define SECONDS 100
#define LIMIT ((size_t) 400 << 10)
#define KEPT ((size_t) 64 << 10)
#define TOO_LITTLE ((size_t) 8 << 10) /* a tile is 33 kB */
#define SMALL      ((size_t)80 << 10)
#define WIDTH 200
#define STRIP 50
#define HEIGHT 65

static uint32_t lut[256], argb[WIDTH * HEIGHT];

static SbSpectrogram *
new_one (SbSource *source, SbPool *pool, SbTileBudget *tiles)
{
  SbSpectrogramLook look;
  GError *error = NULL;
  sb_spectrogram_look_init (&look, &(SbGrid){128, 32, SB_WINDOW_HANN});
  SbBudget budget = {KEPT, tiles};
  SbSpectrogram *s = sb_spectrogram_new_sized (source, &look, pool, NULL, &budget, &error);
  g_assert_no_error (error);
  return s;
}

/* What a window does until nothing is missing, or nothing more comes. */
static SbComposed
look_at (SbSpectrogram *s, SbPool *pool, double from_s, double to_s)
{
  SbComposed composed = {0};
  for (int round = 0; round < 20; round++) {
    sb_spectrogram_set_visible (s, from_s, to_s);
    composed = (SbComposed){0};
    for (int x = 0; x < WIDTH; x += STRIP) { /* each strip a view, as the window does it */
      double px_s = (to_s - from_s) / WIDTH;
      SbViewport view = {from_s + x * px_s, from_s + (x + STRIP) * px_s, 0, RATE / 2.0, SB_SCALE_LINEAR, STRIP, HEIGHT};
      SbComposed strip = sb_spectrogram_compose (s, &view, 0, STRIP, lut, argb, WIDTH, true);
      composed.missing += strip.missing;
      composed.coarse += strip.coarse;
    }
    if (composed.missing + composed.coarse == 0)
      break;
    sb_pool_wait (pool, s);
  }
  return composed;
}

static size_t
tiles_of (const SbSpectrogram *s)
{
  size_t bytes = 0;
  for (const GList *link = s->pyramid->queue.head; link; link = link->next)
    bytes += ((const SbTile *) link->data)->bytes;
  return bytes;
}

/* Six spectrograms, each looked at all along: together they never hold more than the limit and a view. */
static void
test_bound (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (1, SECONDS * RATE, 1, RATE);
  g_autoptr (SbPool) pool = sb_pool_new (2);
  SbTileBudget *tiles = sb_tile_budget_new (LIMIT);
  SbSpectrogram *s[6];
  for (int i = 0; i < 6; i++)
    s[i] = new_one (source, pool, tiles);
  size_t most = 0;
  for (int round = 0; round < 40; round++) {
    double from = (round * 7) % 90;
    for (int i = 0; i < 6; i += 5) { /* two in sight, as lanes are */
      SbComposed composed = look_at (s[(round + i) % 6], pool, from, from + 0.5 + round % 3);
      g_assert_cmpint (composed.missing + composed.coarse, ==, 0);
    }
    size_t sum = 0;
    for (int i = 0; i < 6; i++)
      sum += tiles_of (s[i]);
    g_assert_cmpuint (sum, ==, sb_tile_budget_bytes (tiles));
    most = MAX (most, sum);
  }
  g_assert_cmpuint (most, <=, LIMIT);
  g_assert_cmpuint (most, >, LIMIT / 2); /* it was used */
  for (int i = 0; i < 6; i++)
    sb_spectrogram_free (s[i]);
  g_assert_cmpuint (sb_tile_budget_bytes (tiles), ==, 0);
  sb_tile_budget_unref (tiles);
}

/* Whoever was looked at longest ago gives way first, whichever came first. */
static void
test_oldest_first (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (2, SECONDS * RATE, 1, RATE);
  g_autoptr (SbPool) pool = sb_pool_new (1);
  SbTileBudget *tiles = sb_tile_budget_new (LIMIT);
  SbSpectrogram *a = new_one (source, pool, tiles), *b = new_one (source, pool, tiles),
                *c = new_one (source, pool, tiles);
  look_at (b, pool, 10, 10.8);
  look_at (a, pool, 20, 20.8);
  look_at (b, pool, 10, 10.8); /* again: a is the oldest now */
  size_t held_a = tiles_of (a), held_b = tiles_of (b);
  g_assert_cmpuint (held_a, >, 0);
  g_assert_cmpuint (held_b, >, 0);
  for (int i = 0; i < 60 && tiles_of (a) > 0; i++) {
    g_assert_cmpuint (tiles_of (b), ==, held_b);
    look_at (c, pool, 30 + i * 0.8, 30.8 + i * 0.8);
  }
  g_assert_cmpuint (tiles_of (a), ==, 0);
  g_assert_cmpuint (tiles_of (b), >, 0);

  /* the coarse levels stay: nothing is blank where it was looked at */
  SbViewport view = {20, 20.8, 0, RATE / 2.0, SB_SCALE_LINEAR, WIDTH, HEIGHT};
  SbComposed composed = sb_spectrogram_compose (a, &view, 0, WIDTH, lut, argb, WIDTH, false);
  g_assert_cmpint (composed.missing, ==, 0);
  g_assert_cmpint (composed.coarse, >, 0);
  sb_spectrogram_free (a);
  sb_spectrogram_free (b);
  sb_spectrogram_free (c);
  sb_tile_budget_unref (tiles);
}

/* A view that needs more than there is: it stays coarse, and the workers come to rest. */
static void
test_view_too_big (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (3, SECONDS * RATE, 1, RATE);
  g_autoptr (SbPool) pool = sb_pool_new (1);
  SbTileBudget *tiles = sb_tile_budget_new (TOO_LITTLE);
  SbSpectrogram *s = new_one (source, pool, tiles);
  g_assert_cmpint (s->shape.kept, >, 2);
  SbComposed composed = look_at (s, pool, 0, 20);
  g_assert_cmpint (composed.missing, ==, 0);
  g_assert_cmpint (composed.coarse, >, 0);
  size_t largest = 0;
  for (const GList *link = s->pyramid->queue.head; link; link = link->next)
    largest = MAX (largest, ((const SbTile *) link->data)->bytes);
  g_assert_cmpuint (sb_tile_budget_bytes (tiles), >, TOO_LITTLE);
  g_assert_cmpuint (sb_tile_budget_bytes (tiles), <=, 2 * TOO_LITTLE + largest);
  sb_spectrogram_free (s);
  sb_tile_budget_unref (tiles);
}

/* … and the next view has room again, also where nothing is left to do but its tiles. */
static void
test_after_too_big (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (3, SECONDS * RATE, 1, RATE);
  g_autoptr (SbPool) pool = sb_pool_new (1);
  SbTileBudget *tiles = sb_tile_budget_new (SMALL);
  SbSpectrogram *s = new_one (source, pool, tiles);
  sb_spectrogram_analyse (s);
  sb_pool_wait (pool, s);
  SbViewport wide = {0, 20, 0, RATE / 2.0, SB_SCALE_LINEAR, 2000, HEIGHT};
  g_autofree uint32_t *picture = g_new (uint32_t, 2000 * HEIGHT);
  sb_spectrogram_set_visible (s, 0, 20);
  for (int round = 0; round < 4; round++) {
    SbComposed composed = sb_spectrogram_compose (s, &wide, 0, 2000, lut, picture, 2000, true);
    sb_pool_wait (pool, s);
    g_assert_cmpint (composed.coarse, >, 0);
  }
  g_assert_cmpuint (sb_tile_budget_bytes (tiles), >, 2 * SMALL);
  for (double from_s = 40; from_s < 90; from_s += 20)
    g_assert_cmpint (look_at (s, pool, from_s, from_s + 0.1).coarse, ==, 0);
  sb_spectrogram_free (s);
  sb_tile_budget_unref (tiles);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 0; i < 256; i++)
    lut[i] = (uint32_t) i;
  g_test_add_func ("/tile-budget/bound", test_bound);
  g_test_add_func ("/tile-budget/oldest-first", test_oldest_first);
  g_test_add_func ("/tile-budget/view-too-big", test_view_too_big);
  g_test_add_func ("/tile-budget/after-too-big", test_after_too_big);
  return g_test_run ();
}
