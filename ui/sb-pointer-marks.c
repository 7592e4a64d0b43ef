/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * These change with every motion of the hand, so no node is larger than what it
 * shows: all that a node covers is painted again. */
#include "ui/sb-pointer-marks.h"
#include "ui/sb-theme.h"

#include <math.h>

enum { CHIP_DX = 28, CHIP_DY = 26 };

/* --- the brush --- */

/* The dab's edge on the screen: an ellipse in seconds and hertz, bent by the axis. */
static void
dab_path (cairo_t *cr, const SbViewport *view, double t, double hz, double radius_s, double radius_hz)
{
  for (int i = 0; i < 72; i++) {
    double angle = 2 * G_PI * i / 72;
    cairo_line_to (cr, sb_viewport_x (view, t + radius_s * cos (angle)),
                   sb_viewport_y (view, MAX (hz + radius_hz * sin (angle), view->low_hz * 0.5)));
  }
  cairo_close_path (cr);
}

static void
draw_ring (cairo_t *cr, const SbViewport *view, double x, double hz, const SbBrush *brush)
{
  static const double dashes[] = {3, 2.5};
  double t = sb_viewport_time (view, x);
  double radius_s = brush->duration_s / 2, radius_hz = brush->bandwidth_hz / 2;
  dab_path (cr, view, t, hz, radius_s, radius_hz);
  cairo_set_source_rgba (cr, 0, 0, 0, .65);
  cairo_set_line_width (cr, 3);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 1.25);
  cairo_stroke (cr);
  if (brush->soft > 0.02 && brush->soft < 0.98) {
    dab_path (cr, view, t, hz, radius_s * (1 - brush->soft), radius_hz * (1 - brush->soft));
    cairo_set_source_rgba (cr, 0, 0, 0, .65);
    cairo_set_line_width (cr, 2.5);
    cairo_stroke_preserve (cr);
    cairo_set_dash (cr, dashes, 2, 0);
    cairo_set_source_rgb (cr, 1, 1, 1);
    cairo_set_line_width (cr, 1);
    cairo_stroke (cr);
    cairo_set_dash (cr, NULL, 0, 0);
  }
}

static void
draw_cross (cairo_t *cr, double pointer_x, double pointer_y)
{
  double x = round (pointer_x) + .5, y = round (pointer_y) + .5;
  for (int pass = 0; pass < 2; pass++) {
    cairo_move_to (cr, x - 4, y);
    cairo_line_to (cr, x + 4, y);
    cairo_move_to (cr, x, y - 4);
    cairo_line_to (cr, x, y + 4);
    cairo_set_source_rgba (cr, pass, pass, pass, pass ? 1 : .65);
    cairo_set_line_width (cr, pass ? 1 : 3);
    cairo_stroke (cr);
  }
}

void
sb_pointer_marks_brush (GtkSnapshot *snapshot, const SbViewport *view, double x, double hz, const SbBrush *ring,
                        bool cross)
{
  double y = sb_viewport_y (view, hz), rx = 8, top = y - 8, bottom = y + 8;
  if (ring) { /* only this much needs repainting */
    rx = ring->duration_s / 2 * view->width_px / (view->to_s - view->from_s);
    top = MIN (top, sb_viewport_y (view, hz + ring->bandwidth_hz / 2));
    bottom = MAX (bottom, sb_viewport_y (view, MAX (hz - ring->bandwidth_hz / 2, view->low_hz * 0.5)));
  }
  rx = MAX (rx, 8);
  graphene_rect_t bounds =
      GRAPHENE_RECT_INIT (floor (x - rx - 3), floor (top - 3), ceil (2 * rx + 6), ceil (bottom - top + 6));
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, view->width_px, view->height_px);
  if (!graphene_rect_intersection (&bounds, &all, &bounds))
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  if (ring)
    draw_ring (cr, view, x, hz, ring);
  if (cross)
    draw_cross (cr, x, y);
  cairo_destroy (cr);
}

/* --- reading off --- */

void
sb_pointer_marks_crosshair (GtkSnapshot *snapshot, const SbViewport *view, double pointer_x, double pointer_y)
{
  const GdkRGBA white = {1, 1, 1, 1}, casing = {0, 0, 0, .45f};
  const bool here = !isnan (pointer_y);
  double x = floor (pointer_x), y = floor (pointer_y);
  gtk_snapshot_append_color (snapshot, &casing, &GRAPHENE_RECT_INIT (x - 1, 0, 3, view->height_px));
  if (here)
    gtk_snapshot_append_color (snapshot, &casing, &GRAPHENE_RECT_INIT (0, y - 1, view->width_px, 3));
  gtk_snapshot_append_color (snapshot, &white, &GRAPHENE_RECT_INIT (x, 0, 1, view->height_px));
  if (here)
    gtk_snapshot_append_color (snapshot, &white, &GRAPHENE_RECT_INIT (0, y, view->width_px, 1));
}

void
sb_pointer_marks_reading (GtkSnapshot *snapshot, double at_x, double at_y)
{
  double x = floor (at_x), y = floor (at_y);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (x - 8, y - 8, 17, 17));
  for (int pass = 0; pass < 2; pass++) {
    cairo_arc (cr, x + .5, y + .5, 5, 0, 2 * G_PI);
    cairo_set_source_rgba (cr, pass, pass, pass, pass ? 1 : .65);
    cairo_set_line_width (cr, pass ? 1.25 : 3);
    cairo_stroke (cr);
  }
  cairo_destroy (cr);
}

/* --- the chip --- */

void
sb_pointer_marks_chip (GtkWidget *widget, GtkSnapshot *snapshot, double pointer_x, double pointer_y, const char *head,
                       const char *level)
{
  g_autoptr (PangoLayout) first = sb_theme_layout (widget, 12, true, head);
  g_autoptr (PangoLayout) second = sb_theme_layout (widget, 12, false, *level ? level : " ");
  int width_1, width_2, height;
  pango_layout_get_pixel_size (first, &width_1, &height);
  pango_layout_get_pixel_size (second, &width_2, NULL);
  double width = MAX (width_1, width_2) + 16, full = 2 * height + 11;
  double x = pointer_x + CHIP_DX, y = pointer_y + CHIP_DY;
  if (x + width > gtk_widget_get_width (widget))
    x = MAX (0, pointer_x - CHIP_DX - width);
  if (y + full > gtk_widget_get_height (widget))
    y = MAX (0, pointer_y - CHIP_DY - full);
  x = round (x);
  y = round (y);
  GskRoundedRect box;
  gsk_rounded_rect_init_from_rect (&box, &GRAPHENE_RECT_INIT (x, y, width, full), 6);
  const GdkRGBA ground = {.06, .06, .06, .88}, white = {1, 1, 1, 1}, soft = {1, 1, 1, .85};
  gtk_snapshot_push_rounded_clip (snapshot, &box);
  gtk_snapshot_append_color (snapshot, &ground, &box.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x + 8, y + 5));
  gtk_snapshot_append_layout (snapshot, first, &white);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, height + 1));
  gtk_snapshot_append_layout (snapshot, second, &soft);
  gtk_snapshot_restore (snapshot);
}
