/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long the UI thread is held, told on stderr when the window goes, with
 * SONOBRUSH_DEBUG=frames a summary, with frames-all each one:
 *
 *   frame S CPU HELD BEFORE DRAWING   from update to paint; of it what came before the drawing (update, layout), and
 *                                     our drawing, both in processor time
 *   dispatch S CPU HELD               one round of the main loop outside frames: input, timers, results from workers
 *
 * S is CLOCK_MONOTONIC in seconds, the others are milliseconds.  Held is what the thread worked or waited for
 * something (a lock, a disk, the display's server), without waiting for a free processor.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>

void sb_frame_watch_attach (GtkWidget *window);
/* The window's own snapshot() calls these around its drawing. */
void sb_frame_watch_snapshot_begins (GtkWidget *window);
void sb_frame_watch_snapshot_ends (GtkWidget *window);
