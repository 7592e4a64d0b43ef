/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long the UI thread is held, told on stderr when the window goes, with
 * SONOBRUSH_DEBUG=frames a summary, with frames-all each one:
 *
 *   frame S MS BEFORE SNAPSHOT   from update to paint; what came before the drawing (update, layout); our drawing
 *   dispatch S MS                one round of the main loop outside frames: input, timers, results from workers
 *
 * S is CLOCK_MONOTONIC in seconds.  Times are what the thread worked or waited for something, without the time it
 * waited for a free processor: that is the machine's affair.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>

void sb_frame_watch_attach (GtkWidget *window);
/* The window's own snapshot() calls these around its drawing. */
void sb_frame_watch_snapshot_begins (GtkWidget *window);
void sb_frame_watch_snapshot_ends (GtkWidget *window);
