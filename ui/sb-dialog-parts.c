/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-dialog-parts.h"

GtkWidget *
sb_dialog_text (const char *text)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  return label;
}

GtkWidget *
sb_dialog_head (const char *title, const char *subtitle, GtkWidget **cancel, const char *accept_label,
                GtkWidget **accept)
{
  GtkWidget *head = adw_header_bar_new ();
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (head), FALSE);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (head), adw_window_title_new (title, subtitle));
  *cancel = gtk_button_new_with_label ("Cancel");
  adw_header_bar_pack_start (ADW_HEADER_BAR (head), *cancel);
  if (accept_label) {
    *accept = gtk_button_new_with_label (accept_label);
    gtk_widget_add_css_class (*accept, "suggested-action");
    adw_header_bar_pack_end (ADW_HEADER_BAR (head), *accept);
  }
  return head;
}

void
sb_dialog_progress_build (SbDialogProgress *progress, const char *note)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  progress->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  progress->what = sb_dialog_text ("");
  gtk_widget_set_hexpand (progress->what, TRUE);
  progress->time = gtk_label_new ("");
  gtk_widget_add_css_class (progress->time, "numeric");
  gtk_widget_add_css_class (progress->time, "dim-label");
  progress->bar = gtk_progress_bar_new ();
  progress->note = sb_dialog_text (note ? note : "");
  gtk_widget_add_css_class (progress->note, "caption");
  gtk_widget_set_visible (progress->note, note != NULL);
  progress->fault_icon = gtk_image_new ();
  progress->fault = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  progress->fault_text = sb_dialog_text ("");
  gtk_widget_set_hexpand (progress->fault_text, TRUE);
  gtk_box_append (GTK_BOX (progress->fault), progress->fault_icon);
  gtk_box_append (GTK_BOX (progress->fault), progress->fault_text);
  gtk_box_append (GTK_BOX (line), progress->what);
  gtk_box_append (GTK_BOX (line), progress->time);
  gtk_box_append (GTK_BOX (progress->box), line);
  gtk_box_append (GTK_BOX (progress->box), progress->bar);
  gtk_box_append (GTK_BOX (progress->box), progress->note);
  gtk_box_append (GTK_BOX (progress->box), progress->fault);
  sb_dialog_progress_hide (progress);
}

static void
show_parts (SbDialogProgress *progress, bool busy, bool fault)
{
  gtk_widget_set_visible (gtk_widget_get_parent (progress->what), busy);
  gtk_widget_set_visible (progress->bar, busy);
  gtk_widget_set_visible (progress->note, busy && *gtk_label_get_text (GTK_LABEL (progress->note)));
  gtk_widget_set_visible (progress->fault, fault);
  gtk_widget_set_visible (progress->box, busy || fault);
}

void
sb_dialog_progress_show (SbDialogProgress *progress, double fraction, const char *what, const char *time)
{
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (progress->bar), CLAMP (fraction, 0, 1));
  if (what)
    gtk_label_set_text (GTK_LABEL (progress->what), what);
  if (time)
    gtk_label_set_text (GTK_LABEL (progress->time), time);
  show_parts (progress, true, false);
}

void
sb_dialog_progress_hide (SbDialogProgress *progress)
{
  show_parts (progress, false, false);
}

void
sb_dialog_progress_fault (SbDialogProgress *progress, const char *sentence)
{
  gtk_image_set_from_icon_name (GTK_IMAGE (progress->fault_icon), "dialog-warning-symbolic");
  gtk_widget_add_css_class (progress->fault, "error");
  gtk_label_set_text (GTK_LABEL (progress->fault_text), sentence ? sentence : "");
  show_parts (progress, false, sentence != NULL);
}

void
sb_dialog_progress_tell (SbDialogProgress *progress, const char *sentence)
{
  sb_dialog_progress_fault (progress, sentence);
  gtk_image_set_from_icon_name (GTK_IMAGE (progress->fault_icon), "media-playback-stop-symbolic");
  gtk_widget_remove_css_class (progress->fault, "error");
}
