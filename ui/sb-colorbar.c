/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The scale runs from −120 to 0 dB (further when the range does), the handles
 * sit on it; dragging a handle changes one end, double click takes the
 * automatic range. */
#include "ui/sb-colorbar.h"
#include "base/sb-units.h"
#include "ui/sb-theme.h"
#include "view/sb-axis.h"

#include <math.h>

enum { WIDTH = 68, BAR_X = 9, BAR_WIDTH = 14, PAD = 10, HANDLE_REACH = 9, TEXT_GAP = 9 };
#define TEXT_PX 11.5

typedef enum { NONE, LOW, HIGH } Handle;

struct _SbColorbar {
  GtkWidget parent;
  SbSession *session;
  Handle held;
};

G_DEFINE_TYPE (SbColorbar, sb_colorbar, GTK_TYPE_WIDGET)

static void
scale_ends (SbColorbar *self, double *bottom, double *top)
{
  const SbLook *look = sb_session_look (self->session);
  *bottom = MIN (-120, floor (look->low_db / 20) * 20);
  *top = MAX (0, ceil (look->high_db / 20) * 20);
}

static double
y_of (SbColorbar *self, double db)
{
  double bottom, top;
  scale_ends (self, &bottom, &top);
  double length = gtk_widget_get_height (GTK_WIDGET (self)) - 2 * PAD;
  return PAD + (top - db) / (top - bottom) * length;
}

static double
db_of (SbColorbar *self, double y)
{
  double bottom, top;
  scale_ends (self, &bottom, &top);
  double length = MAX (1, gtk_widget_get_height (GTK_WIDGET (self)) - 2 * PAD);
  return top - (y - PAD) / length * (top - bottom);
}

static void
draw_bar (SbColorbar *self, cairo_t *cr, int height)
{
  const SbLook *look = sb_session_look (self->session);
  const uint32_t *table = sb_colormap_table (look->map);
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  int n_rows = MAX (1, (height - 2 * PAD) * scale), width = BAR_WIDTH * scale;
  cairo_surface_t *bar = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, n_rows);
  unsigned char *rows = cairo_image_surface_get_data (bar);
  cairo_surface_flush (bar);
  for (int i = 0; rows && i < n_rows; i++) {
    uint32_t *row = (uint32_t *)(rows + (gsize)i * cairo_image_surface_get_stride (bar));
    double place = (db_of (self, PAD + (double)i / scale) - look->low_db) / (look->high_db - look->low_db);
    for (int x = 0; x < width; x++)
      row[x] = table[(int)CLAMP (place * 255 + .5, 0, 255)];
  }
  cairo_surface_mark_dirty (bar);
  cairo_surface_set_device_scale (bar, scale, scale);
  cairo_set_source_surface (cr, bar, BAR_X, PAD);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_rectangle (cr, BAR_X, PAD, BAR_WIDTH, height - 2 * PAD);
  cairo_fill (cr);
  cairo_surface_destroy (bar);
  sb_theme_source (cr, &sb_theme ()->hairline);
  cairo_set_line_width (cr, 1);
  cairo_rectangle (cr, BAR_X - .5, PAD - .5, BAR_WIDTH + 1, height - 2 * PAD + 1);
  cairo_stroke (cr);
}

static void
draw_labels (SbColorbar *self, cairo_t *cr, int height)
{
  const SbTheme *theme = sb_theme ();
  const SbLook *look = sb_session_look (self->session);
  double bottom, top, low = y_of (self, look->low_db), high = y_of (self, look->high_db);
  scale_ends (self, &bottom, &top);
  g_autoptr (GArray) ticks = sb_axis_db (bottom, top, height - 2 * PAD, 56);
  for (guint i = 0; i < ticks->len; i++) {
    const SbTick *tick = &g_array_index (ticks, SbTick, i);
    double y = PAD + tick->pos_px;
    if (!tick->major || fabs (y - low) < 13 || fabs (y - high) < 13)
      continue;
    sb_theme_source (cr, &theme->tick);
    cairo_rectangle (cr, BAR_X + BAR_WIDTH + 2, floor (y), 4, 1);
    cairo_fill (cr);
    sb_theme_source (cr, &theme->text);
    sb_theme_text (GTK_WIDGET (self), cr, TEXT_PX, tick->label, BAR_X + BAR_WIDTH + TEXT_GAP, y, 0, .5);
  }
}

static void
draw_handle (SbColorbar *self, cairo_t *cr, double db)
{
  const SbTheme *theme = sb_theme ();
  double y = round (y_of (self, db));
  double x = BAR_X + BAR_WIDTH / 2.0 - 13;
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + 22, y, 4, -G_PI / 2, G_PI / 2);
  cairo_arc (cr, x + 4, y, 4, G_PI / 2, 3 * G_PI / 2);
  cairo_close_path (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, 0, 0, 0, .35);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  cairo_rectangle (cr, x + 9, y - .5, 8, 1);
  cairo_set_source_rgba (cr, 0, 0, 0, .4);
  cairo_fill (cr);
  g_autofree char *number = g_strdup_printf ("%s%.0f", db < -.5 ? "\u2212" : "", fabs (db));
  g_autoptr (PangoLayout) layout = sb_theme_layout (GTK_WIDGET (self), TEXT_PX, true, number);
  int text_height;
  pango_layout_get_pixel_size (layout, NULL, &text_height);
  GdkRGBA strong = theme->text;
  strong.alpha = .95f;
  sb_theme_source (cr, &strong);
  cairo_move_to (cr, BAR_X + BAR_WIDTH + TEXT_GAP, round (y - text_height / 2.0));
  pango_cairo_show_layout (cr, layout);
}

static void
sb_colorbar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbColorbar *self = SB_COLORBAR (widget);
  const SbLook *look = sb_session_look (self->session);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  if (!sb_session_recording (self->session) || height < 3 * PAD)
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  draw_bar (self, cr, height);
  draw_labels (self, cr, height);
  draw_handle (self, cr, look->low_db);
  draw_handle (self, cr, look->high_db);
  cairo_destroy (cr);
}

static void
on_drag_begin (GtkGestureDrag *drag, double x, double y, SbColorbar *self)
{
  const SbLook *look = sb_session_look (self->session);
  double low = fabs (y - y_of (self, look->low_db)), high = fabs (y - y_of (self, look->high_db));
  self->held = NONE;
  if (MIN (low, high) <= HANDLE_REACH)
    self->held = low < high ? LOW : HIGH;
}

static void
on_drag_update (GtkGestureDrag *drag, double dx, double dy, SbColorbar *self)
{
  const SbLook *look = sb_session_look (self->session);
  double x, y;
  if (self->held == NONE || !gtk_gesture_drag_get_start_point (drag, &x, &y))
    return;
  double db = round (db_of (self, y + dy));
  if (self->held == LOW)
    sb_session_set_range (self->session, MIN (db, look->high_db - 5), look->high_db);
  else
    sb_session_set_range (self->session, look->low_db, MAX (db, look->low_db + 5));
}

static void
on_pressed (GtkGestureClick *click, int n_press, double x, double y, SbColorbar *self)
{
  if (n_press == 2)
    sb_session_auto_range (self->session);
}

static void
on_motion (GtkEventControllerMotion *motion, double x, double y, SbColorbar *self)
{
  const SbLook *look = sb_session_look (self->session);
  bool near =
      fabs (y - y_of (self, look->low_db)) <= HANDLE_REACH || fabs (y - y_of (self, look->high_db)) <= HANDLE_REACH;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), near ? "ns-resize" : NULL);
}

static void
sb_colorbar_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                     int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : 0;
}

static void
sb_colorbar_dispose (GObject *object)
{
  g_clear_object (&SB_COLORBAR (object)->session);
  G_OBJECT_CLASS (sb_colorbar_parent_class)->dispose (object);
}

static void
sb_colorbar_class_init (SbColorbarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = sb_colorbar_dispose;
  widget_class->snapshot = sb_colorbar_snapshot;
  widget_class->measure = sb_colorbar_measure;
  gtk_widget_class_set_css_name (widget_class, "colorbar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_colorbar_init (SbColorbar *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Colour Bar", -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), "Drag the handles to change the range, double-click for automatic");
  sb_theme_watch (GTK_WIDGET (self));
}

GtkWidget *
sb_colorbar_new (SbSession *session)
{
  SbColorbar *self = g_object_new (SB_TYPE_COLORBAR, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "colours", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "recording", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  GtkGesture *drag = gtk_gesture_drag_new ();
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  GtkGesture *click = gtk_gesture_click_new ();
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  GtkEventController *motion = gtk_event_controller_motion_new ();
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  return GTK_WIDGET (self);
}
