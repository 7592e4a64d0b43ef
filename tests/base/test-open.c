/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever stands at a path: a file comes, everything else one sentence that says what to do. */
#include "base/sb-error.h"
#include "base/sb-open.h"
#include "sb-test.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
refused (const char *path, const char *word)
{
  for (int stream = 0; stream < 2; stream++) {
    struct stat st;
    g_autoptr (GError) error = NULL;
    const int fd = stream ? sb_open_stream (path, "shown", &error) : sb_open_regular (path, "shown", &st, &error);
    g_assert_cmpint (fd, ==, -1);
    g_assert_error (error, SB_ERROR, SB_ERROR_OPEN);
    g_assert_true (g_str_has_prefix (error->message, "“shown” cannot be opened"));
    g_assert_nonnull (strstr (error->message, word));
    g_assert_true (g_str_has_suffix (error->message, "."));
  }
}

static void
test_refused (void)
{
  g_autofree char *missing = sb_test_path ("missing"), *below = sb_test_path ("file/below");
  g_autofree char *file = sb_test_path ("file"), *link = sb_test_path ("link"), *folder = sb_test_path ("folder");
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_cmpint (symlink ("link", link), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  refused (missing, "check the name");
  refused (below, g_strerror (ENOTDIR));
  refused (link, "leads back to itself");
  refused (folder, "It is a folder");
  g_autoptr (GError) error = NULL;
  sb_set_open_error (&error, "shown", EACCES); /* root may read all */
  g_assert_nonnull (strstr (error->message, "no permission"));
}

static void *
write_to (void *path)
{
  FILE *pipe = fopen (path, "w");
  g_assert_cmpint (fputs ("from a pipe", pipe), >=, 0);
  fclose (pipe);
  return NULL;
}

/* A pipe is no place to seek in, but a list may come through one. */
static void
test_pipe (void)
{
  g_autofree char *path = sb_test_path ("pipe");
  g_autoptr (GError) error = NULL;
  struct stat st;
  gsize n = 0;
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_cmpint (sb_open_regular (path, "shown", &st, &error), ==, -1); /* at once: nobody writes */
  g_assert_error (error, SB_ERROR, SB_ERROR_OPEN);
  g_clear_error (&error);
  GThread *writer = g_thread_new ("writer", write_to, path);
  const int fd = sb_open_stream (path, "shown", &error);
  g_assert_no_error (error);
  g_autofree char *text = sb_read_rest (fd, "shown", "list", 100, &n, &error);
  g_thread_join (writer);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "from a pipe");
  g_assert_cmpuint (n, ==, 11);
}

static void
test_rest (void)
{
  g_autofree char *path = sb_test_path ("rest"), *long_text = g_malloc0 ((3 << 20) + 1);
  static const gsize sizes[] = {0, 1, (64 << 10) - 1, 64 << 10, 200000, 3 << 20, (3 << 20) + 1};
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GError) error = NULL;
    gsize n = 7;
    memset (long_text, 'a', sizes[i]);
    g_assert_true (g_file_set_contents (path, long_text, (gssize)sizes[i], NULL));
    g_autofree char *text = sb_read_rest (sb_open_stream (path, "shown", NULL), "shown", "list", 3 << 20, &n, &error);
    if (sizes[i] > 3 << 20) {
      g_assert_null (text);
      g_assert_error (error, SB_ERROR, SB_ERROR_FORMAT);
      g_assert_cmpstr (error->message, ==, "“shown” is larger than 3 MB, which no list is. Choose another file.");
      continue;
    }
    g_assert_no_error (error);
    g_assert_cmpmem (text, n, long_text, sizes[i]);
    g_assert_cmpint (text[n], ==, '\0');
  }
  g_autoptr (GError) error = NULL;
  gsize n;
  g_assert_null (sb_read_rest (sb_open_stream ("/dev/zero", "shown", &error), "shown", "list", 1 << 20, &n, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_FORMAT); /* without end */
  g_clear_error (&error);
  g_assert_null (sb_read_rest (-1, "shown", "list", 1, &n, &error));
  g_assert_no_error (error); /* it was said when it was opened */
  g_assert_null (sb_read_rest (sb_open_stream ("/proc/self/mem", "shown", NULL), "shown", "list", 1 << 20, &n, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_READ);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/open/refused", test_refused);
  g_test_add_func ("/open/pipe", test_pipe);
  g_test_add_func ("/open/rest", test_rest);
  return g_test_run ();
}
