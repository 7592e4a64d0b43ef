/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the files that read projects.  Thread: worker.  Blocks: disk. */
#pragma once
#include "document/sb-project-private.h"

/* The value as text (no zero bytes) or NULL. */
char *sb_project_column_text (sqlite3_stmt *row, int column);
/* ops from steps and n_done; false when a step did not fit. */
bool sb_project_fill_ops (SbProject *project);
/* Operations found by their looks in the bytes of a file that SQLite does not read, as additions. */
void sb_project_salvage_bytes (const char *path, SbProject *project);
