/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Some files of a hundred bytes make libsndfile spin for ever, in a place that
 * asks nobody and does no I/O that could be made to fail.  So a child process
 * (sonobrush-probe) opens and decodes a bit of each file first, under limits of
 * time and memory; only what it came through is opened here.
 * Thread: any but UI.  Blocks: disk, at most the limit. */
#pragma once
#include "base/sb-progress.h"

/* fd: the file, at any offset; left as it is.  true: it can be opened (what is wrong with it is then told by who opens
 * it).  false: a sentence, or SB_ERROR_CANCELLED.  Without a sonobrush-probe that works nothing is opened: it is looked
 * for beside the program and where it is installed, or is what SONOBRUSH_PROBE says.  SONOBRUSH_PROBE="" opens untried,
 * for who asks a child himself.  The program must not ignore SIGCHLD. */
bool sb_probe (int fd, const char *path, SbProgress *progress, GError **error);
/* What the child does; its exit status. */
int sb_probe_child (int fd);
