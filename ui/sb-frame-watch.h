/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long the UI thread is held, told on stderr when the window goes, with
 * SONOBRUSH_DEBUG=frames a summary, with frames-all each one:
 *
 *   frame S CPU HELD BEFORE DRAWING   from update to paint; of it what came before the drawing (update, layout), and
 *                                     our drawing, both in processor time
 *   dispatch S CPU HELD               one round of the main loop outside frames: input, timers, results from workers
 *
 * SONOBRUSH_DEBUG=start tells at once, in milliseconds since the process began (to 10 ms): the first frame, the first
 * that shows a picture with no hole in it, the first whose picture is exact; and the process's processor time by then.
 *
 * S is CLOCK_MONOTONIC in seconds, the others are milliseconds.  Held is what the thread worked or waited for
 * something (a lock, a disk, the display's server), without waiting for a free processor.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>

void sb_frame_watch_attach (GtkWidget *window);
/* The window's own snapshot() calls these around its drawing. */
void sb_frame_watch_snapshot_begins (GtkWidget *window);
void sb_frame_watch_snapshot_ends (GtkWidget *window);
/* What the picture in sight lacked when it was drawn: pixel columns without anything, strips not exact. */
void sb_frame_watch_picture (int missing, int coarse);
