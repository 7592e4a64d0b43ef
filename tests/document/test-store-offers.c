/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Edits on offer: found again at each opening until they are taken or not
 * wanted, wherever they lie, and not any more after that. */
#include "store-support.h"

#include <glib/gstdio.h>
#include <string.h>

enum { TAKEN, DISMISSED };

static Session
open_as (const char *folder, const char *path, const char *file, bool without_edits)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbProject) loaded = file ? sb_project_load (file, &error) : NULL;
  g_assert_no_error (error);
  const SbStoreRequest request = {
      .folder = folder, .project = loaded, .project_path = file, .without_edits = without_edits};
  Session s = {.source = sb_file_source_new (path, NULL, &error)};
  g_assert_no_error (error);
  s.store = sb_store_open_as (&request, s.source, &error);
  g_assert_no_error (error);
  s.document = sb_document_new (s.source, &sb_store_project (s.store)->grid, NULL);
  g_assert_true (sb_store_attach (s.store, s.document, NULL));
  return s;
}

static void
paint_more (const char *folder, const char *path, const char *file, int n)
{
  static int n_painted;
  Session s = open_as (folder, path, file, false);
  for (int i = 0; i < n; i++)
    paint (&s, 0.001 * ++n_painted);
  close_session (&s);
}

static void
save_as (const char *folder, const char *path, const char *opened, const char *file)
{
  Session s = open_as (folder, path, opened, false);
  g_autoptr (SbProject) project = sb_store_copy_project (s.store);
  sb_project_take_document (project, s.document);
  g_assert_true (sb_project_save (project, file, NULL));
  g_autofree char *mark = sb_fingerprint_file (file, NULL);
  sb_store_set_project_path (s.store, file, mark);
  close_session (&s);
}

static char *
copy_of (const char *path, const char *ending)
{
  g_autofree char *bytes = NULL;
  char *copy = g_strconcat (path, ending, NULL);
  gsize n;
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (copy, bytes, (gssize)n, NULL));
  return copy;
}

/* Offered at an opening, at the next, behind edits of its own; then answered, and not any more. */
static void
offered_until_answered (const char *folder, const char *path, const char *file, SbFound found, int n, int how)
{
  for (int round = 0; round < 4; round++) {
    Session s = open_as (folder, path, file, false);
    const SbStoreState state = sb_store_state (s.store);
    g_assert_cmpint (state.found, ==, found);
    g_assert_cmpint (state.n_other, ==, n);
    g_assert_nonnull (state.sentence);
    g_assert_null (strstr (state.sentence, "null"));
    const int before = sb_document_n_edits (s.document);
    if (round == 1)
      paint (&s, 0.4);
    if (round == 3 && how == TAKEN) {
      g_assert_true (sb_store_take_other (s.store, NULL, NULL));
      g_assert_cmpint (sb_document_n_edits (s.document), >, before);
      sb_document_undo (s.document); /* answered all the same */
    } else if (round == 3)
      sb_store_dismiss_other (s.store);
    g_assert_true (sb_store_flush (s.store, 10));
    close_session (&s);
  }
  for (int round = 0; round < 3; round++) {
    Session s = open_as (folder, path, file, false);
    g_assert_cmpint (sb_store_state (s.store).n_other, ==, 0);
    g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 0);
    g_assert_null (sb_store_state (s.store).sentence);
    paint (&s, 0.41 + 0.001 * round);
    close_session (&s);
  }
}

static void
test_copy (void)
{
  for (int how = TAKEN; how <= DISMISSED; how++) {
    g_autofree char *folder = sb_test_path (how ? "o-copy-1" : "o-copy"), *path = make_recording ("copy.wav", 50);
    paint_more (folder, path, NULL, 3);
    g_autofree char *copy = copy_of (path, ".2.wav");
    offered_until_answered (folder, copy, NULL, SB_FOUND_COPY, 3, how);
    Session s = open_session (folder, path); /* and where it came from, nothing but what the copy has more */
    g_assert_cmpint (sb_document_n_edits (s.document), ==, 3);
    close_session (&s);
  }
}

/* No, where nothing has been done: that is kept, too. */
static void
test_dismissed_at_once (void)
{
  g_autofree char *folder = sb_test_path ("o-once"), *path = make_recording ("once.wav", 51);
  paint_more (folder, path, NULL, 1);
  g_autofree char *copy = copy_of (path, ".2.wav");
  Session s = open_session (folder, copy);
  g_assert_cmpint (sb_store_state (s.store).n_other, ==, 1);
  sb_store_dismiss_other (s.store);
  g_assert_cmpint (sb_store_state (s.store).n_other, ==, 0);
  close_session (&s);
  s = open_session (folder, copy);
  g_assert_null (sb_store_state (s.store).sentence);
  close_session (&s);
}

static void
test_changed (void)
{
  for (int how = TAKEN; how <= DISMISSED; how++) {
    g_autofree char *folder = sb_test_path (how ? "o-changed-1" : "o-changed"),
                    *path = make_recording ("changed.wav", 52);
    paint_more (folder, path, NULL, 3);
    g_autofree char *again = make_recording ("changed.wav", 53);
    Session s = open_session (folder, path);
    g_assert_false (sb_store_state (s.store).told_before);
    close_session (&s);
    offered_until_answered (folder, path, NULL, SB_FOUND_CHANGED, 3, how);
  }
}

/* Work went on in the recording after a project was saved from it. */
static void
test_later (void)
{
  for (int how = TAKEN; how <= DISMISSED; how++) {
    g_autofree char *folder = sb_test_path (how ? "o-later-1" : "o-later"), *path = make_recording ("later.wav", 54);
    g_autofree char *file = g_strconcat (path, how ? ".1.sonobrush" : ".sonobrush", NULL);
    paint_more (folder, path, NULL, 1);
    save_as (folder, path, NULL, file);
    paint_more (folder, path, NULL, 2);
    paint_more (folder, path, file, 1);
    save_as (folder, path, file, file); /* another mark */
    offered_until_answered (folder, path, file, SB_FOUND_LATER, 3, how);
  }
}

/* A project's edits when its file has gone: in its recording, and in a copy of that. */
static void
test_project_gone (void)
{
  for (int how = TAKEN; how <= DISMISSED; how++) {
    g_autofree char *folder = sb_test_path (how ? "o-gone-1" : "o-gone"), *path = make_recording ("gone.wav", 55);
    g_autofree char *file = g_strconcat (path, ".sonobrush", NULL), *copy = copy_of (path, ".2.wav");
    save_as (folder, path, NULL, file);
    paint_more (folder, path, file, 4);
    Session s = open_session (folder, path);
    g_assert_null (sb_store_state (s.store).sentence); /* it is there */
    close_session (&s);
    g_assert_cmpint (g_unlink (file), ==, 0);
    s = open_session (folder, copy);
    g_assert_cmpint (sb_store_state (s.store).n_other, ==, 4);
    g_assert_cmpstr (sb_store_state (s.store).other_path, ==, file);
    g_assert_nonnull (strstr (sb_store_state (s.store).sentence, "not there any more"));
    sb_store_dismiss_other (s.store);
    close_session (&s);
    offered_until_answered (folder, path, NULL, SB_FOUND_COPY, 4, how);
  }
}

/* What was kept since the save, when the recording is another: told with that, and to be had. */
static void
test_project_on_changed (void)
{
  g_autofree char *folder = sb_test_path ("o-since"), *path = make_recording ("since.wav", 56);
  g_autofree char *file = g_strconcat (path, ".sonobrush", NULL);
  paint_more (folder, path, NULL, 2);
  save_as (folder, path, NULL, file);
  paint_more (folder, path, file, 3);
  g_autofree char *again = make_recording ("since.wav", 57);
  for (int round = 0; round < 3; round++) {
    Session s = open_as (folder, path, file, false);
    g_assert_true (sb_store_state (s.store).on_other_content);
    g_assert_cmpint (sb_document_n_edits (s.document), ==, 2 + (round == 2));
    g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 5);
    g_assert_nonnull (strstr (sb_store_state (s.store).sentence, "5 edits"));
    if (round == 1)
      paint (&s, 0.4);
    if (round == 2) {
      g_assert_true (sb_store_bring_back (s.store, NULL, NULL));
      g_assert_cmpint (sb_document_n_edits (s.document), ==, 6);
    }
    close_session (&s);
  }
  Session s = open_as (folder, path, file, false);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 6);
  g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 0);
  sb_store_accept_content (s.store);
  close_session (&s);
  s = open_as (folder, path, file, false);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 6);
  g_assert_cmpint (sb_store_state (s.store).n_other + sb_store_state (s.store).n_aside, ==, 0);
  close_session (&s);
}

/* Each of them, also behind a recording that was renamed; an answer is for one. */
static void
test_asides (void)
{
  g_autofree char *folder = sb_test_path ("o-asides"), *path = make_recording ("asides.wav", 58);
  g_autofree char *moved = g_strconcat (path, ".moved.wav", NULL);
  static const int expected[] = {3, 3, 20, 20, 0, 0};
  paint_more (folder, path, NULL, 20);
  Session s = open_as (folder, path, NULL, true);
  g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 20);
  for (int i = 0; i < 3; i++)
    paint (&s, 0.1 + 0.01 * i);
  close_session (&s);
  s = open_as (folder, path, NULL, true);
  close_session (&s);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    if (i == 3)
      g_assert_cmpint (g_rename (path, moved), ==, 0);
    s = open_session (folder, i < 3 ? path : moved);
    g_assert_cmpint (sb_store_state (s.store).n_aside, ==, expected[i]);
    if (i == 1)
      g_assert_true (sb_store_bring_back (s.store, NULL, NULL));
    if (i == 3)
      sb_store_dismiss_aside (s.store);
    close_session (&s);
  }
  s = open_as (folder, moved, NULL, true); /* what was answered is answered without the edits, too */
  g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 3);
  sb_store_dismiss_aside (s.store);
  close_session (&s);
  s = open_session (folder, moved);
  g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 0);
  close_session (&s);
}

/* Nothing lies in the session but what was set aside: a renamed recording finds it. */
static void
test_aside_of_renamed (void)
{
  g_autofree char *folder = sb_test_path ("o-renamed"), *path = make_recording ("renamed.wav", 59);
  g_autofree char *moved = g_strconcat (path, ".moved.wav", NULL), *copy = copy_of (path, ".copy.wav");
  paint_more (folder, path, NULL, 20);
  Session s = open_as (folder, path, NULL, true);
  close_session (&s);
  s = open_session (folder, copy); /* it lies with the one that lives */
  g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 0);
  close_session (&s);
  g_assert_cmpint (g_rename (path, moved), ==, 0);
  for (int round = 0; round < 2; round++) {
    s = open_session (folder, moved);
    g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 20);
    if (round)
      g_assert_true (sb_store_bring_back (s.store, NULL, NULL));
    close_session (&s);
  }
  s = open_session (folder, moved);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 20);
  g_assert_cmpint (sb_store_state (s.store).n_aside, ==, 0);
  close_session (&s);
}

/* What is undone in a project is not on offer from the recording that it was saved from. */
static void
test_undone_here (void)
{
  g_autofree char *folder = sb_test_path ("o-undone"), *path = make_recording ("undone.wav", 60);
  g_autofree char *file = sb_test_path ("undone.sonobrush");
  paint_more (folder, path, NULL, 3);
  save_as (folder, path, NULL, file);
  Session s = open_as (folder, path, file, false);
  sb_document_undo (s.document);
  paint (&s, 0.45);
  close_session (&s);
  for (int round = 0; round < 3; round++) {
    s = open_as (folder, path, file, false);
    g_assert_cmpint (sb_store_state (s.store).n_other, ==, 0);
    g_assert_null (sb_store_state (s.store).sentence);
    close_session (&s);
    save_as (folder, path, file, file);
  }
}

/* A copy that went on after it was answered, and has gone: what it had by then is on offer. */
static void
test_copy_gone (void)
{
  g_autofree char *folder = sb_test_path ("o-copy-gone"), *path = make_recording ("copy-gone.wav", 61),
                  *copy = copy_of (path, ".2.wav");
  paint_more (folder, path, NULL, 1);
  paint_more (folder, copy, NULL, 2);
  for (int round = 0; round < 4; round++) {
    const int n[] = {2, 0, 5, 0};
    Session s = open_session (folder, path);
    g_assert_cmpint (sb_store_state (s.store).n_other, ==, n[round]);
    g_assert_cmpint (sb_store_state (s.store).sentence != NULL, ==, n[round] > 0);
    if (n[round])
      g_assert_true (sb_store_take_other (s.store, NULL, NULL));
    g_assert_cmpint (sb_document_n_edits (s.document), ==, round < 2 ? 3 : 6);
    close_session (&s);
    if (round == 0)
      paint_more (folder, copy, NULL, 3);
    if (round == 1)
      g_assert_cmpint (g_unlink (copy), ==, 0);
  }
}

/* What was not wanted in one version of a file is not on offer in the next. */
static void
test_versions (void)
{
  g_autofree char *folder = sb_test_path ("o-versions"), *path = make_recording ("versions.wav", 62);
  paint_more (folder, path, NULL, 2);
  for (int version = 1; version < 5; version++) {
    g_autofree char *again = make_recording ("versions.wav", 62 + (guint32)version);
    Session s = open_session (folder, path);
    g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_CHANGED);
    g_assert_cmpint (sb_store_state (s.store).n_other, ==, version == 1 ? 2 : 1);
    sb_store_dismiss_other (s.store);
    close_session (&s);
    s = open_session (folder, path);
    g_assert_null (sb_store_state (s.store).sentence);
    close_session (&s);
    paint_more (folder, path, NULL, 1);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offers/copy", test_copy);
  g_test_add_func ("/offers/dismissed-at-once", test_dismissed_at_once);
  g_test_add_func ("/offers/changed", test_changed);
  g_test_add_func ("/offers/later", test_later);
  g_test_add_func ("/offers/project-gone", test_project_gone);
  g_test_add_func ("/offers/project-on-changed", test_project_on_changed);
  g_test_add_func ("/offers/asides", test_asides);
  g_test_add_func ("/offers/aside-of-renamed", test_aside_of_renamed);
  g_test_add_func ("/offers/undone-here", test_undone_here);
  g_test_add_func ("/offers/copy-gone", test_copy_gone);
  g_test_add_func ("/offers/versions", test_versions);
  return g_test_run ();
}
