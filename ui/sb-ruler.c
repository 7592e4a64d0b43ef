/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ticks and labels come from core/view/sb-axis, so that exported pictures and
 * the window agree; here they are only drawn. */
#include "ui/sb-ruler.h"
#include "ui/sb-navigator.h"
#include "ui/sb-theme.h"
#include "view/sb-axis.h"

#include <math.h>

enum { THICK_TIME = 26, THICK_HZ = 58, TEXT_GAP_TIME = 96, TEXT_GAP_HZ = 22, MIN_LOOP_PX = 4 };
#define TEXT_PX 11.5

struct _SbRuler {
  GtkWidget parent;
  SbSession *session;
  GtkOrientation orientation;
};

G_DEFINE_TYPE (SbRuler, sb_ruler, GTK_TYPE_WIDGET)

static void
draw_time (SbRuler *self, cairo_t *cr, int width, int height)
{
  const SbTheme *theme = sb_theme ();
  SbViewport view = sb_session_viewport (self->session, width, 1);
  g_autoptr (GArray) ticks = sb_axis_time (&view, TEXT_GAP_TIME);
  for (guint i = 0; i < ticks->len; i++) {
    const SbTick *tick = &g_array_index (ticks, SbTick, i);
    double x = floor (tick->pos_px) + .5;
    sb_theme_source (cr, tick->major ? &theme->text : &theme->tick);
    cairo_set_line_width (cr, 1);
    cairo_move_to (cr, x, height - 1 - (tick->major ? 7 : 4));
    cairo_line_to (cr, x, height - 1);
    cairo_stroke (cr);
    if (!tick->major)
      continue;
    sb_theme_source (cr, &theme->text);
    sb_theme_text (GTK_WIDGET (self), cr, TEXT_PX, tick->label, tick->pos_px + 4, height / 2.0 - 1, 0, .5);
  }
  sb_theme_source (cr, &theme->hairline);
  cairo_rectangle (cr, 0, height - 1, width, 1);
  cairo_fill (cr);
  sb_theme_source (cr, &theme->playhead);
  sb_theme_triangle (cr, floor (sb_viewport_x (&view, sb_session_playhead (self->session))) + .5, height);
}

static void
draw_hz (SbRuler *self, cairo_t *cr, int width, int height)
{
  const SbTheme *theme = sb_theme ();
  SbViewport view = sb_session_viewport (self->session, 1, height);
  g_autoptr (GArray) ticks = sb_axis_hz (&view, TEXT_GAP_HZ);
  for (guint i = 0; i < ticks->len; i++) {
    const SbTick *tick = &g_array_index (ticks, SbTick, i);
    double y = floor (tick->pos_px) + .5;
    sb_theme_source (cr, tick->major ? &theme->text : &theme->tick);
    cairo_set_line_width (cr, 1);
    cairo_move_to (cr, width - 1 - (tick->major ? 7 : 4), y);
    cairo_line_to (cr, width - 1, y);
    cairo_stroke (cr);
    sb_theme_source (cr, &theme->text);
    if (tick->major)
      sb_theme_text (GTK_WIDGET (self), cr, TEXT_PX, tick->label, width - 12, CLAMP (tick->pos_px, 8, height - 8), 1,
                     .5);
  }
  sb_theme_source (cr, &theme->hairline);
  cairo_rectangle (cr, width - 1, 0, 1, height);
  cairo_fill (cr);
}

void
sb_ruler_append_loop (SbSession *session, GtkSnapshot *snapshot, int width, int height, bool edges)
{
  double from, to;
  bool on = sb_session_loop (session, &from, &to);
  if (to <= from)
    return;
  SbViewport view = sb_session_viewport (session, width, 1);
  double x0 = floor (CLAMP (sb_viewport_x (&view, from), -2, width + 2));
  double x1 = floor (CLAMP (sb_viewport_x (&view, to), -2, width + 2));
  GdkRGBA tint = sb_theme ()->accent;
  tint.alpha = on ? (edges ? .30f : .14f) : .10f;
  gtk_snapshot_append_color (snapshot, &tint, &GRAPHENE_RECT_INIT (x0, 0, x1 - x0, height));
  tint.alpha = on ? 1 : .5f;
  if (!edges)
    return;
  gtk_snapshot_append_color (snapshot, &tint, &GRAPHENE_RECT_INIT (x0, 0, x1 - x0, 3));
  gtk_snapshot_append_color (snapshot, &tint, &GRAPHENE_RECT_INIT (x0, 0, 2, height));
  gtk_snapshot_append_color (snapshot, &tint, &GRAPHENE_RECT_INIT (x1 - 2, 0, 2, height));
}

static void
sb_ruler_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbRuler *self = SB_RULER (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  if (!sb_session_recording (self->session) || width < 2 || height < 2)
    return;
  bool time = self->orientation == GTK_ORIENTATION_HORIZONTAL;
  if (time)
    sb_ruler_append_loop (self->session, snapshot, width, height, true);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  if (time)
    draw_time (self, cr, width, height);
  else
    draw_hz (self, cr, width, height);
  cairo_destroy (cr);
}

static void
sb_ruler_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                  int *minimum_baseline, int *natural_baseline)
{
  bool along = orientation == SB_RULER (widget)->orientation;
  *minimum = *natural = along ? 0 : orientation == GTK_ORIENTATION_VERTICAL ? THICK_TIME : THICK_HZ;
}

/* --- click and drag in time --- */

static double
clamp_time (SbSession *session, GtkWidget *area, double x)
{
  SbViewport view = sb_session_viewport (session, gtk_widget_get_width (area), 1);
  return CLAMP (sb_viewport_time (&view, x), 0, sb_session_recording (session)->duration_s);
}

static void
on_drag_update (GtkGestureDrag *drag, double dx, double dy, SbSession *session)
{
  double x, y;
  GtkWidget *area = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (drag));
  if (!sb_session_recording (session) || fabs (dx) < MIN_LOOP_PX || !gtk_gesture_drag_get_start_point (drag, &x, &y))
    return;
  double a = clamp_time (session, area, x), b = clamp_time (session, area, x + dx);
  sb_session_set_loop (session, true, MIN (a, b), MAX (a, b));
}

static void
on_drag_end (GtkGestureDrag *drag, double dx, double dy, SbSession *session)
{
  double x, y;
  GtkWidget *area = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (drag));
  if (sb_session_recording (session) && fabs (dx) < MIN_LOOP_PX && gtk_gesture_drag_get_start_point (drag, &x, &y))
    sb_session_seek (session, clamp_time (session, area, x));
}

void
sb_ruler_attach_seek (SbSession *session, GtkWidget *area)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (on_drag_update), session, 0);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (on_drag_end), session, 0);
  gtk_widget_add_controller (area, GTK_EVENT_CONTROLLER (drag));
}

static void
sb_ruler_dispose (GObject *object)
{
  g_clear_object (&SB_RULER (object)->session);
  G_OBJECT_CLASS (sb_ruler_parent_class)->dispose (object);
}

static void
sb_ruler_class_init (SbRulerClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = sb_ruler_dispose;
  widget_class->snapshot = sb_ruler_snapshot;
  widget_class->measure = sb_ruler_measure;
  gtk_widget_class_set_css_name (widget_class, "ruler");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_ruler_init (SbRuler *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  sb_theme_watch (GTK_WIDGET (self));
}

GtkWidget *
sb_ruler_new (SbSession *session, GtkOrientation orientation)
{
  SbRuler *self = g_object_new (SB_TYPE_RULER, NULL);
  bool time = orientation == GTK_ORIENTATION_HORIZONTAL;
  self->session = g_object_ref (session);
  self->orientation = orientation;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  time ? "Time Ruler" : "Frequency Ruler", -1);
  g_signal_connect_object (session, "span", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  if (time) {
    g_signal_connect_object (session, "playhead", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
    sb_ruler_attach_seek (session, GTK_WIDGET (self));
    gtk_widget_set_tooltip_text (GTK_WIDGET (self), "Click to move the playhead, drag to mark a loop");
  } else
    g_signal_connect_object (session, "colours", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  sb_navigator_attach (session, GTK_WIDGET (self), time ? SB_NAVIGATE_TIME : SB_NAVIGATE_BAND);
  return GTK_WIDGET (self);
}
