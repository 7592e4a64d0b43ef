/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The gain matrix G over a grid: 1 = untouched, 0 = silence.  An immutable
 * snapshot, reference-counted; two kinds:
 *  - from operations: sparse tiles built lazily, shared between snapshots where
 *    they agree, time-invariant spans kept as one profile;
 *  - from a matrix in memory (a mask file).
 * Thread: any, several at once.  Blocks: a short lock, compute for a tile. */
#pragma once
#include "edit/sb-operation.h"

typedef struct SbMask SbMask;

/* ops: SbOperation*[n_ops], applied in order, referenced.  `previous` (may be
 * NULL; same grid and recording) lends the tiles that did not change.  Fails
 * with a sentence on a grid that cannot be inverted, an operation wholly outside the recording or
 * on a channel that is not there. */
SbMask *sb_mask_new (const SbGrid *grid, int rate, int64_t n_frames, int channels, SbOperation *const *ops, int n_ops,
                     SbMask *previous, GError **error);
/* Whether this operation is one that sb_mask_new() takes; else the sentence. */
bool sb_mask_accepts (const SbGrid *grid, int rate, int64_t n_frames, int channels, SbOperation *op, GError **error);
/* gain: float[n_planes][n_cols][n_bins] column after column; n_planes 1 (all channels) or channels. Takes ownership
 * (g_free) also on failure. */
SbMask *sb_mask_new_matrix (const SbGrid *grid, int rate, int64_t n_frames, int channels, float *gain, int n_planes,
                            GError **error);
SbMask *sb_mask_ref (SbMask *mask);
void sb_mask_unref (SbMask *mask);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMask, sb_mask_unref)

const SbGrid *sb_mask_grid (const SbMask *mask);
int64_t sb_mask_n_cols (const SbMask *mask);
int sb_mask_n_bins (const SbMask *mask);
int sb_mask_channels (const SbMask *mask);
uint64_t sb_mask_revision (const SbMask *mask); /* unique in the process, grows */

/* Whether columns [first, end) may hold any gain ≠ 1 on any channel; false is a promise. Blocks: no. */
bool sb_mask_touches (const SbMask *mask, int64_t first, int64_t end);
/* gain: float[n_bins].  false (gain filled with 1) when the column is untouched on this channel. */
bool sb_mask_column (SbMask *mask, int channel, int64_t col, float *gain);
/* Columns [*first, *end) in which the two masks may differ; false when nowhere.
 * Either may be NULL: all ones. */
bool sb_mask_difference (const SbMask *a, const SbMask *b, int64_t *first, int64_t *end);
/* Frames in which something is painted, window reach included; merged spans.  GArray of SbFrameSpan. */
typedef struct {
  int64_t from, to; /* [from, to) frames */
} SbFrameSpan;
GArray *sb_mask_frame_spans (const SbMask *mask);
/* As above for one operation of the list. */
bool sb_mask_op_frames (const SbMask *mask, int index, int64_t *from, int64_t *to);
