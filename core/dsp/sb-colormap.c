/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Palettes by interpolation between a few anchors, evenly spaced.  The curve
 * through them is a monotone cubic (Fritsch & Carlson 1980) in each channel: no
 * overshoot, so lightness that grows from anchor to anchor grows between them
 * too.  Tables are made once.  Thread: any. */
#include "dsp/sb-colormap.h"
#include "dsp/sb-level.h"
#include <math.h>
#include <pthread.h>
#include <string.h>

#define MAX_ANCHORS 10

typedef struct {
  const char *name;
  uint32_t outline;
  int n_anchors;
  uint32_t anchors[MAX_ANCHORS]; /* 0xRRGGBB, dark to light */
} Palette;

static const Palette palettes[SB_N_COLORMAPS] = {
  {"magma", 0xFF5BC8FF, 10,
   {0x000004, 0x180F3E, 0x451077, 0x721F81, 0x9F2F7F, 0xCD4071, 0xF1605D, 0xFD9567, 0xFEC98D, 0xFCFDBF}},
  {"viridis", 0xFFFF7AE0, 10,
   {0x440154, 0x482878, 0x3E4A89, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6DCD59, 0xB4DE2C, 0xFDE725}},
  {"inferno", 0xFF5BC8FF, 10,
   {0x000004, 0x1B0C42, 0x4B0C6B, 0x781C6D, 0xA52C60, 0xCF4446, 0xED6925, 0xFB9A06, 0xF7D03C, 0xFCFFA4}},
  {"cividis", 0xFFFF7AE0, 10,
   {0x00204D, 0x00336F, 0x39486B, 0x575C6D, 0x707173, 0x8A8779, 0xA69D75, 0xC4B56C, 0xE4CF5B, 0xFFEA46}},
  {"grey", 0xFF4DFF6A, 2, {0x000000, 0xFFFFFF}},
  {"inverted", 0xFFB0005A, 2, {0xFFFFFF, 0x000000}}, /* paper: a light outline would drown */
};

static uint32_t tables[SB_N_COLORMAPS][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static double
channel_of (uint32_t rgb, int shift)
{
  return (double) ((rgb >> shift) & 0xff);
}

/* Slope at anchor i that keeps the cubic monotone: harmonic mean of the two
 * neighbouring differences, 0 where they disagree in sign. */
static double
slope_at (const Palette *palette, int shift, int i)
{
  int last = palette->n_anchors - 1;
  double before = 0, after = 0;
  if (i > 0)
    before = channel_of (palette->anchors[i], shift) - channel_of (palette->anchors[i - 1], shift);
  if (i < last)
    after = channel_of (palette->anchors[i + 1], shift) - channel_of (palette->anchors[i], shift);
  if (i == 0)
    return after;
  if (i == last)
    return before;
  return before * after > 0 ? 2.0 * before * after / (before + after) : 0.0;
}

static uint32_t
channel_at (const Palette *palette, int shift, double place)
{
  int i = (int) place;
  if (i > palette->n_anchors - 2)
    i = palette->n_anchors - 2;
  double t = place - i, t2 = t * t, t3 = t2 * t;
  double value = (2 * t3 - 3 * t2 + 1) * channel_of (palette->anchors[i], shift) +
                 (t3 - 2 * t2 + t) * slope_at (palette, shift, i) +
                 (3 * t2 - 2 * t3) * channel_of (palette->anchors[i + 1], shift) +
                 (t3 - t2) * slope_at (palette, shift, i + 1);
  return (uint32_t) lrint (fmin (fmax (value, 0.0), 255.0)) << shift;
}

static void
make_tables (void)
{
  for (int map = 0; map < SB_N_COLORMAPS; map++) {
    const Palette *palette = &palettes[map];
    for (int i = 0; i < 256; i++) {
      double place = i / 255.0 * (palette->n_anchors - 1);
      tables[map][i] = 0xFF000000u | channel_at (palette, 16, place) | channel_at (palette, 8, place) |
                       channel_at (palette, 0, place);
    }
  }
}

static const Palette *
palette_of (SbColormap map)
{
  return &palettes[(unsigned) map < SB_N_COLORMAPS ? map : SB_COLORMAP_MAGMA];
}

const uint32_t *
sb_colormap_table (SbColormap map)
{
  pthread_once (&tables_once, make_tables);
  return tables[palette_of (map) - palettes];
}

uint32_t
sb_colormap_outline (SbColormap map)
{
  return palette_of (map)->outline;
}

const char *
sb_colormap_name (SbColormap map)
{
  return palette_of (map)->name;
}

bool
sb_colormap_from_name (const char *name, SbColormap *map)
{
  for (int i = 0; name && i < SB_N_COLORMAPS; i++)
    if (strcmp (name, palettes[i].name) == 0) {
      *map = (SbColormap) i;
      return true;
    }
  return false;
}

void
sb_colormap_lut (SbColormap map, double low_db, double high_db, uint32_t *lut)
{
  const uint32_t *table = sb_colormap_table (map);
  double span_db = fmax (high_db - low_db, 1e-3);
  for (int code = 0; code < 256; code++) {
    double share = (sb_level_code_to_db (code) - low_db) / span_db;
    lut[code] = table[(int) lrint (255.0 * fmin (fmax (share, 0.0), 1.0))];
  }
}
