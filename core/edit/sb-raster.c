/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-raster-private.h.  Growth is a dilation of the coverage by a
 * rectangle of (2·bins + 1) × (2·columns + 1) cells: what lies just outside a
 * silence leaks back into it through the windows' overlap, so it goes too. */
#include "edit/sb-raster-private.h"

#include "base/sb-error.h"

#include <stdatomic.h>
#include <string.h>

#define EPSILON 1e-9

struct SbRaster {
  atomic_int refs;
  SbOperation *op;
  SbRasterPlane plane;
  float gain;
  int grow_bins, grow_cols;
  int64_t first, end; /* ungrown columns */
  int low, high;      /* ungrown bins */
  float *band;        /* box, harmonics: grown profile of bins low−grow … high+grow, clipped; else NULL */
  double from_col, to_col, ramp_cols; /* box, harmonics: edges and ramp in columns */
  int64_t nearest_col;                /* covered whatever the ramp says, −1: none */
  SbShape *shape;                     /* stroke, lasso; else NULL */
};

double
sb_raster_ramp (double inside, double width)
{
  if (inside < -EPSILON)
    return 0.0;
  if (width <= 0.0 || inside >= width)
    return 1.0;
  return 0.5 * (1.0 - cos (G_PI * MAX (inside, 0.0) / width));
}

/* --- where and how much -------------------------------------------------- */

static void
choose_growth (SbRaster *raster, double height_hz)
{
  const SbOpSpec *spec = sb_operation_spec (raster->op);
  const SbGrid *grid = &raster->plane.grid;
  double bin_hz = (double)raster->plane.rate / grid->n_fft;
  bool thin = spec->kind == SB_OP_HARMONICS || height_hz < 8.0 * bin_hz;
  double depth_db = -spec->gain_db;
  if (spec->restore || spec->edge == SB_EDGE_STRICT || (spec->edge == SB_EDGE_AUTO && thin) || depth_db <= 15.0)
    return;
  if (depth_db <= 30.0) {
    raster->grow_bins = raster->grow_cols = 1;
    return;
  }
  raster->grow_bins = sb_window_half_lobe_bins (grid->window) + 3;
  raster->grow_cols = (3 * grid->n_fft + 4 * grid->hop - 1) / (4 * grid->hop);
}

/* Operations may reach as far as they like, integers not. */
static int64_t
to_cell (double x)
{
  return (int64_t)CLAMP (x, -1e15, 1e15);
}

static int64_t
nearest_of (double x, int64_t low, int64_t high)
{
  return (int64_t)CLAMP (rint (x), (double)low, (double)high);
}

/* Integers inside the closed interval, or the one nearest to its middle; within 0 … n−1. */
static void
cells_inside (double from, double to, int64_t n, int64_t *first, int64_t *end)
{
  double slack = EPSILON * CLAMP (fabs (to), 1.0, MAX ((double)n, 1.0));
  double a = CLAMP (ceil (from - slack), 0.0, (double)n);
  double b = CLAMP (floor (to + slack), -1.0, (double)n - 1.0);
  if (b < a) {
    double middle = rint (0.5 * (MAX (from, 0.0) + MIN (to, (double)n - 1.0)));
    a = b = CLAMP (middle, 0.0, (double)n - 1.0);
  }
  *first = (int64_t)a;
  *end = (int64_t)b + 1;
}

bool
sb_raster_is_outside (const SbRasterPlane *plane, SbOperation *op, GError **error)
{
  double from_s, to_s, low_hz, high_hz;
  double duration_s = (double)plane->n_frames / plane->rate, nyquist_hz = 0.5 * plane->rate;
  sb_operation_bounds (op, &from_s, &to_s, &low_hz, &high_hz);
  if (to_s < 0.0 || from_s > duration_s) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "Operation “%s” lies at %.3f … %.3f s, outside the recording, which lasts %.3f s.",
                 sb_operation_id (op), from_s, to_s, duration_s);
    return true;
  }
  if (high_hz < 0.0 || low_hz > nyquist_hz) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "Operation “%s” lies at %.1f … %.1f Hz, outside the recording, which reaches from 0 to %.1f Hz.",
                 sb_operation_id (op), low_hz, high_hz, nyquist_hz);
    return true;
  }
  return false;
}

/* --- separable shapes --------------------------------------------------- */

static double
soft_width (double absolute, double share, double half_extent)
{
  return isnan (absolute) ? share * half_extent : absolute;
}

/* Adds one band [low, high] Hz to the profile; a ramp that leaves nothing at
 * half strength still covers the nearest bin. */
static void
add_band (const SbRaster *raster, const SbOpSpec *spec, double low_hz, double high_hz, float *profile)
{
  double bin_hz = (double)raster->plane.rate / raster->plane.grid.n_fft;
  double width = soft_width (spec->soft_hz, spec->soft, 0.5 * (high_hz - low_hz)) / bin_hz;
  double low = low_hz / bin_hz, high = high_hz / bin_hz;
  int64_t first, end;
  if (high < 0.0 || low > raster->plane.n_bins - 1)
    return;
  cells_inside (low, high, raster->plane.n_bins, &first, &end);
  float most = 0.0f;
  for (int64_t bin = first; bin < end; bin++) {
    float a = (float)sb_raster_ramp (MIN (bin - low, high - bin), width);
    profile[bin] = MAX (profile[bin], a);
    most = MAX (most, a);
  }
  if (most < 0.5f) {
    int64_t nearest = nearest_of (0.5 * (low + high), 0, raster->plane.n_bins - 1);
    profile[nearest] = 1.0f;
  }
}

static void
dilate (const float *in, float *out, int n, int reach, ptrdiff_t stride)
{
  for (int i = 0; i < n; i++) {
    float most = 0.0f;
    for (int j = MAX (0, i - reach); j <= MIN (n - 1, i + reach); j++)
      most = MAX (most, in[j * stride]);
    out[i * stride] = most;
  }
}

static void
prepare_separable (SbRaster *raster, const SbOpSpec *spec)
{
  int n_bins = raster->plane.n_bins;
  g_autofree float *profile = g_new0 (float, n_bins);
  if (spec->kind == SB_OP_BOX)
    add_band (raster, spec, spec->low_hz, spec->high_hz, profile);
  else
    for (int h = 1; h <= spec->count && h * spec->f0_hz - spec->radius_hz <= 0.5 * raster->plane.rate; h++)
      add_band (raster, spec, h * spec->f0_hz - spec->radius_hz, h * spec->f0_hz + spec->radius_hz, profile);
  raster->low = n_bins;
  for (int bin = 0; bin < n_bins; bin++)
    if (profile[bin] > 0.0f) {
      raster->low = MIN (raster->low, bin);
      raster->high = bin + 1;
    }
  if (raster->high == 0)
    raster->low = 0;
  raster->band = g_new (float, n_bins);
  dilate (profile, raster->band, n_bins, raster->grow_bins, 1);

  double cols_per_s = (double)raster->plane.rate / raster->plane.grid.hop;
  raster->from_col = spec->from_s * cols_per_s;
  raster->to_col = spec->to_s * cols_per_s;
  raster->ramp_cols = soft_width (spec->soft_s, spec->soft, 0.5 * (spec->to_s - spec->from_s)) * cols_per_s;
  cells_inside (raster->from_col, raster->to_col, raster->plane.n_cols, &raster->first, &raster->end);
  double most = 0.0;
  for (int64_t col = raster->first; col < raster->end && most < 0.5; col++)
    most = MAX (most, sb_raster_ramp (MIN (col - raster->from_col, raster->to_col - col), raster->ramp_cols));
  raster->nearest_col = -1;
  if (most < 0.5)
    raster->nearest_col = nearest_of (0.5 * (raster->from_col + raster->to_col), 0, raster->plane.n_cols - 1);
}

/* The largest of time(k) over the columns that grow into this one: time() rises, stays, falls, so it is the column
 * nearest to the middle. */
static float
time_coverage (const SbRaster *raster, int64_t col)
{
  int64_t a = MAX (col - raster->grow_cols, raster->first), b = MIN (col + raster->grow_cols, raster->end - 1);
  if (a > b)
    return 0.0f;
  if (raster->nearest_col >= a && raster->nearest_col <= b)
    return 1.0f;
  double middle = 0.5 * (raster->from_col + raster->to_col);
  int64_t best = nearest_of (middle, a, b);
  return (float)sb_raster_ramp (MIN (best - raster->from_col, raster->to_col - best) + EPSILON, raster->ramp_cols);
}

/* --- life --------------------------------------------------------------- */

static void
prepare_shape (SbRaster *raster, const SbOpSpec *spec)
{
  const SbRasterPlane *plane = &raster->plane;
  double from_s, to_s, low_hz, high_hz;
  int64_t low, high;
  sb_operation_bounds (raster->op, &from_s, &to_s, &low_hz, &high_hz);
  double cols_per_s = (double)plane->rate / plane->grid.hop, bin_hz = (double)plane->rate / plane->grid.n_fft;
  /* one cell more on each side: nearest cells count even when their centre lies outside */
  cells_inside (from_s * cols_per_s - 1.0, to_s * cols_per_s + 1.0, plane->n_cols, &raster->first, &raster->end);
  cells_inside (low_hz / bin_hz - 1.0, high_hz / bin_hz + 1.0, plane->n_bins, &low, &high);
  raster->low = (int)low;
  raster->high = (int)high;
  raster->shape = spec->kind == SB_OP_STROKE ? sb_stroke_shape_new (spec, plane) : sb_lasso_shape_new (spec, plane);
}

SbRaster *
sb_raster_new (SbOperation *op, const SbRasterPlane *plane, GError **error)
{
  double from_s, to_s, low_hz, high_hz;
  const SbOpSpec *spec = sb_operation_spec (op);
  if (sb_raster_is_outside (plane, op, error))
    return NULL;
  SbRaster *raster = g_new0 (SbRaster, 1);
  atomic_init (&raster->refs, 1);
  raster->op = sb_operation_ref (op);
  raster->plane = *plane;
  raster->gain = spec->restore ? 1.0f : (float)pow (10.0, spec->gain_db / 20.0);
  sb_operation_bounds (op, &from_s, &to_s, &low_hz, &high_hz);
  choose_growth (raster, high_hz - low_hz);
  if (spec->kind == SB_OP_BOX || spec->kind == SB_OP_HARMONICS)
    prepare_separable (raster, spec);
  else
    prepare_shape (raster, spec);
  return raster;
}

SbRaster *
sb_raster_ref (SbRaster *raster)
{
  atomic_fetch_add (&raster->refs, 1);
  return raster;
}

void
sb_raster_unref (SbRaster *raster)
{
  if (raster == NULL || atomic_fetch_sub (&raster->refs, 1) != 1)
    return;
  if (raster->shape != NULL && sb_operation_spec (raster->op)->kind == SB_OP_STROKE)
    sb_stroke_shape_free (raster->shape);
  else if (raster->shape != NULL)
    sb_lasso_shape_free (raster->shape);
  sb_operation_unref (raster->op);
  g_free (raster->band);
  g_free (raster);
}

SbOperation *
sb_raster_op (const SbRaster *raster)
{
  return raster->op;
}

float
sb_raster_gain (const SbRaster *raster)
{
  return raster->gain;
}

void
sb_raster_cols (const SbRaster *raster, int64_t *first, int64_t *end)
{
  *first = MAX (raster->first - raster->grow_cols, 0);
  *end = MIN (raster->end + raster->grow_cols, raster->plane.n_cols);
}

void
sb_raster_bins (const SbRaster *raster, int *low, int *high)
{
  *low = MAX (raster->low - raster->grow_bins, 0);
  *high = MIN (raster->high + raster->grow_bins, raster->plane.n_bins);
}

void
sb_raster_steady (const SbRaster *raster, int64_t *first, int64_t *end)
{
  sb_raster_cols (raster, first, end);
  if (raster->band == NULL || raster->nearest_col >= 0) {
    *end = *first;
    return;
  }
  if (raster->ramp_cols <= 0.0)
    return;
  *first = MAX (*first, to_cell (ceil (raster->from_col + raster->ramp_cols)) - raster->grow_cols);
  *end = MIN (*end, to_cell (floor (raster->to_col - raster->ramp_cols)) + raster->grow_cols + 1);
  *end = MAX (*first, *end);
}

/* --- coverage ----------------------------------------------------------- */

static void
cover_shape (const SbRaster *raster, int64_t first, int n, int low, int high, float *a)
{
  int grow = raster->grow_cols, wide = n + 2 * grow, bins = high - low;
  bool stroke = sb_operation_spec (raster->op)->kind == SB_OP_STROKE;
  g_autofree float *plain = g_new0 (float, (size_t)wide * bins);
  for (int i = 0; i < wide; i++) {
    int64_t col = first - grow + i;
    if (col < raster->first || col >= raster->end)
      continue;
    if (stroke)
      sb_stroke_shape_column (raster->shape, col, low, high, plain + (size_t)i * bins);
    else
      sb_lasso_shape_column (raster->shape, col, low, high, plain + (size_t)i * bins);
  }
  if (grow == 0 && raster->grow_bins == 0) {
    memcpy (a, plain, sizeof (float) * n * bins);
    return;
  }
  g_autofree float *row = g_new (float, bins);
  for (int i = 0; i < wide; i++) {
    dilate (plain + (size_t)i * bins, row, bins, raster->grow_bins, 1);
    memcpy (plain + (size_t)i * bins, row, sizeof (float) * bins);
  }
  memset (a, 0, sizeof (float) * n * bins);
  for (int i = 0; i < n; i++)
    for (int j = i; j <= i + 2 * grow; j++)
      for (int b = 0; b < bins; b++)
        a[(size_t)i * bins + b] = MAX (a[(size_t)i * bins + b], plain[(size_t)j * bins + b]);
}

void
sb_raster_cover (const SbRaster *raster, int64_t first, int n, float *a)
{
  int low, high;
  sb_raster_bins (raster, &low, &high);
  if (raster->band == NULL) {
    cover_shape (raster, first, n, low, high, a);
    return;
  }
  for (int i = 0; i < n; i++) {
    float time = time_coverage (raster, first + i);
    for (int b = low; b < high; b++)
      *a++ = time * raster->band[b];
  }
}

static bool
same_number (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

bool
sb_raster_continues (const SbRaster *shorter, const SbRaster *longer, int64_t *first, int64_t *end)
{
  const SbOpSpec *a = sb_operation_spec (shorter->op), *b = sb_operation_spec (longer->op);
  if (a->kind != SB_OP_STROKE || b->kind != SB_OP_STROKE || strcmp (a->id, b->id) != 0 || a->n_points > b->n_points
      || a->radius_s != b->radius_s || a->radius_hz != b->radius_hz || !same_number (a->radius_oct, b->radius_oct)
      || shorter->gain != longer->gain || a->soft != b->soft || !same_number (a->soft_s, b->soft_s)
      || !same_number (a->soft_hz, b->soft_hz) || a->n_channels != b->n_channels
      || shorter->grow_bins != longer->grow_bins || shorter->grow_cols != longer->grow_cols
      || memcmp (a->points, b->points, sizeof (SbOpPoint) * a->n_points) != 0
      || (a->n_channels > 0 && memcmp (a->channels, b->channels, sizeof (int) * a->n_channels) != 0))
    return false;
  sb_stroke_shape_cols (&longer->plane, b, a->n_points - 1, first, end);
  *first = MAX (*first - longer->grow_cols, 0);
  *end = MIN (*end + longer->grow_cols, longer->plane.n_cols);
  return true;
}
