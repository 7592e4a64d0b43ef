/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Palettes of 256 opaque colours, 0xFFRRGGBB, dark to light, and the outline
 * colour that stands out from each.  Thread: any.  Blocks: no. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef enum {
  SB_COLORMAP_MAGMA,
  SB_COLORMAP_VIRIDIS,
  SB_COLORMAP_INFERNO,
  SB_COLORMAP_CIVIDIS,
  SB_COLORMAP_GREY,
  SB_COLORMAP_INVERTED,
  SB_N_COLORMAPS
} SbColormap;

const uint32_t *sb_colormap_table (SbColormap map); /* uint32_t[256] */
uint32_t sb_colormap_outline (SbColormap map);      /* 0xFFRRGGBB */
const char *sb_colormap_name (SbColormap map);      /* "magma", …, "grey", "inverted" */
bool sb_colormap_from_name (const char *name, SbColormap *map);
/* lut: uint32_t[256], level code → colour for a shown range low…high dB. */
void sb_colormap_lut (SbColormap map, double low_db, double high_db, uint32_t *lut);
