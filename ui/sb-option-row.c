/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text that is no such number goes back to the value in force, as Escape does. */
#include "ui/sb-option-row.h"

struct _SbOptionRow {
  GtkBox parent;
  const SbOptionKind *kind;
  GtkWidget *slider, *entry;
  double value;
  bool setting;
};

G_DEFINE_TYPE (SbOptionRow, sb_option_row, GTK_TYPE_BOX)

static void
show (SbOptionRow *self)
{
  g_autofree char *text = self->kind->format (self->value);
  self->setting = true;
  gtk_range_set_value (GTK_RANGE (self->slider), self->kind->to_slider (self->value));
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  self->setting = false;
}

void
sb_option_row_set (SbOptionRow *self, double value)
{
  if (self->value == value && gtk_widget_has_focus (GTK_WIDGET (self)))
    return;
  self->value = value;
  show (self);
}

static void
on_slider (SbOptionRow *self)
{
  if (self->setting)
    return;
  self->value = self->kind->from_slider (gtk_range_get_value (GTK_RANGE (self->slider)));
  show (self);
  g_signal_emit_by_name (self, "changed", self->value);
}

static void
take_text (SbOptionRow *self)
{
  double value;
  g_autofree char *shown = self->kind->format (self->value);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  if (self->setting || g_str_equal (text, shown))
    return;
  if (self->kind->parse (text, &value)) {
    self->value = value;
    g_signal_emit_by_name (self, "changed", value);
  }
  show (self);
}

static void
on_activate (SbOptionRow *self)
{
  take_text (self);
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}

/* What was typed is given up, and the picture has the keys again. */
static gboolean
on_key (GtkEventControllerKey *key, guint keyval, guint keycode, GdkModifierType state, SbOptionRow *self)
{
  if (keyval != GDK_KEY_Escape)
    return FALSE;
  show (self);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.to-canvas", NULL);
  return TRUE;
}

static void
sb_option_row_class_init (SbOptionRowClass *class)
{
  g_signal_new ("changed", SB_TYPE_OPTION_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
}

static void
sb_option_row_init (SbOptionRow *self)
{
}

GtkWidget *
sb_option_row_new (const SbOptionKind *kind)
{
  SbOptionRow *self = g_object_new (SB_TYPE_OPTION_ROW, NULL);
  self->kind = kind;
  sb_option_row_dress (GTK_WIDGET (self), kind->title);
  self->slider = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0, 1, .01);
  gtk_widget_set_hexpand (self->slider, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->slider), GTK_ACCESSIBLE_PROPERTY_LABEL, kind->title, -1);
  g_signal_connect_swapped (self->slider, "value-changed", G_CALLBACK (on_slider), self);
  gtk_box_append (GTK_BOX (self), self->slider);
  self->entry = gtk_entry_new ();
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 7);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->entry), 7);
  gtk_entry_set_alignment (GTK_ENTRY (self->entry), 1);
  gtk_widget_add_css_class (self->entry, "numeric");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, kind->title, -1);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (on_activate), self);
  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (take_text), self);
  gtk_widget_add_controller (self->entry, focus);
  GtkEventController *key = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (self->entry, key);
  gtk_box_append (GTK_BOX (self), self->entry);
  return GTK_WIDGET (self);
}

/* --- rows of another kind --- */

void
sb_option_row_dress (GtkWidget *row, const char *title)
{
  GtkWidget *name = gtk_label_new (title);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_set_size_request (name, 68, -1);
  gtk_widget_add_css_class (row, "option-row");
  gtk_box_set_spacing (GTK_BOX (row), 4);
  gtk_box_append (GTK_BOX (row), name);
}

GtkWidget *
sb_option_row_add_toggles (GtkWidget *row)
{
  GtkWidget *toggles = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (toggles, "linked");
  gtk_widget_set_hexpand (toggles, TRUE);
  gtk_box_append (GTK_BOX (row), toggles);
  return toggles;
}

GtkWidget *
sb_option_toggle (GtkWidget *toggles, const char *label, GtkWidget *group, const char *tooltip)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (label);
  if (group)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (group));
  gtk_widget_set_hexpand (button, TRUE);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_box_append (GTK_BOX (toggles), button);
  return button;
}
