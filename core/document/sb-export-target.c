/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where an export goes: checks that can be made beforehand, a temporary file
 * in the same folder, and the rename at the end.  Until that rename the old
 * target is untouched; after it the new one is whole. */
#include "base/sb-error.h"
#include "base/sb-temp-file.h"
#include "document/sb-export-private.h"
#include "document/sb-replace.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
sb_export_target_fail (const SbExportTarget *target, const char *why, GError **error)
{
  const bool gone = target->temp && access (target->temp, F_OK) != 0 && errno == ENOENT;
  g_autofree char *reason =
      g_strchomp (g_strdup (gone ? "its folder was moved or deleted meanwhile. Choose another" : why));
  const gsize n = strlen (reason);
  const bool full = strcmp (reason, g_strerror (ENOSPC)) == 0 || strcmp (reason, g_strerror (EDQUOT)) == 0;
  g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "“%s” could not be written: %s%s Nothing was replaced.%s",
               target->shown, reason, n && reason[n - 1] == '.' ? "" : ".",
               full ? " Free some space or choose another folder." : "");
  return false;
}

static bool
check_folder (const SbExportTarget *target, GError **error)
{
  struct stat st;
  g_autofree char *shown = g_filename_display_name (target->folder), *why = NULL;
  if (stat (target->folder, &st) != 0)
    why = errno == ENOENT
              ? g_strdup_printf ("the folder “%s” does not exist. Make it or choose another.", shown)
              : g_strdup_printf ("the folder “%s” cannot be reached (%s). Choose another.", shown, g_strerror (errno));
  else if (!S_ISDIR (st.st_mode))
    why = g_strdup_printf ("“%s” is not a folder. Choose another place.", shown);
  else if (access (target->folder, W_OK | X_OK) != 0)
    why = g_strdup_printf ("the folder “%s” cannot be written to (%s). Choose another.", shown, g_strerror (errno));
  return why ? sb_export_target_fail (target, why, error) : true;
}

/* *mode: permissions for the new file, 0 for what is usual. */
static bool
check_old (const SbExportTarget *target, const SbSource *recording, mode_t *mode, GError **error)
{
  struct stat st;
  *mode = 0;
  if (stat (target->real, &st) != 0)
    return errno == ENOENT ? true : sb_export_target_fail (target, g_strerror (errno), error);
  if (S_ISDIR (st.st_mode))
    return sb_export_target_fail (target, "it is a folder. Add a file name.", error);
  if (!S_ISREG (st.st_mode))
    return sb_export_target_fail (target, "it is not an ordinary file. Choose a file name in a folder.", error);
  const char *refusal = sb_replace_refusal (recording, target->real);
  if (refusal)
    return sb_export_target_fail (target, refusal, error);
  if (access (target->real, W_OK) != 0)
    return sb_export_target_fail (target, "a file of that name is there and write-protected. Choose another name.",
                                  error);
  *mode = st.st_mode & 0777;
  return true;
}

/* What killed exports left in this folder goes first: it may be what fills the disk. */
static bool
make_temp (SbExportTarget *target, mode_t mode, GError **error)
{
  sb_temp_file_sweep (target->folder);
  target->fd = sb_temp_file_new (target->folder, &target->temp);
  if (target->fd < 0)
    return sb_export_target_fail (target, g_strerror (errno), error);
  if (mode != 0 && fchmod (target->fd, mode) != 0) {
    /* a file system without permissions: nothing to keep */
  }
  return true;
}

static bool
look (SbExportTarget *target, const char *path, const SbSource *recording, mode_t *mode, GError **error)
{
  *target = (SbExportTarget){.fd = -1, .shown = g_filename_display_name (path), .real = sb_temp_file_target (path)};
  if (!target->real)
    return sb_export_target_fail (target, "it is a link that leads nowhere. Choose another name.", error);
  target->folder = g_path_get_dirname (target->real);
  return check_folder (target, error) && check_old (target, recording, mode, error);
}

bool
sb_export_target_check (const char *path, const SbSource *recording, GError **error)
{
  mode_t mode;
  SbExportTarget target;
  const bool ok = look (&target, path, recording, &mode, error);
  sb_export_target_abort (&target);
  return ok;
}

bool
sb_export_target_open (SbExportTarget *target, const char *path, const SbSource *recording, GError **error)
{
  mode_t mode;
  return look (target, path, recording, &mode, error) && make_temp (target, mode, error);
}

static void
clear (SbExportTarget *target)
{
  if (target->fd >= 0 && target->shown)
    close (target->fd);
  g_free (target->shown);
  g_free (target->real);
  g_free (target->folder);
  g_free (target->temp);
  *target = (SbExportTarget){.fd = -1};
}

bool
sb_export_target_commit (SbExportTarget *target, GError **error)
{
  if (!sb_temp_file_take_place (g_steal_fd (&target->fd), target->temp, target->real))
    return sb_export_target_fail (target, g_strerror (errno), error);
  const bool kept = sb_temp_file_confirm_place (target->real);
  if (!kept)
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE,
                 "“%s” was written whole, but the disk did not confirm its name (%s). Export again to be sure.",
                 target->shown, g_strerror (errno));
  g_clear_pointer (&target->temp, g_free);
  clear (target);
  return kept;
}

void
sb_export_target_abort (SbExportTarget *target)
{
  if (target->temp)
    sb_temp_file_remove (target->fd, target->temp);
  clear (target);
}
