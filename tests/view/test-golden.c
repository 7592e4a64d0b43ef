/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures of a made-up recording as they were when somebody looked at them and
 * found them good, at scales 1 and 2.  On a mismatch the picture, the golden one
 * and their difference are saved in golden-failed/ of the build folder.
 * SB_GOLDEN_WRITE=1 makes new golden pictures. */
#include "view/sb-picture.h"

#include "sb-test.h"

#include <cairo.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 16000

typedef struct {
  const char *name;
  int scale;
  bool axes, reassigned;
  SbStatistic statistic;
  SbChannelMode channels;
  SbScale hz_scale;
  double from_s, to_s;
} Golden;

static const Golden goldens[] = {
  {"plain-1", 1, false, false, SB_STATISTIC_PEAK, SB_CHANNELS_ALL, SB_SCALE_MEL, 0, 8},
  {"plain-2", 2, false, false, SB_STATISTIC_PEAK, SB_CHANNELS_ALL, SB_SCALE_MEL, 0, 8},
  {"average-1", 1, false, false, SB_STATISTIC_AVERAGE, SB_CHANNELS_ALL, SB_SCALE_LINEAR, 0, 8},
  {"near-1", 1, false, false, SB_STATISTIC_PEAK, SB_CHANNELS_ONE, SB_SCALE_LOG, 3.9, 4.2},
  {"reassigned-1", 1, false, true, SB_STATISTIC_PEAK, SB_CHANNELS_ALL, SB_SCALE_LINEAR, 2, 4},
  {"axes-1", 1, true, false, SB_STATISTIC_PEAK, SB_CHANNELS_ALL, SB_SCALE_BARK, 0, 8},
  {"axes-2", 2, true, false, SB_STATISTIC_PEAK, SB_CHANNELS_ALL, SB_SCALE_BARK, 0, 8},
};

/* Left: a chirp that rises and falls, a click; right: tones that come and go; noise in both; a hole of NaN. */
static SbSource *
recording (void)
{
  int64_t n = 8 * RATE;
  g_autofree float *x = g_new (float, 2 * n);
  uint32_t state = 1;
  double phase = 0;
  for (int64_t i = 0; i < n; i++) {
    double t = (double) i / RATE;
    phase += (3000 + 2500 * sin (t * 1.5)) / RATE;
    for (int c = 0; c < 2; c++) {
      state = state * 1664525u + 1013904223u;
      double tone = c == 0 ? 0.3 * sin (2 * G_PI * phase) : 0.1 * ((int) (t * 2) % 2) * sin (2 * G_PI * 700 * t);
      x[2 * i + c] = (float) (tone + 0.003 * ((double) (state >> 8) / 8388608.0 - 1));
    }
  }
  x[2 * (4 * RATE)] = 0.9f;
  for (int64_t i = 6 * RATE; i < 6 * RATE + 800; i++)
    x[2 * i] = NAN;
  return sb_memory_source_new (x, n, 2, RATE);
}

static char *
draw (const Golden *golden, SbPool *pool, const char *folder)
{
  g_autoptr (SbSource) source = recording ();
  g_autofree char *file = g_strconcat (golden->name, ".png", NULL);
  char *path = g_build_filename (folder, file, NULL);
  SbPictureSpec spec;
  sb_picture_spec_init (&spec, source);
  spec.view.width_px = (golden->axes ? 400 : 240) * golden->scale;
  spec.view.height_px = (golden->axes ? 225 : 135) * golden->scale;
  spec.view.scale = golden->hz_scale;
  spec.view.from_s = golden->from_s;
  spec.view.to_s = golden->to_s;
  spec.low_db = -100;
  spec.high_db = 0;
  spec.axes = golden->axes;
  spec.title = "A made-up recording";
  spec.statistic = golden->statistic;
  spec.channels = golden->channels;
  spec.reassigned = golden->reassigned;
  SbGrid grid = {512, 128, SB_WINDOW_HANN};
  GError *error = NULL;
  sb_picture_save (source, &grid, pool, &spec, path, NULL, &error);
  g_assert_no_error (error);
  return path;
}

static cairo_surface_t *
load (const char *path, int *width, int *height)
{
  cairo_surface_t *read = cairo_image_surface_create_from_png (path);
  if (cairo_surface_status (read) != CAIRO_STATUS_SUCCESS)
    g_error ("%s: %s", path, cairo_status_to_string (cairo_surface_status (read)));
  *width = cairo_image_surface_get_width (read);
  *height = cairo_image_surface_get_height (read);
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, *width, *height);
  cairo_t *cr = cairo_create (image);
  cairo_set_source_surface (cr, read, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (read);
  cairo_surface_flush (image);
  return image;
}

/* How many pixels differ by more than `tolerance` in some colour; `image` becomes the difference. */
static int
differ (cairo_surface_t *image, cairo_surface_t *golden, int width, int height, int tolerance)
{
  int n = 0;
  for (int y = 0; y < height; y++) {
    uint8_t *a = cairo_image_surface_get_data (image) + (size_t) y * (size_t) cairo_image_surface_get_stride (image);
    const uint8_t *b =
        cairo_image_surface_get_data (golden) + (size_t) y * (size_t) cairo_image_surface_get_stride (golden);
    for (int x = 0; x < width; x++) {
      int most = 0;
      for (int c = 0; c < 3; c++) {
        most = MAX (most, abs (a[4 * x + c] - b[4 * x + c]));
        a[4 * x + c] = (uint8_t) MIN (255, 8 * abs (a[4 * x + c] - b[4 * x + c]));
      }
      n += most > tolerance;
    }
  }
  cairo_surface_mark_dirty (image);
  return n;
}

static void
keep (const char *name, const char *what, const char *path, cairo_surface_t *image)
{
  g_autofree char *folder = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "golden-failed", NULL);
  g_autofree char *file = g_strdup_printf ("%s-%s.png", name, what), *to = g_build_filename (folder, file, NULL);
  g_autofree char *bytes = NULL;
  gsize length;
  g_mkdir_with_parents (folder, 0755);
  if (image)
    cairo_surface_write_to_png (image, to);
  else if (g_file_get_contents (path, &bytes, &length, NULL))
    g_file_set_contents (to, bytes, (gssize) length, NULL);
}

static void
test_golden (const void *data)
{
  const Golden *golden = data;
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "view", "golden", NULL);
  if (g_getenv ("SB_GOLDEN_WRITE")) {
    g_free (draw (golden, NULL, folder));
    g_test_skip ("written anew");
    return;
  }
  g_autoptr (SbPool) pool = sb_pool_new (2);
  g_autofree char *path = draw (golden, pool, sb_test_folder ());
  g_autofree char *file = g_strconcat (golden->name, ".png", NULL), *known = g_build_filename (folder, file, NULL);
  int width, height, known_width, known_height;
  cairo_surface_t *image = load (path, &width, &height), *wanted = load (known, &known_width, &known_height);
  g_assert_cmpint (width, ==, known_width);
  g_assert_cmpint (height, ==, known_height);
  /* FFTW chooses another plan on another processor: a code may move by one, which is 16 in a colour at most.
   * Text depends on the machine's fonts, a fifth of a page at most. */
  int n = differ (image, wanted, width, height, 16), allowed = width * height / (golden->axes ? 5 : 500);
  if (n > allowed) {
    keep (golden->name, "picture", path, NULL);
    keep (golden->name, "golden", known, NULL);
    keep (golden->name, "difference", NULL, image);
  }
  g_assert_cmpint (n, <=, allowed);
  cairo_surface_destroy (image);
  cairo_surface_destroy (wanted);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (goldens); i++) {
    g_autofree char *name = g_strconcat ("/golden/", goldens[i].name, NULL);
    g_test_add_data_func (name, &goldens[i], test_golden);
  }
  return g_test_run ();
}
