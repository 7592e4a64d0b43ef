/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A waveform's life and what is read of it.  Minimum and maximum over blocks of
 * 256 frames, halved level by level up to one block, for the whole recording, in
 * 16 bits each.  Blocks are longer where that would take more than 8 MB (24 h at
 * 44.1 kHz: 4096 frames).  sb-waveform-jobs.c fills them. */
#include "view/sb-waveform-private.h"
#include <string.h>

#define BLOCK_FRAMES 256 /* or a multiple */
#define KEPT_BYTES (8 << 20)

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
  while (w->n_frames / w->block_frames > KEPT_BYTES / 2 / (int64_t) sizeof (SbWaveCell) &&
         w->block_frames < SB_WAVE_CHUNK_FRAMES)
    w->block_frames *= 2;
  w->n_blocks = MAX (1, (w->n_frames + w->block_frames - 1) / w->block_frames);
  w->chunk_blocks = SB_WAVE_CHUNK_FRAMES / w->block_frames;
  w->n_chunks = (w->n_blocks + w->chunk_blocks - 1) / w->chunk_blocks;
  if (below && below->n_frames == w->n_frames)
    w->below = below;
  w->revision = 1;
  for (w->n_levels = 1; sb_waveform_level_blocks (w, w->n_levels - 1) > 1; w->n_levels++)
    continue;
  for (int level = 0; level < w->n_levels; level++) {
    w->levels[level] = g_new (SbWaveCell, (gsize) sb_waveform_level_blocks (w, level));
    for (int64_t i = 0; i < sb_waveform_level_blocks (w, level); i++)
      w->levels[level][i] = sb_wave_cell_of (SB_WAVE_NOTHING);
  }
  w->need = g_new (uint32_t, (gsize) w->n_chunks);
  w->done = g_new0 (uint32_t, (gsize) w->n_chunks);
  w->busy = g_new0 (uint32_t, (gsize) w->n_chunks);
  for (int64_t i = 0; i < w->n_chunks; i++)
    w->need[i] = 1;
  sb_waveform_kick (w);
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
  int64_t end = dirty_to > dirty_from ? (dirty_to - 1) / SB_WAVE_CHUNK_FRAMES + 1 : 0;
  for (int64_t chunk = dirty_from / SB_WAVE_CHUNK_FRAMES; chunk < end; chunk++)
    w->need[chunk] = w->revision;
  bool seen = w->strip_n > 0 && dirty_from < w->strip_from + w->strip_n && dirty_to > w->strip_from;
  if (dirty_from < dirty_to && (seen || w->strip_busy)) {
    /* that part is read again; the old samples show until then */
    w->stale_from = w->stale_from < w->stale_to ? MIN (w->stale_from, dirty_from) : dirty_from;
    w->stale_to = MAX (w->stale_to, dirty_to);
  }
  pthread_mutex_unlock (&w->lock);
  sb_source_unref (old);
  sb_waveform_kick (w);
}

/* ---- reading ---- */

static SbWaveRange
range_of (SbWaveCell cell)
{
  return cell.min > cell.max ? SB_WAVE_NOTHING : (SbWaveRange){cell.min / SB_WAVE_STEPS, cell.max / SB_WAVE_STEPS};
}

/* Blocks [first, end) by the largest pieces of the pyramid. */
static SbWaveRange
range_of_blocks (const SbWaveform *w, int64_t first, int64_t end)
{
  SbWaveRange range = SB_WAVE_NOTHING;
  while (first < end) {
    int level = 0;
    while (level + 1 < w->n_levels && (first & (((int64_t) 2 << level) - 1)) == 0 &&
           first + ((int64_t) 2 << level) <= end)
      level++;
    range = sb_wave_join (range, range_of (w->levels[level][first >> level]));
    first += (int64_t) 1 << level;
  }
  return range;
}

static SbWaveRange
range_of_pixel (const SbWaveform *w, double from, double to, bool fine)
{
  int64_t first = (int64_t) floor (from), end = MAX ((int64_t) floor (to), first + 1);
  if (end <= 0 || first >= w->n_frames)
    return SB_WAVE_NOTHING;
  first = MAX (first, 0);
  end = MIN (end, w->n_frames);
  if (fine && first >= w->strip_from && end <= w->strip_from + w->strip_n) {
    SbWaveRange range = SB_WAVE_NOTHING;
    for (int64_t i = (first - w->strip_from) / w->strip_per; i <= (end - 1 - w->strip_from) / w->strip_per; i++)
      range = sb_wave_join (range, w->strip[i]);
    return range;
  }
  first /= w->block_frames;
  return range_of_blocks (w, first, MAX ((end + w->block_frames - 1) / w->block_frames, first + 1));
}

void
sb_waveform_read (SbWaveform *w, double from_s, double to_s, int n_px, float *min, float *max)
{
  sb_waveform_read_part (w, from_s, to_s, n_px, 0, n_px, min, max);
}

void
sb_waveform_read_part (SbWaveform *w, double from_s, double to_s, int n_px, int first_px, int end_px, float *min,
                       float *max)
{
  double from = from_s * w->rate, per_px = (to_s - from_s) * w->rate / n_px;
  double last = (double) w->n_frames;
  bool fine = per_px < (double) w->block_frames;
  int64_t first = (int64_t) CLAMP (floor (from), 0, last),
          end = (int64_t) CLAMP (ceil (from + per_px * n_px) + 1, 0, last);
  pthread_mutex_lock (&w->lock);
  w->centre = (first + end) / 2 / SB_WAVE_CHUNK_FRAMES;
  if (fine && end > first &&
      (first < w->strip_from || end > w->strip_from + w->strip_n)) {
    int64_t margin = (end - first) / 4; /* for scrolling */
    w->wish_from = MAX (0, first - margin);
    w->wish_n = MIN (end + margin, w->n_frames) - w->wish_from;
  }
  bool wish = w->wish_n > 0;
  for (int x = first_px; x < end_px; x++) {
    SbWaveRange range = range_of_pixel (w, from + x * per_px, from + (x + 1) * per_px, fine);
    min[x - first_px] = range.min;
    max[x - first_px] = range.max;
  }
  pthread_mutex_unlock (&w->lock);
  if (wish)
    sb_waveform_kick (w);
}
