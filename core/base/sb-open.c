/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-open.h. */
#include "base/sb-open.h"

#include "base/sb-error.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define CHUNK_BYTES (64 << 10)

void
sb_set_open_error (GError **error, const char *shown, int code)
{
  if (code == EMFILE || code == ENFILE)
    g_set_error (error, SB_ERROR, SB_ERROR_OPEN, "“%s” cannot be opened (%s). Close some files or windows.", shown,
                 g_strerror (code));
  else if (code == ENOENT || code == EACCES || code == ELOOP)
    g_set_error (error, SB_ERROR, SB_ERROR_OPEN, "“%s” cannot be opened. %s", shown,
                 code == ENOENT   ? "There is no such file; check the name."
                 : code == EACCES ? "You have no permission to read it; change its permissions or ask its owner."
                                  : "It is a link that leads back to itself; choose the file itself.");
  else
    g_set_error (error, SB_ERROR, SB_ERROR_OPEN, "“%s” cannot be opened (%s). Check the disk and the name.", shown,
                 g_strerror (code));
}

static int
open_checked (const char *path, const char *shown, int flags, struct stat *st, GError **error)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC | flags);
  if (fd < 0 || fstat (fd, st) != 0) {
    sb_set_open_error (error, shown, errno);
    if (fd >= 0)
      close (fd);
    return -1;
  }
  const bool pipes = !(flags & O_NONBLOCK);
  if (S_ISREG (st->st_mode) || (pipes && !S_ISDIR (st->st_mode)))
    return fd;
  g_set_error (error, SB_ERROR, SB_ERROR_OPEN, "“%s” cannot be opened. %s", shown,
               S_ISDIR (st->st_mode) ? "It is a folder; choose a file inside it."
                                     : "It is not a regular file; choose a file on a disk.");
  close (fd);
  return -1;
}

int
sb_open_regular (const char *path, const char *shown, struct stat *st, GError **error)
{
  return open_checked (path, shown, O_NONBLOCK, st, error);
}

int
sb_open_stream (const char *path, const char *shown, GError **error)
{
  struct stat st;
  return open_checked (path, shown, 0, &st, error);
}

char *
sb_read_rest (int fd, const char *shown, const char *kind, gsize most, gsize *n, GError **error)
{
  if (fd < 0)
    return NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  ssize_t got = 1;
  while (got != 0 && bytes->len <= most) {
    const guint before = bytes->len;
    g_byte_array_set_size (bytes, before + CHUNK_BYTES);
    got = read (fd, bytes->data + before, CHUNK_BYTES);
    g_byte_array_set_size (bytes, before + (got > 0 ? (guint)got : 0));
    if (got < 0 && errno != EINTR)
      break;
  }
  const int code = errno;
  close (fd);
  if (got < 0 && code != EINTR) {
    g_set_error (error, SB_ERROR, SB_ERROR_READ, "“%s” cannot be read (%s). Check the disk and open it again.", shown,
                 g_strerror (code));
    return NULL;
  }
  if (bytes->len > most) {
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” is larger than %d MB, which no %s is. Choose another file.",
                 shown, (int)(most >> 20), kind);
    return NULL;
  }
  *n = bytes->len;
  g_byte_array_append (bytes, (const guint8 *)"", 1);
  return (char *)g_byte_array_free (g_steal_pointer (&bytes), FALSE);
}
