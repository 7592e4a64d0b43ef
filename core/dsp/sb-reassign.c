/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-reassign.h.  The three real transforms share one plan.  g′ is the
 * derivative of the periodic window's cosine sum, taken from its own DFT, so
 * that it fits any window that is one; a rectangle has none (g′ = 0 inside). */
#include "dsp/sb-reassign.h"

#include <fftw3.h>
#include <math.h>
#include <string.h>

#define MAX_TERMS 4 /* Blackman–Harris */

struct SbReassign {
  SbStft *stft;
  int n_fft, n_bins;
  float *g, *ng, *dg; /* float[n_fft] */
  double scale;       /* of |X_g|² */
  fftwf_plan plan;
};

struct SbReassignScratch {
  float *frames;
  fftwf_complex *X, *Xn, *Xd; /* float complex, since complex.h comes first */
};

SbReassign *
sb_reassign_new (SbStft *stft)
{
  SbReassign *r = g_new0 (SbReassign, 1);
  int n = sb_stft_grid (stft)->n_fft;
  r->stft = sb_stft_ref (stft);
  r->n_fft = n;
  r->n_bins = sb_stft_n_bins (stft);
  r->g = g_new (float, n);
  r->ng = g_new (float, n);
  r->dg = g_new0 (float, n);
  g_autofree double *g = g_new (double, n);
  sb_window_fill (sb_stft_grid (stft)->window, n, g);
  double square = 0;
  for (int i = 0; i < n; i++) {
    r->g[i] = (float) g[i];
    r->ng[i] = (float) (g[i] * (i - n / 2));
    square += g[i] * g[i];
  }
  for (int k = 1; k < MAX_TERMS && k < n; k++) { /* g = a₀ + Σ aₖ cos 2πki/n */
    double a = 0;
    for (int i = 0; i < n; i++)
      a += 2 * g[i] * cos (2 * G_PI * k * i / n) / n;
    for (int i = 0; fabs (a) > 1e-9 && i < n; i++)
      r->dg[i] -= (float) (a * 2 * G_PI * k / n * sin (2 * G_PI * k * i / n));
  }
  /* Parseval, one-sided: a sine of amplitude 1 has Σ|X|² = n·Σg²/4 */
  r->scale = 4.0 / (n * square);
  SbReassignScratch *scratch = sb_reassign_scratch_new (r);
  sb_fft_planner_lock ();
  fftwf_forget_wisdom ();
  r->plan = fftwf_plan_dft_r2c_1d (n, scratch->frames, scratch->X, FFTW_ESTIMATE);
  sb_fft_planner_unlock ();
  sb_reassign_scratch_free (scratch);
  return r;
}

void
sb_reassign_free (SbReassign *r)
{
  if (!r)
    return;
  sb_fft_planner_lock ();
  fftwf_destroy_plan (r->plan);
  sb_fft_planner_unlock ();
  sb_stft_unref (r->stft);
  g_free (r->g);
  g_free (r->ng);
  g_free (r->dg);
  g_free (r);
}

SbReassignScratch *
sb_reassign_scratch_new (const SbReassign *r)
{
  SbReassignScratch *scratch = g_new0 (SbReassignScratch, 1);
  size_t bytes = sizeof (fftwf_complex) * (size_t) r->n_bins;
  scratch->frames = fftwf_malloc (sizeof (float) * (size_t) r->n_fft);
  scratch->X = fftwf_malloc (bytes);
  scratch->Xn = fftwf_malloc (bytes);
  scratch->Xd = fftwf_malloc (bytes);
  if (!scratch->frames || !scratch->X || !scratch->Xn || !scratch->Xd)
    g_error ("Out of memory for a transform of length %d.", r->n_fft);
  return scratch;
}

void
sb_reassign_scratch_free (SbReassignScratch *scratch)
{
  if (!scratch)
    return;
  fftwf_free (scratch->frames);
  fftwf_free (scratch->X);
  fftwf_free (scratch->Xn);
  fftwf_free (scratch->Xd);
  g_free (scratch);
}

static bool
transform (const SbReassign *r, SbReassignScratch *scratch, const float *window, const float *x, ptrdiff_t stride,
           fftwf_complex *out)
{
  bool finite = true;
  for (int i = 0; i < r->n_fft; i++) {
    float value = x[i * stride];
    bool good = isfinite (value);
    finite &= good;
    scratch->frames[i] = good ? window[i] * value : 0;
  }
  fftwf_execute_dft_r2c (r->plan, scratch->frames, out);
  return finite;
}

bool
sb_reassign_column (const SbReassign *r, SbReassignScratch *scratch, const float *x, ptrdiff_t stride, float *power,
                    float *frames, float *bins)
{
  bool finite = transform (r, scratch, r->g, x, stride, scratch->X);
  transform (r, scratch, r->ng, x, stride, scratch->Xn);
  transform (r, scratch, r->dg, x, stride, scratch->Xd);
  float half = (float) r->n_fft / 2, to_bins = (float) (r->n_fft / (2 * G_PI));
  for (int k = 0; k < r->n_bins; k++) {
    float re = crealf (scratch->X[k]), im = cimagf (scratch->X[k]), p = re * re + im * im;
    power[k] = (float) (p * r->scale);
    frames[k] = 0;
    bins[k] = (float) k;
    if (!(p > 1e-30f))
      continue;
    float dt = (crealf (scratch->Xn[k]) * re + cimagf (scratch->Xn[k]) * im) / p;
    float dw = (cimagf (scratch->Xd[k]) * re - crealf (scratch->Xd[k]) * im) / p;
    frames[k] = CLAMP (dt, -half, half);
    bins[k] = CLAMP ((float) k - dw * to_bins, 0, half);
  }
  if (r->n_fft % 2 == 0 && r->n_bins > 1)
    power[r->n_bins - 1] /= 4; /* no mirror image */
  power[0] /= 4;
  return finite;
}
