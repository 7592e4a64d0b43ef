/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures: exact size, real text, any recording and any size, whole or not at all. */
#include "view/sb-picture.h"
#include "base/sb-error.h"
#include <cairo.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static char *folder;

static SbSource *
tone (int64_t n, int rate)
{
  g_autofree float *x = g_new (float, n);
  for (int64_t i = 0; i < n; i++)
    x[i] = 0.5f * sinf ((float) i * 0.3f);
  return sb_memory_source_new (x, n, 1, rate);
}

static void
assert_no_leftovers (guint expected)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;
  while (g_dir_read_name (dir))
    n++;
  g_assert_cmpuint (n, ==, expected);
}

static void
save (SbSource *source, const SbPictureSpec *spec, const char *path)
{
  SbGrid grid = sb_grid_default (sb_source_rate (source));
  GError *error = NULL;
  sb_picture_save (source, &grid, NULL, spec, path, NULL, &error);
  g_assert_no_error (error);
}

static void
test_png (void)
{
  g_autofree char *path = g_build_filename (folder, "a.PNG", NULL);
  static const int sizes[][2] = {{1, 1}, {3, 700}, {333, 77}, {1600, 900}};
  g_autoptr (SbSource) source = tone (30000, 8000);
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    SbPictureSpec spec;
    sb_picture_spec_init (&spec, source);
    spec.axes = false;
    spec.view.width_px = sizes[i][0];
    spec.view.height_px = sizes[i][1];
    save (source, &spec, path);
    cairo_surface_t *image = cairo_image_surface_create_from_png (path);
    g_assert_cmpint (cairo_image_surface_get_width (image), ==, sizes[i][0]);
    g_assert_cmpint (cairo_image_surface_get_height (image), ==, sizes[i][1]);
    if (sizes[i][0] == 1600) { /* the tone's row is the brightest, not a white page */
      const uint32_t *px = (const uint32_t *) (void *) cairo_image_surface_get_data (image);
      int stride = cairo_image_surface_get_stride (image) / 4;
      int row = (int) sb_viewport_y (&spec.view, 0.3 * 8000 / (2 * G_PI));
      const uint32_t *table = sb_colormap_table (SB_COLORMAP_MAGMA);
      int tone_green = (px[row * stride + 800] >> 8) & 0xff;
      g_assert_cmpint (tone_green, >, 180);
      g_assert_cmphex (px[100 * stride + 800] | 0xff000000u, ==, table[0]);
    }
    cairo_surface_destroy (image);
  }
  g_unlink (path);
  assert_no_leftovers (0);
}

static void
test_text (void)
{
  g_autofree char *svg = g_build_filename (folder, "a.svg", NULL), *pdf = g_build_filename (folder, "a.pdf", NULL);
  g_autoptr (SbSource) source = tone (30000, 8000);
  SbPictureSpec spec;
  sb_picture_spec_init (&spec, source);
  spec.title = "Robin & <wren> \xff";
  save (source, &spec, svg);
  save (source, &spec, pdf);
  g_autofree char *text = NULL, *data = NULL;
  gsize length = 0;
  g_assert_true (g_file_get_contents (svg, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, ">Time (s)</text>"));
  g_assert_nonnull (strstr (text, ">Frequency (Hz)</text>"));
  g_assert_nonnull (strstr (text, "Robin &amp; &lt;wren&gt;"));
  g_assert_nonnull (strstr (text, ">Level (dBFS)</text>"));
  g_autoptr (GMarkupParseContext) xml = g_markup_parse_context_new (&(GMarkupParser){0}, 0, NULL, NULL);
  g_assert_true (g_markup_parse_context_parse (xml, text, -1, NULL));
  g_assert_true (g_markup_parse_context_end_parse (xml, NULL));
  g_assert_true (g_file_get_contents (pdf, &data, &length, NULL));
  g_assert_true (g_str_has_prefix (data, "%PDF-"));
  g_assert_nonnull (memmem (data, length, "/Font", 5));
  g_unlink (svg);
  g_unlink (pdf);
}

/* One frame, one column, one hertz: a picture all the same. */
static void
test_small_recordings (void)
{
  g_autofree char *path = g_build_filename (folder, "a.png", NULL);
  static const int rates[] = {1, 200, 44100, 768000};
  for (size_t r = 0; r < G_N_ELEMENTS (rates); r++)
    for (int64_t n = 1; n < 3000; n = n * 7 + 1)
      for (int scale = 0; scale < SB_N_SCALES; scale++) {
        g_autoptr (SbSource) source = tone (n, rates[r]);
        SbPictureSpec spec;
        sb_picture_spec_init (&spec, source);
        spec.view.scale = (SbScale) scale;
        spec.view.width_px = 300;
        spec.view.height_px = 200;
        save (source, &spec, path);
      }
  g_unlink (path);
}

/* Rows [top, top + height) of the picture at path. */
static GBytes *
rows_of (const char *path, int top, int height)
{
  cairo_surface_t *image = cairo_image_surface_create_from_png (path);
  int stride = cairo_image_surface_get_stride (image);
  g_assert_cmpint (cairo_image_surface_get_height (image), >=, top + height);
  GBytes *rows = g_bytes_new (cairo_image_surface_get_data (image) + (gsize) top * (gsize) stride,
                              (gsize) height * (gsize) stride);
  cairo_surface_destroy (image);
  return rows;
}

/* Channels above one another: each lane is the picture of its channel alone, in the order of the channels. */
static void
test_stacked (void)
{
  enum { N = 30000, CHANNELS = 3, HIGH = 100 };
  g_autofree char *path = g_build_filename (folder, "a.png", NULL), *svg = g_build_filename (folder, "a.svg", NULL);
  g_autofree float *x = g_new (float, N * CHANNELS);
  for (int i = 0; i < N * CHANNELS; i++)
    x[i] = 0.5f * sinf ((float) (i / CHANNELS) * 0.2f * (float) (1 + i % CHANNELS));
  g_autoptr (SbSource) source = sb_memory_source_new (x, N, CHANNELS, 8000);
  SbPictureSpec spec;
  sb_picture_spec_init (&spec, source);
  spec.axes = false;
  spec.low_db = -100;
  spec.high_db = 0;
  spec.view.width_px = 400;
  spec.view.height_px = 2 * HIGH + 1;
  spec.channel = 1;
  spec.lanes = 2;
  save (source, &spec, path);
  g_autoptr (GBytes) upper = rows_of (path, 0, HIGH), lower = rows_of (path, HIGH + 1, HIGH);
  g_assert_false (g_bytes_equal (upper, lower));
  spec.lanes = 0;
  spec.channels = SB_CHANNELS_ONE;
  spec.view.height_px = HIGH;
  for (int lane = 0; lane < 2; lane++) {
    spec.channel = 1 + lane;
    save (source, &spec, path);
    g_autoptr (GBytes) alone = rows_of (path, 0, HIGH);
    g_assert_true (g_bytes_equal (alone, lane ? lower : upper));
  }
  g_autofree char *text = NULL;
  spec.axes = true;
  spec.lanes = 2;
  spec.channel = 1;
  spec.view.width_px = 800;
  spec.view.height_px = 600;
  save (source, &spec, svg);
  g_assert_true (g_file_get_contents (svg, &text, NULL, NULL));
  const char *name = strstr (text, ">2</text>");
  g_assert_nonnull (name);
  g_assert_nonnull (strstr (name, ">3</text>"));
  g_unlink (path);
  g_unlink (svg);
}

static void
expect_refusal (const SbPictureSpec *spec, SbSource *source, const char *name, int code)
{
  SbGrid grid = sb_grid_default (8000);
  GError *error = NULL;
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_assert_false (sb_picture_save (source, &grid, NULL, spec, path, NULL, &error));
  g_assert_error (error, SB_ERROR, code);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_clear_error (&error);
}

static void
test_refusals (void)
{
  g_autoptr (SbSource) source = tone (8000, 8000);
  SbPictureSpec good, spec;
  sb_picture_spec_init (&good, source);
  expect_refusal (&good, source, "a.jpg", SB_ERROR_VALUE);
  expect_refusal (&good, source, "none/a.png", SB_ERROR_WRITE);
  spec = good;
  spec.view.width_px = 40000;
  expect_refusal (&spec, source, "a.png", SB_ERROR_VALUE);
  spec = good;
  spec.view.height_px = 20; /* no room inside the axes */
  expect_refusal (&spec, source, "a.png", SB_ERROR_VALUE);
  spec = good;
  spec.view.from_s = 5;
  spec.view.to_s = 6;
  expect_refusal (&spec, source, "a.png", SB_ERROR_VALUE);
  spec = good;
  spec.view.to_s = NAN;
  expect_refusal (&spec, source, "a.png", SB_ERROR_VALUE);
  spec = good;
  spec.view.low_hz = 5000;
  expect_refusal (&spec, source, "a.png", SB_ERROR_VALUE);
  spec = good;
  spec.low_db = -10;
  spec.high_db = -20;
  expect_refusal (&spec, source, "a.png", SB_ERROR_VALUE);
  spec = good;
  spec.lanes = 2; /* of one channel */
  expect_refusal (&spec, source, "a.png", SB_ERROR_VALUE);
  g_autoptr (SbProgress) progress = sb_progress_new ();
  sb_progress_cancel (progress);
  SbGrid grid = sb_grid_default (8000);
  g_autofree char *path = g_build_filename (folder, "a.png", NULL);
  GError *error = NULL;
  g_assert_false (sb_picture_save (source, &grid, NULL, &good, path, progress, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_CANCELLED);
  g_clear_error (&error);
  assert_no_leftovers (0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("sb-picture-XXXXXX", NULL);
  g_test_add_func ("/picture/png", test_png);
  g_test_add_func ("/picture/text-is-text", test_text);
  g_test_add_func ("/picture/stacked", test_stacked);
  g_test_add_func ("/picture/small-recordings", test_small_recordings);
  g_test_add_func ("/picture/refusals", test_refusals);
  int result = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return result;
}
