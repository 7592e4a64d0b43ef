/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-edited.h.
 *
 *   block of r     │◄──────── n ────────►│
 *   columns      ┌────┐                ┌────┐     all that cover a frame of the block
 *                  ┌────┐    …       ┌────┐
 *   one read of the source below: from the first painted column's start to the last one's end
 *
 * Each frame's sum starts at 0 and takes its painted columns in ascending
 * order, whichever block asks: the bits do not depend on how r is cut. */
#include "edit/sb-edited.h"

#include "base/sb-error.h"
#include "dsp/sb-stft.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#define CACHE_BYTES ((gsize)64 << 20)
#define MIN_BLOCK_FRAMES 8192
#define NORM_FLOOR 1e-3f

typedef struct {
  atomic_int refs;
  guint64 used; /* under the lock: clock of the last use */
  float r[];    /* [block_frames][channels] */
} Block;

struct SbResynth {
  atomic_int refs;
  /* immutable */
  SbSource *below;
  SbMask *mask;
  SbStft *stft;
  int64_t block_frames;
  pthread_mutex_t lock;
  /* under the lock */
  GHashTable *blocks; /* gint64* index → Block* */
  guint64 clock;
};

/* --- blocks ------------------------------------------------------------- */

static void
block_unref (Block *block)
{
  if (block != NULL && atomic_fetch_sub (&block->refs, 1) == 1)
    g_free (block);
}

static Block *
block_ref (Block *block)
{
  atomic_fetch_add (&block->refs, 1);
  return block;
}

static gsize
block_bytes (const SbResynth *resynth)
{
  return sizeof (Block) + sizeof (float) * resynth->block_frames * resynth->below->channels;
}

static void
drop_oldest (SbResynth *resynth)
{
  GHashTableIter iter;
  gpointer value;
  guint64 horizon = resynth->clock - g_hash_table_size (resynth->blocks) / 2;
  g_hash_table_iter_init (&iter, resynth->blocks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Block *)value)->used < horizon)
      g_hash_table_iter_remove (&iter);
}

static void
keep_block (SbResynth *resynth, gint64 index, Block *block)
{
  gsize most = MAX (CACHE_BYTES / block_bytes (resynth), 4);
  if (g_hash_table_size (resynth->blocks) >= most)
    drop_oldest (resynth);
  block->used = ++resynth->clock;
  g_hash_table_replace (resynth->blocks, g_memdup2 (&index, sizeof index), block_ref (block));
}

/* --- r ------------------------------------------------------------------ */

typedef struct {
  SbResynth *resynth;
  SbStftScratch *scratch;
  float *gain;           /* [n_bins] */
  const float *context;  /* [..][channels], from context_pos */
  int64_t context_pos;
  int64_t pos, n;        /* the block */
  float *sum;            /* [n] for one channel */
} Work;

static void
add_column (const Work *work, int channel, int64_t col)
{
  SbResynth *resynth = work->resynth;
  const SbGrid *grid = sb_stft_grid (resynth->stft);
  int channels = resynth->below->channels, n_bins = sb_stft_n_bins (resynth->stft);
  int64_t start = sb_grid_col_start (grid, col);
  if (!sb_mask_column (resynth->mask, channel, col, work->gain))
    return;
  const float *x = work->context + (start - work->context_pos) * channels + channel;
  float complex *X = sb_stft_forward (resynth->stft, work->scratch, x, channels);
  for (int bin = 0; bin < n_bins; bin++)
    X[bin] *= 1.0f - work->gain[bin];
  const float *restrict v = sb_stft_inverse (resynth->stft, work->scratch, X);
  int64_t from = MAX (start, work->pos), to = MIN (start + grid->n_fft, work->pos + work->n);
  float *restrict sum = work->sum + (from - work->pos);
  v += from - start;
  for (int64_t i = 0; i < to - from; i++)
    sum[i] += v[i];
}

static void
divide (const SbResynth *resynth, const float *sum, const float *norm, int64_t n, int channel, float *r)
{
  int channels = resynth->below->channels;
  float floor = NORM_FLOOR * sb_stft_norm_max (resynth->stft);
  for (int64_t i = 0; i < n; i++)
    r[i * channels + channel] = norm[i] >= floor ? sum[i] / norm[i] : 0.0f;
}

/* r over [pos, pos + n), which must be a whole block; out: float[n][channels]. */
static bool
compute_block (SbResynth *resynth, int64_t pos, int64_t n, float *out, GError **error)
{
  const SbGrid *grid = sb_stft_grid (resynth->stft);
  int channels = resynth->below->channels;
  int64_t first, end;
  memset (out, 0, sizeof (float) * n * channels);
  sb_grid_cols_over (grid, resynth->below->n_frames, pos, n, &first, &end);
  while (first < end && !sb_mask_touches (resynth->mask, first, first + 1))
    first++;
  while (end > first && !sb_mask_touches (resynth->mask, end - 1, end))
    end--;
  if (first >= end)
    return true;
  int64_t context_pos = sb_grid_col_start (grid, first);
  int64_t context_n = sb_grid_col_start (grid, end - 1) + grid->n_fft - context_pos;
  g_autofree float *context = g_try_new (float, (gsize)context_n * channels);
  g_autofree float *sum = g_try_new (float, (gsize)n * 2);
  if (context == NULL || sum == NULL) {
    g_set_error_literal (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory for the result; choose a "
                                                           "smaller n_fft or close other programs.");
    return false;
  }
  if (!sb_source_read (resynth->below, context_pos, context_n, context, error))
    return false;
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (resynth->stft);
  g_autofree float *gain = g_new (float, sb_stft_n_bins (resynth->stft));
  float *norm = sum + n;
  Work work = { resynth, scratch, gain, context, context_pos, pos, n, sum };
  sb_stft_norm (resynth->stft, resynth->below->n_frames, pos, n, norm);
  for (int channel = 0; channel < channels; channel++) {
    memset (sum, 0, sizeof (float) * n);
    for (int64_t col = first; col < end; col++)
      add_column (&work, channel, col);
    divide (resynth, sum, norm, n, channel, out);
  }
  return true;
}

/* New reference to the block, computed when it is not kept. */
static Block *
get_block (SbResynth *resynth, gint64 index, GError **error)
{
  pthread_mutex_lock (&resynth->lock);
  Block *block = g_hash_table_lookup (resynth->blocks, &index);
  if (block != NULL) {
    block->used = ++resynth->clock;
    block_ref (block);
  }
  pthread_mutex_unlock (&resynth->lock);
  if (block != NULL)
    return block;
  block = g_try_malloc (block_bytes (resynth));
  if (block == NULL) {
    g_set_error_literal (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory for the result.");
    return NULL;
  }
  memset (block, 0, sizeof *block);
  atomic_init (&block->refs, 1);
  if (!compute_block (resynth, index * resynth->block_frames, resynth->block_frames, block->r, error)) {
    block_unref (block);
    return NULL;
  }
  pthread_mutex_lock (&resynth->lock);
  keep_block (resynth, index, block);
  pthread_mutex_unlock (&resynth->lock);
  return block;
}

/* --- life --------------------------------------------------------------- */

static void
take_over_blocks (SbResynth *resynth, SbResynth *previous)
{
  int64_t first = 0, end = 0, from = 0, to = 0;
  GHashTableIter iter;
  gpointer key, block;
  if (sb_mask_difference (previous->mask, resynth->mask, &first, &end))
    sb_grid_frames_under (sb_stft_grid (resynth->stft), resynth->below->n_frames, first, end, &from, &to);
  pthread_mutex_lock (&previous->lock);
  g_hash_table_iter_init (&iter, previous->blocks);
  while (g_hash_table_iter_next (&iter, &key, &block)) {
    int64_t pos = *(gint64 *)key * resynth->block_frames;
    if (pos + resynth->block_frames <= from || pos >= to)
      g_hash_table_insert (resynth->blocks, g_memdup2 (key, sizeof (gint64)), block_ref (block));
  }
  resynth->clock = previous->clock;
  pthread_mutex_unlock (&previous->lock);
}

SbResynth *
sb_resynth_new (SbSource *below, SbMask *mask, SbResynth *previous, GError **error)
{
  const SbGrid *grid = sb_mask_grid (mask);
  bool related = previous != NULL && previous->below == below && sb_grid_equal (sb_mask_grid (previous->mask), grid);
  SbStft *stft = related ? sb_stft_ref (previous->stft) : sb_stft_new (grid, SB_PLAN_EXACT, error);
  if (stft == NULL)
    return NULL;
  SbResynth *resynth = g_new0 (SbResynth, 1);
  atomic_init (&resynth->refs, 1);
  resynth->below = sb_source_ref (below);
  resynth->mask = sb_mask_ref (mask);
  resynth->stft = stft;
  resynth->block_frames = MAX (MIN_BLOCK_FRAMES, 4 * (int64_t)grid->n_fft);
  pthread_mutex_init (&resynth->lock, NULL);
  resynth->blocks = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)block_unref);
  if (related)
    take_over_blocks (resynth, previous);
  return resynth;
}

SbResynth *
sb_resynth_ref (SbResynth *resynth)
{
  atomic_fetch_add (&resynth->refs, 1);
  return resynth;
}

void
sb_resynth_unref (SbResynth *resynth)
{
  if (resynth == NULL || atomic_fetch_sub (&resynth->refs, 1) != 1)
    return;
  g_hash_table_unref (resynth->blocks);
  sb_stft_unref (resynth->stft);
  sb_mask_unref (resynth->mask);
  sb_source_unref (resynth->below);
  pthread_mutex_destroy (&resynth->lock);
  g_free (resynth);
}

SbMask *
sb_resynth_mask (SbResynth *resynth)
{
  return resynth->mask;
}

SbSource *
sb_resynth_below (SbResynth *resynth)
{
  return resynth->below;
}

bool
sb_resynth_touches (SbResynth *resynth, int64_t pos, int64_t n)
{
  int64_t first, end;
  sb_grid_cols_over (sb_stft_grid (resynth->stft), resynth->below->n_frames, pos, n, &first, &end);
  return first < end && sb_mask_touches (resynth->mask, first, end);
}

/* --- the two sources ---------------------------------------------------- */

typedef struct {
  SbSource source;
  SbResynth *resynth;
} ResynthSource;

static inline void
subtract (float *y, const float *r, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    if (r[i] != 0.0f) /* also keeps −0 and NaN of the untouched exactly */
      y[i] = isfinite (y[i]) ? y[i] - r[i] : -r[i];
}

/* Walks the blocks under [pos, pos + n); out holds x (edited) or zeros (removed). */
static bool
resynth_walk (SbResynth *resynth, int64_t pos, int64_t n, float *out, bool edited, GError **error)
{
  int channels = resynth->below->channels;
  int64_t at = pos;
  while (at < pos + n) {
    int64_t index = at / resynth->block_frames;
    int64_t to = MIN (pos + n, (index + 1) * resynth->block_frames);
    if (sb_resynth_touches (resynth, at, to - at)) {
      Block *block = get_block (resynth, index, error);
      if (block == NULL)
        return false;
      const float *r = block->r + (at - index * resynth->block_frames) * channels;
      float *target = out + (at - pos) * channels;
      if (edited)
        subtract (target, r, (to - at) * channels);
      else
        memcpy (target, r, sizeof (float) * (to - at) * channels);
      block_unref (block);
    }
    at = to;
  }
  return true;
}

static bool
edited_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  SbResynth *resynth = ((ResynthSource *)source)->resynth;
  return sb_source_read (resynth->below, pos, n, out, error) && resynth_walk (resynth, pos, n, out, true, error);
}

static bool
removed_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  memset (out, 0, sizeof (float) * n * source->channels);
  return resynth_walk (((ResynthSource *)source)->resynth, pos, n, out, false, error);
}

static SbSpanKind
edited_span (SbSource *source, int64_t pos, int64_t n)
{
  return sb_resynth_touches (((ResynthSource *)source)->resynth, pos, n) ? SB_SPAN_OWN : SB_SPAN_BELOW;
}

static SbSpanKind
removed_span (SbSource *source, int64_t pos, int64_t n)
{
  return sb_resynth_touches (((ResynthSource *)source)->resynth, pos, n) ? SB_SPAN_OWN : SB_SPAN_SILENT;
}

static void
resynth_source_finalize (SbSource *source)
{
  sb_resynth_unref (((ResynthSource *)source)->resynth);
  g_free (source);
}

static SbSource *
resynth_source_new (SbResynth *resynth, const SbSourceClass *klass)
{
  const SbSource *below = resynth->below;
  ResynthSource *self = g_new0 (ResynthSource, 1);
  sb_source_init (&self->source, klass, below->rate, below->channels, below->n_frames);
  self->resynth = sb_resynth_ref (resynth);
  return &self->source;
}

SbSource *
sb_edited_source_new (SbResynth *resynth)
{
  static const SbSourceClass klass
      = { .read = edited_read, .span = edited_span, .finalize = resynth_source_finalize };
  return resynth_source_new (resynth, &klass);
}

SbSource *
sb_removed_source_new (SbResynth *resynth)
{
  static const SbSourceClass klass
      = { .read = removed_read, .span = removed_span, .finalize = resynth_source_finalize };
  return resynth_source_new (resynth, &klass);
}
