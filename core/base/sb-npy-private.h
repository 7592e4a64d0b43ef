/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The header of a .npy file as text: a Python dictionary with three keys.
 * Pure; used by the reader alone.  Thread: any.  Blocks: no. */
#pragma once
#include "base/sb-npy.h"

#define SB_NPY_MAX_HEADER_BYTES (1 << 20)

/* Fills type, swapped, fortran, n_dims, shape, planes, rows, cols.  NULL when
 * well, else what is wrong with it, newly allocated, to follow "…: it ". */
char *sb_npy_parse_header (const char *text, size_t n_bytes, SbNpyInfo *info);
