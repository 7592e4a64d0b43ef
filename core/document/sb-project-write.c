/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing the project file.  One SQLite database, written whole under another
 * name and renamed, so that the file at `path` is the old one or the new one and
 * never something between.
 * Thread: worker.  Blocks: disk. */
#include "document/sb-project-private.h"

#include "base/sb-temp-file.h"
#include "edit/sb-op-json.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char sb_project_schema[] =
    "CREATE TABLE project (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE operation (position INTEGER PRIMARY KEY, id TEXT NOT NULL, json TEXT NOT NULL);"
    "CREATE TABLE step (position INTEGER PRIMARY KEY, kind TEXT NOT NULL, edit INTEGER NOT NULL);"
    "CREATE TABLE view (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE marker (position INTEGER PRIMARY KEY, from_s REAL NOT NULL, to_s REAL NOT NULL, low_hz REAL, "
    "high_hz REAL, label TEXT NOT NULL);";

static bool
fail (SbWriteFault *fault, int code, const char *reason)
{
  g_free (fault->reason);
  *fault = (SbWriteFault){.code = code, .reason = g_strdup (reason)};
  return false;
}

static bool
fail_with (SbWriteFault *fault, int code)
{
  return fail (fault, code, g_strerror (code));
}

static bool
fail_in_database (SbWriteFault *fault, sqlite3 *db)
{
  if (!db)
    return fail (fault, ENOMEM, "out of memory");
  const int result = sqlite3_errcode (db);
  int code = 0;
  sqlite3_file_control (db, "main", SQLITE_FCNTL_LAST_ERRNO, &code);
  if (result == SQLITE_FULL)
    code = ENOSPC;
  return fail (fault, code, code != 0 ? g_strerror (code) : sqlite3_errmsg (db));
}

static bool
run (sqlite3_stmt *insert)
{
  return sqlite3_step (insert) == SQLITE_DONE && sqlite3_reset (insert) == SQLITE_OK;
}

bool
sb_project_write_text (sqlite3 *db, const char *key, const char *text)
{
  sqlite3_stmt *insert = NULL;
  bool ok = sqlite3_prepare_v2 (db, "INSERT OR REPLACE INTO project VALUES (?, ?)", -1, &insert, NULL) == SQLITE_OK;
  if (ok) {
    sqlite3_bind_text (insert, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_blob (insert, 2, text ? text : "", (int)strlen (text ? text : ""),
                       SQLITE_STATIC); /* a path may be any bytes */
    ok = run (insert);
  }
  sqlite3_finalize (insert);
  return ok;
}

bool
sb_project_write_number (sqlite3 *db, const char *key, int64_t number)
{
  sqlite3_stmt *insert = NULL;
  bool ok = sqlite3_prepare_v2 (db, "INSERT OR REPLACE INTO project VALUES (?, ?)", -1, &insert, NULL) == SQLITE_OK;
  if (ok) {
    sqlite3_bind_text (insert, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int64 (insert, 2, number);
    ok = run (insert);
  }
  sqlite3_finalize (insert);
  return ok;
}

bool
sb_project_write_content (sqlite3 *db, const char *sha256, int64_t mtime_ns)
{
  return sb_project_write_text (db, "source_sha256", sha256) &&
         sb_project_write_number (db, "source_mtime_ns", mtime_ns);
}

static bool
write_settings (sqlite3 *db, const SbProject *project)
{
  return sb_project_write_text (db, "source_path", project->source_path) &&
         sb_project_write_text (db, "source_fingerprint", project->source_fingerprint) &&
         sb_project_write_number (db, "source_size_bytes", project->source_size_bytes) &&
         sb_project_write_content (db, project->source_sha256, project->source_mtime_ns) &&
         sb_project_write_number (db, "rate", project->rate) &&
         sb_project_write_number (db, "channels", project->channels) &&
         sb_project_write_number (db, "n_frames", project->n_frames) &&
         sb_project_write_number (db, "n_fft", project->grid.n_fft) &&
         sb_project_write_number (db, "hop", project->grid.hop) &&
         sb_project_write_text (db, "window", sb_window_name (project->grid.window)) &&
         (!project->project_path || sb_project_write_text (db, "project_path", project->project_path)) &&
         (!project->project_mark || sb_project_write_text (db, "project_mark", project->project_mark));
}

bool
sb_project_write_steps (sqlite3 *db, SbStep *const *steps, int n_steps, int first)
{
  sqlite3_stmt *op = NULL, *insert = NULL;
  bool ok = sqlite3_prepare_v2 (db, "INSERT INTO operation VALUES (?, ?, ?)", -1, &op, NULL) == SQLITE_OK &&
            sqlite3_prepare_v2 (db, "INSERT INTO step VALUES (?, ?, ?)", -1, &insert, NULL) == SQLITE_OK;
  for (int i = 0; ok && i < n_steps; i++) {
    const SbStep *step = steps[i];
    if (sb_step_kind_has_op (step->kind)) {
      g_autofree char *json = sb_operation_to_json (step->op);
      sqlite3_bind_int64 (op, 1, (int64_t)first + i + 1);
      sqlite3_bind_text (op, 2, sb_operation_id (step->op), -1, SQLITE_STATIC);
      sqlite3_bind_text (op, 3, json, -1, SQLITE_TRANSIENT);
      ok = run (op);
    }
    sqlite3_bind_int64 (insert, 1, (int64_t)first + i + 1);
    sqlite3_bind_text (insert, 2, sb_step_kind_name (step->kind), -1, SQLITE_STATIC);
    sqlite3_bind_int64 (insert, 3, step->index);
    ok = ok && run (insert);
  }
  sqlite3_finalize (op);
  sqlite3_finalize (insert);
  return ok;
}

static bool
write_history (sqlite3 *db, const SbProject *project)
{
  if (project->steps->len > 0)
    return sb_project_write_steps (db, (SbStep *const *)project->steps->pdata, (int)project->steps->len, 0) &&
           sb_project_write_number (db, "n_done", project->n_done);
  for (guint i = 0; i < project->ops->len; i++) {
    SbStep step = {SB_STEP_ADD, (int)i, g_ptr_array_index (project->ops, i), 0}, *one = &step;
    if (!sb_project_write_steps (db, &one, 1, (int)i))
      return false;
  }
  return sb_project_write_number (db, "n_done", project->ops->len);
}

bool
sb_project_write_view (sqlite3 *db, const char *key, const char *value)
{
  sqlite3_stmt *insert = NULL;
  bool ok = sqlite3_prepare_v2 (db, "INSERT OR REPLACE INTO view VALUES (?, ?)", -1, &insert, NULL) == SQLITE_OK;
  if (ok) {
    sqlite3_bind_text (insert, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text (insert, 2, value, -1, SQLITE_STATIC);
    ok = run (insert);
  }
  sqlite3_finalize (insert);
  return ok;
}

static void
bind_hz (sqlite3_stmt *insert, int column, double hz)
{
  if (isfinite (hz))
    sqlite3_bind_double (insert, column, hz);
  else
    sqlite3_bind_null (insert, column);
}

bool
sb_project_write_markers (sqlite3 *db, const GArray *markers)
{
  sqlite3_stmt *insert = NULL;
  bool ok = sqlite3_exec (db, "DELETE FROM marker", NULL, NULL, NULL) == SQLITE_OK &&
            sqlite3_prepare_v2 (db, "INSERT INTO marker VALUES (?, ?, ?, ?, ?, ?)", -1, &insert, NULL) == SQLITE_OK;
  for (guint i = 0; ok && i < markers->len; i++) {
    const SbMarker *marker = &g_array_index (markers, SbMarker, i);
    sqlite3_bind_int64 (insert, 1, (int64_t)i + 1);
    sqlite3_bind_double (insert, 2, marker->from_s);
    sqlite3_bind_double (insert, 3, marker->to_s);
    bind_hz (insert, 4, marker->low_hz);
    bind_hz (insert, 5, marker->high_hz);
    sqlite3_bind_text (insert, 6, marker->title, -1, SQLITE_STATIC);
    ok = run (insert);
  }
  sqlite3_finalize (insert);
  return ok;
}

static bool
write_view (sqlite3 *db, const SbProject *project)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, project->view);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!sb_project_write_view (db, key, value))
      return false;
  return sb_project_write_markers (db, project->markers);
}

/* No journal: the file is nobody's until it is renamed. */
static bool
write_database (const SbProject *project, const char *temp, SbWriteFault *fault)
{
  sqlite3 *db = NULL;
  g_autofree char *head = g_strdup_printf ("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA application_id=%d; "
                                           "PRAGMA user_version=%d; BEGIN;",
                                           SB_PROJECT_APPLICATION_ID, SB_PROJECT_USER_VERSION);
  bool ok = sqlite3_open_v2 (temp, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
            sqlite3_exec (db, head, NULL, NULL, NULL) == SQLITE_OK &&
            sqlite3_exec (db, sb_project_schema, NULL, NULL, NULL) == SQLITE_OK && write_settings (db, project) &&
            write_history (db, project) && write_view (db, project) &&
            sqlite3_exec (db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
  if (!ok)
    fail_in_database (fault, db);
  if (sqlite3_close (db) != SQLITE_OK && ok)
    ok = fail (fault, 0, "the file could not be closed");
  return ok;
}

static bool
is_the_recording (const SbProject *project, const char *path)
{
  struct stat st, source;
  return project->source_path && stat (path, &st) == 0 && stat (project->source_path, &source) == 0 &&
         st.st_dev == source.st_dev && st.st_ino == source.st_ino;
}

/* *mode: permissions for the new file, 0 for what is usual. */
static bool
check_old (const SbProject *project, const char *real, mode_t *mode, SbWriteFault *fault)
{
  struct stat st;
  *mode = 0;
  if (stat (real, &st) != 0) /* what else is wrong there, making a file will tell */
    return true;
  if (S_ISDIR (st.st_mode))
    return fail (fault, 0, "it is a folder");
  if (!S_ISREG (st.st_mode))
    return fail (fault, 0, "it is not an ordinary file");
  if (is_the_recording (project, real))
    return fail (fault, 0, "it is the recording itself, which is never overwritten");
  if (st.st_size > 0 && !sb_is_project_file (real))
    return fail (fault, 0, "a file of that name is there, which is no Sonobrush project");
  if (access (real, W_OK) != 0)
    return fail (fault, 0, "a project of that name is there and write-protected");
  *mode = st.st_mode & 0777;
  return true;
}

bool
sb_project_write (const SbProject *project, const char *path, SbWriteFault *fault)
{
  mode_t mode;
  g_autofree char *real = sb_temp_file_target (path), *temp = NULL;
  if (!real)
    return fail (fault, 0, "it is a link that leads nowhere");
  if (!check_old (project, real, &mode, fault))
    return false;
  g_autofree char *folder = g_path_get_dirname (real);
  sb_temp_file_sweep (folder);
  const int fd = sb_temp_file_new (folder, &temp);
  if (fd < 0)
    return fail_with (fault, errno);
  bool ok = write_database (project, temp, fault);
  if (ok && mode != 0 && fchmod (fd, mode) != 0) {
    /* a file system without permissions: nothing to keep */
  }
  if (ok && fsync (fd) != 0)
    ok = fail_with (fault, errno);
  if (!ok)
    close (fd); /* and with it the lock */
  else if (!sb_temp_file_take_place (fd, temp, real))
    ok = fail_with (fault, errno);
  if (!ok) {
    unlink (temp);
    return false;
  }
  if (!sb_temp_file_confirm_place (real)) {
    fail_with (fault, errno);
    fault->unconfirmed = true;
    return false;
  }
  return true;
}

bool
sb_project_save (const SbProject *project, const char *path, GError **error)
{
  SbWriteFault fault = {0};
  if (sb_project_write (project, path, &fault))
    return true;
  g_autofree char *shown = g_filename_display_name (path);
  if (fault.unconfirmed)
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "“%s” was written, but the disk did not confirm it: %s. Save again.",
                 shown, fault.reason);
  else
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE,
                 "The project could not be saved as “%s”: %s. Nothing was replaced; choose another place.", shown,
                 fault.reason);
  g_free (fault.reason);
  return false;
}
