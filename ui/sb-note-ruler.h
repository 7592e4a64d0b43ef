/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The notes of equal temperament (A4 = 440 Hz) beside the picture, as far as
 * there is room for their names.  Thread: UI. */
#pragma once
#include "ui/sb-inspector.h"

#include <gtk/gtk.h>

#define SB_TYPE_NOTE_RULER (sb_note_ruler_get_type ())
G_DECLARE_FINAL_TYPE (SbNoteRuler, sb_note_ruler, SB, NOTE_RULER, GtkWidget)

GtkWidget *sb_note_ruler_new (SbSession *session);
/* Narrow windows have no room for it, whether it is wanted or not. */
void sb_note_ruler_set_room (SbNoteRuler *ruler, bool room);
