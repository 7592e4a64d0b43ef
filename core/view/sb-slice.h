/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The spectrum at one place, or averaged (in power) over a span, with its
 * peaks named.  The loudest channel of each bin speaks, as in the picture.
 * Thread: worker.  Blocks: disk, compute. */
#pragma once
#include "audio/sb-source.h"
#include "base/sb-progress.h"
#include "dsp/sb-stft.h"

enum { SB_SLICE_PEAKS = 8 };

typedef struct {
  double hz, level_db; /* between the bins, by the ratio estimator */
} SbSlicePeak;

typedef struct {
  int n_bins;
  double bin_hz;
  float *level_db;                   /* float[n_bins], dBFS, at least −200 */
  SbSlicePeak peaks[SB_SLICE_PEAKS]; /* loudest first */
  int n_peaks;
  double from_s, to_s; /* equal: one column */
} SbSlice;

/* from_s == to_s: the column nearest.  channel −1: all. NULL and a sentence, or NULL when cancelled. */
SbSlice *sb_slice_new (SbSource *source, SbStft *stft, double from_s, double to_s, int channel, SbProgress *progress,
                       GError **error);
void sb_slice_free (SbSlice *slice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSlice, sb_slice_free)
