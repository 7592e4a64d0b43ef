/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Filling a waveform.  A job fills a chunk of blocks; while zoomed in further,
 * the samples in sight are read into a strip of their own, at most 2^18 ranges,
 * of which a stroke has only what it changes read again; taps take what somebody
 * else reads anyway.  Thread: worker. */
#include "dsp/sb-kernel.h"
#include "view/sb-waveform-private.h"
#include <stdlib.h>
#include <string.h>

#define READ_FLOATS (1 << 18)
#define STRIP_RANGES (1 << 18)
#define WAVE_PRIORITY 110.0 /* after the sweep, which fills most of it on the way */
#define TELL_US 30000

static void tell (SbWaveform *w, bool at_once);

/* ---- computing ---- */

/* range ← range and x[n].  Comparisons with NaN are false: it shows as nothing. */
SB_KERNEL static void
widen (SbWaveRange *range, const float *restrict x, int64_t n)
{
  enum { LANES = 16 };
  float min[LANES], max[LANES];
  int64_t i = 0;
  for (int lane = 0; lane < LANES; lane++) {
    min[lane] = range->min;
    max[lane] = range->max;
  }
  for (; i + LANES <= n; i += LANES)
    for (int lane = 0; lane < LANES; lane++) {
      min[lane] = x[i + lane] < min[lane] ? x[i + lane] : min[lane];
      max[lane] = x[i + lane] > max[lane] ? x[i + lane] : max[lane];
    }
  for (; i < n; i++) {
    min[0] = x[i] < min[0] ? x[i] : min[0];
    max[0] = x[i] > max[0] ? x[i] : max[0];
  }
  for (int lane = 0; lane < LANES; lane++)
    *range = sb_wave_join (*range, (SbWaveRange){min[lane], max[lane]});
}

/* Ranges of `per` frames each over frames [from, from + n·per); what can't be read is left unknown. */
static void
compute (SbSource *source, int64_t from, int64_t n, int64_t per, SbWaveRange *out)
{
  int channels = sb_source_channels (source);
  int64_t n_frames = sb_source_n_frames (source);
  int64_t step = MAX (1, READ_FLOATS / channels / per) * per;
  float *frames = malloc ((size_t) (step * channels) * sizeof *frames);
  for (int64_t i = 0; i < n; i++)
    out[i] = SB_WAVE_NOTHING;
  for (int64_t done = 0; frames && done < n * per; done += step) {
    int64_t pos = from + done;
    int64_t count = MIN (MIN (step, n * per - done), n_frames - pos);
    if (count <= 0 || !sb_source_read (source, pos, count, frames, NULL))
      continue;
    for (int64_t i = 0; i < count; i += per)
      widen (&out[(done + i) / per], frames + i * channels, MIN (per, count - i) * channels);
  }
  free (frames);
}

/* Blocks of a chunk from the waveform below; false: not known there. */
static bool
copy_from_below (SbWaveform *below, int64_t chunk, int64_t n, SbWaveCell *out)
{
  pthread_mutex_lock (&below->lock);
  bool known = below->done[chunk] >= below->need[chunk];
  if (known)
    memcpy (out, below->levels[0] + chunk * below->chunk_blocks, (size_t) n * sizeof *out);
  pthread_mutex_unlock (&below->lock);
  return known;
}

static void put_chunk (SbWaveform *w, int64_t chunk, const SbWaveCell *cells, uint32_t revision);
static void do_chunk (SbWaveform *w, SbSource *source, int64_t chunk, uint32_t revision);

static void
fill_below (SbWaveform *below, int64_t chunk)
{
  pthread_mutex_lock (&below->lock);
  g_autoptr (SbSource) source = sb_source_ref (below->source);
  uint32_t revision = below->revision;
  below->busy[chunk] = below->need[chunk];
  pthread_mutex_unlock (&below->lock);
  do_chunk (below, source, chunk, revision);
}

static void
do_chunk (SbWaveform *w, SbSource *source, int64_t chunk, uint32_t revision)
{
  int64_t first = chunk * w->chunk_blocks, n = MIN (w->chunk_blocks, w->n_blocks - first);
  int64_t frames = MIN (n * w->block_frames, w->n_frames - first * w->block_frames);
  g_autofree SbWaveCell *cells = g_new0 (SbWaveCell, (gsize) n); /* silence */
  SbSpanKind kind = sb_source_span (source, first * w->block_frames, frames);
  bool there = kind == SB_SPAN_SILENT;
  if (kind == SB_SPAN_BELOW && w->below) {
    there = copy_from_below (w->below, chunk, n, cells);
    if (!there) { /* once for both */
      fill_below (w->below, chunk);
      there = copy_from_below (w->below, chunk, n, cells);
    }
  }
  if (!there) {
    g_autofree SbWaveRange *ranges = g_new (SbWaveRange, (gsize) n);
    compute (source, first * w->block_frames, n, w->block_frames, ranges);
    for (int64_t i = 0; i < n; i++)
      cells[i] = sb_wave_cell_of (ranges[i]);
  }

  put_chunk (w, chunk, cells, revision);
}

static SbWaveCell
join_cells (SbWaveCell a, SbWaveCell b)
{
  if (a.min > a.max || b.min > b.max)
    return a.min > a.max ? b : a;
  return (SbWaveCell){MIN (a.min, b.min), MAX (a.max, b.max)};
}

static bool
same_cell (SbWaveCell a, SbWaveCell b)
{
  return a.min == b.min && a.max == b.max;
}

static void
put_chunk (SbWaveform *w, int64_t chunk, const SbWaveCell *cells, uint32_t revision)
{
  int64_t first = chunk * w->chunk_blocks, n = MIN (w->chunk_blocks, w->n_blocks - first);
  pthread_mutex_lock (&w->lock);
  if (revision > w->done[chunk]) {
    int64_t c0 = 0, c1 = n; /* cells that differ */
    while (c0 < c1 && w->done[chunk] && same_cell (cells[c0], w->levels[0][first + c0]))
      c0++;
    while (c0 < c1 && w->done[chunk] && same_cell (cells[c1 - 1], w->levels[0][first + c1 - 1]))
      c1--;
    if (c0 < c1)
      sb_waveform_note_change (w, (first + c0) * w->block_frames, MIN ((first + c1) * w->block_frames, w->n_frames));
    memcpy (w->levels[0] + first, cells, (size_t) n * sizeof *cells);
    w->done[chunk] = revision;
    for (int level = 1; level < w->n_levels; level++)
      for (int64_t i = first >> level; i <= (first + n - 1) >> level; i++) {
        const SbWaveCell *from = w->levels[level - 1] + 2 * i;
        w->levels[level][i] =
            2 * i + 1 < sb_waveform_level_blocks (w, level - 1) ? join_cells (from[0], from[1]) : from[0];
      }
  }
  pthread_mutex_unlock (&w->lock);
}

/* ---- taps ---- */

struct SbWaveTap {
  SbWaveform *w;
  uint32_t revision;
  int channels;
  int64_t chunk0, chunk1;  /* chunks that lie within the span */
  int64_t from, to, next;  /* their frames; the next to come */
  bool broken;
  bool *mine;              /* a chunk each */
  SbWaveRange *ranges;           /* a block each */
};

SbWaveTap *
sb_wave_tap_new (SbWaveform *w, SbSource *source, int64_t from, int64_t to)
{
  int64_t chunk0 = (MAX (from, 0) + SB_WAVE_CHUNK_FRAMES - 1) / SB_WAVE_CHUNK_FRAMES;
  int64_t chunk1 = to >= w->n_frames ? w->n_chunks : to / SB_WAVE_CHUNK_FRAMES;
  if (chunk1 <= chunk0)
    return NULL;
  bool *mine = g_new0 (bool, (gsize) (chunk1 - chunk0)), any = false;
  pthread_mutex_lock (&w->lock);
  uint32_t revision = w->revision;
  for (int64_t chunk = chunk0; chunk < chunk1 && source == w->source && !w->closing; chunk++)
    if (w->done[chunk] < w->need[chunk] && w->busy[chunk] < w->need[chunk]) {
      w->busy[chunk] = w->need[chunk];
      any = mine[chunk - chunk0] = true;
    }
  pthread_mutex_unlock (&w->lock);
  if (!any) {
    g_free (mine);
    return NULL;
  }
  SbWaveTap *tap = g_new0 (SbWaveTap, 1);
  *tap = (SbWaveTap){.w = w, .revision = revision, .channels = sb_source_channels (source), .chunk0 = chunk0,
                     .chunk1 = chunk1, .from = chunk0 * SB_WAVE_CHUNK_FRAMES, .mine = mine};
  tap->to = MIN (chunk1 * SB_WAVE_CHUNK_FRAMES, w->n_frames);
  tap->next = tap->from;
  int64_t n_blocks = (chunk1 - chunk0) * w->chunk_blocks;
  tap->ranges = g_new (SbWaveRange, (gsize) n_blocks);
  for (int64_t i = 0; i < n_blocks; i++)
    tap->ranges[i] = SB_WAVE_NOTHING;
  return tap;
}

void
sb_wave_tap_frames (SbWaveTap *tap, int64_t pos, int64_t n, const float *frames)
{
  int64_t end = MIN (pos + n, tap->to), block_frames = tap->w->block_frames;
  tap->broken |= pos > tap->next;
  while (!tap->broken && tap->next < end) {
    int64_t block = (tap->next - tap->from) / block_frames;
    int64_t count = MIN (end, tap->from + (block + 1) * block_frames) - tap->next;
    widen (&tap->ranges[block], frames + (tap->next - pos) * tap->channels, count * tap->channels);
    tap->next += count;
  }
}

void
sb_wave_tap_finish (SbWaveTap *tap)
{
  if (!tap)
    return;
  SbWaveform *w = tap->w;
  g_autofree SbWaveCell *cells = g_new (SbWaveCell, (gsize) w->chunk_blocks);
  for (int64_t chunk = tap->chunk0; chunk < tap->chunk1; chunk++) {
    if (!tap->mine[chunk - tap->chunk0])
      continue;
    if (!tap->broken && MIN ((chunk + 1) * SB_WAVE_CHUNK_FRAMES, w->n_frames) <= tap->next) {
      for (int64_t i = 0; i < w->chunk_blocks; i++)
        cells[i] = sb_wave_cell_of (tap->ranges[(chunk - tap->chunk0) * w->chunk_blocks + i]);
      put_chunk (w, chunk, cells, tap->revision);
    } else { /* the waveform's own jobs shall */
      pthread_mutex_lock (&w->lock);
      w->busy[chunk] = 0;
      pthread_mutex_unlock (&w->lock);
    }
  }
  bool broken = tap->broken || tap->next < tap->to;
  g_free (tap->mine);
  g_free (tap->ranges);
  g_free (tap);
  pthread_mutex_lock (&w->lock);
  const bool last = w->tickets == 0; /* no job of the waveform's own comes by any more to tell */
  pthread_mutex_unlock (&w->lock);
  tell (w, last);
  if (broken)
    sb_waveform_kick (w);
}

static void
do_strip (SbWaveform *w, SbSource *source, int64_t from, int64_t n)
{
  int64_t per = 1;
  while (n / per > STRIP_RANGES)
    per *= 2;
  SbWaveRange *strip = g_new (SbWaveRange, (gsize) ((n + per - 1) / per));
  compute (source, from, (n + per - 1) / per, per, strip);
  pthread_mutex_lock (&w->lock);
  SbWaveRange *old = w->strip;
  w->strip = strip;
  w->strip_from = from;
  w->strip_n = n;
  w->strip_per = per;
  w->strip_busy = false;
  sb_waveform_note_change (w, from, from + n);
  pthread_mutex_unlock (&w->lock);
  g_free (old);
}

/* Frames [from, to) of the strip that is there; nobody else changes it meanwhile. */
static void
mend_strip (SbWaveform *w, SbSource *source, int64_t from, int64_t to)
{
  int64_t per = w->strip_per, first = (MAX (from, w->strip_from) - w->strip_from) / per;
  int64_t end = (MIN (to, w->strip_from + w->strip_n) - w->strip_from + per - 1) / per, n = end - first;
  g_autofree SbWaveRange *ranges = g_new (SbWaveRange, (gsize) MAX (n, 1));
  compute (source, w->strip_from + first * per, n, per, ranges);
  pthread_mutex_lock (&w->lock);
  if (n > 0)
    memcpy (w->strip + first, ranges, (size_t) n * sizeof *ranges);
  w->strip_busy = false;
  sb_waveform_note_change (w, from, to);
  pthread_mutex_unlock (&w->lock);
}

/* ---- workers ---- */

static int64_t
pick_chunk (SbWaveform *w)
{
  for (int64_t d = 0; d < w->n_chunks; d++) {
    int64_t candidates[] = {w->centre + d, w->centre - d};
    for (int i = 0; i < 2; i++) {
      int64_t chunk = candidates[i];
      if (chunk >= 0 && chunk < w->n_chunks && w->done[chunk] < w->need[chunk] && w->busy[chunk] < w->need[chunk]) {
        w->busy[chunk] = w->need[chunk];
        return chunk;
      }
    }
  }
  return -1;
}

static void
tell (SbWaveform *w, bool at_once)
{
  SbWaveformFunc notify = NULL;
  pthread_mutex_lock (&w->lock);
  void *data = w->notify_data;
  int64_t now_us = g_get_monotonic_time (), from = w->changed_from, to = w->changed_to;
  if (from < to && (at_once || now_us - w->told_at_us > TELL_US)) {
    w->changed_from = w->changed_to = 0;
    w->told_at_us = now_us;
    notify = w->notify;
  }
  pthread_mutex_unlock (&w->lock);
  if (notify)
    notify (data, from, to);
}

static void
run_ticket (void *data)
{
  SbWaveform *w = data;
  pthread_mutex_lock (&w->lock);
  uint32_t revision = w->revision;
  bool may = !w->closing && !w->strip_busy;
  int64_t from = w->wish_from, n = may ? w->wish_n : 0, chunk = -1;
  int64_t stale_from = w->stale_from, stale_to = may ? w->stale_to : 0;
  bool mends = n == 0 && stale_from < stale_to;
  if (n > 0 || mends) {
    w->wish_n = 0;
    w->stale_from = w->stale_to = 0; /* the one holds the source as it is now, the other mends it */
    w->strip_busy = true;
  } else if (!w->closing) {
    chunk = pick_chunk (w);
  }
  bool idle = n == 0 && !mends && chunk < 0;
  if (idle)
    w->tickets--;
  g_autoptr (SbSource) source = idle ? NULL : sb_source_ref (w->source);
  pthread_mutex_unlock (&w->lock);

  if (n > 0)
    do_strip (w, source, from, n);
  else if (mends)
    mend_strip (w, source, stale_from, stale_to);
  else if (chunk >= 0)
    do_chunk (w, source, chunk, revision);
  tell (w, idle || mends || n > 0);
  if (w->below)
    tell (w->below, idle); /* it may have been filled for us */
  if (!idle)
    sb_pool_push (w->pool, w, mends || n > 0 ? 20.0 : WAVE_PRIORITY, run_ticket, w, NULL);
}

void
sb_waveform_kick (SbWaveform *w)
{
  if (!w->pool)
    return;
  pthread_mutex_lock (&w->lock);
  int fresh = w->max_tickets - w->tickets;
  w->tickets = w->max_tickets;
  pthread_mutex_unlock (&w->lock);
  for (int i = 0; i < fresh; i++)
    sb_pool_push (w->pool, w, 20.0, run_ticket, w, NULL);
}
