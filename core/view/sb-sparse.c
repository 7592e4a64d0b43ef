/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first picture: single columns spread over the view, ever more densely,
 * so that whenever time is up what is there covers the whole of it.
 *
 *   order   0               1               2 …      bit-reversed
 *   view    █       ·       █       ·       █       ·
 *           █   ·   █   ·   █   ·   █   ·   █         holes show their nearest neighbour
 *
 * The automatic range needs such columns too, before anything is shown: the
 * sample.  Its columns begin the first picture, so a source that is slow to
 * seek in is not asked for them again.
 * Thread: any, under the spectrogram's lock; columns are read without it. */
#include "view/sb-spectrogram-private.h"
#include <math.h>
#include <string.h>

#define SPARSE_US 10000      /* a job's length, but for a slow column */
#define SPARSE_BOX_US 600000 /* then what is there is shown, however far away */
#define SPARSE_REACH 64      /* columns; before that nothing is shown from further away */
#define SAMPLE_COLS 256

/* cursor → 0 … n−1 spread evenly from the start: 0, n/2, n/4, 3n/4 …;  −1: none for this value */
static int
spread (int cursor, int n)
{
  int index = 0, size = 1;
  for (; size < n; size *= 2, cursor /= 2)
    index = 2 * index + cursor % 2;
  return index < n ? index : -1;
}

static int
spread_end (int n)
{
  int size = 1;
  while (size < n)
    size *= 2;
  return n > 0 ? size : 0;
}

/* ---- sparse columns ---- */

static double
sparse_place (const SbSparse *sparse, int i)
{
  return sparse->first_col + i * sparse->step_cols;
}

int
sb_sparse_next (SbSpectrogram *s)
{
  SbSparse *sparse = &s->sparse;
  int end = spread_end (sparse->n);
  while (sparse->cursor < end) {
    int i = spread (sparse->cursor++, sparse->n);
    if (i < 0 || sparse->have[i])
      continue;
    int64_t col = (int64_t) sparse_place (sparse, i);
    if (s->pyramid->done[CLAMP (col, 0, s->shape.n_cols - 1) >> s->shape.grain_log2] == 0)
      return i;
  }
  return -1;
}

const uint8_t *
sb_sparse_near (const SbSpectrogram *s, double col)
{
  const SbSparse *sparse = &s->sparse;
  double place = sparse->n ? (col - sparse->first_col) / sparse->step_cols : -1e9;
  if (place < -16 || place > sparse->n + 15)
    return NULL;
  int at = (int) CLAMP (rint (place), 0, sparse->n - 1);
  int reach = sparse->wide ? sparse->n : SPARSE_REACH;
  for (int d = 0; d <= reach; d++) {
    if (at + d < sparse->n && sparse->have[at + d])
      return sparse->codes + (size_t) (at + d) * (size_t) s->shape.n_bins;
    if (at - d >= 0 && sparse->have[at - d])
      return sparse->codes + (size_t) (at - d) * (size_t) s->shape.n_bins;
  }
  return NULL;
}

/* A column that is known already, for the pixel column that it lies in. */
static void
seed (SbSpectrogram *s, double col, const uint8_t *codes)
{
  SbSparse *sparse = &s->sparse;
  double place = rint ((col - sparse->first_col) / sparse->step_cols);
  if (place < 0 || place > sparse->n - 1 || sparse->have[(int) place])
    return;
  memcpy (sparse->codes + (size_t) place * (size_t) s->shape.n_bins, codes, (size_t) s->shape.n_bins);
  sparse->have[(int) place] = 1;
  sparse->wide = true;
}

static double
sample_place (const SbSpectrogram *s, int i)
{
  return floor ((i + 0.5) * (double) s->shape.n_cols / s->sample.n);
}

void
sb_sparse_begin (SbSpectrogram *s, const SbViewport *view)
{
  double cols_per_s = (double) s->rate / s->grid.hop;
  double from = fmax (view->from_s * cols_per_s, 0.0);
  double to = fmin (view->to_s * cols_per_s, (double) s->shape.n_cols);
  int n = MIN (view->width_px, 2048);
  double step = (to - from) / n;
  SbSparse *sparse = &s->sparse, old = *sparse;
  if (step < 16.0) /* exact columns are as quick */
    return;
  double covered = fmin (to, sparse_place (&old, old.n)) - fmax (from, old.first_col);
  if (old.n > 0 && covered > 0.75 * (to - from) && old.step_cols < 1.5 * step && old.step_cols > 0.5 * step)
    return;
  size_t n_bins = (size_t) s->shape.n_bins;
  *sparse = (SbSparse){.serial = old.serial + 1,
                       .began_us = g_get_monotonic_time (),
                       .first_col = from + step / 2,
                       .step_cols = step,
                       .n = n,
                       .codes = g_malloc ((size_t) n * n_bins),
                       .have = g_malloc0 ((size_t) n)};
  for (int i = 0; i < old.n; i++)
    if (old.have[i])
      seed (s, sparse_place (&old, i), old.codes + (size_t) i * n_bins);
  for (int i = 0; s->pyramid->revision == 1 && s->sample.codes && i < s->sample.n; i++)
    if (s->sample.have[i])
      seed (s, sample_place (s, i), s->sample.codes + (size_t) i * n_bins);
  g_free (old.codes);
  g_free (old.have);
}

/* Column i has come: whatever is nearer to it than to another shows it. */
static void
note_column (SbSpectrogram *s, int i)
{
  const SbSparse *sparse = &s->sparse;
  int reach = sparse->wide ? sparse->n : SPARSE_REACH, from = i, to = i;
  while (from > 0 && i - from < reach && !sparse->have[from - 1])
    from--;
  while (to < sparse->n - 1 && to - i < reach && !sparse->have[to + 1])
    to++;
  sb_spectrogram_note_change (s, (int64_t) sparse_place (sparse, from - 16), (int64_t) sparse_place (sparse, to + 17),
                              true);
}

void
sb_sparse_work (SbSpectrogram *s)
{
  size_t n_bins = (size_t) s->shape.n_bins;
  g_autofree uint8_t *codes = g_malloc (n_bins);
  int64_t now_us = g_get_monotonic_time (), until_us = now_us + SPARSE_US;
  pthread_mutex_lock (&s->lock);
  SbAnalyser *analyser = sb_spectrogram_take_analyser (s);
  SbSparse *sparse = &s->sparse;
  uint64_t serial = sparse->serial;
  while (sparse->serial == serial && now_us < until_us) {
    int i = sb_sparse_next (s);
    if (i < 0)
      break;
    int64_t col = CLAMP ((int64_t) sparse_place (sparse, i), 0, s->shape.n_cols - 1);
    uint32_t revision = s->pyramid->revision;
    g_autoptr (SbSource) source = sb_source_ref (s->source);
    pthread_mutex_unlock (&s->lock);
    sb_analyser_column (analyser, source, col, codes);
    now_us = g_get_monotonic_time ();
    pthread_mutex_lock (&s->lock);
    if (sparse->serial != serial || s->pyramid->revision != revision)
      continue;
    memcpy (sparse->codes + (size_t) i * n_bins, codes, n_bins);
    sparse->have[i] = 1;
    note_column (s, i);
    if (!sparse->wide && now_us - sparse->began_us > SPARSE_BOX_US) {
      sparse->wide = true;
      sb_spectrogram_note_change (s, (int64_t) sparse_place (sparse, -1), (int64_t) sparse_place (sparse, sparse->n),
                                  true);
    }
  }
  sb_spectrogram_give_analyser_back (s, analyser);
  pthread_mutex_unlock (&s->lock);
}

/* ---- the sample ---- */

bool
sb_sample_is_open (const SbSpectrogram *s)
{
  return !s->have_histogram && (s->sample.n == 0 || s->sample.cursor < spread_end (s->sample.n));
}

/* The next column to read; when all are at work, one that somebody else has not finished. */
static int
next_sample (SbSpectrogram *s, bool at_all_costs)
{
  SbSample *sample = &s->sample;
  if (sample->n == 0) {
    sample->n = (int) MIN (s->shape.n_cols, SAMPLE_COLS);
    sample->codes = g_malloc ((size_t) sample->n * (size_t) s->shape.n_bins);
    sample->have = g_malloc0 ((size_t) sample->n);
  }
  while (sample->cursor < spread_end (sample->n)) {
    int i = spread (sample->cursor++, sample->n);
    if (i >= 0 && !sample->have[i])
      return i;
  }
  for (int i = 0; at_all_costs && i < sample->n; i++)
    if (!sample->have[i])
      return i;
  return -1;
}

static void
put_sample (SbSpectrogram *s, int i, const uint8_t *codes)
{
  SbSample *sample = &s->sample;
  size_t n_bins = (size_t) s->shape.n_bins;
  if (s->have_histogram || sample->have[i])
    return;
  memcpy (sample->codes + (size_t) i * n_bins, codes, n_bins);
  sample->have[i] = 1;
  /* An offset, and what of it the window spreads, is no sound to set the colours by. */
  size_t first = (size_t) ((sb_window_half_lobe_bins (s->grid.window) + 1) * s->cells_per_bin);
  for (size_t bin = MIN (first, n_bins - 1); bin < n_bins; bin++)
    s->histogram[codes[bin]]++;
  s->have_histogram = ++sample->n_have == sample->n;
}

void
sb_sample_work (SbSpectrogram *s, int64_t until_us)
{
  g_autofree uint8_t *codes = g_malloc ((size_t) s->shape.n_bins);
  pthread_mutex_lock (&s->lock);
  SbAnalyser *analyser = sb_spectrogram_take_analyser (s);
  int i;
  do {
    i = s->have_histogram ? -1 : next_sample (s, until_us == INT64_MAX);
    if (i < 0)
      break;
    g_autoptr (SbSource) source = sb_source_ref (s->source);
    int64_t col = MIN ((int64_t) sample_place (s, i), s->shape.n_cols - 1);
    pthread_mutex_unlock (&s->lock);
    sb_analyser_column (analyser, source, col, codes);
    pthread_mutex_lock (&s->lock);
    put_sample (s, i, codes);
  } while (g_get_monotonic_time () < until_us);
  sb_spectrogram_give_analyser_back (s, analyser);
  pthread_mutex_unlock (&s->lock);
}

void
sb_sparse_clear (SbSpectrogram *s)
{
  g_free (s->sparse.codes);
  g_free (s->sparse.have);
  g_free (s->sample.codes);
  g_free (s->sample.have);
}
