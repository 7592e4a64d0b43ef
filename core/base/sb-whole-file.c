/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sb-whole-file.h"

#include "base/sb-temp-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES (1 << 16)

struct SbWholeFile {
  char *target; /* symbolic links resolved */
  char *shown;  /* the name for messages */
  char *temporary;
  int fd;
  char *buffer;
  size_t n_buffered;
  int first_errno; /* the first failure; later ones are its echoes */
};

static bool
fail (GError **error, const char *shown, int errnum)
{
  const char *advice = errnum == ENOSPC || errnum == EDQUOT ? " Free some space or choose another folder."
                       : errnum == EFBIG                    ? " The file would be larger than is allowed here."
                                                            : "";
  g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "“%s” could not be written: %s.%s", shown, g_strerror (errnum), advice);
  return false;
}

static bool
open_temporary (SbWholeFile *file, mode_t mode, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file->target);
  sb_temp_file_sweep (folder);
  file->fd = sb_temp_file_new (folder, &file->temporary);
  if (file->fd >= 0) {
    if (mode != 0 && fchmod (file->fd, mode) != 0) {
      /* a file system without permissions: nothing to keep */
    }
    return true;
  }
  int errnum = errno;
  g_autofree char *shown_folder = g_filename_display_name (folder);
  if (errnum == ENOENT)
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE,
                 "“%s” could not be written: the folder “%s” does not exist. Make it first or choose another.",
                 file->shown, shown_folder);
  else if (errnum == EACCES || errnum == EROFS || errnum == EPERM)
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE,
                 "“%s” could not be written: the folder “%s” cannot be written to (%s). Choose another.", file->shown,
                 shown_folder, g_strerror (errnum));
  else
    return fail (error, file->shown, errnum);
  return false;
}

SbWholeFile *
sb_whole_file_new (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  if (!*path) {
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "The name of the file to write is empty.");
    return NULL;
  }
  char *target = sb_temp_file_target (path);
  if (!target) {
    fail (error, shown, errno);
    return NULL;
  }
  struct stat st;
  mode_t mode = 0; /* what is usual */
  if (stat (target, &st) == 0) {
    if (!S_ISREG (st.st_mode)) {
      g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "“%s” could not be written: %s. Choose another name.", shown,
                   S_ISDIR (st.st_mode) ? "it is a folder" : "it is not an ordinary file");
      g_free (target);
      return NULL;
    }
    mode = (st.st_mode & 0777) | S_IWUSR;
  }
  SbWholeFile *file = g_new0 (SbWholeFile, 1);
  file->target = target;
  file->shown = g_steal_pointer (&shown);
  file->fd = -1;
  if (!open_temporary (file, mode, error)) {
    sb_whole_file_free (file);
    return NULL;
  }
  file->buffer = g_malloc (BUFFER_BYTES);
  return file;
}

void
sb_whole_file_free (SbWholeFile *file)
{
  if (!file)
    return;
  if (file->temporary)
    sb_temp_file_remove (file->fd, file->temporary);
  if (file->fd >= 0)
    close (file->fd);
  g_free (file->target);
  g_free (file->shown);
  g_free (file->temporary);
  g_free (file->buffer);
  g_free (file);
}

static bool
write_all (SbWholeFile *file, const char *bytes, size_t n_bytes)
{
  while (n_bytes > 0 && !file->first_errno) {
    ssize_t done = write (file->fd, bytes, n_bytes);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0) {
      file->first_errno = done < 0 ? errno : EIO;
      break;
    }
    bytes += done;
    n_bytes -= (size_t)done;
  }
  return !file->first_errno;
}

static bool
flush_buffer (SbWholeFile *file)
{
  size_t n = file->n_buffered;
  file->n_buffered = 0;
  return write_all (file, file->buffer, n);
}

bool
sb_whole_file_write (SbWholeFile *file, const void *bytes, size_t n_bytes, GError **error)
{
  bool ok = !file->first_errno;
  if (ok && file->n_buffered + n_bytes > BUFFER_BYTES)
    ok = flush_buffer (file);
  if (ok && n_bytes >= BUFFER_BYTES)
    ok = write_all (file, bytes, n_bytes);
  else if (ok && n_bytes > 0) {
    memcpy (file->buffer + file->n_buffered, bytes, n_bytes);
    file->n_buffered += n_bytes;
  }
  return ok || fail (error, file->shown, file->first_errno);
}

bool
sb_whole_file_commit (SbWholeFile *file, GError **error)
{
  if (!file->first_errno)
    flush_buffer (file);
  if (!file->first_errno && fsync (file->fd) != 0)
    file->first_errno = errno;
  if (!file->first_errno && !sb_temp_file_take_place (g_steal_fd (&file->fd), file->temporary, file->target))
    file->first_errno = errno;
  if (file->first_errno)
    return fail (error, file->shown, file->first_errno);
  g_clear_pointer (&file->temporary, g_free);
  sb_temp_file_confirm_place (file->target); /* best effort: the rename has happened */
  return true;
}

bool
sb_whole_file_save (const char *path, const void *bytes, size_t n_bytes, GError **error)
{
  g_autoptr (SbWholeFile) file = sb_whole_file_new (path, error);
  return file && sb_whole_file_write (file, bytes, n_bytes, error) && sb_whole_file_commit (file, error);
}
