/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading a project that anybody may have made or damaged: every value is
 * checked before it is used, a row that cannot be read is skipped and told.  See
 * sb-project-database.c for how the file is opened, sb-project-read-history.c
 * for the edits, sb-project-salvage.c for what is done when SQLite gives up
 * altogether.
 * Thread: worker.  Blocks: disk. */
#include "document/sb-project-read-private.h"

#include "base/sb-error.h"
#include "base/sb-open.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define MAX_LABELS 100000

static bool
set_format_error (GError **error, const char *path, const char *what)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” %s", shown, what);
  return false;
}

/* ---- settings ---- */

static void
take_setting (SbProject *project, sqlite3_stmt *row, char **window)
{
  const char *key = (const char *)sqlite3_column_text (row, 0);
  const int64_t number = sqlite3_column_int64 (row, 1);
  const int small = number < 0 || number > G_MAXINT32 ? 0 : (int)number;
  if (!key)
    return;
  if (strcmp (key, "source_path") == 0) {
    g_free (project->source_path);
    project->source_path = sb_project_column_text (row, 1);
  } else if (strcmp (key, "source_fingerprint") == 0) {
    g_free (project->source_fingerprint);
    project->source_fingerprint = sb_project_column_text (row, 1);
  } else if (strcmp (key, "source_sha256") == 0) {
    g_free (project->source_sha256);
    project->source_sha256 = sb_project_column_text (row, 1);
    if (project->source_sha256 && !*project->source_sha256)
      g_clear_pointer (&project->source_sha256, g_free); /* was not known yet */
  } else if (strcmp (key, "project_path") == 0) {
    g_free (project->project_path);
    project->project_path = sb_project_column_text (row, 1);
  } else if (strcmp (key, "project_mark") == 0) {
    g_free (project->project_mark);
    project->project_mark = sb_project_column_text (row, 1);
  } else if (strcmp (key, "window") == 0) {
    g_free (*window);
    *window = sb_project_column_text (row, 1);
  } else if (strcmp (key, "source_size_bytes") == 0)
    project->source_size_bytes = number;
  else if (strcmp (key, "source_mtime_ns") == 0)
    project->source_mtime_ns = number;
  else if (strcmp (key, "n_frames") == 0)
    project->n_frames = number;
  else if (strcmp (key, "rate") == 0)
    project->rate = small;
  else if (strcmp (key, "channels") == 0)
    project->channels = small;
  else if (strcmp (key, "n_done") == 0)
    project->n_done = small;
  else if (strcmp (key, "n_fft") == 0)
    project->grid.n_fft = small;
  else if (strcmp (key, "hop") == 0)
    project->grid.hop = small;
}

static bool
read_settings (sqlite3 *db, SbProject *project)
{
  g_autofree char *window = NULL;
  sqlite3_stmt *row = NULL;
  int status = SQLITE_CORRUPT;
  if (sb_project_is_table (db, "project"))
    status = sqlite3_prepare_v2 (db, "SELECT key, value FROM project LIMIT 1000", -1, &row, NULL);
  if (status == SQLITE_OK)
    while ((status = sqlite3_step (row)) == SQLITE_ROW)
      take_setting (project, row, &window);
  sqlite3_finalize (row);
  bool whole = status == SQLITE_DONE;
  if (!project->source_path || !*project->source_path || project->rate < 1 || project->channels < 1 ||
      project->n_frames < 0 || project->source_size_bytes < 0)
    whole = false;
  if (!project->source_path)
    project->source_path = g_strdup ("");
  if (!window || !sb_window_from_name (window, &project->grid.window) || !sb_grid_check_sizes (&project->grid, NULL)) {
    whole = false;
    project->grid = (SbGrid){0};
  }
  return whole;
}

/* ---- what is nice to have ---- */

static bool
take_marker (SbProject *project, sqlite3_stmt *row, void *data)
{
  g_autofree char *label = sb_project_column_text (row, 5);
  SbMarker marker = {
      .from_s = sqlite3_column_double (row, 1),
      .to_s = sqlite3_column_double (row, 2),
      .low_hz = sqlite3_column_type (row, 3) == SQLITE_NULL ? NAN : sqlite3_column_double (row, 3),
      .high_hz = sqlite3_column_type (row, 4) == SQLITE_NULL ? NAN : sqlite3_column_double (row, 4),
  };
  if (!label || !g_utf8_validate (label, -1, NULL) || !sb_marker_is_sane (&marker) ||
      project->markers->len >= MAX_LABELS)
    return false;
  marker.title = g_steal_pointer (&label);
  g_array_append_val (project->markers, marker);
  return true;
}

static bool
read_view (sqlite3 *db, SbProject *project)
{
  sqlite3_stmt *row = NULL;
  if (!sb_project_is_table (db, "view"))
    return false;
  int status = sqlite3_prepare_v2 (db, "SELECT key, value FROM view LIMIT 10000", -1, &row, NULL);
  if (status == SQLITE_OK)
    while ((status = sqlite3_step (row)) == SQLITE_ROW) {
      char *key = sb_project_column_text (row, 0), *value = sb_project_column_text (row, 1);
      if (key && value)
        g_hash_table_replace (project->view, key, value);
      else {
        g_free (key);
        g_free (value);
      }
    }
  sqlite3_finalize (row);
  return sb_project_read_rows (db, "marker",
                               "SELECT position, from_s, to_s, low_hz, high_hz, label FROM marker "
                               "WHERE position BETWEEN ? AND ? ORDER BY position",
                               project, take_marker, NULL) &&
         status == SQLITE_DONE;
}

/* ---- all of it ---- */

static SbProject *
read_database (const char *path, SbProjectImage *image, uint32_t version, bool *whole)
{
  int work = 0;
  sqlite3 *db = sb_project_open_defensively (path, image, &work);
  SbProject *project = sb_project_new ();
  *whole = false;
  if (!db)
    return project;
  project->n_done = -1;
  *whole = sb_project_is_sound (db);
  work = 0;
  *whole = read_settings (db, project) && *whole;
  *whole = sb_project_read_history (db, project, version) && *whole;
  if (version >= 2)
    *whole = read_view (db, project) && *whole;
  sqlite3_close (db);
  return project;
}

static SbProject *
read_image (const char *path, bool all, uint32_t version, bool *damaged, bool *whole)
{
  SbProjectImage image;
  SbProject *project = NULL;
  *damaged = *whole = false;
  if (sb_project_image_read (&image, path) && sb_project_image_apply (&image, all)) {
    project = read_database (path, &image, version, whole);
    *damaged = image.damaged;
    const bool nothing = project->steps->len == 0;
    if (!*whole && nothing)
      sb_project_salvage_bytes (path, project);
    if ((!*whole && nothing) || (image.damaged && all)) /* a page that may be wrong may also look right */
      sb_project_salvage_log (&image, project);
  }
  sb_project_image_clear (&image);
  return project ? project : sb_project_new ();
}

/* With its log.  What a damaged one leaves is tried without and with the pages that may be wrong. */
static SbProject *
read_with_log (const char *path, uint32_t version, bool *whole)
{
  bool damaged, more_whole;
  SbProject *project = read_image (path, false, version, &damaged, whole);
  if (damaged && !*whole) {
    SbProject *more = read_image (path, true, version, &damaged, &more_whole);
    const bool better = more_whole || more->steps->len >= project->steps->len;
    sb_project_free (better ? project : more);
    project = better ? more : project;
  }
  *whole = *whole && !damaged; /* it may look whole and lack what nobody can tell */
  return project;
}

static SbProject *
load (const char *path, bool live, GError **error)
{
  uint32_t id = 0, version = 0;
  bool whole;
  g_autofree char *shown = g_filename_display_name (path);
  if (access (path, R_OK) != 0) {
    sb_set_open_error (error, shown, errno);
    return NULL;
  }
  if (!sb_project_read_header (path, &id, &version) || id != SB_PROJECT_APPLICATION_ID) {
    set_format_error (error, path,
                      "is not a Sonobrush project, or its beginning is lost: nothing in it can be read. Take a backup "
                      "copy.");
    return NULL;
  }
  if (version == 0) {
    set_format_error (error, path, "is a damaged project: it does not say of which version it is.");
    return NULL;
  }
  if (version > SB_PROJECT_USER_VERSION) {
    g_set_error (error, SB_ERROR, SB_ERROR_VERSION,
                 "“%s” was made by a newer version of Sonobrush. Update Sonobrush to open it.", shown);
    return NULL;
  }
  g_autoptr (SbProject) project =
      live ? read_with_log (path, version, &whole) : read_database (path, NULL, version, &whole);
  if (!whole && project->steps->len == 0)
    sb_project_salvage_bytes (path, project);
  if (!whole && project->steps->len == 0 && !*project->source_path) {
    set_format_error (error, path, "is a damaged project: nothing in it can be read. Take a backup copy.");
    return NULL;
  }
  if (!whole) {
    const SbGrid usual = sb_grid_default (project->rate > 0 ? project->rate : 48000);
    if (project->grid.n_fft == 0)
      project->grid = usual;
    project->salvaged = g_strdup_printf ("“%s” is a damaged project. %d of its edits could be read; compare them with "
                                         "what you remember, and save it anew.",
                                         shown, (int)project->ops->len);
  }
  return g_steal_pointer (&project);
}

SbProject *
sb_project_load (const char *path, GError **error)
{
  return load (path, sb_project_has_log (path), error);
}

SbProject *
sb_project_load_live (const char *path, GError **error)
{
  return load (path, true, error);
}
