/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looks for the recording that edits were made in, when it was moved, changed
 * or deleted: asks for the file, compares its content on a worker, and says
 * what is different before anything else than the very same is taken.
 * Thread: UI. */
#pragma once
#include "ui/sb-recording.h"

#include <gtk/gtk.h>

typedef struct SbFinder SbFinder;
/* Found, or taken all the same: open it so. */
typedef void (*SbFoundFunc) (void *data, const SbOpenRequest *request);

SbFinder *sb_finder_new (GtkWindow *parent, SbPool *jobs, SbFoundFunc func, void *data);
void sb_finder_free (SbFinder *finder);
/* A dialog: the recording of this project is gone, `sentence` says from where; find it? */
void sb_finder_ask (SbFinder *finder, const char *project_path, const char *sentence);
/* What is looked for from now on (copied): the recording of this project file, or the one that `wanted` tells about. */
void sb_finder_look_for (SbFinder *finder, const char *project_path, const SbProject *wanted);
bool sb_finder_is_looking (const SbFinder *finder);
bool sb_finder_has_asked (const SbFinder *finder); /* … for a project that waits to be opened */
void sb_finder_choose (SbFinder *finder);                /* a file chooser, then as below */
void sb_finder_try (SbFinder *finder, const char *path); /* is it this one? */
