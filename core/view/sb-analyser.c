/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fills patches.  Columns come one at a time; level L+1 gets a column when its
 * second half has come, so memory is two columns a level whatever the span:
 *
 *   level 0   a b c d e f g h …
 *   level 1    ab  cd  ef  gh      max: maximum of both;  mean: half the sum,
 *   level 2      abcd    efgh      rounded up and down by turns, which cancels
 */
#include "view/sb-analyser-private.h"
#include "dsp/sb-level.h"
#include "dsp/sb-reassign.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_FLOATS (1 << 20) /* 4 MB a read, more only where one column needs more */
#define MAX_REACH 8            /* columns that reassigned energy may move */
#define BAD_IN_A_ROW 8         /* columns that can't be read, before the rest of a job is given up */
#define HOLE_GAP_FRAMES 16     /* holes this near are one */

/* Power that has moved in from the columns around: a ring of columns. */
typedef struct {
  SbReassign *reassign;
  SbReassignScratch *scratch;
  int reach, n_ring;           /* columns to either side; 2·reach + 1 */
  float *ring;                 /* float[channels][n_ring][n_bins], n_bins of the shape */
  float *power, *frames, *bins; /* of one column */
  float complex *X;
} Moved;

struct SbAnalyser {
  SbStft *stft;
  SbStftScratch *scratch;
  SbPyramidShape shape;
  int cells_per_bin;
  Moved moved;
  SbChannelMode mode;
  int channel;
  uint8_t *codes, *channel_codes; /* uint8_t[n_bins] */
  uint8_t *max[SB_MAX_LEVELS], *mean[SB_MAX_LEVELS]; /* the first half that waits for its second */
  float *block, *mix;             /* mix: float[n_fft], one channel from all */
  int64_t capacity_floats, block_pos, block_frames; /* frames in the block; 0: none */
  int64_t most_ahead;             /* frames that a block may have: less after a read that failed */
  int64_t quiet_from, quiet_to;   /* frames of the block known to be all 0 */
  bool finite;                    /* the frames of the last column */
  GError *error;
  SbWaveTap *tap;
};

static void
moved_init (Moved *moved, SbStft *stft, int n_cells)
{
  const SbGrid *grid = sb_stft_grid (stft);
  int n_bins = sb_stft_n_bins (stft);
  moved->reassign = sb_reassign_new (stft);
  moved->scratch = sb_reassign_scratch_new (moved->reassign);
  moved->reach = CLAMP ((grid->n_fft / 2 + grid->hop - 1) / grid->hop, 1, MAX_REACH);
  moved->n_ring = 2 * moved->reach + 1;
  moved->ring = g_new (float, (gsize) SB_ANALYSED_CHANNELS * (gsize) moved->n_ring * (gsize) n_cells);
  moved->power = g_new (float, n_bins);
  moved->frames = g_new (float, n_bins);
  moved->bins = g_new (float, n_bins);
  moved->X = g_new (float complex, n_cells);
}

SbAnalyser *
sb_analyser_new (SbStft *stft, const SbPyramidShape *shape, int cells_per_bin)
{
  SbAnalyser *analyser = g_new0 (SbAnalyser, 1);
  size_t n_bins = (size_t) shape->n_bins;
  analyser->stft = sb_stft_ref (stft);
  analyser->scratch = sb_stft_scratch_new (stft);
  analyser->shape = *shape;
  analyser->cells_per_bin = cells_per_bin;
  analyser->codes = g_malloc (n_bins);
  analyser->channel_codes = g_malloc (n_bins);
  analyser->mix = g_new (float, sb_stft_grid (stft)->n_fft);
  if (cells_per_bin > 1)
    moved_init (&analyser->moved, stft, shape->n_bins);
  for (int level = 0; level <= shape->patch_top; level++) {
    analyser->max[level] = g_malloc (n_bins);
    analyser->mean[level] = g_malloc (n_bins);
  }
  return analyser;
}

void
sb_analyser_free (SbAnalyser *analyser)
{
  if (!analyser)
    return;
  for (int level = 0; level < SB_MAX_LEVELS; level++) {
    g_free (analyser->max[level]);
    g_free (analyser->mean[level]);
  }
  Moved *moved = &analyser->moved;
  sb_reassign_scratch_free (moved->scratch);
  sb_reassign_free (moved->reassign);
  g_free (moved->ring);
  g_free (moved->power);
  g_free (moved->frames);
  g_free (moved->bins);
  g_free (moved->X);
  free (analyser->block);
  g_free (analyser->mix);
  g_free (analyser->codes);
  g_free (analyser->channel_codes);
  g_clear_error (&analyser->error);
  sb_stft_scratch_free (analyser->scratch);
  sb_stft_unref (analyser->stft);
  g_free (analyser);
}

void
sb_analyser_set_channels (SbAnalyser *analyser, SbChannelMode mode, int channel)
{
  analyser->mode = mode;
  analyser->channel = channel;
}

void
sb_analyser_set_tap (SbAnalyser *analyser, SbWaveTap *tap)
{
  analyser->tap = tap;
}

GError *
sb_analyser_take_error (SbAnalyser *analyser)
{
  return g_steal_pointer (&analyser->error);
}

/* ---- frames ---- */

/* Frames from `start` on, at least n_fft of them; fewer than asked for where what lies ahead can't be read: the
 * recording became shorter, or is damaged there. */
static bool
read_block (SbAnalyser *analyser, SbSource *source, int64_t start, int64_t frames)
{
  int n_fft = sb_stft_grid (analyser->stft)->n_fft, channels = sb_source_channels (source);
  analyser->block_frames = 0;
  analyser->quiet_from = analyser->quiet_to = INT64_MIN;
  if (frames * channels > analyser->capacity_floats) {
    free (analyser->block);
    analyser->block = malloc ((size_t) frames * (size_t) channels * sizeof *analyser->block);
    analyser->capacity_floats = analyser->block ? frames * channels : 0;
  }
  while (analyser->block) {
    frames = MAX (MIN (frames, analyser->most_ahead), n_fft);
    GError **error = analyser->error ? NULL : &analyser->error;
    if (sb_source_read (source, start, frames, analyser->block, error))
      break;
    if (frames == n_fft)
      return false;
    analyser->most_ahead = MAX (frames / 4, n_fft);
  }
  if (!analyser->block)
    return false;
  analyser->block_pos = start;
  analyser->block_frames = frames;
  if (analyser->tap)
    sb_wave_tap_frames (analyser->tap, start, frames, analyser->block);
  return true;
}

/* The frames under a column; reads ahead up to frame `end` (as many as a block holds). */
static const float *
frames_of (SbAnalyser *analyser, SbSource *source, int64_t start, int64_t end)
{
  int n_fft = sb_stft_grid (analyser->stft)->n_fft, channels = sb_source_channels (source);
  if (analyser->block_frames == 0 || start < analyser->block_pos ||
      start + n_fft > analyser->block_pos + analyser->block_frames) {
    if (!read_block (analyser, source, start, MAX (n_fft, MIN (end - start, BLOCK_FLOATS / channels))))
      return NULL;
  }
  return analyser->block + (start - analyser->block_pos) * channels;
}

static bool
all_zero (const float *x, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    if (x[i] != 0)
      return false;
  return true;
}

/* Whether the frames under a column, which are in the block, are digital silence.  Each frame is looked at once. */
static bool
is_quiet (SbAnalyser *analyser, int channels, int64_t start)
{
  enum { STEP = 64 };
  int64_t end = start + sb_stft_grid (analyser->stft)->n_fft;
  int64_t block_end = analyser->block_pos + analyser->block_frames;
  if (start < analyser->quiet_from || start > analyser->quiet_to)
    analyser->quiet_from = analyser->quiet_to = start;
  while (analyser->quiet_to < end) {
    int64_t n = MIN (STEP, block_end - analyser->quiet_to);
    if (!all_zero (analyser->block + (analyser->quiet_to - analyser->block_pos) * channels, n * channels))
      return false;
    analyser->quiet_to += n;
  }
  return true;
}

/* The channels that are shown: [*first, *first + *n) of the frames, or one in `mix`. */
static const float *
shown_channels (SbAnalyser *analyser, const float *x, int channels, int *n, ptrdiff_t *stride)
{
  *n = 1;
  *stride = channels;
  if (analyser->mode == SB_CHANNELS_ONE)
    return x + CLAMP (analyser->channel, 0, channels - 1);
  if (analyser->mode == SB_CHANNELS_ALL || channels == 1) {
    *n = channels <= SB_ANALYSED_CHANNELS ? channels : 1;
    return x;
  }
  int n_fft = sb_stft_grid (analyser->stft)->n_fft;
  for (int i = 0; i < n_fft; i++) {
    float sum = 0;
    for (int channel = 0; channel < channels; channel++) {
      float value = x[(int64_t) i * channels + channel];
      bool good = isfinite (value);
      analyser->finite &= good;
      sum += good ? value : 0;
    }
    analyser->mix[i] = sum / (float) channels;
  }
  *stride = 1;
  return analyser->mix;
}

/* ---- codes ---- */

static bool
codes_of (SbAnalyser *analyser, SbSource *source, int64_t col, int64_t end_frame, uint8_t *codes)
{
  const SbGrid *grid = sb_stft_grid (analyser->stft);
  int n_bins = analyser->shape.n_bins, channels = sb_source_channels (source), n;
  double window_sum = sb_stft_window_sum (analyser->stft);
  int64_t start = sb_grid_col_start (grid, col);
  const float *x = frames_of (analyser, source, start, end_frame);
  analyser->finite = true;
  if (!x || is_quiet (analyser, channels, start)) {
    memset (codes, 0, (size_t) n_bins);
    return x != NULL;
  }
  ptrdiff_t stride;
  x = shown_channels (analyser, x, channels, &n, &stride);
  for (int channel = 0; channel < n; channel++) {
    float complex *X = sb_stft_forward (analyser->stft, analyser->scratch, x + channel, stride);
    uint8_t *out = channel == 0 ? codes : analyser->channel_codes;
    analyser->finite &= sb_stft_scratch_finite (analyser->scratch);
    sb_level_codes (X, n_bins, grid->n_fft, window_sum, out);
    if (channel > 0)
      sb_codes_max (codes, out, n_bins);
  }
  return true;
}

/* ---- reassigned codes ---- */

static float *
ring_column (const SbAnalyser *analyser, int channel, int64_t col)
{
  const Moved *moved = &analyser->moved;
  int64_t slot = col % moved->n_ring;
  return moved->ring + ((int64_t) channel * moved->n_ring + slot) * analyser->shape.n_bins;
}

static void
clear_ring_column (SbAnalyser *analyser, int64_t col)
{
  for (int channel = 0; channel < SB_ANALYSED_CHANNELS; channel++)
    memset (ring_column (analyser, channel, col), 0, sizeof (float) * (size_t) analyser->shape.n_bins);
}

/* Column `col` gives its energy away to columns [lo, hi]. */
static bool
scatter (SbAnalyser *analyser, SbSource *source, int64_t col, int64_t end_frame, int64_t lo, int64_t hi)
{
  const SbGrid *grid = sb_stft_grid (analyser->stft);
  Moved *moved = &analyser->moved;
  int n, channels = sb_source_channels (source), bins = sb_stft_n_bins (analyser->stft);
  int64_t start = sb_grid_col_start (grid, col);
  const float *x = frames_of (analyser, source, start, end_frame);
  ptrdiff_t stride;
  analyser->finite = true;
  if (!x || is_quiet (analyser, channels, start))
    return x != NULL;
  x = shown_channels (analyser, x, channels, &n, &stride);
  for (int channel = 0; channel < n; channel++) {
    analyser->finite &= sb_reassign_column (moved->reassign, moved->scratch, x + channel, stride, moved->power,
                                            moved->frames, moved->bins);
    for (int k = 0; k < bins; k++) {
      int64_t to = col + lrintf (moved->frames[k] / (float) grid->hop);
      int cell = (int) lrintf (moved->bins[k] * (float) analyser->cells_per_bin);
      if (to >= lo && to <= hi)
        ring_column (analyser, channel, to)[CLAMP (cell, 0, analyser->shape.n_bins - 1)] += moved->power[k];
    }
  }
  return true;
}

/* What has come together in a column, as codes. */
static void
codes_of_ring (SbAnalyser *analyser, SbSource *source, int64_t col, uint8_t *codes)
{
  int n_cells = analyser->shape.n_bins, channels = sb_source_channels (source);
  int n = analyser->mode == SB_CHANNELS_ALL && channels <= SB_ANALYSED_CHANNELS ? channels : 1;
  for (int channel = 0; channel < n; channel++) {
    const float *power = ring_column (analyser, channel, col);
    uint8_t *out = channel == 0 ? codes : analyser->channel_codes;
    for (int i = 0; i < n_cells; i++)
      analyser->moved.X[i] = sqrtf (power[i]);
    analyser->moved.X[0] *= 2; /* its scale is right already */
    sb_level_codes (analyser->moved.X, n_cells, 1, 2.0, out);
    if (channel > 0)
      sb_codes_max (codes, out, n_cells);
  }
}

/* Takes in column `col` of a level and hands its parent up when that is complete. */
static void
emit (SbAnalyser *analyser, SbPatch *patch, int level, int64_t col, const uint8_t *max, const uint8_t *mean)
{
  int n_bins = analyser->shape.n_bins;
  size_t bytes = (size_t) n_bins;
  for (;;) {
    if (level >= patch->lo) {
      size_t offset = (size_t) (col - (patch->first >> level)) * bytes;
      memcpy (patch->max[level] + offset, max, bytes);
      if (level > 0)
        memcpy (patch->mean[level] + offset, mean, bytes);
    }
    if (level == analyser->shape.patch_top)
      return;
    uint8_t *half = analyser->max[level], *half_mean = analyser->mean[level];
    if (col % 2 == 0) {
      memcpy (half, max, bytes);
      memcpy (half_mean, mean, bytes);
      if (col + 1 < sb_pyramid_level_cols (&analyser->shape, level))
        return;
      /* the recording's last column has no second half */
    } else {
      sb_codes_max (half, max, n_bins);
      sb_codes_mean (half_mean, mean, n_bins, (level + 1) & 1);
    }
    max = half;
    mean = half_mean;
    col /= 2;
    level++;
  }
}

/* Frames of the block at a column's hop that are no numbers. */
static void
note_holes (SbAnalyser *analyser, SbSource *source, int64_t col, SbPatch *patch)
{
  const SbGrid *grid = sb_stft_grid (analyser->stft);
  int channels = sb_source_channels (source);
  int64_t from = MAX (col * grid->hop, analyser->block_pos);
  int64_t to = MIN ((col + 1) * grid->hop, analyser->block_pos + analyser->block_frames);
  to = MIN (to, sb_source_n_frames (source));
  if (!patch->holes)
    patch->holes = g_array_new (FALSE, FALSE, sizeof (SbHole));
  for (int64_t frame = from; frame < to; frame++) {
    const float *x = analyser->block + (frame - analyser->block_pos) * channels;
    bool good = true;
    for (int channel = 0; channel < channels; channel++)
      good &= isfinite (x[channel]) != 0;
    if (good)
      continue;
    SbHole *last = patch->holes->len ? &g_array_index (patch->holes, SbHole, patch->holes->len - 1) : NULL;
    SbHole hole = {frame, frame + 1};
    if (last && frame - last->to <= HOLE_GAP_FRAMES)
      last->to = frame + 1;
    else
      g_array_append_val (patch->holes, hole);
  }
}

static void
note_bad (SbPatch *patch, int64_t col)
{
  bool none = patch->bad_first >= patch->bad_end;
  patch->bad_first = none ? col : MIN (patch->bad_first, col);
  patch->bad_end = none ? col + 1 : MAX (patch->bad_end, col + 1);
}

static void
fill_reassigned (SbAnalyser *analyser, SbSource *source, SbPatch *patch, int64_t first, int64_t end)
{
  const SbGrid *grid = sb_stft_grid (analyser->stft);
  int reach = analyser->moved.reach;
  int64_t from = MAX (first - reach, 0), to = MIN (end + reach, analyser->shape.n_cols);
  int64_t end_frame = sb_grid_col_start (grid, to - 1) + grid->n_fft;
  for (int64_t col = first; col < MIN (first + reach, end); col++)
    clear_ring_column (analyser, col);
  for (int64_t col = from; col < to + reach; col++) {
    if (col + reach < end && col + reach >= first)
      clear_ring_column (analyser, col + reach);
    if (col < to) {
      int64_t lo = MAX (col - reach, first), hi = MIN (col + reach, end - 1);
      int64_t ahead = grid->hop < grid->n_fft ? end_frame : sb_grid_col_start (grid, col) + grid->n_fft;
      if (!scatter (analyser, source, col, ahead, lo, hi))
        note_bad (patch, CLAMP (col, first, end - 1));
      else if (!analyser->finite && col >= first && col < end)
        note_holes (analyser, source, col, patch);
    }
    int64_t done = col - reach;
    if (done >= first && done < end) {
      codes_of_ring (analyser, source, done, analyser->codes);
      emit (analyser, patch, 0, done, analyser->codes, analyser->codes);
    }
  }
}

static bool
is_readable (SbAnalyser *analyser, SbSource *source, int64_t col)
{
  SbWaveTap *tap = g_steal_pointer (&analyser->tap); /* sees ascending frames only */
  const float *x = frames_of (analyser, source, sb_grid_col_start (sb_stft_grid (analyser->stft), col), 0);
  analyser->tap = tap;
  return x != NULL;
}

void
sb_analyser_fill (SbAnalyser *analyser, SbSource *source, SbPatch *patch, int64_t first, int64_t end)
{
  const SbGrid *grid = sb_stft_grid (analyser->stft);
  int64_t end_frame = sb_grid_col_start (grid, end - 1) + grid->n_fft;
  analyser->block_frames = 0; /* another source's frames */
  analyser->most_ahead = INT64_MAX;
  if (analyser->cells_per_bin > 1) {
    fill_reassigned (analyser, source, patch, first, end);
    return;
  }
  int n_bad = 0;     /* in a row */
  bool gone = false; /* all the rest: each try costs milliseconds */
  for (int64_t col = first; col < end; col++) {
    /* where columns don't overlap, what lies between them is not read */
    int64_t ahead = grid->hop < grid->n_fft ? end_frame : sb_grid_col_start (grid, col) + grid->n_fft;
    gone |= n_bad == BAD_IN_A_ROW && !is_readable (analyser, source, end - 1);
    bool good = !gone && codes_of (analyser, source, col, ahead, analyser->codes);
    if (gone)
      memset (analyser->codes, 0, (size_t) analyser->shape.n_bins);
    n_bad = good ? 0 : n_bad + 1;
    if (!good)
      note_bad (patch, col);
    else if (!analyser->finite)
      note_holes (analyser, source, col, patch);
    emit (analyser, patch, 0, col, analyser->codes, analyser->codes);
  }
}

void
sb_analyser_column (SbAnalyser *analyser, SbSource *source, int64_t col, uint8_t *codes)
{
  const SbGrid *grid = sb_stft_grid (analyser->stft);
  analyser->block_frames = 0;
  analyser->most_ahead = INT64_MAX;
  if (analyser->cells_per_bin == 1) {
    codes_of (analyser, source, col, 0, codes);
    return;
  }
  int64_t last = MIN (col + analyser->moved.reach, analyser->shape.n_cols - 1);
  clear_ring_column (analyser, col);
  for (int64_t from = MAX (col - analyser->moved.reach, 0); from <= last; from++)
    scatter (analyser, source, from, sb_grid_col_start (grid, last) + grid->n_fft, col, col);
  codes_of_ring (analyser, source, col, codes);
}
