/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/sb-columns-private.h"
#include "base/sb-error.h"

#include <math.h>

enum { BLOCK_FLOATS = 1 << 19 };

void
sb_columns_in (SbSource *source, const SbGrid *grid, double from_s, double to_s, int64_t *first, int64_t *end)
{
  double cols_per_s = (double)sb_source_rate (source) / grid->hop;
  int64_t n_cols = MAX (1, sb_grid_n_cols (grid, sb_source_n_frames (source)));
  double a = ceil (from_s * cols_per_s - 1e-9), b = floor (to_s * cols_per_s + 1e-9);
  if (a > b)
    a = b = round ((from_s + to_s) / 2 * cols_per_s);
  *first = (int64_t)CLAMP (a, 0, (double)n_cols - 1);
  *end = (int64_t)CLAMP (b, (double)*first, (double)n_cols - 1) + 1;
}

void
sb_columns_channels (SbSource *source, int channel, int *first, int *end)
{
  int channels = sb_source_channels (source);
  bool one = channel >= 0 && channel < channels;
  *first = one ? channel : 0;
  *end = one ? channel + 1 : MIN (channels, SB_COLUMNS_MAX_CHANNELS);
}

bool
sb_columns_each (SbSource *source, SbStft *stft, int64_t first, int64_t end, int channel, SbColumnFunc func, void *data,
                 SbProgress *progress, GError **error)
{
  const SbGrid *grid = sb_stft_grid (stft);
  int channels = sb_source_channels (source), c0, c1;
  int64_t room = BLOCK_FLOATS / channels - grid->n_fft;
  int64_t per_block = CLAMP (room / grid->hop + 1, 1, 1024);
  sb_columns_channels (source, channel, &c0, &c1);
  g_autofree float *frames =
      g_try_malloc_n ((gsize)((per_block - 1) * grid->hop + grid->n_fft) * channels, sizeof (float));
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
  if (!frames) {
    g_set_error (error, SB_ERROR, SB_ERROR_MEMORY,
                 "There is not enough memory to measure here. Close other programs and try again.");
    return false;
  }
  for (int64_t block = first; block < end; block += per_block) {
    int64_t n = MIN (per_block, end - block);
    if (sb_progress_check (progress, error) ||
        !sb_source_read (source, sb_grid_col_start (grid, block), (n - 1) * grid->hop + grid->n_fft, frames, error))
      return false;
    for (int64_t i = 0; i < n; i++)
      for (int c = c0; c < c1; c++)
        func (data, block + i, c, sb_stft_forward (stft, scratch, frames + i * grid->hop * channels + c, channels));
    sb_progress_set (progress, (double)(block + n - first) / (double)(end - first));
  }
  return true;
}
