/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mask against slow, obvious rewritings of its definitions. */
#include "edit/sb-mask.h"
#include "sb-test.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define RATE 8000
#define N_FRAMES 40000

static const SbGrid grid = { 256, 64, SB_WINDOW_HANN };

static SbMask *
mask_of (SbOperation **ops, int n, int channels, SbMask *previous)
{
  g_autoptr (GError) error = NULL;
  SbMask *mask = sb_mask_new (&grid, RATE, N_FRAMES, channels, ops, n, previous, &error);
  g_assert_no_error (error);
  return mask;
}

/* float[n_cols][n_bins] */
static float *
matrix_of (SbMask *mask, int channel)
{
  int n_bins = sb_mask_n_bins (mask);
  float *all = g_new (float, sb_mask_n_cols (mask) * n_bins);
  for (int64_t col = 0; col < sb_mask_n_cols (mask); col++) {
    float *gain = all + col * n_bins;
    bool painted = sb_mask_column (mask, channel, col, gain), differs = false;
    for (int bin = 0; bin < n_bins; bin++)
      differs = differs || gain[bin] != 1.0f;
    g_assert_cmpint (painted, ==, differs);
    if (differs)
      g_assert_true (sb_mask_touches (mask, col, col + 1));
  }
  return all;
}

static double
time_of (int64_t col)
{
  return (double)col * grid.hop / RATE;
}

static double
hz_of (int bin)
{
  return (double)bin * RATE / grid.n_fft;
}

/* largest difference of a mask to a[col][bin] turned into gains by g */
static double
differs_from (SbMask *mask, const float *a, float g)
{
  g_autofree float *matrix = matrix_of (mask, 0);
  double most = 0.0;
  for (int64_t i = 0; i < sb_mask_n_cols (mask) * sb_mask_n_bins (mask); i++)
    most = MAX (most, fabs (matrix[i] - (1.0 + a[i] * (g - 1.0))));
  return most;
}

static void
test_box (void)
{
  g_autoptr (SbOperation) op = sb_test_box (1.0, 2.0, 500, 1000, -INFINITY, SB_EDGE_STRICT);
  g_autoptr (SbMask) mask = mask_of (&op, 1, 1, NULL);
  g_autofree float *a = g_new0 (float, sb_mask_n_cols (mask) * 129);
  for (int64_t col = 0; col < sb_mask_n_cols (mask); col++)
    for (int bin = 0; bin < 129; bin++)
      a[col * 129 + bin] = time_of (col) >= 1.0 && time_of (col) <= 2.0 && hz_of (bin) >= 500 && hz_of (bin) <= 1000;
  g_assert_cmpfloat (differs_from (mask, a, 0.0f), ==, 0.0);
  g_assert_false (sb_mask_touches (mask, 0, 125));
  g_assert_true (sb_mask_touches (mask, 0, 126));
  g_assert_true (sb_mask_touches (mask, 250, 300));
  g_assert_false (sb_mask_touches (mask, 251, 300));
}

/* Depth: none to 15 dB, one cell to 30 dB, 5 bins × 3 columns beyond (Hann, 75 % overlap). */
/* A box that reaches far beyond the recording, in either direction, is the one that ends with it.  (Rounding room was a
 * share of the far end, and whole columns by then.) */
static void
test_far_box (void)
{
  g_autoptr (SbOperation) near = sb_test_box (1.0, 5.0, 500, 1000, -INFINITY, SB_EDGE_DEEP);
  g_autoptr (SbMask) wanted = mask_of (&near, 1, 1, NULL);
  g_autofree float *matrix = matrix_of (wanted, 0);
  g_autofree float *a = g_new (float, sb_mask_n_cols (wanted) * 129);
  for (int64_t i = 0; i < sb_mask_n_cols (wanted) * 129; i++)
    a[i] = 1.0f - matrix[i];
  for (double to_s = 1e3; to_s < 1e200; to_s *= 1e9) {
    g_autoptr (SbOperation) far = sb_test_box (1.0, to_s, 500, 1000, -INFINITY, SB_EDGE_DEEP);
    g_autoptr (SbMask) mask = mask_of (&far, 1, 1, NULL);
    g_assert_cmpfloat (differs_from (mask, a, 0.0f), ==, 0.0);
  }
}

static void
test_growth (void)
{
  const struct {
    double gain_db;
    SbEdge edge;
    double high_hz;
    int bins, cols;
  } cases[] = {
    { -15, SB_EDGE_AUTO, 1000, 0, 0 },       { -30, SB_EDGE_AUTO, 1000, 1, 1 },
    { -31, SB_EDGE_AUTO, 1000, 5, 3 },       { -INFINITY, SB_EDGE_AUTO, 1000, 5, 3 },
    { -INFINITY, SB_EDGE_STRICT, 1000, 0, 0 }, { -INFINITY, SB_EDGE_AUTO, 700, 0, 0 }, /* 6.4 bins high: strict … */
    { -INFINITY, SB_EDGE_DEEP, 700, 5, 3 },                                          /* … unless asked */
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SbOperation) op = sb_test_box (1.0, 2.0, 500, cases[i].high_hz, cases[i].gain_db, cases[i].edge);
    g_autoptr (SbMask) mask = mask_of (&op, 1, 1, NULL);
    g_autofree float *a = g_new0 (float, sb_mask_n_cols (mask) * 129);
    int top = (int)floor (cases[i].high_hz / hz_of (1));
    for (int64_t col = 125 - cases[i].cols; col <= 250 + cases[i].cols; col++)
      for (int bin = 16 - cases[i].bins; bin <= top + cases[i].bins; bin++)
        a[col * 129 + bin] = 1.0f;
    g_assert_cmpfloat (differs_from (mask, a, (float)pow (10.0, cases[i].gain_db / 20.0)), <, 1e-6);
  }
}

static SbOperation *
stroke (const SbOpPoint *points, int n, double radius_s, double radius_hz, double soft, SbEdge edge)
{
  SbOpSpec spec;
  sb_op_spec_init (&spec, SB_OP_STROKE);
  spec.id = "stroke";
  spec.points = points;
  spec.n_points = n;
  spec.radius_s = radius_s;
  spec.radius_hz = radius_hz;
  spec.soft = soft;
  spec.edge = edge;
  SbOperation *op = sb_operation_new (&spec, NULL);
  g_assert_nonnull (op);
  return op;
}

/* Thousands of dabs a segment, laid one by one. */
static void
test_stroke_is_a_row_of_dabs (void)
{
  const SbOpPoint points[] = {
    { 1.0, 800, 1, 1 }, { 1.5, 1500, 2, 0.5f }, { 1.4, 2500, 0.5f, 1 }, { 1.4, 2500, 1, 1 }
  };
  const double softs[] = { 0.0, 0.4, 1.0 };
  for (guint k = 0; k < G_N_ELEMENTS (softs); k++) {
    g_autoptr (SbOperation) op = stroke (points, 4, 0.1, 200, softs[k], SB_EDGE_STRICT);
    g_autoptr (SbMask) mask = mask_of (&op, 1, 1, NULL);
    g_autofree float *a = g_new0 (float, sb_mask_n_cols (mask) * 129), *matrix = matrix_of (mask, 0);
    for (int i = 0; i < 3; i++)
      for (int j = 0; j <= 1000; j++) {
        double u = j / 1000.0, size = points[i].size + u * (points[i + 1].size - points[i].size);
        double t = points[i].t_s + u * (points[i + 1].t_s - points[i].t_s);
        double f = points[i].f_hz + u * (points[i + 1].f_hz - points[i].f_hz);
        double strength = points[i].strength + u * (points[i + 1].strength - points[i].strength);
        for (int64_t col = 80; col < 260; col++)
          for (int bin = 0; bin < 129; bin++) {
            double d = hypot ((time_of (col) - t) / (0.1 * size), (hz_of (bin) - f) / (200 * size));
            double inside = 1.0 - d;
            double c = inside < 0 ? 0 : inside >= softs[k] ? 1 : 0.5 * (1 - cos (G_PI * inside / softs[k]));
            a[col * 129 + bin] = MAX (a[col * 129 + bin], (float)(c * strength));
          }
      }
    int wrong = 0;
    for (int64_t i = 0; i < sb_mask_n_cols (mask) * 129; i++)
      wrong += fabs (matrix[i] - (1.0 - a[i])) > 0.02;
    /* dabs a thousandth of a segment apart miss a sliver of the rim */
    g_assert_cmpint (wrong, <=, 8);
  }
}

static void
test_thin_stroke_has_no_gaps (void)
{
  const SbOpPoint points[] = { { 1.0, 300, 1, 1 }, { 1.3, 3000, 1, 1 }, { 3.0, 3100, 1, 1 } };
  g_autoptr (SbOperation) op = stroke (points, 3, 0.0001, 1, 0, SB_EDGE_STRICT);
  g_autoptr (SbMask) mask = mask_of (&op, 1, 1, NULL);
  g_autofree float *matrix = matrix_of (mask, 0);
  int before = -1;
  for (int64_t col = 125; col <= 375; col++) { /* each column holds one run that touches the one before */
    int low = -1, high = -1, runs = 0;
    for (int bin = 0; bin < 129; bin++)
      if (matrix[col * 129 + bin] == 0.0f) {
        runs += bin == 0 || matrix[col * 129 + bin - 1] != 0.0f;
        low = low < 0 ? bin : low;
        high = bin;
      }
    g_assert_cmpint (runs, ==, 1);
    if (before >= 0)
      g_assert_cmpint (low, <=, before + 1);
    before = high;
  }
}

static void
test_nearest_cell (void)
{
  SbOpSpec spec;
  const SbOpPoint corners[] = { { 1.001, 1001, 1, 1 }, { 1.002, 1001, 1, 1 }, { 1.002, 1002, 1, 1 } };
  sb_op_spec_init (&spec, SB_OP_LASSO);
  spec.points = corners;
  spec.n_points = 3;
  SbOperation *ops[] = { sb_test_box (1.001, 1.002, 1001, 1002, -INFINITY, SB_EDGE_AUTO),
                         sb_operation_new (&spec, NULL), stroke (corners, 1, 0, 0, 0, SB_EDGE_AUTO),
                         sb_test_box (4.9999, 99, 3999, 9999, -INFINITY, SB_EDGE_STRICT) };
  for (int i = 0; i < 4; i++) {
    g_autoptr (SbMask) mask = mask_of (&ops[i], 1, 1, NULL);
    g_autofree float *matrix = matrix_of (mask, 0);
    int painted = 0;
    for (int64_t j = 0; j < sb_mask_n_cols (mask) * 129; j++)
      painted += matrix[j] == 0.0f;
    g_assert_cmpint (painted, ==, 1);
    sb_operation_unref (ops[i]);
  }
}

/* Even crossing counts for a simple polygon: a point-by-point test. */
static void
test_lasso (void)
{
  const SbOpPoint p[] = {
    { 1.0, 500, 1, 1 }, { 2.0, 700, 1, 1 }, { 1.6, 1200, 1, 1 }, { 2.2, 2000, 1, 1 }, { 0.9, 1800, 1, 1 }
  };
  SbOpSpec spec;
  sb_op_spec_init (&spec, SB_OP_LASSO);
  spec.points = p;
  spec.n_points = 5;
  spec.edge = SB_EDGE_STRICT;
  g_autoptr (SbOperation) op = sb_operation_new (&spec, NULL);
  g_autoptr (SbMask) mask = mask_of (&op, 1, 1, NULL);
  g_autofree float *a = g_new0 (float, sb_mask_n_cols (mask) * 129);
  for (int64_t col = 0; col < sb_mask_n_cols (mask); col++)
    for (int bin = 0; bin < 129; bin++) {
      bool inside = false;
      double t = time_of (col), f = hz_of (bin);
      for (int i = 0, j = 4; i < 5; j = i++)
        if ((p[i].f_hz > f) != (p[j].f_hz > f)
            && t < (p[j].t_s - p[i].t_s) * (f - p[i].f_hz) / (p[j].f_hz - p[i].f_hz) + p[i].t_s)
          inside = !inside;
      a[col * 129 + bin] = inside;
    }
  /* two corners and two places on an edge are cell centres: the outline belongs to the inside */
  a[125 * 129 + 16] = a[275 * 129 + 64] = a[220 * 129 + 32] = a[245 * 129 + 24] = 1.0f;
  g_autofree float *matrix = matrix_of (mask, 0);
  int wrong = 0;
  for (int64_t i = 0; i < sb_mask_n_cols (mask) * 129; i++)
    wrong += matrix[i] != 1.0f - a[i];
  g_assert_cmpint (wrong, ==, 0);
}

static void
test_order_restore_and_channels (void)
{
  g_autoptr (SbOperation) half = sb_test_box (1, 2, 500, 1500, -20, SB_EDGE_STRICT);
  SbOpSpec spec = *sb_operation_spec (half);
  spec.id = "left";
  spec.gain_db = -INFINITY;
  spec.channels = (int[]){ 0 };
  spec.n_channels = 1;
  g_autoptr (SbOperation) left = sb_operation_new (&spec, NULL);
  spec.id = "back";
  spec.restore = true;
  spec.channels = NULL;
  spec.from_s = 1.5;
  g_autoptr (SbOperation) back = sb_operation_new (&spec, NULL);
  SbOperation *ops[] = { half, left, back };
  g_autoptr (SbMask) mask = mask_of (ops, 3, 2, NULL);
  float gain[129];
  sb_mask_column (mask, 0, 150, gain);
  g_assert_cmpfloat (gain[30], ==, 0.0f);
  sb_mask_column (mask, 1, 150, gain);
  g_assert_cmpfloat_with_epsilon (gain[30], 0.1f, 1e-7);
  g_assert_false (sb_mask_column (mask, 0, 200, gain));
  g_assert_false (sb_mask_column (mask, 1, 200, gain));
  g_autoptr (GArray) spans = sb_mask_frame_spans (mask);
  g_assert_cmpint (spans->len, ==, 1); /* the erased half does not count as changed */
  g_assert_cmpint (g_array_index (spans, SbFrameSpan, 0).from, ==, 125 * 64 - 128);
  g_assert_cmpint (g_array_index (spans, SbFrameSpan, 0).to, ==, 187 * 64 + 128);
}

static SbOperation *
random_op (GRand *rand, int i)
{
  SbOpSpec spec;
  SbOpPoint points[5];
  char id[16];
  g_snprintf (id, sizeof id, "op%d", i);
  sb_op_spec_init (&spec, (SbOpKind)g_rand_int_range (rand, 0, 4));
  spec.id = id;
  spec.restore = g_rand_int_range (rand, 0, 5) == 0;
  spec.gain_db = (const double[]){ -INFINITY, -20, -6, -60 }[g_rand_int_range (rand, 0, 4)];
  spec.soft = g_rand_boolean (rand) ? g_rand_double (rand) : 0;
  spec.points = points;
  spec.n_points = g_rand_int_range (rand, 3, 6);
  for (int j = 0; j < 5; j++)
    points[j] = (SbOpPoint){ g_rand_double_range (rand, 0, 5), g_rand_double_range (rand, 0, 4000), 1, 1 };
  spec.radius_s = 0.05;
  spec.radius_hz = 60;
  spec.from_s = g_rand_double_range (rand, -1, 3);
  spec.to_s = spec.from_s + g_rand_double_range (rand, 1.0, 7);
  spec.low_hz = g_rand_double_range (rand, 0, 3000);
  spec.high_hz = spec.low_hz + g_rand_double_range (rand, 0, 2000);
  spec.f0_hz = 210;
  spec.count = 9;
  if (spec.kind != SB_OP_STROKE && spec.kind != SB_OP_LASSO)
    spec.n_points = 0;
  SbOperation *op = sb_operation_new (&spec, NULL);
  g_assert_nonnull (op);
  return op;
}

/* Snapshots that borrow tiles equal masks made from nothing, and differ only where they say. */
static void
test_sharing (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_operation_unref);
  SbMask *before = mask_of (NULL, 0, 1, NULL);
  g_autofree float *old = matrix_of (before, 0);
  for (int i = 0; i < 60; i++) {
    if (ops->len > 3 && g_rand_int_range (rand, 0, 3) == 0)
      g_ptr_array_remove_index (ops, (guint)g_rand_int_range (rand, 0, (gint)ops->len));
    else
      g_ptr_array_insert (ops, g_rand_int_range (rand, 0, (gint)ops->len + 1), random_op (rand, i));
    SbMask *after = mask_of ((SbOperation **)ops->pdata, (int)ops->len, 1, before);
    g_autoptr (SbMask) fresh = mask_of ((SbOperation **)ops->pdata, (int)ops->len, 1, NULL);
    float *shared = matrix_of (after, 0);
    g_autofree float *built = matrix_of (fresh, 0);
    gsize bytes = sizeof (float) * sb_mask_n_cols (after) * 129;
    g_assert_cmpmem (shared, bytes, built, bytes);
    int64_t first, end;
    bool differs = sb_mask_difference (before, after, &first, &end);
    for (int64_t col = 0; col < sb_mask_n_cols (after); col++)
      if (!differs || col < first || col >= end)
        g_assert_cmpmem (shared + col * 129, 129 * sizeof (float), old + col * 129, 129 * sizeof (float));
    g_free (old);
    old = shared;
    sb_mask_unref (before);
    before = after;
  }
  sb_mask_unref (before);
}

/* A stroke that grows point by point changes only where the new points are. */
static void
test_growing_stroke (void)
{
  SbOpPoint points[40];
  g_autoptr (SbMask) before = NULL;
  for (int n = 1; n <= 40; n++) {
    points[n - 1] = (SbOpPoint){ 0.5 + 0.08 * n, 1000 + 300 * sin (n), 1, 1 };
    g_autoptr (SbOperation) op = stroke (points, n, 0.05, 200, 0.3, SB_EDGE_AUTO);
    SbMask *after = mask_of (&op, 1, 1, before);
    g_autoptr (SbMask) fresh = mask_of (&op, 1, 1, NULL);
    g_autofree float *shared = matrix_of (after, 0), *built = matrix_of (fresh, 0);
    gsize bytes = sizeof (float) * sb_mask_n_cols (after) * 129;
    g_assert_cmpmem (shared, bytes, built, bytes);
    int64_t first, end;
    if (n > 3 && sb_mask_difference (before, after, &first, &end))
      g_assert_cmpint (end - first, <, 40);
    g_clear_pointer (&before, sb_mask_unref);
    before = after;
  }
}

static void
test_refusals (void)
{
  const struct {
    double from_s, to_s, low_hz, high_hz;
  } outside[] = { { 6, 7, 0, 100 }, { -3, -1, 0, 100 }, { 1, 2, 4100, 4200 }, { 1, 2, -50, -10 } };
  for (guint i = 0; i < G_N_ELEMENTS (outside); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SbOperation) op =
        sb_test_box (outside[i].from_s, outside[i].to_s, outside[i].low_hz, outside[i].high_hz, -6, SB_EDGE_AUTO);
    g_assert_null (sb_mask_new (&grid, RATE, N_FRAMES, 1, &op, 1, NULL, &error));
    g_assert_error (error, SB_ERROR, SB_ERROR_VALUE);
    g_assert_nonnull (strstr (error->message, "outside the recording"));
  }
  g_autoptr (GError) error = NULL;
  g_autoptr (SbOperation) box = sb_test_box (1, 2, 100, 200, -6, SB_EDGE_AUTO);
  SbOpSpec spec = *sb_operation_spec (box);
  spec.channels = (int[]){ 2 };
  spec.n_channels = 1;
  g_autoptr (SbOperation) op = sb_operation_new (&spec, NULL);
  g_assert_null (sb_mask_new (&grid, RATE, N_FRAMES, 2, &op, 1, NULL, &error));
  g_assert_nonnull (strstr (error->message, "channel 2"));
}

/* A day of hum is one profile: asking all over it must stay small and quick. */
static void
test_analytic (void)
{
  SbOpSpec spec;
  SbGrid day = { 2048, 512, SB_WINDOW_HANN };
  int64_t n_frames = (int64_t)86400 * 48000;
  sb_op_spec_init (&spec, SB_OP_HARMONICS);
  spec.to_s = 86400;
  spec.f0_hz = 50;
  spec.count = 12;
  spec.radius_hz = 12;
  g_autoptr (SbOperation) op = sb_operation_new (&spec, NULL);
  g_autoptr (SbMask) mask = sb_mask_new (&day, 48000, n_frames, 1, &op, 1, NULL, NULL);
  float first[1025], other[1025];
  g_assert_true (sb_mask_column (mask, 0, 100, first));
  for (int64_t col = 100; col < sb_mask_n_cols (mask) - 100; col += 1009) {
    g_assert_true (sb_mask_column (mask, 0, col, other));
    g_assert_cmpmem (other, sizeof other, first, sizeof first);
  }
  g_autoptr (GArray) spans = sb_mask_frame_spans (mask);
  g_assert_cmpint (spans->len, ==, 1);
}

/* A loop of hours that is thinner than its rim: nothing is gained by looking at each of its columns. */
static void
test_long_thin_lasso (void)
{
  SbOpPoint points[24];
  SbOpSpec spec;
  g_autoptr (GError) error = NULL;
  const int64_t day = (int64_t)86400 * 44100;
  const SbGrid usual = { 2048, 512, SB_WINDOW_HANN };
  for (int i = 0; i < 24; i++)
    points[i] = (SbOpPoint){ 3600.0 * i, 1000 + 300.0 * i, 1, 1 };
  sb_op_spec_init (&spec, SB_OP_LASSO);
  spec.points = points;
  spec.n_points = 24;
  spec.soft = 0.35;
  spec.gain_db = -INFINITY;
  g_autoptr (SbOperation) op = sb_operation_new (&spec, &error);
  g_assert_no_error (error);
  struct timespec before, after;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &before);
  g_autoptr (SbMask) mask = sb_mask_new (&usual, 44100, day, 1, &op, 1, NULL, &error);
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &after);
  g_assert_no_error (error);
  const double took_s = (double)(after.tv_sec - before.tv_sec) + 1e-9 * (double)(after.tv_nsec - before.tv_nsec);
  g_assert_cmpfloat (took_s, <, 1); /* of the processor; it took five, and minutes in the window */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mask/box/centres-inside", test_box);
  g_test_add_func ("/mask/box/far-beyond-the-end", test_far_box);
  g_test_add_func ("/mask/growth-by-depth", test_growth);
  g_test_add_func ("/mask/stroke/is-a-row-of-dabs", test_stroke_is_a_row_of_dabs);
  g_test_add_func ("/mask/stroke/thin-has-no-gaps", test_thin_stroke_has_no_gaps);
  g_test_add_func ("/mask/nearest-cell", test_nearest_cell);
  g_test_add_func ("/mask/lasso", test_lasso);
  g_test_add_func ("/mask/lasso/long-and-thin", test_long_thin_lasso);
  g_test_add_func ("/mask/order-restore-channels", test_order_restore_and_channels);
  g_test_add_func ("/mask/sharing-is-invisible", test_sharing);
  g_test_add_func ("/mask/growing-stroke", test_growing_stroke);
  g_test_add_func ("/mask/refusals", test_refusals);
  g_test_add_func ("/mask/a-day-is-one-profile", test_analytic);
  return g_test_run ();
}
