/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A session as a kill left it, from anybody: a database and its write-ahead log.
 * The input is the database's length (4 bytes, lowest first), the database, the
 * log.  The database's first 100 bytes are made ours, as in fuzz-project.c. */
#include "document/sb-project.h"
#include "fuzz.h"

#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/sonobrush-fuzz-XXXXXX", *base, *log_path;

static void
remove_folder (void)
{
  unlink (base);
  unlink (log_path);
  rmdir (folder);
}

static void
put (const char *path, const uint8_t *bytes, size_t n)
{
  if (!g_file_set_contents_full (path, (const char *)bytes, (gssize)n, G_FILE_SET_CONTENTS_NONE, 0600, NULL))
    g_error ("no room for the input");
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  if (n <= 4)
    return 0;
  if (!base) {
    if (!mkdtemp (folder))
      g_error ("no folder");
    base = g_build_filename (folder, "x.sonobrush", NULL);
    log_path = g_strconcat (base, "-wal", NULL);
    atexit (remove_folder);
  }
  const size_t wanted = bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16, n_base = MIN (wanted, n - 4);
  g_autofree uint8_t *copy = g_memdup2 (bytes + 4, n - 4);
  if (n_base > 100) {
    memcpy (copy, "SQLite format 3", 16);
    memcpy (copy + 18, "\2\2", 2);
    memcpy (copy + 60, "\0\0\0\2", 4);
    memcpy (copy + 68, "SNBR", 4);
  }
  put (base, copy, n_base);
  put (log_path, copy + n_base, n - 4 - n_base);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbProject) project = sb_project_load (base, &error);
  g_assert_true ((project != NULL) != (error != NULL));
  if (project)
    g_assert_true (project->n_done >= 0 && project->n_done <= (int)project->steps->len);
  return 0;
}
