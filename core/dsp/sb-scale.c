/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frequency scales and their inverses.  Pure.  Thread: any. */
#include "dsp/sb-scale.h"
#include <math.h>
#include <string.h>

/* A log axis cannot show 0 Hz: what lies below is drawn at the floor.  Bands
 * that start lower (infrasound, a recording at 1 Hz) have room down to 1 µHz;
 * who wants the usual floor asks for a band from 10 Hz. */
#define LOG_FLOOR_HZ 1e-6

static const char *const names[SB_N_SCALES] = {"linear", "log", "mel", "bark"};

double
sb_scale_from_hz (SbScale scale, double hz)
{
  switch (scale) {
  case SB_SCALE_LOG:
    return log2 (fmax (hz, LOG_FLOOR_HZ));
  case SB_SCALE_MEL:
    return 2595.0 * log10 (1.0 + fmax (hz, -699.0) / 700.0);
  case SB_SCALE_BARK:
    return 26.81 * hz / (1960.0 + fmax (hz, -1900.0)) - 0.53;
  default:
    return hz;
  }
}

double
sb_scale_to_hz (SbScale scale, double place)
{
  switch (scale) {
  case SB_SCALE_LOG:
    return exp2 (place);
  case SB_SCALE_MEL:
    return 700.0 * (pow (10.0, place / 2595.0) - 1.0);
  case SB_SCALE_BARK: {
    double part = (place + 0.53) / 26.81; /* 1 is infinite frequency */
    return 1960.0 * part / (1.0 - fmin (part, 0.999999));
  }
  default:
    return place;
  }
}

const char *
sb_scale_name (SbScale scale)
{
  return (unsigned) scale < SB_N_SCALES ? names[scale] : names[0];
}

bool
sb_scale_from_name (const char *name, SbScale *scale)
{
  for (int i = 0; name && i < SB_N_SCALES; i++)
    if (strcmp (name, names[i]) == 0) {
      *scale = (SbScale) i;
      return true;
    }
  return false;
}

bool
sb_rate_is_ultrasonic (double rate_hz)
{
  return rate_hz > 192000;
}

SbScale
sb_scale_usual (double rate_hz)
{
  return sb_rate_is_ultrasonic (rate_hz) ? SB_SCALE_LINEAR : SB_SCALE_MEL;
}
