/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The samples of an export.  Where r is 0 the stored sample is the source's own,
 * in its own type, never by way of a narrower one, rounded where the target's steps
 * are wider (a conversion, which is no change that the painting made); where r is not:
 *
 *   integers   round (x − r·2^(bits−1) + d), clipped; d is TPDF noise of ±1 step
 *   float      x − r in float, as the edited source gives it
 *   double     x − r in double
 *
 * A sample that is not finite counts as 0 where something is removed.  d is a
 * hash of (channel, frame): the same edits give the same bytes. */
#include "base/sb-error.h"
#include "document/sb-export-private.h"

#include <math.h>
#include <string.h>

#define BLOCK_SAMPLES (1 << 18)

gsize
sb_export_work_bytes (SbExportWork work)
{
  return work == SB_WORK_INT ? sizeof (int32_t) : work == SB_WORK_FLOAT ? sizeof (float) : sizeof (double);
}

bool
sb_export_render_prepare (SbExportRender *render, GError **error)
{
  const int channels = sb_source_channels (render->source);
  render->max_frames = MAX (1, BLOCK_SAMPLES / channels);
  const gsize n = (gsize)(render->max_frames * channels);
  render->before = g_try_malloc (n * sb_export_work_bytes (render->work));
  render->after = g_try_malloc (n * sb_export_work_bytes (render->work));
  render->r = g_try_new (float, n);
  render->exact = g_try_new (double, n);
  if (render->before && render->after && render->r && render->exact)
    return true;
  sb_export_render_clear (render);
  g_set_error (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory to export. Close other programs.");
  return false;
}

void
sb_export_render_clear (SbExportRender *render)
{
  g_clear_pointer (&render->before, g_free);
  g_clear_pointer (&render->after, g_free);
  g_clear_pointer (&render->r, g_free);
  g_clear_pointer (&render->exact, g_free);
}

uint64_t
sb_export_hash (const void *bytes, gsize n)
{
  const uint8_t *p = bytes;
  uint64_t h = 0x9e3779b97f4a7c15u ^ n, word;
  for (; n >= 8; n -= 8, p += 8) {
    memcpy (&word, p, 8);
    h = (h ^ word) * 0xff51afd7ed558ccdu;
    h ^= h >> 32;
  }
  word = 0;
  memcpy (&word, p, n);
  h = (h ^ word) * 0xc4ceb9fe1a85ec53u;
  return h ^ h >> 29;
}

/* Triangular in (−1, 1): the difference of two uniform numbers (splitmix64). */
static double
dither_at (int channel, int64_t frame)
{
  uint64_t z = ((uint64_t)frame * 0x9e3779b97f4a7c15u) ^ ((uint64_t)(channel + 1) * 0xd1b54a32d192ed03u);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return ((double)(uint32_t)z - (double)(uint32_t)(z >> 32)) / 4294967296.0;
}

/* To the left-justified form of libsndfile's ints. */
static inline int32_t
quantise (double steps, int bits, bool *clipped)
{
  const int64_t most = (int64_t)1 << (bits - 1);
  const double v = rint (steps);
  if (v >= (double)-most && v <= (double)(most - 1))
    return (int32_t)((int64_t)v * ((int64_t)1 << (32 - bits)));
  *clipped = true;
  return (int32_t)((v > 0 ? most - 1 : -most) * ((int64_t)1 << (32 - bits)));
}

/* exact: x in steps of the target. */
static bool
read_exact (SbExportRender *render, int64_t pos, int64_t n, GError **error)
{
  const int64_t count = n * sb_source_channels (render->source);
  if (render->is_file && sb_sample_type_is_integer (render->type)) {
    int32_t *v = render->before; /* filled for good right after */
    if (!sb_file_source_read_int (render->source, pos, n, v, error))
      return false;
    const double scale = ldexp (1, render->bits - 32);
    for (int64_t i = 0; i < count; i++)
      render->exact[i] = v[i] * scale;
    return true;
  }
  const double scale = ldexp (1, render->bits - 1);
  if (render->is_file && render->type == SB_SAMPLE_DOUBLE) {
    if (!sb_file_source_read_double (render->source, pos, n, render->exact, error))
      return false;
    for (int64_t i = 0; i < count; i++)
      render->exact[i] = isfinite (render->exact[i]) ? render->exact[i] * scale : 0;
    return true;
  }
  g_autofree float *x = g_new (float, (gsize)count);
  if (!sb_source_read (render->source, pos, n, x, error))
    return false;
  for (int64_t i = 0; i < count; i++)
    render->exact[i] = isfinite (x[i]) ? x[i] * scale : 0;
  return true;
}

static bool
render_int (SbExportRender *render, int64_t pos, int64_t n, GError **error)
{
  const int channels = sb_source_channels (render->source);
  const double scale = ldexp (1, render->bits - 1);
  const int bits = render->valid_bits ? render->valid_bits : render->bits;
  const double coarser = ldexp (1, bits - render->bits);
  int32_t *before = render->before, *after = render->after;
  if (render->only_removed)
    memset (render->exact, 0, (gsize)(n * channels) * sizeof (double));
  else if (!read_exact (render, pos, n, error))
    return false;
  for (int64_t i = 0; i < n; i++) {
    bool clipped = false;
    for (int c = 0; c < channels; c++) {
      const int64_t at = i * channels + c;
      const double x = render->exact[at];
      const float r = render->touched ? render->r[at] : 0.0f;
      bool ignored = false; /* clipped without the painting: counts only where that is what is stored */
      before[at] = quantise (x, render->bits, &ignored);
      if (r == 0) {
        after[at] = before[at];
        clipped |= ignored;
        continue;
      }
      const double y = render->only_removed ? r * scale : x - r * scale;
      after[at] = quantise (y * coarser + (render->dither ? dither_at (c, pos + i) : 0), bits, &clipped);
    }
    render->frames_clipped += clipped;
  }
  return true;
}

static bool
render_float (SbExportRender *render, int64_t pos, int64_t n, GError **error)
{
  const int64_t count = n * sb_source_channels (render->source);
  float *before = render->before, *after = render->after;
  if (render->only_removed)
    memset (before, 0, (gsize)count * sizeof (float));
  else if (!sb_source_read (render->source, pos, n, before, error))
    return false;
  memcpy (after, before, (gsize)count * sizeof (float));
  for (int64_t i = 0; render->touched && i < count; i++) {
    const float r = render->r[i];
    if (r != 0)
      after[i] = render->only_removed ? r : isfinite (before[i]) ? before[i] - r : -r;
  }
  return true;
}

static bool
render_double (SbExportRender *render, int64_t pos, int64_t n, GError **error)
{
  const int64_t count = n * sb_source_channels (render->source);
  double *before = render->before, *after = render->after;
  if (render->only_removed)
    memset (before, 0, (gsize)count * sizeof (double));
  else if (render->is_file) {
    if (!sb_file_source_read_double (render->source, pos, n, before, error))
      return false;
  } else {
    g_autofree float *x = g_new (float, (gsize)count);
    if (!sb_source_read (render->source, pos, n, x, error))
      return false;
    for (int64_t i = 0; i < count; i++)
      before[i] = x[i];
  }
  memcpy (after, before, (gsize)count * sizeof (double));
  for (int64_t i = 0; render->touched && i < count; i++) {
    const double r = render->r[i];
    if (r != 0)
      after[i] = render->only_removed ? r : isfinite (before[i]) ? before[i] - r : -r;
  }
  return true;
}

static void
count_changes (SbExportRender *render, int64_t n)
{
  const gsize frame_bytes = (gsize)sb_source_channels (render->source) * sb_export_work_bytes (render->work);
  const uint8_t *before = render->before, *after = render->after;
  if (memcmp (before, after, (gsize)n * frame_bytes) == 0)
    return;
  for (int64_t i = 0; i < n; i++)
    render->frames_changed +=
        memcmp (before + (gsize)i * frame_bytes, after + (gsize)i * frame_bytes, frame_bytes) != 0;
}

bool
sb_export_render (SbExportRender *render, int64_t pos, int64_t n, GError **error)
{
  const int64_t count = n * sb_source_channels (render->source);
  render->touched = render->resynth && sb_resynth_touches (render->resynth, pos, n);
  if (render->touched) {
    if (!sb_source_read (render->removed, pos, n, render->r, error))
      return false;
    for (int64_t i = 0; i < count; i++)
      if (fabsf (render->r[i]) > render->loudest)
        render->loudest = fabsf (render->r[i]);
  }
  bool ok;
  if (render->work == SB_WORK_INT)
    ok = render_int (render, pos, n, error);
  else if (render->work == SB_WORK_FLOAT)
    ok = render_float (render, pos, n, error);
  else
    ok = render_double (render, pos, n, error);
  if (ok)
    count_changes (render, n);
  return ok;
}
