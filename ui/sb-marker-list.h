/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The markers of the recording, to jump through: title, span, band.  Select to
 * go there, Enter or double click to rename, Delete to remove.  Thread: UI. */
#pragma once
#include "ui/sb-inspector.h"

#include <gtk/gtk.h>

GtkWidget *sb_marker_list_new (SbSession *session);
/* Only those whose title contains it (any case); "": all. */
void sb_marker_list_search (GtkWidget *list, const char *text);
/* Opens the entry on the selected one.  _name(): it was just made, so the keyboard goes to the picture afterwards. */
void sb_marker_list_rename (GtkWidget *list);
void sb_marker_list_name (GtkWidget *list);
