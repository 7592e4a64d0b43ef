/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exports that cannot succeed: one sentence, the old target as it was, no
 * temporary file left. */
#include "export-support.h"

#include "document/sb-project.h"
#include "document/sb-replace.h"
#include "edit/sb-op-json.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RATE 44100
#define N    30000

static bool
try_export (SbSource *source, SbResynth *resynth, const char *path, const char *subtype, SbProgress *progress,
            GError **error)
{
  SbExportSpec spec;
  sb_export_spec_init (&spec);
  spec.path = path;
  spec.subtype = subtype;
  return sb_export (source, resynth, &spec, NULL, progress, error);
}

static void
expect_refused (SbSource *source, const char *path, const char *subtype, const char *word)
{
  g_autoptr (GError) error = NULL;
  const int before = n_files ();
  g_assert_false (try_export (source, NULL, path, subtype, NULL, &error));
  g_assert_nonnull (error);
  if (!strstr (error->message, word) || !g_str_has_suffix (error->message, "."))
    g_error ("“%s” should be a sentence with “%s”", error->message, word);
  g_assert_cmpint (n_files (), ==, before);
}

static void
test_refused (void)
{
  g_autofree char *path = in_folder ("source.wav"), *link = in_folder ("link.wav"), *hard = in_folder ("hard.wav");
  g_autofree char *flac = in_folder ("o.flac"), *nowhere = g_build_filename (folder, "missing", "o.wav", NULL);
  g_autofree char *under_file = g_build_filename (folder, "source.wav", "o.wav", NULL);
  g_autofree char *no_ending = in_folder ("o"), *odd = in_folder ("o.xyz"), *opus = in_folder ("o.opus");
  g_autofree char *mp3 = in_folder ("o.mp3"), *sub = in_folder ("sub.wav"), *loop = in_folder ("loop.wav");
  g_autofree char *original = NULL, *after = NULL;
  gsize n, m;
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_32, 1, RATE, 1000);
  g_assert_true (g_file_get_contents (path, &original, &n, NULL));
  g_assert_cmpint (symlink ("source.wav", link), ==, 0);
  g_assert_cmpint (symlink ("loop.wav", loop), ==, 0);
  g_assert_cmpint (g_mkdir (sub, 0777), ==, 0);
  const bool linked = linkat (AT_FDCWD, path, AT_FDCWD, hard, 0) == 0;
  g_autoptr (SbSource) source = open_file (path);
  expect_refused (source, path, NULL, "recording itself");
  expect_refused (source, link, NULL, "recording itself");
  if (linked)
    expect_refused (source, hard, NULL, "recording itself");
  expect_refused (source, nowhere, NULL, "does not exist");
  expect_refused (source, under_file, NULL, "folder");
  expect_refused (source, sub, NULL, "it is a folder");
  expect_refused (source, loop, NULL, "link");
  expect_refused (source, no_ending, NULL, "ending");
  expect_refused (source, odd, NULL, "ending");
  expect_refused (source, flac, NULL, "cannot hold 32-bit samples. It can hold pcm_s8, pcm_16, pcm_24");
  expect_refused (source, flac, "float", "cannot hold float samples");
  expect_refused (source, flac, "pcm_12", "is not a sample type");
  expect_refused (source, opus, NULL, "44100 Hz");
  expect_refused (source, mp3, "pcm_16", "It can hold mp3");
  expect_refused (source, "/dev/full", "pcm_16", "not an ordinary file");
  g_autofree char *full = in_folder ("full.wav");
  g_assert_cmpint (symlink ("/dev/full", full), ==, 0);
  expect_refused (source, full, NULL, "not an ordinary file");
  g_assert_true (g_file_get_contents (path, &after, &m, NULL));
  g_assert_cmpmem (original, n, after, m);
  g_rmdir (sub);
  empty_folder ();
}

/* The recording is known by itself, not by the name it had when it was opened. */
static void
test_renamed (void)
{
  g_autofree char *path = in_folder ("source.wav"), *moved = in_folder ("moved.wav"), *old = in_folder ("old.wav");
  g_autofree char *out = in_folder ("out.wav");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, RATE, 1000);
  g_autoptr (SbSource) source = open_file (path);
  g_assert_cmpint (g_rename (path, moved), ==, 0);
  expect_refused (source, moved, NULL, "recording itself");
  g_assert_cmpint (linkat (AT_FDCWD, moved, AT_FDCWD, old, 0), ==, 0);
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, RATE, 500); /* another in its place */
  expect_refused (source, path, NULL, "recording itself");
  expect_refused (source, old, NULL, "recording itself");
  g_assert_true (try_export (source, NULL, out, NULL, NULL, NULL));
  assert_same_bytes (moved, out);
  empty_folder ();
}

static void
expect_kept (const SbSource *recording, const char *path, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (sb_check_replace (recording, path, &error));
  if (!strstr (error->message, word) || !strstr (error->message, path) ||
      !g_str_has_suffix (error->message, "Choose another name."))
    g_error ("“%s” should name the file and say “%s”", error->message, word);
}

/* What edits, markers and pictures are saved over: anything but the recording and a project. */
static void
test_replace (void)
{
  g_autofree char *path = in_folder ("source.wav"), *moved = in_folder ("moved.wav"), *link = in_folder ("link.json");
  g_autofree char *project = in_folder ("p.sonobrush"), *to_project = in_folder ("p.csv"), *ops = in_folder ("o.json");
  g_autofree char *to_ops = in_folder ("l.json");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, RATE, 1000);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbProject) saved = sb_project_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  saved->grid = sb_grid_default (RATE);
  g_assert_true (sb_project_set_source (saved, source, NULL));
  g_assert_true (sb_project_save (saved, project, NULL));
  g_assert_cmpint (symlink ("p.sonobrush", to_project), ==, 0);
  expect_kept (source, path, "recording itself");
  g_assert_cmpint (g_rename (path, moved), ==, 0);
  g_assert_cmpint (symlink ("moved.wav", link), ==, 0);
  expect_kept (source, moved, "recording itself");
  expect_kept (source, link, "recording itself");
  expect_kept (source, project, "a Sonobrush project");
  expect_kept (NULL, to_project, "a Sonobrush project");
  g_assert_cmpint (symlink ("o.json", to_ops), ==, 0);
  for (int i = 0; i < 2; i++) { /* a new one, and an old one; through a link that stays */
    g_assert_true (sb_check_replace (source, to_ops, NULL));
    g_assert_true (sb_ops_file_save (to_ops, &saved->grid, none, NULL));
    g_assert_true (g_file_test (to_ops, G_FILE_TEST_IS_SYMLINK) && g_file_test (ops, G_FILE_TEST_IS_REGULAR));
  }
  empty_folder ();
}

/* Written to, and its time put back: known by its bytes where they are known; a new name is no change. */
static void
test_time_put_back (void)
{
  g_autofree char *path = in_folder ("source.wav"), *moved = in_folder ("moved.wav"), *out = in_folder ("out.wav");
  struct stat st;
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, RATE, N);
  g_autofree char *sha256 = sb_sha256_file (path, NULL, NULL);
  g_autoptr (SbSource) source = open_file (path);
  SbExportSpec spec;
  sb_export_spec_init (&spec);
  spec.path = out;
  spec.source_sha256 = sha256;
  g_assert_cmpint (g_rename (path, moved), ==, 0);
  g_assert_true (sb_export (source, NULL, &spec, NULL, NULL, NULL));
  g_assert_cmpint (g_unlink (out), ==, 0);
  g_assert_cmpint (stat (moved, &st), ==, 0);
  const int fd = open (moved, O_WRONLY);
  g_assert_cmpint (pwrite (fd, "\0\0\0\0", 4, 20000), ==, 4);
  g_assert_cmpint (futimens (fd, (struct timespec[2]){st.st_atim, st.st_mtim}), ==, 0);
  close (fd);
  g_autoptr (GError) error = NULL;
  g_assert_false (sb_export (source, NULL, &spec, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "changed by another program"));
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
  empty_folder ();
}

/* Half of what it was and half of what it is would be a recording that never was. */
static void
test_written_to (void)
{
  g_autofree char *path = in_folder ("source.wav"), *out = in_folder ("out.wav");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, RATE, N);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.2, 0.3, 800, 2000, -INFINITY);
  g_assert_true (try_export (source, resynth, out, NULL, NULL, NULL));
  g_assert_cmpint (g_unlink (out), ==, 0);
  const int fd = open (path, O_WRONLY);
  g_assert_cmpint (pwrite (fd, "\0\0\0\0", 4, 20000), ==, 4);
  g_assert_cmpint (futimens (fd, (struct timespec[2]){{.tv_sec = 1}, {.tv_sec = 1}}), ==, 0);
  close (fd);
  expect_refused (source, out, NULL, "changed by another program");
  g_autoptr (GError) error = NULL;
  g_assert_false (try_export (source, resynth, out, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "open it again"));
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (path), ==, 0);
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, RATE, N);
  g_autoptr (SbSource) again = open_file (path);
  g_assert_true (try_export (again, NULL, out, NULL, NULL, NULL));
  assert_same_bytes (path, out);
  empty_folder ();
}

/* Through a link: what it points to is made or replaced, and the link stays. */
static void
test_link (void)
{
  g_autofree char *path = in_folder ("source.wav"), *link = in_folder ("link.wav"), *real = in_folder ("real.wav");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, RATE, 1000);
  g_assert_cmpint (symlink ("real.wav", link), ==, 0);
  g_autoptr (SbSource) source = open_file (path);
  for (int i = 0; i < 2; i++) { /* the first makes it, the second replaces it */
    g_assert_true (try_export (source, NULL, link, NULL, NULL, NULL));
    g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
    assert_same_bytes (path, real);
    g_assert_cmpint (g_chmod (real, 0640), ==, 0);
  }
  struct stat st;
  g_assert_true (try_export (source, NULL, real, NULL, NULL, NULL));
  g_assert_cmpint (stat (real, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0640); /* a replaced file keeps its permissions */
  empty_folder ();
}

/* As somebody without the right to write; as root, in a child that gives it up. */
static void
test_read_only (void)
{
  g_autofree char *path = in_folder ("source.wav"), *old = in_folder ("old.wav"), *out = in_folder ("o.wav");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, RATE, 1000);
  g_assert_true (g_file_set_contents (old, "old", 3, NULL));
  g_assert_cmpint (g_chmod (old, 0444), ==, 0);
  g_assert_cmpint (g_chmod (path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (folder, 0777), ==, 0);
  g_autoptr (SbSource) source = open_file (path);
  for (int i = 0; i < 2; i++) {
    g_assert_cmpint (g_chmod (folder, i == 0 ? 0777 : 0555), ==, 0);
    const pid_t child = fork ();
    g_assert_cmpint (child, >=, 0);
    if (child == 0) {
      g_autoptr (GError) error = NULL;
      if (geteuid () == 0 && setuid (65534) != 0)
        _exit (77);
      const bool done = try_export (source, NULL, i == 0 ? old : out, NULL, NULL, &error);
      _exit (!done && strstr (error->message, i == 0 ? "write-protected" : "cannot be written to") ? 0 : 1);
    }
    int status;
    g_assert_cmpint (waitpid (child, &status, 0), ==, child);
    g_assert_true (WIFEXITED (status));
    if (WEXITSTATUS (status) == 77)
      g_test_skip ("this process cannot give up its rights");
    else
      g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  }
  g_assert_cmpint (g_chmod (folder, 0777), ==, 0);
  g_assert_cmpint (n_files (), ==, 2);
  empty_folder ();
}

static void
limit_files (int64_t bytes)
{
  struct rlimit limit;
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = bytes < 0 ? limit.rlim_max : (rlim_t)bytes;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* The disk ends after `bytes`: failure and the old target, or success and the whole new one. */
static bool
export_within (SbSource *source, SbResynth *resynth, const char *out, int64_t bytes, int files)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (g_file_set_contents (out, "the old target", -1, NULL));
  limit_files (bytes);
  const bool done = try_export (source, resynth, out, NULL, NULL, &error);
  limit_files (-1);
  g_assert_cmpint (n_files (), ==, files);
  if (done) {
    SF_INFO info = {0};
    SNDFILE *file = sf_open (out, SFM_READ, &info);
    g_assert_nonnull (file);
    sf_close (file);
    return true;
  }
  g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (out, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "the old target");
  return false;
}

static void
test_full_disk (void)
{
  static const char *names[] = {"o.wav", "o.flac", "o.w64", "o.rf64", "o.aiff", "o.caf", "o.ogg", "o.opus", "o.mp3"};
  g_autofree char *path = in_folder ("source.wav");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, 48000, N);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.2, 0.4, 500, 3000, -INFINITY);
  struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
  sigaction (SIGXFSZ, &ignore, &old);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *out = in_folder (names[i]);
    g_assert_true (try_export (source, resynth, out, NULL, NULL, NULL));
    GStatBuf st;
    g_assert_cmpint (g_stat (out, &st), ==, 0);
    const int64_t whole = st.st_size;
    int n_done = 0;
    for (int64_t bytes = 0; bytes < whole; bytes += MAX (1, whole / 23))
      n_done += export_within (source, resynth, out, bytes, 2);
    for (int64_t bytes = whole - 64; bytes < whole; bytes += i < 2 ? 1 : 7)
      n_done += export_within (source, resynth, out, bytes, 2);
    g_test_message ("%s, %d bytes", names[i], (int)whole);
    g_assert_cmpint (n_done, ==, 0); /* one byte short is short */
    g_assert_true (export_within (source, resynth, out, whole, 2));
    g_unlink (out);
  }
  sigaction (SIGXFSZ, &old, NULL);
  empty_folder ();
}

/* ---- cancel ---- */

/* Reads as the recording does, and in the middle of the work cancels it, or moves a folder away. */
typedef struct {
  SbSource base;
  SbSource *below;
  SbProgress *progress;
  const char *folder, *away; /* NULL: cancels */
  int reads_left;
} CancellingSource;

static bool
cancelling_read (SbSource *base, int64_t pos, int64_t n, float *out, GError **error)
{
  CancellingSource *source = (CancellingSource *)base;
  if (--source->reads_left == 0 && source->folder)
    g_assert_cmpint (g_rename (source->folder, source->away), ==, 0);
  else if (source->reads_left == 0)
    sb_progress_cancel (source->progress);
  return sb_source_read (source->below, pos, n, out, error);
}

static void
cancelling_finalize (SbSource *base)
{
  CancellingSource *source = (CancellingSource *)base;
  sb_source_unref (source->below);
  sb_progress_unref (source->progress);
  g_free (source);
}

static const SbSourceClass cancelling_class = {.read = cancelling_read, .finalize = cancelling_finalize};

static SbSource *
cancelling_source (SbSource *below, SbProgress *progress, int reads)
{
  CancellingSource *source = g_new0 (CancellingSource, 1);
  sb_source_init (&source->base, &cancelling_class, sb_source_rate (below), sb_source_channels (below),
                  sb_source_n_frames (below));
  source->below = sb_source_ref (below);
  source->progress = sb_progress_ref (progress);
  source->reads_left = reads;
  return &source->base;
}

static void
test_cancel (void)
{
  static const char *names[] = {"o.wav", "o.flac"};
  static const int reads[] = {0, 1, 10, 60}; /* 0: cancelled before it begins */
  g_autofree char *path = in_folder ("source.wav");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2, RATE, 25 * N);
  g_autoptr (SbSource) source = open_file (path);
  for (int i = 0; i < 2; i++) {
    g_autofree char *out = in_folder (names[i]), *text = NULL;
    for (gsize k = 0; k < G_N_ELEMENTS (reads); k++) {
      g_autoptr (GError) error = NULL;
      g_autoptr (SbProgress) progress = sb_progress_new ();
      g_autoptr (SbSource) cancelling = cancelling_source (source, progress, reads[k]);
      g_autoptr (SbResynth) resynth = paint_box (cancelling, 1, 15, 500, 3000, -INFINITY);
      if (reads[k] == 0)
        sb_progress_cancel (progress);
      g_assert_true (g_file_set_contents (out, "the old target", -1, NULL));
      g_assert_false (try_export (source, resynth, out, NULL, progress, &error));
      g_assert_error (error, SB_ERROR, SB_ERROR_CANCELLED);
      g_free (text);
      g_assert_true (g_file_get_contents (out, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, "the old target");
      g_assert_cmpint (n_files (), ==, 2);
    }
    g_unlink (out);
  }
  empty_folder ();
}

static void
test_folder_moved (void)
{
  static const char *names[] = {"o.wav", "o.flac", "o.ogg"};
  g_autofree char *path = in_folder ("source.wav"), *target = in_folder ("out"), *away = in_folder ("away");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2, RATE, 25 * N);
  g_autoptr (SbSource) source = open_file (path);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SbProgress) progress = sb_progress_new ();
    g_autoptr (SbSource) moving = cancelling_source (source, progress, 10);
    ((CancellingSource *)moving)->folder = target;
    ((CancellingSource *)moving)->away = away;
    g_autoptr (SbResynth) resynth = paint_box (moving, 1, 15, 500, 3000, -INFINITY);
    g_autofree char *out = g_build_filename (target, names[i], NULL);
    g_assert_cmpint (g_mkdir (target, 0755), ==, 0);
    g_assert_false (try_export (source, resynth, out, NULL, progress, &error));
    if (!strstr (error->message, "was moved or deleted meanwhile. Choose another. Nothing was replaced."))
      g_error ("%s: “%s”", names[i], error->message);
    g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
    g_assert_cmpint (g_rmdir (away), ==, 0); /* nothing was left in it */
  }
  empty_folder ();
}

/* ---- damaged recordings ---- */

/* Files that never come back from being opened are the file source's matter. */
static void
test_hostile (void)
{
  g_autofree char *root = sb_test_shared ("hostile");
  if (!root)
    return;
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;
  int n_done = 0;
  while ((name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (root, name, NULL), *out = in_folder ("o.wav");
    if (g_str_has_prefix (name, "sfhang_") || g_str_has_suffix (name, ".sh") || g_str_has_suffix (name, ".tsv") ||
        g_str_has_suffix (name, ".md"))
      continue;
    g_autoptr (SbSource) source = sb_file_source_new (path, NULL, NULL);
    if (!source || sb_source_n_frames (source) < 20)
      continue;
    const double length = sb_source_duration_s (source), rate = sb_source_rate (source);
    g_autoptr (GError) error = NULL;
    g_autoptr (SbResynth) resynth = paint_box (source, 0.3 * length, 0.6 * length, 0.1 * rate, 0.3 * rate, -INFINITY);
    const bool done = try_export (source, resynth, out, NULL, NULL, &error);
    g_assert_true (done == !error);
    if (error)
      g_test_message ("%s: %s", name, error->message);
    n_done += done;
    if (!done)
      g_assert_cmpint (n_files (), ==, 0);
    empty_folder ();
  }
  g_assert_cmpint (n_done, >, 15);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("sonobrush-faults-XXXXXX", NULL);
  g_test_add_func ("/export-faults/refused", test_refused);
  g_test_add_func ("/export-faults/renamed", test_renamed);
  g_test_add_func ("/export-faults/replace", test_replace);
  g_test_add_func ("/export-faults/written-to", test_written_to);
  g_test_add_func ("/export-faults/time-put-back", test_time_put_back);
  g_test_add_func ("/export-faults/link", test_link);
  g_test_add_func ("/export-faults/read-only", test_read_only);
  g_test_add_func ("/export-faults/full-disk", test_full_disk);
  g_test_add_func ("/export-faults/cancel", test_cancel);
  g_test_add_func ("/export-faults/folder-moved", test_folder_moved);
  g_test_add_func ("/export-faults/hostile", test_hostile);
  const int status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
