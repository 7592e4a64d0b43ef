/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The null sink: its pace, its recording, and that nothing is rendered after
 * stop().  And which sink a session gets. */
#include "audio/sb-sink.h"
#include "base/sb-error.h"

#include <glib/gstdio.h>
#include <sndfile.h>
#include <stdatomic.h>

#define RATE 8000

typedef struct {
  atomic_int_fast64_t n_frames;
  atomic_bool stopped, late;
} Counter;

static void
count (void *data, float *out, int64_t n_frames)
{
  Counter *counter = data;
  const int64_t at = atomic_fetch_add (&counter->n_frames, n_frames);
  if (atomic_load (&counter->stopped))
    atomic_store (&counter->late, true);
  for (int64_t i = 0; i < n_frames; i++) {
    out[2 * i] = (float)(at + i) / 1048576.0f;
    out[2 * i + 1] = -out[2 * i];
  }
}

static void
start (SbSink *sink, int rate, Counter *counter)
{
  g_autoptr (GError) error = NULL;
  atomic_store (&counter->stopped, false);
  const bool started = sink->klass->start (sink, rate, 2, count, counter, &error);
  g_assert_no_error (error);
  g_assert_true (started);
}

static void
stop (SbSink *sink, Counter *counter)
{
  sink->klass->stop (sink);
  atomic_store (&counter->stopped, true);
}

static void
test_pace (void)
{
  static const double speeds[] = {0.5, 1, 4};
  for (gsize i = 0; i < G_N_ELEMENTS (speeds); i++) {
    SbSink *sink = sb_null_sink_new (NULL, speeds[i]);
    Counter counter = {0};
    const gint64 begun = g_get_monotonic_time ();
    start (sink, RATE, &counter);
    g_usleep (300000);
    stop (sink, &counter);
    const double due = (double)(g_get_monotonic_time () - begun) * 1e-6 * RATE * speeds[i];
    const double made = (double)atomic_load (&counter.n_frames);
    g_assert_cmpfloat (made, <=, due + RATE / 100 + 1); /* never ahead by more than a block */
    g_assert_cmpfloat (made, >, due / 3);               /* behind only as far as the machine is busy */
    g_assert_cmpint (sink->klass->n_callbacks (sink), ==, atomic_load (&counter.n_frames) / (RATE / 100));
    g_usleep (30000);
    g_assert_false (atomic_load (&counter.late));
    sb_sink_free (sink);
  }
}

static void
test_free_running (void)
{
  SbSink *sink = sb_null_sink_new (NULL, 0);
  Counter counter = {0};
  start (sink, RATE, &counter);
  g_usleep (100000);
  stop (sink, &counter);
  g_assert_cmpint (atomic_load (&counter.n_frames), >, RATE);
  sb_sink_free (sink);
}

/* Whole after each stop, going on over stops, begun anew at another rate. */
static void
test_recording (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sonobrush-sink-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "heard.wav", NULL);
  SbSink *sink = sb_null_sink_new (path, 4);
  Counter counter = {0};
  for (int round = 0; round < 3; round++) {
    const int rate = round < 2 ? RATE : 2 * RATE;
    if (round == 2)
      atomic_store (&counter.n_frames, 0);
    start (sink, rate, &counter);
    g_usleep (60000);
    stop (sink, &counter);
    SF_INFO info = {0};
    SNDFILE *file = sf_open (path, SFM_READ, &info);
    g_assert_nonnull (file);
    g_assert_cmpint (info.samplerate, ==, rate);
    g_assert_cmpint (info.frames, ==, atomic_load (&counter.n_frames));
    g_autofree float *frames = g_new (float, (gsize)(2 * info.frames));
    g_assert_cmpint (sf_readf_float (file, frames, info.frames), ==, info.frames);
    for (int64_t i = 0; i < info.frames; i++) {
      g_assert_cmpfloat (frames[2 * i], ==, (float)i / 1048576.0f);
      g_assert_cmpfloat (frames[2 * i + 1], ==, -frames[2 * i]);
    }
    sf_close (file);
  }
  sb_sink_free (sink);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_recording_fails (void)
{
  g_autoptr (GError) error = NULL;
  SbSink *sink = sb_null_sink_new ("/nowhere/at/all.wav", 1);
  Counter counter = {0};
  g_assert_false (sink->klass->start (sink, RATE, 2, count, &counter, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
  sink->klass->stop (sink); /* of one that never started: nothing */
  sb_sink_free (sink);
}

static void
test_default (void)
{
  SbSink *null = sb_null_sink_new (NULL, 1);
  g_setenv ("SONOBRUSH_SINK", "null", TRUE);
  SbSink *wished = sb_sink_new_default ();
  g_assert_true (wished->klass == null->klass);
  g_unsetenv ("SONOBRUSH_SINK");
  SbSink *usual = sb_sink_new_default (); /* made without touching a device */
  g_assert_nonnull (usual);
  sb_sink_free (usual);
  sb_sink_free (wished);
  sb_sink_free (null);
  sb_sink_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sink/null/pace", test_pace);
  g_test_add_func ("/sink/null/free-running", test_free_running);
  g_test_add_func ("/sink/null/recording", test_recording);
  g_test_add_func ("/sink/null/recording-fails", test_recording_fails);
  g_test_add_func ("/sink/default", test_default);
  return g_test_run ();
}
