/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where sessions lie: folders that cannot be written to, that were moved or
 * removed, and who holds a session. */
#include "document/sb-opening-mark.h"
#include "store-support.h"

#include <glib/gstdio.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* No folder to keep in: it works all the same, and says so.  One in whose place something else lies: trouble, then all
 * is kept after all. */
static void
test_no_folder (void)
{
  g_autofree char *path = make_recording ("nowhere.wav", 5), *under_file = g_build_filename (path, "x", NULL);
  Session s = open_session (under_file, path);
  g_assert_cmpint (sb_store_state (s.store).keeping, ==, SB_NOT_KEEPING);
  g_assert_nonnull (strstr (sb_store_state (s.store).not_kept, "not kept"));
  paint (&s, 0.1);
  g_assert_false (sb_store_flush (s.store, 0.1));
  close_session (&s);

  for (int n_before = 0; n_before < 2; n_before++) {
    g_autofree char *folder = sb_test_path (n_before ? "s-vanish-1" : "s-vanish-0"),
                    *away = g_strconcat (folder, "-away", NULL);
    s = open_session (folder, path);
    if (n_before)
      paint (&s, 0.05);
    if (n_before)
      wait_at_rest (&s, folder);
    g_assert_cmpint (g_rename (folder, away), ==, 0);
    g_assert_true (g_file_set_contents (folder, "no folder", -1, NULL));
    paint (&s, 0.1);
    g_assert_false (sb_store_flush (s.store, 0.5));
    g_autofree char *trouble = sb_store_trouble (s.store);
    g_assert_nonnull (trouble);
    g_assert_nonnull (strstr (trouble, folder));
    g_assert_cmpint (g_unlink (folder), ==, 0);
    g_assert_true (sb_store_flush (s.store, 30)); /* by itself */
    g_assert_null (sb_store_trouble (s.store));
    close_session (&s);
    expect_kept (folder, path, n_before + 1);
  }
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* Names and bytes of all that lies there. */
static char *
all_of (const char *folder)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, by_name);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL), *bytes = NULL;
    gsize n;
    g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
    g_checksum_update (sum, names->pdata[i], -1);
    g_checksum_update (sum, (const guchar *)bytes, (gssize)n);
  }
  return g_strdup (g_checksum_get_string (sum));
}

/* Opened by somebody who may read the folder and no more: root may do all. */
static Session
open_reading (const char *folder, const char *path, bool without_edits)
{
  const SbStoreRequest request = {.folder = folder, .without_edits = without_edits};
  const bool root = getuid () == 0;
  g_autoptr (GError) error = NULL;
  Session s = {.source = sb_file_source_new (path, NULL, &error)};
  g_assert_no_error (error);
  g_assert_cmpint (root ? setresuid (65534, 65534, 0) : 0, ==, 0);
  s.store = sb_store_open_as (&request, s.source, &error);
  g_assert_cmpint (root ? setresuid (0, 0, 0) : 0, ==, 0);
  g_assert_no_error (error);
  s.document = sb_document_new (s.source, &sb_store_project (s.store)->grid, NULL);
  g_assert_true (sb_store_attach (s.store, s.document, NULL));
  g_assert_cmpint (sb_store_state (s.store).keeping, ==, SB_NOT_KEEPING);
  g_assert_nonnull (strstr (sb_store_state (s.store).not_kept, folder));
  return s;
}

/* A folder that can only be read: what was kept in it is shown, told and offered as ever, and stays as it is. */
static void
test_folder_only_read (void)
{
  g_autofree char *folder = sb_test_path ("s-read"), *path = make_recording ("read.wav", 50),
                  *twin = make_recording ("read-2.wav", 51);
  g_autofree char *around = g_path_get_dirname (folder), *moved = sb_test_path ("read-moved.wav");
  Session s = open_session (folder, path);
  for (int i = 0; i < 3; i++)
    paint (&s, 0.1 * i);
  wait_at_rest (&s, folder);
  close_session (&s);
  g_autofree char *file = session_file (folder), *before = all_of (folder);
  g_assert_cmpint (g_chmod (file, 0644), ==, 0);
  g_assert_cmpint (g_chmod (path, 0644) | g_chmod (twin, 0644) | g_chmod (around, 0755) | g_chmod (folder, 0555), ==,
                   0);
  s = open_reading (folder, path, false);
  g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_SESSION);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 3);
  g_assert_null (sb_store_state (s.store).sentence);
  paint (&s, 0.4); /* not read-only */
  close_session (&s);
  s = open_reading (folder, path, true);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 0);
  g_autofree char *named = path_in (sb_store_state (s.store).sentence);
  g_assert_cmpstr (named, ==, file);
  close_session (&s);
  g_assert_cmpint (g_rename (path, moved), ==, 0); /* offered, since they cannot be taken along */
  s = open_reading (folder, moved, false);
  g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_COPY);
  g_assert_true (sb_store_take_other (s.store, NULL, NULL));
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 3);
  close_session (&s);
  g_assert_cmpint (g_rename (twin, path), ==, 0);
  s = open_reading (folder, path, false);
  g_assert_cmpint (sb_store_state (s.store).found, ==, SB_FOUND_CHANGED);
  g_assert_cmpint (sb_store_state (s.store).n_other, ==, 3);
  close_session (&s);
  g_autofree char *after = all_of (folder);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (g_chmod (folder, 0700) | g_rename (moved, path), ==, 0);
  expect_kept (folder, path, 3);
}

/* What is at the path now, read as a program that starts later does. */
static int
n_kept_at (const char *folder)
{
  g_autofree char *file = session_file (folder);
  g_autoptr (SbProject) project = file ? sb_project_load (file, NULL) : NULL;
  return project ? (int)project->ops->len : -1;
}

typedef enum { FOLDER_REMOVED, FOLDER_MOVED, FILE_REMOVED, LOG_REMOVED, LOCK_REMOVED, FILE_REPLACED, N_LOSSES } Loss;

static void
lose (Loss loss, const char *folder)
{
  g_autofree char *away = g_strconcat (folder, "-away", NULL), *file = session_file (folder);
  g_autofree char *log = g_strconcat (file, "-wal", NULL),
                  *base = g_strndup (file, strlen (file) - strlen (".1.sonobrush"));
  g_autofree char *lock = g_strconcat (base, ".lock", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  if (loss == FOLDER_MOVED)
    g_assert_cmpint (g_rename (folder, away), ==, 0);
  else if (loss == LOG_REMOVED)
    g_assert_cmpint (g_unlink (log), ==, 0);
  else if (loss == LOCK_REMOVED)
    g_assert_cmpint (g_unlink (lock), ==, 0);
  else
    while ((name = g_dir_read_name (dir))) {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (loss == FOLDER_REMOVED || !g_str_has_suffix (name, ".lock"))
        g_assert_cmpint (g_unlink (path), ==, 0);
    }
  if (loss == FOLDER_REMOVED)
    g_assert_cmpint (g_rmdir (folder), ==, 0);
  if (loss == FILE_REPLACED) { /* a backup, perhaps */
    g_autoptr (SbProject) other = sb_project_new ();
    g_autoptr (SbOperation) op = sb_test_box (0.1, 0.2, 100, 200, -6, SB_EDGE_AUTO);
    other->source_path = g_strdup ("/elsewhere.wav");
    other->rate = 44100;
    other->channels = 1;
    other->grid = sb_grid_default (44100);
    g_ptr_array_add (other->ops, sb_operation_ref (op));
    g_assert_true (sb_project_save (other, file, NULL));
  }
}

/* A file that lost its name takes transactions as before: none of them counts as kept until it is where a later start
 * looks for it. */
static void
test_place_lost (void)
{
  g_autofree char *path = make_recording ("lost.wav", 15);
  for (Loss loss = 0; loss < N_LOSSES; loss++)
    for (int n_after = 0; n_after < 2; n_after++) {
      g_autofree char *name = g_strdup_printf ("s-lost-%d-%d", loss, n_after), *folder = sb_test_path (name);
      Session s = open_session (folder, path);
      paint (&s, 0.1);
      paint (&s, 0.15);
      wait_at_rest (&s, folder);
      g_assert_cmpint (n_kept_at (folder), ==, 2);
      lose (loss, folder);
      if (n_after) {
        paint (&s, 0.2);
        g_assert_true (sb_store_flush (s.store, 30));
        g_assert_cmpint (n_kept_at (folder), ==, 3); /* the whole of it */
        Session second = open_session (folder, path); /* the lock is at its path, too */
        g_assert_cmpint (sb_store_state (second.store).keeping, ==, SB_KEPT_ELSEWHERE);
        close_session (&second);
        paint (&s, 0.25);
        g_assert_true (sb_store_flush (s.store, 30));
        g_assert_cmpint (n_kept_at (folder), ==, 4);
      }
      close_session (&s);
      for (int round = 0; round < 2; round++) {
        s = open_session (folder, path);
        g_assert_cmpint (sb_document_n_edits (s.document), ==, 2 + 2 * n_after);
        const char *sentence = sb_store_state (s.store).sentence;
        /* what lay there is not lost, and told */
        g_assert_true ((sentence != NULL) == (loss == FILE_REPLACED && round == 0));
        if (sentence) {
          const char *begin = strstr (sentence, "“") + strlen ("“");
          g_autofree char *aside = g_strndup (begin, (gsize)(strstr (begin, "”") - begin));
          g_autoptr (SbProject) other = sb_project_load (aside, NULL);
          g_assert_cmpuint (other->ops->len, ==, 1);
        }
        close_session (&s);
      }
    }
}

/* A file that may not grow: the sentence says why, and what was painted meanwhile is kept once it may. */
static void
test_limit (void)
{
  g_autofree char *folder = sb_test_path ("s-limit"), *path = make_recording ("limit.wav", 34);
  struct rlimit usual, small;
  Session s = open_session (folder, path);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &usual), ==, 0);
  small = (struct rlimit){4096, usual.rlim_max};
  void (*before) (int) = signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  paint (&s, 0.1);
  const bool kept = sb_store_flush (s.store, 1);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &usual), ==, 0); /* or nothing can be said */
  g_assert_false (kept);
  g_autofree char *trouble = sb_store_trouble (s.store);
  g_assert_nonnull (strstr (trouble, folder));
  g_assert_nonnull (strstr (trouble, g_strerror (EFBIG)));
  g_assert_null (strstr (trouble, "could not be saved as")); /* nobody has saved a project */
  paint (&s, 0.2);
  g_assert_true (sb_store_flush (s.store, 30));
  g_assert_null (sb_store_trouble (s.store));
  close_session (&s);
  signal (SIGXFSZ, before);
  expect_kept (folder, path, 2);
}

/* In the place of the session's lock; its path. */
static char *
folder_for_lock (const char *folder)
{
  g_autofree char *file = session_file (folder), *base = g_strndup (file, strlen (file) - strlen (".1.sonobrush"));
  char *lock = g_strconcat (base, ".lock", NULL);
  g_assert_true (g_unlink (lock) == 0 && g_mkdir (lock, 0700) == 0);
  return lock;
}

/* The folder is there, but not for us: that is said, not that it has gone. */
static void
test_lock_lost (void)
{
  g_autofree char *folder = sb_test_path ("s-unlocked"), *path = make_recording ("unlocked.wav", 35);
  Session s = open_session (folder, path);
  paint (&s, 0.1);
  g_assert_true (sb_store_flush (s.store, 30));
  g_autofree char *lock = folder_for_lock (folder);
  paint (&s, 0.2);
  g_assert_false (sb_store_flush (s.store, 0.5));
  g_autofree char *trouble = sb_store_trouble (s.store);
  g_assert_nonnull (strstr (trouble, "cannot be written to"));
  g_assert_nonnull (strstr (trouble, g_strerror (EISDIR)));
  g_assert_cmpint (g_rmdir (lock), ==, 0);
  g_assert_true (sb_store_flush (s.store, 30));
  close_session (&s);
  expect_kept (folder, path, 2);
}

static void
count_told (void *data)
{
  atomic_fetch_add ((atomic_int *)data, 1);
}

/* `n` times in all, with a sentence that has this in it. */
static void
expect_told (SbStore *store, atomic_int *n_told, int n, const char *words)
{
  g_autofree char *trouble = NULL;
  for (int i = 0; i < 5000 && (!trouble || !strstr (trouble, words) || atomic_load (n_told) < n); i++) {
    g_usleep (2000);
    g_free (trouble);
    trouble = sb_store_trouble (store);
  }
  g_assert_nonnull (trouble);
  g_assert_nonnull (strstr (trouble, words));
  g_assert_cmpint (atomic_load (n_told), ==, n);
}

/* First one thing is wrong, then another: who shows the sentence hears of it, but not of each new try. */
static void
test_other_trouble (void)
{
  g_autofree char *folder = sb_test_path ("s-other"), *path = make_recording ("other.wav", 36);
  g_autofree char *away = g_strconcat (folder, "-away", NULL);
  atomic_int n_told = 0;
  Session s = open_session (folder, path);
  sb_store_set_trouble_func (s.store, count_told, &n_told);
  paint (&s, 0.1);
  g_assert_true (sb_store_flush (s.store, 30));
  g_autofree char *lock = folder_for_lock (folder);
  paint (&s, 0.2);
  expect_told (s.store, &n_told, 1, g_strerror (EISDIR));
  paint (&s, 0.3);
  g_assert_false (sb_store_flush (s.store, 0.5));
  expect_told (s.store, &n_told, 1, g_strerror (EISDIR));
  g_assert_cmpint (g_rename (folder, away), ==, 0);
  g_assert_true (g_file_set_contents (folder, "no folder", -1, NULL));
  paint (&s, 0.4);
  expect_told (s.store, &n_told, 2, g_strerror (ENOTDIR));
  g_assert_cmpint (g_unlink (folder), ==, 0);
  g_assert_true (sb_store_flush (s.store, 30));
  g_assert_cmpint (atomic_load (&n_told), ==, 3);
  close_session (&s);
  expect_kept (folder, path, 4);
}

/* A process that is being started while a session is let go of has its descriptors for a moment. */
static void
test_lock_is_let_go (void)
{
  g_autofree char *folder = sb_test_path ("s-lock"), *path = make_recording ("lock.wav", 31);
  int ends[2];
  char byte;
  Session s = open_session (folder, path);
  paint (&s, 0.1);
  g_assert_cmpint (pipe (ends), ==, 0);
  const pid_t child = fork ();
  if (child == 0) {
    close (ends[1]);
    _exit (read (ends[0], &byte, 1) < 0);
  }
  g_assert_cmpint (child, >, 0);
  close_session (&s);
  s = open_session (folder, path);
  g_assert_cmpint (sb_store_state (s.store).keeping, ==, SB_KEEPING);
  g_assert_cmpint (sb_document_n_edits (s.document), ==, 1);
  close_session (&s);
  close (ends[0]);
  close (ends[1]);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-place/no-folder", test_no_folder);
  g_test_add_func ("/store-place/folder-only-read", test_folder_only_read);
  g_test_add_func ("/store-place/place-lost", test_place_lost);
  g_test_add_func ("/store-place/lock-lost", test_lock_lost);
  g_test_add_func ("/store-place/other-trouble", test_other_trouble);
  g_test_add_func ("/store-place/limit", test_limit);
  g_test_add_func ("/store-place/lock-is-let-go", test_lock_is_let_go);
  return g_test_run ();
}
