/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the pointer stands on: frequency and level of one cell, computed from
 * the samples, never from the 8-bit codes of the picture.
 * Thread: worker.  Blocks: disk, compute (one window of frames a channel). */
#pragma once
#include "audio/sb-source.h"
#include "dsp/sb-stft.h"

typedef struct {
  double t_s, hz;
  int channel; /* from 0; −1: the loudest speaks, of the first 8 */
  double reach_hz; /* how far the peak may be that is looked for; 0: a bin */
} SbPlace;

typedef struct {
  double hz;       /* of the spectral peak under the pointer, or the bin's own */
  double level_db; /* dBFS; −inf for digital silence */
  bool is_peak;    /* a local maximum of the column; else nothing stands out there */
} SbReadout;

/* Column nearest to t_s, bin nearest to hz.  Where that bin is a local peak (or beside one, or within reach of
 * stronger ones: the strongest) the Hann window's ratio estimator gives frequency and level between the bins; on other
 * windows the bin itself speaks. */
bool sb_readout (SbSource *source, SbStft *stft, const SbPlace *place, SbReadout *readout, GError **error);

typedef struct {
  double bin;       /* fractional */
  double amplitude; /* of the sine, full scale 1 */
} SbPeakEstimate;

/* The sine at the local peak `bin` of one column X: complex[n_bins].  Hann only; elsewhere, and within a bin of 0 and
 * Nyquist, the bin itself.  Thread: any.  Blocks: no. */
SbPeakEstimate sb_peak_estimate (const float complex *X, const SbGrid *grid, double window_sum, int bin);
/* The same from magnitudes alone (|X|, or an average of several columns); a little less exact within 8 bins of 0 and
 * Nyquist. */
SbPeakEstimate sb_peak_estimate_magnitude (const float *magnitude, const SbGrid *grid, double window_sum, int bin);
