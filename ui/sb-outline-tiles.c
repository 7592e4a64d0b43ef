/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tiles count from the recording's start, as the strips of the picture do:
 *
 *   px 0 …            first_px
 *   |  0  |  1  |  2  | ¦3  |  4  |  5 ¦|      ¦…¦ what the view shows
 *
 * Stroking a long line again for every dot of a brush costs more than all
 * the rest of a frame: here the UI thread only places finished pixels. */
#include "ui/sb-outline-tiles.h"
#include "ui/sb-picture-view.h"

#include <math.h>
#include <string.h>

enum { TILE_PX = 128 };
#define CASING_PX 1.75

typedef struct {
  gatomicrefcount refs;
  int64_t col;
  int row;
  uint32_t *argb;      /* [TILE_PX][TILE_PX], premultiplied */
  GskRenderNode *node; /* UI: made when first shown */
} Tile;

struct SbOutlineTiles {
  gatomicrefcount refs;
  GPtrArray *tiles; /* of Tile; empty ones are left out */
  int scale;
};

static void
tile_unref (void *data)
{
  Tile *tile = data;
  if (!g_atomic_ref_count_dec (&tile->refs))
    return;
  g_clear_pointer (&tile->node, gsk_render_node_unref);
  g_free (tile->argb);
  g_free (tile);
}

SbOutlineTiles *
sb_outline_tiles_ref (SbOutlineTiles *tiles)
{
  g_atomic_ref_count_inc (&tiles->refs);
  return tiles;
}

void
sb_outline_tiles_unref (SbOutlineTiles *tiles)
{
  if (!tiles || !g_atomic_ref_count_dec (&tiles->refs))
    return;
  g_ptr_array_unref (tiles->tiles);
  g_free (tiles);
}

void
sb_outline_path (cairo_t *cr, const GArray *points, const SbViewport *view)
{
  for (guint i = 0; i < points->len; i++) {
    const SbContourPoint *point = &g_array_index (points, SbContourPoint, i);
    if (isnan (point->x))
      cairo_new_sub_path (cr);
    else
      cairo_line_to (cr, sb_viewport_x (view, point->x), sb_viewport_y (view, point->y));
  }
}

void
sb_outline_stroke (cairo_t *cr, const SbOutlineStyle *style)
{
  static const double dashes[] = {4, 3};
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_source_rgba (cr, 0, 0, 0, .55);
  cairo_set_line_width (cr, style->line_px + CASING_PX);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgba (cr, (style->rgb >> 16 & 255) / 255.0, (style->rgb >> 8 & 255) / 255.0,
                         (style->rgb & 255) / 255.0, style->dashed ? .8 : 1);
  if (style->dashed)
    cairo_set_dash (cr, dashes, 2, 0);
  cairo_set_line_width (cr, style->line_px);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

/* The part of the view that the line and its casing need, in whole tiles of device pixels. */
static bool
bounds (const GArray *points, const SbViewport *view, int scale, int64_t first_px, int64_t cols[2], int rows[2])
{
  double left = view->width_px, right = 0, top = view->height_px, bottom = 0;
  for (guint i = 0; i < points->len; i++) {
    const SbContourPoint *point = &g_array_index (points, SbContourPoint, i);
    if (isnan (point->x))
      continue;
    double x = sb_viewport_x (view, point->x), y = sb_viewport_y (view, point->y);
    left = MIN (left, x);
    right = MAX (right, x);
    top = MIN (top, y);
    bottom = MAX (bottom, y);
  }
  left = MAX (left - 3, 0);
  top = MAX (top - 3, 0);
  right = MIN (right + 3, view->width_px);
  bottom = MIN (bottom + 3, view->height_px);
  if (right <= left || bottom <= top)
    return false;
  cols[0] = (first_px + (int64_t)floor (left * scale)) / TILE_PX;
  cols[1] = (first_px + (int64_t)ceil (right * scale) - 1) / TILE_PX + 1;
  rows[0] = (int)floor (top * scale) / TILE_PX;
  rows[1] = ((int)ceil (bottom * scale) - 1) / TILE_PX + 1;
  return true;
}

static bool
is_empty (const uint32_t *argb)
{
  for (int i = 0; i < TILE_PX * TILE_PX; i++)
    if (argb[i])
      return false;
  return true;
}

static Tile *
same_tile (const SbOutlineTiles *previous, int64_t col, int row, const uint32_t *argb)
{
  for (guint i = 0; previous && i < previous->tiles->len; i++) {
    Tile *tile = g_ptr_array_index (previous->tiles, i);
    if (tile->col == col && tile->row == row)
      return memcmp (tile->argb, argb, sizeof (uint32_t) * TILE_PX * TILE_PX) == 0 ? tile : NULL;
  }
  return NULL;
}

static void
cut (SbOutlineTiles *tiles, cairo_surface_t *surface, int64_t cols[2], int rows[2], const SbOutlineTiles *previous)
{
  cairo_surface_flush (surface);
  const unsigned char *pixels = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  g_autofree uint32_t *argb = g_new (uint32_t, TILE_PX * TILE_PX);
  for (int row = rows[0]; row < rows[1]; row++)
    for (int64_t col = cols[0]; col < cols[1]; col++) {
      for (int y = 0; y < TILE_PX; y++)
        memcpy (argb + y * TILE_PX,
                pixels + (size_t)((row - rows[0]) * TILE_PX + y) * stride + (col - cols[0]) * TILE_PX * 4, TILE_PX * 4);
      if (is_empty (argb))
        continue;
      Tile *tile = same_tile (previous, col, row, argb);
      if (tile)
        g_atomic_ref_count_inc (&tile->refs);
      else {
        tile = g_new0 (Tile, 1);
        g_atomic_ref_count_init (&tile->refs);
        tile->col = col;
        tile->row = row;
        tile->argb = g_memdup2 (argb, sizeof (uint32_t) * TILE_PX * TILE_PX);
      }
      g_ptr_array_add (tiles->tiles, tile);
    }
}

SbOutlineTiles *
sb_outline_tiles_new (const GArray *points, const SbViewport *view, const SbOutlineStyle *style, int scale,
                      int64_t first_px, const SbOutlineTiles *previous)
{
  SbOutlineTiles *tiles = g_new0 (SbOutlineTiles, 1);
  int64_t cols[2];
  int rows[2];
  g_atomic_ref_count_init (&tiles->refs);
  tiles->tiles = g_ptr_array_new_with_free_func (tile_unref);
  tiles->scale = scale;
  if (!bounds (points, view, scale, first_px, cols, rows))
    return tiles;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int)(cols[1] - cols[0]) * TILE_PX,
                                                         (rows[1] - rows[0]) * TILE_PX);
  if (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS) {
    cairo_t *cr = cairo_create (surface);
    cairo_translate (cr, (double)(first_px - cols[0] * TILE_PX), -rows[0] * TILE_PX);
    cairo_scale (cr, scale, scale);
    sb_outline_path (cr, points, view);
    sb_outline_stroke (cr, style);
    cairo_destroy (cr);
    cut (tiles, surface, cols, rows, previous && previous->scale == scale ? previous : NULL);
  }
  cairo_surface_destroy (surface);
  return tiles;
}

void
sb_outline_tiles_append (SbOutlineTiles *tiles, GtkWidget *widget, GtkSnapshot *snapshot, int64_t first_px)
{
  float size = (float)TILE_PX / tiles->scale;
  for (guint i = 0; i < tiles->tiles->len; i++) {
    Tile *tile = g_ptr_array_index (tiles->tiles, i);
    if (!tile->node)
      tile->node = sb_pixels_node_new (widget, g_memdup2 (tile->argb, sizeof (uint32_t) * TILE_PX * TILE_PX), TILE_PX,
                                       TILE_PX, true, &GRAPHENE_RECT_INIT (0, 0, size, size));
    gtk_snapshot_save (snapshot);
    gtk_snapshot_translate (
        snapshot, &GRAPHENE_POINT_INIT ((float)(tile->col * TILE_PX - first_px) / tiles->scale, tile->row * size));
    gtk_snapshot_append_node (snapshot, tile->node);
    gtk_snapshot_restore (snapshot);
  }
}
