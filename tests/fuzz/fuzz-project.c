/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A project file from anybody.  The first 100 bytes are made ours, or the
 * fuzzer would learn only that foreign databases are refused. */
#include "document/sb-project.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  int fd;
  g_autofree uint8_t *copy = g_memdup2 (bytes, n);
  if (n > 100) {
    memcpy (copy, "SQLite format 3", 16);
    memcpy (copy + 60, "\0\0\0\2", 4);
    memcpy (copy + 68, "SNBR", 4);
  }
  g_autofree char *path = fuzz_file (copy, n, &fd);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbProject) project = sb_project_load (path, &error);
  g_assert_true ((project != NULL) != (error != NULL));
  if (project)
    g_assert_true (project->n_done >= 0 && project->n_done <= (int)project->steps->len);
  close (fd);
  return 0;
}
