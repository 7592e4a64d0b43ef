/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each preview is a revision of the picture; the picture says which revisions
 * it shows where.  A look or view that changes meanwhile counts revisions of its
 * own, so what was sent before is forgotten then. */
#include "ui/sb-pending.h"
#include "ui/sb-session-lanes.h"

#include <math.h>

#define BLACK .45

typedef struct {
  guint n; /* points */
  uint32_t revision;
  double from_s, to_s;
} Sent;

struct SbPending {
  SbSession *session;
  const SbSpectrogram *picture; /* only compared */
  GArray *sent;                 /* of Sent, oldest first */
  int channel;                  /* of the lane it is in */
  guint shown;
};

SbPending *
sb_pending_new (SbSession *session)
{
  SbPending *pending = g_new0 (SbPending, 1);
  pending->session = session;
  pending->sent = g_array_new (FALSE, FALSE, sizeof (Sent));
  return pending;
}

void
sb_pending_free (SbPending *pending)
{
  if (!pending)
    return;
  g_array_unref (pending->sent);
  g_free (pending);
}

void
sb_pending_clear (SbPending *pending)
{
  g_array_set_size (pending->sent, 0);
  pending->shown = 0;
}

/* The one on the screen, if it shows what is painted. */
static SbSpectrogram *
picture (SbPending *pending)
{
  const SbRecording *recording = sb_session_recording (pending->session);
  SbView view = sb_session_view (pending->session);
  if (!recording || view == SB_VIEW_ORIGINAL)
    return NULL;
  SbSpectrogram *lane =
      pending->channel >= 0 ? sb_session_lane_picture (pending->session, view, pending->channel) : NULL;
  return lane ? lane : recording->looked[view] ? recording->looked[view] : recording->spectrogram[view];
}

void
sb_pending_sent (SbPending *pending, int channel, guint n, double from_s, double to_s)
{
  pending->channel = channel;
  SbSpectrogram *now = picture (pending);
  if (now != pending->picture)
    g_array_set_size (pending->sent, 0);
  pending->picture = now;
  if (!now)
    return;
  Sent sent = {n, sb_spectrogram_revision (now), from_s, to_s};
  g_array_append_val (pending->sent, sent);
}

guint
sb_pending_shown (SbPending *pending, guint n)
{
  SbSpectrogram *now = picture (pending);
  if (!now || now != pending->picture)
    return n;
  while (pending->sent->len > 0) {
    const Sent *oldest = &g_array_index (pending->sent, Sent, 0);
    if (!sb_spectrogram_shows (now, oldest->revision, oldest->from_s, oldest->to_s))
      break;
    pending->shown = oldest->n;
    g_array_remove_index (pending->sent, 0);
  }
  return MIN (pending->shown, n);
}

/* A dab is an ellipse: along a line it sweeps what a round pen does where both radii are 1. */
void
sb_pending_fill_dabs (GtkSnapshot *snapshot, const SbViewport *view, const SbOpPoint *points, guint first, guint n,
                      double radius_s, double radius_hz)
{
  if (first >= n)
    return;
  double rx = radius_s / (view->to_s - view->from_s) * view->width_px, ry = 0;
  double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
  for (guint i = first; i < n; i++) {
    double x = sb_viewport_x (view, points[i].t_s), y = sb_viewport_y (view, points[i].f_hz);
    double low = sb_viewport_y (view, MAX (points[i].f_hz - radius_hz, view->low_hz * .5));
    ry = MAX (ry, (low - sb_viewport_y (view, points[i].f_hz + radius_hz)) / 2 * points[i].size);
    x0 = MIN (x0, x);
    x1 = MAX (x1, x);
    y0 = MIN (y0, y);
    y1 = MAX (y1, y);
  }
  rx = MAX (rx * points[n - 1].size, .5);
  ry = MAX (ry, .5);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float)(x0 - rx), (float)(y0 - ry), (float)(x1 - x0 + 2 * rx),
                                               (float)(y1 - y0 + 2 * ry)), visible;
  if (!graphene_rect_intersection (&bounds, &GRAPHENE_RECT_INIT (0, 0, view->width_px, view->height_px), &visible))
    return;
  graphene_rect_round_extents (&visible, &visible);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &visible); /* no larger: all under a node is painted again */
  cairo_scale (cr, rx, ry);
  for (guint i = first; i < n; i++)
    cairo_line_to (cr, sb_viewport_x (view, points[i].t_s) / rx, sb_viewport_y (view, points[i].f_hz) / ry);
  if (n - first == 1)
    cairo_close_path (cr);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (cr, 2);
  cairo_set_source_rgba (cr, 0, 0, 0, BLACK);
  cairo_stroke (cr);
  cairo_destroy (cr);
}
