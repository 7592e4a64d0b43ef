/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the window says about keeping: edits that came back, that are on offer,
 * that cannot be kept, and the two buttons that belong to that.  Thread: UI. */
#pragma once
#include "document/sb-project.h"
#include "ui/sb-recording.h"
#include "ui/sb-window.h"

/* Once for each window. */
void sb_keeping_add_actions (SbWindow *window);
/* After a recording was taken. */
void sb_keeping_announce (SbWindow *window);
/* Opening this has ended the program before, or its edits need a newer version: a dialog asks how to go on. */
void sb_keeping_ask_again (SbWindow *window, const char *path, const GError *error);
/* What was found or set aside (sb_store_dismiss_…) is not wanted: an offer is not made again. */
void sb_keeping_dismiss (SbWindow *window, void (*dismiss) (SbStore *store));
/* A recording is about to be drawn; when that went well, its opening has come to an end. */
void sb_keeping_shows_soon (SbWindow *window, SbRecording *recording);
/* Before the recording is let go of. */
void sb_keeping_let_go (SbWindow *window);
/* What else belongs into a project that is saved: markers, and how it is looked at. */
void sb_keeping_fill_project (SbWindow *window, SbProject *project);

/* What would be lost if the window closed now: edits or markers that are neither kept nor in a project that was
 * saved. */
typedef enum {
  SB_RISK_NONE,
  SB_RISK_PENDING, /* they are on the way to the disk */
  SB_RISK_LOSS,    /* they cannot be kept */
} SbRisk;
SbRisk sb_keeping_at_risk (SbWindow *window);
/* SB_RISK_LOSS, in words: newly allocated. */
char *sb_keeping_say_loss (SbWindow *window);
/* Edits or markers have changed; what the banner says of their keeping follows. */
void sb_keeping_note_change (SbWindow *window);
