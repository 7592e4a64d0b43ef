/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's actions on files: edits and projects that are saved, recordings
 * that are opened, exports.  What blocks is done by a worker. */
#include "document/sb-project.h"
#include "document/sb-replace.h"
#include "edit/sb-op-json.h"
#include "ui/sb-edits-loader.h"
#include "ui/sb-export-dialog.h"
#include "ui/sb-export-report.h"
#include "ui/sb-keeping.h"
#include "ui/sb-save-chooser.h"
#include "ui/sb-saves.h"
#include "ui/sb-show-folder.h"
#include "ui/sb-start-page.h"
#include "ui/sb-window-private.h"

/* --- saving --- */

typedef struct {
  SbWindow *window; /* referenced */
  char *path;
  SbGrid grid;
  GPtrArray *ops;
  SbWork work;
  SbProject *project; /* NULL: an operations file */
  SbSource *source;   /* the recording */
  SbProgress *progress;
  char *mark;         /* of the saved file */
  GError *error;
} Saving;

static void
saving_free (void *data)
{
  Saving *saving = data;
  g_object_unref (saving->window);
  g_free (saving->path);
  g_ptr_array_unref (saving->ops);
  sb_project_free (saving->project);
  sb_source_unref (saving->source);
  sb_progress_unref (saving->progress);
  g_free (saving->mark);
  g_clear_error (&saving->error);
  g_free (saving);
}

static void
save_work (void *data)
{
  Saving *saving = data;
  if (!saving->project) {
    if (sb_check_replace (saving->source, saving->path, &saving->error))
      sb_ops_file_save (saving->path, &saving->grid, saving->ops, &saving->error);
    return;
  }
  sb_project_fill_content (saving->project, saving->source, saving->progress);
  if (!sb_progress_check (saving->progress, &saving->error) &&
      sb_project_save (saving->project, saving->path, &saving->error))
    saving->mark = sb_fingerprint_file (saving->path, NULL);
}

/* What is done from now on belongs to the file, too, if it is still the same recording. */
static void
tell_session (Saving *saving)
{
  SbWindow *window = saving->window;
  const SbRecording *recording = sb_session_recording (window->session);
  if (!recording || sb_document_original (recording->document) != saving->source)
    return;
  if (recording->store && saving->mark)
    sb_store_set_project_path (recording->store, saving->path, saving->mark);
  sb_keeping_was_saved (window, &saving->work);
}

static bool
save_done (void *data)
{
  Saving *saving = data;
  SbWindow *window = saving->window;
  if (!window->session) /* closed without it */
    return true;
  if (saving->error) {
    if (!g_error_matches (saving->error, SB_ERROR, SB_ERROR_CANCELLED))
      sb_window_tell_problem (window, "The edits were not saved", saving->error->message);
    return false;
  }
  if (saving->project)
    tell_session (saving);
  g_autofree char *name = g_filename_display_basename (saving->path);
  g_autofree char *sentence =
      g_strdup_printf ("Saved %s · %u edit%s", name, saving->ops->len, saving->ops->len == 1 ? "" : "s");
  if (saving->project)
    sb_recent_add (saving->path);
  sb_window_tell (window, sentence);
  return true;
}

static GPtrArray *
ops_in_force (const SbRecording *recording)
{
  int n_ops;
  SbOperation *const *ops = sb_document_ops (recording->document, &n_ops);
  GPtrArray *array = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_operation_unref);
  for (int i = 0; i < n_ops; i++)
    if (!sb_document_is_muted (recording->document, sb_operation_id (ops[i])))
      g_ptr_array_add (array, sb_operation_ref (ops[i]));
  return array;
}

static void
save_to (SbWindow *window, const char *path, bool as_project)
{
  const SbRecording *recording = sb_session_recording (window->session);
  if (!recording)
    return;
  Saving *saving = g_new0 (Saving, 1);
  saving->window = g_object_ref (window);
  saving->path = g_strdup (path);
  saving->grid = *sb_document_grid (recording->document);
  saving->ops = ops_in_force (recording);
  saving->work = sb_keeping_work (window);
  saving->progress = sb_progress_new ();
  saving->source = sb_source_ref (sb_document_original (recording->document));
  if (as_project) {
    saving->project = sb_store_copy_project (recording->store);
    sb_project_take_document (saving->project, recording->document);
    sb_keeping_fill_project (window, saving->project);
  }
  sb_saves_run (window->session, path, saving->progress, save_work, save_done, saving, saving_free);
}

static void
act_save_project (GSimpleAction *action, GVariant *parameter, void *data)
{
  save_to (data, g_variant_get_string (parameter, NULL), true);
}

static void
act_save_edits_to (GSimpleAction *action, GVariant *parameter, void *data)
{
  save_to (data, g_variant_get_string (parameter, NULL), false);
}

static void
on_save_edits_chosen (void *data, const char *path)
{
  save_to (data, path, false);
}

static void
act_load_edits (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_edits_load (data, g_variant_get_string (parameter, NULL));
}

static void
act_save_edits (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  const SbRecording *recording = sb_session_recording (window->session);
  g_autofree char *folder = g_path_get_dirname (recording->path), *name = g_strconcat (recording->name, ".json", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  sb_save_chooser_ask (GTK_WINDOW (window), &(SbSaveChooser){"Save Edits", "Save", path, ".json", NULL},
                       on_save_edits_chosen, G_OBJECT (window));
}

/* --- opening and exporting --- */

static void
on_open_chosen (GtkNativeDialog *chooser, int response, SbWindow *window)
{
  g_autoptr (GFile) file =
      response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *uri = file ? g_file_get_uri (file) : NULL;
  if (uri) {
    const char *const uris[] = {uri, NULL};
    g_action_group_activate_action (G_ACTION_GROUP (gtk_window_get_application (GTK_WINDOW (window))), "open",
                                    g_variant_new_strv (uris, -1));
  }
  g_object_unref (chooser);
}

static void
act_open (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  const SbRecording *recording = sb_session_recording (window->session);
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new ("Open a Recording", GTK_WINDOW (window),
                                                               GTK_FILE_CHOOSER_ACTION_OPEN, "Open", "Cancel");
  g_autoptr (GtkFileFilter) audio = gtk_file_filter_new (), edits = gtk_file_filter_new (),
                            all = gtk_file_filter_new ();
  gtk_file_filter_set_name (audio, "Recordings and Projects");
  gtk_file_filter_add_mime_type (audio, "audio/*");
  static const char *const endings[] = {"wav", "wave", "rf64", "bw64", "w64", "aif",  "aiff", "aifc", "caf",
                                        "au",  "snd",  "flac", "ogg",  "oga", "opus", "mp3",  "voc",  "sph",
                                        "sonobrush"};
  for (size_t i = 0; i < G_N_ELEMENTS (endings); i++)
    gtk_file_filter_add_suffix (audio, endings[i]);
  gtk_file_filter_set_name (edits, "Edits");
  gtk_file_filter_add_suffix (edits, "json");
  gtk_file_filter_set_name (all, "All Files");
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), audio);
  if (recording)
    gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), edits);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), all);
  if (recording) {
    g_autofree char *folder = g_path_get_dirname (recording->path);
    g_autoptr (GFile) file = g_file_new_for_path (folder);
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), file, NULL);
  }
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_open_chosen), window, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
act_export (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  sb_session_stop (window->session);
  gtk_window_present (GTK_WINDOW (sb_export_dialog_new (GTK_WINDOW (window), window->session, window->exporter)));
}

static void
act_export_to (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbExportRequest request = {.path = g_variant_get_string (parameter, NULL)};
  sb_exporter_start (SB_WINDOW (data)->exporter, &request);
}

static void
act_export_report (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  if (sb_exporter_report (window->exporter))
    gtk_window_present (GTK_WINDOW (sb_export_report_new (GTK_WINDOW (window), window->exporter)));
}

static void
act_show_folder (GSimpleAction *action, GVariant *parameter, void *data)
{
  g_autoptr (GFile) folder = g_file_new_for_commandline_arg (g_variant_get_string (parameter, NULL)); /* or its URI */
  g_autofree char *path = g_file_get_path (folder);
  if (path)
    sb_show_in_folder (GTK_WINDOW (data), path);
}

void
sb_window_add_file_actions (SbWindow *window)
{
  static const GActionEntry entries[] = {
      {.name = "open", .activate = act_open},
      {.name = "export", .activate = act_export},
      {.name = "export-report", .activate = act_export_report},
      {.name = "export-to", .activate = act_export_to, .parameter_type = "s"},
      {.name = "show-folder", .activate = act_show_folder, .parameter_type = "s"},
      {.name = "save-project", .activate = act_save_project, .parameter_type = "s"},
      {.name = "load-edits", .activate = act_load_edits, .parameter_type = "s"},
      {.name = "save-edits", .activate = act_save_edits},
      {.name = "save-edits-to", .activate = act_save_edits_to, .parameter_type = "s"},
  };
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
}
