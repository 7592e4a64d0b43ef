/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The export dialog in two files: sb-export-choices.c builds and reads what can
 * be chosen, sb-export-dialog.c does it.  Thread: UI. */
#pragma once
#include "ui/sb-dialog-parts.h"
#include "ui/sb-export-dialog.h"
#include "ui/sb-export-promise.h"

enum { RESULT, REMOVED, BOTH, N_WHATS };
enum { MAX_PARTS = 3 };

typedef struct {
  int64_t first, n_frames;
} SbExportPart;

struct _SbExportDialog {
  AdwWindow parent;
  SbSession *session;
  SbExporter *exporter;
  GtkWidget *export_button, *choices, *what[N_WHATS], *file_row, *format_row, *type_row, *part_row;
  GtkWidget *metadata_row, *metadata, *history_row, *history;
  GtkWidget *promise_box, *promise_icon, *promise;
  SbDialogProgress progress;
  char *path;
  char *agreed_path;        /* the person was asked about replacing it */
  char *chunks;             /* what the source holds besides samples, in words; NULL: nothing, or not known */
  const char *chunk_ending; /* of the source's container; NULL: one whose samples cannot be written in place */
  bool has_bext;
  SbExportPart parts[MAX_PARTS]; /* in the order of part_row; the first is the whole */
  SbSampleType source_type;
  guint poll;
};

/* The groups of rows, into self->choices; signals are not connected yet. */
void sb_export_choices_build (SbExportDialog *self);
void sb_export_choices_connect (SbExportDialog *self);
void sb_export_choices_show (SbExportDialog *self);
/* A path from outside: the format follows its ending, a missing ending the format. */
void sb_export_choices_take_path (SbExportDialog *self, const char *path);

int sb_export_choices_what (SbExportDialog *self);
/* *same: it is the source's own type. */
const SbExportSubtype *sb_export_choices_subtype (SbExportDialog *self, bool *same);
const SbExportPart *sb_export_choices_part (SbExportDialog *self);
