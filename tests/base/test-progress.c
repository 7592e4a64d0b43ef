/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sb-error.h"
#include "base/sb-progress.h"

static void
test_null (void)
{
  g_autoptr (GError) error = NULL;
  sb_progress_set (NULL, 0.5);
  sb_progress_cancel (NULL);
  g_assert_false (sb_progress_is_cancelled (NULL));
  g_assert_false (sb_progress_check (NULL, &error));
  g_assert_no_error (error);
}

static void
test_cancel (void)
{
  g_autoptr (SbProgress) progress = sb_progress_new ();
  g_autoptr (GError) error = NULL;
  sb_progress_set (progress, 1.7);
  g_assert_cmpfloat (sb_progress_get (progress), ==, 1.0);
  sb_progress_set (progress, 0.25);
  g_assert_cmpfloat (sb_progress_get (progress), ==, 0.25);
  g_assert_false (sb_progress_check (progress, &error));
  sb_progress_cancel (progress);
  g_assert_true (sb_progress_check (progress, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/progress/null", test_null);
  g_test_add_func ("/progress/cancel", test_cancel);
  return g_test_run ();
}
