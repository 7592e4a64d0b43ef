/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rulers: labels have room, stand where they say, and read as people write. */
#include "view/sb-axis.h"
#include <math.h>
#include <string.h>

static void
check_room (GArray *ticks, double gap_px, double length_px)
{
  double before = -INFINITY;
  for (guint i = 0; i < ticks->len; i++) {
    const SbTick *tick = &g_array_index (ticks, SbTick, i);
    g_assert_cmpfloat (tick->pos_px, >=, -0.02);
    g_assert_cmpfloat (tick->pos_px, <=, length_px + 0.02);
    g_assert_true (tick->major == (*tick->label != 0));
    g_assert_true (g_utf8_validate (tick->label, -1, NULL));
    if (!tick->major)
      continue;
    g_assert_cmpfloat (fabs (tick->pos_px - before), >=, gap_px * 0.999);
    before = tick->pos_px;
  }
}

static char *
labels (GArray *ticks)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < ticks->len; i++) {
    const SbTick *tick = &g_array_index (ticks, SbTick, i);
    if (tick->major)
      g_string_append_printf (text, "%s%s", text->len ? " " : "", tick->label);
  }
  return g_string_free (text, FALSE);
}

static void
expect (GArray *ticks, const char *expected)
{
  g_autofree char *text = labels (ticks);
  g_assert_cmpstr (text, ==, expected);
  g_array_unref (ticks);
}

static void
test_words (void)
{
  SbViewport view = {125.3, 129.7, 60, 20000, SB_SCALE_MEL, 1074, 662};
  expect (sb_axis_time (&view, 90), "2:05.5 2:06.0 2:06.5 2:07.0 2:07.5 2:08.0 2:08.5 2:09.0 2:09.5");
  expect (sb_axis_hz (&view, 22), "20k 15k 10k 7k 5k 3k 2k 1.5k 1k 700 500 200 100");
  expect (sb_axis_db (-120, 0, 640, 60), "0 −20 −40 −60 −80 −100 −120");
  SbViewport day = {0, 86400, 0, 22050, SB_SCALE_LINEAR, 1000, 600};
  expect (sb_axis_time (&day, 200), "0:00 6:00:00 12:00:00 18:00:00 24:00:00");
  expect (sb_axis_hz (&day, 100), "0 5k 10k 15k 20k");
  SbViewport edge = {59.99, 60.01, 0, 100, SB_SCALE_LINEAR, 400, 400}; /* no 0:60 */
  expect (sb_axis_time (&edge, 150), "0:59.99 1:00.00 1:00.01");
  SbViewport before = {-1, 1, 0, 100, SB_SCALE_LINEAR, 400, 400};
  expect (sb_axis_time (&before, 150), "−0:01 0:00 0:01");
}

static void
test_room (void)
{
  for (int scale = 0; scale < SB_N_SCALES; scale++)
    for (double rate = 1; rate < 1e6; rate *= 7)
      for (double span = 1e-5; span < 1e6; span *= 6.3) {
        SbViewport view = {3.21, 3.21 + span, 0, rate / 2, (SbScale) scale, 700, 500};
        g_autoptr (GArray) time = sb_axis_time (&view, 60);
        check_room (time, 60, 700);
        g_autoptr (GArray) hz = sb_axis_hz (&view, 20);
        check_room (hz, 20, 500);
        g_assert_cmpint (hz->len, >, 2);
        view.low_hz = rate * 0.2; /* zoomed in, where decades have no more labels */
        view.high_hz = rate * 0.2003;
        g_autoptr (GArray) narrow = sb_axis_hz (&view, 20);
        check_room (narrow, 20, 500);
        g_assert_cmpint (narrow->len, >, 5);
      }
}

/* A label's number is the axis' value at its place. */
static void
test_truth (void)
{
  for (int scale = 0; scale < SB_N_SCALES; scale++) {
    SbViewport view = {0, 1, 30, 21000, (SbScale) scale, 700, 500};
    g_autoptr (GArray) ticks = sb_axis_hz (&view, 20);
    for (guint i = 0; i < ticks->len; i++) {
      const SbTick *tick = &g_array_index (ticks, SbTick, i);
      if (!tick->major)
        continue;
      double hz = g_ascii_strtod (tick->label, NULL) * (strchr (tick->label, 'k') ? 1000 : 1);
      g_assert_cmpfloat_with_epsilon (sb_viewport_hz (&view, tick->pos_px), hz, 1e-6 * hz);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/axis/words", test_words);
  g_test_add_func ("/axis/room", test_room);
  g_test_add_func ("/axis/truth", test_truth);
  return g_test_run ();
}
