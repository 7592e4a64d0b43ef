/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first picture of a source that is slow to seek in: within its time, all
 * of the view, and the same in the end as of a quick one.  The source sleeps in
 * each read, so on a busy machine fewer columns come, never more. */
#include "sb-test.h"
#include "view/sb-spectrogram-private.h"
#include <math.h>
#include <string.h>

#define RATE 8000
#define SECONDS 200
#define WIDTH 1600
#define HEIGHT 33

static const SbGrid grid = {128, 32, SB_WINDOW_HANN};
static uint32_t lut[256], argb[WIDTH * HEIGHT];

typedef struct {
  SbSource parent;
  SbSource *frames;
  atomic_int read_us, n_reads;
  int64_t pos[64]; /* of the first reads */
} Slow;

static bool
slow_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  Slow *slow = (Slow *) source;
  int i = atomic_fetch_add (&slow->n_reads, 1);
  if (i < 64)
    slow->pos[i] = pos;
  g_usleep ((gulong) atomic_load (&slow->read_us));
  return sb_source_read (slow->frames, pos, n, out, error);
}

static void
slow_finalize (SbSource *source)
{
  sb_source_unref (((Slow *) source)->frames);
  g_free (source);
}

static const SbSourceClass slow_class = {.read = slow_read, .finalize = slow_finalize};

/* Noise that grows louder: no two places look the same. */
static Slow *
slow_new (int read_us)
{
  gsize n = SECONDS * RATE;
  g_autofree float *x = sb_test_noise (3, n, 1);
  for (gsize i = 0; i < n; i++)
    x[i] *= powf (10, -5 + 4.5f * (float) i / (float) n);
  Slow *slow = g_new0 (Slow, 1);
  slow->frames = sb_memory_source_new (x, (int64_t) n, 1, RATE);
  atomic_init (&slow->read_us, read_us);
  sb_source_init (&slow->parent, &slow_class, RATE, 1, (int64_t) n);
  return slow;
}

static SbSpectrogram *
new_one (Slow *slow, SbPool *pool)
{
  GError *error = NULL;
  SbSpectrogram *s = sb_spectrogram_new (&slow->parent, &grid, pool, NULL, &error);
  g_assert_no_error (error);
  return s;
}

static const SbViewport whole = {0, SECONDS, 0, RATE / 2.0, SB_SCALE_LINEAR, WIDTH, HEIGHT};

static SbComposed
compose (SbSpectrogram *s, bool want)
{
  return sb_spectrogram_compose (s, &whole, 0, WIDTH, lut, argb, WIDTH, want);
}

static int
compare (const void *a, const void *b)
{
  int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
  return (x > y) - (x < y);
}

/* The picture grows louder to the right, as far as columns are known: none is shown where it does not belong. */
static void
assert_in_place (void)
{
  double left = 0, right = 0;
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH / 4; x++) {
      left += argb[y * WIDTH + x];
      right += argb[y * WIDTH + WIDTH - 1 - x];
    }
  g_assert_cmpfloat (right, >, left * 1.2);
}

/* The sample for the range stops in time, lies all over the recording, and is the first picture. */
static void
test_sample_in_time (void)
{
  Slow *slow = slow_new (20000);
  g_autoptr (SbPool) pool = sb_pool_new (2);
  SbSpectrogram *s = new_one (slow, pool);
  double low_db, high_db, low2_db, high2_db;
  g_assert_false (sb_spectrogram_auto_range_within (s, 200000, &low_db, &high_db));
  int n = atomic_load (&slow->n_reads);
  g_assert_cmpint (n, >=, 1);
  g_assert_cmpint (n, <=, 11); /* 200 ms are no more than 10 whole sleeps, and one begun */
  if (n >= 4) {
    qsort (slow->pos, (size_t) n, sizeof *slow->pos, compare);
    int quarters = n >= 8 ? 8 : 4;
    for (int i = 0; i < quarters; i++) {
      bool inside = false;
      for (int k = 0; k < n; k++)
        inside |= slow->pos[k] * quarters / (SECONDS * RATE) == i;
      g_assert_true (inside);
    }
  }
  /* nothing more is read for a picture without gaps */
  g_assert_cmpint (compose (s, false).missing, ==, WIDTH);
  pthread_mutex_lock (&s->lock);
  sb_sparse_begin (s, &whole);
  pthread_mutex_unlock (&s->lock);
  g_assert_cmpint (compose (s, false).missing, ==, 0);
  g_assert_cmpint (atomic_load (&slow->n_reads), ==, n);
  if (n >= 4)
    assert_in_place ();

  /* in the end the range is the one of all columns */
  atomic_store (&slow->read_us, 0);
  sb_spectrogram_analyse (s);
  sb_pool_wait (pool, s);
  g_assert_true (sb_spectrogram_auto_range_within (s, 0, &low_db, &high_db));
  SbSpectrogram *fresh = new_one (slow, NULL);
  sb_spectrogram_auto_range (fresh, &low2_db, &high2_db);
  g_assert_cmpfloat (low_db, ==, low2_db);
  g_assert_cmpfloat (high_db, ==, high2_db);
  sb_spectrogram_free (fresh);
  sb_spectrogram_free (s);
  sb_source_unref (&slow->parent);
}

/* Without a sample: when time is up, few columns cover the view; then it becomes exact as ever. */
static void
test_picture_in_time (void)
{
  Slow *slow = slow_new (100000);
  g_autoptr (SbPool) pool = sb_pool_new (1);
  SbSpectrogram *s = new_one (slow, pool);
  sb_spectrogram_set_visible (s, 0, SECONDS);
  for (int round = 0; compose (s, true).missing > 0; round++) {
    g_assert_cmpint (round, <, 6000);
    g_usleep (10000);
  }
  /* 600 ms are 6 sleeps and one begun; without the limit of time some 26 columns are needed */
  g_assert_cmpint (atomic_load (&slow->n_reads), <=, 20);
  assert_in_place ();
  atomic_store (&slow->read_us, 0);
  for (int round = 0; compose (s, true).coarse > 0; round++) {
    g_assert_cmpint (round, <, 20);
    sb_pool_wait (pool, s);
  }
  g_autofree uint32_t *seen = g_memdup2 (argb, sizeof argb);
  SbSpectrogram *fresh = new_one (slow, NULL);
  GError *error = NULL;
  sb_spectrogram_compose_exact (fresh, &whole, lut, argb, WIDTH, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (seen, sizeof argb, argb, sizeof argb);
  sb_spectrogram_free (fresh);
  sb_spectrogram_free (s);
  sb_source_unref (&slow->parent);
}

typedef struct {
  atomic_llong from, to;
} Told;

static void
on_told (void *data, int64_t from, int64_t to)
{
  Told *told = data;
  if (from < atomic_load (&told->from))
    atomic_store (&told->from, from);
  if (to > atomic_load (&told->to))
    atomic_store (&told->to, to);
}

/* The window hears that the whole of it can be drawn. */
static void
test_told (void)
{
  Slow *slow = slow_new (100000);
  g_autoptr (SbPool) pool = sb_pool_new (1);
  SbSpectrogram *s = new_one (slow, pool);
  Told told;
  atomic_init (&told.from, INT64_MAX);
  atomic_init (&told.to, 0);
  sb_spectrogram_set_notify (s, on_told, &told);
  sb_spectrogram_set_visible (s, 0, SECONDS);
  compose (s, true);
  for (int round = 0; atomic_load (&told.from) > 0 || atomic_load (&told.to) < SECONDS * RATE; round++) {
    g_assert_cmpint (round, <, 6000);
    g_usleep (10000);
  }
  g_assert_cmpint (atomic_load (&slow->n_reads), <=, 20);
  sb_spectrogram_free (s);
  sb_source_unref (&slow->parent);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (uint32_t i = 0; i < 256; i++)
    lut[i] = i;
  g_test_add_func ("/sparse/sample-in-time", test_sample_in_time);
  g_test_add_func ("/sparse/picture-in-time", test_picture_in_time);
  g_test_add_func ("/sparse/told", test_told);
  return g_test_run ();
}
