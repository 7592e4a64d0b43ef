/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walks the columns of a span and hands each channel's spectrum to a function;
 * what slice and measuring box share.  Frames are read in blocks.
 * Thread: worker.  Blocks: disk, compute. */
#pragma once
#include "audio/sb-source.h"
#include "base/sb-progress.h"
#include "dsp/sb-stft.h"

enum { SB_COLUMNS_MAX_CHANNELS = 8 }; /* of more, the first 8 are looked at */

/* X: complex[n_bins], of this column and channel. */
typedef void (*SbColumnFunc) (void *data, int64_t col, int channel, const float complex *X);

/* Columns [first, end) of the grid; channel −1: all. */
bool sb_columns_each (SbSource *source, SbStft *stft, int64_t first, int64_t end, int channel, SbColumnFunc func,
                      void *data, SbProgress *progress, GError **error);
/* The columns whose centres lie in [from_s, to_s], at least the nearest. */
void sb_columns_in (SbSource *source, const SbGrid *grid, double from_s, double to_s, int64_t *first, int64_t *end);
/* The channels that are looked at: [*first, *end). */
void sb_columns_channels (SbSource *source, int channel, int *first, int *end);
