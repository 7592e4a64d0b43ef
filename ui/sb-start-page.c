/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-start-page.h"

enum { MOST = 8 };

/* --- recent recordings --- */

static int
newer (gconstpointer a, gconstpointer b)
{
  g_autoptr (GDateTime) at = g_date_time_ref (gtk_recent_info_get_modified (*(GtkRecentInfo *const *)a));
  g_autoptr (GDateTime) bt = g_date_time_ref (gtk_recent_info_get_modified (*(GtkRecentInfo *const *)b));
  return g_date_time_compare (bt, at);
}

/* File choosers remember whatever is chosen in them: saved edits and pictures, and what was only looked at to be
 * another recording.  Ours are those that were open. */
#define GROUP "sonobrush-opened"

GPtrArray *
sb_recent_list (guint most)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)gtk_recent_info_unref);
  GList *items = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  for (GList *item = items; item; item = item->next) {
    GtkRecentInfo *info = item->data;
    if (gtk_recent_info_has_application (info, g_get_application_name ()) && gtk_recent_info_is_local (info) &&
        gtk_recent_info_exists (info) && gtk_recent_info_has_group (info, GROUP))
      g_ptr_array_add (list, gtk_recent_info_ref (info));
  }
  g_list_free_full (items, (GDestroyNotify)gtk_recent_info_unref);
  g_ptr_array_sort (list, newer);
  if (list->len > most)
    g_ptr_array_set_size (list, most);
  return list;
}

void
sb_recent_add (const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autofree char *type = g_content_type_guess (path, NULL, 0, NULL);
  g_autofree char *mime = type ? g_content_type_get_mime_type (type) : NULL;
  char *groups[] = {(char *)GROUP, NULL};
  GtkRecentData data = {.groups = groups,
                        .mime_type = mime ? mime : (char *)"audio/x-wav",
                        .app_name = (char *)g_get_application_name (),
                        .app_exec = (char *)"sonobrush %f"};
  if (uri)
    gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}

void
sb_recent_clear (void)
{
  g_autoptr (GPtrArray) list = sb_recent_list (G_MAXUINT);
  for (guint i = 0; i < list->len; i++)
    gtk_recent_manager_remove_item (gtk_recent_manager_get_default (), gtk_recent_info_get_uri (list->pdata[i]), NULL);
}

/* --- the page --- */

static char *
day_of (GtkRecentInfo *info)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) then = g_date_time_to_local (gtk_recent_info_get_modified (info));
  int age = gtk_recent_info_get_age (info);
  if (age == 0 && g_date_time_get_day_of_year (now) == g_date_time_get_day_of_year (then))
    return g_strdup ("Today");
  if (age <= 1)
    return g_strdup ("Yesterday");
  return g_date_time_format (then, age < 7 ? "%A" : "%-e %b");
}

static GtkWidget *
recent_card (GtkRecentInfo *info)
{
  GtkWidget *button = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  g_autofree char *day = day_of (info), *uri_path = g_filename_from_uri (gtk_recent_info_get_uri (info), NULL, NULL);
  g_autofree char *folder = uri_path ? g_path_get_dirname (uri_path) : NULL;
  g_autofree char *folder_name = folder ? g_filename_display_name (folder) : g_strdup ("");
  g_autofree char *shown_path = uri_path ? g_filename_display_name (uri_path) : NULL;
  const char *const argument[] = {gtk_recent_info_get_uri (info), NULL};
  GtkWidget *name = gtk_label_new (gtk_recent_info_get_display_name (info)), *when = gtk_label_new (day);
  GtkWidget *where = gtk_label_new (folder_name);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_ellipsize (GTK_LABEL (where), PANGO_ELLIPSIZE_START);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_xalign (GTK_LABEL (where), 0);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (name, "heading");
  gtk_widget_add_css_class (when, "dim-label");
  gtk_widget_add_css_class (when, "caption");
  gtk_widget_add_css_class (where, "dim-label");
  gtk_widget_add_css_class (where, "caption");
  gtk_box_append (GTK_BOX (line), name);
  gtk_box_append (GTK_BOX (line), when);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), where);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "card");
  gtk_widget_add_css_class (button, "recent-card");
  gtk_widget_set_tooltip_text (button, shown_path);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "app.open");
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (button), g_variant_new_strv (argument, -1));
  return button;
}

static void
fill_recent (GtkWidget *section)
{
  g_autoptr (GPtrArray) list = sb_recent_list (MOST);
  GtkWidget *grid = g_object_get_data (G_OBJECT (section), "grid");
  for (GtkWidget *child = gtk_widget_get_first_child (grid); child; child = gtk_widget_get_first_child (grid))
    gtk_flow_box_remove (GTK_FLOW_BOX (grid), child);
  for (guint i = 0; i < list->len; i++) {
    gtk_flow_box_insert (GTK_FLOW_BOX (grid), recent_card (list->pdata[i]), -1);
    gtk_widget_set_focusable (gtk_widget_get_last_child (grid), FALSE);
  }
  gtk_widget_set_visible (section, list->len > 0);
}

static GtkWidget *
recent_section (void)
{
  GtkWidget *section = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *title = gtk_label_new ("Recent"), *clear = gtk_button_new_with_label ("Clear List");
  GtkWidget *grid = gtk_flow_box_new ();
  gtk_widget_add_css_class (title, "title-4");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (clear, "flat");
  g_signal_connect (clear, "clicked", G_CALLBACK (sb_recent_clear), NULL);
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (head), clear);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (grid), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (grid), TRUE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (grid), 1);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (grid), 4);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (grid), 16);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (grid), 16);
  gtk_box_append (GTK_BOX (section), head);
  gtk_box_append (GTK_BOX (section), grid);
  g_object_set_data (G_OBJECT (section), "grid", grid);
  g_signal_connect_object (gtk_recent_manager_get_default (), "changed", G_CALLBACK (fill_recent), section,
                           G_CONNECT_SWAPPED);
  fill_recent (section);
  return section;
}

static GtkWidget *
pill (const char *label, const char *action, bool suggested)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  gtk_widget_add_css_class (button, "pill");
  if (suggested)
    gtk_widget_add_css_class (button, "suggested-action");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

GtkWidget *
sb_start_page_new (bool with_demo)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title = gtk_label_new ("Paint the noise out of a recording");
  GtkWidget *text =
      gtk_label_new ("Open a recording, or drop one anywhere in this window. The file itself is never changed.");
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12),
            *clamp = gtk_box_new (GTK_ORIENTATION_VERTICAL, 48);
  gtk_widget_add_css_class (page, "start-page");
  gtk_widget_add_css_class (title, "start-title");
  gtk_widget_add_css_class (text, "start-text");
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_justify (GTK_LABEL (title), GTK_JUSTIFY_CENTER);
  gtk_label_set_justify (GTK_LABEL (text), GTK_JUSTIFY_CENTER);
  gtk_widget_set_halign (buttons, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (buttons), pill ("Open Recording…", "win.open", true));
  if (with_demo)
    gtk_box_append (GTK_BOX (buttons), pill ("Try the Demo Recording", "app.demo", false));
  gtk_box_append (GTK_BOX (page), title);
  gtk_box_append (GTK_BOX (page), text);
  gtk_box_append (GTK_BOX (page), buttons);
  gtk_box_append (GTK_BOX (clamp), page);
  gtk_box_append (GTK_BOX (clamp), recent_section ());
  gtk_widget_add_css_class (clamp, "start-clamp");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}
