/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Raw speed on this machine: single thread, alternating rounds, medians.
 * Thread: worker.  Blocks: some seconds of compute. */
#pragma once
#include "base/sb-progress.h"
#include <glib.h>

/* A JSON object as text, free with g_free(); NULL when cancelled. */
char *sb_bench_run_json (SbProgress *progress, GError **error);
