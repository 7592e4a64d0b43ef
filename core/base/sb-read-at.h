/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading at a place of a file: a read may be interrupted by a signal, or bring
 * less than was asked for, as file systems of the network do; both are no end.
 * Thread: any.  Blocks: disk. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* How many bytes came.  Fewer than n_bytes: errno says why, 0: the file ends there. */
size_t sb_read_at (int fd, void *to, size_t n_bytes, int64_t pos);
