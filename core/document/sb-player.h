/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Playback: a feeder thread reads blocks of the current source into a
 * lock-free ring, the device callback reads the ring.  Another source, seek or
 * loop is a 10 ms raised-cosine crossfade between two reads; outside
 * crossfades the sound is bit-identical to the source.
 * What cannot be said at once by a device that hangs is said by take_problem().
 *
 * The output is stereo: one channel to both ears, two as they are, 5.1 (six
 * channels: L R C LFE Ls Rs) by ITU-R BS.775 without the LFE, any other number
 * with the 1st, 3rd, 5th … averaged to the left and the 2nd, 4th … to the
 * right.  Samples that are not finite play as 0.
 * Every call returns at once; Thread: UI (one controlling thread).  Blocks: no. */
#pragma once
#include "audio/sb-sink.h"
#include "audio/sb-source.h"

typedef struct SbPlayer SbPlayer;

SbPlayer *sb_player_new (SbSink *sink); /* takes the sink */
void sb_player_free (SbPlayer *player); /* Blocks: until device and feeder ended (short) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbPlayer, sb_player_free)

/* Recording changed: stops.  A source of the same rate, channels and length: crossfades in place. NULL: nothing to play. */
void sb_player_set_source (SbPlayer *player, SbSource *source);
void sb_player_play (SbPlayer *player, int64_t from_frame);
void sb_player_stop (SbPlayer *player);
void sb_player_seek (SbPlayer *player, int64_t frame);
void sb_player_set_loop (SbPlayer *player, bool on, int64_t from_frame, int64_t to_frame);
void sb_player_set_volume (SbPlayer *player, double gain); /* 1: bit-identical */

bool sb_player_is_playing (const SbPlayer *player); /* true from play() until stopped, ended or failed */
int64_t sb_player_position (const SbPlayer *player); /* the frame heard now (device latency taken off) */
/* Peak |sample| since the last call, per output channel (left, right). */
void sb_player_take_peaks (SbPlayer *player, float peaks[2]);
/* Newly allocated sentence once after a failure ("No sound device …"), else NULL. */
char *sb_player_take_problem (SbPlayer *player);
uint64_t sb_player_n_underruns (const SbPlayer *player);
