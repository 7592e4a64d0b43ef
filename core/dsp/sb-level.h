/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Magnitudes as 8-bit level codes over the fixed span −140 … +20 dBFS
 * (160/255 = 0.627 dB a step).  A full-scale sine at a bin centre is 0 dBFS.
 * Code 0 means −140 dBFS or less.  Pure kernels.  Thread: any.  Blocks: no. */
#pragma once
#include <complex.h>
#include <stdint.h>

#define SB_LEVEL_LOW_DB (-140.0)
#define SB_LEVEL_HIGH_DB 20.0
#define SB_LEVEL_STEP_DB (160.0 / 255.0)

/* X: float complex[n_bins] unnormalised; window_sum = Σg; n_fft tells whether
 * the last bin is Nyquist.  Scale: 2/Σg, at DC and Nyquist 1/Σg.
 * codes: uint8_t[n_bins].  log2 by exponent and polynomial, error < 0.05 dB. */
void sb_level_codes (const float complex *restrict X, int n_bins, int n_fft, double window_sum,
                     uint8_t *restrict codes);
double sb_level_code_to_db (double code);
double sb_level_db_to_code (double db); /* not rounded, not clamped */
