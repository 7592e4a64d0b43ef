/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   ■───■───■   grab: which edges the drag moves; all four: the box itself */
#include "ui/sb-measure-tool.h"
#include "ui/sb-session-lanes.h"
#include "ui/sb-theme.h"

#include <math.h>

enum { HANDLE = 8, REACH = 7, LEAST_PX = 3 };
enum { LEFT = 1, RIGHT = 2, TOP = 4, BOTTOM = 8, WHOLE = 15, NEW = 16 };

struct _SbMeasureTool {
  GObject parent;
  SbSession *session;
  GtkWidget *area; /* owns the gesture, outlives us */
  bool active, had_box;
  SbBox former;
  int grab;
  int lane, former_channel;
  double start_x, start_y; /* from the lane's top */
};

G_DEFINE_TYPE (SbMeasureTool, sb_measure_tool, G_TYPE_OBJECT)

typedef struct {
  double x0, y0, x1, y1;
} Corners;

static bool
in_hand (SbMeasureTool *self)
{
  return sb_session_tool (self->session) == SB_TOOL_MEASURE;
}

static SbViewport
viewport (SbMeasureTool *self)
{
  SbLanes lanes = sb_session_lanes (self->session, gtk_widget_get_height (self->area));
  return sb_session_viewport (self->session, gtk_widget_get_width (self->area),
                              sb_lanes_height (&lanes, MIN (self->lane, lanes.n - 1)));
}

bool
sb_measure_tool_box_in (SbMeasureTool *self, int channel)
{
  int box_channel = sb_inspector_box_channel (sb_inspector_of (self->session));
  return channel < 0 || box_channel < 0 || box_channel == channel;
}

static Corners
corners_of (const SbBox *box, const SbViewport *view)
{
  double floor_hz = MAX (box->low_hz, view->low_hz * .25);
  return (Corners){sb_viewport_x (view, box->from_s), sb_viewport_y (view, box->high_hz),
                   sb_viewport_x (view, box->to_s), sb_viewport_y (view, floor_hz)};
}

/* --- the hand --- */

static int
what_is_at (SbMeasureTool *self, int channel, double x, double y)
{
  SbBox box;
  if (!sb_inspector_box (sb_inspector_of (self->session), &box) || !sb_measure_tool_box_in (self, channel))
    return NEW;
  SbViewport view = viewport (self);
  Corners c = corners_of (&box, &view);
  if (x < c.x0 - REACH || x > c.x1 + REACH || y < c.y0 - REACH || y > c.y1 + REACH)
    return NEW;
  int grab = fabs (x - c.x0) <= REACH ? LEFT : fabs (x - c.x1) <= REACH ? RIGHT : 0;
  grab |= fabs (y - c.y0) <= REACH ? TOP : fabs (y - c.y1) <= REACH ? BOTTOM : 0;
  return grab ? grab : WHOLE;
}

static void
on_drag_begin (GtkGestureDrag *drag, double x, double y, SbMeasureTool *self)
{
  if (!in_hand (self) || !sb_session_recording (self->session))
    return;
  gtk_widget_grab_focus (self->area);
  self->active = true;
  self->had_box = sb_inspector_box (sb_inspector_of (self->session), &self->former);
  self->former_channel = sb_inspector_box_channel (sb_inspector_of (self->session));
  SbLanes lanes = sb_session_lanes (self->session, gtk_widget_get_height (self->area));
  self->lane = sb_lanes_at (&lanes, y);
  self->start_x = x;
  self->start_y = sb_lanes_into (&lanes, self->lane, y);
  self->grab = what_is_at (self, sb_lanes_channel (&lanes, self->lane), x, self->start_y);
}

static SbBox
dragged (SbMeasureTool *self, double dx, double dy)
{
  SbViewport view = viewport (self);
  SbLanes lanes = sb_session_lanes (self->session, gtk_widget_get_height (self->area));
  if (lanes.n > 1) /* no further than its lane */
    dy = CLAMP (self->start_y + dy, 0, view.height_px) - self->start_y;
  if (self->grab == NEW)
    return (SbBox){sb_viewport_time (&view, self->start_x), sb_viewport_time (&view, self->start_x + dx),
                   sb_viewport_hz (&view, self->start_y + dy), sb_viewport_hz (&view, self->start_y)};
  Corners c = corners_of (&self->former, &view);
  SbBox box = self->former;
  if (self->grab & LEFT)
    box.from_s = sb_viewport_time (&view, c.x0 + dx);
  if (self->grab & RIGHT)
    box.to_s = sb_viewport_time (&view, c.x1 + dx);
  if (self->grab & TOP)
    box.high_hz = sb_viewport_hz (&view, c.y0 + dy);
  if (self->grab & BOTTOM)
    box.low_hz = MAX (0, sb_viewport_hz (&view, c.y1 + dy));
  return box;
}

static void
on_drag_update (GtkGestureDrag *drag, double dx, double dy, SbMeasureTool *self)
{
  if (!self->active || (self->grab == NEW && hypot (dx, dy) < LEAST_PX))
    return;
  SbBox box = dragged (self, dx, dy);
  SbLanes lanes = sb_session_lanes (self->session, gtk_widget_get_height (self->area));
  int channel = self->grab == NEW ? sb_lanes_channel (&lanes, MIN (self->lane, lanes.n - 1)) : self->former_channel;
  sb_inspector_set_box_in (sb_inspector_of (self->session), &box, channel);
}

static void
on_drag_end (GtkGestureDrag *drag, double dx, double dy, SbMeasureTool *self)
{
  if (self->active && self->grab == NEW && hypot (dx, dy) < LEAST_PX)
    sb_inspector_set_box (sb_inspector_of (self->session), NULL);
  self->active = false;
}

static void
on_cancel (GtkGesture *drag, GdkEventSequence *sequence, SbMeasureTool *self)
{
  sb_measure_tool_cancel (self);
}

bool
sb_measure_tool_cancel (SbMeasureTool *self)
{
  bool was = self->active;
  self->active = false;
  if (was)
    sb_inspector_set_box_in (sb_inspector_of (self->session), self->had_box ? &self->former : NULL,
                             self->former_channel);
  return was;
}

/* --- drawing --- */

/* One edge, in a node of its own: only what it covers is painted again when the box changes. */
static void
append_edge (GtkSnapshot *snapshot, const graphene_rect_t *bounds, double x0, double y0, double x1, double y1)
{
  if (bounds->size.width < 1 || bounds->size.height < 1)
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, bounds);
  cairo_move_to (cr, round (x0) + .5, round (y0) + .5);
  cairo_line_to (cr, round (x1) + .5, round (y1) + .5);
  sb_theme_stroke_dashes (cr);
  cairo_destroy (cr);
}

static void
append_edges (GtkSnapshot *snapshot, const Corners *c, const SbViewport *view)
{
  double left = MAX (c->x0, -10), right = MIN (c->x1, view->width_px + 10);
  double top = MAX (c->y0, -10), bottom = MIN (c->y1, view->height_px + 10);
  for (int i = 0; i < 2; i++) {
    double y = i ? c->y1 : c->y0, x = i ? c->x1 : c->x0;
    append_edge (snapshot, &GRAPHENE_RECT_INIT (floor (left) - 2, floor (y) - 3, ceil (right - left) + 5, 7), left, y,
                 right, y);
    append_edge (snapshot, &GRAPHENE_RECT_INIT (floor (x) - 3, floor (top) - 2, 7, ceil (bottom - top) + 5), x, top, x,
                 bottom);
  }
}

static void
append_dim (GtkSnapshot *snapshot, const Corners *c, const SbViewport *view)
{
  const GdkRGBA dim = {0, 0, 0, .16f};
  double w = view->width_px, h = view->height_px;
  double x0 = CLAMP (c->x0, 0, w), x1 = CLAMP (c->x1, 0, w), y0 = CLAMP (c->y0, 0, h), y1 = CLAMP (c->y1, 0, h);
  gtk_snapshot_append_color (snapshot, &dim, &GRAPHENE_RECT_INIT (0, 0, w, y0));
  gtk_snapshot_append_color (snapshot, &dim, &GRAPHENE_RECT_INIT (0, y1, w, h - y1));
  gtk_snapshot_append_color (snapshot, &dim, &GRAPHENE_RECT_INIT (0, y0, x0, y1 - y0));
  gtk_snapshot_append_color (snapshot, &dim, &GRAPHENE_RECT_INIT (x1, y0, w - x1, y1 - y0));
}

static void
append_handles (GtkSnapshot *snapshot, const Corners *c)
{
  const GdkRGBA white = {1, 1, 1, 1}, casing = {0, 0, 0, .6f};
  double xs[3] = {round (c->x0), round ((c->x0 + c->x1) / 2), round (c->x1)};
  double ys[3] = {round (c->y0), round ((c->y0 + c->y1) / 2), round (c->y1)};
  for (int i = 0; i < 9; i++) {
    double x = xs[i % 3] - HANDLE / 2, y = ys[i / 3] - HANDLE / 2;
    if (i == 4)
      continue;
    gtk_snapshot_append_color (snapshot, &casing, &GRAPHENE_RECT_INIT (x - 1, y - 1, HANDLE + 2, HANDLE + 2));
    gtk_snapshot_append_color (snapshot, &white, &GRAPHENE_RECT_INIT (x, y, HANDLE, HANDLE));
  }
}

static void
append_size (SbMeasureTool *self, GtkSnapshot *snapshot, const SbBox *box, const Corners *c, const SbViewport *view)
{
  double wide = box->to_s - box->from_s, high = box->high_hz - box->low_hz;
  g_autofree char *band =
      high >= 1000 ? g_strdup_printf ("%.2f kHz", high / 1000) : sb_format_hz (high, high < 100 ? 1 : 0);
  g_autofree char *time = wide < 0.1 ? g_strdup_printf ("%.2f ms", wide * 1000) : g_strdup_printf ("%.3f s", wide);
  g_autofree char *text = g_strdup_printf ("%s × %s", time, band);
  g_autoptr (PangoLayout) layout = sb_theme_layout (self->area, 12, true, text);
  int width, height;
  pango_layout_get_pixel_size (layout, &width, &height);
  double full_w = width + 16, full_h = height + 10, x = MAX (c->x0, 0) + 8,
         y = MIN (c->y1, view->height_px) - 8 - full_h;
  if (c->x1 - c->x0 < full_w + 16 || c->y1 - c->y0 < full_h + 16) { /* no room inside: below, or above */
    x = c->x0;
    y = c->y1 + 10 + full_h > view->height_px ? c->y0 - 10 - full_h : c->y1 + 10;
  }
  y = CLAMP (y, 0, MAX (view->height_px - full_h, 0));
  const GdkRGBA ground = {.06f, .06f, .06f, .88f}, white = {1, 1, 1, 1};
  GskRoundedRect chip;
  gsk_rounded_rect_init_from_rect (&chip, &GRAPHENE_RECT_INIT (round (x), round (y), full_w, full_h), 6);
  gtk_snapshot_push_rounded_clip (snapshot, &chip);
  gtk_snapshot_append_color (snapshot, &ground, &chip.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (round (x) + 8, round (y) + 5));
  gtk_snapshot_append_layout (snapshot, layout, &white);
  gtk_snapshot_restore (snapshot);
}

void
sb_measure_tool_snapshot (SbMeasureTool *self, GtkSnapshot *snapshot, const SbViewport *view)
{
  SbBox box;
  if (!sb_inspector_box (sb_inspector_of (self->session), &box))
    return;
  Corners c = corners_of (&box, view);
  if (c.x1 < -8 || c.x0 > view->width_px + 8 || c.y1 < -8 || c.y0 > view->height_px + 8)
    return;
  if (in_hand (self))
    append_dim (snapshot, &c, view);
  append_edges (snapshot, &c, view);
  if (!in_hand (self))
    return;
  append_handles (snapshot, &c);
  append_size (self, snapshot, &box, &c, view);
}

static void
sb_measure_tool_finalize (GObject *object)
{
  g_object_unref (SB_MEASURE_TOOL (object)->session);
  G_OBJECT_CLASS (sb_measure_tool_parent_class)->finalize (object);
}

static void
sb_measure_tool_class_init (SbMeasureToolClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sb_measure_tool_finalize;
}

static void
sb_measure_tool_init (SbMeasureTool *self)
{
}

SbMeasureTool *
sb_measure_tool_new (SbSession *session, GtkWidget *area)
{
  SbMeasureTool *self = g_object_new (SB_TYPE_MEASURE_TOOL, NULL);
  GtkGesture *drag = gtk_gesture_drag_new ();
  self->session = g_object_ref (session);
  self->area = area;
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), GDK_BUTTON_PRIMARY);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (on_drag_begin), self, 0);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (on_drag_update), self, 0);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (on_drag_end), self, 0);
  g_signal_connect_object (drag, "cancel", G_CALLBACK (on_cancel), self, 0);
  gtk_widget_add_controller (area, GTK_EVENT_CONTROLLER (drag));
  return self;
}
