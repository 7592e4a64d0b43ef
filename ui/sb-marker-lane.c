/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Flags that would cover one another are left out, the line or a tick stays. */
#include "ui/sb-marker-lane.h"
#include "ui/sb-inspector.h"
#include "ui/sb-theme.h"

#include <math.h>

enum { FLAG = 15, PAD = 5, LINE = 2, MOST_WIDE = 120 };

static PangoLayout *
name_of (GtkWidget *widget, const SbMarker *marker)
{
  PangoLayout *layout = sb_theme_layout (widget, 11, true, marker->title);
  pango_layout_set_width (layout, MOST_WIDE * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  return layout;
}

static void
append_flag (GtkSnapshot *snapshot, PangoLayout *layout, double x, int y, int width, int text_height, bool selected)
{
  const SbTheme *theme = sb_theme ();
  GskRoundedRect box;
  gsk_rounded_rect_init_from_rect (&box, &GRAPHENE_RECT_INIT (x, y, width, FLAG), 3);
  gtk_snapshot_push_rounded_clip (snapshot, &box);
  gtk_snapshot_append_color (snapshot, selected ? &theme->playhead : &theme->marker, &box.bounds);
  gtk_snapshot_pop (snapshot);
  GdkRGBA ink = theme->marker_text;
  if (selected)
    ink = theme->dark ? (GdkRGBA){0, 0, 0, 1} : (GdkRGBA){1, 1, 1, 1};
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float)(x + PAD), (float)(y + (FLAG - text_height) / 2)));
  gtk_snapshot_append_layout (snapshot, layout, &ink);
  gtk_snapshot_restore (snapshot);
}

/* Calls `draw` for each visible marker, flags placed from the left; returns the id under (at_x), 0 when none. */
static uint64_t
walk (SbSession *session, GtkWidget *widget, GtkSnapshot *snapshot, int width, int height, double at_x)
{
  SbInspector *inspector = sb_inspector_of (session);
  SbMarkers *markers = sb_inspector_markers (inspector);
  SbViewport view = sb_session_viewport (session, width, 1);
  double free_x = -1e9, last_x = -1e9;
  int y = height - LINE - FLAG;
  for (int i = 0; i < sb_markers_n (markers); i++) {
    const SbMarker *marker = sb_markers_get (markers, i);
    double x = floor (sb_viewport_x (&view, marker->from_s)), end = ceil (sb_viewport_x (&view, marker->to_s));
    if (end < 0 || x > width)
      continue;
    if (snapshot && (end > last_x || x > last_x))
      gtk_snapshot_append_color (snapshot, &sb_theme ()->marker,
                                 &GRAPHENE_RECT_INIT (MAX (x, -1), height - LINE, MAX (end - MAX (x, -1), 2), LINE));
    last_x = MAX (last_x, end);
    double flag_x = x < 0 && end > 30 ? 0 : x; /* a region that began before keeps its name in sight */
    if (flag_x < free_x || flag_x < -MOST_WIDE)
      continue;
    g_autoptr (PangoLayout) layout = name_of (widget, marker);
    int text_width, text_height;
    pango_layout_get_pixel_size (layout, &text_width, &text_height);
    int flag_width = text_width + 2 * PAD;
    free_x = flag_x + flag_width + 2;
    if (snapshot)
      append_flag (snapshot, layout, flag_x, y, flag_width, text_height,
                   marker->id == sb_inspector_selected (inspector));
    else if (at_x >= flag_x && at_x <= flag_x + flag_width)
      return marker->id;
  }
  return 0;
}

void
sb_marker_lane_snapshot (SbSession *session, GtkWidget *widget, GtkSnapshot *snapshot, int width, int height)
{
  walk (session, widget, snapshot, width, height, 0);
}

uint64_t
sb_marker_lane_at (SbSession *session, GtkWidget *widget, double x, double y)
{
  int height = gtk_widget_get_height (widget);
  return y < height - LINE - FLAG ? 0 : walk (session, widget, NULL, gtk_widget_get_width (widget), height, x);
}
