/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From frames to level codes: what one worker needs to fill a patch, column
 * after column, halving time on the way.  Each worker has its own.
 * Blocks: disk, compute; takes no lock. */
#pragma once
#include "audio/sb-source.h"
#include "dsp/sb-stft.h"
#include "view/sb-pyramid-private.h"

#define SB_ANALYSED_CHANNELS 8 /* more are not shown at once */

typedef struct SbAnalyser SbAnalyser;

/* cells_per_bin above 1: reassigned. */
SbAnalyser *sb_analyser_new (SbStft *stft, const SbPyramidShape *shape, int cells_per_bin);
void sb_analyser_free (SbAnalyser *analyser);
/* The channels for what follows. */
void sb_analyser_set_channels (SbAnalyser *analyser, SbChannelMode mode, int channel);
/* Is shown all frames that are read from now on; NULL: nobody. */
void sb_analyser_set_tap (SbAnalyser *analyser, SbWaveTap *tap);
/* The first read error since the last call, or NULL. */
GError *sb_analyser_take_error (SbAnalyser *analyser);

/* Columns [first, end) of the grid, whole grains inside the patch.  What can't be read stays blank. */
void sb_analyser_fill (SbAnalyser *analyser, SbSource *source, SbPatch *patch, int64_t first, int64_t end);
/* One column by itself.  codes: uint8_t[n_bins], zeros when it can't be read. */
void sb_analyser_column (SbAnalyser *analyser, SbSource *source, int64_t col, uint8_t *codes);
