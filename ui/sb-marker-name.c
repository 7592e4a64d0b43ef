/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-marker-name.h"

#define FIELD "name-field"

typedef struct {
  SbInspector *inspector; /* referenced */
  uint64_t id;
  bool is_new;
} Field;

static void
field_free (void *data)
{
  g_object_unref (((Field *)data)->inspector);
  g_free (data);
}

static Field *
field_of (GtkWidget *popover)
{
  return g_object_get_data (G_OBJECT (popover), "field");
}

static void
on_named (GtkEntry *entry, GtkWidget *popover)
{
  const Field *field = field_of (popover);
  sb_inspector_rename (field->inspector, field->id, gtk_editable_get_text (GTK_EDITABLE (entry)));
  gtk_popover_popdown (GTK_POPOVER (popover));
}

static gboolean
drop_popover (void *popover)
{
  gtk_widget_unparent (popover);
  return G_SOURCE_REMOVE;
}

static void
on_closed (GtkWidget *popover, void *data)
{
  GtkWidget *parent = gtk_widget_get_parent (popover);
  const Field *field = field_of (popover);
  if (g_object_get_data (G_OBJECT (field->inspector), FIELD) == popover)
    g_object_set_data (G_OBJECT (field->inspector), FIELD, NULL);
  if (field->is_new && parent)
    gtk_widget_activate_action (parent, "win.to-canvas", NULL);
  g_idle_add (drop_popover, popover);
}

/* Its marker may go while it is open. */
static void
on_markers (SbInspector *inspector, GtkWidget *popover)
{
  if (!sb_markers_find (sb_inspector_markers (inspector), field_of (popover)->id))
    gtk_popover_popdown (GTK_POPOVER (popover));
}

/* Keys end at the field, so the one that marks is its own, too: marks are set in a row while listening. */
static gboolean
on_key (GtkEventControllerKey *key, guint keyval, guint keycode, GdkModifierType state, GtkWidget *popover)
{
  if (gdk_keyval_to_lower (keyval) != GDK_KEY_m || !(state & GDK_CONTROL_MASK))
    return FALSE;
  gtk_widget_activate_action (gtk_widget_get_parent (popover), "win.mark", NULL);
  return TRUE;
}

/* Later: a click that opened it still gives the focus to something else. */
static gboolean
focus_again (void *popover)
{
  GtkWidget *entry = gtk_popover_get_child (GTK_POPOVER (popover));
  if (gtk_widget_get_mapped (entry) && !(gtk_widget_get_state_flags (entry) & GTK_STATE_FLAG_FOCUS_WITHIN))
    gtk_widget_grab_focus (entry);
  return G_SOURCE_REMOVE;
}

static GtkWidget *
make (GtkWidget *parent, const SbMarker *marker)
{
  GtkWidget *popover = gtk_popover_new (), *entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (entry), marker->title);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), "Name of the marker");
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, "Name of the Marker", -1);
  gtk_popover_set_child (GTK_POPOVER (popover), entry);
  gtk_popover_set_position (GTK_POPOVER (popover), GTK_POS_LEFT);
  gtk_widget_set_parent (popover, parent);
  g_signal_connect (entry, "activate", G_CALLBACK (on_named), popover);
  g_signal_connect (popover, "closed", G_CALLBACK (on_closed), NULL);
  GtkEventController *key = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), popover);
  gtk_widget_add_controller (popover, key);
  return popover;
}

bool
sb_marker_name_ask (GtkWidget *parent, SbInspector *inspector, bool is_new)
{
  const uint64_t id = sb_inspector_selected (inspector);
  GtkWidget *open = g_object_get_data (G_OBJECT (inspector), FIELD);
  if (open) /* marked twice in a row, as while listening */
    on_named (GTK_ENTRY (gtk_popover_get_child (GTK_POPOVER (open))), open);
  const SbMarker *marker = sb_markers_find (sb_inspector_markers (inspector), id);
  if (!marker || !gtk_widget_get_mapped (parent))
    return false;
  GtkWidget *popover = make (parent, marker);
  Field *field = g_new0 (Field, 1);
  *field = (Field){g_object_ref (inspector), id, is_new};
  g_object_set_data_full (G_OBJECT (popover), "field", field, field_free);
  g_object_set_data (G_OBJECT (inspector), FIELD, popover);
  g_signal_connect_object (inspector, "markers", G_CALLBACK (on_markers), popover, 0);
  gtk_popover_popup (GTK_POPOVER (popover));
  gtk_widget_grab_focus (gtk_popover_get_child (GTK_POPOVER (popover)));
  g_idle_add_full (G_PRIORITY_LOW, focus_again, g_object_ref (popover), g_object_unref);
  return true;
}

void
sb_marker_name_point_to (GtkWidget *parent, const GdkRectangle *area)
{
  for (GtkWidget *child = gtk_widget_get_first_child (parent); child; child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_POPOVER (child) && field_of (child))
      gtk_popover_set_pointing_to (GTK_POPOVER (child), area);
}
