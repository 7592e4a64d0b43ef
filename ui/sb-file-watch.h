/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether the recording on disk is still the one that was opened: it may be
 * moved, deleted, cut short or written to by another program while it is shown.
 * What is already analysed stays on the screen.
 *
 *   "changed"  (string title, string meaning): a lasting state, for a banner; both "" when it is as it was
 *
 * Thread: UI; the file is asked asynchronously. */
#pragma once
#include "ui/sb-session.h"

#define SB_TYPE_FILE_WATCH (sb_file_watch_get_type ())
G_DECLARE_FINAL_TYPE (SbFileWatch, sb_file_watch, SB, FILE_WATCH, GObject)

SbFileWatch *sb_file_watch_new (SbSession *session);
/* Nothing lies under its name any more. */
bool sb_file_watch_is_gone (const SbFileWatch *watch);
