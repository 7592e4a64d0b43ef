/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-header.h"
#include "ui/sb-icon-button.h"
#include "ui/sb-menu-tip.h"
#include "ui/sb-start-page.h"

enum { RECENT = 10, NAME_CHARS = 34, NAME_CHARS_NARROW = 16 };

struct SbHeader {
  SbSession *session;
  GtkWidget *bar, *open, *undo, *redo, *names, *name, *format, *views, *start_title, *export, *panel;
  gulong recent_handler;
};

static GMenuModel *
main_menu (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) file = g_menu_new (), look = g_menu_new (), help = g_menu_new (), appearance = g_menu_new ();
  g_menu_append (file, "Save Project As…", "win.save-project-as");
  g_menu_append (file, "Save Edits…", "win.save-edits");
  g_menu_append (file, "Save the Picture…", "win.export-picture");
  g_menu_append (file, "Export Report", "win.export-report");
  g_menu_append (file, "Copy the Picture", "win.copy-picture");
  g_menu_append (appearance, "System", "app.appearance::system");
  g_menu_append (appearance, "Light", "app.appearance::light");
  g_menu_append (appearance, "Dark", "app.appearance::dark");
  g_menu_append_submenu (look, "Appearance", G_MENU_MODEL (appearance));
  g_menu_append (help, "Keyboard Shortcuts", "win.show-help-overlay");
  g_menu_append (help, "About Sonobrush", "app.about");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (file));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (look));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (help));
  return G_MENU_MODEL (menu);
}

static void
fill_recent (SbHeader *header)
{
  g_autoptr (GPtrArray) list = sb_recent_list (RECENT);
  g_autoptr (GMenu) menu = g_menu_new ();
  for (guint i = 0; i < list->len; i++) {
    GtkRecentInfo *info = list->pdata[i];
    const char *const argument[] = {gtk_recent_info_get_uri (info), NULL}; /* the path need not be UTF-8 */
    g_auto (GStrv) parts = g_strsplit (gtk_recent_info_get_display_name (info), "_", -1);
    g_autofree char *name = g_strjoinv ("__", parts); /* one would underline what follows */
    g_autoptr (GMenuItem) item = g_menu_item_new (name, NULL);
    g_menu_item_set_action_and_target_value (item, "app.open", g_variant_new_strv (argument, -1));
    g_menu_append_item (menu, item);
  }
  if (g_menu_model_get_n_items (G_MENU_MODEL (menu)) == 0) /* a line that explains the empty list */
    g_menu_append (menu, "No Recent Recordings", "win.none");
  adw_split_button_set_menu_model (ADW_SPLIT_BUTTON (header->open), G_MENU_MODEL (menu));
}

static GtkWidget *
view_toggles (void)
{
  static const char *const texts[SB_N_VIEWS][3] = {
      {"Original", "original", "What was recorded (1, or hold the key left of it)"},
      {"Result", "result", "The recording without what was painted (2)"},
      {"Removed", "removed", "Only what was painted out (3)"},
  };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (box, "linked");
  gtk_widget_add_css_class (box, "views");
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  for (int v = 0; v < SB_N_VIEWS; v++) {
    GtkWidget *button = gtk_toggle_button_new_with_label (texts[v][0]);
    gtk_widget_set_tooltip_text (button, texts[v][2]);
    gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.view-source");
    gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", texts[v][1]);
    gtk_box_append (GTK_BOX (box), button);
  }
  return box;
}

static void
recording_changed (SbHeader *header)
{
  const SbRecording *recording = sb_session_recording (header->session);
  GtkWidget *const editor[] = {header->open, header->undo, header->redo, header->names, header->export, header->panel};
  for (size_t i = 0; i < G_N_ELEMENTS (editor); i++)
    gtk_widget_set_visible (editor[i], recording != NULL);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header->bar), recording ? header->views : header->start_title);
  if (!recording)
    return;
  g_autofree char *path = g_filename_display_name (recording->path);
  g_autofree char *all = g_strdup_printf ("%s\n%s", path, recording->format_line);
  gtk_label_set_text (GTK_LABEL (header->name), recording->name);
  gtk_label_set_text (GTK_LABEL (header->format), recording->format_line);
  gtk_widget_set_tooltip_text (header->names, all);
}

void
sb_header_set_narrow (SbHeader *header, bool narrow)
{
  gtk_widget_set_visible (header->format, !narrow);
  gtk_label_set_max_width_chars (GTK_LABEL (header->name), narrow ? NAME_CHARS_NARROW : NAME_CHARS);
}

static GtkWidget *
names_box (SbHeader *header)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  header->name = gtk_label_new ("");
  header->format = gtk_label_new ("");
  gtk_label_set_ellipsize (GTK_LABEL (header->name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_ellipsize (GTK_LABEL (header->format), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (header->name), NAME_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (header->format), NAME_CHARS + 6);
  gtk_label_set_xalign (GTK_LABEL (header->name), 0);
  gtk_label_set_xalign (GTK_LABEL (header->format), 0);
  gtk_widget_add_css_class (header->name, "recording-name");
  gtk_widget_add_css_class (header->format, "recording-format");
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_start (box, 8);
  gtk_box_append (GTK_BOX (box), header->name);
  gtk_box_append (GTK_BOX (box), header->format);
  return box;
}

SbHeader *
sb_header_new (SbSession *session)
{
  SbHeader *header = g_new0 (SbHeader, 1);
  header->session = g_object_ref (session);
  header->bar = g_object_ref_sink (adw_header_bar_new ());
  AdwHeaderBar *bar = ADW_HEADER_BAR (header->bar);
  header->open = adw_split_button_new ();
  adw_split_button_set_label (ADW_SPLIT_BUTTON (header->open), "Open");
  adw_split_button_set_dropdown_tooltip (ADW_SPLIT_BUTTON (header->open), "Recent Recordings");
  gtk_widget_set_tooltip_text (header->open, "Open a Recording (Ctrl+O)");
  sb_menu_tip_guard (header->open);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (header->open), "win.open");
  gtk_widget_add_css_class (header->open, "flat");
  header->undo = sb_icon_button (gtk_button_new (), "edit-undo-symbolic",
                                 "Undo the Last Change of Edits or Markers (Ctrl+Z)", "Undo", "win.undo");
  header->redo = sb_icon_button (gtk_button_new (), "edit-redo-symbolic",
                                 "Redo the Next Change of Edits or Markers (Ctrl+Shift+Z)", "Redo", "win.redo");
  header->names = names_box (header);
  header->views = g_object_ref_sink (view_toggles ());
  header->start_title = g_object_ref_sink (adw_window_title_new ("Sonobrush", NULL));
  header->export = gtk_button_new_with_label ("Export…");
  gtk_widget_set_tooltip_text (header->export, "Export (Ctrl+Shift+E)");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (header->export), "win.export");
  header->panel = sb_icon_button (gtk_toggle_button_new (), "sidebar-show-right-symbolic", "Side Panel (F9)",
                                  "Side Panel", "win.panel");
  GtkWidget *menu = gtk_menu_button_new ();
  g_autoptr (GMenuModel) model = main_menu ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (menu), "open-menu-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (menu), model);
  gtk_menu_button_set_primary (GTK_MENU_BUTTON (menu), TRUE);
  gtk_widget_set_tooltip_text (menu, "Main Menu (F10)");
  sb_menu_tip_guard (menu);
  adw_header_bar_pack_start (bar, header->open);
  adw_header_bar_pack_start (bar, header->undo);
  adw_header_bar_pack_start (bar, header->redo);
  adw_header_bar_pack_start (bar, header->names);
  adw_header_bar_pack_end (bar, menu);
  adw_header_bar_pack_end (bar, header->panel);
  adw_header_bar_pack_end (bar, header->export);
  g_signal_connect_swapped (session, "recording", G_CALLBACK (recording_changed), header);
  header->recent_handler =
      g_signal_connect_swapped (gtk_recent_manager_get_default (), "changed", G_CALLBACK (fill_recent), header);
  fill_recent (header);
  recording_changed (header);
  return header;
}

GtkWidget *
sb_header_widget (SbHeader *header)
{
  return header->bar;
}

void
sb_header_free (SbHeader *header)
{
  if (!header)
    return;
  g_signal_handlers_disconnect_by_data (header->session, header);
  g_signal_handler_disconnect (gtk_recent_manager_get_default (), header->recent_handler);
  g_object_unref (header->views);
  g_object_unref (header->start_title);
  g_object_unref (header->bar);
  g_object_unref (header->session);
  g_free (header);
}
