/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-relink.h. */
#include "document/sb-relink.h"

#include "audio/sb-file-source.h"
#include "base/sb-units.h"
#include "document/sb-store-private.h"

#include <string.h>
#include <sys/stat.h>

/* The size is asked first: it costs nothing and tells most apart. */
static bool
is_it (const SbProject *project, const char *path)
{
  struct stat st;
  if (!path || !*path || stat (path, &st) != 0 || !S_ISREG (st.st_mode) || st.st_size != project->source_size_bytes)
    return false;
  return sb_project_is_source_at (project, path, NULL, NULL);
}

static char *
look_in_sessions (const SbProject *project, const char *folder)
{
  g_autofree char *suffix = g_strndup (project->source_fingerprint, 16);
  g_autoptr (GPtrArray) bases = sb_place_find (folder, NULL, suffix);
  for (guint i = 0; i < bases->len; i++) {
    const char *base = g_ptr_array_index (bases, i);
    SbPlace place = {.folder = (char *)folder, .base = (char *)base, .lock_fd = -1};
    g_autofree char *file = sb_place_file (&place, sb_place_newest (folder, base));
    g_autoptr (SbProject) session = sb_project_load_live (file, NULL);
    if (session && is_it (project, session->source_path))
      return g_strdup (session->source_path);
  }
  return NULL;
}

char *
sb_relink_find (const SbProject *project, const char *project_path, const char *folder)
{
  g_autofree char *usual = folder ? NULL : sb_store_default_folder ();
  if (!project->source_fingerprint || strlen (project->source_fingerprint) < 16)
    return NULL;
  if (is_it (project, project->source_path))
    return g_strdup (project->source_path);
  if (project_path && project->source_path && *project->source_path) {
    g_autofree char *beside = g_path_get_dirname (project_path), *name = g_path_get_basename (project->source_path);
    g_autofree char *path = g_build_filename (beside, name, NULL);
    if (is_it (project, path))
      return g_canonicalize_filename (path, NULL);
  }
  return look_in_sessions (project, folder ? folder : usual);
}

static char *
channels_text (int channels)
{
  return channels == 1   ? g_strdup ("mono")
         : channels == 2 ? g_strdup ("stereo")
                         : g_strdup_printf ("%d channels", channels);
}

char *
sb_relink_difference (const SbProject *then, const SbProject *now)
{
  GString *text = g_string_new (NULL);
  const double then_s = then->rate > 0 ? (double)then->n_frames / then->rate : 0;
  const double now_s = now->rate > 0 ? (double)now->n_frames / now->rate : 0;
  if (then->rate <= 0) { /* a salvaged project may not know */
    g_string_append (text, "How the recording was that the edits were made in is not known.");
    return g_string_free (text, FALSE);
  }
  if (then->n_frames * now->rate != now->n_frames * then->rate) {
    g_autofree char *a = sb_format_time (now_s, 3), *b = sb_format_time (then_s, 3);
    g_string_append_printf (text, "It is %s long instead of %s. ", a, b);
  }
  if (then->rate != now->rate)
    g_string_append_printf (text, "It has %d samples a second instead of %d. ", now->rate, then->rate);
  if (then->channels != now->channels) {
    g_autofree char *a = channels_text (now->channels), *b = channels_text (then->channels);
    g_string_append_printf (text, "It is %s instead of %s. ", a, b);
  }
  if (text->len == 0)
    g_string_append (text, "Length, rate and channels are as they were, but the content of the file is not. ");
  g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

char *
sb_relink_compare (const SbProject *project, const char *path, SbProgress *progress, bool *same, GError **error)
{
  g_autoptr (SbSource) source = sb_file_source_new (path, progress, error);
  g_autoptr (SbProject) now = sb_project_new ();
  *same = false;
  if (!source || !sb_project_set_source (now, source, error))
    return NULL;
  *same = sb_project_is_same_source (project, now, progress);
  if (*same)
    return g_strdup ("It is the same recording.");
  return sb_relink_difference (project, now);
}
