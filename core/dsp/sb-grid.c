/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-grid.h. */
#include "dsp/sb-grid.h"

#include "base/sb-error.h"

#include <math.h>
#include <string.h>

#define MAX_N_FFT (1 << 20)

SbGrid
sb_grid_default (double rate_hz)
{
  int power = (int)lrint (log2 (MAX (0.043 * rate_hz, 1.0)));
  int n_fft = 1 << CLAMP (power, 6, 16); /* more bins than that hold the UI thread while pixels are made of them */
  return (SbGrid){ n_fft, n_fft / 4, SB_WINDOW_HANN };
}

bool
sb_grid_equal (const SbGrid *a, const SbGrid *b)
{
  return a->n_fft == b->n_fft && a->hop == b->hop && a->window == b->window;
}

bool
sb_grid_check_sizes (const SbGrid *grid, GError **error)
{
  if (grid->n_fft < 2 || grid->n_fft > MAX_N_FFT) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "n_fft %d is out of range; choose a length from 2 to %d.",
                 grid->n_fft, MAX_N_FFT);
    return false;
  }
  if (grid->hop < 1 || grid->hop > MAX_N_FFT) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "hop %d is out of range; choose 1 to %d frames.", grid->hop,
                 MAX_N_FFT);
    return false;
  }
  if (grid->window < SB_WINDOW_HANN || grid->window > SB_WINDOW_RECT) {
    g_set_error_literal (error, SB_ERROR, SB_ERROR_VALUE, "There is no such window.");
    return false;
  }
  return true;
}

bool
sb_grid_check (const SbGrid *grid, GError **error)
{
  if (!sb_grid_check_sizes (grid, error))
    return false;
  g_autofree double *g = g_new (double, grid->n_fft);
  g_autofree double *sum = g_new0 (double, grid->hop);
  sb_window_fill (grid->window, grid->n_fft, g);
  for (int i = 0; i < grid->n_fft; i++)
    sum[i % grid->hop] += g[i] * g[i];
  double least = sum[0], most = sum[0];
  for (int i = 1; i < grid->hop; i++) {
    least = MIN (least, sum[i]);
    most = MAX (most, sum[i]);
  }
  if (least >= 1e-3 * most)
    return true;
  g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
               "A %s window of %d with hop %d leaves frames that no column covers, so nothing can be put together "
               "again from it; choose a smaller hop, for example %d.",
               sb_window_name (grid->window), grid->n_fft, grid->hop, MAX (1, grid->n_fft / 4));
  return false;
}

int
sb_grid_n_bins (const SbGrid *grid)
{
  return grid->n_fft / 2 + 1;
}

int64_t
sb_grid_n_cols (const SbGrid *grid, int64_t n_frames)
{
  int64_t room = n_frames + 2 * (grid->n_fft / 2) - grid->n_fft;
  return room < 0 ? 0 : 1 + room / grid->hop;
}

int64_t
sb_grid_col_start (const SbGrid *grid, int64_t col)
{
  return col * grid->hop - grid->n_fft / 2;
}

static int64_t
floor_div (int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

void
sb_grid_cols_over (const SbGrid *grid, int64_t n_frames, int64_t pos, int64_t n, int64_t *first, int64_t *end)
{
  int64_t n_cols = sb_grid_n_cols (grid, n_frames);
  int64_t half = grid->n_fft / 2;
  /* k·hop − half + n_fft > pos   and   k·hop − half < pos + n */
  *first = CLAMP (floor_div (pos + half - grid->n_fft, grid->hop) + 1, 0, n_cols);
  *end = CLAMP (floor_div (pos + n + half - 1, grid->hop) + 1, *first, n_cols);
  if (n <= 0)
    *end = *first;
}

void
sb_grid_frames_under (const SbGrid *grid, int64_t n_frames, int64_t first, int64_t end, int64_t *from, int64_t *to)
{
  *from = CLAMP (sb_grid_col_start (grid, first), 0, n_frames);
  *to = CLAMP (sb_grid_col_start (grid, end - 1) + grid->n_fft, *from, n_frames);
  if (end <= first)
    *to = *from;
}

/* --- windows ------------------------------------------------------------ */

static const struct {
  const char *name;
  int half_lobe_bins;
  double a[4]; /* Σ (−1)^i a_i cos(2πi·n/N): Harris 1978 */
} windows[] = {
  [SB_WINDOW_HANN] = { "hann", 2, { 0.5, 0.5 } },
  [SB_WINDOW_HAMMING] = { "hamming", 2, { 0.54, 0.46 } },
  [SB_WINDOW_BLACKMAN] = { "blackman", 3, { 0.42, 0.5, 0.08 } },
  [SB_WINDOW_BLACKMANHARRIS] = { "blackmanharris", 4, { 0.35875, 0.48829, 0.14128, 0.01168 } },
  [SB_WINDOW_RECT] = { "rect", 1, { 1.0 } },
};

bool
sb_window_from_name (const char *name, SbWindowKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    if (strcmp (name, windows[i].name) == 0) {
      *kind = (SbWindowKind)i;
      return true;
    }
  return false;
}

const char *
sb_window_name (SbWindowKind kind)
{
  return windows[kind].name;
}

void
sb_window_fill (SbWindowKind kind, int n, double *g)
{
  const double *a = windows[kind].a;
  for (int i = 0; i < n; i++) {
    double phase = 2.0 * G_PI * i / n;
    g[i] = a[0] - a[1] * cos (phase) + a[2] * cos (2.0 * phase) - a[3] * cos (3.0 * phase);
  }
}

int
sb_window_half_lobe_bins (SbWindowKind kind)
{
  return windows[kind].half_lobe_bins;
}
