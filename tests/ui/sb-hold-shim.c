/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Preloaded into the program: a file that is being saved takes as long as a
 * test wants.  fsync() of a file in the folder SB_HOLD_FOLDER waits when there
 * is a file SB_HOLD: that becomes SB_HOLD.taken, and whoever removes it lets
 * go.  One save only: the next needs another file.  Thread: any. */
#include "sb-before-libc.h"

#include <stdlib.h>
#include <string.h>

static bool
is_held (int fd)
{
  char path[SB_PATH_BYTES], taken[SB_PATH_BYTES];
  const char *folder = getenv ("SB_HOLD_FOLDER"), *hold = getenv ("SB_HOLD");
  if (!folder || !hold || !sb_path_of_fd (fd, path) || strncmp (path, folder, strlen (folder)) != 0)
    return false;
  snprintf (taken, sizeof taken, "%s.taken", hold);
  return rename (hold, taken) == 0;
}

int
fsync (int fd)
{
  if (is_held (fd)) {
    char taken[SB_PATH_BYTES];
    snprintf (taken, sizeof taken, "%s.taken", getenv ("SB_HOLD"));
    while (access (taken, F_OK) == 0)
      usleep (10000);
  }
  return SB_REAL (fsync) (fd);
}
