/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One column at the pointer.  For the periodic Hann window a sine between
 * bins k and k+1 has |X[k+1]|/|X[k]| = a ⇒ its offset is d = (2a − 1)/(a + 1),
 * and its amplitude is |X[k]| over the window's kernel at d,
 * sin(πd)/(πd)/(1 − d²)  (Grandke 1983).  A real sine at bin f has a mirror at
 * −f whose side lobes reach over: at 3 bins from 0 they are worth 0.005 dB and
 * 0.04 Hz at 2048, so they are computed from the first estimate and taken off,
 * twice. */
#include "view/sb-readout.h"
#include "base/sb-error.h"

#include <math.h>

enum { MAX_CHANNELS = 8, MIRROR_ROUNDS = 3 };

/* Σ_n e^(−2πi·xn/N), n = 0 … N−1 */
static double complex
dirichlet (double x, int n)
{
  double below = sin (G_PI * x / n);
  double size = fabs (below) < 1e-12 ? n * cos (G_PI * x) / cos (G_PI * x / n) : sin (G_PI * x) / below;
  return size * cexp (-I * G_PI * x * (n - 1) / n);
}

/* DFT of the periodic Hann window, x bins from its centre. */
static double complex
hann_kernel (double x, int n)
{
  return 0.5 * dirichlet (x, n) - 0.25 * (dirichlet (x - 1, n) + dirichlet (x + 1, n));
}

/* Three neighbouring magnitudes, the middle one the largest → offset −½ … ½ of the sine. */
static double
ratio_offset (double left, double peak, double right)
{
  double a = MAX (left, right) / peak;
  double d = CLAMP ((2 * a - 1) / (a + 1), 0, 0.5);
  return left > right ? -d : d;
}

static bool
can_refine (const SbGrid *grid, int bin, double left, double peak, double right)
{
  return grid->window == SB_WINDOW_HANN && bin > 1 && bin + 2 < sb_grid_n_bins (grid) && peak > 0 && peak >= left &&
         peak >= right;
}

static SbPeakEstimate
plain_bin (const SbGrid *grid, double window_sum, int bin, double magnitude)
{
  bool one_sided = bin == 0 || (grid->n_fft % 2 == 0 && bin == grid->n_fft / 2);
  return (SbPeakEstimate){bin, magnitude * (one_sided ? 1 : 2) / window_sum};
}

SbPeakEstimate
sb_peak_estimate_magnitude (const float *magnitude, const SbGrid *grid, double window_sum, int bin)
{
  int n_bins = sb_grid_n_bins (grid);
  double peak = magnitude[bin], left = bin > 0 ? magnitude[bin - 1] : 0,
         right = bin + 1 < n_bins ? magnitude[bin + 1] : 0;
  if (!can_refine (grid, bin, left, peak, right))
    return plain_bin (grid, window_sum, bin, peak);
  double d = ratio_offset (left, peak, right);
  double kernel = fabs (d) < 1e-9 ? 1 : sin (G_PI * d) / (G_PI * d) / (1 - d * d);
  return (SbPeakEstimate){bin + d, 2 * peak / kernel / window_sum};
}

SbPeakEstimate
sb_peak_estimate (const float complex *X, const SbGrid *grid, double window_sum, int bin)
{
  int n = grid->n_fft, n_bins = sb_grid_n_bins (grid);
  double peak = cabsf (X[bin]), left = bin > 0 ? cabsf (X[bin - 1]) : 0,
         right = bin + 1 < n_bins ? cabsf (X[bin + 1]) : 0;
  if (!can_refine (grid, bin, left, peak, right))
    return plain_bin (grid, window_sum, bin, peak);
  double complex around[3] = {X[bin - 1], X[bin], X[bin + 1]};
  double d = 0;
  double complex half = 0; /* half the amplitude, with its phase */
  for (int round = 0; round < MIRROR_ROUNDS; round++) {
    d = ratio_offset (cabs (around[0]), cabs (around[1]), cabs (around[2]));
    half = around[1] / hann_kernel (-d, n);
    for (int i = 0; i < 3; i++)
      around[i] = X[bin - 1 + i] - conj (half) * hann_kernel (bin - 1 + i + bin + d, n);
  }
  return (SbPeakEstimate){bin + d, 2 * cabs (half)};
}

static bool
is_peak (const float complex *X, int n_bins, int k)
{
  return k > 0 && k + 1 < n_bins && cabsf (X[k]) > 0 && cabsf (X[k]) >= cabsf (X[k - 1]) &&
         cabsf (X[k]) >= cabsf (X[k + 1]);
}

/* The strongest bin beside the pointer's; further away only peaks count, so that the slope of a line out of reach does
 * not pull. */
static int
strongest (const float complex *X, int n_bins, int bin, int reach)
{
  int best = bin;
  for (int k = MAX (1, bin - reach); k <= MIN (n_bins - 2, bin + reach); k++)
    if (cabsf (X[k]) > cabsf (X[best]) && (abs (k - bin) <= 1 || is_peak (X, n_bins, k)))
      best = k;
  return best;
}

bool
sb_readout (SbSource *source, SbStft *stft, const SbPlace *place, SbReadout *readout, GError **error)
{
  const SbGrid *grid = sb_stft_grid (stft);
  int rate = sb_source_rate (source), channels = sb_source_channels (source), n_bins = sb_stft_n_bins (stft);
  int64_t n_cols = sb_grid_n_cols (grid, sb_source_n_frames (source));
  int64_t col = CLAMP (llround (place->t_s * rate / grid->hop), 0, MAX (n_cols, 1) - 1);
  int bin = (int)CLAMP (lround (place->hz * grid->n_fft / rate), 0, n_bins - 1);
  g_autofree float *frames = g_try_malloc_n ((gsize)grid->n_fft * channels, sizeof (float));
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
  int reach = (int)CLAMP (lround (place->reach_hz * grid->n_fft / rate), 1, n_bins);
  SbPeakEstimate loudest = {bin, 0};
  bool peak = false;

  if (!frames) {
    g_set_error (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory to read the level here.");
    return false;
  }
  if (!sb_source_read (source, sb_grid_col_start (grid, col), grid->n_fft, frames, error))
    return false;
  bool one = place->channel >= 0 && place->channel < channels;
  int first = one ? place->channel : 0, end = one ? first + 1 : MIN (channels, MAX_CHANNELS);
  for (int c = first; c < end; c++) {
    const float complex *X = sb_stft_forward (stft, scratch, frames + c, channels);
    int best = strongest (X, n_bins, bin, reach);
    SbPeakEstimate here = sb_peak_estimate (X, grid, sb_stft_window_sum (stft), best);
    if (here.amplitude > loudest.amplitude) {
      loudest = here;
      peak = is_peak (X, n_bins, best);
    }
  }
  *readout = (SbReadout){.is_peak = peak,
                         .hz = loudest.bin * rate / grid->n_fft,
                         .level_db = loudest.amplitude > 0 ? 20 * log10 (loudest.amplitude) : -INFINITY};
  return true;
}
