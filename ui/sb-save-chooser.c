/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-save-chooser.h"

typedef struct {
  SbSaveFunc func;
  GWeakRef object;
} Asked;

static void
on_response (GtkNativeDialog *chooser, int response, Asked *asked)
{
  g_autoptr (GObject) object = g_weak_ref_get (&asked->object);
  g_autoptr (GFile) file =
      response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *path = file ? g_file_get_path (file) : NULL;
  if (path && object)
    asked->func (object, path);
  g_weak_ref_clear (&asked->object);
  g_free (asked);
  g_object_unref (chooser);
}

static void
offer (GtkFileChooser *chooser, const char *const *kinds)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  gtk_file_filter_set_name (filter, kinds[0]);
  for (int i = 1; kinds[i]; i++)
    gtk_file_filter_add_suffix (filter, kinds[i]);
  gtk_file_chooser_add_filter (chooser, filter);
}

void
sb_save_chooser_ask (GtkWindow *parent, const SbSaveChooser *wish, SbSaveFunc func, GObject *object)
{
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new (wish->title, parent, GTK_FILE_CHOOSER_ACTION_SAVE, wish->accept, "Cancel");
  g_autofree char *folder = g_path_get_dirname (wish->path), *base = g_path_get_basename (wish->path);
  g_autofree char *name = g_filename_display_name (base);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  Asked *asked = g_new0 (Asked, 1);
  asked->func = func;
  g_weak_ref_init (&asked->object, object);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), file, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  if (wish->kinds)
    offer (GTK_FILE_CHOOSER (chooser), wish->kinds);
  g_signal_connect (chooser, "response", G_CALLBACK (on_response), asked);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
