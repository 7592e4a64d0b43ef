/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mask as a file: NumPy .npy (float32, float64, bool, uint8 with 255 as 1;
 * shape (n_bins, n_cols) for all channels or (channels, n_bins, n_cols)), or a
 * grey PNG n_cols wide and n_bins high, highest frequency on top, grey/255 the
 * gain.  Told apart by what is in the file when loading, by the name's ending
 * when saving.
 * Thread: any but UI.  Blocks: disk. */
#pragma once
#include "base/sb-progress.h"
#include "edit/sb-mask.h"

/* What sb_mask_new_matrix() takes: float[n_planes][n_cols][n_bins]; free with
 * g_free().  The size must fit the grid and the recording exactly, and every
 * gain must be a finite number; the sentence says which size is needed. */
float *sb_mask_file_load (const char *path, const SbGrid *grid, int64_t n_frames, int channels, int *n_planes,
                          GError **error);

/* The gains as they take effect, float32: one plane when all channels agree,
 * else one a channel.  A PNG holds one plane of gains from 0 to 1. */
bool sb_mask_file_save (SbMask *mask, const char *path, SbProgress *progress, GError **error);
