/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One change of a session: made by the document's thread, then done twice by
 * the writer's: to the session in memory and, in one transaction, to the file. */
#include "document/sb-store-private.h"

struct SbJob {
  SbJobKind kind;
  int first, n_done;
  GPtrArray *steps;  /* of SbStep* */
  GHashTable *view;  /* char* → char*: all in one transaction */
  char *key, *value; /* project path and mark; hash of the content */
  int64_t mtime_ns;
  GArray *markers;
};

static SbJob *
job_new (SbJobKind kind)
{
  SbJob *job = g_new0 (SbJob, 1);
  job->kind = kind;
  return job;
}

SbJob *
sb_job_steps (int first, SbStep *const *steps, int n_steps, int n_done)
{
  SbJob *job = job_new (SB_JOB_STEPS);
  job->first = first;
  job->n_done = n_done;
  job->steps = sb_project_steps_new ();
  for (int i = 0; i < n_steps; i++)
    sb_project_steps_add (job->steps, steps[i]);
  return job;
}

SbJob *
sb_job_view (GHashTable *changes)
{
  SbJob *job = job_new (g_hash_table_contains (changes, SB_STORE_ANSWERED) ? SB_JOB_ANSWER : SB_JOB_VIEW);
  job->view = g_hash_table_ref (changes);
  return job;
}

SbJob *
sb_job_markers (const SbMarker *markers, int n_markers)
{
  SbJob *job = job_new (SB_JOB_MARKERS);
  job->markers = sb_marker_array_new ();
  for (int i = 0; i < n_markers; i++) {
    SbMarker copy = markers[i];
    copy.title = g_strdup (copy.title ? copy.title : "");
    g_array_append_val (job->markers, copy);
  }
  return job;
}

SbJob *
sb_job_project_path (const char *path, const char *mark)
{
  SbJob *job = job_new (SB_JOB_PROJECT);
  job->key = g_strdup (path ? path : "");
  job->value = g_strdup (mark ? mark : "");
  return job;
}

SbJob *
sb_job_content (const char *sha256, int64_t mtime_ns)
{
  SbJob *job = job_new (SB_JOB_CONTENT);
  job->key = g_strdup (sha256);
  job->mtime_ns = mtime_ns;
  return job;
}

void
sb_job_free (SbJob *job)
{
  if (job->steps)
    g_ptr_array_unref (job->steps);
  if (job->markers)
    g_array_unref (job->markers);
  if (job->view)
    g_hash_table_unref (job->view);
  g_free (job->key);
  g_free (job->value);
  g_free (job);
}

SbJobKind
sb_job_kind (const SbJob *job)
{
  return job->kind;
}

int
sb_job_is_counted (const SbJob *job)
{
  return job->kind != SB_JOB_CONTENT;
}

void
sb_job_apply (const SbJob *job, SbProject *project)
{
  GHashTableIter iter;
  gpointer key, value;
  switch (job->kind) {
  case SB_JOB_STEPS:
    g_ptr_array_set_size (project->steps, MIN (job->first, (int)project->steps->len));
    for (guint i = 0; i < job->steps->len; i++)
      sb_project_add_step (project, g_ptr_array_index (job->steps, i));
    project->n_done = job->n_done;
    break;
  case SB_JOB_VIEW:
  case SB_JOB_ANSWER:
    g_hash_table_iter_init (&iter, job->view);
    while (g_hash_table_iter_next (&iter, &key, &value))
      g_hash_table_replace (project->view, g_strdup (key), g_strdup (value));
    break;
  case SB_JOB_MARKERS:
    sb_project_set_markers (project, (const SbMarker *)job->markers->data, (int)job->markers->len);
    break;
  case SB_JOB_PROJECT:
    g_free (project->project_path);
    g_free (project->project_mark);
    project->project_path = g_strdup (job->key);
    project->project_mark = g_strdup (job->value);
    break;
  case SB_JOB_CONTENT:
    g_free (project->source_sha256);
    project->source_sha256 = g_strdup (job->key);
    project->source_mtime_ns = job->mtime_ns;
    break;
  }
}

static bool
delete_from (sqlite3 *db, const char *sql, int first)
{
  sqlite3_stmt *row = NULL;
  bool ok = sqlite3_prepare_v2 (db, sql, -1, &row, NULL) == SQLITE_OK;
  if (ok) {
    sqlite3_bind_int64 (row, 1, first);
    ok = sqlite3_step (row) == SQLITE_DONE;
  }
  sqlite3_finalize (row);
  return ok;
}

bool
sb_job_write (const SbJob *job, sqlite3 *db)
{
  GHashTableIter iter;
  gpointer key, value;
  bool ok = true;
  switch (job->kind) {
  case SB_JOB_STEPS:
    return delete_from (db, "DELETE FROM step WHERE position > ?", job->first) &&
           delete_from (db, "DELETE FROM operation WHERE position > ?", job->first) &&
           sb_project_write_steps (db, (SbStep *const *)job->steps->pdata, (int)job->steps->len, job->first) &&
           sb_project_write_number (db, "n_done", job->n_done);
  case SB_JOB_VIEW:
  case SB_JOB_ANSWER:
    g_hash_table_iter_init (&iter, job->view);
    while (ok && g_hash_table_iter_next (&iter, &key, &value))
      ok = sb_project_write_view (db, key, value);
    return ok;
  case SB_JOB_MARKERS:
    return sb_project_write_markers (db, job->markers);
  case SB_JOB_PROJECT:
    return sb_project_write_text (db, "project_path", job->key) &&
           sb_project_write_text (db, "project_mark", job->value);
  case SB_JOB_CONTENT:
    return sb_project_write_content (db, job->key, job->mtime_ns);
  }
  return false;
}
