/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Power of a cell: with Σ|X|² one-sided (twice between 0 and Nyquist) the mean
 * square of the signal is Σ|X|²/(N·Σg²)  (Parseval).
 *
 *          |  before  | gap |      box      | gap |  after   |
 *   time ──┴──────────┴─────┴───────────────┴─────┴──────────┴──   gap = half a window */
#include "view/sb-measure.h"
#include "base/sb-error.h"
#include "view/sb-columns-private.h"
#include "view/sb-readout.h"

#include <math.h>

enum { LEAST_AROUND_COLS = 8, GAP_BINS = 4 };
#define MOST_AROUND_S 5.0

typedef struct {
  const SbGrid *grid;
  double window_sum;
  int low, high; /* bins, both inside */
  int64_t first;
  double *by_bin;      /* double[high − low + 1] */
  double *by_col;      /* double[n_cols] */
  double below, above; /* power in the bands beside */
  float peak;          /* |X|² */
  int peak_bin;
  int64_t peak_col;
  SbPeakEstimate estimate;
} Sum;

static double
cell (const Sum *sum, const float complex *X, int k)
{
  double re = crealf (X[k]), im = cimagf (X[k]);
  bool one_sided = k == 0 || (sum->grid->n_fft % 2 == 0 && k == sum->grid->n_fft / 2);
  return (re * re + im * im) * (one_sided ? 1 : 2);
}

static int
half_width (const Sum *sum)
{
  return MAX (1, (sum->high - sum->low + 2) / 2);
}

static void
add_column (void *data, int64_t col, int channel, const float complex *X)
{
  Sum *sum = data;
  float peak = 0;
  int peak_bin = -1, n_bins = sb_grid_n_bins (sum->grid), half = half_width (sum);
  for (int k = sum->low; k <= sum->high; k++) {
    double power = cell (sum, X, k);
    sum->by_bin[k - sum->low] += power;
    sum->by_col[col - sum->first] += power;
    if ((float)power > peak) {
      peak = (float)power;
      peak_bin = k;
    }
  }
  for (int k = MAX (0, sum->low - GAP_BINS - half); k < sum->low - GAP_BINS; k++)
    sum->below += cell (sum, X, k);
  for (int k = sum->high + GAP_BINS + 1; k <= MIN (n_bins - 1, sum->high + GAP_BINS + half); k++)
    sum->above += cell (sum, X, k);
  if (peak > sum->peak) {
    sum->peak = peak;
    sum->peak_bin = peak_bin;
    sum->peak_col = col;
    sum->estimate = sb_peak_estimate (X, sum->grid, sum->window_sum, peak_bin);
  }
}

static void
add_power (void *data, int64_t col, int channel, const float complex *X)
{
  Sum *sum = data;
  for (int k = sum->low; k <= sum->high; k++)
    sum->below += cell (sum, X, k);
}

/* Where a share of the total lies, cells being evenly filled; in cells from the first one's left edge. */
static double
quantile (const double *power, int64_t n, double total, double share)
{
  double wanted = total * share, so_far = 0;
  for (int64_t i = 0; i < n; i++) {
    if (so_far + power[i] >= wanted && power[i] > 0)
      return (double)i + (wanted - so_far) / power[i];
    so_far += power[i];
  }
  return (double)n;
}

/* Mean power a column before and after the box; −1 when there is no room. */
static double
power_around (SbSource *source, SbStft *stft, const Sum *box, int64_t end, int channel, SbProgress *progress,
              GError **error)
{
  const SbGrid *grid = box->grid;
  int64_t n_cols = sb_grid_n_cols (grid, sb_source_n_frames (source));
  int64_t most = (int64_t)(MOST_AROUND_S * sb_source_rate (source) / grid->hop);
  int64_t each = MAX (LEAST_AROUND_COLS, MIN ((end - box->first) / 2, most)),
          gap = (grid->n_fft / 2 + grid->hop - 1) / grid->hop;
  int64_t spans[2][2] = {{MAX (0, box->first - gap - each), MAX (0, box->first - gap)},
                         {MIN (n_cols, end + gap), MIN (n_cols, end + gap + each)}};
  Sum sum = *box;
  int64_t n = 0;
  sum.below = 0;
  for (int i = 0; i < 2; i++) {
    if (spans[i][1] <= spans[i][0])
      continue;
    n += spans[i][1] - spans[i][0];
    if (!sb_columns_each (source, stft, spans[i][0], spans[i][1], channel, add_power, &sum, progress, error))
      return NAN;
  }
  return n ? sum.below / (double)n : -1;
}

static double
ratio_db (double box, double around)
{
  return around < 0 ? NAN : box <= around ? -INFINITY : around == 0 ? INFINITY : 10 * log10 ((box - around) / around);
}

static double
beside_db (const Sum *sum, double total)
{
  int half = half_width (sum), n_bins = sb_grid_n_bins (sum->grid);
  int n_below = MIN (half, MAX (0, sum->low - GAP_BINS)),
      n_above = MIN (half, MAX (0, n_bins - 1 - sum->high - GAP_BINS));
  if (n_below + n_above == 0)
    return NAN;
  return ratio_db (total, (sum->below + sum->above) / (n_below + n_above) * (sum->high - sum->low + 1));
}

static void
fill (SbMeasurement *out, const Sum *sum, int64_t n_cols, double total, double col_s, double bin_hz)
{
  const SbBox *box = &out->box;
  int n_bins = sum->high - sum->low + 1;
  out->peak_s = out->peak_hz = NAN;
  out->peak_db = -INFINITY;
  out->energy_low_hz = out->energy_high_hz = out->energy_from_s = out->energy_to_s = NAN;
  if (total <= 0)
    return;
  out->peak_s = (double)sum->peak_col * col_s;
  out->peak_hz = sum->estimate.bin * bin_hz;
  out->peak_db = 20 * log10 (sum->estimate.amplitude);
  double low = (sum->low - 0.5 + quantile (sum->by_bin, n_bins, total, .05)) * bin_hz;
  double high = (sum->low - 0.5 + quantile (sum->by_bin, n_bins, total, .95)) * bin_hz;
  double from = ((double)sum->first - 0.5 + quantile (sum->by_col, n_cols, total, .05)) * col_s;
  double to = ((double)sum->first - 0.5 + quantile (sum->by_col, n_cols, total, .95)) * col_s;
  out->energy_low_hz = CLAMP (low, box->low_hz, box->high_hz);
  out->energy_high_hz = CLAMP (high, box->low_hz, box->high_hz);
  out->energy_from_s = CLAMP (from, box->from_s, box->to_s);
  out->energy_to_s = CLAMP (to, box->from_s, box->to_s);
}

static double
window_energy (SbStft *stft)
{
  const float *g = sb_stft_window (stft);
  double energy = 0;
  for (int i = 0; i < sb_stft_grid (stft)->n_fft; i++)
    energy += (double)g[i] * g[i];
  return energy;
}

bool
sb_measure (SbSource *source, SbStft *stft, const SbBox *box, int channel, SbMeasurement *out, SbProgress *progress,
            GError **error)
{
  const SbGrid *grid = sb_stft_grid (stft);
  double bin_hz = (double)sb_source_rate (source) / grid->n_fft, col_s = (double)grid->hop / sb_source_rate (source);
  int c0, c1, last = sb_grid_n_bins (grid) - 1;
  int64_t end;
  if (!(box->to_s >= box->from_s) || !(box->high_hz >= box->low_hz)) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "The box to measure ends before it starts. Draw it again.");
    return false;
  }
  Sum sum = {.grid = grid, .window_sum = sb_stft_window_sum (stft)};
  sum.low = (int)CLAMP (ceil (box->low_hz / bin_hz - 1e-9), 0, last);
  sum.high = (int)CLAMP (floor (box->high_hz / bin_hz + 1e-9), 0, last);
  if (sum.low > sum.high)
    sum.low = sum.high = (int)CLAMP (lround ((box->low_hz + box->high_hz) / 2 / bin_hz), 0, last);
  sb_columns_in (source, grid, box->from_s, box->to_s, &sum.first, &end);
  sb_columns_channels (source, channel, &c0, &c1);
  g_autofree double *by_bin = sum.by_bin = g_new0 (double, sum.high - sum.low + 1);
  g_autofree double *by_col = sum.by_col = g_try_new0 (double, end - sum.first);
  if (!by_col) {
    g_set_error (error, SB_ERROR, SB_ERROR_MEMORY,
                 "There is not enough memory to measure so long a box. Draw a shorter one.");
    return false;
  }
  if (!sb_columns_each (source, stft, sum.first, end, channel, add_column, &sum, progress, error))
    return false;
  double around = power_around (source, stft, &sum, end, channel, progress, error), total = 0;
  if (isnan (around))
    return false;
  for (int k = 0; k <= sum.high - sum.low; k++)
    total += sum.by_bin[k];
  out->box = *box;
  fill (out, &sum, end - sum.first, total, col_s, bin_hz);
  double mean = total / (double)(end - sum.first);
  double mean_square = mean / (c1 - c0) / grid->n_fft / window_energy (stft);
  out->level_db = mean_square > 0 ? 10 * log10 (2 * mean_square) : -INFINITY;
  out->snr_db = around < 0 ? beside_db (&sum, total) : ratio_db (mean, around);
  return true;
}
