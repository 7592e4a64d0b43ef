/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A brush swept along a polyline.  Dabs lie infinitely close, so the result
 * does not depend on how often the pointer reported itself: coverage is the
 * maximum over all places u of every segment, found in closed form.
 *
 *   in units of the radius:  p0 ──u──► p1,  dab at p0 + u·v has size s0 + u·ds
 *   d(u) = |w − u·v| / (s0 + u·ds),  w = cell − p0
 *   d' = 0  ⇒  u = (B·s0 + A·ds) / (C·s0 + B·ds),   A = |w|², B = w·v, C = |v|²
 *
 * d ≤ 1 is inside.  The soft rim is the outermost share of the radius.  Where
 * the brush is smaller than a cell, the cells that the line itself crosses are
 * covered too, so a thin stroke has no gaps. */
#include "edit/sb-raster-private.h"

#include <string.h>

#define BUCKET_COLS 64
#define SEARCH_STEPS 32

typedef struct {
  double x0, y0, x1, y1; /* in radii (y: of the warped axis) */
  float s0, s1, a0, a1;  /* size, strength */
  double t0, f0, t1, f1; /* columns, bins */
} Segment;

struct SbShape {
  SbRasterPlane plane;
  double cols_per_radius, bins_per_radius; /* bins: linear axis only */
  double bin_hz, radius_oct;               /* radius_oct NAN: linear axis */
  double soft_x, soft_y;                   /* share of the radius, 0 … 1 */
  bool thin;                               /* smaller than a cell: follow the line */
  Segment *segments;
  int n_segments;
  int64_t first_bucket, n_buckets;
  GArray **buckets; /* of int: segments that can reach the bucket's columns */
};

static double
warp (const SbShape *shape, double hz)
{
  return isnan (shape->radius_oct) ? hz / (shape->bins_per_radius * shape->bin_hz)
                                   : log2 (MAX (hz, 1e-9)) / shape->radius_oct;
}

static void
segment_cols (const SbRasterPlane *plane, const SbOpSpec *spec, int i, int j, double *from, double *to)
{
  const SbOpPoint *p = &spec->points[i], *q = &spec->points[j];
  double cols_per_s = (double)plane->rate / plane->grid.hop;
  *from = MIN (p->t_s - spec->radius_s * p->size, q->t_s - spec->radius_s * q->size) * cols_per_s;
  *to = MAX (p->t_s + spec->radius_s * p->size, q->t_s + spec->radius_s * q->size) * cols_per_s;
}

void
sb_stroke_shape_cols (const SbRasterPlane *plane, const SbOpSpec *spec, int from_point, int64_t *first, int64_t *end)
{
  double from = INFINITY, to = -INFINITY;
  for (int i = MAX (from_point, 0); i < spec->n_points; i++) {
    double a, b;
    segment_cols (plane, spec, i, MIN (i + 1, spec->n_points - 1), &a, &b);
    from = MIN (from, a);
    to = MAX (to, b);
  }
  *first = (int64_t)CLAMP (floor (from) - 1.0, 0.0, (double)plane->n_cols);
  *end = (int64_t)CLAMP (ceil (to) + 2.0, (double)*first, (double)plane->n_cols);
}

static void
fill_buckets (SbShape *shape, const SbOpSpec *spec)
{
  int64_t first, end;
  sb_stroke_shape_cols (&shape->plane, spec, 0, &first, &end);
  shape->first_bucket = first / BUCKET_COLS;
  shape->n_buckets = MAX (end - 1, first) / BUCKET_COLS - shape->first_bucket + 1;
  shape->buckets = g_new0 (GArray *, shape->n_buckets);
  for (int i = 0; i < shape->n_segments; i++) {
    double from, to;
    segment_cols (&shape->plane, spec, i, MIN (i + 1, spec->n_points - 1), &from, &to);
    double last = (double)(shape->first_bucket + shape->n_buckets - 1);
    int64_t a = (int64_t)CLAMP (floor ((from - 2.0) / BUCKET_COLS), (double)shape->first_bucket, last);
    int64_t b = (int64_t)CLAMP (floor ((to + 2.0) / BUCKET_COLS), (double)shape->first_bucket, last);
    for (int64_t k = a; k <= b; k++) {
      GArray **bucket = &shape->buckets[k - shape->first_bucket];
      if (*bucket == NULL)
        *bucket = g_array_new (FALSE, FALSE, sizeof (int));
      g_array_append_val (*bucket, i);
    }
  }
}

SbShape *
sb_stroke_shape_new (const SbOpSpec *spec, const SbRasterPlane *plane)
{
  SbShape *shape = g_new0 (SbShape, 1);
  double cols_per_s = (double)plane->rate / plane->grid.hop;
  shape->plane = *plane;
  shape->bin_hz = (double)plane->rate / plane->grid.n_fft;
  shape->radius_oct = spec->radius_oct;
  shape->cols_per_radius = MAX (spec->radius_s * cols_per_s, 1e-6);
  shape->bins_per_radius = isnan (spec->radius_oct) ? MAX (spec->radius_hz / shape->bin_hz, 1e-6) : NAN;
  shape->soft_x = CLAMP (isnan (spec->soft_s) ? spec->soft : spec->soft_s / MAX (spec->radius_s, 1e-12), 0.0, 1.0);
  shape->soft_y = spec->soft;
  if (!isnan (spec->soft_hz) && isnan (spec->radius_oct))
    shape->soft_y = CLAMP (spec->soft_hz / MAX (spec->radius_hz, 1e-12), 0.0, 1.0);
  shape->thin = shape->cols_per_radius < 1.0 || !isnan (spec->radius_oct) || shape->bins_per_radius < 1.0;
  shape->n_segments = MAX (spec->n_points - 1, 1);
  shape->segments = g_new (Segment, shape->n_segments);
  for (int i = 0; i < shape->n_segments; i++) {
    const SbOpPoint *p = &spec->points[i], *q = &spec->points[MIN (i + 1, spec->n_points - 1)];
    shape->segments[i] = (Segment){
      p->t_s * cols_per_s / shape->cols_per_radius, warp (shape, p->f_hz),
      q->t_s * cols_per_s / shape->cols_per_radius, warp (shape, q->f_hz),
      p->size, q->size, p->strength, q->strength,
      p->t_s * cols_per_s, p->f_hz / shape->bin_hz, q->t_s * cols_per_s, q->f_hz / shape->bin_hz,
    };
  }
  fill_buckets (shape, spec);
  return shape;
}

void
sb_stroke_shape_free (SbShape *shape)
{
  if (shape == NULL)
    return;
  for (int64_t i = 0; i < shape->n_buckets; i++)
    if (shape->buckets[i] != NULL)
      g_array_unref (shape->buckets[i]);
  g_free (shape->buckets);
  g_free (shape->segments);
  g_free (shape);
}

/* Coverage by the dab at u: 1 inside, raised cosine over the soft rim.  With
 * different softness in time and frequency the rim's width follows the direction. */
static double
dab (const SbShape *shape, const Segment *s, double wx, double wy, double u)
{
  double size = s->s0 + u * (s->s1 - s->s0);
  double dx = (wx - u * (s->x1 - s->x0)) / size, dy = (wy - u * (s->y1 - s->y0)) / size;
  double d2 = dx * dx + dy * dy;
  if (d2 > 1.0 + 1e-9)
    return 0.0;
  double soft = shape->soft_x;
  if (shape->soft_x != shape->soft_y && d2 > 0.0)
    soft = sqrt ((dx * dx * shape->soft_x * shape->soft_x + dy * dy * shape->soft_y * shape->soft_y) / d2);
  double strength = s->a0 + u * (s->a1 - s->a0);
  return strength * sb_raster_ramp (MAX (1.0 - sqrt (d2), 0.0), soft);
}

/* Where strength changes along the segment the best dab need not be the
 * nearest: tries places over the stretch [u0, u1] in which the cell is inside,
 * (C − ds²)u² − 2(B + s0·ds)u + (A − s0²) ≤ 0. */
static double
search_coverage (const SbShape *shape, const Segment *s, double wx, double wy, double A, double B, double C)
{
  double ds = s->s1 - s->s0, a = C - ds * ds, b = B + s->s0 * ds, c = A - (double)s->s0 * s->s0;
  double root = b * b - a * c, u0 = 0.0, u1 = 1.0, best = 0.0;
  if (a > 1e-12 && root >= 0.0) {
    u0 = CLAMP ((b - sqrt (root)) / a, 0.0, 1.0);
    u1 = CLAMP ((b + sqrt (root)) / a, 0.0, 1.0);
  }
  for (int i = 0; i <= SEARCH_STEPS; i++)
    best = MAX (best, dab (shape, s, wx, wy, u0 + (u1 - u0) * i / SEARCH_STEPS));
  return best;
}

static double
segment_coverage (const SbShape *shape, const Segment *s, double x, double y)
{
  double vx = s->x1 - s->x0, vy = s->y1 - s->y0, wx = x - s->x0, wy = y - s->y0, ds = s->s1 - s->s0;
  double A = wx * wx + wy * wy, B = wx * vx + wy * vy, C = vx * vx + vy * vy;
  double best = MAX (dab (shape, s, wx, wy, 0.0), dab (shape, s, wx, wy, 1.0));
  double below = C * s->s0 + B * ds;
  if (below > 0.0) {
    double u = (B * s->s0 + A * ds) / below;
    if (u > 0.0 && u < 1.0)
      best = MAX (best, dab (shape, s, wx, wy, u));
  }
  if (s->a0 != s->a1)
    best = MAX (best, search_coverage (shape, s, wx, wy, A, B, C));
  return best;
}

/* The bins that the bare line passes within half a column of col. */
static void
follow_line (const Segment *s, int64_t col, int low, int high, float *a)
{
  double t0 = s->t0, t1 = s->t1, f0 = s->f0, f1 = s->f1;
  double from = MAX (MIN (t0, t1), col - 0.5), to = MIN (MAX (t0, t1), col + 0.5);
  if (from > to || (from == col + 0.5 && t0 != t1))
    return;
  double fa = f0, fb = f1;
  if (t0 != t1) {
    fa = f0 + (f1 - f0) * (from - t0) / (t1 - t0);
    fb = f0 + (f1 - f0) * (to - t0) / (t1 - t0);
  }
  double bottom = MAX (rint (MIN (fa, fb)), (double)low), top = MIN (rint (MAX (fa, fb)), (double)high - 1.0);
  float strength = MIN (s->a0, s->a1);
  if (!(bottom <= top)) /* beyond the picture, however far */
    return;
  for (int bin = (int)bottom; bin <= (int)top; bin++)
    a[bin - low] = MAX (a[bin - low], strength);
}

static void
reach_bins (const SbShape *shape, const Segment *s, double *bottom, double *top)
{
  double size = MAX (s->s0, s->s1);
  if (isnan (shape->radius_oct)) {
    *bottom = MIN (s->f0, s->f1) - size * shape->bins_per_radius;
    *top = MAX (s->f0, s->f1) + size * shape->bins_per_radius;
  } else {
    *bottom = MIN (s->f0, s->f1) * sb_octave_factor (-size * shape->radius_oct);
    *top = MAX (s->f0, s->f1) * sb_octave_factor (size * shape->radius_oct);
  }
}

void
sb_stroke_shape_column (const SbShape *shape, int64_t col, int low, int high, float *a)
{
  int64_t bucket = col / BUCKET_COLS - shape->first_bucket;
  if (bucket < 0 || bucket >= shape->n_buckets || shape->buckets[bucket] == NULL)
    return;
  const GArray *list = shape->buckets[bucket];
  double x = col / shape->cols_per_radius;
  for (guint i = 0; i < list->len; i++) {
    const Segment *s = &shape->segments[g_array_index (list, int, i)];
    double bottom, top, size = MAX (s->s0, s->s1);
    if (shape->thin)
      follow_line (s, col, low, high, a);
    if (x < MIN (s->x0, s->x1) - size - 1e-9 || x > MAX (s->x0, s->x1) + size + 1e-9)
      continue;
    reach_bins (shape, s, &bottom, &top);
    double from = MAX (ceil (bottom - 1e-6), (double)low), to = MIN (floor (top + 1e-6), (double)high - 1.0);
    if (!(from <= to))
      continue;
    for (int bin = (int)from; bin <= (int)to; bin++) {
      if (bin == 0 && !isnan (shape->radius_oct))
        continue; /* 0 Hz has no place on a logarithmic axis */
      float c = (float)segment_coverage (shape, s, x, warp (shape, bin * shape->bin_hz));
      a[bin - low] = MAX (a[bin - low], c);
    }
  }
}
