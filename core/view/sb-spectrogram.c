/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A spectrogram's life: its source and revisions, what is visible and wanted,
 * and the range that suits it.  The work is in sb-spectrogram-jobs.c, the
 * pixels in sb-compose.c.  Thread: any, under one mutex. */
#include "view/sb-spectrogram-private.h"
#include "base/sb-error.h"
#include "dsp/sb-level.h"
#include <math.h>
#include <string.h>

#define KEPT_BUDGET_BYTES (48u << 20)
#define TILE_BUDGET_BYTES (64u << 20)

SbSpectrogram *
sb_spectrogram_new (SbSource *source, const SbGrid *grid, SbPool *pool, SbSpectrogram *below, GError **error)
{
  static const SbBudget usual = {KEPT_BUDGET_BYTES, TILE_BUDGET_BYTES};
  return sb_spectrogram_new_sized (source, grid, pool, below, &usual, error);
}

SbSpectrogram *
sb_spectrogram_new_sized (SbSource *source, const SbGrid *grid, SbPool *pool, SbSpectrogram *below,
                          const SbBudget *budget, GError **error)
{
  /* The exact plan: a measured one is chosen by the clock, and the picture of a
   * recording should be the same in each process, to the last code. */
  SbStft *stft = sb_stft_new (grid, SB_PLAN_EXACT, error);
  if (!stft)
    return NULL;
  SbSpectrogram *s = g_new0 (SbSpectrogram, 1);
  s->grid = *grid;
  s->stft = stft;
  s->pool = pool;
  s->rate = sb_source_rate (source);
  s->n_frames = sb_source_n_frames (source);
  s->max_tickets = pool ? sb_pool_n_threads (pool) : 0;

  double column_us = 0.3 + grid->n_fft * (5.0 + log2 (grid->n_fft)) * 1e-4;
  column_us *= CLAMP (sb_source_channels (source), 1, SB_ANALYSED_CHANNELS);
  sb_pyramid_shape_init (&s->shape, sb_stft_n_bins (stft), MAX (1, sb_grid_n_cols (grid, s->n_frames)), column_us,
                         budget->kept_bytes);
  pthread_mutex_init (&s->lock, NULL);
  s->source = sb_source_ref (source);
  s->wants = g_array_new (FALSE, FALSE, sizeof (SbWant));
  s->analysers = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_analyser_free);
  s->visible_to = (double) s->shape.n_cols;
  s->changed_from = INT64_MAX;
  s->pyramid = sb_pyramid_new (&s->shape, budget->tile_bytes, error);
  if (!s->pyramid) {
    sb_spectrogram_free (s);
    return NULL;
  }
  /* columns can only be taken over when both count them alike */
  if (below && sb_grid_equal (&below->grid, grid) && below->n_frames == s->n_frames &&
      below->shape.kept == s->shape.kept && below->shape.grain_log2 == s->shape.grain_log2 &&
      below->shape.piece_grains == s->shape.piece_grains)
    s->below = below;
  return s;
}

void
sb_spectrogram_free (SbSpectrogram *s)
{
  if (!s)
    return;
  pthread_mutex_lock (&s->lock);
  s->closing = true;
  pthread_mutex_unlock (&s->lock);
  /* twice: a job that was running may have handed its ticket on */
  for (int i = 0; s->pool && i < 2; i++)
    sb_pool_quiesce (s->pool, s);
  sb_pyramid_free (s->pyramid);
  g_ptr_array_unref (s->analysers);
  g_array_unref (s->wants);
  g_free (s->sparse.codes);
  g_free (s->sparse.have);
  sb_source_unref (s->source);
  sb_stft_unref (s->stft);
  pthread_mutex_destroy (&s->lock);
  g_free (s);
}

void
sb_spectrogram_set_notify (SbSpectrogram *s, SbSpectrogramFunc func, void *data)
{
  pthread_mutex_lock (&s->lock);
  s->notify = func;
  s->notify_data = data;
  pthread_mutex_unlock (&s->lock);
}

SbPiece
sb_spectrogram_tile_piece (const SbSpectrogram *s, int level, int64_t index)
{
  int grains_log2 = sb_pyramid_tile_log2 (&s->shape, level) - s->shape.grain_log2;
  return (SbPiece){.level = level,
                   .index = index,
                   .g0 = index << grains_log2,
                   .g1 = MIN ((index + 1) << grains_log2, s->shape.n_grains)};
}

static bool
piece_is_visible (const SbSpectrogram *s, const SbPiece *piece)
{
  /* a third of the view either way: what scrolling needs next */
  double margin = (s->visible_to - s->visible_from) / 3;
  return (double) sb_spectrogram_grain_first_col (s, piece->g1) >= s->visible_from - margin &&
         (double) sb_spectrogram_grain_first_col (s, piece->g0) <= s->visible_to + margin;
}

/* The same as grains [*g0, *g1). */
static void
visible_grains (const SbSpectrogram *s, int64_t *g0, int64_t *g1)
{
  double margin = (s->visible_to - s->visible_from) / 3, last = (double) (s->shape.n_cols - 1);
  *g0 = (int64_t) CLAMP (s->visible_from - margin, 0.0, last) >> s->shape.grain_log2;
  *g1 = ((int64_t) CLAMP (s->visible_to + margin, 0.0, last) >> s->shape.grain_log2) + 1;
}

static void
want_grains (SbSpectrogram *s, int64_t g0, int64_t g1)
{
  if (g0 >= g1)
    return;
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
      pyramid->tile_bytes -= tile->bytes;
      g_queue_delete_link (&pyramid->queue, link);
      g_hash_table_remove (pyramid->tiles, tile);
    }
  }
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
    int64_t g0 = first >> s->shape.grain_log2, g1 = ((end - 1) >> s->shape.grain_log2) + 1;
    sb_pyramid_dirty (s->pyramid, g0, g1);
    refresh_tiles (s, g0, g1);
    int64_t seen0, seen1;
    visible_grains (s, &seen0, &seen1);
    want_grains (s, MAX (g0, seen0), MIN (g1, seen1));
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

void
sb_spectrogram_analyse (SbSpectrogram *s)
{
  pthread_mutex_lock (&s->lock);
  s->analysing = true;
  pthread_mutex_unlock (&s->lock);
  sb_spectrogram_kick (s);
}

double
sb_spectrogram_progress (const SbSpectrogram *s)
{
  pthread_mutex_t *lock = (pthread_mutex_t *) &s->lock;
  pthread_mutex_lock (lock);
  double share = (double) s->pyramid->n_exact / (double) s->shape.n_grains;
  pthread_mutex_unlock (lock);
  return share;
}

/* ---- composing: what it lacks is asked for ---- */

/* A new view: tiles that it does not touch may be evicted. */
static void
begin_epoch (SbSpectrogram *s, const SbViewport *view)
{
  if (view->from_s != s->last_from_s || view->to_s != s->last_to_s) {
    s->last_from_s = view->from_s;
    s->last_to_s = view->to_s;
    s->pyramid->epoch++;
  }
}

static void
begin_sparse (SbSpectrogram *s, const SbViewport *view)
{
  double cols_per_s = (double) s->rate / s->grid.hop;
  double from = fmax (view->from_s * cols_per_s, 0.0);
  double to = fmin (view->to_s * cols_per_s, (double) s->shape.n_cols);
  int n = MIN (view->width_px, 2048);
  double step = (to - from) / n;
  SbSparse *sparse = &s->sparse;
  if (step < 16.0) /* exact columns are as quick */
    return;
  double old_to = sparse->first_col + sparse->n * sparse->step_cols;
  double covered = fmin (to, old_to) - fmax (from, sparse->first_col);
  if (sparse->n > 0 && covered > 0.75 * (to - from) && sparse->step_cols < 1.5 * step && sparse->step_cols > 0.5 * step)
    return;
  sparse->serial++;
  sparse->first_col = from + step / 2;
  sparse->step_cols = step;
  sparse->n = n;
  sparse->cursor = 0;
  g_free (sparse->codes);
  g_free (sparse->have);
  sparse->codes = g_malloc ((size_t) n * (size_t) s->shape.n_bins);
  sparse->have = g_malloc0 ((size_t) n);
}

SbComposed
sb_spectrogram_compose (SbSpectrogram *s, const SbViewport *view, int x0, int n, const uint32_t *lut, uint32_t *argb,
                        int stride_px, bool want)
{
  SbNeeds needs = {.tiles = want ? g_array_new (FALSE, FALSE, sizeof (SbPiece)) : NULL, .g0 = INT64_MAX};
  pthread_mutex_lock (&s->lock);
  begin_epoch (s, view);
  pthread_mutex_unlock (&s->lock);
  SbComposed composed = sb_spectrogram_paint (s, view, x0, n, lut, argb, stride_px, want ? &needs : NULL);
  if (!want)
    return composed;

  if (needs.tiles->len > 0 || needs.g0 < needs.g1) {
    pthread_mutex_lock (&s->lock);
    for (guint i = 0; i < needs.tiles->len; i++) {
      const SbPiece *piece = &g_array_index (needs.tiles, SbPiece, i);
      want_tile (s, piece->level, piece->index);
    }
    want_grains (s, needs.g0, needs.g1);
    if (composed.missing > n / 8)
      begin_sparse (s, view);
    pthread_mutex_unlock (&s->lock);
    sb_spectrogram_kick (s);
  }
  g_array_unref (needs.tiles);
  return composed;
}

/* ---- range ---- */

void
sb_spectrogram_auto_range (SbSpectrogram *s, double *low_db, double *high_db)
{
  sb_spectrogram_sample (s);
  int64_t counts[256], total = 0, loud = 0;
  pthread_mutex_lock (&s->lock);
  memcpy (counts, s->histogram, sizeof counts);
  pthread_mutex_unlock (&s->lock);
  for (int code = 1; code < 256; code++) /* code 0: −140 dB and below */
    total += counts[code];
  *low_db = -100.0;
  *high_db = 0.0;
  if (total == 0)
    return; /* silence */

  int top = 255, median = 1;
  int64_t all = total + counts[0];
  for (; top > 1 && (loud += counts[top]) * 1000 < all; top--)
    continue;
  for (int64_t below = counts[1]; median < 255 && below * 2 < total; below += counts[median])
    median++;
  *high_db = sb_level_code_to_db (top) + 6.0;
  *low_db = CLAMP (sb_level_code_to_db (median) - 10.0, *high_db - 110.0, *high_db - 70.0);
}
