/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sb-home.h"

#include <glib.h>

void
sb_home_settle (void)
{
  /* without HOME, GLib asks the list of users */
  static const char *const names[] = {"HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"};
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *value = g_getenv (names[i]);
    if (value && !g_path_is_absolute (value))
      g_unsetenv (names[i]);
  }
}
