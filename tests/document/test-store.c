/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keeping: what was done is there again, undo included, and a session is never
 * taken for another recording's. */
#include "document/sb-opening-mark.h"
#include "store-support.h"

#include <glib/gstdio.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int
n_sessions (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  int n = 0;
  while (dir && (name = g_dir_read_name (dir)))
    n += g_str_has_suffix (name, ".sonobrush");
  return n;
}

static void
test_everything_comes_back (void)
{
  g_autofree char *folder = sb_test_path ("s-back"), *path = make_recording ("back.wav", 1), *before = NULL;
  Session s = open_session (folder, path);
  g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_NOTHING);
  g_assert_cmpint (sb_store_state (s.store).keeping, ==, SB_KEEPING);
  close_session (&s);
  g_assert_cmpint (n_sessions (folder), ==, 0); /* looking makes no session */
  for (int round = 0; round < 6; round++) {
    s = open_session (folder, path);
    g_assert_cmpint (sb_store_state (s.store).found, ==, round ? SB_FOUND_SESSION : SB_FOUND_NOTHING);
    g_assert_null (sb_store_state (s.store).sentence);
    g_autofree char *now = sb_document_to_json (s.document);
    if (round > 0)
      g_assert_cmpstr (now, ==, before);
    paint (&s, 0.05 * round);
    paint (&s, 0.05 * round + 0.01);
    sb_document_undo (s.document);
    if (round == 2)
      sb_document_set_muted (s.document, sb_operation_id (sb_document_edit (s.document, 1, NULL)), true);
    if (round == 3) {
      g_assert_true (sb_document_remove_op (s.document, sb_operation_id (sb_document_edit (s.document, 0, NULL))));
      paint (&s, 0.3); /* after an undo: the undone ones are gone */
    }
    if (round == 4) {
      g_assert_true (sb_document_clear (s.document));
      sb_document_undo (s.document);
    }
    if (round > 0) {
      SbOperation *newest = sb_document_edit (s.document, sb_document_n_edits (s.document) - 1, NULL);
      SbOpSpec spec = *sb_operation_spec (newest);
      spec.gain_db = -3 - round;
      g_autoptr (SbOperation) changed = sb_operation_new (&spec, NULL);
      g_assert_true (sb_document_replace_op (s.document, changed, NULL));
    }
    sb_store_set_view (s.store, "zoom", round ? "3" : "1");
    g_assert_true (sb_store_flush (s.store, 30));
    g_assert_cmpuint (sb_store_n_kept (s.store), ==, sb_store_n_changes (s.store));
    g_free (before);
    before = sb_document_to_json (s.document);
    close_session (&s);
    g_assert_cmpint (n_sessions (folder), ==, 1);
  }
  s = open_session (folder, path);
  g_assert_cmpstr (g_hash_table_lookup (sb_store_project (s.store)->view, "zoom"), ==, "3");
  int n_undone = 0;
  while (sb_document_can_undo (s.document)) {
    sb_document_undo (s.document);
    n_undone++;
  }
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 0);
  g_assert_cmpint (n_undone, >=, 8);
  close_session (&s);
  s = open_session (folder, path); /* undone to the beginning is kept too */
  g_assert_false (sb_document_can_undo (s.document));
  g_assert_true (sb_document_can_redo (s.document));
  close_session (&s);
}

static void
test_moved_copied_changed (void)
{
  g_autofree char *folder = sb_test_path ("s-moved"), *a = make_recording ("a.wav", 2), *b = sb_test_path ("b.wav");
  g_autofree char *bytes = NULL;
  gsize n;
  Session s = open_session (folder, a);
  for (int i = 0; i < 3; i++)
    paint (&s, 0.1 * i);
  close_session (&s);
  g_assert_cmpint (g_rename (a, b), ==, 0);
  s = open_session (folder, b);
  g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_MOVED);
  g_assert_cmpstr (sb_store_state (s.store).other_path, ==, a);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 3);
  close_session (&s);
  s = open_session (folder, b);
  g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_SESSION);
  close_session (&s);
  /* a copy: both live */
  g_assert_true (g_file_get_contents (b, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (a, bytes, (gssize)n, NULL));
  s = open_session (folder, a);
  g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_COPY);
  g_assert_cmpint (sb_store_state (s.store).n_other, ==, 3);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 0);
  g_assert_true (sb_store_take_other (s.store, NULL, NULL));
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 3);
  sb_document_undo (s.document);
  close_session (&s);
  expect_kept (folder, b, 3);
  /* other content under the same name */
  g_autofree char *again = make_recording ("b.wav", 77);
  s = open_session (folder, b);
  g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_CHANGED);
  g_assert_cmpint (sb_store_state (s.store).n_other, ==, 3);
  g_assert_nonnull (strstr (sb_store_state (s.store).sentence, "has changed"));
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 0);
  close_session (&s);
  g_assert_true (g_file_set_contents (b, bytes, (gssize)n, NULL)); /* and back again */
  s = open_session (folder, b);
  g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_SESSION);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 3);
  close_session (&s);
}

/* Markers, and edits that are all undone, are work as well: they follow a recording that was moved, and markers are on
 * offer for a copy. */
static void
test_markers_and_undone_moved (void)
{
  for (int kind = 0; kind < 3; kind++) { /* markers; undone edits; both, and an edit */
    g_autofree char *name = g_strdup_printf ("s-mark-%d", kind), *folder = sb_test_path (name);
    g_autofree char *wav = g_strconcat (name, ".wav", NULL), *path = make_recording (wav, 30 + (guint32)kind);
    g_autofree char *moved = g_strconcat (path, ".moved.wav", NULL), *copy = g_strconcat (path, ".copy.wav", NULL),
                    *bytes = NULL;
    const SbMarker marks[] = {{.from_s = 0.1, .to_s = 0.1, .low_hz = NAN, .high_hz = NAN, .title = (char *)"one"},
                              {.from_s = 0.2, .to_s = 0.3, .low_hz = 100, .high_hz = 200, .title = (char *)"two"}};
    gsize n;
    Session s = open_session (folder, path);
    if (kind == 2)
      paint (&s, 0.05);
    if (kind > 0) {
      paint (&s, 0.1);
      paint (&s, 0.2);
      sb_document_undo (s.document);
      sb_document_undo (s.document);
    }
    if (kind != 1)
      sb_store_set_markers (s.store, marks, 2);
    close_session (&s);
    g_assert_cmpint (g_rename (path, moved), ==, 0);
    s = open_session (folder, moved);
    g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_MOVED);
    g_assert_cmpuint (sb_store_project (s.store)->markers->len, ==, kind == 1 ? 0 : 2);
    g_assert_cmpint (sb_document_n_steps (s.document), ==, kind == 0 ? 0 : kind + 1);
    g_assert_true (sb_document_can_redo (s.document) == (kind > 0));
    close_session (&s);
    s = open_session (folder, moved);
    g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_SESSION);
    g_assert_cmpuint (sb_store_project (s.store)->markers->len, ==, kind == 1 ? 0 : 2);
    close_session (&s);
    g_assert_true (g_file_get_contents (moved, &bytes, &n, NULL));
    g_assert_true (g_file_set_contents (copy, bytes, (gssize)n, NULL));
    s = open_session (folder, copy);
    const SbStoreState state = sb_store_state (s.store);
    g_assert_cmpint (state.found, ==, kind == 1 ? SB_FOUND_NOTHING : SB_FOUND_COPY);
    g_assert_cmpint (state.n_other, ==, kind == 2);
    g_assert_cmpint (state.n_other_markers, ==, kind == 1 ? 0 : 2);
    g_autoptr (SbMarkers) markers = sb_markers_new ();
    sb_markers_add (markers, &marks[1]); /* is there already */
    g_assert_true (sb_store_take_other (s.store, markers, NULL));
    g_assert_cmpint (sb_markers_n (markers), ==, kind == 1 ? 1 : 2);
    g_assert_cmpint (sb_document_n_edits (s.document), ==, kind == 2);
    g_assert_true (sb_store_take_other (s.store, markers, NULL)); /* nothing is on offer any more */
    close_session (&s);
    /* other content under this name */
    g_autofree char *again = make_recording (wav, 40), *twin = make_recording ("twin.wav", 41);
    s = open_session (folder, again);
    paint (&s, 0.1);
    sb_document_undo (s.document);
    if (kind != 1)
      sb_store_set_markers (s.store, marks, 2);
    close_session (&s);
    g_assert_cmpint (g_rename (twin, again), ==, 0);
    s = open_session (folder, again);
    g_assert_cmpint (sb_store_state (s.store).found, ==, kind == 1 ? SB_FOUND_NOTHING : SB_FOUND_CHANGED);
    g_assert_cmpint (sb_store_state (s.store).n_other_markers, ==, kind == 1 ? 0 : 2);
    close_session (&s);
  }
}

static void
test_opened_twice (void)
{
  g_autofree char *folder = sb_test_path ("s-twice"), *path = make_recording ("twice.wav", 3);
  Session first = open_session (folder, path);
  paint (&first, 0.1);
  g_assert_true (sb_store_flush (first.store, 30));
  Session second = open_session (folder, path);
  g_assert_cmpint (sb_store_state (second.store).keeping, ==, SB_KEPT_ELSEWHERE);
  g_assert_nonnull (strstr (sb_store_state (second.store).sentence, "open in another window"));
  g_assert_cmpint (sb_document_n_edits (second.document), ==, 1);
  g_autoptr (SbOperation) op = sb_test_box (0.2, 0.3, 1000, 4000, -6, SB_EDGE_AUTO);
  g_autoptr (GError) error = NULL;
  g_assert_false (sb_document_apply (second.document, op, &error));
  g_assert_nonnull (strstr (error->message, "another window"));
  paint (&first, 0.2);
  close_session (&second);
  close_session (&first);
  first = open_session (folder, path);
  g_assert_cmpint (sb_store_state (first.store).keeping, ==, SB_KEEPING);
  g_assert_cmpint (sb_document_n_edits (first.document), ==, 2);
  close_session (&first);
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
test_damaged_and_newer (void)
{
  g_autofree char *folder = sb_test_path ("s-hurt"), *path = make_recording ("hurt.wav", 4);
  Session s = open_session (folder, path);
  for (int i = 0; i < 4; i++)
    paint (&s, 0.1 * i);
  close_session (&s);
  g_autofree char *file = session_file (folder);
  change (file, "UPDATE operation SET json = 'x' WHERE position = 4");
  s = open_session (folder, path);
  g_assert_nonnull (strstr (sb_store_state (s.store).sentence, "damaged"));
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 4); /* one of them empty */
  paint (&s, 0.4);
  close_session (&s);
  s = open_session (folder, path); /* healed: no loop */
  g_assert_null (sb_store_state (s.store).sentence);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 5);
  close_session (&s);
  g_autofree char *newest = session_file (folder);
  change (newest, "PRAGMA user_version = 99");
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSource) source = sb_file_source_new (path, NULL, NULL);
  g_assert_null (sb_store_open (folder, source, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "newer version"));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (newest, "SQLite format 3, or not", -1, NULL));
  s = open_session (folder, path);
  g_assert_nonnull (strstr (sb_store_state (s.store).sentence, "cannot be read"));
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 0);
  paint (&s, 0.1);
  g_assert_true (sb_store_flush (s.store, 30));
  close_session (&s);
  /* both damaged files are still there, though newer ones took their place */
  g_autofree char *start = g_strndup (file, strstr (file, ".1.sonobrush") - file), *text = NULL;
  g_autofree char *first = g_strconcat (start, ".damaged-1", NULL), *second = g_strconcat (start, ".damaged-2", NULL);
  g_assert_true (g_file_get_contents (second, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "SQLite format 3, or not");
  g_autoptr (SbProject) damaged = sb_project_load (first, &error);
  g_assert_nonnull (damaged);
  g_assert_cmpuint (damaged->ops->len, ==, 4);
  expect_kept (folder, path, 1);
}

/* What may have ended the program is set aside, not lost. */
static void
test_without_edits (void)
{
  g_autofree char *folder = sb_test_path ("s-without"), *path = make_recording ("w.wav", 10);
  const SbStoreRequest request = {.folder = folder, .without_edits = true};
  Session s = open_session (folder, path);
  paint (&s, 0.1);
  close_session (&s);
  s.source = sb_file_source_new (path, NULL, NULL);
  s.store = sb_store_open_as (&request, s.source, NULL);
  s.document = sb_document_new (s.source, &sb_store_project (s.store)->grid, NULL);
  g_assert_true (sb_store_attach (s.store, s.document, NULL));
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 0);
  const char *sentence = sb_store_state (s.store).sentence, *begin = strstr (sentence, "“") + strlen ("“");
  g_autofree char *aside = g_strndup (begin, (gsize)(strstr (begin, "”") - begin));
  close_session (&s);
  g_autoptr (SbProject) project = sb_project_load (aside, NULL);
  g_assert_cmpuint (project->ops->len, ==, 1);
  s = open_session (folder, path);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 0);
  g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 1); /* offered at each opening … */
  paint (&s, 0.4);
  close_session (&s);
  s = open_session (folder, path);
  g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 1);
  g_assert_true (sb_store_bring_back (s.store, NULL, NULL));
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 2);
  sb_document_undo (s.document); /* as one step */
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 1);
  close_session (&s);
  s = open_session (folder, path);
  g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 0); /* … until that is answered */
  close_session (&s);
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
}

/* A session of a newer version: not opened, not touched, and no bar to the recording. */
static void
test_newer (void)
{
  g_autofree char *folder = sb_test_path ("s-newer"), *path = make_recording ("n.wav", 11), *before = NULL,
                  *after = NULL;
  const SbStoreRequest request = {.folder = folder, .without_edits = true};
  g_autoptr (GError) error = NULL;
  gsize n_before, n_after;
  Session s = open_session (folder, path);
  paint (&s, 0.1);
  close_session (&s);
  g_autofree char *newer = session_file (folder);
  change (newer, "PRAGMA user_version = 99");
  g_assert_true (g_file_get_contents (newer, &before, &n_before, NULL));
  s.source = sb_file_source_new (path, NULL, NULL);
  g_assert_null (sb_store_open (folder, s.source, NULL, NULL, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_NEWER);
  s.store = sb_store_open_as (&request, s.source, NULL);
  s.document = sb_document_new (s.source, &sb_store_project (s.store)->grid, NULL);
  g_assert_true (sb_store_attach (s.store, s.document, NULL));
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 0);
  g_autofree char *aside = path_in (sb_store_state (s.store).sentence), *kept = NULL;
  g_assert_nonnull (strstr (aside, ".aside-1"));
  for (int i = 0; i < 3; i++)
    paint (&s, 0.2 + 0.1 * i);
  close_session (&s);
  for (int i = 0; i < 2; i++) { /* what was done without them comes back */
    s = open_session (folder, path);
    g_assert_cmpint (sb_document_n_edits (s.document), ==, 3);
    sb_document_undo (s.document);
    sb_document_redo (s.document);
    close_session (&s);
  }
  g_assert_true (g_file_get_contents (newer, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
  g_assert_true (g_file_get_contents (aside, &kept, &n_after, NULL));
  g_assert_cmpmem (before, n_before, kept, n_after);
  /* the version that can read it: offered, and whatever is opened without edits now, it stays */
  change (newer, "PRAGMA user_version = 2");
  s = open_session (folder, path);
  g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 1);
  close_session (&s);
  s.source = sb_file_source_new (path, NULL, NULL);
  s.store = sb_store_open_as (&request, s.source, NULL);
  s.document = sb_document_new (s.source, &sb_store_project (s.store)->grid, NULL);
  g_assert_true (sb_store_attach (s.store, s.document, NULL));
  paint (&s, 0.1);
  close_session (&s);
  g_autoptr (SbProject) still = sb_project_load (aside, NULL);
  g_assert_nonnull (still);
  g_assert_cmpuint (still->ops->len, ==, 1);
}

/* The newer one lies behind a damaged one: both stay. */
static void
test_newer_behind_damaged (void)
{
  g_autofree char *folder = sb_test_path ("s-newer-2"), *path = make_recording ("n2.wav", 13), *text = NULL;
  const SbStoreRequest request = {.folder = folder, .without_edits = true};
  Session s = open_session (folder, path);
  paint (&s, 0.1);
  close_session (&s);
  g_autofree char *newer = session_file (folder), *base = g_strndup (newer, strlen (newer) - strlen (".1.sonobrush"));
  g_autofree char *damaged = g_strconcat (base, ".2.sonobrush", NULL), *second = g_strconcat (base, ".damaged-1", NULL);
  change (newer, "PRAGMA user_version = 99");
  g_assert_true (g_file_set_contents (damaged, "nothing", -1, NULL));
  for (int i = 0; i < 2; i++) { /* the first does not come to an end */
    g_autofree char *third = g_strconcat (base, ".3.sonobrush", NULL);
    g_unlink (third);
    s.source = sb_file_source_new (path, NULL, NULL);
    s.store = sb_store_open_as (&request, s.source, NULL);
    s.document = sb_document_new (s.source, &sb_store_project (s.store)->grid, NULL);
    g_assert_true (sb_store_attach (s.store, s.document, NULL));
    g_autofree char *aside = path_in (sb_store_state (s.store).sentence);
    g_assert_true (g_str_has_suffix (aside, ".aside-1"));
    paint (&s, 0.2);
    close_session (&s);
    change (aside, "PRAGMA user_version = 2");
    g_autoptr (SbProject) kept = sb_project_load (aside, NULL);
    g_assert_cmpuint (kept->ops->len, ==, 1);
    change (aside, "PRAGMA user_version = 99");
    g_assert_true (g_file_get_contents (second, &text, NULL, NULL));
    g_assert_cmpstr (text, ==, "nothing");
    g_clear_pointer (&text, g_free);
    g_assert_true (i == 1 || g_file_set_contents (damaged, "nothing", -1, NULL));
  }
}

/* As a kill leaves it: a copy of the folder while it is written takes its place. */
static void
kill_session (Session *s, const char *folder)
{
  g_autofree char *copy = g_strconcat (folder, "-copy", NULL), *away = g_strconcat (folder, "-closed", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  wait_at_rest (s, folder);
  g_assert_cmpint (g_mkdir (copy, 0700), ==, 0);
  while ((name = g_dir_read_name (dir))) {
    g_autofree char *from = g_build_filename (folder, name, NULL), *to = g_build_filename (copy, name, NULL),
                    *bytes = NULL;
    gsize n;
    if (g_str_has_suffix (name, ".lock") || g_str_has_suffix (name, "-shm"))
      continue;
    g_assert_true (g_file_get_contents (from, &bytes, &n, NULL));
    g_assert_true (g_file_set_contents (to, bytes, (gssize)n, NULL));
  }
  close_session (s);
  g_assert_cmpint (g_rename (folder, away), ==, 0);
  g_assert_cmpint (g_rename (copy, folder), ==, 0);
}

/* A log that was damaged after the kill: all that reads comes back, and the log stays as it was. */
static void
test_damaged_log (void)
{
  for (int moved = 0; moved < 2; moved++)
    for (int k = 0; k < 4; k++) {
      static const gsize places[] = {17, 40, 20000, 60000};
      g_autofree char *name = g_strdup_printf ("s-log-%d-%d", moved, k), *folder = sb_test_path (name);
      g_autofree char *wav = g_strconcat (name, ".wav", NULL), *path = make_recording (wav, 20 + (guint32)k);
      g_autofree char *elsewhere = g_strconcat (path, ".moved.wav", NULL), *bytes = NULL, *after = NULL;
      gsize n, n_after;
      Session s = open_session (folder, path);
      for (int i = 0; i < 12; i++)
        paint (&s, 0.02 * i);
      kill_session (&s, folder);
      g_autofree char *file = session_file (folder), *log = g_strconcat (file, "-wal", NULL);
      g_assert_true (g_file_get_contents (log, &bytes, &n, NULL));
      g_assert_cmpuint (n, >, 80000);
      bytes[places[k]] ^= 0x41;
      g_assert_true (g_file_set_contents (log, bytes, (gssize)n, NULL));
      if (moved)
        g_assert_cmpint (g_rename (path, elsewhere), ==, 0);
      s = open_session (folder, moved ? elsewhere : path);
      g_assert_cmpint (sb_document_n_edits (s.document), >=, 12);
      g_assert_nonnull (strstr (sb_store_state (s.store).sentence, "was damaged"));
      g_assert_true (sb_store_state (s.store).set_aside);
      g_autofree char *aside = path_in (strstr (sb_store_state (s.store).sentence, "stays at"));
      g_autofree char *aside_log = g_strconcat (aside, "-wal", NULL);
      paint (&s, 0.3);
      close_session (&s);
      g_assert_true (g_file_get_contents (aside_log, &after, &n_after, NULL));
      g_assert_cmpmem (bytes, n, after, n_after);
      g_autoptr (SbProject) again = sb_project_load (aside, NULL);
      g_assert_cmpuint (again->ops->len, >=, 12);
      s = open_session (folder, moved ? elsewhere : path); /* told once, and whole */
      g_assert_null (sb_store_state (s.store).sentence);
      g_assert_cmpint (sb_document_n_edits (s.document), >=, 13);
      close_session (&s);
    }
}

/* One recording under two names is one session; the second is for looking. */
static void
test_two_names (void)
{
  g_autofree char *folder = sb_test_path ("s-names"), *path = make_recording ("n.wav", 11),
                  *link = sb_test_path ("link.wav");
  g_assert_cmpint (symlink (path, link), ==, 0);
  Session first = open_session (folder, path), second = open_session (folder, link);
  g_assert_cmpint (sb_store_state (second.store).keeping, ==, SB_KEPT_ELSEWHERE);
  g_assert_true (sb_document_is_read_only (second.document));
  paint (&first, 0.1);
  close_session (&first);
  close_session (&second);
  second = open_session (folder, link);
  g_assert_cmpint (sb_document_n_edits (second.document), ==, 1);
  close_session (&second);
}

/* Openings that end the program are counted until one comes to its end. */
static void
test_opening_mark (void)
{
  g_autofree char *folder = sb_test_path ("s-opening"), *path = make_recording ("o.wav", 12);
  int n_died;
  for (int round = 0; round < 3; round++) {
    const pid_t child = fork ();
    if (child == 0) {
      sb_opening_mark_new (folder, path, &n_died);
      _exit (n_died == round ? 0 : 1);
    }
    int status = -1;
    g_assert_cmpint (waitpid (child, &status, 0), ==, child);
    g_assert_cmpint (status, ==, 0);
  }
  SbOpeningMark *mark = sb_opening_mark_new (folder, path, &n_died);
  g_assert_cmpint (n_died, ==, 3);
  g_assert_null (sb_opening_mark_new (folder, path, &n_died)); /* somebody is at it */
  g_assert_cmpint (n_died, ==, 0);
  sb_opening_mark_give_up (mark); /* not tried: not counted */
  mark = sb_opening_mark_new (folder, path, &n_died);
  g_assert_cmpint (n_died, ==, 3);
  sb_opening_mark_done (mark);
  mark = sb_opening_mark_new (folder, path, &n_died);
  g_assert_cmpint (n_died, ==, 0);
  sb_opening_mark_done (mark);
  g_assert_null (sb_opening_mark_new ("/dev/null/nowhere", path, &n_died));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/everything-comes-back", test_everything_comes_back);
  g_test_add_func ("/store/moved-copied-changed", test_moved_copied_changed);
  g_test_add_func ("/store/markers-and-undone-moved", test_markers_and_undone_moved);
  g_test_add_func ("/store/opened-twice", test_opened_twice);
  g_test_add_func ("/store/damaged-and-newer", test_damaged_and_newer);
  g_test_add_func ("/store/without-edits", test_without_edits);
  g_test_add_func ("/store/newer", test_newer);
  g_test_add_func ("/store/newer-behind-damaged", test_newer_behind_damaged);
  g_test_add_func ("/store/damaged-log", test_damaged_log);
  g_test_add_func ("/store/two-names", test_two_names);
  g_test_add_func ("/store/opening-mark", test_opening_mark);
  return g_test_run ();
}
