/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * picture-bench FILE [CACHE [THREADS]], picture-bench --analyse FILE: opens a recording as the window does (three
 * spectrograms, three waveforms, one pool) and composes as the window does
 * (strips of 256 pixel columns): time to the first whole picture and to the exact
 * one, memory, and the frame times of panning, zooming and painting at two sizes while
 * the analysis runs.  Prints one line of JSON. */
#include "audio/sb-file-source.h"
#include "document/sb-document.h"
#include "dsp/sb-colormap.h"
#include "view/sb-spectrogram.h"
#include "view/sb-waveform.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STRIP_PX 256
#define FRAMES 300

typedef struct {
  SbDocument *document;
  SbPool *pool;
  SbSpectrogram *spectrogram[3];
  SbWaveform *waveform[3];
  double duration_s, nyquist_hz;
  uint32_t lut[256], *argb;
  int width, height;
  SbComposed last;
} Window;

static double
now_ms (void)
{
  return (double) g_get_monotonic_time () / 1000;
}

/* This thread's own time: what other programs take of the processor is not ours. */
static double
cpu_ms (clockid_t clock)
{
  struct timespec t;
  clock_gettime (clock, &t);
  return (double) t.tv_sec * 1e3 + (double) t.tv_nsec * 1e-6;
}

static void
fail (GError *error)
{
  fprintf (stderr, "picture-bench: %s\n", error->message);
  exit (1);
}

static double
rss_mb (const char *key)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return NAN;
  const char *line = strstr (text, key);
  return line ? g_ascii_strtod (line + strlen (key), NULL) / 1024 : NAN;
}

/* One frame: every strip in sight.  Returns what it took in ms. */
static double
frame (Window *w, int view, double from_s, double to_s)
{
  double start = cpu_ms (CLOCK_THREAD_CPUTIME_ID);
  SbViewport v = {from_s, to_s, 0, w->nyquist_hz, SB_SCALE_MEL, w->width, w->height};
  sb_spectrogram_set_visible (w->spectrogram[view], from_s, to_s);
  w->last = (SbComposed){0};
  for (int x = 0; x < w->width; x += STRIP_PX) {
    SbComposed c = sb_spectrogram_compose (w->spectrogram[view], &v, x, MIN (STRIP_PX, w->width - x), w->lut,
                                           w->argb + x, w->width, true);
    w->last.missing += c.missing;
    w->last.coarse += c.coarse;
  }
  return cpu_ms (CLOCK_THREAD_CPUTIME_ID) - start;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static void
print_times (const char *name, double *ms, int n)
{
  qsort (ms, (size_t) n, sizeof *ms, compare);
  printf (", \"%s_median_ms\": %.2f, \"%s_p99_ms\": %.2f", name, ms[n / 2], name, ms[(int) (n * 0.99)]);
}

/* Scrolls: the strip that comes into sight is all that is composed, as in the window. */
static void
pan (Window *w, double *ms)
{
  double span = w->duration_s / 20, step = 24 * span / w->width;
  frame (w, 1, 0, span);
  int64_t done_px = w->width;
  for (int i = 0; i < FRAMES; i++) {
    double from = fmin (i * step, w->duration_s - span), start = cpu_ms (CLOCK_THREAD_CPUTIME_ID);
    sb_spectrogram_set_visible (w->spectrogram[1], from, from + span);
    for (; done_px < (int64_t) i * 24 + w->width; done_px += STRIP_PX) {
      double px_s = span / w->width;
      SbViewport v = {(double) done_px * px_s, (double) (done_px + STRIP_PX) * px_s, 0, w->nyquist_hz, SB_SCALE_MEL,
                      STRIP_PX, w->height};
      sb_spectrogram_compose (w->spectrogram[1], &v, 0, STRIP_PX, w->lut, w->argb, STRIP_PX, true);
    }
    ms[i] = cpu_ms (CLOCK_THREAD_CPUTIME_ID) - start;
    g_usleep (2000);
  }
}

static void
zoom (Window *w, double *ms)
{
  double middle = w->duration_s * 0.4;
  for (int i = 0; i < FRAMES; i++) {
    double span = w->duration_s * pow (0.5 / w->duration_s, 0.5 - 0.5 * cos (2 * G_PI * i / FRAMES));
    double from = CLAMP (middle - span * 0.4, 0, w->duration_s - span);
    ms[i] = frame (w, 1, from, from + span);
    g_usleep (2000);
  }
}

/* A stroke: every step is a revision; the strips under it are composed again. */
static void
paint (Window *w, double *ms)
{
  double span = fmin (10, w->duration_s), px_s = span / w->width, at = w->duration_s / 3;
  at -= fmod (at, STRIP_PX * px_s);
  SbOperation *ops[1];
  GError *error = NULL;
  frame (w, 1, at, at + span);
  g_usleep (500000);
  for (int i = 0; i < FRAMES / 3; i++) {
    SbOpSpec spec;
    sb_op_spec_init (&spec, SB_OP_BOX);
    spec.from_s = at + 1;
    spec.to_s = at + 1 + 0.04 * (i + 1);
    spec.low_hz = 1000;
    spec.high_hz = 2000;
    spec.gain_db = -INFINITY;
    ops[0] = sb_operation_new (&spec, &error);
    if (!ops[0])
      fail (error);
    if (!sb_document_preview (w->document, ops[0], &error))
      fail (error);
    sb_operation_unref (ops[0]);
    g_autoptr (SbSnapshot) snapshot = sb_document_snapshot (w->document);
    double rate = sb_source_rate (snapshot->source[0]);
    int64_t from = (int64_t) ((spec.from_s - 0.2) * rate), to = (int64_t) ((spec.to_s + 0.2) * rate);
    double start = cpu_ms (CLOCK_THREAD_CPUTIME_ID);
    for (int view = 1; view < 3; view++) {
      sb_spectrogram_set_source (w->spectrogram[view], snapshot->source[view], from, to);
      sb_waveform_set_source (w->waveform[view], snapshot->source[view], from, to);
    }
    double strip_s = STRIP_PX * px_s, first = at + floor ((spec.to_s - 0.2 - at) / strip_s) * strip_s;
    for (double from_s = first; from_s < spec.to_s + 0.2; from_s += strip_s) { /* the head of the stroke */
      SbViewport v = {from_s, from_s + strip_s, 0, w->nyquist_hz, SB_SCALE_MEL, STRIP_PX, w->height};
      sb_spectrogram_compose (w->spectrogram[1], &v, 0, STRIP_PX, w->lut, w->argb, STRIP_PX, true);
    }
    ms[i] = cpu_ms (CLOCK_THREAD_CPUTIME_ID) - start;
    g_usleep (12000);
  }
}

static void
open_recording (Window *w, const char *path, const char *cache, int n_threads)
{
  GError *error = NULL;
  g_autoptr (SbSource) source = sb_file_source_new (path, NULL, &error);
  w->document = source ? sb_document_new (source, NULL, &error) : NULL;
  if (!w->document)
    fail (error);
  w->duration_s = sb_source_duration_s (source);
  w->nyquist_hz = sb_source_rate (source) / 2.0;
  w->pool = sb_pool_new (n_threads);
  g_autoptr (SbSnapshot) snapshot = sb_document_snapshot (w->document);
  for (int v = 0; v < 3; v++) {
    w->spectrogram[v] = sb_spectrogram_new (snapshot->source[v], sb_document_grid (w->document), w->pool,
                                            v ? w->spectrogram[0] : NULL, &error);
    if (!w->spectrogram[v])
      fail (error);
    if (v == 0 && cache)
      sb_spectrogram_set_cache (w->spectrogram[0], cache, path);
    w->waveform[v] = sb_waveform_new (snapshot->source[v], w->pool, v ? w->waveform[0] : NULL);
  }
  sb_spectrogram_set_waveform (w->spectrogram[0], w->waveform[0]);
}

/* The analysis alone, nothing drawn: median ms of five rounds on one thread and on two, by turns. */
static int
analyse (const char *path)
{
  enum { ROUNDS = 5 };
  double ms[2][ROUNDS];
  GError *error = NULL;
  for (int i = 0; i < 2 * ROUNDS; i++) {
    SbPool *pool = sb_pool_new (1 + i % 2);
    SbSource *source = sb_file_source_new (path, NULL, &error);
    if (!source)
      fail (error);
    SbGrid grid = sb_grid_default (sb_source_rate (source));
    SbSpectrogram *s = sb_spectrogram_new (source, &grid, pool, NULL, &error);
    if (!s)
      fail (error);
    double start = now_ms ();
    sb_spectrogram_analyse (s);
    sb_pool_wait (pool, s);
    ms[i % 2][i / 2] = now_ms () - start;
    sb_spectrogram_free (s);
    sb_source_unref (source);
    sb_pool_free (pool);
  }
  for (int t = 0; t < 2; t++)
    qsort (ms[t], ROUNDS, sizeof ms[t][0], compare);
  printf ("{\"one_thread_ms\": %.0f, \"two_threads_ms\": %.0f, \"speedup\": %.2f}\n", ms[0][ROUNDS / 2],
          ms[1][ROUNDS / 2], ms[0][ROUNDS / 2] / ms[1][ROUNDS / 2]);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 3 && !strcmp (argv[1], "--analyse"))
    return analyse (argv[2]);
  if (argc < 2) {
    fprintf (stderr, "usage: picture-bench FILE [CACHE [THREADS]]    (CACHE may be -)\n");
    return 2;
  }
  static double ms[FRAMES];
  Window w = {.width = 1600, .height = 900};
  double start = now_ms (), low_db, high_db;
  w.argb = g_new (uint32_t, 2560 * 1440);
  const char *cache = argc > 2 && strcmp (argv[2], "-") ? argv[2] : NULL;
  open_recording (&w, argv[1], cache, argc > 3 ? atoi (argv[3]) : 0);
  double opened = now_ms () - start;
  sb_spectrogram_auto_range_within (w.spectrogram[0], 300000, &low_db, &high_db); /* as the window does */
  sb_colormap_lut (SB_COLORMAP_MAGMA, low_db, high_db, w.lut);
  double ranged = now_ms () - start, first = NAN;
  sb_spectrogram_analyse (w.spectrogram[0]);
  for (;;) {
    frame (&w, 1, 0, w.duration_s);
    if (isnan (first) && w.last.missing == 0)
      first = now_ms () - start;
    if (w.last.missing + w.last.coarse == 0)
      break;
    g_usleep (10000);
  }
  printf ("{\"opened_ms\": %.0f, \"range_ms\": %.0f, \"first_ms\": %.0f, \"exact_ms\": %.0f, \"cpu_ms\": %.0f, "
          "\"rss_mb\": %.0f",
          opened, ranged, first, now_ms () - start, cpu_ms (CLOCK_PROCESS_CPUTIME_ID), rss_mb ("VmRSS:"));
  for (int size = 0; size < 2; size++) {
    static const int sizes[2][2] = {{1600, 900}, {2560, 1440}};
    w.width = sizes[size][0];
    w.height = sizes[size][1];
    static const char *const names[2][3] = {{"pan", "zoom", "paint"}, {"pan_2560", "zoom_2560", "paint_2560"}};
    pan (&w, ms);
    print_times (names[size][0], ms, FRAMES);
    zoom (&w, ms);
    print_times (names[size][1], ms, FRAMES);
    paint (&w, ms);
    print_times (names[size][2], ms, FRAMES / 3);
  }
  sb_pool_wait (w.pool, w.spectrogram[0]); /* the cache is written */
  printf (", \"peak_rss_mb\": %.0f}\n", rss_mb ("VmHWM:"));
  fflush (stdout);
  for (int v = 2; v >= 0; v--) {
    sb_spectrogram_free (w.spectrogram[v]);
    sb_waveform_free (w.waveform[v]);
  }
  sb_document_free (w.document);
  sb_pool_free (w.pool);
  g_free (w.argb);
  return 0;
}
