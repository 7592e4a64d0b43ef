/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A fraction done and a request to stop, shared by the thread that works and
 * the thread that shows.  Reference-counted; every call is lock-free.
 * Thread: any.  Blocks: no. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct SbProgress SbProgress;

SbProgress *sb_progress_new (void);
SbProgress *sb_progress_ref (SbProgress *progress);
void sb_progress_unref (SbProgress *progress); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbProgress, sb_progress_unref)

/* All take NULL: nobody watches, nobody cancels. */
void sb_progress_set (SbProgress *progress, double fraction); /* 0 … 1 */
double sb_progress_get (const SbProgress *progress);
void sb_progress_cancel (SbProgress *progress);
bool sb_progress_is_cancelled (const SbProgress *progress);
/* true and SB_ERROR_CANCELLED once cancelled */
bool sb_progress_check (const SbProgress *progress, GError **error);
