/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The operations file: {"version":1,"grid":{…},"ops":[…]}.  Unknown keys,
 * kinds and a newer version are errors; doubles survive a round trip exactly.
 * Thread: any.  Blocks: disk for the file calls. */
#pragma once
#include "base/sb-error.h"
#include "edit/sb-operation.h"

typedef struct {
  bool has_grid;
  SbGrid grid;    /* keys that were absent: n_fft/hop 0, see has_* below */
  bool has_n_fft, has_hop, has_window;
  GPtrArray *ops; /* of SbOperation*, owned */
} SbOpsFile;

void sb_ops_file_free (SbOpsFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOpsFile, sb_ops_file_free)

/* `name` stands in messages for the source of the text. */
SbOpsFile *sb_ops_file_parse (const char *text, gssize length, const char *name, GError **error);
SbOpsFile *sb_ops_file_load (const char *path, GError **error); /* a pipe is waited for */
SbOpsFile *sb_ops_file_load_regular (const char *path, GError **error); /* a pipe is refused */
char *sb_ops_file_to_json (const SbGrid *grid, GPtrArray *ops);
bool sb_ops_file_save (const char *path, const SbGrid *grid, GPtrArray *ops, GError **error); /* whole or not at all */

SbOperation *sb_operation_from_json (const char *text, GError **error);
char *sb_operation_to_json (const SbOperation *op);
