/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Projects in which anything may be wrong: flipped bits, pages cut off,
 * overwritten and exchanged, foreign databases, other versions, schemas made to
 * do harm, and side files that do not belong.  Each is answered with a project
 * or a sentence, never with a crash, and of what still lies whole in the file
 * nearly all comes back.
 *
 *   SB_DAMAGED_PROJECTS=10000 test-damaged-projects     how many (600 without it) */
#include "document/sb-project-private.h"
#include "sb-test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE   4096
#define N_OPS  200

typedef struct {
  char *bytes;
  gsize n;
} Bytes;

typedef struct {
  char *path;
  SbSource *source;
  GHashTable *texts; /* the plain one's operations as JSON */
  Bytes plain;      /* additions alone */
  Bytes rich;       /* every kind of step, view settings, markers */
  GRand *rand;
} Bench;

typedef enum {
  FLIPPED,
  FLIPPED_HEAD, /* … in the first page */
  CUT_AT_PAGE,
  CUT_ANYWHERE,
  PAGE_FILLED,
  PAGE_EXCHANGED,
  SCHEMA,  /* by SQL that means harm */
  FOREIGN, /* a database of somebody else, half of them under our id */
  VERSION,
  SIDE_FILES,
  N_DAMAGES
} Damage;

static const char *const damage_names[N_DAMAGES] = {
    "bits flipped",     "bits flipped in the head", "cut off at a page", "cut off anywhere",       "a page overwritten",
    "a page exchanged", "a hostile schema",         "a foreign file",    "another version", "hostile side files"};

static const char *const hostile[] = {
    "CREATE TRIGGER t AFTER INSERT ON project BEGIN DELETE FROM operation; END",
    "CREATE TRIGGER t BEFORE UPDATE ON view BEGIN SELECT load_extension('x'); END",
    "ALTER TABLE operation RENAME TO o; CREATE VIEW operation AS "
    "SELECT load_extension('x') AS position, id, json FROM o",
    "ALTER TABLE step RENAME TO o; CREATE VIEW step AS SELECT position, kind, edit FROM o",
    "ALTER TABLE operation RENAME TO o; CREATE VIEW operation AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL "
    "SELECT n + 1 FROM r) SELECT n AS position, '' AS id, '' AS json FROM r",
    "ALTER TABLE operation RENAME TO o; CREATE VIRTUAL TABLE operation USING fts5 (position, id, json)",
    "ALTER TABLE step RENAME TO o; CREATE VIRTUAL TABLE step USING rtree (position, kind, edit)",
    "ALTER TABLE project RENAME TO o; CREATE TABLE project (key TEXT, value AS (zeroblob(1000000000)))",
    "ALTER TABLE operation ADD COLUMN more AS (randomblob(1000000000))",
    "CREATE INDEX i ON operation (length(json) + position); CREATE INDEX k ON step (abs(edit))",
    "DROP TABLE operation; CREATE TABLE operation (position INTEGER PRIMARY KEY, id, json CHECK (json > 0)) STRICT",
    "DROP TABLE operation; CREATE TABLE operation (position PRIMARY KEY, id, json) WITHOUT ROWID; "
    "INSERT INTO operation VALUES ('many', 1, 2), (x'00', 1, 2), (-7, NULL, NULL), (1e300, 1, 2)",
    "INSERT INTO operation SELECT 9000000000000000000, 'far', json FROM operation LIMIT 1",
    "INSERT INTO step VALUES (999999, 'add', 2147483647), (1000000, 'clear', -1), (1000001, 'mute', 0)",
    "INSERT INTO step VALUES (-5, 'remove', 3), (0, 'remove', 3)",
    "UPDATE step SET kind = 'clear' WHERE position % 2",
    "UPDATE step SET kind = 'replace', edit = edit / 2 WHERE position % 3 = 0",
    "UPDATE step SET edit = 9000000000000000000 WHERE position > 100",
    "UPDATE operation SET json = zeroblob(20000000) WHERE position = 20",
    "UPDATE operation SET json = '{\"id\":' || hex(zeroblob(3000000)) WHERE position = 20",
    "UPDATE operation SET json = replace(hex(zeroblob(100000)), '00', '[{') WHERE position = 20",
    "UPDATE operation SET json = replace(json, 'box', 'stroke')",
    "UPDATE operation SET json = replace(json, '\"to_s\":', '\"to_s\":1e308')",
    "UPDATE operation SET json = (SELECT json FROM operation WHERE position = 1)",
    "UPDATE project SET value = 2147483647 WHERE key IN ('n_fft', 'hop', 'rate', 'channels')",
    "UPDATE project SET value = -9223372036854775808 WHERE key IN ('n_frames', 'source_size_bytes', 'n_done')",
    "UPDATE project SET value = zeroblob(5000000)",
    "UPDATE project SET value = 'nan'",
    "INSERT INTO view SELECT hex(randomblob(8)), hex(randomblob(100)) FROM operation, operation AS b LIMIT 20000",
    "UPDATE view SET value = x'00ff'",
    "INSERT INTO marker SELECT position, 9e999, -9e999, 'x', x'00', 5 FROM operation",
    "INSERT OR REPLACE INTO marker SELECT position, position, position + 1, NULL, NULL, x'c328' FROM operation",
    "DELETE FROM project", "DROP TABLE step", "DROP TABLE operation; DROP TABLE project",
    "DROP TABLE marker; DROP TABLE view",
    "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 2 WHERE name = 'operation'",
    "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 99999 WHERE name = 'step'",
    "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE operation (a)' WHERE name = 'operation'",
    "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = hex(zeroblob(200000)) WHERE name = 'step'",
    "PRAGMA encoding = 'UTF-16'; VACUUM", "PRAGMA page_size = 512; VACUUM", "PRAGMA auto_vacuum = 1; VACUUM",
};

static const char *const foreign[] = {
    "CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT); INSERT INTO moz_places VALUES (1, 'x')",
    "CREATE TABLE project (key, value); INSERT INTO project VALUES ('source_path', '/dev/zero'), ('rate', 'fast')",
    "CREATE TABLE operation (json); INSERT INTO operation VALUES ('{\"id\":1}')",
    "CREATE TABLE step (position INTEGER PRIMARY KEY, kind, edit); "
    "INSERT INTO step VALUES (1, 'add', 0), (2, 'clear', 0)",
    "CREATE VIEW project AS SELECT 'rate' AS key, 48000 AS value",
    "CREATE TABLE a (b); WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 3000) "
    "INSERT INTO a SELECT n FROM r",
    "CREATE TABLE sonobrush (\"weird \"\" name\" BLOB); CREATE INDEX \"project\" ON sonobrush (1)",
    "",
};

/* --- making them --- */

static SbOperation *
make_box (int i, double gain_db)
{
  SbOpSpec spec;
  g_autofree char *id = g_strdup_printf ("edit-%d", i);
  sb_op_spec_init (&spec, SB_OP_BOX);
  spec.id = id;
  spec.from_s = i / 300.0;
  spec.to_s = i / 300.0 + 0.1;
  spec.low_hz = 100.0 / 7;
  spec.high_hz = 900 + i;
  spec.gain_db = gain_db;
  return sb_operation_new (&spec, NULL);
}

static void
add_step (SbProject *project, SbStepKind kind, int index, SbOperation *op)
{
  const SbStep step = {kind, index, op, 0};
  sb_project_add_step (project, &step);
  project->n_done++;
}

/* Every kind of step, the last three undone, and all else that a project holds. */
static void
make_rich (SbProject *project)
{
  for (int i = 0; i < N_OPS; i += 20) {
    g_autoptr (SbOperation) changed = make_box (i == 0 ? 2 : 1000 + i - 20 + 2, -7);
    add_step (project, SB_STEP_REPLACE, 2, changed);
    add_step (project, SB_STEP_MUTE, 3, NULL);
    add_step (project, SB_STEP_REMOVE, 4, NULL);
    add_step (project, SB_STEP_UNMUTE, 3, NULL);
    add_step (project, SB_STEP_CLEAR, 0, NULL);
    for (int k = 0; k < 20; k++) {
      g_autoptr (SbOperation) more = make_box (1000 + i + k, -3);
      add_step (project, SB_STEP_ADD, k, more);
    }
  }
  project->n_done -= 3;
  for (int i = 0; i < 50; i++) {
    const SbMarker marker = {0, i / 50.0, i / 50.0 + 0.01, i % 2 ? NAN : 100, i % 2 ? NAN : 900, g_strdup ("cough")};
    g_array_append_val (project->markers, marker);
    g_hash_table_insert (project->view, g_strdup_printf ("setting-%d", i), g_strdup ("1.5 2.5"));
  }
}

static Bytes
make_project (const char *path, bool rich, GHashTable *texts)
{
  Bytes file;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbProject) project = sb_project_new ();
  project->source_path = g_strdup ("/recordings/take 7.wav");
  project->source_fingerprint = g_strdup ("0123abcd");
  project->source_size_bytes = 96044;
  project->rate = 8000;
  project->channels = 1;
  project->n_frames = 8000;
  project->grid = (SbGrid){512, 128, SB_WINDOW_HANN};
  for (int i = 0; i < N_OPS; i++) {
    g_autoptr (SbOperation) op = make_box (i, i % 2 ? -INFINITY : -i / 7.0);
    add_step (project, SB_STEP_ADD, i, op);
    if (texts)
      g_hash_table_add (texts, sb_operation_to_json (op));
  }
  if (rich)
    make_rich (project);
  g_assert_true (sb_project_save (project, path, &error));
  g_assert_no_error (error);
  g_autoptr (SbProject) back = sb_project_load (path, NULL);
  g_assert_null (back->salvaged);
  g_assert_cmpuint (back->ops->len, ==, rich ? 17 : N_OPS);
  g_assert_true (g_file_get_contents (path, &file.bytes, &file.n, NULL));
  return file;
}

/* --- damaging them --- */

static void
write_bytes (const char *path, const void *bytes, gsize n)
{
  FILE *file = fopen (path, "wb");
  g_assert_nonnull (file);
  g_assert_true (n == 0 || fwrite (bytes, n, 1, file) == 1);
  g_assert_cmpint (fclose (file), ==, 0);
}

/* What somebody else's SQLite would make of it; it may refuse. */
static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_exec (db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL);
  sqlite3_exec (db, sql, NULL, NULL, NULL);
  sqlite3_close (db);
}

static void
flip (char *bytes, gsize n, GRand *rand)
{
  for (int k = g_rand_int_range (rand, 1, 9); k > 0; k--)
    bytes[g_rand_int_range (rand, 0, (gint32)n)] ^= (char)(1 << g_rand_int_range (rand, 0, 8));
}

static void
damage_bytes (Bench *bench, Damage kind, int i, Bytes *copy)
{
  GRand *rand = bench->rand;
  const gint32 n_pages = (gint32)(copy->n / PAGE);
  char *page = copy->bytes + PAGE * g_rand_int_range (rand, 0, n_pages);
  char *other = copy->bytes + PAGE * g_rand_int_range (rand, 0, n_pages);
  switch (kind) {
  case FLIPPED:
  case FLIPPED_HEAD:
    flip (copy->bytes, kind == FLIPPED ? copy->n : PAGE, rand);
    break;
  case CUT_AT_PAGE: /* at each in turn */
    copy->n = PAGE * (gsize)(i / N_DAMAGES % (n_pages + 1));
    break;
  case CUT_ANYWHERE:
    copy->n = (gsize)g_rand_int_range (rand, 0, (gint32)copy->n);
    break;
  case PAGE_FILLED:
    memset (page, g_rand_int_range (rand, 0, 256), PAGE);
    break;
  case PAGE_EXCHANGED:
    memcpy (page, other, PAGE);
    break;
  default:
    break;
  }
}

static void
put_side_file (Bench *bench, const char *ending, const Bytes *from)
{
  g_autofree char *path = g_strconcat (bench->path, ending, NULL);
  g_autofree char *junk = g_memdup2 (from->bytes, from->n);
  for (int k = 0; k < 100; k++)
    flip (junk, from->n, bench->rand);
  memcpy (junk, "\x37\x7f\x06\x82\x00\x2d\xe2\x18\x00\x00\x10\x00", 12); /* a write-ahead log's beginning */
  write_bytes (path, junk, from->n);
}

static void
remove_side_files (Bench *bench)
{
  static const char *const endings[] = {"-wal", "-shm", "-journal"};
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++) {
    g_autofree char *path = g_strconcat (bench->path, endings[i], NULL);
    unlink (path);
  }
}

/* Leaves it in bench->path; returns how many operations' texts still lie whole in it. */
static int
make_damaged (Bench *bench, Damage kind, int i)
{
  const bool rich = i / N_DAMAGES % 2;
  const Bytes *from = rich ? &bench->rich : &bench->plain;
  Bytes copy = {g_memdup2 (from->bytes, from->n), from->n};
  g_autofree char *owned = copy.bytes, *sql = NULL;
  const int which = i / N_DAMAGES;
  int n_whole = 0;
  remove_side_files (bench);
  unlink (bench->path);
  damage_bytes (bench, kind, i, &copy);
  if (kind != FOREIGN)
    write_bytes (bench->path, copy.bytes, copy.n);
  if (kind == SCHEMA)
    run_sql (bench->path, hostile[which % G_N_ELEMENTS (hostile)]);
  if (kind == SCHEMA && which % 3 == 2)
    run_sql (bench->path, hostile[g_rand_int_range (bench->rand, 0, G_N_ELEMENTS (hostile))]);
  if (kind == FOREIGN) {
    run_sql (bench->path, foreign[which % G_N_ELEMENTS (foreign)]);
    sql = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d", SB_PROJECT_APPLICATION_ID,
                           which % 4);
    if (which % 2)
      run_sql (bench->path, sql);
  }
  if (kind == VERSION) {
    sql = g_strdup_printf ("PRAGMA user_version = %d",
                           which % 3 == 0 ? g_rand_int_range (bench->rand, -9, 9) : which % 5);
    run_sql (bench->path, sql);
  }
  if (kind == SIDE_FILES)
    put_side_file (bench, which % 3 == 0 ? "-journal" : "-wal", from);
  GHashTableIter iter;
  gpointer text;
  g_hash_table_iter_init (&iter, bench->texts);
  while (!rich && kind <= PAGE_EXCHANGED && g_hash_table_iter_next (&iter, &text, NULL))
    n_whole += memmem (copy.bytes, copy.n, text, strlen (text)) != NULL;
  return n_whole;
}

/* --- reading them --- */

/* It can be used: the history does what it says and the sound can be read. */
static void
use (Bench *bench, const SbProject *project)
{
  float frames[300];
  g_autoptr (GError) error = NULL;
  g_autoptr (SbDocument) document = sb_document_new (bench->source, &project->grid, &error);
  if (!document || !sb_project_restore (project, document, NULL, &error)) {
    g_assert_nonnull (error); /* a grid or an edit that asks for too much: a sentence */
    return;
  }
  g_autoptr (SbSnapshot) snapshot = sb_document_snapshot (document);
  g_assert_true (sb_source_read (snapshot->source[SB_VIEW_RESULT], 1000, G_N_ELEMENTS (frames), frames, &error));
  while (sb_document_can_undo (document) && sb_document_n_done (document) > sb_document_n_steps (document) - 3)
    sb_document_undo (document);
}

static void
check (const SbProject *project)
{
  g_assert_true (sb_grid_check_sizes (&project->grid, NULL));
  g_assert_cmpint (project->n_done, >=, 0);
  g_assert_cmpint (project->n_done, <=, (int)project->steps->len);
  g_assert_nonnull (project->source_path);
  for (guint i = 0; i < project->ops->len; i++)
    g_assert_nonnull (sb_operation_id (project->ops->pdata[i]));
  for (guint i = 0; i < project->markers->len; i++)
    g_assert_true (sb_marker_is_sane (&g_array_index (project->markers, SbMarker, i)));
}

typedef struct {
  int n, n_whole_files, n_salvaged, n_refused;
  int64_t n_texts, n_back; /* of plain projects */
} Tally;

static void
read_damaged (Bench *bench, Damage kind, int i, Tally *tally)
{
  const int n_whole = make_damaged (bench, kind, i);
  const bool live = i / N_DAMAGES % 4 == 3; /* as the session that a killed program left */
  g_autoptr (GError) error = NULL;
  g_autoptr (SbProject) project
      = live ? sb_project_load_live (bench->path, &error) : sb_project_load (bench->path, &error);
  g_assert_true ((project != NULL) != (error != NULL));
  tally->n++;
  if (project == NULL) {
    g_assert_cmpuint (strlen (error->message), >, 20);
    tally->n_refused++;
    return;
  }
  check (project);
  tally->n_salvaged += project->salvaged != NULL;
  tally->n_whole_files += project->salvaged == NULL;
  tally->n_texts += n_whole;
  for (guint k = 0; k < project->ops->len && n_whole > 0; k++) {
    g_autofree char *text = sb_operation_to_json (project->ops->pdata[k]);
    tally->n_back += g_hash_table_contains (bench->texts, text);
  }
  if (i % 7 == 0)
    use (bench, project);
}

static void
test_damaged (void)
{
  const char *wanted = g_getenv ("SB_DAMAGED_PROJECTS");
  const int n_variants = wanted ? MAX (atoi (wanted), N_DAMAGES) : 600;
  Bench bench = {
      .path = sb_test_path ("damaged.sonobrush"),
      .source = sb_test_noise_source (3, 8000, 1, 8000),
      .texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
      .rand = g_rand_new_with_seed (7),
  };
  Tally all = {0}, tallies[N_DAMAGES] = {0};
  bench.plain = make_project (bench.path, false, bench.texts);
  bench.rich = make_project (bench.path, true, NULL);
  for (int i = 0; i < n_variants; i++)
    read_damaged (&bench, (Damage)(i % N_DAMAGES), i, &tallies[i % N_DAMAGES]);
  for (int kind = 0; kind < N_DAMAGES; kind++) {
    const Tally *t = &tallies[kind];
    g_test_message ("%s: %d read whole, %d salvaged, %d refused; %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                    " edits that still lay in the file came back",
                    damage_names[kind], t->n_whole_files, t->n_salvaged, t->n_refused, t->n_back, t->n_texts);
    all.n_whole_files += t->n_whole_files;
    all.n_salvaged += t->n_salvaged;
    all.n_refused += t->n_refused;
    all.n_texts += t->n_texts;
    all.n_back += t->n_back;
  }
  g_test_message ("%d damaged projects: %d read whole, %d salvaged, %d refused; %.2f %% of what still lay in them came "
                  "back",
                  n_variants, all.n_whole_files, all.n_salvaged, all.n_refused,
                  100.0 * (double)all.n_back / (double)all.n_texts);
  g_assert_cmpint (all.n_salvaged + all.n_whole_files, >, n_variants / 2);
  g_assert_cmpfloat ((double)all.n_back, >=, 0.97 * (double)all.n_texts);
  g_assert_cmpint (tallies[VERSION].n_refused, >, tallies[VERSION].n / 3);
  remove_side_files (&bench);
  sb_source_unref (bench.source);
  g_hash_table_unref (bench.texts);
  g_rand_free (bench.rand);
  g_free (bench.plain.bytes);
  g_free (bench.rich.bytes);
  g_free (bench.path);
}

/* --- the log of a session whose program was killed --- */

#define N_KEPT 60

typedef struct {
  Bytes database, log;
  gsize ends[N_KEPT + 1]; /* of the log after so many transactions */
} Killed;

/* A step a transaction, as the writer does it, and copied as it lies there meanwhile. */
static Killed
make_killed (const char *path)
{
  Killed killed = {0};
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autoptr (SbProject) empty = sb_project_new ();
  sqlite3 *db = NULL;
  unlink (log);
  empty->source_path = g_strdup ("/recordings/take 7.wav");
  empty->rate = 8000;
  empty->channels = 1;
  empty->grid = (SbGrid){512, 128, SB_WINDOW_HANN};
  g_assert_true (sb_project_save (empty, path, NULL));
  g_assert_true (g_file_get_contents (path, &killed.database.bytes, &killed.database.n, NULL));
  g_assert_cmpint (killed.database.bytes[18], ==, 1); /* saved whole: it has no log, whatever lies beside it */
  g_assert_cmpint (killed.database.bytes[19], ==, 1);
  g_free (killed.database.bytes);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_exec (db, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0", NULL, NULL, NULL);
  for (int i = 0; i < N_KEPT; i++) {
    g_autoptr (SbOperation) op = make_box (i, i % 2 ? -INFINITY : -i / 7.0);
    SbStep step = {SB_STEP_ADD, i, op, 0}, *one = &step;
    g_assert_cmpint (sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_true (sb_project_write_steps (db, &one, 1, i) && sb_project_write_number (db, "n_done", i + 1));
    g_assert_cmpint (sqlite3_exec (db, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_true (g_file_get_contents (log, &killed.log.bytes, &killed.log.n, NULL));
    killed.ends[i + 1] = killed.log.n;
    if (i + 1 < N_KEPT)
      g_free (killed.log.bytes);
  }
  g_assert_true (g_file_get_contents (path, &killed.database.bytes, &killed.database.n, NULL));
  sqlite3_close (db);
  return killed;
}

static void
put_killed (const char *path, const Killed *killed, gsize n_log)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL), *index = g_strconcat (path, "-shm", NULL);
  unlink (index);
  write_bytes (path, killed->database.bytes, killed->database.n);
  write_bytes (log, killed->log.bytes, n_log);
}

/* What SQLite itself makes of a copy. */
static int
count_by_sqlite (const char *path, const Killed *killed, gsize n_log)
{
  g_autofree char *copy = g_strconcat (path, ".copy", NULL);
  sqlite3 *db = NULL;
  sqlite3_stmt *row = NULL;
  put_killed (copy, killed, n_log);
  g_assert_cmpint (sqlite3_open (copy, &db), ==, SQLITE_OK);
  sqlite3_exec (db, "PRAGMA synchronous=OFF", NULL, NULL, NULL);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "SELECT count(*) FROM step", -1, &row, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (row), ==, SQLITE_ROW);
  const int n = sqlite3_column_int (row, 0);
  sqlite3_finalize (row);
  sqlite3_close (db);
  return n;
}

static int
transactions_within (const Killed *killed, gsize n)
{
  int k = 0;
  while (k < N_KEPT && killed->ends[k + 1] <= n)
    k++;
  return k;
}

/* Cut off anywhere, as a kill leaves it: what SQLite reads, and nothing appears beside it. */
static void
test_killed_log (void)
{
  g_autofree char *folder = sb_test_path ("killed"), *path = g_build_filename (folder, "k.sonobrush", NULL);
  g_autofree char *index = g_strconcat (path, "-shm", NULL), *elsewhere = sb_test_path ("elsewhere.sonobrush");
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  Killed killed = make_killed (path);
  for (gsize n = 0; n <= killed.log.n; n = n == killed.log.n ? n + 1 : MIN (n + 3037, killed.log.n)) {
    put_killed (path, &killed, n);
    g_autoptr (SbProject) project = sb_project_load (path, NULL), live = sb_project_load_live (path, NULL);
    g_assert_null (project->salvaged);
    g_assert_cmpuint (project->ops->len, ==, transactions_within (&killed, n));
    g_assert_cmpuint (project->ops->len, ==, count_by_sqlite (elsewhere, &killed, n));
    g_assert_cmpuint (live->ops->len, ==, project->ops->len);
    g_assert_false (g_file_test (index, G_FILE_TEST_EXISTS));
  }
  /* a file that was saved whole is not touched by a log beside it */
  g_autoptr (SbProject) one = sb_project_load (path, NULL);
  g_ptr_array_set_size (one->steps, 7);
  one->n_done = 7;
  g_assert_true (sb_project_save (one, path, NULL));
  g_autoptr (SbProject) saved = sb_project_load (path, NULL);
  g_assert_cmpuint (saved->ops->len, ==, 7);
  g_assert_null (saved->salvaged);
  g_free (killed.database.bytes);
  g_free (killed.log.bytes);
}

/* --- the power went --- */

static gsize
frames_until (gsize n)
{
  return (n - 32) / (24 + PAGE);
}

static char *
frame_of (const Killed *killed, gsize i)
{
  return killed->log.bytes + 32 + i * (24 + PAGE);
}

/* The end of the last transaction reached the disk, something before it did not. */
static void
test_power_cut (void)
{
  g_autofree char *path = sb_test_path ("power-cut.sonobrush"), *elsewhere = sb_test_path ("elsewhere.sonobrush");
  Killed killed = make_killed (path);
  const gsize first = frames_until (killed.ends[N_KEPT - 1]), last = frames_until (killed.ends[N_KEPT]) - 1;
  g_assert_cmpuint (last, >=, first + 2);
  for (gsize i = first; i < last; i++)
    for (int how = 0; how < 4; how++) {
      char *frame = frame_of (&killed, i);
      g_autofree char *before = g_memdup2 (frame, 24 + PAGE);
      if (how == 0) /* never written */
        memset (frame, 0, 24 + PAGE);
      else if (how == 1) /* a part of it */
        memset (frame + 512, 0, 24 + PAGE - 512);
      else { /* what was there of an earlier log: pages that come before and behind */
        for (int k = 8; k < 16; k++)
          frame[k] = (char)(frame[k] + 1);
        frame[3] = how == 2 ? 1 : 100;
        frame[16] = (char)(frame[16] + 1);
      }
      put_killed (path, &killed, killed.log.n);
      g_autoptr (SbProject) project = sb_project_load_live (path, NULL);
      g_assert_null (project->salvaged);
      g_assert_cmpuint (project->ops->len, ==, N_KEPT - 1);
      g_assert_cmpint (count_by_sqlite (elsewhere, &killed, killed.log.n), ==, N_KEPT - 1);
      memcpy (frame, before, 24 + PAGE);
    }
  /* nor is the end of the one before it a part of the last one, whatever of its header is wrong */
  char *end = frame_of (&killed, first - 1);
  for (int at = 0; at < 24; at++) {
    end[at] ^= (char)0xff;
    put_killed (path, &killed, killed.log.n);
    g_autoptr (SbProject) project = sb_project_load_live (path, NULL);
    g_assert_nonnull (project->salvaged);
    g_assert_cmpuint (project->ops->len, >=, N_KEPT - 1);
    end[at] ^= (char)0xff;
  }
  memset (end + 4, 0, 4);
  put_killed (path, &killed, killed.log.n);
  g_autoptr (SbProject) two = sb_project_load_live (path, NULL);
  g_assert_nonnull (two->salvaged);
  g_assert_cmpuint (two->ops->len, >=, N_KEPT - 1);
  memset (end, 0, 8);
  put_killed (path, &killed, killed.log.n);
  g_autoptr (SbProject) project = sb_project_load_live (path, NULL);
  g_assert_nonnull (project->salvaged);
  g_free (killed.database.bytes);
  g_free (killed.log.bytes);
}

/* Cut off while a new header was being written over a log that is in the database already: nothing is wrong. */
static void
test_half_a_header (void)
{
  g_autofree char *path = sb_test_path ("half-a-header.sonobrush"), *database = NULL;
  Killed killed = make_killed (path);
  gsize n;
  sqlite3 *db;
  put_killed (path, &killed, killed.log.n);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "PRAGMA wal_checkpoint(PASSIVE)", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_true (g_file_get_contents (path, &database, &n, NULL));
  sqlite3_close (db);
  for (int checkpointed = 0; checkpointed < 2; checkpointed++)
    for (int at = 12; at < 32; at += 4) {
      if (checkpointed && killed.database.bytes != database) {
        g_free (killed.database.bytes);
        killed.database = (Bytes){database, n};
      }
      killed.log.bytes[at] ^= 1;
      put_killed (path, &killed, killed.log.n);
      g_autoptr (SbProject) project = sb_project_load_live (path, NULL);
      g_assert_cmpint (project->salvaged == NULL, ==, checkpointed);
      g_assert_cmpuint (project->ops->len, ==, N_KEPT);
      killed.log.bytes[at] ^= 1;
    }
  g_free (killed.log.bytes);
}

/* One byte wrong anywhere but in the last transaction, which may just have been written: it is told, or nothing is
 * lost; what was kept before is there, and nearly all behind. */
static void
test_damaged_log (void)
{
  g_autofree char *path = sb_test_path ("damaged-log.sonobrush");
  GRand *rand = g_rand_new_with_seed (8);
  const int gap = g_getenv ("SB_DAMAGED_PROJECTS") ? 900 : 4000;
  Killed killed = make_killed (path);
  int n_told = 0, n_all = 0, n = 0;
  for (gsize at = 0; at < killed.ends[N_KEPT - 1]; at += at < 32 + 24 ? 1 : (gsize)g_rand_int_range (rand, 1, gap)) {
    const char before = killed.log.bytes[at];
    const gsize in_frame = at < 32 ? 24 : (at - 32) % (24 + PAGE);
    killed.log.bytes[at] ^= (char)(in_frame % 2 ? 0xff : 1 << g_rand_int_range (rand, 0, 8));
    put_killed (path, &killed, killed.log.n);
    g_autoptr (SbProject) project = sb_project_load_live (path, NULL);
    g_assert_nonnull (project);
    check (project);
    g_assert_nonnull (project->salvaged);
    GHashTable *ids = g_hash_table_new (g_str_hash, g_str_equal);
    for (guint i = 0; i < project->ops->len; i++)
      g_hash_table_add (ids, (gpointer)sb_operation_id (project->ops->pdata[i]));
    for (int i = 0; i < transactions_within (&killed, at); i++) {
      g_autoptr (SbOperation) op = make_box (i, 0);
      g_assert_true (g_hash_table_contains (ids, sb_operation_id (op)));
    }
    g_assert_cmpuint (g_hash_table_size (ids), >=, N_KEPT - 1);
    n_all += g_hash_table_size (ids) == N_KEPT && project->ops->len == N_KEPT;
    n_told += project->salvaged != NULL;
    n++;
    g_hash_table_unref (ids);
    killed.log.bytes[at] = before;
  }
  g_test_message ("%d bytes of a log were wrong: %d told, %d with every edit", n, n_told, n_all);
  g_assert_cmpint (n_all, >=, n * 9 / 10);
  for (int round = 0; round < 200; round++) { /* whatever else: a project or a sentence */
    Killed worse = {killed.database, {g_memdup2 (killed.log.bytes, killed.log.n), killed.log.n}, {0}};
    for (int k = g_rand_int_range (rand, 1, 300); k > 0; k--)
      worse.log.bytes[g_rand_int_range (rand, 0, (gint32)(k % 3 ? worse.log.n : 100))] = (char)g_rand_int (rand);
    put_killed (path, &worse, (gsize)g_rand_int_range (rand, 0, (gint32)worse.log.n + 1));
    g_autoptr (GError) error = NULL;
    g_autoptr (SbProject) project = sb_project_load_live (path, &error);
    g_assert_true ((project != NULL) != (error != NULL));
    if (project)
      check (project);
    g_free (worse.log.bytes);
  }
  g_rand_free (rand);
  g_free (killed.database.bytes);
  g_free (killed.log.bytes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/damaged-projects", test_damaged);
  g_test_add_func ("/killed-log", test_killed_log);
  g_test_add_func ("/power-cut", test_power_cut);
  g_test_add_func ("/half-a-header", test_half_a_header);
  g_test_add_func ("/damaged-log", test_damaged_log);
  return g_test_run ();
}
