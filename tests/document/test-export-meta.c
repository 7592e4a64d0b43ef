/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metadata that is damaged: chunks of every container with random bytes changed,
 * through reading, cutting and making.  What they say is tests/cli/test_chunks.py's
 * matter; here nothing may break, and the samples stay what they are. */
#include "audio/sb-container.h"
#include "export-support.h"

#define RATE 8000
#define N    3000

static void
add (GByteArray *to, const char *id, const void *bytes, guint n)
{
  g_byte_array_append (to, (const guint8 *)id, 4);
  const guint8 size[4] = {(guint8)n, (guint8)(n >> 8), 0, 0};
  g_byte_array_append (to, size, 4);
  g_byte_array_append (to, bytes, n);
  if (n & 1)
    g_byte_array_append (to, (const guint8 *)"", 1);
}

/* A WAV with one of each kind of chunk. */
static void
make_full (const char *path)
{
  static const char adtl[] = "adtllabl\x8\0\0\0\1\0\0\0one\0labl\x8\0\0\0\2\0\0\0two";
  static const char info[] = "INFOINAM\x6\0\0\0Title\0IART\x5\0\0\0Anna\0";
  static const char id3[] = "ID3\3\0\0\0\0\0\x10TIT2\0\0\0\6\0\0\0Name!TPE1\0\0\0\4\0\0\1\xff\xfe\x41";
  static const char ixml[] = "<X><TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>0</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>"
                             "<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>77</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO></X>";
  guint8 bext[640] = "A description", cue[52] = {2}, smpl[60] = {0};
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autofree gint16 *samples = g_new (gint16, N);
  for (int i = 0; i < N; i++)
    samples[i] = (gint16)(8000 * sin (i * 0.3));
  for (int i = 0; i < 2; i++) {
    cue[4 + 24 * i] = (guint8)(i + 1);
    cue[4 + 24 * i + 21] = (guint8)(3 + 4 * i); /* frames 768 and 1792 */
  }
  smpl[28] = 1;
  smpl[45] = 4;
  smpl[49] = 5;
  g_byte_array_append (file, (const guint8 *)"RIFF\0\0\0\0WAVE", 12);
  add (file, "fmt ", "\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10", 16);
  add (file, "bext", bext, sizeof bext);
  add (file, "iXML", ixml, sizeof ixml - 1);
  add (file, "LIST", adtl, sizeof adtl);
  add (file, "LIST", info, sizeof info - 1);
  add (file, "id3 ", id3, sizeof id3 - 1);
  add (file, "cue ", cue, sizeof cue);
  add (file, "smpl", smpl, sizeof smpl);
  add (file, "data", samples, 2 * N);
  const guint n = file->len - 8;
  for (int i = 0; i < 4; i++)
    file->data[4 + i] = (guint8)(n >> (8 * i));
  g_assert_true (g_file_set_contents (path, (const char *)file->data, file->len, NULL));
}

/* Bytes outside the samples and the head of the file. */
static void
damage (const char *from, const char *to, GRand *rand)
{
  g_autofree char *bytes = NULL;
  gsize n;
  g_autoptr (SbContainer) c = sb_container_read (from, NULL);
  g_assert_true (c && g_file_get_contents (from, &bytes, &n, NULL));
  for (int k = g_rand_int_range (rand, 1, 12); k > 0; k--) {
    const SbChunk *chunk = &g_array_index (c->chunks, SbChunk, g_rand_int_range (rand, 0, (int)c->chunks->len));
    const bool about_samples =
        g_strv_contains ((const char *const[]){"fmt ", "data", "COMM", "SSND", "desc", "ds64", NULL}, chunk->id);
    if (about_samples || chunk->size_bytes < 1)
      continue;
    const gint64 at = chunk->offset_bytes + g_rand_int_range (rand, 0, (int)MIN (chunk->size_bytes, 64));
    bytes[at] =
        g_rand_boolean (rand) ? (char)g_rand_int_range (rand, 0, 256) : (char)(g_rand_boolean (rand) ? 0xff : 0);
  }
  g_assert_true (g_file_set_contents (to, bytes, (gssize)n, NULL));
}

static void
check_samples (SbSource *before, const char *path, int64_t first, int64_t n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSource) after = open_file (path);
  g_autofree float *a = g_new (float, N), *b = g_new (float, N);
  g_assert_cmpint (sb_source_n_frames (after), ==, n);
  g_assert_true (sb_source_read (before, first, n, a, &error) && sb_source_read (after, 0, n, b, &error));
  g_assert_cmpmem (a, (gsize)n * 4, b, (gsize)n * 4);
}

static void
test_damaged (void)
{
  static const char *const endings[] = {"wav", "w64", "rf64", "aiff", "caf", "flac"};
  const int rounds = g_getenv ("SB_LONG_TESTS") ? 5000 : 60;
  g_autofree char *full = in_folder ("full.wav");
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  make_full (full);
  g_autoptr (SbSource) source = open_file (full);
  for (int i = 1; i < 5; i++) {
    g_autofree char *name = g_strconcat ("full.", endings[i], NULL), *path = in_folder (name);
    export_well (source, NULL, path, NULL, NULL);
  }
  for (int round = 0; round < rounds; round++) {
    const char *from = endings[round % 5], *to = endings[g_rand_int_range (rand, 0, 6)];
    g_autofree char *name = g_strconcat ("full.", from, NULL), *path = in_folder (name);
    g_autofree char *bad_name = g_strconcat ("bad.", from, NULL), *bad = in_folder (bad_name);
    g_autofree char *out_name = g_strconcat ("out.", to, NULL), *out = in_folder (out_name);
    g_autoptr (GError) error = NULL;
    SbExportSpec spec;
    SbExportReport report;
    damage (path, bad, rand);
    g_autoptr (SbSource) damaged = sb_file_source_new (bad, NULL, &error);
    if (!damaged || sb_source_n_frames (damaged) < N)
      continue;
    sb_export_spec_init (&spec);
    spec.path = out;
    spec.first = round % 3 ? 500 : 0;
    spec.n_frames = round % 3 ? 1500 : 0;
    spec.history = round % 7 == 0;
    if (!sb_export (damaged, NULL, &spec, &report, NULL, &error))
      g_error ("%s to %s: %s", from, to, error->message);
    check_samples (damaged, out, spec.first, report.n_frames);
  }
  empty_folder ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("sonobrush-meta-XXXXXX", NULL);
  g_test_add_func ("/export-meta/damaged", test_damaged);
  const int status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
