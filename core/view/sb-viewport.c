/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Seconds and hertz to pixels and back.  Pure.  Thread: any. */
#include "view/sb-viewport.h"

double
sb_viewport_x (const SbViewport *view, double t_s)
{
  return (t_s - view->from_s) / (view->to_s - view->from_s) * view->width_px;
}

double
sb_viewport_time (const SbViewport *view, double x_px)
{
  return view->from_s + x_px / view->width_px * (view->to_s - view->from_s);
}

/* A log axis that is asked to start at 0 Hz starts at 10 Hz, or lower where the whole band is lower. */
static void
band_on_scale (const SbViewport *view, double *low, double *high)
{
  double low_hz = view->low_hz;
  if (view->scale == SB_SCALE_LOG && low_hz <= 0)
    low_hz = view->high_hz > 100.0 ? 10.0 : view->high_hz / 1000.0;
  *low = sb_scale_from_hz (view->scale, low_hz);
  *high = sb_scale_from_hz (view->scale, view->high_hz);
}

double
sb_viewport_y (const SbViewport *view, double hz)
{
  double low, high;
  band_on_scale (view, &low, &high);
  return (high - sb_scale_from_hz (view->scale, hz)) / (high - low) * view->height_px;
}

double
sb_viewport_hz (const SbViewport *view, double y_px)
{
  double low, high;
  band_on_scale (view, &low, &high);
  return sb_scale_to_hz (view->scale, high - y_px / view->height_px * (high - low));
}
