/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-operation.h. */
#include "edit/sb-operation.h"

#include "base/sb-error.h"

#include <stdatomic.h>
#include <string.h>

#define MAX_POINTS 10000000
#define MAX_HARMONICS 100000

struct SbOperation {
  atomic_int refs;
  SbOpSpec spec; /* pointers are ours */
};

void
sb_op_spec_init (SbOpSpec *spec, SbOpKind kind)
{
  memset (spec, 0, sizeof *spec);
  spec->kind = kind;
  spec->gain_db = -INFINITY;
  spec->soft_s = spec->soft_hz = NAN;
  spec->radius_oct = NAN;
}

/* --- checks ------------------------------------------------------------- */

/* Squares of what is larger would be no numbers any more. */
#define FAR 1e12

static bool
is_near (double x)
{
  return isfinite (x) && fabs (x) <= FAR;
}

static bool
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, SB_ERROR, SB_ERROR_VALUE, sentence);
  return false;
}

static bool
check_common (const SbOpSpec *spec, GError **error)
{
  if (isnan (spec->gain_db) || spec->gain_db > 60.0)
    return refuse (error, "gain_db must be “-inf” or a number up to 60.");
  if (!(spec->soft >= 0.0 && spec->soft <= 1.0))
    return refuse (error, "soft must lie between 0 and 1.");
  if (spec->soft_s < 0.0 || isinf (spec->soft_s) || spec->soft_hz < 0.0 || isinf (spec->soft_hz))
    return refuse (error, "soft_s and soft_hz are widths: they cannot be negative or endless.");
  if (spec->channels != NULL && spec->n_channels < 1)
    return refuse (error, "channels must be “all” or a list of at least one channel, counted from 0.");
  for (int i = 0; spec->channels != NULL && i < spec->n_channels; i++)
    if (spec->channels[i] < 0)
      return refuse (error, "channels are counted from 0: none can be negative.");
  return true;
}

static bool
check_points (const SbOpSpec *spec, int least, GError **error)
{
  if (spec->n_points < least || spec->n_points > MAX_POINTS)
    return refuse (error, least == 1 ? "a stroke needs at least one point." : "a lasso needs at least three points.");
  for (int i = 0; i < spec->n_points; i++) {
    const SbOpPoint *point = &spec->points[i];
    if (!isfinite (point->t_s) || !isfinite (point->f_hz))
      return refuse (error, "each point needs a time in seconds and a frequency in hertz.");
    if (!is_near (point->t_s) || !is_near (point->f_hz))
      return refuse (error, "a point lies further away than any recording reaches (10^12 seconds or hertz).");
    if (!(point->size > 0.0f && point->size <= 1e6f))
      return refuse (error, "a point's size must be larger than 0.");
    if (!(point->strength >= 0.0f && point->strength <= 1.0f))
      return refuse (error, "a point's strength must lie between 0 and 1.");
  }
  return true;
}

static bool
check_span (const SbOpSpec *spec, GError **error)
{
  if (!isfinite (spec->from_s) || !isfinite (spec->to_s) || spec->from_s > spec->to_s)
    return refuse (error, "from_s and to_s must be times in seconds, the first not after the second.");
  return true;
}

static bool
check_kind (const SbOpSpec *spec, GError **error)
{
  switch (spec->kind) {
  case SB_OP_STROKE:
    if (!(spec->radius_s >= 0.0 && is_near (spec->radius_s)))
      return refuse (error, "radius_s cannot be negative or endless.");
    if (isnan (spec->radius_oct) ? !(spec->radius_hz >= 0.0 && is_near (spec->radius_hz))
                                 : !(spec->radius_oct > 0.0 && is_near (spec->radius_oct)))
      return refuse (error, "radius_hz (or radius_oct) cannot be negative or endless.");
    return check_points (spec, 1, error);
  case SB_OP_LASSO:
    return check_points (spec, 3, error);
  case SB_OP_BOX:
    if (!isfinite (spec->low_hz) || !isfinite (spec->high_hz) || spec->low_hz > spec->high_hz)
      return refuse (error, "low_hz and high_hz must be frequencies in hertz, the first not above the second.");
    return check_span (spec, error);
  case SB_OP_HARMONICS:
    if (!(spec->f0_hz > 0.0 && isfinite (spec->f0_hz)))
      return refuse (error, "f0_hz must be larger than 0.");
    if (spec->count < 1 || spec->count > MAX_HARMONICS)
      return refuse (error, "count must lie between 1 and 100000.");
    if (!(spec->radius_hz >= 0.0 && isfinite (spec->radius_hz)))
      return refuse (error, "radius_hz cannot be negative.");
    return check_span (spec, error);
  }
  return refuse (error, "there is no such kind of operation.");
}

/* --- life --------------------------------------------------------------- */

SbOperation *
sb_operation_new (const SbOpSpec *spec, GError **error)
{
  if (!check_common (spec, error) || !check_kind (spec, error))
    return NULL;
  SbOperation *op = g_new0 (SbOperation, 1);
  atomic_init (&op->refs, 1);
  op->spec = *spec;
  op->spec.id = spec->id != NULL && *spec->id != '\0' ? g_strdup (spec->id) : g_uuid_string_random ();
  op->spec.channels = spec->channels != NULL ? g_memdup2 (spec->channels, sizeof (int) * spec->n_channels) : NULL;
  op->spec.points = spec->n_points > 0 ? g_memdup2 (spec->points, sizeof (SbOpPoint) * spec->n_points) : NULL;
  return op;
}

SbOperation *
sb_operation_ref (SbOperation *op)
{
  atomic_fetch_add (&op->refs, 1);
  return op;
}

void
sb_operation_unref (SbOperation *op)
{
  if (op == NULL || atomic_fetch_sub (&op->refs, 1) != 1)
    return;
  g_free ((char *)op->spec.id);
  g_free ((int *)op->spec.channels);
  g_free ((SbOpPoint *)op->spec.points);
  g_free (op);
}

const SbOpSpec *
sb_operation_spec (const SbOperation *op)
{
  return &op->spec;
}

const char *
sb_operation_id (const SbOperation *op)
{
  return op->spec.id;
}

bool
sb_operation_on_channel (const SbOperation *op, int channel)
{
  if (op->spec.channels == NULL)
    return true;
  for (int i = 0; i < op->spec.n_channels; i++)
    if (op->spec.channels[i] == channel)
      return true;
  return false;
}

/* --- shape -------------------------------------------------------------- */

static void
point_bounds (const SbOpSpec *spec, const SbOpPoint *point, double *from_s, double *to_s, double *low_hz,
              double *high_hz)
{
  double reach_s = 0.0, low = point->f_hz, high = point->f_hz;
  if (spec->kind == SB_OP_STROKE) {
    reach_s = spec->radius_s * point->size;
    if (isnan (spec->radius_oct)) {
      low -= spec->radius_hz * point->size;
      high += spec->radius_hz * point->size;
    } else {
      low *= sb_octave_factor (-spec->radius_oct * point->size);
      high *= sb_octave_factor (spec->radius_oct * point->size);
    }
  }
  *from_s = MIN (*from_s, point->t_s - reach_s);
  *to_s = MAX (*to_s, point->t_s + reach_s);
  *low_hz = MIN (*low_hz, low);
  *high_hz = MAX (*high_hz, high);
}

void
sb_operation_bounds (const SbOperation *op, double *from_s, double *to_s, double *low_hz, double *high_hz)
{
  const SbOpSpec *spec = &op->spec;
  switch (spec->kind) {
  case SB_OP_BOX:
    *from_s = spec->from_s;
    *to_s = spec->to_s;
    *low_hz = spec->low_hz;
    *high_hz = spec->high_hz;
    break;
  case SB_OP_HARMONICS:
    *from_s = spec->from_s;
    *to_s = spec->to_s;
    *low_hz = spec->f0_hz - spec->radius_hz;
    *high_hz = spec->f0_hz * spec->count + spec->radius_hz;
    break;
  default:
    *from_s = *low_hz = INFINITY;
    *to_s = *high_hz = -INFINITY;
    for (int i = 0; i < spec->n_points; i++)
      point_bounds (spec, &spec->points[i], from_s, to_s, low_hz, high_hz);
  }
}

const char *
sb_operation_title (const SbOperation *op)
{
  switch (op->spec.kind) {
  case SB_OP_BOX:
    return "Box";
  case SB_OP_LASSO:
    return "Lasso";
  case SB_OP_HARMONICS:
    return "Harmonics";
  default:
    return op->spec.restore ? "Eraser" : "Brush";
  }
}
