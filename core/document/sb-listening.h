/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a recording is listened to: slowed down, pitched down, one band alone,
 * which channels.  Built as sources over the document's own, so that the ear
 * hears what screen and export read.  Thread: any. */
#pragma once
#include "audio/sb-source.h"

typedef struct {
  double slow;             /* 1: as it is; 2 … 20: time expansion, 0.1 … 1 faster */
  double heterodyne_hz;    /* 0: off; else this frequency is moved to 0 */
  double low_hz, high_hz;  /* hear only this band; high ≤ low: all */
  int left, right;         /* a chosen pair of channels, from 0; −1: the rule of sb-player.h */
  uint64_t muted_channels; /* bit c: channel c is not heard */
} SbListening;

#define SB_LISTENING_PLAIN ((SbListening){1, 0, 0, 0, -1, -1, 0})
#define SB_LISTENING_RATE  48000 /* where the recording's own rate cannot or need not be kept */

bool sb_listening_equal (const SbListening *a, const SbListening *b);
/* Whether the frames played are the source's own, one for one. */
bool sb_listening_keeps_frames (const SbListening *listening);
/* The source that is played on a device of that rate.  *step: frames of `source` a frame of the new one.
 * Blocks: plans FFTs where a band is chosen. */
SbSource *sb_listening_wrap (const SbListening *listening, SbSource *source, int device_rate, double *step,
                             GError **error);
