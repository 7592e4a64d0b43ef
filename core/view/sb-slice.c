/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A peak is the largest bin among its neighbours within a main lobe and stands
 * out from the median of what surrounds it. */
#include "view/sb-slice.h"
#include "view/sb-columns-private.h"
#include "view/sb-readout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLOOR_DB      (-200.0f)
#define STANDS_OUT_DB 12.0f
enum { LOBE_BINS = 3, AROUND_BINS = 40 };

typedef struct {
  int n_bins, first_channel;
  double *power; /* double[n_channels][n_bins] */
} Sum;

static void
add_column (void *data, int64_t col, int channel, const float complex *X)
{
  Sum *sum = data;
  double *power = sum->power + (gsize)(channel - sum->first_channel) * sum->n_bins;
  for (int k = 0; k < sum->n_bins; k++)
    power[k] += (double)crealf (X[k]) * crealf (X[k]) + (double)cimagf (X[k]) * cimagf (X[k]);
}

static int
by_size (const void *a, const void *b)
{
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static float
median_around (const float *level, int n, int at)
{
  float sorted[2 * AROUND_BINS + 1];
  int n_sorted = 0;
  for (int k = MAX (0, at - AROUND_BINS); k <= MIN (n - 1, at + AROUND_BINS); k++)
    sorted[n_sorted++] = level[k];
  qsort (sorted, n_sorted, sizeof *sorted, by_size);
  return sorted[n_sorted / 2];
}

static bool
is_peak (const float *level, int n, int at)
{
  for (int k = MAX (0, at - LOBE_BINS); k <= MIN (n - 1, at + LOBE_BINS); k++)
    if (level[k] > level[at] || (k < at && level[k] == level[at]))
      return false;
  return level[at] > FLOOR_DB && level[at] - median_around (level, n, at) >= STANDS_OUT_DB;
}

static void
keep_peak (SbSlice *slice, SbSlicePeak peak)
{
  int at = slice->n_peaks;
  while (at > 0 && slice->peaks[at - 1].level_db < peak.level_db)
    at--;
  if (at == SB_SLICE_PEAKS)
    return;
  slice->n_peaks = MIN (slice->n_peaks + 1, SB_SLICE_PEAKS);
  memmove (slice->peaks + at + 1, slice->peaks + at, (slice->n_peaks - 1 - at) * sizeof peak);
  slice->peaks[at] = peak;
}

static void
find_peaks (SbSlice *slice, const float *magnitude, const SbGrid *grid, double window_sum)
{
  for (int k = 1; k < slice->n_bins - 1; k++) {
    if (!is_peak (slice->level_db, slice->n_bins, k))
      continue;
    SbPeakEstimate peak = sb_peak_estimate_magnitude (magnitude, grid, window_sum, k);
    keep_peak (slice, (SbSlicePeak){peak.bin * slice->bin_hz, 20 * log10 (peak.amplitude)});
  }
}

SbSlice *
sb_slice_new (SbSource *source, SbStft *stft, double from_s, double to_s, int channel, SbProgress *progress,
              GError **error)
{
  const SbGrid *grid = sb_stft_grid (stft);
  int64_t first, end;
  int c0, c1, n_bins = sb_stft_n_bins (stft);
  double window_sum = sb_stft_window_sum (stft);
  sb_columns_in (source, grid, MIN (from_s, to_s), MAX (from_s, to_s), &first, &end);
  sb_columns_channels (source, channel, &c0, &c1);
  Sum sum = {n_bins, c0, g_new0 (double, (gsize)(c1 - c0) * n_bins)};
  g_autofree double *owned = sum.power;
  if (!sb_columns_each (source, stft, first, end, channel, add_column, &sum, progress, error))
    return NULL;
  SbSlice *slice = g_new0 (SbSlice, 1);
  g_autofree float *magnitude = g_new (float, n_bins);
  slice->n_bins = n_bins;
  slice->bin_hz = (double)sb_source_rate (source) / grid->n_fft;
  slice->level_db = g_new (float, n_bins);
  slice->from_s = from_s;
  slice->to_s = to_s;
  for (int k = 0; k < n_bins; k++) {
    double power = 0;
    for (int c = 0; c < c1 - c0; c++)
      power = fmax (power, sum.power[(gsize)c * n_bins + k]);
    bool one_sided = k == 0 || (grid->n_fft % 2 == 0 && k == n_bins - 1);
    magnitude[k] = (float)sqrt (power / (double)(end - first));
    double amplitude = magnitude[k] * (one_sided ? 1 : 2) / window_sum;
    slice->level_db[k] = amplitude > 0 ? MAX (FLOOR_DB, (float)(20 * log10 (amplitude))) : FLOOR_DB;
  }
  find_peaks (slice, magnitude, grid, window_sum);
  return slice;
}

void
sb_slice_free (SbSlice *slice)
{
  if (!slice)
    return;
  g_free (slice->level_db);
  g_free (slice);
}
