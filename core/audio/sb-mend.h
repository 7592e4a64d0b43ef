/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Headers that libsndfile misreads, mended on the way to it; the file itself is
 * never written.
 *
 *   W64   EXTENSIBLE with float samples (ffmpeg's): libsndfile 1.2 takes them for
 *         integers.  It is given the plain tag; other kinds are refused.
 *   WAV   data of 0 bytes in a RIFF of 0 or "all ones" bytes, and samples behind: a
 *         recorder that lost its power.  It is given the sizes that are there.
 *
 * Thread: any but UI.  Blocks: disk. */
#pragma once
#include <sndfile.h>
#include <stdbool.h>

typedef struct SbMended SbMended;

/* As sf_open_fd() for reading, and takes the descriptor, also on failure.  *mended: NULL when the header is sound, else
 * to be freed after sf_close().  NULL: *reason (static, may be NULL) says why. */
SNDFILE *sb_mended_open (int fd, SF_INFO *info, SbMended **mended, const char **reason);
void sb_mended_free (SbMended *mended); /* NULL is fine */
/* The sizes were never filled in: a copy of the file would be as unfinished. */
bool sb_mended_is_unfinished (const SbMended *mended);
