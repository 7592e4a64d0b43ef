/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A page to draw a figure on: lines, text and images, as PNG, SVG or PDF.
 * Cairo draws PNG and PDF.  Its SVG backend turns text into outlines, so SVG is
 * written here: text stays text that can be searched and edited.
 * Lengths are pixels, 96 to the inch; y grows downwards.  Thread: worker. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum { SB_CANVAS_PNG, SB_CANVAS_SVG, SB_CANVAS_PDF } SbCanvasKind;
typedef struct SbCanvas SbCanvas;

#define SB_CANVAS_MAX_PX 32767 /* Cairo's limit for images */

typedef struct {
  double size_px;
  double align;   /* 0 starts at x, 0.5 centred, 1 ends there */
  bool bold;
  bool upwards;   /* turned by 90°, reading upwards */
  uint32_t rgb;
} SbTextStyle;

/* By the path's ending; SB_ERROR_VALUE otherwise. */
bool sb_canvas_kind_from_path (const char *path, SbCanvasKind *kind, GError **error);
SbCanvas *sb_canvas_new (SbCanvasKind kind, int width_px, int height_px, GError **error); /* white */
void sb_canvas_free (SbCanvas *canvas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbCanvas, sb_canvas_free)

void sb_canvas_line (SbCanvas *canvas, double x0, double y0, double x1, double y1, double width_px, uint32_t rgb);
void sb_canvas_text (SbCanvas *canvas, const char *text, double x, double y, const SbTextStyle *style);
double sb_canvas_text_width (SbCanvas *canvas, const char *text, const SbTextStyle *style);
/* argb: uint32_t[height][width]; drawn pixel for pixel. */
void sb_canvas_image (SbCanvas *canvas, const uint32_t *argb, int width_px, int height_px, double x, double y);
/* The finished file. */
GByteArray *sb_canvas_finish (SbCanvas *canvas, GError **error);
