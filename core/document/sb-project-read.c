/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading a project that anybody may have made or damaged.  Nothing in it is
 * trusted: defensive mode, no trusted schema, no triggers, no views, no
 * functions (an authorizer allows plain reads of our tables alone), limits on
 * sizes and on work, and every value checked before it is used.  A row that
 * cannot be read is skipped and told; see sb-project-salvage.c for what is
 * done when SQLite gives up altogether.
 * Thread: worker.  Blocks: disk. */
#include "document/sb-project-read-private.h"
#include "edit/sb-op-json.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_OP_BYTES  (16 << 20)
#define MAX_STEPS     1000000
#define MAX_LABELS    100000
#define MAX_WORK      20000 /* times 10,000 instructions of SQLite's machine */
#define PROBED_ROWS   20000 /* asked for one by one behind a damaged page */
#define LEAST_ROW_BYTES 8   /* of a page, whatever the row says */
#define SQLITE_HEADER "SQLite format 3"

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
  size_t n = 0;
  for (ssize_t got = fstat (fd, &st) == 0 && S_ISREG (st.st_mode); got != 0 && n < sizeof head;) {
    got = pread (fd, head + n, sizeof head - n, (off_t)n);
    if (got < 0 && errno != EINTR)
      break;
    n += got > 0 ? (size_t)got : 0;
  }
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
  return read_header (path, &id, &version) && id == SB_PROJECT_APPLICATION_ID;
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

typedef enum {
  SNAPSHOT,
  LIVE_OTHERS, /* somebody may be writing */
  LIVE_OURS    /* a killed writer's transaction may have to be rolled back first */
} Access;

static const char *const modes[] = {
    [SNAPSHOT] = "mode=ro&immutable=1", [LIVE_OTHERS] = "mode=ro", [LIVE_OURS] = "mode=rw"};

/* A snapshot is read without locks and without the side files that a hostile one may have beside it. */
static sqlite3 *
open_defensively (const char *path, Access access, int *work)
{
  sqlite3 *db = NULL;
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_free (escaped);
  escaped = g_uri_escape_string (absolute, "/", FALSE);
  g_autofree char *uri = g_strdup_printf ("file:%s?%s", escaped, modes[access]);
  if (sqlite3_open_v2 (uri, &db, (access == LIVE_OURS ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_URI,
                       NULL) != SQLITE_OK) {
    sqlite3_close (db);
    return NULL;
  }
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

/* An ordinary table, not a virtual one or a view of the same name. */
static bool
is_table (sqlite3 *db, const char *name)
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

/* The value as text (no zero bytes) or NULL. */
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
  if (is_table (db, "project"))
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

/* ---- rows in order, around damaged pages ---- */

typedef bool (*RowFunc) (SbProject *project, sqlite3_stmt *row, void *data);

typedef struct {
  SbProject *project;
  RowFunc take;
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
  return CLAMP (last, 0, MAX_STEPS);
}

/* sql has two parameters, the first and the last position.  Behind a row that cannot be read the next ones are asked
 * for one by one, until one answers and the rest goes on from there:
 *
 *   read … read ✗ ? ? ? ? ? ? read … read          a damaged page holds some dozens
 *
 * false: something is missing. */
static bool
read_rows (sqlite3 *db, const char *table, const char *sql, SbProject *project, RowFunc take, void *data)
{
  Rows rows = {project, take, data, true};
  sqlite3_stmt *row = NULL;
  int64_t reached = 0;
  if (!is_table (db, table) || sqlite3_prepare_v2 (db, sql, -1, &row, NULL) != SQLITE_OK)
    return false;
  int status = read_span (row, 0, MAX_STEPS, &rows, &reached);
  const bool all = status == SQLITE_DONE;
  const int64_t end = all ? 0 : last_row (db, table);
  for (int64_t at = reached + 1, missed = 0; at <= end && missed < PROBED_ROWS && status != SQLITE_INTERRUPT; at++) {
    const int64_t before = reached;
    status = read_span (row, at, at, &rows, &reached);
    missed++;
    if (reached == before)
      continue;
    status = read_span (row, at + 1, MAX_STEPS, &rows, &reached);
    missed = 0;
    at = reached;
  }
  sqlite3_finalize (row);
  return all && rows.whole;
}

/* ---- the history ---- */

/* position → SbOperation */
static bool
take_operation (SbProject *project, sqlite3_stmt *row, void *data)
{
  g_autofree char *json = sb_project_column_text (row, 1);
  SbOperation *op = json ? sb_operation_from_json (json, NULL) : NULL;
  if (!op)
    return false;
  int64_t *key = g_new (int64_t, 1);
  *key = sqlite3_column_int64 (row, 0);
  g_hash_table_insert (data, key, op);
  return true;
}

typedef struct {
  GHashTable *ops;
  int64_t last; /* position */
  int n_done;   /* of those that could be read */
} StepReader;

static void
keep_step (SbProject *project, StepReader *reader, const SbStep *step, int64_t position)
{
  sb_project_add_step (project, step);
  reader->n_done += position <= project->n_done;
}

/* Stands where an edit was that cannot be read, so that the steps behind it still mean the same edits: a stroke
 * without strength changes nothing. */
static SbOperation *
empty_operation (int64_t position)
{
  SbOpSpec spec;
  const SbOpPoint point = {0, 0, 1, 0};
  g_autofree char *id = g_strdup_printf ("lost-%" G_GINT64_FORMAT, position);
  sb_op_spec_init (&spec, SB_OP_STROKE);
  spec.id = id;
  spec.points = &point;
  spec.n_points = 1;
  spec.radius_s = 0.001;
  spec.radius_hz = 1;
  return sb_operation_new (&spec, NULL);
}

/* Rows are missing here; an operation that is there was added here. */
static void
fill_gap (SbProject *project, StepReader *reader, int64_t end)
{
  for (int64_t position = reader->last + 1; position < end; position++) {
    const SbStep step = {SB_STEP_ADD, G_MAXINT, g_hash_table_lookup (reader->ops, &position), 0};
    if (step.op)
      keep_step (project, reader, &step, position);
  }
  reader->last = MAX (reader->last, end - 1);
}

static bool
take_step (SbProject *project, sqlite3_stmt *row, void *data)
{
  StepReader *reader = data;
  const int64_t position = sqlite3_column_int64 (row, 0), index = sqlite3_column_int64 (row, 2);
  g_autofree char *kind = sb_project_column_text (row, 1);
  SbStep step = {0};
  const bool next = position == reader->last + 1;
  bool good = kind && sb_step_kind_from_name (kind, &step.kind) && index >= 0 && index <= MAX_STEPS;
  if (position <= reader->last)
    return false;
  if (!good) /* as if it were not there */
    return false;
  fill_gap (project, reader, position);
  reader->last = position;
  step.index = (int)index;
  if (step.kind == SB_STEP_ADD || step.kind == SB_STEP_ADD_MORE) {
    step.op = g_hash_table_lookup (reader->ops, &position);
    g_autoptr (SbOperation) empty = step.op ? NULL : empty_operation (position);
    good = step.op != NULL;
    if (!good)
      step.op = empty;
    keep_step (project, reader, &step, position);
  } else if (step.kind == SB_STEP_REPLACE) {
    step.op = g_hash_table_lookup (reader->ops, &position);
    good = step.op != NULL; /* without it the edit stays as it was: such a step fits nowhere */
    keep_step (project, reader, &step, position);
  } else
    keep_step (project, reader, &step, position);
  return good && next;
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* The history is lost or was never there: each operation is an addition. */
static void
add_all (SbProject *project, GHashTable *ops)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (ops), by_number);
  for (GList *at = keys; at; at = at->next) {
    const SbStep step = {SB_STEP_ADD, (int)project->steps->len, g_hash_table_lookup (ops, at->data), 0};
    sb_project_add_step (project, &step);
  }
  project->n_done = (int)project->steps->len;
}

static int64_t
last_position (GHashTable *ops)
{
  GHashTableIter iter;
  gpointer key;
  int64_t last = 0;
  g_hash_table_iter_init (&iter, ops);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    last = MAX (last, *(int64_t *)key);
  return last;
}

/* false when something of it is missing */
static bool
read_history (sqlite3 *db, SbProject *project, uint32_t version)
{
  g_autoptr (GHashTable) ops =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)sb_operation_unref);
  StepReader reader = {.ops = ops};
  const int n_done = version < 2 ? 0 : project->n_done;
  if (n_done < 0) /* not said: better too much than too little */
    project->n_done = MAX_STEPS;
  bool whole = read_rows (db, "operation",
                          "SELECT position, json FROM operation WHERE position BETWEEN ? AND ? ORDER BY position",
                          project, take_operation, ops);
  if (version >= 2)
    whole =
        read_rows (db, "step", "SELECT position, kind, edit FROM step WHERE position BETWEEN ? AND ? ORDER BY position",
                   project, take_step, &reader) &&
        whole;
  if (g_hash_table_size (ops) == 0) /* a history of nothing but lost edits */
    g_ptr_array_set_size (project->steps, 0);
  if (project->steps->len > 0 && version >= 2)
    fill_gap (project, &reader, last_position (ops) + 1);
  if (project->steps->len == 0 && g_hash_table_size (ops) > 0) {
    whole = whole && version < 2;
    add_all (project, ops);
  } else
    project->n_done = MIN (reader.n_done, (int)project->steps->len);
  whole = whole && n_done >= 0 && n_done <= (int)project->steps->len;
  return sb_project_fill_ops (project) && whole;
}

bool
sb_project_fill_ops (SbProject *project)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (SbStep));
  int n_left_out = 0;
  for (guint i = 0; i < project->steps->len; i++)
    g_array_append_vals (steps, g_ptr_array_index (project->steps, i), 1);
  g_autoptr (SbHistory) history
      = sb_history_replay ((const SbStep *)steps->data, (int)steps->len, project->n_done, &n_left_out);
  const GPtrArray *in_force = sb_history_in_force (history);
  g_ptr_array_set_size (project->ops, 0);
  for (guint i = 0; i < in_force->len; i++)
    g_ptr_array_add (project->ops, sb_operation_ref (in_force->pdata[i]));
  return n_left_out == 0;
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
  if (!is_table (db, "view"))
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
  return read_rows (db, "marker",
                    "SELECT position, from_s, to_s, low_hz, high_hz, label FROM marker WHERE position BETWEEN ? AND ? "
                    "ORDER BY position",
                    project, take_marker, NULL) &&
         status == SQLITE_DONE;
}

static bool
is_sound (sqlite3 *db)
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

/* ---- all of it ---- */

static SbProject *
read_database (const char *path, Access access, uint32_t version, bool *whole)
{
  int work = 0;
  sqlite3 *db = open_defensively (path, access, &work);
  SbProject *project = sb_project_new ();
  *whole = false;
  if (!db)
    return project;
  project->n_done = -1;
  *whole = is_sound (db);
  work = 0;
  *whole = read_settings (db, project) && *whole;
  *whole = read_history (db, project, version) && *whole;
  if (version >= 2)
    *whole = read_view (db, project) && *whole;
  sqlite3_close (db);
  return project;
}

static SbProject *
load (const char *path, Access mode, GError **error)
{
  uint32_t id = 0, version = 0;
  bool whole;
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
  g_autoptr (SbProject) project = read_database (path, mode, version, &whole);
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
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  struct stat st;
  const bool live = stat (wal, &st) == 0 && S_ISREG (st.st_mode) && st.st_size > 0;
  return load (path, live ? LIVE_OTHERS : SNAPSHOT, error);
}

SbProject *
sb_project_load_live (const char *path, bool ours, GError **error)
{
  return load (path, ours ? LIVE_OURS : LIVE_OTHERS, error);
}
