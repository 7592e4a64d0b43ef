/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   wheel              scroll time          Ctrl+wheel         zoom time at the pointer
 *   Shift+wheel        scroll frequency     Ctrl+Shift+wheel   zoom frequency at the pointer
 *   sideways wheel     scroll time          pinch              zoom time
 *   middle drag        pan both
 *
 * Over the frequency ruler the wheel means frequency without Shift. */
#include "ui/sb-navigator.h"
#include "ui/sb-session-lanes.h"

#include <math.h>

#define SCROLL_SHARE 0.1 /* of the visible span, a notch */
#define ZOOM_STEP    1.25

typedef struct {
  SbSession *session;
  GtkWidget *area;
  SbNavigate axes;
  double pinch_scale;
  double pan_x, pan_y;
} Navigator;

static void
navigator_free (void *data, GClosure *closure)
{
  Navigator *nav = data;
  g_object_unref (nav->session);
  g_free (nav);
}

static SbViewport
viewport (Navigator *nav)
{
  return sb_session_viewport (nav->session, gtk_widget_get_width (nav->area), gtk_widget_get_height (nav->area));
}

/* Where the pointer of the controller's current event is, in the area; the middle when unknown. */
static void
pointer (Navigator *nav, GtkEventController *controller, double *x, double *y)
{
  GdkEvent *event = gtk_event_controller_get_current_event (controller);
  GtkNative *native = gtk_widget_get_native (nav->area);
  double event_x, event_y, surface_x, surface_y;
  *x = gtk_widget_get_width (nav->area) / 2.0;
  *y = gtk_widget_get_height (nav->area) / 2.0;
  if (!event || !gdk_event_get_position (event, &event_x, &event_y))
    return;
  gtk_native_get_surface_transform (native, &surface_x, &surface_y);
  gtk_widget_translate_coordinates (GTK_WIDGET (native), nav->area, event_x - surface_x, event_y - surface_y, x, y);
}

static gboolean
on_scroll (GtkEventControllerScroll *controller, double dx, double dy, Navigator *nav)
{
  if (!sb_session_recording (nav->session))
    return FALSE;
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  bool shift = state & GDK_SHIFT_MASK, control = state & GDK_CONTROL_MASK;
  bool band = shift || nav->axes == SB_NAVIGATE_BAND;
  if (shift && dy == 0) { /* some backends turn Shift+wheel sideways by themselves */
    dy = dx;
    dx = 0;
  }
  if (control) {
    double x, y;
    SbViewport view = viewport (nav);
    pointer (nav, GTK_EVENT_CONTROLLER (controller), &x, &y);
    double factor = pow (ZOOM_STEP, -dy);
    if (band)
      sb_session_zoom_band (nav->session, factor,
                            sb_session_hz_at (nav->session, gtk_widget_get_height (nav->area), y));
    else
      sb_session_zoom_time (nav->session, factor, sb_viewport_time (&view, x));
  } else if (band)
    sb_session_scroll (nav->session, dx * SCROLL_SHARE, -dy * SCROLL_SHARE);
  else
    sb_session_scroll (nav->session, (dx + dy) * SCROLL_SHARE, 0);
  return TRUE;
}

static void
on_pinch_begin (GtkGesture *gesture, GdkEventSequence *sequence, Navigator *nav)
{
  nav->pinch_scale = 1;
}

static void
on_pinch (GtkGestureZoom *gesture, double scale, Navigator *nav)
{
  double x, y;
  SbViewport view = viewport (nav);
  if (!gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y) || scale <= 0)
    return;
  sb_session_zoom_time (nav->session, scale / nav->pinch_scale, sb_viewport_time (&view, x));
  nav->pinch_scale = scale;
}

static void
on_pan_begin (GtkGestureDrag *drag, double x, double y, Navigator *nav)
{
  nav->pan_x = nav->pan_y = 0;
  gtk_widget_set_cursor_from_name (nav->area, "grabbing");
}

static void
on_pan (GtkGestureDrag *drag, double dx, double dy, Navigator *nav)
{
  SbLanes lanes = sb_session_lanes (nav->session, gtk_widget_get_height (nav->area));
  double width = gtk_widget_get_width (nav->area), height = sb_lanes_height (&lanes, 0);
  if (dx != nav->pan_x)
    sb_session_scroll (nav->session, (nav->pan_x - dx) / width, 0);
  if (dy != nav->pan_y && nav->axes & SB_NAVIGATE_BAND)
    sb_session_scroll (nav->session, 0, (dy - nav->pan_y) / height);
  nav->pan_x = dx;
  nav->pan_y = dy;
}

static void
on_pan_end (GtkGestureDrag *drag, double dx, double dy, Navigator *nav)
{
  gtk_widget_set_cursor (nav->area, NULL);
}

void
sb_navigator_attach (SbSession *session, GtkWidget *area, SbNavigate axes)
{
  Navigator *nav = g_new0 (Navigator, 1);
  *nav = (Navigator){.session = g_object_ref (session), .area = area, .axes = axes, .pinch_scale = 1};
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  g_signal_connect_data (scroll, "scroll", G_CALLBACK (on_scroll), nav, navigator_free, 0);
  gtk_widget_add_controller (area, scroll);
  if (axes & SB_NAVIGATE_TIME) {
    GtkGesture *pinch = gtk_gesture_zoom_new ();
    g_signal_connect (pinch, "begin", G_CALLBACK (on_pinch_begin), nav);
    g_signal_connect (pinch, "scale-changed", G_CALLBACK (on_pinch), nav);
    gtk_widget_add_controller (area, GTK_EVENT_CONTROLLER (pinch));
    GtkGesture *pan = gtk_gesture_drag_new ();
    gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (pan), GDK_BUTTON_MIDDLE);
    g_signal_connect (pan, "drag-begin", G_CALLBACK (on_pan_begin), nav);
    g_signal_connect (pan, "drag-update", G_CALLBACK (on_pan), nav);
    g_signal_connect (pan, "drag-end", G_CALLBACK (on_pan_end), nav);
    gtk_widget_add_controller (area, GTK_EVENT_CONTROLLER (pan));
  }
}
