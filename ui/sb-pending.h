/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What of a shape in progress was sent as a preview and is not on the screen
 * yet: it is filled black .45 until its result shows.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

typedef struct SbPending SbPending;

SbPending *sb_pending_new (SbSession *session); /* borrowed, must outlive it */
void sb_pending_free (SbPending *pending);
void sb_pending_clear (SbPending *pending); /* the shape is done, or taken back */
/* The first n points (of a shape without points: 1) were sent just now; they change [from_s, to_s].  `channel`: of the
 * lane that the hand is in, −1: all together. */
void sb_pending_sent (SbPending *pending, int channel, guint n, double from_s, double to_s);
/* How many of the points are on the screen.  Nothing to fill where the picture does not show the result. */
guint sb_pending_shown (SbPending *pending, guint n);
/* Fills the dabs from points[first] to points[n − 1]. */
void sb_pending_fill_dabs (GtkSnapshot *snapshot, const SbViewport *view, const SbOpPoint *points, guint first, guint n,
                           double radius_s, double radius_hz);
