/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an export will change, in a sentence.  Thread: UI; pure. */
#pragma once
#include "ui/sb-export-types.h"
#include "ui/sb-recording.h"

typedef struct {
  const SbExportSubtype *subtype; /* that will be stored */
  bool same;                      /* as the source's */
  bool removed;                   /* only what was painted out */
  int64_t first, n_frames;        /* the part */
} SbExportPlan;

/* Frames of the part that really change, window reach included. */
int64_t sb_export_changed_frames (SbDocument *document, int64_t first, int64_t n_frames);
/* Newly allocated. */
char *sb_export_promise (const SbRecording *recording, const SbExportPlan *plan);
/* "84 712", with thin spaces; newly allocated. */
char *sb_export_count_text (int64_t count);
