/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Minimum and maximum over blocks of 256 frames, halved level by level up to
 * one block, for the whole recording, in 16 bits each.  Blocks are longer where
 * that would take more than 8 MB (24 h at 44.1 kHz: 4096 frames).  A job fills a
 * chunk of blocks; while zoomed in further, the samples in sight are read into a
 * strip of their own, at most 2^18 ranges.  Under one mutex. */
#include "dsp/sb-kernel.h"
#include "view/sb-waveform.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_FRAMES 256   /* or a multiple */
#define KEPT_BYTES (8 << 20)
#define CHUNK_FRAMES (1 << 18) /* a job: a few ms */
#define STEPS 4096.0f      /* a whole: levels are kept for −8 … 8 */
#define READ_FLOATS (1 << 18)
#define STRIP_RANGES (1 << 18)
#define WAVE_PRIORITY 110.0   /* after the sweep, which fills most of it on the way */
#define MAX_LEVELS 40
#define TELL_US 30000

typedef struct {
  float min, max;
} Range;

typedef struct {
  int16_t min, max; /* in steps, rounded outwards; min > max: unknown */
} Cell;

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
  Cell *levels[MAX_LEVELS];         /* level 0: a block each */
  uint32_t *need, *done, *busy;     /* a chunk each */
  int64_t centre;                   /* chunk looked at */
  Range *strip;                     /* strip_per frames each */
  int64_t strip_from, strip_n, strip_per; /* frames there */
  int64_t wish_from, wish_n;        /* frames asked for; 0: none */
  bool strip_busy, closing, changed;
  int tickets;
  int64_t told_at_us;
  SbWaveformFunc notify;
  void *notify_data;
};

static void tell (SbWaveform *w, bool at_once);
static void kick (SbWaveform *w);

static const Range nothing = {INFINITY, -INFINITY};

/* No end of a range is NaN, so plain comparisons do (fminf is a call). */
static inline Range
join (Range a, Range b)
{
  return (Range){b.min < a.min ? b.min : a.min, b.max > a.max ? b.max : a.max};
}

static Cell
cell_of (Range range)
{
  if (range.min > range.max)
    return (Cell){1, 0};
  return (Cell){(int16_t) CLAMP (floorf (range.min * STEPS), -32768.0f, 32767.0f),
                (int16_t) CLAMP (ceilf (range.max * STEPS), -32768.0f, 32767.0f)};
}

static Range
range_of (Cell cell)
{
  return cell.min > cell.max ? nothing : (Range){cell.min / STEPS, cell.max / STEPS};
}

static Cell
join_cells (Cell a, Cell b)
{
  if (a.min > a.max || b.min > b.max)
    return a.min > a.max ? b : a;
  return (Cell){MIN (a.min, b.min), MAX (a.max, b.max)};
}

static int64_t
level_blocks (const SbWaveform *w, int level)
{
  return (w->n_blocks + ((int64_t) 1 << level) - 1) >> level;
}

/* ---- computing ---- */

/* range ← range and x[n].  Comparisons with NaN are false: it shows as nothing. */
SB_KERNEL static void
widen (Range *range, const float *restrict x, int64_t n)
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
    *range = join (*range, (Range){min[lane], max[lane]});
}

/* Ranges of `per` frames each over frames [from, from + n·per); what can't be read is left unknown. */
static void
compute (SbSource *source, int64_t from, int64_t n, int64_t per, Range *out)
{
  int channels = sb_source_channels (source);
  int64_t n_frames = sb_source_n_frames (source);
  int64_t step = MAX (1, READ_FLOATS / channels / per) * per;
  float *frames = malloc ((size_t) (step * channels) * sizeof *frames);
  for (int64_t i = 0; i < n; i++)
    out[i] = nothing;
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
copy_from_below (SbWaveform *below, int64_t chunk, int64_t n, Cell *out)
{
  pthread_mutex_lock (&below->lock);
  bool known = below->done[chunk] >= below->need[chunk];
  if (known)
    memcpy (out, below->levels[0] + chunk * below->chunk_blocks, (size_t) n * sizeof *out);
  pthread_mutex_unlock (&below->lock);
  return known;
}

static void put_chunk (SbWaveform *w, int64_t chunk, const Cell *cells, uint32_t revision);
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
  g_autofree Cell *cells = g_new0 (Cell, (gsize) n); /* silence */
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
    g_autofree Range *ranges = g_new (Range, (gsize) n);
    compute (source, first * w->block_frames, n, w->block_frames, ranges);
    for (int64_t i = 0; i < n; i++)
      cells[i] = cell_of (ranges[i]);
  }

  put_chunk (w, chunk, cells, revision);
}

static void
put_chunk (SbWaveform *w, int64_t chunk, const Cell *cells, uint32_t revision)
{
  int64_t first = chunk * w->chunk_blocks, n = MIN (w->chunk_blocks, w->n_blocks - first);
  pthread_mutex_lock (&w->lock);
  if (revision > w->done[chunk]) {
    memcpy (w->levels[0] + first, cells, (size_t) n * sizeof *cells);
    w->done[chunk] = revision;
    for (int level = 1; level < w->n_levels; level++)
      for (int64_t i = first >> level; i <= (first + n - 1) >> level; i++) {
        const Cell *from = w->levels[level - 1] + 2 * i;
        w->levels[level][i] = 2 * i + 1 < level_blocks (w, level - 1) ? join_cells (from[0], from[1]) : from[0];
      }
    w->changed = true;
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
  Range *ranges;           /* a block each */
};

SbWaveTap *
sb_wave_tap_new (SbWaveform *w, SbSource *source, int64_t from, int64_t to)
{
  int64_t chunk0 = (MAX (from, 0) + CHUNK_FRAMES - 1) / CHUNK_FRAMES;
  int64_t chunk1 = to >= w->n_frames ? w->n_chunks : to / CHUNK_FRAMES;
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
                     .chunk1 = chunk1, .from = chunk0 * CHUNK_FRAMES, .mine = mine};
  tap->to = MIN (chunk1 * CHUNK_FRAMES, w->n_frames);
  tap->next = tap->from;
  int64_t n_blocks = (chunk1 - chunk0) * w->chunk_blocks;
  tap->ranges = g_new (Range, (gsize) n_blocks);
  for (int64_t i = 0; i < n_blocks; i++)
    tap->ranges[i] = nothing;
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
  g_autofree Cell *cells = g_new (Cell, (gsize) w->chunk_blocks);
  for (int64_t chunk = tap->chunk0; chunk < tap->chunk1; chunk++) {
    if (!tap->mine[chunk - tap->chunk0])
      continue;
    if (!tap->broken && MIN ((chunk + 1) * CHUNK_FRAMES, w->n_frames) <= tap->next) {
      for (int64_t i = 0; i < w->chunk_blocks; i++)
        cells[i] = cell_of (tap->ranges[(chunk - tap->chunk0) * w->chunk_blocks + i]);
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
  tell (w, false);
  if (broken)
    kick (w);
}

static void
do_strip (SbWaveform *w, SbSource *source, int64_t from, int64_t n)
{
  int64_t per = 1;
  while (n / per > STRIP_RANGES)
    per *= 2;
  Range *strip = g_new (Range, (gsize) ((n + per - 1) / per));
  compute (source, from, (n + per - 1) / per, per, strip);
  pthread_mutex_lock (&w->lock);
  Range *old = w->strip;
  w->strip = strip;
  w->strip_from = from;
  w->strip_n = n;
  w->strip_per = per;
  w->strip_busy = false;
  w->changed = true;
  pthread_mutex_unlock (&w->lock);
  g_free (old);
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
  int64_t now_us = g_get_monotonic_time ();
  if (w->changed && (at_once || now_us - w->told_at_us > TELL_US)) {
    w->changed = false;
    w->told_at_us = now_us;
    notify = w->notify;
  }
  pthread_mutex_unlock (&w->lock);
  if (notify)
    notify (data);
}

static void
run_ticket (void *data)
{
  SbWaveform *w = data;
  pthread_mutex_lock (&w->lock);
  uint32_t revision = w->revision;
  int64_t from = w->wish_from, n = w->closing || w->strip_busy ? 0 : w->wish_n, chunk = -1;
  if (n > 0) {
    w->wish_n = 0;
    w->strip_busy = true;
  } else if (!w->closing) {
    chunk = pick_chunk (w);
  }
  bool idle = n == 0 && chunk < 0;
  if (idle)
    w->tickets--;
  g_autoptr (SbSource) source = idle ? NULL : sb_source_ref (w->source);
  pthread_mutex_unlock (&w->lock);

  if (n > 0)
    do_strip (w, source, from, n);
  else if (chunk >= 0)
    do_chunk (w, source, chunk, revision);
  tell (w, idle || n > 0);
  if (!idle)
    sb_pool_push (w->pool, w, n > 0 ? 20.0 : WAVE_PRIORITY, run_ticket, w, NULL);
}

static void
kick (SbWaveform *w)
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

/* ---- life ---- */

SbWaveform *
sb_waveform_new (SbSource *source, SbPool *pool, SbWaveform *below)
{
  SbWaveform *w = g_new0 (SbWaveform, 1);
  pthread_mutex_init (&w->lock, NULL);
  w->pool = pool;
  w->max_tickets = pool ? 1 : 0; /* the spectrogram needs the other processors more */
  w->source = sb_source_ref (source);
  w->rate = sb_source_rate (source);
  w->n_frames = sb_source_n_frames (source);
  w->block_frames = BLOCK_FRAMES;
  while (w->n_frames / w->block_frames > KEPT_BYTES / 2 / (int64_t) sizeof (Cell) && w->block_frames < CHUNK_FRAMES)
    w->block_frames *= 2;
  w->n_blocks = MAX (1, (w->n_frames + w->block_frames - 1) / w->block_frames);
  w->chunk_blocks = CHUNK_FRAMES / w->block_frames;
  w->n_chunks = (w->n_blocks + w->chunk_blocks - 1) / w->chunk_blocks;
  if (below && below->n_frames == w->n_frames)
    w->below = below;
  w->revision = 1;
  for (w->n_levels = 1; level_blocks (w, w->n_levels - 1) > 1; w->n_levels++)
    continue;
  for (int level = 0; level < w->n_levels; level++) {
    w->levels[level] = g_new (Cell, (gsize) level_blocks (w, level));
    for (int64_t i = 0; i < level_blocks (w, level); i++)
      w->levels[level][i] = cell_of (nothing);
  }
  w->need = g_new (uint32_t, (gsize) w->n_chunks);
  w->done = g_new0 (uint32_t, (gsize) w->n_chunks);
  w->busy = g_new0 (uint32_t, (gsize) w->n_chunks);
  for (int64_t i = 0; i < w->n_chunks; i++)
    w->need[i] = 1;
  kick (w);
  return w;
}

void
sb_waveform_free (SbWaveform *w)
{
  if (!w)
    return;
  pthread_mutex_lock (&w->lock);
  w->closing = true;
  pthread_mutex_unlock (&w->lock);
  /* twice: a job that was running may have handed its ticket on */
  for (int i = 0; w->pool && i < 2; i++)
    sb_pool_quiesce (w->pool, w);
  for (int level = 0; level < w->n_levels; level++)
    g_free (w->levels[level]);
  g_free (w->need);
  g_free (w->done);
  g_free (w->busy);
  g_free (w->strip);
  sb_source_unref (w->source);
  pthread_mutex_destroy (&w->lock);
  g_free (w);
}

void
sb_waveform_set_notify (SbWaveform *w, SbWaveformFunc func, void *data)
{
  pthread_mutex_lock (&w->lock);
  w->notify = func;
  w->notify_data = data;
  pthread_mutex_unlock (&w->lock);
}

void
sb_waveform_set_source (SbWaveform *w, SbSource *source, int64_t dirty_from, int64_t dirty_to)
{
  dirty_from = CLAMP (dirty_from, 0, w->n_frames);
  dirty_to = CLAMP (dirty_to, 0, w->n_frames);
  pthread_mutex_lock (&w->lock);
  SbSource *old = w->source;
  w->source = sb_source_ref (source);
  w->revision++;
  for (int64_t chunk = dirty_from / CHUNK_FRAMES; dirty_to > dirty_from && chunk <= (dirty_to - 1) / CHUNK_FRAMES; chunk++)
    w->need[chunk] = w->revision;
  if (w->strip_n > 0 && dirty_from < w->strip_from + w->strip_n && dirty_to > w->strip_from && w->wish_n == 0) {
    w->wish_from = w->strip_from; /* read again; the old samples show until then */
    w->wish_n = w->strip_n;
  }
  pthread_mutex_unlock (&w->lock);
  sb_source_unref (old);
  kick (w);
}

/* ---- reading ---- */

/* Blocks [first, end) by the largest pieces of the pyramid. */
static Range
range_of_blocks (const SbWaveform *w, int64_t first, int64_t end)
{
  Range range = nothing;
  while (first < end) {
    int level = 0;
    while (level + 1 < w->n_levels && (first & (((int64_t) 2 << level) - 1)) == 0 && first + ((int64_t) 2 << level) <= end)
      level++;
    range = join (range, range_of (w->levels[level][first >> level]));
    first += (int64_t) 1 << level;
  }
  return range;
}

static Range
range_of_pixel (const SbWaveform *w, double from, double to, bool fine)
{
  int64_t first = (int64_t) floor (from), end = MAX ((int64_t) floor (to), first + 1);
  if (end <= 0 || first >= w->n_frames)
    return nothing;
  first = MAX (first, 0);
  end = MIN (end, w->n_frames);
  if (fine && first >= w->strip_from && end <= w->strip_from + w->strip_n) {
    Range range = nothing;
    for (int64_t i = (first - w->strip_from) / w->strip_per; i <= (end - 1 - w->strip_from) / w->strip_per; i++)
      range = join (range, w->strip[i]);
    return range;
  }
  first /= w->block_frames;
  return range_of_blocks (w, first, MAX ((end + w->block_frames - 1) / w->block_frames, first + 1));
}

void
sb_waveform_read (SbWaveform *w, double from_s, double to_s, int n_px, float *min, float *max)
{
  double from = from_s * w->rate, per_px = (to_s - from_s) * w->rate / n_px;
  double last = (double) w->n_frames;
  bool fine = per_px < (double) w->block_frames;
  int64_t first = (int64_t) CLAMP (floor (from), 0, last), end = (int64_t) CLAMP (ceil (from + per_px * n_px) + 1, 0, last);
  pthread_mutex_lock (&w->lock);
  w->centre = (first + end) / 2 / CHUNK_FRAMES;
  if (fine && end > first &&
      (first < w->strip_from || end > w->strip_from + w->strip_n)) {
    int64_t margin = (end - first) / 4; /* for scrolling */
    w->wish_from = MAX (0, first - margin);
    w->wish_n = MIN (end + margin, w->n_frames) - w->wish_from;
  }
  bool wish = w->wish_n > 0;
  for (int x = 0; x < n_px; x++) {
    Range range = range_of_pixel (w, from + x * per_px, from + (x + 1) * per_px, fine);
    min[x] = range.min;
    max[x] = range.max;
  }
  pthread_mutex_unlock (&w->lock);
  if (wish)
    kick (w);
}
