/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Actions that make a picture of what the window shows: a file, the clipboard. */
#include "ui/sb-picture-dialog.h"
#include "ui/sb-window-private.h"

static void
act_export_picture (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  gtk_window_present (GTK_WINDOW (sb_picture_dialog_new (GTK_WINDOW (window), window->session, window->jobs)));
}

static void
on_picture_done (void *data, const GError *error)
{
  SbWindow *window = data;
  if (error)
    sb_window_tell_problem (window, "The picture was not made", error->message);
  else
    sb_window_tell (window, "The picture is saved.");
  g_object_unref (window);
}

static void
on_picture_copied (void *data, const GError *error)
{
  SbWindow *window = data;
  if (error)
    sb_window_tell_problem (window, "The picture was not copied", error->message);
  else
    sb_window_tell (window, "The picture is on the clipboard.");
  g_object_unref (window);
}

static void
draw_picture (SbWindow *window, const char *path, int width_px, int height_px)
{
  SbPictureRequest request;
  sb_picture_request_init (&request, window->session);
  if (width_px > 0 && height_px > 0) {
    request.width_px = width_px;
    request.height_px = height_px;
  }
  request.path = path;
  sb_picture_draw (window->session, window->jobs, GTK_WIDGET (window), &request,
                   path ? on_picture_done : on_picture_copied, g_object_ref (window));
}

/* Path, width, height; zeros: the window's own size. */
static void
act_export_picture_to (GSimpleAction *action, GVariant *parameter, void *data)
{
  const char *path;
  int width, height;
  g_variant_get (parameter, "(&sii)", &path, &width, &height);
  draw_picture (data, path, width, height);
}

static void
act_copy_picture (GSimpleAction *action, GVariant *parameter, void *data)
{
  draw_picture (data, NULL, 0, 0);
}

void
sb_window_update_picture_actions (SbWindow *window)
{
  static const char *const needs_recording[] = {"export-picture", "export-picture-to", "copy-picture"};
  const bool open = sb_session_recording (window->session) != NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (needs_recording); i++)
    sb_window_enable (window, needs_recording[i], open);
}

void
sb_window_add_picture_actions (SbWindow *window)
{
  static const GActionEntry entries[] = {
      {.name = "export-picture", .activate = act_export_picture},
      {.name = "export-picture-to", .activate = act_export_picture_to, .parameter_type = "(sii)"},
      {.name = "copy-picture", .activate = act_copy_picture},
  };
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
}
