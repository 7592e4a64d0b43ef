/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The colour bar with a handle at each end of the shown range.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_COLORBAR (sb_colorbar_get_type ())
G_DECLARE_FINAL_TYPE (SbColorbar, sb_colorbar, SB, COLORBAR, GtkWidget)

GtkWidget *sb_colorbar_new (SbSession *session);
