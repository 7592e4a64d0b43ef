/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was measured is of the box that stands there, and of what is heard in
 * it now. */
#include "session-support.h"
#include "ui/sb-inspector.h"

static const SbBox first = {0.1, 0.4, 1000, 4000}, second = {0.5, 0.9, 8000, 12000};

static void
expect_measured (SbInspector *inspector, const SbBox *box)
{
  PUMP_UNTIL (!sb_inspector_is_measuring (inspector));
  const SbMeasurement *m = sb_inspector_measurement (inspector);
  g_assert_nonnull (m);
  g_assert_cmpfloat (m->box.from_s, ==, box->from_s);
  g_assert_cmpfloat (m->box.low_hz, ==, box->low_hz);
}

/* The page is left while a box is measured, and another one is drawn. */
static void
test_other_box (void)
{
  SbPool *pool = sb_pool_new (1);
  SbSession *session = session_with_recording (pool, "box.wav");
  SbInspector *inspector = sb_inspector_of (session);
  Gate gate;
  sb_inspector_set_watched (inspector, true);
  gate_close (&gate, pool);
  sb_inspector_set_box (inspector, &first);
  sb_inspector_set_watched (inspector, false);
  sb_inspector_set_box (inspector, &second);
  gate_open (&gate);
  PUMP_UNTIL (!sb_inspector_is_measuring (inspector));
  g_assert_null (sb_inspector_measurement (inspector));
  sb_inspector_set_watched (inspector, true);
  expect_measured (inspector, &second);
  session_end (session, pool);
}

/* The page is left while a box is measured, and what lies in it is painted out. */
static void
test_other_sound (void)
{
  SbPool *pool = sb_pool_new (1);
  SbSession *session = session_with_recording (pool, "sound.wav");
  SbInspector *inspector = sb_inspector_of (session);
  g_autoptr (SbOperation) op = sb_test_box (0, 1, 0, 24000, -40, SB_EDGE_AUTO);
  g_autoptr (GError) error = NULL;
  Gate gate;
  sb_inspector_set_watched (inspector, true);
  sb_inspector_set_box (inspector, &first);
  expect_measured (inspector, &first);
  const double before_db = sb_inspector_measurement (inspector)->level_db;
  gate_close (&gate, pool);
  sb_inspector_set_box (inspector, &first);
  sb_inspector_set_watched (inspector, false);
  g_assert_true (sb_session_apply (session, op, &error));
  gate_open (&gate);
  PUMP_UNTIL (!sb_inspector_is_measuring (inspector));
  g_assert_null (sb_inspector_measurement (inspector));
  sb_inspector_set_watched (inspector, true);
  expect_measured (inspector, &first);
  g_assert_cmpfloat_with_epsilon (sb_inspector_measurement (inspector)->level_db, before_db - 40, 1);
  session_end (session, pool);
}

/* As often as the box is moved: the last place counts. */
static void
test_moved (void)
{
  SbPool *pool = sb_pool_new (1);
  SbSession *session = session_with_recording (pool, "moved.wav");
  SbInspector *inspector = sb_inspector_of (session);
  Gate gate;
  sb_inspector_set_watched (inspector, true);
  gate_close (&gate, pool);
  for (int i = 0; i < 5; i++)
    sb_inspector_set_box (inspector, i % 2 ? &second : &first);
  sb_inspector_set_box (inspector, NULL);
  sb_inspector_set_box (inspector, &second);
  gate_open (&gate);
  expect_measured (inspector, &second);
  session_end (session, pool);
}

int
main (int argc, char **argv)
{
  session_init (&argc, &argv);
  g_test_add_func ("/inspector/other-box", test_other_box);
  g_test_add_func ("/inspector/other-sound", test_other_sound);
  g_test_add_func ("/inspector/moved", test_moved);
  return g_test_run ();
}
