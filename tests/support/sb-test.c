/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-test.h. */
#include "sb-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *folder;

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);
    remove_tree (child);
  }
  g_remove (path);
}

static void
remove_folder (void)
{
  remove_tree (folder);
  g_free (folder);
}

const char *
sb_test_folder (void)
{
  if (folder == NULL) {
    folder = g_dir_make_tmp ("sonobrush-test-XXXXXX", NULL);
    g_assert_nonnull (folder);
    atexit (remove_folder);
  }
  return folder;
}

char *
sb_test_path (const char *name)
{
  return g_build_filename (sb_test_folder (), name, NULL);
}

void
sb_test_put_bytes (const char *path, const void *bytes, gsize n)
{
  FILE *stream = fopen (path, "wb");
  g_assert_nonnull (stream);
  g_assert_cmpuint (fwrite (bytes, 1, n, stream), ==, n);
  g_assert_cmpint (fclose (stream), ==, 0);
}

char *
sb_test_shared (const char *relative)
{
  const char *root = g_getenv ("SB_SHARED_DATA");
  g_autofree char *path = root != NULL ? g_build_filename (root, relative, NULL) : NULL;
  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  if (g_getenv ("CI") != NULL)
    g_error ("The shared recordings are missing in CI: %s", relative);
  g_test_skip ("the shared recordings are missing");
  return NULL;
}

float *
sb_test_noise (guint32 seed, gsize n, float amplitude)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  float *noise = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    noise[i] = (float)g_rand_double_range (rand, -amplitude, amplitude);
  return noise;
}

SbSource *
sb_test_noise_source (guint32 seed, int64_t n_frames, int channels, int rate)
{
  g_autofree float *noise = sb_test_noise (seed, (gsize)n_frames * channels, 0.5f);
  return sb_memory_source_new (noise, n_frames, channels, rate);
}

float *
sb_test_read_all (SbSource *source)
{
  float *frames = g_new (float, source->n_frames * source->channels);
  g_autoptr (GError) error = NULL;
  if (!sb_source_read (source, 0, source->n_frames, frames, &error))
    g_error ("%s", error->message);
  return frames;
}

typedef struct {
  SbSource *source;
  const float *all;
  int n_reads, n_frames;
  guint32 seed;
} Reader;

static void *
read_often (void *data)
{
  const Reader *reader = data;
  const int channels = reader->source->channels;
  const gsize n_bytes = sizeof (float) * reader->n_frames * channels;
  g_autoptr (GRand) rand = g_rand_new_with_seed (reader->seed);
  g_autofree float *out = g_malloc (n_bytes);
  for (int i = 0; i < reader->n_reads; i++) {
    const int64_t pos = g_rand_int_range (rand, 0, (int)(reader->source->n_frames - reader->n_frames));
    if (!sb_source_read (reader->source, pos, reader->n_frames, out, NULL)
        || memcmp (out, reader->all + pos * channels, n_bytes) != 0)
      return GINT_TO_POINTER (1);
  }
  return NULL;
}

void
sb_test_read_on_threads (SbSource *source, const float *all, int n_threads, int n_reads, int n_frames)
{
  g_autofree pthread_t *threads = g_new (pthread_t, n_threads);
  g_autofree Reader *readers = g_new (Reader, n_threads);
  for (int i = 0; i < n_threads; i++) {
    readers[i] = (Reader){ source, all, n_reads, n_frames, (guint32)i };
    g_assert_cmpint (pthread_create (&threads[i], NULL, read_often, &readers[i]), ==, 0);
  }
  for (int i = 0; i < n_threads; i++) {
    void *wrong;
    pthread_join (threads[i], &wrong);
    g_assert_null (wrong);
  }
}

double
sb_test_distance (const float *a, const float *b, gsize n)
{
  double most = 0.0;
  for (gsize i = 0; i < n; i++)
    most = MAX (most, fabs ((double)a[i] - b[i]));
  return most;
}

double
sb_test_peak (const float *a, gsize n)
{
  double most = 0.0;
  for (gsize i = 0; i < n; i++)
    most = MAX (most, fabs (a[i]));
  return most;
}

SbOperation *
sb_test_box (double from_s, double to_s, double low_hz, double high_hz, double gain_db, SbEdge edge)
{
  SbOpSpec spec;
  g_autoptr (GError) error = NULL;
  sb_op_spec_init (&spec, SB_OP_BOX);
  spec.from_s = from_s;
  spec.to_s = to_s;
  spec.low_hz = low_hz;
  spec.high_hz = high_hz;
  spec.gain_db = gain_db;
  spec.edge = edge;
  SbOperation *op = sb_operation_new (&spec, &error);
  g_assert_no_error (error);
  return op;
}
