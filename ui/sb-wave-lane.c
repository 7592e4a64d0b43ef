/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One node for the waves, made again when they or the view change; the
 * playhead moves over it. */
#include "ui/sb-wave-lane.h"
#include "ui/sb-inspector.h"
#include "ui/sb-navigator.h"
#include "ui/sb-picture-view.h"
#include "ui/sb-ruler.h"
#include "ui/sb-theme.h"

#include <adwaita.h>
#include <math.h>

enum { HEIGHT_LOW = 40, REDRAW_MS = 50 };

struct _SbWaveLane {
  GtkWidget parent;
  SbSession *session;
  GskRenderNode *node;
  double from_s, to_s; /* that it shows */
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

/* A vertical bar for each pixel column, its ends by coverage.  (A thousand rectangles in one Cairo path take ten times
 * as long: it sorts them against each other.) */
static void
draw_wave (const Pixels *pixels, SbWaveform *waveform, const SbViewport *view, const GdkRGBA *colour)
{
  int n_px = pixels->width;
  g_autofree float *min = g_new (float, n_px), *max = g_new (float, n_px);
  double middle = pixels->height / 2.0, half = middle - 1;
  sb_waveform_read (waveform, view->from_s, view->to_s, n_px, min, max);
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
make_node (SbWaveLane *self, int width, int height)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const SbTheme *theme = sb_theme ();
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  Pixels pixels = {NULL, width * scale, height * scale};
  pixels.argb = g_new0 (uint32_t, (gsize)pixels.width * pixels.height);
  SbViewport view = sb_session_viewport (self->session, pixels.width, 1);
  SbView shown = sb_session_view (self->session);
  self->from_s = view.from_s;
  self->to_s = view.to_s;
  if (shown != SB_VIEW_ORIGINAL)
    draw_wave (&pixels, recording->waveform[SB_VIEW_ORIGINAL], &view, &theme->wave_original);
  draw_wave (&pixels, recording->waveform[shown], &view, &theme->wave_result);
  self->node = sb_pixels_node_new (GTK_WIDGET (self), pixels.argb, pixels.width, pixels.height, true,
                                   &GRAPHENE_RECT_INIT (0, 0, width, height));
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
  if (!self->node)
    make_node (self, width, height);
  gtk_snapshot_append_node (snapshot, self->node);
  double x = floor (sb_viewport_x (&view, sb_session_playhead (self->session)));
  if (x >= 0 && x < width)
    gtk_snapshot_append_color (snapshot, &theme->playhead, &GRAPHENE_RECT_INIT (x, 0, 1, height));
  sb_ruler_append_pointer (self->session, snapshot, width, height);
}

static void
redraw (SbWaveLane *self)
{
  g_clear_pointer (&self->node, gsk_render_node_unref);
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
  self->due = 0;
  redraw (self);
  return G_SOURCE_REMOVE;
}

static void
pixels (SbWaveLane *self, int view, double from_s, double to_s)
{
  SbViewport shown = sb_session_viewport (self->session, 1, 1);
  if (from_s <= shown.to_s && to_s >= shown.from_s && !self->due)
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
  g_clear_pointer (&SB_WAVE_LANE (widget)->node, gsk_render_node_unref);
}

static void
sb_wave_lane_dispose (GObject *object)
{
  SbWaveLane *self = SB_WAVE_LANE (object);
  g_clear_handle_id (&self->due, g_source_remove);
  g_clear_pointer (&self->node, gsk_render_node_unref);
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
  g_signal_connect_object (session, "pixels", G_CALLBACK (pixels), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "playhead", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (redraw), self,
                           G_CONNECT_SWAPPED);
  sb_ruler_attach_seek (session, GTK_WIDGET (self));
  sb_navigator_attach (session, GTK_WIDGET (self), SB_NAVIGATE_TIME);
  return GTK_WIDGET (self);
}
