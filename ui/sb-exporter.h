/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One export at a time on a worker, for the dialog and for the actions.
 * Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#define SB_TYPE_EXPORTER (sb_exporter_get_type ())
G_DECLARE_FINAL_TYPE (SbExporter, sb_exporter, SB, EXPORTER, GObject)

typedef struct {
  const char *path;         /* of the result; NULL: not wanted */
  const char *removed_path; /* of the removed part; NULL: not wanted */
  const char *subtype;      /* NULL: as the source */
} SbExportRequest;

/* Emits "started" and "finished" (gboolean done, string sentence: what to tell; "" after a cancel). */
SbExporter *sb_exporter_new (SbSession *session, SbPool *jobs);
bool sb_exporter_start (SbExporter *exporter, const SbExportRequest *request); /* false: busy, or nothing open */
bool sb_exporter_is_busy (SbExporter *exporter);
void sb_exporter_cancel (SbExporter *exporter);
double sb_exporter_fraction (SbExporter *exporter);
/* Of the last export that was done; NULL: none yet. */
const char *sb_exporter_last_path (SbExporter *exporter);
