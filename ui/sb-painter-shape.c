/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the points of a drag to an operation. */
#include "ui/sb-painter-private.h"

#include <math.h>

enum { LEAST_PX = 3 };

SbLanes
sb_painter_lanes (SbPainter *self)
{
  return sb_session_lanes (self->session, gtk_widget_get_height (self->area));
}

SbViewport
sb_painter_viewport (SbPainter *self)
{
  SbLanes lanes = sb_painter_lanes (self);
  return sb_session_viewport (self->session, gtk_widget_get_width (self->area),
                              sb_lanes_height (&lanes, MIN (self->lane, lanes.n - 1)));
}

static void
spec_from_brush (SbPainter *self, SbOpSpec *spec, const int *channel)
{
  const SbBrush *brush = sb_session_brush (self->session);
  spec->restore = self->tool == SB_TOOL_ERASER;
  spec->gain_db = spec->restore ? 0 : brush->gain_db;
  if (self->tool == SB_TOOL_HARMONICS)
    spec->edge = brush->comb_deep ? SB_EDGE_DEEP : SB_EDGE_AUTO;
  else
    spec->edge = brush->strict ? SB_EDGE_STRICT : SB_EDGE_AUTO;
  spec->soft = brush->soft;
  if (*channel >= 0) {
    spec->channels = channel;
    spec->n_channels = 1;
  }
}

void
sb_painter_box (SbPainter *self, SbOpSpec *spec)
{
  const SbRecording *recording = sb_session_recording (self->session);
  SbViewport view = sb_painter_viewport (self);
  double t0 = self->start_s, t1 = sb_viewport_time (&view, self->x);
  double f0 = self->start_hz, f1 = sb_viewport_hz (&view, self->y);
  spec->from_s = CLAMP (MIN (t0, t1), 0, recording->duration_s);
  spec->to_s = CLAMP (MAX (t0, t1), 0, recording->duration_s);
  spec->low_hz = CLAMP (MIN (f0, f1), 0, recording->nyquist_hz);
  spec->high_hz = CLAMP (MAX (f0, f1), 0, recording->nyquist_hz);
  if (self->tool == SB_TOOL_TIME) { /* soft only where it has an edge: else it would spare the lowest and highest */
    spec->low_hz = spec->soft_hz = 0;
    spec->high_hz = recording->nyquist_hz;
  }
  if (self->tool == SB_TOOL_BAND) {
    spec->from_s = spec->soft_s = 0;
    spec->to_s = recording->duration_s;
  }
}

void
sb_painter_comb (SbPainter *self, SbOpSpec *spec)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const SbBrush *brush = sb_session_brush (self->session);
  SbViewport view = sb_painter_viewport (self);
  double t0 = self->start_s, t1 = sb_viewport_time (&view, self->x);
  spec->from_s = CLAMP (MIN (t0, t1), 0, recording->duration_s);
  spec->to_s = CLAMP (MAX (t0, t1), 0, recording->duration_s);
  spec->f0_hz = CLAMP (sb_snap_hz (self->snap, &view, self->y), 1e-3, recording->nyquist_hz);
  spec->radius_hz = brush->comb_hz / 2;
  spec->count = MIN (brush->count, MAX (1, (int)floor ((recording->nyquist_hz + spec->radius_hz) / spec->f0_hz)));
}

bool
sb_painter_f0 (SbPainter *self, double *f0_hz)
{
  SbOpSpec spec;
  if (!self->active || self->tool != SB_TOOL_HARMONICS)
    return false;
  sb_op_spec_init (&spec, SB_OP_HARMONICS);
  sb_painter_comb (self, &spec);
  *f0_hz = spec.f0_hz;
  return true;
}

SbOperation *
sb_painter_operation (SbPainter *self, GError **error)
{
  SbOpSpec spec;
  int channel = sb_session_paint_channel (self->session, self->channel);
  if (sb_tool_is_round (self->tool)) {
    sb_op_spec_init (&spec, SB_OP_STROKE);
    spec.radius_s = self->radius_s;
    spec.radius_hz = self->radius_hz;
  } else if (self->tool == SB_TOOL_LASSO)
    sb_op_spec_init (&spec, SB_OP_LASSO);
  else if (self->tool == SB_TOOL_HARMONICS) {
    sb_op_spec_init (&spec, SB_OP_HARMONICS);
    sb_painter_comb (self, &spec);
  } else {
    sb_op_spec_init (&spec, SB_OP_BOX);
    sb_painter_box (self, &spec);
  }
  spec.id = self->id;
  spec.points = (const SbOpPoint *)(const void *)self->points->data;
  spec.n_points = spec.kind == SB_OP_STROKE || spec.kind == SB_OP_LASSO ? self->points->len : 0;
  spec_from_brush (self, &spec, &channel);
  return sb_operation_new (&spec, error);
}

bool
sb_painter_is_too_small (SbPainter *self)
{
  SbViewport view = sb_painter_viewport (self);
  if (sb_tool_is_round (self->tool))
    return false;
  if (self->tool == SB_TOOL_LASSO)
    return self->points->len < 3;
  return hypot (self->x - sb_viewport_x (&view, self->start_s), self->y - sb_viewport_y (&view, self->start_hz)) <
         LEAST_PX;
}
