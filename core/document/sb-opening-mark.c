/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file with the number of openings that began and did not end; locked by
 * whoever is opening. */
#include "document/sb-opening-mark.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct SbOpeningMark {
  char *file;
  int fd, n_before;
};

static void
write_count (int fd, int count)
{
  char text[16];
  const int n = g_snprintf (text, sizeof text, "%d\n", count);
  if (ftruncate (fd, 0) != 0 || pwrite (fd, text, (gsize)n, 0) != n) {
    /* a full disk: nobody will be asked */
  }
}

SbOpeningMark *
sb_opening_mark_new (const char *folder, const char *path, int *n_died)
{
  char text[16] = "";
  char *real = realpath (path, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, real ? real : path, -1);
  g_autofree char *usual = folder ? NULL : g_build_filename (g_get_user_state_dir (), "sonobrush", "opening", NULL);
  g_autofree char *name = g_strndup (hash, 16), *file = g_build_filename (folder ? folder : usual, name, NULL);
  free (real);
  *n_died = 0;
  if (g_mkdir_with_parents (folder ? folder : usual, 0700) != 0)
    return NULL;
  const int fd = open (file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return NULL;
  if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
    close (fd);
    return NULL;
  }
  if (pread (fd, text, sizeof text - 1, 0) > 0)
    *n_died = CLAMP (atoi (text), 0, 1000);
  write_count (fd, *n_died + 1);
  SbOpeningMark *mark = g_new0 (SbOpeningMark, 1);
  *mark = (SbOpeningMark){g_steal_pointer (&file), fd, *n_died};
  return mark;
}

static void
mark_free (SbOpeningMark *mark)
{
  close (mark->fd); /* and with it the lock */
  g_free (mark->file);
  g_free (mark);
}

void
sb_opening_mark_done (SbOpeningMark *mark)
{
  if (!mark)
    return;
  unlink (mark->file);
  mark_free (mark);
}

void
sb_opening_mark_give_up (SbOpeningMark *mark)
{
  if (!mark)
    return;
  write_count (mark->fd, mark->n_before);
  mark_free (mark);
}
