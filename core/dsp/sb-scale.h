/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frequency scales: hertz to a place on the axis and back.  The numbers of a
 * scale mean nothing alone, only their differences.
 *   mel  2595·log10(1 + f/700)                        (O'Shaughnessy 1987, HTK)
 *   bark 26.81·f/(1960 + f) − 0.53                    (Traunmüller 1990)
 *   log  log2(max(f, 1e-6)); a viewport that starts lower begins at 10 Hz (sb-viewport.h)
 * Thread: any.  Blocks: no. */
#pragma once
#include <stdbool.h>

typedef enum { SB_SCALE_LINEAR, SB_SCALE_LOG, SB_SCALE_MEL, SB_SCALE_BARK, SB_N_SCALES } SbScale;

double sb_scale_from_hz (SbScale scale, double hz);
double sb_scale_to_hz (SbScale scale, double place);
const char *sb_scale_name (SbScale scale); /* "linear", "log", "mel", "bark" */
bool sb_scale_from_name (const char *name, SbScale *scale);
/* Recordings above 192 kHz are made for calls that nobody hears: bats, mice. */
bool sb_rate_is_ultrasonic (double rate_hz);
/* Mel, which is hearing's; ultrasonic calls are read off on a linear axis. */
SbScale sb_scale_usual (double rate_hz);
