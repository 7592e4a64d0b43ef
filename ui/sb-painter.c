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
#include "ui/sb-painter.h"
#include "ui/sb-pending.h"
#include "ui/sb-session-lanes.h"
#include "ui/sb-snap.h"
#include "ui/sb-theme.h"
#include "ui/sb-worker-bridge.h"

#include <math.h>

#define MIN_PEN_SIZE 0.15
#define BEHIND_THE_VISIBLE 50.0 /* of the pool's priorities: after the visible picture, before the rest of it */
enum { MAX_POINTS = 100000, LEAST_PX = 3, PATIENCE_MS = 150, REST_FACTOR = 4 };

struct _SbPainter {
  GObject parent;
  SbSession *session;
  GtkWidget *area; /* owns the gesture, outlives us */
  GtkGesture *drag;
  bool active;
  bool by_keys, held, let_go; /* begun by a key; goes on when that is let go; it was, since */
  SbTool tool;
  GArray *points; /* of SbOpPoint */
  int lane, channel;        /* where it began; channel −1: all */
  double start_s, start_hz; /* where it began, whatever is visible meanwhile */
  double x, y;              /* y from the lane's top */
  double radius_s, radius_hz;
  SbSnap *snap; /* of a comb's lowest line */
  char *id; /* of the stroke in progress: previews that share it are known to continue one another */
  guint tick;
  SbPending *pending;
  guint n_sent; /* points in the last preview; of a shape without points: 1 */
  bool preview_due, previewed;
  bool workers_busy;              /* with what is visible of the last preview */
  gint64 sent_us, sending_took_us; /* of the last preview */
};

G_DEFINE_TYPE (SbPainter, sb_painter, G_TYPE_OBJECT)

static SbLanes
lanes_of (SbPainter *self)
{
  return sb_session_lanes (self->session, gtk_widget_get_height (self->area));
}

static SbViewport
viewport (SbPainter *self)
{
  SbLanes lanes = lanes_of (self);
  return sb_session_viewport (self->session, gtk_widget_get_width (self->area),
                              sb_lanes_height (&lanes, MIN (self->lane, lanes.n - 1)));
}

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

/* --- from points to an operation --- */

static void
spec_from_brush (SbPainter *self, SbOpSpec *spec, const int *channel)
{
  const SbBrush *brush = sb_session_brush (self->session);
  spec->restore = self->tool == SB_TOOL_ERASER;
  spec->gain_db = spec->restore ? 0 : brush->gain_db;
  if (self->tool == SB_TOOL_HARMONICS)
    spec->edge = brush->comb_deep ? SB_EDGE_DEEP : SB_EDGE_AUTO;
  else
    spec->edge = brush->strict ? SB_EDGE_STRICT : SB_EDGE_AUTO;
  spec->soft = brush->soft;
  if (*channel >= 0) {
    spec->channels = channel;
    spec->n_channels = 1;
  }
}

/* What box, time band and frequency band cover, between two corners. */
static void
box_bounds (SbPainter *self, SbOpSpec *spec)
{
  const SbRecording *recording = sb_session_recording (self->session);
  SbViewport view = viewport (self);
  double t0 = self->start_s, t1 = sb_viewport_time (&view, self->x);
  double f0 = self->start_hz, f1 = sb_viewport_hz (&view, self->y);
  spec->from_s = CLAMP (MIN (t0, t1), 0, recording->duration_s);
  spec->to_s = CLAMP (MAX (t0, t1), 0, recording->duration_s);
  spec->low_hz = CLAMP (MIN (f0, f1), 0, recording->nyquist_hz);
  spec->high_hz = CLAMP (MAX (f0, f1), 0, recording->nyquist_hz);
  if (self->tool == SB_TOOL_TIME) { /* soft only where it has an edge: else it would spare the lowest and highest */
    spec->low_hz = spec->soft_hz = 0;
    spec->high_hz = recording->nyquist_hz;
  }
  if (self->tool == SB_TOOL_BAND) {
    spec->from_s = spec->soft_s = 0;
    spec->to_s = recording->duration_s;
  }
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

/* A comb over the time dragged, whose lowest line is where the drag is now; a dab beyond the band would be refused. */
static void
comb (SbPainter *self, SbOpSpec *spec)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const SbBrush *brush = sb_session_brush (self->session);
  SbViewport view = viewport (self);
  double t0 = self->start_s, t1 = sb_viewport_time (&view, self->x);
  spec->from_s = CLAMP (MIN (t0, t1), 0, recording->duration_s);
  spec->to_s = CLAMP (MAX (t0, t1), 0, recording->duration_s);
  spec->f0_hz = CLAMP (sb_snap_hz (self->snap, &view, self->y), 1e-3, recording->nyquist_hz);
  spec->radius_hz = brush->comb_hz / 2;
  spec->count = MIN (brush->count, MAX (1, (int)floor ((recording->nyquist_hz + spec->radius_hz) / spec->f0_hz)));
}

bool
sb_painter_f0 (SbPainter *self, double *f0_hz)
{
  SbOpSpec spec;
  if (!self->active || self->tool != SB_TOOL_HARMONICS)
    return false;
  sb_op_spec_init (&spec, SB_OP_HARMONICS);
  comb (self, &spec);
  *f0_hz = spec.f0_hz;
  return true;
}

static SbOperation *
make_operation (SbPainter *self, GError **error)
{
  SbOpSpec spec;
  int channel = sb_session_paint_channel (self->session, self->channel);
  if (sb_tool_is_round (self->tool)) {
    sb_op_spec_init (&spec, SB_OP_STROKE);
    spec.radius_s = self->radius_s;
    spec.radius_hz = self->radius_hz;
  } else if (self->tool == SB_TOOL_LASSO)
    sb_op_spec_init (&spec, SB_OP_LASSO);
  else if (self->tool == SB_TOOL_HARMONICS) {
    sb_op_spec_init (&spec, SB_OP_HARMONICS);
    comb (self, &spec);
  } else {
    sb_op_spec_init (&spec, SB_OP_BOX);
    box_bounds (self, &spec);
  }
  spec.id = self->id;
  spec.points = (const SbOpPoint *)(const void *)self->points->data;
  spec.n_points = spec.kind == SB_OP_STROKE || spec.kind == SB_OP_LASSO ? self->points->len : 0;
  spec_from_brush (self, &spec, &channel);
  return sb_operation_new (&spec, error);
}

/* Not meant as a shape yet: a slip of the hand, or on its way. */
static bool
is_too_small (SbPainter *self)
{
  SbViewport view = viewport (self);
  if (sb_tool_is_round (self->tool))
    return false;
  if (self->tool == SB_TOOL_LASSO)
    return self->points->len < 3;
  return hypot (self->x - sb_viewport_x (&view, self->start_s), self->y - sb_viewport_y (&view, self->start_hz)) <
         LEAST_PX;
}

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
  SbViewport view = viewport (self); /* a band reaches far beyond it */
  from_s = MAX (from_s, view.from_s);
  to_s = MIN (to_s, view.to_s);
  if (from_s <= to_s)
    sb_pending_sent (self->pending, self->channel, self->n_sent, from_s, to_s);
}

static void
send_preview (SbPainter *self)
{
  g_autoptr (SbOperation) op = is_too_small (self) ? NULL : make_operation (self, NULL);
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
  SbViewport view = viewport (self);
  SbLanes lanes = lanes_of (self);
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
  SbLanes lanes = lanes_of (self);
  self->lane = sb_lanes_at (&lanes, y);
  self->channel = sb_lanes_channel (&lanes, self->lane);
  SbViewport view = viewport (self);
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
  g_autoptr (SbOperation) op = is_too_small (self) ? NULL : make_operation (self, &error);
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

/* --- what is shown meanwhile --- */

/* `waits`: what is inside is not as it will be. */
static void
cased_dashes (cairo_t *cr, bool waits)
{
  cairo_set_source_rgba (cr, 0, 0, 0, .45);
  if (waits)
    cairo_fill_preserve (cr);
  sb_theme_stroke_dashes (cr);
}

static void
draw_comb (cairo_t *cr, const SbViewport *view, const SbOpSpec *spec, bool waits)
{
  double x0 = MAX (sb_viewport_x (view, spec->from_s), -4),
         x1 = MIN (sb_viewport_x (view, spec->to_s), view->width_px + 4);
  for (int k = 1; k <= spec->count; k++) {
    double y0 = sb_viewport_y (view, k * spec->f0_hz + spec->radius_hz);
    double y1 = sb_viewport_y (view, MAX (0, k * spec->f0_hz - spec->radius_hz));
    if (y1 >= -4 && y0 <= view->height_px + 4)
      cairo_rectangle (cr, round (x0) + .5, round (y0) + .5, MAX (1, round (x1 - x0)), MAX (1, round (y1 - y0)));
  }
  cased_dashes (cr, waits);
}

void
sb_painter_draw (SbPainter *self, cairo_t *cr, const SbViewport *view)
{
  int width = view->width_px, height = view->height_px;
  if (!self->active || sb_tool_is_round (self->tool))
    return;
  bool waits = self->previewed && (self->preview_due || sb_pending_shown (self->pending, 1) < 1);
  if (self->tool == SB_TOOL_LASSO) {
    for (guint i = 0; i < self->points->len; i++) {
      const SbOpPoint *point = &g_array_index (self->points, SbOpPoint, i);
      cairo_line_to (cr, sb_viewport_x (view, point->t_s), sb_viewport_y (view, point->f_hz));
    }
    cairo_close_path (cr);
    cased_dashes (cr, waits);
    return;
  }
  SbOpSpec spec;
  if (self->tool == SB_TOOL_HARMONICS) {
    sb_op_spec_init (&spec, SB_OP_HARMONICS);
    comb (self, &spec);
    draw_comb (cr, view, &spec, waits);
    return;
  }
  sb_op_spec_init (&spec, SB_OP_BOX);
  box_bounds (self, &spec);
  double x0 = MAX (sb_viewport_x (view, spec.from_s), -4), x1 = MIN (sb_viewport_x (view, spec.to_s), width + 4);
  double y0 = MAX (sb_viewport_y (view, spec.high_hz), -4), y1 = MIN (sb_viewport_y (view, spec.low_hz), height + 4);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_rectangle (cr, x0, y0, x1 - x0, y1 - y0);
  cairo_set_source_rgba (cr, 0, 0, 0, .16);
  cairo_fill (cr);
  cairo_rectangle (cr, round (x0) + .5, round (y0) + .5, round (x1 - x0), round (y1 - y0));
  cased_dashes (cr, waits);
}

void
sb_painter_snapshot_pending (SbPainter *self, GtkSnapshot *snapshot, const SbViewport *view)
{
  if (!self->active || !sb_tool_is_round (self->tool))
    return;
  guint n = self->points->len, shown = sb_pending_shown (self->pending, n);
  sb_pending_fill_dabs (snapshot, view, (const SbOpPoint *)(const void *)self->points->data, shown, n, self->radius_s,
                        self->radius_hz);
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
