/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The main window.  Thread: UI. */
#pragma once
#include "base/sb-pool.h"

#include <adwaita.h>
#include <stdbool.h>

#define SB_TYPE_WINDOW (sb_window_get_type ())
G_DECLARE_FINAL_TYPE (SbWindow, sb_window, SB, WINDOW, AdwApplicationWindow)

/* `pool` draws, `jobs` opens and exports; both outlive the window. */
GtkWidget *sb_window_new (GtkApplication *application, SbPool *pool, SbPool *jobs, bool with_demo);
void sb_window_open (SbWindow *window, const char *path);
/* Nothing would be lost if another recording took this one's place. */
bool sb_window_is_free (SbWindow *window);
