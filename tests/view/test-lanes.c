/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixel rows and channels, there and back. */
#include "view/sb-lanes.h"

#include <glib.h>
#include <math.h>

enum { LEAST = 80 };

/* Lanes and gaps cover each row once, the lanes differ by a pixel at most, none is too low. */
static void
test_rows (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  for (int i = 0; i < 2000; i++) {
    int height = g_rand_int_range (rand, 1, 3000), channels = g_rand_int_range (rand, 1, 40);
    SbLanes lanes = sb_lanes_stacked (height, channels, g_rand_int_range (rand, -5, 50), LEAST, SB_MOST_LANES);
    int least = G_MAXINT, most = 0, next = 0;
    g_assert_cmpint (lanes.n, >=, 1);
    g_assert_cmpint (lanes.n, <=, MIN (channels, SB_MOST_LANES));
    g_assert_cmpint (lanes.first, >=, 0);
    g_assert_cmpint (lanes.first + lanes.n, <=, channels);
    for (int lane = 0; lane < lanes.n; lane++) {
      int top = sb_lanes_top (&lanes, lane), high = sb_lanes_height (&lanes, lane);
      g_assert_cmpint (top, ==, next);
      g_assert_cmpint (sb_lanes_at (&lanes, top), ==, lane);
      g_assert_cmpint (sb_lanes_at (&lanes, top + high - .01), ==, lane);
      next = top + high + lanes.gap_px;
      least = MIN (least, high);
      most = MAX (most, high);
    }
    g_assert_cmpint (next - lanes.gap_px, ==, height);
    g_assert_cmpint (most - least, <=, 1);
    g_assert_true (lanes.n == 1 || least >= LEAST);
    /* one more would not have fitted */
    g_assert_true (lanes.n == MIN (channels, SB_MOST_LANES) || (height + 1) / (lanes.n + 1) - 1 < LEAST);
    g_assert_cmpint (sb_lanes_at (&lanes, -10), ==, 0);
    g_assert_cmpint (sb_lanes_at (&lanes, height + 10), ==, lanes.n - 1);
  }
}

/* Each lane shows the whole band: from hertz to a row and back, through the row's channel. */
static void
test_hertz (void)
{
  SbViewport whole = {1, 3, 0, 24000, SB_SCALE_MEL, 900, 500};
  SbLanes lanes = sb_lanes_stacked (500, 6, 1, LEAST, SB_MOST_LANES);
  g_assert_cmpint (lanes.n, ==, 6);
  g_assert_cmpint (lanes.first, ==, 0); /* all fit: from the first on */
  lanes = sb_lanes_stacked (500, 9, 2, LEAST, SB_MOST_LANES);
  g_assert_cmpint (lanes.n, ==, 6);
  g_assert_cmpint (lanes.first, ==, 2);
  for (int channel = 2; channel < 8; channel++)
    for (double hz = 0; hz <= 24000; hz += 500) {
      int lane = sb_lanes_of_channel (&lanes, channel);
      SbViewport view = sb_lanes_viewport (&lanes, lane, &whole);
      double y = sb_lanes_top (&lanes, lane) + CLAMP (sb_viewport_y (&view, hz), 0, view.height_px - 1e-6);
      int found = sb_lanes_at (&lanes, y);
      g_assert_cmpint (sb_lanes_channel (&lanes, found), ==, channel);
      g_assert_cmpfloat (view.from_s, ==, 1);
      g_assert_cmpint (view.width_px, ==, 900);
      g_assert_cmpfloat_with_epsilon (sb_viewport_hz (&view, sb_lanes_into (&lanes, found, y)), hz, .5);
    }
  g_assert_cmpint (sb_lanes_of_channel (&lanes, 1), ==, -1);
  g_assert_cmpint (sb_lanes_of_channel (&lanes, 8), ==, -1);
}

/* A drag that leaves its lane stays at the lane's edge. */
static void
test_leaving (void)
{
  SbLanes lanes = sb_lanes_stacked (401, 2, 0, LEAST, SB_MOST_LANES);
  g_assert_cmpint (sb_lanes_height (&lanes, 0), ==, 200);
  g_assert_cmpint (sb_lanes_top (&lanes, 1), ==, 201);
  g_assert_cmpfloat (sb_lanes_into (&lanes, 1, 301), ==, 100);
  g_assert_cmpfloat (sb_lanes_into (&lanes, 1, 50), ==, 0);
  g_assert_cmpfloat (sb_lanes_into (&lanes, 0, 300), ==, 200);
  g_assert_cmpfloat (sb_lanes_into (&lanes, 1, 900), ==, 200);
}

/* The plain picture is one lane, and nothing changes for it: not even beyond its edges. */
static void
test_single (void)
{
  SbLanes lanes = sb_lanes_single (300, -1);
  g_assert_cmpint (sb_lanes_top (&lanes, 0), ==, 0);
  g_assert_cmpint (sb_lanes_height (&lanes, 0), ==, 300);
  g_assert_cmpint (sb_lanes_channel (&lanes, 0), ==, -1);
  g_assert_cmpfloat (sb_lanes_into (&lanes, 0, -25), ==, -25);
  g_assert_cmpfloat (sb_lanes_into (&lanes, 0, 325), ==, 325);
  g_assert_cmpint (sb_lanes_of_channel (&lanes, 0), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lanes/rows", test_rows);
  g_test_add_func ("/lanes/hertz", test_hertz);
  g_test_add_func ("/lanes/leaving", test_leaving);
  g_test_add_func ("/lanes/single", test_single);
  return g_test_run ();
}
