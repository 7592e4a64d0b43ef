/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The store behind a spectrogram: whole-file planes of the coarse levels, a
 * bounded cache of tiles of the fine ones, and which grain shows which
 * revision.  Called under the spectrogram's lock. */
#include "dsp/sb-kernel.h"
#include "view/sb-pyramid-private.h"
#include "base/sb-error.h"
#include <stdlib.h>
#include <string.h>

#define TOP_COLS 256           /* no level coarser than this many columns for the recording */
#define TILE_COLS 256          /* columns in a tile, where that is not too much work */
#define JOB_US 12000.0

SB_KERNEL void
sb_codes_max (uint8_t *restrict out, const uint8_t *restrict in, int n)
{
  for (int i = 0; i < n; i++)
    out[i] = out[i] > in[i] ? out[i] : in[i];
}

/* The mean of two powers that are d codes apart lies T(d) codes under the louder one:
 *   T(d) = 10·log10 (2 / (1 + 10^(−d·step/10))) / step,  0 … 4.8 codes
 * T rounded is the number of thresholds that d reaches.  Rounding always the same
 * way would drift by half a code a level: the caller takes both sides by turns. */
SB_KERNEL static void
mean_by_thresholds (uint8_t *restrict out, const uint8_t *restrict in, int n, uint8_t t1, uint8_t t2, uint8_t t3,
                    uint8_t t4, uint8_t t5)
{
  for (int i = 0; i < n; i++) {
    uint8_t a = out[i], b = in[i];
    uint8_t most = a > b ? a : b, least = a > b ? b : a, d = (uint8_t) (most - least);
    uint8_t under = (uint8_t) ((d >= t1) + (d >= t2) + (d >= t3) + (d >= t4) + (d >= t5));
    out[i] = (uint8_t) (most - under);
  }
}

void
sb_codes_mean (uint8_t *restrict out, const uint8_t *restrict in, int n, int round)
{
  /* the least d with T(d) ≥ k + ¼ (rounded down on the whole) and ≥ k + ¾ (rounded up) */
  if (round)
    mean_by_thresholds (out, in, n, 2, 5, 8, 13, 35);
  else
    mean_by_thresholds (out, in, n, 1, 3, 6, 10, 18);
}

/* ---- shape ---- */

static int
floor_log2 (int64_t n)
{
  int log2 = 0;
  while (n > 1) {
    n >>= 1;
    log2++;
  }
  return log2;
}

int64_t
sb_pyramid_level_cols (const SbPyramidShape *shape, int level)
{
  return (shape->n_cols + ((int64_t) 1 << level) - 1) >> level;
}

static double
kept_bytes (const SbPyramidShape *shape, int kept)
{
  double sum = 0;
  for (int level = kept; level < shape->n_levels; level++)
    sum += (double) sb_pyramid_level_cols (shape, level) * shape->n_bins * (level ? 2 : 1);
  return sum;
}

void
sb_pyramid_shape_init (SbPyramidShape *shape, int n_bins, int64_t n_cols, double column_cost_us,
                       size_t kept_budget_bytes)
{
  *shape = (SbPyramidShape){.n_bins = n_bins, .n_cols = n_cols, .n_levels = 1};
  while (sb_pyramid_level_cols (shape, shape->n_levels - 1) > TOP_COLS)
    shape->n_levels++;

  int64_t job_cols = (int64_t) CLAMP (JOB_US / column_cost_us, 1.0, 4096.0);
  int job_log2 = floor_log2 (job_cols);
  /* A kept column lies within one grain, and a grain is computed by one job:
   * memory gives way before the length of jobs does, but only by 4. */
  int kept_max = MIN (job_log2 + 2, shape->n_levels - 1);
  while (shape->kept < kept_max && kept_bytes (shape, shape->kept) > kept_budget_bytes)
    shape->kept++;
  shape->grain_log2 = MAX (shape->kept, MIN (8, job_log2));
  shape->patch_top = MIN (shape->grain_log2, shape->n_levels - 1);
  shape->n_grains = ((n_cols - 1) >> shape->grain_log2) + 1;
  shape->piece_grains = MAX (1, (int) (job_cols >> shape->grain_log2));
}

int
sb_pyramid_tile_log2 (const SbPyramidShape *shape, int level)
{
  int job_log2 = shape->grain_log2 + floor_log2 (shape->piece_grains);
  int wished = floor_log2 (TILE_COLS) + level;
  return MAX (shape->grain_log2, MIN (wished, job_log2));
}

/* ---- life ---- */

static guint
tile_hash (gconstpointer p)
{
  const SbTile *tile = p;
  return (guint) (tile->index * 2654435761u) ^ (guint) tile->level * 40503u;
}

static gboolean
tile_equal (gconstpointer a, gconstpointer b)
{
  const SbTile *p = a, *q = b;
  return p->level == q->level && p->index == q->index;
}

static void
tile_free (gpointer p)
{
  SbTile *tile = p;
  free (tile->max);
  free (tile->mean);
  g_free (tile);
}

SbPyramid *
sb_pyramid_new (const SbPyramidShape *shape, SbTileBudget *budget, GError **error)
{
  SbPyramid *pyramid = g_new0 (SbPyramid, 1);
  pyramid->shape = *shape;
  pyramid->revision = 1;
  pyramid->budget = sb_tile_budget_ref (budget);
  pyramid->tiles = g_hash_table_new_full (tile_hash, tile_equal, NULL, tile_free);
  g_queue_init (&pyramid->queue);

  size_t n_grains = (size_t) shape->n_grains;
  pyramid->need = calloc (n_grains, sizeof *pyramid->need);
  pyramid->done = calloc (n_grains, sizeof *pyramid->done);
  pyramid->busy = calloc (n_grains, sizeof *pyramid->busy);
  bool enough = pyramid->need && pyramid->done && pyramid->busy;
  for (int level = shape->kept; enough && level < shape->n_levels; level++) {
    /* calloc: pages cost nothing before they are analysed */
    pyramid->max[level] = calloc ((size_t) sb_pyramid_level_cols (shape, level), (size_t) shape->n_bins);
    enough = pyramid->max[level];
    if (enough && level > 0) {
      pyramid->mean[level] = calloc ((size_t) sb_pyramid_level_cols (shape, level), (size_t) shape->n_bins);
      enough = pyramid->mean[level];
    }
  }
  if (!enough) {
    g_set_error (error, SB_ERROR, SB_ERROR_MEMORY,
                 "There is not enough memory for the picture of this recording. Close other programs, or choose a "
                 "smaller n_fft.");
    sb_pyramid_free (pyramid);
    return NULL;
  }
  for (size_t i = 0; i < n_grains; i++)
    pyramid->need[i] = 1;
  return pyramid;
}

void
sb_pyramid_free (SbPyramid *pyramid)
{
  if (!pyramid)
    return;
  for (int level = 0; level < SB_MAX_LEVELS; level++) {
    free (pyramid->max[level]);
    free (pyramid->mean[level]);
  }
  free (pyramid->need);
  free (pyramid->done);
  free (pyramid->busy);
  while (pyramid->queue.head)
    sb_pyramid_drop_tile (pyramid, pyramid->queue.head->data);
  g_hash_table_unref (pyramid->tiles);
  sb_tile_budget_unref (pyramid->budget);
  g_free (pyramid);
}

void
sb_pyramid_drop_tile (SbPyramid *pyramid, SbTile *tile)
{
  sb_tile_budget_remove (pyramid->budget, tile->bytes);
  g_queue_delete_link (&pyramid->queue, tile->link);
  g_hash_table_remove (pyramid->tiles, tile);
}

/* ---- reading ---- */

SbTile *
sb_pyramid_tile (SbPyramid *pyramid, int level, int64_t index)
{
  SbTile key = {.level = level, .index = index};
  return g_hash_table_lookup (pyramid->tiles, &key);
}

static void
tile_grains (const SbPyramidShape *shape, int level, int64_t index, int64_t *g0, int64_t *g1)
{
  int per_tile_log2 = sb_pyramid_tile_log2 (shape, level) - shape->grain_log2;
  *g0 = index << per_tile_log2;
  *g1 = MIN ((index + 1) << per_tile_log2, shape->n_grains);
}

bool
sb_pyramid_tile_exact (const SbPyramid *pyramid, const SbTile *tile)
{
  int64_t g0, g1;
  tile_grains (&pyramid->shape, tile->level, tile->index, &g0, &g1);
  for (int64_t g = g0; g < g1; g++)
    if (pyramid->need[g] > tile->done)
      return false;
  return true;
}

bool
sb_pyramid_changed_since (const SbPyramid *pyramid, uint32_t done, int64_t *first, int64_t *end)
{
  int64_t from = INT64_MAX, to = 0;
  if (done == 0 || pyramid->revision - done > SB_PYRAMID_CHANGES)
    return *first < *end;
  for (uint32_t revision = done + 1; revision <= pyramid->revision; revision++) {
    const SbPyramidChange *change = &pyramid->changes[revision % SB_PYRAMID_CHANGES];
    from = MIN (from, change->first);
    to = MAX (to, change->end);
  }
  *first = MAX (*first, from);
  *end = MIN (*end, to);
  return *first < *end;
}

/* What was computed for revision `done` is what a newer one would give in that column. */
static bool
is_as_good (const SbPyramid *pyramid, uint32_t done, int level, int64_t col)
{
  int64_t first = col << level, end = (col + 1) << level;
  return done > 0 && !sb_pyramid_changed_since (pyramid, done, &first, &end);
}

static SbCells
column_of_plane (const SbPyramid *pyramid, int level, int64_t col, SbStatistic statistic, const uint8_t **codes)
{
  const SbPyramidShape *shape = &pyramid->shape;
  int64_t first = (col << level) >> shape->grain_log2;
  int64_t last = MIN (((col + 1) << level) - 1, shape->n_cols - 1) >> shape->grain_log2;
  bool any = false, all = true;
  for (int64_t g = first; g <= last; g++) {
    any |= pyramid->done[g] > 0;
    all &= sb_pyramid_grain_exact (pyramid, g) || is_as_good (pyramid, pyramid->done[g], level, col);
  }
  const uint8_t *plane = statistic == SB_STATISTIC_AVERAGE && level > 0 ? pyramid->mean[level] : pyramid->max[level];
  *codes = any ? plane + col * shape->n_bins : NULL;
  return all ? SB_CELLS_EXACT : any ? SB_CELLS_COARSE : SB_CELLS_NONE;
}

SbCells
sb_pyramid_column (SbPyramid *pyramid, int level, int64_t col, SbStatistic statistic, const uint8_t **codes)
{
  const SbPyramidShape *shape = &pyramid->shape;
  if (level >= shape->kept)
    return column_of_plane (pyramid, level, col, statistic, codes);

  *codes = NULL;
  int tile_log2 = sb_pyramid_tile_log2 (shape, level) - level; /* columns of this level */
  SbTile *tile = sb_pyramid_tile (pyramid, level, col >> tile_log2);
  if (!tile)
    return SB_CELLS_NONE;
  if (tile->epoch != pyramid->epoch) {
    tile->epoch = pyramid->epoch;
    g_queue_unlink (&pyramid->queue, tile->link);
    g_queue_push_head_link (&pyramid->queue, tile->link);
  }
  const uint8_t *cells = statistic == SB_STATISTIC_AVERAGE && tile->mean ? tile->mean : tile->max;
  *codes = cells + (col & (((int64_t) 1 << tile_log2) - 1)) * shape->n_bins;
  bool exact = tile->done >= pyramid->need[(col << level) >> shape->grain_log2];
  return exact || is_as_good (pyramid, tile->done, level, col) ? SB_CELLS_EXACT : SB_CELLS_COARSE;
}

/* ---- writing ---- */

void
sb_pyramid_dirty (SbPyramid *pyramid, int64_t first, int64_t end)
{
  int64_t g0 = first >> pyramid->shape.grain_log2, g1 = ((end - 1) >> pyramid->shape.grain_log2) + 1;
  pyramid->revision++;
  pyramid->changes[pyramid->revision % SB_PYRAMID_CHANGES] = (SbPyramidChange){pyramid->revision, first, end};
  for (int64_t g = g0; g < g1; g++) {
    if (sb_pyramid_grain_exact (pyramid, g))
      pyramid->n_exact--;
    pyramid->need[g] = pyramid->revision;
  }
}

/* Columns of level `level` over grid columns [first, end) again from the level below. */
static void
raise_level (SbPyramid *pyramid, int level, int64_t first, int64_t end)
{
  const SbPyramidShape *shape = &pyramid->shape;
  size_t n_bins = (size_t) shape->n_bins;
  int64_t below_cols = sb_pyramid_level_cols (shape, level - 1);
  for (int64_t col = first >> level; col <= (end - 1) >> level; col++) {
    uint8_t *max = pyramid->max[level] + col * shape->n_bins;
    uint8_t *mean = pyramid->mean[level] + col * shape->n_bins;
    const uint8_t *from = pyramid->max[level - 1] + 2 * col * shape->n_bins;
    const uint8_t *from_mean = (pyramid->mean[level - 1] ? pyramid->mean[level - 1] : pyramid->max[level - 1]) +
                               2 * col * shape->n_bins;
    memcpy (max, from, n_bins);
    memcpy (mean, from_mean, n_bins);
    if (2 * col + 1 < below_cols) {
      sb_codes_max (max, from + n_bins, shape->n_bins);
      sb_codes_mean (mean, from_mean + n_bins, shape->n_bins, level & 1);
    }
  }
}

void
sb_pyramid_put (SbPyramid *pyramid, const SbPatch *patch, int64_t g0, int64_t g1, uint32_t revision)
{
  const SbPyramidShape *shape = &pyramid->shape;
  for (int64_t g = g0; g < g1; g++) {
    if (pyramid->done[g] >= revision)
      continue;
    int64_t first = g << shape->grain_log2, end = MIN ((g + 1) << shape->grain_log2, shape->n_cols);
    bool keep = pyramid->done[g] > 0 && patch->bad_first < end && patch->bad_end > first;
    for (int level = shape->kept; !keep && level <= shape->patch_top; level++) {
      int64_t col = first >> level;
      int64_t cols = ((end - 1) >> level) - col + 1;
      size_t offset = (size_t) (col - (patch->first >> level)) * (size_t) shape->n_bins;
      size_t bytes = (size_t) cols * (size_t) shape->n_bins;
      memcpy (pyramid->max[level] + col * shape->n_bins, patch->max[level] + offset, bytes);
      if (level > 0)
        memcpy (pyramid->mean[level] + col * shape->n_bins, patch->mean[level] + offset, bytes);
    }
    bool was_exact = sb_pyramid_grain_exact (pyramid, g);
    pyramid->done[g] = revision;
    if (!was_exact && sb_pyramid_grain_exact (pyramid, g))
      pyramid->n_exact++;
  }
  int64_t first = g0 << shape->grain_log2, end = MIN (g1 << shape->grain_log2, shape->n_cols);
  for (int level = shape->patch_top + 1; level < shape->n_levels; level++)
    raise_level (pyramid, level, first, end);
}

void
sb_pyramid_all_exact (SbPyramid *pyramid)
{
  const SbPyramidShape *shape = &pyramid->shape;
  for (int level = shape->kept + 1; level < shape->n_levels; level++)
    raise_level (pyramid, level, 0, shape->n_cols);
  memcpy (pyramid->done, pyramid->need, (size_t) shape->n_grains * sizeof *pyramid->done);
  pyramid->n_exact = shape->n_grains;
}

void
sb_pyramid_put_tile (SbPyramid *pyramid, const SbPatch *patch, int64_t index, uint32_t revision)
{
  int level = patch->lo;
  size_t bytes = (size_t) sb_patch_cols (patch, level) * (size_t) pyramid->shape.n_bins;
  SbTile *tile = sb_pyramid_tile (pyramid, level, index);
  if (!tile) {
    tile = g_new0 (SbTile, 1);
    tile->level = level;
    tile->index = index;
    tile->epoch = pyramid->epoch;
    tile->bytes = bytes * (level ? 2 : 1);
    tile->max = malloc (bytes);
    tile->mean = level ? malloc (bytes) : NULL;
    if (!tile->max || (level && !tile->mean)) {
      tile_free (tile); /* stays a coarser picture */
      return;
    }
    g_queue_push_head (&pyramid->queue, tile);
    tile->link = g_queue_peek_head_link (&pyramid->queue);
    g_hash_table_add (pyramid->tiles, tile);
    sb_tile_budget_add (pyramid->budget, tile->bytes);
  } else if (tile->done >= revision) {
    return;
  }
  memcpy (tile->max, patch->max[level], bytes);
  if (tile->mean)
    memcpy (tile->mean, patch->mean[level], bytes);
  tile->done = revision;
}

/* ---- patches ---- */

int64_t
sb_patch_cols (const SbPatch *patch, int level)
{
  return ((patch->end - 1) >> level) - (patch->first >> level) + 1;
}

bool
sb_patch_init (SbPatch *patch, const SbPyramidShape *shape, int lo, int64_t first, int64_t end)
{
  *patch = (SbPatch){.first = first, .end = end, .lo = lo};
  for (int level = lo; level <= shape->patch_top; level++) {
    size_t cols = (size_t) sb_patch_cols (patch, level), n_bins = (size_t) shape->n_bins;
    patch->max[level] = calloc (cols, n_bins);
    patch->mean[level] = level ? calloc (cols, n_bins) : NULL;
    if (!patch->max[level] || (level && !patch->mean[level])) {
      sb_patch_clear (patch);
      return false;
    }
  }
  return true;
}

void
sb_patch_clear (SbPatch *patch)
{
  for (int level = 0; level < SB_MAX_LEVELS; level++) {
    g_clear_pointer (&patch->max[level], free);
    g_clear_pointer (&patch->mean[level], free);
  }
  g_clear_pointer (&patch->holes, g_array_unref);
}
