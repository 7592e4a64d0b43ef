/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The container walker against libsndfile's own view of files that libsndfile
 * wrote, against hand-made headers, and against damaged files. */
#include "audio/sb-container.h"
#include "base/sb-error.h"
#include "sb-test.h"

#include <glib/gstdio.h>
#include <sndfile.h>
#include <string.h>

static char *folder;

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
write_bytes (const char *path, const void *bytes, gsize n)
{
  g_assert_true (g_file_set_contents (path, bytes, (gssize)n, NULL));
}

static double
decode (const SbContainer *c, const uint8_t *p)
{
  uint8_t le[8] = {0};
  float f;
  double d;
  for (int i = 0; i < c->container_bytes; i++)
    le[i] = p[c->big_endian ? c->container_bytes - 1 - i : i];
  switch (c->sample_type) {
  case SB_SAMPLE_U8:
    return (le[0] - 128) / 128.0;
  case SB_SAMPLE_FLOAT:
    memcpy (&f, le, 4);
    return f;
  case SB_SAMPLE_DOUBLE:
    memcpy (&d, le, 8);
    return d;
  default: {
    uint32_t v = 0;
    for (int i = 0; i < c->container_bytes; i++)
      v |= (uint32_t)le[i] << (8 * (4 - c->container_bytes + i));
    return (int32_t)v / 2147483648.0;
  }
  }
}

/* What lies at the place that the walker names is what libsndfile reads. */
static void
check_mapping (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbContainer) c = sb_container_read (path, &error);
  g_assert_no_error (error);
  if (!c->in_place)
    g_test_message ("%s, %d channels, %d bytes", c->format, c->channels, c->container_bytes);
  g_assert_true (c->in_place);
  SF_INFO info = {0};
  SNDFILE *file = sf_open (path, SFM_READ, &info);
  g_assert_nonnull (file);
  g_assert_cmpint (info.channels, ==, c->channels);
  g_assert_cmpint (info.samplerate, ==, c->rate);
  g_assert_cmpint (info.frames, ==, c->n_frames);
  const gsize n = (gsize)(c->n_frames * c->channels);
  g_autofree double *values = g_new (double, n);
  g_assert_cmpint (sf_readf_double (file, values, info.frames), ==, info.frames);
  sf_close (file);
  g_autofree char *bytes = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpint (c->data_offset_bytes + c->n_frames * c->channels * c->container_bytes, <=, length);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (decode (c, (uint8_t *)bytes + c->data_offset_bytes + i * (gsize)c->container_bytes), ==,
                       values[i]);
}

static void
test_written (void)
{
  static const struct {
    int format;
    const char *name;
  } majors[] = {{SF_FORMAT_WAV, "WAV"},
                {SF_FORMAT_WAVEX, "WAV"},
                {SF_FORMAT_WAV | SF_ENDIAN_BIG, "RIFX"},
                {SF_FORMAT_RF64, "RF64"},
                {SF_FORMAT_W64, "W64"},
                {SF_FORMAT_AIFF, NULL},
                {SF_FORMAT_AIFF | SF_ENDIAN_LITTLE, "AIFC"},
                {SF_FORMAT_CAF, "CAF"},
                {SF_FORMAT_CAF | SF_ENDIAN_LITTLE, "CAF"},
                {SF_FORMAT_AU, "AU"},
                {SF_FORMAT_AU | SF_ENDIAN_LITTLE, "AU"}};
  static const int subtypes[] = {SF_FORMAT_PCM_U8, SF_FORMAT_PCM_S8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
                                 SF_FORMAT_PCM_32, SF_FORMAT_FLOAT,  SF_FORMAT_DOUBLE};
  g_autofree char *path = in_folder ("written");
  int n_checked = 0;
  for (gsize m = 0; m < G_N_ELEMENTS (majors); m++)
    for (gsize s = 0; s < G_N_ELEMENTS (subtypes); s++)
      for (int channels = 1; channels <= 8; channels++) {
        SF_INFO info = {.samplerate = 44100, .channels = channels, .format = majors[m].format | subtypes[s]};
        if (!sf_format_check (&info))
          continue;
        SNDFILE *file = sf_open (path, SFM_WRITE, &info);
        g_assert_nonnull (file);
        double frames[101 * 8];
        for (int i = 0; i < 101 * channels; i++)
          frames[i] = g_random_double_range (-1, 1);
        g_assert_cmpint (sf_writef_double (file, frames, 101), ==, 101);
        sf_close (file);
        check_mapping (path);
        g_autoptr (SbContainer) c = sb_container_read (path, NULL);
        if (majors[m].name)
          g_assert_cmpstr (c->format, ==, majors[m].name);
        n_checked++;
      }
  g_test_message ("%d kinds of file", n_checked);
  g_assert_cmpint (n_checked, >=, 11 * 5 * 8 - 40);
}

/* A mono 16-bit WAV: head, size of all, extra chunks, data size, five frames. */
static GByteArray *
make_wav (const char *head, uint32_t riff_size, const void *extra, guint n_extra, uint32_t data_size)
{
  static const uint8_t fmt[24] = {'f',  'm',  't', ' ', 16,   0,    0, 0, 1, 0, 1, 0,
                                  0x40, 0x1f, 0,   0,   0x80, 0x3e, 0, 0, 2, 0, 16};
  static const uint8_t samples[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const uint32_t size_le = GUINT32_TO_LE (riff_size), data_le = GUINT32_TO_LE (data_size);
  GByteArray *a = g_byte_array_new ();
  g_byte_array_append (a, (const uint8_t *)head, 4);
  g_byte_array_append (a, (const uint8_t *)&size_le, 4);
  g_byte_array_append (a, (const uint8_t *)"WAVE", 4);
  if (n_extra)
    g_byte_array_append (a, extra, n_extra);
  g_byte_array_append (a, fmt, 24);
  g_byte_array_append (a, (const uint8_t *)"data", 4);
  g_byte_array_append (a, (const uint8_t *)&data_le, 4);
  g_byte_array_append (a, samples, 10);
  return a;
}

static SbContainer *
read_bytes (GByteArray *bytes)
{
  g_autofree char *path = in_folder ("made");
  write_bytes (path, bytes->data, bytes->len);
  return sb_container_read (path, NULL);
}

static void
test_sizes (void)
{
  uint8_t ds64[36] = {'d', 's', '6', '4', 28, 0, 0, 0};
  ds64[16] = 6; /* data size */
  const struct {
    const char *head;
    uint32_t riff, data;
    bool ds64;
    int frames;
  } cases[] = {
      {"RIFF", 46, 10, false, 5},
      {"RIFF", 46, 4, false, 2},
      {"RIFF", 46, 1000, false, 5},
      {"RIFF", 46, 0xffffffff, false, 5},
      {"RIFF", 0, 0, false, 5},
      {"RIFF", 46, 0, false, 0},
      {"RF64", 0xffffffff, 0xffffffff, true, 3},
      {"BW64", 0xffffffff, 0xffffffff, true, 3},
      {"RF64", 0xffffffff, 0xffffffff, false, 5},
      {"RIFF", 46, 9, false, 4},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) a = make_wav (cases[i].head, cases[i].riff, ds64, cases[i].ds64 ? 36 : 0, cases[i].data);
    g_autoptr (SbContainer) c = read_bytes (a);
    g_assert_nonnull (c);
    g_assert_true (c->in_place);
    g_assert_cmpint (c->n_frames, ==, cases[i].frames);
    g_assert_cmpint (c->data_offset_bytes, ==, cases[i].ds64 ? 80 : 44);
    g_assert_cmpint (c->rate, ==, 8000);
  }
}

static void
test_odd_chunk (void)
{
  const uint8_t extra[] = {'o', 'd', 'd', '1', 3, 0, 0, 0, 9, 9, 9, 0};
  g_autoptr (GByteArray) a = make_wav ("RIFF", 58, extra, 12, 10);
  g_autoptr (SbContainer) c = read_bytes (a);
  g_assert_cmpint (c->chunks->len, ==, 3);
  const SbChunk *first = &g_array_index (c->chunks, SbChunk, 0);
  g_assert_cmpstr (first->id, ==, "odd1");
  g_assert_cmpint (first->size_bytes, ==, 3);
  g_assert_cmpint (c->data_offset_bytes, ==, 56);
}

/* Anything that leaves a doubt is not touched in place. */
static void
test_doubt (void)
{
  for (int kind = 0; kind < 5; kind++) {
    g_autoptr (GByteArray) a = make_wav ("RIFF", 46, NULL, 0, 10);
    if (kind == 0)
      a->data[34] = 5; /* bits in two bytes */
    else if (kind == 1)
      a->data[32] = 4; /* 16 bits in 4 bytes */
    else if (kind == 2)
      a->data[20] = 2; /* ADPCM */
    else if (kind == 3)
      a->data[22] = 0; /* no channels */
    else
      g_byte_array_append (a, (const uint8_t *)"data\2\0\0\0\1\1", 10);
    g_autoptr (SbContainer) c = read_bytes (a);
    g_assert_nonnull (c);
    g_assert_false (c->in_place);
    g_assert_nonnull (c->doubt);
  }
}

/* Left-justified by definition: the place of a sample is plain, the low bits are not used. */
static void
test_valid_bits (void)
{
  g_autoptr (GByteArray) a = make_wav ("RIFF", 46, NULL, 0, 10);
  a->data[34] = 12;
  g_autoptr (SbContainer) c = read_bytes (a);
  g_assert_true (c->in_place);
  g_assert_null (c->doubt);
  g_assert_cmpint (c->sample_type, ==, SB_SAMPLE_S16);
  g_assert_cmpint (c->valid_bits, ==, 12);
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = in_folder ("text.wav");
  write_bytes (path, "I am a text", 11);
  g_assert_null (sb_container_read (path, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_FORMAT);
  g_clear_error (&error);
  write_bytes (path, "", 0);
  g_assert_null (sb_container_read (path, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_FORMAT);
  g_clear_error (&error);
  g_assert_null (sb_container_read (folder, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_OPEN);
  g_clear_error (&error);
  g_assert_null (sb_container_read ("/nowhere/at/all.wav", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_OPEN);
}

/* Cuts and flips of every header byte: an answer each time, inside the file. */
static void
test_damaged (void)
{
  uint8_t ds64[36] = {'d', 's', '6', '4', 28, 0, 0, 0};
  g_autoptr (GByteArray) whole = make_wav ("RF64", 0xffffffff, ds64, 36, 0xffffffff);
  for (guint i = 0; i < whole->len * 2; i++) {
    g_autoptr (GByteArray) a = g_byte_array_new ();
    g_byte_array_append (a, whole->data, i < whole->len ? i : whole->len);
    if (i >= whole->len)
      a->data[i - whole->len] ^= 0xff;
    g_autoptr (SbContainer) c = read_bytes (a);
    if (c && c->in_place)
      g_assert_cmpint (c->data_offset_bytes + c->data_size_bytes, <=, a->len);
  }
}

static void
test_hostile (void)
{
  g_autofree char *root = sb_test_shared ("hostile");
  if (!root)
    return;
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;
  int n = 0;
  while ((name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (root, name, NULL);
    g_autoptr (GError) error = NULL;
    GStatBuf st;
    g_assert_cmpint (g_stat (path, &st), ==, 0);
    g_autoptr (SbContainer) c = sb_container_read (path, &error);
    g_assert_true (c || error);
    if (c) {
      g_assert_cmpint (c->data_offset_bytes + c->data_size_bytes, <=, st.st_size);
      for (guint i = 0; i < c->chunks->len; i++) {
        const SbChunk *chunk = &g_array_index (c->chunks, SbChunk, i);
        g_assert_cmpint (chunk->offset_bytes + chunk->size_bytes, <=, st.st_size);
      }
    }
    n++;
  }
  g_assert_cmpint (n, >, 50);
}

static void
test_formats (void)
{
  static const char *names[] = {"aiff_float.aiff",     "aiff_pcm_16.aiff", "au_float.au",     "bext_24bit.wav",
                                "bw64_rf64_24bit.wav", "caf_pcm_24.caf",   "rf64_float.rf64", "rf64_pcm_16.rf64",
                                "w64_float.w64",       "w64_pcm_24.w64",   "wav_double.wav",  "wav_pcm_u8.wav",
                                "wavex_pcm_24.wavex"};
  g_autofree char *root = sb_test_shared ("real/formats");
  if (!root)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (root, names[i], NULL);
    g_test_message ("%s", names[i]);
    check_mapping (path);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("sonobrush-container-XXXXXX", NULL);
  g_test_add_func ("/container/written-by-libsndfile", test_written);
  g_test_add_func ("/container/sizes", test_sizes);
  g_test_add_func ("/container/odd-chunk", test_odd_chunk);
  g_test_add_func ("/container/doubt", test_doubt);
  g_test_add_func ("/container/valid-bits", test_valid_bits);
  g_test_add_func ("/container/refused", test_refused);
  g_test_add_func ("/container/damaged", test_damaged);
  g_test_add_func ("/container/hostile", test_hostile);
  g_test_add_func ("/container/formats", test_formats);
  const int status = g_test_run ();
  static const char *left[] = {"written", "made", "text.wav"};
  for (gsize i = 0; i < G_N_ELEMENTS (left); i++) {
    g_autofree char *path = in_folder (left[i]);
    g_unlink (path);
  }
  g_rmdir (folder);
  return status;
}
