/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the feeder plays next: one read of a source, or two during the 10 ms in
 * which one becomes the other.
 *
 *      old  ▔▔▔▔╲              old and new are read at their own positions;
 *                ╲             the weights are a raised cosine, w and 1 − w
 *      new        ╲▁▁▁▁
 *
 * Outside crossfades the output is the source bit for bit (mono to both ears,
 * more channels mixed down as sb-player.h says); samples that are not finite
 * play as 0.  Knows no threads: the feeder owns it. */
#pragma once
#include "audio/sb-source.h"

typedef struct SbMixer SbMixer;

/* References the source. */
SbMixer *sb_mixer_new (SbSource *source, int64_t from_frame);
void sb_mixer_free (SbMixer *mixer);
/* Crossfades to another source and/or position.  source NULL: the same; position
 * −1: where it is.  While a crossfade runs only the newest wish waits. */
void sb_mixer_change (SbMixer *mixer, SbSource *source, int64_t position);
void sb_mixer_set_loop (SbMixer *mixer, bool on, int64_t from_frame, int64_t to_frame);

/* The next n frames at most, in stretches: a stretch ends where a crossfade
 * begins or ends.  out: float[n][2].  Returns the frames made, 0 at the end of
 * the recording, −1 after a failed read.  *position is the source frame of the
 * first one, *jumped says that it doesn't follow from the stretch before. */
int64_t sb_mixer_render (SbMixer *mixer, float *out, int64_t n, int64_t *position, bool *jumped, GError **error);
