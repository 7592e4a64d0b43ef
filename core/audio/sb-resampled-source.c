/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-resampled-source.h.  Output frame i stands at i·num/den in the source
 * below; its fraction is one of `den` phases, each with a row of coefficients
 * of its own, so that a frame is one dot product.
 *
 *   h(t) = 2c·sinc(2c·t)·kaiser(t/half)      c = 0.95·stop, |t| < half = 35.5/stop
 *
 * stop is the end of the transition band in cycles a frame; 110 dB need
 * β = 0.1102·(110 − 8.7) and N = (110 − 7.95)/(14.36·Δf), Δf = 0.1·stop
 * (Kaiser 1974).  Each row is scaled to a sum of 1. */
#include "audio/sb-resampled-source.h"
#include "base/sb-error.h"

#include <math.h>
#include <string.h>

#define BETA             11.163
#define HALF_TIMES_STOP  35.5
#define KERNEL_POINTS    (36 * 2048) /* 1100 between two zeros: interpolating errs by −117 dB */
#define LANES            8
#define MOST_ROWS_FLOATS (1 << 20) /* with more, rows are made as they are needed */

typedef struct {
  SbSource source;
  SbSource *below;
  int64_t num, den;
  double stop;
  int half, n_taps; /* n_taps: 2·half, rounded up to whole LANES */
  float *kernel;    /* [KERNEL_POINTS + 2], h from 0 to its end */
  float *rows;      /* [den][n_taps], NULL: too many */
} ResampledSource;

/* Σ (x²/4)ᵏ/k!² */
static double
bessel_i0 (double x)
{
  double sum = 1, term = 1;
  for (int k = 1; term > 1e-12 * sum; k++) {
    term *= x * x / (4.0 * k * k);
    sum += term;
  }
  return sum;
}

static void
fill_kernel (ResampledSource *self)
{
  self->kernel = g_new0 (float, KERNEL_POINTS + 2);
  for (int i = 0; i < KERNEL_POINTS; i++) {
    const double u = (double)i / KERNEL_POINTS, turn = G_PI * 2 * 0.95 * HALF_TIMES_STOP * u;
    self->kernel[i] =
        (float)((i == 0 ? 1 : sin (turn) / turn) * bessel_i0 (BETA * sqrt (1 - u * u)) / bessel_i0 (BETA));
  }
}

/* Tap j stands at frame j − half + 1 from the one at or before the position. */
static void
fill_row (const ResampledSource *self, int64_t phase, float *row)
{
  const double fraction = (double)phase / (double)self->den, scale = KERNEL_POINTS * self->stop / HALF_TIMES_STOP;
  double sum = 0;
  for (int j = 0; j < self->n_taps; j++) {
    const double at = MIN (fabs ((double)(j - self->half + 1) - fraction) * scale, KERNEL_POINTS);
    const int point = (int)at;
    const float *h = self->kernel + point;
    row[j] = h[0] + (float)(at - point) * (h[1] - h[0]);
    sum += row[j];
  }
  for (int j = 0; j < self->n_taps; j++)
    row[j] = (float)(row[j] / sum);
}

static float
dot (const float *restrict a, const float *restrict b, int n)
{
  float sum[LANES] = {0};
  for (int i = 0; i < n; i += LANES)
    for (int j = 0; j < LANES; j++)
      sum[j] += a[i + j] * b[i + j];
  return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

/* Where output frame i stands: the frame at or before it, and the phase after that. */
static int64_t
place (const ResampledSource *self, int64_t i, int64_t *phase)
{
  const __int128 at = (__int128)i * self->num;
  *phase = (int64_t)(at % self->den);
  return (int64_t)(at / self->den);
}

static bool
resampled_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  ResampledSource *self = (ResampledSource *)source;
  const int channels = source->channels;
  int64_t phase;
  if (!self->n_taps)
    return sb_source_read (self->below, pos, n, out, error);
  const int64_t first = place (self, pos, &phase) - self->half + 1;
  const int64_t wide = place (self, pos + n - 1, &phase) - self->half + 1 + self->n_taps - first;
  g_autofree float *context = g_try_new (float, (gsize)(wide * channels));
  g_autofree float *line = g_try_new (float, (gsize)(wide * channels));
  g_autofree float *made = self->rows ? NULL : g_new (float, self->n_taps);
  if (!context || !line) {
    g_set_error_literal (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory to play the recording.");
    return false;
  }
  if (!sb_source_read (self->below, first, wide, context, error))
    return false;
  for (int c = 0; c < channels; c++)
    for (int64_t i = 0; i < wide; i++) {
      const float x = context[i * channels + c];
      line[c * wide + i] = isfinite (x) ? x : 0.0f;
    }
  for (int64_t i = 0; i < n; i++) {
    const int64_t at = place (self, pos + i, &phase) - self->half + 1 - first;
    if (made)
      fill_row (self, phase, made);
    const float *row = made ? made : self->rows + phase * self->n_taps;
    for (int c = 0; c < channels; c++)
      out[i * channels + c] = dot (row, line + c * wide + at, self->n_taps);
  }
  return true;
}

static void
resampled_finalize (SbSource *source)
{
  ResampledSource *self = (ResampledSource *)source;
  sb_source_unref (self->below);
  g_free (self->kernel);
  g_free (self->rows);
  g_free (self);
}

static const SbSourceClass resampled_class = {.read = resampled_read, .finalize = resampled_finalize};

static int64_t
common_divisor (int64_t a, int64_t b)
{
  while (b != 0) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static void
make_filter (ResampledSource *self, double cutoff_hz)
{
  self->stop = 0.5 * MIN (1.0, (double)self->den / (double)self->num);
  if (cutoff_hz > 0)
    self->stop = MIN (self->stop, cutoff_hz / self->below->rate / 0.9);
  self->half = (int)ceil (HALF_TIMES_STOP / self->stop);
  self->n_taps = (2 * self->half + LANES - 1) / LANES * LANES;
  fill_kernel (self);
  if (self->den > MOST_ROWS_FLOATS / self->n_taps)
    return;
  self->rows = g_new (float, (gsize)(self->den * self->n_taps));
  for (int64_t phase = 0; phase < self->den; phase++)
    fill_row (self, phase, self->rows + phase * self->n_taps);
}

SbSource *
sb_resampled_source_new (SbSource *below, const SbResampling *resampling)
{
  ResampledSource *self = g_new0 (ResampledSource, 1);
  self->below = sb_source_ref (below);
  self->num = (int64_t)below->rate * 1000;
  self->den = (int64_t)resampling->rate * llround (resampling->slow * 1000);
  const int64_t divisor = common_divisor (self->num, self->den);
  self->num /= divisor;
  self->den /= divisor;
  const int64_t n = (int64_t)(((__int128)below->n_frames * self->den + self->num - 1) / self->num);
  sb_source_init (&self->source, &resampled_class, resampling->rate, below->channels, MAX (n, 1));
  if (self->num != self->den || resampling->cutoff_hz > 0)
    make_filter (self, resampling->cutoff_hz);
  return &self->source;
}

/* --- heterodyne ----------------------------------------------------------- */

typedef struct {
  SbSource source;
  SbSource *below;
  double cycles; /* a frame */
} HeterodyneSource;

static bool
heterodyne_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  HeterodyneSource *self = (HeterodyneSource *)source;
  if (!sb_source_read (self->below, pos, n, out, error))
    return false;
  for (int64_t i = 0; i < n; i++) {
    const double turn = fmod (self->cycles * (double)(pos + i), 1.0);
    const float factor = (float)(2 * cos (2 * G_PI * turn));
    for (int c = 0; c < source->channels; c++)
      out[i * source->channels + c] *= factor;
  }
  return true;
}

static void
heterodyne_finalize (SbSource *source)
{
  sb_source_unref (((HeterodyneSource *)source)->below);
  g_free (source);
}

SbSource *
sb_heterodyne_source_new (SbSource *below, double f0_hz)
{
  static const SbSourceClass klass = {.read = heterodyne_read, .finalize = heterodyne_finalize};
  HeterodyneSource *self = g_new0 (HeterodyneSource, 1);
  self->below = sb_source_ref (below);
  self->cycles = f0_hz / below->rate;
  sb_source_init (&self->source, &klass, below->rate, below->channels, below->n_frames);
  return &self->source;
}
