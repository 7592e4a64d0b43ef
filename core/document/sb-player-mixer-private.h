/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The frames that follow each other in one ring: reads of a source, mixed down
 * to two channels; a loop's jump back is a 10 ms raised-cosine crossfade between
 * two reads, a span that ends before the recording does fades out.  Elsewhere
 * the output is the source bit for bit (mono to both ears, more channels mixed
 * down as sb-player.h says); samples that are not finite play as 0.  Another
 * source or position is another mixer (see sb-player-lanes-private.h).  Knows
 * no threads: the feeder owns it. */
#pragma once
#include "audio/sb-source.h"

typedef struct SbMixer SbMixer;

typedef struct {
  int left, right;         /* −1: by the rule */
  uint64_t muted_channels; /* bits */
  bool loop;
  int64_t loop_from, loop_to; /* frames of the source */
  int64_t end;                /* where playing stops; INT64_MAX: at the source's end */
} SbMixing;

/* References the source. */
SbMixer *sb_mixer_new (SbSource *source, int64_t from_frame, const SbMixing *mixing);
void sb_mixer_free (SbMixer *mixer); /* NULL is fine */

/* The next n frames at most, in stretches: a stretch ends where a crossfade
 * begins or ends.  out: float[n][2].  Returns the frames made, 0 at the end,
 * −1 after a failed read.  *position is the source frame of the first one,
 * *jumped says that it doesn't follow from the stretch before. */
int64_t sb_mixer_render (SbMixer *mixer, float *out, int64_t n, int64_t *position, bool *jumped, GError **error);
