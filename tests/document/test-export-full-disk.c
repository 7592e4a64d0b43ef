/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exports onto a disk that ends after so many bytes: this program stands before
 * the C library's write calls.  No export says it is done unless it is whole;
 * the old target stays; elsewhere it works at once.
 *
 *   at once   a write beyond the end is cut short, then refused (ENOSPC)
 *   late      writes succeed, flushing tells (network and delayed allocation)
 *
 * Sizes in steps, and the last 64 bytes; SB_LONG_TESTS=1 takes small steps and those 64 singly. */
#include "sb-before-libc.h"

#include "export-support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>

#define RATE 48000
#define N    12000

static atomic_llong room = -1; /* bytes a file below "full" may have; −1: enough */
static atomic_bool late, overrun;

static bool
is_on_full_disk (int fd)
{
  char path[SB_PATH_BYTES];
  return atomic_load (&room) >= 0 && sb_path_of_fd (fd, path) && strstr (path, "/full/");
}

ssize_t
pwrite64 (int fd, const void *bytes, size_t n, off64_t pos)
{
  const int64_t end = atomic_load (&room);
  if (is_on_full_disk (fd) && pos + (int64_t)n > end) {
    if (atomic_load (&late))
      atomic_store (&overrun, true);
    else if (pos >= end) {
      errno = ENOSPC;
      return -1;
    } else
      n = (size_t)(end - pos);
  }
  return SB_REAL (pwrite64) (fd, bytes, n, pos);
}

ssize_t
pwrite (int fd, const void *bytes, size_t n, off_t pos)
{
  return pwrite64 (fd, bytes, n, pos);
}

int
sync_file_range (int fd, off64_t pos, off64_t n, unsigned flags)
{
  errno = ENOSYS; /* fsync() tells */
  return -1;
}

int
fsync (int fd)
{
  if (is_on_full_disk (fd) && atomic_exchange (&overrun, false)) {
    errno = ENOSPC;
    return -1;
  }
  return 0; /* nothing here must survive: quicker */
}

/* ---- */

typedef struct {
  const char *source, *target; /* endings */
  const char *subtype;
} Way;

static const Way ways[] = {
    {"wav", "wav", NULL},   /* copied */
    {"rf64", "rf64", NULL}, /* copied */
    {"aiff", "wav", NULL},  /* written by ourselves, as the next four */
    {"wav", "rf64", "pcm_24"}, {"wav", "aiff", NULL}, {"wav", "w64", NULL},
    {"wav", "caf", NULL},      {"wav", "flac", NULL}, /* encoded, as the rest */
    {"wav", "ogg", NULL},      {"wav", "au", NULL},    {"wav", "opus", NULL},
    {"wav", "mp3", NULL},
};

static bool
export_to (SbSource *source, SbResynth *resynth, const char *path, const char *subtype, GError **error)
{
  SbExportSpec spec;
  sb_export_spec_init (&spec);
  spec.path = path;
  spec.subtype = subtype;
  return sb_export (source, resynth, &spec, NULL, NULL, error);
}

static void
assert_text (const char *path, const char *expected)
{
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static int64_t
frames_of (const char *path)
{
  SF_INFO info = {0};
  SNDFILE *file = sf_open (path, SFM_READ, &info);
  g_assert_nonnull (file);
  sf_close (file);
  return info.frames;
}

static void
assert_whole (const char *path, int64_t frames, int64_t bytes)
{
  GStatBuf st;
  g_assert_cmpint (frames_of (path), ==, frames);
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_size, ==, bytes);
}

typedef struct {
  SbSource *source;
  SbResynth *resynth;
  const Way *way;
  char *full, *elsewhere; /* the target on the full disk; another */
  int64_t bytes, frames;  /* of the whole target */
} Case;

static void
try_room (const Case *c, int64_t bytes)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *disk = g_path_get_dirname (c->full);
  g_assert_true (g_file_set_contents (c->full, "the old target", -1, NULL));
  atomic_store (&overrun, false);
  atomic_store (&room, bytes);
  const bool done = export_to (c->source, c->resynth, c->full, c->way->subtype, &error);
  const bool elsewhere =
      done || bytes % 8 != 0 || export_to (c->source, c->resynth, c->elsewhere, c->way->subtype, NULL);
  atomic_store (&room, -1);
  g_assert_cmpint (done, ==, bytes >= c->bytes); /* one byte short is short */
  g_assert_true (elsewhere);
  if (done) {
    assert_whole (c->full, c->frames, c->bytes);
    return;
  }
  g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
  g_assert_nonnull (strstr (error->message, g_strerror (ENOSPC)));
  assert_text (c->full, "the old target");
  g_autoptr (GDir) dir = g_dir_open (disk, 0, NULL);
  int n = 0;
  while (g_dir_read_name (dir))
    n++;
  g_assert_cmpint (n, ==, 1); /* no temporary file */
  if (bytes % 8 == 0)
    assert_whole (c->elsewhere, c->frames, c->bytes);
}

static void
sweep (const Way *way, bool is_late)
{
  const bool thorough = g_getenv ("SB_LONG_TESTS") != NULL;
  g_autofree char *name = g_strconcat ("source.", way->source, NULL), *path = in_folder (name);
  g_autofree char *target = g_strconcat ("o.", way->target, NULL), *disk = in_folder ("full");
  g_autofree char *full = g_build_filename (disk, target, NULL), *elsewhere = in_folder (target);
  const int format = g_str_equal (way->source, "rf64")   ? SF_FORMAT_RF64
                     : g_str_equal (way->source, "aiff") ? SF_FORMAT_AIFF
                                                         : SF_FORMAT_WAV;
  GStatBuf st;
  g_assert_cmpint (g_mkdir (disk, 0777), ==, 0);
  make_file (path, format | SF_FORMAT_PCM_16, 1, RATE, N);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.05, 0.1, 500, 3000, -INFINITY);
  g_assert_true (export_to (source, resynth, elsewhere, way->subtype, NULL));
  g_assert_cmpint (g_stat (elsewhere, &st), ==, 0);
  const Case c = {source, resynth, way, full, elsewhere, st.st_size, frames_of (elsewhere)};
  g_assert_true (c.frames == N || g_str_equal (way->target, "mp3")); /* MP3 counts whole blocks */
  g_assert_cmpint (c.frames, >=, N);
  atomic_store (&late, is_late);
  const int64_t step = thorough ? 61 : MAX (1, c.bytes / 12), last = MAX (0, c.bytes - 64);
  for (int64_t bytes = 0; bytes < last; bytes += step)
    try_room (&c, bytes);
  for (int64_t bytes = last; bytes < c.bytes; bytes += thorough ? 1 : 9)
    try_room (&c, bytes);
  try_room (&c, c.bytes - 1);
  try_room (&c, c.bytes);
  g_unlink (full);
  g_rmdir (disk);
  empty_folder ();
}

static void
test_at_once (gconstpointer way)
{
  sweep (way, false);
}

static void
test_late (gconstpointer way)
{
  sweep (way, true);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("sonobrush-full-XXXXXX", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autofree char *at_once = g_strdup_printf ("/export-full-disk/at-once/%s-to-%s", ways[i].source, ways[i].target);
    g_autofree char *late_name = g_strdup_printf ("/export-full-disk/late/%s-to-%s", ways[i].source, ways[i].target);
    g_test_add_data_func (at_once, &ways[i], test_at_once);
    g_test_add_data_func (late_name, &ways[i], test_late);
  }
  const int status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
