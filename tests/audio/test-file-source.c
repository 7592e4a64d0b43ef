/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sb-before-libc.h"

#include "audio/sb-file-source.h"
#include "sb-test.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sndfile.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What was closed already may be another thread's by then. */
static gint n_closed_twice;

int
close (int fd)
{
  const int status = SB_REAL (close) (fd);
  if (status != 0 && errno == EBADF)
    g_atomic_int_inc (&n_closed_twice);
  return status;
}

static char *
write_file (const char *name, int format, int channels, const float *frames, int64_t n)
{
  char *path = sb_test_path (name);
  SF_INFO info = { .samplerate = 48000, .channels = channels, .format = format };
  SNDFILE *sf = sf_open (path, SFM_WRITE, &info);
  g_assert_nonnull (sf);
  g_assert_cmpint (sf_writef_float (sf, frames, n), ==, n);
  sf_close (sf);
  return path;
}

static void
test_random_access (void)
{
  const int formats[] = { SF_FORMAT_WAV | SF_FORMAT_FLOAT,     SF_FORMAT_FLAC | SF_FORMAT_PCM_24,
                          SF_FORMAT_OGG | SF_FORMAT_VORBIS,    SF_FORMAT_OGG | SF_FORMAT_OPUS,
                          SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III };
  g_autofree float *noise = sb_test_noise (1, 2 * 50000, 0.5f);
  for (guint f = 0; f < G_N_ELEMENTS (formats); f++) {
    g_autofree char *path = write_file ("random.audio", formats[f], 2, noise, 50000);
    g_autoptr (SbSource) source = sb_file_source_new (path, NULL, NULL);
    g_assert_nonnull (source);
    g_assert_cmpint (source->n_frames, >=, 50000); /* codecs may pad their last block */
    g_autofree float *all = sb_test_read_all (source);
    g_autoptr (GRand) rand = g_rand_new_with_seed (5);
    for (int i = 0; i < 100; i++) {
      int64_t pos = g_rand_int_range (rand, 0, 49000), n = g_rand_int_range (rand, 1, 1000);
      g_autofree float *out = g_new (float, n * 2);
      g_assert_true (sb_source_read (source, pos, n, out, NULL));
      if (memcmp (out, all + pos * 2, sizeof (float) * n * 2) != 0)
        g_error ("format %#x: %" G_GINT64_FORMAT " frames at %" G_GINT64_FORMAT " differ by %g", formats[f], n, pos,
                 sb_test_distance (out, all + pos * 2, (gsize)n * 2));
    }
  }
}

static void
test_threads (void)
{
  g_autofree float *noise = sb_test_noise (2, 2 * 50000, 0.5f);
  g_autofree char *path = write_file ("threads.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 2, noise, 50000);
  g_autoptr (SbSource) source = sb_file_source_new (path, NULL, NULL);
  sb_test_read_on_threads (source, noise, 6, 200, 512);
}

static void
expect_refusal (const char *path, const char *word)
{
  g_autoptr (GError) error = NULL;
  SbSource *source = sb_file_source_new (path, NULL, &error);
  g_assert_null (source);
  g_assert_nonnull (error);
  g_assert_cmpint (error->domain, ==, SB_ERROR);
  if (strstr (error->message, path) == NULL || strstr (error->message, word) == NULL)
    g_error ("not a clear sentence: %s", error->message);
}

static guint
n_descriptors (void)
{
  guint n = 0;
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  while (g_dir_read_name (dir))
    n++;
  return n;
}

static void
test_bad_files (void)
{
  const guint n_before = n_descriptors ();
  g_autofree char *text = sb_test_path ("text.wav"), *empty = sb_test_path ("empty.wav"),
                  *none = sb_test_path ("none.wav");
  g_autofree char *fifo = sb_test_path ("fifo.wav"), *loop = sb_test_path ("loop.wav"),
                  *locked = sb_test_path ("locked.wav");
  g_file_set_contents (text, "This is a shopping list, not a recording.\n", -1, NULL);
  g_file_set_contents (empty, "", 0, NULL);
  g_file_set_contents (locked, "x", 1, NULL);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink (loop, loop), ==, 0);
  expect_refusal (text, "not a recording");
  expect_refusal (empty, "empty");
  expect_refusal (none, "no such file");
  expect_refusal (sb_test_folder (), "folder");
  expect_refusal (fifo, "regular file");
  expect_refusal (loop, "link");
  g_chmod (locked, 0);
  if (access (locked, R_OK) != 0)
    expect_refusal (locked, "permission");
  g_autofree float *noise = sb_test_noise (2, 4, 0.5f);
  g_autofree char *none_inside = write_file ("zero.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, noise, 0);
  expect_refusal (none_inside, "no sound");
  g_assert_cmpint (n_descriptors (), ==, n_before);
  g_autoptr (SbSource) any = sb_file_source_new_any (none_inside, NULL, NULL);
  g_assert_nonnull (any);
}

/* A file that lost its end is told, and never read as silence. */
static void
test_truncated (void)
{
  g_autofree float *noise = sb_test_noise (2, 50000, 0.5f);
  g_autofree char *path = write_file ("short.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, noise, 50000);
  g_autoptr (SbSource) source = sb_file_source_new (path, NULL, NULL);
  g_assert_cmpint (truncate (path, 100000), ==, 0);
  g_autoptr (GError) error = NULL;
  float out[100];
  g_assert_false (sb_source_read (source, 40000, 100, out, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_READ);
  g_assert_true (sb_source_read (source, 100, 100, out, NULL));
  g_assert_cmpmem (out, sizeof out, noise + 100, sizeof out);
}

/* Decoders that promise more frames than there are: the true length is found. */
static void
test_lying_length (void)
{
  const char *names[] = { "hostile/flac_02_-_increasing_number_of_channels.flac", "hostile/mm_adts-0-frame.mp3",
                          "hostile/mutagen_bad-xing.mp3" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = sb_test_shared (names[i]);
    if (path == NULL)
      return;
    g_autoptr (SbSource) source = sb_file_source_new (path, NULL, NULL);
    g_assert_nonnull (source);
    g_assert_cmpint (source->n_frames, <, 200000);
    g_autofree float *last = g_new (float, source->channels);
    g_assert_true (sb_source_read (source, source->n_frames - 1, 1, last, NULL));
  }
}

/* Some frames of a sound FLAC file cannot be found by libsndfile 1.2.0: each must come all the same. */
static void
test_every_place_of_flac (void)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "data", "demo", "garden-interview.flac", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSource) source = sb_file_source_new (path, NULL, &error);
  g_assert_no_error (error);
  g_autofree float *all = sb_test_read_all (source), *part = g_new (float, 500 * source->channels);
  for (int64_t k = 0; k < 600; k++) {
    const int64_t pos = k * 230567 % (source->n_frames - 500);
    g_assert_true (sb_source_read (source, pos, 500, part, &error));
    g_assert_no_error (error);
    g_assert_cmpmem (part, 500 * sizeof (float) * source->channels, all + pos * source->channels,
                     500 * sizeof (float) * source->channels);
  }
}

/* Last: after good files, bad ones, and some of each coding. */
static void
test_closed_once (void)
{
  g_assert_cmpint (g_atomic_int_get (&n_closed_twice), ==, 0);
}

/* 16 bits, mono: frame i is i mod 30011. */
typedef struct {
  char *path;
  int stop;   /* g_atomic */
  bool tells; /* the header says how much there is after each block */
} Recorder;

static void
put_header (int fd, uint32_t n_bytes)
{
  const uint32_t words[11] = {GUINT32_TO_LE (0x46464952), GUINT32_TO_LE (36 + n_bytes), GUINT32_TO_LE (0x45564157),
                              GUINT32_TO_LE (0x20746d66), GUINT32_TO_LE (16),           GUINT32_TO_LE (0x00010001),
                              GUINT32_TO_LE (48000),      GUINT32_TO_LE (96000),        GUINT32_TO_LE (0x00100002),
                              GUINT32_TO_LE (0x61746164), GUINT32_TO_LE (n_bytes)};
  g_assert_cmpint (pwrite (fd, words, sizeof words, 0), ==, sizeof words);
}

static void *
record (void *data)
{
  Recorder *recorder = data;
  const int fd = open (recorder->path, O_WRONLY);
  int64_t n = 1000;
  while (!g_atomic_int_get (&recorder->stop) && n < 1000000) {
    int16_t block[777];
    for (int i = 0; i < 777; i++)
      block[i] = GINT16_TO_LE ((int16_t)((n + i) % 30011));
    g_assert_cmpint (pwrite (fd, block, sizeof block, 44 + 2 * n), ==, sizeof block);
    n += 777;
    g_usleep (recorder->tells ? 1000 : 200);
    if (recorder->tells)
      put_header (fd, (uint32_t)(2 * n));
    g_usleep (200);
  }
  close (fd);
  return NULL;
}

/* Still being recorded: it opens every time, and what was there then is read. */
static void
test_growing (void)
{
  for (int tells = 0; tells < 2; tells++) {
    Recorder recorder = {.path = sb_test_path ("growing.wav"), .tells = tells};
    const int fd = open (recorder.path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int16_t first[1000];
    for (int i = 0; i < 1000; i++)
      first[i] = GINT16_TO_LE ((int16_t)i);
    put_header (fd, tells ? sizeof first : UINT32_MAX - 36); /* unknown as yet, as recorders write it */
    g_assert_cmpint (pwrite (fd, first, sizeof first, 44), ==, sizeof first);
    close (fd);
    GThread *thread = g_thread_new ("recorder", record, &recorder);
    int64_t before = 0;
    for (int i = 0; i < 60; i++) {
      GError *error = NULL;
      g_autoptr (SbSource) source = sb_file_source_new (recorder.path, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (source->n_frames, >=, MAX (before, 1000));
      before = source->n_frames;
      g_autofree float *all = sb_test_read_all (source);
      for (int64_t k = 0; k < source->n_frames; k++)
        g_assert_cmpfloat (all[k], ==, (float)(k % 30011) / 32768);
    }
    g_atomic_int_set (&recorder.stop, 1);
    g_thread_join (thread);
    g_assert_cmpint (before, >, 1000);
    g_free (recorder.path);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-source/random-access", test_random_access);
  g_test_add_func ("/file-source/every-place-of-flac", test_every_place_of_flac);
  g_test_add_func ("/file-source/many-threads", test_threads);
  g_test_add_func ("/file-source/bad-files-get-a-sentence", test_bad_files);
  g_test_add_func ("/file-source/truncated-while-open", test_truncated);
  g_test_add_func ("/file-source/lying-length", test_lying_length);
  g_test_add_func ("/file-source/growing", test_growing);
  g_test_add_func ("/file-source/closed-once", test_closed_once);
  return g_test_run ();
}
