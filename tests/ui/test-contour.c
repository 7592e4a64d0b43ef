/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Joining loose segments: nothing is lost, straight runs become one line. */
#include "ui/sb-contour.h"

#include <math.h>
#include <stdbool.h>

static GArray *
segments_of_box (int left, int bottom, int right, int top)
{
  GArray *segments = g_array_new (FALSE, FALSE, sizeof (SbContourSegment));
  for (int x = left; x < right; x++) {
    SbContourSegment below = {{x, bottom}, {x + 1, bottom}}, above = {{x + 1, top}, {x, top}};
    g_array_append_val (segments, below);
    g_array_append_val (segments, above);
  }
  for (int y = bottom; y < top; y++) {
    SbContourSegment before = {{left, y}, {left, y + 1}}, behind = {{right, y}, {right, y + 1}};
    g_array_append_val (segments, before);
    g_array_append_val (segments, behind);
  }
  return segments;
}

static void
count (const GArray *points, int *chains, double *length)
{
  *chains = 0;
  *length = 0;
  for (guint i = 0; i < points->len; i++) {
    const SbContourPoint *point = &g_array_index (points, SbContourPoint, i);
    if (isnan (point->x))
      ++*chains;
    else if (i && !isnan (point[-1].x))
      *length += hypot (point->x - point[-1].x, point->y - point[-1].y);
  }
}

static void
test_box (void)
{
  g_autoptr (GArray) segments = segments_of_box (-3, -2, 97, 38);
  g_autoptr (GArray) points = sb_contour_join (segments);
  int chains;
  double length;
  count (points, &chains, &length);
  g_assert_cmpint (chains, ==, 1);
  g_assert_cmpfloat_with_epsilon (length, 280, 1e-9);
  g_assert_cmpuint (points->len, <=, 4 + 2 + 1); /* corners, begin and end, gap */
}

static void
test_two_boxes (void)
{
  g_autoptr (GArray) segments = segments_of_box (0, 0, 10, 10);
  g_autoptr (GArray) more = segments_of_box (20, 0, 30, 10);
  g_array_append_vals (segments, more->data, more->len);
  g_autoptr (GArray) points = sb_contour_join (segments);
  int chains;
  double length;
  count (points, &chains, &length);
  g_assert_cmpint (chains, ==, 2);
  g_assert_cmpfloat_with_epsilon (length, 80, 1e-9);
}

/* Random segments on a lattice, many meeting in a point: total length stays. */
static void
test_tangle (void)
{
  for (int round = 0; round < 50; round++) {
    g_autoptr (GArray) segments = g_array_new (FALSE, FALSE, sizeof (SbContourSegment));
    int n = g_test_rand_int_range (0, 400);
    for (int i = 0; i < n; i++) {
      double x = g_test_rand_int_range (0, 12), y = g_test_rand_int_range (0, 12);
      bool across = g_test_rand_bit ();
      SbContourSegment segment = {{x, y}, {x + across, y + !across}};
      g_array_append_val (segments, segment);
    }
    g_autoptr (GArray) points = sb_contour_join (segments);
    int chains;
    double length;
    count (points, &chains, &length);
    g_assert_cmpfloat_with_epsilon (length, n, 1e-9);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/contour/box", test_box);
  g_test_add_func ("/contour/two-boxes", test_two_boxes);
  g_test_add_func ("/contour/tangle", test_tangle);
  return g_test_run ();
}
