/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The picture of a source: the same pixels whatever the road to them (order,
 * threads, zoom by pixels, changes), no click lost, nothing waiting. */
#include "view/sb-spectrogram-private.h"
#include "dsp/sb-colormap.h"
#include "dsp/sb-level.h"
#include "dsp/sb-stft.h"
#include <gio/gio.h>
#include <math.h>
#include <string.h>

#define RATE 8000

static uint32_t lut[256]; /* the code itself, so that pixels can be read as levels */

/* ---- sources ---- */

/* Counts what is read, may fail over a span, and may call spans silent or below. */
typedef struct {
  SbSource parent;
  float *frames;
  atomic_llong frames_read;
  int64_t bad_from, bad_to;
  int64_t own_from, own_to; /* outside: `kind` */
  SbSpanKind kind;
} Fake;

static bool
fake_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  Fake *fake = (Fake *) source;
  atomic_fetch_add (&fake->frames_read, n);
  if (pos < fake->bad_to && pos + n > fake->bad_from) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The disk is gone.");
    return false;
  }
  memcpy (out, fake->frames + pos * source->channels, sizeof *out * (size_t) (n * source->channels));
  return true;
}

static SbSpanKind
fake_span (SbSource *source, int64_t pos, int64_t n)
{
  Fake *fake = (Fake *) source;
  return pos < fake->own_to && pos + n > fake->own_from ? SB_SPAN_OWN : fake->kind;
}

static void
fake_finalize (SbSource *source)
{
  g_free (((Fake *) source)->frames);
  g_free (source);
}

static const SbSourceClass fake_class = {fake_read, fake_span, fake_finalize};

/* Takes the frames. */
static Fake *
fake_new (float *frames, int64_t n, int channels)
{
  Fake *fake = g_new0 (Fake, 1);
  sb_source_init (&fake->parent, &fake_class, RATE, channels, n);
  fake->frames = frames;
  fake->own_to = INT64_MAX;
  return fake;
}

static float *
noise (int64_t n, int channels, uint32_t seed)
{
  float *x = g_new (float, n * channels);
  for (int64_t i = 0; i < n * channels; i++) {
    seed = seed * 1664525u + 1013904223u;
    x[i] = 0.1f * ((float) (seed >> 8) / 8388608.0f - 1.0f) * (float) (1 + (i / channels / 3000) % 5);
  }
  return x;
}

/* ---- pictures ---- */

/* Everything kept, and next to nothing: then the fine levels are tiles that push each other out. */
static const size_t budgets[][2] = {{48 << 20, 64 << 20}, {200 << 10, 100 << 10}};
static const size_t *budget; /* kept, tiles */

static SbSpectrogram *
new_spectrogram (SbSource *source, const SbGrid *grid, SbPool *pool, SbSpectrogram *below)
{
  GError *error = NULL;
  SbSpectrogramLook look;
  sb_spectrogram_look_init (&look, grid);
  SbBudget share = {budget[0], sb_tile_budget_new (budget[1])};
  SbSpectrogram *s = sb_spectrogram_new_sized (source, &look, pool, below, &share, &error);
  sb_tile_budget_unref (share.tiles);
  g_assert_no_error (error);
  return s;
}

static const SbGrid small_grid = {128, 32, SB_WINDOW_HANN};

static SbViewport
whole (const Fake *fake, int width, int height)
{
  return (SbViewport){0,           (double) fake->parent.n_frames / RATE, 0, RATE / 2.0, SB_SCALE_LINEAR, width,
                      height};
}

static uint32_t *
exact (SbSpectrogram *s, const SbViewport *view)
{
  uint32_t *argb = g_new (uint32_t, (gsize) view->width_px * view->height_px);
  GError *error = NULL;
  sb_spectrogram_compose_exact (s, view, lut, argb, view->width_px, NULL, &error);
  g_assert_no_error (error);
  return argb;
}

static uint32_t *
fresh (Fake *fake, const SbGrid *grid, SbPool *pool, const SbViewport *view)
{
  g_autoptr (SbSpectrogram) s = new_spectrogram (&fake->parent, grid, pool, NULL);
  return exact (s, view);
}

static void
assert_same (const uint32_t *a, const uint32_t *b, const SbViewport *view)
{
  for (int y = 0; y < view->height_px; y++)
    for (int x = 0; x < view->width_px; x++)
      if (a[y * view->width_px + x] != b[y * view->width_px + x])
        g_error ("pixel %d, %d of %d × %d: %u and %u", x, y, view->width_px, view->height_px,
                 a[y * view->width_px + x], b[y * view->width_px + x]);
}

static const SbViewport views[] = {
  {0, 100, 0, 4000, SB_SCALE_LINEAR, 500, 60},     {0, 100, 0, 4000, SB_SCALE_MEL, 37, 300},
  {31.7, 35.9, 50, 3900, SB_SCALE_LOG, 700, 90},   {20, 20.3, 0, 4000, SB_SCALE_BARK, 640, 200},
  {-5, 140, 1000, 1100, SB_SCALE_LINEAR, 333, 40}, {62, 62.004, 0, 9000, SB_SCALE_LINEAR, 100, 100},
};

/* ---- tests ---- */

/* One pixel a column and a bin: the picture is the STFT. */
static void
test_is_the_stft (void)
{
  for (int channels = 1; channels <= 3; channels++) {
    g_autofree float *x = noise (20000, channels, 3);
    Fake *fake = fake_new (g_memdup2 (x, sizeof *x * 20000 * (gsize) channels), 20000, channels);
    int n_cols = (int) sb_grid_n_cols (&small_grid, 20000), n_bins = 65;
    /* a pixel for each column and bin, centred on them */
    SbViewport view = {-16.0 / RATE, (n_cols * 32.0 - 16) / RATE, -31.25, 4000 + 31.25, SB_SCALE_LINEAR, n_cols,
                       n_bins};
    g_autofree uint32_t *argb = fresh (fake, &small_grid, NULL, &view);
    g_autoptr (SbStft) stft = sb_stft_new (&small_grid, SB_PLAN_EXACT, NULL);
    g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
    float frames[128 * 3];
    for (int col = 0; col < n_cols; col++) {
      uint8_t max[65] = {0}, codes[65];
      sb_source_read (&fake->parent, sb_grid_col_start (&small_grid, col), 128, frames, NULL);
      for (int c = 0; c < channels; c++) {
        sb_level_codes (sb_stft_forward (stft, scratch, frames + c, channels), n_bins, 128,
                        sb_stft_window_sum (stft), codes);
        for (int bin = 0; bin < n_bins; bin++)
          max[bin] = MAX (max[bin], codes[bin]);
      }
      for (int bin = 0; bin < n_bins; bin++)
        g_assert_cmpuint (argb[(n_bins - 1 - bin) * n_cols + col], ==, max[bin]);
    }
    sb_source_unref (&fake->parent);
  }
}

static void
test_threads (void)
{
  Fake *fake = fake_new (noise (100 * RATE, 1, 5), 100 * RATE, 1);
  for (size_t i = 0; i < G_N_ELEMENTS (views); i++) {
    g_autofree uint32_t *alone = fresh (fake, &small_grid, NULL, &views[i]);
    for (int threads = 1; threads <= 3; threads++) {
      g_autoptr (SbPool) pool = sb_pool_new (threads);
      g_autofree uint32_t *together = fresh (fake, &small_grid, pool, &views[i]);
      assert_same (alone, together, &views[i]);
    }
  }
  sb_source_unref (&fake->parent);
}

/* compose() asks, workers work, and in the end it shows what compose_exact() shows. */
static void
compose_until_exact (SbSpectrogram *s, SbPool *pool, const SbViewport *view, uint32_t *argb)
{
  for (int round = 0; round < 20; round++) {
    SbComposed composed = sb_spectrogram_compose (s, view, 0, view->width_px, lut, argb, view->width_px, true);
    if (composed.coarse == 0 && composed.missing == 0)
      return;
    sb_pool_wait (pool, s);
  }
  g_error ("the picture never becomes exact");
}

static void
test_asked_for (void)
{
  Fake *fake = fake_new (noise (100 * RATE, 1, 5), 100 * RATE, 1);
  g_autoptr (SbPool) pool = sb_pool_new (2);
  SbSpectrogram *s = new_spectrogram (&fake->parent, &small_grid, pool, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (views); i++) {
    const SbViewport *view = &views[i];
    sb_spectrogram_set_visible (s, view->from_s, view->to_s);
    g_autofree uint32_t *argb = g_new (uint32_t, (gsize) view->width_px * view->height_px);
    compose_until_exact (s, pool, view, argb);
    g_autofree uint32_t *expected = fresh (fake, &small_grid, NULL, view);
    assert_same (argb, expected, view);
  }
  sb_spectrogram_analyse (s);
  sb_pool_wait (pool, s);
  g_assert_cmpfloat (sb_spectrogram_progress (s), ==, 1.0);
  sb_spectrogram_free (s);
  sb_source_unref (&fake->parent);
}

/* A view moved by whole pixels shows the same pixels; parts of a view are the view. */
static void
test_shift (void)
{
  Fake *fake = fake_new (noise (100 * RATE, 1, 9), 100 * RATE, 1);
  g_autoptr (SbSpectrogram) s = new_spectrogram (&fake->parent, &small_grid, NULL, NULL);
  static const double seconds_per_px[] = {0.0001, 0.0007, 0.004, 1 / 250.0, 0.0123, 0.1, 1 / 3.0};
  for (size_t i = 0; i < G_N_ELEMENTS (seconds_per_px); i++)
    for (int shift = 1; shift < 300; shift = shift * 3 + 1) {
      double px_s = seconds_per_px[i];
      SbViewport a = {12.3456, 12.3456 + 150 * px_s, 0, 4000, SB_SCALE_MEL, 150, 50}, b = a;
      b.from_s += shift * px_s;
      b.to_s = b.from_s + 150 * px_s;
      g_autofree uint32_t *first = exact (s, &a);
      g_autofree uint32_t *second = exact (s, &b);
      for (int y = 0; y < 50; y++)
        for (int x = shift; x < 150; x++)
          g_assert_cmpuint (first[y * 150 + x], ==, second[y * 150 + x - shift]);
      uint32_t part[50 * 7];
      SbComposed composed = sb_spectrogram_compose (s, &a, 41, 7, lut, part, 7, false);
      g_assert_cmpint (composed.coarse + composed.missing, ==, 0);
      for (int y = 0; y < 50; y++)
        g_assert_cmpmem (part + y * 7, 7 * 4, first + y * 150 + 41, 7 * 4);
    }
  sb_source_unref (&fake->parent);
}

/* One sample in silence shows at every zoom, at most three pixels wide where columns are narrower. */
static void
test_click (void)
{
  int64_t n = 400 * RATE;
  static const double places[] = {0, 0.1234, 0.5, 0.77777, 0.9999, 0.999999};
  for (size_t p = 0; p < G_N_ELEMENTS (places); p++) {
    float *x = g_new0 (float, n);
    int64_t at = (int64_t) (places[p] * (double) (n - 1));
    x[at] = 0.1f;
    Fake *fake = fake_new (x, n, 1);
    g_autoptr (SbSpectrogram) s = new_spectrogram (&fake->parent, &small_grid, NULL, NULL);
    for (int width = 1; width < 5000; width = width * 2 + width / 3 + 1) {
      SbViewport view = whole (fake, width, 16);
      g_autofree uint32_t *argb = exact (s, &view);
      uint32_t loudest = 0;
      int lit = 0;
      for (int i = 0; i < width; i++) {
        loudest = MAX (loudest, argb[8 * width + i]);
        lit += argb[8 * width + i] > 0;
      }
      g_assert_cmpuint (loudest, >=, (guint) sb_level_db_to_code (-20 - 20 * log10 (32) - 6));
      g_assert_cmpint (lit, <=, 3);
    }
    sb_source_unref (&fake->parent);
  }
}

/* After a change inside the dirty span, the picture is that of the new source and only that span was read. */
static void
test_change (void)
{
  int64_t n = 200 * RATE;
  g_autoptr (SbPool) pool = sb_pool_new (2);
  Fake *before = fake_new (noise (n, 1, 11), n, 1);
  Fake *after = fake_new (g_memdup2 (before->frames, sizeof (float) * (gsize) n), n, 1);
  int64_t from = 90 * RATE, to = 91 * RATE;
  memset (after->frames + from, 0, sizeof (float) * (size_t) (to - from));
  SbSpectrogram *s = new_spectrogram (&before->parent, &small_grid, pool, NULL);
  SbViewport near = {89, 93, 0, 4000, SB_SCALE_LINEAR, 400, 65}, all = whole (before, 400, 65);
  sb_spectrogram_analyse (s);
  g_autofree uint32_t *argb = g_new (uint32_t, 400 * 65);
  sb_spectrogram_set_visible (s, near.from_s, near.to_s);
  compose_until_exact (s, pool, &near, argb);
  sb_pool_wait (pool, s);
  sb_spectrogram_set_source (s, &after->parent, from, to);
  sb_pool_wait (pool, s);
  g_assert_cmpfloat (sb_spectrogram_progress (s), ==, 1.0);
  /* what is in sight was redone without being asked for */
  SbComposed composed = sb_spectrogram_compose (s, &near, 0, 400, lut, argb, 400, false);
  g_assert_cmpint (composed.coarse + composed.missing, ==, 0);
  g_autofree uint32_t *expected = fresh (after, &small_grid, NULL, &near);
  assert_same (argb, expected, &near);
  g_autofree uint32_t *expected_all = fresh (after, &small_grid, NULL, &all);
  g_autofree uint32_t *argb_all = exact (s, &all);
  assert_same (argb_all, expected_all, &all);
  sb_spectrogram_free (s);

  Fake *again = fake_new (g_memdup2 (after->frames, sizeof (float) * (gsize) n), n, 1);
  s = new_spectrogram (&before->parent, &small_grid, pool, NULL);
  g_free (exact (s, &all));
  sb_spectrogram_set_source (s, &again->parent, from, to);
  sb_pool_wait (pool, s);
  g_free (exact (s, &all));
  g_assert_cmpint (atomic_load (&again->frames_read), <, n / 4);
  sb_spectrogram_free (s);
  sb_source_unref (&before->parent);
  sb_source_unref (&after->parent);
  sb_source_unref (&again->parent);
}

/* While a stroke is painted: what is shown of which of its revisions. */
static void
test_shows (void)
{
  int64_t n = 200 * RATE;
  Fake *fake = fake_new (noise (n, 1, 11), n, 1);
  SbSpectrogram *s = new_spectrogram (&fake->parent, &small_grid, NULL, NULL); /* nobody works but who asks */
  SbViewport all = whole (fake, 400, 65);
  uint32_t first = sb_spectrogram_revision (s);
  g_assert_false (sb_spectrogram_shows (s, first, 20, 21));
  g_free (exact (s, &all));
  g_assert_true (sb_spectrogram_shows (s, first, 20, 21));
  sb_spectrogram_set_source (s, &fake->parent, 90 * RATE, 91 * RATE);
  uint32_t second = sb_spectrogram_revision (s);
  g_assert_cmpuint (second, >, first);
  g_assert_false (sb_spectrogram_shows (s, second, 90, 91));
  g_assert_true (sb_spectrogram_shows (s, first, 90, 91));
  g_assert_true (sb_spectrogram_shows (s, second, 20, 21)); /* not touched: as good */
  g_free (exact (s, &all));
  g_assert_true (sb_spectrogram_shows (s, second, 90, 91));
  /* the stroke goes on: the last step still shows */
  sb_spectrogram_set_source (s, &fake->parent, 90 * RATE, 91 * RATE);
  g_assert_true (sb_spectrogram_shows (s, second, 90, 91));
  g_assert_false (sb_spectrogram_shows (s, sb_spectrogram_revision (s), 0, 200));
  sb_spectrogram_free (s);
  sb_source_unref (&fake->parent);
}

/* Spans that are as below come from below; silent ones are not read. */
static void
test_spans (void)
{
  int64_t n = 200 * RATE;
  g_autoptr (SbPool) pool = sb_pool_new (2);
  Fake *original = fake_new (noise (n, 1, 11), n, 1);
  Fake *result = fake_new (g_memdup2 (original->frames, sizeof (float) * (gsize) n), n, 1);
  Fake *removed = fake_new (g_new0 (float, n), n, 1);
  int64_t from = 90 * RATE, to = 91 * RATE;
  for (int64_t i = from; i < to; i++) {
    removed->frames[i] = result->frames[i] / 2;
    result->frames[i] /= 2;
  }
  SbSpectrogram *below = new_spectrogram (&original->parent, &small_grid, pool, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (views); i++) {
    g_autofree uint32_t *expected = fresh (result, &small_grid, NULL, &views[i]);
    g_autofree uint32_t *expected_removed = fresh (removed, &small_grid, NULL, &views[i]);
    result->own_from = removed->own_from = from;
    result->own_to = removed->own_to = to;
    result->kind = SB_SPAN_BELOW;
    removed->kind = SB_SPAN_SILENT;
    atomic_store (&result->frames_read, 0);
    atomic_store (&removed->frames_read, 0);
    SbSpectrogram *s = new_spectrogram (&result->parent, &small_grid, pool, below);
    g_autofree uint32_t *argb = exact (s, &views[i]);
    assert_same (argb, expected, &views[i]);
    g_assert_cmpint (atomic_load (&result->frames_read), <, n / 8);
    sb_spectrogram_free (s);
    g_autofree uint32_t *argb_removed = fresh (removed, &small_grid, pool, &views[i]);
    assert_same (argb_removed, expected_removed, &views[i]);
    g_assert_cmpint (atomic_load (&removed->frames_read), <, n / 8);
    result->own_from = removed->own_from = 0;
    result->own_to = removed->own_to = INT64_MAX;
  }
  sb_spectrogram_free (below);
  sb_source_unref (&original->parent);
  sb_source_unref (&result->parent);
  sb_source_unref (&removed->parent);
}

/* What can't be read is blank; the rest is there, and nothing waits for ever. */
static void
test_read_errors (void)
{
  int64_t n = 100 * RATE;
  g_autoptr (SbPool) pool = sb_pool_new (2);
  Fake *fake = fake_new (noise (n, 1, 2), n, 1);
  fake->bad_from = 60 * RATE;
  fake->bad_to = n;
  SbSpectrogram *s = new_spectrogram (&fake->parent, &small_grid, pool, NULL);
  SbViewport view = whole (fake, 100, 20);
  g_autofree uint32_t *argb = g_new (uint32_t, 100 * 20);
  compose_until_exact (s, pool, &view, argb);
  g_assert_cmpuint (argb[10 * 100 + 20], >, 100);
  g_assert_cmpuint (argb[10 * 100 + 90], ==, 0);
  double low_db, high_db;
  sb_spectrogram_auto_range (s, &low_db, &high_db);
  g_assert_cmpfloat (high_db, >, low_db + 49);
  sb_spectrogram_free (s);
  sb_source_unref (&fake->parent);
}

/* An offset, or a rumble as slow, does not set the colours of what is heard. */
static void
test_range_offset (void)
{
  int64_t n = 20 * RATE;
  double db[2][2];
  for (int offset = 0; offset < 2; offset++) {
    float *samples = noise (n, 1, 2);
    for (int64_t i = 0; i < n; i++)
      samples[i] = 0.01f * samples[i] + 0.5f * (float) offset;
    Fake *fake = fake_new (samples, n, 1);
    SbSpectrogram *s = new_spectrogram (&fake->parent, &small_grid, NULL, NULL);
    sb_spectrogram_auto_range (s, &db[offset][0], &db[offset][1]);
    sb_spectrogram_free (s);
    sb_source_unref (&fake->parent);
  }
  g_assert_cmpfloat_with_epsilon (db[1][0], db[0][0], 1);
  g_assert_cmpfloat_with_epsilon (db[1][1], db[0][1], 1);
  g_assert_cmpfloat (db[0][1], <, -20);
}

/* The recording becomes shorter while it is shown: what was seen stays, what can still be read comes, however near the
 * new end it lies, and whichever zoom asks for it first. */
static void
test_shorter (void)
{
  int64_t n = 100 * RATE;
  double end_s = 60.123;
  for (int seen = 0; seen < 2; seen++)
    for (size_t i = 0; i < 4; i++) {
      SbViewport all = {0, 100, 0, 4000, SB_SCALE_LINEAR, 100, 20};
      SbViewport places[] = {{57, 60, 0, 4000, SB_SCALE_LINEAR, 200, 40}, {60, 60.1, 0, 4000, SB_SCALE_LINEAR, 100, 40},
                            {40, 60.05, 0, 4000, SB_SCALE_LINEAR, 80, 40}, {0, 59, 0, 4000, SB_SCALE_LINEAR, 70, 40}};
      g_autoptr (SbPool) pool = sb_pool_new (2);
      Fake *fake = fake_new (noise (n, 1, 2), n, 1);
      SbSpectrogram *s = new_spectrogram (&fake->parent, &small_grid, pool, NULL);
      g_autofree uint32_t *good = fresh (fake, &small_grid, NULL, &places[i]), *whole_before = NULL;
      if (seen)
        whole_before = exact (s, &all);
      fake->bad_from = (int64_t) (end_s * RATE);
      fake->bad_to = n;
      g_autofree uint32_t *argb = exact (s, &places[i]);
      assert_same (good, argb, &places[i]);
      g_autofree char *problem = sb_spectrogram_take_problem (s);
      if (i == 1 && !seen)
        g_assert_nonnull (problem);
      if (seen) { /* beyond the end too */
        g_autofree uint32_t *whole_after = exact (s, &all);
        assert_same (whole_before, whole_after, &all);
      }
      int64_t before = atomic_load (&fake->frames_read);
      SbViewport beyond = {62, 99, 0, 4000, SB_SCALE_LINEAR, 300, 40};
      g_free (exact (s, &beyond));
      /* and what is gone is not tried column by column: that would be 4 reads of 128 frames for each of 9000 */
      g_assert_cmpint (atomic_load (&fake->frames_read) - before, <, 9000 * 128);
      sb_spectrogram_free (s);
      sb_source_unref (&fake->parent);
    }
}

typedef struct {
  atomic_int calls;
  atomic_llong from, to;
} Heard;

static void
hear (void *data, int64_t from, int64_t to)
{
  Heard *heard = data;
  atomic_fetch_add (&heard->calls, 1);
  if (from < atomic_load (&heard->from))
    atomic_store (&heard->from, from);
  if (to > atomic_load (&heard->to))
    atomic_store (&heard->to, to);
}

/* Everything that became exact was told, in not too many words; a first picture comes at once. */
static void
test_notify (void)
{
  int64_t n = 2000 * RATE;
  g_autoptr (SbPool) pool = sb_pool_new (1);
  Fake *fake = fake_new (noise (n, 1, 2), n, 1);
  Heard heard = {.from = INT64_MAX};
  SbSpectrogram *s = new_spectrogram (&fake->parent, &small_grid, pool, NULL);
  sb_spectrogram_set_notify (s, hear, &heard);
  SbViewport view = whole (fake, 400, 65);
  g_autofree uint32_t *argb = g_new (uint32_t, 400 * 65);
  SbComposed composed = sb_spectrogram_compose (s, &view, 0, 400, lut, argb, 400, true);
  g_assert_cmpint (composed.missing + composed.coarse, ==, 400);
  sb_spectrogram_analyse (s);
  int64_t start_us = g_get_monotonic_time ();
  int first_ms = -1;
  while (first_ms < 0 && g_get_monotonic_time () - start_us < 5000000) {
    composed = sb_spectrogram_compose (s, &view, 0, 400, lut, argb, 400, false);
    if (composed.missing == 0)
      first_ms = (int) ((g_get_monotonic_time () - start_us) / 1000);
    else
      g_usleep (1000);
  }
  g_assert_cmpint (first_ms, >=, 0);
  sb_pool_wait (pool, s);
  int total_ms = (int) ((g_get_monotonic_time () - start_us) / 1000);
  g_test_message ("first whole picture after %d ms, exact after %d ms, %d calls", first_ms, total_ms,
                  atomic_load (&heard.calls));
  g_assert_cmpint (atomic_load (&heard.from), ==, 0);
  g_assert_cmpint (atomic_load (&heard.to), ==, n);
  g_assert_cmpint (atomic_load (&heard.calls), <=, total_ms / 8 + 10);
  composed = sb_spectrogram_compose (s, &view, 0, 400, lut, argb, 400, false);
  g_assert_cmpint (composed.missing + composed.coarse, ==, 0);
  sb_spectrogram_free (s);
  sb_source_unref (&fake->parent);
}

/* Painting, scrolling, zooming and closing while the workers work. */
static void
test_stress (void)
{
  int64_t n = 60 * RATE;
  g_autoptr (SbPool) pool = sb_pool_new (3);
  Fake *fakes[2] = {fake_new (noise (n, 2, 2), n, 2), fake_new (noise (n, 2, 3), n, 2)};
  for (int run = 0; run < 6; run++) {
    Heard heard = {.from = INT64_MAX};
    SbSpectrogram *below = new_spectrogram (&fakes[0]->parent, &small_grid, pool, NULL);
    SbSpectrogram *s = new_spectrogram (&fakes[0]->parent, &small_grid, pool, below);
    sb_spectrogram_set_notify (s, hear, &heard);
    sb_spectrogram_analyse (s);
    uint32_t argb[64 * 32];
    for (int i = 0; i < 60; i++) {
      SbViewport view = {i * 0.5, i * 0.5 + exp2 (i % 7 - 3), 0, 4000, SB_SCALE_MEL, 64, 32};
      sb_spectrogram_set_visible (s, view.from_s, view.to_s);
      sb_spectrogram_compose (s, &view, 0, 64, lut, argb, 64, true);
      sb_spectrogram_set_source (s, &fakes[i % 2]->parent, i * RATE / 2, i * RATE / 2 + 500);
      if (i % 5 == 0)
        g_usleep (500);
    }
    if (run % 2 == 0) {
      SbViewport view = whole (fakes[0], 64, 32);
      sb_spectrogram_set_source (s, &fakes[1]->parent, 0, n);
      g_autofree uint32_t *got = exact (s, &view);
      g_autofree uint32_t *expected = fresh (fakes[1], &small_grid, NULL, &view);
      assert_same (got, expected, &view);
    }
    sb_spectrogram_free (s);
    sb_spectrogram_free (below);
  }
  sb_source_unref (&fakes[0]->parent);
  sb_source_unref (&fakes[1]->parent);
}

/* Any grid and any length: sizes that don't divide, hops longer than windows, one frame. */
static void
test_odd_grids (void)
{
  static const SbGrid grids[] = {{2, 1, SB_WINDOW_RECT},      {63, 17, SB_WINDOW_HANN},   {100, 300, SB_WINDOW_HANN},
                                 {4096, 1, SB_WINDOW_BLACKMAN}, {65536, 16384, SB_WINDOW_HANN}};
  for (size_t g = 0; g < G_N_ELEMENTS (grids); g++)
    for (int64_t n = 1; n < 20000; n = n * 9 + 2) {
      Fake *fake = fake_new (noise (n, 1, 2), n, 1);
      SbViewport view = whole (fake, 50, 20);
      g_free (fresh (fake, &grids[g], NULL, &view));
      sb_source_unref (&fake->parent);
    }
}

typedef struct {
  void (*run) (void);
  const size_t *budget;
} Run;

static struct {
  const char *name;
  void (*run) (void);
  Run budget[2];
} cases[] = {
  {"is-the-stft", test_is_the_stft},
  {"threads", test_threads},
  {"asked-for-becomes-exact", test_asked_for},
  {"shift", test_shift},
  {"click", test_click},
  {"change", test_change},
  {"shows", test_shows},
  {"spans", test_spans},
  {"read-errors", test_read_errors},
  {"range-offset", test_range_offset},
  {"shorter", test_shorter},
  {"notify", test_notify},
  {"stress", test_stress},
  {"odd-grids", test_odd_grids},
};

static void
run_case (const void *data)
{
  const Run *run = data;
  budget = run->budget;
  run->run ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (uint32_t i = 0; i < 256; i++)
    lut[i] = i;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int b = 0; b < 2; b++) {
      g_autofree char *name = g_strdup_printf ("/spectrogram/%s/%s", cases[i].name, b ? "tiles" : "kept");
      cases[i].budget[b] = (Run){cases[i].run, budgets[b]};
      g_test_add_data_func (name, &cases[i].budget[b], run_case);
    }
  return g_test_run ();
}
