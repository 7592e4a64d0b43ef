/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ways of looking: average, channels, another grid over a former one, reassigned,
 * holes, problems, and the folder that keeps pictures. */
#include "base/sb-error.h"
#include "dsp/sb-colormap.h"
#include "dsp/sb-level.h"
#include "dsp/sb-reassign.h"
#include "sb-test.h"
#include "view/sb-spectrogram-private.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <signal.h>
#include <sys/resource.h>
#include <utime.h>

#define RATE 8000

static uint32_t lut[256]; /* the code itself */
static const SbGrid grid = {256, 64, SB_WINDOW_HANN};

static SbSpectrogram *
look_at (SbSource *source, const SbSpectrogramLook *look, SbPool *pool, SbSpectrogram *former)
{
  GError *error = NULL;
  SbSpectrogram *s = sb_spectrogram_new_look (source, look, pool, NULL, former, &error);
  g_assert_no_error (error);
  return s;
}

static uint32_t *
exact (SbSpectrogram *s, const SbViewport *view)
{
  uint32_t *argb = g_new (uint32_t, (gsize) view->width_px * view->height_px);
  GError *error = NULL;
  sb_spectrogram_compose_exact (s, view, lut, argb, view->width_px, NULL, &error);
  g_assert_no_error (error);
  return argb;
}

static SbViewport
whole (SbSource *source, int width, int height)
{
  return (SbViewport){0,     sb_source_duration_s (source), 0, sb_source_rate (source) / 2.0, SB_SCALE_LINEAR,
                      width, height};
}

/* White noise of power σ² reads the mean power of a bin at every zoom, on the average; its peaks rise. */
static void
test_average (void)
{
  int64_t n = 4000 * 64 * 8;
  g_autofree float *x = sb_test_noise (7, (gsize) n, 0.25f);
  g_autoptr (SbSource) source = sb_memory_source_new (x, n, 1, RATE);
  SbSpectrogramLook look;
  sb_spectrogram_look_init (&look, &grid);
  SbSpectrogram *s = look_at (source, &look, NULL, NULL);
  /* E|X|²·(2/Σg)² = σ²·Σg²·4/(Σg)², σ² = a²/3 */
  double truth = 10 * log10 (0.25 * 0.25 / 3 * (3.0 / 8 * 256) * 4 / (128.0 * 128.0));
  for (int width = 30; width <= 4000; width *= 4) {
    SbViewport view = whole (source, width, 129);
    sb_spectrogram_set_statistic (s, SB_STATISTIC_AVERAGE);
    g_autofree uint32_t *average = exact (s, &view);
    sb_spectrogram_set_statistic (s, SB_STATISTIC_PEAK);
    g_autofree uint32_t *peak = exact (s, &view);
    double mean = 0, most = 0;
    for (int y = 10; y < 118; y++)
      for (int i = 0; i < width; i++) {
        mean += pow (10, sb_level_code_to_db (average[y * width + i]) / 10) / width / 108;
        most += pow (10, sb_level_code_to_db (peak[y * width + i]) / 10) / width / 108;
        g_assert_cmpuint (average[y * width + i], <=, peak[y * width + i]);
      }
    g_test_message ("%d px: average %.2f dB, peak %.2f dB, truth %.2f dB", width, 10 * log10 (mean), 10 * log10 (most),
                    truth);
    /* codes are 0.63 dB wide and rounded anew at each of up to 11 levels */
    g_assert_cmpfloat (fabs (10 * log10 (mean) - truth), <, 1.0);
    if (width < 1000)
      g_assert_cmpfloat (10 * log10 (most), >, truth + 6);
  }
  sb_spectrogram_free (s);
}

/* A different tone in each channel. */
static SbSource *
tones (int channels, int64_t n)
{
  g_autofree float *x = g_new (float, n * channels);
  for (int64_t i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      x[i * channels + c] = 0.5f * sinf ((float) (2 * G_PI * (c + 1) * 10 / 256) * (float) (i % 256));
  return sb_memory_source_new (x, n, channels, RATE);
}

static bool
has_tone (SbSpectrogram *s, SbSource *source, int channel)
{
  SbViewport view = whole (source, 10, 129);
  view.low_hz = -RATE / 512.0;
  view.high_hz = RATE / 2.0 + RATE / 512.0;
  g_autofree uint32_t *argb = exact (s, &view);
  return sb_level_code_to_db (argb[(128 - (channel + 1) * 10) * 10 + 5]) > -40;
}

static void
test_channels (void)
{
  for (int channels = 2; channels <= 10; channels += 4) {
    g_autoptr (SbSource) source = tones (channels, 50000);
    SbSpectrogramLook look;
    sb_spectrogram_look_init (&look, &grid);
    SbSpectrogram *s = look_at (source, &look, NULL, NULL);
    for (int c = 0; c < channels; c++)
      g_assert_true (has_tone (s, source, c) == (channels <= 8 || c == 0));
    for (int one = 0; one < channels; one++) {
      sb_spectrogram_set_channels (s, SB_CHANNELS_ONE, one);
      for (int c = 0; c < channels; c++)
        g_assert_true (has_tone (s, source, c) == (c == one));
    }
    sb_spectrogram_set_channels (s, SB_CHANNELS_MID, 0);
    for (int c = 0; c < channels; c++)
      g_assert_true (has_tone (s, source, c));
    sb_spectrogram_free (s);
  }
}

/* Another grid shows the former picture first and its own in the end; nothing is ever missing. */
static void
test_former (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (3, 60 * RATE, 1, RATE);
  g_autoptr (SbPool) pool = sb_pool_new (2);
  SbSpectrogramLook look;
  sb_spectrogram_look_init (&look, &grid);
  SbSpectrogram *s = look_at (source, &look, pool, NULL);
  SbViewport view = whole (source, 200, 100);
  g_autofree uint32_t *before = exact (s, &view);
  g_autofree uint32_t *argb = g_new0 (uint32_t, 200 * 100);
  for (int n_fft = 64; n_fft <= 65536; n_fft *= 4) {
    look.grid = (SbGrid){n_fft, n_fft / 4, SB_WINDOW_BLACKMAN};
    s = look_at (source, &look, pool, s);
    SbComposed composed = sb_spectrogram_compose (s, &view, 0, 200, lut, argb, 200, false);
    g_assert_cmpint (composed.missing, ==, 0);
    g_assert_cmpint (composed.coarse, ==, 200);
    g_assert_cmpmem (argb, 200 * 100 * 4, before, 200 * 100 * 4);
    for (int round = 0; round < 20 && composed.coarse > 0; round++) {
      composed = sb_spectrogram_compose (s, &view, 0, 200, lut, argb, 200, true);
      g_assert_cmpint (composed.missing, ==, 0);
      sb_pool_wait (pool, s);
    }
    g_assert_cmpint (composed.coarse, ==, 0);
    SbSpectrogram *fresh = look_at (source, &look, NULL, NULL);
    g_autofree uint32_t *expected = exact (fresh, &view);
    g_assert_cmpmem (argb, 200 * 100 * 4, expected, 200 * 100 * 4);
    memcpy (before, argb, 200 * 100 * 4);
    sb_spectrogram_free (fresh);
  }
  sb_spectrogram_free (s);
}

static void
test_auto_n_fft (void)
{
  SbViewport view = {0, 3600, 0, 22050, SB_SCALE_MEL, 1600, 900};
  g_assert_cmpint (sb_spectrogram_auto_n_fft (&view, 44100), ==, 2048);
  int last = 65536;
  for (view.to_s = 15; view.to_s > 0.001; view.to_s /= 2) {
    int n_fft = sb_spectrogram_auto_n_fft (&view, 44100);
    g_assert_cmpint (n_fft & (n_fft - 1), ==, 0);
    g_assert_cmpint (n_fft, <=, last);
    last = n_fft;
  }
  g_assert_cmpint (last, ==, 64);
  view.to_s = 10;
  view.high_hz = 20; /* few bins: long windows */
  g_assert_cmpint (sb_spectrogram_auto_n_fft (&view, 44100), ==, 65536);
}

/* A chirp through noise 20 dB below: 90 % of its reassigned energy within 2 Hz of the truth. */
static void
test_reassigned_chirp (void)
{
  enum { N_FFT = 2048, SECONDS = 4 };
  const double rate = 8000, from_hz = 500, slope = 200; /* Hz a second */
  SbGrid big = {N_FFT, N_FFT / 4, SB_WINDOW_HANN};
  int64_t n = (int64_t) (SECONDS * rate);
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autofree float *x = g_new (float, n);
  for (int64_t i = 0; i < n; i++) {
    double t = i / rate, noise = 0;
    for (int k = 0; k < 12; k++)
      noise += g_rand_double (rand) - 0.5; /* variance 1 */
    x[i] = (float) (0.5 * sin (2 * G_PI * (from_hz * t + slope * t * t / 2)) + noise * sqrt (0.125 / 100));
  }
  g_autoptr (SbStft) stft = sb_stft_new (&big, SB_PLAN_EXACT, NULL);
  SbReassign *reassign = sb_reassign_new (stft);
  SbReassignScratch *scratch = sb_reassign_scratch_new (reassign);
  static float power[N_FFT / 2 + 1], frames[N_FFT / 2 + 1], bins[N_FFT / 2 + 1];
  double all = 0, near = 0;
  for (int64_t start = 0; start + N_FFT <= n; start += big.hop) {
    g_assert_true (sb_reassign_column (reassign, scratch, x + start, 1, power, frames, bins));
    double middle = (double) start + N_FFT / 2.0;
    for (int k = 0; k <= N_FFT / 2; k++) {
      double hz = bins[k] * rate / N_FFT, truth = from_hz + slope * (middle + frames[k]) / rate;
      /* the chirp's ridge: cells that its main lobe reaches over half a second of sweep */
      if (fabs (k * rate / N_FFT - (from_hz + slope * middle / rate)) > slope * N_FFT / rate / 2 + 2 * rate / N_FFT)
        continue;
      all += power[k];
      near += fabs (hz - truth) <= 2 ? power[k] : 0;
    }
  }
  g_test_message ("%.1f %% within 2 Hz", 100 * near / all);
  g_assert_cmpfloat (near, >=, 0.9 * all);
  sb_reassign_scratch_free (scratch);
  sb_reassign_free (reassign);
}

/* A sine reads its level, a click stands in one column, threads and zoom make no difference. */
static void
test_reassigned_picture (void)
{
  int64_t n = 20 * RATE;
  g_autofree float *x = g_new0 (float, n);
  for (int64_t i = 0; i < n; i++)
    x[i] = 0.1f * (float) sin (2 * G_PI * 1010.3 * (double) i / RATE);
  x[10 * RATE + 17] = 0.9f;
  g_autoptr (SbSource) source = sb_memory_source_new (x, n, 1, RATE);
  g_autoptr (SbPool) pool = sb_pool_new (2);
  SbSpectrogramLook look;
  sb_spectrogram_look_init (&look, &grid);
  look.reassigned = true;
  SbSpectrogram *s = look_at (source, &look, pool, NULL), *alone = look_at (source, &look, NULL, NULL);
  SbViewport view = whole (source, 2500, 513); /* a column and a cell each */
  view.low_hz = -RATE / 2048.0;
  view.high_hz = RATE / 2.0 + RATE / 2048.0;
  g_autofree uint32_t *argb = exact (s, &view);
  g_autofree uint32_t *other = exact (alone, &view);
  g_assert_cmpmem (argb, 2500 * 513 * 4, other, 2500 * 513 * 4);
  int row = (int) sb_viewport_y (&view, 1010.3), column = (10 * RATE + 17) / 64;
  double loudest = -200;
  for (int y = row - 2; y <= row + 2; y++)
    loudest = MAX (loudest, sb_level_code_to_db (argb[y * 2500 + 500]));
  g_assert_cmpfloat (fabs (loudest + 20), <, 1.3); /* a code and what the lobe's rim leaves */
  for (int y = row - 60; y <= row + 60; y++)
    if (abs (y - row) > 3)
      g_assert_cmpfloat (sb_level_code_to_db (argb[y * 2500 + 500]), <, -75);
  int lit[5] = {0};
  for (int dx = -2; dx <= 2; dx++)
    for (int y = 20; y < 300; y++)
      lit[dx + 2] += sb_level_code_to_db (argb[y * 2500 + column + dx]) > -60;
  g_assert_cmpint (lit[2] + MAX (lit[1], lit[3]), >, 40);
  g_assert_cmpint (lit[0] + lit[4], <, 8);
  sb_spectrogram_free (s);
  sb_spectrogram_free (alone);
}

static void
test_holes (void)
{
  int64_t n = 30 * RATE;
  g_autofree float *x = sb_test_noise (1, (gsize) n * 2, 0.1f);
  for (int64_t i = 1000; i < 1500; i++)
    x[2 * i + 1] = NAN;
  x[2 * 100000] = INFINITY;
  g_autoptr (SbSource) source = sb_memory_source_new (x, n, 2, RATE);
  g_autoptr (SbPool) pool = sb_pool_new (2);
  SbSpectrogramLook look;
  sb_spectrogram_look_init (&look, &grid);
  for (int reassigned = 0; reassigned < 2; reassigned++) {
    look.reassigned = reassigned;
    SbSpectrogram *s = look_at (source, &look, pool, NULL);
    SbViewport view = whole (source, 300, 50);
    g_autofree uint32_t *argb = exact (s, &view);
    SbHole holes[3] = {{0}};
    g_assert_cmpint (sb_spectrogram_holes (s, holes, 3), ==, 2);
    g_assert_cmpint (holes[0].from, ==, 1000);
    g_assert_cmpint (holes[0].to, ==, 1500);
    g_assert_cmpint (holes[1].from, ==, 100000);
    g_assert_cmpint (holes[1].to, ==, 100001);
    for (int i = 0; i < 300; i++) { /* 800 frames a pixel */
      int marked = 0;
      for (int y = 0; y < 50; y++)
        marked += argb[y * 300 + i] > 255;
      g_assert_true ((marked > 0) == (i == 1 || i == 125));
      g_assert_cmpint (marked, <, 25); /* the rest shows through */
    }
    /* painting them away: the list follows the source */
    g_autofree float *good = sb_test_noise (1, (gsize) n * 2, 0.1f);
    g_autoptr (SbSource) mended = sb_memory_source_new (good, n, 2, RATE);
    sb_spectrogram_set_source (s, mended, 0, n);
    g_free (exact (s, &view));
    g_assert_cmpint (sb_spectrogram_holes (s, NULL, 0), ==, 0);
    sb_spectrogram_free (s);
  }
}

/* ---- the folder of pictures ---- */

static int
n_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int n = 0;
  while (dir && g_dir_read_name (dir))
    n++;
  return n;
}

/* Small enough to be kept on a coarse level, long enough to be kept in the folder. */
static SbSpectrogram *
cached_one (SbSource *source, SbPool *pool, const char *folder, const char *fingerprint)
{
  SbSpectrogramLook look;
  sb_spectrogram_look_init (&look, &(SbGrid){64, 16, SB_WINDOW_HANN});
  SbBudget budget = {512 << 10, sb_tile_budget_new (1 << 20)};
  GError *error = NULL;
  SbSpectrogram *s = sb_spectrogram_new_sized (source, &look, pool, NULL, &budget, &error);
  sb_tile_budget_unref (budget.tiles);
  g_assert_no_error (error);
  sb_spectrogram_set_cache (s, folder, fingerprint);
  return s;
}

/* Everything exact, kept in the folder; returns the whole picture and whether it was there without reading. */
static uint32_t *
through_cache (SbSource *source, SbPool *pool, const char *folder, const char *fingerprint, bool *there)
{
  SbSpectrogram *s = cached_one (source, pool, folder, fingerprint);
  *there = sb_spectrogram_progress (s) == 1;
  sb_spectrogram_analyse (s);
  sb_pool_wait (pool, s);
  SbViewport view = whole (source, 100, 33);
  uint32_t *argb = exact (s, &view);
  sb_spectrogram_free (s);
  return argb;
}

static void
test_cache (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (3, 2000000, 1, RATE);
  g_autoptr (SbPool) pool = sb_pool_new (2);
  g_autofree char *folder = sb_test_path ("pictures/deep");
  bool there;
  g_autofree uint32_t *first = through_cache (source, pool, folder, "a", &there);
  g_assert_false (there);
  g_assert_cmpint (n_files (folder), ==, 1);
  g_autofree uint32_t *second = through_cache (source, pool, folder, "a", &there);
  g_assert_true (there);
  g_assert_cmpmem (first, 100 * 33 * 4, second, 100 * 33 * 4);
  g_free (through_cache (source, pool, folder, "b", &there)); /* other content */
  g_assert_false (there);
  g_assert_cmpint (n_files (folder), ==, 2);

  /* damage anywhere: as if it were not there, and mended */
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (folder, name, NULL), *bytes = NULL;
    gsize length;
    g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
    bytes[length * 2 / 3] ^= 4;
    g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  }
  g_autofree uint32_t *third = through_cache (source, pool, folder, "a", &there);
  g_assert_false (there);
  g_assert_cmpmem (first, 100 * 33 * 4, third, 100 * 33 * 4);
  g_free (through_cache (source, pool, folder, "a", &there));
  g_assert_true (there);

  /* a folder that can't be: a file is in its place */
  g_autofree char *file = sb_test_path ("file"), *inside = g_build_filename (file, "x", NULL);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_autofree uint32_t *fourth = through_cache (source, pool, inside, "a", &there);
  g_assert_false (there);
  g_assert_cmpmem (first, 100 * 33 * 4, fourth, 100 * 33 * 4);

  /* a full disk: no file may grow beyond 4 kB; nothing half-written stays behind */
  g_autofree char *full = sb_test_path ("full");
  struct rlimit limit, small;
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  small = limit;
  small.rlim_cur = 4096;
  void (*handler) (int) = signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_autofree uint32_t *fifth = through_cache (source, pool, full, "a", &there);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  signal (SIGXFSZ, handler);
  g_assert_false (there);
  g_assert_cmpmem (first, 100 * 33 * 4, fifth, 100 * 33 * 4);
  g_assert_cmpint (n_files (full), ==, 0);
  g_free (through_cache (source, pool, full, "a", &there)); /* room again */
  g_assert_false (there);
  g_assert_cmpint (n_files (full), ==, 1);
}

/* Its first read lasts until the picture is there. */
typedef struct {
  SbSource parent;
  SbSource *frames;
  SbSpectrogram *s; /* set once it reads */
  atomic_bool begun;
} Late;

static bool
late_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  Late *late = (Late *) source;
  if (!atomic_exchange (&late->begun, true))
    while (sb_spectrogram_progress (late->s) < 1)
      g_usleep (1000);
  return sb_source_read (late->frames, pos, n, out, error);
}

static void
late_finalize (SbSource *source)
{
  sb_source_unref (((Late *) source)->frames);
  g_free (source);
}

static const SbSourceClass late_class = {.read = late_read, .finalize = late_finalize};

static void *
ask_range (void *spectrogram)
{
  double low_db, high_db;
  sb_spectrogram_auto_range_within (spectrogram, 1, &low_db, &high_db); /* one column */
  return NULL;
}

/* The picture is kept, too, where one column of the sample for the range is read last of all: by a worker, or by who
 * asked for the range, when all workers have ended. */
static void
test_cache_late_sample (void)
{
  for (int by_worker = 0; by_worker < 2; by_worker++) {
    g_autofree char *folder = sb_test_path (by_worker ? "late-worker" : "late");
    g_autoptr (SbPool) pool = sb_pool_new (2);
    Late *late = g_new0 (Late, 1);
    late->frames = sb_test_noise_source (3, 1700000, 1, RATE);
    sb_source_init (&late->parent, &late_class, RATE, 1, late->frames->n_frames);
    SbSpectrogram *s = cached_one (&late->parent, pool, folder, "a");
    late->s = s;
    sb_source_unref (&late->parent);
    GThread *asker = by_worker ? NULL : g_thread_new ("range", ask_range, s);
    while (asker && !atomic_load (&late->begun))
      g_usleep (1000);
    sb_spectrogram_analyse (s);
    if (asker)
      g_thread_join (asker);
    sb_pool_wait (pool, s);
    g_assert_cmpint (n_files (folder), ==, 1);
    sb_spectrogram_free (s);
  }
}

/* One read fails, once. */
typedef struct {
  SbSource parent;
  SbSource *frames;
  atomic_bool fails;
} Failing;

static bool
failing_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  Failing *failing = (Failing *)source;
  if (atomic_exchange (&failing->fails, false)) {
    g_set_error (error, SB_ERROR, SB_ERROR_READ, "The drive was away.");
    return false;
  }
  return sb_source_read (failing->frames, pos, n, out, error);
}

static void
failing_finalize (SbSource *source)
{
  sb_source_unref (((Failing *)source)->frames);
  g_free (source);
}

static const SbSourceClass failing_class = {.read = failing_read, .finalize = failing_finalize};

/* What could not be read is not kept as silence, also when that was told long before the rest was there. */
static void
test_cache_unreadable (void)
{
  for (int fails = 0; fails < 2; fails++) {
    g_autofree char *folder = sb_test_path (fails ? "unreadable" : "readable");
    g_autoptr (SbPool) pool = sb_pool_new (2);
    double low_db, high_db;
    Failing *failing = g_new0 (Failing, 1);
    failing->frames = sb_test_noise_source (3, 1700000, 1, RATE);
    sb_source_init (&failing->parent, &failing_class, RATE, 1, failing->frames->n_frames);
    SbSpectrogram *s = cached_one (&failing->parent, pool, folder, "a");
    sb_source_unref (&failing->parent);
    sb_spectrogram_auto_range (s, &low_db, &high_db);
    atomic_store (&failing->fails, fails);
    sb_spectrogram_do_piece (s, &(SbPiece){.level = -1, .g0 = 5, .g1 = 6});
    g_autofree char *problem = sb_spectrogram_take_problem (s);
    g_assert_true ((problem != NULL) == fails);
    sb_spectrogram_analyse (s);
    sb_pool_wait (pool, s);
    g_assert_cmpint (n_files (folder), ==, !fails);
    sb_spectrogram_free (s);
  }
}

/* What was used longest ago goes first; what is not ours stays. */
static void
test_cache_trim (void)
{
  g_autofree char *folder = sb_test_path ("trim");
  g_mkdir (folder, 0700);
  for (int i = 0; i < 5; i++) {
    g_autofree char *name = g_strdup_printf ("%d.%s", i, i == 0 ? "txt" : "sbpicture");
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *bytes = g_malloc0 (1000);
    g_assert_true (g_file_set_contents (path, bytes, 1000, NULL));
    struct utimbuf times = {.actime = 1000 + (i == 1 ? 100 : i), .modtime = 1000 + (i == 1 ? 100 : i)};
    g_utime (path, &times);
  }
  sb_picture_cache_trim (folder, 3000, 1000);
  g_assert_cmpint (n_files (folder), ==, 3);
  static const char *const left[] = {"0.txt", "1.sbpicture", "4.sbpicture"};
  for (int i = 0; i < 3; i++) {
    g_autofree char *path = g_build_filename (folder, left[i], NULL);
    g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (uint32_t i = 0; i < 256; i++)
    lut[i] = i;
  g_test_add_func ("/look/average", test_average);
  g_test_add_func ("/look/channels", test_channels);
  g_test_add_func ("/look/former", test_former);
  g_test_add_func ("/look/auto-n-fft", test_auto_n_fft);
  g_test_add_func ("/look/reassigned/chirp", test_reassigned_chirp);
  g_test_add_func ("/look/reassigned/picture", test_reassigned_picture);
  g_test_add_func ("/look/holes", test_holes);
  g_test_add_func ("/look/cache/again", test_cache);
  g_test_add_func ("/look/cache/late-sample", test_cache_late_sample);
  g_test_add_func ("/look/cache/unreadable", test_cache_unreadable);
  g_test_add_func ("/look/cache/trim", test_cache_trim);
  return g_test_run ();
}
