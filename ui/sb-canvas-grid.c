/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   Mel Hz ▾ | time ruler 26        | dB ▾
 *   L+R      | waveform 60          |
 *   Hz 58    | picture, all the rest| colours 68
 *   All      | overview 50          |
 *
 * The corner cells are menus: a setting lives where its effect is. */
#include "ui/sb-canvas-grid.h"
#include "ui/sb-colorbar.h"
#include "ui/sb-overlay.h"
#include "ui/sb-overview.h"
#include "ui/sb-picture-view.h"
#include "ui/sb-ruler.h"
#include "ui/sb-wave-lane.h"

enum { WAVE = 60, WAVE_LOW = 40 };

struct _SbCanvasGrid {
  GtkGrid parent;
  SbSession *session;
  GtkWidget *overlay, *wave, *overview, *wave_label, *axis_menu;
};

G_DEFINE_TYPE (SbCanvasGrid, sb_canvas_grid, GTK_TYPE_GRID)

static GMenuModel *
axis_menu (void)
{
  static const char *const titles[] = {"Linear", "Logarithmic", "Mel", "Bark"};
  GMenu *menu = g_menu_new ();
  for (int s = 0; s < SB_N_SCALES; s++) {
    g_autofree char *action = g_strdup_printf ("win.scale::%s", sb_scale_name (s));
    g_menu_append (menu, titles[s], action);
  }
  return G_MENU_MODEL (menu);
}

static GMenuModel *
colour_menu (void)
{
  static const char *const titles[] = {"Magma", "Viridis", "Inferno", "Cividis", "Grey", "Inverted Grey"};
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) palettes = g_menu_new (), range = g_menu_new ();
  for (int m = 0; m < SB_N_COLORMAPS; m++) {
    g_autofree char *action = g_strdup_printf ("win.palette::%s", sb_colormap_name (m));
    g_menu_append (palettes, titles[m], action);
  }
  g_menu_append (range, "Automatic Range", "win.auto-range");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (palettes));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (range));
  return G_MENU_MODEL (menu);
}

static GtkWidget *
corner (const char *text, GMenuModel *menu, const char *tooltip)
{
  GtkWidget *button = gtk_menu_button_new ();
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), text);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), menu);
  gtk_menu_button_set_has_frame (GTK_MENU_BUTTON (button), FALSE);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_add_css_class (button, "corner");
  g_object_unref (menu);
  return button;
}

static GtkWidget *
lane_label (const char *text)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_widget_add_css_class (label, "lane-label");
  return label;
}

static void
recording_changed (SbCanvasGrid *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  if (!recording)
    return;
  g_autofree char *many = g_strdup_printf ("%d ch", recording->channels);
  gtk_label_set_text (GTK_LABEL (self->wave_label), recording->channels == 1   ? "Mono"
                                                    : recording->channels == 2 ? "L+R"
                                                                               : many);
}

static void
axis_changed (SbCanvasGrid *self)
{
  static const char *const labels[] = {"Linear Hz", "Log Hz", "Mel Hz", "Bark Hz"};
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->axis_menu), labels[sb_session_look (self->session)->scale]);
}

GtkWidget *
sb_canvas_grid_overlay (SbCanvasGrid *self)
{
  return self->overlay;
}

bool
sb_canvas_grid_cancel (SbCanvasGrid *self)
{
  return sb_overlay_cancel (SB_OVERLAY (self->overlay));
}

void
sb_canvas_grid_set_low (SbCanvasGrid *self, bool low)
{
  gtk_widget_set_size_request (self->wave, -1, low ? WAVE_LOW : WAVE);
}

static void
sb_canvas_grid_dispose (GObject *object)
{
  g_clear_object (&SB_CANVAS_GRID (object)->session);
  G_OBJECT_CLASS (sb_canvas_grid_parent_class)->dispose (object);
}

static void
sb_canvas_grid_class_init (SbCanvasGridClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_canvas_grid_dispose;
}

static void
sb_canvas_grid_init (SbCanvasGrid *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "canvas-grid");
}

GtkWidget *
sb_canvas_grid_new (SbSession *session)
{
  SbCanvasGrid *self = g_object_new (SB_TYPE_CANVAS_GRID, NULL);
  GtkGrid *grid = GTK_GRID (self);
  self->session = g_object_ref (session);
  self->axis_menu = corner ("Mel Hz", axis_menu (), "Frequency Axis");
  self->wave_label = lane_label ("L+R");
  self->wave = sb_wave_lane_new (session);
  sb_canvas_grid_set_low (self, false);
  self->overview = sb_overview_new (session);
  self->overlay = sb_overlay_new (session);
  GtkWidget *stack = gtk_overlay_new ();
  gtk_overlay_set_child (GTK_OVERLAY (stack), sb_picture_view_new (session));
  gtk_overlay_add_overlay (GTK_OVERLAY (stack), self->overlay);
  gtk_widget_set_hexpand (stack, TRUE);
  gtk_widget_set_vexpand (stack, TRUE);
  gtk_grid_attach (grid, self->axis_menu, 0, 0, 1, 1);
  gtk_grid_attach (grid, sb_ruler_new (session, GTK_ORIENTATION_HORIZONTAL), 1, 0, 1, 1);
  gtk_grid_attach (grid, corner ("dB", colour_menu (), "Palette and Range"), 2, 0, 1, 1);
  gtk_grid_attach (grid, self->wave_label, 0, 1, 1, 1);
  gtk_grid_attach (grid, self->wave, 1, 1, 1, 1);
  gtk_grid_attach (grid, sb_ruler_new (session, GTK_ORIENTATION_VERTICAL), 0, 2, 1, 1);
  gtk_grid_attach (grid, stack, 1, 2, 1, 1);
  gtk_grid_attach (grid, sb_colorbar_new (session), 2, 2, 1, 1);
  gtk_grid_attach (grid, lane_label ("All"), 0, 3, 1, 1);
  gtk_grid_attach (grid, self->overview, 1, 3, 1, 1);
  g_signal_connect_object (session, "recording", G_CALLBACK (recording_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "colours", G_CALLBACK (axis_changed), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
