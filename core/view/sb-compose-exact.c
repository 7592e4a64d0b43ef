/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The exact picture, for the command line, exports and tests: strip after
 * strip, compute what the strip lacks, then compose it.  The caller's thread
 * works along with the pool's, so this may be called from a job and without a
 * pool.  Blocks: disk, compute. */
#include "view/sb-spectrogram-private.h"
#include "base/sb-error.h"
#include <string.h>

#define STRIP_MIN_PX 64
#define STRIP_PIECES 16             /* enough to keep a few processors busy */
#define STRIP_BYTES (32.0 * (1 << 20)) /* of tiles */
#define MAX_ROUNDS 4                /* what can't be had after so many stays coarse */

typedef struct {
  SbSpectrogram *s;
  SbPiece piece;
} Part;

typedef struct {
  SbSpectrogram *s;
  SbProgress *progress;
  const Part *pieces;
  guint n_pieces;
  atomic_uint next, done;
  double share_before, share; /* of the whole job */
} Crew;

static void
work (void *data)
{
  Crew *crew = data;
  guint i;
  while (!sb_progress_is_cancelled (crew->progress) &&
         (i = atomic_fetch_add (&crew->next, 1)) < crew->n_pieces) {
    sb_spectrogram_do_piece (crew->pieces[i].s, &crew->pieces[i].piece);
    double part = (double) (atomic_fetch_add (&crew->done, 1) + 1) / crew->n_pieces;
    sb_progress_set (crew->progress, crew->share_before + part * crew->share);
  }
}

/* Stale grains of [g0, g1) as pieces of a job's length. */
static void
add_grains (SbSpectrogram *s, int64_t g0, int64_t g1, GArray *pieces)
{
  pthread_mutex_lock (&s->lock);
  for (int64_t g = g0; g < g1; g++) {
    if (sb_pyramid_grain_exact (s->pyramid, g))
      continue;
    Part *last = pieces->len ? &g_array_index (pieces, Part, pieces->len - 1) : NULL;
    bool longer = last && last->s == s && last->piece.level < 0 && last->piece.g1 == g;
    if (longer && g - last->piece.g0 < s->shape.piece_grains) {
      last->piece.g1++;
    } else {
      Part part = {s, {.level = -1, .g0 = g, .g1 = g + 1}};
      g_array_append_val (pieces, part);
    }
  }
  pthread_mutex_unlock (&s->lock);
}

static void
add_lack (SbSpectrogram *s, const SbLack *lack, GArray *pieces)
{
  for (guint i = 0; i < lack->tiles->len; i++) {
    Part part = {s, g_array_index (lack->tiles, SbPiece, i)};
    g_array_append_val (pieces, part);
  }
  for (guint i = 0; i < lack->grains->len; i++) {
    const SbPiece *run = &g_array_index (lack->grains, SbPiece, i);
    add_grains (s, run->g0, run->g1, pieces);
  }
}

static void
compute (Crew *crew, GArray *pieces)
{
  SbPool *pool = crew->s->pool;
  crew->pieces = (const Part *) (void *) pieces->data;
  crew->n_pieces = pieces->len;
  atomic_store (&crew->next, 0);
  atomic_store (&crew->done, 0);
  int helpers = pool ? MIN (sb_pool_n_threads (pool), (int) pieces->len - 1) : 0;
  for (int i = 0; i < helpers; i++)
    sb_pool_push (pool, crew, 0.0, work, crew, NULL);
  work (crew);
  if (helpers > 0)
    sb_pool_quiesce (pool, crew); /* those that never started are not needed */
}

/* Pixel columns a strip holds. */
static int
strip_px (const SbSpectrogram *s, const SbViewport *view)
{
  double cols_per_px = (view->to_s - view->from_s) / view->width_px * s->rate / s->grid.hop;
  double piece_cols = (double) ((int64_t) s->shape.piece_grains << s->shape.grain_log2);
  double px = STRIP_PIECES * piece_cols / cols_per_px;
  px = MIN (px, STRIP_BYTES / (4.0 * s->shape.n_bins)); /* ≤ 2 columns of 2 planes a pixel */
  return (int) CLAMP (px, STRIP_MIN_PX, MAX (view->width_px, STRIP_MIN_PX));
}

static void
set_epoch (SbSpectrogram *s, uint64_t epoch)
{
  pthread_mutex_lock (&s->lock);
  s->pyramid->epoch = epoch;
  pthread_mutex_unlock (&s->lock);
}

/* The strip before may go. */
static void
begin_epoch (SbSpectrogram *s, SbSpectrogram *below)
{
  uint64_t epoch = sb_tile_budget_new_epoch (s->tiles);
  set_epoch (s, epoch);
  if (below)
    set_epoch (below, below->tiles == s->tiles ? epoch : sb_tile_budget_new_epoch (below->tiles));
}

bool
sb_spectrogram_compose_exact (SbSpectrogram *s, const SbViewport *view, const uint32_t *lut, uint32_t *argb,
                              int stride_px, SbProgress *progress, GError **error)
{
  int step = strip_px (s, view);
  SbSpectrogram *below = sb_spectrogram_alike_below (s);
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Part));
  for (int x = 0; x < view->width_px; x += step) {
    int n = MIN (step, view->width_px - x);
    Crew crew = {.s = s,
                 .progress = progress,
                 .share_before = (double) x / view->width_px,
                 .share = (double) n / view->width_px};
    for (int round = 0; round < MAX_ROUNDS; round++) {
      if (sb_progress_check (progress, error))
        return false;
      if (round == 0)
        begin_epoch (s, below);
      g_array_set_size (pieces, 0);
      SbNeeds needs;
      sb_needs_init (&needs);
      sb_spectrogram_paint (s, view, x, n, lut, argb + x, stride_px, &needs);
      add_lack (s, &needs.own, pieces);
      if (below)
        add_lack (below, &needs.below, pieces);
      sb_needs_clear (&needs);
      if (pieces->len == 0)
        break;
      compute (&crew, pieces);
    }
  }
  sb_progress_set (progress, 1.0);
  return true;
}
