/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The feeder and the device callback.  200 ms are queued, so that a busy
 * machine has time; a change is heard without waiting for them to be played,
 * because it comes through the second ring (see sb-player-lanes-private.h). */
#include "document/sb-player-private.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

#define AHEAD_S      0.200
#define FIRST_NICE   (-10)
#define MOST_AHEAD_S 0.300
#define BLOCK_FRAMES 1024

/* ---- device callback ---- */

static float
float_of (unsigned bits)
{
  float value;
  memcpy (&value, &bits, sizeof value);
  return value;
}

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

/* Towards the volume, or silence before a stop, at no more than full scale in 10 ms. */
static void
apply_gain (SbPlayer *p, float *out, int64_t n)
{
  const bool hush = atomic_load_explicit (&p->hush, memory_order_acquire);
  const float target = hush ? 0 : float_of (atomic_load_explicit (&p->volume, memory_order_relaxed));
  const float step = 1.0f / (float)(SB_PLAYER_FADE_S * p->session_rate);
  float gain = p->gain;
  if (gain == 1 && target == 1)
    return;
  for (int64_t i = 0; i < n; i++) {
    gain = gain < target ? MIN (gain + step, target) : MAX (gain - step, target);
    out[2 * i] *= gain;
    out[2 * i + 1] *= gain;
  }
  p->gain = gain;
  if (hush && gain == 0)
    atomic_store_explicit (&p->hushed, true, memory_order_release);
}

void
sb_player_render (void *data, float *out, int64_t n_frames)
{
  SbPlayer *p = data;
  int64_t missing;
  const int64_t got = sb_lanes_render (p->lanes, out, n_frames, &missing);
  float peak[2] = {0, 0};
  apply_gain (p, out, n_frames);
  for (int64_t i = 0; i < got; i++) {
    peak[0] = fmaxf (peak[0], fabsf (out[2 * i]));
    peak[1] = fmaxf (peak[1], fabsf (out[2 * i + 1]));
  }
  note_peak (&p->peaks[0], peak[0]);
  note_peak (&p->peaks[1], peak[1]);
  if (missing > 0) {
    atomic_fetch_add_explicit (&p->n_underruns, 1, memory_order_relaxed);
    atomic_fetch_add_explicit (&p->n_missing, missing, memory_order_relaxed);
  }
  if (n_frames > atomic_load_explicit (&p->most_callback_frames, memory_order_relaxed))
    atomic_store_explicit (&p->most_callback_frames, n_frames, memory_order_relaxed);
  atomic_store_explicit (&p->callback_ns, sb_player_now_ns (), memory_order_relaxed);
  atomic_store_explicit (&p->callback_frames, got, memory_order_relaxed);
  atomic_fetch_add_explicit (&p->n_callbacks, 1, memory_order_release);
}

/* ---- feeder ---- */

static int64_t
frames_ahead (SbPlayer *p)
{
  const double underruns = (double)atomic_load_explicit (&p->n_underruns, memory_order_relaxed);
  const double s = MIN (AHEAD_S + 0.02 * underruns, MOST_AHEAD_S);
  const int64_t block = atomic_load_explicit (&p->most_callback_frames, memory_order_relaxed);
  return CLAMP (MAX ((int64_t)(s * p->session_rate), 2 * block), 256, 1 << 16);
}

/* What the second ring must hold before the callback may fade into it. */
static int64_t
frames_to_publish (SbPlayer *p)
{
  const int64_t block = atomic_load_explicit (&p->most_callback_frames, memory_order_relaxed);
  return (int64_t)((SB_PLAYER_FADE_S + 0.002) * p->session_rate) + 2 * block;
}

static void
add_stretch (SbStretches *list, int64_t start, double position, double step)
{
  if (list->n == SB_PLAYER_MOST_STRETCHES)
    memmove (list->stretch, list->stretch + 1, (size_t)(--list->n) * sizeof (SbStretch));
  list->stretch[list->n++] = (SbStretch){start, position, step};
}

static double
position_at (const SbStretches *list, int64_t frame)
{
  int i = list->n - 1;
  while (i > 0 && list->stretch[i].start > frame)
    i--;
  return list->stretch[i].position + (double)(frame - list->stretch[i].start) * list->stretch[i].step;
}

static int64_t
in_steps (int64_t frame, double step)
{
  return frame == INT64_MAX ? frame : llround ((double)frame / step);
}

/* Under the lock, given back meanwhile.  A mixer for what is wished now goes to the first ring of a fresh session,
 * else to the second one. */
static void
begin_lane (SbPlayer *p, bool next)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSource) source = sb_source_ref (p->source);
  const SbListening listening = p->listening;
  const int rate = p->session_rate;
  SbMixing mixing = {listening.left, listening.right, listening.muted_channels, p->loop, p->loop_from, p->loop_to,
                     p->play_to};
  const int64_t wished = next ? p->wish_position : p->play_from;
  double step = 1;
  p->changing = p->fresh = false;
  pthread_mutex_unlock (&p->lock);
  g_autoptr (SbSource) chain = sb_listening_wrap (&listening, source, rate, &step, &error);
  pthread_mutex_lock (&p->lock);
  if (!chain) {
    sb_player_fail_source (p, error ? error->message : "The recording cannot be played.");
    p->failed = true;
    return;
  }
  const int64_t at = next ? sb_lanes_prepare (p->lanes) : 0;
  const int64_t from = wished >= 0 ? in_steps (wished, step) : llround (position_at (&p->heard, at) / step);
  mixing.loop_from = in_steps (mixing.loop_from, step);
  mixing.loop_to = in_steps (mixing.loop_to, step);
  mixing.end = in_steps (mixing.end, step);
  sb_mixer_free (p->mixer[next]);
  p->mixer[next] = sb_mixer_new (chain, from, &mixing);
  p->step[next] = step;
  p->over[next] = false;
  p->under_way = next;
  p->published = false;
  p->coming.n = 0;
}

/* From now on the second ring's frames are the ones that count. */
static void
publish (SbPlayer *p)
{
  const int64_t at = p->coming.n ? p->coming.stretch[0].start : sb_lanes_reach (p->lanes, true);
  while (p->heard.n > 1 && p->heard.stretch[p->heard.n - 1].start >= at)
    p->heard.n--;
  for (int i = 0; i < p->coming.n; i++)
    add_stretch (&p->heard, p->coming.stretch[i].start, p->coming.stretch[i].position, p->coming.stretch[i].step);
  p->published = true;
  if (!p->changing)
    p->seek_position = -1;
  p->n_crossfades++;
  sb_lanes_publish (p->lanes);
}

static void
settle (SbPlayer *p)
{
  if (!p->published || !sb_lanes_is_settled (p->lanes))
    return;
  sb_mixer_free (p->mixer[0]);
  p->mixer[0] = g_steal_pointer (&p->mixer[1]);
  p->step[0] = p->step[1];
  p->over[0] = p->over[1];
  p->under_way = p->published = false;
}

/* Under the lock, given back for the read.  One block into a ring. */
static void
feed (SbPlayer *p, bool next, int64_t n)
{
  g_autoptr (GError) error = NULL;
  int64_t position = 0;
  bool jumped = false;
  pthread_mutex_unlock (&p->lock);
  const int64_t made = sb_mixer_render (p->mixer[next], p->block, n, &position, &jumped, &error);
  pthread_mutex_lock (&p->lock);
  if (made < 0) {
    sb_player_fail_source (p, error ? error->message : "The recording cannot be read any further.");
    p->failed = true;
    pthread_cond_broadcast (&p->changed);
  } else if (made == 0) {
    sb_lanes_end (p->lanes, next);
    p->over[next] = true;
  } else {
    SbStretches *list = next && !p->published ? &p->coming : &p->heard;
    if (jumped && (next == p->under_way || !p->published))
      add_stretch (list, sb_lanes_reach (p->lanes, next), (double)position * p->step[next], p->step[next]);
    sb_lanes_write (p->lanes, next, p->block, made);
  }
}

/* One block to the ring that needs it most; false when both hold enough. */
static bool
feed_what_is_due (SbPlayer *p)
{
  const int64_t ahead = frames_ahead (p), due = sb_lanes_now (p->lanes) + ahead;
  int64_t missing[2] = {0, 0};
  for (int i = 0; i <= p->under_way; i++)
    missing[i] = p->over[i] ? 0 : due - sb_lanes_reach (p->lanes, i);
  /* the first one is only kept going, not filled, while the second is made */
  if (p->under_way)
    missing[0] -= ahead - MIN (ahead, frames_to_publish (p));
  const bool next = missing[1] > 0 && missing[0] <= 0;
  if (missing[next] <= 0)
    return false;
  feed (p, next, MIN (missing[next], BLOCK_FRAMES));
  return true;
}

/* One change after the other must not eat up what is queued. */
static bool
first_is_safe (SbPlayer *p)
{
  return p->over[0] || sb_lanes_reach (p->lanes, false) - sb_lanes_now (p->lanes) >= frames_ahead (p) / 2;
}

static void
tend_session (SbPlayer *p)
{
  settle (p);
  if (p->fresh)
    begin_lane (p, false);
  else if (p->changing && !p->under_way && p->prefilled && first_is_safe (p))
    begin_lane (p, true);
  if (p->failed)
    return;
  const bool busy = feed_what_is_due (p);
  if (p->failed)
    return;
  if (p->under_way && !p->published &&
      (p->over[1] || sb_lanes_reach (p->lanes, true) - sb_lanes_now (p->lanes) >= frames_to_publish (p)))
    publish (p);
  p->ended = p->over[p->under_way] && !p->changing && (!p->under_way || p->published);
  if (!busy && !p->prefilled) {
    p->prefilled = true;
    pthread_cond_broadcast (&p->changed);
  }
  if (!busy)
    sb_player_wait_ms (p, p->under_way ? 1 : 5);
}

void *
sb_player_run_feeder (void *data)
{
  SbPlayer *p = data;
  pthread_setname_np (pthread_self (), "sb-feeder");
  setpriority (PRIO_PROCESS, 0, FIRST_NICE); /* this thread only, and only where the system allows it */
  pthread_mutex_lock (&p->lock);
  while (!p->quit) {
    if (p->session && !p->failed) {
      p->feeder_idle = false;
      tend_session (p);
      continue;
    }
    for (int i = 0; i < 2; i++)
      g_clear_pointer (&p->mixer[i], sb_mixer_free);
    p->under_way = p->published = false;
    p->feeder_idle = true;
    pthread_cond_broadcast (&p->changed);
    pthread_cond_wait (&p->changed, &p->lock);
  }
  for (int i = 0; i < 2; i++)
    g_clear_pointer (&p->mixer[i], sb_mixer_free);
  p->feeder_idle = true;
  pthread_cond_broadcast (&p->changed);
  pthread_mutex_unlock (&p->lock);
  return NULL;
}
