/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One export at a time on a worker, for the dialog and for the actions.
 * Thread: UI. */
#pragma once
#include "document/sb-export.h"
#include "ui/sb-session.h"

#define SB_TYPE_EXPORTER (sb_exporter_get_type ())
G_DECLARE_FINAL_TYPE (SbExporter, sb_exporter, SB, EXPORTER, GObject)

typedef struct {
  const char *path;         /* of the result; NULL: not wanted */
  const char *removed_path; /* of the removed part; NULL: not wanted */
  const char *subtype;      /* NULL: as the source */
  int64_t first, n_frames;  /* a part; n_frames 0: to the end */
  bool no_metadata, history;
  bool told;                /* whoever asks tells what went wrong */
} SbExportRequest;

/* Emits "started", "finished" (gboolean done, string sentence: what to tell) and "reported" when the
 * report has its SHA-256, which are computed after the file is in its place. */
SbExporter *sb_exporter_new (SbSession *session, SbPool *jobs);
bool sb_exporter_start (SbExporter *exporter, const SbExportRequest *request); /* false: busy, or nothing open */
bool sb_exporter_is_busy (SbExporter *exporter);
void sb_exporter_cancel (SbExporter *exporter);
bool sb_exporter_was_stopped (SbExporter *exporter); /* the last one, by a person: nothing went wrong */
double sb_exporter_fraction (SbExporter *exporter);
bool sb_exporter_is_told (SbExporter *exporter); /* of the request that is under way or was last */
/* Of the last export that was done; NULL: none yet.  SHA-256 may still be missing. */
const SbExportReport *sb_exporter_report (SbExporter *exporter);
bool sb_exporter_is_hashing (SbExporter *exporter);
void sb_exporter_stop (SbExporter *exporter); /* everything, the hashing too */
/* Of the last export that was done; NULL: none yet. */
const char *sb_exporter_last_path (SbExporter *exporter);
