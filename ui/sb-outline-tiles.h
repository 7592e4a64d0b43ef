/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An outline drawn off the UI thread, cut into tiles of device pixels that are
 * told apart by their content: what did not change keeps its node and is not
 * painted again. */
#pragma once
#include "ui/sb-contour.h"
#include "view/sb-viewport.h"

#include <gtk/gtk.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint32_t rgb;
  double line_px; /* logical; the dark casing is 1.75 wider */
  bool dashed;
} SbOutlineStyle;

/* Appends the chains to the path, in the view's pixels. */
void sb_outline_path (cairo_t *cr, const GArray *points, const SbViewport *view);
/* Casing and line along the path. */
void sb_outline_stroke (cairo_t *cr, const SbOutlineStyle *style);

typedef struct SbOutlineTiles SbOutlineTiles; /* reference-counted; immutable but for the nodes (UI) */

/* view: of width_px × height_px logical pixels; first_px: device pixels from the recording's start to the view's left
 * edge.  `previous` (may be NULL) lends tiles that look the same.  Thread: worker. */
SbOutlineTiles *sb_outline_tiles_new (const GArray *points, const SbViewport *view, const SbOutlineStyle *style,
                                      int scale, int64_t first_px, const SbOutlineTiles *previous);
SbOutlineTiles *sb_outline_tiles_ref (SbOutlineTiles *tiles);
void sb_outline_tiles_unref (SbOutlineTiles *tiles);
/* For a view of the same zoom that starts at first_px.  Thread: UI. */
void sb_outline_tiles_append (SbOutlineTiles *tiles, GtkWidget *widget, GtkSnapshot *snapshot, int64_t first_px);
