/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two rulers of the canvas.  A click on the time ruler moves the playhead,
 * a drag marks the loop.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_RULER (sb_ruler_get_type ())
G_DECLARE_FINAL_TYPE (SbRuler, sb_ruler, SB, RULER, GtkWidget)

GtkWidget *sb_ruler_new (SbSession *session, GtkOrientation orientation); /* horizontal: time */
/* Click seeks, drag marks the loop; for the waveform lane too. */
void sb_ruler_attach_seek (SbSession *session, GtkWidget *area);
/* The measure tool's line through a lane in time, drawn anew when the pointer moves. */
void sb_ruler_append_pointer (SbSession *session, GtkSnapshot *snapshot, int width, int height);
void sb_ruler_follow_pointer (SbSession *session, GtkWidget *area);
/* The loop's tint over a lane of the canvas. */
void sb_ruler_append_loop (SbSession *session, GtkSnapshot *snapshot, int width, int height, bool edges);
