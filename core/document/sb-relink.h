/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the recording of a project is now: known by its content, never guessed
 * by its name.  Thread: worker.  Blocks: disk. */
#pragma once
#include "base/sb-progress.h"
#include "document/sb-project.h"

/* A path under which the very content lies that the project was made from: where the project says, beside the project
 * file, or where a kept session of the same content had it.  Newly allocated; NULL: at none of these. */
char *sb_relink_find (const SbProject *project, const char *project_path /* may be NULL */,
                      const char *folder /* of sessions; NULL: the default */);
/* What a person should know about the recording at `path` in place of the one that `project` was made from; newly
 * allocated.  *same: it is the same content. */
char *sb_relink_compare (const SbProject *project, const char *path, SbProgress *progress, bool *same, GError **error);
/* "It is 0:03.0 long instead of 0:02.0 …": what is told apart of two recordings with different content. */
char *sb_relink_difference (const SbProject *then, const SbProject *now);
