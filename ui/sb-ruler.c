/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ticks and labels come from core/view/sb-axis, so that exported pictures and
 * the window agree; here they are only drawn. */
#include "ui/sb-ruler.h"
#include "ui/sb-inspector.h"
#include "ui/sb-marker-lane.h"
#include "ui/sb-navigator.h"
#include "ui/sb-session-lanes.h"
#include "ui/sb-session-sound.h"
#include "ui/sb-theme.h"
#include "view/sb-axis.h"

#include <adwaita.h>
#include <math.h>

enum { THICK_TIME = 26, THICK_MARKED = 36, THICK_HZ = 58, TEXT_GAP_TIME = 96, TEXT_GAP_HZ = 22, MIN_LOOP_PX = 4 };
#define TEXT_PX 11.5

struct _SbRuler {
  GtkWidget parent;
  SbSession *session;
  GtkOrientation orientation;
  GskRenderNode *ticks; /* NULL: to be drawn */
};

G_DEFINE_TYPE (SbRuler, sb_ruler, GTK_TYPE_WIDGET)

static char *
tick_text (const SbTimeFormat *times, const SbViewport *view, const SbTick *tick)
{
  double t = sb_viewport_time (view, tick->pos_px), span = view->to_s - view->from_s;
  return sb_format_time_as (times, t, span > 20 ? 0 : span > 2 ? 1 : span > .02 ? 3 : 5);
}

/* Half a time would be another time. */
static bool
fits (SbRuler *self, const char *text, double x, int width)
{
  int text_width;
  g_autoptr (PangoLayout) layout = sb_theme_layout (GTK_WIDGET (self), TEXT_PX, false, text);
  pango_layout_get_pixel_size (layout, &text_width, NULL);
  return x + text_width <= width;
}

static void
draw_time (SbRuler *self, cairo_t *cr, int width, int height)
{
  const SbTheme *theme = sb_theme ();
  SbViewport view = sb_session_viewport (self->session, width, 1);
  SbTimeFormat times = sb_inspector_times (sb_inspector_of (self->session));
  int text_height = MIN (height, THICK_TIME);
  g_autoptr (GArray) ticks = sb_axis_time (&view, times.kind == SB_TIME_CLOCK ? TEXT_GAP_TIME : 4 * TEXT_GAP_TIME / 3);
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
    g_autofree char *other = times.kind == SB_TIME_CLOCK ? NULL : tick_text (&times, &view, tick);
    const char *text = other ? other : tick->label;
    if (fits (self, text, tick->pos_px + 4, width))
      sb_theme_text (GTK_WIDGET (self), cr, TEXT_PX, text, tick->pos_px + 4, text_height / 2.0 - 1, 0, .5);
  }
  sb_theme_source (cr, &theme->hairline);
  cairo_rectangle (cr, 0, height - 1, width, 1);
  cairo_fill (cr);
}

static void
append_playhead (SbRuler *self, GtkSnapshot *snapshot, int width, int height)
{
  SbViewport view = sb_session_viewport (self->session, width, 1);
  double x = floor (sb_viewport_x (&view, sb_session_playhead (self->session))) + .5;
  if (x < -8 || x > width + 8)
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (floor (x) - 7, height - 10, 15, 10));
  sb_theme_source (cr, &sb_theme ()->playhead);
  sb_theme_triangle (cr, x, height);
  cairo_destroy (cr);
}

/* What is not exact yet. */
static void
append_unfinished (SbRuler *self, GtkSnapshot *snapshot, int width, int height)
{
  int n;
  const SbTimeSpan *spans = sb_session_unfinished (self->session, &n);
  SbViewport view = sb_session_viewport (self->session, width, 1);
  for (int i = 0; i < n; i++) {
    double x0 = CLAMP (sb_viewport_x (&view, spans[i].from_s), 0, width);
    double x1 = CLAMP (sb_viewport_x (&view, spans[i].to_s), 0, width);
    gtk_snapshot_append_color (snapshot, &sb_theme ()->accent, &GRAPHENE_RECT_INIT (x0, height - 2, x1 - x0, 2));
  }
}

void
sb_ruler_append_pointer (SbSession *session, GtkSnapshot *snapshot, int width, int height)
{
  double t;
  SbViewport view = sb_session_viewport (session, width, 1);
  if (sb_session_tool (session) != SB_TOOL_MEASURE || !sb_inspector_pointer (sb_inspector_of (session), &t, NULL))
    return;
  gtk_snapshot_append_color (snapshot, &sb_theme ()->playhead,
                             &GRAPHENE_RECT_INIT (floor (sb_viewport_x (&view, t) + 1e-6), 0, 1, height));
}

static void
pointer_moved (GtkWidget *area)
{
  SbSession *session = g_object_get_data (G_OBJECT (area), "pointer-session");
  if (sb_session_tool (session) == SB_TOOL_MEASURE)
    gtk_widget_queue_draw (area);
}

void
sb_ruler_follow_pointer (SbSession *session, GtkWidget *area)
{
  g_object_set_data_full (G_OBJECT (area), "pointer-session", g_object_ref (session), g_object_unref);
  g_signal_connect_object (sb_inspector_of (session), "pointer", G_CALLBACK (pointer_moved), area, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "tool", G_CALLBACK (gtk_widget_queue_draw), area, G_CONNECT_SWAPPED);
}

/* The frequency under the measure tool, as a flag that points at the picture. */
static void
append_hz_flag (SbRuler *self, GtkSnapshot *snapshot, int width, int height)
{
  double hz;
  if (sb_session_tool (self->session) != SB_TOOL_MEASURE ||
      !sb_inspector_pointer (sb_inspector_of (self->session), NULL, &hz))
    return;
  SbLanes lanes = sb_session_lanes (self->session, height);
  int lane = MAX (0, sb_lanes_of_channel (&lanes, sb_inspector_pointer_channel (sb_inspector_of (self->session))));
  SbViewport view = sb_session_viewport (self->session, 1, sb_lanes_height (&lanes, lane));
  double y = floor (sb_lanes_top (&lanes, lane) + sb_viewport_y (&view, hz) + 1e-6),
         top = CLAMP (y - 8, 0, height - 16);
  g_autofree char *text = sb_format_hz_short (hz);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, top - 1, width, 18));
  const GdkRGBA ink = sb_theme ()->dark ? (GdkRGBA){0, 0, 0, 1} : (GdkRGBA){1, 1, 1, 1};
  cairo_move_to (cr, 3, top);
  cairo_line_to (cr, width - 5, top);
  cairo_line_to (cr, width, y + .5);
  cairo_line_to (cr, width - 5, top + 16);
  cairo_line_to (cr, 3, top + 16);
  cairo_arc (cr, 6, top + 13, 3, G_PI / 2, G_PI);
  cairo_arc (cr, 6, top + 3, 3, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
  sb_theme_source (cr, &sb_theme ()->playhead);
  cairo_fill (cr);
  g_autoptr (PangoLayout) layout = sb_theme_layout (GTK_WIDGET (self), TEXT_PX, true, text);
  int text_width, text_height;
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  sb_theme_source (cr, &ink);
  cairo_move_to (cr, width - 8 - text_width, round (top + 8 - text_height / 2.0));
  pango_cairo_show_layout (cr, layout);
  cairo_destroy (cr);
}

static void
draw_lane_hz (SbRuler *self, cairo_t *cr, int width, int height)
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

/* Stacked channels have a ruler each, all of the same band. */
static void
draw_hz (SbRuler *self, cairo_t *cr, int width, int height)
{
  SbLanes lanes = sb_session_lanes (self->session, height);
  for (int lane = 0; lane < lanes.n; lane++) {
    int top = sb_lanes_top (&lanes, lane);
    if (lane > 0) {
      sb_theme_source (cr, &sb_theme ()->tick);
      cairo_rectangle (cr, 0, top - lanes.gap_px, width, lanes.gap_px);
      cairo_fill (cr);
    }
    cairo_save (cr);
    cairo_translate (cr, 0, top);
    draw_lane_hz (self, cr, width, sb_lanes_height (&lanes, lane));
    cairo_restore (cr);
  }
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
  if (!self->ticks) {
    self->ticks = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, width, height));
    cairo_t *cr = gsk_cairo_node_get_draw_context (self->ticks);
    if (time)
      draw_time (self, cr, width, height);
    else
      draw_hz (self, cr, width, height);
    cairo_destroy (cr);
  }
  gtk_snapshot_append_node (snapshot, self->ticks);
  if (!time) {
    append_hz_flag (self, snapshot, width, height);
    return;
  }
  if (height >= THICK_MARKED)
    sb_marker_lane_snapshot (self->session, widget, snapshot, width, height);
  append_unfinished (self, snapshot, width, height);
  append_playhead (self, snapshot, width, height);
  sb_ruler_append_pointer (self->session, snapshot, width, height);
}

static void
redraw (SbRuler *self)
{
  g_clear_pointer (&self->ticks, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
sb_ruler_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_clear_pointer (&SB_RULER (widget)->ticks, gsk_render_node_unref);
}

/* With markers the ruler is higher: a lane for their names. */
static void
markers_changed (SbRuler *self)
{
  gtk_widget_queue_resize (GTK_WIDGET (self));
  redraw (self);
}

static void
sb_ruler_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                  int *minimum_baseline, int *natural_baseline)
{
  SbRuler *self = SB_RULER (widget);
  bool along = orientation == self->orientation;
  bool marked = sb_markers_n (sb_inspector_markers (sb_inspector_of (self->session))) > 0;
  int time = marked ? THICK_MARKED : THICK_TIME;
  *minimum = *natural = along ? 0 : orientation == GTK_ORIENTATION_VERTICAL ? time : THICK_HZ;
}

/* --- click and drag in time --- */

static double
clamp_time (SbSession *session, GtkWidget *area, double x)
{
  SbViewport view = sb_session_viewport (session, gtk_widget_get_width (area), 1);
  return CLAMP (sb_viewport_time (&view, x), 0, sb_session_recording (session)->duration_s);
}

/* Decided when the drag begins: with Ctrl it scrubs. */
static void
on_drag_begin (GtkGestureDrag *drag, double x, double y, SbSession *session)
{
  GtkEventController *controller = GTK_EVENT_CONTROLLER (drag);
  if (sb_session_recording (session) && gtk_event_controller_get_current_event_state (controller) & GDK_CONTROL_MASK)
    sb_session_scrub_begin (session, clamp_time (session, gtk_event_controller_get_widget (controller), x));
}

static void
on_drag_update (GtkGestureDrag *drag, double dx, double dy, SbSession *session)
{
  double x, y;
  GtkWidget *area = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (drag));
  if (!sb_session_recording (session) || !gtk_gesture_drag_get_start_point (drag, &x, &y))
    return;
  if (sb_session_is_scrubbing (session)) {
    sb_session_scrub_to (session, clamp_time (session, area, x + dx));
    return;
  }
  if (fabs (dx) < MIN_LOOP_PX)
    return;
  double a = clamp_time (session, area, x), b = clamp_time (session, area, x + dx);
  sb_session_set_loop (session, true, MIN (a, b), MAX (a, b));
}

static void
on_drag_end (GtkGestureDrag *drag, double dx, double dy, SbSession *session)
{
  double x, y;
  GtkWidget *area = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (drag));
  if (sb_session_is_scrubbing (session))
    sb_session_scrub_end (session);
  else if (sb_session_recording (session) && fabs (dx) < MIN_LOOP_PX && gtk_gesture_drag_get_start_point (drag, &x, &y))
    sb_session_seek (session, clamp_time (session, area, x));
}

void
sb_ruler_attach_seek (SbSession *session, GtkWidget *area)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (on_drag_begin), session, 0);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (on_drag_update), session, 0);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (on_drag_end), session, 0);
  gtk_widget_add_controller (area, GTK_EVENT_CONTROLLER (drag));
}

static void
sb_ruler_dispose (GObject *object)
{
  g_clear_pointer (&SB_RULER (object)->ticks, gsk_render_node_unref);
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
  widget_class->size_allocate = sb_ruler_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "ruler");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_ruler_init (SbRuler *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

static void
on_marker_pressed (GtkGestureClick *click, int n_press, double x, double y, SbRuler *self)
{
  uint64_t id = sb_marker_lane_at (self->session, GTK_WIDGET (self), x, y);
  if (!id || gtk_widget_get_height (GTK_WIDGET (self)) < THICK_MARKED)
    return;
  gtk_gesture_set_state (GTK_GESTURE (click), GTK_EVENT_SEQUENCE_CLAIMED); /* not a click on the time */
  sb_inspector_select (sb_inspector_of (self->session), id);
}

static void
follow_markers (SbRuler *self)
{
  SbInspector *inspector = sb_inspector_of (self->session);
  GtkGesture *click = gtk_gesture_click_new ();
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "pressed", G_CALLBACK (on_marker_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  g_signal_connect_object (inspector, "markers", G_CALLBACK (markers_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (inspector, "times", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
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
  g_signal_connect_object (session, "span", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "recording", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (redraw), self,
                           G_CONNECT_SWAPPED);
  sb_ruler_follow_pointer (session, GTK_WIDGET (self));
  if (time) {
    g_signal_connect_object (session, "analysis", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
    follow_markers (self);
    g_signal_connect_object (session, "playhead", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
    sb_ruler_attach_seek (session, GTK_WIDGET (self));
    gtk_widget_set_tooltip_text (GTK_WIDGET (self),
                                 "Click to move the playhead, drag to mark a loop, Ctrl+drag to scrub");
  } else
    g_signal_connect_object (session, "colours", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
  sb_navigator_attach (session, GTK_WIDGET (self), time ? SB_NAVIGATE_TIME : SB_NAVIGATE_BAND);
  return GTK_WIDGET (self);
}
