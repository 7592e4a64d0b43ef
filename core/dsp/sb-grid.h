/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The time–frequency grid of an STFT: n_fft, hop and window, and the integer
 * arithmetic that places columns on frames.
 *
 *   frames  ……0 1 2 ………………………………………… n_frames−1 ……  zeros beyond both ends
 *   column k covers frames [k·hop − ⌊n_fft/2⌋, k·hop − ⌊n_fft/2⌋ + n_fft)
 *   n_cols  = 1 + (n_frames + 2⌊n_fft/2⌋ − n_fft) / hop      (librosa, center=True)
 *
 * A plain value.  Thread: any.  Blocks: no. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
  SB_WINDOW_HANN,
  SB_WINDOW_HAMMING,
  SB_WINDOW_BLACKMAN,
  SB_WINDOW_BLACKMANHARRIS,
  SB_WINDOW_RECT,
} SbWindowKind;

typedef struct {
  int n_fft;           /* 2 … 2^20, odd and non-powers of two allowed */
  int hop;             /* frames, ≥ 1 */
  SbWindowKind window; /* periodic, n_fft long */
} SbGrid;

/* Periodic Hann, n_fft = 2^round(log2(0.043·rate)) but at least 64 and at most 65536, hop = n_fft/4. */
SbGrid sb_grid_default (double rate_hz);
bool sb_grid_equal (const SbGrid *a, const SbGrid *b);
/* Sizes are sane (SB_ERROR_VALUE otherwise). */
bool sb_grid_check_sizes (const SbGrid *grid, GError **error);
/* Sizes are sane and the windows overlap enough to be inverted: the smallest
 * inner Σg² is at least a thousandth of the largest. */
bool sb_grid_check (const SbGrid *grid, GError **error);

int sb_grid_n_bins (const SbGrid *grid); /* n_fft/2 + 1 */
int64_t sb_grid_n_cols (const SbGrid *grid, int64_t n_frames);
int64_t sb_grid_col_start (const SbGrid *grid, int64_t col); /* first frame, may be negative */
/* Columns [*first, *end) of 0…n_cols that cover any frame of [pos, pos + n). */
void sb_grid_cols_over (const SbGrid *grid, int64_t n_frames, int64_t pos, int64_t n, int64_t *first, int64_t *end);
/* Frames [*from, *to) that columns [first, end) cover, clipped to the file. */
void sb_grid_frames_under (const SbGrid *grid, int64_t n_frames, int64_t first, int64_t end, int64_t *from,
                           int64_t *to);

bool sb_window_from_name (const char *name, SbWindowKind *kind);
const char *sb_window_name (SbWindowKind kind);
/* g: double[n], periodic (scipy get_window(name, n), fftbins=True). */
void sb_window_fill (SbWindowKind kind, int n, double *g);
/* Half the main lobe in bins, to the first zero: hann 2, hamming 2, blackman 3, blackmanharris 4, rect 1. */
int sb_window_half_lobe_bins (SbWindowKind kind);
