/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   Mel Hz ▾ | time ruler 26        | dB ▾
 *   L+R ▾    | waveform 60          |
 *   Hz 58    | picture, all the rest| colours 68
 *   All      | overview 50          |
 *
 * The corner cells are menus: a setting lives where its effect is. */
#include "ui/sb-canvas-grid.h"
#include "ui/sb-channel-menu.h"
#include "ui/sb-colorbar.h"
#include "ui/sb-menu-tip.h"
#include "ui/sb-note-ruler.h"
#include "ui/sb-overlay.h"
#include "ui/sb-overview.h"
#include "ui/sb-picture-view.h"
#include "ui/sb-ruler.h"
#include "ui/sb-wave-lane.h"

enum { WAVE = 60, WAVE_LOW = 40 };

struct _SbCanvasGrid {
  GtkGrid parent;
  SbSession *session;
  GtkWidget *overlay, *wave, *overview, *axis_menu, *notes;
};

G_DEFINE_TYPE (SbCanvasGrid, sb_canvas_grid, GTK_TYPE_GRID)

static void
append_choices (GMenu *menu, const char *title, const char *const choices[][2])
{
  g_autoptr (GMenu) section = g_menu_new ();
  for (int i = 0; choices[i][0]; i++)
    g_menu_append (section, choices[i][0], choices[i][1]);
  g_menu_append_submenu (menu, title, G_MENU_MODEL (section));
}

static GMenuModel *
axis_menu (void)
{
  static const char *const titles[] = {"Linear", "Logarithmic", "Mel", "Bark"};
  static const char *const times[][2] = {{"Hours, Minutes, Seconds", "win.times::clock"},
                                         {"Seconds", "win.times::seconds"},
                                         {"Samples", "win.times::samples"},
                                         {"Timecode, 24 a Second", "win.times::timecode-24"},
                                         {"Timecode, 25 a Second", "win.times::timecode-25"},
                                         {"Timecode, 29.97 a Second", "win.times::timecode-29.97"},
                                         {"Timecode, 30 a Second", "win.times::timecode-30"},
                                         {NULL, NULL}};
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) scales = g_menu_new (), more = g_menu_new ();
  for (int s = 0; s < SB_N_SCALES; s++) {
    g_autofree char *action = g_strdup_printf ("win.scale::%s", sb_scale_name (s));
    g_menu_append (scales, titles[s], action);
  }
  g_menu_append_section (menu, NULL, G_MENU_MODEL (scales));
  append_choices (more, "Times", times);
  g_menu_append (more, "Note Ruler", "win.notes");
  g_menu_append (more, "Harmonic Cursor", "win.harmonic-cursor");
  g_menu_append (more, "Go to a Time…", "win.go-to");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  return G_MENU_MODEL (menu);
}

static void
append_resolution (GMenu *menu)
{
  g_autoptr (GMenu) sizes = g_menu_new ();
  g_menu_append (sizes, "Same as the Mask", "win.resolution(0)");
  g_menu_append (sizes, "Auto (by Zoom)", "win.resolution(-1)");
  for (int n_fft = 64; n_fft <= 65536; n_fft *= 2) {
    g_autofree char *action = g_strdup_printf ("win.resolution(%d)", n_fft), *title = g_strdup_printf ("%d", n_fft);
    g_menu_append (sizes, title, action);
  }
  g_menu_append_submenu (menu, "FFT Size", G_MENU_MODEL (sizes));
}

static GMenuModel *
colour_menu (void)
{
  static const char *const titles[] = {"Magma", "Viridis", "Inferno", "Cividis", "Grey", "Inverted Grey"};
  static const char *const windows[][2] = {
      {"Hann", "win.look-window::hann"},         {"Hamming", "win.look-window::hamming"},
      {"Blackman", "win.look-window::blackman"}, {"Blackman–Harris", "win.look-window::blackmanharris"},
      {"Rectangular", "win.look-window::rect"},  {NULL, NULL}};
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) palettes = g_menu_new (), range = g_menu_new (), cells = g_menu_new (), grid = g_menu_new ();
  for (int m = 0; m < SB_N_COLORMAPS; m++) {
    g_autofree char *action = g_strdup_printf ("win.palette::%s", sb_colormap_name (m));
    g_menu_append (palettes, titles[m], action);
  }
  g_menu_append (range, "Automatic Range", "win.auto-range");
  g_menu_append (cells, "Peak", "win.statistic::peak");
  g_menu_append (cells, "Average", "win.statistic::average");
  append_resolution (grid);
  append_choices (grid, "Window", windows);
  g_menu_append (grid, "Reassigned", "win.reassigned");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (palettes));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (range));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (cells));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (grid));
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
  sb_menu_tip_guard (button);
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
axis_changed (SbCanvasGrid *self)
{
  static const char *const labels[] = {"Lin Hz", "Log Hz", "Mel Hz", "Bark Hz"};
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

void
sb_canvas_grid_set_narrow (SbCanvasGrid *self, bool narrow)
{
  sb_note_ruler_set_room (SB_NOTE_RULER (self->notes), !narrow);
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
  gtk_grid_attach (grid, corner ("dB", colour_menu (), "Palette, Range and FFT Size"), 3, 0, 1, 1);
  gtk_grid_attach (grid, sb_channel_menu_new (session), 0, 1, 1, 1);
  gtk_grid_attach (grid, self->wave, 1, 1, 1, 1);
  gtk_grid_attach (grid, sb_ruler_new (session, GTK_ORIENTATION_VERTICAL), 0, 2, 1, 1);
  gtk_grid_attach (grid, stack, 1, 2, 1, 1);
  self->notes = sb_note_ruler_new (session);
  gtk_grid_attach (grid, self->notes, 2, 2, 1, 1);
  gtk_grid_attach (grid, sb_colorbar_new (session), 3, 2, 1, 1);
  gtk_grid_attach (grid, lane_label ("All"), 0, 3, 1, 1);
  gtk_grid_attach (grid, self->overview, 1, 3, 1, 1);
  g_signal_connect_object (session, "colours", G_CALLBACK (axis_changed), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
