/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the fuzz targets share: the input as a file, since everything we read is one. */
#pragma once
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

/* g_error() ends in a breakpoint, which libFuzzer takes for no finding. */
static inline void
fuzz_abort (int number)
{
  abort ();
}

__attribute__ ((constructor)) static void
fuzz_begin (void)
{
  signal (SIGTRAP, fuzz_abort);
}

/* Path of a file in memory that holds the bytes; *fd is to be closed. */
static inline char *
fuzz_file (const uint8_t *bytes, size_t n, int *fd)
{
  *fd = memfd_create ("fuzz", 0);
  if (*fd < 0 || write (*fd, bytes, n) != (ssize_t)n)
    g_error ("no memory file");
  return g_strdup_printf ("/proc/self/fd/%d", *fd);
}
