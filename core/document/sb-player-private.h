/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The player's fields, for the files that implement it:
 *
 *   caller (UI)      sb-player.c          leaves wishes under the lock, returns at once
 *   control          sb-player-control.c  the only one that calls the sink: start, stop, watchdog
 *   feeder           sb-player-feeder.c   reads the source into the rings, 200 ms ahead of the device
 *   device callback  sb-player-feeder.c   takes from the rings; atomics only
 *
 * A session lasts from a play() to the stop, end or failure. */
#pragma once
#include "document/sb-player-lanes-private.h"
#include "document/sb-player-mixer-private.h"
#include "document/sb-player.h"

#include <pthread.h>
#include <stdatomic.h>

#define SB_PLAYER_FADE_S       0.010
#define SB_PLAYER_CALL_NS      INT64_C (800000000) /* a device that takes longer to start does not answer */
#define SB_PLAYER_MOST_STRETCHES 64

extern const char sb_player_stalled_text[];

/* Frames that follow each other in the recording, `step` of them a frame played. */
typedef struct {
  int64_t start; /* session frame */
  double position, step;
} SbStretch;

typedef struct {
  SbStretch stretch[SB_PLAYER_MOST_STRETCHES];
  int n;
} SbStretches;

struct SbPlayer {
  /* immutable */
  SbSink *sink;
  SbLanes *lanes;
  pthread_t control, feeder;

  /* under the lock */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool quit;
  SbSource *source;
  SbListening listening;
  bool loop;
  int64_t loop_from, loop_to, play_to;
  bool want; /* what is_playing() tells */
  uint64_t request, handled;
  int64_t play_from;
  bool changing;         /* the running session is to go on with what stands above … */
  int64_t wish_position; /* … from here; −1: where it is */
  bool session, fresh, feeder_idle, prefilled, ended, failed;
  int session_rate, n_refused; /* rates tried and refused */
  SbStretches heard, coming;   /* of the first ring and of one in preparation */
  int64_t heard_most, rest_position;
  int64_t seek_position; /* not heard yet; −1: none */
  char *problem; /* never while `want` */
  bool source_failed; /* it was the last failure: not the device, but what it was to play */
  char *device;
  double latency_s;
  bool output_changed, look_for_devices;
  GPtrArray *devices;
  int64_t device_call_since_ns; /* 0: not in one */
  uint64_t n_crossfades;

  /* feeder only; [1] is the second ring's */
  SbMixer *mixer[2];
  double step[2];
  bool over[2];
  bool under_way, published;
  float block[2 * 1024];

  /* callback only, reset between sessions */
  float gain;

  /* atomic */
  atomic_bool hush, hushed;
  atomic_uint volume; /* bits of a float */
  atomic_int_fast64_t callback_ns, callback_frames, most_callback_frames, latency_frames, n_missing;
  atomic_uint_fast64_t n_underruns, n_callbacks;
  atomic_uint peaks[2]; /* bits of floats ≥ 0, which order as the floats do */
};

int64_t sb_player_now_ns (void);
/* Under the lock. */
void sb_player_wait_ms (SbPlayer *player, int ms);
int64_t sb_player_position_now (SbPlayer *player);
void sb_player_fail (SbPlayer *player, const char *text);
void sb_player_fail_source (SbPlayer *player, const char *text);
int sb_player_rate (const SbPlayer *player); /* that the device is asked for */

void *sb_player_run_feeder (void *player);
void *sb_player_run_control (void *player);
void sb_player_render (void *player, float *out, int64_t n_frames); /* Thread: device callback */
