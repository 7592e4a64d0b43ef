/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The project file.  One SQLite database, written whole under another name and
 * renamed, so that the file at `path` is the old one or the new one and never
 * something between.  Reading trusts nothing: defensive mode, no trusted
 * schema, limits, and every value checked before it is used.
 * Thread: worker.  Blocks: disk. */
#include "document/sb-project.h"
#include "edit/sb-op-json.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_BYTES    65536
#define N_SPREAD      64
#define MAX_OP_BYTES  (16 << 20)
#define MAX_OPS       1000000
#define SQLITE_HEADER "SQLite format 3"

static const char schema_sql[] =
    "CREATE TABLE project (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE operation (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, json TEXT NOT NULL);";

SbProject *
sb_project_new (void)
{
  SbProject *project = g_new0 (SbProject, 1);
  project->ops = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_operation_unref);
  return project;
}

void
sb_project_free (SbProject *project)
{
  if (!project)
    return;
  g_free (project->source_path);
  g_free (project->source_fingerprint);
  g_ptr_array_unref (project->ops);
  g_free (project);
}

/* ---- writing ---- */

static bool
set_write_error (GError **error, const char *path, const char *why)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, SB_ERROR, SB_ERROR_WRITE,
               "The project could not be saved as “%s”: %s. Nothing was replaced; choose another place.", shown, why);
  return false;
}

typedef struct {
  const char *key;
  char kind; /* 't' text, 'i' integer */
  const char *text;
  int64_t number;
} Setting;

static bool
write_settings (sqlite3 *db, const SbProject *project)
{
  const Setting settings[] = {
      {"source_path", 't', project->source_path ? project->source_path : "", 0},
      {"source_fingerprint", 't', project->source_fingerprint ? project->source_fingerprint : "", 0},
      {"source_size_bytes", 'i', NULL, project->source_size_bytes},
      {"rate", 'i', NULL, project->rate},
      {"channels", 'i', NULL, project->channels},
      {"n_frames", 'i', NULL, project->n_frames},
      {"n_fft", 'i', NULL, project->grid.n_fft},
      {"hop", 'i', NULL, project->grid.hop},
      {"window", 't', sb_window_name (project->grid.window), 0},
  };
  sqlite3_stmt *insert = NULL;
  bool ok = sqlite3_prepare_v2 (db, "INSERT INTO project VALUES (?, ?)", -1, &insert, NULL) == SQLITE_OK;
  for (gsize i = 0; ok && i < G_N_ELEMENTS (settings); i++) {
    sqlite3_bind_text (insert, 1, settings[i].key, -1, SQLITE_STATIC);
    if (settings[i].kind == 't') /* a path may be any bytes: kept as they are */
      sqlite3_bind_blob (insert, 2, settings[i].text, (int)strlen (settings[i].text), SQLITE_STATIC);
    else
      sqlite3_bind_int64 (insert, 2, settings[i].number);
    ok = sqlite3_step (insert) == SQLITE_DONE && sqlite3_reset (insert) == SQLITE_OK;
  }
  sqlite3_finalize (insert);
  return ok;
}

static bool
write_ops (sqlite3 *db, const SbProject *project)
{
  sqlite3_stmt *insert = NULL;
  bool ok = sqlite3_prepare_v2 (db, "INSERT INTO operation VALUES (?, ?, ?)", -1, &insert, NULL) == SQLITE_OK;
  for (guint i = 0; ok && i < project->ops->len; i++) {
    const SbOperation *op = g_ptr_array_index (project->ops, i);
    g_autofree char *json = sb_operation_to_json (op);
    sqlite3_bind_int64 (insert, 1, (int64_t)i + 1);
    sqlite3_bind_text (insert, 2, sb_operation_id (op), -1, SQLITE_STATIC);
    sqlite3_bind_text (insert, 3, json, -1, SQLITE_TRANSIENT);
    ok = sqlite3_step (insert) == SQLITE_DONE && sqlite3_reset (insert) == SQLITE_OK;
  }
  sqlite3_finalize (insert);
  return ok;
}

/* No journal: the file is nobody's until it is renamed. */
static bool
write_database (const SbProject *project, const char *temp, const char *path, GError **error)
{
  sqlite3 *db = NULL;
  g_autofree char *head = g_strdup_printf ("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA application_id=%d; "
                                           "PRAGMA user_version=%d; BEGIN;",
                                           SB_PROJECT_APPLICATION_ID, SB_PROJECT_USER_VERSION);
  bool ok = sqlite3_open_v2 (temp, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
            sqlite3_exec (db, head, NULL, NULL, NULL) == SQLITE_OK &&
            sqlite3_exec (db, schema_sql, NULL, NULL, NULL) == SQLITE_OK && write_settings (db, project) &&
            write_ops (db, project) && sqlite3_exec (db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
  if (!ok)
    set_write_error (error, path, db ? sqlite3_errmsg (db) : "out of memory");
  if (sqlite3_close (db) != SQLITE_OK && ok)
    ok = set_write_error (error, path, "the file could not be closed");
  return ok;
}

static bool
fsync_path (const char *path, int flags)
{
  const int fd = open (path, flags | O_CLOEXEC);
  if (fd < 0)
    return false;
  const bool ok = fsync (fd) == 0;
  const int kept = errno;
  close (fd);
  errno = kept;
  return ok;
}

/* An empty new file in the target's folder. */
static char *
make_temp (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  for (int i = 0; i < 100; i++) {
    char *temp = g_strdup_printf ("%s/.sonobrush-%08x.tmp", folder, g_random_int ());
    const int fd = open (temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) {
      close (fd);
      return temp;
    }
    g_free (temp);
    if (errno != EEXIST)
      break;
  }
  set_write_error (error, path, g_strerror (errno));
  return NULL;
}

static bool
is_the_recording (const SbProject *project, const char *path)
{
  struct stat st, source;
  return project->source_path && stat (path, &st) == 0 && stat (project->source_path, &source) == 0 &&
         st.st_dev == source.st_dev && st.st_ino == source.st_ino;
}

bool
sb_project_save (const SbProject *project, const char *path, GError **error)
{
  g_autofree char *real = NULL, *folder = NULL, *temp = NULL;
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return set_write_error (error, path, "it is a folder");
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return set_write_error (error, path, "it is not an ordinary file");
  if (is_the_recording (project, path))
    return set_write_error (error, path, "it is the recording itself, which is never overwritten");
  char *resolved = realpath (path, NULL); /* through a link: what it points to is replaced */
  real = g_strdup (resolved ? resolved : path);
  free (resolved);
  temp = make_temp (real, error);
  if (!temp)
    return false;
  bool ok = write_database (project, temp, path, error);
  if (ok && !fsync_path (temp, O_RDWR))
    ok = set_write_error (error, path, g_strerror (errno));
  if (ok && rename (temp, real) != 0)
    ok = set_write_error (error, path, g_strerror (errno));
  if (!ok) {
    unlink (temp);
    return false;
  }
  folder = g_path_get_dirname (real);
  if (!fsync_path (folder, O_RDONLY | O_DIRECTORY) && errno != EINVAL) {
    g_autofree char *shown = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "“%s” was written, but the disk did not confirm it: %s. Save again.",
                 shown, g_strerror (errno));
    return false;
  }
  return true;
}

/* ---- reading ---- */

static bool
set_format_error (GError **error, const char *path, const char *what)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” %s", shown, what);
  return false;
}

/* application_id and user_version stand in the first 100 bytes. */
static bool
read_header (const char *path, uint32_t *application_id, uint32_t *user_version)
{
  uint8_t head[100];
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return false;
  struct stat st;
  const bool read_it = fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && pread (fd, head, sizeof head, 0) == sizeof head;
  close (fd);
  if (!read_it || memcmp (head, SQLITE_HEADER, sizeof SQLITE_HEADER) != 0)
    return false;
  uint32_t words[2];
  memcpy (&words[0], head + 68, 4);
  memcpy (&words[1], head + 60, 4);
  *application_id = GUINT32_FROM_BE (words[0]);
  *user_version = GUINT32_FROM_BE (words[1]);
  return true;
}

bool
sb_is_project_file (const char *path)
{
  uint32_t id, version;
  return read_header (path, &id, &version) && id == SB_PROJECT_APPLICATION_ID;
}

static sqlite3 *
open_defensively (const char *path)
{
  sqlite3 *db = NULL;
  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
    sqlite3_close (db);
    return NULL;
  }
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_limit (db, SQLITE_LIMIT_LENGTH, MAX_OP_BYTES);
  sqlite3_limit (db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_exec (db, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;", NULL, NULL, NULL);
  return db;
}

/* The value as text (no zero bytes) or NULL. */
static char *
column_text (sqlite3_stmt *row, int column)
{
  const int type = sqlite3_column_type (row, column);
  if (type != SQLITE_TEXT && type != SQLITE_BLOB)
    return NULL;
  const void *bytes = sqlite3_column_blob (row, column);
  const int n = sqlite3_column_bytes (row, column);
  if (n > 0 && (!bytes || memchr (bytes, 0, (size_t)n)))
    return NULL;
  return g_strndup (bytes ? bytes : "", (gsize)n);
}

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
    project->source_path = column_text (row, 1);
  } else if (strcmp (key, "source_fingerprint") == 0) {
    g_free (project->source_fingerprint);
    project->source_fingerprint = column_text (row, 1);
  } else if (strcmp (key, "window") == 0) {
    g_free (*window);
    *window = column_text (row, 1);
  } else if (strcmp (key, "source_size_bytes") == 0)
    project->source_size_bytes = number;
  else if (strcmp (key, "n_frames") == 0)
    project->n_frames = number;
  else if (strcmp (key, "rate") == 0)
    project->rate = small;
  else if (strcmp (key, "channels") == 0)
    project->channels = small;
  else if (strcmp (key, "n_fft") == 0)
    project->grid.n_fft = small;
  else if (strcmp (key, "hop") == 0)
    project->grid.hop = small;
}

static bool
read_settings (sqlite3 *db, SbProject *project, const char *path, GError **error)
{
  g_autofree char *window = NULL;
  sqlite3_stmt *row = NULL;
  int status = sqlite3_prepare_v2 (db, "SELECT key, value FROM project LIMIT 1000", -1, &row, NULL);
  if (status == SQLITE_OK)
    while ((status = sqlite3_step (row)) == SQLITE_ROW)
      take_setting (project, row, &window);
  sqlite3_finalize (row);
  if (status != SQLITE_DONE)
    return set_format_error (error, path, "is a damaged project: its settings cannot be read.");
  if (!project->source_path || !*project->source_path || project->rate < 1 || project->channels < 1 ||
      project->n_frames < 0 || project->source_size_bytes < 0)
    return set_format_error (error, path, "is a damaged project: it does not say which recording it belongs to.");
  if (!window || !sb_window_from_name (window, &project->grid.window) || !sb_grid_check_sizes (&project->grid, NULL))
    return set_format_error (error, path, "is a damaged project: its grid makes no sense.");
  return true;
}

static bool
read_ops (sqlite3 *db, SbProject *project, const char *path, GError **error)
{
  sqlite3_stmt *row = NULL;
  bool ok = true;
  int status = sqlite3_prepare_v2 (db, "SELECT json FROM operation ORDER BY position", -1, &row, NULL);
  if (status == SQLITE_OK)
    while (ok && (status = sqlite3_step (row)) == SQLITE_ROW) {
      g_autoptr (GError) why = NULL;
      g_autofree char *json = column_text (row, 0);
      SbOperation *op = json && project->ops->len < MAX_OPS ? sb_operation_from_json (json, &why) : NULL;
      if (op)
        g_ptr_array_add (project->ops, op);
      else {
        g_autofree char *what = g_strdup_printf ("is a damaged project: edit %u cannot be read. %s",
                                                 project->ops->len + 1, why ? why->message : "");
        ok = set_format_error (error, path, g_strchomp (what));
      }
    }
  sqlite3_finalize (row);
  if (ok && status != SQLITE_DONE)
    return set_format_error (error, path, "is a damaged project: its edits cannot be read.");
  return ok;
}

SbProject *
sb_project_load (const char *path, GError **error)
{
  uint32_t id = 0, version = 0;
  g_autofree char *shown = g_filename_display_name (path);
  if (access (path, R_OK) != 0) {
    g_set_error (error, SB_ERROR, SB_ERROR_OPEN, "“%s” cannot be opened: %s.", shown, g_strerror (errno));
    return NULL;
  }
  if (!read_header (path, &id, &version) || id != SB_PROJECT_APPLICATION_ID) {
    set_format_error (error, path, "is not a Sonobrush project.");
    return NULL;
  }
  if (version == 0) {
    set_format_error (error, path, "is a damaged project: it does not say of which version it is.");
    return NULL;
  }
  if (version > SB_PROJECT_USER_VERSION) {
    set_format_error (error, path, "was made by a newer version of Sonobrush. Update Sonobrush to open it.");
    return NULL;
  }
  sqlite3 *db = open_defensively (path);
  if (!db) {
    set_format_error (error, path, "is a damaged project: it cannot be opened.");
    return NULL;
  }
  g_autoptr (SbProject) project = sb_project_new ();
  const bool ok = read_settings (db, project, path, error) && read_ops (db, project, path, error);
  sqlite3_close (db);
  return ok ? g_steal_pointer (&project) : NULL;
}

/* ---- fingerprint ---- */

static bool
hash_span (int fd, int64_t pos, int64_t n, GChecksum *sum)
{
  uint8_t block[HEAD_BYTES];
  while (n > 0) {
    const ssize_t got = pread (fd, block, (size_t)MIN (n, HEAD_BYTES), pos);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return false;
    g_checksum_update (sum, block, got);
    pos += got;
    n -= got;
  }
  return true;
}

/* Little files whole; of big ones the head and 64 blocks spread evenly, the last at the end. */
char *
sb_fingerprint_file (const char *path, GError **error)
{
  struct stat st;
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  bool ok = fd >= 0 && fstat (fd, &st) == 0;
  if (ok && !S_ISREG (st.st_mode)) {
    errno = S_ISDIR (st.st_mode) ? EISDIR : EINVAL;
    ok = false;
  }
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  if (ok) {
    const int64_t size = st.st_size, room = size - HEAD_BYTES;
    const uint64_t size_le = GUINT64_TO_LE ((uint64_t)size);
    g_checksum_update (sum, (const guchar *)&size_le, 8);
    errno = EIO;
    ok = hash_span (fd, 0, MIN (size, HEAD_BYTES), sum);
    if (size <= (N_SPREAD + 1) * (int64_t)HEAD_BYTES)
      ok = ok && (room <= 0 || hash_span (fd, HEAD_BYTES, room, sum));
    else
      for (int i = 1; ok && i <= N_SPREAD; i++)
        ok = hash_span (fd, room / N_SPREAD * i + room % N_SPREAD * i / N_SPREAD, HEAD_BYTES, sum);
  }
  if (!ok) {
    g_autofree char *shown = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_READ, "“%s” cannot be read: %s.", shown, g_strerror (errno));
  }
  if (fd >= 0)
    close (fd);
  return ok ? g_strdup (g_checksum_get_string (sum)) : NULL;
}
