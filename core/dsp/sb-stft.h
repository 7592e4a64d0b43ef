/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One column forward and back, and the divisor of the inverse.
 *
 *   X[k] = Σ_n g(n)·x(n)·e^(−2πi·kn/n_fft)   unnormalised one-sided DFT of g·x, n_bins values
 *                                            (Allen & Rabiner 1977; the same numbers as librosa.stft)
 *   Σg²(n) = sum over the columns 0 … n_cols−1 that are really there   (Griffin & Lim 1984)
 *
 * SbStft is immutable and shared by any number of threads; each thread brings
 * an SbStftScratch of its own.  The kernels neither allocate nor fail. */
#pragma once
#include "dsp/sb-grid.h"
#include <complex.h>
#include <stddef.h>

typedef enum {
  SB_PLAN_EXACT,   /* FFTW_ESTIMATE after forgetting wisdom: same plan every time; resynthesis */
  SB_PLAN_MEASURED /* FFTW_MEASURE: may be faster, may differ in the last bit: nothing that is kept or compared */
} SbPlanEffort;

typedef struct SbStft SbStft;
typedef struct SbStftScratch SbStftScratch;

/* Checks sizes, not overlap.  Thread: any.  Blocks: planner lock (EXACT: short; MEASURED: up to 150 ms). */
SbStft *sb_stft_new (const SbGrid *grid, SbPlanEffort effort, GError **error);
SbStft *sb_stft_ref (SbStft *stft);
void sb_stft_unref (SbStft *stft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbStft, sb_stft_unref)
const SbGrid *sb_stft_grid (const SbStft *stft);
int sb_stft_n_bins (const SbStft *stft);
const float *sb_stft_window (const SbStft *stft); /* float[n_fft] */
double sb_stft_window_sum (const SbStft *stft);

SbStftScratch *sb_stft_scratch_new (const SbStft *stft);
void sb_stft_scratch_free (SbStftScratch *scratch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbStftScratch, sb_stft_scratch_free)

/* x: n_fft values, `stride` floats apart (interleaved channels).  Non-finite
 * values count as 0.  Returns the scratch's spectrum: float complex[n_bins],
 * writable, valid until the next call with this scratch. */
float complex *sb_stft_forward (const SbStft *stft, SbStftScratch *scratch, const float *x, ptrdiff_t stride);
/* Whether the values of the last forward transform were all finite. */
bool sb_stft_scratch_finite (const SbStftScratch *scratch);
/* Transforms `spectrum` (float complex[n_bins], copied) back:
 * returns g·IRFFT(X), float[n_fft], 1/n_fft included, valid until the next call. */
const float *sb_stft_inverse (const SbStft *stft, SbStftScratch *scratch, const float complex *spectrum);
/* out[i] = Σg² at frame pos+i for a recording of n_frames.  Largest inner value: sb_stft_norm_max(). */
void sb_stft_norm (const SbStft *stft, int64_t n_frames, int64_t pos, int64_t n, float *out);
float sb_stft_norm_max (const SbStft *stft);

/* Planner lock, for the bench, which plans by itself. */
void sb_fft_planner_lock (void);
void sb_fft_planner_unlock (void);
