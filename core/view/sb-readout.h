/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the pointer stands on: the level of one cell, computed from the samples
 * in float, never from the 8-bit codes of the picture.
 * Thread: worker.  Blocks: disk, compute (one window of frames a channel). */
#pragma once
#include "audio/sb-source.h"
#include "dsp/sb-stft.h"

typedef struct {
  double hz;       /* of the spectral peak under the pointer, or the bin's own */
  double level_db; /* dBFS, loudest channel (of the first 8); −inf for digital silence */
} SbReadout;

/* Column nearest to t_s, bin nearest to hz.  Where that bin is a local peak (or beside one) the Hann window's ratio
 * estimator gives frequency and level between the bins; on other windows the bin itself speaks. */
bool sb_readout (SbSource *source, SbStft *stft, double t_s, double hz, SbReadout *readout, GError **error);
