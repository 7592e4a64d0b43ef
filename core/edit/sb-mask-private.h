/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of a mask share: sb-mask.c (life, gains), sb-mask-tiles.c
 * (building and keeping them), sb-mask-spans.c (where something is painted).
 * Thread: any; the lock is held for the cache of tiles alone. */
#pragma once
#include "edit/sb-mask.h"
#include "edit/sb-raster-private.h"

#include <pthread.h>
#include <stdatomic.h>

#define SB_TILE_COLS 64

/* Never changes once it is built. */
typedef struct {
  atomic_int refs;
  int low, high;   /* bins held */
  int n_cols;      /* SB_TILE_COLS, or 1: all columns alike */
  guint64 painted; /* bit i: column i holds a gain other than 1 */
  float gain[];    /* [n_cols][high − low] */
} SbMaskTile;

struct SbMask {
  atomic_int refs;
  /* immutable */
  SbRasterPlane plane;
  int channels;
  uint64_t revision;
  GPtrArray *rasters; /* SbRaster*; NULL for a matrix */
  bool per_channel;   /* some operation names channels */
  float *matrix;      /* float[n_planes][n_cols][n_bins] */
  int n_planes;
  guint8 *matrix_painted; /* [n_planes][n_cols] */
  pthread_mutex_t lock;
  /* under the lock */
  GHashTable *tiles; /* by index and plane */
  gsize bytes;
  SbMaskTile *steady;        /* the last profile built … */
  GPtrArray *steady_rasters; /* … and the operations it stands for (borrowed) */
};

/* Both: nobody else is there. */
void sb_mask_tiles_init (SbMask *mask);
void sb_mask_tiles_clear (SbMask *mask);
/* Those of the mask before that the change did not touch. */
void sb_mask_tiles_take_over (SbMask *mask, SbMask *previous);
/* The one over columns [index · SB_TILE_COLS, …), from the cache or built.  New reference; NULL: no operation reaches
 * it.  Blocks: compute. */
SbMaskTile *sb_mask_tile (SbMask *mask, int plane, int64_t index);
void sb_mask_tile_unref (SbMaskTile *tile); /* NULL is fine */
