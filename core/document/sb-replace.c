/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/sb-replace.h"
#include "audio/sb-file-source.h"
#include "base/sb-error.h"
#include "document/sb-project.h"

const char *
sb_replace_refusal (const SbSource *recording, const char *path)
{
  if (recording && sb_is_file_source (recording) && sb_file_source_is_at (recording, path))
    return "it is the recording itself, which is never overwritten. Choose another name.";
  if (sb_is_project_file (path))
    return "it is a Sonobrush project, which holds edits and is only replaced by a project. Choose another name.";
  return NULL;
}

bool
sb_check_replace (const SbSource *recording, const char *path, GError **error)
{
  const char *refusal = sb_replace_refusal (recording, path);
  g_autofree char *shown = refusal ? g_filename_display_name (path) : NULL;
  if (refusal)
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "“%s” could not be written: %s", shown, refusal);
  return refusal == NULL;
}
