/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/sb-mask-file.h"
#include "edit/sb-mask-png-private.h"
#include "sb-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <string.h>

static const SbGrid grid = { 256, 64, SB_WINDOW_HANN };
enum { N_FRAMES = 3000, RATE = 8000, N_BINS = 129, N_COLS = 47 };

typedef struct {
  char *folder, *npy, *png;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("sb-mask-XXXXXX", NULL);
  f->npy = g_build_filename (f->folder, "mask.npy", NULL);
  f->png = g_build_filename (f->folder, "mask.png", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_unlink (f->npy);
  g_unlink (f->png);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0); /* nothing else is in it */
  g_free (f->folder);
  g_free (f->npy);
  g_free (f->png);
}

/* Multiples of 1/255, so that a PNG holds them exactly. */
static float
gain_at (int plane, int col, int bin)
{
  return (float)((plane * 91 + col * 7 + bin * 3) % 256) / 255;
}

static SbMask *
make_mask (int channels, int planes, float factor)
{
  g_autoptr (GError) error = NULL;
  float *gain = g_new (float, planes * N_COLS * N_BINS);
  for (int p = 0; p < planes; p++)
    for (int col = 0; col < N_COLS; col++)
      for (int bin = 0; bin < N_BINS; bin++)
        gain[(p * N_COLS + col) * N_BINS + bin] = factor * gain_at (p, col, bin);
  SbMask *mask = sb_mask_new_matrix (&grid, RATE, N_FRAMES, channels, gain, planes, &error);
  g_assert_no_error (error);
  return mask;
}

static void
check_loaded (const char *path, int channels, int want_planes)
{
  g_autoptr (GError) error = NULL;
  int planes;
  g_autofree float *gain = sb_mask_file_load (path, &grid, N_FRAMES, channels, &planes, &error);
  g_assert_no_error (error);
  g_assert_cmpint (planes, ==, want_planes);
  for (int p = 0; p < planes; p++)
    for (int col = 0; col < N_COLS; col++)
      for (int bin = 0; bin < N_BINS; bin++)
        g_assert_cmpfloat_with_epsilon (gain[(p * N_COLS + col) * N_BINS + bin], gain_at (p, col, bin), 1e-7f);
}

static void
test_save_then_load (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  for (int channels = 1; channels <= 3; channels++)
    for (int planes = 1; planes <= channels; planes += MAX (channels - 1, 1)) {
      g_autoptr (SbMask) mask = make_mask (channels, planes, 1);
      g_assert_true (sb_mask_file_save (mask, f->npy, NULL, &error));
      check_loaded (f->npy, channels, planes);
      if (planes > 1) {
        g_assert_false (sb_mask_file_save (mask, f->png, NULL, &error));
        g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
        g_clear_error (&error);
        continue;
      }
      g_assert_true (sb_mask_file_save (mask, f->png, NULL, &error));
      check_loaded (f->png, channels, 1);
      g_unlink (f->png);
    }
}

static void
test_png_holds_no_amplification (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbMask) mask = make_mask (1, 1, 2);
  g_assert_false (sb_mask_file_save (mask, f->png, NULL, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
  g_clear_error (&error);
  g_autofree char *other = g_build_filename (f->folder, "mask.txt", NULL);
  g_assert_false (sb_mask_file_save (mask, other, NULL, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_VALUE);
}

static void
test_cancel_writes_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbMask) mask = make_mask (2, 2, 1);
  g_autoptr (SbProgress) progress = sb_progress_new ();
  sb_progress_cancel (progress);
  g_assert_false (sb_mask_file_save (mask, f->npy, progress, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_CANCELLED);
  g_assert_false (g_file_test (f->npy, G_FILE_TEST_EXISTS));
}

/* Written by libpng itself, in seven passes. */
static void
write_interlaced (const char *path, int bits)
{
  FILE *stream = fopen (path, "wb");
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  int n_bytes = bits / 8;
  png_bytep rows[N_BINS];
  png_init_io (png, stream);
  png_set_IHDR (png, info, N_COLS, N_BINS, bits, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_ADAM7, PNG_COMPRESSION_TYPE_DEFAULT,
                PNG_FILTER_TYPE_DEFAULT);
  png_set_gAMA (png, info, 1.0); /* must not matter */
  png_write_info (png, info);
  for (int y = 0; y < N_BINS; y++) {
    rows[y] = g_malloc (N_COLS * n_bytes);
    for (int x = 0; x < N_COLS; x++)
      memset (rows[y] + x * n_bytes, (int)lrintf (gain_at (0, x, N_BINS - 1 - y) * 255), n_bytes);
  }
  png_write_image (png, rows);
  png_write_end (png, NULL);
  png_destroy_write_struct (&png, &info);
  fclose (stream);
  for (int y = 0; y < N_BINS; y++)
    g_free (rows[y]);
}

static void
test_png_interlaced (Fixture *f, gconstpointer data)
{
  for (int bits = 8; bits <= 16; bits += 8) {
    write_interlaced (f->png, bits);
    check_loaded (f->png, 1, 1);
  }
}

/* Cut anywhere, or a byte changed anywhere: a sentence or gains, never a crash; a wrong size costs no memory. */
static void
test_png_damage (Fixture *f, gconstpointer data)
{
  g_autoptr (SbMask) mask = make_mask (1, 1, 1);
  g_autofree char *bytes = NULL;
  gsize n;
  int planes;
  g_assert_true (sb_mask_file_save (mask, f->png, NULL, NULL));
  g_assert_true (g_file_get_contents (f->png, &bytes, &n, NULL));
  for (gsize i = 0; i < n; i += 1 + i / 50) {
    g_autoptr (GError) error = NULL;
    sb_test_put_bytes (f->png, bytes, i);
    g_assert_null (sb_mask_file_load (f->png, &grid, N_FRAMES, 1, &planes, &error));
    g_assert_nonnull (strstr (error->message, "mask.png"));
    bytes[i] ^= 0x55;
    sb_test_put_bytes (f->png, bytes, n);
    g_free (sb_mask_file_load (f->png, &grid, N_FRAMES, 1, &planes, NULL));
    bytes[i] ^= 0x55;
  }
  uint8_t *small = g_malloc0 (46 * N_BINS);
  g_assert_true (sb_png_save_grey (f->png, small, 46, N_BINS, NULL));
  g_free (small);
  g_autoptr (GError) error = NULL;
  g_assert_null (sb_mask_file_load (f->png, &grid, N_FRAMES, 1, &planes, &error));
  g_assert_nonnull (strstr (error->message, "46 × 129"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/mask-file/save-then-load", test_save_then_load);
  ADD ("/mask-file/png-holds-no-amplification", test_png_holds_no_amplification);
  ADD ("/mask-file/cancel-writes-nothing", test_cancel_writes_nothing);
  ADD ("/mask-file/png/interlaced", test_png_interlaced);
  ADD ("/mask-file/png/damage", test_png_damage);
  return g_test_run ();
}
