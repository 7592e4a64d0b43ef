/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opens a recording on a worker.  After half a second a small dialog shows the
 * progress with Cancel; a cancelled opening is abandoned at once, whatever the
 * worker is stuck in.  Thread: UI. */
#pragma once
#include "ui/sb-recording.h"

#include <gtk/gtk.h>

typedef struct SbOpener SbOpener;
/* recording: to be taken over, or NULL with an error (NULL: cancelled). */
typedef void (*SbOpenedFunc) (void *data, SbRecording *recording, const char *path, const GError *error);

/* `pool` serves the pictures, `jobs` opens. */
SbOpener *sb_opener_new (GtkWindow *parent, SbPool *pool, SbPool *jobs, SbOpenedFunc func, void *data);
void sb_opener_free (SbOpener *opener); /* abandons what is under way */
/* A newer opening takes the place of an older one. */
void sb_opener_open (SbOpener *opener, const SbOpenRequest *request);
bool sb_opener_is_busy (const SbOpener *opener);
