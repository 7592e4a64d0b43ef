/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of a waveform share: sb-waveform.c (life, reading) and
 * sb-waveform-jobs.c (computing).  Under one mutex. */
#pragma once
#include "view/sb-waveform.h"
#include <math.h>
#include <pthread.h>

#define SB_WAVE_CHUNK_FRAMES (1 << 18) /* a job: a few ms */
#define SB_WAVE_STEPS 4096.0f          /* a whole: levels are kept for −8 … 8 */
#define SB_WAVE_MAX_LEVELS 40

typedef struct {
  float min, max;
} SbWaveRange;

typedef struct {
  int16_t min, max; /* in steps, rounded outwards; min > max: unknown */
} SbWaveCell;

struct SbWaveform {
  /* immutable */
  SbPool *pool; /* may be NULL */
  SbWaveform *below;
  int64_t n_frames, n_blocks, n_chunks;
  double rate;
  int n_levels, max_tickets;
  int64_t block_frames, chunk_blocks;

  pthread_mutex_t lock;
  /* under the lock */
  SbSource *source;
  uint32_t revision;
  SbWaveCell *levels[SB_WAVE_MAX_LEVELS]; /* level 0: a block each */
  uint32_t *need, *done, *busy;           /* a chunk each */
  int64_t centre;                         /* chunk looked at */
  SbWaveRange *strip;                     /* strip_per frames each */
  int64_t strip_from, strip_n, strip_per; /* frames there */
  int64_t stale_from, stale_to;           /* of these, what has changed since it was read; empty: from ≥ to */
  int64_t wish_from, wish_n;              /* frames asked for; 0: none */
  bool strip_busy, closing;
  int64_t changed_from, changed_to; /* frames not told yet; empty: from ≥ to */
  int tickets;
  int64_t told_at_us;
  SbWaveformFunc notify;
  void *notify_data;
};

#define SB_WAVE_NOTHING ((SbWaveRange){INFINITY, -INFINITY})

/* No end of a range is NaN, so plain comparisons do (fminf is a call). */
static inline SbWaveRange
sb_wave_join (SbWaveRange a, SbWaveRange b)
{
  return (SbWaveRange){b.min < a.min ? b.min : a.min, b.max > a.max ? b.max : a.max};
}

static inline SbWaveCell
sb_wave_cell_of (SbWaveRange range)
{
  if (range.min > range.max)
    return (SbWaveCell){1, 0};
  return (SbWaveCell){(int16_t) CLAMP (floorf (range.min * SB_WAVE_STEPS), -32768.0f, 32767.0f),
                      (int16_t) CLAMP (ceilf (range.max * SB_WAVE_STEPS), -32768.0f, 32767.0f)};
}

static inline int64_t
sb_waveform_level_blocks (const SbWaveform *w, int level)
{
  return (w->n_blocks + ((int64_t) 1 << level) - 1) >> level;
}

static inline void
sb_waveform_note_change (SbWaveform *w, int64_t from, int64_t to)
{
  w->changed_from = w->changed_from < w->changed_to ? MIN (w->changed_from, from) : from;
  w->changed_to = MAX (w->changed_to, to);
}

/* Starts a worker if there is work.  Not under the lock. */
void sb_waveform_kick (SbWaveform *w);
