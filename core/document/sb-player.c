/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The caller's side of playback; see sb-player-private.h for the others. */
#include "document/sb-player-private.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define LANE_FRAMES  (1 << 17)
#define FREE_CALL_NS INT64_C (500000000)

int64_t
sb_player_now_ns (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C (1000000000) + t.tv_nsec;
}

void
sb_player_wait_ms (SbPlayer *p, int ms)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  t.tv_nsec += ms * 1000000L;
  t.tv_sec += t.tv_nsec / 1000000000;
  t.tv_nsec %= 1000000000;
  pthread_cond_timedwait (&p->changed, &p->lock, &t);
}

SbPlayer *
sb_player_new (SbSink *sink)
{
  SbPlayer *p = g_new0 (SbPlayer, 1);
  pthread_condattr_t attr;
  p->sink = sink;
  p->lanes = sb_lanes_new (LANE_FRAMES);
  p->wish_position = -1;
  p->play_to = INT64_MAX;
  p->listening = SB_LISTENING_PLAIN;
  sb_player_set_volume (p, 1);
  pthread_mutex_init (&p->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&p->changed, &attr);
  pthread_condattr_destroy (&attr);
  if (pthread_create (&p->feeder, NULL, sb_player_run_feeder, p) != 0 ||
      pthread_create (&p->control, NULL, sb_player_run_control, p) != 0)
    g_error ("The system gives no threads.");
  return p;
}

void
sb_player_free (SbPlayer *p)
{
  if (!p)
    return;
  pthread_mutex_lock (&p->lock);
  p->quit = true;
  p->want = false;
  pthread_cond_broadcast (&p->changed);
  pthread_mutex_unlock (&p->lock);
  pthread_join (p->feeder, NULL);
  struct timespec until;
  clock_gettime (CLOCK_REALTIME, &until);
  until.tv_nsec += FREE_CALL_NS;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  if (pthread_timedjoin_np (p->control, NULL, &until) != 0)
    return; /* stuck in a dead device for ever: what it may still touch is left to the process's end */
  sb_sink_free (p->sink);
  sb_lanes_free (p->lanes);
  sb_source_unref (p->source);
  g_free (p->problem);
  g_free (p->device);
  if (p->devices)
    g_ptr_array_unref (p->devices);
  pthread_cond_destroy (&p->changed);
  pthread_mutex_destroy (&p->lock);
  g_free (p);
}

static bool
same_shape (const SbSource *a, const SbSource *b)
{
  return a && b && sb_source_rate (a) == sb_source_rate (b) && sb_source_channels (a) == sb_source_channels (b) &&
         sb_source_n_frames (a) == sb_source_n_frames (b);
}

/* Under the lock.  A session that runs goes on with what is wished now; one
 * that has not begun begins with it.  position −1: where it is. */
static void
wish (SbPlayer *p, int64_t position)
{
  if (!p->want)
    return;
  if (!p->session || p->fresh || p->request != p->handled) {
    if (position >= 0)
      p->play_from = p->rest_position = position;
    return;
  }
  if (!p->changing || position >= 0)
    p->wish_position = position;
  if (position >= 0)
    p->seek_position = position;
  p->changing = true;
  p->ended = false;
  pthread_cond_broadcast (&p->changed);
}

/* Under the lock. */
static void
begin_again (SbPlayer *p, int64_t position)
{
  p->want = true;
  p->request++;
  p->changing = false;
  p->play_from = p->rest_position = position;
  pthread_cond_broadcast (&p->changed);
}

void
sb_player_set_source (SbPlayer *p, SbSource *source)
{
  pthread_mutex_lock (&p->lock);
  if (source != p->source) {
    const bool same = same_shape (p->source, source);
    SbSource *old = p->source;
    p->source = source ? sb_source_ref (source) : NULL;
    if (same)
      wish (p, -1);
    else {
      p->want = false;
      p->rest_position = 0;
      p->loop = p->changing = false;
      p->play_to = INT64_MAX;
      p->n_refused = 0;
      pthread_cond_broadcast (&p->changed);
    }
    sb_source_unref (old);
  }
  pthread_mutex_unlock (&p->lock);
}

void
sb_player_play_span (SbPlayer *p, int64_t from_frame, int64_t to_frame)
{
  pthread_mutex_lock (&p->lock);
  if (p->source) {
    from_frame = CLAMP (from_frame, 0, sb_source_n_frames (p->source));
    p->play_to = to_frame >= sb_source_n_frames (p->source) ? INT64_MAX : MAX (to_frame, from_frame);
    if (p->want)
      wish (p, from_frame);
    else {
      p->n_refused = 0; /* another device may be there by now */
      g_clear_pointer (&p->problem, g_free); /* of what is over */
      begin_again (p, from_frame);
    }
  }
  pthread_mutex_unlock (&p->lock);
}

void
sb_player_play (SbPlayer *p, int64_t from_frame)
{
  sb_player_play_span (p, from_frame, INT64_MAX);
}

void
sb_player_stop (SbPlayer *p)
{
  pthread_mutex_lock (&p->lock);
  if (p->want)
    p->rest_position = sb_player_position_now (p);
  p->want = false;
  pthread_cond_broadcast (&p->changed);
  pthread_mutex_unlock (&p->lock);
}

/* A seek out of a span that is being played plays on to the end. */
void
sb_player_seek (SbPlayer *p, int64_t frame)
{
  pthread_mutex_lock (&p->lock);
  if (p->source) {
    frame = CLAMP (frame, 0, sb_source_n_frames (p->source));
    if (frame >= p->play_to)
      p->play_to = INT64_MAX;
    if (p->want)
      wish (p, frame);
    else
      p->rest_position = frame;
  }
  pthread_mutex_unlock (&p->lock);
}

void
sb_player_set_loop (SbPlayer *p, bool on, int64_t from_frame, int64_t to_frame)
{
  pthread_mutex_lock (&p->lock);
  if (p->loop != on || (on && (p->loop_from != from_frame || p->loop_to != to_frame))) {
    p->loop = on;
    p->loop_from = from_frame;
    p->loop_to = to_frame;
    wish (p, -1);
  }
  pthread_mutex_unlock (&p->lock);
}

void
sb_player_set_listening (SbPlayer *p, const SbListening *listening)
{
  pthread_mutex_lock (&p->lock);
  if (!sb_listening_equal (&p->listening, listening)) {
    p->listening = *listening;
    if (p->want && p->session && p->source && sb_player_rate (p) != p->session_rate)
      begin_again (p, sb_player_position_now (p));
    else
      wish (p, -1);
  }
  pthread_mutex_unlock (&p->lock);
}

void
sb_player_set_volume (SbPlayer *p, double gain)
{
  const float volume = (float)CLAMP (gain, 0.0, 4.0);
  unsigned bits;
  memcpy (&bits, &volume, sizeof bits);
  atomic_store (&p->volume, bits);
}

void
sb_player_set_output (SbPlayer *p, const char *device, double latency_s)
{
  pthread_mutex_lock (&p->lock);
  if (g_strcmp0 (p->device, device) != 0 || p->latency_s != latency_s) {
    g_free (p->device);
    p->device = g_strdup (device);
    p->latency_s = latency_s;
    p->output_changed = true;
    p->n_refused = 0;
    pthread_cond_broadcast (&p->changed);
  }
  pthread_mutex_unlock (&p->lock);
}

void
sb_player_look_for_devices (SbPlayer *p)
{
  pthread_mutex_lock (&p->lock);
  p->look_for_devices = true;
  g_clear_pointer (&p->devices, g_ptr_array_unref); /* an answer to an earlier question */
  pthread_cond_broadcast (&p->changed);
  pthread_mutex_unlock (&p->lock);
}

GPtrArray *
sb_player_take_devices (SbPlayer *p)
{
  pthread_mutex_lock (&p->lock);
  GPtrArray *devices = g_steal_pointer (&p->devices);
  pthread_mutex_unlock (&p->lock);
  return devices;
}

/* Under the lock. */
static void
end_with (SbPlayer *p, const char *text, bool source_failed)
{
  if (p->want)
    p->rest_position = sb_player_position_now (p);
  p->want = false;
  g_free (p->problem);
  p->problem = g_strdup (text);
  p->source_failed = source_failed;
}

/* Under the lock.  Whoever was told of a failure of what is over would take what plays now for ended. */
void
sb_player_fail (SbPlayer *p, const char *text)
{
  if (p->request == p->handled)
    end_with (p, text, false);
}

/* Under the lock. */
void
sb_player_fail_source (SbPlayer *p, const char *text)
{
  if (p->request == p->handled)
    end_with (p, text, true);
}

bool
sb_player_source_failed (const SbPlayer *player)
{
  SbPlayer *p = (SbPlayer *)player;
  pthread_mutex_lock (&p->lock);
  const bool failed = p->source_failed;
  pthread_mutex_unlock (&p->lock);
  return failed;
}

/* Under the lock.  A device call that never returns cannot be ended, but told; what waits behind it ends as well. */
static void
check_device_call (SbPlayer *p)
{
  if (p->want && p->device_call_since_ns != 0 && sb_player_now_ns () - p->device_call_since_ns > SB_PLAYER_CALL_NS)
    end_with (p, sb_player_stalled_text, false);
}

bool
sb_player_is_playing (const SbPlayer *player)
{
  SbPlayer *p = (SbPlayer *)player;
  pthread_mutex_lock (&p->lock);
  check_device_call (p);
  const bool playing = p->want;
  pthread_mutex_unlock (&p->lock);
  return playing;
}

/* Under the lock.  Frames taken by the device, plus the time since it took
 * them, less its latency; placed in the recording by the stretches. */
int64_t
sb_player_position_now (SbPlayer *p)
{
  if (!p->want || !p->session || p->request != p->handled || p->heard.n == 0)
    return p->rest_position;
  if (p->seek_position >= 0)
    return p->seek_position;
  const int64_t consumed = sb_lanes_now (p->lanes);
  const int64_t at = atomic_load_explicit (&p->callback_ns, memory_order_relaxed);
  const int64_t last = atomic_load_explicit (&p->callback_frames, memory_order_relaxed);
  const double since_s = at == 0 ? 0 : (double)(sb_player_now_ns () - at) * 1e-9;
  int64_t heard = consumed - last + (int64_t)(since_s * p->session_rate);
  heard = CLAMP (MIN (heard, consumed) - atomic_load (&p->latency_frames), 0, consumed);
  p->heard_most = MAX (p->heard_most, heard);
  int i = p->heard.n - 1;
  while (i > 0 && p->heard.stretch[i].start > p->heard_most)
    i--;
  const SbStretch *stretch = &p->heard.stretch[i];
  const double position = stretch->position + (double)MAX (0, p->heard_most - stretch->start) * stretch->step;
  return MIN ((int64_t)position, sb_source_n_frames (p->source));
}

int64_t
sb_player_position (const SbPlayer *player)
{
  SbPlayer *p = (SbPlayer *)player;
  pthread_mutex_lock (&p->lock);
  const int64_t position = sb_player_position_now (p);
  pthread_mutex_unlock (&p->lock);
  return position;
}

void
sb_player_take_peaks (SbPlayer *p, float peaks[2])
{
  for (int i = 0; i < 2; i++) {
    const uint32_t bits = atomic_exchange_explicit (&p->peaks[i], 0, memory_order_relaxed);
    memcpy (&peaks[i], &bits, sizeof bits);
  }
}

char *
sb_player_take_problem (SbPlayer *p)
{
  pthread_mutex_lock (&p->lock);
  check_device_call (p);
  char *problem = g_steal_pointer (&p->problem);
  pthread_mutex_unlock (&p->lock);
  return problem;
}

uint64_t
sb_player_n_underruns (const SbPlayer *player)
{
  return atomic_load (&((SbPlayer *)player)->n_underruns);
}

SbPlayerCounts
sb_player_counts (const SbPlayer *player)
{
  SbPlayer *p = (SbPlayer *)player;
  pthread_mutex_lock (&p->lock);
  const SbPlayerCounts counts = {
      .callbacks = atomic_load (&p->n_callbacks),
      .underruns = atomic_load (&p->n_underruns),
      .missing_frames = atomic_load (&p->n_missing),
      .crossfades = p->n_crossfades,
      .block_frames = atomic_load (&p->most_callback_frames),
      .device_latency_s = p->session_rate ? (double)atomic_load (&p->latency_frames) / p->session_rate : 0,
      .rate = p->session_rate,
  };
  pthread_mutex_unlock (&p->lock);
  return counts;
}
