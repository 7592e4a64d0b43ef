/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening a file that somebody named: what stands there may be missing, a folder,
 * a pipe or without end.  `shown`: its name for a sentence.
 * Thread: any.  Blocks: disk. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

/* A descriptor to read a regular file with, and what it is; a pipe is refused and not waited for.  −1 with
 * SB_ERROR_OPEN. */
int sb_open_regular (const char *path, const char *shown, struct stat *st, GError **error);
/* The sentence for an open(), stat() or access() that failed with that errno. */
void sb_set_open_error (GError **error, const char *shown, int code);
/* A regular file, or a pipe, which is waited for. */
int sb_open_stream (const char *path, const char *shown, GError **error);
/* All that is left, a NUL behind it, newly allocated; fd is closed, −1 goes through.  NULL with SB_ERROR_READ, or
 * SB_ERROR_FORMAT where it is more than `most` bytes, which no `kind` has. */
char *sb_read_rest (int fd, const char *shown, const char *kind, gsize most, gsize *n, GError **error);
