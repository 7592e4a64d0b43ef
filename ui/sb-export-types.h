/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the export dialog offers: formats, their sample types, and the endings
 * that go with them.  Pure.  Thread: any. */
#pragma once
#include "audio/sb-file-source.h"

typedef struct {
  const char *title, *ending;   /* "Wave64", "w64" */
  const char *const *subtypes;  /* "pcm_16" …, ends with NULL */
  bool broadcast;               /* can hold a broadcast chunk */
} SbExportKind;

typedef struct {
  const char *subtype, *title; /* "pcm_16", "16-bit" */
  SbSampleType type;           /* SB_SAMPLE_OTHER: lossy */
} SbExportSubtype;

guint sb_export_n_kinds (void);
const SbExportKind *sb_export_kind (guint index);
const SbExportSubtype *sb_export_subtype (const char *subtype);
/* By the ending of a name; −1: none that we know. */
int sb_export_kind_of_path (const char *path);
/* The name with the ending of that kind, in the place of another kind's; newly allocated.  "a.flac" stays "a.flac". */
char *sb_export_path_as (const char *path, guint kind);
/* "take-removed.wav" beside "take.wav" */
char *sb_export_removed_beside (const char *path);
