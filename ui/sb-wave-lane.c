/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The waves stand in strips, each a node, made again when the view changes or,
 * under a stroke, where the sound did; the playhead moves over them. */
#include "ui/sb-wave-lane.h"
#include "ui/sb-inspector.h"
#include "ui/sb-navigator.h"
#include "ui/sb-picture-view.h"
#include "ui/sb-ruler.h"
#include "ui/sb-theme.h"

#include <adwaita.h>
#include <math.h>

enum { HEIGHT_LOW = 40, REDRAW_MS = 50, STRIP_PX = 96 }; /* logical pixels */

struct _SbWaveLane {
  GtkWidget parent;
  SbSession *session;
  GPtrArray *strips;   /* of GskRenderNode from the left, NULL where one is to be made; empty: all are */
  double from_s, to_s; /* that they show */
  double dirty_from_s, dirty_to_s;
  guint due;
};

G_DEFINE_TYPE (SbWaveLane, sb_wave_lane, GTK_TYPE_WIDGET)

/* Pixels of the lane, premultiplied ARGB. */
typedef struct {
  uint32_t *argb;
  int width, height;
} Pixels;

/* colour over what is there, by share (0 … 1). */
static uint32_t
blend (uint32_t under, const GdkRGBA *colour, double share)
{
  double alpha = colour->alpha * share, rest = 1 - alpha;
  const double above[4] = {colour->blue * alpha, colour->green * alpha, colour->red * alpha, alpha};
  uint32_t out = 0;
  for (int c = 0; c < 4; c++)
    out |= (uint32_t)lround (above[c] * 255 + (under >> 8 * c & 255) * rest) << 8 * c;
  return out;
}

/* view: of all that is in sight, in device pixels, of which these begin at first_px.
 * A vertical bar for each pixel column, its ends by coverage.  (A thousand rectangles in one Cairo path take ten times
 * as long: it sorts them against each other.) */
static void
draw_wave (const Pixels *pixels, SbWaveform *waveform, const SbViewport *view, int first_px, const GdkRGBA *colour)
{
  int n_px = pixels->width;
  g_autofree float *min = g_new (float, n_px), *max = g_new (float, n_px);
  double middle = pixels->height / 2.0, half = middle - 1;
  sb_waveform_read_part (waveform, view->from_s, view->to_s, view->width_px, first_px, first_px + n_px, min, max);
  for (int x = 0; x < n_px; x++) {
    if (min[x] > max[x])
      continue;
    double top = MAX (middle - CLAMP (max[x], -1, 1) * half - .5, 0);
    double bottom = MIN (middle - CLAMP (min[x], -1, 1) * half + .5, pixels->height);
    uint32_t solid = 0, solid_under = 1; /* most of a bar is one colour over one colour */
    for (int y = (int)top; y < bottom; y++) {
      uint32_t *at = pixels->argb + (size_t)y * n_px + x;
      double share = MIN (y + 1, bottom) - MAX (y, top);
      if (share >= 1 && *at == solid_under) {
        *at = solid;
        continue;
      }
      uint32_t under = *at;
      *at = blend (under, colour, share);
      if (share >= 1) {
        solid = *at;
        solid_under = under;
      }
    }
  }
}

static void
strip_unref (void *node)
{
  if (node)
    gsk_render_node_unref (node);
}

/* Strip `i` of what is in sight, n logical pixels wide. */
static GskRenderNode *
strip_node_new (SbWaveLane *self, const SbViewport *view, int i, int n, int height)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const SbTheme *theme = sb_theme ();
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  Pixels pixels = {NULL, n * scale, height * scale};
  SbViewport all = *view;
  SbView shown = sb_session_view (self->session);
  all.width_px *= scale;
  pixels.argb = g_new0 (uint32_t, (gsize)pixels.width * pixels.height);
  if (shown != SB_VIEW_ORIGINAL)
    draw_wave (&pixels, recording->waveform[SB_VIEW_ORIGINAL], &all, i * STRIP_PX * scale, &theme->wave_original);
  draw_wave (&pixels, recording->waveform[shown], &all, i * STRIP_PX * scale, &theme->wave_result);
  return sb_pixels_node_new (GTK_WIDGET (self), pixels.argb, pixels.width, pixels.height, true,
                             &GRAPHENE_RECT_INIT (i * STRIP_PX, 0, n, height));
}

static void
append_strips (SbWaveLane *self, GtkSnapshot *snapshot, const SbViewport *view, int height)
{
  int n = (view->width_px + STRIP_PX - 1) / STRIP_PX;
  self->from_s = view->from_s;
  self->to_s = view->to_s;
  g_ptr_array_set_size (self->strips, n);
  for (int i = 0; i < n; i++) {
    GskRenderNode **node = (GskRenderNode **)&g_ptr_array_index (self->strips, i);
    if (!*node)
      *node = strip_node_new (self, view, i, MIN (STRIP_PX, view->width_px - i * STRIP_PX), height);
    gtk_snapshot_append_node (snapshot, *node);
  }
}

static void
sb_wave_lane_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbWaveLane *self = SB_WAVE_LANE (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  if (!sb_session_recording (self->session) || width < 2 || height < 4)
    return;
  const SbTheme *theme = sb_theme ();
  SbViewport view = sb_session_viewport (self->session, width, 1);
  gtk_snapshot_append_color (snapshot, &theme->lane, &GRAPHENE_RECT_INIT (0, 0, width, height));
  sb_ruler_append_loop (self->session, snapshot, width, height, false);
  append_strips (self, snapshot, &view, height);
  double x = floor (sb_viewport_x (&view, sb_session_playhead (self->session)));
  if (x >= 0 && x < width)
    gtk_snapshot_append_color (snapshot, &theme->playhead, &GRAPHENE_RECT_INIT (x, 0, 1, height));
  sb_ruler_append_pointer (self->session, snapshot, width, height);
}

static void
redraw (SbWaveLane *self)
{
  g_ptr_array_set_size (self->strips, 0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Another band or scale is nothing to a waveform. */
static void
span_changed (SbWaveLane *self)
{
  SbViewport view = sb_session_viewport (self->session, 1, 1);
  if (view.from_s != self->from_s || view.to_s != self->to_s)
    redraw (self);
}

static gboolean
redraw_due (void *data)
{
  SbWaveLane *self = data;
  SbViewport view = sb_session_viewport (self->session, gtk_widget_get_width (GTK_WIDGET (self)), 1);
  int first = (int)floor ((sb_viewport_x (&view, MAX (self->dirty_from_s, view.from_s)) - 1) / STRIP_PX);
  int last = (int)floor ((sb_viewport_x (&view, MIN (self->dirty_to_s, view.to_s)) + 1) / STRIP_PX);
  self->due = 0;
  for (int i = MAX (first, 0); i <= MIN (last, (int)self->strips->len - 1); i++)
    g_clear_pointer (&g_ptr_array_index (self->strips, i), gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

static void
waves (SbWaveLane *self, int view, double from_s, double to_s)
{
  SbViewport shown = sb_session_viewport (self->session, 1, 1);
  if (from_s > shown.to_s || to_s < shown.from_s)
    return;
  self->dirty_from_s = self->due ? MIN (self->dirty_from_s, from_s) : from_s;
  self->dirty_to_s = self->due ? MAX (self->dirty_to_s, to_s) : to_s;
  if (!self->due)
    self->due = g_timeout_add (REDRAW_MS, redraw_due, self); /* twenty times a second under a stroke */
}

static void
sb_wave_lane_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                      int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT_LOW : 0; /* the canvas asks for more */
}

static void
sb_wave_lane_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_ptr_array_set_size (SB_WAVE_LANE (widget)->strips, 0);
}

static void
sb_wave_lane_dispose (GObject *object)
{
  SbWaveLane *self = SB_WAVE_LANE (object);
  g_clear_handle_id (&self->due, g_source_remove);
  g_clear_pointer (&self->strips, g_ptr_array_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (sb_wave_lane_parent_class)->dispose (object);
}

static void
sb_wave_lane_class_init (SbWaveLaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = sb_wave_lane_dispose;
  widget_class->snapshot = sb_wave_lane_snapshot;
  widget_class->measure = sb_wave_lane_measure;
  widget_class->size_allocate = sb_wave_lane_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "wavelane");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_wave_lane_init (SbWaveLane *self)
{
  self->strips = g_ptr_array_new_with_free_func (strip_unref);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Waveform", -1);
}

GtkWidget *
sb_wave_lane_new (SbSession *session)
{
  SbWaveLane *self = g_object_new (SB_TYPE_WAVE_LANE, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "span", G_CALLBACK (span_changed), self, G_CONNECT_SWAPPED);
  sb_ruler_follow_pointer (session, GTK_WIDGET (self));
  g_signal_connect_object (session, "source", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "recording", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "waves", G_CALLBACK (waves), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "playhead", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (redraw), self,
                           G_CONNECT_SWAPPED);
  sb_ruler_attach_seek (session, GTK_WIDGET (self));
  sb_navigator_attach (session, GTK_WIDGET (self), SB_NAVIGATE_TIME);
  return GTK_WIDGET (self);
}
