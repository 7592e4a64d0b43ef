/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ways of listening, measured on what is played: a band alone, ultrasound
 * slowed down or pitched down, chosen and muted channels; and the resampler
 * below them. */
#include "audio/sb-file-source.h"
#include "audio/sb-resampled-source.h"
#include "document/sb-player.h"
#include "fake-sink.h"
#include "sb-test.h"

#include <fftw3.h>
#include <math.h>
#include <string.h>

static SbSource *
tones (const double *hz, int n_tones, double seconds, int rate)
{
  const int64_t n = (int64_t)(seconds * rate);
  g_autofree float *frames = g_new0 (float, (gsize)n);
  for (int k = 0; k < n_tones; k++)
    for (int64_t i = 0; i < n; i++)
      frames[i] += (float)(0.5 / n_tones * sin (2 * G_PI * hz[k] * (double)i / rate));
  return sb_memory_source_new (frames, n, 1, rate);
}

static SbSource *
white (double seconds, int rate)
{
  const int64_t n = (int64_t)(seconds * rate);
  g_autofree float *frames = g_new (float, (gsize)n);
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  for (int64_t i = 0; i < n; i++)
    frames[i] = (float)g_rand_double_range (random, -0.5, 0.5);
  return sb_memory_source_new (frames, n, 1, rate);
}

/* Power between two frequencies, Blackman–Harris window (−92 dB). */
static double
power (const float *x, int stride, int64_t n, int rate, double low_hz, double high_hz)
{
  float *w = fftwf_alloc_real ((size_t)n);
  fftwf_complex *X = fftwf_alloc_complex ((size_t)n / 2 + 1);
  fftwf_plan plan = fftwf_plan_dft_r2c_1d ((int)n, w, X, FFTW_ESTIMATE);
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    const double u = 2 * G_PI * (double)i / (double)n;
    w[i] = (float)(x[i * stride] * (0.35875 - 0.48829 * cos (u) + 0.14128 * cos (2 * u) - 0.01168 * cos (3 * u)));
  }
  fftwf_execute (plan);
  for (int64_t k = (int64_t)ceil (low_hz * (double)n / rate); k <= MIN (n / 2, (int64_t)(high_hz * (double)n / rate));
       k++)
    sum += (double)X[k][0] * X[k][0] + (double)X[k][1] * X[k][1];
  fftwf_destroy_plan (plan);
  fftwf_free (w);
  fftwf_free (X);
  return sum;
}

/* What a device of `device_rate` is given from `from_s` of the recording on; float[n][2]. */
static float *
play (SbSource *source, const SbListening *listening, double from_s, int64_t n, int *rate)
{
  FakeSink *sink = fake_sink_new (480, 2, n);
  const char *patience = g_getenv ("SB_TEST_PATIENCE");
  /* slower than real time, so that a busy machine still feeds in time */
  sink->speed = 0.5 / (patience ? MAX (1, g_ascii_strtod (patience, NULL)) : 1);
  SbPlayer *player = sb_player_new (&sink->base);
  sb_player_set_listening (player, listening);
  sb_player_set_source (player, source);
  sb_player_play (player, llround (from_s * sb_source_rate (source)));
  for (int i = 0; i < 100000 && atomic_load (&sink->n_recorded) < n; i++)
    g_usleep (1000);
  g_assert_cmpint (atomic_load (&sink->n_recorded), >=, n);
  *rate = atomic_load (&sink->rate);
  float *heard = g_memdup2 (sink->record, sizeof (float) * 2 * (gsize)n);
  sb_player_free (player);
  return heard;
}

static void
test_band (void)
{
  static const double bands[][2] = {{1000, 4000}, {900, 1200}, {300, 3400}, {0, 500}, {9000, 30000}};
  g_autoptr (SbSource) source = white (4, 48000);
  for (gsize b = 0; b < G_N_ELEMENTS (bands); b++) {
    SbListening listening = SB_LISTENING_PLAIN;
    int rate;
    listening.low_hz = bands[b][0];
    listening.high_hz = bands[b][1];
    g_autofree float *heard = play (source, &listening, 1, 48000, &rate);
    const double in = power (heard, 2, 48000, rate, bands[b][0], MIN (bands[b][1], 24000));
    const double all = power (heard, 2, 48000, rate, 0, 24000);
    g_autofree float *x = g_new (float, 48000);
    g_assert_true (sb_source_read (source, 48000, 48000, x, NULL));
    const double was = power (x, 1, 48000, rate, bands[b][0], MIN (bands[b][1], 24000));
    const double outside_db = 10 * log10 ((all - in) / in + 1e-30), kept_db = 10 * log10 (in / was);
    g_test_message ("%.0f–%.0f Hz: outside %.1f dB, kept %.2f dB", bands[b][0], bands[b][1], outside_db, kept_db);
    g_assert_cmpfloat (outside_db, <=, -60);
    g_assert_cmpfloat (kept_db, >, -1.5); /* the margin at the edges */
    g_assert_cmpfloat (kept_db, <, 0.1);
  }
}

/* A sweep's worth of tones at 441 kHz, ten times slower: each a tenth as high. */
static void
test_slow (void)
{
  static const double calls_hz[] = {25000, 40000, 55000, 75000};
  g_autoptr (SbSource) source = tones (calls_hz, 4, 0.5, 441000);
  SbListening listening = SB_LISTENING_PLAIN;
  int rate;
  listening.slow = 10;
  g_autofree float *heard = play (source, &listening, 0.05, 96000, &rate);
  g_assert_cmpint (rate, ==, 48000);
  const double all = power (heard, 2, 96000, rate, 0, 24000);
  for (int k = 0; k < 4; k++) {
    const double there = power (heard, 2, 96000, rate, calls_hz[k] / 10 - 3, calls_hz[k] / 10 + 3);
    g_assert_cmpfloat_with_epsilon (there / all, 0.25, 0.001);
  }
}

/* A real bat (Norfolk, 441 kHz) ten times slower: what called at 25 to 75 kHz is heard at 2.5 to 7.5 kHz, as strong. */
static void
test_bat (void)
{
  g_autofree char *path = sb_test_shared ("real/bat_norfolk_te_441k.wav");
  g_autoptr (GError) error = NULL;
  if (!path)
    return;
  g_autoptr (SbSource) source = sb_file_source_new (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sb_source_rate (source), ==, 441000);
  SbListening listening = SB_LISTENING_PLAIN;
  int rate;
  const int64_t n_heard = 2 * 48000, n = n_heard * 441 / 480; /* 0.2 s of the night */
  listening.slow = 10;
  g_autofree float *heard = play (source, &listening, 0.15, n_heard, &rate);
  g_autofree float *x = g_new (float, (gsize)n);
  g_assert_true (sb_source_read (source, llround (0.15 * 441000), n, x, &error));
  const double all = power (x, 1, n, 441000, 25000, 75000), heard_all = power (heard, 2, n_heard, rate, 2500, 7500);
  double strongest = 0, strongest_hz = 0, heard_strongest = 0, heard_hz = 0;
  for (double hz = 25000; hz < 75000; hz += 2000) {
    const double was = power (x, 1, n, 441000, hz, hz + 2000) / all;
    const double is = power (heard, 2, n_heard, rate, hz / 10, hz / 10 + 200) / heard_all;
    g_assert_cmpfloat_with_epsilon (is, was, 0.005);
    if (was > strongest) {
      strongest = was;
      strongest_hz = hz;
    }
    if (is > heard_strongest) {
      heard_strongest = is;
      heard_hz = hz / 10;
    }
  }
  g_test_message ("loudest at %.0f to %.0f Hz, heard at %.0f to %.0f Hz", strongest_hz, strongest_hz + 2000, heard_hz,
                  heard_hz + 200);
  g_assert_cmpfloat (heard_hz, ==, strongest_hz / 10);
  g_assert_cmpfloat_with_epsilon (10 * log10 (heard_all / (double)n_heard / (double)n_heard),
                                  10 * log10 (all / (double)n / (double)n), 0.2);
}

/* As in a bat detector: 40 kHz tuned in, a call at 42.3 kHz sounds at 2.3 kHz; what is far away is not heard. */
static void
test_heterodyne (void)
{
  static const double calls_hz[] = {42300, 70000};
  g_autoptr (SbSource) source = tones (calls_hz, 2, 3, 250000);
  SbListening listening = SB_LISTENING_PLAIN;
  int rate;
  listening.heterodyne_hz = 40000;
  g_autofree float *heard = play (source, &listening, 0.5, 48000, &rate);
  const double there = power (heard, 2, 48000, rate, 2290, 2310), all = power (heard, 2, 48000, rate, 0, 24000);
  g_assert_cmpfloat (10 * log10 ((all - there) / there + 1e-30), <, -80);
  double peak = 0;
  for (int i = 2000; i < 48000; i++)
    peak = MAX (peak, fabs (heard[2 * i]));
  g_assert_cmpfloat_with_epsilon (peak, 0.25, 0.005); /* as loud as it was */
}

static void
test_channels (void)
{
  static const float frame[6] = {0.1f, 0.2f, 0.3f, 0.9f, 0.05f, 0.06f};
  g_autofree float *frames = g_new (float, 6 * 48000);
  for (int i = 0; i < 48000; i++)
    memcpy (frames + 6 * i, frame, sizeof frame);
  g_autoptr (SbSource) source = sb_memory_source_new (frames, 48000, 6, 48000);
  const float half = 0.70710678f;
  const struct {
    int left, right;
    uint64_t muted;
    float expected[2];
  } cases[] = {{-1, -1, 0, {0.1f + half * 0.35f, 0.2f + half * 0.36f}}, /* BS.775, without the LFE */
               {4, 3, 0, {0.05f, 0.9f}},
               {-1, -1, 4, {0.1f + half * 0.05f, 0.2f + half * 0.06f}},
               {0, 1, 1, {0, 0.2f}}};
  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++) {
    SbListening listening = SB_LISTENING_PLAIN;
    int rate;
    listening.left = cases[k].left;
    listening.right = cases[k].right;
    listening.muted_channels = cases[k].muted;
    g_autofree float *heard = play (source, &listening, 0, 4800, &rate);
    for (int c = 0; c < 2; c++)
      g_assert_cmpfloat_with_epsilon (heard[2 * 4000 + c], cases[k].expected[c], 1e-6);
  }
}

/* ---- the resampler ---- */

static void
test_resampler_is_clean (void)
{
  static const int rates[][2] = {{44100, 48000}, {48000, 44100}, {441000, 48000}, {96000, 44100}, {44101, 48000}};
  for (gsize r = 0; r < G_N_ELEMENTS (rates); r++) {
    const int in = rates[r][0], out = rates[r][1];
    const double top = 0.9 * MIN (in, out) / 2, hz[] = {top * 0.11, top * 0.97};
    g_autoptr (SbSource) source = tones (hz, 2, 1.5, in);
    const SbResampling resampling = {.rate = out, .slow = 1};
    g_autoptr (SbSource) resampled = sb_resampled_source_new (source, &resampling);
    g_autofree float *y = g_new (float, (gsize)out);
    g_assert_cmpint (sb_source_n_frames (resampled), ==, (int64_t)ceil (1.5 * in / in * out - 1e-9));
    g_assert_true (sb_source_read (resampled, out / 4, out, y, NULL));
    double noise = 0, level = 0;
    for (int i = 0; i < out; i++) {
      const double t = (double)(out / 4 + i) / out;
      const double x = 0.25 * sin (2 * G_PI * hz[0] * t) + 0.25 * sin (2 * G_PI * hz[1] * t);
      noise += (y[i] - x) * (y[i] - x);
      level += x * x;
    }
    g_test_message ("%d → %d Hz: error %.1f dB", in, out, 10 * log10 (noise / level));
    g_assert_cmpfloat (10 * log10 (noise / level), <, -95);
  }
  const double above[] = {30000};
  g_autoptr (SbSource) source = tones (above, 1, 1, 96000);
  const SbResampling resampling = {.rate = 48000, .slow = 1};
  g_autoptr (SbSource) resampled = sb_resampled_source_new (source, &resampling);
  g_autofree float *y = g_new (float, 40000);
  g_assert_true (sb_source_read (resampled, 4000, 40000, y, NULL));
  for (int i = 0; i < 40000; i++)
    g_assert_cmpfloat (fabs (y[i]), <, 0.5e-5); /* what the rate cannot hold is gone: −100 dB */
}

/* The same frames whatever is asked for at once. */
static void
test_resampler_is_stateless (void)
{
  g_autoptr (SbSource) source = white (1, 44100);
  const SbResampling resampling = {.rate = 48000, .slow = 2.5};
  g_autoptr (SbSource) resampled = sb_resampled_source_new (source, &resampling);
  const int64_t n = sb_source_n_frames (resampled);
  g_autofree float *whole = g_new (float, (gsize)n), *part = g_new (float, 5000);
  g_assert_true (sb_source_read (resampled, 0, n, whole, NULL));
  for (int64_t pos = 0, k = 1; pos < n; k++) {
    const int64_t m = MIN (n - pos, 1 + (k * 977) % 4999);
    g_assert_true (sb_source_read (resampled, pos, m, part, NULL));
    g_assert_cmpmem (part, (gsize)m * sizeof (float), whole + pos, (gsize)m * sizeof (float));
    pos += m;
  }
  const SbResampling same = {.rate = 44100, .slow = 1};
  g_autoptr (SbSource) alike = sb_resampled_source_new (source, &same);
  g_autofree float *a = g_new (float, 1000), *b = g_new (float, 1000);
  g_assert_true (sb_source_read (alike, 500, 1000, a, NULL) && sb_source_read (source, 500, 1000, b, NULL));
  g_assert_cmpmem (a, 4000, b, 4000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/listening/band", test_band);
  g_test_add_func ("/listening/slow", test_slow);
  g_test_add_func ("/listening/bat", test_bat);
  g_test_add_func ("/listening/heterodyne", test_heterodyne);
  g_test_add_func ("/listening/channels", test_channels);
  g_test_add_func ("/resampled-source/clean", test_resampler_is_clean);
  g_test_add_func ("/resampled-source/stateless", test_resampler_is_stateless);
  return g_test_run ();
}
