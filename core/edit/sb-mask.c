/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-mask.h.  A mask of operations is made of rasters, one each, and of
 * tiles that are built from them as they are asked for (sb-mask-tiles.c); a
 * matrix holds every gain.  Where a mask paints is told by sb-mask-spans.c. */
#include "edit/sb-mask-private.h"

#include "base/sb-error.h"

#include <string.h>

static atomic_uint_fast64_t last_revision;

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
  sb_mask_tiles_init (mask);
  return mask;
}

static bool
check_channels (int channels, SbOperation *op, GError **error)
{
  const SbOpSpec *spec = sb_operation_spec (op);
  for (int i = 0; spec->channels != NULL && i < spec->n_channels; i++)
    if (spec->channels[i] >= channels) {
      g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                   "Operation “%s” paints channel %d, but the recording has only %d (counted from 0).", spec->id,
                   spec->channels[i], channels);
      return false;
    }
  return true;
}

bool
sb_mask_accepts (const SbGrid *grid, int rate, int64_t n_frames, int channels, SbOperation *op, GError **error)
{
  const SbRasterPlane plane = { *grid, rate, n_frames, sb_grid_n_cols (grid, n_frames), sb_grid_n_bins (grid) };
  return check_channels (channels, op, error) && !sb_raster_is_outside (&plane, op, error);
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

SbMask *
sb_mask_new (const SbGrid *grid, int rate, int64_t n_frames, int channels, SbOperation *const *ops, int n_ops,
             SbMask *previous, GError **error)
{
  if (!sb_grid_check (grid, error))
    return NULL;
  g_autoptr (SbMask) mask = mask_alloc (grid, rate, n_frames, channels);
  mask->rasters = g_ptr_array_new_full (n_ops, (GDestroyNotify)sb_raster_unref);
  for (int i = 0; i < n_ops; i++) {
    if (!check_channels (channels, ops[i], error))
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
    sb_mask_tiles_take_over (mask, previous);
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
  sb_mask_tiles_clear (mask);
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
  SbMaskTile *tile = sb_mask_tile (mask, mask->per_channel ? channel : 0, col / SB_TILE_COLS);
  if (tile == NULL)
    return false;
  int at = (int)(col % SB_TILE_COLS), width = tile->high - tile->low;
  bool painted = tile->painted >> at & 1;
  memcpy (gain + tile->low, tile->gain + (gsize)(tile->n_cols == 1 ? 0 : at) * width, sizeof (float) * width);
  sb_mask_tile_unref (tile);
  return painted;
}
