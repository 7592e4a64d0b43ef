/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Spectrum to 8-bit level codes in one pass.  The logarithm comes from the
 * float's own exponent and a polynomial in its mantissa, so that the loop has
 * no call and no branch and becomes vector code.  Thread: any. */
#include "dsp/sb-kernel.h"
#include "dsp/sb-level.h"
#include <math.h>
#include <string.h>

#define CODES_PER_OCTAVE_OF_POWER ((float) (3.0102999566398120 / SB_LEVEL_STEP_DB))

/* log2 of p ≥ 0 (0 and denormals: about −127).  With p = m·2^e, m in [1, 2), the
 * bits of p read as an integer are 2²³·(e + 127 + m − 1): a chord of the
 * logarithm.  What the chord lacks is
 *   log2(m) − (m − 1) ≈ (m − 1)·(2 − m)·(0.58208544 − 0.15922011·m)
 * which vanishes at both ends, so that the curve has no steps.  The two numbers
 * are the minimax fit: 8.8·10⁻⁴ octaves of power, 0.0027 dB.  Multiplied out:
 *   b0 + b1·m + b2·m² + b3·m³ */
#define B3 0.15922011f
#define B2 (-0.58208544f - 3.0f * 0.15922011f)
#define B1 (3.0f * 0.58208544f + 2.0f * 0.15922011f)
#define B0 (-2.0f * 0.58208544f)
#define A CODES_PER_OCTAVE_OF_POWER

/* X: float[n][2], unnormalised DFT of g·x; codes: uint8_t[n];
 * code = ⌊log2|X|²·A + offset⌋ clamped to 0 … 255 */
SB_KERNEL static void
codes_of_spectrum (const float *restrict X, int n, float offset, uint8_t *restrict codes)
{
  float base = offset + A * (B0 - 127.0f);
  for (int i = 0; i < n; i++) {
    union {
      float f;
      int32_t i;
    } power = {.f = X[2 * i] * X[2 * i] + X[2 * i + 1] * X[2 * i + 1]}, mantissa;
    mantissa.i = (power.i & 0x007fffff) | 0x3f800000;
    float m = mantissa.f;
    int32_t code = (int32_t) ((float) power.i * (A / 8388608.0f) + (((A * B3 * m + A * B2) * m + A * B1) * m + base));
    code = code > 0 ? code : 0; /* as integers: vectors have an instruction for that */
    codes[i] = (uint8_t) (code < 255 ? code : 255);
  }
}

void
sb_level_codes (const float complex *restrict X, int n_bins, int n_fft, double window_sum, uint8_t *restrict codes)
{
  /* A real sine of amplitude 1 at a bin centre has |X| = Σg/2. */
  double two_sided_db = 20.0 * log10 (2.0 / window_sum);
  float offset = (float) ((two_sided_db - SB_LEVEL_LOW_DB) / SB_LEVEL_STEP_DB + 0.5);
  const float *parts = (const float *) X;
  codes_of_spectrum (parts, n_bins, offset, codes);

  /* DC and Nyquist have no mirror image: half the scale. */
  float half = (float) ((two_sided_db - 6.0205999132796239 - SB_LEVEL_LOW_DB) / SB_LEVEL_STEP_DB + 0.5);
  codes_of_spectrum (parts, 1, half, codes);
  if (n_fft % 2 == 0 && n_bins > 1)
    codes_of_spectrum (parts + 2 * (n_bins - 1), 1, half, codes + n_bins - 1);
}

double
sb_level_code_to_db (double code)
{
  return SB_LEVEL_LOW_DB + code * SB_LEVEL_STEP_DB;
}

double
sb_level_db_to_code (double db)
{
  return (db - SB_LEVEL_LOW_DB) / SB_LEVEL_STEP_DB;
}
