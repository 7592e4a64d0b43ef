/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Options a tool lacks are hidden, not greyed. */
#include "ui/sb-edit-panel.h"
#include "base/sb-units.h"
#include "ui/sb-channel-row.h"
#include "ui/sb-edit-list.h"
#include "ui/sb-icon-button.h"
#include "ui/sb-list-stack.h"
#include "ui/sb-option-kinds.h"
#include "ui/sb-session-lanes.h"
#include "ui/sb-still-text.h"

#include <math.h>

enum { PANEL_WIDTH = 340 };

struct _SbEditPanel {
  GtkBox parent;
  SbSession *session;
  GtkWidget *head_icon, *head, *duration, *bandwidth, *strength, *soft, *count, *fundamental, *edge_row, *edge[2],
      *channel_row;
  GtkWidget *done, *n_edits, *clear, *promise_icon, *promise, *stack;
  bool setting;
};

G_DEFINE_TYPE (SbEditPanel, sb_edit_panel, GTK_TYPE_BOX)

/* --- the options of an edit that is there already --- */

/* What the options say, on the edit whose options are shown; false: they are the next stroke's. */
static bool
edited_spec (SbEditPanel *self, SbOpSpec *spec)
{
  SbOperation *op = sb_session_edited (self->session);
  if (op)
    *spec = *sb_operation_spec (op);
  return op != NULL;
}

static void
change_edited (SbEditPanel *self, const SbOpSpec *spec)
{
  g_autoptr (GError) error = NULL;
  if (!sb_session_change_edited (self->session, spec, &error) && error)
    sb_session_say (self->session, error->message);
}

static void
change_option (SbEditPanel *self, GtkWidget *row, double value, SbOpSpec *spec)
{
  if (row == self->duration && value > 0)
    spec->radius_s = value / 2;
  else if (row == self->bandwidth && value > 0) {
    spec->radius_hz = value / 2;
    spec->radius_oct = NAN;
  } else if (row == self->count)
    spec->count = MAX (1, (int)round (value));
  else if (row == self->fundamental && value > 0)
    spec->f0_hz = value;
  else if (row == self->strength)
    spec->gain_db = value <= -SB_DEEPEST_DB ? -INFINITY : MIN (value, 24);
  else if (row == self->soft) {
    spec->soft = CLAMP (value, 0, 1);
    bool time_band = spec->soft_hz == 0 && spec->soft_s != 0, band = spec->soft_s == 0 && spec->soft_hz != 0;
    spec->soft_s = band ? 0 : NAN; /* what has no edge stays without */
    spec->soft_hz = time_band ? 0 : NAN;
  }
  change_edited (self, spec);
}

static void
on_option (GtkWidget *row, double value, SbEditPanel *self)
{
  SbOpSpec spec;
  if (edited_spec (self, &spec)) {
    change_option (self, row, value, &spec);
    return;
  }
  SbBrush brush = *sb_session_brush (self->session);
  if (row == self->duration)
    brush.duration_s = value > 0 ? value : brush.duration_s;
  else if (row == self->bandwidth && value > 0)
    *(sb_session_tool (self->session) == SB_TOOL_HARMONICS ? &brush.comb_hz : &brush.bandwidth_hz) = value;
  else if (row == self->strength)
    brush.gain_db = value;
  else if (row == self->count)
    brush.count = (int)round (value);
  else if (row != self->fundamental)
    brush.soft = value;
  sb_session_set_brush (self->session, &brush);
}

static void
on_edge (GtkWidget *button, SbEditPanel *self)
{
  SbBrush brush = *sb_session_brush (self->session);
  SbOpSpec spec;
  if (self->setting)
    return;
  bool strict = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->edge[1]));
  if (edited_spec (self, &spec)) {
    spec.edge = strict ? SB_EDGE_STRICT : SB_EDGE_DEEP;
    change_edited (self, &spec);
    return;
  }
  if (sb_session_tool (self->session) == SB_TOOL_HARMONICS)
    brush.comb_deep = !strict;
  else
    brush.strict = strict;
  sb_session_set_brush (self->session, &brush);
}

static void
on_channel (GtkWidget *row, int channel, SbEditPanel *self)
{
  SbBrush brush = *sb_session_brush (self->session);
  SbOpSpec spec;
  if (edited_spec (self, &spec)) {
    spec.channels = channel < 0 ? NULL : &channel;
    spec.n_channels = channel < 0 ? 0 : 1;
    change_edited (self, &spec);
    return;
  }
  if (channel < 0) {
    sb_session_set_paint_shown (self->session, channel == SB_CHANNEL_THIS);
    return;
  }
  brush.channel = channel;
  sb_session_set_brush (self->session, &brush);
}

/* What the rows show: of the next stroke, or of an edit. */
typedef struct {
  SbBrush values;
  double f0_hz;
  const char *icon;
  bool paints, round, harmonics, restore;
} Shown;

static Shown
shown_tool (SbEditPanel *self)
{
  SbTool tool = sb_session_tool (self->session);
  SbBrush brush = *sb_session_brush (self->session);
  if (tool == SB_TOOL_HARMONICS) {
    brush.bandwidth_hz = brush.comb_hz;
    brush.strict = !brush.comb_deep;
  }
  return (Shown){.values = brush,
                 .f0_hz = NAN, /* where the pointer is */
                 .icon = sb_tool_name (tool),
                 .paints = sb_tool_paints (tool),
                 .round = sb_tool_is_round (tool),
                 .harmonics = tool == SB_TOOL_HARMONICS,
                 .restore = tool == SB_TOOL_ERASER};
}

static Shown
shown_edit (const SbOpSpec *spec)
{
  static const char *const icons[] = {
      [SB_OP_STROKE] = "brush", [SB_OP_BOX] = "box", [SB_OP_LASSO] = "lasso", [SB_OP_HARMONICS] = "harmonics"};
  double radius_hz = isnan (spec->radius_oct)
                         ? spec->radius_hz
                         : (spec->n_points ? spec->points[0].f_hz : 0) * (exp2 (spec->radius_oct) - 1);
  Shown shown = {.f0_hz = spec->f0_hz,
                 .icon = spec->restore && spec->kind == SB_OP_STROKE ? "eraser" : icons[spec->kind],
                 .paints = true,
                 .round = spec->kind == SB_OP_STROKE,
                 .harmonics = spec->kind == SB_OP_HARMONICS,
                 .restore = spec->restore};
  shown.values =
      (SbBrush){.duration_s = 2 * spec->radius_s,
                .bandwidth_hz = 2 * radius_hz,
                .gain_db = spec->gain_db,
                .soft = isnan (spec->soft) ? 0 : spec->soft,
                .strict = spec->edge == SB_EDGE_STRICT || (spec->kind == SB_OP_HARMONICS && spec->edge == SB_EDGE_AUTO),
                .channel = spec->n_channels == 1 ? spec->channels[0] : -1,
                .count = spec->count};
  return shown;
}

static char *
edit_title (SbOperation *op)
{
  double from, to, low, high;
  sb_operation_bounds (op, &from, &to, &low, &high);
  g_autofree char *time = sb_format_time (MAX (from, 0), 2);
  return g_strdup_printf ("%s · %s", sb_operation_title (op), time);
}

static void
show_values (SbEditPanel *self, const Shown *shown)
{
  sb_option_row_set (SB_OPTION_ROW (self->duration), shown->values.duration_s);
  sb_option_row_set (SB_OPTION_ROW (self->bandwidth), shown->values.bandwidth_hz);
  sb_option_row_set (SB_OPTION_ROW (self->strength), shown->values.gain_db);
  sb_option_row_set (SB_OPTION_ROW (self->soft), shown->values.soft);
  sb_option_row_set (SB_OPTION_ROW (self->count), shown->values.count);
  if (!isnan (shown->f0_hz))
    sb_option_row_set (SB_OPTION_ROW (self->fundamental), shown->f0_hz);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->edge[shown->values.strict]), TRUE);
  sb_channel_row_set (SB_CHANNEL_ROW (self->channel_row), shown->values.channel);
}

static void
tool_changed (SbEditPanel *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  SbOperation *edited = sb_session_edited (self->session);
  Shown shown = edited ? shown_edit (sb_operation_spec (edited)) : shown_tool (self);
  g_autofree char *icon = g_strdup_printf ("sb-%s-symbolic", shown.icon);
  g_autofree char *title = edited ? edit_title (edited) : g_strdup (sb_tool_title (sb_session_tool (self->session)));
  self->setting = true;
  if (recording) /* for the next stroke what is shown is offered; an edit that is there names its own */
    sb_channel_row_offer (SB_CHANNEL_ROW (self->channel_row), recording->channels,
                          !edited && sb_session_shows_single (self->session));
  gtk_image_set_from_icon_name (GTK_IMAGE (self->head_icon), icon);
  gtk_label_set_text (GTK_LABEL (self->head), title);
  gtk_widget_set_visible (self->done, edited != NULL);
  gtk_widget_set_visible (self->duration, shown.round);
  gtk_widget_set_visible (self->bandwidth, shown.round || shown.harmonics);
  gtk_widget_set_visible (self->fundamental, shown.harmonics && edited);
  gtk_widget_set_visible (self->count, shown.harmonics);
  gtk_widget_set_visible (self->strength, shown.paints && !shown.restore);
  gtk_widget_set_visible (self->soft, shown.paints);
  gtk_widget_set_visible (self->edge_row, shown.paints && !shown.restore); /* restoring never grows */
  gtk_widget_set_visible (self->channel_row, shown.paints && sb_channel_row_n (SB_CHANNEL_ROW (self->channel_row)) > 1);
  show_values (self, &shown);
  self->setting = false;
}

/* --- the list and the promise --- */

static const SbStillStyle count_style = {.px = 14, .opacity = .55};
static const SbStillStyle promise_style = {.n_lines = 2, .px = 12.5, .opacity = 1};

static void
edits_changed (SbEditPanel *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  int n_ops = 0;
  if (!recording)
    return;
  n_ops = sb_document_n_edits (recording->document);
  double changed_s = sb_document_changed_s (recording->document);
  g_autofree char *count = n_ops ? g_strdup_printf ("%d", n_ops) : g_strdup ("");
  g_autofree char *part = sb_format_duration (changed_s), *all = sb_format_duration (recording->duration_s);
  g_autofree char *promise =
      changed_s > 0 ? g_strdup_printf ("%s of %s changed. The rest is bit\u2011identical.", part, all)
                    : g_strdup ("Nothing is changed yet. Paint over what you want to remove.");
  sb_still_text_set (SB_STILL_TEXT (self->n_edits), 0, count);
  sb_still_text_set (SB_STILL_TEXT (self->promise), 0, promise);
  gtk_widget_set_visible (self->promise_icon, changed_s > 0);
  gtk_widget_set_visible (self->clear, n_ops > 0);
  sb_list_stack_show_list (self->stack, n_ops > 0);
}

static GtkWidget *
option_row (SbEditPanel *self, GtkWidget *box, const SbOptionKind *kind)
{
  GtkWidget *row = sb_option_row_new (kind);
  g_signal_connect (row, "changed", G_CALLBACK (on_option), self);
  gtk_box_append (GTK_BOX (box), row);
  return row;
}

static void
on_done (GtkButton *button, SbEditPanel *self)
{
  sb_session_select (self->session, NULL);
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
  gtk_widget_set_hexpand (self->head, TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->head), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->head), PANGO_ELLIPSIZE_END);
  self->done = gtk_button_new_with_label ("Done");
  gtk_widget_add_css_class (self->done, "flat");
  gtk_widget_add_css_class (self->done, "head-button");
  gtk_widget_set_tooltip_text (self->done, "Back to the next stroke (Escape)");
  g_signal_connect (self->done, "clicked", G_CALLBACK (on_done), self);
  gtk_box_append (GTK_BOX (head), self->done);
  gtk_box_append (GTK_BOX (box), head);
  self->duration = option_row (self, box, &sb_option_duration);
  self->fundamental = option_row (self, box, &sb_option_fundamental);
  self->count = option_row (self, box, &sb_option_count);
  self->bandwidth = option_row (self, box, &sb_option_bandwidth);
  self->strength = option_row (self, box, &sb_option_strength);
  self->soft = option_row (self, box, &sb_option_soft);
  self->edge_row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  sb_option_row_dress (self->edge_row, "Edge");
  GtkWidget *edges = sb_option_row_add_toggles (self->edge_row);
  self->edge[0] = sb_option_toggle (edges, "Deep", NULL, "Reach a little further, so that nothing leaks back in");
  self->edge[1] = sb_option_toggle (edges, "Strict", self->edge[0], "Exactly the cells inside");
  g_signal_connect (self->edge[1], "toggled", G_CALLBACK (on_edge), self);
  gtk_box_append (GTK_BOX (box), self->edge_row);
  self->channel_row = sb_channel_row_new ();
  g_signal_connect (self->channel_row, "changed", G_CALLBACK (on_channel), self);
  gtk_box_append (GTK_BOX (box), self->channel_row);
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
  self->n_edits = sb_still_text_new (&count_style, 1);
  gtk_widget_set_valign (self->n_edits, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (self->n_edits, TRUE);
  self->clear =
      sb_icon_button (gtk_button_new (), "user-trash-symbolic", "Delete All Edits", NULL, "win.clear-edits");
  gtk_widget_add_css_class (self->clear, "flat");
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (head), self->n_edits);
  gtk_box_append (GTK_BOX (head), self->clear);
  gtk_box_append (GTK_BOX (self), head);
  self->stack = sb_list_stack_new (sb_edit_list_new (self->session), "Your edits will be listed here.");
  gtk_box_append (GTK_BOX (self), self->stack);
}

static void
build_promise (SbEditPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_widget_add_css_class (box, "promise");
  self->promise_icon = gtk_image_new_from_icon_name ("emblem-ok-symbolic");
  gtk_widget_add_css_class (self->promise_icon, "success");
  self->promise = sb_still_text_new (&promise_style, 1);
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
