/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Marching squares over the cells of the mask that the view shows; cells finer
 * than a pixel are taken together (the strongest speaks).  A −3 dB edit never
 * gets down to half gain, so the line is at half of the strongest effect of
 * each connected patch.  Where a cell is wider or higher than 6 px, the line
 * follows the cells. */
#include "ui/sb-outline-trace.h"

#include <math.h>

enum { MAX_CHANNELS = 8, FOLLOW_CELLS_PX = 6 };
#define UNTOUCHED 0.01f

typedef struct {
  SbMask *mask;
  SbViewport view;
  int rate, channel;
  GArray *segments; /* in samples */
  bool follow;
  /* n+1 edges bound n samples */
  int n_t, n_f;
  int64_t first_col, cols_per_sample;
  GArray *first_bin; /* of int, n_f + 1 */
  float *value;      /* [n_t][n_f]: |1 − G|, later over the patch's strongest */
} Job;

/* Which columns and bins become one sample. */
static void
choose_samples (Job *job)
{
  const SbViewport *view = &job->view;
  const SbGrid *grid = sb_mask_grid (job->mask);
  double col_px = (double)grid->hop / job->rate * view->width_px / (view->to_s - view->from_s);
  int n_bins = sb_mask_n_bins (job->mask);
  double bin_hz = (double)job->rate / grid->n_fft;
  job->cols_per_sample = MAX (1, (int64_t)floor (1 / col_px));
  int64_t end = MIN (sb_mask_n_cols (job->mask), (int64_t)ceil (view->to_s * job->rate / grid->hop) + 2);
  job->first_col = MAX (0, (int64_t)floor (view->from_s * job->rate / grid->hop) - 1);
  job->first_col -= job->first_col % job->cols_per_sample;
  job->n_t = (int)((MAX (end - job->first_col, 0) + job->cols_per_sample - 1) / job->cols_per_sample);
  job->first_bin = g_array_new (FALSE, FALSE, sizeof (int));
  int bin = MAX (0, (int)floor (view->low_hz / bin_hz) - 1),
      last = MIN (n_bins, (int)ceil (view->high_hz / bin_hz) + 2);
  double tallest = 0;
  while (bin < last) {
    g_array_append_val (job->first_bin, bin);
    double y = sb_viewport_y (view, bin * bin_hz);
    int next = bin + 1;
    tallest = MAX (tallest, y - sb_viewport_y (view, next * bin_hz));
    while (next < last && y - sb_viewport_y (view, next * bin_hz) < 1)
      next++;
    bin = next;
  }
  job->n_f = job->first_bin->len;
  g_array_append_val (job->first_bin, last);
  job->follow = job->cols_per_sample == 1 && col_px > FOLLOW_CELLS_PX;
}

static bool
read_values (Job *job)
{
  int n_bins = sb_mask_n_bins (job->mask);
  int c0 = MAX (job->channel, 0);
  int c1 = MIN (sb_mask_channels (job->mask), job->channel < 0 ? MAX_CHANNELS : job->channel + 1);
  g_autofree float *gain = g_malloc_n (n_bins, sizeof (float));
  bool any = false;
  for (int t = 0; t < job->n_t; t++) {
    int64_t first = job->first_col + t * job->cols_per_sample;
    int64_t end = MIN (first + job->cols_per_sample, sb_mask_n_cols (job->mask));
    if (!sb_mask_touches (job->mask, first, end))
      continue;
    float *out = job->value + (size_t)t * job->n_f;
    int64_t step = MAX (1, (end - first) / 4); /* of many columns under a pixel, a few */
    for (int64_t col = first; col < end; col += step)
      for (int c = c0; c < c1; c++) {
        if (!sb_mask_column (job->mask, c, col, gain))
          continue;
        any = true;
        for (int f = 0; f < job->n_f; f++) {
          int from = g_array_index (job->first_bin, int, f), to = g_array_index (job->first_bin, int, f + 1);
          for (int bin = from; bin < to; bin++)
            out[f] = MAX (out[f], MIN (fabsf (1 - gain[bin]), 1));
        }
      }
  }
  return any;
}

/* Divides each connected patch of touched samples by its strongest. */
static void
normalise_patches (Job *job)
{
  int n = job->n_t * job->n_f;
  g_autofree uint8_t *seen = g_malloc0 (n);
  g_autoptr (GArray) patch = g_array_new (FALSE, FALSE, sizeof (int));
  for (int start = 0; start < n; start++) {
    if (seen[start] || job->value[start] < UNTOUCHED)
      continue;
    float strongest = 0;
    g_array_set_size (patch, 0);
    g_array_append_val (patch, start);
    seen[start] = 1;
    for (guint i = 0; i < patch->len; i++) {
      int at = g_array_index (patch, int, i), f = at % job->n_f;
      strongest = MAX (strongest, job->value[at]);
      const int near[4] = {f > 0 ? at - 1 : -1, f + 1 < job->n_f ? at + 1 : -1, at - job->n_f, at + job->n_f};
      for (int k = 0; k < 4; k++)
        if (near[k] >= 0 && near[k] < n && !seen[near[k]] && job->value[near[k]] >= UNTOUCHED) {
          seen[near[k]] = 1;
          g_array_append_val (patch, near[k]);
        }
    }
    for (guint i = 0; i < patch->len; i++)
      job->value[g_array_index (patch, int, i)] /= strongest;
  }
}

static float
value_at (const Job *job, int t, int f)
{
  return t < 0 || f < 0 || t >= job->n_t || f >= job->n_f ? 0 : job->value[(size_t)t * job->n_f + f];
}

/* Place of sample t (fractional) on the time axis; columns are centred on k·hop. */
static double
time_of (const Job *job, double t)
{
  double col = job->first_col + (t + 0.5) * job->cols_per_sample - 0.5;
  return col * sb_mask_grid (job->mask)->hop / job->rate;
}

static double
bin_centre (const Job *job, int f)
{
  if (f < 0)
    return g_array_index (job->first_bin, int, 0) - 1;
  if (f >= job->n_f)
    return g_array_index (job->first_bin, int, job->n_f);
  return (g_array_index (job->first_bin, int, f) + g_array_index (job->first_bin, int, f + 1) - 1) / 2.0;
}

static double
hz_of (const Job *job, double f)
{
  int below = (int)floor (f);
  double bin = bin_centre (job, below) + (f - below) * (bin_centre (job, below + 1) - bin_centre (job, below));
  return MAX (bin, 0) * job->rate / sb_mask_grid (job->mask)->n_fft;
}

static void
add_line (Job *job, double t0, double f0, double t1, double f1)
{
  SbContourSegment segment = {{t0, f0}, {t1, f1}};
  g_array_append_val (job->segments, segment);
}

static void
trace_cells (Job *job)
{
  for (int t = -1; t < job->n_t; t++)
    for (int f = -1; f < job->n_f; f++) {
      bool here = value_at (job, t, f) >= 0.5f;
      if (here != (value_at (job, t + 1, f) >= 0.5f))
        add_line (job, t + 0.5, f - 0.5, t + 0.5, f + 0.5);
      if (here != (value_at (job, t, f + 1) >= 0.5f))
        add_line (job, t - 0.5, f + 0.5, t + 0.5, f + 0.5);
    }
}

/* The square between samples (t, f) and (t+1, f+1):   d ─ c
 *                                                     │   │   bits 1 a, 2 b, 4 c, 8 d
 *                                                     a ─ b                            */
static void
trace_square (Job *job, int t, int f)
{
  float a = value_at (job, t, f), b = value_at (job, t + 1, f);
  float c = value_at (job, t + 1, f + 1), d = value_at (job, t, f + 1);
  int in = (a >= 0.5f) | (b >= 0.5f) << 1 | (c >= 0.5f) << 2 | (d >= 0.5f) << 3;
  if (in == 0 || in == 15)
    return;
#define CROSS(p, q) ((0.5 - (p)) / ((q) - (p)))
  double bottom_t = t + ((in & 1) != (in >> 1 & 1) ? CROSS (a, b) : 0.5),
         top_t = t + ((in >> 3 & 1) != (in >> 2 & 1) ? CROSS (d, c) : 0.5);
  double left_f = f + ((in & 1) != (in >> 3 & 1) ? CROSS (a, d) : 0.5),
         right_f = f + ((in >> 1 & 1) != (in >> 2 & 1) ? CROSS (b, c) : 0.5);
#undef CROSS
  bool saddle_full = (a + b + c + d) / 4 >= 0.5f;
  int shape = in == 5 || in == 10 ? in : MIN (in, 15 - in);
  if (shape == 1 || (shape == 5 && !saddle_full) || (shape == 10 && saddle_full))
    add_line (job, bottom_t, f, t, left_f);
  if (shape == 2 || (shape == 5 && saddle_full) || (shape == 10 && !saddle_full))
    add_line (job, bottom_t, f, t + 1, right_f);
  if (shape == 3)
    add_line (job, t, left_f, t + 1, right_f);
  if (shape == 4 || (shape == 5 && !saddle_full) || (shape == 10 && saddle_full))
    add_line (job, top_t, f + 1, t + 1, right_f);
  if (shape == 6)
    add_line (job, bottom_t, f, top_t, f + 1);
  if (shape == 7 || (shape == 5 && saddle_full) || (shape == 10 && !saddle_full))
    add_line (job, top_t, f + 1, t, left_f);
}

static void
trace (Job *job)
{
  choose_samples (job);
  if (job->n_t < 1 || job->n_f < 1 || (gint64)job->n_t * job->n_f > G_MAXINT / 4)
    return;
  job->value = g_try_malloc0_n ((gsize)job->n_t * job->n_f, sizeof (float));
  if (!job->value || !read_values (job))
    return;
  normalise_patches (job);
  if (job->follow) {
    trace_cells (job);
    return;
  }
  for (int t = -1; t < job->n_t; t++)
    for (int f = -1; f < job->n_f; f++)
      trace_square (job, t, f);
}

GArray *
sb_outline_trace (SbMask *mask, const SbViewport *view, int rate, int channel)
{
  Job job = {.mask = mask, .view = *view, .rate = rate, .channel = channel};
  job.segments = g_array_new (FALSE, FALSE, sizeof (SbContourSegment));
  trace (&job);
  GArray *points = sb_contour_join (job.segments);
  for (guint i = 0; i < points->len; i++) {
    SbContourPoint *point = &g_array_index (points, SbContourPoint, i);
    if (!isnan (point->x))
      *point = (SbContourPoint){time_of (&job, point->x), hz_of (&job, point->y)};
  }
  g_array_unref (job.segments);
  g_clear_pointer (&job.first_bin, g_array_unref);
  g_free (job.value);
  return points;
}
