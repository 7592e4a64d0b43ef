/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Resynthesis by properties, and against the textbook inverse in double. */
#include "dsp/sb-stft.h"
#include "edit/sb-edited.h"
#include "sb-test.h"

#include <math.h>
#include <string.h>

typedef struct {
  SbSource *result, *removed;
  SbResynth *resynth;
} Edited;

static Edited
edit (SbSource *source, const SbGrid *grid, SbOperation **ops, int n_ops, SbResynth *previous)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbMask) mask = sb_mask_new (grid, source->rate, source->n_frames, source->channels, ops, n_ops,
                                         previous != NULL ? sb_resynth_mask (previous) : NULL, &error);
  g_assert_no_error (error);
  SbResynth *resynth = sb_resynth_new (source, mask, previous, &error);
  g_assert_no_error (error);
  return (Edited){ sb_edited_source_new (resynth), sb_removed_source_new (resynth), resynth };
}

static void
edited_clear (Edited *edited)
{
  sb_source_unref (edited->result);
  sb_source_unref (edited->removed);
  sb_resynth_unref (edited->resynth);
}

static const SbGrid grids[] = {
  { 2048, 512, SB_WINDOW_HANN }, { 512, 256, SB_WINDOW_HANN }, { 501, 125, SB_WINDOW_BLACKMAN },
  { 1000, 300, SB_WINDOW_HAMMING }, { 64, 64, SB_WINDOW_RECT }, { 1024, 100, SB_WINDOW_BLACKMANHARRIS },
  { 65536, 16384, SB_WINDOW_HANN }, /* longer than the recording */
};

/* istft(G·stft(x)) in double, by the definition, one channel at a time. */
static double *
textbook (SbSource *source, const float *x, int channel, const SbGrid *grid, const float *gain, bool *sound)
{
  g_autoptr (SbStft) stft = sb_stft_new (grid, SB_PLAN_EXACT, NULL);
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
  int n = grid->n_fft, n_bins = sb_grid_n_bins (grid);
  int64_t n_frames = source->n_frames;
  double *y = g_new0 (double, n_frames), norm_max = 0.0;
  g_autofree double *norm = g_new0 (double, n_frames), *g = g_new (double, n);
  g_autofree float *padded = g_new0 (float, n_frames + 2 * n);
  sb_window_fill (grid->window, n, g);
  for (int64_t i = 0; i < n_frames; i++)
    padded[i + n / 2] = x[i * source->channels + channel];
  for (int64_t col = 0; col < sb_grid_n_cols (grid, n_frames); col++) {
    float complex *X = sb_stft_forward (stft, scratch, padded + col * grid->hop, 1);
    for (int bin = 0; bin < n_bins; bin++)
      X[bin] *= gain[col * n_bins + bin];
    const float *v = sb_stft_inverse (stft, scratch, X);
    for (int t = 0; t < n; t++) {
      int64_t frame = col * grid->hop + t - n / 2;
      if (frame >= 0 && frame < n_frames) {
        y[frame] += v[t];
        norm[frame] += g[t] * g[t];
      }
    }
  }
  for (int64_t i = 0; i < n_frames; i++)
    norm_max = MAX (norm_max, norm[i]);
  for (int64_t i = 0; i < n_frames; i++) {
    sound[i] = norm[i] >= 0.05 * norm_max;
    y[i] = sound[i] ? y[i] / norm[i] : 0.0;
  }
  return y;
}

static void
test_any_mask_is_the_textbook_inverse (void)
{
  for (guint k = 0; k < G_N_ELEMENTS (grids); k++) {
    g_autoptr (SbSource) source = sb_test_noise_source (k, 20011, 2, 44100);
    g_autofree float *x = sb_test_read_all (source);
    int n_bins = sb_grid_n_bins (&grids[k]);
    int64_t n_cols = sb_grid_n_cols (&grids[k], source->n_frames);
    float *gain = sb_test_noise (100 + k, (gsize)n_cols * n_bins, 0.5f);
    for (int64_t i = 0; i < n_cols * n_bins; i++)
      gain[i] = gain[i] > 0.3f ? 1.0f : gain[i] < -0.3f ? 0.0f : gain[i] + 0.5f;
    g_autofree float *copy = g_memdup2 (gain, sizeof (float) * n_cols * n_bins);
    g_autoptr (SbMask) mask = sb_mask_new_matrix (&grids[k], 44100, source->n_frames, 2, gain, 1, NULL);
    g_autoptr (SbResynth) resynth = sb_resynth_new (source, mask, NULL, NULL);
    g_autoptr (SbSource) result = sb_edited_source_new (resynth);
    g_autofree float *y = sb_test_read_all (result);
    g_autofree bool *sound = g_new (bool, source->n_frames);
    for (int channel = 0; channel < 2; channel++) {
      g_autofree double *expected = textbook (source, x, channel, &grids[k], copy, sound);
      int64_t checked = 0;
      for (int64_t i = 0; i < source->n_frames; i++)
        if (sound[i]) {
          g_assert_cmpfloat_with_epsilon (y[i * 2 + channel], expected[i], 1e-6);
          checked++;
        }
      g_assert_cmpint (checked, >, source->n_frames / 2);
    }
  }
}

static void
test_ones_and_outside_are_bit_identical (void)
{
  for (guint k = 0; k < G_N_ELEMENTS (grids); k++) {
    g_autoptr (SbSource) source = sb_test_noise_source (k, 200000, 2, 44100);
    g_autofree float *x = sb_test_read_all (source);
    Edited none = edit (source, &grids[k], NULL, 0, NULL);
    g_autofree float *y = sb_test_read_all (none.result);
    g_assert_cmpmem (y, sizeof (float) * 400000, x, sizeof (float) * 400000);
    g_assert_cmpint (sb_source_span (none.result, 0, 200000), ==, SB_SPAN_BELOW);
    edited_clear (&none);

    g_autoptr (SbOperation) box = sb_test_box (2.0, 2.2, 3000, 6000, -INFINITY, SB_EDGE_AUTO);
    Edited some = edit (source, &grids[k], &box, 1, NULL);
    g_autofree float *z = sb_test_read_all (some.result), *r = sb_test_read_all (some.removed);
    g_autoptr (GArray) spans = sb_mask_frame_spans (sb_resynth_mask (some.resynth));
    g_assert_cmpint (spans->len, ==, 1);
    SbFrameSpan span = g_array_index (spans, SbFrameSpan, 0);
    g_assert_cmpmem (z, sizeof (float) * 2 * span.from, x, sizeof (float) * 2 * span.from);
    g_assert_cmpmem (z + 2 * span.to, sizeof (float) * 2 * (200000 - span.to), x + 2 * span.to,
                     sizeof (float) * 2 * (200000 - span.to));
    g_assert_cmpfloat (sb_test_peak (r + 2 * span.from, (gsize)(2 * (span.to - span.from))), >, 0.02);
    for (int64_t i = 0; i < 400000; i++)
      g_assert_cmpfloat (z[i], ==, r[i] != 0.0f ? x[i] - r[i] : x[i]);
    if (span.from > 100000)
      g_assert_cmpint (sb_source_span (some.removed, 0, span.from - 1), ==, SB_SPAN_SILENT);
    edited_clear (&some);
  }
}

static void
test_any_block_gives_the_same_bits (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (3, 100000, 2, 44100);
  g_autoptr (SbOperation) box = sb_test_box (0.3, 1.9, 300, 9000, -30, SB_EDGE_AUTO);
  for (guint k = 0; k < 6; k++) {
    Edited edited = edit (source, &grids[k], &box, 1, NULL);
    g_autofree float *all = sb_test_read_all (edited.result), *out = g_new (float, 2 * 100000);
    edited_clear (&edited);
    const int blocks[] = { 1000, 997, 4096, 65536 };
    for (guint b = 0; b < G_N_ELEMENTS (blocks); b++) {
      Edited again = edit (source, &grids[k], &box, 1, NULL);
      for (int64_t end = 100000; end > 0; end -= blocks[b]) { /* backwards: no help from what was read before */
        int64_t pos = MAX (end - blocks[b], 0);
        g_assert_true (sb_source_read (again.result, pos, end - pos, out + 2 * pos, NULL));
      }
      g_assert_cmpmem (out, sizeof (float) * 200000, all, sizeof (float) * 200000);
      edited_clear (&again);
    }
  }
}

static void
test_any_thread_gives_the_same_bits (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (3, 100000, 2, 44100);
  g_autoptr (SbOperation) box = sb_test_box (0.3, 1.9, 300, 9000, -30, SB_EDGE_AUTO);
  Edited one = edit (source, &grids[0], &box, 1, NULL), many = edit (source, &grids[0], &box, 1, NULL);
  g_autofree float *all = sb_test_read_all (one.result);
  sb_test_read_on_threads (many.result, all, 4, 100, 2000);
  edited_clear (&one);
  edited_clear (&many);
}

/* Snapshot after snapshot, borrowing blocks, equals one made from nothing. */
static void
test_borrowed_blocks (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (3, 300000, 1, 44100);
  SbOperation *ops[6];
  Edited chain = edit (source, &grids[0], NULL, 0, NULL);
  for (int i = 0; i < 6; i++) {
    ops[i] = sb_test_box (i, i + 0.4, 1000 + 500 * i, 4000, i % 2 ? -20 : -INFINITY, SB_EDGE_AUTO);
    Edited next = edit (source, &grids[0], ops, i + 1, chain.resynth),
           fresh = edit (source, &grids[0], ops, i + 1, NULL);
    g_autofree float *a = sb_test_read_all (next.result), *b = sb_test_read_all (fresh.result);
    g_assert_cmpmem (a, sizeof (float) * 300000, b, sizeof (float) * 300000);
    edited_clear (&chain);
    edited_clear (&fresh);
    chain = next;
  }
  edited_clear (&chain);
  for (int i = 0; i < 6; i++)
    sb_operation_unref (ops[i]);
}

static void
test_silence_is_deep (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (8, 132300, 1, 44100);
  g_autoptr (SbOperation) box = sb_test_box (1.0, 2.0, 2000, 5000, -INFINITY, SB_EDGE_AUTO);
  Edited edited = edit (source, &grids[0], &box, 1, NULL);
  g_autofree float *x = sb_test_read_all (source), *y = sb_test_read_all (edited.result);
  g_autoptr (SbStft) stft = sb_stft_new (&grids[0], SB_PLAN_EXACT, NULL);
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
  double before = 0.0, after = 0.0;
  for (int64_t col = 87; col <= 172; col++) { /* centres in 1 … 2 s */
    int64_t start = sb_grid_col_start (&grids[0], col);
    const float complex *X = sb_stft_forward (stft, scratch, x + start, 1);
    for (int bin = 93; bin <= 232; bin++)
      before += crealf (X[bin]) * crealf (X[bin]) + cimagf (X[bin]) * cimagf (X[bin]);
    X = sb_stft_forward (stft, scratch, y + start, 1);
    for (int bin = 93; bin <= 232; bin++)
      after += crealf (X[bin]) * crealf (X[bin]) + cimagf (X[bin]) * cimagf (X[bin]);
  }
  g_test_message ("left inside: %.1f dB", 10 * log10 (after / before));
  g_assert_cmpfloat (10 * log10 (after / before), <, -60.0);
  edited_clear (&edited);
}

static void
test_not_a_number (void)
{
  g_autofree float *x = sb_test_noise (4, 50000, 0.5f);
  x[100] = NAN;    /* far from the paint */
  x[25000] = NAN;  /* under it */
  x[25001] = -INFINITY;
  x[40000] = -0.0f;
  g_autoptr (SbSource) source = sb_memory_source_new (x, 50000, 1, 44100);
  g_autoptr (SbOperation) box = sb_test_box (0.5, 0.6, 2000, 5000, -INFINITY, SB_EDGE_AUTO);
  Edited edited = edit (source, &grids[0], &box, 1, NULL);
  g_autofree float *y = sb_test_read_all (edited.result);
  g_assert_true (isnan (y[100]));
  g_assert_true (isfinite (y[25000]) && isfinite (y[25001]));
  g_assert_true (signbit (y[40000]));
  for (int i = 20000; i < 30000; i++)
    g_assert_true (isfinite (y[i]));
  edited_clear (&edited);
}

static void
test_short_recordings (void)
{
  for (int64_t n = 1; n < 400; n = n * 2 + 1)
    for (guint k = 0; k < G_N_ELEMENTS (grids); k++) {
      g_autoptr (SbSource) source = sb_test_noise_source (1, n, 1, 8000);
      g_autoptr (SbOperation) box = sb_test_box (0, 1, 0, 4000, -INFINITY, SB_EDGE_AUTO);
      Edited edited = edit (source, &grids[k], &box, 1, NULL);
      g_autofree float *y = sb_test_read_all (edited.result), *x = sb_test_read_all (source);
      for (int64_t i = 0; i < n; i++) /* all of it silenced, or left alone where the windows do not reach */
        g_assert_true (fabsf (y[i]) < 1e-6f || y[i] == x[i]);
      edited_clear (&edited);
    }
}

/* Linear in the gain: r at −6 dB is half of r at silence. */
static void
test_linear (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (5, 50000, 1, 44100);
  g_autoptr (SbOperation) all = sb_test_box (0.3, 0.8, 2000, 5000, -INFINITY, SB_EDGE_STRICT);
  g_autoptr (SbOperation) half = sb_test_box (0.3, 0.8, 2000, 5000, 20 * log10 (0.5), SB_EDGE_STRICT);
  Edited a = edit (source, &grids[0], &all, 1, NULL), b = edit (source, &grids[0], &half, 1, NULL);
  g_autofree float *ra = sb_test_read_all (a.removed), *rb = sb_test_read_all (b.removed);
  for (int i = 0; i < 50000; i++)
    g_assert_cmpfloat_with_epsilon (ra[i], 2 * rb[i], 1e-6);
  edited_clear (&a);
  edited_clear (&b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edited/any-mask-is-the-textbook-inverse", test_any_mask_is_the_textbook_inverse);
  g_test_add_func ("/edited/outside-is-bit-identical", test_ones_and_outside_are_bit_identical);
  g_test_add_func ("/edited/any-block", test_any_block_gives_the_same_bits);
  g_test_add_func ("/edited/any-thread", test_any_thread_gives_the_same_bits);
  g_test_add_func ("/edited/borrowed-blocks", test_borrowed_blocks);
  g_test_add_func ("/edited/silence-is-deep", test_silence_is_deep);
  g_test_add_func ("/edited/not-a-number", test_not_a_number);
  g_test_add_func ("/edited/short-recordings", test_short_recordings);
  g_test_add_func ("/edited/linear", test_linear);
  return g_test_run ();
}
