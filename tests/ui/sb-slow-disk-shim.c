/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Preloaded into the program: reading a recording takes as long as a test
 * wants, and the machine has two processors.  read() of the file SB_SLOW_FILE
 * waits as long as there is a file SB_SLOW_HOLD.  Thread: any. */
#include "sb-before-libc.h"

#include <stdlib.h>
#include <string.h>

ssize_t
read (int fd, void *to, size_t n)
{
  char path[SB_PATH_BYTES];
  const char *slow = getenv ("SB_SLOW_FILE"), *hold = getenv ("SB_SLOW_HOLD");
  if (slow && hold && access (hold, F_OK) == 0 && sb_path_of_fd (fd, path) && !strcmp (path, slow))
    while (access (hold, F_OK) == 0)
      usleep (10000);
  return SB_REAL (read) (fd, to, n);
}

long
sysconf (int name)
{
  return name == _SC_NPROCESSORS_ONLN ? 2 : SB_REAL (sysconf) (name);
}
