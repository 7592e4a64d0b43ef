/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First the file manager by its name on the bus (org.freedesktop.FileManager1),
 * which can select the file; where there is none, whatever program opens
 * folders; where there is none either, a sentence.  Each step only begins when
 * the one before has said no, so nothing is shown twice. */
#include "ui/sb-show-folder.h"

#include <adwaita.h>

enum { STARTS_WITHIN_MS = 10000 }; /* a file manager that the bus has to start */

typedef struct {
  GtkWindow *parent; /* referenced */
  char *path;
} Show;

static void
show_free (Show *show)
{
  g_object_unref (show->parent);
  g_free (show->path);
  g_free (show);
}

static bool
is_folder (const Show *show)
{
  return g_file_test (show->path, G_FILE_TEST_IS_DIR);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, void *data)
{
  if (g_str_equal (response, "copy"))
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (dialog)),
                            g_object_get_data (G_OBJECT (dialog), "path"));
}

static void
tell (const Show *show)
{
  g_autofree char *name = g_filename_display_name (show->path);
  g_autofree char *body = g_strdup_printf (
      "No program on this computer shows folders. You find the file under this path:\n\n%s", name);
  GtkWidget *widget = adw_message_dialog_new (show->parent, "The folder cannot be shown", body);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);
  adw_message_dialog_add_responses (dialog, "close", "Close", "copy", "Copy Path", NULL);
  adw_message_dialog_set_close_response (dialog, "close");
  g_object_set_data_full (G_OBJECT (dialog), "path", g_strdup (show->path), g_free);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), NULL);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_folder_opened (GObject *source, GAsyncResult *result, void *data)
{
  Show *show = data;
  g_autoptr (GError) error = NULL;
  if (!gtk_show_uri_full_finish (show->parent, result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tell (show);
  show_free (show);
}

static void
open_folder (Show *show)
{
  g_autofree char *folder = is_folder (show) ? g_strdup (show->path) : g_path_get_dirname (show->path);
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);
  if (uri) {
    gtk_show_uri_full (show->parent, uri, GDK_CURRENT_TIME, NULL, on_folder_opened, show);
    return;
  }
  tell (show);
  show_free (show);
}

static void
on_answer (GObject *bus, GAsyncResult *result, void *data)
{
  Show *show = data;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, NULL);
  if (answer)
    show_free (show);
  else
    open_folder (show);
}

void
sb_show_in_folder (GtkWindow *parent, const char *path)
{
  Show *show = g_new0 (Show, 1);
  *show = (Show){g_object_ref (parent), g_canonicalize_filename (path, NULL)};
  GDBusConnection *bus = g_application_get_dbus_connection (g_application_get_default ());
  g_autofree char *uri = g_filename_to_uri (show->path, NULL, NULL);
  if (!bus || !uri) {
    open_folder (show);
    return;
  }
  const char *const uris[] = {uri, NULL};
  g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                          "org.freedesktop.FileManager1", is_folder (show) ? "ShowFolders" : "ShowItems",
                          g_variant_new ("(^ass)", uris, ""), NULL, G_DBUS_CALL_FLAGS_NONE, STARTS_WITHIN_MS, NULL,
                          on_answer, show);
}
