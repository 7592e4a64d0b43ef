/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sb-home.h"

#include <glib.h>

/* GLib remembers what it was asked: each case in a process of its own. */
static void
expect_absolute (const char *name, const char *value)
{
  if (g_test_subprocess ()) {
    g_setenv (name, value, TRUE);
    sb_home_settle ();
    const char *const folders[] = {g_get_home_dir (), g_get_user_state_dir (), g_get_user_cache_dir (),
                                   g_get_user_config_dir ()};
    for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
      g_assert_true (g_path_is_absolute (folders[i]));
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_empty (void)
{
  expect_absolute ("HOME", "");
}

static void
test_relative (void)
{
  expect_absolute ("HOME", "here");
}

static void
test_relative_state (void)
{
  expect_absolute ("XDG_STATE_HOME", "state");
}

static void
test_kept (void)
{
  if (g_test_subprocess ()) {
    g_unsetenv ("XDG_STATE_HOME");
    g_setenv ("HOME", "/nowhere/else", TRUE);
    sb_home_settle ();
    g_assert_cmpstr (g_get_home_dir (), ==, "/nowhere/else");
    g_assert_true (g_str_has_prefix (g_get_user_state_dir (), "/nowhere/else/"));
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL); /* no isolated folders: they are what is tested */
  g_test_add_func ("/own-home/empty", test_empty);
  g_test_add_func ("/own-home/relative", test_relative);
  g_test_add_func ("/own-home/relative-state", test_relative_state);
  g_test_add_func ("/own-home/kept", test_kept);
  return g_test_run ();
}
