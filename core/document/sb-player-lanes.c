/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-player-lanes-private.h.  Who owns a ring's reading end:
 *
 *   prepare ─────► feeder ── publish ──► callback ── fade done: pending = −1 ──► feeder (the other ring)
 *
 * so a ring is emptied by the feeder only while the callback cannot see it. */
#include "document/sb-player-lanes-private.h"
#include "base/sb-ring.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#define CHUNK_FRAMES 256
#define NO_END       INT64_MAX

typedef struct {
  SbRing *ring;
  int64_t at;      /* session frame of the next unread one; its reader's */
  int64_t written; /* session frame after the last written; the feeder's */
  _Atomic int64_t end;
} Lane;

struct SbLanes {
  Lane lane[2];
  /* immutable during a session */
  float *weights; /* [fade_frames] */
  int64_t fade_frames;
  /* feeder */
  int first;
  bool preparing, published;
  /* callback */
  int current, fading_to; /* −1: none */
  int64_t fade_done;
  float other[2 * CHUNK_FRAMES];
  /* atomic */
  atomic_int pending; /* −1: none; the feeder sets it, the callback clears it */
  _Atomic int64_t now;
};

SbLanes *
sb_lanes_new (int64_t capacity_frames)
{
  SbLanes *lanes = g_new0 (SbLanes, 1);
  for (int i = 0; i < 2; i++)
    lanes->lane[i].ring = sb_ring_new (2, capacity_frames);
  sb_lanes_begin (lanes, 1);
  return lanes;
}

void
sb_lanes_free (SbLanes *lanes)
{
  if (!lanes)
    return;
  for (int i = 0; i < 2; i++)
    sb_ring_free (lanes->lane[i].ring);
  g_free (lanes->weights);
  g_free (lanes);
}

void
sb_lanes_begin (SbLanes *lanes, int64_t fade_frames)
{
  g_free (lanes->weights);
  lanes->weights = g_new (float, (gsize)fade_frames);
  lanes->fade_frames = fade_frames;
  for (int64_t i = 0; i < fade_frames; i++)
    lanes->weights[i] = (float)(0.5 - 0.5 * cos (G_PI * ((double)i + 0.5) / (double)fade_frames));
  for (int i = 0; i < 2; i++) {
    sb_ring_drain (lanes->lane[i].ring);
    lanes->lane[i].at = lanes->lane[i].written = 0;
    atomic_store (&lanes->lane[i].end, NO_END);
  }
  lanes->first = lanes->current = 0;
  lanes->preparing = lanes->published = false;
  lanes->fading_to = -1;
  atomic_store (&lanes->pending, -1);
  atomic_store (&lanes->now, 0);
}

int64_t
sb_lanes_now (const SbLanes *lanes)
{
  return atomic_load_explicit (&((SbLanes *)lanes)->now, memory_order_acquire);
}

/* ---- feeder ---- */

bool
sb_lanes_is_settled (SbLanes *lanes)
{
  if (lanes->published && atomic_load_explicit (&lanes->pending, memory_order_acquire) < 0) {
    lanes->first = 1 - lanes->first;
    lanes->published = false;
  }
  return !lanes->preparing && !lanes->published;
}

int64_t
sb_lanes_prepare (SbLanes *lanes)
{
  Lane *lane = &lanes->lane[1 - lanes->first];
  sb_ring_drain (lane->ring);
  lane->at = lane->written = sb_lanes_now (lanes);
  atomic_store_explicit (&lane->end, NO_END, memory_order_relaxed);
  lanes->preparing = true;
  return lane->at;
}

void
sb_lanes_publish (SbLanes *lanes)
{
  lanes->preparing = false;
  lanes->published = true;
  atomic_store_explicit (&lanes->pending, 1 - lanes->first, memory_order_release);
}

static Lane *
lane_of (const SbLanes *lanes, bool next)
{
  return (Lane *)&lanes->lane[next ? 1 - lanes->first : lanes->first];
}

int64_t
sb_lanes_reach (const SbLanes *lanes, bool next)
{
  return lane_of (lanes, next)->written;
}

int64_t
sb_lanes_write (SbLanes *lanes, bool next, const float *frames, int64_t n)
{
  Lane *lane = lane_of (lanes, next);
  n = sb_ring_write (lane->ring, frames, n);
  lane->written += n;
  return n;
}

void
sb_lanes_end (SbLanes *lanes, bool next)
{
  Lane *lane = lane_of (lanes, next);
  atomic_store_explicit (&lane->end, lane->written, memory_order_release);
}

/* ---- callback ---- */

/* Frames that can be had without waiting: past its end a lane is silent for ever. */
static int64_t
lane_ready (Lane *lane, int64_t n)
{
  const int64_t end = atomic_load_explicit (&lane->end, memory_order_acquire);
  const int64_t readable = sb_ring_readable (lane->ring);
  return lane->at + readable >= end ? n : MIN (n, readable);
}

static void
lane_take (Lane *lane, float *out, int64_t n)
{
  const int64_t got = sb_ring_read (lane->ring, out, n);
  memset (out + 2 * got, 0, (size_t)(2 * (n - got)) * sizeof (float));
  lane->at += n;
}

/* Brings a published lane to the frame that is due; false while it has too little beyond that. */
static bool
catch_up (SbLanes *lanes, int which, int64_t now, int64_t n)
{
  Lane *lane = &lanes->lane[which];
  const int64_t wanted = now - lane->at + n;
  if (lane_ready (lane, wanted) < wanted)
    return false;
  while (lane->at < now)
    lane_take (lane, lanes->other, MIN (CHUNK_FRAMES, now - lane->at));
  return true;
}

static int64_t
render_fade (SbLanes *lanes, float *out, int64_t n)
{
  Lane *from = &lanes->lane[lanes->current], *to = &lanes->lane[lanes->fading_to];
  n = MIN (MIN (n, CHUNK_FRAMES), lanes->fade_frames - lanes->fade_done);
  n = lane_ready (from, lane_ready (to, n));
  lane_take (from, out, n);
  lane_take (to, lanes->other, n);
  const float *w = lanes->weights + lanes->fade_done;
  for (int64_t i = 0; i < 2 * n; i++)
    out[i] += w[i / 2] * (lanes->other[i] - out[i]);
  lanes->fade_done += n;
  if (lanes->fade_done == lanes->fade_frames) {
    lanes->current = lanes->fading_to;
    lanes->fading_to = -1;
    atomic_store_explicit (&lanes->pending, -1, memory_order_release);
  }
  return n;
}

int64_t
sb_lanes_render (SbLanes *lanes, float *out, int64_t n, int64_t *short_of)
{
  const int64_t now = atomic_load_explicit (&lanes->now, memory_order_relaxed);
  int64_t done = 0;
  if (lanes->fading_to < 0) {
    const int pending = atomic_load_explicit (&lanes->pending, memory_order_acquire);
    if (pending >= 0 && catch_up (lanes, pending, now, n)) {
      lanes->fading_to = pending;
      lanes->fade_done = 0;
    }
  }
  while (done < n) {
    Lane *current = &lanes->lane[lanes->current];
    int64_t made;
    if (lanes->fading_to >= 0)
      made = render_fade (lanes, out + 2 * done, n - done);
    else {
      made = sb_ring_read (current->ring, out + 2 * done, n - done);
      current->at += made;
    }
    if (made == 0)
      break;
    done += made;
  }
  memset (out + 2 * done, 0, (size_t)(2 * (n - done)) * sizeof (float));
  Lane *current = &lanes->lane[lanes->current];
  const bool over = current->at >= atomic_load_explicit (&current->end, memory_order_acquire);
  *short_of = over ? 0 : n - done;
  atomic_store_explicit (&lanes->now, now + done, memory_order_release);
  return done;
}
