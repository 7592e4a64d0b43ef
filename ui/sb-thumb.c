/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 58 × 38, composed from the original's level codes with some room around the
 * edit; made again until nothing in it is coarse: when something came, and a
 * moment after the visible span moved, because then what was asked for elsewhere
 * is forgotten.  Not only once it rests: a view that follows what is played
 * moves all the time. */
#include "ui/sb-thumb.h"
#include "ui/sb-picture-view.h"
#include "ui/sb-theme.h"

#include <math.h>

enum { WIDTH = 58, HEIGHT = 38, AGAIN_MS = 200 };

struct _SbThumb {
  GtkWidget parent;
  SbSession *session;
  SbOperation *op;
  bool muted, unfinished;
  guint again; /* asks for what is lacking */
  GskRenderNode *node;
  SbViewport view;
};

G_DEFINE_TYPE (SbThumb, sb_thumb, GTK_TYPE_WIDGET)

static SbViewport
view_around (SbThumb *self, int width_px, int height_px)
{
  const SbRecording *recording = sb_session_recording (self->session);
  SbScale scale = sb_session_look (self->session)->scale;
  double from, to, low, high;
  sb_operation_bounds (self->op, &from, &to, &low, &high);
  double room = MAX ((to - from) * .6, .05), least = 8.0 / recording->rate;
  from = MAX (0, from - room);
  to = MAX (MIN (recording->duration_s, to + room), from + least);
  double bottom = sb_scale_from_hz (scale, low), top = sb_scale_from_hz (scale, high);
  double full =
      sb_scale_from_hz (scale, recording->nyquist_hz) - sb_scale_from_hz (scale, scale == SB_SCALE_LOG ? 10 : 0);
  double air = MAX ((top - bottom) * .6, full * .12);
  low = MAX (scale == SB_SCALE_LOG ? 10 : 0, sb_scale_to_hz (scale, bottom - air));
  high = MAX (MIN (recording->nyquist_hz, sb_scale_to_hz (scale, top + air)), low + 1e-3);
  return (SbViewport){from, to, low, high, scale, width_px, height_px};
}

static void
make_node (SbThumb *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const SbLook *look = sb_session_look (self->session);
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  uint32_t lut[256];
  self->view = view_around (self, WIDTH * scale, HEIGHT * scale);
  sb_colormap_lut (look->map, look->low_db, look->high_db, lut);
  uint32_t *argb = g_malloc_n ((gsize)self->view.width_px * self->view.height_px, 4);
  SbComposed composed = sb_spectrogram_compose (recording->spectrogram[SB_VIEW_ORIGINAL], &self->view, 0,
                                                self->view.width_px, lut, argb, self->view.width_px, true);
  self->unfinished = composed.missing || composed.coarse;
  self->node = sb_pixels_node_new (GTK_WIDGET (self), argb, self->view.width_px, self->view.height_px, false,
                                   &GRAPHENE_RECT_INIT (0, 0, WIDTH, HEIGHT));
  self->view.width_px = WIDTH;
  self->view.height_px = HEIGHT;
}

static void
draw_shape (SbThumb *self, cairo_t *cr)
{
  static const double dashes[] = {3, 2};
  double from, to, low, high;
  sb_operation_bounds (self->op, &from, &to, &low, &high);
  double x0 = sb_viewport_x (&self->view, from), x1 = sb_viewport_x (&self->view, to);
  double y0 = sb_viewport_y (&self->view, high), y1 = sb_viewport_y (&self->view, low);
  cairo_rectangle (cr, x0, y0, MAX (x1 - x0, 1), MAX (y1 - y0, 1));
  cairo_set_source_rgba (cr, 0, 0, 0, .55);
  cairo_set_line_width (cr, 3);
  cairo_stroke_preserve (cr);
  if (self->muted) {
    cairo_set_dash (cr, dashes, 2, 0);
    cairo_set_source_rgba (cr, 1, 1, 1, .8);
  } else
    sb_theme_source_rgb (cr, sb_colormap_outline (sb_session_look (self->session)->map), 1);
  cairo_set_line_width (cr, 1.25);
  cairo_stroke (cr);
}

static void
sb_thumb_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbThumb *self = SB_THUMB (widget);
  if (!self->op || !sb_session_recording (self->session))
    return;
  GskRoundedRect box;
  gsk_rounded_rect_init_from_rect (&box, &GRAPHENE_RECT_INIT (0, 0, WIDTH, HEIGHT), 5);
  gtk_snapshot_push_rounded_clip (snapshot, &box);
  if (!self->node)
    make_node (self);
  gtk_snapshot_append_node (snapshot, self->node);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &box.bounds);
  draw_shape (self, cr);
  cairo_destroy (cr);
  gtk_snapshot_pop (snapshot);
}

static void
redraw (SbThumb *self)
{
  g_clear_pointer (&self->node, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
pixels (SbThumb *self, int view, double from_s, double to_s)
{
  if (view == SB_VIEW_ORIGINAL && self->op && self->unfinished && from_s < self->view.to_s && to_s > self->view.from_s)
    redraw (self);
}

static gboolean
ask_again (void *data)
{
  SbThumb *self = data;
  self->again = 0;
  if (self->unfinished)
    redraw (self);
  return G_SOURCE_REMOVE;
}

static void
span_moved (SbThumb *self)
{
  if (self->op && self->unfinished && !self->again)
    self->again = g_timeout_add (AGAIN_MS, ask_again, self);
}

void
sb_thumb_set (SbThumb *self, SbOperation *op, bool muted)
{
  if (op)
    sb_operation_ref (op);
  sb_operation_unref (self->op);
  self->op = op;
  self->muted = muted;
  redraw (self);
}

static void
sb_thumb_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                  int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void
sb_thumb_dispose (GObject *object)
{
  SbThumb *self = SB_THUMB (object);
  g_clear_handle_id (&self->again, g_source_remove);
  g_clear_pointer (&self->node, gsk_render_node_unref);
  g_clear_pointer (&self->op, sb_operation_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (sb_thumb_parent_class)->dispose (object);
}

static void
sb_thumb_class_init (SbThumbClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = sb_thumb_dispose;
  widget_class->snapshot = sb_thumb_snapshot;
  widget_class->measure = sb_thumb_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
sb_thumb_init (SbThumb *self)
{
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_START);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *
sb_thumb_new (SbSession *session)
{
  SbThumb *self = g_object_new (SB_TYPE_THUMB, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "pixels", G_CALLBACK (pixels), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "span", G_CALLBACK (span_moved), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "colours", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
