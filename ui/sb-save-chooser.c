/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-save-chooser.h"

#include <adwaita.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  SbSaveFunc func;
  GWeakRef object, parent;
  char *ending, *path; /* path: what was chosen, with its ending */
  char **kinds;
} Asked;

static void
asked_free (Asked *asked)
{
  g_weak_ref_clear (&asked->object);
  g_weak_ref_clear (&asked->parent);
  g_free (asked->ending);
  g_free (asked->path);
  g_strfreev (asked->kinds);
  g_free (asked);
}

static bool
ends_with (const char *path, const char *ending)
{
  const gsize n = strlen (path), m = strlen (ending);
  return n > m && path[n - m - 1] != '/' && g_ascii_strcasecmp (path + n - m, ending) == 0;
}

static bool
has_ending (const Asked *asked, const char *path)
{
  bool has = !asked->ending || ends_with (path, asked->ending);
  for (int i = 1; !has && asked->kinds && asked->kinds[0] && asked->kinds[i]; i++) {
    g_autofree char *ending = g_strconcat (".", asked->kinds[i], NULL);
    has = ends_with (path, ending);
  }
  return has;
}

static void
go_on (Asked *asked)
{
  g_autoptr (GObject) object = g_weak_ref_get (&asked->object);
  if (object)
    asked->func (object, asked->path);
}

static void
on_replace (AdwMessageDialog *dialog, const char *response, Asked *asked)
{
  if (g_str_equal (response, "replace"))
    go_on (asked);
}

/* The chooser has asked about another name. */
static void
ask_to_replace (Asked *asked)
{
  g_autoptr (GtkWindow) parent = g_weak_ref_get (&asked->parent);
  g_autofree char *name = g_filename_display_basename (asked->path);
  g_autofree char *heading = g_strdup_printf ("Replace “%s”?", name);
  GtkWidget *dialog =
      adw_message_dialog_new (parent, heading, "A file of that name is there already. What it holds would be gone.");
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", "Cancel", "replace", "Replace", NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "replace", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_replace), asked,
                         (GClosureNotify)(void (*) (void))asked_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_response (GtkNativeDialog *chooser, int response, Asked *asked)
{
  g_autoptr (GFile) file =
      response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *path = file ? g_file_get_path (file) : NULL;
  const bool whole = path && has_ending (asked, path);
  asked->path = path && !whole ? g_strconcat (path, asked->ending, NULL) : g_steal_pointer (&path);
  g_object_unref (chooser);
  if (asked->path && !whole && g_file_test (asked->path, G_FILE_TEST_EXISTS)) {
    ask_to_replace (asked);
    return;
  }
  if (asked->path)
    go_on (asked);
  asked_free (asked);
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
  g_weak_ref_init (&asked->parent, parent);
  asked->ending = g_strdup (wish->ending);
  asked->kinds = g_strdupv ((char **)wish->kinds);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), file, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  if (wish->kinds)
    offer (GTK_FILE_CHOOSER (chooser), wish->kinds);
  g_signal_connect (chooser, "response", G_CALLBACK (on_response), asked);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
