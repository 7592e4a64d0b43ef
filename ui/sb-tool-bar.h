/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tools at the left: buttons of the action win.tool.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>

GtkWidget *sb_tool_bar_new (void);
