/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sb-error.h"
#include "dsp/sb-grid.h"

#include <math.h>

static void
test_default (void)
{
  const struct {
    double rate;
    int n_fft;
  } cases[] = { { 67108864, 65536 }, { 22050, 1024 },  { 44100, 2048 }, { 48000, 2048 },
                { 96000, 4096 },     { 192000, 8192 }, { 1, 64 },       { 200, 64 } };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SbGrid grid = sb_grid_default (cases[i].rate);
    g_assert_cmpint (grid.n_fft, ==, cases[i].n_fft);
    g_assert_cmpint (grid.hop, ==, cases[i].n_fft / 4);
    g_assert_true (sb_grid_check (&grid, NULL));
  }
}

/* The arithmetic against plain counting, for odd sizes and short files too. */
static void
test_columns (void)
{
  const SbGrid grids[] = {
    { 8, 2, SB_WINDOW_HANN }, { 7, 3, SB_WINDOW_HANN }, { 501, 125, SB_WINDOW_HANN }, { 5, 9, SB_WINDOW_RECT }
  };
  for (guint g = 0; g < G_N_ELEMENTS (grids); g++)
    for (int64_t n_frames = 1; n_frames < 60; n_frames += 3) {
      const SbGrid *grid = &grids[g];
      int64_t n_cols = sb_grid_n_cols (grid, n_frames), counted = 0;
      while (counted * grid->hop + grid->n_fft <= n_frames + 2 * (grid->n_fft / 2))
        counted++;
      g_assert_cmpint (n_cols, ==, counted);
      for (int64_t pos = -3; pos < n_frames + 3; pos++)
        for (int64_t n = 1; n < 12; n += 5) {
          int64_t first, end;
          sb_grid_cols_over (grid, n_frames, pos, n, &first, &end);
          for (int64_t col = 0; col < n_cols; col++) {
            int64_t start = sb_grid_col_start (grid, col);
            bool over = start < pos + n && start + grid->n_fft > pos;
            g_assert_cmpint (over, ==, col >= first && col < end);
          }
        }
    }
}

static void
test_overlap (void)
{
  const struct {
    SbGrid grid;
    bool good;
  } cases[] = {
    { { 2048, 512, SB_WINDOW_HANN }, true },     { { 2048, 1024, SB_WINDOW_HANN }, true },
    { { 2048, 2048, SB_WINDOW_HANN }, false },   { { 2048, 2048, SB_WINDOW_RECT }, true },
    { { 2048, 2049, SB_WINDOW_RECT }, false },   { { 2048, 2048, SB_WINDOW_HAMMING }, true },
    { { 501, 125, SB_WINDOW_BLACKMAN }, true },  { { 1, 1, SB_WINDOW_RECT }, false },
    { { 2048, 0, SB_WINDOW_HANN }, false },      { { 2048, -5, SB_WINDOW_HANN }, false },
    { { 1024, 1024, SB_WINDOW_BLACKMANHARRIS }, false },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_cmpint (sb_grid_check (&cases[i].grid, &error), ==, cases[i].good);
    if (!cases[i].good)
      g_assert_error (error, SB_ERROR, SB_ERROR_VALUE);
  }
}

/* Literal values of a six-point periodic Blackman and Hann window. */
static void
test_windows (void)
{
  const double blackman[] = { 0, 0.13, 0.63, 1, 0.63, 0.13 }, hann[] = { 0, 0.25, 0.75, 1, 0.75, 0.25 };
  const double hamming[] = { 0.08, 0.31, 0.77, 1, 0.77, 0.31 };
  double g[6];
  sb_window_fill (SB_WINDOW_BLACKMAN, 6, g);
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (g[i], blackman[i], 1e-15);
  sb_window_fill (SB_WINDOW_HANN, 6, g);
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (g[i], hann[i], 1e-15);
  sb_window_fill (SB_WINDOW_HAMMING, 6, g);
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (g[i], hamming[i], 1e-15);
  sb_window_fill (SB_WINDOW_BLACKMANHARRIS, 6, g);
  g_assert_cmpfloat_with_epsilon (g[0], 6e-5, 1e-15);
  g_assert_cmpfloat_with_epsilon (g[3], 1.0, 1e-15);
  for (int kind = SB_WINDOW_HANN; kind <= SB_WINDOW_RECT; kind++) {
    SbWindowKind back;
    g_assert_true (sb_window_from_name (sb_window_name ((SbWindowKind)kind), &back));
    g_assert_cmpint (back, ==, kind);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grid/default-follows-the-rate", test_default);
  g_test_add_func ("/grid/columns-against-counting", test_columns);
  g_test_add_func ("/grid/refuses-what-cannot-be-inverted", test_overlap);
  g_test_add_func ("/grid/windows", test_windows);
  return g_test_run ();
}
