/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where sessions lie and whose they are.  The names are found by listing the
 * folder; what is inside a file has the last word.  A lock belongs to an open
 * file description, so it ends with its process, however that ends.
 * Thread: worker.  Blocks: disk. */
#include "document/sb-project-read-private.h"
#include "document/sb-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENDING   ".sonobrush"
#define N_DIGITS 16

char *
sb_place_resolve (const char *path)
{
  char *real = realpath (path, NULL);
  char *copy = real ? g_strdup (real) : g_canonicalize_filename (path, NULL);
  free (real);
  return copy;
}

char *
sb_place_base (const char *path, const char *fingerprint)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, path, -1);
  return g_strdup_printf ("%.*s-%.*s", N_DIGITS, hash, N_DIGITS, fingerprint);
}

bool
sb_place_prepare (const char *folder)
{
  return g_mkdir_with_parents (folder, 0700) == 0 && access (folder, W_OK | X_OK) == 0;
}

char *
sb_place_file (const SbPlace *place, int generation)
{
  return g_strdup_printf ("%s/%s.%d" ENDING, place->folder, place->base, generation);
}

SbFileId
sb_place_identify (const char *path)
{
  struct stat st;
  return stat (path, &st) == 0 ? (SbFileId){st.st_dev, st.st_ino} : (SbFileId){0};
}

bool
sb_place_is (const char *path, SbFileId id)
{
  struct stat st;
  return id.inode != 0 && stat (path, &st) == 0 && st.st_ino == id.inode && st.st_dev == id.device;
}

/* The n of "<base>.<n>.sonobrush", 0: another name. */
static int
generation_of (const char *name, const char *base)
{
  char *end;
  if (!g_str_has_prefix (name, base) || name[strlen (base)] != '.')
    return 0;
  const long n = strtol (name + strlen (base) + 1, &end, 10);
  return strcmp (end, ENDING) == 0 && n > 0 && n < G_MAXINT ? (int)n : 0;
}

bool
sb_place_has_stray_log (const SbPlace *place, int generation)
{
  g_autofree char *file = sb_place_file (place, generation), *log = g_strconcat (file, "-wal", NULL);
  return g_file_test (log, G_FILE_TEST_EXISTS) && !g_file_test (file, G_FILE_TEST_EXISTS);
}

int
sb_place_newest (const char *folder, const char *base)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  int newest = 0;
  while (dir && (name = g_dir_read_name (dir)))
    newest = MAX (newest, generation_of (name, base));
  return newest;
}

static void
remove_database (const SbPlace *place, int generation)
{
  static const char *const endings[] = {"", "-wal", "-shm"}; /* the database first: without it the others are nothing */
  g_autofree char *file = sb_place_file (place, generation);
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++) {
    g_autofree char *path = g_strconcat (file, endings[i], NULL);
    unlink (path);
  }
}

/* Nobody here knows what it holds. */
static bool
needs_newer (const SbPlace *place, int generation)
{
  uint32_t id, version;
  g_autofree char *file = sb_place_file (place, generation);
  return sb_project_read_header (file, &id, &version) && id == SB_PROJECT_APPLICATION_ID &&
         version > SB_PROJECT_USER_VERSION;
}

void
sb_place_remove_older (const SbPlace *place)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  const char *name;
  while (dir && (name = g_dir_read_name (dir))) {
    const int n = generation_of (name, place->base);
    if (n > place->untouched && n < place->generation && !needs_newer (place, n))
      remove_database (place, n);
  }
}

static void
sync_folder (const char *folder)
{
  const int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    fsync (fd);
    close (fd);
  }
}

static char *
second_name (SbPlace *place, const char *why)
{
  g_autofree char *file = sb_place_file (place, place->generation), *log = g_strconcat (file, "-wal", NULL);
  for (int i = 1; i < 1000; i++) {
    g_autofree char *aside = g_strdup_printf ("%s/%s.%s-%d", place->folder, place->base, why, i);
    g_autofree char *aside_log = g_strconcat (aside, "-wal", NULL);
    const bool has_it = sb_place_is (aside, sb_place_identify (file)); /* from an opening that did not come to an end */
    if (!has_it && g_file_test (aside, G_FILE_TEST_EXISTS))
      continue;
    unlink (aside_log);
    if ((link (log, aside_log) != 0 && errno != ENOENT) || (!has_it && link (file, aside) != 0))
      break;
    sync_folder (place->folder);
    return g_steal_pointer (&aside);
  }
  place->untouched = place->generation;
  return NULL;
}

char *
sb_place_put_aside (SbPlace *place)
{
  return second_name (place, "damaged");
}

char *
sb_place_set_aside (SbPlace *place)
{
  return second_name (place, "aside");
}

static char *
read_holder (int fd)
{
  char text[64];
  const ssize_t n = pread (fd, text, sizeof text - 1, 0);
  if (n <= 0)
    return NULL;
  text[n] = 0;
  return g_strdup (g_strchomp (text));
}

static char *
lock_path (const SbPlace *place)
{
  return g_strdup_printf ("%s/%s.lock", place->folder, place->base);
}

bool
sb_place_lock (SbPlace *place, bool *locked_by_other)
{
  struct stat st;
  g_autofree char *path = lock_path (place);
  *locked_by_other = false;
  place->lock_fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (place->lock_fd < 0)
    return false;
  if (flock (place->lock_fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    *locked_by_other = true;
    place->holder = read_holder (place->lock_fd);
    close (place->lock_fd);
    place->lock_fd = -1;
  } else { /* whose it is, for people who look */
    g_autofree char *text = g_strdup_printf ("%d\n", (int)getpid ());
    if (ftruncate (place->lock_fd, 0) != 0 || pwrite (place->lock_fd, text, strlen (text), 0) < 0) {
      /* a full disk: the lock holds all the same */
    }
    place->lock = fstat (place->lock_fd, &st) == 0 ? (SbFileId){st.st_dev, st.st_ino} : (SbFileId){0};
  }
  place->generation = sb_place_newest (place->folder, place->base);
  return true;
}

bool
sb_place_has_lock (const SbPlace *place)
{
  g_autofree char *path = lock_path (place);
  return place->lock_fd >= 0 && sb_place_is (path, place->lock);
}

bool
sb_place_renew (SbPlace *place, char **why)
{
  SbPlace next = {
      .folder = g_strdup (place->folder), .base = g_strdup (place->base), .lock_fd = -1, .untouched = place->untouched};
  bool elsewhere = false;
  *why = NULL;
  if (!sb_place_prepare (next.folder) || !sb_place_lock (&next, &elsewhere)) {
    const int code = errno;
    g_autofree char *shown = g_filename_display_name (next.folder);
    if (!g_file_test (next.folder, G_FILE_TEST_IS_DIR))
      *why = g_strdup_printf ("The folder “%s”, where edits are kept, was moved or removed and cannot be made again "
                              "(%s). Save the project yourself, or bring the folder back.",
                              shown, g_strerror (code));
    sb_place_clear (&next);
    errno = code;
    return false;
  }
  if (elsewhere) {
    *why =
        g_strdup_printf ("What is kept of this recording was moved or removed, and another window%s%s%s keeps it now. "
                         "Close that one, or save the project yourself.",
                         next.holder ? " (process " : "", next.holder ? next.holder : "", next.holder ? ")" : "");
    sb_place_clear (&next);
    return false;
  }
  sb_place_clear (place);
  *place = next;
  return true;
}

void
sb_place_clear (SbPlace *place)
{
  g_free (place->folder);
  g_free (place->base);
  g_free (place->holder);
  if (place->lock_fd >= 0) { /* a process that is just being started has it, too, until it is another program */
    flock (place->lock_fd, LOCK_UN);
    close (place->lock_fd);
  }
  *place = (SbPlace){.lock_fd = -1};
}

typedef struct {
  char *base;
  int64_t changed;
} Candidate;

static int
by_age (gconstpointer a, gconstpointer b)
{
  const Candidate *x = a, *y = b;
  return (x->changed < y->changed) - (x->changed > y->changed);
}

GPtrArray *
sb_place_find (const char *folder, const char *prefix, const char *suffix)
{
  GPtrArray *bases = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Candidate));
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir && (name = g_dir_read_name (dir))) {
    const char *dot = strchr (name, '.');
    struct stat st;
    if (!dot || dot - name != 2 * N_DIGITS + 1 || !g_str_has_suffix (name, ENDING))
      continue;
    g_autofree char *base = g_strndup (name, (gsize)(dot - name)), *path = g_build_filename (folder, name, NULL);
    if (generation_of (name, base) == 0 || (prefix && !g_str_has_prefix (base, prefix)) ||
        (suffix && !g_str_has_suffix (base, suffix)) || stat (path, &st) != 0)
      continue;
    Candidate one = {g_steal_pointer (&base), st.st_mtime};
    g_array_append_val (found, one);
  }
  g_array_sort (found, by_age);
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (bases, g_array_index (found, Candidate, i).base);
  return bases;
}

bool
sb_place_rename (const char *folder, const char *from, const char *to)
{
  const int n = sb_place_newest (folder, from);
  if (n == 0)
    return false;
  g_autofree char *old = g_strdup_printf ("%s/%s.%d" ENDING, folder, from, n);
  g_autofree char *new = g_strdup_printf ("%s/%s.%d" ENDING, folder, to, n);
  g_autofree char *wal = g_strconcat (old, "-wal", NULL), *new_wal = g_strconcat (new, "-wal", NULL);
  /* its last holder was killed: with it, before the database has its new name and after */
  unlink (new_wal);
  if ((link (wal, new_wal) != 0 && errno != ENOENT) || rename (old, new) != 0)
    return false;
  unlink (wal);
  sync_folder (folder);
  return true;
}
