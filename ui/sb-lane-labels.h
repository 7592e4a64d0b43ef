/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The name of each stacked channel in the corner of its lane.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

/* A node over a picture of that height; NULL where channels are not stacked. */
GskRenderNode *sb_lane_labels_node_new (SbSession *session, GtkWidget *widget, int height);
