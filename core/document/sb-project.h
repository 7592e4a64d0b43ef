/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The project file (SQLite): operations in seconds and hertz with unique ids,
 * grid, and the source's path, format and fingerprint.  A snapshot is written
 * whole (temporary file, fsync, rename, fsync of the folder) or not at all; a
 * newer user_version and a foreign database are refused with a sentence.
 * Thread: worker.  Blocks: disk. */
#pragma once
#include "base/sb-error.h"
#include "edit/sb-operation.h"

#define SB_PROJECT_APPLICATION_ID 0x534e4252 /* "SNBR" */
#define SB_PROJECT_USER_VERSION 1

typedef struct {
  char *source_path;        /* absolute */
  int rate, channels;
  int64_t n_frames;
  int64_t source_size_bytes;
  char *source_fingerprint; /* hex SHA-256 over size, the first 64 kB and 64 spread blocks of 64 kB */
  SbGrid grid;
  GPtrArray *ops;           /* SbOperation*, owned */
} SbProject;

SbProject *sb_project_new (void);
void sb_project_free (SbProject *project);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbProject, sb_project_free)
bool sb_project_save (const SbProject *project, const char *path, GError **error);
SbProject *sb_project_load (const char *path, GError **error);
bool sb_is_project_file (const char *path); /* by SQLite header and application_id */
char *sb_fingerprint_file (const char *path, GError **error);
