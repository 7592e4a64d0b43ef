/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Slice, box and list share one selection: what is chosen in one shows in the
 * others.  Nothing is computed while the page is out of sight. */
#include "ui/sb-inspect-page.h"
#include "ui/sb-icon-button.h"
#include "ui/sb-list-stack.h"
#include "ui/sb-marker-list.h"
#include "ui/sb-menu-tip.h"
#include "ui/sb-session-lanes.h"
#include "ui/sb-slice-plot.h"

#include <math.h>

typedef enum { ROW_TIME, ROW_BAND, ROW_ENERGY, ROW_PEAK, ROW_NOTE, ROW_LEVEL, ROW_SNR, N_ROWS } Row;

struct _SbInspectPage {
  GtkBox parent;
  SbSession *session;
  GtkWidget *where, *numbers, *none, *cells[N_ROWS][2], *copy, *count, *search, *list, *stack;
  guint due;
};

enum { SHOW_EVERY_MS = 80 };

G_DEFINE_TYPE (SbInspectPage, sb_inspect_page, GTK_TYPE_BOX)

static SbInspector *
inspector (SbInspectPage *self)
{
  return sb_inspector_of (self->session);
}

/* --- what it shows --- */

static void
show_where (SbInspectPage *self)
{
  const SbSlice *slice = sb_inspector_slice (inspector (self));
  if (!slice) {
    gtk_label_set_text (GTK_LABEL (self->where), "");
    return;
  }
  g_autofree char *from = sb_inspector_format_time (inspector (self), slice->from_s);
  g_autofree char *to = sb_inspector_format_time (inspector (self), slice->to_s);
  g_autofree char *text = slice->from_s == slice->to_s ? g_strconcat ("at ", from, NULL)
                                                       : g_strconcat ("mean of ", from, "\u2009\u2013\u2009", to, NULL);
  g_autofree char *channel = sb_session_channel_name (self->session, sb_inspector_slice_channel (inspector (self)));
  g_autofree char *whole = *channel ? g_strdup_printf ("%s, %s", channel, text) : g_strdup (text);
  gtk_label_set_text (GTK_LABEL (self->where), whole);
}

static void
set_row (SbInspectPage *self, Row row, char *middle, char *right)
{
  gtk_label_set_text (GTK_LABEL (self->cells[row][0]), middle ? middle : "");
  gtk_label_set_text (GTK_LABEL (self->cells[row][1]), right ? right : "");
  g_free (middle);
  g_free (right);
}

static char *
hz_span (double low, double high)
{
  g_autofree char *a = sb_format_hz (low, high < 1000 ? 1 : 0), *b = sb_format_hz (high, high < 1000 ? 1 : 0);
  a[strlen (a) - 3] = '\0'; /* " Hz" is said once */
  return g_strconcat (a, "\u2009\u2013\u2009", b, NULL);
}

static char *
width_text (double hz)
{
  return sb_format_hz (hz, hz < 1000 ? 1 : 0);
}

static char *
snr_text (double db)
{
  return isnan (db)   ? g_strdup ("nothing around")
         : isinf (db) ? g_strdup (db < 0 ? "not above" : "no noise")
                      : sb_format_db (db, 1);
}

static void
show_measurement (SbInspectPage *self)
{
  const SbMeasurement *m = sb_inspector_measurement (inspector (self));
  SbBox box;
  bool boxed = sb_inspector_box (inspector (self), &box);
  gtk_widget_set_visible (self->numbers, boxed);
  gtk_widget_set_visible (self->none, !boxed);
  gtk_widget_set_sensitive (self->copy, m != NULL);
  if (!boxed)
    return;
  g_autofree char *from = sb_inspector_format_time (inspector (self), box.from_s);
  g_autofree char *to = sb_inspector_format_time (inspector (self), box.to_s);
  set_row (self, ROW_TIME, g_strconcat (from, "\u2009\u2013\u2009", to, NULL),
           g_strdup_printf ("%.3f s", box.to_s - box.from_s));
  set_row (self, ROW_BAND, hz_span (box.low_hz, box.high_hz), width_text (box.high_hz - box.low_hz));
  bool sound = m && isfinite (m->peak_db);
  set_row (self, ROW_ENERGY, sound ? hz_span (m->energy_low_hz, m->energy_high_hz) : NULL,
           sound ? width_text (m->energy_high_hz - m->energy_low_hz) : NULL);
  g_autofree char *peak_hz = sound ? sb_format_hz (m->peak_hz, 1) : NULL;
  g_autofree char *peak_at = sound ? sb_inspector_format_time (inspector (self), m->peak_s) : NULL;
  set_row (self, ROW_PEAK, g_steal_pointer (&peak_hz),
           sound ? sb_format_db (m->peak_db, 1) : g_strdup (m ? "silent" : "\u2026"));
  set_row (self, ROW_NOTE, sound ? sb_format_note (m->peak_hz) : NULL,
           sound ? g_strconcat ("@\u2009", peak_at, NULL) : NULL);
  set_row (self, ROW_LEVEL, g_strdup ("RMS"),
           !m                       ? NULL
           : isfinite (m->level_db) ? sb_format_db (m->level_db, 1)
                                    : g_strdup ("silent"));
  set_row (self, ROW_SNR, g_strdup ("to surroundings"), m ? snr_text (m->snr_db) : NULL);
}

static void
show_markers (SbInspectPage *self)
{
  int n = sb_markers_n (sb_inspector_markers (inspector (self)));
  g_autofree char *count = n ? g_strdup_printf ("%d", n) : g_strdup ("");
  gtk_label_set_text (GTK_LABEL (self->count), count);
  sb_list_stack_show_list (self->stack, n > 0);
}

static gboolean
show_results (void *data)
{
  SbInspectPage *self = data;
  self->due = 0;
  show_where (self);
  show_measurement (self);
  return G_SOURCE_REMOVE;
}

/* Numbers that change faster cannot be read, and each change lays the panel out anew. */
static void
results (SbInspectPage *self)
{
  if (!self->due)
    self->due = g_timeout_add (SHOW_EVERY_MS, show_results, self);
}

/* --- what it does --- */

static void
on_copy (SbInspectPage *self)
{
  g_autofree char *text = sb_inspector_measurement_text (inspector (self));
  if (!text)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  sb_session_say (self->session, "The measurement is on the clipboard.");
}

static void
on_search (GtkSearchEntry *entry, SbInspectPage *self)
{
  sb_marker_list_search (self->list, gtk_editable_get_text (GTK_EDITABLE (entry)));
}

/* Escape */
static void
on_search_stopped (GtkSearchEntry *entry, GtkToggleButton *button)
{
  gtk_toggle_button_set_active (button, FALSE);
  gtk_widget_activate_action (GTK_WIDGET (button), "win.to-canvas", NULL);
}

static void
on_search_toggled (GtkToggleButton *button, SbInspectPage *self)
{
  bool on = gtk_toggle_button_get_active (button);
  gtk_widget_set_visible (self->search, on);
  if (on)
    gtk_widget_grab_focus (self->search);
  else
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
}

/* --- building --- */

static GtkWidget *
label (const char *text, double xalign, const char *css)
{
  GtkWidget *widget = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (widget), (float)xalign);
  gtk_widget_add_css_class (widget, css);
  gtk_widget_add_css_class (widget, "numeric");
  return widget;
}

static GtkWidget *
flat_button (GtkWidget *button, const char *icon, const char *tooltip, const char *action)
{
  sb_icon_button (button, icon, tooltip, NULL, action);
  gtk_widget_add_css_class (button, "flat");
  return button;
}

static GtkWidget *
head (SbInspectPage *self, const char *title, GtkWidget *second)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_widget_add_css_class (box, "inspect-head");
  gtk_box_append (GTK_BOX (box), label (title, 0, "section"));
  gtk_widget_set_hexpand (second, TRUE);
  gtk_box_append (GTK_BOX (box), second);
  gtk_box_append (GTK_BOX (self), box);
  return box;
}

static void
build_spectrum (SbInspectPage *self)
{
  self->where = label ("", 1, "edit-numbers");
  gtk_label_set_ellipsize (GTK_LABEL (self->where), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (self->where), 8);
  head (self, "Spectrum", self->where);
  GtkWidget *plot = sb_slice_plot_new (self->session);
  gtk_widget_add_css_class (plot, "inspect-block");
  gtk_box_append (GTK_BOX (self), plot);
}

static void
build_measurement (SbInspectPage *self)
{
  static const char *const titles[N_ROWS] = {
      "Time", "Frequency", "5\u2009\u2013\u200995 % energy", "Peak", "Note", "Level in box", "SNR"};
  GtkWidget *box = head (self, "Measurement", label ("", 0, "dim-label"));
  self->copy = flat_button (gtk_button_new (), "edit-copy-symbolic", "Copy the Measurement", NULL);
  g_signal_connect_swapped (self->copy, "clicked", G_CALLBACK (on_copy), self);
  GtkWidget *mark = flat_button (gtk_button_new (), "sb-marker-symbolic",
                                 "Mark the Box, or Else the Playhead (Ctrl+M)", "win.mark");
  gtk_box_append (GTK_BOX (box), self->copy);
  gtk_box_append (GTK_BOX (box), mark);
  self->numbers = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->numbers), 10);
  gtk_grid_set_row_spacing (GTK_GRID (self->numbers), 3);
  gtk_widget_add_css_class (self->numbers, "inspect-numbers");
  for (int r = 0; r < N_ROWS; r++) {
    self->cells[r][0] = label ("", 0, "inspect-value");
    self->cells[r][1] = label ("", 1, "inspect-value");
    gtk_label_set_ellipsize (GTK_LABEL (self->cells[r][0]), PANGO_ELLIPSIZE_END);
    gtk_label_set_max_width_chars (GTK_LABEL (self->cells[r][0]), 4); /* takes what is there, asks for no more */
    gtk_widget_set_hexpand (self->cells[r][0], TRUE);
    gtk_grid_attach (GTK_GRID (self->numbers), label (titles[r], 0, "inspect-name"), 0, r, 1, 1);
    gtk_grid_attach (GTK_GRID (self->numbers), self->cells[r][0], 1, r, 1, 1);
    gtk_grid_attach (GTK_GRID (self->numbers), self->cells[r][1], 2, r, 1, 1);
  }
  self->none = label ("Drag a box with the measure tool (M).", 0, "dim-label");
  gtk_widget_add_css_class (self->none, "inspect-numbers");
  gtk_box_append (GTK_BOX (self), self->numbers);
  gtk_box_append (GTK_BOX (self), self->none);
  gtk_box_append (GTK_BOX (self), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
}

static GMenuModel *
marker_menu (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) one = g_menu_new (), files = g_menu_new (), all = g_menu_new ();
  g_menu_append (one, "Add Marker", "win.mark");
  g_menu_append (one, "Rename…", "win.rename-marker");
  g_menu_append (one, "Delete", "win.delete-marker");
  g_menu_append (files, "Import…", "win.import-markers");
  g_menu_append (files, "Export…", "win.export-markers");
  g_menu_append (all, "Undo Change of Markers", "win.undo-markers");
  g_menu_append (all, "Redo Change of Markers", "win.redo-markers");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (one));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (files));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (all));
  return G_MENU_MODEL (menu);
}

static void
build_markers (SbInspectPage *self)
{
  self->count = label ("", 0, "dim-label");
  GtkWidget *box = head (self, "Markers", self->count),
            *find = flat_button (gtk_toggle_button_new (), "edit-find-symbolic", "Search Markers", NULL);
  g_signal_connect (find, "toggled", G_CALLBACK (on_search_toggled), self);
  GtkWidget *more = gtk_menu_button_new ();
  g_autoptr (GMenuModel) menu = marker_menu ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (more), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (more), menu);
  gtk_menu_button_set_has_frame (GTK_MENU_BUTTON (more), FALSE);
  gtk_widget_set_tooltip_text (more, "Import, Export and More");
  sb_menu_tip_guard (more);
  gtk_box_append (GTK_BOX (box), find);
  gtk_box_append (GTK_BOX (box), more);
  self->search = gtk_search_entry_new ();
  gtk_widget_set_visible (self->search, FALSE);
  gtk_widget_add_css_class (self->search, "inspect-block");
  g_signal_connect (self->search, "search-changed", G_CALLBACK (on_search), self);
  g_signal_connect (self->search, "stop-search", G_CALLBACK (on_search_stopped), find);
  gtk_box_append (GTK_BOX (self), self->search);
  self->list = sb_marker_list_new (self->session);
  self->stack = sb_list_stack_new (self->list, "Markers and labelled regions\nwill be listed here.");
  gtk_box_append (GTK_BOX (self), self->stack);
}

static void
on_map (SbInspectPage *self)
{
  sb_inspector_set_watched (inspector (self), true);
}

static void
on_unmap (SbInspectPage *self)
{
  if (self->session)
    sb_inspector_set_watched (inspector (self), false);
}

static void
on_rename (SbInspectPage *self)
{
  sb_marker_list_rename (self->list);
}

static void
on_name (SbInspectPage *self)
{
  sb_marker_list_name (self->list);
}

static void
sb_inspect_page_dispose (GObject *object)
{
  g_clear_handle_id (&SB_INSPECT_PAGE (object)->due, g_source_remove);
  g_clear_object (&SB_INSPECT_PAGE (object)->session);
  G_OBJECT_CLASS (sb_inspect_page_parent_class)->dispose (object);
}

static void
sb_inspect_page_class_init (SbInspectPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_inspect_page_dispose;
}

static void
sb_inspect_page_init (SbInspectPage *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
  g_signal_connect (self, "unmap", G_CALLBACK (on_unmap), NULL);
}

GtkWidget *
sb_inspect_page_new (SbSession *session)
{
  SbInspectPage *self = g_object_new (SB_TYPE_INSPECT_PAGE, NULL);
  self->session = g_object_ref (session);
  build_spectrum (self);
  build_measurement (self);
  build_markers (self);
  SbInspector *followed = inspector (self);
  g_signal_connect_object (followed, "results", G_CALLBACK (results), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (followed, "box", G_CALLBACK (results), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (followed, "times", G_CALLBACK (results), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (followed, "markers", G_CALLBACK (show_markers), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (followed, "rename", G_CALLBACK (on_rename), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (followed, "name", G_CALLBACK (on_name), self, G_CONNECT_SWAPPED);
  show_results (self);
  show_markers (self);
  return GTK_WIDGET (self);
}
