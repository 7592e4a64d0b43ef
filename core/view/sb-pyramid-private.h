/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where level codes are kept.  Level L has one column for 2^L columns of the
 * grid, with the maximum and (from level 1 up) the mean power of their cells, both as codes.
 *
 *   level n_levels−1   ▉▉               ≤ 256 columns  ┐
 *         …            ▉▉▉▉                            │ kept: whole-file planes
 *   level kept         ▉▉▉▉▉▉▉▉                        ┘
 *   finer levels       ░░▉▉░░░░░░░░▉▉░░                  tiles, computed on demand, bounded together
 *   level 0            one column a hop
 *
 * A grain is the unit of truth: 2^grain_log2 columns of the grid, which are
 * analysed together.  Each has the revision it needs and the one it shows.
 * No lock of its own: everything here happens under its spectrogram's. */
#pragma once
#include "view/sb-spectrogram.h"
#include "view/sb-tile-budget-private.h"

#define SB_MAX_LEVELS 48

typedef struct {
  int n_bins;
  int64_t n_cols;
  int n_levels;
  int kept;           /* first kept level */
  int grain_log2;     /* ≥ kept */
  int patch_top;      /* coarsest level whose columns lie within one grain */
  int64_t n_grains;
  int piece_grains;   /* grains a job takes at most: about 12 ms of work */
} SbPyramidShape;

typedef struct {
  int level;
  int64_t index;
  uint32_t done;      /* revision shown */
  uint64_t epoch;     /* last view that used it; the budget counts them */
  size_t bytes;
  uint8_t *max, *mean; /* uint8_t[columns][n_bins]; mean NULL at level 0 */
  GList *link;        /* in the queue, most recently used first */
} SbTile;

/* Which columns of the grid a revision changed. */
typedef struct {
  uint32_t revision;
  int64_t first, end;
} SbPyramidChange;

enum { SB_PYRAMID_CHANGES = 64 }; /* that are remembered */

typedef struct {
  SbPyramidShape shape;
  SbPyramidChange changes[SB_PYRAMID_CHANGES];       /* revision r in place r mod SB_PYRAMID_CHANGES */
  uint8_t *max[SB_MAX_LEVELS], *mean[SB_MAX_LEVELS]; /* kept levels: uint8_t[columns][n_bins] */
  uint32_t revision;                                 /* newest, from 1 up */
  uint32_t *need, *done, *busy;                      /* a grain each */
  int64_t n_exact;                                   /* grains with done ≥ need */
  GHashTable *tiles;                                 /* SbTile itself is the key */
  GQueue queue;
  SbTileBudget *budget;
  uint64_t epoch;                                    /* of the view composed last */
} SbPyramid;

/* Newly computed columns [first, end) of the grid, whole grains, at levels lo … patch_top. */
typedef struct {
  int64_t first, end;
  int lo;
  uint8_t *max[SB_MAX_LEVELS], *mean[SB_MAX_LEVELS];
  int64_t bad_first, bad_end; /* columns that could not be read and are blank; empty: first ≥ end */
  GArray *holes;              /* of SbHole: not-a-number and infinite frames found on the way, ascending */
} SbPatch;

/* kept_budget_bytes is what the whole-file planes may take. */
void sb_pyramid_shape_init (SbPyramidShape *shape, int n_bins, int64_t n_cols, double column_cost_us,
                            size_t kept_budget_bytes);
int64_t sb_pyramid_level_cols (const SbPyramidShape *shape, int level);
/* log2 of the grid columns that a tile of the level spans (level < kept). */
int sb_pyramid_tile_log2 (const SbPyramidShape *shape, int level);

/* `budget`: referenced; told of every tile, trimmed by its owner. */
SbPyramid *sb_pyramid_new (const SbPyramidShape *shape, SbTileBudget *budget, GError **error);
void sb_pyramid_free (SbPyramid *pyramid);

static inline bool
sb_pyramid_grain_exact (const SbPyramid *pyramid, int64_t grain)
{
  return pyramid->done[grain] >= pyramid->need[grain];
}

typedef enum {
  SB_CELLS_NONE,
  SB_CELLS_COARSE, /* an older revision that has changed here since, or not all that the column covers */
  SB_CELLS_EXACT
} SbCells;
/* Column `col` of a level, from a plane or a tile; *codes NULL when nothing is there.  uint8_t[n_bins]. */
SbCells sb_pyramid_column (SbPyramid *pyramid, int level, int64_t col, SbStatistic statistic, const uint8_t **codes);
SbTile *sb_pyramid_tile (SbPyramid *pyramid, int level, int64_t index); /* NULL: not there */
void sb_pyramid_drop_tile (SbPyramid *pyramid, SbTile *tile);
bool sb_pyramid_tile_exact (const SbPyramid *pyramid, const SbTile *tile);

/* The finest kept level has been filled in whole: raises the others, and every grain shows what it needs. */
void sb_pyramid_all_exact (SbPyramid *pyramid);
/* A new revision, in which columns [first, end) of the grid may differ: their grains must be computed again. */
void sb_pyramid_dirty (SbPyramid *pyramid, int64_t first, int64_t end);
/* Narrows columns [*first, *end) to those that revisions after `done` changed.  false: none of them. */
bool sb_pyramid_changed_since (const SbPyramid *pyramid, uint32_t done, int64_t *first, int64_t *end);
/* Takes over grains [g0, g1) of the patch as the truth of `revision`, unless something newer is shown.
 * Grains that could not be read keep the cells they have. */
void sb_pyramid_put (SbPyramid *pyramid, const SbPatch *patch, int64_t g0, int64_t g1, uint32_t revision);
/* The same for one tile of level patch->lo, which the patch covers. */
void sb_pyramid_put_tile (SbPyramid *pyramid, const SbPatch *patch, int64_t index, uint32_t revision);

bool sb_patch_init (SbPatch *patch, const SbPyramidShape *shape, int lo, int64_t first, int64_t end);
void sb_patch_clear (SbPatch *patch);
int64_t sb_patch_cols (const SbPatch *patch, int level); /* columns of the level in the patch */

/* out: uint8_t[n] ← max(out, in) */
void sb_codes_max (uint8_t *restrict out, const uint8_t *restrict in, int n);
/* out: uint8_t[n] ← the code of the mean power of both, rounded up (round 1) or down (0) on the whole */
void sb_codes_mean (uint8_t *restrict out, const uint8_t *restrict in, int n, int round);
