/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Zoom and scroll with wheel, touchpad, pinch and middle button, the same over
 * every part of the canvas.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

typedef enum { SB_NAVIGATE_TIME = 1, SB_NAVIGATE_BAND = 2, SB_NAVIGATE_BOTH = 3 } SbNavigate;
/* `area` shows the session's viewport along the axes named. */
void sb_navigator_attach (SbSession *session, GtkWidget *area, SbNavigate axes);
