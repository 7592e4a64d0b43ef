/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Composed from the same level codes as the picture, on the mel axis over the
 * whole band.  Dragging inside the frame moves it, a click beside it brings it
 * there.  What it lacks is asked for again a moment after the visible span
 * moved, because then what was asked for elsewhere is forgotten. */
#include "ui/sb-overview.h"
#include "ui/sb-inspector.h"
#include "ui/sb-navigator.h"
#include "ui/sb-picture-view.h"
#include "ui/sb-theme.h"

#include <math.h>

enum { ABOVE = 6, PICTURE = 40, BELOW = 4, GAP = 2, MARK = 3, REMAKE_MS = 150, GO_ON_MS = 20, AGAIN_MS = 200, MOST_PX = 512 };

/* One view of the whole recording, in device pixels. */
typedef struct {
  GskRenderNode *node;
  uint32_t *argb; /* as in the node; NULL: nothing yet */
  int width_px, height_px;
  int dirty_from, dirty_to; /* pixel columns to compose again */
  int rough_from, rough_to; /* somewhere in these less was shown than is to be known; empty: from ≥ to */
} Lane;

struct _SbOverview {
  GtkWidget parent;
  SbSession *session;
  Lane lane[SB_N_VIEWS];
  guint due, again;
  double grab_s; /* from the pointer to the start of the frame */
};

G_DEFINE_TYPE (SbOverview, sb_overview, GTK_TYPE_WIDGET)

static gboolean remake (void *data);

static SbViewport
whole (SbOverview *self, int width_px, int height_px)
{
  const SbRecording *recording = sb_session_recording (self->session);
  return (SbViewport){.from_s = 0,
                      .to_s = recording->duration_s,
                      .low_hz = 0,
                      .high_hz = recording->nyquist_hz,
                      .scale = SB_SCALE_MEL,
                      .width_px = width_px,
                      .height_px = height_px};
}

static int
picture_height (GtkWidget *widget)
{
  return gtk_widget_get_height (widget) - ABOVE - BELOW - GAP;
}

static void
lane_clear (Lane *lane)
{
  g_clear_pointer (&lane->node, gsk_render_node_unref);
  g_clear_pointer (&lane->argb, g_free);
  *lane = (Lane){0};
}

/* [*from, *to) and [x0, x1) together, with what lies between. */
static void
widen (int *from, int *to, int x0, int x1)
{
  bool empty = *from >= *to;
  *from = empty ? x0 : MIN (*from, x0);
  *to = empty ? x1 : MAX (*to, x1);
}

/* Columns [x0, x1) were composed. */
static void
note_rough (Lane *lane, int x0, int x1, bool rough)
{
  if (rough)
    widen (&lane->rough_from, &lane->rough_to, x0, x1);
  else if (x0 <= lane->rough_from)
    lane->rough_from = MAX (lane->rough_from, x1);
  else if (x1 >= lane->rough_to)
    lane->rough_to = MIN (lane->rough_to, x0);
}

/* Composes what is dirty, but for the first time no more than MOST_PX columns: a frame waits for it. */
static void
bring_up (SbOverview *self, SbView shown, int width, int height)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const SbLook *look = sb_session_look (self->session);
  Lane *lane = &self->lane[shown];
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  SbViewport view = whole (self, width * scale, height * scale);
  uint32_t lut[256];
  sb_colormap_lut (look->map, look->low_db, look->high_db, lut);
  if (!lane->argb) {
    *lane = (Lane){.argb = g_new (uint32_t, (gsize)view.width_px * view.height_px),
                   .width_px = view.width_px,
                   .height_px = view.height_px,
                   .dirty_to = view.width_px};
  } else {
    lane->dirty_to = MIN (lane->dirty_to, lane->width_px);
  }
  int from = lane->dirty_from, n = lane->node ? MIN (lane->dirty_to - from, MOST_PX) : lane->dirty_to;
  SbComposed composed = sb_spectrogram_compose (recording->spectrogram[shown], &view, from, n, lut, lane->argb + from,
                                                lane->width_px, true);
  note_rough (lane, from, from + n, composed.missing || composed.coarse);
  lane->dirty_from = from + n;
  g_clear_pointer (&lane->node, gsk_render_node_unref);
  lane->node = sb_pixels_node_new (GTK_WIDGET (self),
                                   g_memdup2 (lane->argb, sizeof (uint32_t) * lane->width_px * lane->height_px),
                                   lane->width_px, lane->height_px, false,
                                   &GRAPHENE_RECT_INIT (0, ABOVE, width, height));
}

static void
append_frame (SbOverview *self, GtkSnapshot *snapshot, const SbViewport *all, int width, int height)
{
  SbViewport shown = sb_session_viewport (self->session, 1, 1);
  double x0 = floor (sb_viewport_x (all, shown.from_s)), x1 = ceil (sb_viewport_x (all, shown.to_s));
  const GdkRGBA dim = {0, 0, 0, .45}, white = {1, 1, 1, 1}, casing = {0, 0, 0, .55};
  if (x1 - x0 < 6) {
    x0 = floor ((x0 + x1) / 2 - 3);
    x1 = x0 + 6;
  }
  if (x0 <= 0 && x1 >= width)
    return;
  gtk_snapshot_append_color (snapshot, &dim, &GRAPHENE_RECT_INIT (0, ABOVE, x0, height));
  gtk_snapshot_append_color (snapshot, &dim, &GRAPHENE_RECT_INIT (x1, ABOVE, width - x1, height));
  GskRoundedRect box;
  gsk_rounded_rect_init_from_rect (&box, &GRAPHENE_RECT_INIT (x0 - 2, ABOVE - 2, x1 - x0 + 4, height + 4), 4);
  gtk_snapshot_append_border (snapshot, &box, (float[4]){4, 4, 4, 4}, (GdkRGBA[4]){casing, casing, casing, casing});
  gsk_rounded_rect_init_from_rect (&box, &GRAPHENE_RECT_INIT (x0 - 1, ABOVE - 1, x1 - x0 + 2, height + 2), 3);
  gtk_snapshot_append_border (snapshot, &box, (float[4]){2, 2, 2, 2}, (GdkRGBA[4]){white, white, white, white});
}

static void
append_marks (SbOverview *self, GtkSnapshot *snapshot, const SbViewport *all, int width, int top)
{
  int n_ops;
  SbOperation *const *ops = sb_document_ops (sb_session_recording (self->session)->document, &n_ops);
  GdkRGBA accent = sb_theme ()->accent;
  double last = -1;
  for (int i = 0; i < n_ops; i++) {
    double from, to, low, high;
    sb_operation_bounds (ops[i], &from, &to, &low, &high);
    double x0 = floor (CLAMP (sb_viewport_x (all, from), 0, width - MARK));
    double x1 = ceil (CLAMP (sb_viewport_x (all, to), x0 + MARK, width));
    if (x0 == last && x1 - x0 <= MARK)
      continue;
    last = x0;
    gtk_snapshot_append_color (snapshot, &accent, &GRAPHENE_RECT_INIT (x0, top, x1 - x0, BELOW));
  }
}

static void
append_markers (SbOverview *self, GtkSnapshot *snapshot, const SbViewport *all, int y)
{
  SbMarkers *markers = sb_inspector_markers (sb_inspector_of (self->session));
  double last = -10;
  for (int i = 0; i < sb_markers_n (markers); i++) { /* sorted: no more than one every two pixels */
    double x = floor (sb_viewport_x (all, sb_markers_get (markers, i)->from_s));
    if (x < last + 2)
      continue;
    gtk_snapshot_append_color (snapshot, &sb_theme ()->marker, &GRAPHENE_RECT_INIT (x, y, 2, 4));
    last = x;
  }
}

static void
sb_overview_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbOverview *self = SB_OVERVIEW (widget);
  int width = gtk_widget_get_width (widget), height = picture_height (widget);
  if (!sb_session_recording (self->session) || width < 2 || height < 4)
    return;
  SbView shown = sb_session_view (self->session);
  Lane *lane = &self->lane[shown];
  if (!lane->argb || (!self->due && lane->dirty_from < lane->dirty_to)) {
    bring_up (self, shown, width, height);
    if (lane->dirty_from < lane->dirty_to)
      self->due = g_timeout_add (GO_ON_MS, remake, self);
  }
  SbViewport all = whole (self, width, height);
  gtk_snapshot_append_node (snapshot, lane->node);
  append_frame (self, snapshot, &all, width, height);
  append_marks (self, snapshot, &all, width, ABOVE + height + GAP);
  append_markers (self, snapshot, &all, ABOVE + height + GAP);
  double x = floor (sb_viewport_x (&all, sb_session_playhead (self->session))) + .5;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (x - 5.5, ABOVE + height - 1, 11, 8));
  sb_theme_source (cr, &sb_theme ()->playhead);
  cairo_move_to (cr, x - 4, ABOVE + height + 6.5);
  cairo_line_to (cr, x + 4, ABOVE + height + 6.5);
  cairo_line_to (cr, x, ABOVE + height);
  cairo_close_path (cr);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
forget (SbOverview *self)
{
  for (int v = 0; v < SB_N_VIEWS; v++)
    lane_clear (&self->lane[v]);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
remake (void *data)
{
  SbOverview *self = data;
  self->due = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* A few times a second is enough while a stroke is under way. */
static void
pixels (SbOverview *self, int view, double from_s, double to_s)
{
  Lane *lane = &self->lane[view];
  double duration_s = sb_session_recording (self->session)->duration_s;
  int x0 = (int)CLAMP (floor (from_s / duration_s * lane->width_px) - 1, 0, lane->width_px);
  int x1 = (int)CLAMP (ceil (to_s / duration_s * lane->width_px) + 1, x0, lane->width_px);
  widen (&lane->dirty_from, &lane->dirty_to, x0, x1);
  if (!self->due)
    self->due = g_timeout_add (REMAKE_MS, remake, self);
}

static gboolean
ask_again (void *data)
{
  SbOverview *self = data;
  self->again = 0;
  for (int v = 0; v < SB_N_VIEWS; v++) {
    Lane *lane = &self->lane[v];
    if (lane->rough_from < lane->rough_to)
      widen (&lane->dirty_from, &lane->dirty_to, lane->rough_from, lane->rough_to);
  }
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* Not only once it rests: a view that follows what is played moves all the time. */
static void
span_moved (SbOverview *self)
{
  bool rough = false;
  for (int v = 0; v < SB_N_VIEWS; v++)
    rough |= self->lane[v].rough_from < self->lane[v].rough_to;
  if (rough && !self->again)
    self->again = g_timeout_add (AGAIN_MS, ask_again, self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- dragging the frame --- */

static void
move_frame (SbOverview *self, double x)
{
  SbViewport all = whole (self, gtk_widget_get_width (GTK_WIDGET (self)), 1);
  SbViewport shown = sb_session_viewport (self->session, 1, 1);
  double from = sb_viewport_time (&all, x) + self->grab_s;
  sb_session_scroll (self->session, (from - shown.from_s) / (shown.to_s - shown.from_s), 0);
}

static void
on_drag_begin (GtkGestureDrag *drag, double x, double y, SbOverview *self)
{
  if (!sb_session_recording (self->session))
    return;
  SbViewport all = whole (self, gtk_widget_get_width (GTK_WIDGET (self)), 1);
  SbViewport shown = sb_session_viewport (self->session, 1, 1);
  double t = sb_viewport_time (&all, x);
  bool inside = t >= shown.from_s && t <= shown.to_s;
  self->grab_s = inside ? shown.from_s - t : (shown.from_s - shown.to_s) / 2;
  if (!inside)
    move_frame (self, x);
}

static void
on_drag_update (GtkGestureDrag *drag, double dx, double dy, SbOverview *self)
{
  double x, y;
  if (sb_session_recording (self->session) && gtk_gesture_drag_get_start_point (drag, &x, &y))
    move_frame (self, x + dx);
}

static void
sb_overview_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                     int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? ABOVE + PICTURE + BELOW + GAP : 0;
}

static void
sb_overview_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SbOverview *self = SB_OVERVIEW (widget);
  for (int v = 0; v < SB_N_VIEWS; v++)
    lane_clear (&self->lane[v]);
}

static void
sb_overview_dispose (GObject *object)
{
  SbOverview *self = SB_OVERVIEW (object);
  g_clear_handle_id (&self->due, g_source_remove);
  g_clear_handle_id (&self->again, g_source_remove);
  for (int v = 0; v < SB_N_VIEWS; v++)
    lane_clear (&self->lane[v]);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (sb_overview_parent_class)->dispose (object);
}

static void
sb_overview_class_init (SbOverviewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = sb_overview_dispose;
  widget_class->snapshot = sb_overview_snapshot;
  widget_class->measure = sb_overview_measure;
  widget_class->size_allocate = sb_overview_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "overview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_overview_init (SbOverview *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Whole Recording", -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), "Drag the frame to move the visible span");
  sb_theme_watch (GTK_WIDGET (self));
}

GtkWidget *
sb_overview_new (SbSession *session)
{
  SbOverview *self = g_object_new (SB_TYPE_OVERVIEW, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "recording", G_CALLBACK (forget), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "colours", G_CALLBACK (forget), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "pixels", G_CALLBACK (pixels), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_inspector_of (session), "markers", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "span", G_CALLBACK (span_moved), self, G_CONNECT_SWAPPED);
  static const char *const light[] = {"source", "edits", "playhead"};
  for (size_t i = 0; i < G_N_ELEMENTS (light); i++)
    g_signal_connect_object (session, light[i], G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  GtkGesture *drag = gtk_gesture_drag_new ();
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  sb_navigator_attach (session, GTK_WIDGET (self), SB_NAVIGATE_TIME);
  return GTK_WIDGET (self);
}
