/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A closed polygon.  A cell is inside when the outline winds around its centre
 * (non-zero rule, so a loop drawn twice stays filled) or passes through it.
 * The soft rim is measured from the outline inwards, in units of soft_s and
 * soft_hz. */
#include "edit/sb-raster-private.h"

#include <string.h>

struct SbShape {
  SbRasterPlane plane;
  int n;
  double *t, *f;         /* corners in columns and bins */
  double soft_t, soft_f; /* rim in columns and bins; 0: hard */
  int64_t nearest_col;   /* of the middle: covered when nothing else is, −1: not needed */
  int nearest_bin;
};

typedef struct {
  double f;
  int turn; /* +1 the edge runs forwards in time, −1 backwards */
} Crossing;

static int
compare_crossings (gconstpointer a, gconstpointer b)
{
  double fa = ((const Crossing *)a)->f, fb = ((const Crossing *)b)->f;
  return (fa > fb) - (fa < fb);
}

/* Distance from a cell to the outline, 1 = the rim's width. */
static double
rim_distance (const SbShape *shape, double t, double f)
{
  double st = MAX (shape->soft_t, 1e-9), sf = MAX (shape->soft_f, 1e-9), best = INFINITY;
  for (int i = 0; i < shape->n; i++) {
    int j = (i + 1) % shape->n;
    if (t < MIN (shape->t[i], shape->t[j]) - st || t > MAX (shape->t[i], shape->t[j]) + st)
      continue;
    double x0 = (shape->t[i] - t) / st, y0 = (shape->f[i] - f) / sf;
    double vx = (shape->t[j] - shape->t[i]) / st, vy = (shape->f[j] - shape->f[i]) / sf;
    double c = vx * vx + vy * vy;
    double u = c > 0.0 ? CLAMP (-(x0 * vx + y0 * vy) / c, 0.0, 1.0) : 0.0;
    best = MIN (best, hypot (x0 + u * vx, y0 + u * vy));
  }
  return best;
}

static void
cover_cell (const SbShape *shape, int64_t col, int bin, float *a)
{
  float c = 1.0f;
  if (shape->soft_t > 0.0 || shape->soft_f > 0.0)
    c = (float)sb_raster_ramp (rim_distance (shape, (double)col, bin), 1.0);
  *a = MAX (*a, c);
}

static void
fill (const SbShape *shape, int64_t col, double from, double to, int low, int high, float *a)
{
  double bottom = MAX (ceil (from - 1e-9), (double)low), top = MIN (floor (to + 1e-9), (double)high - 1.0);
  if (!(bottom <= top))
    return;
  for (int bin = (int)bottom; bin <= (int)top; bin++)
    cover_cell (shape, col, bin, &a[bin - low]);
}

static void
fill_column (const SbShape *shape, int64_t col, int low, int high, float *a)
{
  g_autoptr (GArray) crossings = g_array_new (FALSE, FALSE, sizeof (Crossing));
  double t = (double)col;
  for (int i = 0; i < shape->n; i++) {
    int j = (i + 1) % shape->n;
    double t0 = shape->t[i], t1 = shape->t[j], f0 = shape->f[i], f1 = shape->f[j];
    if (t0 == t)
      fill (shape, col, f0, f0, low, high, a);
    if (t0 == t && t1 == t) {
      fill (shape, col, MIN (f0, f1), MAX (f0, f1), low, high, a); /* the outline itself runs along the column */
    } else if ((t0 <= t) != (t1 <= t)) {
      Crossing crossing = { f0 + (f1 - f0) * (t - t0) / (t1 - t0), t1 > t0 ? 1 : -1 };
      g_array_append_val (crossings, crossing);
    }
  }
  g_array_sort (crossings, compare_crossings);
  int winding = 0;
  for (guint i = 0; i + 1 < crossings->len; i++) {
    winding += g_array_index (crossings, Crossing, i).turn;
    if (winding != 0)
      fill (shape, col, g_array_index (crossings, Crossing, i).f, g_array_index (crossings, Crossing, i + 1).f, low,
            high, a);
  }
}

static bool
column_covers (const SbShape *shape, int64_t col, float *a)
{
  memset (a, 0, sizeof *a * (size_t)shape->plane.n_bins);
  fill_column (shape, col, 0, shape->plane.n_bins, a);
  for (int bin = 0; bin < shape->plane.n_bins; bin++)
    if (a[bin] >= 0.5f)
      return true;
  return false;
}

/* Nearly always the first looks tell.  A loop that is thinner than its rim for hours would take minutes to be sure: it
 * is not worth that. */
static bool
covers_anything (const SbShape *shape, int64_t first, int64_t end)
{
  enum { LOOKS = 64, MOST_COLS = 2048 };
  g_autofree float *a = g_new (float, shape->plane.n_bins);
  const int64_t n = end - first;
  for (int64_t i = 0; n > LOOKS && i < LOOKS; i++)
    if (column_covers (shape, first + (2 * i + 1) * n / (2 * LOOKS), a))
      return true;
  for (int64_t col = first; n <= MOST_COLS && col < end; col++)
    if (column_covers (shape, col, a))
      return true;
  return false;
}

/* A corner meant to lie on a cell's centre does, whatever the rounding of seconds and hertz. */
static double
snap (double cell)
{
  return fabs (cell - rint (cell)) < 1e-9 ? rint (cell) : cell;
}

SbShape *
sb_lasso_shape_new (const SbOpSpec *spec, const SbRasterPlane *plane)
{
  SbShape *shape = g_new0 (SbShape, 1);
  double cols_per_s = (double)plane->rate / plane->grid.hop, bin_hz = (double)plane->rate / plane->grid.n_fft;
  double from = INFINITY, to = -INFINITY, low = INFINITY, high = -INFINITY;
  shape->plane = *plane;
  shape->n = spec->n_points;
  shape->t = g_new (double, shape->n);
  shape->f = g_new (double, shape->n);
  for (int i = 0; i < shape->n; i++) {
    shape->t[i] = snap (spec->points[i].t_s * cols_per_s);
    shape->f[i] = snap (spec->points[i].f_hz / bin_hz);
    from = MIN (from, shape->t[i]);
    to = MAX (to, shape->t[i]);
    low = MIN (low, shape->f[i]);
    high = MAX (high, shape->f[i]);
  }
  shape->soft_t = isnan (spec->soft_s) ? spec->soft * 0.5 * (to - from) : spec->soft_s * cols_per_s;
  shape->soft_f = isnan (spec->soft_hz) ? spec->soft * 0.5 * (high - low) : spec->soft_hz / bin_hz;
  shape->nearest_col = -1;
  int64_t first = (int64_t)CLAMP (floor (from), 0.0, (double)plane->n_cols);
  int64_t end = (int64_t)CLAMP (ceil (to) + 1.0, (double)first, (double)plane->n_cols);
  if (!covers_anything (shape, first, end)) {
    shape->nearest_col = (int64_t)CLAMP (rint (0.5 * (from + to)), 0.0, (double)plane->n_cols - 1.0);
    shape->nearest_bin = (int)CLAMP (rint (0.5 * (low + high)), 0.0, plane->n_bins - 1.0);
  }
  return shape;
}

void
sb_lasso_shape_free (SbShape *shape)
{
  if (shape == NULL)
    return;
  g_free (shape->t);
  g_free (shape->f);
  g_free (shape);
}

void
sb_lasso_shape_column (const SbShape *shape, int64_t col, int low, int high, float *a)
{
  fill_column (shape, col, low, high, a);
  if (col == shape->nearest_col && shape->nearest_bin >= low && shape->nearest_bin < high)
    a[shape->nearest_bin - low] = 1.0f;
}
