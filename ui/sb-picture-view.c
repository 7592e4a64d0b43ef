/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Strip i of a view holds the pixel columns [i·128, (i+1)·128) counted from the
 * start of the recording at the present zoom:
 *
 *   t = 0                 from_s
 *   |  0  |  1  |  2  |  3 ¦|  4  |  5  |  6 ¦|        ¦…¦ what the widget shows
 *
 * Where channels are stacked, a strip holds the lanes of all, one above the
 * other: no more pixels and nodes than without.  Scrolling moves the nodes and
 * composes only strips that come into sight and those that come back before
 * they were finished; a dirty span marks the strips it touches; another scale is composed over a few frames.  A surface is never
 * written to again once a node holds it: what changed gets a new one.  A strip is drawn as bands,
 * one above the other, each a node: the renderer paints again only what differs,
 * so a stroke costs the bands under the brush and not the window's height. */
#include "ui/sb-picture-view.h"
#include "ui/sb-session-lanes.h"

#include "ui/sb-frame-watch.h"

#include <math.h>
#include <string.h>

#define BETWEEN_LANES 0xff5e5c64u
enum { STRIP_PX = 128, BAND_PX = 96, MAX_STRIPS = 128, MOST_SPANS = 32, UNFINISHED_MS = 250 };
enum { STALE_US = 1500 }; /* of a frame, for strips that have something to show meanwhile */

typedef struct {
  int64_t index;
  GPtrArray *bands;         /* of GskRenderNode, from the top, each at its place in a strip at the origin, logical
                               size */
  uint32_t *argb;           /* STRIP_PX wide; our own: a Cairo node may copy its pixels and let go of them */
  int dirty_from, dirty_to; /* pixel columns to compose */
  bool unfinished;          /* shows less than is to be known, */
  int rough_from, rough_to; /* somewhere in these columns */
  bool forgotten;           /* was out of sight since: what it asked for may have been dropped */
  bool stale;               /* of another scale or palette: may be shown until there is time */
  int missing;              /* columns without anything, when last composed */
  uint64_t used;
} Strip;

typedef struct {
  SbViewport view; /* what the strips were made for; from_s and to_s don't count */
  SbLanes lanes;   /* logical pixels */
  double px_per_s;
  GArray *strips; /* of Strip */
} Cache;

struct _SbPictureView {
  GtkWidget parent;
  SbSession *session;
  Cache cache[SB_N_VIEWS];
  uint64_t frame;
  SbTimeSpan unfinished[MOST_SPANS];
  int n_unfinished;
  guint tell, go_on;
};

G_DEFINE_TYPE (SbPictureView, sb_picture_view, GTK_TYPE_WIDGET)

static void
strip_clear (void *data)
{
  Strip *strip = data;
  g_clear_pointer (&strip->bands, g_ptr_array_unref);
  g_clear_pointer (&strip->argb, g_free);
}

static void
forget_all (SbPictureView *self)
{
  for (int v = 0; v < SB_N_VIEWS; v++)
    g_array_set_size (self->cache[v].strips, 0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

GskRenderNode *
sb_pixels_node_new (GtkWidget *widget, uint32_t *argb, int width_px, int height_px, bool see_through,
                    const graphene_rect_t *bounds)
{
  GskRenderer *renderer = gtk_native_get_renderer (gtk_widget_get_native (widget));
  bool by_cairo = g_str_equal (G_OBJECT_TYPE_NAME (renderer), "GskCairoRenderer");
  if (!by_cairo) {
    g_autoptr (GBytes) bytes = g_bytes_new_take (argb, (gsize)width_px * height_px * 4);
    g_autoptr (GdkTexture) texture =
        gdk_memory_texture_new (width_px, height_px, GDK_MEMORY_DEFAULT, bytes, (gsize)width_px * 4);
    return gsk_texture_node_new (texture, bounds);
  }
  static const cairo_user_data_key_t key;
  cairo_surface_t *surface = cairo_image_surface_create_for_data (
      (unsigned char *)argb, see_through ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, width_px, height_px, width_px * 4);
  cairo_surface_set_user_data (surface, &key, argb, g_free);
  cairo_surface_set_device_scale (surface, width_px / bounds->size.width, height_px / bounds->size.height);
  GskRenderNode *node = gsk_cairo_node_new (bounds);
  cairo_t *cr = gsk_cairo_node_get_draw_context (node);
  cairo_set_source_surface (cr, surface, bounds->origin.x, bounds->origin.y);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  if (!see_through)
    cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  cairo_rectangle (cr, bounds->origin.x, bounds->origin.y, bounds->size.width, bounds->size.height);
  cairo_fill (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return node;
}

static bool
same_plane (const Cache *cache, const SbViewport *view, double px_per_s, const SbLanes *lanes)
{
  return cache->px_per_s == px_per_s && sb_lanes_equal (&cache->lanes, lanes) &&
         cache->view.height_px == view->height_px && cache->view.scale == view->scale &&
         cache->view.low_hz == view->low_hz && cache->view.high_hz == view->high_hz;
}

static Strip *
strip_for (SbPictureView *self, Cache *cache, int64_t index)
{
  for (guint i = 0; i < cache->strips->len; i++) {
    Strip *strip = &g_array_index (cache->strips, Strip, i);
    if (strip->index == index)
      return strip;
  }
  if (cache->strips->len >= MAX_STRIPS) { /* the one unseen for longest makes room */
    guint oldest = 0;
    for (guint i = 1; i < cache->strips->len; i++)
      if (g_array_index (cache->strips, Strip, i).used < g_array_index (cache->strips, Strip, oldest).used)
        oldest = i;
    g_array_remove_index_fast (cache->strips, oldest);
  }
  Strip fresh = {.index = index, .dirty_to = STRIP_PX};
  g_array_append_val (cache->strips, fresh);
  return &g_array_index (cache->strips, Strip, cache->strips->len - 1);
}

/* New nodes for the bands of `argb` that differ from the strip's pixels so far. */
static void
make_bands (SbPictureView *self, Strip *strip, const uint32_t *argb, int height_px, int scale)
{
  if (!strip->bands)
    strip->bands = g_ptr_array_new_with_free_func ((GDestroyNotify)gsk_render_node_unref);
  for (int y = 0, b = 0; y < height_px; y += BAND_PX, b++) {
    int n = MIN (BAND_PX, height_px - y);
    gsize first = (gsize)y * STRIP_PX, n_bytes = (gsize)n * STRIP_PX * 4;
    if (strip->argb && !memcmp (strip->argb + first, argb + first, n_bytes))
      continue;
    GskRenderNode *node = sb_pixels_node_new (
        GTK_WIDGET (self), g_memdup2 (argb + first, n_bytes), STRIP_PX, n, false,
        &GRAPHENE_RECT_INIT (0, (float)y / scale, (float)STRIP_PX / scale, (float)n / scale));
    if (b < (int)strip->bands->len) {
      gsk_render_node_unref (g_ptr_array_index (strip->bands, b));
      g_ptr_array_index (strip->bands, b) = node;
    } else {
      g_ptr_array_add (strip->bands, node);
    }
  }
}

/* Columns [x0, x0 + n) of a strip, and what they show when composed. */
typedef struct {
  int x0, n;
  const uint32_t *lut;
  uint32_t *argb; /* of the whole strip */
  bool unfinished;
  int missing;
} Columns;

/* One lane from row `top` on; `channel` −1: the plain picture.  What the wanted picture lacks is taken from the usual
 * one. */
static void
compose_lane (SbPictureView *self, const SbViewport *view, int channel, int top, Columns *c)
{
  const SbRecording *recording = sb_session_recording (self->session);
  SbView shown = sb_session_view (self->session);
  SbSpectrogram *usual = recording->spectrogram[shown], *wanted = recording->looked[shown];
  bool stacked = sb_session_look (self->session)->stacked;
  if (stacked)
    wanted = sb_session_lane_picture (self->session, shown, channel);
  if (!wanted && !stacked)
    wanted = usual;
  uint32_t *argb = c->argb + (gsize)top * STRIP_PX + c->x0;
  SbComposed composed = {.missing = c->n};
  if (wanted)
    composed = sb_spectrogram_compose (wanted, view, c->x0, c->n, c->lut, argb, STRIP_PX, true);
  c->unfinished |= composed.missing + composed.coarse > 0;
  if (wanted != usual && composed.missing)
    composed = sb_spectrogram_compose (usual, view, c->x0, c->n, c->lut, argb, STRIP_PX, false);
  c->missing = MAX (c->missing, composed.missing);
}

/* All lanes and the lines between them. */
static void
compose_lanes (SbPictureView *self, const Cache *cache, const SbViewport *view, Columns *c, int scale)
{
  for (int lane = 0; lane < cache->lanes.n; lane++) {
    SbViewport here = *view;
    int top = sb_lanes_top (&cache->lanes, lane) * scale;
    here.height_px = sb_lanes_height (&cache->lanes, lane) * scale;
    for (int y = MAX (top - cache->lanes.gap_px * scale, 0); y < top; y++)
      for (int x = c->x0; x < c->x0 + c->n; x++)
        c->argb[(gsize)y * STRIP_PX + x] = BETWEEN_LANES;
    compose_lane (self, &here, sb_lanes_channel (&cache->lanes, lane), top, c);
  }
}

/* What the spectrograms forget with a view that moves or zooms is to be asked for again when a strip comes back into
 * sight: nobody would tell of it.  They keep what lies within a third of the view, which is more than a strip. */
static void
span_moved (SbPictureView *self)
{
  SbViewport view = sb_session_viewport (self->session, 1, 1);
  double px_per_s = sb_session_px_per_s (self->session);
  for (int v = 0; v < SB_N_VIEWS; v++)
    for (guint i = 0; i < self->cache[v].strips->len; i++) {
      Strip *strip = &g_array_index (self->cache[v].strips, Strip, i);
      double from_px = (double)strip->index * STRIP_PX;
      strip->forgotten |= self->cache[v].px_per_s != px_per_s || from_px >= view.to_s * px_per_s ||
                          from_px + STRIP_PX <= view.from_s * px_per_s;
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Only dirty columns are composed, and rough ones, for which something may have come: the rest is copied from the
 * strip's last pixels. */
static void
compose (SbPictureView *self, const Cache *cache, Strip *strip, const uint32_t *lut, int scale)
{
  SbViewport view = cache->view;
  view.from_s = strip->index * STRIP_PX / cache->px_per_s;
  view.to_s = (strip->index + 1) * STRIP_PX / cache->px_per_s;
  view.width_px = STRIP_PX;
  gsize n_bytes = (gsize)STRIP_PX * view.height_px * 4;
  uint32_t *argb = g_malloc (n_bytes);
  bool whole = !strip->argb || strip->stale;
  int x0 = whole ? 0 : strip->unfinished ? MIN (strip->dirty_from, strip->rough_from) : strip->dirty_from;
  int n = (whole ? STRIP_PX : strip->unfinished ? MAX (strip->dirty_to, strip->rough_to) : strip->dirty_to) - x0;
  if (n < STRIP_PX)
    memcpy (argb, strip->argb, n_bytes);
  Columns columns = {.x0 = x0, .n = n, .lut = lut, .argb = argb};
  compose_lanes (self, cache, &view, &columns, scale);
  strip->unfinished = columns.unfinished;
  strip->rough_from = x0;
  strip->rough_to = x0 + n;
  strip->missing = columns.missing;
  strip->stale = strip->forgotten = false;
  make_bands (self, strip, argb, view.height_px, scale);
  g_free (strip->argb);
  strip->argb = argb;
  strip->dirty_from = strip->dirty_to = 0;
}

static gboolean
tell_unfinished (void *data)
{
  SbPictureView *self = data;
  self->tell = 0;
  sb_session_set_unfinished (self->session, self->unfinished, self->n_unfinished);
  return G_SOURCE_REMOVE;
}

/* Told after the frame: nothing may ask for a redraw while one is drawn. */
static void
note_unfinished (SbPictureView *self, const Cache *cache, int64_t first_px, int width_px)
{
  SbTimeSpan spans[MOST_SPANS];
  int n = 0;
  memset (spans, 0, sizeof spans);
  for (int64_t i = first_px / STRIP_PX; i * STRIP_PX < first_px + width_px; i++)
    for (guint s = 0; s < cache->strips->len; s++) {
      const Strip *strip = &g_array_index (cache->strips, Strip, s);
      if (strip->index != i || !strip->unfinished)
        continue;
      double from = i * STRIP_PX / cache->px_per_s, to = (i + 1) * STRIP_PX / cache->px_per_s;
      if (n && fabs (spans[n - 1].to_s - from) * cache->px_per_s < .5)
        spans[n - 1].to_s = to;
      else if (n < MOST_SPANS)
        spans[n++] = (SbTimeSpan){from, to};
    }
  if (n == self->n_unfinished && !memcmp (spans, self->unfinished, sizeof spans))
    return;
  memcpy (self->unfinished, spans, sizeof spans);
  self->n_unfinished = n;
  if (!self->tell)
    self->tell = g_timeout_add (UNFINISHED_MS, tell_unfinished, self); /* what is ready at once needs no line */
}

/* The same pixels of time and height, of another scale or band. */
static bool
same_size (const Cache *cache, const SbViewport *view, double px_per_s, const SbLanes *lanes)
{
  SbViewport other = *view;
  other.scale = cache->view.scale;
  other.low_hz = cache->view.low_hz;
  other.high_hz = cache->view.high_hz;
  return view->scale != cache->view.scale && same_plane (cache, &other, px_per_s, lanes);
}

static void
make_stale (Cache *cache)
{
  for (guint i = 0; i < cache->strips->len; i++) {
    Strip *strip = &g_array_index (cache->strips, Strip, i);
    strip->stale = true;
    strip->dirty_from = 0;
    strip->dirty_to = STRIP_PX;
  }
}

static gboolean
go_on (void *data)
{
  SbPictureView *self = data;
  self->go_on = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

static void
sb_picture_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbPictureView *self = SB_PICTURE_VIEW (widget);
  int scale = gtk_widget_get_scale_factor (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  if (!sb_session_recording (self->session) || width < 1 || height < 1)
    return;
  const SbLook *look = sb_session_look (self->session);
  Cache *cache = &self->cache[sb_session_view (self->session)];
  SbViewport view = sb_session_viewport (self->session, width * scale, height * scale);
  double px_per_s = sb_session_px_per_s (self->session);
  SbLanes lanes = sb_session_lanes (self->session, height);
  if (same_size (cache, &view, px_per_s, &lanes))
    make_stale (cache);
  else if (!same_plane (cache, &view, px_per_s, &lanes))
    g_array_set_size (cache->strips, 0);
  cache->view = view;
  cache->lanes = lanes;
  cache->px_per_s = px_per_s;
  uint32_t lut[256];
  sb_colormap_lut (look->map, look->low_db, look->high_db, lut);

  int64_t first_px = llround (view.from_s * px_per_s);
  int missing = 0, unfinished = 0;
  int64_t until_us = g_get_monotonic_time () + STALE_US;
  self->frame++;
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  for (int64_t i = first_px / STRIP_PX; i * STRIP_PX < first_px + (int64_t)width * scale; i++) {
    Strip *strip = strip_for (self, cache, i);
    strip->used = self->frame;
    bool waits = strip->stale && g_get_monotonic_time () > until_us;
    if (strip->forgotten && strip->unfinished && strip->dirty_to <= strip->dirty_from) {
      strip->dirty_from = strip->rough_from;
      strip->dirty_to = strip->rough_to;
    }
    if (strip->dirty_to > strip->dirty_from && !waits)
      compose (self, cache, strip, lut, scale);
    if (waits && !self->go_on)
      self->go_on = g_timeout_add (1, go_on, self);
    missing += strip->missing;
    unfinished += strip->unfinished;
    gtk_snapshot_save (snapshot);
    gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float)(i * STRIP_PX - first_px) / scale, 0));
    for (guint b = 0; b < strip->bands->len; b++)
      gtk_snapshot_append_node (snapshot, g_ptr_array_index (strip->bands, b));
    gtk_snapshot_restore (snapshot);
  }
  gtk_snapshot_pop (snapshot);
  sb_frame_watch_picture (missing, unfinished);
  note_unfinished (self, cache, first_px, width * scale);
}

static void
pixels (SbPictureView *self, int view, double from_s, double to_s)
{
  Cache *cache = &self->cache[view];
  bool any = false;
  for (guint i = 0; i < cache->strips->len; i++) {
    Strip *strip = &g_array_index (cache->strips, Strip, i);
    double start_px = (double)strip->index * STRIP_PX;
    int x0 = (int)CLAMP (floor (from_s * cache->px_per_s - start_px) - 1, 0, STRIP_PX);
    int x1 = (int)CLAMP (ceil (to_s * cache->px_per_s - start_px) + 1, 0, STRIP_PX);
    if (x1 <= x0)
      continue;
    bool was = strip->dirty_to > strip->dirty_from;
    strip->dirty_from = was ? MIN (strip->dirty_from, x0) : x0;
    strip->dirty_to = MAX (strip->dirty_to, x1);
    any = true;
  }
  if (any && view == (int)sb_session_view (self->session))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
sb_picture_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SbPictureView *self = SB_PICTURE_VIEW (widget);
  sb_session_set_width (self->session, width * gtk_widget_get_scale_factor (widget));
  int scale = gtk_widget_get_scale_factor (widget);
  sb_session_set_height (self->session, height * scale, scale);
}

static void
sb_picture_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 400 : 180;
}

static void
sb_picture_view_dispose (GObject *object)
{
  SbPictureView *self = SB_PICTURE_VIEW (object);
  g_clear_handle_id (&self->tell, g_source_remove);
  g_clear_handle_id (&self->go_on, g_source_remove);
  for (int v = 0; v < SB_N_VIEWS; v++)
    g_clear_pointer (&self->cache[v].strips, g_array_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (sb_picture_view_parent_class)->dispose (object);
}

static void
sb_picture_view_class_init (SbPictureViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = sb_picture_view_dispose;
  widget_class->snapshot = sb_picture_view_snapshot;
  widget_class->measure = sb_picture_view_measure;
  widget_class->size_allocate = sb_picture_view_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "picture");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
sb_picture_view_init (SbPictureView *self)
{
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  for (int v = 0; v < SB_N_VIEWS; v++) {
    self->cache[v].strips = g_array_new (FALSE, TRUE, sizeof (Strip));
    g_array_set_clear_func (self->cache[v].strips, strip_clear);
  }
}

GtkWidget *
sb_picture_view_new (SbSession *session)
{
  SbPictureView *self = g_object_new (SB_TYPE_PICTURE_VIEW, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "span", G_CALLBACK (span_moved), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "source", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "colours", G_CALLBACK (forget_all), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "recording", G_CALLBACK (forget_all), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "pixels", G_CALLBACK (pixels), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
