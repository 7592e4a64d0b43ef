/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-edit-hit.h"

#include <math.h>

#define REACH_PX 3.0

/* From the place to the line between two points, squared, where a dab's radius is 1. */
static double
distance_2 (double ax, double ay, double bx, double by)
{
  double dx = bx - ax, dy = by - ay, length_2 = dx * dx + dy * dy;
  double along = length_2 > 0 ? CLAMP (-(ax * dx + ay * dy) / length_2, 0, 1) : 0;
  double x = ax + along * dx, y = ay + along * dy;
  return x * x + y * y;
}

static bool
on_stroke (const SbOpSpec *spec, double t, double hz, double reach_s, double reach_hz)
{
  double radius_s = spec->radius_s + reach_s;
  double radius_hz = (isnan (spec->radius_oct) ? spec->radius_hz : hz * (exp2 (spec->radius_oct) - 1)) + reach_hz;
  for (int i = 0; i < spec->n_points; i++) {
    const SbOpPoint *a = &spec->points[i], *b = &spec->points[MIN (i + 1, spec->n_points - 1)];
    double size = MAX (a->size, b->size);
    if (distance_2 ((a->t_s - t) / radius_s, (a->f_hz - hz) / radius_hz, (b->t_s - t) / radius_s,
                    (b->f_hz - hz) / radius_hz) <= size * size)
      return true;
  }
  return false;
}

static bool
in_lasso (const SbOpSpec *spec, double t, double hz)
{
  bool inside = false;
  for (int i = 0, j = spec->n_points - 1; i < spec->n_points; j = i++) {
    const SbOpPoint *a = &spec->points[i], *b = &spec->points[j];
    if ((a->f_hz > hz) != (b->f_hz > hz) && t < a->t_s + (hz - a->f_hz) / (b->f_hz - a->f_hz) * (b->t_s - a->t_s))
      inside = !inside;
  }
  return inside;
}

bool
sb_edit_covers (const SbOperation *op, const SbViewport *view, double x, double y)
{
  const SbOpSpec *spec = sb_operation_spec (op);
  double t = sb_viewport_time (view, x), hz = sb_viewport_hz (view, y), from, to, low, high;
  double reach_s = REACH_PX * (view->to_s - view->from_s) / view->width_px;
  double reach_hz = fabs (sb_viewport_hz (view, y - REACH_PX) - hz);
  sb_operation_bounds (op, &from, &to, &low, &high);
  if (t < from - reach_s || t > to + reach_s || hz < low - reach_hz || hz > high + reach_hz)
    return false;
  switch (spec->kind) {
  case SB_OP_STROKE:
    return on_stroke (spec, t, hz, reach_s, reach_hz);
  case SB_OP_LASSO:
    return in_lasso (spec, t, hz);
  case SB_OP_HARMONICS: {
    double number = CLAMP (round (hz / spec->f0_hz), 1, spec->count);
    return fabs (hz - number * spec->f0_hz) <= spec->radius_hz + reach_hz;
  }
  case SB_OP_BOX:
    break;
  }
  return true;
}

bool
sb_edit_in_channel (const SbOperation *op, int channel)
{
  const SbOpSpec *spec = sb_operation_spec (op);
  bool in = channel < 0 || !spec->channels;
  for (int i = 0; i < spec->n_channels && !in; i++)
    in = spec->channels[i] == channel;
  return in;
}

SbOperation *
sb_edit_at (const SbDocument *document, const SbViewport *view, int channel, double x, double y)
{
  for (int i = sb_document_n_edits (document) - 1; i >= 0; i--) {
    SbOperation *op = sb_document_edit (document, i, NULL);
    if (sb_edit_in_channel (op, channel) && sb_edit_covers (op, view, x, y))
      return op;
  }
  return NULL;
}
