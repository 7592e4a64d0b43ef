/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-mask.h.
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
#include "edit/sb-mask.h"

#include "base/sb-error.h"
#include "edit/sb-raster-private.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define TILE_COLS 64
#define CACHE_BYTES ((gsize)96 << 20)

typedef struct {
  atomic_int refs;
  int low, high;   /* bins held */
  int n_cols;      /* TILE_COLS, or 1: all columns alike */
  guint64 painted; /* bit i: column i holds a gain other than 1 */
  float gain[];    /* [n_cols][high − low] */
} Tile;

typedef struct {
  gint64 index;
  int plane;
} TileKey;

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
  GHashTable *tiles; /* TileKey* → Tile* */
  gsize bytes;
  Tile *steady;             /* the last profile built … */
  GPtrArray *steady_rasters; /* … and the operations it stands for (borrowed) */
};

static atomic_uint_fast64_t last_revision;

/* --- tiles -------------------------------------------------------------- */

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

static Tile *
tile_ref (Tile *tile)
{
  atomic_fetch_add (&tile->refs, 1);
  return tile;
}

static void
tile_unref (Tile *tile)
{
  if (tile != NULL && atomic_fetch_sub (&tile->refs, 1) == 1)
    g_free (tile);
}

static gsize
tile_bytes (const Tile *tile)
{
  return sizeof (Tile) + sizeof (float) * tile->n_cols * (tile->high - tile->low);
}

/* G ← G + a·(g − G), and exactly g where a is 1. */
static void
composite (float *gain, const float *a, int n, float g)
{
  for (int i = 0; i < n; i++)
    gain[i] = a[i] >= 1.0f ? g : gain[i] + a[i] * (g - gain[i]);
}

static void
tile_apply (Tile *tile, const SbRaster *raster, int64_t first)
{
  int low, high, width = tile->high - tile->low;
  int64_t from, to;
  sb_raster_bins (raster, &low, &high);
  sb_raster_cols (raster, &from, &to);
  from = tile->n_cols == 1 ? first : MAX (from, first);
  to = tile->n_cols == 1 ? first + 1 : MIN (to, first + TILE_COLS);
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
tile_mark (Tile *tile)
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

static Tile *
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
  int n_cols = steady ? 1 : TILE_COLS;
  gsize n = (gsize)n_cols * (high - low);
  Tile *tile = g_malloc (sizeof (Tile) + sizeof (float) * n);
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

/* The operations over columns [first, first + TILE_COLS) on this plane, in order. */
static GPtrArray *
rasters_over (const SbMask *mask, int plane, int64_t first, bool *steady)
{
  GPtrArray *list = g_ptr_array_new ();
  int64_t last = MIN (first + TILE_COLS, mask->plane.n_cols);
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

static Tile *
find_tile (SbMask *mask, const TileKey *key)
{
  pthread_mutex_lock (&mask->lock);
  Tile *tile = g_hash_table_lookup (mask->tiles, key);
  if (tile != NULL)
    tile_ref (tile);
  pthread_mutex_unlock (&mask->lock);
  return tile;
}

static void
keep_tile (SbMask *mask, const TileKey *key, Tile *tile)
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

/* New reference; NULL: no operation reaches the tile. */
static Tile *
get_tile (SbMask *mask, int plane, int64_t index)
{
  TileKey key = { index, plane };
  Tile *tile = find_tile (mask, &key);
  if (tile != NULL)
    return tile;
  bool steady;
  g_autoptr (GPtrArray) rasters = rasters_over (mask, plane, index * TILE_COLS, &steady);
  if (rasters->len == 0)
    return NULL;
  pthread_mutex_lock (&mask->lock);
  if (steady && same_list (mask->steady_rasters, rasters))
    tile = tile_ref (mask->steady);
  pthread_mutex_unlock (&mask->lock);
  if (tile == NULL)
    tile = tile_build (rasters, index * TILE_COLS, steady);
  pthread_mutex_lock (&mask->lock);
  keep_tile (mask, &key, tile);
  if (steady && mask->steady != tile) {
    tile_unref (mask->steady);
    g_clear_pointer (&mask->steady_rasters, g_ptr_array_unref);
    mask->steady = tile_ref (tile);
    mask->steady_rasters = g_steal_pointer (&rasters);
  }
  pthread_mutex_unlock (&mask->lock);
  return tile;
}

/* --- life --------------------------------------------------------------- */

static SbMask *
mask_alloc (const SbGrid *grid, int rate, int64_t n_frames, int channels)
{
  SbMask *mask = g_new0 (SbMask, 1);
  atomic_init (&mask->refs, 1);
  mask->plane = (SbRasterPlane){ *grid, rate, n_frames, sb_grid_n_cols (grid, n_frames), sb_grid_n_bins (grid) };
  mask->channels = channels;
  mask->revision = atomic_fetch_add (&last_revision, 1) + 1;
  pthread_mutex_init (&mask->lock, NULL);
  mask->tiles = g_hash_table_new_full (key_hash, key_equal, g_free, (GDestroyNotify)tile_unref);
  return mask;
}

static bool
check_channels (const SbMask *mask, SbOperation *op, GError **error)
{
  const SbOpSpec *spec = sb_operation_spec (op);
  for (int i = 0; spec->channels != NULL && i < spec->n_channels; i++)
    if (spec->channels[i] >= mask->channels) {
      g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                   "Operation “%s” paints channel %d, but the recording has only %d (counted from 0).", spec->id,
                   spec->channels[i], mask->channels);
      return false;
    }
  return true;
}

static SbRaster *
known_raster (const SbMask *previous, SbOperation *op, guint hint)
{
  if (previous == NULL || previous->rasters == NULL)
    return NULL;
  if (hint < previous->rasters->len && sb_raster_op (g_ptr_array_index (previous->rasters, hint)) == op)
    return sb_raster_ref (g_ptr_array_index (previous->rasters, hint));
  for (guint i = 0; i < previous->rasters->len; i++)
    if (sb_raster_op (g_ptr_array_index (previous->rasters, i)) == op)
      return sb_raster_ref (g_ptr_array_index (previous->rasters, i));
  return NULL;
}

static void
take_over_tiles (SbMask *mask, SbMask *previous)
{
  int64_t first = 0, end = 0;
  GHashTableIter iter;
  gpointer key, tile;
  bool differs = sb_mask_difference (previous, mask, &first, &end);
  pthread_mutex_lock (&previous->lock);
  g_hash_table_iter_init (&iter, previous->tiles);
  while (g_hash_table_iter_next (&iter, &key, &tile)) {
    int64_t from = ((TileKey *)key)->index * TILE_COLS;
    if (!differs || from + TILE_COLS <= first || from >= end)
      keep_tile (mask, key, tile);
  }
  pthread_mutex_unlock (&previous->lock);
}

SbMask *
sb_mask_new (const SbGrid *grid, int rate, int64_t n_frames, int channels, SbOperation *const *ops, int n_ops,
             SbMask *previous, GError **error)
{
  if (!sb_grid_check (grid, error))
    return NULL;
  g_autoptr (SbMask) mask = mask_alloc (grid, rate, n_frames, channels);
  mask->rasters = g_ptr_array_new_full (n_ops, (GDestroyNotify)sb_raster_unref);
  for (int i = 0; i < n_ops; i++) {
    if (!check_channels (mask, ops[i], error))
      return NULL;
    SbRaster *raster = known_raster (previous, ops[i], (guint)i);
    if (raster == NULL)
      raster = sb_raster_new (ops[i], &mask->plane, error);
    if (raster == NULL)
      return NULL;
    g_ptr_array_add (mask->rasters, raster);
    mask->per_channel = mask->per_channel || sb_operation_spec (ops[i])->channels != NULL;
  }
  if (previous != NULL && previous->rasters != NULL && previous->per_channel == mask->per_channel)
    take_over_tiles (mask, previous);
  return g_steal_pointer (&mask);
}

SbMask *
sb_mask_new_matrix (const SbGrid *grid, int rate, int64_t n_frames, int channels, float *gain, int n_planes,
                    GError **error)
{
  if (!sb_grid_check (grid, error)) {
    g_free (gain);
    return NULL;
  }
  SbMask *mask = mask_alloc (grid, rate, n_frames, channels);
  int64_t n_cols = mask->plane.n_cols;
  int n_bins = mask->plane.n_bins;
  mask->matrix = gain;
  mask->n_planes = n_planes;
  mask->matrix_painted = g_new0 (guint8, n_planes * n_cols);
  for (int64_t col = 0; col < n_planes * n_cols; col++)
    for (int bin = 0; bin < n_bins && !mask->matrix_painted[col]; bin++)
      mask->matrix_painted[col] = gain[col * n_bins + bin] != 1.0f;
  return mask;
}

SbMask *
sb_mask_ref (SbMask *mask)
{
  atomic_fetch_add (&mask->refs, 1);
  return mask;
}

void
sb_mask_unref (SbMask *mask)
{
  if (mask == NULL || atomic_fetch_sub (&mask->refs, 1) != 1)
    return;
  g_hash_table_unref (mask->tiles);
  tile_unref (mask->steady);
  g_clear_pointer (&mask->steady_rasters, g_ptr_array_unref);
  g_clear_pointer (&mask->rasters, g_ptr_array_unref);
  pthread_mutex_destroy (&mask->lock);
  g_free (mask->matrix);
  g_free (mask->matrix_painted);
  g_free (mask);
}

const SbGrid *
sb_mask_grid (const SbMask *mask)
{
  return &mask->plane.grid;
}

int64_t
sb_mask_n_cols (const SbMask *mask)
{
  return mask->plane.n_cols;
}

int
sb_mask_n_bins (const SbMask *mask)
{
  return mask->plane.n_bins;
}

int
sb_mask_channels (const SbMask *mask)
{
  return mask->channels;
}

uint64_t
sb_mask_revision (const SbMask *mask)
{
  return mask->revision;
}

/* --- asking ------------------------------------------------------------- */

bool
sb_mask_touches (const SbMask *mask, int64_t first, int64_t end)
{
  first = MAX (first, 0);
  end = MIN (end, mask->plane.n_cols);
  if (mask->matrix != NULL) {
    for (int plane = 0; plane < mask->n_planes; plane++)
      for (int64_t col = first; col < end; col++)
        if (mask->matrix_painted[plane * mask->plane.n_cols + col])
          return true;
    return false;
  }
  for (guint i = 0; i < mask->rasters->len; i++) {
    SbRaster *raster = g_ptr_array_index (mask->rasters, i);
    int64_t from, to;
    if (sb_raster_gain (raster) == 1.0f)
      continue; /* restoring alone paints nothing */
    sb_raster_cols (raster, &from, &to);
    if (from < end && to > first)
      return true;
  }
  return false;
}

static bool
matrix_column (const SbMask *mask, int channel, int64_t col, float *gain)
{
  int64_t at = (mask->n_planes == 1 ? 0 : channel) * mask->plane.n_cols + col;
  memcpy (gain, mask->matrix + at * mask->plane.n_bins, sizeof (float) * mask->plane.n_bins);
  return mask->matrix_painted[at];
}

bool
sb_mask_column (SbMask *mask, int channel, int64_t col, float *gain)
{
  if (mask->matrix != NULL)
    return matrix_column (mask, channel, col, gain);
  for (int bin = 0; bin < mask->plane.n_bins; bin++)
    gain[bin] = 1.0f;
  Tile *tile = get_tile (mask, mask->per_channel ? channel : 0, col / TILE_COLS);
  if (tile == NULL)
    return false;
  int at = (int)(col % TILE_COLS), width = tile->high - tile->low;
  bool painted = tile->painted >> at & 1;
  memcpy (gain + tile->low, tile->gain + (gsize)(tile->n_cols == 1 ? 0 : at) * width, sizeof (float) * width);
  tile_unref (tile);
  return painted;
}

/* --- comparing ---------------------------------------------------------- */

static void
widen (const SbRaster *raster, int64_t *first, int64_t *end)
{
  int64_t from, to;
  sb_raster_cols (raster, &from, &to);
  *first = MIN (*first, from);
  *end = MAX (*end, to);
}

bool
sb_mask_difference (const SbMask *a, const SbMask *b, int64_t *first, int64_t *end)
{
  const SbMask *some = a != NULL ? a : b;
  *first = *end = 0;
  if (a == b || some == NULL)
    return false;
  if ((a != NULL && a->matrix != NULL) || (b != NULL && b->matrix != NULL)) {
    *end = some->plane.n_cols;
    return true;
  }
  guint na = a != NULL ? a->rasters->len : 0, nb = b != NULL ? b->rasters->len : 0, head = 0, tail = 0;
  gpointer *ra = a != NULL ? a->rasters->pdata : NULL, *rb = b != NULL ? b->rasters->pdata : NULL;
  while (head < na && head < nb && ra[head] == rb[head])
    head++;
  while (tail < na - head && tail < nb - head && ra[na - 1 - tail] == rb[nb - 1 - tail])
    tail++;
  if (na - head - tail == 1 && nb - head - tail == 1 && sb_raster_continues (ra[head], rb[head], first, end))
    return *end > *first;
  *first = G_MAXINT64;
  for (guint i = head; i < na - tail; i++)
    widen (ra[i], first, end);
  for (guint i = head; i < nb - tail; i++)
    widen (rb[i], first, end);
  if (*end > *first)
    return true;
  *first = *end = 0;
  return false;
}

/* --- spans -------------------------------------------------------------- */

static void
add_span (GArray *spans, int64_t from, int64_t to)
{
  SbFrameSpan *last = spans->len > 0 ? &g_array_index (spans, SbFrameSpan, spans->len - 1) : NULL;
  SbFrameSpan span = { from, to };
  if (to <= from)
    return;
  if (last != NULL && from <= last->to)
    last->to = MAX (last->to, to);
  else
    g_array_append_val (spans, span);
}

static bool
column_painted (SbMask *mask, int64_t col)
{
  if (mask->matrix != NULL)
    return sb_mask_touches (mask, col, col + 1);
  for (int plane = 0; plane < (mask->per_channel ? mask->channels : 1); plane++) {
    Tile *tile = get_tile (mask, plane, col / TILE_COLS);
    bool painted = tile != NULL && (tile->painted >> (col % TILE_COLS) & 1);
    tile_unref (tile);
    if (painted)
      return true;
  }
  return false;
}

static bool
has_restore_over (const SbMask *mask, int64_t first, int64_t end)
{
  for (guint i = 0; i < mask->rasters->len; i++) {
    SbRaster *raster = g_ptr_array_index (mask->rasters, i);
    int64_t from, to;
    sb_raster_cols (raster, &from, &to);
    if (sb_raster_gain (raster) == 1.0f && from < end && to > first)
      return true;
  }
  return false;
}

static int
compare_spans (gconstpointer a, gconstpointer b)
{
  const SbFrameSpan *x = a, *y = b;
  return (x->from > y->from) - (x->from < y->from);
}

/* Columns any operation may have painted, as merged spans of columns. */
static GArray *
column_spans (SbMask *mask)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (SbFrameSpan));
  GArray *merged = g_array_new (FALSE, FALSE, sizeof (SbFrameSpan));
  if (mask->matrix != NULL)
    add_span (all, 0, mask->plane.n_cols);
  for (guint i = 0; mask->matrix == NULL && i < mask->rasters->len; i++) {
    SbFrameSpan span;
    SbRaster *raster = g_ptr_array_index (mask->rasters, i);
    sb_raster_cols (raster, &span.from, &span.to);
    if (sb_raster_gain (raster) != 1.0f)
      g_array_append_val (all, span);
  }
  g_array_sort (all, compare_spans);
  for (guint i = 0; i < all->len; i++)
    add_span (merged, g_array_index (all, SbFrameSpan, i).from, g_array_index (all, SbFrameSpan, i).to);
  g_array_unref (all);
  return merged;
}

GArray *
sb_mask_frame_spans (const SbMask *const_mask)
{
  SbMask *mask = (SbMask *)const_mask; /* tiles may be built: the value stays the same */
  g_autoptr (GArray) cols = column_spans (mask);
  GArray *frames = g_array_new (FALSE, FALSE, sizeof (SbFrameSpan));
  for (guint i = 0; i < cols->len; i++) {
    SbFrameSpan span = g_array_index (cols, SbFrameSpan, i);
    int64_t from, to;
    if (mask->matrix == NULL && !has_restore_over (mask, span.from, span.to)) {
      sb_grid_frames_under (&mask->plane.grid, mask->plane.n_frames, span.from, span.to, &from, &to);
      add_span (frames, from, to);
      continue;
    }
    for (int64_t col = span.from; col < span.to; col++)
      if (column_painted (mask, col)) {
        sb_grid_frames_under (&mask->plane.grid, mask->plane.n_frames, col, col + 1, &from, &to);
        add_span (frames, from, to);
      }
  }
  return frames;
}

bool
sb_mask_op_frames (const SbMask *mask, int index, int64_t *from, int64_t *to)
{
  int64_t first, end;
  if (mask->rasters == NULL || index < 0 || (guint)index >= mask->rasters->len)
    return false;
  sb_raster_cols (g_ptr_array_index (mask->rasters, index), &first, &end);
  sb_grid_frames_under (&mask->plane.grid, mask->plane.n_frames, first, end, from, to);
  return true;
}
