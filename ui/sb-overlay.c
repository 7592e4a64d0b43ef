/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * White moves with the hand (sb-pointer-marks.h), colour stays with the sound,
 * and everything has a dark casing.  The outline's node is kept until the mask
 * or the view changes; the rest is cheap and drawn anew.
 *
 * Where channels are stacked each lane is a plane of its own: what belongs to a
 * frequency is drawn lane by lane, moved to its top; lines in time go through. */
#include "ui/sb-overlay.h"
#include "base/sb-units.h"
#include "ui/sb-inspector.h"
#include "ui/sb-measure-tool.h"
#include "ui/sb-edit-hit.h"
#include "ui/sb-harmonic-cursor.h"
#include "ui/sb-navigator.h"
#include "ui/sb-outline.h"
#include "ui/sb-lane-labels.h"
#include "ui/sb-painter.h"
#include "ui/sb-pointer-marks.h"
#include "ui/sb-probe.h"
#include "ui/sb-session-lanes.h"

#include <math.h>

enum { N_OUTLINES = 4 }; /* drawn in the order of SbOutlineWhat */
enum { WHEEL_HIDES_MS = 400 };

struct _SbOverlay {
  GtkWidget parent;
  SbSession *session;
  SbPainter *painter;
  SbMeasureTool *measure;
  SbOutline *outline[SB_MOST_LANES][N_OUTLINES]; /* made when a lane is first shown */
  GskRenderNode *labels;                         /* NULL: to be made, where there are any */
  SbProbe *probe;
  bool inside, chip_hidden;
  guint chip_timeout;
  double x, y;           /* the pointer's place, which arrow keys move too */
  double hand_x, hand_y; /* where the mouse or pen last really was */
};

G_DEFINE_TYPE (SbOverlay, sb_overlay, GTK_TYPE_WIDGET)

static SbLanes
lanes_of (SbOverlay *self)
{
  return sb_session_lanes (self->session, gtk_widget_get_height (GTK_WIDGET (self)));
}

/* A lane: its channel (−1: all), where it starts, and its plane. */
typedef struct {
  int lane, channel, top;
  SbViewport view;
} Plane;

static Plane
plane_of (SbOverlay *self, const SbLanes *lanes, int lane)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  return (Plane){lane, sb_lanes_channel (lanes, lane), sb_lanes_top (lanes, lane),
                 sb_session_viewport (self->session, width, sb_lanes_height (lanes, lane))};
}

/* Where the pointer is, and its y there; a drag stays in the lane it began in. */
static Plane
plane_of_pointer (SbOverlay *self, double *y)
{
  SbLanes lanes = lanes_of (self);
  int lane = sb_lanes_at (&lanes, self->y);
  if (sb_painter_is_active (self->painter))
    lane = MIN (sb_painter_lane (self->painter), lanes.n - 1);
  *y = sb_lanes_into (&lanes, lane, self->y);
  return plane_of (self, &lanes, lane);
}

static SbPlace
place_of_pointer (SbOverlay *self)
{
  double y;
  Plane plane = plane_of_pointer (self, &y);
  return (SbPlace){sb_viewport_time (&plane.view, self->x), sb_viewport_hz (&plane.view, y), plane.channel};
}

bool
sb_overlay_cancel (SbOverlay *self)
{
  return sb_measure_tool_cancel (self->measure) || sb_painter_cancel (self->painter);
}

/* --- drawing --- */

static void
append_lines (SbOverlay *self, GtkSnapshot *snapshot, const SbViewport *view) /* view: of the whole height */
{
  const GdkRGBA white = {1, 1, 1, 1}, casing = {0, 0, 0, .55}, faint = {1, 1, 1, .28};
  double from, to;
  if (sb_session_loop (self->session, &from, &to)) {
    double edges[2] = {sb_viewport_x (view, from), sb_viewport_x (view, to)};
    for (int i = 0; i < 2; i++)
      gtk_snapshot_append_color (snapshot, &faint, &GRAPHENE_RECT_INIT (floor (edges[i]), 0, 1, view->height_px));
  }
  double x = floor (sb_viewport_x (view, sb_session_playhead (self->session)));
  if (x >= -2 && x <= view->width_px + 2) {
    gtk_snapshot_append_color (snapshot, &casing, &GRAPHENE_RECT_INIT (x - 1, 0, 3, view->height_px));
    gtk_snapshot_append_color (snapshot, &white, &GRAPHENE_RECT_INIT (x, 0, 1, view->height_px));
  }
}

static bool
measures (SbOverlay *self)
{
  return sb_session_tool (self->session) == SB_TOOL_MEASURE;
}

/* What is read stands in the pointer's lane; the cross's upright goes through all. */
static void
append_crosshair (SbOverlay *self, GtkSnapshot *snapshot, const SbViewport *view, bool here, double pointer_y)
{
  double hz = sb_viewport_hz (view, pointer_y), y = pointer_y;
  SbReadout readout;
  sb_pointer_marks_crosshair (snapshot, view, self->x, here ? pointer_y : NAN);
  if (!here)
    return;
  if (sb_probe_readout (self->probe, &readout) && isfinite (readout.level_db)) {
    hz = readout.hz;
    y = sb_viewport_y (view, MAX (readout.hz, view->low_hz * .5));
  }
  if (sb_inspector_harmonics (sb_inspector_of (self->session)))
    sb_harmonic_cursor_append (GTK_WIDGET (self), snapshot, view, floor (self->x), hz);
  sb_pointer_marks_reading (snapshot, self->x, y);
}

static void
append_chip (SbOverlay *self, GtkSnapshot *snapshot)
{
  SbPlace place = place_of_pointer (self);
  double hz = place.hz;
  SbReadout readout;
  if (measures (self) && sb_probe_readout (self->probe, &readout) && isfinite (readout.level_db))
    hz = readout.hz; /* what sounds there, not where the hand is */
  bool comb = sb_painter_f0 (self->painter, &hz);
  g_autofree char *time = sb_inspector_format_time (sb_inspector_of (self->session), place.t_s);
  g_autofree char *number = sb_format_hz (hz, 1), *frequency = g_strconcat (comb ? "f₀ " : "", number, NULL);
  g_autofree char *note = sb_format_note (hz);
  g_autofree char *channel = sb_session_channel_short (self->session, place.channel);
  g_autofree char *where = *channel ? g_strconcat (channel, "   ", time, NULL) : g_strdup (time);
  g_autofree char *head = g_strjoin ("   ", where, frequency, *note ? note : NULL, NULL);
  sb_pointer_marks_chip (GTK_WIDGET (self), snapshot, self->x, self->y, head, sb_probe_text (self->probe));
}

/* --- lane by lane --- */

static void
append_outlines (SbOverlay *self, GtkSnapshot *snapshot, const Plane *plane)
{
  for (int i = 0; i < N_OUTLINES && self->outline[plane->lane][i]; i++)
    sb_outline_append (self->outline[plane->lane][i], GTK_WIDGET (self), snapshot, &plane->view);
}

static void
append_pending (SbOverlay *self, GtkSnapshot *snapshot, const Plane *plane)
{
  if (sb_painter_reaches (self->painter, -1, plane->channel))
    sb_painter_snapshot_pending (self->painter, snapshot, &plane->view);
}

static void
append_hand (SbOverlay *self, GtkSnapshot *snapshot, const Plane *plane)
{
  double y;
  Plane hand = plane_of_pointer (self, &y);
  bool here = hand.lane == plane->lane, reached = sb_painter_reaches (self->painter, hand.channel, plane->channel);
  bool is_round = sb_tool_is_round (sb_session_tool (self->session));
  if (sb_measure_tool_box_in (self->measure, plane->channel))
    sb_measure_tool_snapshot (self->measure, snapshot, &plane->view);
  if (sb_painter_is_active (self->painter) && reached && !is_round) {
    /* not for strokes: a node as large as the lane has all of it painted again */
    cairo_t *cr = gtk_snapshot_append_cairo (
        snapshot, &GRAPHENE_RECT_INIT (0, 0, plane->view.width_px, plane->view.height_px));
    sb_painter_draw (self->painter, cr, &plane->view);
    cairo_destroy (cr);
  }
  if (!self->inside && !gtk_widget_has_visible_focus (GTK_WIDGET (self)))
    return;
  if (measures (self))
    append_crosshair (self, snapshot, &plane->view, here, y);
  else if (here || (reached && is_round))
    sb_pointer_marks_brush (snapshot, &plane->view, self->x, sb_viewport_hz (&hand.view, y),
                            is_round ? sb_session_brush (self->session) : NULL, here);
}

static void
each_lane (SbOverlay *self, GtkSnapshot *snapshot, void (*append) (SbOverlay *, GtkSnapshot *, const Plane *))
{
  SbLanes lanes = lanes_of (self);
  for (int lane = 0; lane < lanes.n; lane++) {
    Plane plane = plane_of (self, &lanes, lane);
    if (lanes.n == 1) {
      append (self, snapshot, &plane);
      return;
    }
    gtk_snapshot_save (snapshot);
    gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, plane.top));
    gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, plane.view.width_px, plane.view.height_px));
    append (self, snapshot, &plane);
    gtk_snapshot_pop (snapshot);
    gtk_snapshot_restore (snapshot);
  }
}

static void
sb_overlay_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbOverlay *self = SB_OVERLAY (widget);
  SbViewport view = sb_session_viewport (self->session, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  if (!sb_session_recording (self->session))
    return;
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, view.width_px, view.height_px));
  each_lane (self, snapshot, append_pending);
  each_lane (self, snapshot, append_outlines);
  append_lines (self, snapshot, &view);
  if (!self->labels)
    self->labels = sb_lane_labels_node_new (self->session, widget, view.height_px);
  if (self->labels)
    gtk_snapshot_append_node (snapshot, self->labels);
  each_lane (self, snapshot, append_hand);
  if ((self->inside || gtk_widget_has_visible_focus (widget)) && !self->chip_hidden)
    append_chip (self, snapshot);
  gtk_snapshot_pop (snapshot);
}

/* --- what makes it draw again --- */

static void
add_outlines (SbOverlay *self, int lane)
{
  for (int i = 0; i < N_OUTLINES; i++) {
    self->outline[lane][i] = sb_outline_new (self->session, (SbOutlineWhat)i);
    g_signal_connect_object (self->outline[lane][i], "changed", G_CALLBACK (gtk_widget_queue_draw), self,
                             G_CONNECT_SWAPPED);
  }
}

static void
update_outlines (SbOverlay *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  SbLanes lanes = lanes_of (self);
  for (int lane = 0; lane < lanes.n; lane++) {
    if (!self->outline[lane][0])
      add_outlines (self, lane);
    for (int i = 0; i < N_OUTLINES; i++) {
      sb_outline_set_channel (self->outline[lane][i], sb_lanes_channel (&lanes, lane));
      sb_outline_update (self->outline[lane][i], gtk_widget_get_width (widget), sb_lanes_height (&lanes, lane),
                         gtk_widget_get_scale_factor (widget));
    }
  }
  for (int lane = lanes.n; lane < SB_MOST_LANES; lane++)
    for (int i = 0; i < N_OUTLINES; i++)
      g_clear_object (&self->outline[lane][i]);
}

static void
view_changed (SbOverlay *self)
{
  g_clear_pointer (&self->labels, gsk_render_node_unref);
  update_outlines (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The edit under the pointer; none while one is being painted. */
static void
hover (SbOverlay *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  SbOperation *op = NULL;
  if (recording && self->inside && !sb_painter_is_active (self->painter)) {
    double y;
    Plane plane = plane_of_pointer (self, &y);
    op = sb_edit_at (recording->document, &plane.view, plane.channel, self->x, y);
  }
  sb_session_hover (self->session, op ? sb_operation_id (op) : NULL);
}

static void
describe (SbOverlay *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  if (!recording)
    return;
  SbPlace place = place_of_pointer (self);
  SbViewport view = sb_session_viewport (self->session, 1, 1);
  g_autofree char *span = sb_format_span (view.from_s, view.to_s, 2);
  g_autofree char *band = sb_format_band (view.low_hz, view.high_hz);
  g_autofree char *time = sb_format_time (place.t_s, 3);
  g_autofree char *frequency = sb_format_hz (place.hz, 1);
  g_autofree char *channel = sb_session_channel_name (self->session, place.channel);
  g_autofree char *pointer = self->inside
                                 ? g_strdup_printf ("; pointer at %s%s%s, %s, %s", channel, *channel ? ", " : "", time,
                                                    frequency, sb_probe_text (self->probe))
                                 : g_strdup ("");
  g_autofree char *text = g_strdup_printf ("%s, %s, %s; %s; %d edits%s", sb_view_name (sb_session_view (self->session)),
                                           span, band, sb_tool_title (sb_session_tool (self->session)),
                                           sb_document_n_edits (recording->document), pointer);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

/* Whoever moves by keys is told where the pointer is now. */
static void
level_ready (SbOverlay *self)
{
  if (gtk_widget_has_visible_focus (GTK_WIDGET (self)))
    describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
ask_level (SbOverlay *self)
{
  SbPlace place = place_of_pointer (self);
  if (!self->inside)
    return;
  sb_probe_ask (self->probe, &place);
  sb_inspector_move (sb_inspector_of (self->session), &place);
}

static void
state_changed (SbOverlay *self)
{
  view_changed (self);
  describe (self);
  ask_level (self);
  hover (self);
}

/* A preview changes the mask without changing the list. */
static void
pixels (SbOverlay *self, int view, double from_s, double to_s)
{
  if (view != SB_VIEW_RESULT)
    return;
  update_outlines (self);
  if (sb_painter_is_active (self->painter))
    gtk_widget_queue_draw (GTK_WIDGET (self)); /* what was dark may be ready */
  else
    ask_level (self);
}

/* --- pointer and keys --- */

static void
move_pointer (SbOverlay *self, double x, double y)
{
  self->x = x;
  self->y = y;
  sb_painter_move (self->painter, x, y);
  ask_level (self);
  hover (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_motion (GtkEventControllerMotion *motion, double x, double y, SbOverlay *self)
{
  bool moved = x != self->hand_x || y != self->hand_y;
  self->hand_x = x;
  self->hand_y = y;
  if (!moved && self->inside) /* GTK tells where the pointer is after each layout: that must not undo the arrow keys */
    return;
  if (moved)
    sb_inspector_hand_moved (sb_inspector_of (self->session));
  self->inside = true;
  move_pointer (self, x, y);
}

static void
on_leave (GtkEventControllerMotion *motion, SbOverlay *self)
{
  self->inside = false;
  sb_inspector_leave (sb_inspector_of (self->session));
  hover (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
show_chip (void *data)
{
  SbOverlay *self = data;
  self->chip_timeout = 0;
  self->chip_hidden = false;
  ask_level (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* Before the navigator moves the view: the chip would only flicker. */
static gboolean
on_wheel (GtkEventControllerScroll *scroll, double dx, double dy, SbOverlay *self)
{
  self->chip_hidden = true;
  g_clear_handle_id (&self->chip_timeout, g_source_remove);
  self->chip_timeout = g_timeout_add (WHEEL_HIDES_MS, show_chip, self);
  return FALSE;
}

static bool
is_enter (guint keyval)
{
  return keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter;
}

static void
on_key_released (GtkEventControllerKey *key, guint keyval, guint keycode, GdkModifierType state, SbOverlay *self)
{
  if (is_enter (keyval))
    sb_painter_release (self->painter);
}

static gboolean
on_key (GtkEventControllerKey *key, guint keyval, guint keycode, GdkModifierType state, SbOverlay *self)
{
  double step = state & GDK_SHIFT_MASK ? 10 : 1, dx = 0, dy = 0;
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK) || !sb_session_recording (self->session))
    return FALSE;
  if (is_enter (keyval)) {
    sb_painter_press (self->painter, self->x, self->y, state & GDK_SHIFT_MASK);
    return TRUE;
  }
  if (keyval == GDK_KEY_Left)
    dx = -step;
  else if (keyval == GDK_KEY_Right)
    dx = step;
  else if (keyval == GDK_KEY_Up)
    dy = -step;
  else if (keyval == GDK_KEY_Down)
    dy = step;
  else
    return FALSE;
  self->inside = true;
  sb_inspector_hand_moved (sb_inspector_of (self->session));
  move_pointer (self, CLAMP (self->x + dx, 0, gtk_widget_get_width (GTK_WIDGET (self)) - 1),
                CLAMP (self->y + dy, 0, gtk_widget_get_height (GTK_WIDGET (self)) - 1));
  return TRUE;
}

static void
sb_overlay_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SbOverlay *self = SB_OVERLAY (widget);
  g_clear_pointer (&self->labels, gsk_render_node_unref);
  update_outlines (self);
}

static void
sb_overlay_dispose (GObject *object)
{
  SbOverlay *self = SB_OVERLAY (object);
  g_clear_handle_id (&self->chip_timeout, g_source_remove);
  g_clear_object (&self->painter);
  g_clear_object (&self->measure);
  for (int lane = 0; lane < SB_MOST_LANES; lane++)
    for (int i = 0; i < N_OUTLINES; i++)
      g_clear_object (&self->outline[lane][i]);
  g_clear_pointer (&self->labels, gsk_render_node_unref);
  g_clear_object (&self->probe);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (sb_overlay_parent_class)->dispose (object);
}

static void
sb_overlay_class_init (SbOverlayClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = sb_overlay_dispose;
  widget_class->snapshot = sb_overlay_snapshot;
  widget_class->size_allocate = sb_overlay_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_overlay_init (SbOverlay *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "none");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Spectrogram", -1);
}

static void
add_controllers (SbOverlay *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  g_signal_connect (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  GtkEventController *key = gtk_event_controller_key_new ();
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), self);
  g_signal_connect (key, "key-released", G_CALLBACK (on_key_released), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
  GtkEventController *focus = gtk_event_controller_focus_new (); /* a key that is let go elsewhere is let go */
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (sb_painter_release), self->painter);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  sb_navigator_attach (self->session, GTK_WIDGET (self), SB_NAVIGATE_BOTH);
  GtkEventController *wheel = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  gtk_event_controller_set_propagation_phase (wheel, GTK_PHASE_CAPTURE);
  g_signal_connect (wheel, "scroll", G_CALLBACK (on_wheel), self);
  gtk_widget_add_controller (GTK_WIDGET (self), wheel);
}

GtkWidget *
sb_overlay_new (SbSession *session)
{
  SbOverlay *self = g_object_new (SB_TYPE_OVERLAY, NULL);
  self->session = g_object_ref (session);
  self->probe = sb_probe_new (session);
  self->painter = sb_painter_new (session, GTK_WIDGET (self));
  self->measure = sb_measure_tool_new (session, GTK_WIDGET (self));
  add_controllers (self);
  g_signal_connect_object (self->probe, "changed", G_CALLBACK (level_ready), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painter, "changed", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_inspector_of (session), "box", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selected", G_CALLBACK (view_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "hovered", G_CALLBACK (view_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "pixels", G_CALLBACK (pixels), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "playhead", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  static const char *const all[] = {"span", "colours", "source", "edits", "tool", "recording"};
  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    g_signal_connect_object (session, all[i], G_CALLBACK (state_changed), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
