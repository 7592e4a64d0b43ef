/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Size, axes, title; then Copy or Save.  While it is drawn the choices stay
 * visible but fixed, Cancel is the one live button. */
#include "ui/sb-picture-dialog.h"
#include "ui/sb-dialog-parts.h"
#include "ui/sb-save-chooser.h"

#include <math.h>

enum { LEAST_PX = 200, MOST_PX = 20000, DIALOG_WIDTH = 420, TICK_MS = 100 };

#define SB_TYPE_PICTURE_DIALOG (sb_picture_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbPictureDialog, sb_picture_dialog, SB, PICTURE_DIALOG, AdwWindow)

struct _SbPictureDialog {
  AdwWindow parent;
  SbSession *session;
  SbPool *jobs;
  GtkWidget *width, *height, *axes, *title, *choices, *copy, *save, *cancel;
  SbDialogProgress shown;
  SbProgress *progress; /* borrowed while drawing */
  guint tick;
  char *path;
};

G_DEFINE_TYPE (SbPictureDialog, sb_picture_dialog, ADW_TYPE_WINDOW)

static gboolean
show_progress (void *data)
{
  SbPictureDialog *self = data;
  sb_dialog_progress_show (&self->shown, self->progress ? sb_progress_get (self->progress) : 0, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static void
set_busy (SbPictureDialog *self, bool busy)
{
  gtk_widget_set_sensitive (self->choices, !busy);
  gtk_widget_set_sensitive (self->copy, !busy);
  gtk_widget_set_sensitive (self->save, !busy);
  g_clear_handle_id (&self->tick, g_source_remove);
  sb_dialog_progress_hide (&self->shown);
  if (busy) {
    sb_dialog_progress_show (&self->shown, 0, "Drawing", NULL);
    self->tick = g_timeout_add (TICK_MS, show_progress, self);
  }
}

static void
on_drawn (void *data, const GError *error)
{
  SbPictureDialog *self = data;
  self->progress = NULL;
  set_busy (self, false);
  bool cancelled = g_error_matches (error, SB_ERROR, SB_ERROR_CANCELLED);
  if (cancelled)
    sb_dialog_progress_tell (&self->shown, "Drawing stopped. Nothing was written.");
  else
    sb_dialog_progress_fault (&self->shown, error ? error->message : NULL);
  if (!error) {
    g_autofree char *name = self->path ? g_filename_display_basename (self->path) : NULL;
    g_autofree char *sentence =
        name ? g_strdup_printf ("Saved %s", name) : g_strdup ("The picture is on the clipboard.");
    sb_session_say (self->session, sentence);
    gtk_window_close (GTK_WINDOW (self));
  }
  g_object_unref (self);
}

static void
draw (SbPictureDialog *self, const char *path)
{
  SbPictureRequest request = {
      .width_px = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->width)),
      .height_px = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->height)),
      .axes = gtk_switch_get_active (GTK_SWITCH (self->axes)),
      .title = gtk_editable_get_text (GTK_EDITABLE (self->title)),
      .path = path,
  };
  g_free (self->path);
  self->path = g_strdup (path);
  set_busy (self, true);
  self->progress =
      sb_picture_draw (self->session, self->jobs, GTK_WIDGET (self), &request, on_drawn, g_object_ref (self));
}

static void
on_copy (SbPictureDialog *self)
{
  draw (self, NULL);
}

static void
on_cancel (SbPictureDialog *self)
{
  if (self->progress)
    sb_progress_cancel (self->progress);
  else
    gtk_window_close (GTK_WINDOW (self));
}

static void
on_chosen (void *self, const char *path)
{
  draw (self, path);
}

static void
on_save (SbPictureDialog *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  if (!recording)
    return;
  g_autofree char *folder = g_path_get_dirname (recording->path), *name = sb_recording_file_name (recording, ".png");
  g_autofree char *path = g_build_filename (folder, name, NULL);
  static const char *const kinds[] = {"PNG, SVG or PDF, by the ending", "png", "svg", "pdf", NULL};
  sb_save_chooser_ask (GTK_WINDOW (self), &(SbSaveChooser){"Save the Picture", "Save", path, ".png", kinds}, on_chosen,
                       G_OBJECT (self));
}

static void
row (GtkWidget *grid, int at, const char *title, GtkWidget *widget)
{
  GtkWidget *label = gtk_label_new (title);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_grid_attach (GTK_GRID (grid), label, 0, at, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), widget, 1, at, 1, 1);
}

static GtkWidget *
spin (int value)
{
  GtkWidget *widget = gtk_spin_button_new_with_range (LEAST_PX, MOST_PX, 10);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (widget), value);
  return widget;
}

static void
build_choices (SbPictureDialog *self)
{
  SbPictureRequest request;
  sb_picture_request_init (&request, self->session);
  self->choices = gtk_grid_new ();
  gtk_grid_set_row_spacing (GTK_GRID (self->choices), 10);
  gtk_grid_set_column_spacing (GTK_GRID (self->choices), 16);
  self->width = spin (request.width_px);
  self->height = spin (request.height_px);
  self->axes = gtk_switch_new ();
  gtk_switch_set_active (GTK_SWITCH (self->axes), TRUE);
  gtk_widget_set_halign (self->axes, GTK_ALIGN_START);
  self->title = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (self->title), request.title);
  row (self->choices, 0, "Width in pixels", self->width);
  row (self->choices, 1, "Height in pixels", self->height);
  row (self->choices, 2, "Axes and colour bar", self->axes);
  row (self->choices, 3, "Title", self->title);
}

static void
sb_picture_dialog_dispose (GObject *object)
{
  SbPictureDialog *self = SB_PICTURE_DIALOG (object);
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_pointer (&self->path, g_free);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (sb_picture_dialog_parent_class)->dispose (object);
}

static void
sb_picture_dialog_class_init (SbPictureDialogClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_picture_dialog_dispose;
}

static void
sb_picture_dialog_init (SbPictureDialog *self)
{
}

static GtkWidget *
action_button (SbPictureDialog *self, GtkWidget *box, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  g_signal_connect_swapped (button, "clicked", clicked, self);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

GtkWidget *
sb_picture_dialog_new (GtkWindow *parent, SbSession *session, SbPool *jobs)
{
  SbPictureDialog *self = g_object_new (SB_TYPE_PICTURE_DIALOG, "transient-for", parent, "modal", TRUE, "title",
                                        "Save the Picture", "default-width", DIALOG_WIDTH, NULL);
  GtkWidget *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *body = gtk_box_new (GTK_ORIENTATION_VERTICAL, 14);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *gap = gtk_label_new ("");
  self->session = g_object_ref (session);
  self->jobs = jobs;
  build_choices (self);
  sb_dialog_progress_build (&self->shown, NULL);
  self->cancel = action_button (self, buttons, "Cancel", G_CALLBACK (on_cancel));
  gtk_widget_set_hexpand (gap, TRUE);
  gtk_box_append (GTK_BOX (buttons), gap);
  self->copy = action_button (self, buttons, "Copy", G_CALLBACK (on_copy));
  self->save = action_button (self, buttons, "Save…", G_CALLBACK (on_save));
  gtk_widget_add_css_class (self->save, "suggested-action");
  gtk_widget_set_tooltip_text (self->save, "PNG, SVG or PDF, by the ending of the name");
  gtk_widget_add_css_class (body, "export-body");
  gtk_box_append (GTK_BOX (all), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (body), self->choices);
  gtk_box_append (GTK_BOX (body), self->shown.box);
  gtk_box_append (GTK_BOX (body), buttons);
  gtk_box_append (GTK_BOX (all), body);
  adw_window_set_content (ADW_WINDOW (self), all);
  set_busy (self, false);
  return GTK_WIDGET (self);
}
