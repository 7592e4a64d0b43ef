/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The child that opens a file first: files that make the decoder spin are
 * refused, Cancel is heard meanwhile, everything else costs next to nothing. */
#include "audio/sb-file-source.h"
#include "base/sb-error.h"
#include "sb-test.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <sndfile.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A hundred bytes that libsndfile never gets through. */
static char *
spinning_file (void)
{
  return sb_test_shared ("hostile/sfhang_1459876.wav");
}

static void
test_spinning_file_is_refused (void)
{
  g_autofree char *path = spinning_file ();
  if (!path)
    return;
  g_autoptr (GError) error = NULL;
  g_assert_null (sb_file_source_new (path, NULL, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "does not come to an end"));
  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1); /* no child is left */
  g_assert_cmpint (errno, ==, ECHILD);
}

static void *
cancel_soon (void *progress)
{
  g_usleep (200000);
  sb_progress_cancel (progress);
  return NULL;
}

static void
test_cancel (void)
{
  g_autofree char *path = spinning_file ();
  if (!path)
    return;
  pthread_t thread;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbProgress) progress = sb_progress_new ();
  const gint64 start = g_get_monotonic_time ();
  pthread_create (&thread, NULL, cancel_soon, progress);
  g_assert_null (sb_file_source_new (path, progress, &error));
  pthread_join (thread, NULL);
  g_assert_error (error, SB_ERROR, SB_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 1200000);
}

/* Every file there: a sentence or a source that reads to its end. */
static void
test_hostile_files (void)
{
  g_autofree char *folder = sb_test_shared ("hostile");
  if (!folder)
    return;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  int n_opened = 0, n_refused = 0;
  while ((name = g_dir_read_name (dir))) {
    if (g_str_has_prefix (name, "sfhang"))
      continue; /* above, and slow */
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (SbSource) source = sb_file_source_new (path, NULL, &error);
    g_assert_true ((source != NULL) != (error != NULL));
    if (!source) {
      g_assert_true (g_str_has_suffix (error->message, "."));
      n_refused++;
      continue;
    }
    n_opened++;
    const int64_t block = MAX (1, 65536 / source->channels);
    g_autofree float *frames = g_new (float, block * source->channels);
    for (int64_t pos = 0; pos < MIN (source->n_frames, 50 * block); pos += block)
      if (!sb_source_read (source, pos, block, frames, NULL))
        break; /* damaged further on: told there */
  }
  g_test_message ("%d opened, %d refused", n_opened, n_refused);
  g_assert_cmpint (n_opened + n_refused, >, 80);
}

/* ---- no helper ---- */

static char *
good_file (void)
{
  char *path = sb_test_path ("good.wav");
  SF_INFO info = {.samplerate = 8000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
  SNDFILE *file = sf_open (path, SFM_WRITE, &info);
  const short frames[100] = {1, 2, 3};
  g_assert_cmpint (sf_writef_short (file, frames, 100), ==, 100);
  sf_close (file);
  return path;
}

static void
assert_not_opened (const char *path, const char *says, const char *advises)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (sb_file_source_new (path, NULL, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_OPEN);
  if (!strstr (error->message, says) || !strstr (error->message, advises) || !strstr (error->message, path))
    g_error ("%s", error->message);
}

/* What cannot be tried is not opened: a file that hangs would hang the program. */
static void
test_no_helper (void)
{
  g_autofree char *path = good_file (), *broken = sb_test_path ("broken"),
                  *said = g_strdup (g_getenv ("SONOBRUSH_PROBE"));
  g_autoptr (GError) error = NULL;
  g_setenv ("SONOBRUSH_PROBE", "/nonexistent/sonobrush-probe", TRUE);
  assert_not_opened (path, "“/nonexistent/sonobrush-probe”", "is missing. Install Sonobrush again.");
  g_assert_true (g_file_set_contents (broken, "no program", -1, NULL));
  g_assert_cmpint (g_chmod (broken, 0755), ==, 0);
  g_setenv ("SONOBRUSH_PROBE", broken, TRUE);
  assert_not_opened (path, "does not work", "Install Sonobrush again.");
  g_assert_true (g_file_set_contents (broken, "#!/bin/sh\nexit 127\n", -1, NULL)); /* as where its libraries are gone */
  g_assert_cmpint (g_chmod (broken, 0755), ==, 0);
  assert_not_opened (path, "does not work", "Install Sonobrush again.");
  g_setenv ("SONOBRUSH_PROBE", "", TRUE); /* said on purpose */
  g_autoptr (SbSource) source = sb_file_source_new (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sb_source_n_frames (source), ==, 100);
  g_setenv ("SONOBRUSH_PROBE", said, TRUE);
}

/* One descriptor is left, for the file itself: none for the way to a process. */
static void
test_no_process (void)
{
  g_autofree char *path = good_file ();
  struct rlimit usual, tight;
  const int next = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  close (next);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &usual), ==, 0);
  tight = usual;
  tight.rlim_cur = (rlim_t)next + 1;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &tight), ==, 0);
  assert_not_opened (path, "no process could be started", "Close other programs and open it again.");
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &usual), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe/spinning-file-is-refused", test_spinning_file_is_refused);
  g_test_add_func ("/probe/cancel", test_cancel);
  g_test_add_func ("/probe/hostile-files", test_hostile_files);
  g_test_add_func ("/probe/no-helper", test_no_helper);
  g_test_add_func ("/probe/no-process", test_no_process);
  return g_test_run ();
}
