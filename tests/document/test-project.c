/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Project files: everything comes back, nothing half-written is left, and what
 * is not a project of ours is refused with a sentence. */
#include "document/sb-project.h"
#include "edit/sb-op-json.h"

#include <glib/gstdio.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder;

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static int
n_files (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int n = 0;
  while (g_dir_read_name (dir))
    n++;
  return n;
}

static SbProject *
make_project (int n_ops)
{
  SbProject *project = sb_project_new ();
  project->source_path = g_strdup ("/a place/with “signs” \xff and bytes.wav");
  project->source_fingerprint = g_strdup ("0123abcd");
  project->source_size_bytes = INT64_C (7600000000);
  project->rate = 48000;
  project->channels = 2;
  project->n_frames = INT64_C (4147200000);
  project->grid = (SbGrid){2048, 512, SB_WINDOW_BLACKMAN};
  for (int i = 0; i < n_ops; i++) {
    SbOpSpec spec;
    sb_op_spec_init (&spec, SB_OP_BOX);
    spec.from_s = i / 3.0;
    spec.to_s = i / 3.0 + 0.1;
    spec.low_hz = 100.0 / 7;
    spec.high_hz = 900 + i;
    spec.gain_db = i % 2 ? -INFINITY : -i / 7.0;
    g_autoptr (GError) error = NULL;
    SbOperation *op = sb_operation_new (&spec, &error);
    g_assert_no_error (error);
    g_ptr_array_add (project->ops, op);
  }
  return project;
}

static void
test_round_trip (void)
{
  g_autofree char *path = in_folder ("round.sonobrush");
  const int sizes[] = {0, 1, 500};
  for (int k = 0; k < 3; k++) { /* the second replaces the first */
    g_autoptr (GError) error = NULL;
    g_autoptr (SbProject) project = make_project (sizes[k]);
    g_assert_true (sb_project_save (project, path, &error));
    g_assert_no_error (error);
    g_assert_true (sb_is_project_file (path));
    g_assert_cmpint (n_files (), ==, 1);
    g_autoptr (SbProject) back = sb_project_load (path, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (back->source_path, ==, project->source_path);
    g_assert_cmpstr (back->source_fingerprint, ==, project->source_fingerprint);
    g_assert_cmpint (back->source_size_bytes, ==, project->source_size_bytes);
    g_assert_cmpint (back->rate, ==, 48000);
    g_assert_cmpint (back->channels, ==, 2);
    g_assert_cmpint (back->n_frames, ==, project->n_frames);
    g_assert_true (sb_grid_equal (&back->grid, &project->grid));
    g_assert_cmpint (back->ops->len, ==, sizes[k]);
    for (guint i = 0; i < back->ops->len; i++) {
      g_autofree char *a = sb_operation_to_json (g_ptr_array_index (project->ops, i));
      g_autofree char *b = sb_operation_to_json (g_ptr_array_index (back->ops, i));
      g_assert_cmpstr (a, ==, b);
    }
  }
  g_unlink (path);
}

static void
change (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
expect_refused (const char *path, int code, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (sb_project_load (path, &error));
  g_assert_error (error, SB_ERROR, code);
  if (!strstr (error->message, word))
    g_error ("“%s” lacks “%s”", error->message, word);
}

static void
test_refused (void)
{
  g_autofree char *path = in_folder ("odd.sonobrush");
  expect_refused (path, SB_ERROR_OPEN, "odd.sonobrush");
  g_assert_true (g_file_set_contents (path, "I am a text\n", -1, NULL));
  expect_refused (path, SB_ERROR_FORMAT, "is not a Sonobrush project");
  g_assert_false (sb_is_project_file (path));
  g_unlink (path);
  change (path, "CREATE TABLE other (a)");
  expect_refused (path, SB_ERROR_FORMAT, "is not a Sonobrush project");
  g_unlink (path);
  expect_refused (folder, SB_ERROR_FORMAT, "is not a Sonobrush project");

  static const struct {
    const char *sql, *word;
    SbErrorCode code;
  } damages[] = {
      {"PRAGMA user_version = 3", "newer version", SB_ERROR_VERSION},
      {"PRAGMA user_version = 0", "of which version", SB_ERROR_FORMAT},
      {"PRAGMA application_id = 7", "is not a Sonobrush project", SB_ERROR_FORMAT},
      {"DROP TABLE operation; DROP TABLE project; VACUUM", "nothing in it", SB_ERROR_FORMAT},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++) {
    g_autoptr (SbProject) project = make_project (3);
    g_assert_true (sb_project_save (project, path, NULL));
    change (path, damages[i].sql);
    expect_refused (path, damages[i].code, damages[i].word);
    g_unlink (path); /* one that is no project any more is not replaced */
  }
}

/* What reads is read, the rest is told, and nothing in the file runs. */
static void
test_salvage (void)
{
  static const struct {
    const char *sql;
    int n_ops;
  } damages[] = {
      {"DELETE FROM project WHERE key = 'source_path'", 3},
      {"UPDATE project SET value = -5 WHERE key = 'rate'", 3},
      {"UPDATE project SET value = 'round' WHERE key = 'window'", 3},
      {"UPDATE project SET value = 0 WHERE key = 'hop'", 3},
      {"DROP TABLE project", 3},
      {"DROP TABLE step", 3},
      {"DROP TABLE view; DROP TABLE marker", 3},
      {"UPDATE operation SET json = '{\"kind\":\"comet\"}' WHERE position = 2", 2},
      {"UPDATE operation SET json = x'7b00' WHERE position = 1", 2},
      {"DELETE FROM operation WHERE position = 3", 2},
      {"UPDATE step SET kind = 'dance' WHERE position = 3", 2},
      {"UPDATE step SET edit = -1 WHERE position = 3", 2},
      {"UPDATE project SET value = 99 WHERE key = 'n_done'", 3},
      {"ALTER TABLE operation RENAME TO o; CREATE VIEW operation AS SELECT load_extension('x') AS position, id, json "
       "FROM o",
       3 /* by their looks */},
      {"ALTER TABLE operation RENAME TO o; CREATE VIEW operation AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT "
       "n + 1 FROM r) SELECT n AS position, '' AS id, '' AS json FROM r",
       3},
      {"ALTER TABLE operation RENAME TO o; CREATE VIRTUAL TABLE operation USING fts5 (position, id, json)", 3},
  };
  g_autofree char *path = in_folder ("hurt.sonobrush");
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SbProject) project = make_project (3);
    g_assert_true (sb_project_save (project, path, NULL));
    change (path, damages[i].sql);
    g_autoptr (SbProject) back = sb_project_load (path, &error);
    g_assert_no_error (error);
    g_assert_nonnull (back->salvaged);
    if (back->ops->len < (guint)damages[i].n_ops)
      g_error ("%s: %u of %d edits", damages[i].sql, back->ops->len, damages[i].n_ops);
    g_assert_true (sb_grid_check_sizes (&back->grid, NULL));
    g_unlink (path);
  }
  /* an operation that lies there twice, as freed pages leave them */
  g_autoptr (SbProject) two = make_project (1);
  g_assert_true (sb_project_save (two, path, NULL));
  change (path, "INSERT INTO operation SELECT position + 10, id, json FROM operation;"
                "INSERT INTO operation SELECT position + 20, id, json FROM operation;"
                "ALTER TABLE operation RENAME TO o; DROP TABLE step");
  g_autoptr (SbProject) once = sb_project_load (path, NULL);
  g_assert_cmpint (once->ops->len, ==, 1);
  g_unlink (path);
  /* triggers are of no consequence to a reader */
  g_autoptr (SbProject) project = make_project (3);
  g_assert_true (sb_project_save (project, path, NULL));
  change (path, "CREATE TRIGGER t AFTER INSERT ON project BEGIN DELETE FROM operation; END");
  g_autoptr (SbProject) back = sb_project_load (path, NULL);
  g_assert_cmpint (back->ops->len, ==, 3);
  g_assert_null (back->salvaged);
  g_unlink (path);
}

/* Undo history, view settings, markers. */
static void
test_history (void)
{
  g_autofree char *path = in_folder ("history.sonobrush");
  g_autoptr (SbProject) project = make_project (5);
  for (guint i = 0; i < 5; i++) {
    const SbStep step = {SB_STEP_ADD, (int)i, g_ptr_array_index (project->ops, i), 0};
    sb_project_add_step (project, &step);
  }
  const SbStep more[] = {{SB_STEP_MUTE, 1, NULL, 0}, {SB_STEP_REMOVE, 0, NULL, 0}, {SB_STEP_CLEAR, 0, NULL, 0}};
  for (int i = 0; i < 3; i++)
    sb_project_add_step (project, &more[i]);
  project->n_done = 7;
  g_hash_table_insert (project->view, g_strdup ("zoom"), g_strdup ("1.5 “wide”"));
  const SbMarker markers[] = {{0, 1, 1, NAN, NAN, (char *)"cough"}, {0, 2, 3.25, 100, 8000, (char *)""}};
  sb_project_set_markers (project, markers, 2);
  g_assert_true (sb_project_save (project, path, NULL));
  g_autoptr (SbProject) back = sb_project_load (path, NULL);
  g_assert_null (back->salvaged);
  g_assert_cmpint (back->steps->len, ==, 8);
  g_assert_cmpint (back->n_done, ==, 7);
  g_assert_cmpint (back->ops->len, ==, 3); /* one removed, one muted; the clearing is undone */
  g_assert_cmpstr (sb_operation_id (back->ops->pdata[0]), ==, sb_operation_id (project->ops->pdata[2]));
  g_assert_cmpstr (g_hash_table_lookup (back->view, "zoom"), ==, "1.5 “wide”");
  g_assert_cmpint (back->markers->len, ==, 2);
  g_assert_true (isnan (g_array_index (back->markers, SbMarker, 0).low_hz));
  g_assert_cmpfloat (g_array_index (back->markers, SbMarker, 1).to_s, ==, 3.25);
  g_assert_cmpstr (g_array_index (back->markers, SbMarker, 0).title, ==, "cough");
  g_unlink (path);
}

static void
test_not_written (void)
{
  g_autoptr (SbProject) project = make_project (1);
  g_autofree char *nowhere = g_build_filename (folder, "missing", "a.sonobrush", NULL);
  const char *paths[] = {nowhere, folder, "/dev/full", "/dev/null"};
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (sb_project_save (project, paths[i], &error));
    g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
    g_assert_cmpint (n_files (), ==, 0);
  }
}

/* Saving through a link replaces what it points to, and the link stays. */
static void
test_link (void)
{
  g_autoptr (SbProject) project = make_project (1);
  g_autofree char *path = in_folder ("real.sonobrush"), *link = in_folder ("link.sonobrush");
  g_assert_true (sb_project_save (project, path, NULL));
  g_assert_cmpint (symlink ("real.sonobrush", link), ==, 0);
  g_ptr_array_set_size (project->ops, 0);
  g_assert_true (sb_project_save (project, link, NULL));
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_autoptr (SbProject) back = sb_project_load (path, NULL);
  g_assert_cmpint (back->ops->len, ==, 0);
  g_unlink (link);
  g_unlink (path);
}

static void
test_not_over_the_recording (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbProject) project = make_project (1);
  g_autofree char *path = in_folder ("take.wav"), *text = NULL;
  g_assert_true (g_file_set_contents (path, "a recording", -1, NULL));
  g_free (project->source_path);
  project->source_path = g_strdup (path);
  g_assert_false (sb_project_save (project, path, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "a recording");
  g_unlink (path);
}

/* What is there and no project is nobody's to replace, nor is what is write-protected. */
static void
test_not_over_others (void)
{
  g_autofree char *other = in_folder ("other.wav"), *empty = in_folder ("empty"), *mine = in_folder ("mine.sonobrush"),
                  *text = NULL;
  g_autoptr (SbProject) project = make_project (1), more = make_project (2);
  g_autoptr (GError) error = NULL;
  struct stat st;
  g_assert_true (g_file_set_contents (other, "another recording", -1, NULL));
  g_assert_false (sb_project_save (project, other, &error));
  g_assert_nonnull (strstr (error->message, "no Sonobrush project"));
  g_clear_error (&error);
  g_assert_true (g_file_get_contents (other, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "another recording");
  g_assert_true (g_file_set_contents (empty, "", 0, NULL)); /* a name that somebody reserved */
  g_assert_true (sb_project_save (project, empty, &error));
  g_assert_true (sb_project_save (project, mine, &error));
  g_assert_cmpint (g_chmod (mine, 0640), ==, 0);
  g_assert_true (sb_project_save (more, mine, &error));
  g_assert_cmpint (g_stat (mine, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0640);
  g_assert_cmpint (g_chmod (mine, 0444), ==, 0);
  g_assert_cmpint (g_chmod (folder, 0777), ==, 0);
  const pid_t child = fork (); /* to whom it is protected: not to root */
  if (child == 0) {
    const bool somebody = geteuid () != 0 || setuid (65534) == 0;
    const bool saved = sb_project_save (project, mine, &error);
    _exit (somebody && !saved && error && strstr (error->message, "write-protected") ? 0 : 1);
  }
  int status = -1;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_autoptr (SbProject) back = sb_project_load (mine, NULL);
  g_assert_cmpuint (back->ops->len, ==, 2);
  g_assert_cmpint (g_unlink (other), ==, 0);
  g_assert_cmpint (g_unlink (empty), ==, 0);
  g_assert_cmpint (g_unlink (mine), ==, 0);
}

/* A link that leads to nothing yet is followed, as exports do. */
static void
test_dangling_link (void)
{
  g_autofree char *link = in_folder ("link"), *real = in_folder ("yonder.sonobrush"), *round = in_folder ("round");
  g_autoptr (SbProject) project = make_project (1);
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (symlink ("yonder.sonobrush", link), ==, 0);
  g_assert_true (sb_project_save (project, link, &error));
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (sb_is_project_file (real));
  g_assert_cmpint (symlink ("round", round), ==, 0);
  g_assert_false (sb_project_save (project, round, &error));
  g_assert_nonnull (strstr (error->message, "leads nowhere"));
  g_assert_cmpint (g_unlink (link), ==, 0);
  g_assert_cmpint (g_unlink (real), ==, 0);
  g_assert_cmpint (g_unlink (round), ==, 0);
}

static void
test_fingerprint (void)
{
  g_autofree char *path = in_folder ("big.bin"), *before = NULL;
  const gsize n = 6000000;
  g_autofree char *bytes = g_malloc0 (n);
  g_assert_true (g_file_set_contents (path, bytes, (gssize)n, NULL));
  before = sb_fingerprint_file (path, NULL);
  g_assert_cmpint (strlen (before), ==, 64);
  const gsize places[] = {0, 65535, n - 1, n - 65536};
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
    bytes[places[i]] = 1;
    g_assert_true (g_file_set_contents (path, bytes, (gssize)n, NULL));
    g_autofree char *after = sb_fingerprint_file (path, NULL);
    g_assert_cmpstr (after, !=, before);
    bytes[places[i]] = 0;
  }
  g_assert_true (g_file_set_contents (path, bytes, (gssize)n - 1, NULL)); /* shorter */
  g_autofree char *shorter = sb_fingerprint_file (path, NULL);
  g_assert_cmpstr (shorter, !=, before);
  g_unlink (path);
  g_autoptr (GError) error = NULL;
  g_assert_null (sb_fingerprint_file (folder, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_OPEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("sonobrush-project-XXXXXX", NULL);
  g_test_add_func ("/project/round-trip", test_round_trip);
  g_test_add_func ("/project/refused", test_refused);
  g_test_add_func ("/project/salvage", test_salvage);
  g_test_add_func ("/project/history", test_history);
  g_test_add_func ("/project/not-written", test_not_written);
  g_test_add_func ("/project/link", test_link);
  g_test_add_func ("/project/not-over-the-recording", test_not_over_the_recording);
  g_test_add_func ("/project/not-over-others", test_not_over_others);
  g_test_add_func ("/project/dangling-link", test_dangling_link);
  g_test_add_func ("/project/fingerprint", test_fingerprint);
  const int status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
