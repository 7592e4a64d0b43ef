/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Markers in the lower part of the time ruler: a flag with the name, a line as
 * long as the region.  A click on a flag selects it.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

void sb_marker_lane_snapshot (SbSession *session, GtkWidget *widget, GtkSnapshot *snapshot, int width, int height);
/* Id of the marker whose flag lies at x; 0: none. */
uint64_t sb_marker_lane_at (SbSession *session, GtkWidget *widget, double x, double y);
