/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Options a tool lacks are hidden, not greyed. */
#include "ui/sb-edit-panel.h"
#include "base/sb-units.h"
#include "ui/sb-edit-list.h"
#include "ui/sb-option-row.h"

#include <math.h>

enum { PANEL_WIDTH = 340 };
#define DEEPEST_DB 60.0

struct _SbEditPanel {
  GtkBox parent;
  SbSession *session;
  GtkWidget *head_icon, *head, *duration, *bandwidth, *strength, *soft, *edge_row, *edge[2], *channel_row, *channels;
  GtkWidget *count, *clear, *promise_icon, *promise, *stack;
  int n_channels;
  bool setting;
};

G_DEFINE_TYPE (SbEditPanel, sb_edit_panel, GTK_TYPE_BOX)

/* --- the four numbers --- */

static double
log_place (double value, double low, double high)
{
  return CLAMP (log (value / low) / log (high / low), 0, 1);
}

static double
duration_to (double s)
{
  return log_place (s, .001, 5);
}

static double
duration_from (double place)
{
  double s = .001 * pow (5000, place);
  double unit = pow (10, floor (log10 (s)) - 1); /* two digits are enough */
  return round (s / unit) * unit;
}

static double
bandwidth_to (double hz)
{
  return log_place (hz, 10, 50000);
}

static double
bandwidth_from (double place)
{
  double hz = 10 * pow (5000, place);
  double unit = pow (10, floor (log10 (hz)) - 1);
  return round (hz / unit) * unit;
}

static char *
bandwidth_text (double hz)
{
  return hz < 10 ? sb_format_hz (hz, 2) : hz < 100 ? sb_format_hz (hz, hz == round (hz) ? 0 : 1) : sb_format_hz (hz, 0);
}

static double
strength_to (double db)
{
  return CLAMP (-db / DEEPEST_DB, 0, 1);
}

static double
strength_from (double place)
{
  return place >= 1 ? -INFINITY : -round (place * DEEPEST_DB);
}

static char *
strength_text (double db)
{
  return sb_format_db (db, db == round (db) ? 0 : 1);
}

static double
same (double value)
{
  return value;
}

static char *
percent_text (double share)
{
  return g_strdup_printf ("%.0f %%", share * 100);
}

static const SbOptionKind duration_kind = {"Duration", duration_to, duration_from, sb_format_duration, sb_parse_time};
static const SbOptionKind bandwidth_kind = {"Bandwidth", bandwidth_to, bandwidth_from, bandwidth_text, sb_parse_hz};
static const SbOptionKind strength_kind = {"Strength", strength_to, strength_from, strength_text, sb_parse_db};
static const SbOptionKind soft_kind = {"Softness", same, same, percent_text, sb_parse_percent};

static void
on_option (GtkWidget *row, double value, SbEditPanel *self)
{
  SbBrush brush = *sb_session_brush (self->session);
  if (row == self->duration)
    brush.duration_s = value > 0 ? value : brush.duration_s;
  else if (row == self->bandwidth)
    brush.bandwidth_hz = value > 0 ? value : brush.bandwidth_hz;
  else if (row == self->strength)
    brush.gain_db = value;
  else
    brush.soft = value;
  sb_session_set_brush (self->session, &brush);
}

static void
on_edge (GtkWidget *button, SbEditPanel *self)
{
  SbBrush brush = *sb_session_brush (self->session);
  if (self->setting)
    return;
  brush.strict = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->edge[1]));
  sb_session_set_brush (self->session, &brush);
}

static void
on_channel (GtkWidget *button, SbEditPanel *self)
{
  SbBrush brush = *sb_session_brush (self->session);
  if (self->setting || !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)))
    return;
  brush.channel = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "channel"));
  sb_session_set_brush (self->session, &brush);
}

static void
on_channel_drop_down (GtkDropDown *drop_down, GParamSpec *spec, SbEditPanel *self)
{
  SbBrush brush = *sb_session_brush (self->session);
  if (self->setting)
    return;
  brush.channel = (int)gtk_drop_down_get_selected (drop_down) - 1;
  sb_session_set_brush (self->session, &brush);
}

static GtkWidget *
linked_toggle (GtkWidget *box, const char *label, GtkWidget *group, const char *tooltip)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (label);
  if (group)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (group));
  gtk_widget_set_hexpand (button, TRUE);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

/* All, Left, Right; numbers for up to six channels, a list for more. */
static void
build_channels (SbEditPanel *self, int n_channels)
{
  if (self->channels)
    gtk_box_remove (GTK_BOX (self->channel_row), self->channels);
  self->n_channels = n_channels;
  if (n_channels > 6) {
    GtkStringList *names = gtk_string_list_new ((const char *const[]){"All", NULL});
    for (int c = 0; c < n_channels; c++) {
      g_autofree char *name = g_strdup_printf ("%d", c + 1);
      gtk_string_list_append (names, name);
    }
    self->channels = gtk_drop_down_new (G_LIST_MODEL (names), NULL);
    g_signal_connect (self->channels, "notify::selected", G_CALLBACK (on_channel_drop_down), self);
  } else {
    GtkWidget *first = NULL;
    self->channels = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_add_css_class (self->channels, "linked");
    for (int c = -1; c < n_channels; c++) {
      g_autofree char *number = g_strdup_printf ("%d", c + 1);
      const char *label = c < 0 ? "All" : n_channels > 2 ? number : c ? "Right" : "Left";
      GtkWidget *button = linked_toggle (self->channels, label, first, "Which channels the next edit changes");
      g_object_set_data (G_OBJECT (button), "channel", GINT_TO_POINTER (c));
      g_signal_connect (button, "toggled", G_CALLBACK (on_channel), self);
      first = first ? first : button;
    }
  }
  gtk_widget_set_hexpand (self->channels, TRUE);
  gtk_box_append (GTK_BOX (self->channel_row), self->channels);
}

static void
show_channel (SbEditPanel *self, int channel)
{
  if (GTK_IS_DROP_DOWN (self->channels)) {
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->channels), channel + 1);
    return;
  }
  for (GtkWidget *button = gtk_widget_get_first_child (self->channels); button;
       button = gtk_widget_get_next_sibling (button))
    if (GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "channel")) == channel)
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
}

static void
tool_changed (SbEditPanel *self)
{
  const SbBrush *brush = sb_session_brush (self->session);
  SbTool tool = sb_session_tool (self->session);
  g_autofree char *icon = g_strdup_printf ("sb-%s-symbolic", sb_tool_name (tool));
  const SbRecording *recording = sb_session_recording (self->session);
  self->setting = true;
  if (recording && recording->channels != self->n_channels)
    build_channels (self, recording->channels);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->head_icon), icon);
  gtk_label_set_text (GTK_LABEL (self->head), sb_tool_title (tool));
  gtk_widget_set_visible (self->duration, sb_tool_is_round (tool));
  gtk_widget_set_visible (self->bandwidth, sb_tool_is_round (tool));
  gtk_widget_set_visible (self->strength, sb_tool_paints (tool) && tool != SB_TOOL_ERASER);
  gtk_widget_set_visible (self->soft, sb_tool_paints (tool));
  gtk_widget_set_visible (self->edge_row, sb_tool_paints (tool) && tool != SB_TOOL_ERASER); /* restoring never grows */
  gtk_widget_set_visible (self->channel_row, sb_tool_paints (tool) && self->n_channels > 1);
  sb_option_row_set (SB_OPTION_ROW (self->duration), brush->duration_s);
  sb_option_row_set (SB_OPTION_ROW (self->bandwidth), brush->bandwidth_hz);
  sb_option_row_set (SB_OPTION_ROW (self->strength), brush->gain_db);
  sb_option_row_set (SB_OPTION_ROW (self->soft), brush->soft);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->edge[brush->strict]), TRUE);
  show_channel (self, brush->channel);
  self->setting = false;
}

/* --- the list and the promise --- */

static void
edits_changed (SbEditPanel *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  int n_ops = 0;
  if (!recording)
    return;
  sb_document_ops (recording->document, &n_ops);
  double changed_s = sb_document_changed_s (recording->document);
  g_autofree char *count = n_ops ? g_strdup_printf ("%d", n_ops) : g_strdup ("");
  g_autofree char *part = sb_format_duration (changed_s), *all = sb_format_duration (recording->duration_s);
  g_autofree char *promise = changed_s > 0 ? g_strdup_printf ("%s of %s changed. The rest is bit-identical.", part, all)
                                           : g_strdup ("Nothing is changed yet. Paint over what you want to remove.");
  gtk_label_set_text (GTK_LABEL (self->count), count);
  gtk_label_set_text (GTK_LABEL (self->promise), promise);
  gtk_widget_set_visible (self->promise_icon, changed_s > 0);
  gtk_widget_set_visible (self->clear, n_ops > 0);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), n_ops ? "list" : "none");
}

static GtkWidget *
option_row (SbEditPanel *self, GtkWidget *box, const SbOptionKind *kind)
{
  GtkWidget *row = sb_option_row_new (kind);
  g_signal_connect (row, "changed", G_CALLBACK (on_option), self);
  gtk_box_append (GTK_BOX (box), row);
  return row;
}

static GtkWidget *
named_row (GtkWidget *box, const char *title)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *name = gtk_label_new (title);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_set_size_request (name, 68, -1);
  gtk_widget_add_css_class (row, "option-row");
  gtk_box_append (GTK_BOX (row), name);
  gtk_box_append (GTK_BOX (box), row);
  return row;
}

static void
build_options (SbEditPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_widget_add_css_class (box, "options");
  self->head_icon = gtk_image_new_from_icon_name ("sb-brush-symbolic");
  self->head = gtk_label_new ("Brush");
  gtk_widget_add_css_class (self->head, "section");
  gtk_box_append (GTK_BOX (head), self->head_icon);
  gtk_box_append (GTK_BOX (head), self->head);
  gtk_box_append (GTK_BOX (box), head);
  self->duration = option_row (self, box, &duration_kind);
  self->bandwidth = option_row (self, box, &bandwidth_kind);
  self->strength = option_row (self, box, &strength_kind);
  self->soft = option_row (self, box, &soft_kind);
  self->edge_row = named_row (box, "Edge");
  GtkWidget *edges = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (edges, "linked");
  gtk_widget_set_hexpand (edges, TRUE);
  self->edge[0] = linked_toggle (edges, "Deep", NULL, "Reach a little further, so that nothing leaks back in");
  self->edge[1] = linked_toggle (edges, "Strict", self->edge[0], "Exactly the cells inside");
  g_signal_connect (self->edge[1], "toggled", G_CALLBACK (on_edge), self);
  gtk_box_append (GTK_BOX (self->edge_row), edges);
  self->channel_row = named_row (box, "Channels");
  build_channels (self, 2);
  gtk_box_append (GTK_BOX (self), box);
  gtk_box_append (GTK_BOX (self), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
}

static void
build_list (SbEditPanel *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title = gtk_label_new ("Edits");
  gtk_widget_add_css_class (head, "list-head");
  gtk_widget_add_css_class (title, "section");
  self->count = gtk_label_new ("");
  gtk_widget_add_css_class (self->count, "dim-label");
  gtk_widget_add_css_class (self->count, "numeric");
  gtk_widget_set_hexpand (self->count, TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->count), 0);
  self->clear = gtk_button_new_from_icon_name ("user-trash-symbolic");
  gtk_widget_add_css_class (self->clear, "flat");
  gtk_widget_set_tooltip_text (self->clear, "Delete All Edits");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->clear), GTK_ACCESSIBLE_PROPERTY_LABEL, "Delete All Edits", -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->clear), "win.clear-edits");
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (head), self->count);
  gtk_box_append (GTK_BOX (head), self->clear);
  gtk_box_append (GTK_BOX (self), head);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), sb_edit_list_new (self->session));
  GtkWidget *none = gtk_label_new ("Your edits will be listed here.");
  gtk_widget_add_css_class (none, "dim-label");
  gtk_widget_set_valign (none, GTK_ALIGN_START);
  gtk_widget_set_margin_top (none, 12);
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), none, "none");
  gtk_stack_add_named (GTK_STACK (self->stack), scroller, "list");
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_box_append (GTK_BOX (self), self->stack);
}

static void
build_promise (SbEditPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_widget_add_css_class (box, "promise");
  self->promise_icon = gtk_image_new_from_icon_name ("emblem-ok-symbolic");
  gtk_widget_add_css_class (self->promise_icon, "success");
  self->promise = gtk_label_new ("");
  gtk_label_set_wrap (GTK_LABEL (self->promise), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->promise), 0);
  gtk_widget_set_hexpand (self->promise, TRUE);
  gtk_box_append (GTK_BOX (box), self->promise_icon);
  gtk_box_append (GTK_BOX (box), self->promise);
  gtk_box_append (GTK_BOX (self), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (self), box);
}

static void
sb_edit_panel_dispose (GObject *object)
{
  g_clear_object (&SB_EDIT_PANEL (object)->session);
  G_OBJECT_CLASS (sb_edit_panel_parent_class)->dispose (object);
}

static void
sb_edit_panel_class_init (SbEditPanelClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_edit_panel_dispose;
}

static void
sb_edit_panel_init (SbEditPanel *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "panel");
  gtk_widget_set_size_request (GTK_WIDGET (self), PANEL_WIDTH, -1);
  gtk_widget_set_hexpand (GTK_WIDGET (self), FALSE); /* the canvas takes what is left */
}

GtkWidget *
sb_edit_panel_new (SbSession *session)
{
  SbEditPanel *self = g_object_new (SB_TYPE_EDIT_PANEL, NULL);
  self->session = g_object_ref (session);
  build_options (self);
  build_list (self);
  build_promise (self);
  g_signal_connect_object (session, "tool", G_CALLBACK (tool_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "recording", G_CALLBACK (tool_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "edits", G_CALLBACK (edits_changed), self, G_CONNECT_SWAPPED);
  tool_changed (self);
  return GTK_WIDGET (self);
}
