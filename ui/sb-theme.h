/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Colours that are drawn by hand, dark and light, and text on Cairo.
 * Thread: UI. */
#pragma once
#include <gtk/gtk.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  bool dark;
  GdkRGBA lane, gutter;
  GdkRGBA text, tick, hairline;
  GdkRGBA playhead;
  GdkRGBA wave_result, wave_original;
  GdkRGBA accent;
  GdkRGBA marker, marker_text;
} SbTheme;

const SbTheme *sb_theme (void);          /* of the style now in use */
void sb_theme_watch (GtkWidget *widget); /* queue_draw() when it changes */
void sb_theme_source (cairo_t *cr, const GdkRGBA *colour);
void sb_theme_source_rgb (cairo_t *cr, uint32_t rgb, double alpha);

/* A layout in the widget's font at `px` logical pixels, tabular digits.  New reference. */
PangoLayout *sb_theme_layout (GtkWidget *widget, double px, bool bold, const char *text);
/* Draws at the anchor: align_x/align_y 0 … 1 tell which point of the text lies there. */
void sb_theme_text (GtkWidget *widget, cairo_t *cr, double px, const char *text, double x, double y, double align_x,
                    double align_y);
/* The path, white with a dark casing, in dashes. */
void sb_theme_stroke_dashes (cairo_t *cr);
/* The playhead's triangle, tip at (x, y). */
void sb_theme_triangle (cairo_t *cr, double x, double y);
