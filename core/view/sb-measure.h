/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a box on the picture holds: its loudest point, how its energy is spread,
 * its level, and how far it stands above what surrounds it.  From the samples
 * on the grid of the picture; cells count whose centres lie inside (at least
 * the nearest column and bin).
 * Thread: worker.  Blocks: disk, compute. */
#pragma once
#include "audio/sb-source.h"
#include "base/sb-progress.h"
#include "dsp/sb-stft.h"

typedef struct {
  double from_s, to_s, low_hz, high_hz;
} SbBox;

typedef struct {
  SbBox box;
  /* The loudest cell, refined by the ratio estimator; −inf when all is silent. */
  double peak_s, peak_hz, peak_db;
  /* 5 % of the energy lies below and 5 % above; NAN when all is silent. */
  double energy_low_hz, energy_high_hz, energy_from_s, energy_to_s;
  /* RMS of what is in the box, 0 dBFS being a full-scale sine; mean over the channels. */
  double level_db;
  /* Energy above the surroundings over that of the surroundings (10·log10((P − N)/N)); N is the mean power in the same
   * band, before and after the box, half its duration each (at least 8 columns, at most 5 s) and half a window away; a
   * box as long as the recording is compared with the bands above and below.  −inf: not above, NAN: nothing around. */
  double snr_db;
} SbMeasurement;

/* channel −1: all (of more than 8 the first 8). */
bool sb_measure (SbSource *source, SbStft *stft, const SbBox *box, int channel, SbMeasurement *out,
                 SbProgress *progress, GError **error);
