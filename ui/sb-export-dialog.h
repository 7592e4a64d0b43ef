/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Export: what, where and how, and what it will change; then the progress.
 * Thread: UI. */
#pragma once
#include "ui/sb-exporter.h"

#include <adwaita.h>

#define SB_TYPE_EXPORT_DIALOG (sb_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbExportDialog, sb_export_dialog, SB, EXPORT_DIALOG, AdwWindow)

GtkWidget *sb_export_dialog_new (GtkWindow *parent, SbSession *session, SbExporter *exporter);
