/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pages of picture export: Cairo for PNG and PDF, our own few lines for
 * SVG.  Thread: worker. */
#include "view/sb-canvas-private.h"
#include "base/sb-error.h"
#include <cairo-pdf.h>
#include <cairo.h>
#include <math.h>
#include <string.h>

#define FONT "Cantarell" /* fontconfig knows what stands in for it */
#define POINTS_PER_PX 0.75

struct SbCanvas {
  SbCanvasKind kind;
  int width_px, height_px;
  cairo_surface_t *surface; /* SVG: one pixel, to measure text */
  cairo_t *cr;
  GByteArray *bytes;        /* PDF and PNG: filled by Cairo */
  GString *svg;
};

static cairo_status_t
take_bytes (void *closure, const unsigned char *data, unsigned int length)
{
  GByteArray *bytes = closure;
  if ((guint64) bytes->len + length > G_MAXUINT32 / 2)
    return CAIRO_STATUS_WRITE_ERROR;
  g_byte_array_append (bytes, data, length);
  return CAIRO_STATUS_SUCCESS;
}

bool
sb_canvas_kind_from_path (const char *path, SbCanvasKind *kind, GError **error)
{
  static const char *const endings[] = {".png", ".svg", ".pdf"};
  g_autofree char *lower = g_ascii_strdown (path, -1);
  for (size_t i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i])) {
      *kind = (SbCanvasKind) i;
      return true;
    }
  g_autofree char *name = g_filename_display_name (path);
  g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
               "“%s” does not say what kind of picture it is. Let the name end in .png, .svg or .pdf.", name);
  return false;
}

SbCanvas *
sb_canvas_new (SbCanvasKind kind, int width_px, int height_px, GError **error)
{
  SbCanvas *canvas = g_new0 (SbCanvas, 1);
  canvas->kind = kind;
  canvas->width_px = width_px;
  canvas->height_px = height_px;
  canvas->bytes = g_byte_array_new ();
  if (kind == SB_CANVAS_PDF)
    canvas->surface = cairo_pdf_surface_create_for_stream (take_bytes, canvas->bytes, width_px * POINTS_PER_PX,
                                                           height_px * POINTS_PER_PX);
  else
    canvas->surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, kind == SB_CANVAS_PNG ? width_px : 1,
                                                  kind == SB_CANVAS_PNG ? height_px : 1);
  canvas->cr = cairo_create (canvas->surface);
  if (cairo_status (canvas->cr) != CAIRO_STATUS_SUCCESS) {
    g_set_error (error, SB_ERROR, SB_ERROR_MEMORY,
                 "There is not enough memory for a picture of %d × %d pixels. Make it smaller.", width_px, height_px);
    sb_canvas_free (canvas);
    return NULL;
  }
  if (kind == SB_CANVAS_PDF)
    cairo_scale (canvas->cr, POINTS_PER_PX, POINTS_PER_PX);
  if (kind == SB_CANVAS_SVG) {
    canvas->svg = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    g_string_append_printf (canvas->svg,
                            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
                            "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"Cantarell, sans-serif\">\n"
                            "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
                            width_px, height_px, width_px, height_px, width_px, height_px);
  }
  cairo_set_source_rgb (canvas->cr, 1, 1, 1);
  cairo_paint (canvas->cr);
  return canvas;
}

void
sb_canvas_free (SbCanvas *canvas)
{
  if (!canvas)
    return;
  cairo_destroy (canvas->cr);
  cairo_surface_destroy (canvas->surface);
  if (canvas->bytes)
    g_byte_array_unref (canvas->bytes);
  if (canvas->svg)
    g_string_free (canvas->svg, TRUE);
  g_free (canvas);
}

/* Locale-proof: a comma would break an attribute. */
static const char *
number (double value, char *buffer)
{
  return g_ascii_formatd (buffer, G_ASCII_DTOSTR_BUF_SIZE, "%.2f", value);
}

static void
set_colour (cairo_t *cr, uint32_t rgb)
{
  cairo_set_source_rgb (cr, ((rgb >> 16) & 0xff) / 255.0, ((rgb >> 8) & 0xff) / 255.0, (rgb & 0xff) / 255.0);
}

void
sb_canvas_line (SbCanvas *canvas, double x0, double y0, double x1, double y1, double width_px, uint32_t rgb)
{
  if (canvas->svg) {
    char b[5][G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf (canvas->svg,
                            "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"#%06x\" stroke-width=\"%s\"/>\n",
                            number (x0, b[0]), number (y0, b[1]), number (x1, b[2]), number (y1, b[3]), rgb & 0xffffff,
                            number (width_px, b[4]));
    return;
  }
  set_colour (canvas->cr, rgb);
  cairo_set_line_width (canvas->cr, width_px);
  cairo_move_to (canvas->cr, x0, y0);
  cairo_line_to (canvas->cr, x1, y1);
  cairo_stroke (canvas->cr);
}

static void
set_font (SbCanvas *canvas, const SbTextStyle *style)
{
  cairo_select_font_face (canvas->cr, FONT, CAIRO_FONT_SLANT_NORMAL,
                          style->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size (canvas->cr, style->size_px);
}

double
sb_canvas_text_width (SbCanvas *canvas, const char *text, const SbTextStyle *style)
{
  cairo_text_extents_t extents;
  set_font (canvas, style);
  cairo_text_extents (canvas->cr, text, &extents);
  return extents.x_advance;
}

void
sb_canvas_text (SbCanvas *canvas, const char *text, double x, double y, const SbTextStyle *style)
{
  if (canvas->svg) {
    char b[3][G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *escaped = g_markup_escape_text (text, -1);
    const char *anchor = style->align < 0.25 ? "start" : style->align > 0.75 ? "end" : "middle";
    number (x, b[0]);
    number (y, b[1]);
    g_string_append_printf (canvas->svg, "<text x=\"%s\" y=\"%s\" font-size=\"%s\" text-anchor=\"%s\" fill=\"#%06x\"",
                            b[0], b[1], number (style->size_px, b[2]), anchor, style->rgb & 0xffffff);
    if (style->bold)
      g_string_append (canvas->svg, " font-weight=\"bold\"");
    if (style->upwards)
      g_string_append_printf (canvas->svg, " transform=\"rotate(-90 %s %s)\"", b[0], b[1]);
    g_string_append_printf (canvas->svg, ">%s</text>\n", escaped);
    return;
  }
  double width = sb_canvas_text_width (canvas, text, style);
  cairo_save (canvas->cr);
  set_colour (canvas->cr, style->rgb);
  cairo_translate (canvas->cr, x, y);
  if (style->upwards)
    cairo_rotate (canvas->cr, -G_PI / 2);
  cairo_move_to (canvas->cr, -style->align * width, 0);
  cairo_show_text (canvas->cr, text);
  cairo_restore (canvas->cr);
}

void
sb_canvas_image (SbCanvas *canvas, const uint32_t *argb, int width_px, int height_px, double x, double y)
{
  cairo_surface_t *image = cairo_image_surface_create_for_data ((unsigned char *) argb, CAIRO_FORMAT_RGB24, width_px,
                                                                height_px, 4 * width_px);
  if (canvas->svg) {
    char b[2][G_ASCII_DTOSTR_BUF_SIZE];
    g_autoptr (GByteArray) png = g_byte_array_new ();
    cairo_surface_write_to_png_stream (image, take_bytes, png);
    g_autofree char *base64 = g_base64_encode (png->data, png->len);
    g_string_append_printf (canvas->svg,
                            "<image x=\"%s\" y=\"%s\" width=\"%d\" height=\"%d\" preserveAspectRatio=\"none\" "
                            "style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64,",
                            number (x, b[0]), number (y, b[1]), width_px, height_px);
    g_string_append (canvas->svg, base64);
    g_string_append (canvas->svg, "\"/>\n");
  } else {
    cairo_save (canvas->cr);
    cairo_translate (canvas->cr, x, y);
    cairo_set_source_surface (canvas->cr, image, 0, 0);
    cairo_pattern_set_filter (cairo_get_source (canvas->cr), CAIRO_FILTER_NEAREST);
    cairo_rectangle (canvas->cr, 0, 0, width_px, height_px);
    cairo_fill (canvas->cr);
    cairo_restore (canvas->cr);
  }
  cairo_surface_finish (image); /* a PDF has its copy by now; the pixels are the caller's */
  cairo_surface_destroy (image);
}

GByteArray *
sb_canvas_finish (SbCanvas *canvas, GError **error)
{
  cairo_status_t status = cairo_status (canvas->cr);
  if (canvas->kind == SB_CANVAS_SVG) {
    g_string_append (canvas->svg, "</svg>\n");
    g_byte_array_append (canvas->bytes, (const guint8 *) canvas->svg->str, (guint) canvas->svg->len);
  } else if (status == CAIRO_STATUS_SUCCESS && canvas->kind == SB_CANVAS_PNG) {
    status = cairo_surface_write_to_png_stream (canvas->surface, take_bytes, canvas->bytes);
  } else if (status == CAIRO_STATUS_SUCCESS) {
    cairo_surface_finish (canvas->surface);
    status = cairo_surface_status (canvas->surface);
  }
  if (status != CAIRO_STATUS_SUCCESS) {
    g_set_error (error, SB_ERROR, SB_ERROR_MEMORY, "The picture could not be drawn: %s. Make it smaller.",
                 cairo_status_to_string (status));
    return NULL;
  }
  return g_byte_array_ref (canvas->bytes);
}
