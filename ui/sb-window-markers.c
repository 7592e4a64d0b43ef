/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Actions of markers: making, naming and deleting them, going from one to the
 * next, lists of them in files. */
#include "ui/sb-canvas-grid.h"
#include "ui/sb-marker-name.h"
#include "ui/sb-save-chooser.h"
#include "ui/sb-window-private.h"

static SbInspector *
inspector (void *window)
{
  return sb_inspector_of (SB_WINDOW (window)->session);
}

/* For scripts: nothing waits for a name. */
static void
act_add_marker (GSimpleAction *action, GVariant *parameter, void *data)
{
  if (sb_inspector_add_marker (inspector (data)))
    sb_window_show_page (data, "inspect");
}

/* For hands: its name can be typed at once, at its row in the list or, where that is out of sight, at its flag. */
static void
act_mark (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  GtkWidget *canvas = sb_canvas_grid_overlay (SB_CANVAS_GRID (window->canvas));
  const int width = gtk_widget_get_width (canvas);
  const uint64_t id = sb_inspector_add_marker (inspector (data));
  if (!id)
    return;
  const SbMarker *marker = sb_markers_find (sb_inspector_markers (inspector (data)), id);
  sb_window_show_page (window, "inspect");
  if (adw_flap_get_reveal_flap (ADW_FLAP (window->flap))) {
    g_signal_emit_by_name (inspector (data), "name");
    return;
  }
  const SbViewport view = sb_session_viewport (window->session, width, 1);
  double x = marker ? CLAMP (sb_viewport_x (&view, marker->from_s), 0, width - 1) : 0, y = 0;
  gtk_widget_translate_coordinates (canvas, window->canvas, x, 0, &x, &y);
  if (sb_marker_name_ask (window->canvas, inspector (data), true)) /* not the canvas: it takes keys */
    sb_marker_name_point_to (window->canvas, &(GdkRectangle){(int)x, (int)y, 1, 1});
}

static void
act_rename_marker (GSimpleAction *action, GVariant *parameter, void *data)
{
  g_signal_emit_by_name (inspector (data), "rename");
}

static void
act_delete_marker (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_inspector_remove_marker (inspector (data), sb_inspector_selected (inspector (data)));
}

static void
act_next_marker (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_inspector_next_marker (inspector (data), false);
}

static void
act_previous_marker (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_inspector_next_marker (inspector (data), true);
}

static void
act_import_from (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_inspector_import (inspector (data), g_variant_get_string (parameter, NULL));
}

static void
act_export_markers_to (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_inspector_export (inspector (data), g_variant_get_string (parameter, NULL));
}

static const char *const marker_kinds[] = {"Audacity labels (.txt) or table (.csv)", "txt", "csv", "tsv", NULL};

static void
on_import_chosen (GtkNativeDialog *chooser, int response, SbWindow *window)
{
  g_autoptr (GFile) file =
      response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *path = file ? g_file_get_path (file) : NULL;
  if (path)
    sb_inspector_import (inspector (window), path);
  g_object_unref (chooser);
}

static void
act_import_markers (GSimpleAction *action, GVariant *parameter, void *data)
{
  const SbRecording *recording = sb_session_recording (SB_WINDOW (data)->session);
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new ("Import Markers", GTK_WINDOW (data),
                                                               GTK_FILE_CHOOSER_ACTION_OPEN, "Import", "Cancel");
  g_autofree char *folder = g_path_get_dirname (recording->path);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), file, NULL);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new (), all = gtk_file_filter_new ();
  gtk_file_filter_set_name (filter, marker_kinds[0]);
  for (int i = 1; marker_kinds[i]; i++)
    gtk_file_filter_add_suffix (filter, marker_kinds[i]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  gtk_file_filter_set_name (all, "All Files");
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), all);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_import_chosen), data, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
on_export_chosen (void *data, const char *path)
{
  sb_inspector_export (inspector (data), path);
}

static void
act_export_markers (GSimpleAction *action, GVariant *parameter, void *data)
{
  const SbRecording *recording = sb_session_recording (SB_WINDOW (data)->session);
  g_autofree char *folder = g_path_get_dirname (recording->path);
  g_autofree char *name = sb_recording_file_name (recording, ".labels.txt");
  g_autofree char *path = g_build_filename (folder, name, NULL);
  sb_save_chooser_ask (GTK_WINDOW (data), &(SbSaveChooser){"Export Markers", "Export", path, ".txt", marker_kinds},
                       on_export_chosen, G_OBJECT (data));
}

void
sb_window_update_marker_actions (SbWindow *window)
{
  static const char *const needs_recording[] = {"add-marker", "mark", "next-marker", "previous-marker"};
  const bool open = sb_session_recording (window->session) != NULL;
  const bool read_only = open && sb_document_is_read_only (sb_session_recording (window->session)->document);
  SbMarkers *markers = sb_inspector_markers (inspector (window));
  const bool chosen = sb_inspector_selected (inspector (window)) != 0;
  for (size_t i = 0; i < G_N_ELEMENTS (needs_recording); i++)
    sb_window_enable (window, needs_recording[i], open);
  sb_window_enable (window, "rename-marker", open && chosen && !read_only);
  sb_window_enable (window, "delete-marker", open && chosen && !read_only);
  sb_window_enable (window, "import-markers", open && !read_only);
  sb_window_enable (window, "import-markers-from", open && !read_only);
  sb_window_enable (window, "export-markers", open && sb_markers_n (markers) > 0);
  sb_window_enable (window, "export-markers-to", open && sb_markers_n (markers) > 0);
}

void
sb_window_add_marker_actions (SbWindow *window)
{
  static const GActionEntry entries[] = {
      {.name = "add-marker", .activate = act_add_marker},
      {.name = "mark", .activate = act_mark},
      {.name = "rename-marker", .activate = act_rename_marker},
      {.name = "delete-marker", .activate = act_delete_marker},
      {.name = "next-marker", .activate = act_next_marker},
      {.name = "previous-marker", .activate = act_previous_marker},
      {.name = "import-markers", .activate = act_import_markers},
      {.name = "export-markers", .activate = act_export_markers},
      {.name = "import-markers-from", .activate = act_import_from, .parameter_type = "s"},
      {.name = "export-markers-to", .activate = act_export_markers_to, .parameter_type = "s"},
  };
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
}
