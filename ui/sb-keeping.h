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
/* Opening this has ended the program before: a dialog asks how to go on. */
void sb_keeping_ask_again (SbWindow *window, const char *path, const char *sentence);
/* A recording is about to be drawn; when that went well, its opening has come to an end. */
void sb_keeping_shows_soon (SbWindow *window, SbRecording *recording);
/* Before the recording is let go of. */
void sb_keeping_let_go (SbWindow *window);
/* What else belongs into a project that is saved: markers, and how it is looked at. */
void sb_keeping_fill_project (SbWindow *window, SbProject *project);
/* What has been done is on the disk, or will be in a moment. */
bool sb_keeping_is_safe (SbWindow *window);
