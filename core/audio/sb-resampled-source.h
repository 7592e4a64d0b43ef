/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Another sample rate, another tempo, or a low-pass: a source read at fractional
 * positions through a Kaiser-windowed sinc (110 dB; flat to 0.9 of the lower
 * Nyquist frequency).  Made for what a device refuses and for ultrasound slowed
 * down; a source, so stateless to its reader: the same (position, length) gives
 * the same frames, which streaming resamplers cannot promise.
 * Samples that are not finite count as 0.  Thread: any. */
#pragma once
#include "audio/sb-source.h"

typedef struct {
  int rate;         /* of the new source */
  double slow;      /* 1: the same tempo; 10: ten times as long and as low.  Kept to a thousandth. */
  double cutoff_hz; /* 0: as high as the rates allow; in hertz of the source below */
} SbResampling;

/* References the source.  Where neither tempo, rate nor band change, it is the source below bit for bit. */
SbSource *sb_resampled_source_new (SbSource *below, const SbResampling *resampling);

/* Frequencies moved down by f0: 2·x·cos(2π·f0·t).  The sum of the two, also in
 * the product, is left for a resampled source above to cut off. */
SbSource *sb_heterodyne_source_new (SbSource *below, double f0_hz);
