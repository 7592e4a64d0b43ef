/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SHA-256 of all of an opened recording, computed aside: a thread of its own
 * that takes about a quarter of one processor and ends when it is done or
 * freed.  Known only if the file was not written to meanwhile.
 * Thread: new, start and free on one thread; func is called on the own one. */
#pragma once
#include "audio/sb-file-source.h"

typedef struct SbContentHash SbContentHash;
typedef void (*SbContentHashFunc) (void *data, const char *sha256, int64_t mtime_ns);

/* Opens the file once more; nothing runs yet.  NULL: it cannot. */
SbContentHash *sb_content_hash_new (const SbSource *recording);
/* Once; later calls do nothing. */
void sb_content_hash_start (SbContentHash *hash, SbContentHashFunc func, void *data);
/* After it func is not called any more.  Waits for milliseconds at most. */
void sb_content_hash_free (SbContentHash *hash);
