/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The palette of the frame.  The picture itself ignores dark and light. */
#include "ui/sb-theme.h"

#include <adwaita.h>

/* clang-format off */
static const SbTheme themes[2] = {
  { .dark = false,
    .lane = { 1, 1, 1, 1 },                         .gutter = { .980, .980, .980, 1 },
    .text = { 0, 0, 0, .66 },   .tick = { 0, 0, 0, .20 },   .hairline = { 0, 0, 0, .14 },
    .playhead = { .141, .122, .192, 1 },
    .wave_result = { .239, .220, .275, .90 },       .wave_original = { .239, .220, .275, .30 },
    .accent = { .208, .518, .894, 1 },
    .marker = { .784, .533, 0, 1 },                 .marker_text = { 1, 1, 1, 1 } },
  { .dark = true,
    .lane = { .118, .118, .118, 1 },                .gutter = { .141, .141, .141, 1 },
    .text = { 1, 1, 1, .62 },   .tick = { 1, 1, 1, .20 },   .hairline = { 1, 1, 1, .12 },
    .playhead = { 1, 1, 1, 1 },
    .wave_result = { .871, .867, .855, .90 },       .wave_original = { .871, .867, .855, .30 },
    .accent = { .208, .518, .894, 1 },
    .marker = { .898, .647, .039, 1 },              .marker_text = { 0, 0, 0, 1 } },
};
/* clang-format on */

const SbTheme *
sb_theme (void)
{
  return &themes[adw_style_manager_get_dark (adw_style_manager_get_default ()) ? 1 : 0];
}

void
sb_theme_watch (GtkWidget *widget)
{
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (gtk_widget_queue_draw), widget,
                           G_CONNECT_SWAPPED);
}

void
sb_theme_source (cairo_t *cr, const GdkRGBA *colour)
{
  gdk_cairo_set_source_rgba (cr, colour);
}

void
sb_theme_source_rgb (cairo_t *cr, uint32_t rgb, double alpha)
{
  cairo_set_source_rgba (cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0, alpha);
}

PangoLayout *
sb_theme_layout (GtkWidget *widget, double px, bool bold, const char *text)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, text);
  PangoAttrList *attrs = pango_attr_list_new ();
  pango_attr_list_insert (attrs, pango_attr_size_new_absolute ((int)(px * PANGO_SCALE)));
  pango_attr_list_insert (attrs, pango_attr_font_features_new ("tnum"));
  if (bold)
    pango_attr_list_insert (attrs, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attrs);
  pango_attr_list_unref (attrs);
  return layout;
}

void
sb_theme_text (GtkWidget *widget, cairo_t *cr, double px, const char *text, double x, double y, double align_x,
               double align_y)
{
  g_autoptr (PangoLayout) layout = sb_theme_layout (widget, px, false, text);
  int width, height;
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cr, round (x - align_x * width), round (y - align_y * height));
  pango_cairo_show_layout (cr, layout);
}

void
sb_theme_stroke_dashes (cairo_t *cr)
{
  static const double dashes[] = {6, 4};
  cairo_set_source_rgba (cr, 0, 0, 0, .6);
  cairo_set_line_width (cr, 3);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 1.25);
  cairo_set_dash (cr, dashes, 2, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

void
sb_theme_triangle (cairo_t *cr, double x, double y)
{
  cairo_move_to (cr, x - 5.5, y - 8);
  cairo_line_to (cr, x + 5.5, y - 8);
  cairo_line_to (cr, x, y);
  cairo_close_path (cr);
  cairo_fill (cr);
}
