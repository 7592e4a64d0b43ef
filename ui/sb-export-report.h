/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the last export did, in figures; SHA-256 come in when they are computed.
 * Thread: UI. */
#pragma once
#include "ui/sb-exporter.h"

#include <adwaita.h>

/* A window over `parent`; the exporter has a report. */
GtkWidget *sb_export_report_new (GtkWindow *parent, SbExporter *exporter);
