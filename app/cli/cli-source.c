/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The recording of a project: looked for by its content where the window looks
 * for it, never guessed by its name. */
#include "cli.h"
#include "document/sb-relink.h"

#include <stdio.h>
#include <string.h>

static void
refuse_missing (const SbProject *project, const char *shown, GError **error)
{
  g_autofree char *named = g_filename_display_name (project->source_path);
  if (!*project->source_path)
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT,
                 "“%s” is damaged and does not say which recording it belongs to; name it with export --source.",
                 shown);
  else
    g_set_error (error, SB_ERROR, SB_ERROR_OPEN,
                 "The recording of “%s” is no longer at “%s”, nor beside the project. If it was moved, put it beside "
                 "the project or name it with export --source.",
                 shown, named);
}

static void
refuse_other (const char *path, const char *shown, GError **error)
{
  g_autofree char *shown_source = g_filename_display_name (path);
  g_set_error (error, SB_ERROR, SB_ERROR_FORMAT,
               "“%s” is not the recording that “%s” was made with, or it has changed since. Bring the old one back, or "
               "give export --changed-source to apply the edits all the same.",
               shown_source, shown);
}

void
cli_leave_out_outside (SbProject *project, SbSource *source)
{
  const guint n = project->ops->len;
  for (guint i = n; i > 0; i--)
    if (!sb_mask_accepts (&project->grid, sb_source_rate (source), sb_source_n_frames (source),
                          sb_source_channels (source), g_ptr_array_index (project->ops, i - 1), NULL))
      g_ptr_array_remove_index (project->ops, i - 1);
  if (project->ops->len < n)
    printf ("%u of %u edits lie outside this recording and are left out\n", n - project->ops->len, n);
}

char *
cli_found_source (const SbProject *project, const char *project_path)
{
  char *found = sb_relink_find (project, project_path, NULL);
  if (found && strcmp (found, project->source_path) == 0)
    g_clear_pointer (&found, g_free);
  return found;
}

char *
cli_project_source (const CliArgs *args, const SbProject *project, const char *said, GError **error)
{
  g_autofree char *shown = g_filename_display_name (args->operand);
  g_autofree char *found = said ? NULL : sb_relink_find (project, args->operand, NULL);
  if (found)
    return g_steal_pointer (&found);
  const char *path = said ? said : project->source_path;
  if (!said && (!*path || !g_file_test (path, G_FILE_TEST_EXISTS))) {
    refuse_missing (project, shown, error);
    return NULL;
  }
  g_autoptr (GError) why = NULL;
  const bool known = project->source_fingerprint && *project->source_fingerprint;
  const bool same = !known || sb_project_is_source_at (project, path, args->progress, &why);
  if (why) {
    g_propagate_error (error, g_steal_pointer (&why));
    return NULL;
  }
  if (!same && !cli_flag (args, "changed-source")) {
    refuse_other (path, shown, error);
    return NULL;
  }
  return g_strdup (path);
}

void
cli_tell_found (const SbProject *project, const char *path)
{
  if (strcmp (path, project->source_path) == 0)
    return;
  g_autofree char *shown = g_filename_display_name (path);
  printf ("recording found at %s\n", shown);
}
