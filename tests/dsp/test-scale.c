/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scales: inverses of each other, growing, and equal to their formulas. */
#include "dsp/sb-scale.h"
#include <glib.h>
#include <math.h>

static void
test_round_trip (void)
{
  for (int scale = 0; scale < SB_N_SCALES; scale++) {
    double before = -INFINITY;
    for (double hz = 0.01; hz < 400000; hz *= 1.1) {
      double place = sb_scale_from_hz ((SbScale) scale, hz);
      g_assert_cmpfloat (place, >, before);
      g_assert_cmpfloat_with_epsilon (sb_scale_to_hz ((SbScale) scale, place) / hz, 1, 1e-6);
      before = place;
    }
  }
}

static void
test_values (void)
{
  g_assert_cmpfloat_with_epsilon (sb_scale_from_hz (SB_SCALE_MEL, 1000), 999.9855, 1e-3);
  g_assert_cmpfloat_with_epsilon (sb_scale_from_hz (SB_SCALE_BARK, 1000), 8.5274, 1e-3);
  g_assert_cmpfloat_with_epsilon (sb_scale_from_hz (SB_SCALE_LOG, 880) - sb_scale_from_hz (SB_SCALE_LOG, 440), 1,
                                  1e-12);
  g_assert_cmpfloat (sb_scale_from_hz (SB_SCALE_LINEAR, 1234.5), ==, 1234.5);
  for (int scale = 0; scale < SB_N_SCALES; scale++)
    g_assert_true (isfinite (sb_scale_from_hz ((SbScale) scale, 0)));
}

static void
test_names (void)
{
  SbScale scale = SB_SCALE_LINEAR;
  for (int i = 0; i < SB_N_SCALES; i++) {
    g_assert_true (sb_scale_from_name (sb_scale_name ((SbScale) i), &scale));
    g_assert_cmpint (scale, ==, i);
  }
  g_assert_false (sb_scale_from_name ("Mel", &scale));
  g_assert_false (sb_scale_from_name (NULL, &scale));
}

static void
test_usual (void)
{
  g_assert_cmpint (sb_scale_usual (44100), ==, SB_SCALE_MEL);
  g_assert_cmpint (sb_scale_usual (192000), ==, SB_SCALE_MEL);
  g_assert_cmpint (sb_scale_usual (250000), ==, SB_SCALE_LINEAR);
  g_assert_cmpint (sb_scale_usual (441000), ==, SB_SCALE_LINEAR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scale/round-trip", test_round_trip);
  g_test_add_func ("/scale/values", test_values);
  g_test_add_func ("/scale/names", test_names);
  g_test_add_func ("/scale/usual", test_usual);
  return g_test_run ();
}
