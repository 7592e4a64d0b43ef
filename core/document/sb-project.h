/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The project file (SQLite): operations in seconds and hertz with unique ids,
 * grid, the undo history, view settings, markers, and the source's path, format
 * and fingerprint.  A snapshot is written
 * whole (temporary file, fsync, rename, fsync of the folder) or not at all; a
 * newer user_version and a foreign database are refused with a sentence; of a
 * damaged one, what reads is salvaged and the rest is told.
 * Thread: worker.  Blocks: disk. */
#pragma once
#include "base/sb-error.h"
#include "base/sb-progress.h"
#include "document/sb-document.h"
#include "document/sb-markers.h"

#define SB_PROJECT_APPLICATION_ID 0x534e4252 /* "SNBR" */
#define SB_PROJECT_USER_VERSION   2

typedef struct {
  char *source_path; /* absolute; empty when a salvaged project cannot tell */
  int rate, channels;
  int64_t n_frames;
  int64_t source_size_bytes;
  int64_t source_mtime_ns;  /* when the file was last written to; 0: not known */
  char *source_sha256;      /* of all its bytes at that time; NULL: not known (yet) */
  char *source_fingerprint; /* hex SHA-256 over size, the first 64 kB and 64 spread blocks of 64 kB */
  SbGrid grid;
  GPtrArray *ops; /* SbOperation*, owned: those in force, oldest first */
  /* The history.  Saving one without steps writes ops as so many additions. */
  GPtrArray *steps; /* SbStep*, owned with their operations */
  int n_done;
  GHashTable *view;   /* char* → char*: how it was looked at */
  GArray *markers;    /* SbMarker */
  char *project_path; /* kept sessions: the project file it was opened from or saved to, or NULL */
  char *project_mark; /* … and the hash of that file's bytes at the time */
  char *salvaged;     /* NULL: whole.  Else a sentence about what could not be read */
} SbProject;

SbProject *sb_project_new (void);
void sb_project_free (SbProject *project);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbProject, sb_project_free)
SbProject *sb_project_copy (const SbProject *project);
void sb_project_add_step (SbProject *project, const SbStep *step);
/* steps of a document, and its operations in force */
void sb_project_take_document (SbProject *project, const SbDocument *document);
/* The history into a document of the same grid.  Thread: UI. */
bool sb_project_restore (const SbProject *project, SbDocument *document, int *n_left_out, GError **error);
void sb_project_set_markers (SbProject *project, const SbMarker *markers, int n_markers);
/* Source path, format, size and fingerprint of an opened recording. */
bool sb_project_set_source (SbProject *project, SbSource *source, GError **error);
/* Before saving: the hash of all bytes when nobody had the time yet, if the file is as it was opened and not so large
 * that saving would wait for it (about 1 GB, 4 s).  A project without it is told apart by the fingerprint alone. */
void sb_project_fill_content (SbProject *project, SbSource *source, SbProgress *progress);
/* All that `from` says about its recording. */
void sb_project_take_source (SbProject *project, const SbProject *from);
/* Whether `now`, from sb_project_set_source(), is what `then` was made in: the same fingerprint and, when the file was
 * written to since, the same bytes from beginning to end (which fills now->source_sha256).  Blocks: reads the file
 * once. */
bool sb_project_is_same_source (const SbProject *then, SbProject *now, SbProgress *progress);
/* Of two that are the same as far as that goes: written to between the two, and whether that changed what lies between
 * the fingerprint's blocks cannot be told, since nobody had read all bytes before. */
bool sb_project_may_differ (const SbProject *then, const SbProject *now);
/* The same for a file that is not open.  False with an error: it cannot be read. */
bool sb_project_is_source_at (const SbProject *then, const char *path, SbProgress *progress, GError **error);
bool sb_project_save (const SbProject *project, const char *path, GError **error);
SbProject *sb_project_load (const char *path, GError **error);
bool sb_is_project_file (const char *path); /* by SQLite header and application_id */
/* Size, the first 64 kB (chunk headers) and 64 spread blocks of 64 kB. */
char *sb_fingerprint_file (const char *path, GError **error);
/* SHA-256 of all bytes, hex.  NULL without an error: cancelled. */
char *sb_sha256_file (const char *path, SbProgress *progress, GError **error);
