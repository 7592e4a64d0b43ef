/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Preloaded into a program under test: the n-th of the chosen calls on a file
 * whose name contains a word does not do what it was asked to.
 *
 *   SB_FAULT_CALL   write | fsync | rename | unlink | read | truncate | any
 *   SB_FAULT_AT     n, counted from 1; 0: none, only count
 *   SB_FAULT_DO     kill (half a write is done first) | ENOSPC | EIO | EINTR | short
 *                   | cut (power cut: the ext4 of SB_FAULT_MOUNT is shut down without its journal, then kill)
 *   SB_FAULT_STICKY 1: every call from the n-th on
 *   SB_FAULT_PATH   the word
 *   SB_FAULT_COUNT  a file that gets one letter for each call that was counted: the call's first one, in
 *                   capitals where the file is not a database's log
 *
 * Thread: any. */
#include "sb-before-libc.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>

static atomic_long n_calls;
static int count_fd = -1;
static _Thread_local bool is_log; /* what the last call that matched was about */

__attribute__ ((constructor)) static void
begin (void)
{
  const char *path = getenv ("SB_FAULT_COUNT");
  if (path)
    count_fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static bool
path_matches (const char *path)
{
  const char *word = getenv ("SB_FAULT_PATH");
  const size_t n = path ? strlen (path) : 0;
  is_log = n > 4 && strcmp (path + n - 4, "-wal") == 0;
  return !word || (path && strstr (path, word));
}

static bool
fd_matches (int fd)
{
  char path[SB_PATH_BYTES];
  if (fd == count_fd || fd <= 2 || !sb_path_of_fd (fd, path))
    return false;
  return path[0] == '/' && path_matches (path);
}

/* Whether this call fails. */
static bool
is_hit (const char *call)
{
  const char *wanted = getenv ("SB_FAULT_CALL"), *at = getenv ("SB_FAULT_AT"), *sticky = getenv ("SB_FAULT_STICKY");
  if (!wanted || (strcmp (wanted, call) != 0 && (strcmp (wanted, "any") != 0 || strcmp (call, "read") == 0)))
    return false;
  const long n = atomic_fetch_add (&n_calls, 1) + 1, hit = at ? atol (at) : 0;
  const char letter = (char)(is_log ? call[0] : toupper (call[0]));
  if (count_fd >= 0 && SB_REAL (write) (count_fd, &letter, 1) < 0)
    return false;
  return hit > 0 && (n == hit || (sticky && n > hit));
}

#define SHUT_DOWN_EXT4     _IOR ('X', 125, unsigned)
#define WITHOUT_ITS_JOURNAL 2

static bool
does (const char *what)
{
  const char *wanted = getenv ("SB_FAULT_DO");
  return strcmp (wanted ? wanted : "kill", what) == 0;
}

static void
die (void)
{
  if (does ("cut")) {
    const unsigned how = WITHOUT_ITS_JOURNAL;
    const char *mount = getenv ("SB_FAULT_MOUNT");
    const int fd = mount ? open (mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0 || ioctl (fd, SHUT_DOWN_EXT4, &how) != 0) {
      perror ("the shutdown ioctl");
      _exit (3);
    }
  }
  kill (getpid (), SIGKILL);
  for (;;)
    pause ();
}

/* 0: short; else errno is set */
static int
fault (void)
{
  if (does ("kill") || does ("cut"))
    die ();
  if (does ("short"))
    return 0;
  errno = does ("ENOSPC") ? ENOSPC : does ("EINTR") ? EINTR : EIO;
  return -1;
}

static bool
kills (void)
{
  return does ("kill") || does ("cut");
}

ssize_t
write (int fd, const void *bytes, size_t n)
{
  if (fd_matches (fd) && is_hit ("write")) {
    if (kills () && SB_REAL (write) (fd, bytes, n / 2) >= 0)
      die ();
    if (fault () < 0)
      return -1;
    n = n / 2 + 1;
  }
  return SB_REAL (write) (fd, bytes, n);
}

ssize_t
pwrite64 (int fd, const void *bytes, size_t n, off64_t pos)
{
  if (fd_matches (fd) && is_hit ("write")) {
    if (kills () && SB_REAL (pwrite64) (fd, bytes, n / 2, pos) >= 0)
      die ();
    if (fault () < 0)
      return -1;
    n = n / 2 + 1;
  }
  return SB_REAL (pwrite64) (fd, bytes, n, pos);
}

ssize_t
pwrite (int fd, const void *bytes, size_t n, off_t pos)
{
  return pwrite64 (fd, bytes, n, pos);
}

ssize_t
copy_file_range (int from, off64_t *from_pos, int to, off64_t *to_pos, size_t n, unsigned flags)
{
  if (fd_matches (to) && is_hit ("write")) {
    if (kills ()) {
      SB_REAL (copy_file_range) (from, from_pos, to, to_pos, n / 2, flags);
      die ();
    }
    if (fault () < 0)
      return -1;
    n = n / 2 + 1;
  }
  return SB_REAL (copy_file_range) (from, from_pos, to, to_pos, n, flags);
}

ssize_t
read (int fd, void *bytes, size_t n)
{
  if (fd_matches (fd) && is_hit ("read")) {
    if (fault () < 0)
      return -1;
    n = n / 2 + 1;
  }
  return SB_REAL (read) (fd, bytes, n);
}

ssize_t
pread64 (int fd, void *bytes, size_t n, off64_t pos)
{
  if (fd_matches (fd) && is_hit ("read")) {
    if (fault () < 0)
      return -1;
    n = n / 2 + 1;
  }
  return SB_REAL (pread64) (fd, bytes, n, pos);
}

ssize_t
pread (int fd, void *bytes, size_t n, off_t pos)
{
  return pread64 (fd, bytes, n, pos);
}

int
fsync (int fd)
{
  return fd_matches (fd) && is_hit ("fsync") && fault () < 0 ? -1 : SB_REAL (fsync) (fd);
}

int
fdatasync (int fd)
{
  return fd_matches (fd) && is_hit ("fsync") && fault () < 0 ? -1 : SB_REAL (fdatasync) (fd);
}

int
ftruncate64 (int fd, off64_t n)
{
  return fd_matches (fd) && is_hit ("truncate") && fault () < 0 ? -1 : SB_REAL (ftruncate64) (fd, n);
}

int
ftruncate (int fd, off_t n)
{
  return ftruncate64 (fd, n);
}

int
rename (const char *from, const char *to)
{
  return path_matches (to) && is_hit ("rename") && fault () < 0 ? -1 : SB_REAL (rename) (from, to);
}

int
unlink (const char *path)
{
  return path_matches (path) && is_hit ("unlink") && fault () < 0 ? -1 : SB_REAL (unlink) (path);
}
