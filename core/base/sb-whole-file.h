/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file that appears whole or not at all: bytes go to a temporary file in the
 * target's folder; only after all of them and an fsync have succeeded does a
 * rename put it in the target's place, and the folder is fsynced.  The first
 * error sticks.  A target that is a symbolic link is replaced where it points.
 * Thread: any, one at a time.  Blocks: disk. */
#pragma once
#include "base/sb-error.h"
#include <stdbool.h>
#include <stddef.h>

typedef struct SbWholeFile SbWholeFile;

/* Refuses a missing or read-only folder and a target that is no regular file. */
SbWholeFile *sb_whole_file_new (const char *path, GError **error);
/* Without a commit: removes the temporary file; the target is as it was.  NULL is fine. */
void sb_whole_file_free (SbWholeFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbWholeFile, sb_whole_file_free)

bool sb_whole_file_write (SbWholeFile *file, const void *bytes, size_t n_bytes, GError **error);
/* Once, last. */
bool sb_whole_file_commit (SbWholeFile *file, GError **error);
/* All three in one. */
bool sb_whole_file_save (const char *path, const void *bytes, size_t n_bytes, GError **error);
