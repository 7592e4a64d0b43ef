/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The frequency axis is the canvas's own, lying down: the same scale, the same
 * ends.  Where several bins share a pixel the loudest is drawn. */
#include "ui/sb-slice-plot.h"
#include "ui/sb-theme.h"
#include "view/sb-axis.h"

#include <math.h>

enum { HEIGHT = 168, LEFT = 36, RIGHT = 10, TOP = 8, BOTTOM = 20, MOST_LABELS = 3, NEAR_DB = 30, LEAST_SPAN_DB = 60 };
#define TEXT_PX 11.0

struct _SbSlicePlot {
  GtkWidget parent;
  SbSession *session;
};

G_DEFINE_TYPE (SbSlicePlot, sb_slice_plot, GTK_TYPE_WIDGET)

typedef struct {
  SbViewport view; /* standing up: height is our width */
  double x0, y0, width, height;
  double low_db, high_db;
} Frame;

static double
x_of (const Frame *frame, double hz)
{
  return frame->x0 + frame->width - sb_viewport_y (&frame->view, hz);
}

static double
y_of (const Frame *frame, double db)
{
  return frame->y0 + (frame->high_db - db) / (frame->high_db - frame->low_db) * frame->height;
}

static Frame
frame_for (SbSlicePlot *self, int width, int height)
{
  Frame frame = {.x0 = LEFT, .y0 = TOP, .width = width - LEFT - RIGHT, .height = height - TOP - BOTTOM};
  const SbLook *look = sb_session_look (self->session);
  frame.view = sb_session_viewport (self->session, 1, (int)frame.width);
  frame.high_db = MAX (0, ceil (look->high_db / 10) * 10);
  frame.low_db = floor ((look->low_db - 10) / 30) * 30;
  frame.low_db = MIN (frame.low_db, frame.high_db - LEAST_SPAN_DB);
  return frame;
}

static void
draw_grid (SbSlicePlot *self, cairo_t *cr, const Frame *frame)
{
  const SbTheme *theme = sb_theme ();
  double step = frame->high_db - frame->low_db > 130 ? 60 : 30;
  cairo_set_line_width (cr, 1);
  for (double db = frame->high_db; db >= frame->low_db; db -= step) {
    g_autofree char *label = g_strdup_printf (db < 0 ? "\u2212%.0f" : "%.0f", fabs (db));
    double y = floor (y_of (frame, db)) + .5;
    sb_theme_source (cr, &theme->hairline);
    cairo_move_to (cr, frame->x0, y);
    cairo_line_to (cr, frame->x0 + frame->width, y);
    cairo_stroke (cr);
    sb_theme_source (cr, &theme->text);
    if (y < frame->y0 + frame->height - 4)
      sb_theme_text (GTK_WIDGET (self), cr, TEXT_PX, label, frame->x0 - 5, y, 1, .5);
  }
  g_autoptr (GArray) ticks = sb_axis_hz (&frame->view, 40);
  for (guint i = 0; i < ticks->len; i++) {
    const SbTick *tick = &g_array_index (ticks, SbTick, i);
    double x = frame->x0 + frame->width - tick->pos_px;
    if (tick->major && x > frame->x0 - 2 && x < frame->x0 + frame->width + 2)
      sb_theme_text (GTK_WIDGET (self), cr, TEXT_PX, tick->label, CLAMP (x, 8, frame->x0 + frame->width - 6),
                     frame->y0 + frame->height + 11, .5, .5);
  }
}

static void
draw_box (SbSlicePlot *self, cairo_t *cr, const Frame *frame)
{
  SbBox box;
  if (!sb_inspector_box (sb_inspector_of (self->session), &box))
    return;
  double a = CLAMP (x_of (frame, box.low_hz), frame->x0, frame->x0 + frame->width);
  double b = CLAMP (x_of (frame, box.high_hz), frame->x0, frame->x0 + frame->width);
  GdkRGBA tint = sb_theme ()->accent;
  tint.alpha = .14f;
  sb_theme_source (cr, &tint);
  cairo_rectangle (cr, a, frame->y0, b - a, frame->height);
  cairo_fill (cr);
}

static void
draw_curve (cairo_t *cr, const Frame *frame, const SbSlice *slice)
{
  int first = MAX (0, (int)floor (frame->view.low_hz / slice->bin_hz));
  int last = MIN (slice->n_bins - 1, (int)ceil (frame->view.high_hz / slice->bin_hz));
  double column = -1e9, top = 0, at = 0;
  bool any = false;
  for (int k = first; k <= last; k++) {
    double x = x_of (frame, MAX (k * slice->bin_hz, frame->view.low_hz * .5 + 1e-9)),
           y = y_of (frame, MAX (slice->level_db[k], frame->low_db - 20));
    if (floor (x) != column) {
      if (any)
        cairo_line_to (cr, at, top);
      column = floor (x);
      top = y;
      at = x;
    } else if (y < top) {
      top = y;
      at = x;
    }
    any = true;
  }
  if (any)
    cairo_line_to (cr, at, top);
  GdkRGBA ink = sb_theme ()->dark ? (GdkRGBA){.47f, .68f, .93f, 1} : (GdkRGBA){.11f, .44f, .85f, 1};
  sb_theme_source (cr, &ink);
  cairo_set_line_width (cr, 1.25);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);
}

static void
draw_peaks (SbSlicePlot *self, cairo_t *cr, const Frame *frame, const SbSlice *slice)
{
  SbBox box;
  bool boxed = sb_inspector_box (sb_inspector_of (self->session), &box);
  double taken[MOST_LABELS][3];
  int drawn = 0;
  for (int p = 0; p < slice->n_peaks && drawn < MOST_LABELS; p++) {
    const SbSlicePeak *peak = &slice->peaks[p];
    double x = x_of (frame, peak->hz), y = y_of (frame, peak->level_db);
    if (peak->level_db < slice->peaks[0].level_db - NEAR_DB || x < frame->x0 || x > frame->x0 + frame->width ||
        y > frame->y0 + frame->height || (boxed && (peak->hz < box.low_hz || peak->hz > box.high_hz)))
      continue;
    g_autofree char *label = sb_format_hz (peak->hz, 1);
    g_autoptr (PangoLayout) layout = sb_theme_layout (GTK_WIDGET (self), TEXT_PX, true, label);
    int width, height;
    pango_layout_get_pixel_size (layout, &width, &height);
    double left = x + 7 + width > frame->x0 + frame->width ? x - 7 - width : x + 7;
    double top = CLAMP (y - height / 2.0 + 2, 0, frame->y0 + frame->height - height);
    bool covered = false;
    for (int d = 0; d < drawn; d++)
      covered =
          covered || (left < taken[d][1] + 4 && left + width > taken[d][0] - 4 && fabs (top - taken[d][2]) < height);
    if (covered)
      continue;
    taken[drawn][0] = left;
    taken[drawn][1] = left + width;
    taken[drawn++][2] = top;
    sb_theme_source (cr, &sb_theme ()->playhead);
    cairo_arc (cr, x, MAX (y, 4), 3.5, 0, 2 * G_PI);
    cairo_fill (cr);
    cairo_move_to (cr, round (left), round (top));
    pango_cairo_show_layout (cr, layout);
  }
}

static void
sb_slice_plot_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbSlicePlot *self = SB_SLICE_PLOT (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  if (!sb_session_recording (self->session) || width < LEFT + RIGHT + 20 || height < TOP + BOTTOM + 20)
    return;
  Frame frame = frame_for (self, width, height);
  const SbSlice *slice = sb_inspector_slice (sb_inspector_of (self->session));
  GskRoundedRect ground;
  gsk_rounded_rect_init_from_rect (&ground, &GRAPHENE_RECT_INIT (0, 0, width, height), 6);
  gtk_snapshot_push_rounded_clip (snapshot, &ground);
  gtk_snapshot_append_color (snapshot, &sb_theme ()->lane, &ground.bounds);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &ground.bounds);
  draw_box (self, cr, &frame);
  draw_grid (self, cr, &frame);
  if (slice) {
    cairo_save (cr);
    cairo_rectangle (cr, frame.x0, 0, frame.width + 1, frame.y0 + frame.height);
    cairo_clip (cr);
    draw_curve (cr, &frame, slice);
    cairo_restore (cr);
    draw_peaks (self, cr, &frame, slice);
  }
  cairo_destroy (cr);
  gtk_snapshot_pop (snapshot);
}

static void
sb_slice_plot_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                       int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 200;
}

static void
sb_slice_plot_dispose (GObject *object)
{
  g_clear_object (&SB_SLICE_PLOT (object)->session);
  G_OBJECT_CLASS (sb_slice_plot_parent_class)->dispose (object);
}

static void
sb_slice_plot_class_init (SbSlicePlotClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = sb_slice_plot_dispose;
  widget_class->snapshot = sb_slice_plot_snapshot;
  widget_class->measure = sb_slice_plot_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_slice_plot_init (SbSlicePlot *self)
{
  sb_theme_watch (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Spectrum", -1);
}

GtkWidget *
sb_slice_plot_new (SbSession *session)
{
  SbSlicePlot *self = g_object_new (SB_TYPE_SLICE_PLOT, NULL);
  SbInspector *inspector = sb_inspector_of (session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "span", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "colours", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (inspector, "results", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (inspector, "box", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
