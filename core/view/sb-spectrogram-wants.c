/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is in sight, and what is to be computed for it: a new source or channel
 * makes grains and tiles out of date, a view that moves forgets what it wanted
 * elsewhere, a composition asks for what it lacked.  What was forgotten nobody
 * tells of: who shows it coarse and has it in sight again must compose it again.
 * Thread: any, under the spectrogram's mutex. */
#include "view/sb-spectrogram-private.h"
#include <math.h>
#include <string.h>

SbPiece
sb_spectrogram_tile_piece (const SbSpectrogram *s, int level, int64_t index)
{
  int grains_log2 = sb_pyramid_tile_log2 (&s->shape, level) - s->shape.grain_log2;
  return (SbPiece){.level = level,
                   .index = index,
                   .g0 = index << grains_log2,
                   .g1 = MIN ((index + 1) << grains_log2, s->shape.n_grains)};
}

/* Columns either way that stay asked for: a third of the view, which scrolling needs next, and the one that is blended
 * into the last pixels where columns are wider than these. */
static double
margin_cols (const SbSpectrogram *s)
{
  return (s->visible_to - s->visible_from) / 3 + 1;
}

static bool
piece_is_visible (const SbSpectrogram *s, const SbPiece *piece)
{
  double margin = margin_cols (s);
  return (double) sb_spectrogram_grain_first_col (s, piece->g1) >= s->visible_from - margin &&
         (double) sb_spectrogram_grain_first_col (s, piece->g0) <= s->visible_to + margin;
}

/* The same as grains [*g0, *g1). */
static void
visible_grains (const SbSpectrogram *s, int64_t *g0, int64_t *g1)
{
  double margin = margin_cols (s), last = (double) (s->shape.n_cols - 1);
  *g0 = (int64_t) CLAMP (s->visible_from - margin, 0.0, last) >> s->shape.grain_log2;
  *g1 = ((int64_t) CLAMP (s->visible_to + margin, 0.0, last) >> s->shape.grain_log2) + 1;
}

static void
want_grains (SbSpectrogram *s, int64_t g0, int64_t g1)
{
  if (g0 >= g1)
    return;
  memset (s->wanted + g0, 1, (size_t) (g1 - g0));
  bool empty = s->want_from >= s->want_to;
  s->want_from = empty ? g0 : MIN (s->want_from, g0);
  s->want_to = empty ? g1 : MAX (s->want_to, g1);
}

static void
want_tile (SbSpectrogram *s, int level, int64_t index)
{
  for (guint i = 0; i < s->wants->len; i++) {
    const SbWant *want = &g_array_index (s->wants, SbWant, i);
    if (want->level == level && want->index == index)
      return;
  }
  SbWant want = {.level = level, .index = index};
  g_array_append_val (s->wants, want);
}

/* Tiles in [g0, g1) that show an old revision: those in sight are wanted again,
 * the others go. */
static void
refresh_tiles (SbSpectrogram *s, int64_t g0, int64_t g1)
{
  SbPyramid *pyramid = s->pyramid;
  for (GList *link = pyramid->queue.head, *next; link; link = next) {
    next = link->next;
    SbTile *tile = link->data;
    SbPiece piece = sb_spectrogram_tile_piece (s, tile->level, tile->index);
    if (piece.g1 <= g0 || piece.g0 >= g1)
      continue;
    if (tile->epoch == pyramid->epoch && piece_is_visible (s, &piece)) {
      want_tile (s, tile->level, tile->index);
    } else {
      sb_pyramid_drop_tile (pyramid, tile);
    }
  }
}

/* The grains of columns [first, end) must be computed again, first those in sight. */
static void
make_dirty (SbSpectrogram *s, int64_t first, int64_t end)
{
  int64_t g0 = first >> s->shape.grain_log2, g1 = ((end - 1) >> s->shape.grain_log2) + 1;
  sb_pyramid_dirty (s->pyramid, first, end);
  refresh_tiles (s, g0, g1);
  int64_t seen0, seen1;
  visible_grains (s, &seen0, &seen1);
  want_grains (s, MAX (g0, seen0), MIN (g1, seen1));
}

/* ---- another source, other channels, another view ---- */

void
sb_spectrogram_set_channels (SbSpectrogram *s, SbChannelMode mode, int channel)
{
  int packed = sb_channels_pack (mode, CLAMP (channel, 0, sb_source_channels (s->source) - 1));
  pthread_mutex_lock (&s->lock);
  bool changed = atomic_exchange (&s->channels, packed) != packed;
  if (changed) {
    make_dirty (s, 0, s->shape.n_cols);
    if (s->sparse.n > 0)
      memset (s->sparse.have, 0, (size_t) s->sparse.n);
  }
  pthread_mutex_unlock (&s->lock);
  if (changed)
    sb_spectrogram_kick (s);
}

void
sb_spectrogram_set_source (SbSpectrogram *s, SbSource *source, int64_t dirty_from, int64_t dirty_to)
{
  dirty_from = MAX (dirty_from, 0);
  dirty_to = MIN (dirty_to, s->n_frames);
  int64_t first = 0, end = 0;
  if (dirty_to > dirty_from)
    sb_grid_cols_over (&s->grid, s->n_frames, dirty_from, dirty_to - dirty_from, &first, &end);

  pthread_mutex_lock (&s->lock);
  SbSource *old = s->source;
  s->source = sb_source_ref (source);
  if (end > first) {
    make_dirty (s, first, end);
    for (int i = 0; i < s->sparse.n; i++) {
      int64_t col = (int64_t) (s->sparse.first_col + i * s->sparse.step_cols);
      if (col >= first && col < end)
        s->sparse.have[i] = 0;
    }
  }
  pthread_mutex_unlock (&s->lock);
  sb_source_unref (old);
  sb_spectrogram_kick (s);
}

void
sb_spectrogram_set_visible (SbSpectrogram *s, double from_s, double to_s)
{
  double cols_per_s = (double) s->rate / s->grid.hop;
  double from = from_s * cols_per_s, to = fmax (to_s * cols_per_s, from + 1);
  pthread_mutex_lock (&s->lock);
  bool zoomed = fabs ((to - from) - (s->visible_to - s->visible_from)) > 0.01 * (to - from);
  s->sight_from_s = from_s;
  s->sight_to_s = to_s;
  s->visible_from = from;
  s->visible_to = to;
  guint kept = 0;
  for (guint i = 0; i < s->wants->len; i++) {
    SbWant want = g_array_index (s->wants, SbWant, i);
    SbPiece piece = sb_spectrogram_tile_piece (s, want.level, want.index);
    if (!zoomed && piece_is_visible (s, &piece))
      g_array_index (s->wants, SbWant, kept++) = want;
  }
  g_array_set_size (s->wants, kept);
  int64_t g0, g1;
  visible_grains (s, &g0, &g1);
  s->want_from = MAX (s->want_from, g0);
  s->want_to = MIN (s->want_to, g1);
  pthread_mutex_unlock (&s->lock);
}

/* ---- composing: what it lacks is asked for ---- */

/* What does not belong to the present view may be dropped.  A view is composed strip by strip: all strips of what is
 * visible are one; what is composed elsewhere (a thumbnail) changes nothing. */
static void
begin_epoch (SbSpectrogram *s, const SbViewport *view)
{
  pthread_mutex_lock (&s->lock);
  double from_s = s->sight_from_s, to_s = s->sight_to_s;
  pthread_mutex_unlock (&s->lock);
  if (isnan (from_s)) {
    from_s = view->from_s;
    to_s = view->to_s;
  } else if (view->from_s >= to_s || view->to_s <= from_s) {
    return;
  }
  uint64_t epoch = sb_tile_budget_epoch_of (s->tiles, from_s, to_s);
  pthread_mutex_lock (&s->lock);
  s->pyramid->epoch = epoch;
  pthread_mutex_unlock (&s->lock);
}

void
sb_needs_init (SbNeeds *needs)
{
  *needs = (SbNeeds){0};
  SbLack *lacks[] = {&needs->own, &needs->below};
  for (int i = 0; i < 2; i++) {
    lacks[i]->tiles = g_array_new (FALSE, FALSE, sizeof (SbPiece));
    lacks[i]->grains = g_array_new (FALSE, FALSE, sizeof (SbPiece));
  }
}

void
sb_needs_clear (SbNeeds *needs)
{
  SbLack *lacks[] = {&needs->own, &needs->below};
  for (int i = 0; i < 2; i++) {
    g_array_unref (lacks[i]->tiles);
    g_array_unref (lacks[i]->grains);
  }
}

static void
ask (SbSpectrogram *s, const SbLack *lack, const SbViewport *sparse_view)
{
  if (lack->tiles->len == 0 && lack->grains->len == 0)
    return;
  pthread_mutex_lock (&s->lock);
  for (guint i = 0; i < lack->tiles->len; i++) {
    const SbPiece *piece = &g_array_index (lack->tiles, SbPiece, i);
    want_tile (s, piece->level, piece->index);
  }
  for (guint i = 0; i < lack->grains->len; i++) {
    const SbPiece *piece = &g_array_index (lack->grains, SbPiece, i);
    want_grains (s, piece->g0, piece->g1);
  }
  if (sparse_view)
    sb_sparse_begin (s, sparse_view);
  pthread_mutex_unlock (&s->lock);
  sb_spectrogram_kick (s);
}

SbComposed
sb_spectrogram_compose (SbSpectrogram *s, const SbViewport *view, int x0, int n, const uint32_t *lut, uint32_t *argb,
                        int stride_px, bool want)
{
  SbSpectrogram *below = sb_spectrogram_alike_below (s);
  begin_epoch (s, view);
  if (below)
    begin_epoch (below, view);
  if (!want)
    return sb_spectrogram_paint (s, view, x0, n, lut, argb, stride_px, NULL);
  SbNeeds needs;
  sb_needs_init (&needs);
  SbComposed composed = sb_spectrogram_paint (s, view, x0, n, lut, argb, stride_px, &needs);
  const SbViewport *sparse_view = needs.missing > n / 8 ? view : NULL;
  ask (s, &needs.own, sparse_view);
  if (below)
    ask (below, &needs.below, sparse_view);
  sb_needs_clear (&needs);
  return composed;
}
