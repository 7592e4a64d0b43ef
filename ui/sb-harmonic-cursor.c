/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 *     4 ────┼────
 *     3 ────┼────      numbers stand on the left, the pointer's chip on the
 *                      right; where there is no room on the left both stand
 *     2 ────┼────      on the right, and numbers beside the chip are left out
 *    ───────○──────
 *           │  [chip]
 *
 * A number that would touch the one before it, or the cross's line, is left
 * out; its line stays. */
#include "ui/sb-harmonic-cursor.h"
#include "ui/sb-theme.h"

#include <math.h>

enum { HALF = 40, GAP = 5, MOST = 40, TEXT_PX = 11, CASING = 3, CHIP_REACH = 84 };

static void
append_lines (GtkSnapshot *snapshot, const SbViewport *view, double x, double hz)
{
  const GdkRGBA white = {1, 1, 1, .55f}, casing = {0, 0, 0, .35f};
  for (int k = 2; k <= MOST && k * hz <= view->high_hz; k++) {
    const double y = floor (sb_viewport_y (view, k * hz));
    gtk_snapshot_append_color (snapshot, &casing, &GRAPHENE_RECT_INIT (x - HALF, y - 1, 2 * HALF + 1, 3));
    gtk_snapshot_append_color (snapshot, &white, &GRAPHENE_RECT_INIT (x - HALF, y, 2 * HALF + 1, 1));
  }
}

static void
draw_number (cairo_t *cr, PangoLayout *layout, double x, double y)
{
  cairo_move_to (cr, x, y);
  pango_cairo_layout_path (cr, layout);
  cairo_set_source_rgba (cr, 0, 0, 0, .65);
  cairo_set_line_width (cr, CASING);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_fill (cr);
}

static void
append_numbers (GtkWidget *widget, GtkSnapshot *snapshot, const SbViewport *view, double x, double hz)
{
  g_autofree char *widest = g_strdup_printf ("%d", MOST);
  g_autoptr (PangoLayout) layout = sb_theme_layout (widget, TEXT_PX, true, widest);
  int width, height;
  pango_layout_get_pixel_size (layout, &width, &height);
  const bool left = x - HALF - GAP - width - CASING >= 0;
  const double edge = left ? x - HALF - GAP : x + HALF + 1 + GAP, base = sb_viewport_y (view, hz);
  double free_y = base; /* above this nothing stands yet */
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot,
      &GRAPHENE_RECT_INIT (floor (edge - (left ? width : 0) - CASING), 0, width + 2 * CASING, view->height_px));
  for (int k = 2; k <= MOST && k * hz <= view->high_hz; k++) {
    const double y = floor (sb_viewport_y (view, k * hz)) + .5;
    char text[16];
    int wide;
    if (y + height / 2. > free_y || y < height / 2. || y > view->height_px || (!left && base - y < CHIP_REACH))
      continue;
    g_snprintf (text, sizeof text, "%d", k);
    pango_layout_set_text (layout, text, -1);
    pango_layout_get_pixel_size (layout, &wide, NULL);
    draw_number (cr, layout, left ? edge - wide : edge, round (y - height / 2.));
    free_y = y - height / 2.;
  }
  cairo_destroy (cr);
}

void
sb_harmonic_cursor_append (GtkWidget *widget, GtkSnapshot *snapshot, const SbViewport *view, double x, double hz)
{
  if (hz < 1)
    return;
  append_lines (snapshot, view, floor (x), hz);
  append_numbers (widget, snapshot, view, floor (x), hz);
}
