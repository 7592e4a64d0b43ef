/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was asked for when the view moves: what is near stays asked for, what is
 * not is forgotten, and is asked for by composing it once more.  Nobody works
 * here but who is told to. */
#include "sb-test.h"
#include "view/sb-spectrogram-private.h"

enum { RATE = 8000, SECONDS = 200, WIDTH = 400, HEIGHT = 16 };

static uint32_t lut[256], argb[WIDTH * HEIGHT];

static SbSpectrogram *
new_one (SbPool *pool)
{
  SbSpectrogramLook look;
  GError *error = NULL;
  sb_spectrogram_look_init (&look, &(SbGrid){64, 32, SB_WINDOW_HANN});
  SbBudget budget = {64 << 10, sb_tile_budget_new (64 << 20)};
  g_autoptr (SbSource) source = sb_test_noise_source (3, SECONDS * RATE, 1, RATE);
  SbSpectrogram *s = sb_spectrogram_new_sized (source, &look, pool, NULL, &budget, &error);
  g_assert_no_error (error);
  sb_tile_budget_unref (budget.tiles);
  g_assert_cmpint (s->shape.kept, >, 0);
  return s;
}

/* Columns of the grid, in seconds. */
static double
second_of (const SbSpectrogram *s, double col)
{
  return col * s->grid.hop / RATE;
}

static SbComposed
look_at (SbSpectrogram *s, double from_col, double to_col, bool want)
{
  SbViewport view = {second_of (s, from_col), second_of (s, to_col), 0, RATE / 2.0, SB_SCALE_LINEAR, WIDTH, HEIGHT};
  sb_spectrogram_set_visible (s, view.from_s, view.to_s);
  return sb_spectrogram_compose (s, &view, 0, WIDTH, lut, argb, WIDTH, want);
}

/* Away and back: only who composes again is given what is lacking. */
static void
test_come_back (void)
{
  g_autoptr (SbPool) pool = sb_pool_new (2);
  g_autoptr (SbSpectrogram) s = new_one (NULL);
  look_at (s, 10000, 10400, true);
  g_assert_cmpuint (s->wants->len, >, 0);
  look_at (s, 30000, 30400, false);
  g_assert_cmpuint (s->wants->len, ==, 0);
  look_at (s, 10000, 10400, false);
  g_assert_cmpuint (s->wants->len, ==, 0);
  s->pool = pool;
  s->max_tickets = 2;
  look_at (s, 10000, 10400, true);
  sb_pool_wait (pool, s);
  SbComposed composed = look_at (s, 10000, 10400, false);
  g_assert_cmpint (composed.coarse + composed.missing, ==, 0);
}

/* A third of the view further nothing is forgotten: neither tiles nor grains of the kept levels. */
static void
test_near (void)
{
  g_autoptr (SbSpectrogram) s = new_one (NULL);
  for (int level = 0; level <= s->shape.kept; level += s->shape.kept) {
    double span = WIDTH << level, third = 0.325 * span;
    look_at (s, 10000, 10000 + span, true);
    guint tiles = s->wants->len;
    int64_t from = s->want_from, to = s->want_to;
    g_assert_true (level == 0 ? tiles > 0 : from < to);
    look_at (s, 10000 + third, 10000 + span + third, false);
    look_at (s, 10000 - third, 10000 + span - third, false);
    if (level == 0) {
      g_assert_cmpuint (s->wants->len, ==, tiles);
    } else {
      g_assert_cmpint (s->want_from, ==, from);
      g_assert_cmpint (s->want_to, ==, to);
    }
  }
}

/* A view of little more than a column blends the columns before and after, which are of other tiles where one ends. */
static void
test_blended (void)
{
  g_autoptr (SbSpectrogram) s = new_one (NULL);
  double edge = (double) ((int64_t) 20 << sb_pyramid_tile_log2 (&s->shape, 0));
  for (double from = edge - 3; from < edge + 1; from += 0.05)
    for (double span = 0.1; span < 2.5; span += 0.4) {
      g_array_set_size (s->wants, 0);
      look_at (s, from, from + span, true);
      guint asked = s->wants->len;
      g_assert_cmpuint (asked, >, 0);
      look_at (s, from + span / WIDTH, from + span + span / WIDTH, false); /* a pixel further */
      g_assert_cmpuint (s->wants->len, ==, asked);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wants/come-back", test_come_back);
  g_test_add_func ("/wants/near", test_near);
  g_test_add_func ("/wants/blended", test_blended);
  return g_test_run ();
}
