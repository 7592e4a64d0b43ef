/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A GtkListView over a filter over items that only hold an id and a copy of
 * what is shown, so that thousands of labels cost no more than the visible
 * ones. */
#include "ui/sb-marker-list.h"
#include "ui/sb-marker-name.h"

#include <math.h>
#include <string.h>

#define SB_TYPE_MARKER_ITEM (sb_marker_item_get_type ())
G_DECLARE_FINAL_TYPE (SbMarkerItem, sb_marker_item, SB, MARKER_ITEM, GObject)
struct _SbMarkerItem {
  GObject parent;
  SbMarker marker; /* owns the title */
};
G_DEFINE_TYPE (SbMarkerItem, sb_marker_item, G_TYPE_OBJECT)

static void
sb_marker_item_finalize (GObject *object)
{
  g_free (SB_MARKER_ITEM (object)->marker.title);
  G_OBJECT_CLASS (sb_marker_item_parent_class)->finalize (object);
}

static void
sb_marker_item_class_init (SbMarkerItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sb_marker_item_finalize;
}

static void
sb_marker_item_init (SbMarkerItem *item)
{
}

static SbMarkerItem *
item_new (const SbMarker *marker)
{
  SbMarkerItem *item = g_object_new (SB_TYPE_MARKER_ITEM, NULL);
  item->marker = *marker;
  item->marker.title = g_strdup (marker->title);
  return item;
}

typedef struct {
  GtkWidget *view;
  SbInspector *inspector;
  GListStore *store;
  GtkFilter *filter;
  GtkSingleSelection *selection;
  char *wanted; /* lower case */
  uint64_t revision;
  bool setting;
} List;

static void
list_free (void *data)
{
  List *list = data;
  g_object_unref (list->inspector);
  g_object_unref (list->store);
  g_free (list->wanted);
  g_free (list);
}

/* --- rows --- */

static GtkWidget *
row_label (double xalign, const char *css, int width)
{
  GtkWidget *label = gtk_label_new ("");
  gtk_label_set_xalign (GTK_LABEL (label), (float)xalign);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, css);
  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_set_size_request (label, width, -1);
  return label;
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *list_item, void *data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title = row_label (0, "marker-title", 50), *span = row_label (1, "edit-numbers", 0),
            *band = row_label (1, "edit-numbers", 0);
  gtk_label_set_max_width_chars (GTK_LABEL (title), 4); /* and all that the numbers leave */
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), span);
  gtk_box_append (GTK_BOX (box), band);
  gtk_list_item_set_child (list_item, box);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *list_item, List *list)
{
  const SbMarker *marker = &SB_MARKER_ITEM (gtk_list_item_get_item (list_item))->marker;
  GtkWidget *title = gtk_widget_get_first_child (gtk_list_item_get_child (list_item));
  GtkWidget *span = gtk_widget_get_next_sibling (title), *band = gtk_widget_get_next_sibling (span);
  SbTimeFormat format = sb_inspector_times (list->inspector);
  g_autofree char *from = sb_format_time_as (&format, marker->from_s, 2),
                  *to = sb_format_time_as (&format, marker->to_s, 2);
  g_autofree char *both =
      sb_marker_is_region (marker) ? g_strdup_printf ("%s\u2009\u2013\u2009%s", from, to) : g_strdup (from);
  bool low = !isnan (marker->low_hz), high = !isnan (marker->high_hz);
  g_autofree char *hz = low && high ? sb_format_band (marker->low_hz, marker->high_hz)
                        : low       ? sb_format_hz (marker->low_hz, 0)
                        : high      ? sb_format_hz (marker->high_hz, 0)
                                    : g_strdup ("");
  gtk_label_set_text (GTK_LABEL (title), *marker->title ? marker->title : "\u2013");
  gtk_label_set_text (GTK_LABEL (span), both);
  gtk_label_set_text (GTK_LABEL (band), hz);
  gtk_widget_set_visible (band, *hz);
  gtk_widget_set_tooltip_text (gtk_list_item_get_child (list_item), marker->title);
}

/* --- model --- */

static gboolean
matches (void *object, void *data)
{
  List *list = data;
  if (!list->wanted || !*list->wanted)
    return TRUE;
  g_autofree char *title = g_utf8_casefold (SB_MARKER_ITEM (object)->marker.title, -1);
  return strstr (title, list->wanted) != NULL;
}

static void
show_selected (List *list)
{
  uint64_t id = sb_inspector_selected (list->inspector);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (list->selection));
  list->setting = true;
  gtk_single_selection_set_selected (list->selection, GTK_INVALID_LIST_POSITION);
  for (guint i = 0; id && i < n; i++) {
    g_autoptr (SbMarkerItem) item = g_list_model_get_item (G_LIST_MODEL (list->selection), i);
    if (item->marker.id == id)
      gtk_single_selection_set_selected (list->selection, i);
  }
  list->setting = false;
}

static bool
same (const SbMarker *a, const SbMarker *b)
{
  return a->id == b->id && a->from_s == b->from_s && a->to_s == b->to_s && g_str_equal (a->title, b->title);
}

/* Only the part that differs is spliced, so that rows stay. */
static void
fill (List *list, bool all)
{
  SbMarkers *markers = sb_inspector_markers (list->inspector);
  int n = sb_markers_n (markers), had = (int)g_list_model_get_n_items (G_LIST_MODEL (list->store)), head = 0, tail = 0;
  for (; !all && head < MIN (n, had); head++) {
    g_autoptr (SbMarkerItem) item = g_list_model_get_item (G_LIST_MODEL (list->store), head);
    if (!same (&item->marker, sb_markers_get (markers, head)))
      break;
  }
  for (; !all && tail < MIN (n, had) - head; tail++) {
    g_autoptr (SbMarkerItem) item = g_list_model_get_item (G_LIST_MODEL (list->store), had - 1 - tail);
    if (!same (&item->marker, sb_markers_get (markers, n - 1 - tail)))
      break;
  }
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  for (int i = head; i < n - tail; i++)
    g_ptr_array_add (items, item_new (sb_markers_get (markers, i)));
  list->setting = true;
  g_list_store_splice (list->store, head, had - tail - head, items->pdata, items->len);
  list->setting = false;
  list->revision = sb_markers_revision (markers);
}

static void
markers_changed (GtkWidget *view)
{
  List *list = g_object_get_data (G_OBJECT (view), "list");
  SbMarkers *markers = sb_inspector_markers (list->inspector);
  if (list->revision != sb_markers_revision (markers) ||
      sb_markers_n (markers) != (int)g_list_model_get_n_items (G_LIST_MODEL (list->store)))
    fill (list, false);
  show_selected (list);
}

static void
times_changed (GtkWidget *view)
{
  List *list = g_object_get_data (G_OBJECT (view), "list");
  fill (list, true);
  show_selected (list);
}

static void
on_selected (GtkSingleSelection *selection, GParamSpec *spec, GtkWidget *view)
{
  List *list = g_object_get_data (G_OBJECT (view), "list");
  SbMarkerItem *item = list->setting ? NULL : gtk_single_selection_get_selected_item (selection);
  if (item)
    sb_inspector_select (list->inspector, item->marker.id);
}

void
sb_marker_list_search (GtkWidget *view, const char *text)
{
  List *list = g_object_get_data (G_OBJECT (view), "list");
  g_free (list->wanted);
  list->wanted = g_utf8_casefold (text, -1);
  list->setting = true;
  gtk_filter_changed (list->filter, GTK_FILTER_CHANGE_DIFFERENT);
  list->setting = false;
  show_selected (list);
}

/* --- naming and removing --- */

/* The row that is selected, in the coordinates of `relative_to`; false when it is out of sight. */
static bool
selected_row (GtkWidget *view, GtkWidget *relative_to, GdkRectangle *area)
{
  for (GtkWidget *row = gtk_widget_get_first_child (view); row; row = gtk_widget_get_next_sibling (row)) {
    graphene_rect_t bounds;
    if (!(gtk_widget_get_state_flags (row) & GTK_STATE_FLAG_SELECTED) || !gtk_widget_get_mapped (row) ||
        !gtk_widget_compute_bounds (row, relative_to, &bounds))
      continue;
    *area = (GdkRectangle){(int)bounds.origin.x, (int)bounds.origin.y, (int)bounds.size.width, (int)bounds.size.height};
    return area->y >= 0 && area->y + area->height <= gtk_widget_get_height (relative_to);
  }
  return false;
}

/* Where its row is; behind the next layout for one that was just made. */
static gboolean
point_to_row (void *data)
{
  GtkWidget *view = data, *parent = gtk_widget_get_parent (view);
  GdkRectangle area;
  if (parent && selected_row (view, parent, &area))
    sb_marker_name_point_to (parent, &area);
  return G_SOURCE_REMOVE;
}

static void
ask_name (GtkWidget *view, bool is_new)
{
  enum { LAID_OUT_MS = 60 };
  List *list = g_object_get_data (G_OBJECT (view), "list");
  GtkWidget *parent = gtk_widget_get_parent (view);
  if (!sb_marker_name_ask (parent, list->inspector, is_new))
    return;
  point_to_row (view);
  g_timeout_add_full (G_PRIORITY_DEFAULT, LAID_OUT_MS, point_to_row, g_object_ref (view), g_object_unref);
}

void
sb_marker_list_rename (GtkWidget *view)
{
  ask_name (view, false);
}

void
sb_marker_list_name (GtkWidget *view)
{
  ask_name (view, true);
}

static void
on_activate (GtkListView *view, guint position, void *data)
{
  sb_marker_list_rename (GTK_WIDGET (view));
}

static gboolean
on_key (GtkEventControllerKey *key, guint keyval, guint keycode, GdkModifierType state, GtkWidget *view)
{
  List *list = g_object_get_data (G_OBJECT (view), "list");
  uint64_t id = sb_inspector_selected (list->inspector);
  if (keyval == GDK_KEY_F2) {
    sb_marker_list_rename (view);
    return TRUE;
  }
  if ((keyval != GDK_KEY_Delete && keyval != GDK_KEY_KP_Delete) || !id)
    return FALSE;
  sb_inspector_remove_marker (list->inspector, id);
  return TRUE;
}

GtkWidget *
sb_marker_list_new (SbSession *session)
{
  List *list = g_new0 (List, 1);
  list->inspector = g_object_ref (sb_inspector_of (session));
  list->store = g_list_store_new (SB_TYPE_MARKER_ITEM);
  list->filter = GTK_FILTER (gtk_custom_filter_new (matches, list, NULL));
  GtkFilterListModel *found = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (list->store)), list->filter);
  list->selection = gtk_single_selection_new (G_LIST_MODEL (found));
  gtk_single_selection_set_autoselect (list->selection, FALSE);
  gtk_single_selection_set_can_unselect (list->selection, TRUE);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), list);
  GtkWidget *view = list->view = gtk_list_view_new (GTK_SELECTION_MODEL (list->selection), factory);
  g_object_set_data_full (G_OBJECT (view), "list", list, list_free);
  gtk_widget_add_css_class (view, "edit-list");
  gtk_widget_add_css_class (view, "marker-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, "Markers", -1);
  g_signal_connect_object (list->selection, "notify::selected", G_CALLBACK (on_selected), view, 0);
  g_signal_connect (view, "activate", G_CALLBACK (on_activate), NULL);
  g_signal_connect_object (list->inspector, "markers", G_CALLBACK (markers_changed), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (list->inspector, "times", G_CALLBACK (times_changed), view, G_CONNECT_SWAPPED);
  GtkEventController *key = gtk_event_controller_key_new ();
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), view);
  gtk_widget_add_controller (view, key);
  return view;
}
