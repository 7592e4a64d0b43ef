/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Grey PNG images in memory.  Thread: any.  Blocks: disk. */
#pragma once
#include "base/sb-error.h"
#include <stdbool.h>
#include <stdint.h>

bool sb_is_png (const char *path);
/* Row after row from the top, 0 … 65535 (8 bits and fewer are spread: 255 → 65535); colours become their luminance,
 * transparency is ignored.  The picture must be width × height pixels; anything else is refused before memory is
 * taken.  Free with g_free(). */
uint16_t *sb_png_load_grey (const char *path, int64_t width, int64_t height, GError **error);
/* grey: uint8_t[height][width].  Whole or not at all. */
bool sb_png_save_grey (const char *path, const uint8_t *grey, int64_t width, int64_t height, GError **error);
