/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One node for the waves, made again when they or the view change; the
 * playhead moves over it. */
#include "ui/sb-wave-lane.h"
#include "ui/sb-navigator.h"
#include "ui/sb-ruler.h"
#include "ui/sb-theme.h"

#include <adwaita.h>
#include <math.h>

enum { HEIGHT_LOW = 40 };

struct _SbWaveLane {
  GtkWidget parent;
  SbSession *session;
  GskRenderNode *node;
};

G_DEFINE_TYPE (SbWaveLane, sb_wave_lane, GTK_TYPE_WIDGET)

static void
draw_wave (cairo_t *cr, SbWaveform *waveform, const SbViewport *view, int n_px, double height, double scale)
{
  g_autofree float *min = g_new (float, n_px), *max = g_new (float, n_px);
  sb_waveform_read (waveform, view->from_s, view->to_s, n_px, min, max);
  double middle = height / 2, half = height / 2 - 1, least = .5 / scale;
  for (int i = 0; i < n_px; i++) {
    if (min[i] > max[i])
      continue;
    double top = middle - CLAMP (max[i], -1, 1) * half, bottom = middle - CLAMP (min[i], -1, 1) * half;
    cairo_rectangle (cr, i / scale, top - least, 1 / scale, bottom - top + 2 * least);
  }
  cairo_fill (cr);
}

static void
make_node (SbWaveLane *self, int width, int height)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const SbTheme *theme = sb_theme ();
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self)), n_px = width * scale;
  SbViewport view = sb_session_viewport (self->session, n_px, 1);
  SbView shown = sb_session_view (self->session);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, n_px, height * scale);
  cairo_surface_set_device_scale (surface, scale, scale);
  cairo_t *cr = cairo_create (surface);
  if (shown != SB_VIEW_ORIGINAL) {
    sb_theme_source (cr, &theme->wave_original);
    draw_wave (cr, recording->waveform[SB_VIEW_ORIGINAL], &view, n_px, height, scale);
  }
  sb_theme_source (cr, &theme->wave_result);
  draw_wave (cr, recording->waveform[shown], &view, n_px, height, scale);
  cairo_destroy (cr);
  self->node = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, width, height));
  cr = gsk_cairo_node_get_draw_context (self->node);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
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
}

static void
redraw (SbWaveLane *self)
{
  g_clear_pointer (&self->node, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
pixels (SbWaveLane *self, int view, double from_s, double to_s)
{
  SbViewport shown = sb_session_viewport (self->session, 1, 1);
  if (from_s <= shown.to_s && to_s >= shown.from_s)
    redraw (self);
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
  g_signal_connect_object (session, "span", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
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
