/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A spectrogram's life, what is told of it, and the range that suits it.  What
 * is wanted of it is in sb-spectrogram-wants.c, the work in
 * sb-spectrogram-jobs.c, the pixels in sb-compose.c.
 * Thread: any, under one mutex. */
#include "view/sb-spectrogram-private.h"
#include "base/sb-error.h"
#include "dsp/sb-level.h"
#include <math.h>
#include <string.h>

#define KEPT_BUDGET_BYTES (48u << 20)
#define MAX_HOLES 16384u
#define REASSIGNED_CELLS 4 /* a bin */

SbSpectrogram *
sb_spectrogram_new (SbSource *source, const SbGrid *grid, SbPool *pool, SbSpectrogram *below, GError **error)
{
  SbSpectrogramLook look;
  sb_spectrogram_look_init (&look, grid);
  return sb_spectrogram_new_look (source, &look, pool, below, NULL, error);
}

void
sb_spectrogram_look_init (SbSpectrogramLook *look, const SbGrid *grid)
{
  *look = (SbSpectrogramLook){.grid = *grid};
}

/* A window n frames long blurs over about n/2 frames, its main lobe over 2·rate/n Hz.  They take as many pixels
 * when  n/2 / frames_per_px = 2·rate/n / hz_per_px. */
int
sb_spectrogram_auto_n_fft (const SbViewport *view, double rate_hz)
{
  double frames_per_px = (view->to_s - view->from_s) / view->width_px * rate_hz;
  double hz_per_px = (fmin (view->high_hz, rate_hz / 2) - fmax (view->low_hz, 0)) / view->height_px;
  SbGrid usual = sb_grid_default (rate_hz);
  if (!(frames_per_px < usual.hop))
    return CLAMP (usual.n_fft, 64, 65536);
  double n_fft = 2 * sqrt (rate_hz * frames_per_px / fmax (hz_per_px, 1e-9));
  return 1 << (int) lrint (log2 (CLAMP (n_fft, 64.0, 65536.0)));
}

int
sb_spectrogram_usual_n_fft (const SbViewport *view, double rate_hz)
{
  return sb_rate_is_ultrasonic (rate_hz) ? sb_spectrogram_auto_n_fft (view, rate_hz) : sb_grid_default (rate_hz).n_fft;
}

SbSpectrogram *
sb_spectrogram_new_look (SbSource *source, const SbSpectrogramLook *look, SbPool *pool, SbSpectrogram *below,
                         SbSpectrogram *former, GError **error)
{
  size_t lanes = (size_t) CLAMP (look->lanes, 1, 64);
  SbBudget budget = {KEPT_BUDGET_BYTES / lanes, sb_tile_budget_shared ()};
  SbSpectrogram *s = sb_spectrogram_new_sized (source, look, pool, below, &budget, error);
  sb_tile_budget_unref (budget.tiles);
  if (!s || !former)
    return s;
  sb_spectrogram_set_notify (former, NULL, NULL);
  atomic_store (&s->statistic, atomic_load (&former->statistic));
  pthread_mutex_lock (&former->lock);
  former->closing = true; /* its jobs end */
  s->have_histogram = former->have_histogram;
  if (s->have_histogram)
    memcpy (s->histogram, former->histogram, sizeof s->histogram);
  SbSpectrogram *older = g_steal_pointer (&former->former); /* two looks back is one too many */
  pthread_mutex_unlock (&former->lock);
  sb_spectrogram_free (older);
  s->former = former;
  return s;
}

/* Both are told when what is below changes. */
static void
set_below (SbSpectrogram *s, SbSpectrogram *below)
{
  pthread_mutex_lock (&below->tell_lock);
  for (int i = 0; i < SB_MAX_ABOVE && !s->below; i++)
    if (!below->above[i]) {
      below->above[i] = s;
      s->below = sb_spectrogram_ref (below);
    }
  pthread_mutex_unlock (&below->tell_lock);
}

static void
leave_below (SbSpectrogram *s)
{
  if (!s->below)
    return;
  pthread_mutex_lock (&s->below->tell_lock);
  for (int i = 0; i < SB_MAX_ABOVE; i++)
    if (s->below->above[i] == s)
      s->below->above[i] = NULL;
  pthread_mutex_unlock (&s->below->tell_lock);
}

SbSpectrogram *
sb_spectrogram_new_sized (SbSource *source, const SbSpectrogramLook *look, SbPool *pool, SbSpectrogram *below,
                          const SbBudget *budget, GError **error)
{
  const SbGrid *grid = &look->grid;
  /* The exact plan: a measured one is chosen by the clock, and the picture of a
   * recording should be the same in each process, to the last code. */
  SbStft *stft = sb_stft_new (grid, SB_PLAN_EXACT, error);
  if (!stft)
    return NULL;
  SbSpectrogram *s = g_new0 (SbSpectrogram, 1);
  atomic_init (&s->refs, 1);
  atomic_init (&s->statistic, SB_STATISTIC_PEAK);
  atomic_init (&s->channels, sb_channels_pack (look->channels, look->channel));
  s->grid = *grid;
  s->cells_per_bin = look->reassigned ? REASSIGNED_CELLS : 1;
  s->stft = stft;
  s->pool = pool;
  s->rate = sb_source_rate (source);
  s->n_frames = sb_source_n_frames (source);
  s->max_tickets = pool ? sb_pool_n_threads (pool) : 0;

  double column_us = 0.3 + grid->n_fft * (5.0 + log2 (grid->n_fft)) * 1e-4;
  column_us *= CLAMP (sb_source_channels (source), 1, SB_ANALYSED_CHANNELS);
  if (look->reassigned)
    column_us *= 4;
  sb_pyramid_shape_init (&s->shape, (sb_stft_n_bins (stft) - 1) * s->cells_per_bin + 1,
                         MAX (1, sb_grid_n_cols (grid, s->n_frames)), column_us, budget->kept_bytes);
  pthread_mutex_init (&s->lock, NULL);
  pthread_mutex_init (&s->tell_lock, NULL);
  s->wanted = g_malloc0 ((gsize) s->shape.n_grains);
  s->holes = g_array_new (FALSE, FALSE, sizeof (SbHole));
  s->source = sb_source_ref (source);
  s->wants = g_array_new (FALSE, FALSE, sizeof (SbWant));
  s->analysers = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_analyser_free);
  s->visible_to = (double) s->shape.n_cols;
  s->sight_from_s = s->sight_to_s = NAN;
  s->changed_from = INT64_MAX;
  s->tiles = sb_tile_budget_ref (budget->tiles);
  s->pyramid = sb_pyramid_new (&s->shape, s->tiles, error);
  if (!s->pyramid) {
    sb_spectrogram_free (s);
    return NULL;
  }
  sb_tile_budget_join (s->tiles, s);
  /* columns can only be taken over when both count them alike */
  if (below && sb_grid_equal (&below->grid, grid) && below->n_frames == s->n_frames &&
      below->shape.kept == s->shape.kept && below->shape.grain_log2 == s->shape.grain_log2 &&
      below->shape.piece_grains == s->shape.piece_grains && below->cells_per_bin == s->cells_per_bin)
    set_below (s, below);
  return s;
}

SbSpectrogram *
sb_spectrogram_ref (SbSpectrogram *s)
{
  atomic_fetch_add (&s->refs, 1);
  return s;
}

void
sb_spectrogram_unref (SbSpectrogram *s)
{
  if (!s || atomic_fetch_sub (&s->refs, 1) != 1)
    return;
  sb_tile_budget_leave (s->tiles, s);
  sb_pyramid_free (s->pyramid);
  sb_tile_budget_unref (s->tiles);
  g_ptr_array_unref (s->analysers);
  g_array_unref (s->wants);
  g_array_unref (s->holes);
  sb_spectrogram_forget_rows (s);
  g_free (s->wanted);
  g_free (s->problem);
  g_free (s->cache_folder);
  g_free (s->cache_fingerprint);
  sb_sparse_clear (s);
  sb_source_unref (s->source);
  sb_stft_unref (s->stft);
  sb_spectrogram_unref (s->below);
  sb_spectrogram_unref (s->fallback);
  pthread_mutex_destroy (&s->lock);
  pthread_mutex_destroy (&s->tell_lock);
  g_free (s);
}

void
sb_spectrogram_frames_behind (const SbSpectrogram *s, int64_t first, int64_t end, int64_t *from, int64_t *to)
{
  sb_grid_frames_under (&s->grid, s->n_frames, first, end, from, to);
  if (s->cells_per_bin > 1 && *to > *from) {
    *from = MAX (*from - s->grid.n_fft, 0);
    *to = MIN (*to + s->grid.n_fft, s->n_frames);
  }
}

void
sb_spectrogram_drop_former (SbSpectrogram *s)
{
  pthread_mutex_lock (&s->lock);
  SbSpectrogram *former = g_steal_pointer (&s->former);
  pthread_mutex_unlock (&s->lock);
  sb_spectrogram_free (former);
}

void
sb_spectrogram_free (SbSpectrogram *s)
{
  if (!s)
    return;
  pthread_mutex_lock (&s->lock);
  s->closing = true;
  pthread_mutex_unlock (&s->lock);
  leave_below (s);
  /* twice: a job that was running may have handed its ticket on */
  for (int i = 0; s->pool && i < 2; i++)
    sb_pool_quiesce (s->pool, s);
  sb_spectrogram_drop_former (s);
  sb_spectrogram_unref (s);
}

const SbGrid *
sb_spectrogram_grid (const SbSpectrogram *s)
{
  return &s->grid;
}

SbSpectrogram *
sb_spectrogram_alike_below (const SbSpectrogram *s)
{
  return s->below && atomic_load (&s->below->channels) == atomic_load (&s->channels) ? s->below : NULL;
}

void
sb_spectrogram_set_notify (SbSpectrogram *s, SbSpectrogramFunc func, void *data)
{
  pthread_mutex_lock (&s->lock);
  s->notify = func;
  s->notify_data = data;
  pthread_mutex_unlock (&s->lock);
}

void
sb_spectrogram_set_statistic (SbSpectrogram *s, SbStatistic statistic)
{
  atomic_store (&s->statistic, (int) statistic);
}

void
sb_spectrogram_set_waveform (SbSpectrogram *s, SbWaveform *waveform)
{
  pthread_mutex_lock (&s->lock);
  s->waveform = waveform;
  pthread_mutex_unlock (&s->lock);
}

void
sb_spectrogram_analyse (SbSpectrogram *s)
{
  pthread_mutex_lock (&s->lock);
  s->analysing = true;
  pthread_mutex_unlock (&s->lock);
  sb_spectrogram_kick (s);
}

uint32_t
sb_spectrogram_revision (SbSpectrogram *s)
{
  pthread_mutex_lock (&s->lock);
  uint32_t revision = s->pyramid->revision;
  pthread_mutex_unlock (&s->lock);
  return revision;
}

bool
sb_spectrogram_shows (SbSpectrogram *s, uint32_t revision, double from_s, double to_s)
{
  double cols_per_s = (double) s->rate / s->grid.hop, last = (double) (s->shape.n_cols - 1);
  int64_t g0 = (int64_t) CLAMP (from_s * cols_per_s, 0.0, last) >> s->shape.grain_log2;
  int64_t g1 = (int64_t) CLAMP (to_s * cols_per_s, 0.0, last) >> s->shape.grain_log2;
  bool shows = true;
  pthread_mutex_lock (&s->lock);
  for (int64_t g = g0; g <= g1 && shows; g++)
    shows = s->pyramid->done[g] >= revision || sb_pyramid_grain_exact (s->pyramid, g);
  pthread_mutex_unlock (&s->lock);
  return shows;
}

double
sb_spectrogram_progress (const SbSpectrogram *s)
{
  pthread_mutex_t *lock = (pthread_mutex_t *) &s->lock;
  pthread_mutex_lock (lock);
  double share = (double) s->pyramid->n_exact / (double) s->shape.n_grains;
  pthread_mutex_unlock (lock);
  return share;
}

/* ---- range ---- */

void
sb_spectrogram_auto_range (SbSpectrogram *s, double *low_db, double *high_db)
{
  sb_spectrogram_auto_range_within (s, INT64_MAX, low_db, high_db);
}

bool
sb_spectrogram_auto_range_within (SbSpectrogram *s, int64_t time_us, double *low_db, double *high_db)
{
  int64_t now_us = g_get_monotonic_time ();
  if (time_us > 0)
    sb_sample_work (s, time_us < INT64_MAX - now_us ? now_us + time_us : INT64_MAX);
  int64_t counts[256], total = 0, loud = 0;
  pthread_mutex_lock (&s->lock);
  memcpy (counts, s->histogram, sizeof counts);
  bool whole = s->have_histogram, can_keep = whole && s->analysing && s->cache_state == SB_CACHE_WANTED;
  pthread_mutex_unlock (&s->lock);
  if (can_keep)
    sb_spectrogram_kick (s); /* the workers may have ended while the last column of the sample was read here */
  for (int code = 1; code < 256; code++) /* code 0: −140 dB and below */
    total += counts[code];
  *low_db = -100.0;
  *high_db = 0.0;
  if (total == 0)
    return whole; /* silence */

  int top = 255, median = 1;
  int64_t all = total + counts[0];
  for (; top > 1 && (loud += counts[top]) * 1000 < all; top--)
    continue;
  for (int64_t below = counts[1]; median < 255 && below * 2 < total; below += counts[median])
    median++;
  *high_db = sb_level_code_to_db (top) + 6.0;
  *low_db = MAX (sb_level_code_to_db (median) - 10.0, *high_db - 110.0);
  double short_db = MAX (0.0, 50.0 - (*high_db - *low_db)); /* of noise alone: it takes the middle colours */
  *low_db -= short_db / 2.0;
  *high_db += short_db / 2.0;
  return whole;
}

/* ---- holes and problems ---- */

void
sb_spectrogram_put_holes (SbSpectrogram *s, int64_t from, int64_t to, const GArray *holes)
{
  guint kept = 0;
  if (s->holes->len == 0 && !holes)
    return;
  g_autoptr (GArray) merged = g_array_new (FALSE, FALSE, sizeof (SbHole));
  while (kept < s->holes->len && g_array_index (s->holes, SbHole, kept).from < from)
    kept++;
  g_array_append_vals (merged, s->holes->data, kept);
  if (holes)
    g_array_append_vals (merged, holes->data, holes->len);
  for (; kept < s->holes->len; kept++)
    if (g_array_index (s->holes, SbHole, kept).from >= to)
      g_array_append_val (merged, g_array_index (s->holes, SbHole, kept));
  if (merged->len > MAX_HOLES) /* a recording full of them: the last ones are one */
    g_array_index (merged, SbHole, MAX_HOLES - 1).to = g_array_index (merged, SbHole, merged->len - 1).to;
  g_array_set_size (merged, MIN (merged->len, MAX_HOLES));
  GArray *old = s->holes;
  s->holes = g_steal_pointer (&merged);
  g_array_unref (old);
}

int
sb_spectrogram_holes (SbSpectrogram *s, SbHole *holes, int max)
{
  pthread_mutex_lock (&s->lock);
  int n = (int) s->holes->len;
  if (max > 0)
    memcpy (holes, s->holes->data, sizeof *holes * (size_t) MIN (n, max));
  pthread_mutex_unlock (&s->lock);
  return n;
}

char *
sb_spectrogram_take_problem (SbSpectrogram *s)
{
  pthread_mutex_lock (&s->lock);
  char *problem = g_steal_pointer (&s->problem);
  pthread_mutex_unlock (&s->lock);
  return problem;
}
