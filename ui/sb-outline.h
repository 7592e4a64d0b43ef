/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The outline of what is painted: the line where an edit reaches half of its
 * effect, on the mask as it really works (grown).  Traced and drawn by a worker
 * for one mask and one visible plane; the lines are kept in seconds and hertz
 * too, so that they can be shown while newer ones are under way.  Thread: UI. */
#pragma once
#include "ui/sb-outline-tiles.h"
#include "ui/sb-session.h"

#define SB_TYPE_OUTLINE (sb_outline_get_type ())
G_DECLARE_FINAL_TYPE (SbOutline, sb_outline, SB, OUTLINE, GObject)

typedef enum {
  SB_OUTLINE_EDITS,    /* all that is in force, the stroke in progress too */
  SB_OUTLINE_MUTED,    /* dashed white */
  SB_OUTLINE_SELECTED, /* thicker */
  SB_OUTLINE_HOVERED   /* thicker */
} SbOutlineWhat;

/* Emits "changed" when it looks different. */
SbOutline *sb_outline_new (SbSession *session, SbOutlineWhat what);
/* Only what touches this channel; −1: what touches any.  To be followed by _update(). */
void sb_outline_set_channel (SbOutline *outline, int channel);
/* Size of the picture or lane in logical pixels; asks for what belongs to the present view and edits. */
void sb_outline_update (SbOutline *outline, int width, int height, int scale);
void sb_outline_append (SbOutline *outline, GtkWidget *widget, GtkSnapshot *snapshot, const SbViewport *view);
