/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A project in memory: steps, markers, view and what tells its recording.
 * Thread: any; sb_project_set_source() worker, blocks: disk. */
#include "document/sb-project-private.h"

#include "audio/sb-file-source.h"
#include "base/sb-error.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static void
free_step (gpointer data)
{
  SbStep *step = data;
  sb_operation_unref (step->op);
  g_free (step);
}

GPtrArray *
sb_project_steps_new (void)
{
  return g_ptr_array_new_with_free_func (free_step);
}

SbProject *
sb_project_new (void)
{
  SbProject *project = g_new0 (SbProject, 1);
  project->ops = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_operation_unref);
  project->steps = sb_project_steps_new ();
  project->view = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  project->markers = sb_marker_array_new ();
  return project;
}

void
sb_project_free (SbProject *project)
{
  if (!project)
    return;
  g_free (project->source_path);
  g_free (project->source_fingerprint);
  g_free (project->source_sha256);
  g_free (project->project_path);
  g_free (project->project_mark);
  g_free (project->salvaged);
  g_ptr_array_unref (project->ops);
  g_ptr_array_unref (project->steps);
  g_hash_table_unref (project->view);
  g_array_unref (project->markers);
  g_free (project);
}

void
sb_project_steps_add (GPtrArray *steps, const SbStep *step)
{
  SbStep *copy = g_memdup2 (step, sizeof *step);
  if (copy->op)
    sb_operation_ref (copy->op);
  g_ptr_array_add (steps, copy);
}

void
sb_project_add_step (SbProject *project, const SbStep *step)
{
  sb_project_steps_add (project->steps, step);
}

static void
set_text (char **to, const char *text)
{
  char *copy = g_strdup (text);
  g_free (*to);
  *to = copy;
}

void
sb_project_take_source (SbProject *project, const SbProject *from)
{
  set_text (&project->source_path, from->source_path);
  set_text (&project->source_fingerprint, from->source_fingerprint);
  set_text (&project->source_sha256, from->source_sha256);
  project->source_mtime_ns = from->source_mtime_ns;
  project->source_size_bytes = from->source_size_bytes;
  project->rate = from->rate;
  project->channels = from->channels;
  project->n_frames = from->n_frames;
}

SbProject *
sb_project_copy (const SbProject *project)
{
  SbProject *copy = sb_project_new ();
  GHashTableIter iter;
  gpointer key, value;
  sb_project_take_source (copy, project);
  copy->project_path = g_strdup (project->project_path);
  copy->project_mark = g_strdup (project->project_mark);
  copy->salvaged = g_strdup (project->salvaged);
  copy->grid = project->grid;
  copy->n_done = project->n_done;
  for (guint i = 0; i < project->ops->len; i++)
    g_ptr_array_add (copy->ops, sb_operation_ref (g_ptr_array_index (project->ops, i)));
  for (guint i = 0; i < project->steps->len; i++)
    sb_project_add_step (copy, g_ptr_array_index (project->steps, i));
  g_hash_table_iter_init (&iter, project->view);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy->view, g_strdup (key), g_strdup (value));
  sb_project_set_markers (copy, (const SbMarker *)project->markers->data, (int)project->markers->len);
  return copy;
}

void
sb_project_take_document (SbProject *project, const SbDocument *document)
{
  int n_ops;
  SbOperation *const *ops = sb_document_ops (document, &n_ops);
  g_ptr_array_set_size (project->ops, 0);
  for (int i = 0; i < n_ops; i++)
    g_ptr_array_add (project->ops, sb_operation_ref (ops[i]));
  g_ptr_array_set_size (project->steps, 0);
  for (int i = 0; i < sb_document_n_steps (document); i++) {
    const SbStep step = sb_document_step (document, i);
    sb_project_add_step (project, &step);
  }
  project->n_done = sb_document_n_done (document);
  project->grid = *sb_document_grid (document);
}

bool
sb_project_restore (const SbProject *project, SbDocument *document, int *n_left_out, GError **error)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (SbStep));
  for (guint i = 0; i < project->steps->len; i++)
    g_array_append_vals (steps, g_ptr_array_index (project->steps, i), 1);
  if (steps->len == 0) /* made by hand */
    for (guint i = 0; i < project->ops->len; i++) {
      const SbStep step = {SB_STEP_ADD, (int)i, g_ptr_array_index (project->ops, i), 0};
      g_array_append_val (steps, step);
    }
  const int n_done = project->steps->len ? project->n_done : (int)steps->len;
  return sb_document_restore (document, (const SbStep *)steps->data, (int)steps->len, n_done, n_left_out, error);
}

void
sb_project_set_markers (SbProject *project, const SbMarker *markers, int n_markers)
{
  g_array_set_size (project->markers, 0);
  for (int i = 0; i < n_markers; i++) {
    SbMarker copy = markers[i];
    copy.title = sb_marker_clean_title (copy.title ? copy.title : "");
    g_array_append_val (project->markers, copy);
  }
}

bool
sb_project_set_source (SbProject *project, SbSource *source, GError **error)
{
  struct stat st;
  const char *path = sb_file_source_path (source);
  g_autofree char *own = sb_file_source_own_path (source); /* whatever lies at the path by now */
  if (stat (own, &st) != 0) {
    g_autofree char *shown = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_READ, "“%s” could not be read: %s.", shown, g_strerror (errno));
    return false;
  }
  char *real = realpath (path, NULL); /* one recording under two names is one */
  set_text (&project->source_path, real ? real : path);
  free (real);
  project->source_size_bytes = st.st_size;
  project->source_mtime_ns = sb_file_source_mtime_ns (source);
  project->rate = sb_source_rate (source);
  project->channels = sb_source_channels (source);
  project->n_frames = sb_source_n_frames (source);
  g_clear_pointer (&project->source_sha256, g_free);
  g_free (project->source_fingerprint);
  project->source_fingerprint = sb_fingerprint_file (own, error);
  return project->source_fingerprint != NULL;
}
