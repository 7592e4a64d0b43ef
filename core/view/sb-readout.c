/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One column at the pointer.  For the periodic Hann window a sine between
 * bins k and k+1 has |X[k+1]|/|X[k]| = a ⇒ its offset is d = (2a − 1)/(a + 1),
 * and its amplitude is |X[k]| over the window's kernel at d,
 * sin(πd)/(πd)/(1 − d²)  (Grandke 1983). */
#include "view/sb-readout.h"
#include "base/sb-error.h"

#include <math.h>

enum { MAX_CHANNELS = 8 };

static SbReadout
estimate (const float complex *X, int n_bins, const SbGrid *grid, int rate, int bin)
{
  for (int k = MAX (1, bin - 1); k <= MIN (n_bins - 2, bin + 1); k++)
    if (cabsf (X[k]) > cabsf (X[bin]))
      bin = k;
  double peak = cabsf (X[bin]), d = 0;
  double left = bin > 0 ? cabsf (X[bin - 1]) : 0, right = bin + 1 < n_bins ? cabsf (X[bin + 1]) : 0;
  bool inner = bin > 1 && bin + 2 < n_bins;
  if (grid->window == SB_WINDOW_HANN && inner && peak >= left && peak >= right && peak > 0) {
    double a = MAX (left, right) / peak;
    d = CLAMP ((2 * a - 1) / (a + 1), 0, 0.5);
    double kernel = d < 1e-9 ? 1 : sin (G_PI * d) / (G_PI * d) / (1 - d * d);
    peak /= kernel;
    if (left > right)
      d = -d;
  }
  return (SbReadout){ .hz = (bin + d) * rate / grid->n_fft, .level_db = peak };
}

bool
sb_readout (SbSource *source, SbStft *stft, double t_s, double hz, SbReadout *readout, GError **error)
{
  const SbGrid *grid = sb_stft_grid (stft);
  int rate = sb_source_rate (source), channels = sb_source_channels (source), n_bins = sb_stft_n_bins (stft);
  int64_t n_cols = sb_grid_n_cols (grid, sb_source_n_frames (source));
  int64_t col = CLAMP (llround (t_s * rate / grid->hop), 0, MAX (n_cols, 1) - 1);
  int bin = (int) CLAMP (lround (hz * grid->n_fft / rate), 0, n_bins - 1);
  g_autofree float *frames = g_try_malloc_n ((gsize) grid->n_fft * channels, sizeof (float));
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
  SbReadout loudest = { .hz = (double) bin * rate / grid->n_fft, .level_db = 0 };

  if (!frames) {
    g_set_error (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory to read the level here.");
    return false;
  }
  if (!sb_source_read (source, sb_grid_col_start (grid, col), grid->n_fft, frames, error))
    return false;
  for (int c = 0; c < MIN (channels, MAX_CHANNELS); c++) {
    const float complex *X = sb_stft_forward (stft, scratch, frames + c, channels);
    SbReadout here = estimate (X, n_bins, grid, rate, bin);
    if (here.level_db > loudest.level_db)
      loudest = here;
  }
  bool one_sided = bin == 0 || (grid->n_fft % 2 == 0 && bin == n_bins - 1);
  double amplitude = loudest.level_db * (one_sided ? 1 : 2) / sb_stft_window_sum (stft);
  loudest.level_db = amplitude > 0 ? 20 * log10 (amplitude) : -INFINITY;
  *readout = loudest;
  return true;
}
