/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rulers, waveform, picture, colour bar and overview on one grid.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_CANVAS_GRID (sb_canvas_grid_get_type ())
G_DECLARE_FINAL_TYPE (SbCanvasGrid, sb_canvas_grid, SB, CANVAS_GRID, GtkGrid)

GtkWidget *sb_canvas_grid_new (SbSession *session);
GtkWidget *sb_canvas_grid_overlay (SbCanvasGrid *canvas); /* what takes the keyboard focus */
bool sb_canvas_grid_cancel (SbCanvasGrid *canvas);        /* Escape: takes back a stroke under way */
/* Windows under 720 pixels high: lower waveform and overview. */
void sb_canvas_grid_set_low (SbCanvasGrid *canvas, bool low);
/* Narrow windows: no note ruler. */
void sb_canvas_grid_set_narrow (SbCanvasGrid *canvas, bool narrow);
