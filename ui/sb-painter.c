/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One GtkGestureDrag serves mouse, finger and pen (a stylus gesture beside it
 * would see the same pen a second time); a pen's pressure is read from the
 * events' axes.  GTK hands over one motion a frame; the points in between are
 * in the event's history, in surface coordinates.
 *
 * Every shape is a preview while it is dragged, seen and heard.  A stroke's is
 * sent once a frame, however many points came.  A box or a band may change the
 * whole recording each time: its next one is sent when the workers are through
 * with what is visible of the last (a job behind theirs tells), so that a fast
 * hand never starves the picture, or after PATIENCE_MS for the ear's sake.
 *
 * A drag stays in the lane it began in: its y is counted from there and ends at
 * the lane's edges. */
#include "ui/sb-painter-private.h"
#include "ui/sb-worker-bridge.h"

#include <math.h>

#define MIN_PEN_SIZE 0.15
#define BEHIND_THE_VISIBLE 50.0 /* of the pool's priorities: after the visible picture, before the rest of it */
enum { MAX_POINTS = 100000, PATIENCE_MS = 150, REST_FACTOR = 4 };

G_DEFINE_TYPE (SbPainter, sb_painter, G_TYPE_OBJECT)

static void
changed (SbPainter *self)
{
  g_signal_emit_by_name (self, "changed");
}

bool
sb_painter_is_active (SbPainter *self)
{
  return self->active;
}

int
sb_painter_lane (SbPainter *self)
{
  return self->lane;
}

bool
sb_painter_reaches (SbPainter *self, int hand, int channel)
{
  int painted = sb_session_paint_channel (self->session, self->active ? self->channel : hand);
  return painted < 0 || channel < 0 || painted == channel;
}

static void
ridge_found (void *data)
{
  SbPainter *self = data;
  if (!self->active || self->tool != SB_TOOL_HARMONICS)
    return;
  self->preview_due = true;
  changed (self);
}

/* --- previews --- */

static void
workers_through (void *data)
{
  SbPainter *self = data;
  self->workers_busy = false;
}

static void
nothing_to_do (void *data)
{
}

/* What this preview changed: of a stroke, the dabs since the last. */
static void
note_sent (SbPainter *self, const SbOperation *op)
{
  const SbOpSpec *spec = sb_operation_spec (op);
  double from_s = INFINITY, to_s = -INFINITY;
  for (guint i = sb_tool_is_round (self->tool) ? self->n_sent : 0; i < self->points->len; i++) {
    double t_s = g_array_index (self->points, SbOpPoint, i).t_s;
    from_s = MIN (from_s, t_s - self->radius_s);
    to_s = MAX (to_s, t_s + self->radius_s);
  }
  if (spec->kind != SB_OP_STROKE && spec->kind != SB_OP_LASSO) {
    from_s = spec->from_s;
    to_s = spec->to_s;
  }
  if (!sb_tool_is_round (self->tool))
    sb_pending_clear (self->pending); /* another shape takes the last one's place */
  self->n_sent = sb_tool_is_round (self->tool) ? self->points->len : 1;
  SbViewport view = sb_painter_viewport (self); /* a band reaches far beyond it */
  from_s = MAX (from_s, view.from_s);
  to_s = MIN (to_s, view.to_s);
  if (from_s <= to_s)
    sb_pending_sent (self->pending, self->channel, self->n_sent, from_s, to_s);
}

static void
send_preview (SbPainter *self)
{
  g_autoptr (SbOperation) op = sb_painter_is_too_small (self) ? NULL : sb_painter_operation (self, NULL);
  gint64 begun_us = g_get_monotonic_time ();
  self->preview_due = false;
  if (!op && !self->previewed)
    return;
  self->previewed = sb_session_preview (self->session, op, NULL) && op;
  self->sent_us = g_get_monotonic_time ();
  self->sending_took_us = self->sent_us - begun_us;
  if (self->previewed)
    note_sent (self, op);
  if (sb_tool_is_round (self->tool) || self->workers_busy)
    return;
  self->workers_busy = true;
  sb_bridge_run (sb_session_pool (self->session), self, BEHIND_THE_VISIBLE, nothing_to_do, workers_through,
                 g_object_ref (self), g_object_unref);
}

static bool
may_send (const SbPainter *self)
{
  gint64 since_us = g_get_monotonic_time () - self->sent_us;
  if (sb_tool_is_round (self->tool) || !self->previewed)
    return true;
  return since_us >= REST_FACTOR * self->sending_took_us && (!self->workers_busy || since_us >= 1000 * PATIENCE_MS);
}

static gboolean
on_frame (GtkWidget *area, GdkFrameClock *clock, void *data)
{
  SbPainter *self = data;
  if (self->preview_due && may_send (self))
    send_preview (self);
  return G_SOURCE_CONTINUE;
}

/* --- the course of a drag --- */

static void
finish (SbPainter *self)
{
  if (self->tick)
    gtk_widget_remove_tick_callback (self->area, self->tick);
  self->tick = 0;
  self->active = self->by_keys = self->held = self->let_go = self->preview_due = self->previewed = false;
  self->n_sent = 0;
  sb_pending_clear (self->pending);
  g_array_set_size (self->points, 0);
  changed (self);
}

/* area_y: from the top of the widget. */
static void
add_point (SbPainter *self, double x, double area_y, double size)
{
  const SbRecording *recording = sb_session_recording (self->session);
  SbViewport view = sb_painter_viewport (self);
  SbLanes lanes = sb_painter_lanes (self);
  double y = sb_lanes_into (&lanes, MIN (self->lane, lanes.n - 1), area_y);
  bool moved = x != self->x || y != self->y;
  self->x = x;
  self->y = y;
  if (self->tool != SB_TOOL_LASSO && !sb_tool_is_round (self->tool)) {
    self->preview_due |= moved;
    if (self->tool == SB_TOOL_HARMONICS)
      sb_snap_ask (self->snap, &view, self->x, self->y, self->channel);
    return;
  }
  SbOpPoint point = {.t_s = CLAMP (sb_viewport_time (&view, x), 0, recording->duration_s),
                     .f_hz = CLAMP (sb_viewport_hz (&view, y), 0, recording->nyquist_hz),
                     .size = (float)size,
                     .strength = 1};
  if (self->points->len &&
      self->points->len < MAX_POINTS) { /* nothing new closer than a tenth of the brush, or a pixel */
    const SbOpPoint *last = &g_array_index (self->points, SbOpPoint, self->points->len - 1);
    double dx = sb_viewport_x (&view, last->t_s) - x, dy = sb_viewport_y (&view, last->f_hz) - y;
    double ds = (last->t_s - point.t_s) / self->radius_s, dh = (last->f_hz - point.f_hz) / self->radius_hz;
    if (dx * dx + dy * dy < 1 ||
        (sb_tool_is_round (self->tool) && ds * ds + dh * dh < 0.01 && fabs (last->size - size) < 0.02))
      return;
  }
  if (self->points->len < MAX_POINTS)
    g_array_append_val (self->points, point);
  self->preview_due = true;
}

static double
pen_size (double pressure)
{
  return CLAMP (pressure, MIN_PEN_SIZE, 1);
}

/* Points that GTK folded into this motion event. */
static void
add_history (SbPainter *self, GdkEvent *event)
{
  guint n = 0;
  g_autofree GdkTimeCoord *history = gdk_event_get_history (event, &n);
  GtkNative *native = gtk_widget_get_native (self->area);
  double surface_x, surface_y;
  gtk_native_get_surface_transform (native, &surface_x, &surface_y);
  for (guint i = 0; i < n; i++) {
    if (!(history[i].flags & GDK_AXIS_FLAG_X) || !(history[i].flags & GDK_AXIS_FLAG_Y))
      continue;
    double x, y;
    if (!gtk_widget_translate_coordinates (GTK_WIDGET (native), self->area, history[i].axes[GDK_AXIS_X] - surface_x,
                                           history[i].axes[GDK_AXIS_Y] - surface_y, &x, &y))
      continue;
    bool pressure = gdk_event_get_device_tool (event) && history[i].flags & GDK_AXIS_FLAG_PRESSURE;
    add_point (self, x, y, pressure ? pen_size (history[i].axes[GDK_AXIS_PRESSURE]) : 1);
  }
}

static bool
shift_is_held (GtkGestureDrag *drag)
{
  return gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (drag)) & GDK_SHIFT_MASK;
}

static double
event_size (GdkEvent *event)
{
  double pressure;
  if (event && gdk_event_get_device_tool (event) && gdk_event_get_axis (event, GDK_AXIS_PRESSURE, &pressure))
    return pen_size (pressure);
  return 1;
}

static void
begin (SbPainter *self, double x, double y, double size)
{
  const SbBrush *brush = sb_session_brush (self->session);
  self->active = true;
  self->tool = sb_session_tool (self->session);
  SbLanes lanes = sb_painter_lanes (self);
  self->lane = sb_lanes_at (&lanes, y);
  self->channel = sb_lanes_channel (&lanes, self->lane);
  SbViewport view = sb_painter_viewport (self);
  self->start_s = sb_viewport_time (&view, x);
  self->start_hz = sb_viewport_hz (&view, sb_lanes_into (&lanes, self->lane, y));
  g_free (self->id);
  self->id = g_uuid_string_random ();
  self->radius_s = brush->duration_s / 2;
  self->radius_hz = brush->bandwidth_hz / 2;
  g_array_set_size (self->points, 0);
  sb_snap_forget (self->snap);
  add_point (self, x, y, size);
}

static void
commit (SbPainter *self)
{
  g_autoptr (GError) error = NULL;
  SbView view = sb_session_view (self->session);
  g_autoptr (SbOperation) op = sb_painter_is_too_small (self) ? NULL : sb_painter_operation (self, &error);
  if (!op || !sb_session_apply (self->session, op, &error)) {
    sb_session_preview (self->session, NULL, NULL);
    if (error)
      sb_session_say (self->session, error->message);
  } else if (view == SB_VIEW_ORIGINAL)
    sb_session_set_view (self->session, SB_VIEW_RESULT);
  finish (self);
}

static void
on_drag_begin (GtkGestureDrag *drag, double x, double y, SbPainter *self)
{
  if (!sb_session_recording (self->session) || !sb_tool_paints (sb_session_tool (self->session)))
    return;
  gtk_widget_grab_focus (self->area);
  if (self->active) /* by keys */
    commit (self);
  sb_snap_set_off (self->snap, shift_is_held (drag));
  GdkEvent *event = gtk_gesture_get_last_event (GTK_GESTURE (drag), NULL);
  begin (self, x, y, event_size (event));
  self->tick = gtk_widget_add_tick_callback (self->area, on_frame, self, NULL);
  changed (self);
}

static void
on_drag_update (GtkGestureDrag *drag, double dx, double dy, SbPainter *self)
{
  double x, y;
  if (!self->active || !gtk_gesture_drag_get_start_point (drag, &x, &y))
    return;
  sb_snap_set_off (self->snap, shift_is_held (drag));
  GdkEvent *event = gtk_gesture_get_last_event (GTK_GESTURE (drag), NULL);
  if (event && gdk_event_get_event_type (event) == GDK_MOTION_NOTIFY)
    add_history (self, event);
  add_point (self, x + dx, y + dy, event_size (event));
  changed (self);
}

static void
on_drag_end (GtkGestureDrag *drag, double dx, double dy, SbPainter *self)
{
  if (self->active)
    commit (self);
}

static void
on_cancel (GtkGesture *drag, GdkEventSequence *sequence, SbPainter *self)
{
  sb_painter_cancel (self);
}

bool
sb_painter_cancel (SbPainter *self)
{
  if (!self->active)
    return false;
  sb_session_preview (self->session, NULL, NULL);
  finish (self);
  return true;
}

void
sb_painter_press (SbPainter *self, double x, double y, bool held)
{
  if (self->active) {
    if (self->let_go) /* and pressed again; one that repeats is only still down */
      commit (self);
    return;
  }
  if (!sb_session_recording (self->session) || !sb_tool_paints (sb_session_tool (self->session)))
    return;
  sb_snap_set_off (self->snap, false);
  begin (self, x, y, 1);
  self->by_keys = true;
  self->held = held;
  self->tick = gtk_widget_add_tick_callback (self->area, on_frame, self, NULL);
  changed (self);
}

void
sb_painter_move (SbPainter *self, double x, double y)
{
  if (!self->by_keys)
    return;
  add_point (self, x, y, 1);
  changed (self);
}

void
sb_painter_release (SbPainter *self)
{
  self->let_go = self->by_keys && self->held;
  if (self->by_keys && !self->held)
    commit (self);
}

static void
sb_painter_finalize (GObject *object)
{
  SbPainter *self = SB_PAINTER (object);
  sb_pending_free (self->pending);
  sb_snap_free (self->snap);
  g_array_unref (self->points);
  g_free (self->id);
  g_object_unref (self->session);
  G_OBJECT_CLASS (sb_painter_parent_class)->finalize (object);
}

static void
sb_painter_class_init (SbPainterClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sb_painter_finalize;
  g_signal_new ("changed", SB_TYPE_PAINTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_painter_init (SbPainter *self)
{
  self->points = g_array_new (FALSE, FALSE, sizeof (SbOpPoint));
}

SbPainter *
sb_painter_new (SbSession *session, GtkWidget *area)
{
  SbPainter *self = g_object_new (SB_TYPE_PAINTER, NULL);
  self->session = g_object_ref (session);
  self->pending = sb_pending_new (session);
  self->snap = sb_snap_new (session, ridge_found, self);
  self->area = area;
  self->drag = gtk_gesture_drag_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (self->drag), GDK_BUTTON_PRIMARY);
  g_signal_connect_object (self->drag, "drag-begin", G_CALLBACK (on_drag_begin), self, 0);
  g_signal_connect_object (self->drag, "drag-update", G_CALLBACK (on_drag_update), self, 0);
  g_signal_connect_object (self->drag, "drag-end", G_CALLBACK (on_drag_end), self, 0);
  g_signal_connect_object (self->drag, "cancel", G_CALLBACK (on_cancel), self, 0);
  gtk_widget_add_controller (area, GTK_EVENT_CONTROLLER (self->drag));
  return self;
}
