/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The side panel: Edit | Inspect over the two pages.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

GtkWidget *sb_side_panel_new (SbSession *session);
/* "edit" or "inspect" */
void sb_side_panel_show (GtkWidget *panel, const char *page);
const char *sb_side_panel_page (GtkWidget *panel);
