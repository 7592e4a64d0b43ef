/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For what stands before the C library's calls on files: a test that has its
 * own pwrite(), or a library that is preloaded.  Included before all others.
 * Thread: any. */
#pragma once
#undef _FILE_OFFSET_BITS /* pwrite and pwrite64 are two names here */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* The call that was there before. */
#define SB_REAL(name) ((__typeof__ (&name))dlsym (RTLD_NEXT, #name))

#define SB_PATH_BYTES 4096

/* What an open file is called; false: it has no name.  path: char[SB_PATH_BYTES]. */
static inline bool
sb_path_of_fd (int fd, char *path)
{
  char link[64];
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = readlink (link, path, SB_PATH_BYTES - 1);
  path[n > 0 ? n : 0] = 0;
  return n > 0;
}
