/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole recording in one lane, with the visible span to drag and a mark
 * for each edit.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_OVERVIEW (sb_overview_get_type ())
G_DECLARE_FINAL_TYPE (SbOverview, sb_overview, SB, OVERVIEW, GtkWidget)

GtkWidget *sb_overview_new (SbSession *session);
