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
#include <stdlib.h>
#include <string.h>

#define BLOCK_FLOATS (1 << 20) /* 4 MB a read, more only where one column needs more */

struct SbAnalyser {
  SbStft *stft;
  SbStftScratch *scratch;
  SbPyramidShape shape;
  uint8_t *codes, *channel_codes; /* uint8_t[n_bins] */
  uint8_t *max[SB_MAX_LEVELS], *mean[SB_MAX_LEVELS]; /* the first half that waits for its second */
  float *block;
  int64_t capacity_floats, block_pos, block_frames; /* frames in the block; 0: none */
};

SbAnalyser *
sb_analyser_new (SbStft *stft, const SbPyramidShape *shape)
{
  SbAnalyser *analyser = g_new0 (SbAnalyser, 1);
  size_t n_bins = (size_t) shape->n_bins;
  analyser->stft = sb_stft_ref (stft);
  analyser->scratch = sb_stft_scratch_new (stft);
  analyser->shape = *shape;
  analyser->codes = g_malloc (n_bins);
  analyser->channel_codes = g_malloc (n_bins);
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
  free (analyser->block);
  g_free (analyser->codes);
  g_free (analyser->channel_codes);
  sb_stft_scratch_free (analyser->scratch);
  sb_stft_unref (analyser->stft);
  g_free (analyser);
}

/* The frames under a column; reads ahead up to frame `end` (as many as a block holds). */
static const float *
frames_of (SbAnalyser *analyser, SbSource *source, int64_t start, int64_t end)
{
  int n_fft = sb_stft_grid (analyser->stft)->n_fft;
  int channels = sb_source_channels (source);
  if (analyser->block_frames == 0 || start < analyser->block_pos ||
      start + n_fft > analyser->block_pos + analyser->block_frames) {
    int64_t frames = MAX (n_fft, MIN (end - start, BLOCK_FLOATS / channels));
    analyser->block_frames = 0;
    if (frames * channels > analyser->capacity_floats) {
      free (analyser->block);
      analyser->block = malloc ((size_t) frames * (size_t) channels * sizeof *analyser->block);
      analyser->capacity_floats = analyser->block ? frames * channels : 0;
    }
    if (!analyser->block || !sb_source_read (source, start, frames, analyser->block, NULL))
      return NULL;
    analyser->block_pos = start;
    analyser->block_frames = frames;
  }
  return analyser->block + (start - analyser->block_pos) * channels;
}

static bool
codes_of (SbAnalyser *analyser, SbSource *source, int64_t col, int64_t end_frame, uint8_t *codes)
{
  const SbGrid *grid = sb_stft_grid (analyser->stft);
  int n_bins = analyser->shape.n_bins, channels = sb_source_channels (source);
  double window_sum = sb_stft_window_sum (analyser->stft);
  const float *x = frames_of (analyser, source, sb_grid_col_start (grid, col), end_frame);
  if (!x) {
    memset (codes, 0, (size_t) n_bins);
    return false;
  }
  for (int channel = 0; channel < MIN (channels, SB_ANALYSED_CHANNELS); channel++) {
    float complex *X = sb_stft_forward (analyser->stft, analyser->scratch, x + channel, channels);
    uint8_t *out = channel == 0 ? codes : analyser->channel_codes;
    sb_level_codes (X, n_bins, grid->n_fft, window_sum, out);
    if (channel > 0)
      sb_codes_max (codes, out, n_bins);
  }
  return true;
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

void
sb_analyser_fill (SbAnalyser *analyser, SbSource *source, SbPatch *patch, int64_t first, int64_t end)
{
  const SbGrid *grid = sb_stft_grid (analyser->stft);
  int64_t end_frame = sb_grid_col_start (grid, end - 1) + grid->n_fft;
  analyser->block_frames = 0; /* another source's frames */
  for (int64_t col = first; col < end; col++) {
    /* where columns don't overlap, what lies between them is not read */
    int64_t ahead = grid->hop < grid->n_fft ? end_frame : sb_grid_col_start (grid, col) + grid->n_fft;
    if (!codes_of (analyser, source, col, ahead, analyser->codes))
      patch->failed = true;
    emit (analyser, patch, 0, col, analyser->codes, analyser->codes);
  }
}

void
sb_analyser_column (SbAnalyser *analyser, SbSource *source, int64_t col, uint8_t *codes)
{
  analyser->block_frames = 0;
  codes_of (analyser, source, col, 0, codes);
}
