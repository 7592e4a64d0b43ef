/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With SONOBRUSH_DEBUG=frames: the processor time of each frame on the UI
 * thread, from update to paint, told on stderr when the window goes.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>

void sb_frame_watch_attach (GtkWidget *window);
