/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is shown of a shape while it is drawn. */
#include "ui/sb-painter-private.h"
#include "ui/sb-theme.h"

#include <math.h>

/* `waits`: what is inside is not as it will be. */
static void
cased_dashes (cairo_t *cr, bool waits)
{
  cairo_set_source_rgba (cr, 0, 0, 0, .45);
  if (waits)
    cairo_fill_preserve (cr);
  sb_theme_stroke_dashes (cr);
}

static void
draw_comb (cairo_t *cr, const SbViewport *view, const SbOpSpec *spec, bool waits)
{
  double x0 = MAX (sb_viewport_x (view, spec->from_s), -4),
         x1 = MIN (sb_viewport_x (view, spec->to_s), view->width_px + 4);
  for (int k = 1; k <= spec->count; k++) {
    double y0 = sb_viewport_y (view, k * spec->f0_hz + spec->radius_hz);
    double y1 = sb_viewport_y (view, MAX (0, k * spec->f0_hz - spec->radius_hz));
    if (y1 >= -4 && y0 <= view->height_px + 4)
      cairo_rectangle (cr, round (x0) + .5, round (y0) + .5, MAX (1, round (x1 - x0)), MAX (1, round (y1 - y0)));
  }
  cased_dashes (cr, waits);
}

void
sb_painter_draw (SbPainter *self, cairo_t *cr, const SbViewport *view)
{
  int width = view->width_px, height = view->height_px;
  if (!self->active || sb_tool_is_round (self->tool))
    return;
  bool waits = self->previewed && (self->preview_due || sb_pending_shown (self->pending, 1) < 1);
  if (self->tool == SB_TOOL_LASSO) {
    for (guint i = 0; i < self->points->len; i++) {
      const SbOpPoint *point = &g_array_index (self->points, SbOpPoint, i);
      cairo_line_to (cr, sb_viewport_x (view, point->t_s), sb_viewport_y (view, point->f_hz));
    }
    cairo_close_path (cr);
    cased_dashes (cr, waits);
    return;
  }
  SbOpSpec spec;
  if (self->tool == SB_TOOL_HARMONICS) {
    sb_op_spec_init (&spec, SB_OP_HARMONICS);
    sb_painter_comb (self, &spec);
    draw_comb (cr, view, &spec, waits);
    return;
  }
  sb_op_spec_init (&spec, SB_OP_BOX);
  sb_painter_box (self, &spec);
  double x0 = MAX (sb_viewport_x (view, spec.from_s), -4), x1 = MIN (sb_viewport_x (view, spec.to_s), width + 4);
  double y0 = MAX (sb_viewport_y (view, spec.high_hz), -4), y1 = MIN (sb_viewport_y (view, spec.low_hz), height + 4);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_rectangle (cr, x0, y0, x1 - x0, y1 - y0);
  cairo_set_source_rgba (cr, 0, 0, 0, .16);
  cairo_fill (cr);
  cairo_rectangle (cr, round (x0) + .5, round (y0) + .5, round (x1 - x0), round (y1 - y0));
  cased_dashes (cr, waits);
}

void
sb_painter_snapshot_pending (SbPainter *self, GtkSnapshot *snapshot, const SbViewport *view)
{
  if (!self->active || !sb_tool_is_round (self->tool))
    return;
  guint n = self->points->len, shown = sb_pending_shown (self->pending, n);
  sb_pending_fill_dabs (snapshot, view, (const SbOpPoint *)(const void *)self->points->data, shown, n, self->radius_s,
                        self->radius_hz);
}
