/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rows of a project file, shared by the snapshot writer, the reader and
 * the live database.  Positions count from 1; an operation has the position of
 * the step that adds it.  All return false after an SQLite error.
 * Thread: store or worker.  Blocks: disk. */
#pragma once
#include "document/sb-project.h"

#include <sqlite3.h>

extern const char sb_project_schema[];

/* Copies of steps, with a reference to their operations. */
GPtrArray *sb_project_steps_new (void);
void sb_project_steps_add (GPtrArray *steps, const SbStep *step);

bool sb_project_write_text (sqlite3 *db, const char *key, const char *text);
bool sb_project_write_number (sqlite3 *db, const char *key, int64_t number);
bool sb_project_write_content (sqlite3 *db, const char *sha256 /* may be NULL */, int64_t mtime_ns);
/* first: how many steps are there already */
bool sb_project_write_steps (sqlite3 *db, SbStep *const *steps, int n_steps, int first);
bool sb_project_write_view (sqlite3 *db, const char *key, const char *value);
bool sb_project_write_markers (sqlite3 *db, const GArray *markers);

/* Why a file was not written. */
typedef struct {
  int code;         /* errno, as far as it is known; ENOSPC where a database says that the disk is full; else 0 */
  char *reason;     /* newly allocated, without the file: the end of a sentence */
  bool unconfirmed; /* the file is in its place, but the disk did not confirm it */
} SbWriteFault;

/* As sb_project_save(), for whoever has a sentence of their own. */
bool sb_project_write (const SbProject *project, const char *path, SbWriteFault *fault);

/* As sb_project_load(), but a database that somebody may be writing to. */
SbProject *sb_project_load_live (const char *path, GError **error);
