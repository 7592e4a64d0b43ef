/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The database of a project that anybody may have made or damaged.  Nothing in
 * it is trusted: defensive mode, no trusted schema, no triggers, no views, no
 * functions (an authorizer allows plain reads of our tables alone), limits on
 * sizes and on work; and rows are read around what is damaged.
 * Thread: worker.  Blocks: disk. */
#include "base/sb-read-at.h"
#include "document/sb-project-read-private.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_OP_BYTES    (16 << 20)
#define MAX_WORK        20000 /* times 10,000 instructions of SQLite's machine */
#define PROBED_ROWS     20000 /* asked for one by one behind a damaged page */
#define LEAST_ROW_BYTES 8     /* of a page, whatever the row says */
#define SQLITE_HEADER   "SQLite format 3"

/* They stand in the first 100 bytes. */
bool
sb_project_read_header (const char *path, uint32_t *application_id, uint32_t *user_version)
{
  uint8_t head[100];
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return false;
  struct stat st;
  const size_t n = fstat (fd, &st) == 0 && S_ISREG (st.st_mode) ? sb_read_at (fd, head, sizeof head, 0) : 0;
  close (fd);
  if (n < sizeof head || memcmp (head, SQLITE_HEADER, sizeof SQLITE_HEADER) != 0)
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
  return sb_project_read_header (path, &id, &version) && id == SB_PROJECT_APPLICATION_ID;
}

/* ---- opening ---- */

static int
authorize (void *data, int action, const char *a, const char *b, const char *c, const char *d)
{
  static const char *const tables[] = {"project", "operation", "step", "view", "marker", "sqlite_master"};
  if (action == SQLITE_SELECT || action == SQLITE_TRANSACTION || action == SQLITE_PRAGMA)
    return SQLITE_OK; /* the statements are ours; pragmas cannot come from a schema */
  for (gsize i = 0; action == SQLITE_READ && i < G_N_ELEMENTS (tables); i++)
    if (a && strcmp (a, tables[i]) == 0)
      return SQLITE_OK;
  return SQLITE_DENY;
}

static int
count_work (void *data)
{
  return ++*(int *)data > MAX_WORK;
}

/* A snapshot is read without locks and without the side files that a hostile one may have beside it. */
static sqlite3 *
open_file (const char *path)
{
  sqlite3 *db = NULL;
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *escaped = g_uri_escape_string (absolute, "/", FALSE);
  g_autofree char *uri = g_strdup_printf ("file:%s?mode=ro&immutable=1", escaped);
  if (sqlite3_open_v2 (uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK)
    return db;
  sqlite3_close (db);
  return NULL;
}

/* What the log held is in it: now it is a database without one. */
static sqlite3 *
open_image (SbProjectImage *image)
{
  sqlite3 *db = NULL;
  if (image->n >= 100)
    image->bytes[18] = image->bytes[19] = 1;
  if (sqlite3_open_v2 (":memory:", &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
      sqlite3_deserialize (db, "main", image->bytes, (sqlite3_int64)image->n, (sqlite3_int64)image->n,
                           SQLITE_DESERIALIZE_READONLY) == SQLITE_OK)
    return db;
  sqlite3_close (db);
  return NULL;
}

sqlite3 *
sb_project_open_defensively (const char *path, SbProjectImage *image, int *work)
{
  sqlite3 *db = image ? open_image (image) : open_file (path);
  if (!db)
    return NULL;
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_limit (db, SQLITE_LIMIT_LENGTH, MAX_OP_BYTES);
  sqlite3_limit (db, SQLITE_LIMIT_SQL_LENGTH, 100000);
  sqlite3_limit (db, SQLITE_LIMIT_COLUMN, 100);
  sqlite3_limit (db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_busy_timeout (db, 2000);
  sqlite3_exec (db, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;", NULL, NULL, NULL);
  sqlite3_set_authorizer (db, authorize, NULL);
  sqlite3_progress_handler (db, 10000, count_work, work);
  return db;
}

static bool
ask_number (sqlite3 *db, const char *sql, int64_t *number)
{
  sqlite3_stmt *row = NULL;
  const bool ok = sqlite3_prepare_v2 (db, sql, -1, &row, NULL) == SQLITE_OK && sqlite3_step (row) == SQLITE_ROW;
  if (ok)
    *number = sqlite3_column_int64 (row, 0);
  sqlite3_finalize (row);
  return ok;
}

bool
sb_project_is_table (sqlite3 *db, const char *name)
{
  sqlite3_stmt *row = NULL;
  bool ok = false;
  if (sqlite3_prepare_v2 (db, "SELECT type, rootpage FROM sqlite_master WHERE name = ?", -1, &row, NULL) == SQLITE_OK) {
    sqlite3_bind_text (row, 1, name, -1, SQLITE_STATIC);
    if (sqlite3_step (row) == SQLITE_ROW) {
      const char *type = (const char *)sqlite3_column_text (row, 0);
      ok = type && strcmp (type, "table") == 0 && sqlite3_column_int (row, 1) > 0;
    }
  }
  sqlite3_finalize (row);
  return ok;
}

char *
sb_project_column_text (sqlite3_stmt *row, int column)
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

bool
sb_project_is_sound (sqlite3 *db)
{
  sqlite3_stmt *row = NULL;
  bool ok = false;
  if (sqlite3_prepare_v2 (db, "PRAGMA quick_check(1)", -1, &row, NULL) == SQLITE_OK &&
      sqlite3_step (row) == SQLITE_ROW) {
    const char *text = (const char *)sqlite3_column_text (row, 0);
    ok = text && strcmp (text, "ok") == 0;
  }
  sqlite3_finalize (row);
  return ok;
}

/* ---- rows in order, around damaged pages ---- */

typedef struct {
  SbProject *project;
  SbRowFunc take;
  void *data;
  bool whole; /* take() liked every row */
} Rows;

/* The rows from first to last; *reached: the highest position seen. */
static int
read_span (sqlite3_stmt *row, int64_t first, int64_t last, Rows *rows, int64_t *reached)
{
  int status;
  sqlite3_reset (row);
  sqlite3_bind_int64 (row, 1, first);
  sqlite3_bind_int64 (row, 2, last);
  while ((status = sqlite3_step (row)) == SQLITE_ROW) {
    *reached = MAX (*reached, sqlite3_column_int64 (row, 0));
    rows->whole = rows->take (rows->project, row, rows->data) && rows->whole;
  }
  return status;
}

/* The highest position there is, or when that lies on a damaged page, more than the file has room for. */
static int64_t
last_row (sqlite3 *db, const char *table)
{
  g_autofree char *sql = g_strdup_printf ("SELECT max(position) FROM %s", table);
  sqlite3_stmt *row = NULL;
  int64_t last = -1, n_pages = 0, page_bytes = 0;
  if (sqlite3_prepare_v2 (db, sql, -1, &row, NULL) == SQLITE_OK && sqlite3_step (row) == SQLITE_ROW)
    last = sqlite3_column_int64 (row, 0);
  sqlite3_finalize (row);
  if (last < 0 && ask_number (db, "PRAGMA page_count", &n_pages) && ask_number (db, "PRAGMA page_size", &page_bytes))
    last = n_pages * (page_bytes / LEAST_ROW_BYTES);
  return CLAMP (last, 0, SB_PROJECT_MAX_STEPS);
}

/* Behind a row that cannot be read the next ones are asked for one by one, until one answers and the rest goes on from
 * there:
 *
 *   read … read ✗ ? ? ? ? ? ? read … read          a damaged page holds some dozens */
bool
sb_project_read_rows (sqlite3 *db, const char *table, const char *sql, SbProject *project, SbRowFunc take, void *data)
{
  Rows rows = {project, take, data, true};
  sqlite3_stmt *row = NULL;
  int64_t reached = 0;
  if (!sb_project_is_table (db, table) || sqlite3_prepare_v2 (db, sql, -1, &row, NULL) != SQLITE_OK)
    return false;
  int status = read_span (row, 0, SB_PROJECT_MAX_STEPS, &rows, &reached);
  const bool all = status == SQLITE_DONE;
  const int64_t end = all ? 0 : last_row (db, table);
  for (int64_t at = reached + 1, missed = 0; at <= end && missed < PROBED_ROWS && status != SQLITE_INTERRUPT; at++) {
    const int64_t before = reached;
    status = read_span (row, at, at, &rows, &reached);
    missed++;
    if (reached == before)
      continue;
    status = read_span (row, at + 1, SB_PROJECT_MAX_STEPS, &rows, &reached);
    missed = 0;
    at = reached;
  }
  sqlite3_finalize (row);
  return all && rows.whole;
}
