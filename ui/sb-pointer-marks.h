/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands over the picture where the pointer is: the brush's ring, the cross
 * of what is read off, the chip of text beside it.  Drawn white with a dark
 * casing; view is of one lane, x and y are its pixels.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

/* ring: the brush of a round tool, whose edge is drawn around (x, hz); NULL: none.  cross: the small one in the middle,
 * in the lane that the pointer is in. */
void sb_pointer_marks_brush (GtkSnapshot *snapshot, const SbViewport *view, double x, double hz, const SbBrush *ring,
                             bool cross);
/* From ruler to ruler; y NAN: in a lane that the pointer is not in, the upright alone. */
void sb_pointer_marks_crosshair (GtkSnapshot *snapshot, const SbViewport *view, double x, double y);
/* The small ring around what is read. */
void sb_pointer_marks_reading (GtkSnapshot *snapshot, double x, double y);
/* Two lines beside the pointer's place in the widget, on the side where they fit; level may be "". */
void sb_pointer_marks_chip (GtkWidget *widget, GtkSnapshot *snapshot, double x, double y, const char *head,
                            const char *level);
