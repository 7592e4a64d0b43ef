/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A GtkListView, so that thousands of edits cost no more than the visible
 * ones.  The model is rebuilt when the document's list changes: only the part
 * that differs is spliced. */
#include "ui/sb-edit-list.h"
#include "base/sb-units.h"
#include "ui/sb-icon-button.h"
#include "ui/sb-session-lanes.h"
#include "ui/sb-still-text.h"
#include "ui/sb-thumb.h"

#include <math.h>

/* --- one edit in the model --- */

#define SB_TYPE_EDIT_ITEM (sb_edit_item_get_type ())
G_DECLARE_FINAL_TYPE (SbEditItem, sb_edit_item, SB, EDIT_ITEM, GObject)
struct _SbEditItem {
  GObject parent;
  SbOperation *op;
  bool muted;
};
G_DEFINE_TYPE (SbEditItem, sb_edit_item, G_TYPE_OBJECT)

static void
sb_edit_item_finalize (GObject *object)
{
  sb_operation_unref (SB_EDIT_ITEM (object)->op);
  G_OBJECT_CLASS (sb_edit_item_parent_class)->finalize (object);
}

static void
sb_edit_item_class_init (SbEditItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sb_edit_item_finalize;
}

static void
sb_edit_item_init (SbEditItem *item)
{
}

/* --- the widgets of a row, kept with its list item --- */

enum { TITLE, STRENGTH, SPAN, BAND, N_TEXTS };
static const SbStillStyle texts[N_TEXTS] = {[TITLE] = {.line = 0, .bold = true, .px = 13.5, .opacity = 1},
                                            [STRENGTH] = {.line = 0, .right = true, .px = 12, .opacity = .8},
                                            [SPAN] = {.line = 1, .px = 12, .opacity = .8},
                                            [BAND] = {.line = 2, .px = 12, .opacity = .8}};

typedef struct {
  SbSession *session;
  GtkWidget *thumb, *text, *mute;
  SbEditItem *item; /* while bound */
  bool setting;
} Row;

/* --- what the pointer does --- */

/* The row's own widget, which the style sheet tints. */
static void
row_hovered (GtkWidget *box)
{
  Row *row = g_object_get_data (G_OBJECT (box), "row");
  GtkWidget *list_row = gtk_widget_get_parent (box);
  const char *id = sb_session_hovered (row->session);
  if (!list_row)
    return;
  if (id && row->item && g_str_equal (sb_operation_id (row->item->op), id))
    gtk_widget_add_css_class (list_row, "hovered");
  else
    gtk_widget_remove_css_class (list_row, "hovered");
}

static void
on_enter (GtkEventControllerMotion *motion, double x, double y, Row *row)
{
  if (row->item)
    sb_session_hover (row->session, sb_operation_id (row->item->op));
}

static void
on_leave (GtkEventControllerMotion *motion, Row *row)
{
  sb_session_hover (row->session, NULL);
}

/* Scrolls no further than needed; zooms out only when the edit does not fit. */
static void
bring_into_sight (SbSession *session, const SbOperation *op)
{
  const SbRecording *recording = sb_session_recording (session);
  SbViewport view = sb_session_viewport (session, 1, 1);
  double from, to, low, high, span = view.to_s - view.from_s;
  sb_operation_bounds (op, &from, &to, &low, &high);
  from = CLAMP (from, 0, recording->duration_s);
  to = CLAMP (to, 0, recording->duration_s);
  bool all_time = from <= 0 && to >= recording->duration_s;
  if (!all_time && (from < view.from_s || to > view.to_s)) {
    span = MAX (span, (to - from) * 1.25);
    sb_session_show_span (session, (from + to - span) / 2, (from + to + span) / 2);
  }
  if (low > view.high_hz || high < view.low_hz)
    sb_session_show_band (session, MIN (view.low_hz, low), MAX (view.high_hz, MIN (high, recording->nyquist_hz)));
}

static void
choose (SbSession *session, SbOperation *op)
{
  g_autoptr (SbOperation) kept = sb_operation_ref (op);
  sb_session_edit (session, sb_operation_id (kept));
  bring_into_sight (session, kept);
}

static void
on_press (GtkGestureClick *click, int n_press, double x, double y, Row *row)
{
  if (row->item)
    choose (row->session, row->item->op);
}

static void
on_mute (GtkToggleButton *button, Row *row)
{
  const SbRecording *recording = sb_session_recording (row->session);
  const bool muted = gtk_toggle_button_get_active (button);
  if (row->setting || !row->item || !recording)
    return;
  if (!sb_session_refuses (row->session))
    sb_document_set_muted (recording->document, sb_operation_id (row->item->op), muted);
  else {
    row->setting = true; /* the letter says what is */
    gtk_toggle_button_set_active (button, row->item->muted);
    row->setting = false;
  }
}

static void
on_delete (GtkButton *button, Row *row)
{
  const SbRecording *recording = sb_session_recording (row->session);
  if (!row->item || !recording || sb_session_refuses (row->session))
    return;
  g_autofree char *id = g_strdup (sb_operation_id (row->item->op));
  sb_document_remove_op (recording->document, id);
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *list_item, SbSession *session)
{
  Row *row = g_new0 (Row, 1);
  row->session = session;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  row->thumb = sb_thumb_new (session);
  row->text = sb_still_text_new (texts, N_TEXTS);
  gtk_widget_set_hexpand (row->text, TRUE);
  gtk_widget_set_valign (row->text, GTK_ALIGN_CENTER);
  row->mute = gtk_toggle_button_new_with_label ("M");
  gtk_widget_set_tooltip_text (row->mute, "Mute This Edit");
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->mute), GTK_ACCESSIBLE_PROPERTY_LABEL, "Mute This Edit", -1);
  GtkWidget *trash = sb_icon_button (gtk_button_new (), "user-trash-symbolic", "Delete This Edit", NULL, NULL);
  GtkWidget *const buttons[] = {row->mute, trash};
  gtk_box_append (GTK_BOX (box), row->thumb);
  gtk_box_append (GTK_BOX (box), row->text);
  for (int i = 0; i < 2; i++) {
    gtk_widget_set_valign (buttons[i], GTK_ALIGN_CENTER);
    gtk_widget_add_css_class (buttons[i], "flat");
    gtk_widget_add_css_class (buttons[i], "small-button");
    gtk_box_append (GTK_BOX (box), buttons[i]);
  }
  g_signal_connect (row->mute, "toggled", G_CALLBACK (on_mute), row);
  g_signal_connect (trash, "clicked", G_CALLBACK (on_delete), row);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  g_signal_connect (motion, "enter", G_CALLBACK (on_enter), row);
  g_signal_connect (motion, "leave", G_CALLBACK (on_leave), row);
  gtk_widget_add_controller (box, motion);
  GtkGesture *click = gtk_gesture_click_new ();
  g_signal_connect (click, "released", G_CALLBACK (on_press), row); /* a button in the row keeps its own */
  gtk_widget_add_controller (box, GTK_EVENT_CONTROLLER (click));
  g_object_set_data (G_OBJECT (box), "row", row);
  g_signal_connect_object (session, "hovered", G_CALLBACK (row_hovered), box, G_CONNECT_SWAPPED);
  g_object_set_data_full (G_OBJECT (list_item), "row", row, g_free);
  gtk_list_item_set_child (list_item, box);
}

static char *
title_of (const SbOperation *op, const SbRecording *recording)
{
  const SbOpSpec *spec = sb_operation_spec (op);
  if (spec->kind == SB_OP_BOX && spec->low_hz <= 0 && spec->high_hz >= recording->nyquist_hz)
    return g_strdup ("Time Band");
  if (spec->kind == SB_OP_BOX && spec->from_s <= 0 && spec->to_s >= recording->duration_s)
    return g_strdup ("Frequency Band");
  return g_strdup (sb_operation_title (op));
}

/* " · Left" where not all channels are changed. */
static char *
channels_text (SbSession *session, const SbOpSpec *spec)
{
  if (!spec->channels || spec->n_channels >= sb_session_recording (session)->channels)
    return g_strdup ("");
  g_autofree char *name = sb_session_channel_name (session, spec->n_channels == 1 ? spec->channels[0] : -1);
  return *name ? g_strdup_printf (" · %s", name) : g_strdup_printf (" · %d channels", spec->n_channels);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *list_item, SbSession *session)
{
  Row *row = g_object_get_data (G_OBJECT (list_item), "row");
  const SbRecording *recording = sb_session_recording (session);
  SbEditItem *item = gtk_list_item_get_item (list_item);
  const SbOpSpec *spec = sb_operation_spec (item->op);
  double from, to, low, high;
  if (!recording)
    return;
  sb_operation_bounds (item->op, &from, &to, &low, &high);
  bool all_hz = low <= 0 && high >= recording->nyquist_hz, all_time = from <= 0 && to >= recording->duration_s;
  const bool outside = sb_document_is_outside (recording->document, item->op), idle = item->muted || outside;
  g_autofree char *title = title_of (item->op, recording);
  g_autofree char *strength = spec->restore
                                  ? g_strdup ("Restore")
                                  : sb_format_db (spec->gain_db, spec->gain_db == round (spec->gain_db) ? 0 : 1);
  g_autofree char *span =
      outside    ? g_strdup ("outside this recording")
      : all_time ? g_strdup ("whole recording")
               : sb_format_span (MAX (from, 0), MIN (to, recording->duration_s), to - from < .05 ? 3 : 2);
  g_autofree char *lines = spec->kind == SB_OP_HARMONICS ? g_strdup_printf (" · × %d", spec->count) : g_strdup ("");
  g_autofree char *extent =
      all_hz ? g_strdup ("all frequencies") : sb_format_band (MAX (low, 0), MIN (high, recording->nyquist_hz));
  g_autofree char *channels = channels_text (session, spec), *band = g_strconcat (extent, lines, channels, NULL);
  row->item = item;
  const char *const shown[N_TEXTS] = {title, strength, span, band};
  for (int i = 0; i < N_TEXTS; i++) {
    sb_still_text_set (SB_STILL_TEXT (row->text), i, shown[i]);
    sb_still_text_set_opacity (SB_STILL_TEXT (row->text), i, idle && i <= STRENGTH ? .5 : 1);
  }
  row->setting = true;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (row->mute), item->muted);
  row->setting = false;
  sb_thumb_set (SB_THUMB (row->thumb), item->op, idle);
  row_hovered (gtk_list_item_get_child (list_item));
  GtkWidget *list_row = gtk_widget_get_parent (gtk_list_item_get_child (list_item));
  g_autofree char *spoken = g_strjoin (", ", title, strength, span, band, item->muted ? "muted" : NULL, NULL);
  if (list_row)
    gtk_accessible_update_property (GTK_ACCESSIBLE (list_row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *list_item, SbSession *session)
{
  Row *row = g_object_get_data (G_OBJECT (list_item), "row");
  row->item = NULL;
  sb_thumb_set (SB_THUMB (row->thumb), NULL, false);
}

/* --- keeping up with the document --- */

enum { ADDED_MS = 40 };

typedef struct {
  SbSession *session;
  GListStore *store;
  GtkSingleSelection *selection;
  bool updating;
  guint due; /* of an addition that is not in the list yet */
  const SbOperation *shown; /* the selected one that was scrolled to; only compared */
} List;

static SbEditItem *
item_new (SbOperation *op, bool muted)
{
  SbEditItem *item = g_object_new (SB_TYPE_EDIT_ITEM, NULL);
  item->op = sb_operation_ref (op);
  item->muted = muted;
  return item;
}

static void
show_selected (GtkWidget *view)
{
  List *list = g_object_get_data (G_OBJECT (view), "list");
  const char *id = sb_session_selected (list->session);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (list->store)), at = GTK_INVALID_LIST_POSITION;
  for (guint i = 0; id && i < n && at == GTK_INVALID_LIST_POSITION; i++) {
    g_autoptr (SbEditItem) item = g_list_model_get_item (G_LIST_MODEL (list->store), i);
    if (g_str_equal (sb_operation_id (item->op), id))
      at = i;
  }
  list->updating = true;
  gtk_single_selection_set_selected (list->selection, at);
  list->updating = false;
  g_autoptr (SbEditItem) item = g_list_model_get_item (G_LIST_MODEL (list->store), at);
  const SbOperation *op = item ? item->op : NULL;
  if (op && op != list->shown)
    gtk_widget_activate_action (view, "list.scroll-to-item", "u", at);
  list->shown = op;
}

static void
update (GtkWidget *view)
{
  List *list = g_object_get_data (G_OBJECT (view), "list");
  g_clear_handle_id (&list->due, g_source_remove);
  const SbRecording *recording = sb_session_recording (list->session);
  int n_edits = recording ? sb_document_n_edits (recording->document) : 0;
  guint old = g_list_model_get_n_items (G_LIST_MODEL (list->store)), same_end = 0, same_start = 0;
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_object_unref);
  for (int i = n_edits - 1; i >= 0; i--) {
    bool muted;
    SbOperation *op = sb_document_edit (recording->document, i, &muted);
    g_ptr_array_add (fresh, item_new (op, muted));
  }
#define SAME(place_old, place_new)                                                                                     \
  ({                                                                                                                   \
    g_autoptr (SbEditItem) was = g_list_model_get_item (G_LIST_MODEL (list->store), place_old);                        \
    SbEditItem *is = g_ptr_array_index (fresh, place_new);                                                             \
    was->op == is->op && was->muted == is->muted;                                                                      \
  })
  while (same_end < old && same_end < fresh->len && SAME (old - 1 - same_end, fresh->len - 1 - same_end))
    same_end++;
  while (same_start + same_end < old && same_start + same_end < fresh->len && SAME (same_start, same_start))
    same_start++;
#undef SAME
  list->updating = true;
  g_list_store_splice (list->store, same_start, old - same_end - same_start, fresh->pdata + same_start,
                       fresh->len - same_end - same_start);
  list->updating = false;
  show_selected (view);
}

static gboolean
update_due (void *view)
{
  List *list = g_object_get_data (G_OBJECT (view), "list");
  list->due = 0;
  update (view);
  return G_SOURCE_REMOVE;
}

/* A new row waits for a frame of its own: that of the stroke's end has enough to draw. */
static void
edits_changed (GtkWidget *view)
{
  List *list = g_object_get_data (G_OBJECT (view), "list");
  const SbRecording *recording = sb_session_recording (list->session);
  int n_edits = recording ? sb_document_n_edits (recording->document) : 0;
  if (n_edits <= (int)g_list_model_get_n_items (G_LIST_MODEL (list->store)))
    update (view);
  else if (!list->due)
    list->due = g_timeout_add (ADDED_MS, update_due, view);
}

static void
recording_changed (GtkWidget *view)
{
  List *list = g_object_get_data (G_OBJECT (view), "list");
  g_list_store_remove_all (list->store);
  update (view);
}

static void
on_selected (GtkSingleSelection *selection, GParamSpec *spec, GtkWidget *view)
{
  List *list = g_object_get_data (G_OBJECT (view), "list");
  SbEditItem *item = gtk_single_selection_get_selected_item (selection);
  if (list->updating)
    return;
  if (item)
    choose (list->session, item->op);
  else
    sb_session_select (list->session, NULL);
}

/* Double click or Enter. */
static void
on_activate (GtkListView *view, guint position, List *list)
{
  g_autoptr (SbEditItem) item = g_list_model_get_item (G_LIST_MODEL (list->store), position);
  if (item)
    choose (list->session, item->op);
}

static void
list_free (void *data)
{
  List *list = data;
  g_clear_handle_id (&list->due, g_source_remove);
  g_object_unref (list->store);
  g_object_unref (list->session);
  g_free (list);
}

GtkWidget *
sb_edit_list_new (SbSession *session)
{
  List *list = g_new0 (List, 1);
  list->session = g_object_ref (session);
  list->store = g_list_store_new (SB_TYPE_EDIT_ITEM);
  list->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (list->store)));
  gtk_single_selection_set_autoselect (list->selection, FALSE);
  gtk_single_selection_set_can_unselect (list->selection, TRUE);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_setup), session, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind), session, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_unbind), session, 0);
  GtkWidget *view = gtk_list_view_new (GTK_SELECTION_MODEL (list->selection), factory);
  g_object_set_data_full (G_OBJECT (view), "list", list, list_free);
  gtk_widget_add_css_class (view, "edit-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, "Edits", -1);
  g_signal_connect_object (list->selection, "notify::selected", G_CALLBACK (on_selected), view, 0);
  g_signal_connect (view, "activate", G_CALLBACK (on_activate), list);
  g_signal_connect_object (session, "edits", G_CALLBACK (edits_changed), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "recording", G_CALLBACK (recording_changed), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selected", G_CALLBACK (show_selected), view, G_CONNECT_SWAPPED);
  return view;
}
