/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What part of the time–frequency plane is shown on how many device pixels.
 * Pixel (x, y): x grows with time, y downwards with falling frequency; the
 * centre of pixel x is at x + 0.5.  A plain value.  Thread: any.  Blocks: no. */
#pragma once
#include "dsp/sb-scale.h"
#include <stdint.h>

typedef struct {
  double from_s, to_s;    /* to_s > from_s */
  double low_hz, high_hz; /* high_hz > low_hz */
  SbScale scale;
  int width_px, height_px; /* device pixels, ≥ 1 */
} SbViewport;

double sb_viewport_x (const SbViewport *view, double t_s); /* pixels, fractional */
double sb_viewport_time (const SbViewport *view, double x_px);
double sb_viewport_y (const SbViewport *view, double hz);
double sb_viewport_hz (const SbViewport *view, double y_px);
