/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Time–frequency reassignment: where the energy of a cell really lies
 * (Auger & Flandrin 1995), from three transforms of the same frames with the
 * windows g, n·g and g′:
 *
 *   t̂ = t + Re (X_ng · X_g*) / |X_g|²       in frames
 *   f̂ = f − Im (X_g′ · X_g*) / |X_g|² / 2π   in cycles a frame
 *
 * An SbReassign is immutable and shared by threads; each brings its own scratch. */
#pragma once
#include "dsp/sb-stft.h"

typedef struct SbReassign SbReassign;
typedef struct SbReassignScratch SbReassignScratch;

SbReassign *sb_reassign_new (SbStft *stft); /* references it */
void sb_reassign_free (SbReassign *reassign);
SbReassignScratch *sb_reassign_scratch_new (const SbReassign *reassign);
void sb_reassign_scratch_free (SbReassignScratch *scratch);

/* x: n_fft values, `stride` apart; those that are not finite count as 0.  For each of n_bins cells:
 * power[k] = |X_g|² scaled so that all the power of a full-scale sine sums to 1 (0 dBFS) in a column,
 * frames[k] = t̂ − t from the column's middle (clamped to ± n_fft/2), bins[k] = f̂ in bins (clamped to 0 … n_fft/2).
 * Returns whether all values were finite. */
bool sb_reassign_column (const SbReassign *reassign, SbReassignScratch *scratch, const float *x, ptrdiff_t stride,
                         float *power, float *frames, float *bins);
