/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sink without a device: a thread asks for 10 ms blocks at the pace of the
 * monotonic clock and, when asked to, keeps them as a float WAV.  Tests listen
 * with it, and machines without sound play through it. */
#include "audio/sb-sink.h"
#include "base/sb-error.h"

#include <pthread.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <time.h>

typedef struct {
  SbSink base;
  char *record_path; /* immutable */
  double speed;      /* immutable */

  /* the player's thread; read by the pacing thread while it runs */
  pthread_t thread;
  bool started;
  int rate, channels;
  SbRenderFunc render;
  void *data;
  SNDFILE *record; /* the pacing thread's while it runs */
  int record_rate, record_channels;

  atomic_bool quit;
  atomic_uint_fast64_t n_callbacks;
} NullSink;

static void
add_ns (struct timespec *t, double ns)
{
  const int64_t sum = t->tv_nsec + (int64_t)ns;
  t->tv_sec += sum / 1000000000;
  t->tv_nsec = sum % 1000000000;
}

static void *
pace (void *data)
{
  NullSink *sink = data;
  const int64_t n = MAX (1, sink->rate / 100);
  float *block = g_new0 (float, (size_t)(n * sink->channels));
  struct timespec due;
  clock_gettime (CLOCK_MONOTONIC, &due);
  while (!atomic_load (&sink->quit)) {
    sink->render (sink->data, block, n);
    atomic_fetch_add (&sink->n_callbacks, 1);
    if (sink->record)
      sf_writef_float (sink->record, block, n);
    if (sink->speed > 0) {
      add_ns (&due, 1e9 * (double)n / sink->rate / sink->speed);
      clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
    }
  }
  g_free (block);
  return NULL;
}

/* One recording goes on over stops and starts; another rate begins it anew. */
static bool
open_record (NullSink *sink, GError **error)
{
  if (!sink->record_path)
    return true;
  if (sink->record && sink->record_rate == sink->rate && sink->record_channels == sink->channels)
    return true;
  if (sink->record)
    sf_close (sink->record);
  SF_INFO info = {.samplerate = sink->rate, .channels = sink->channels, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
  sink->record = sf_open (sink->record_path, SFM_WRITE, &info);
  if (!sink->record) {
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "The recording of what is played cannot be written to “%s”: %s",
                 sink->record_path, sf_strerror (NULL));
    return false;
  }
  sf_command (sink->record, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  sink->record_rate = sink->rate;
  sink->record_channels = sink->channels;
  return true;
}

static bool
null_start (SbSink *base, int rate, int channels, SbRenderFunc render, void *data, GError **error)
{
  NullSink *sink = (NullSink *)base;
  sink->rate = rate;
  sink->channels = channels;
  sink->render = render;
  sink->data = data;
  if (!open_record (sink, error))
    return false;
  atomic_store (&sink->quit, false);
  if (pthread_create (&sink->thread, NULL, pace, sink) != 0) {
    g_set_error (error, SB_ERROR, SB_ERROR_NO_DEVICE, "Playback could not start: the system gave no thread.");
    return false;
  }
  sink->started = true;
  return true;
}

static void
null_stop (SbSink *base)
{
  NullSink *sink = (NullSink *)base;
  if (!sink->started)
    return;
  atomic_store (&sink->quit, true);
  pthread_join (sink->thread, NULL);
  sink->started = false;
  if (sink->record) {
    sf_command (sink->record, SFC_UPDATE_HEADER_NOW, NULL, 0);
    sf_write_sync (sink->record);
  }
}

static uint64_t
null_n_callbacks (SbSink *base)
{
  return atomic_load (&((NullSink *)base)->n_callbacks);
}

static double
null_latency_s (SbSink *base)
{
  return 0;
}

static void
null_free (SbSink *base)
{
  NullSink *sink = (NullSink *)base;
  null_stop (base);
  if (sink->record)
    sf_close (sink->record);
  g_free (sink->record_path);
  g_free (sink);
}

static const SbSinkClass null_class = {null_start, null_stop, null_n_callbacks, null_latency_s, null_free};

SbSink *
sb_null_sink_new (const char *record_path, double speed)
{
  NullSink *sink = g_new0 (NullSink, 1);
  sink->base.klass = &null_class;
  sink->record_path = g_strdup (record_path);
  sink->speed = speed;
  return &sink->base;
}
