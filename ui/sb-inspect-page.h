/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The side panel's second page: spectrum, measurement, markers.  Thread: UI. */
#pragma once
#include "ui/sb-inspector.h"

#include <gtk/gtk.h>

#define SB_TYPE_INSPECT_PAGE (sb_inspect_page_get_type ())
G_DECLARE_FINAL_TYPE (SbInspectPage, sb_inspect_page, SB, INSPECT_PAGE, GtkBox)

GtkWidget *sb_inspect_page_new (SbSession *session);
