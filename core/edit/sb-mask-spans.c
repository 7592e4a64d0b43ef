/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a mask paints and where two of them differ, in columns and frames.
 * Thread: any. */
#include "edit/sb-mask-private.h"

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
    SbMaskTile *tile = sb_mask_tile (mask, plane, col / SB_TILE_COLS);
    bool painted = tile != NULL && (tile->painted >> (col % SB_TILE_COLS) & 1);
    sb_mask_tile_unref (tile);
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
