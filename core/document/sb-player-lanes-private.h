/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two rings between the feeder and the device callback, so that what changes
 * is heard at once although much is queued: the feeder fills the second ring
 * from the frame that the device is at, the callback fades into it as soon as
 * it is ready, and what the first still held is dropped.
 *
 *   first   ▓▓▓▓▓▓▓╲░░░░░░░      200 ms ahead, so that a busy machine has time
 *                   ╲            raised cosine, w and 1 − w
 *   second          ╱▓▓▓▓▓▓▓▓    becomes the first
 *
 * Equal frames in both leave the fade bit for bit as they were.  A session's
 * frames are counted from 0, silence of an underrun left out.
 * One feeder, one callback; C11 atomics, no lock. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct SbLanes SbLanes;

SbLanes *sb_lanes_new (int64_t capacity_frames);
void sb_lanes_free (SbLanes *lanes);
/* A new session.  Thread: any, while neither side runs. */
void sb_lanes_begin (SbLanes *lanes, int64_t fade_frames);

/* Session frames given to the device so far.  Thread: any. */
int64_t sb_lanes_now (const SbLanes *lanes);

/* ---- Thread: feeder.  `next` means the second ring, else the first ---- */
/* False from prepare() until the callback has faded into what was published; the call notices that. */
bool sb_lanes_is_settled (SbLanes *lanes);
/* Empties the second ring; its first frame is the session frame that is due now, which is returned. */
int64_t sb_lanes_prepare (SbLanes *lanes);
void sb_lanes_publish (SbLanes *lanes);
/* How far a ring reaches, as a session frame. */
int64_t sb_lanes_reach (const SbLanes *lanes, bool next);
/* out of frames: float[n][2]; returns what fitted. */
int64_t sb_lanes_write (SbLanes *lanes, bool next, const float *frames, int64_t n);
/* Nothing follows what was written: silence after it is no underrun. */
void sb_lanes_end (SbLanes *lanes, bool next);

/* ---- Thread: device callback ---- */
/* out: float[n][2], filled whole; *short_of tells frames that should have been there. */
int64_t sb_lanes_render (SbLanes *lanes, float *out, int64_t n, int64_t *short_of);
