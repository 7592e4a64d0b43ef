/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a window shows while nothing is open.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>
#include <stdbool.h>

GtkWidget *sb_start_page_new (bool with_demo);

/* Recent recordings of this program, newest first; of GtkRecentInfo, at most `most`. */
GPtrArray *sb_recent_list (guint most);
void sb_recent_add (const char *path);
void sb_recent_clear (void);
