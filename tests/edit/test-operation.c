/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/sb-mask.h"
#include "sb-test.h"

#include <math.h>
#include <string.h>

static void
expect_refusal (const SbOpSpec *spec)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (sb_operation_new (spec, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_VALUE);
}

static SbOpSpec
good_stroke (const SbOpPoint *points, int n)
{
  SbOpSpec spec;
  sb_op_spec_init (&spec, SB_OP_STROKE);
  spec.points = points;
  spec.n_points = n;
  spec.radius_s = 0.1;
  spec.radius_hz = 100;
  return spec;
}

static void
test_refusals (void)
{
  SbOpPoint points[] = { { 1, 100, 1, 1 }, { 2, 200, 1, 1 } };
  SbOpSpec spec = good_stroke (points, 2);
  g_autoptr (SbOperation) fine = sb_operation_new (&spec, NULL);
  g_assert_nonnull (fine);
#define BAD(change)                                                                                                    \
  do {                                                                                                                 \
    spec = good_stroke (points, 2);                                                                                    \
    change;                                                                                                            \
    expect_refusal (&spec);                                                                                            \
  } while (0)
  BAD (spec.n_points = 0);
  BAD (spec.radius_s = -1);
  BAD (spec.radius_hz = -1);
  BAD (spec.radius_hz = NAN);
  BAD (spec.radius_oct = 0);
  BAD (spec.soft = 1.5);
  BAD (spec.soft = NAN);
  BAD (spec.soft_s = -0.1);
  BAD (spec.gain_db = NAN);
  BAD (spec.gain_db = 61);
  BAD (spec.n_channels = 0; spec.channels = (int[]){ 0 });
  BAD (spec.n_channels = 1; spec.channels = (int[]){ -1 });
  BAD (spec.kind = SB_OP_LASSO);
  points[1].t_s = INFINITY;
  BAD ((void)0);
  points[1].t_s = 2;
  points[1].size = 0;
  BAD ((void)0);
  points[1].size = 1;
  points[1].strength = 1.01f;
  BAD ((void)0);
  sb_op_spec_init (&spec, SB_OP_BOX);
  spec.from_s = 2, spec.to_s = 1;
  expect_refusal (&spec);
  sb_op_spec_init (&spec, SB_OP_HARMONICS);
  spec.f0_hz = 50, spec.count = 0, spec.to_s = 1;
  expect_refusal (&spec);
}

static void
test_bounds (void)
{
  SbOpPoint points[] = { { 1, 100, 1, 1 }, { 2, 400, 2, 1 } };
  double a, b, c, d;
  SbOpSpec spec = good_stroke (points, 2);
  g_autoptr (SbOperation) op = sb_operation_new (&spec, NULL);
  sb_operation_bounds (op, &a, &b, &c, &d);
  g_assert_cmpfloat_with_epsilon (a, 0.9, 1e-12);
  g_assert_cmpfloat_with_epsilon (b, 2.2, 1e-12);
  g_assert_cmpfloat_with_epsilon (c, 0, 1e-12);
  g_assert_cmpfloat_with_epsilon (d, 600, 1e-12);
  g_assert_cmpstr (sb_operation_title (op), ==, "Brush");
  g_assert_true (sb_operation_on_channel (op, 17));
  g_assert_cmpuint (strlen (sb_operation_id (op)), >, 8);
}

/* However many octaves reach from 0 Hz, and from elsewhere. */
static void
test_octaves (void)
{
  SbOpPoint points[] = {{1, 440, 1, 1}, {1.2, 0, 500, 1}};
  double a, b, c, d;
  SbOpSpec spec = good_stroke (points, 2);
  spec.radius_hz = NAN;
  spec.radius_oct = 50;
  g_autoptr (SbOperation) op = sb_operation_new (&spec, NULL);
  g_assert_nonnull (op);
  sb_operation_bounds (op, &a, &b, &c, &d);
  g_assert_cmpfloat (c, ==, 0);
  g_assert_cmpfloat_with_epsilon (d, 440 * exp2 (50), 1);
  const SbGrid grid = {256, 64, SB_WINDOW_HANN};
  g_autoptr (SbMask) mask = sb_mask_new (&grid, 8000, 24000, 1, &op, 1, NULL, NULL);
  g_assert_nonnull (mask);
  float gain[129];
  for (int64_t col = 0; col < sb_mask_n_cols (mask); col++)
    for (int bin = 0; sb_mask_column (mask, 0, col, gain) && bin < 129; bin++)
      g_assert_true (gain[bin] >= 0 && gain[bin] <= 1);
  g_assert_true (sb_mask_column (mask, 0, 125, gain)); /* 1 s */
  g_assert_cmpfloat (gain[128], ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/operation/refuses-nonsense", test_refusals);
  g_test_add_func ("/operation/bounds", test_bounds);
  g_test_add_func ("/operation/octaves", test_octaves);
  return g_test_run ();
}
