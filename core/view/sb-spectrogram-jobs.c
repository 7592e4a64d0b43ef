/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The workers of a spectrogram.  A job in the pool is a ticket: when it runs it
 * takes the best thing to do at that moment, works for some 10 ms, puts the
 * result in and hands its ticket on, so that visible work never waits behind
 * older work.  In order of need:
 *   1. sparse columns for a view that has nothing to show (sb-sparse.c)
 *   2. what is left of the sample for the automatic range, once analysing
 *   3. tiles that were asked for, nearest to the middle of the view first
 *   4. grains of the kept levels that were asked for, likewise; then the sweep over the recording
 *   5. when that is done, the cache folder
 * Thread: workers. */
#include "view/sb-spectrogram-private.h"
#include <math.h>
#include <string.h>

#define SAMPLE_US 10000
#define TELL_VISIBLE_US 8000
#define TELL_US 60000
#define PRIORITY_VISIBLE 10.0
#define PRIORITY_SWEEP 100.0

typedef enum { WORK_NONE, WORK_SPARSE, WORK_SAMPLE, WORK_PIECE, WORK_SAVE } Work;

static void run_ticket (void *data);

/* ---- under the lock: choosing ---- */

SbAnalyser *
sb_spectrogram_take_analyser (SbSpectrogram *s)
{
  SbAnalyser *analyser;
  if (s->analysers->len > 0)
    analyser = g_ptr_array_steal_index_fast (s->analysers, s->analysers->len - 1);
  else
    analyser = sb_analyser_new (s->stft, &s->shape, s->cells_per_bin);
  int channels = atomic_load (&s->channels);
  sb_analyser_set_channels (analyser, (SbChannelMode) (channels & 3), channels >> 2);
  return analyser;
}

/* The first read error is kept to be told. */
void
sb_spectrogram_give_analyser_back (SbSpectrogram *s, SbAnalyser *analyser)
{
  g_autoptr (GError) error = sb_analyser_take_error (analyser);
  s->was_unreadable |= error != NULL;
  if (error && !s->problem)
    s->problem = g_strdup (error->message);
  g_ptr_array_add (s->analysers, analyser);
}

static double
distance (const SbSpectrogram *s, int64_t g0, int64_t g1)
{
  double middle = (s->visible_from + s->visible_to) / 2;
  return fabs ((double) (g0 + g1) * (double) ((int64_t) 1 << s->shape.grain_log2) / 2 - middle);
}

static bool
pick_tile (SbSpectrogram *s, SbPiece *piece)
{
  SbPyramid *pyramid = s->pyramid;
  SbWant *best = NULL;
  double best_distance = INFINITY;
  if (sb_tile_budget_is_full (s->tiles)) /* coarser cells have to do, until the next view asks again */
    g_array_set_size (s->wants, 0);
  for (guint i = 0; i < s->wants->len;) {
    SbWant *want = &g_array_index (s->wants, SbWant, i);
    SbTile *tile = sb_pyramid_tile (pyramid, want->level, want->index);
    if (tile && sb_pyramid_tile_exact (pyramid, tile)) {
      g_array_remove_index_fast (s->wants, i);
      best = NULL; /* the array moved under it */
      best_distance = INFINITY;
      i = 0;
      continue;
    }
    SbPiece candidate = sb_spectrogram_tile_piece (s, want->level, want->index);
    if (want->busy < pyramid->revision && distance (s, candidate.g0, candidate.g1) < best_distance) {
      best = want;
      best_distance = distance (s, candidate.g0, candidate.g1);
      *piece = candidate;
    }
    i++;
  }
  if (best)
    best->busy = pyramid->revision;
  return best != NULL;
}

/* `asked`: only what was asked for counts. */
static bool
grain_is_open (const SbSpectrogram *s, int64_t g, bool asked)
{
  const SbPyramid *pyramid = s->pyramid;
  return (!asked || s->wanted[g]) && !sb_pyramid_grain_exact (pyramid, g) && pyramid->busy[g] < pyramid->need[g];
}

/* The open grains of [from, to) nearest to the middle of the view. */
static bool
pick_grains (SbSpectrogram *s, int64_t from, int64_t to, bool asked, SbPiece *piece)
{
  SbPyramid *pyramid = s->pyramid;
  if (from >= to)
    return false;
  double middle = (s->visible_from + s->visible_to) / 2;
  int64_t centre = CLAMP ((int64_t) fmin (fmax (middle, 0), 9e18) >> s->shape.grain_log2, from, to - 1);
  int64_t found = -1;
  for (int64_t d = 0; found < 0 && (centre - d >= from || centre + d < to); d++) {
    if (centre + d < to && grain_is_open (s, centre + d, asked))
      found = centre + d;
    else if (centre - d >= from && grain_is_open (s, centre - d, asked))
      found = centre - d;
  }
  if (found < 0)
    return false;
  /* a whole job's worth, outwards */
  int64_t g0 = found, g1 = found + 1;
  while (g1 - g0 < s->shape.piece_grains && found >= centre && g1 < to && grain_is_open (s, g1, asked))
    g1++;
  while (g1 - g0 < s->shape.piece_grains && g0 > from && grain_is_open (s, g0 - 1, asked))
    g0--;
  for (int64_t g = g0; g < g1; g++)
    pyramid->busy[g] = pyramid->need[g];
  *piece = (SbPiece){.level = -1, .g0 = g0, .g1 = g1};
  return true;
}

static Work
pick (SbSpectrogram *s, SbPiece *piece, bool *visible)
{
  *visible = true;
  int cursor = s->sparse.cursor;
  if (sb_sparse_next (s) >= 0) {
    s->sparse.cursor = cursor; /* only looked */
    return WORK_SPARSE;
  }
  if (s->analysing && sb_sample_is_open (s)) /* colours that change late would be a nuisance */
    return WORK_SAMPLE;
  if (pick_tile (s, piece) || pick_grains (s, s->want_from, s->want_to, true, piece))
    return WORK_PIECE;
  *visible = false;
  if (!s->analysing)
    return WORK_NONE;
  int64_t from = CLAMP ((int64_t) s->visible_from, 0, s->shape.n_cols - 1) >> s->shape.grain_log2;
  int64_t to = (CLAMP ((int64_t) s->visible_to, 0, s->shape.n_cols - 1) >> s->shape.grain_log2) + 1;
  *visible = pick_grains (s, from, to, false, piece);
  if (*visible || pick_grains (s, 0, s->shape.n_grains, false, piece))
    return WORK_PIECE;
  /* somebody else may still be at the last column of the sample, which is kept as well: then they come here later */
  if (s->cache_state == SB_CACHE_WANTED && s->have_histogram && s->pyramid->n_exact == s->shape.n_grains) {
    s->cache_state = SB_CACHE_DONE;
    return WORK_SAVE;
  }
  return WORK_NONE;
}

/* ---- telling ---- */

void
sb_spectrogram_note_change (SbSpectrogram *s, int64_t first_col, int64_t end_col, bool visible)
{
  s->changed_from = MIN (s->changed_from, first_col);
  s->changed_to = MAX (s->changed_to, end_col);
  s->changed_visible |= visible;
}

/* Pictures that show ours where nothing is painted. */
static void
tell_above (SbSpectrogram *s, int64_t from, int64_t to)
{
  pthread_mutex_lock (&s->tell_lock);
  for (int i = 0; i < SB_MAX_ABOVE; i++) {
    SbSpectrogram *above = s->above[i];
    if (!above)
      continue;
    pthread_mutex_lock (&above->lock);
    SbSpectrogramFunc notify = above->notify;
    void *data = above->notify_data;
    pthread_mutex_unlock (&above->lock);
    if (notify)
      notify (data, from, to);
  }
  pthread_mutex_unlock (&s->tell_lock);
}

/* Tells the listener, unless it was told just now and more is to come. */
static void
tell (SbSpectrogram *s, bool at_once)
{
  pthread_mutex_lock (&s->lock);
  int64_t now_us = g_get_monotonic_time ();
  int64_t pause_us = s->changed_visible ? TELL_VISIBLE_US : TELL_US;
  SbSpectrogramFunc notify = NULL;
  void *data = s->notify_data;
  int64_t from = 0, to = 0;
  if (s->changed_from < s->changed_to && (at_once || now_us - s->told_at_us >= pause_us)) {
    /* the hops on either side show it too, by interpolation */
    from = CLAMP ((s->changed_from - 1) * s->grid.hop, 0, s->n_frames);
    to = s->changed_to >= s->shape.n_cols ? s->n_frames : MIN (s->changed_to * s->grid.hop, s->n_frames);
    s->changed_from = INT64_MAX;
    s->changed_to = 0;
    s->changed_visible = false;
    s->told_at_us = now_us;
    notify = s->notify;
  }
  pthread_mutex_unlock (&s->lock);
  if (notify)
    notify (data, from, to);
  if (from < to)
    tell_above (s, from, to);
}

/* ---- without the lock: working ---- */

/* Grains [g0, g1) of the patch from the spectrogram below, made there first if need be. */
static void
copy_from_below (SbSpectrogram *s, SbPatch *patch, int64_t g0, int64_t g1)
{
  SbSpectrogram *below = s->below;
  const SbPyramidShape *shape = &s->shape;
  bool tile = patch->lo < shape->kept;
  for (int attempt = 0; attempt < 2; attempt++) {
    pthread_mutex_lock (&below->lock);
    bool ready = true;
    for (int64_t g = g0; g < g1; g++) {
      const uint8_t *max;
      int64_t col = (g << shape->grain_log2) >> patch->lo;
      ready &= sb_pyramid_grain_exact (below->pyramid, g);
      ready &= !tile || sb_pyramid_column (below->pyramid, patch->lo, col, SB_STATISTIC_PEAK, &max) == SB_CELLS_EXACT;
    }
    /* the second time what is there is taken: the source below may change all the while */
    for (int level = patch->lo; (ready || attempt == 1) && level <= shape->patch_top; level++) {
      if (level > patch->lo && level < shape->kept)
        continue; /* nobody asked for the levels between */
      int64_t first = (g0 << shape->grain_log2) >> level;
      int64_t end = ((sb_spectrogram_grain_first_col (s, g1) - 1) >> level) + 1;
      for (int64_t col = first; col < end; col++) {
        const uint8_t *max, *mean;
        size_t to = (size_t) (col - (patch->first >> level)) * (size_t) shape->n_bins;
        sb_pyramid_column (below->pyramid, level, col, SB_STATISTIC_PEAK, &max);
        sb_pyramid_column (below->pyramid, level, col, SB_STATISTIC_AVERAGE, &mean);
        if (!max)
          continue;
        memcpy (patch->max[level] + to, max, (size_t) shape->n_bins);
        if (level > 0)
          memcpy (patch->mean[level] + to, mean, (size_t) shape->n_bins);
      }
    }
    pthread_mutex_unlock (&below->lock);
    if (ready)
      return;
    if (attempt == 0) {
      SbPiece piece = {.level = tile ? patch->lo : -1, .g0 = g0, .g1 = g1};
      if (tile)
        piece = sb_spectrogram_tile_piece (below, patch->lo,
                                           g0 >> (sb_pyramid_tile_log2 (shape, patch->lo) - shape->grain_log2));
      sb_spectrogram_do_piece (below, &piece);
    }
  }
}

/* Which grains of the piece the newest revision wants computed.  Under the lock. */
static bool *
stale_grains (SbSpectrogram *s, const SbPiece *piece, SbPatch *patch)
{
  bool *stale = g_new (bool, (gsize) (piece->g1 - piece->g0));
  SbTile *tile = piece->level >= 0 ? sb_pyramid_tile (s->pyramid, piece->level, piece->index) : NULL;
  for (int64_t g = piece->g0; g < piece->g1; g++) {
    uint32_t done = piece->level < 0 ? s->pyramid->done[g] : tile ? tile->done : 0;
    stale[g - piece->g0] = s->pyramid->need[g] > done;
  }
  if (tile) { /* the grains that did not change */
    size_t bytes = (size_t) sb_patch_cols (patch, piece->level) * (size_t) s->shape.n_bins;
    memcpy (patch->max[piece->level], tile->max, bytes);
    if (tile->mean)
      memcpy (patch->mean[piece->level], tile->mean, bytes);
  }
  return stale;
}

static void
fill_grains (SbSpectrogram *s, SbAnalyser *analyser, SbSource *source, SbPatch *patch, int64_t g0, int64_t g1)
{
  SbSpectrogram *below = sb_spectrogram_alike_below (s);
  while (g0 < g1) {
    /* neighbours of one kind together */
    SbSpanKind kind = SB_SPAN_OWN;
    int64_t g = g0;
    for (; g < g1; g++) {
      int64_t from, to;
      sb_spectrogram_frames_behind (s, sb_spectrogram_grain_first_col (s, g), sb_spectrogram_grain_first_col (s, g + 1),
                                    &from, &to);
      SbSpanKind here = to > from ? sb_source_span (source, from, to - from) : SB_SPAN_SILENT;
      if (here == SB_SPAN_BELOW && !below)
        here = SB_SPAN_OWN;
      if (g > g0 && here != kind)
        break;
      kind = here;
    }
    if (kind == SB_SPAN_OWN)
      sb_analyser_fill (analyser, source, patch, sb_spectrogram_grain_first_col (s, g0),
                        sb_spectrogram_grain_first_col (s, g));
    else if (kind == SB_SPAN_BELOW)
      copy_from_below (s, patch, g0, g);
    else
      for (int level = patch->lo; level <= s->shape.patch_top; level++) {
        int64_t first = sb_spectrogram_grain_first_col (s, g0) >> level;
        int64_t end = ((sb_spectrogram_grain_first_col (s, g) - 1) >> level) + 1;
        size_t offset = (size_t) (first - (patch->first >> level)) * (size_t) s->shape.n_bins;
        memset (patch->max[level] + offset, 0, (size_t) (end - first) * (size_t) s->shape.n_bins);
        if (level > 0)
          memset (patch->mean[level] + offset, 0, (size_t) (end - first) * (size_t) s->shape.n_bins);
      }
    g0 = g;
  }
}

/* What is read for grains [g0, g1) serves the waveform too, where it is read without gaps. */
static SbWaveTap *
tap_grains (const SbSpectrogram *s, SbWaveform *waveform, SbSource *source, int64_t g0, int64_t g1)
{
  int64_t end = sb_spectrogram_grain_first_col (s, g1);
  int64_t from = sb_spectrogram_grain_first_col (s, g0) * s->grid.hop;
  int64_t to = end >= s->shape.n_cols ? s->n_frames : end * s->grid.hop;
  return s->grid.hop < s->grid.n_fft ? sb_wave_tap_new (waveform, source, from, to) : NULL;
}

/* The columns of a piece that look different once it is put in: those that changed since what is shown of it was
 * computed, on columns of its level.  Under the lock, before it is put in. */
static bool
changed_columns (SbSpectrogram *s, const SbPiece *piece, const bool *stale, int64_t *first, int64_t *end)
{
  const SbPyramid *pyramid = s->pyramid;
  SbTile *tile = piece->level >= 0 ? sb_pyramid_tile (s->pyramid, piece->level, piece->index) : NULL;
  int level = piece->level >= 0 ? piece->level : s->shape.kept;
  uint32_t done = piece->level < 0 ? UINT32_MAX : tile ? tile->done : 0;
  for (int64_t g = piece->g0; g < piece->g1; g++)
    if (stale[g - piece->g0])
      done = MIN (done, pyramid->done[g]);
  *first = sb_spectrogram_grain_first_col (s, piece->g0);
  *end = sb_spectrogram_grain_first_col (s, piece->g1);
  if (done == UINT32_MAX || !sb_pyramid_changed_since (pyramid, done, first, end))
    return false;
  *first = *first >> level << level;
  *end = MIN (((*end - 1) >> level << level) + ((int64_t) 1 << level), s->shape.n_cols);
  return true;
}

void
sb_spectrogram_do_piece (SbSpectrogram *s, const SbPiece *piece)
{
  SbPatch patch;
  int64_t first = sb_spectrogram_grain_first_col (s, piece->g0), end = sb_spectrogram_grain_first_col (s, piece->g1);
  if (!sb_patch_init (&patch, &s->shape, piece->level >= 0 ? piece->level : s->shape.kept, first, end))
    return;
  pthread_mutex_lock (&s->lock);
  uint32_t revision = s->pyramid->revision;
  g_autoptr (SbSource) source = sb_source_ref (s->source);
  SbAnalyser *analyser = sb_spectrogram_take_analyser (s);
  g_autofree bool *stale = stale_grains (s, piece, &patch);
  SbWaveform *waveform = s->closing ? NULL : s->waveform;
  pthread_mutex_unlock (&s->lock);

  int64_t n = piece->g1 - piece->g0;
  for (int64_t i = 0, j; i < n; i = j) {
    for (j = i + 1; j < n && stale[j] == stale[i]; j++)
      continue;
    if (!stale[i])
      continue;
    SbWaveTap *tap = waveform ? tap_grains (s, waveform, source, piece->g0 + i, piece->g0 + j) : NULL;
    sb_analyser_set_tap (analyser, tap);
    fill_grains (s, analyser, source, &patch, piece->g0 + i, piece->g0 + j);
    sb_analyser_set_tap (analyser, NULL);
    sb_wave_tap_finish (tap);
  }

  sb_spectrogram_fill_lost (s, &patch);
  pthread_mutex_lock (&s->lock);
  /* A result of an older revision than what is shown is dropped.  One that is
   * newer than what is shown is taken even when the source has moved on: during
   * a stroke each revision is overtaken by the next before it is done. */
  int64_t changed_first, changed_end;
  bool changed = changed_columns (s, piece, stale, &changed_first, &changed_end);
  for (int64_t i = 0; i < n; i++)
    if (stale[i])
      sb_pyramid_put (s->pyramid, &patch, piece->g0 + i, piece->g0 + i + 1, revision);
  sb_spectrogram_keep_lost (s, &patch);
  sb_spectrogram_put_holes (s, first * s->grid.hop, end >= s->shape.n_cols ? s->n_frames : end * s->grid.hop,
                            patch.holes);
  if (piece->level >= 0)
    sb_pyramid_put_tile (s->pyramid, &patch, piece->index, revision);
  sb_spectrogram_give_analyser_back (s, analyser);
  if (changed)
    sb_spectrogram_note_change (s, changed_first, changed_end,
                                (double) end >= s->visible_from && (double) first <= s->visible_to);
  pthread_mutex_unlock (&s->lock);
  sb_patch_clear (&patch);
  sb_tile_budget_trim (s->tiles);
}

static void
run_ticket (void *data)
{
  SbSpectrogram *s = data;
  SbPiece piece = {.level = -1};
  bool visible = false;
  sb_tile_budget_trim (s->tiles); /* of tiles that are out of sight by now: else a full budget would stay full */
  pthread_mutex_lock (&s->lock);
  Work work = s->closing ? WORK_NONE : pick (s, &piece, &visible);
  if (work == WORK_NONE)
    s->tickets--;
  pthread_mutex_unlock (&s->lock);

  if (work == WORK_SPARSE)
    sb_sparse_work (s);
  else if (work == WORK_SAMPLE)
    sb_sample_work (s, g_get_monotonic_time () + SAMPLE_US);
  else if (work == WORK_PIECE)
    sb_spectrogram_do_piece (s, &piece);
  else if (work == WORK_SAVE)
    sb_picture_cache_save (s);
  tell (s, work == WORK_NONE);
  if (s->below)
    tell (s->below, work == WORK_NONE); /* it may have been filled for us */
  if (work == WORK_NONE || (work == WORK_PIECE && !visible))
    sb_spectrogram_drop_former (s); /* what is in sight is there */
  if (work != WORK_NONE)
    sb_pool_push (s->pool, s, visible ? PRIORITY_VISIBLE : PRIORITY_SWEEP, run_ticket, s, NULL);
}

void
sb_spectrogram_kick (SbSpectrogram *s)
{
  if (!s->pool)
    return;
  pthread_mutex_lock (&s->lock);
  int fresh = s->max_tickets - s->tickets;
  s->tickets = s->max_tickets;
  pthread_mutex_unlock (&s->lock);
  for (int i = 0; i < fresh; i++)
    sb_pool_push (s->pool, s, PRIORITY_VISIBLE, run_ticket, s, NULL);
}
