/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tiles of a mask.
 *
 *   columns  0        64        128        192
 *   tiles    │ (none) │ 64 cols  │ 1 profile │     built when first asked for,
 *            └────────┴──────────┴───────────┘     from the operations that overlap them
 *
 * A tile holds the bins that any of its operations reach; all others are 1.
 * Where every operation over a tile is steady in time, the tile is a single
 * column, and neighbours with the same operations share it: a day of hum is one
 * profile.  A new snapshot takes over the tiles that the change did not touch.
 * Tiles never change once built, so they can be dropped and built again. */
#include "edit/sb-mask-private.h"

#include <string.h>

#define CACHE_BYTES ((gsize)96 << 20)

typedef struct {
  gint64 index;
  int plane;
} TileKey;

/* --- one tile ----------------------------------------------------------- */

static SbMaskTile *
tile_ref (SbMaskTile *tile)
{
  atomic_fetch_add (&tile->refs, 1);
  return tile;
}

void
sb_mask_tile_unref (SbMaskTile *tile)
{
  if (tile != NULL && atomic_fetch_sub (&tile->refs, 1) == 1)
    g_free (tile);
}

static gsize
tile_bytes (const SbMaskTile *tile)
{
  return sizeof (SbMaskTile) + sizeof (float) * tile->n_cols * (tile->high - tile->low);
}

/* G ← G + a·(g − G), and exactly g where a is 1. */
static void
composite (float *gain, const float *a, int n, float g)
{
  for (int i = 0; i < n; i++)
    gain[i] = a[i] >= 1.0f ? g : gain[i] + a[i] * (g - gain[i]);
}

static void
tile_apply (SbMaskTile *tile, const SbRaster *raster, int64_t first)
{
  int low, high, width = tile->high - tile->low;
  int64_t from, to;
  sb_raster_bins (raster, &low, &high);
  sb_raster_cols (raster, &from, &to);
  from = tile->n_cols == 1 ? first : MAX (from, first);
  to = tile->n_cols == 1 ? first + 1 : MIN (to, first + SB_TILE_COLS);
  if (from >= to || low >= high)
    return;
  int n = (int)(to - from), bins = high - low;
  g_autofree float *a = g_new (float, (gsize)n * bins);
  sb_raster_cover (raster, from, n, a);
  for (int i = 0; i < n; i++)
    composite (tile->gain + (gsize)(from - first + i) * width + low - tile->low, a + (gsize)i * bins, bins,
               sb_raster_gain (raster));
}

static void
tile_mark (SbMaskTile *tile)
{
  int width = tile->high - tile->low;
  for (int i = 0; i < tile->n_cols; i++)
    for (int b = 0; b < width; b++)
      if (tile->gain[(gsize)i * width + b] != 1.0f) {
        tile->painted |= (guint64)1 << i;
        break;
      }
  if (tile->n_cols == 1 && tile->painted != 0)
    tile->painted = ~(guint64)0;
}

static SbMaskTile *
tile_build (GPtrArray *rasters, int64_t first, bool steady)
{
  int low = G_MAXINT, high = 0;
  for (guint i = 0; i < rasters->len; i++) {
    int a, b;
    sb_raster_bins (g_ptr_array_index (rasters, i), &a, &b);
    low = MIN (low, a);
    high = MAX (high, b);
  }
  low = MIN (low, high);
  int n_cols = steady ? 1 : SB_TILE_COLS;
  gsize n = (gsize)n_cols * (high - low);
  SbMaskTile *tile = g_malloc (sizeof (SbMaskTile) + sizeof (float) * n);
  memset (tile, 0, sizeof *tile);
  atomic_init (&tile->refs, 1);
  tile->low = low;
  tile->high = high;
  tile->n_cols = n_cols;
  for (gsize i = 0; i < n; i++)
    tile->gain[i] = 1.0f;
  for (guint i = 0; i < rasters->len; i++)
    tile_apply (tile, g_ptr_array_index (rasters, i), first);
  tile_mark (tile);
  return tile;
}

/* --- those of a mask ---------------------------------------------------- */

static guint
key_hash (gconstpointer data)
{
  const TileKey *key = data;
  return g_int64_hash (&key->index) * 31u + (guint)key->plane;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const TileKey *x = a, *y = b;
  return x->index == y->index && x->plane == y->plane;
}

void
sb_mask_tiles_init (SbMask *mask)
{
  mask->tiles = g_hash_table_new_full (key_hash, key_equal, g_free, (GDestroyNotify)sb_mask_tile_unref);
}

void
sb_mask_tiles_clear (SbMask *mask)
{
  g_hash_table_unref (mask->tiles);
  sb_mask_tile_unref (mask->steady);
  g_clear_pointer (&mask->steady_rasters, g_ptr_array_unref);
}

/* The operations over columns [first, first + SB_TILE_COLS) on this plane, in order. */
static GPtrArray *
rasters_over (const SbMask *mask, int plane, int64_t first, bool *steady)
{
  GPtrArray *list = g_ptr_array_new ();
  int64_t last = MIN (first + SB_TILE_COLS, mask->plane.n_cols);
  *steady = true;
  for (guint i = 0; i < mask->rasters->len; i++) {
    SbRaster *raster = g_ptr_array_index (mask->rasters, i);
    int64_t from, to;
    sb_raster_cols (raster, &from, &to);
    if (to <= first || from >= last || !sb_operation_on_channel (sb_raster_op (raster), plane))
      continue;
    g_ptr_array_add (list, raster);
    sb_raster_steady (raster, &from, &to);
    *steady = *steady && from <= first && to >= last;
  }
  return list;
}

static bool
same_list (const GPtrArray *a, const GPtrArray *b)
{
  return a != NULL && a->len == b->len && memcmp (a->pdata, b->pdata, sizeof (gpointer) * a->len) == 0;
}

static SbMaskTile *
find_tile (SbMask *mask, const TileKey *key)
{
  pthread_mutex_lock (&mask->lock);
  SbMaskTile *tile = g_hash_table_lookup (mask->tiles, key);
  if (tile != NULL)
    tile_ref (tile);
  pthread_mutex_unlock (&mask->lock);
  return tile;
}

static void
keep_tile (SbMask *mask, const TileKey *key, SbMaskTile *tile)
{
  if (mask->bytes > CACHE_BYTES) {
    g_hash_table_remove_all (mask->tiles);
    mask->bytes = 0;
  }
  if (g_hash_table_contains (mask->tiles, key))
    return;
  g_hash_table_insert (mask->tiles, g_memdup2 (key, sizeof *key), tile_ref (tile));
  mask->bytes += tile->n_cols == 1 ? sizeof (TileKey) * 4 : tile_bytes (tile);
}

SbMaskTile *
sb_mask_tile (SbMask *mask, int plane, int64_t index)
{
  TileKey key = { index, plane };
  SbMaskTile *tile = find_tile (mask, &key);
  if (tile != NULL)
    return tile;
  bool steady;
  g_autoptr (GPtrArray) rasters = rasters_over (mask, plane, index * SB_TILE_COLS, &steady);
  if (rasters->len == 0)
    return NULL;
  pthread_mutex_lock (&mask->lock);
  if (steady && same_list (mask->steady_rasters, rasters))
    tile = tile_ref (mask->steady);
  pthread_mutex_unlock (&mask->lock);
  if (tile == NULL)
    tile = tile_build (rasters, index * SB_TILE_COLS, steady);
  pthread_mutex_lock (&mask->lock);
  keep_tile (mask, &key, tile);
  if (steady && mask->steady != tile) {
    sb_mask_tile_unref (mask->steady);
    g_clear_pointer (&mask->steady_rasters, g_ptr_array_unref);
    mask->steady = tile_ref (tile);
    mask->steady_rasters = g_steal_pointer (&rasters);
  }
  pthread_mutex_unlock (&mask->lock);
  return tile;
}

void
sb_mask_tiles_take_over (SbMask *mask, SbMask *previous)
{
  int64_t first = 0, end = 0;
  GHashTableIter iter;
  gpointer key, tile;
  bool differs = sb_mask_difference (previous, mask, &first, &end);
  pthread_mutex_lock (&previous->lock);
  g_hash_table_iter_init (&iter, previous->tiles);
  while (g_hash_table_iter_next (&iter, &key, &tile)) {
    int64_t from = ((TileKey *)key)->index * SB_TILE_COLS;
    if (!differs || from + SB_TILE_COLS <= first || from >= end)
      keep_tile (mask, key, tile);
  }
  pthread_mutex_unlock (&previous->lock);
}
