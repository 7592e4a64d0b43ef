/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sound device for tests: a buffer of a few periods that the clock plays
 * empty and a thread refills, as a driver does.  It keeps accounts (frames that
 * were not there in time), records, and on demand underruns, stalls, vanishes,
 * refuses rates or hangs.  Header only: one test, one copy. */
#pragma once
#include "audio/sb-sink.h"
#include "base/sb-error.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

typedef struct {
  SbSink base;
  /* set by the test before use */
  int64_t period_frames, n_periods;
  double speed; /* of its clock; 1: real time */
  int only_rate; /* 0: takes all */
  atomic_bool refuses;     /* there is no device */
  atomic_int start_hangs_ms, stop_hangs_ms;
  atomic_bool stalled;     /* takes no more frames, says nothing */
  atomic_bool vanished;    /* ends by itself */
  atomic_int gulp_frames;  /* asks once for so many more at once */
  void (*around) (bool inside); /* called before and after each callback */
  void (*ran_dry) (int64_t due_ns, int64_t now_ns, int64_t frames); /* when it should have woken, and when it did */
  /* what happened */
  atomic_int n_starts, rate;
  atomic_int_fast64_t late_frames; /* the device ran dry: the callback was too slow or the machine too busy */
  atomic_int_fast64_t late_by_callback_frames; /* of these, because a callback itself took longer than what was
                                                  queued */
  float *record; /* [record_capacity][2] */
  int64_t record_capacity;
  _Atomic int64_t n_recorded;
  /* the driver's */
  pthread_t thread;
  bool started;
  SbRenderFunc render;
  void *data;
  atomic_bool quit;
  atomic_uint_fast64_t n_callbacks;
} FakeSink;

static inline int64_t
fake_now_ns (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C (1000000000) + t.tv_nsec;
}

static inline void
fake_sleep_until (int64_t ns)
{
  const struct timespec t = {ns / 1000000000, ns % 1000000000};
  clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static inline void
fake_call (FakeSink *sink, float *block, int64_t n)
{
  if (sink->around)
    sink->around (true);
  sink->render (sink->data, block, n);
  if (sink->around)
    sink->around (false);
  atomic_fetch_add (&sink->n_callbacks, 1);
  const int64_t at = atomic_load (&sink->n_recorded);
  for (int64_t i = 0; i < n && at + i < sink->record_capacity; i++)
    for (int c = 0; c < 2; c++)
      sink->record[2 * (at + i) + c] = block[2 * i + c];
  atomic_store (&sink->n_recorded, at + n);
}

static inline void *
fake_drive (void *data)
{
  FakeSink *sink = data;
  const double ns_a_frame = 1e9 / sink->speed / atomic_load (&sink->rate);
  const int64_t buffer = sink->period_frames * sink->n_periods;
  float *block = g_new0 (float, 2 * (sink->period_frames + 192000));
  int64_t begun_ns = fake_now_ns (), given = 0, due_ns = begun_ns;
  while (!atomic_load (&sink->quit) && !atomic_load (&sink->vanished)) {
    if (atomic_load (&sink->stalled)) {
      g_usleep (2000);
      begun_ns = fake_now_ns () - (int64_t)((double)given * ns_a_frame);
      continue;
    }
    const int64_t before_ns = fake_now_ns ();
    const int64_t played = (int64_t)((double)(before_ns - begun_ns) / ns_a_frame);
    if (played > given && given > 0) { /* ran dry: the clock goes on from here */
      atomic_fetch_add (&sink->late_frames, played - given);
      if (sink->ran_dry)
        sink->ran_dry (due_ns, before_ns, played - given);
      begun_ns += (int64_t)((double)(played - given) * ns_a_frame);
    }
    const int64_t wish = atomic_exchange (&sink->gulp_frames, 0), gulp = MIN (wish, 192000);
    fake_call (sink, block, sink->period_frames + gulp);
    given += sink->period_frames + gulp;
    const double took_frames = (double)(fake_now_ns () - before_ns) / ns_a_frame;
    if (took_frames > (double)buffer)
      atomic_fetch_add (&sink->late_by_callback_frames, (int64_t)took_frames - buffer);
    due_ns = begun_ns + (int64_t)((double)(given - buffer + sink->period_frames) * ns_a_frame);
    fake_sleep_until (due_ns);
  }
  g_free (block);
  return NULL;
}

static inline bool
fake_start (SbSink *base, int rate, int channels, SbRenderFunc render, void *data, GError **error)
{
  FakeSink *sink = (FakeSink *)base;
  atomic_fetch_add (&sink->n_starts, 1);
  g_usleep ((gulong)atomic_load (&sink->start_hangs_ms) * 1000);
  if (atomic_load (&sink->refuses)) {
    g_set_error (error, SB_ERROR, SB_ERROR_NO_DEVICE, "No sound device was found.");
    return false;
  }
  if (sink->only_rate && rate != sink->only_rate) {
    g_set_error (error, SB_ERROR, SB_ERROR_DEVICE_RATE, "The sound device cannot play %d Hz.", rate);
    return false;
  }
  g_assert_cmpint (channels, ==, 2);
  atomic_store (&sink->rate, rate);
  sink->render = render;
  sink->data = data;
  atomic_store (&sink->quit, false);
  sink->started = pthread_create (&sink->thread, NULL, fake_drive, sink) == 0;
  return sink->started;
}

static inline void
fake_stop (SbSink *base)
{
  FakeSink *sink = (FakeSink *)base;
  g_usleep ((gulong)atomic_load (&sink->stop_hangs_ms) * 1000);
  if (!sink->started)
    return;
  atomic_store (&sink->quit, true);
  pthread_join (sink->thread, NULL);
  sink->started = false;
}

static inline uint64_t
fake_n_callbacks (SbSink *base)
{
  return atomic_load (&((FakeSink *)base)->n_callbacks);
}

static inline double
fake_latency_s (SbSink *base)
{
  FakeSink *sink = (FakeSink *)base;
  return (double)(sink->period_frames * sink->n_periods) / atomic_load (&sink->rate);
}

static inline void
fake_free (SbSink *base)
{
  FakeSink *sink = (FakeSink *)base;
  fake_stop (base);
  g_free (sink->record);
  g_free (sink);
}

static inline bool
fake_is_alive (SbSink *base)
{
  return !atomic_load (&((FakeSink *)base)->vanished);
}

static const SbSinkClass fake_class = {fake_start, fake_stop,     fake_n_callbacks, fake_latency_s,
                                       fake_free,  fake_is_alive, NULL,             NULL};

static inline FakeSink *
fake_sink_new (int64_t period_frames, int64_t n_periods, int64_t record_capacity)
{
  FakeSink *sink = g_new0 (FakeSink, 1);
  sink->base.klass = &fake_class;
  sink->period_frames = period_frames;
  sink->n_periods = n_periods;
  sink->speed = 1;
  sink->record_capacity = record_capacity;
  sink->record = g_new0 (float, (gsize)(2 * record_capacity + 2));
  return sink;
}
