/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sb-temp-file.h"
#include "base/sb-whole-file.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *folder, *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("sb-whole-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "file", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir))) {
    g_assert_false (g_str_has_suffix (name, ".tmp")); /* no temporary file stays behind */
    g_autofree char *path = g_build_filename (f->folder, name, NULL);
    g_remove (path);
  }
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->path);
}

static void
check_contents (const char *path, const char *expected)
{
  g_autofree char *text = NULL;
  gsize n;
  g_assert_true (g_file_get_contents (path, &text, &n, NULL));
  g_assert_cmpint (n, ==, strlen (expected));
  g_assert_cmpstr (text, ==, expected);
}

static void
test_save (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (sb_whole_file_save (f->path, "one", 3, &error));
  check_contents (f->path, "one");
  g_assert_cmpint (g_chmod (f->path, 0640), ==, 0);
  g_assert_true (sb_whole_file_save (f->path, "two", 3, &error));
  check_contents (f->path, "two");
  struct stat st;
  g_assert_cmpint (stat (f->path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0640); /* the target's permissions stay */
}

/* Pieces of every size around the buffer's come out in order. */
static void
test_pieces (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbWholeFile) file = sb_whole_file_new (f->path, &error);
  GString *all = g_string_new (NULL);
  static const int sizes[] = { 0, 1, 65535, 65536, 65537, 3, 200000, 65533, 7 };
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *piece = g_malloc ((gsize)sizes[i] + 1);
    memset (piece, 'a' + (int)i, (size_t)sizes[i]);
    g_string_append_len (all, piece, sizes[i]);
    g_assert_true (sb_whole_file_write (file, piece, (size_t)sizes[i], &error));
  }
  g_assert_true (sb_whole_file_commit (file, &error));
  check_contents (f->path, all->str);
  g_string_free (all, TRUE);
}

static void
test_symlink (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *link = g_build_filename (f->folder, "link", NULL);
  g_assert_true (sb_whole_file_save (f->path, "one", 3, &error));
  g_assert_cmpint (symlink ("file", link), ==, 0);
  g_assert_true (sb_whole_file_save (link, "two", 3, &error));
  check_contents (f->path, "two");
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_autofree char *loop = g_build_filename (f->folder, "loop", NULL);
  g_assert_cmpint (symlink ("loop", loop), ==, 0);
  g_assert_false (sb_whole_file_save (loop, "x", 1, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (f->folder, "missing", "file", NULL);
  g_autofree char *below_file = g_build_filename (f->folder, "file", "x", NULL);
  g_assert_true (g_file_set_contents (f->path, "old", 3, NULL));
  const char *const bad[] = { nowhere, below_file, f->folder, "", "/dev/null" };
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (sb_whole_file_save (bad[i], "x", 1, &error));
    g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
  }
  check_contents (f->path, "old");
}

/* A limit on the file's size stands for a full disk: an error, and the target as it was. */
static void
test_limit (Fixture *f, gconstpointer data)
{
  struct rlimit old, small;
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_true (g_file_set_contents (f->path, "old", 3, NULL));
  signal (SIGXFSZ, SIG_IGN);
  small = old;
  small.rlim_cur = 100000;
  g_autofree char *bytes = g_malloc0 (100001);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_autoptr (GError) error = NULL;
  bool ok = sb_whole_file_save (f->path, bytes, 100001, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_false (ok);
  g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
  check_contents (f->path, "old");
}

typedef struct {
  const char *folder;
  atomic_bool stop;
} Sweeper;

static void *
sweep (void *data)
{
  Sweeper *sweeper = data;
  while (!atomic_load (&sweeper->stop))
    sb_temp_file_sweep (sweeper->folder);
  return NULL;
}

/* Others write into the same folder all the time and clear it first: what is being written is not theirs to clear, up
 * to the moment it has its name; what a dead one left is. */
static void
test_sweep (Fixture *f, gconstpointer data)
{
  g_autofree char *left = g_build_filename (f->folder, ".sonobrush-0123abcd.tmp", NULL);
  g_assert_true (g_file_set_contents (left, "left", 4, NULL));
  Sweeper sweeper = { f->folder, false };
  pthread_t thread;
  g_assert_cmpint (pthread_create (&thread, NULL, sweep, &sweeper), ==, 0);
  for (int i = 0; i < 400; i++) {
    g_autoptr (GError) error = NULL;
    sb_whole_file_save (f->path, "whole", 5, &error);
    g_assert_no_error (error);
  }
  atomic_store (&sweeper.stop, true);
  pthread_join (thread, NULL);
  check_contents (f->path, "whole");
  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/whole-file/save", test_save);
  ADD ("/whole-file/pieces", test_pieces);
  ADD ("/whole-file/symlink", test_symlink);
  ADD ("/whole-file/refused", test_refused);
  ADD ("/whole-file/limit", test_limit);
  ADD ("/whole-file/sweep", test_sweep);
  return g_test_run ();
}
