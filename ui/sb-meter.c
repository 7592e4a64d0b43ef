/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Falls by 30 dB a second; the peak line holds for 1.5 s. */
#include "ui/sb-meter.h"
#include "ui/sb-theme.h"

#include <math.h>

enum { HEIGHT = 30, BAR = 4, HOLD_US = 1500000 };
#define BOTTOM_DB     (-60.0)
#define FALL_DB_PER_S 30.0
#define TEXT_PX       10.5

struct _SbMeter {
  GtkWidget parent;
  double level_db[2], peak_db[2];
  gint64 peak_us[2], last_us;
  bool clipped;
};

G_DEFINE_TYPE (SbMeter, sb_meter, GTK_TYPE_WIDGET)

static double
x_of (double db, double width)
{
  return CLAMP ((db - BOTTOM_DB) / -BOTTOM_DB, 0, 1) * width;
}

/* Green, towards yellow at −11 dB and red from −3 on. */
static cairo_pattern_t *
level_colours (double width)
{
  static const struct {
    double db;
    uint32_t rgb;
  } stops[] = {{-17, 0x2ec27e}, {-11, 0xe5a50a}, {-3, 0xe01b24}};
  cairo_pattern_t *pattern = cairo_pattern_create_linear (0, 0, width, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (stops); i++)
    cairo_pattern_add_color_stop_rgb (pattern, x_of (stops[i].db, width) / width, (stops[i].rgb >> 16 & 0xff) / 255.0,
                                      (stops[i].rgb >> 8 & 0xff) / 255.0, (stops[i].rgb & 0xff) / 255.0);
  return pattern;
}

static void
pill (cairo_t *cr, double x, double y, double width)
{
  const double r = BAR / 2.0;
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + r, y + r, r, G_PI / 2, 3 * G_PI / 2);
  cairo_arc (cr, x + width - r, y + r, r, -G_PI / 2, G_PI / 2);
  cairo_close_path (cr);
}

static void
draw_bar (SbMeter *self, cairo_t *cr, int channel, double y, double width)
{
  cairo_pattern_t *colours = level_colours (width);
  const double end = x_of (self->level_db[channel], width), peak = self->peak_db[channel];
  sb_theme_source (cr, &sb_theme ()->hairline);
  pill (cr, 0, y, width);
  cairo_fill (cr);
  cairo_set_source (cr, colours);
  if (end >= BAR) {
    pill (cr, 0, y, end);
    cairo_fill (cr);
  }
  if (peak > BOTTOM_DB) {
    cairo_rectangle (cr, MIN (floor (x_of (peak, width)), width - 2), y, 2, BAR);
    cairo_fill (cr);
  }
  cairo_pattern_destroy (colours);
}

static void
sb_meter_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbMeter *self = SB_METER (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  double inner = width - 8, top = (height - HEIGHT) / 2.0 + 4;
  for (int c = 0; c < 2; c++)
    draw_bar (self, cr, c, top + c * (BAR + 2), inner);
  if (self->clipped) {
    sb_theme_source_rgb (cr, 0xe01b24, 1);
    cairo_rectangle (cr, inner + 3, top, 5, 2 * BAR + 2);
    cairo_fill (cr);
  }
  sb_theme_source (cr, &sb_theme ()->hairline);
  for (int db = -48; db <= 0; db += 12)
    cairo_rectangle (cr, MIN (floor (x_of (db, inner)), inner - 1), top + 2 * BAR + 4, 1, 3);
  cairo_fill (cr);
  sb_theme_source (cr, &sb_theme ()->text);
  for (int db = -48; db <= 0; db += 12) {
    g_autofree char *label = g_strdup_printf ("%s%d", db ? "\u2212" : "", abs (db));
    sb_theme_text (widget, cr, TEXT_PX, label, x_of (db, inner), top + 2 * BAR + 13, .5, .5);
  }
  cairo_destroy (cr);
}

static void
set_clipped (SbMeter *self, bool clipped)
{
  if (self->clipped == clipped)
    return;
  self->clipped = clipped;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  clipped ? "It was too loud" : "", -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sb_meter_feed (SbMeter *self, const float peaks[2], gint64 now_us)
{
  double fall = self->last_us ? FALL_DB_PER_S * (now_us - self->last_us) / 1e6 : 0;
  self->last_us = now_us;
  if (peaks[0] > 1 || peaks[1] > 1)
    set_clipped (self, true);
  for (int c = 0; c < 2; c++) {
    double db = peaks[c] > 0 ? MAX (20 * log10 (peaks[c]), BOTTOM_DB) : BOTTOM_DB;
    self->level_db[c] = MAX (db, MAX (self->level_db[c] - fall, BOTTOM_DB));
    if (db >= self->peak_db[c] || now_us - self->peak_us[c] > HOLD_US) {
      self->peak_db[c] = db;
      self->peak_us[c] = now_us;
    }
  }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

bool
sb_meter_is_quiet (SbMeter *self)
{
  for (int c = 0; c < 2; c++)
    if (self->level_db[c] > BOTTOM_DB || self->peak_db[c] > BOTTOM_DB)
      return false;
  return true;
}

static void
sb_meter_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                  int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 0;
}

static void
on_click (SbMeter *self)
{
  set_clipped (self, false);
}

static void
sb_meter_class_init (SbMeterClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  widget_class->snapshot = sb_meter_snapshot;
  widget_class->measure = sb_meter_measure;
  gtk_widget_class_set_css_name (widget_class, "meter");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_meter_init (SbMeter *self)
{
  for (int c = 0; c < 2; c++)
    self->level_db[c] = self->peak_db[c] = BOTTOM_DB;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Level", -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), "Level. The red lamp says that it was too loud; click puts it out.");
  GtkGesture *click = gtk_gesture_click_new ();
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_click), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  sb_theme_watch (GTK_WIDGET (self));
}

GtkWidget *
sb_meter_new (void)
{
  return g_object_new (SB_TYPE_METER, NULL);
}
