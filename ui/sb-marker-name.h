/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The field in which the selected marker gets its name: Enter keeps what is
 * typed, Escape leaves the name it has (a new one's is its number).
 * Thread: UI. */
#pragma once
#include "ui/sb-inspector.h"

#include <gtk/gtk.h>

/* Open and with the keyboard when this returns; false: no marker is selected, or the parent is not on the screen.  A
 * field that is open already keeps what was typed in it.  After a new marker's, the keyboard goes to the picture. */
bool sb_marker_name_ask (GtkWidget *parent, SbInspector *inspector, bool is_new);
/* Points the field that is open in `parent` at this place in it. */
void sb_marker_name_point_to (GtkWidget *parent, const GdkRectangle *area);
