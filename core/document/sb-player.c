/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Playback.  Four threads meet here:
 *
 *   caller (UI)      leaves wishes under the lock, returns at once
 *   control          the only one that calls the sink: start, stop, watchdog
 *   feeder           reads the source into the ring, 25 ms ahead of the device
 *   device callback  takes from the ring; atomics only
 *
 * A session lasts from a play() to the stop, end or failure.  The ring holds
 * little on purpose: what is painted is heard after what is queued.  A device
 * that takes big blocks, or an underrun, makes the feeder keep more. */
#include "document/sb-player.h"
#include "base/sb-error.h"
#include "base/sb-ring.h"
#include "document/sb-player-mixer-private.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define AHEAD_S        0.025
#define MOST_AHEAD_S   0.200
#define TAIL_S         0.060 /* silence after the end: stopping throws away what the device still holds */
#define RING_FRAMES    (1 << 18)
#define BLOCK_FRAMES   1024
#define MAX_STRETCHES  64
#define STALL_NS       INT64_C (1000000000)
#define DEVICE_CALL_NS INT64_C (3000000000)

static const char stalled_text[] =
    "The sound device stopped answering. Check that it is connected and press Play again.";

/* Frames that follow each other in the source, by their number in the session. */
typedef struct {
  int64_t start, position;
} Stretch;

struct SbPlayer {
  /* immutable */
  SbSink *sink;
  SbRing *ring;
  pthread_t control, feeder;

  /* under the lock */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool quit;
  SbSource *source;
  bool want; /* what is_playing() tells */
  uint64_t request, handled;
  int64_t play_from;
  bool changing;         /* a wish for the running session: */
  SbSource *wish_source; /* NULL: the same */
  int64_t wish_position; /* −1: where it is */
  bool loop, loop_changed;
  int64_t loop_from, loop_to;
  float volume;
  bool session, fresh, feeder_idle, prefilled, ended, failed;
  SbSource *session_source; /* what the session began with; NULL outside one */
  int session_rate;
  Stretch stretches[MAX_STRETCHES];
  int n_stretches;
  int64_t heard_most, rest_position;
  char *problem;
  int64_t device_call_since_ns; /* 0: not in one */

  /* feeder only */
  SbMixer *mixer;
  float volume_now;
  int64_t written;
  float block[2 * BLOCK_FRAMES];

  /* atomic */
  atomic_bool draining;
  atomic_int_fast64_t consumed, callback_ns, callback_frames, most_callback_frames, latency_frames, total;
  atomic_uint_fast64_t n_underruns;
  atomic_uint peaks[2]; /* bits of floats ≥ 0, which order as the floats do */
};

static int64_t
now_ns (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C (1000000000) + t.tv_nsec;
}

/* Under the lock. */
static void
wait_ms (SbPlayer *p, int ms)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  t.tv_nsec += ms * 1000000L;
  t.tv_sec += t.tv_nsec / 1000000000;
  t.tv_nsec %= 1000000000;
  pthread_cond_timedwait (&p->changed, &p->lock, &t);
}

/* ---- device callback ---- */

static void
note_peak (atomic_uint *peak, float value)
{
  uint32_t bits;
  memcpy (&bits, &value, sizeof bits);
  unsigned old = atomic_load_explicit (peak, memory_order_relaxed);
  while (bits > old &&
         !atomic_compare_exchange_weak_explicit (peak, &old, bits, memory_order_relaxed, memory_order_relaxed))
    ;
}

static void
render (void *data, float *out, int64_t n_frames)
{
  SbPlayer *p = data;
  const bool draining = atomic_load_explicit (&p->draining, memory_order_acquire);
  const int64_t got = sb_ring_read (p->ring, out, n_frames);
  float peak[2] = {0, 0};
  for (int64_t i = 0; i < got; i++) {
    peak[0] = fmaxf (peak[0], fabsf (out[2 * i]));
    peak[1] = fmaxf (peak[1], fabsf (out[2 * i + 1]));
  }
  note_peak (&p->peaks[0], peak[0]);
  note_peak (&p->peaks[1], peak[1]);
  if (got < n_frames) {
    memset (out + 2 * got, 0, (size_t)(2 * (n_frames - got)) * sizeof (float));
    if (!draining)
      atomic_fetch_add_explicit (&p->n_underruns, 1, memory_order_relaxed);
  }
  if (n_frames > atomic_load_explicit (&p->most_callback_frames, memory_order_relaxed))
    atomic_store_explicit (&p->most_callback_frames, n_frames, memory_order_relaxed);
  atomic_store_explicit (&p->callback_ns, now_ns (), memory_order_relaxed);
  atomic_store_explicit (&p->callback_frames, got, memory_order_relaxed);
  atomic_fetch_add_explicit (&p->consumed, got, memory_order_release);
}

static int64_t position_now (SbPlayer *p);

/* ---- feeder ---- */

static int64_t
frames_ahead (SbPlayer *p, int rate)
{
  const double underruns = (double)atomic_load_explicit (&p->n_underruns, memory_order_relaxed);
  const double s = MIN (AHEAD_S + 0.01 * underruns, MOST_AHEAD_S);
  const int64_t block = atomic_load_explicit (&p->most_callback_frames, memory_order_relaxed);
  const int64_t ahead = MAX ((int64_t)(s * rate), block + block / 2);
  return CLAMP (ahead, 256, RING_FRAMES / 2);
}

/* Under the lock: takes the caller's wishes over. */
static void
take_wishes (SbPlayer *p)
{
  if (p->fresh) {
    sb_mixer_free (p->mixer);
    p->mixer = sb_mixer_new (p->session_source, p->play_from);
    p->fresh = false;
    p->volume_now = p->volume;
    p->written = 0;
    p->loop_changed = true;
  }
  if (p->loop_changed)
    sb_mixer_set_loop (p->mixer, p->loop, p->loop_from, p->loop_to);
  p->loop_changed = false;
  if (p->changing)
    sb_mixer_change (p->mixer, p->wish_source, p->wish_position);
  g_clear_pointer (&p->wish_source, sb_source_unref);
  p->changing = false;
}

static void
apply_volume (SbPlayer *p, float target, int64_t n)
{
  if (p->volume_now == 1.0f && target == 1.0f)
    return;
  const float step = (target - p->volume_now) / (float)n;
  for (int64_t i = 0; i < n; i++) {
    const float gain = p->volume_now + step * (float)(i + 1);
    p->block[2 * i] *= gain;
    p->block[2 * i + 1] *= gain;
  }
  p->volume_now = target;
}

/* Under the lock. */
static void
add_stretch (SbPlayer *p, int64_t start, int64_t position)
{
  if (p->n_stretches == MAX_STRETCHES)
    memmove (p->stretches, p->stretches + 1, (size_t)(--p->n_stretches) * sizeof (Stretch));
  p->stretches[p->n_stretches++] = (Stretch){start, position};
}

/* Under the lock, given back for the read.  One block into the ring. */
static void
feed (SbPlayer *p, int64_t n)
{
  g_autoptr (GError) error = NULL;
  const float volume = p->volume;
  int64_t position = 0;
  bool jumped = false;
  pthread_mutex_unlock (&p->lock);
  const int64_t made = sb_mixer_render (p->mixer, p->block, n, &position, &jumped, &error);
  if (made > 0)
    apply_volume (p, volume, made);
  pthread_mutex_lock (&p->lock);
  if (made < 0) {
    if (p->want && p->request == p->handled)
      p->rest_position = position_now (p);
    p->failed = true;
    p->want = false;
    g_free (p->problem);
    p->problem = g_strdup (error ? error->message : "The recording cannot be read any further.");
    pthread_cond_broadcast (&p->changed);
  } else if (made == 0) {
    p->ended = true;
    atomic_store (&p->total, p->written);
    atomic_store_explicit (&p->draining, true, memory_order_release);
  } else {
    if (jumped)
      add_stretch (p, p->written, position);
    p->written += made;
    sb_ring_write (p->ring, p->block, made);
  }
}

static void *
run_feeder (void *data)
{
  SbPlayer *p = data;
  pthread_mutex_lock (&p->lock);
  while (!p->quit) {
    if (!p->session || p->ended || p->failed) {
      if (!p->session)
        g_clear_pointer (&p->mixer, sb_mixer_free);
      p->feeder_idle = true;
      pthread_cond_broadcast (&p->changed);
      pthread_cond_wait (&p->changed, &p->lock);
      continue;
    }
    p->feeder_idle = false;
    take_wishes (p);
    const int64_t ahead = frames_ahead (p, p->session_rate);
    const int64_t missing = ahead - sb_ring_readable (p->ring);
    if (missing > 0)
      feed (p, MIN (missing, BLOCK_FRAMES));
    if ((missing <= BLOCK_FRAMES || p->ended || p->failed) && !p->prefilled) {
      p->prefilled = true;
      pthread_cond_broadcast (&p->changed);
    }
    if (missing <= 0)
      wait_ms (p, 3);
  }
  g_clear_pointer (&p->mixer, sb_mixer_free);
  p->feeder_idle = true;
  pthread_cond_broadcast (&p->changed);
  pthread_mutex_unlock (&p->lock);
  return NULL;
}

/* ---- control ---- */

static bool
goes_on (const SbPlayer *p)
{
  return !p->quit && p->want && p->request == p->handled && !p->failed;
}

/* Under the lock. */
static void
fail (SbPlayer *p, const char *text)
{
  if (p->want && p->request == p->handled) {
    p->rest_position = position_now (p);
    p->want = false;
  }
  g_free (p->problem);
  p->problem = g_strdup (text);
}

static void
begin_session (SbPlayer *p)
{
  sb_ring_drain (p->ring);
  p->handled = p->request;
  p->n_stretches = 0;
  p->heard_most = 0;
  p->prefilled = p->ended = p->failed = false;
  atomic_store (&p->draining, false);
  atomic_store (&p->consumed, 0);
  atomic_store (&p->callback_ns, 0);
  atomic_store (&p->callback_frames, 0);
  atomic_store (&p->latency_frames, 0);
  p->session_source = sb_source_ref (p->source);
  p->session_rate = sb_source_rate (p->source);
  p->session = p->fresh = true;
  p->feeder_idle = false;
  pthread_cond_broadcast (&p->changed);
  while (goes_on (p) && !p->prefilled)
    pthread_cond_wait (&p->changed, &p->lock);
}

/* Under the lock, given back meanwhile. */
static bool
start_device (SbPlayer *p)
{
  g_autoptr (GError) error = NULL;
  const int rate = p->session_rate;
  p->device_call_since_ns = now_ns ();
  pthread_mutex_unlock (&p->lock);
  const bool started = p->sink->klass->start (p->sink, rate, 2, render, p, &error);
  if (started)
    atomic_store (&p->latency_frames, (int64_t)(p->sink->klass->latency_s (p->sink) * rate));
  pthread_mutex_lock (&p->lock);
  p->device_call_since_ns = 0;
  if (!started)
    fail (p, error ? error->message : "No sound device was found. Connect one and press Play again.");
  return started;
}

static void
stop_device (SbPlayer *p)
{
  p->device_call_since_ns = now_ns ();
  pthread_mutex_unlock (&p->lock);
  p->sink->klass->stop (p->sink);
  pthread_mutex_lock (&p->lock);
  p->device_call_since_ns = 0;
}

static void
watch (SbPlayer *p)
{
  const double latency_s = (double)atomic_load (&p->latency_frames) / p->session_rate;
  uint64_t callbacks = 0;
  int64_t alive_ns = now_ns (), empty_ns = 0;
  while (goes_on (p)) {
    wait_ms (p, 20);
    const int64_t now = now_ns ();
    const uint64_t n = p->sink->klass->n_callbacks (p->sink);
    if (n != callbacks)
      alive_ns = now;
    callbacks = n;
    if (now - alive_ns >= STALL_NS && goes_on (p))
      fail (p, stalled_text);
    if (!p->ended || atomic_load (&p->consumed) < atomic_load (&p->total))
      continue;
    if (empty_ns == 0)
      empty_ns = now;
    if ((double)(now - empty_ns) * 1e-9 >= latency_s + TAIL_S && goes_on (p)) {
      p->rest_position = sb_source_n_frames (p->session_source);
      p->want = false;
    }
  }
}

static void *
run_control (void *data)
{
  SbPlayer *p = data;
  pthread_mutex_lock (&p->lock);
  while (!p->quit) {
    if (!p->want || p->request == p->handled || !p->source) {
      pthread_cond_wait (&p->changed, &p->lock);
      continue;
    }
    begin_session (p);
    if (goes_on (p) && start_device (p)) {
      watch (p);
      stop_device (p);
    }
    p->session = false;
    pthread_cond_broadcast (&p->changed);
    while (!p->feeder_idle)
      pthread_cond_wait (&p->changed, &p->lock);
    g_clear_pointer (&p->session_source, sb_source_unref);
  }
  pthread_mutex_unlock (&p->lock);
  return NULL;
}

/* ---- caller ---- */

SbPlayer *
sb_player_new (SbSink *sink)
{
  SbPlayer *p = g_new0 (SbPlayer, 1);
  pthread_condattr_t attr;
  p->sink = sink;
  p->ring = sb_ring_new (2, RING_FRAMES);
  p->volume = 1;
  p->wish_position = -1;
  pthread_mutex_init (&p->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&p->changed, &attr);
  pthread_condattr_destroy (&attr);
  if (pthread_create (&p->feeder, NULL, run_feeder, p) != 0 || pthread_create (&p->control, NULL, run_control, p) != 0)
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
  until.tv_sec += DEVICE_CALL_NS / 1000000000;
  if (pthread_timedjoin_np (p->control, NULL, &until) != 0)
    return; /* stuck in a dead device for ever: what it may still touch is left to the process's end */
  sb_sink_free (p->sink);
  sb_ring_free (p->ring);
  sb_source_unref (p->source);
  sb_source_unref (p->wish_source);
  g_free (p->problem);
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

/* Under the lock. */
static void
wish (SbPlayer *p, SbSource *source, int64_t position)
{
  if (source) {
    sb_source_unref (p->wish_source);
    p->wish_source = sb_source_ref (source);
  }
  if (!p->changing || position >= 0)
    p->wish_position = position;
  p->changing = true;
  pthread_cond_broadcast (&p->changed);
}

static void
forget_wishes (SbPlayer *p)
{
  g_clear_pointer (&p->wish_source, sb_source_unref);
  p->changing = false;
}

void
sb_player_set_source (SbPlayer *p, SbSource *source)
{
  pthread_mutex_lock (&p->lock);
  if (source != p->source) {
    const bool same = same_shape (p->source, source);
    SbSource *old = p->source;
    p->source = source ? sb_source_ref (source) : NULL;
    if (!same) {
      p->want = false;
      p->rest_position = 0;
      p->loop = false;
      forget_wishes (p);
      pthread_cond_broadcast (&p->changed);
    } else if (p->want)
      wish (p, source, -1);
    sb_source_unref (old);
  }
  pthread_mutex_unlock (&p->lock);
}

void
sb_player_play (SbPlayer *p, int64_t from_frame)
{
  pthread_mutex_lock (&p->lock);
  if (p->source) {
    from_frame = CLAMP (from_frame, 0, sb_source_n_frames (p->source));
    if (p->want && !p->ended)
      wish (p, NULL, from_frame);
    else {
      forget_wishes (p);
      p->want = true;
      p->request++;
      p->play_from = p->rest_position = from_frame;
      pthread_cond_broadcast (&p->changed);
    }
  }
  pthread_mutex_unlock (&p->lock);
}

void
sb_player_stop (SbPlayer *p)
{
  pthread_mutex_lock (&p->lock);
  if (p->want)
    p->rest_position = position_now (p);
  p->want = false;
  pthread_cond_broadcast (&p->changed);
  pthread_mutex_unlock (&p->lock);
}

void
sb_player_seek (SbPlayer *p, int64_t frame)
{
  pthread_mutex_lock (&p->lock);
  if (p->source) {
    frame = CLAMP (frame, 0, sb_source_n_frames (p->source));
    if (!p->want)
      p->rest_position = frame;
    else if (!p->ended)
      wish (p, NULL, frame);
    else { /* the last of it is sounding: begin again there */
      p->request++;
      p->play_from = p->rest_position = frame;
      pthread_cond_broadcast (&p->changed);
    }
  }
  pthread_mutex_unlock (&p->lock);
}

void
sb_player_set_loop (SbPlayer *p, bool on, int64_t from_frame, int64_t to_frame)
{
  pthread_mutex_lock (&p->lock);
  p->loop = on;
  p->loop_from = from_frame;
  p->loop_to = to_frame;
  p->loop_changed = true;
  pthread_mutex_unlock (&p->lock);
}

void
sb_player_set_volume (SbPlayer *p, double gain)
{
  pthread_mutex_lock (&p->lock);
  p->volume = (float)CLAMP (gain, 0.0, 4.0);
  pthread_mutex_unlock (&p->lock);
}

/* Under the lock.  A device call that never returns cannot be ended, but told. */
static void
check_device_call (SbPlayer *p)
{
  if (p->want && p->device_call_since_ns != 0 && now_ns () - p->device_call_since_ns > DEVICE_CALL_NS) {
    p->want = false;
    g_free (p->problem);
    p->problem = g_strdup (stalled_text);
  }
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
 * them, less its latency; placed in the source by the stretches. */
static int64_t
position_now (SbPlayer *p)
{
  if (!p->want || !p->session || p->request != p->handled || p->n_stretches == 0)
    return p->rest_position;
  const int64_t consumed = atomic_load_explicit (&p->consumed, memory_order_acquire);
  const int64_t at = atomic_load_explicit (&p->callback_ns, memory_order_relaxed);
  const int64_t last = atomic_load_explicit (&p->callback_frames, memory_order_relaxed);
  const double since_s = at == 0 ? 0 : (double)(now_ns () - at) * 1e-9;
  int64_t heard = consumed - last + (int64_t)(since_s * p->session_rate);
  heard = CLAMP (MIN (heard, consumed) - atomic_load (&p->latency_frames), 0, consumed);
  p->heard_most = MAX (p->heard_most, heard);
  int i = p->n_stretches - 1;
  while (i > 0 && p->stretches[i].start > p->heard_most)
    i--;
  const int64_t position = p->stretches[i].position + MAX (0, p->heard_most - p->stretches[i].start);
  return MIN (position, sb_source_n_frames (p->session_source));
}

int64_t
sb_player_position (const SbPlayer *player)
{
  SbPlayer *p = (SbPlayer *)player;
  pthread_mutex_lock (&p->lock);
  const int64_t position = position_now (p);
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
