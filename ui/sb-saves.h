/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The files that a session is saving: projects, edits and markers one after
 * another in the order they were asked for, so that no older one takes the
 * place of a newer; pictures beside them.  Closing asks what is under way.
 * Thread: UI; what blocks is done by a worker. */
#pragma once
#include "base/sb-progress.h"
#include "ui/sb-session.h"

typedef struct SbSave SbSave;
typedef bool (*SbSavedFunc) (void *data);            /* false: it was not saved, and that has been told */
typedef void (*SbSavesFunc) (void *data, bool saved); /* one has come to its end */

/* Once for each session; `ended` NULL: nobody asks any more. */
void sb_saves_attach (SbSession *session, SbPool *jobs, SbSavesFunc ended, void *data);
/* When its turn comes: `work` by a worker, then `done` and `free` on the main loop.  One of the same kind and path that
 * still waits has been overtaken and is only freed.  progress (NULL: none) is cancelled when it is given up. */
void sb_saves_run (SbSession *session, const char *path, SbProgress *progress, SbJobFunc work, SbSavedFunc done,
                   void *data, GDestroyNotify free);
/* Beside the others, by somebody else's worker; ends with sb_saves_end(), which frees it. */
SbSave *sb_saves_begin (SbSession *session, const char *path, SbProgress *progress);
void sb_saves_end (SbSave *save, bool saved);

/* Of one that is under way or waits, borrowed; NULL: none. */
const char *sb_saves_pending (SbSession *session);
/* What waits is dropped, what is under way cancelled. */
void sb_saves_give_up (SbSession *session);
