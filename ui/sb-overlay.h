/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that lies over the picture and moves: outline of the edits, loop
 * and playhead lines, brush ring, shapes being drawn, the pointer's chip.  Takes
 * pointer and keys of the canvas.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_OVERLAY (sb_overlay_get_type ())
G_DECLARE_FINAL_TYPE (SbOverlay, sb_overlay, SB, OVERLAY, GtkWidget)

GtkWidget *sb_overlay_new (SbSession *session);
/* Takes back a stroke under way; false when there is none. */
bool sb_overlay_cancel (SbOverlay *overlay);
