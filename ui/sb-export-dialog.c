/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * While writing, choices stay visible but fixed; Cancel is the one live
 * button.  The dialog closes itself when the export is done. */
#include "ui/sb-export-dialog-private.h"

#include "base/sb-units.h"
#include "document/sb-export.h"
#include "ui/sb-export-folder.h"

enum { POLL_MS = 100 };

G_DEFINE_TYPE (SbExportDialog, sb_export_dialog, ADW_TYPE_WINDOW)

/* --- writing --- */

static gboolean
on_poll (void *data)
{
  SbExportDialog *self = data;
  const SbRecording *recording = sb_session_recording (self->session);
  double fraction = sb_exporter_fraction (self->exporter);
  double all_s = recording ? (double)sb_export_choices_part (self)->n_frames / recording->rate : 0;
  g_autofree char *now = sb_format_time (fraction * all_s, 0), *all = sb_format_time (all_s, 0);
  g_autofree char *text = g_strdup_printf ("%s of %s", now, all);
  sb_dialog_progress_show (&self->progress, fraction, NULL, text);
  return G_SOURCE_CONTINUE;
}

static void
set_writing (SbExportDialog *self, bool writing)
{
  gtk_widget_set_sensitive (self->choices, !writing);
  gtk_widget_set_sensitive (self->export_button, !writing);
  gtk_widget_set_visible (self->promise_box, !writing);
  g_clear_handle_id (&self->poll, g_source_remove);
  if (!writing) {
    sb_dialog_progress_hide (&self->progress);
    return;
  }
  static const char *const words[N_WHATS] = {"Writing the result", "Writing the removed part", "Writing both files"};
  sb_dialog_progress_show (&self->progress, 0, words[sb_export_choices_what (self)], "");
  self->poll = g_timeout_add (POLL_MS, on_poll, self);
}

static void
write_now (SbExportDialog *self)
{
  const int what = sb_export_choices_what (self);
  const SbExportPart *part = sb_export_choices_part (self);
  bool same;
  const SbExportSubtype *subtype = sb_export_choices_subtype (self, &same);
  g_autofree char *beside = sb_export_removed_beside (self->path);
  SbExportRequest request = {.path = what == REMOVED ? NULL : self->path,
                             .removed_path = what == REMOVED ? self->path
                                             : what == BOTH  ? beside
                                                             : NULL,
                             .subtype = same ? NULL : subtype->subtype,
                             .first = part->first,
                             .n_frames = part->n_frames,
                             .no_metadata = !gtk_switch_get_active (GTK_SWITCH (self->metadata)),
                             .history = gtk_widget_get_visible (self->history_row) &&
                                        gtk_switch_get_active (GTK_SWITCH (self->history)),
                             .told = true};
  if (sb_exporter_start (self->exporter, &request))
    set_writing (self, true);
}

static void
on_replace (AdwMessageDialog *dialog, const char *response, SbExportDialog *self)
{
  if (g_str_equal (response, "replace"))
    write_now (self);
}

static void
on_export (SbExportDialog *self)
{
  g_autofree char *beside = sb_export_removed_beside (self->path);
  const char *there = g_file_test (self->path, G_FILE_TEST_EXISTS) && g_strcmp0 (self->path, self->agreed_path) != 0
                          ? self->path
                      : sb_export_choices_what (self) == BOTH && g_file_test (beside, G_FILE_TEST_EXISTS) ? beside
                                                                                                          : NULL;
  if (!there) {
    write_now (self);
    return;
  }
  g_autofree char *name = g_filename_display_basename (there);
  g_autofree char *heading = g_strdup_printf ("Replace “%s”?", name);
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), heading, "A file of that name is there already. It stays until the new one is complete.");
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "cancel", "Cancel");
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "replace", "Replace");
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "replace", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_replace), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_finished (SbExporter *exporter, gboolean done, const char *sentence, SbExportDialog *self)
{
  set_writing (self, false);
  if (done)
    gtk_window_destroy (GTK_WINDOW (self));
  else if (sb_exporter_was_stopped (exporter))
    sb_dialog_progress_tell (&self->progress, sentence);
  else /* here, where something else can be chosen */
    sb_dialog_progress_fault (&self->progress, sentence);
}

static void
on_cancel (SbExportDialog *self)
{
  if (sb_exporter_is_busy (self->exporter))
    sb_exporter_cancel (self->exporter);
  else
    gtk_window_destroy (GTK_WINDOW (self));
}

static gboolean
on_close (SbExportDialog *self)
{
  on_cancel (self);
  return TRUE;
}

static gboolean
on_escape (GtkWidget *widget, GVariant *arguments, void *data)
{
  on_cancel (SB_EXPORT_DIALOG (widget));
  return TRUE;
}

/* --- building --- */

static GtkWidget *
build_header (SbExportDialog *self)
{
  GtkWidget *cancel, *head = sb_dialog_head ("Export", sb_session_recording (self->session)->name, &cancel, "Export",
                                             &self->export_button);
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (on_cancel), self);
  g_signal_connect_swapped (self->export_button, "clicked", G_CALLBACK (on_export), self);
  return head;
}

static GtkWidget *
build_promise (SbExportDialog *self)
{
  self->promise_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  self->promise_icon = gtk_image_new_from_icon_name ("emblem-ok-symbolic");
  gtk_widget_add_css_class (self->promise_icon, "success");
  self->promise = sb_dialog_text ("");
  gtk_widget_set_hexpand (self->promise, TRUE);
  gtk_widget_add_css_class (self->promise_box, "promise-box");
  gtk_box_append (GTK_BOX (self->promise_box), self->promise_icon);
  gtk_box_append (GTK_BOX (self->promise_box), self->promise);
  return self->promise_box;
}

/* Where the last export went, in this window or before; else beside the recording. */
static char *
first_path (SbExportDialog *self, const char *recording)
{
  g_autofree char *suggested = sb_export_suggest_path (recording, false);
  const char *last = sb_exporter_last_path (self->exporter), *music = g_get_user_special_dir (G_USER_DIRECTORY_MUSIC);
  g_autofree char *folder = last ? g_path_get_dirname (last) : sb_export_folder_last (),
                  *name = g_path_get_basename (suggested);
  if (!folder && !g_str_has_suffix (recording, "/demo/garden-interview.flac"))
    return g_steal_pointer (&suggested);
  if (!folder) /* the demo lies among the program's own files */
    folder = g_strdup (music && g_file_test (music, G_FILE_TEST_IS_DIR) ? music : g_get_home_dir ());
  return g_build_filename (folder, name, NULL);
}

static void
sb_export_dialog_dispose (GObject *object)
{
  SbExportDialog *self = SB_EXPORT_DIALOG (object);
  g_clear_handle_id (&self->poll, g_source_remove);
  g_clear_object (&self->session);
  g_clear_object (&self->exporter);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->agreed_path, g_free);
  g_clear_pointer (&self->chunks, g_free);
  G_OBJECT_CLASS (sb_export_dialog_parent_class)->dispose (object);
}

static void
sb_export_dialog_class_init (SbExportDialogClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_export_dialog_dispose;
  gtk_widget_class_add_binding (GTK_WIDGET_CLASS (class), GDK_KEY_Escape, 0, on_escape, NULL);
  gtk_widget_class_add_binding (GTK_WIDGET_CLASS (class), GDK_KEY_w, GDK_CONTROL_MASK, on_escape, NULL);
}

static void
sb_export_dialog_init (SbExportDialog *self)
{
}

GtkWidget *
sb_export_dialog_new (GtkWindow *parent, SbSession *session, SbExporter *exporter)
{
  SbExportDialog *self = g_object_new (SB_TYPE_EXPORT_DIALOG, "transient-for", parent, "modal", TRUE, "default-width",
                                       560, "title", "Export", NULL);
  const SbRecording *recording = sb_session_recording (session);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *body = gtk_box_new (GTK_ORIENTATION_VERTICAL, 16);
  self->session = g_object_ref (session);
  self->exporter = g_object_ref (exporter);
  self->path = first_path (self, recording->path);
  self->source_type = sb_file_source_sample_type (sb_document_original (recording->document));
  gtk_widget_add_css_class (body, "export-body");
  sb_export_choices_build (self);
  gtk_box_append (GTK_BOX (box), build_header (self));
  gtk_box_append (GTK_BOX (body), self->choices);
  gtk_box_append (GTK_BOX (body), build_promise (self));
  sb_dialog_progress_build (&self->progress, "The file gets its name when it is complete and checked; what was there "
                                             "before stays until then.");
  gtk_box_append (GTK_BOX (body), self->progress.box);
  gtk_box_append (GTK_BOX (box), body);
  adw_window_set_content (ADW_WINDOW (self), box);
  sb_export_choices_show (self);
  sb_export_choices_connect (self);
  g_signal_connect (self, "close-request", G_CALLBACK (on_close), NULL);
  g_signal_connect_object (exporter, "finished", G_CALLBACK (on_finished), self, 0);
  gtk_window_set_default_widget (GTK_WINDOW (self), self->export_button);
  gtk_window_set_focus (GTK_WINDOW (self), self->export_button);
  return GTK_WIDGET (self);
}
