/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Playback: a feeder thread reads blocks of the current source into a
 * lock-free ring, the device callback reads the ring.  Another source, seek,
 * loop or way of listening is a 10 ms raised-cosine crossfade between two
 * rings, begun as soon as the new one is ready; outside crossfades the sound is
 * bit-identical to the source.
 * What cannot be said at once by a device that hangs is said by take_problem().
 *
 * The output is stereo: one channel to both ears, two as they are, 5.1 (six
 * channels: L R C LFE Ls Rs) by ITU-R BS.775 without the LFE, any other number
 * with the 1st, 3rd, 5th … averaged to the left and the 2nd, 4th … to the
 * right; or a chosen pair.  Samples that are not finite play as 0.
 * A device that refuses the recording's rate gets it resampled.
 * All positions are frames of the recording, however it is listened to.
 * Every call returns at once; Thread: UI (one controlling thread).  Blocks: no. */
#pragma once
#include "audio/sb-sink.h"
#include "audio/sb-source.h"
#include "document/sb-listening.h"

typedef struct SbPlayer SbPlayer;

SbPlayer *sb_player_new (SbSink *sink); /* takes the sink */
void sb_player_free (SbPlayer *player); /* Blocks: until device and feeder ended (short) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbPlayer, sb_player_free)

/* Recording changed: stops.  A source of the same rate, channels and length: crossfades in place. NULL: nothing to
 * play. */
void sb_player_set_source (SbPlayer *player, SbSource *source);
void sb_player_play (SbPlayer *player, int64_t from_frame);
/* Stops by itself at to_frame, with a fade of 10 ms before it. */
void sb_player_play_span (SbPlayer *player, int64_t from_frame, int64_t to_frame);
void sb_player_stop (SbPlayer *player);
void sb_player_seek (SbPlayer *player, int64_t frame);
void sb_player_set_loop (SbPlayer *player, bool on, int64_t from_frame, int64_t to_frame);
void sb_player_set_volume (SbPlayer *player, double gain); /* 1: bit-identical */
void sb_player_set_listening (SbPlayer *player, const SbListening *listening);

bool sb_player_is_playing (const SbPlayer *player); /* true from play() until stopped, ended or failed */
int64_t sb_player_position (const SbPlayer *player); /* the frame heard now (device latency taken off) */
/* Peak |sample| since the last call, per output channel (left, right). */
void sb_player_take_peaks (SbPlayer *player, float peaks[2]);
/* Newly allocated sentence once after a failure ("No sound device …"), else NULL; it is of what was played last. */
char *sb_player_take_problem (SbPlayer *player);
/* Whether the last failure was of what is played, not of the device. */
bool sb_player_source_failed (const SbPlayer *player);

/* ---- the device ---- */
/* device: a name of the list, NULL the system's default; latency_s 0: the usual 20 ms.  Takes effect at once. */
void sb_player_set_output (SbPlayer *player, const char *device, double latency_s);
/* Looking for devices takes up to 0.2 s: ask, and take the list (of char*, may be empty) when it is there, else
 * NULL. */
void sb_player_look_for_devices (SbPlayer *player);
GPtrArray *sb_player_take_devices (SbPlayer *player);

/* ---- what happened since the player was made ---- */
typedef struct {
  uint64_t callbacks;
  uint64_t underruns;      /* callbacks that found too little */
  int64_t missing_frames;  /* in them */
  uint64_t crossfades;     /* edits, seeks, other sources */
  int64_t block_frames;    /* largest that the device asked for at once */
  double device_latency_s; /* as the device says */
  int rate;                /* of the device */
} SbPlayerCounts;
SbPlayerCounts sb_player_counts (const SbPlayer *player);
uint64_t sb_player_n_underruns (const SbPlayer *player);
