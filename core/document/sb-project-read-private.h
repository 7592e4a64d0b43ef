/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the files that read projects.  Thread: worker.  Blocks: disk. */
#pragma once
#include "document/sb-project-log-private.h"
#include "document/sb-project-private.h"

#define SB_PROJECT_MAX_STEPS 1000000

/* ---- the database ---- */

/* application_id and user_version; false: no SQLite file, or it cannot be read. */
bool sb_project_read_header (const char *path, uint32_t *application_id, uint32_t *user_version);
/* The file, or what was made of it and its log (which must live as long, and is changed).  NULL: SQLite does not open
 * it.  work counts what it does, up to a limit; lives as long as the database. */
sqlite3 *sb_project_open_defensively (const char *path, SbProjectImage *image /* or NULL */, int *work);
/* An ordinary table, not a virtual one or a view of the same name. */
bool sb_project_is_table (sqlite3 *db, const char *name);
bool sb_project_is_sound (sqlite3 *db);
/* The value as text (no zero bytes) or NULL. */
char *sb_project_column_text (sqlite3_stmt *row, int column);

/* Takes a row; false: something in it cannot be used. */
typedef bool (*SbRowFunc) (SbProject *project, sqlite3_stmt *row, void *data);
/* All rows of a table in order, around damaged pages.  sql has two parameters, the first and the last position, and
 * gives the position first.  false: something is missing. */
bool sb_project_read_rows (sqlite3 *db, const char *table, const char *sql, SbProject *project, SbRowFunc take,
                           void *data);

/* ---- its edits ---- */

/* false when something of it is missing */
bool sb_project_read_history (sqlite3 *db, SbProject *project, uint32_t version);
/* ops from steps and n_done; false when a step did not fit. */
bool sb_project_fill_ops (SbProject *project);
/* Operations found by their looks in the bytes of a file that SQLite does not read, as additions. */
void sb_project_salvage_bytes (const char *path, SbProject *project);
/* Those of the log's pages that the project does not have, behind its own, in the order in which they were first
 * written. */
void sb_project_salvage_log (const SbProjectImage *image, SbProject *project);
