/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Palettes: lightness that only grows, outlines that stand out, lookups. */
#include "dsp/sb-colormap.h"
#include "dsp/sb-level.h"
#include <glib.h>
#include <math.h>

typedef struct {
  double L, a, b;
} Lab;

static double
linear (uint32_t rgb, int shift)
{
  double c = ((rgb >> shift) & 0xff) / 255.0;
  return c <= 0.04045 ? c / 12.92 : pow ((c + 0.055) / 1.055, 2.4);
}

static double
cube (double t)
{
  return t > 216.0 / 24389 ? cbrt (t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIELAB, D65 */
static Lab
lab_of (uint32_t rgb)
{
  double r = linear (rgb, 16), g = linear (rgb, 8), b = linear (rgb, 0);
  double x = cube ((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  double y = cube (0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
  double z = cube ((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
  return (Lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static void
test_lightness (void)
{
  for (int map = 0; map < SB_N_COLORMAPS; map++) {
    const uint32_t *table = sb_colormap_table ((SbColormap) map);
    double sign = map == SB_COLORMAP_INVERTED ? -1 : 1;
    for (int i = 1; i < 256; i++) {
      double step = sign * (lab_of (table[i]).L - lab_of (table[i - 1]).L);
      /* one unit of one channel is up to 0.4 of lightness: rounding may take that back */
      g_assert_cmpfloat (step, >, -0.4);
      g_assert_cmpint (table[i] >> 24, ==, 0xff);
      if (i >= 8)
        g_assert_cmpfloat (sign * (lab_of (table[i]).L - lab_of (table[i - 8]).L), >, 0.2);
    }
    g_assert_cmpfloat (sign * (lab_of (table[255]).L - lab_of (table[0]).L), >, 70);
  }
}

static void
test_outline (void)
{
  for (int map = 0; map < SB_N_COLORMAPS; map++) {
    const uint32_t *table = sb_colormap_table ((SbColormap) map);
    Lab outline = lab_of (sb_colormap_outline ((SbColormap) map));
    for (int i = 0; i < 256; i++) {
      Lab entry = lab_of (table[i]);
      g_assert_cmpfloat (sqrt (pow (entry.L - outline.L, 2) + pow (entry.a - outline.a, 2) +
                               pow (entry.b - outline.b, 2)),
                         >, 25);
    }
  }
}

static void
test_names (void)
{
  SbColormap map = SB_COLORMAP_GREY;
  for (int i = 0; i < SB_N_COLORMAPS; i++) {
    g_assert_true (sb_colormap_from_name (sb_colormap_name ((SbColormap) i), &map));
    g_assert_cmpint (map, ==, i);
  }
  g_assert_false (sb_colormap_from_name ("jet", &map));
  g_assert_false (sb_colormap_from_name (NULL, &map));
}

static void
test_lut (void)
{
  uint32_t lut[256];
  for (int map = 0; map < SB_N_COLORMAPS; map++) {
    const uint32_t *table = sb_colormap_table ((SbColormap) map);
    sb_colormap_lut ((SbColormap) map, -90, -20, lut);
    for (int code = 0; code < 256; code++) {
      double db = sb_level_code_to_db (code);
      if (db <= -90)
        g_assert_cmphex (lut[code], ==, table[0]);
      if (db >= -20)
        g_assert_cmphex (lut[code], ==, table[255]);
    }
    g_assert_cmphex (lut[(int) lrint (sb_level_db_to_code (-55))], !=, table[0]);
    sb_colormap_lut ((SbColormap) map, -50, -50, lut); /* an empty range is no crash */
    g_assert_cmphex (lut[0], ==, table[0]);
    g_assert_cmphex (lut[255], ==, table[255]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/colormap/lightness-grows", test_lightness);
  g_test_add_func ("/colormap/outline-stands-out", test_outline);
  g_test_add_func ("/colormap/names", test_names);
  g_test_add_func ("/colormap/lut", test_lut);
  return g_test_run ();
}
