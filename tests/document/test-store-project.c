/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keeping and project files: what is painted after a save, a project changed
 * or moved by others, a recording found again. */
#include "document/sb-relink.h"
#include "store-support.h"

#include <glib/gstdio.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static Session
open_project (const char *folder, const char *path, const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbProject) loaded = sb_project_load (file, &error);
  g_assert_no_error (error);
  Session s = {.source = sb_file_source_new (path, NULL, &error)};
  g_assert_no_error (error);
  s.store = sb_store_open (folder, s.source, loaded, file, &error);
  g_assert_no_error (error);
  s.document = sb_document_new (s.source, &sb_store_project (s.store)->grid, NULL);
  g_assert_true (sb_store_attach (s.store, s.document, NULL));
  return s;
}

/* As the window does. */
static void
save_project (Session *s, const char *file)
{
  g_autoptr (SbProject) project = sb_store_copy_project (s->store);
  sb_project_take_document (project, s->document);
  g_assert_true (sb_project_save (project, file, NULL));
  g_autofree char *mark = sb_fingerprint_file (file, NULL);
  sb_store_set_project_path (s->store, file, mark);
}

/* A project file: its edits, kept from then on, also behind a save into it. */
static void
test_project (void)
{
  g_autofree char *folder = sb_test_path ("s-project"), *path = make_recording ("p.wav", 6);
  g_autofree char *file = sb_test_path ("p.sonobrush");
  Session s = open_session (folder, path);
  paint (&s, 0.1);
  paint (&s, 0.2);
  sb_document_undo (s.document);
  save_project (&s, file);
  close_session (&s);
  for (int round = 0; round < 4; round++) {
    s = open_project (folder, path, file);
    g_assert_null (sb_store_state (s.store).sentence);
    g_assert_cmpint (sb_document_n_edits (s.document), ==, 1 + 2 * round);
    g_assert_cmpint (sb_store_state (s.store).beyond_project, ==, round > 0);
    if (round == 0)
      g_assert_true (sb_document_can_redo (s.document)); /* the undo history was saved too */
    paint (&s, 0.3 + 0.01 * round);
    if (round % 2)
      save_project (&s, file);
    paint (&s, 0.35 + 0.01 * round);
    g_assert_true (sb_store_flush (s.store, 30));
    close_session (&s);
  }
  /* more; as saved; one undone; redone and one more undone; another instead */
  for (int round = 0; round < 5; round++) {
    static const bool differs[] = {true, false, true, false, true}, more[] = {true, false, false, false, false};
    s = open_project (folder, path, file);
    g_assert_cmpint (sb_store_state (s.store).differs_from_project, ==, differs[round]);
    g_assert_cmpint (sb_store_state (s.store).beyond_project, ==, more[round]);
    if (round == 0)
      save_project (&s, file);
    else if (round == 1)
      sb_document_undo (s.document);
    else if (round == 2) {
      sb_document_redo (s.document);
      paint (&s, 0.01);
      sb_document_undo (s.document); /* only redo is left of it */
    } else {
      sb_document_undo (s.document);
      paint (&s, 0.02);
    }
    close_session (&s);
  }
}

/* A file that was saved anew elsewhere counts more than what was kept, which is not lost, and said. */
static void
test_project_changed_elsewhere (void)
{
  g_autofree char *folder = sb_test_path ("s-outside"), *path = make_recording ("outside.wav", 16);
  g_autofree char *file = sb_test_path ("outside.sonobrush");
  Session s = open_session (folder, path);
  paint (&s, 0.1);
  save_project (&s, file);
  close_session (&s);
  g_autoptr (SbProject) outside = sb_project_load (file, NULL);
  s = open_project (folder, path, file);
  for (int i = 0; i < 3; i++)
    paint (&s, 0.2 + 0.02 * i);
  close_session (&s);
  g_hash_table_insert (outside->view, g_strdup ("a"), g_strdup ("b"));
  g_assert_true (sb_project_save (outside, file, NULL));
  s = open_project (folder, path, file);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 1);
  g_assert_true (sb_store_state (s.store).set_aside);
  g_autofree char *aside = path_in (sb_store_state (s.store).sentence);
  g_autoptr (SbProject) project = sb_project_load (aside, NULL);
  g_assert_cmpuint (project->ops->len, ==, 4);
  close_session (&s);
  s = open_project (folder, path, file);
  g_assert_null (sb_store_state (s.store).sentence); /* told once */
  close_session (&s);
  /* saved elsewhere with all that was done here, and more: nothing to set aside */
  s = open_project (folder, path, file);
  paint (&s, 0.3);
  g_autoptr (SbProject) more = sb_project_copy (sb_store_project (s.store));
  sb_project_take_document (more, s.document);
  close_session (&s);
  g_assert_true (sb_project_save (more, file, NULL));
  s = open_project (folder, path, file);
  g_assert_null (sb_store_state (s.store).sentence);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 2);
  close_session (&s);
}

/* A project file under another path is the same one: through a link, or moved with what was painted since it was
 * saved. */
static void
test_project_moved (void)
{
  g_autofree char *folder = sb_test_path ("s-pmoved"), *path = make_recording ("pmoved.wav", 18);
  g_autofree char *place = sb_test_path ("real"), *link = sb_test_path ("linked"),
                  *other = sb_test_path ("pmoved-2.sonobrush");
  g_autofree char *file = g_build_filename (place, "x.sonobrush", NULL),
                  *through = g_build_filename (link, "x.sonobrush", NULL);
  g_autofree char *copy = sb_test_path ("pmoved-copy.sonobrush"), *bytes = NULL;
  gsize n;
  g_assert_cmpint (g_mkdir (place, 0700), ==, 0);
  g_assert_cmpint (symlink (place, link), ==, 0);
  Session s = open_session (folder, path);
  paint (&s, 0.1);
  save_project (&s, file);
  close_session (&s);
  s = open_project (folder, path, through);
  paint (&s, 0.2);
  Session second = open_project (folder, path, file);
  g_assert_cmpint (sb_store_state (second.store).keeping, ==, SB_KEPT_ELSEWHERE);
  close_session (&second);
  save_project (&s, through);
  paint (&s, 0.3);
  close_session (&s);
  for (int round = 0; round < 2; round++) { /* there and back */
    g_assert_cmpint (g_rename (round ? other : file, round ? file : other), ==, 0);
    s = open_project (folder, path, round ? file : other);
    g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_MOVED);
    g_assert_cmpstr (sb_store_state (s.store).other_path, ==, round ? other : file);
    g_assert_nonnull (strstr (sb_store_state (s.store).sentence, "came along"));
    g_assert_cmpint (sb_document_n_edits (s.document), ==, 3 + round);
    paint (&s, 0.31 + 0.01 * round);
    close_session (&s);
    s = open_project (folder, path, round ? file : other);
    g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_SESSION);
    g_assert_cmpint (sb_document_n_edits (s.document), ==, 4 + round);
    close_session (&s);
  }
  g_assert_true (g_file_get_contents (file, &bytes, &n, NULL)); /* a copy is what was saved */
  g_assert_true (g_file_set_contents (copy, bytes, (gssize)n, NULL));
  s = open_project (folder, path, copy);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 2);
  close_session (&s);
  s = open_project (folder, path, file);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 5);
  close_session (&s);
}

/* A project whose drive was away while a copy of it was opened: what was painted since the save went on there, and is
 * on offer when the drive is back. */
static void
test_project_away (void)
{
  g_autofree char *folder = sb_test_path ("s-drive"), *path = make_recording ("drive.wav", 19);
  g_autofree char *drive = sb_test_path ("drive"), *away = sb_test_path ("drive-away"),
                  *copy = sb_test_path ("drive-copy.sonobrush");
  g_autofree char *file = g_build_filename (drive, "x.sonobrush", NULL),
                  *saved = sb_test_path ("drive-saved.sonobrush"), *bytes = NULL;
  gsize n;
  g_assert_cmpint (g_mkdir (drive, 0700), ==, 0);
  Session s = open_session (folder, path);
  paint (&s, 0.1);
  save_project (&s, file);
  close_session (&s);
  s = open_project (folder, path, file);
  paint (&s, 0.2);
  paint (&s, 0.25);
  close_session (&s);
  g_assert_true (g_file_get_contents (file, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (copy, bytes, (gssize)n, NULL));
  g_assert_cmpint (g_rename (drive, away), ==, 0);
  s = open_project (folder, path, copy);
  g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_MOVED);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 3);
  paint (&s, 0.3);
  save_project (&s, copy); /* another file by now */
  g_autoptr (SbProject) written = sb_store_copy_project (s.store);
  g_assert_true (sb_project_save (written, saved, NULL));
  close_session (&s);
  g_hash_table_insert (written->view, g_strdup ("a"), g_strdup ("b")); /* and yet another, saved elsewhere */
  g_assert_true (sb_project_save (written, copy, NULL));
  s = open_project (folder, path, copy);
  paint (&s, 0.35);
  close_session (&s);
  g_assert_cmpint (g_rename (away, drive), ==, 0);
  for (int round = 0; round < 2; round++) { /* as often as it is opened */
    s = open_project (folder, path, file);
    g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_LATER);
    g_assert_cmpstr (sb_store_state (s.store).other_path, ==, copy);
    g_assert_cmpint (sb_store_state (s.store).n_other, ==, written->ops->len + 1);
    g_assert_cmpint (sb_document_n_edits (s.document), ==, 1 + round);
    if (round == 0)
      paint (&s, 0.15);
    else
      g_assert_true (sb_store_take_other (s.store, NULL, NULL));
    close_session (&s);
  }
  s = open_project (folder, path, file);
  g_assert_null (sb_store_state (s.store).sentence);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 5);
  close_session (&s);
  s = open_project (folder, path, copy); /* which goes on by itself */
  g_assert_null (sb_store_state (s.store).sentence);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 4);
  close_session (&s);
  s = open_project (folder, path, saved); /* what is saved says nothing of where sessions were */
  g_assert_cmpint (sb_store_state (s.store).found, !=, SB_FOUND_MOVED);
  g_assert_null (g_hash_table_lookup (sb_store_project (s.store)->view, "came-from"));
  close_session (&s);
}

/* Saved under another name, then painted on: the file is what was saved, the rest is on offer. */
static void
test_project_saved_as (void)
{
  g_autofree char *folder = sb_test_path ("s-as"), *path = make_recording ("as.wav", 17);
  g_autofree char *file = sb_test_path ("as-1.sonobrush"), *other = sb_test_path ("as-2.sonobrush");
  Session s = open_session (folder, path);
  paint (&s, 0.1);
  save_project (&s, file);
  close_session (&s);
  s = open_project (folder, path, file);
  g_assert_null (sb_store_state (s.store).sentence); /* nothing since */
  paint (&s, 0.2);
  save_project (&s, other);
  paint (&s, 0.3);
  close_session (&s);
  s = open_project (folder, path, other);
  g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_LATER);
  g_assert_cmpint (sb_store_state (s.store).n_other, ==, 3);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 2);
  g_assert_true (sb_store_take_other (s.store, NULL, NULL));
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 3); /* those that are there are not doubled */
  close_session (&s);
  s = open_project (folder, path, file); /* and this one goes on where it was */
  g_assert_null (sb_store_state (s.store).sentence);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 3);
  /* what only the session knows stays with it */
  g_assert_nonnull (g_hash_table_lookup (sb_store_project (s.store)->view, "saved-as"));
  save_project (&s, file);
  close_session (&s);
  g_autoptr (SbProject) saved = sb_project_load (file, NULL);
  g_assert_null (g_hash_table_lookup (saved->view, "saved-as"));
}

/* The recording of a project by its content, and a person's word where the content is another. */
static void
test_relink (void)
{
  g_autofree char *folder = sb_test_path ("s-relink"), *take = make_recording ("r.wav", 8);
  g_autofree char *aside = sb_test_path ("r-aside.wav"), *file = sb_test_path ("r.sonobrush");
  Session s = open_session (folder, take);
  paint (&s, 0.1);
  g_autoptr (SbProject) project = sb_project_copy (sb_store_project (s.store));
  sb_project_take_document (project, s.document);
  g_assert_true (sb_project_save (project, file, NULL));
  close_session (&s);
  g_autofree char *there = sb_relink_find (project, file, folder);
  g_assert_cmpstr (there, ==, take);
  g_assert_cmpint (g_rename (take, aside), ==, 0);
  g_assert_null (sb_relink_find (project, file, folder));
  s = open_session (folder, aside); /* a session knows it now */
  close_session (&s);
  g_autofree char *known = sb_relink_find (project, file, folder);
  g_assert_cmpstr (known, ==, aside);
  bool same;
  g_autofree char *other = make_recording ("r.wav", 9); /* as long, at the same rate */
  g_autofree char *difference = sb_relink_compare (project, other, NULL, &same, NULL);
  g_assert_false (same);
  g_assert_nonnull (strstr (difference, "content of the file is not"));
  g_autofree char *still = sb_relink_find (project, file, folder);
  g_assert_cmpstr (still, ==, aside);
  const SbStoreRequest request = {.folder = folder, .project = project, .project_path = file};
  for (int round = 0; round < 3; round++) {
    s.source = sb_file_source_new (other, NULL, NULL);
    s.store = sb_store_open_as (&request, s.source, NULL);
    s.document = sb_document_new (s.source, &sb_store_project (s.store)->grid, NULL);
    g_assert_true (sb_store_attach (s.store, s.document, NULL));
    g_assert_cmpint (sb_document_n_edits (s.document), ==, 1);
    g_assert_true (sb_store_state (s.store).on_other_content == (round < 2));
    if (round == 1)
      sb_store_accept_content (s.store);
    close_session (&s);
  }
}

/* No folder to keep in: that the recording is another now is told all the same, and a save says what the edits were
 * made in until a person has agreed. */
static void
test_not_kept_on_other_content (void)
{
  g_autofree char *folder = sb_test_path ("s-unkept"), *take = make_recording ("u.wav", 60);
  g_autofree char *nowhere = g_build_filename (take, "x", NULL), *file = sb_test_path ("u.sonobrush");
  Session s = open_session (folder, take);
  paint (&s, 0.1);
  g_autoptr (SbProject) before = sb_store_copy_project (s.store);
  save_project (&s, file);
  close_session (&s);
  g_autofree char *other = make_recording ("u.wav", 61);
  s = open_project (nowhere, other, file);
  SbStoreState state = sb_store_state (s.store);
  g_assert_cmpint (state.keeping, ==, SB_NOT_KEEPING);
  g_assert_nonnull (strstr (state.not_kept, "not kept"));
  g_assert_nonnull (strstr (state.sentence, "has changed"));
  g_assert_true (state.on_other_content);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 1);
  g_autoptr (SbProject) saved = sb_store_copy_project (s.store);
  g_assert_cmpstr (saved->source_fingerprint, ==, before->source_fingerprint);
  sb_store_accept_content (s.store);
  g_assert_false (sb_store_state (s.store).on_other_content);
  g_autoptr (SbProject) agreed = sb_store_copy_project (s.store);
  g_assert_cmpstr (agreed->source_fingerprint, !=, before->source_fingerprint);
  close_session (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/project", test_project);
  g_test_add_func ("/store/project-changed-elsewhere", test_project_changed_elsewhere);
  g_test_add_func ("/store/project-moved", test_project_moved);
  g_test_add_func ("/store/project-away", test_project_away);
  g_test_add_func ("/store/project-saved-as", test_project_saved_as);
  g_test_add_func ("/store/relink", test_relink);
  g_test_add_func ("/store/not-kept-on-other-content", test_not_kept_on_other_content);
  return g_test_run ();
}
