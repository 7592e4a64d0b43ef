/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the player plays, as a recording null sink heard it, and what it does
 * with devices that fail. */
#include "base/sb-error.h"
#include "document/sb-player.h"

#include <glib/gstdio.h>
#include <math.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <string.h>

#define RATE 48000
#define FADE (RATE / 100)
/* Slower than real time, so that a busy machine still feeds in time. */
#define SPEED 0.5

static char *record_path;

/* Every frame has a value of its own, exact in a float. */
static float
value_at (int64_t frame, int channel)
{
  return (float)(frame + 1) / 524288.0f * (channel ? -1.0f : 1.0f);
}

static SbSource *
make_source (int64_t n, int channels, float scale)
{
  g_autofree float *frames = g_new (float, (gsize)(n * channels));
  for (int64_t i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      frames[i * channels + c] = scale * value_at (i, c);
  return sb_memory_source_new (frames, n, channels, RATE);
}

static void
wait_until_stopped (SbPlayer *player)
{
  for (int i = 0; i < 1000 && sb_player_is_playing (player); i++)
    g_usleep (10000);
  g_assert_false (sb_player_is_playing (player));
}

/* float[n][2] of all that was played. */
static float *
recorded (int64_t *n)
{
  SF_INFO info = {0};
  SNDFILE *file = sf_open (record_path, SFM_READ, &info);
  g_assert_nonnull (file);
  g_assert_cmpint (info.channels, ==, 2);
  g_assert_cmpint (info.samplerate, ==, RATE);
  float *frames = g_new (float, (gsize)(2 * info.frames));
  *n = sf_readf_float (file, frames, info.frames);
  sf_close (file);
  return frames;
}

static void
play_whole (int channels)
{
  const int64_t n = RATE / 2;
  g_autoptr (SbSource) source = make_source (n, channels, 1);
  for (int attempt = 0; attempt < 3; attempt++) {
    SbPlayer *player = sb_player_new (sb_null_sink_new (record_path, SPEED));
    sb_player_set_source (player, source);
    g_assert_false (sb_player_is_playing (player));
    sb_player_play (player, 100);
    g_assert_true (sb_player_is_playing (player));
    int64_t last = sb_player_position (player);
    while (sb_player_is_playing (player)) {
      const int64_t position = sb_player_position (player);
      g_assert_cmpint (position, >=, last);
      last = position;
      g_usleep (2000);
    }
    g_assert_cmpint (sb_player_position (player), ==, n);
    float peaks[2];
    sb_player_take_peaks (player, peaks);
    g_assert_cmpfloat (peaks[0], ==, value_at (n - 1, 0));
    g_assert_null (sb_player_take_problem (player));
    const uint64_t underruns = sb_player_n_underruns (player);
    sb_player_free (player);
    if (underruns > 0)
      continue;
    int64_t n_heard;
    g_autofree float *heard = recorded (&n_heard);
    g_assert_cmpint (n_heard, >=, n - 100);
    for (int64_t i = 0; i < n_heard; i++)
      for (int c = 0; c < 2; c++)
        g_assert_cmpfloat (heard[2 * i + c], ==, i < n - 100 ? value_at (100 + i, channels == 2 ? c : 0) : 0.0f);
    return;
  }
  g_test_incomplete ("the machine is too busy to play without gaps");
}

static void
test_mono (void)
{
  play_whole (1);
}

static void
test_stereo (void)
{
  play_whole (2);
}

static void
test_swap (void)
{
  const int64_t n = RATE / 2;
  g_autoptr (SbSource) a = make_source (n, 2, 1);
  g_autoptr (SbSource) b = make_source (n, 2, 0.5f);
  for (int attempt = 0; attempt < 3; attempt++) {
    SbPlayer *player = sb_player_new (sb_null_sink_new (record_path, SPEED));
    sb_player_set_source (player, a);
    sb_player_play (player, 0);
    while (sb_player_position (player) < n / 3)
      g_usleep (1000);
    sb_player_set_source (player, b);
    wait_until_stopped (player);
    const uint64_t underruns = sb_player_n_underruns (player);
    sb_player_free (player);
    if (underruns > 0)
      continue;
    int64_t n_heard, first = 0;
    g_autofree float *heard = recorded (&n_heard);
    while (first < n && heard[2 * first] == value_at (first, 0))
      first++;
    g_assert_cmpint (first, >, n / 3 - FADE);
    g_assert_cmpint (first, <, n / 3 + RATE / 5);
    for (int64_t i = first; i < MIN (first + FADE, n); i++) { /* between the two, falling */
      g_assert_cmpfloat (heard[2 * i], <=, value_at (i, 0));
      g_assert_cmpfloat (heard[2 * i], >=, 0.5f * value_at (i, 0));
    }
    for (int64_t i = first + FADE; i < n; i++) {
      g_assert_cmpfloat (heard[2 * i], ==, 0.5f * value_at (i, 0));
      g_assert_cmpfloat (heard[2 * i + 1], ==, 0.5f * value_at (i, 1));
    }
    return;
  }
  g_test_incomplete ("the machine is too busy to play without gaps");
}

static void
test_seek (void)
{
  const int64_t n = RATE, target = 40000;
  g_autoptr (SbSource) source = make_source (n, 1, 1);
  for (int attempt = 0; attempt < 3; attempt++) {
    SbPlayer *player = sb_player_new (sb_null_sink_new (record_path, SPEED));
    sb_player_set_source (player, source);
    sb_player_play (player, 0);
    while (sb_player_position (player) < 5000)
      g_usleep (1000);
    sb_player_seek (player, target);
    for (int i = 0; i < 1000 && sb_player_position (player) < target; i++)
      g_usleep (1000);
    g_assert_cmpint (sb_player_position (player), >=, target);
    wait_until_stopped (player);
    const uint64_t underruns = sb_player_n_underruns (player);
    sb_player_free (player);
    if (underruns > 0)
      continue;
    int64_t n_heard, first = 0;
    g_autofree float *heard = recorded (&n_heard);
    while (first < n && heard[2 * first] == value_at (first, 0))
      first++;
    g_assert_cmpint (first, <, 5000 + RATE / 5);
    for (int64_t i = FADE; i < n - target; i++)
      g_assert_cmpfloat (heard[2 * (first + i)], ==, value_at (target + i, 0));
    return;
  }
  g_test_incomplete ("the machine is too busy to play without gaps");
}

static void
test_loop (void)
{
  const int64_t n = RATE, from = 3000, to = 8000;
  g_autoptr (SbSource) source = make_source (n, 1, 1);
  for (int attempt = 0; attempt < 3; attempt++) {
    SbPlayer *player = sb_player_new (sb_null_sink_new (record_path, SPEED));
    sb_player_set_source (player, source);
    sb_player_set_loop (player, true, from, to);
    sb_player_play (player, from);
    g_usleep ((gulong)(0.5e6 / SPEED));
    const int64_t position = sb_player_position (player);
    g_assert_cmpint (position, >=, from);
    g_assert_cmpint (position, <, to);
    sb_player_stop (player);
    g_assert_false (sb_player_is_playing (player));
    const uint64_t underruns = sb_player_n_underruns (player);
    sb_player_free (player);
    if (underruns > 0)
      continue;
    int64_t n_heard;
    g_autofree float *heard = recorded (&n_heard);
    g_assert_cmpint (n_heard, >, 3 * (to - from));
    while (n_heard > 0 && heard[2 * n_heard - 2] == 0)
      n_heard--;
    for (int64_t i = 0; i < n_heard - FADE; i++) { /* once round in exactly its length; the last 10 ms fade out */
      const int64_t in_loop = i % (to - from);
      if (i < to - from || in_loop >= FADE)
        g_assert_cmpfloat (heard[2 * i], ==, value_at (from + in_loop, 0));
    }
    return;
  }
  g_test_incomplete ("the machine is too busy to play without gaps");
}

static void
test_stop_start (void)
{
  g_autoptr (SbSource) source = make_source (4 * RATE, 2, 0.1f);
  SbPlayer *player = sb_player_new (sb_null_sink_new (NULL, 1));
  sb_player_set_source (player, source);
  for (int i = 0; i < 40; i++) {
    sb_player_play (player, i * 1000);
    if (i % 3)
      g_usleep (3000);
    g_assert_true (sb_player_is_playing (player));
    g_assert_cmpint (sb_player_position (player), >=, i % 2 ? 0 : i * 1000);
    if (i % 2)
      sb_player_stop (player);
    if (i % 5 == 0)
      sb_player_seek (player, 500);
  }
  sb_player_stop (player);
  sb_player_seek (player, 777);
  g_assert_cmpint (sb_player_position (player), ==, 777);
  sb_player_play (player, 4 * RATE); /* at the end: stops by itself */
  wait_until_stopped (player);
  g_autoptr (SbSource) other = make_source (RATE, 1, 0.1f);
  sb_player_play (player, 0);
  sb_player_set_source (player, other); /* another recording */
  g_assert_false (sb_player_is_playing (player));
  g_assert_cmpint (sb_player_position (player), ==, 0);
  sb_player_play (player, 0);
  sb_player_set_source (player, NULL);
  g_assert_false (sb_player_is_playing (player));
  sb_player_play (player, 0);
  g_assert_false (sb_player_is_playing (player));
  sb_player_free (player);
}

/* ---- what fails ---- */

static bool
failing_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  for (int64_t i = 0; i < n; i++)
    out[i] = 0;
  if (pos + n <= 5000)
    return true;
  g_set_error (error, SB_ERROR, SB_ERROR_READ, "The disk went away.");
  return false;
}

static void
failing_finalize (SbSource *source)
{
  g_free (source);
}

static const SbSourceClass failing_class = {failing_read, NULL, failing_finalize};

static void
test_read_fails (void)
{
  SbSource *source = g_new0 (SbSource, 1);
  sb_source_init (source, &failing_class, RATE, 1, RATE);
  SbPlayer *player = sb_player_new (sb_null_sink_new (NULL, 1));
  sb_player_set_source (player, source);
  sb_player_play (player, 0);
  wait_until_stopped (player);
  g_autofree char *problem = sb_player_take_problem (player);
  g_assert_cmpstr (problem, ==, "The disk went away.");
  g_assert_null (sb_player_take_problem (player));
  sb_player_free (player);
  sb_source_unref (source);
}

typedef struct {
  SbSink base;
  bool refuses;
  atomic_int n_starts;
} BadSink;

static bool
bad_start (SbSink *base, int rate, int channels, SbRenderFunc render, void *data, GError **error)
{
  BadSink *sink = (BadSink *)base;
  atomic_fetch_add (&sink->n_starts, 1);
  if (sink->refuses)
    g_set_error (error, SB_ERROR, SB_ERROR_NO_DEVICE, "No sound device was found.");
  return !sink->refuses;
}

static void
bad_stop (SbSink *base)
{
}

static uint64_t
bad_n_callbacks (SbSink *base)
{
  return 0;
}

static double
bad_latency_s (SbSink *base)
{
  return 0;
}

static void
bad_free (SbSink *base)
{
  g_free (base);
}

static const SbSinkClass bad_class = {bad_start, bad_stop, bad_n_callbacks, bad_latency_s, bad_free};

static void
check_bad_sink (bool refuses, const char *expected)
{
  BadSink *sink = g_new0 (BadSink, 1);
  sink->base.klass = &bad_class;
  sink->refuses = refuses;
  g_autoptr (SbSource) source = make_source (RATE, 2, 1);
  SbPlayer *player = sb_player_new (&sink->base);
  sb_player_set_source (player, source);
  for (int i = 1; i <= 2; i++) { /* and again when asked again */
    const gint64 start = g_get_monotonic_time ();
    sb_player_play (player, 0);
    wait_until_stopped (player);
    g_assert_cmpint (g_get_monotonic_time () - start, <, 1500000);
    g_autofree char *problem = sb_player_take_problem (player);
    g_assert_nonnull (problem);
    g_assert_nonnull (strstr (problem, expected));
    g_assert_cmpint (atomic_load (&sink->n_starts), ==, i);
  }
  sb_player_free (player);
}

static void
test_no_device (void)
{
  check_bad_sink (true, "No sound device");
}

static void
test_stalls (void)
{
  check_bad_sink (false, "stopped answering");
}

static void
test_many_channels (void)
{
  float frame[6] = {0.1f, 0.2f, 0.3f, 0.9f, 0.05f, 0.06f}, four[4] = {1, 2, 3, 6};
  const struct {
    const float *frame;
    int channels;
    float left, right;
  } cases[] = {{frame, 6, 0.1f + 0.70710678f * 0.35f, 0.2f + 0.70710678f * 0.36f}, {four, 4, 2, 4}};
  for (int k = 0; k < 2; k++) {
    g_autoptr (SbSource) source = sb_memory_source_new (cases[k].frame, 1, cases[k].channels, RATE);
    SbPlayer *player = sb_player_new (sb_null_sink_new (record_path, SPEED));
    sb_player_set_source (player, source);
    sb_player_play (player, 0);
    wait_until_stopped (player);
    sb_player_free (player);
    int64_t n;
    g_autofree float *heard = recorded (&n);
    g_assert_cmpfloat_with_epsilon (heard[0], cases[k].left, 1e-6);
    g_assert_cmpfloat_with_epsilon (heard[1], cases[k].right, 1e-6);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autofree char *folder = g_dir_make_tmp ("sonobrush-player-XXXXXX", NULL);
  record_path = g_build_filename (folder, "heard.wav", NULL);
  g_test_add_func ("/player/mono-is-the-source", test_mono);
  g_test_add_func ("/player/stereo-is-the-source", test_stereo);
  g_test_add_func ("/player/swap-crossfades", test_swap);
  g_test_add_func ("/player/seek", test_seek);
  g_test_add_func ("/player/loop-keeps-its-length", test_loop);
  g_test_add_func ("/player/stop-and-start", test_stop_start);
  g_test_add_func ("/player/mixdown", test_many_channels);
  g_test_add_func ("/player/read-fails", test_read_fails);
  g_test_add_func ("/player/no-device", test_no_device);
  g_test_add_func ("/player/device-stalls", test_stalls);
  const int status = g_test_run ();
  g_unlink (record_path);
  g_rmdir (folder);
  g_free (record_path);
  return status;
}
