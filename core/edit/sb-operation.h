/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One edit, in seconds and hertz, so that it means the same on any grid and
 * can be replayed by the command line.  Immutable once made;
 * reference-counted.  Thread: any.  Blocks: no. */
#pragma once
#include "dsp/sb-grid.h"
#include <math.h>

typedef enum { SB_OP_STROKE, SB_OP_BOX, SB_OP_LASSO, SB_OP_HARMONICS } SbOpKind;
typedef enum {
  SB_EDGE_AUTO,  /* not said: deep, but strict for harmonics and shapes under 8 bins high */
  SB_EDGE_DEEP,  /* asked for: always grown */
  SB_EDGE_STRICT /* exactly the cells inside */
} SbEdge;

typedef struct {
  double t_s, f_hz;
  float size;     /* of the radius, > 0 */
  float strength; /* 0 … 1 */
} SbOpPoint;

/* Fill with sb_op_spec_init(), set what applies, then sb_operation_new(). */
typedef struct {
  const char *id; /* NULL: made up */
  SbOpKind kind;
  bool restore;   /* paint back to untouched; gain_db is ignored */
  double gain_db; /* −INFINITY is silence; ≤ +60 */
  SbEdge edge;
  double soft;            /* 0 … 1 share of the half-extent */
  double soft_s, soft_hz; /* ramp widths, NAN when `soft` speaks */
  const int *channels;    /* NULL: all; counted from 0 */
  int n_channels;
  const SbOpPoint *points; /* stroke, lasso */
  int n_points;
  double radius_s, radius_hz, radius_oct;   /* stroke (radius_oct NAN unless it stands for radius_hz); harmonics use
                                               radius_hz */
  double from_s, to_s, low_hz, high_hz;     /* box; harmonics use from_s, to_s */
  double f0_hz;                             /* harmonics */
  int count;
} SbOpSpec;

typedef struct SbOperation SbOperation;

void sb_op_spec_init (SbOpSpec *spec, SbOpKind kind);
/* Copies all.  NULL and a sentence (SB_ERROR_VALUE) for NaN, negative sizes,
 * from after to, too few points, no channels … */
SbOperation *sb_operation_new (const SbOpSpec *spec, GError **error);
SbOperation *sb_operation_ref (SbOperation *op);
void sb_operation_unref (SbOperation *op);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOperation, sb_operation_unref)

/* Borrowed view of all fields; pointers live as long as the operation. */
const SbOpSpec *sb_operation_spec (const SbOperation *op);
const char *sb_operation_id (const SbOperation *op);
bool sb_operation_on_channel (const SbOperation *op, int channel);
/* That many octaves up, as a factor; bounded, so that 0 Hz stays 0 Hz however many they are. */
static inline double
sb_octave_factor (double octaves)
{
  return exp2 (fmin (fmax (octaves, -1000.0), 1000.0));
}
/* Bounding box of the shape itself, ungrown. */
void sb_operation_bounds (const SbOperation *op, double *from_s, double *to_s, double *low_hz, double *high_hz);
/* "Brush", "Eraser", "Box", "Lasso", "Harmonics" */
const char *sb_operation_title (const SbOperation *op);
