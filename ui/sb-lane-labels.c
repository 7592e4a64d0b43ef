/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-lane-labels.h"
#include "ui/sb-session-lanes.h"
#include "ui/sb-theme.h"

enum { INSET = 6, PAD_X = 6, PAD_Y = 2, LEAST_WIDE = 20 };

static void
append_label (GtkSnapshot *snapshot, GtkWidget *widget, const char *text, int top)
{
  const GdkRGBA ground = {.06f, .06f, .06f, .78f}, white = {1, 1, 1, 1};
  g_autoptr (PangoLayout) layout = sb_theme_layout (widget, 12, true, text);
  int width, height;
  pango_layout_get_pixel_size (layout, &width, &height);
  int wide = MAX (width + 2 * PAD_X, LEAST_WIDE);
  GskRoundedRect box;
  gsk_rounded_rect_init_from_rect (&box, &GRAPHENE_RECT_INIT (INSET, top + INSET, wide, height + 2 * PAD_Y), 5);
  gtk_snapshot_push_rounded_clip (snapshot, &box);
  gtk_snapshot_append_color (snapshot, &ground, &box.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (INSET + (wide - width) / 2, top + INSET + PAD_Y));
  gtk_snapshot_append_layout (snapshot, layout, &white);
  gtk_snapshot_restore (snapshot);
}

GskRenderNode *
sb_lane_labels_node_new (SbSession *session, GtkWidget *widget, int height)
{
  SbLanes lanes = sb_session_lanes (session, height);
  if (!sb_session_look (session)->stacked || lanes.first < 0)
    return NULL;
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  for (int lane = 0; lane < lanes.n; lane++) {
    g_autofree char *name = sb_session_channel_short (session, sb_lanes_channel (&lanes, lane));
    append_label (snapshot, widget, name, sb_lanes_top (&lanes, lane));
  }
  return gtk_snapshot_free_to_node (snapshot);
}
