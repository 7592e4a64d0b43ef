/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The side panel: options of the tool, the list of edits, and the promise at
 * its foot.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_EDIT_PANEL (sb_edit_panel_get_type ())
G_DECLARE_FINAL_TYPE (SbEditPanel, sb_edit_panel, SB, EDIT_PANEL, GtkBox)

GtkWidget *sb_edit_panel_new (SbSession *session);
