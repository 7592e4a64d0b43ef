/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-temp-file.h.  Maker and sweeper may meet between creation and lock:
 *
 *   maker    create ── lock ── still linked? yes: it is mine; no: another name
 *   sweeper      open ── lock ── unlink                      (both hold the lock while they look or unlink) */
#include "base/sb-temp-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX   ".sonobrush-"
#define N_DIGITS 8

/* A file system without locks: nobody can sweep there either. */
static bool
lock (int fd)
{
  int status;
  do
    status = flock (fd, LOCK_EX | LOCK_NB);
  while (status != 0 && errno == EINTR);
  return status == 0 || errno != EWOULDBLOCK;
}

/* ---- what is being written, for the end in a hurry ----
 *
 * A handler may read a slot whose state is USED at any time: a slot is filled before that and never freed.  A name that
 * was removed otherwise is no harm, and its slot is taken again. */

#define N_SLOTS        16
#define MAX_PATH_BYTES 4096

enum { FREE, BEING_FILLED, USED };

static struct {
  atomic_int state;
  char path[MAX_PATH_BYTES];
} slots[N_SLOTS];

static void
note (const char *path)
{
  if (strlen (path) >= MAX_PATH_BYTES)
    return;
  for (int i = 0; i < N_SLOTS; i++) {
    int state = atomic_load (&slots[i].state);
    const bool stale = state == USED && access (slots[i].path, F_OK) != 0;
    if ((state != FREE && !stale) || !atomic_compare_exchange_strong (&slots[i].state, &state, BEING_FILLED))
      continue;
    g_strlcpy (slots[i].path, path, MAX_PATH_BYTES);
    atomic_store (&slots[i].state, USED);
    return;
  }
}

void
sb_temp_file_remove_all (void)
{
  for (int i = 0; i < N_SLOTS; i++)
    if (atomic_load (&slots[i].state) == USED)
      unlink (slots[i].path);
}

int
sb_temp_file_new (const char *folder, char **path)
{
  for (int i = 0; i < 100; i++) {
    struct stat st;
    g_autofree char *name = g_strdup_printf (PREFIX "%08x.tmp", g_random_int ());
    g_autofree char *at = g_build_filename (folder, name, NULL);
    const int fd = open (at, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 && lock (fd) && fstat (fd, &st) == 0 && st.st_nlink > 0) {
      note (at);
      *path = g_steal_pointer (&at);
      return fd;
    }
    if (fd >= 0) {
      close (fd);
      errno = EEXIST;
    }
    if (errno != EEXIST)
      break;
  }
  return -1;
}

bool
sb_temp_file_take_place (int fd, const char *temp, const char *target)
{
  const int held = fcntl (fd, F_DUPFD_CLOEXEC, 0); /* the lock is both's; −1 where there are no more: then without */
  const bool ok = close (fd) == 0 && rename (temp, target) == 0;
  const int code = errno;
  if (held >= 0)
    close (held);
  errno = code;
  return ok;
}

bool
sb_temp_file_confirm_place (const char *target)
{
  g_autofree char *path = g_path_get_dirname (target);
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool closed = fd < 0 && errno == EACCES;
  if (closed)
    fd = open (target, O_RDONLY | O_CLOEXEC);
  const bool ok = closed ? fd < 0 || syncfs (fd) == 0 : fd >= 0 && (fsync (fd) == 0 || errno == EINVAL);
  const int code = errno;
  if (fd >= 0)
    close (fd);
  errno = code;
  return ok;
}

void
sb_temp_file_remove (int fd, const char *temp)
{
  const int code = errno;
  g_autofree char *self = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *name = g_path_get_basename (temp);
  if (unlink (temp) != 0 && errno == ENOENT && fd >= 0) {
    g_autofree char *now = g_file_read_link (self, NULL);
    g_autofree char *now_name = now ? g_path_get_basename (now) : NULL;
    if (now && strcmp (name, now_name) == 0)
      unlink (now);
  }
  errno = code;
}

char *
sb_temp_file_target (const char *path)
{
  g_autofree char *at = g_strdup (path);
  for (int hops = 0; hops < 40; hops++) {
    char *real = realpath (at, NULL);
    if (real) {
      char *copy = g_strdup (real);
      free (real);
      return copy;
    }
    char link[4096];
    const ssize_t n = readlink (at, link, sizeof link - 1);
    if (n < 0) { /* a new name in, as we hope, a folder */
      g_autofree char *folder = g_path_get_dirname (at), *base = g_path_get_basename (at);
      char *real_folder = realpath (folder, NULL);
      char *joined = g_build_filename (real_folder ? real_folder : folder, base, NULL);
      free (real_folder);
      return joined;
    }
    link[n] = 0;
    g_autofree char *folder = g_path_get_dirname (at);
    g_autofree char *next = g_path_is_absolute (link) ? g_strdup (link) : g_build_filename (folder, link, NULL);
    g_free (at);
    at = g_steal_pointer (&next);
  }
  errno = ELOOP;
  return NULL;
}

static bool
is_ours (const char *name)
{
  if (!g_str_has_prefix (name, PREFIX))
    return false;
  const char *rest = name + strlen (PREFIX);
  for (int i = 0; i < N_DIGITS; i++)
    if (!g_ascii_isxdigit (rest[i]))
      return false;
  return strcmp (rest + N_DIGITS, ".tmp") == 0 || strcmp (rest + N_DIGITS, ".tmp-journal") == 0;
}

void
sb_temp_file_sweep (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir && (name = g_dir_read_name (dir))) {
    if (!is_ours (name))
      continue;
    g_autofree char *path = g_build_filename (folder, name, NULL);
    struct stat st;
    const int fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
      continue;
    if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && flock (fd, LOCK_EX | LOCK_NB) == 0)
      unlink (path);
    close (fd);
  }
}
