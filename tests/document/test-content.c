/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Edits belong to what they were made in: a change that the fingerprint's
 * blocks do not see, a recording that is gone, one that nobody agreed to. */
#include "audio/sb-file-source.h"
#include "document/sb-export.h"
#include "document/sb-relink.h"
#include "document/sb-store.h"
#include "sb-test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_FRAMES 3000000 /* 6 MB: 64 blocks of 64 kB leave most of it out */

typedef struct {
  SbSource *source;
  SbStore *store;
  SbDocument *document;
} Session;

static Session
open_session (const char *folder, const char *path, const SbProject *project, const char *project_path)
{
  g_autoptr (GError) error = NULL;
  Session session = {.source = sb_file_source_new (path, NULL, &error)};
  g_assert_no_error (error);
  session.store = sb_store_open (folder, session.source, project, project_path, &error);
  g_assert_no_error (error);
  session.document = sb_document_new (session.source, &sb_store_project (session.store)->grid, &error);
  g_assert_true (sb_store_attach (session.store, session.document, &error));
  g_assert_no_error (error);
  return session;
}

static void
close_session (Session *session)
{
  g_assert_true (sb_store_flush (session->store, 10));
  sb_store_free (session->store);
  sb_document_free (session->document);
  sb_source_unref (session->source);
}

static int
n_edits (const Session *session)
{
  int n;
  sb_document_ops (session->document, &n);
  return n;
}

static void
paint (Session *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbOperation) op = sb_test_box (1, 1.05, 1000, 4000, -INFINITY, SB_EDGE_AUTO);
  g_assert_true (sb_document_apply (session->document, op, &error));
  g_assert_no_error (error);
}

/* With all its bytes, for which its thread is waited. */
static SbProject *
whole_project (Session *session)
{
  for (int i = 0; i < 3000; i++) {
    SbProject *project = sb_store_copy_project (session->store);
    sb_project_take_document (project, session->document);
    if (project->source_sha256)
      return project;
    sb_project_free (project);
    g_usleep (10000);
  }
  g_error ("the recording's bytes are not known after 30 s");
}

static char *
make_recording (const char *name)
{
  char *path = sb_test_path (name);
  g_autoptr (SbSource) noise = sb_test_noise_source (3, N_FRAMES, 1, 44100);
  g_autoptr (GError) error = NULL;
  sb_export_source (noise, path, "pcm_16", NULL, &error);
  g_assert_no_error (error);
  return path;
}

/* Where no block of the fingerprint lies; the file's time is another one then. */
static void
write_between (const char *path, const char *bytes, time_t mtime)
{
  g_autofree char *before = sb_fingerprint_file (path, NULL);
  const int fd = open (path, O_WRONLY);
  g_assert_cmpint (pwrite (fd, bytes, 8, 170000), ==, 8);
  g_assert_cmpint (futimens (fd, (struct timespec[2]){{.tv_sec = mtime}, {.tv_sec = mtime}}), ==, 0);
  close (fd);
  g_autofree char *after = sb_fingerprint_file (path, NULL);
  g_assert_cmpstr (before, ==, after);
}

static void
test_changed_between (void)
{
  g_autofree char *folder = sb_test_path ("c-between"), *path = make_recording ("between.wav"), *text = NULL;
  gsize n;
  g_assert_true (g_file_get_contents (path, &text, &n, NULL));
  Session s = open_session (folder, path, NULL, NULL);
  paint (&s);
  g_autoptr (SbProject) project = whole_project (&s);
  g_autofree char *expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)text, n);
  g_assert_cmpstr (project->source_sha256, ==, expected);
  close_session (&s);

  write_between (path, text + 170000, 1000); /* only touched: nothing to say, and asked for once */
  for (int i = 0; i < 2; i++) {
    s = open_session (folder, path, NULL, NULL);
    g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_SESSION);
    g_assert_null (sb_store_state (s.store).sentence);
    g_assert_cmpint (n_edits (&s), ==, 1);
    close_session (&s);
  }
  g_assert_true (sb_project_is_source_at (project, path, NULL, NULL));

  write_between (path, "changed!", 2000);
  g_assert_false (sb_project_is_source_at (project, path, NULL, NULL));
  g_autofree char *found = sb_relink_find (project, NULL, folder);
  g_assert_null (found);
  for (int round = 0; round < 3; round++) { /* on offer until that is answered */
    s = open_session (folder, path, NULL, NULL);
    const SbStoreState state = sb_store_state (s.store);
    g_assert_cmpint (state.found, ==, SB_FOUND_CHANGED);
    g_assert_cmpint (state.n_other, ==, 1);
    g_assert_nonnull (strstr (state.sentence, "has changed"));
    g_assert_cmpint (n_edits (&s), ==, 0);
    if (round == 2) {
      g_assert_true (sb_store_take_other (s.store, NULL, NULL));
      g_assert_cmpint (n_edits (&s), ==, 1);
    }
    close_session (&s);
  }
  s = open_session (folder, path, NULL, NULL);
  g_assert_cmpint (sb_store_state (s.store).n_other, ==, 0);
  g_assert_null (sb_store_state (s.store).sentence);
  close_session (&s);
}

/* The same under a project: its edits are there, those kept since it was saved are on offer. */
static void
test_project_changed_between (void)
{
  g_autofree char *folder = sb_test_path ("c-since"), *path = make_recording ("since.wav"),
                  *file = sb_test_path ("since.sonobrush");
  Session s = open_session (folder, path, NULL, NULL);
  paint (&s);
  g_autoptr (SbProject) project = whole_project (&s);
  g_assert_true (sb_project_save (project, file, NULL));
  close_session (&s);
  s = open_session (folder, path, project, file);
  paint (&s);
  sb_project_free (whole_project (&s));
  close_session (&s);
  write_between (path, "changed!", 2000);
  for (int round = 0; round < 3; round++) {
    s = open_session (folder, path, project, file);
    const SbStoreState state = sb_store_state (s.store);
    g_assert_cmpint (n_edits (&s), ==, 1 + (round == 2));
    g_assert_true (state.on_other_content);
    g_assert_null (strstr (state.sentence, "null"));
    g_assert_cmpint (state.n_aside, ==, round < 2 ? 2 : 0);
    if (round == 1) {
      g_assert_true (sb_store_bring_back (s.store, NULL, NULL));
      g_assert_cmpint (n_edits (&s), ==, 2);
    }
    close_session (&s);
  }
}

/* What was kept, as it is before the thread has come to its end. */
static void
keep_without_hash (const char *folder, const SbProject *project)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir))) {
    g_autofree char *file = g_build_filename (folder, name, NULL);
    if (g_str_has_suffix (name, ".sonobrush"))
      g_assert_true (sb_project_save (project, file, NULL));
  }
}

/* Closed before all bytes were known: that it was written to since is said, and no more when they are known. */
static void
test_may_have_changed (void)
{
  g_autofree char *folder = sb_test_path ("c-unsure"), *path = make_recording ("unsure.wav"),
                  *p = sb_test_path ("unsure.sonobrush");
  Session s = open_session (folder, path, NULL, NULL);
  paint (&s);
  g_autoptr (SbProject) project = whole_project (&s);
  close_session (&s);
  g_clear_pointer (&project->source_sha256, g_free);
  keep_without_hash (folder, project);
  g_assert_true (sb_project_save (project, p, NULL));
  s = open_session (folder, path, NULL, NULL);
  g_assert_null (sb_store_state (s.store).sentence); /* not written to */
  close_session (&s);
  keep_without_hash (folder, project);
  write_between (path, "changed!", 5000);
  for (int round = 0; round < 2; round++) {
    if (round == 0)
      s = open_session (folder, path, NULL, NULL);
    else
      s = open_session (folder, path, project, p);
    g_assert_nonnull (sb_store_state (s.store).sentence);
    g_assert_nonnull (strstr (sb_store_state (s.store).sentence, "may have changed"));
    g_assert_cmpint (n_edits (&s), ==, 1);
    g_autoptr (SbProject) known = whole_project (&s);
    close_session (&s);
    s = round == 0 ? open_session (folder, path, NULL, NULL) : open_session (folder, path, project, p);
    g_assert_null (sb_store_state (s.store).sentence);
    close_session (&s);
  }
}

/* Where nothing can be written, they are on offer all the same. */
static void
test_changed_between_not_kept (void)
{
  g_autofree char *folder = sb_test_path ("c-unkept"), *path = make_recording ("unkept.wav"), *lock = NULL;
  Session s = open_session (folder, path, NULL, NULL);
  paint (&s);
  sb_project_free (whole_project (&s));
  close_session (&s);
  write_between (path, "changed!", 2000);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (!lock && (name = g_dir_read_name (dir)))
    lock = g_str_has_suffix (name, ".lock") ? g_build_filename (folder, name, NULL) : NULL;
  g_assert_true (g_unlink (lock) == 0 && g_mkdir (lock, 0700) == 0); /* whoever asks cannot have it */
  for (int round = 0; round < 2; round++) {
    s.source = sb_file_source_new (path, NULL, NULL);
    s.store = sb_store_open (folder, s.source, NULL, NULL, NULL);
    g_assert_cmpint (sb_store_state (s.store).keeping, ==, SB_NOT_KEEPING);
    g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_CHANGED);
    g_assert_cmpint (sb_store_state (s.store).n_other, ==, 1);
    g_assert_nonnull (strstr (sb_store_state (s.store).sentence, "has changed"));
    sb_store_free (s.store);
    sb_source_unref (s.source);
  }
}

/* A project is saved about what the edits were made in, though the recording is gone, another, or not agreed to. */
static void
test_saved_identity (void)
{
  g_autofree char *folder = sb_test_path ("c-saved"), *path = make_recording ("saved.wav");
  g_autofree char *p = sb_test_path ("p.sonobrush"), *q = sb_test_path ("q.sonobrush"),
                  *moved = sb_test_path ("moved.wav");
  g_autoptr (GError) error = NULL;
  Session s = open_session (folder, path, NULL, NULL);
  paint (&s);
  g_autoptr (SbProject) project = whole_project (&s);
  g_assert_cmpint (g_rename (path, moved), ==, 0);
  g_autoptr (SbProject) gone = whole_project (&s);
  g_assert_true (sb_project_save (gone, p, &error));
  g_assert_no_error (error);
  close_session (&s);
  g_autoptr (SbProject) loaded = sb_project_load (p, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (loaded->source_fingerprint, ==, project->source_fingerprint);
  g_assert_cmpstr (loaded->source_sha256, ==, project->source_sha256);
  g_assert_cmpint (loaded->source_mtime_ns, ==, project->source_mtime_ns);
  g_assert_true (sb_project_is_source_at (loaded, moved, NULL, NULL));

  write_between (moved, "changed!", 2000);
  for (int agreed = 0; agreed < 2; agreed++) {
    s = open_session (folder, moved, loaded, p);
    g_assert_true (sb_store_state (s.store).on_other_content);
    if (agreed)
      sb_store_accept_content (s.store);
    g_autoptr (SbProject) copy = sb_store_copy_project (s.store);
    sb_project_take_document (copy, s.document);
    g_assert_true (sb_project_save (copy, q, &error));
    g_assert_no_error (error);
    close_session (&s);
    g_autoptr (SbProject) again = sb_project_load (q, &error);
    g_assert_cmpint (again->ops->len, ==, 1);
    g_assert_cmpint (sb_project_is_source_at (again, moved, NULL, NULL), ==, agreed);
  }
}

/* Ended at any moment, written to at any moment: no hash that is not the opened file's. */
static void
test_hash_in_motion (void)
{
  g_autofree char *folder = sb_test_path ("c-motion"), *path = make_recording ("motion.wav");
  for (int i = 0; i < 6; i++) {
    Session s = open_session (folder, path, NULL, NULL);
    paint (&s);
    g_usleep ((gulong)i * 2000);
    write_between (path, i % 2 ? "changed!" : "Changed!", 3000 + i);
    g_usleep (i < 3 ? 0 : 500000);
    g_autoptr (SbProject) copy = sb_store_copy_project (s.store);
    g_assert_null (copy->source_sha256);
    close_session (&s);
    g_autofree char *all = g_strdup_printf ("rm -rf '%s'", folder);
    g_assert_cmpint (system (all), ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/content/changed-between", test_changed_between);
  g_test_add_func ("/content/project-changed-between", test_project_changed_between);
  g_test_add_func ("/content/may-have-changed", test_may_have_changed);
  g_test_add_func ("/content/changed-between-not-kept", test_changed_between_not_kept);
  g_test_add_func ("/content/saved-identity", test_saved_identity);
  g_test_add_func ("/content/hash-in-motion", test_hash_in_motion);
  return g_test_run ();
}
