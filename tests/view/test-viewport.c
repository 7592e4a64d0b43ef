/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixels to seconds and hertz and back, on each scale. */
#include "view/sb-viewport.h"
#include <glib.h>

static void
test_round_trip (void)
{
  for (int scale = 0; scale < SB_N_SCALES; scale++) {
    SbViewport view = {100, 107.5, scale == SB_SCALE_LOG ? 20 : 0, 22050, (SbScale) scale, 1000, 700};
    for (double t_s = 99; t_s < 110; t_s += 0.37)
      g_assert_cmpfloat_with_epsilon (sb_viewport_time (&view, sb_viewport_x (&view, t_s)), t_s, 1e-9);
    for (double hz = 25; hz < 22050; hz *= 1.3)
      g_assert_cmpfloat_with_epsilon (sb_viewport_hz (&view, sb_viewport_y (&view, hz)) / hz, 1, 1e-9);
    g_assert_cmpfloat_with_epsilon (sb_viewport_x (&view, 100), 0, 1e-9);
    g_assert_cmpfloat_with_epsilon (sb_viewport_x (&view, 107.5), 1000, 1e-9);
    g_assert_cmpfloat_with_epsilon (sb_viewport_y (&view, 22050), 0, 1e-9);
    g_assert_cmpfloat_with_epsilon (sb_viewport_y (&view, view.low_hz), 700, 1e-9);
    double before = -1;
    for (double y = 0; y <= 700; y += 10, before++)
      g_assert_cmpfloat (sb_viewport_hz (&view, y), >, sb_viewport_hz (&view, y + 1));
  }
}

/* A log axis from 0 Hz has no place for 0; it must still have finite rows. */
static void
test_log_from_zero (void)
{
  SbViewport view = {0, 1, 0, 20000, SB_SCALE_LOG, 100, 100};
  g_assert_cmpfloat_with_epsilon (sb_viewport_hz (&view, 100), 10, 1e-6);
  view.high_hz = 0.5; /* a recording at 1 Hz */
  g_assert_cmpfloat (sb_viewport_hz (&view, 100), >, 0);
  g_assert_cmpfloat (sb_viewport_hz (&view, 100), <, 0.01);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/viewport/round-trip", test_round_trip);
  g_test_add_func ("/viewport/log-from-zero", test_log_from_zero);
  return g_test_run ();
}
