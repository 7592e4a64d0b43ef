/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-export-folder.h"

#include <gio/gio.h>

static char *
settings_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "sonobrush", "export.ini", NULL);
}

char *
sb_export_folder_last (void)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *path = settings_path ();
  if (!g_key_file_load_from_file (keys, path, G_KEY_FILE_NONE, NULL))
    return NULL;
  g_autofree char *uri = g_key_file_get_string (keys, "export", "folder", NULL);
  g_autofree char *folder = uri ? g_filename_from_uri (uri, NULL, NULL) : NULL;
  return folder && g_file_test (folder, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&folder) : NULL;
}

/* As an address: names need not be UTF-8, settings must. */
void
sb_export_folder_keep (const char *exported_path)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *absolute = g_canonicalize_filename (exported_path, NULL), *folder = g_path_get_dirname (absolute);
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);
  g_autofree char *path = settings_path (), *own = g_path_get_dirname (path);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  gsize length;
  if (!uri)
    return;
  g_key_file_set_string (keys, "export", "folder", uri);
  char *text = g_key_file_to_data (keys, &length, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, length);
  g_mkdir_with_parents (own, 0700);
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, NULL, NULL);
}
