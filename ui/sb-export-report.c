/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-export-report.h"

#include "base/sb-units.h"
#include "ui/sb-dialog-parts.h"
#include "ui/sb-export-promise.h"
#include "ui/sb-show-folder.h"

#include <math.h>

enum { REPORT_WIDTH = 560 };

#define SB_TYPE_EXPORT_REPORT (sb_export_report_get_type ())
G_DECLARE_FINAL_TYPE (SbExportReportWindow, sb_export_report, SB, EXPORT_REPORT, AdwWindow)

struct _SbExportReportWindow {
  AdwWindow parent;
  SbExporter *exporter;
  GtkWidget *source_hash, *result_hash;
};

G_DEFINE_TYPE (SbExportReportWindow, sb_export_report, ADW_TYPE_WINDOW)

/* --- words --- */

static char *
changed_text (const SbExportReport *report)
{
  g_autofree char *all = sb_export_count_text (report->n_frames);
  g_autofree char *changed = sb_export_count_text (report->frames_changed);
  const char *none = report->frames_changed ? changed : "None";
  return g_strdup_printf (report->lossy ? "%s of %s by the painting" : "%s of %s", none, all);
}

static char *
clipped_text (const SbExportReport *report)
{
  g_autofree char *count = sb_export_count_text (report->frames_clipped);
  return report->frames_clipped ? g_strdup_printf ("%s frames were too loud", count) : g_strdup ("None");
}

/* --- rows --- */

static GtkWidget *
row (GtkWidget *group, const char *title, const char *text)
{
  GtkWidget *line = adw_action_row_new (), *value = gtk_label_new (text);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (line), title);
  gtk_label_set_selectable (GTK_LABEL (value), TRUE);
  gtk_label_set_justify (GTK_LABEL (value), GTK_JUSTIFY_RIGHT);
  gtk_widget_add_css_class (value, "numeric");
  gtk_widget_add_css_class (value, "dim-label");
  adw_action_row_add_suffix (ADW_ACTION_ROW (line), value);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), line);
  return value;
}

/* 64 digits in two lines. */
static void
show_hash (GtkWidget *label, const char *sha256, const char *otherwise)
{
  g_autofree char *lines = *sha256 ? g_strdup_printf ("%.32s\n%s", sha256, sha256 + 32) : g_strdup (otherwise);
  gtk_label_set_text (GTK_LABEL (label), lines);
  if (*sha256)
    gtk_widget_add_css_class (label, "monospace");
}

static void
show_hashes (SbExportReportWindow *self)
{
  const SbExportReport *report = sb_exporter_report (self->exporter);
  const char *otherwise = sb_exporter_is_hashing (self->exporter) ? "is being computed" : "not known";
  show_hash (self->source_hash, report->source_sha256, otherwise);
  show_hash (self->result_hash, report->result_sha256, otherwise);
}

static GtkWidget *
build_rows (SbExportReportWindow *self)
{
  const SbExportReport *report = sb_exporter_report (self->exporter);
  GtkWidget *group = adw_preferences_group_new ();
  g_autofree char *changed = changed_text (report), *clipped = clipped_text (report);
  g_autofree char *loudest_db = sb_format_db (report->loudest_removed_db, 1);
  g_autofree char *loudest =
      isfinite (report->loudest_removed_db) ? g_strconcat (loudest_db, "FS", NULL) : g_strdup ("Nothing was removed");
  row (group, "Frames Changed", changed);
  row (group, "Loudest Removed", loudest);
  row (group, "Clipped", clipped);
  if (*report->left_out) { /* may be long */
    GtkWidget *value = row (group, "Metadata Left Out", report->left_out);
    gtk_label_set_ellipsize (GTK_LABEL (value), PANGO_ELLIPSIZE_END);
    gtk_widget_set_tooltip_text (value, report->left_out);
  }
  self->source_hash = row (group, "SHA-256 of the Recording", "");
  self->result_hash = row (group, "SHA-256 of the Result", "");
  show_hashes (self);
  return group;
}

static GtkWidget *
build_promise (const SbExportReport *report)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10),
            *icon = gtk_image_new_from_icon_name ("emblem-ok-symbolic");
  g_autofree char *checked = sb_export_report_text (report);
  GtkWidget *text = sb_dialog_text (checked);
  gtk_widget_add_css_class (icon, "success");
  gtk_widget_set_hexpand (text, TRUE);
  gtk_widget_add_css_class (box, "promise-box");
  gtk_widget_add_css_class (box, "kept");
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), text);
  return box;
}

static void
show_folder (SbExportReportWindow *self)
{
  sb_show_in_folder (GTK_WINDOW (self), sb_exporter_last_path (self->exporter));
}

/* --- life --- */

static void
sb_export_report_dispose (GObject *object)
{
  SbExportReportWindow *self = SB_EXPORT_REPORT (object);
  g_clear_object (&self->exporter);
  G_OBJECT_CLASS (sb_export_report_parent_class)->dispose (object);
}

static void
sb_export_report_class_init (SbExportReportWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_export_report_dispose;
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (class), GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (class), GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

static void
sb_export_report_init (SbExportReportWindow *self)
{
}

GtkWidget *
sb_export_report_new (GtkWindow *parent, SbExporter *exporter)
{
  SbExportReportWindow *self = g_object_new (SB_TYPE_EXPORT_REPORT, "transient-for", parent, "modal", TRUE, "title",
                                             "Export Report", "default-width", REPORT_WIDTH, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *body = gtk_box_new (GTK_ORIENTATION_VERTICAL, 16);
  GtkWidget *cancel, *folder;
  g_autofree char *name = g_filename_display_basename (sb_exporter_last_path (exporter));
  self->exporter = g_object_ref (exporter);
  GtkWidget *head = sb_dialog_head ("Exported", name, &cancel, "Show in Folder", &folder);
  gtk_button_set_label (GTK_BUTTON (cancel), "Close");
  gtk_widget_remove_css_class (folder, "suggested-action");
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (gtk_window_close), self);
  g_signal_connect_swapped (folder, "clicked", G_CALLBACK (show_folder), self);
  g_signal_connect_object (exporter, "reported", G_CALLBACK (show_hashes), self, G_CONNECT_SWAPPED);
  gtk_widget_add_css_class (body, "export-body");
  gtk_box_append (GTK_BOX (body), build_rows (self));
  gtk_box_append (GTK_BOX (body), build_promise (sb_exporter_report (exporter)));
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), body);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_focus (GTK_WINDOW (self), cancel);
  return GTK_WIDGET (self);
}
