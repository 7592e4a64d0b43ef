/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an export holds: what was not painted is the source's, sample for
 * sample and chunk for chunk; what was painted is x − r. */
#include "audio/sb-container.h"
#include "document/sb-export-meta-private.h"
#include "export-support.h"

#define RATE 44100
#define N    30000

typedef struct {
  int major;
  const char *ending;
} Major;

static const Major majors[] = {
    {SF_FORMAT_WAV, "wav"},
    {SF_FORMAT_WAVEX, "wav"},
    {SF_FORMAT_WAV | SF_ENDIAN_BIG, "wav"},
    {SF_FORMAT_RF64, "rf64"},
    {SF_FORMAT_RF64, "wav"},
    {SF_FORMAT_W64, "w64"},
    {SF_FORMAT_AIFF, "aiff"},
    {SF_FORMAT_AIFF | SF_ENDIAN_LITTLE, "aif"},
    {SF_FORMAT_CAF, "caf"},
    {SF_FORMAT_CAF | SF_ENDIAN_LITTLE, "caf"},
    {SF_FORMAT_AU, "au"},
    {SF_FORMAT_FLAC, "flac"},
};
static const int subtypes[] = {SF_FORMAT_PCM_U8, SF_FORMAT_PCM_S8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
                               SF_FORMAT_PCM_32, SF_FORMAT_FLOAT,  SF_FORMAT_DOUBLE};

/* cmp: the bytes that differ lie in the data chunk and belong to painted samples. */
static void
check_bytes (const char *before, const char *after, const float *r)
{
  g_autoptr (SbContainer) c = sb_container_read (before, NULL);
  g_autofree char *a = NULL, *b = NULL;
  gsize n, m;
  g_assert_nonnull (c);
  g_assert_true (g_file_get_contents (before, &a, &n, NULL));
  g_assert_true (g_file_get_contents (after, &b, &m, NULL));
  g_assert_cmpint (n, ==, m);
  for (gsize i = 0; i < n; i++)
    if (a[i] != b[i]) {
      const int64_t sample = ((int64_t)i - c->data_offset_bytes) / c->container_bytes;
      g_assert_cmpint (i, >=, c->data_offset_bytes);
      g_assert_cmpint (sample, <, c->n_frames * c->channels);
      g_assert_true (r[sample] != 0);
    }
}

static void
append_chunk (const char *path)
{
  static const char chunk[] = "own \5\0\0\0hello";
  FILE *file = g_fopen (path, "ab");
  g_assert_nonnull (file);
  g_assert_cmpint (fwrite (chunk, 1, 14, file), ==, 14); /* 13 and the pad */
  fclose (file);
}

static void
assert_told (const SbExportReport *report, const char *words)
{
  g_autofree char *text = sb_export_report_text (report);
  if (!strstr (text, words))
    g_error ("“%s” does not say “%s”", text, words);
}

static void
check_painted (const char *path, const char *ending, SbResynth *resynth, SbSource *source, bool in_place)
{
  g_autofree char *name = g_strconcat ("painted.", ending, NULL), *out = in_folder (name), *again = in_folder ("again");
  g_autofree float *r = removed_of (resynth);
  SbExportReport report, second;
  export_well (source, resynth, out, NULL, &report);
  g_assert_cmpint (report.in_place, ==, in_place);
  const SbSampleType type = sb_file_source_sample_type (source);
  const int64_t changed = compare_samples (path, out, type, r, sb_source_channels (source));
  g_assert_cmpint (changed, ==, report.frames_changed);
  g_assert_cmpint (changed, >, 1000);
  g_assert_false (report.identical);
  g_assert_cmpint (report.n_frames, ==, sb_source_n_frames (source));
  float loudest = 0;
  for (int64_t i = 0; i < sb_source_n_frames (source) * sb_source_channels (source); i++)
    loudest = MAX (loudest, fabsf (r[i]));
  g_assert_cmpfloat_with_epsilon (report.loudest_removed_db, 20 * log10 (loudest), 0.01);
  g_assert_cmpfloat (report.loudest_removed_db, >, -60);
  if (in_place)
    check_bytes (path, out, r);
  assert_told (&report, in_place ? "Everything else is identical to the recording, byte for byte"
                                 : "Everything outside the painted part is identical to the recording's");
  g_assert_cmpint (g_rename (out, again), ==, 0); /* same edits, same bytes */
  export_well (source, resynth, out, NULL, &second);
  assert_same_bytes (out, again);
}

static void
check_unpainted (const char *path, const char *ending, SbSource *source)
{
  g_autofree char *name = g_strconcat ("same.", ending, NULL), *out = in_folder (name);
  SbExportReport report;
  export_well (source, NULL, out, NULL, &report);
  assert_same_bytes (path, out);
  g_assert_true (report.identical);
  g_assert_cmpint (report.frames_changed, ==, 0);
  g_assert_cmpfloat (report.loudest_removed_db, ==, -INFINITY);
  assert_told (&report, "Everything is identical to the recording, byte for byte");
}

static void
check_kind (const Major *major, int subtype, int channels)
{
  SF_INFO info = {.samplerate = RATE, .channels = channels, .format = major->major | subtype};
  if (!sf_format_check (&info))
    return;
  g_autofree char *path = in_folder ("source");
  make_file (path, info.format, channels, RATE, N);
  if (major->major == SF_FORMAT_WAV)
    append_chunk (path);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.2, 0.4, 500, 3000, -INFINITY);
  check_painted (path, major->ending, resynth, source, major->major != SF_FORMAT_FLAC);
  check_unpainted (path, major->ending, source);
  empty_folder ();
}

static void
test_matrix (void)
{
  for (gsize m = 0; m < G_N_ELEMENTS (majors); m++)
    for (gsize s = 0; s < G_N_ELEMENTS (subtypes); s++)
      for (int channels = 1; channels <= 2; channels++)
        check_kind (&majors[m], subtypes[s], channels);
}

static void
test_channels (void)
{
  for (int channels = 3; channels <= 8; channels++)
    for (gsize m = 0; m < G_N_ELEMENTS (majors); m++)
      for (gsize s = 0; s < G_N_ELEMENTS (subtypes); s++)
        if (subtypes[s] == SF_FORMAT_PCM_24 || (channels % 3 == 0 && subtypes[s] >= SF_FORMAT_FLOAT))
          check_kind (&majors[m], subtypes[s], channels);
}

/* Floating samples of some channels, written by ourselves into every container and back. */
static void
test_floating (void)
{
  static const int channels[] = {1, 2, 3, 6};
  for (gsize m = 0; m < G_N_ELEMENTS (majors); m++)
    for (gsize c = 0; c < G_N_ELEMENTS (channels); c++)
      for (int wide = 0; wide < 2; wide++) {
        const SbSampleType type = wide ? SB_SAMPLE_DOUBLE : SB_SAMPLE_FLOAT;
        const int subtype = wide ? SF_FORMAT_DOUBLE : SF_FORMAT_FLOAT;
        SF_INFO info = {.samplerate = RATE, .channels = channels[c], .format = majors[m].major | subtype};
        if (!sf_format_check (&info))
          continue;
        g_autofree char *name = g_strconcat ("o.", majors[m].ending, NULL);
        g_autofree char *path = in_folder ("source"), *out = in_folder (name), *back = in_folder ("back.wav");
        const bool from_wav = (majors[m].major & SF_FORMAT_TYPEMASK) != SF_FORMAT_WAV;
        make_file (path, (from_wav ? SF_FORMAT_WAV : SF_FORMAT_CAF) | subtype, channels[c], RATE, N);
        g_autoptr (SbSource) source = open_file (path);
        g_autoptr (SbResynth) resynth = paint_box (source, 0.2, 0.4, 500, 3000, -30);
        g_autofree float *r = removed_of (resynth);
        SbExportReport report;
        export_well (source, resynth, out, NULL, &report);
        g_assert_cmpint (report.type, ==, type);
        g_assert_cmpint (compare_samples (path, out, type, r, channels[c]), ==, report.frames_changed);
        g_autoptr (SbSource) written = open_file (out);
        export_well (written, NULL, back, NULL, &report);
        g_assert_true (report.identical);
        g_autoptr (SbContainer) container = sb_container_read (out, NULL);
        g_assert_cmpint (container->sample_type, ==, type); /* our own walker and libsndfile agree */
        empty_folder ();
      }
}

/* ---- W64 as ffmpeg writes it: EXTENSIBLE, which libsndfile takes for integers ---- */

#define FOREIGN_N 5000

static double
foreign_sample (int frame)
{
  return 0.5 * sin (2 * G_PI * 1000 * frame / RATE);
}

/* Three channels.  kind: 1 integers, 3 float, else something that nobody packs like that. */
static void
make_foreign_w64 (const char *path, int kind, int bytes)
{
  static const uint8_t guid[14] = {0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
  static const uint8_t riff_tail[12] = {0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0, 0};
  static const uint8_t tail[12] = {0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a};
  const uint8_t fmt[26] = {0xfe, 0xff, 3, 0, 0x44, 0xac, 0, 0, 0, 0, 0, 0, (uint8_t)(3 * bytes), 0,
                           (uint8_t)(8 * bytes), 0, 22, 0, (uint8_t)(8 * bytes), 0, 7, 0, 0, 0, (uint8_t)kind, 0};
  const uint64_t data_bytes = (uint64_t)(3 * FOREIGN_N * bytes);
  g_autoptr (GByteArray) file = g_byte_array_new ();
  sb_export_put_text (file, "riff");
  g_byte_array_append (file, riff_tail, 12);
  sb_export_put (file, 40 + 64 + 24 + data_bytes, 8, false);
  sb_export_put_text (file, "wave");
  g_byte_array_append (file, tail, 12);
  sb_export_put_text (file, "fmt ");
  g_byte_array_append (file, tail, 12);
  sb_export_put (file, 64, 8, false);
  g_byte_array_append (file, fmt, 26);
  g_byte_array_append (file, guid, 14);
  sb_export_put_text (file, "data");
  g_byte_array_append (file, tail, 12);
  sb_export_put (file, 24 + data_bytes, 8, false);
  for (int i = 0; i < 3 * FOREIGN_N; i++) {
    const double x = foreign_sample (i / 3);
    const float narrow = (float)x;
    const int32_t whole = (int32_t)(x * 2147483647);
    const void *sample = kind != 3 ? (const void *)&whole : bytes == 8 ? (const void *)&x : (const void *)&narrow;
    g_byte_array_append (file, sample, (guint)bytes);
  }
  g_assert_true (g_file_set_contents (path, (const char *)file->data, file->len, NULL));
}

static void
check_foreign_w64 (const char *path, SbSampleType type)
{
  g_autofree char *out = in_folder ("out.w64"), *wav = in_folder ("out.wav");
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSource) source = open_file (path);
  g_assert_cmpint (sb_source_n_frames (source), ==, FOREIGN_N);
  g_assert_cmpint (sb_file_source_sample_type (source), ==, type);
  g_autofree float *x = g_new (float, 3 * FOREIGN_N);
  g_assert_true (sb_source_read (source, 0, FOREIGN_N, x, &error));
  for (int i = 0; i < 3 * FOREIGN_N; i++)
    g_assert_cmpfloat_with_epsilon (x[i], foreign_sample (i / 3), 1e-6);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.03, 0.06, 500, 3000, -30);
  g_autofree float *r = removed_of (resynth);
  SbExportReport report;
  export_well (source, resynth, out, NULL, &report);
  g_assert_true (report.in_place);
  check_bytes (path, out, r);
  export_well (source, resynth, wav, NULL, &report);
  g_assert_cmpint (compare_samples (path, wav, type, r, 3), ==, report.frames_changed);
}

static void
test_foreign_w64 (void)
{
  g_autofree char *path = in_folder ("foreign.w64");
  g_autoptr (GError) error = NULL;
  make_foreign_w64 (path, 1, 4);
  check_foreign_w64 (path, SB_SAMPLE_S32);
  make_foreign_w64 (path, 3, 4);
  check_foreign_w64 (path, SB_SAMPLE_FLOAT);
  make_foreign_w64 (path, 3, 8);
  check_foreign_w64 (path, SB_SAMPLE_DOUBLE);
  make_foreign_w64 (path, 6, 4);
  g_assert_null (sb_file_source_new (path, NULL, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "names a kind of samples that is not known"));
  empty_folder ();
}

/* A box over nothing: touched, but no sample changes. */
static void
test_silence (void)
{
  g_autofree char *path = in_folder ("silence.wav"), *out = in_folder ("out.wav");
  SF_INFO info = {.samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
  SNDFILE *file = sf_open (path, SFM_WRITE, &info);
  g_autofree float *zeros = g_new0 (float, N);
  sf_writef_float (file, zeros, N);
  sf_close (file);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.2, 0.4, 500, 3000, -INFINITY);
  SbExportReport report;
  export_well (source, resynth, out, NULL, &report);
  assert_same_bytes (path, out);
  g_assert_true (report.identical && report.in_place);
  empty_folder ();
}

static void
test_not_finite (void)
{
  g_autofree char *path = in_folder ("nan.wav"), *out = in_folder ("out.wav"), *flac = in_folder ("out.flac");
  SF_INFO info = {.samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
  SNDFILE *file = sf_open (path, SFM_WRITE, &info);
  g_autofree float *frames = g_new0 (float, N);
  for (int i = 0; i < N; i++)
    frames[i] = (float)(0.5 * sin (2 * G_PI * 1000 * i / RATE));
  frames[10] = NAN;
  frames[20000] = -INFINITY;
  frames[13000] = NAN; /* under the box */
  sf_writef_float (file, frames, N);
  sf_close (file);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.25, 0.35, 500, 3000, -INFINITY);
  g_autofree float *r = removed_of (resynth);
  SbExportReport report;
  export_well (source, resynth, out, NULL, &report);
  g_assert_true (report.in_place);
  check_bytes (path, out, r);
  int64_t n;
  g_autofree double *after = all_samples (out, SB_SAMPLE_FLOAT, &n);
  g_assert_true (isnan (after[10]) && isinf (after[20000]));
  g_assert_true (r[13000] != 0);
  g_assert_cmpfloat (after[13000], ==, -r[13000]);
  export_well (source, resynth, flac, "pcm_16", &report); /* to integers they are 0 */
  g_autofree int32_t *ints = all_samples (flac, SB_SAMPLE_S16, &n);
  g_assert_cmpint (ints[10], ==, 0);
  empty_folder ();
}

/* A boost beyond full scale is clipped, counted, and never wraps. */
static void
test_clipping (void)
{
  g_autofree char *path = in_folder ("loud.wav"), *out = in_folder ("out.wav");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, RATE, N);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.2, 0.4, 500, 3000, 20);
  g_autofree float *r = removed_of (resynth);
  SbExportReport report;
  export_well (source, resynth, out, NULL, &report);
  g_assert_cmpint (report.frames_clipped, >, 100);
  compare_samples (path, out, SB_SAMPLE_S16, r, 1); /* compares with the clamped value */
  empty_folder ();
}

/* The error of dithered samples: no bias, the power of TPDF plus rounding (¼ step²). */
static void
test_dither (void)
{
  g_autofree char *path = in_folder ("a.wav"), *out = in_folder ("out.wav");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, RATE, N);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.1, 0.5, 500, 3000, -INFINITY);
  g_autofree float *r = removed_of (resynth);
  export_well (source, resynth, out, NULL, NULL);
  int64_t n, m = 0;
  g_autofree int32_t *a = all_samples (path, SB_SAMPLE_S16, &n), *b = all_samples (out, SB_SAMPLE_S16, &n);
  double sum = 0, power = 0;
  for (int64_t i = 0; i < n; i++)
    if (r[i] != 0) {
      const double e = b[i] / 65536.0 - (a[i] / 65536.0 - r[i] * 32768.0);
      sum += e;
      power += e * e;
      m++;
    }
  g_assert_cmpfloat (fabs (sum / (double)m), <, 0.02);
  g_assert_cmpfloat_with_epsilon (power / (double)m, 0.25, 0.02);
  empty_folder ();
}

/* ---- other containers and types ---- */

static void
test_convert (void)
{
  static const struct {
    int format;
    const char *name, *subtype, *written;
    SbSampleType type; /* that holds both exactly */
  } cases[] = {
      {SF_FORMAT_WAV | SF_FORMAT_PCM_24, "o.flac", NULL, "pcm_24", SB_SAMPLE_S24},
      {SF_FORMAT_WAV | SF_FORMAT_PCM_16, "o.flac", NULL, "pcm_16", SB_SAMPLE_S16},
      {SF_FORMAT_WAV | SF_FORMAT_PCM_U8, "o.flac", NULL, "pcm_s8", SB_SAMPLE_S8},
      {SF_FORMAT_FLAC | SF_FORMAT_PCM_24, "o.wav", NULL, "pcm_24", SB_SAMPLE_S24},
      {SF_FORMAT_WAV | SF_FORMAT_PCM_32, "o.w64", NULL, "pcm_32", SB_SAMPLE_S32},
      {SF_FORMAT_AIFF | SF_FORMAT_PCM_32, "o.wav", NULL, "pcm_32", SB_SAMPLE_S32},
      {SF_FORMAT_WAV | SF_FORMAT_DOUBLE, "o.caf", NULL, "double", SB_SAMPLE_DOUBLE},
      {SF_FORMAT_WAV | SF_FORMAT_FLOAT, "o.aiff", NULL, "float", SB_SAMPLE_FLOAT},
      {SF_FORMAT_WAV | SF_FORMAT_PCM_16, "o.wav", "pcm_24", "pcm_24", SB_SAMPLE_S24},
      {SF_FORMAT_WAV | SF_FORMAT_PCM_24, "o.wav", "float", "float", SB_SAMPLE_FLOAT},
      {SF_FORMAT_WAV | SF_FORMAT_PCM_16, "o.rf64", NULL, "pcm_16", SB_SAMPLE_S16},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = in_folder ("source"), *out = in_folder (cases[i].name);
    make_file (path, cases[i].format, 2, RATE, N);
    g_autoptr (SbSource) source = open_file (path);
    g_autoptr (SbResynth) resynth = paint_box (source, 0.2, 0.4, 500, 3000, -30);
    g_autofree float *r = removed_of (resynth);
    SbExportReport report;
    export_well (source, resynth, out, cases[i].subtype, &report);
    g_assert_false (report.in_place);
    g_assert_cmpstr (report.subtype, ==, cases[i].written);
    g_assert_cmpint (compare_samples (path, out, cases[i].type, r, 2), ==, report.frames_changed);
    SF_INFO info = {0};
    SNDFILE *file = sf_open (out, SFM_READ, &info);
    if (!g_str_has_suffix (out, ".w64"))
      g_assert_cmpstr (sf_get_string (file, SF_STR_TITLE), ==, "A title");
    sf_close (file);
    assert_told (&report, "Everything outside the painted part is identical");
    export_well (source, NULL, out, cases[i].subtype, &report);
    g_assert_true (report.identical);
    assert_told (&report, "The audio is identical to the recording's");
    empty_folder ();
  }
}

/* What was not painted is rounded and no more; of the rest only what the painting changed is counted. */
static void
test_narrower (void)
{
  g_autofree char *path = in_folder ("source.wav"), *out = in_folder ("out.wav");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_24, 2, RATE, N);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.2, 0.4, 500, 3000, -30);
  g_autofree float *r = removed_of (resynth);
  for (int painted = 0; painted < 2; painted++) {
    SbExportReport report;
    int64_t n, changed = 0, untouched = 0;
    export_well (source, painted ? resynth : NULL, out, "pcm_16", &report);
    g_assert_false (report.identical);
    g_autofree int32_t *a = all_samples (path, SB_SAMPLE_S24, &n), *b = all_samples (out, SB_SAMPLE_S16, &n);
    for (int64_t i = 0; i < n; i += 2) {
      bool differs = false;
      for (int c = 0; c < 2; c++) {
        const double plain = MIN (rint (a[i + c] / 65536.0), 32767), stored = b[i + c] / 65536.0;
        differs |= stored != plain;
        if (!painted || r[i + c] == 0) {
          g_assert_cmpfloat (stored, ==, plain);
          untouched++;
        } else
          g_assert_cmpfloat (fabs (a[i + c] / 65536.0 - r[i + c] * 32768.0 - stored), <=, 1.5);
      }
      changed += differs;
    }
    g_assert_cmpint (report.frames_changed, ==, changed);
    g_assert_cmpint (untouched, >, N);
    g_assert_true (painted ? changed > 1000 : changed == 0);
    assert_told (&report, "All samples are converted to 16 bits");
  }
  empty_folder ();
}

static void
test_lossy (void)
{
  static const char *names[] = {"o.ogg", "o.opus", "o.mp3"}, *types[] = {"vorbis", "opus", "mp3"};
  g_autofree char *path = in_folder ("source.wav");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2, 48000, N);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.2, 0.4, 500, 3000, -INFINITY);
  for (int i = 0; i < 3; i++) {
    g_autofree char *out = in_folder (names[i]), *wav = in_folder ("back.wav"), *same = in_folder ("same");
    g_autofree char *again = g_strconcat (same, "-again", strrchr (names[i], '.'), NULL);
    g_autofree char *copy = g_strconcat (same, strrchr (names[i], '.'), NULL);
    SbExportReport report;
    export_well (source, resynth, out, NULL, &report);
    g_assert_cmpstr (report.subtype, ==, types[i]);
    g_assert_false (report.identical);
    assert_told (&report, "encoded anew");
    export_well (source, resynth, again, NULL, &report); /* same edits, same bytes */
    assert_same_bytes (out, again);
    export_well (source, NULL, out, NULL, &report); /* nothing painted, and yet every sample is another */
    g_assert_false (report.identical);
    assert_told (&report, "encoded anew");
    g_autoptr (SbSource) lossy = open_file (out);
    g_assert_cmpint (llabs (sb_source_n_frames (lossy) - N), <=, 4608);
    g_autoptr (SbResynth) painted = paint_box (lossy, 0.2, 0.4, 500, 3000, -INFINITY);
    g_autofree float *r = removed_of (painted);
    export_well (lossy, painted, wav, NULL, &report); /* has no sample type of its own */
    g_assert_cmpstr (report.subtype, ==, "float");
    assert_told (&report, "is what the recording's decoder gives");
    export_well (lossy, NULL, copy, NULL, &report); /* not painted: not encoded again */
    assert_same_bytes (out, copy);
    g_assert_true (report.identical);
  }
  empty_folder ();
}

static void
test_removed (void)
{
  g_autofree char *path = in_folder ("source.wav"), *out = in_folder ("removed.wav"), *whole = in_folder ("w.wav");
  make_file (path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2, RATE, N);
  g_autoptr (SbSource) source = open_file (path);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.2, 0.4, 500, 3000, -INFINITY);
  g_autofree float *r = removed_of (resynth);
  g_autoptr (GError) error = NULL;
  SbExportSpec spec;
  SbExportReport report;
  sb_export_spec_init (&spec);
  spec.path = out;
  spec.removed = true;
  g_assert_true (sb_export (source, resynth, &spec, &report, NULL, &error));
  g_assert_cmpstr (report.subtype, ==, "float");
  g_autoptr (SbSource) removed = sb_removed_source_new (resynth);
  g_assert_true (sb_export_source (removed, whole, NULL, NULL, &error));
  int64_t n;
  g_autofree double *a = all_samples (out, SB_SAMPLE_FLOAT, &n), *b = all_samples (whole, SB_SAMPLE_FLOAT, &n);
  for (int64_t i = 0; i < n; i++) {
    g_assert_cmpfloat (a[i], ==, r[i]);
    g_assert_cmpfloat (b[i], ==, r[i]);
  }
  empty_folder ();
}

/* Beyond the 32 bits of a WAV's header: RF64 under the same name; AIFF says what to do. */
static void
test_over_4_gb (void)
{
  static const struct {
    const char *name;
    int64_t n_frames;
    int format; /* 0: refused */
  } cases[] = {
      {"a.wav", 1000, SF_FORMAT_WAV},
      {"a.wav", INT64_C (1000000000), SF_FORMAT_WAV},
      {"a.wav", INT64_C (1100000000), SF_FORMAT_RF64},
      {"a.w64", INT64_C (1100000000), SF_FORMAT_W64},
      {"a.aiff", INT64_C (1100000000), 0},
      {"a.flac", INT64_C (1100000000), SF_FORMAT_FLAC},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    const SbExportShape shape = {.rate = RATE, .channels = 2, .n_frames = cases[i].n_frames, .type = SB_SAMPLE_S16};
    SbExportFormat format;
    const bool ok = sb_export_format_choose (cases[i].name, NULL, &shape, &format, &error);
    g_assert_cmpint (ok, ==, cases[i].format != 0);
    if (ok)
      g_assert_cmpint (format.sf_format & SF_FORMAT_TYPEMASK, ==, cases[i].format);
    else
      g_assert_nonnull (strstr (error->message, "4 GB"));
  }
}

/* ---- real recordings ---- */

static void
check_recording (const char *path)
{
  const char *dot = strrchr (path, '.') + 1;
  g_autofree char *name = g_strconcat ("out.", dot, NULL), *out = in_folder (name);
  g_autoptr (SbSource) source = open_file (path);
  const double length = sb_source_duration_s (source), nyquist = sb_source_rate (source) / 2.0;
  const int channels = sb_source_channels (source);
  SbExportReport report;
  g_test_message ("%s", path);
  export_well (source, NULL, out, NULL, &report);
  assert_same_bytes (path, out);
  g_assert_true (report.identical);
  g_autoptr (SbResynth) resynth = paint_box (source, 0.3 * length, 0.5 * length, 0.1 * nyquist, 0.4 * nyquist, -40);
  g_autofree float *r = removed_of (resynth);
  const SbSampleType type = sb_file_source_sample_type (source);
  export_well (source, resynth, out, NULL, &report);
  if (type != SB_SAMPLE_OTHER)
    g_assert_cmpint (compare_samples (path, out, type, r, channels), ==, report.frames_changed);
  if (report.in_place)
    check_bytes (path, out, r);
  empty_folder ();
}

static void
test_recordings (void)
{
  g_autofree char *root = sb_test_shared ("real");
  static const char *in_place[] = {"bat_chirp_143k_float.wav",        "bwf_cue_zoom_48k_stereo.wav",
                                   "bwf_zoomf8_48k_24bit_stereo.wav", "cue_labl_float32_48k.wav",
                                   "frog_plains_toad_44k.wav",        "smpl_loop_22k.wav",
                                   "mixed_24bit_48k_stereo.aif",      "soundscape_events_44k_s32.wav"};
  if (!root)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (in_place); i++) {
    g_autofree char *path = g_build_filename (root, in_place[i], NULL);
    check_recording (path);
  }
  g_autofree char *formats = g_build_filename (root, "formats", NULL);
  g_autoptr (GDir) dir = g_dir_open (formats, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (formats, name, NULL);
    check_recording (path);
  }
}

static void
test_suggest (void)
{
  static const char *cases[][3] = {{"/a/b.wav", "/a/b-clean.wav", "/a/b-removed.wav"},
                                   {"/a/b.mp3", "/a/b-clean.wav", "/a/b-removed.wav"},
                                   {"/a.d/b", "/a.d/b-clean.wav", "/a.d/b-removed.wav"},
                                   {"x.FLAC", "x-clean.FLAC", "x-removed.wav"},
                                   {"/a/.hidden", "/a/.hidden-clean.wav", "/a/.hidden-removed.wav"}};
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *clean = sb_export_suggest_path (cases[i][0], false);
    g_autofree char *removed = sb_export_suggest_path (cases[i][0], true);
    g_assert_cmpstr (clean, ==, cases[i][1]);
    g_assert_cmpstr (removed, ==, cases[i][2]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("sonobrush-export-XXXXXX", NULL);
  g_test_add_func ("/export/every-container-and-type", test_matrix);
  g_test_add_func ("/export/up-to-8-channels", test_channels);
  g_test_add_func ("/export/floating", test_floating);
  g_test_add_func ("/export/foreign-w64", test_foreign_w64);
  g_test_add_func ("/export/box-over-silence", test_silence);
  g_test_add_func ("/export/not-finite", test_not_finite);
  g_test_add_func ("/export/clipping", test_clipping);
  g_test_add_func ("/export/dither", test_dither);
  g_test_add_func ("/export/to-another-container", test_convert);
  g_test_add_func ("/export/to-a-narrower-type", test_narrower);
  g_test_add_func ("/export/lossy", test_lossy);
  g_test_add_func ("/export/removed", test_removed);
  g_test_add_func ("/export/over-4-gb", test_over_4_gb);
  g_test_add_func ("/export/recordings", test_recordings);
  g_test_add_func ("/export/suggested-name", test_suggest);
  const int status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
