/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-stft.h.
 *
 * Resynthesis must give the same bits every time.  FFTW_ESTIMATE alone does
 * not: once any FFTW_MEASURE plan of a size exists in the process, the
 * planner's wisdom answers ESTIMATE too.  So exact plans are made under the
 * planner lock after fftwf_forget_wisdom(). */
#include "dsp/sb-kernel.h"
#include "dsp/sb-stft.h"

#include "base/sb-error.h"

#include <fftw3.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

struct SbStft {
  atomic_int refs;
  /* immutable */
  SbGrid grid;
  int n_bins;
  float *window;       /* float[n_fft] */
  float *window_over_n; /* g / n_fft: the synthesis window with FFTW's missing 1/n */
  double *norm;        /* Σg² of the endless grid at frame i mod hop, counted from a column's start: double[hop] */
  double *square;      /* g², double[n_fft] */
  double window_sum;
  float norm_max;
  fftwf_plan forward, inverse;
};

struct SbStftScratch {
  float *frames;           /* fftwf_malloc: float[n_fft] */
  fftwf_complex *spectrum; /* fftwf_malloc: complex[n_bins] */
  bool finite;
};

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

void
sb_fft_planner_lock (void)
{
  pthread_mutex_lock (&planner);
}

void
sb_fft_planner_unlock (void)
{
  pthread_mutex_unlock (&planner);
}

static void
make_plans (SbStft *stft, SbPlanEffort effort)
{
  int n = stft->grid.n_fft;
  SbStftScratch *scratch = sb_stft_scratch_new (stft);
  unsigned flags = effort == SB_PLAN_MEASURED ? FFTW_MEASURE : FFTW_ESTIMATE;
  sb_fft_planner_lock ();
  if (effort == SB_PLAN_EXACT)
    fftwf_forget_wisdom ();
  stft->forward = fftwf_plan_dft_r2c_1d (n, scratch->frames, scratch->spectrum, flags);
  stft->inverse = fftwf_plan_dft_c2r_1d (n, scratch->spectrum, scratch->frames, flags);
  sb_fft_planner_unlock ();
  sb_stft_scratch_free (scratch);
}

SbStft *
sb_stft_new (const SbGrid *grid, SbPlanEffort effort, GError **error)
{
  if (!sb_grid_check_sizes (grid, error))
    return NULL;
  SbStft *stft = g_new0 (SbStft, 1);
  int n = grid->n_fft;
  atomic_init (&stft->refs, 1);
  stft->grid = *grid;
  stft->n_bins = sb_grid_n_bins (grid);
  stft->window = g_new (float, n);
  stft->window_over_n = g_new (float, n);
  stft->square = g_new (double, n);
  stft->norm = g_new0 (double, grid->hop);
  sb_window_fill (grid->window, n, stft->square);
  for (int i = 0; i < n; i++) {
    double g = stft->square[i];
    stft->window[i] = (float)g;
    stft->window_over_n[i] = (float)(g / n);
    stft->window_sum += g;
    stft->square[i] = g * g;
    stft->norm[i % grid->hop] += g * g;
  }
  for (int i = 0; i < grid->hop; i++)
    stft->norm_max = MAX (stft->norm_max, (float)stft->norm[i]);
  make_plans (stft, effort);
  if (stft->forward == NULL || stft->inverse == NULL) {
    g_set_error (error, SB_ERROR, SB_ERROR_MEMORY,
                 "FFTW could not plan a transform of length %d; choose another n_fft.", n);
    sb_stft_unref (stft);
    return NULL;
  }
  return stft;
}

SbStft *
sb_stft_ref (SbStft *stft)
{
  atomic_fetch_add (&stft->refs, 1);
  return stft;
}

void
sb_stft_unref (SbStft *stft)
{
  if (stft == NULL || atomic_fetch_sub (&stft->refs, 1) != 1)
    return;
  sb_fft_planner_lock ();
  if (stft->forward != NULL)
    fftwf_destroy_plan (stft->forward);
  if (stft->inverse != NULL)
    fftwf_destroy_plan (stft->inverse);
  sb_fft_planner_unlock ();
  g_free (stft->window);
  g_free (stft->window_over_n);
  g_free (stft->square);
  g_free (stft->norm);
  g_free (stft);
}

const SbGrid *
sb_stft_grid (const SbStft *stft)
{
  return &stft->grid;
}

int
sb_stft_n_bins (const SbStft *stft)
{
  return stft->n_bins;
}

const float *
sb_stft_window (const SbStft *stft)
{
  return stft->window;
}

double
sb_stft_window_sum (const SbStft *stft)
{
  return stft->window_sum;
}

float
sb_stft_norm_max (const SbStft *stft)
{
  return stft->norm_max;
}

SbStftScratch *
sb_stft_scratch_new (const SbStft *stft)
{
  SbStftScratch *scratch = g_new0 (SbStftScratch, 1);
  scratch->frames = fftwf_malloc (sizeof (float) * stft->grid.n_fft);
  scratch->spectrum = fftwf_malloc (sizeof (fftwf_complex) * stft->n_bins);
  if (scratch->frames == NULL || scratch->spectrum == NULL)
    g_error ("Out of memory for a transform of length %d.", stft->grid.n_fft);
  return scratch;
}

void
sb_stft_scratch_free (SbStftScratch *scratch)
{
  if (scratch == NULL)
    return;
  fftwf_free (scratch->frames);
  fftwf_free (scratch->spectrum);
  g_free (scratch);
}

/* The exponent is all ones for infinities and NaN: an integer test that -ffast-math could not remove. */
static inline float
finite_or_zero (float x, uint32_t *bad)
{
  union {
    float f;
    uint32_t u;
  } bits = { .f = x };
  uint32_t wrong = (bits.u & 0x7f800000u) == 0x7f800000u ? ~0u : 0u;
  *bad |= wrong;
  bits.u &= ~wrong;
  return bits.f;
}

/* frames: float[n] ← g·x, non-finite x counting as 0; returns whether there was one */
SB_KERNEL static uint32_t
window_frames (const float *restrict g, const float *restrict x, int n, float *restrict frames)
{
  uint32_t bad = 0;
  for (int i = 0; i < n; i++)
    frames[i] = g[i] * finite_or_zero (x[i], &bad);
  return bad;
}

float complex *
sb_stft_forward (const SbStft *stft, SbStftScratch *scratch, const float *x, ptrdiff_t stride)
{
  const float *restrict g = stft->window;
  float *restrict frames = scratch->frames;
  int n = stft->grid.n_fft;
  uint32_t bad = 0;
  if (stride == 1)
    bad = window_frames (g, x, n, frames);
  else
    for (int i = 0; i < n; i++)
      frames[i] = g[i] * finite_or_zero (x[i * stride], &bad);
  scratch->finite = bad == 0;
  fftwf_execute_dft_r2c (stft->forward, frames, scratch->spectrum);
  return (float complex *)scratch->spectrum;
}

bool
sb_stft_scratch_finite (const SbStftScratch *scratch)
{
  return scratch->finite;
}

const float *
sb_stft_inverse (const SbStft *stft, SbStftScratch *scratch, const float complex *spectrum)
{
  const float *restrict g = stft->window_over_n;
  int n = stft->grid.n_fft;
  if ((const void *)spectrum != (const void *)scratch->spectrum)
    memcpy (scratch->spectrum, spectrum, sizeof (float complex) * stft->n_bins);
  fftwf_execute_dft_c2r (stft->inverse, scratch->spectrum, scratch->frames);
  float *restrict frames = scratch->frames;
  for (int i = 0; i < n; i++)
    frames[i] *= g[i];
  return frames;
}

/*  frame    pos ………………………………………
 *  columns  first ┌────┐
 *             …     ┌────┐            the endless grid's sum, less the columns before 0
 *  n_cols−1 ………………………┌────┐          and after n_cols−1, where the span comes near an end */
void
sb_stft_norm (const SbStft *stft, int64_t n_frames, int64_t pos, int64_t n, float *out)
{
  const SbGrid *grid = &stft->grid;
  int64_t n_cols = sb_grid_n_cols (grid, n_frames);
  int64_t half = grid->n_fft / 2;
  int64_t inner_from = grid->n_fft - half;                                  /* no column before 0 reaches here */
  int64_t inner_to = n_cols * grid->hop - half;                             /* nor one after the last */
  for (int64_t i = 0; i < n; i++) {
    int64_t frame = pos + i;
    if (frame >= inner_from && frame < inner_to) {
      out[i] = (float)stft->norm[(frame + half) % grid->hop];
      continue;
    }
    int64_t first, end;
    double sum = 0.0;
    sb_grid_cols_over (grid, n_frames, frame, 1, &first, &end);
    for (int64_t col = first; col < end; col++)
      sum += stft->square[frame - sb_grid_col_start (grid, col)];
    out[i] = (float)sum;
  }
}
