/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A database with the write-ahead log that a killed or running program has
 * beside it, in memory; nothing is written beside either.
 * Thread: worker.  Blocks: disk. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint8_t *bytes; /* the database, owned */
  gsize n;
  uint8_t *log; /* NULL: none, or it is not this database's */
  gsize n_log;
  bool damaged; /* the log: transactions behind what is wrong in it were acknowledged */
} SbProjectImage;

/* There is a log, and the database is one that has one. */
bool sb_project_has_log (const char *path);
/* As they lie on the disk.  false: the database cannot be read, or is too large.  Initialises image; cleared by the
 * caller in any case. */
bool sb_project_image_read (SbProjectImage *image, const char *path);
/* Brings the log into the database, to the last transaction.  all: of a damaged log also pages that may be wrong.
 * false: no room. */
bool sb_project_image_apply (SbProjectImage *image, bool all);
/* The log's pages, oldest first, whatever they hold. */
void sb_project_image_each_page (const SbProjectImage *image, void (*func) (const char *page, gsize n, void *data),
                                 void *data);
void sb_project_image_clear (SbProjectImage *image);
