/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Columns that can no longer be read, because the recording became shorter or
 * went: they show what is known of them.  First another picture of the same
 * recording is asked, in its finest cells there; then the kept levels of this
 * one, which were looked at in the same way. */
#include "view/sb-spectrogram-private.h"
#include <math.h>
#include <string.h>

void
sb_spectrogram_set_fallback (SbSpectrogram *s, SbSpectrogram *fallback)
{
  SbSpectrogram *former = s->fallback;
  s->fallback = fallback && fallback->n_frames == s->n_frames ? sb_spectrogram_ref (fallback) : NULL;
  sb_spectrogram_unref (former);
}

/* The column of `other` that stands at that frame, of about that many frames or more; NULL: it knows nothing there.
 * Under the lock of `other`. */
static const uint8_t *
column_at (SbSpectrogram *other, double frame, double frames_per_col, SbStatistic statistic)
{
  const SbPyramidShape *shape = &other->shape;
  int level = CLAMP ((int) lrint (log2 (frames_per_col / other->grid.hop)), 0, shape->n_levels - 1);
  int64_t first = CLAMP ((int64_t) (frame / other->grid.hop), 0, shape->n_cols - 1);
  const uint8_t *codes = NULL;
  for (; level < shape->n_levels && !codes; level++)
    sb_pyramid_column (other->pyramid, level, first >> level, statistic, &codes);
  return codes;
}

/* Cells of another grid: the loudest of those that a cell stands for. */
static void
map_cells (const SbSpectrogram *other, const uint8_t *from, const SbSpectrogram *s, uint8_t *to)
{
  double ratio = (double) (other->shape.n_bins - 1) / (s->shape.n_bins - 1);
  for (int cell = 0; cell < s->shape.n_bins; cell++) {
    int first = MAX ((int) lrint ((cell - .5) * ratio), 0);
    int end = MIN ((int) lrint ((cell + .5) * ratio), other->shape.n_bins);
    first = MIN (first, other->shape.n_bins - 1);
    to[cell] = from[first];
    for (int i = first + 1; i < end; i++)
      to[cell] = MAX (to[cell], from[i]);
  }
}

void
sb_spectrogram_fill_lost (SbSpectrogram *s, SbPatch *patch)
{
  SbSpectrogram *other = s->fallback;
  size_t n_bins = (size_t) s->shape.n_bins;
  if (!other || patch->bad_first >= patch->bad_end || s->shape.n_bins < 2)
    return;
  pthread_mutex_lock (&other->lock);
  for (int level = patch->lo; level <= s->shape.patch_top; level++) {
    double frames_per_col = ldexp (s->grid.hop, level);
    if (!patch->max[level])
      continue;
    for (int64_t col = patch->bad_first >> level; col <= (patch->bad_end - 1) >> level; col++) {
      size_t to = (size_t) (col - (patch->first >> level)) * n_bins;
      double middle = ((double) col + .5) * frames_per_col;
      const uint8_t *max = column_at (other, middle, frames_per_col, SB_STATISTIC_PEAK);
      const uint8_t *mean = patch->mean[level] ? column_at (other, middle, frames_per_col, SB_STATISTIC_AVERAGE) : NULL;
      if (max)
        map_cells (other, max, s, patch->max[level] + to);
      if (mean)
        map_cells (other, mean, s, patch->mean[level] + to);
    }
  }
  pthread_mutex_unlock (&other->lock);
}

void
sb_spectrogram_keep_lost (SbSpectrogram *s, SbPatch *patch)
{
  size_t n_bins = (size_t) s->shape.n_bins;
  int lo = patch->lo;
  for (int64_t col = patch->bad_first >> lo; lo < s->shape.kept && col <= (patch->bad_end - 1) >> lo; col++) {
    const uint8_t *max = NULL, *mean = NULL;
    int64_t coarse = col >> (s->shape.kept - lo);
    sb_pyramid_column (s->pyramid, s->shape.kept, coarse, SB_STATISTIC_PEAK, &max);
    sb_pyramid_column (s->pyramid, s->shape.kept, coarse, SB_STATISTIC_AVERAGE, &mean);
    size_t to = (size_t) (col - (patch->first >> lo)) * n_bins;
    if (max)
      memcpy (patch->max[lo] + to, max, n_bins);
    if (mean && lo > 0)
      memcpy (patch->mean[lo] + to, mean, n_bins);
  }
}
