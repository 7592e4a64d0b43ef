/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the files that open a store: which session a recording goes on with
 * (sb-store-open.c), what is said about it (sb-store-telling.c), and what a
 * project file has to do with it (sb-store-project.c).  Thread: worker.  Blocks: disk. */
#pragma once
#include "document/sb-store-private.h"

/* What is known while a store is being opened. */
typedef struct {
  SbStore *store;
  const SbStoreRequest *request;
  SbPlace place;
  const char *mark; /* hash of the project file, NULL: none was opened */
  bool file_first;  /* the project file counts: it was not opened before, or has changed */
  bool newer;       /* the session is one that only a newer version can read */
  bool unsure;      /* whether the edits were made in just these bytes */
  bool unwritable;  /* the folder can at most be read: nothing is renamed, removed or written */
  SbProject *fresh; /* the recording as it is now, without edits */
} SbOpening;

/* ---- open ---- */

/* The newest file of a session that can be read, and its number. */
SbProject *sb_store_load_base (const char *folder, const char *base, int *generation, GError **error);
/* A session under `base` whose recording or project has gone: taken over, with its lock held meanwhile. */
bool sb_store_adopt (SbOpening *opening, const char *base);
/* The files that a session was not wholly read from are not written on and not removed: people may want them.  Where
 * they are, for a sentence. */
char *sb_store_put_aside (SbOpening *opening);

/* ---- telling ---- */

/* One more sentence for who opens it. */
void sb_store_say (SbStore *store, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* "3 edits and 1 marker" */
char *sb_store_amount (const SbProject *project);
void sb_store_say_changed (const SbOpening *opening, const char *what, const char *meaning);
/* A project knows its recording by content, wherever that lies now. */
void sb_store_say_where_found (SbOpening *opening, const char *before);
/* The writer found another file in its place. */
void sb_store_tell_stranger (SbStore *store, const SbProject *project);
/* What was found, and what is on offer. */
void sb_store_explain (SbOpening *opening);
void sb_store_tell_unsure (SbOpening *opening);

/* ---- offers ---- */

/* Edits or markers in force. */
bool sb_store_has_on_offer (const SbProject *project);
/* The file at the path is it. */
bool sb_store_same_content (const char *path, const char *fingerprint);
/* An offer of this name was taken or not wanted, or the session that is open has all of it. */
bool sb_store_is_settled (const SbOpening *opening, const char *name, const SbProject *offer);
bool sb_store_is_answered (const SbStore *store, const char *name);
/* The answers so far stay with the session, whatever that goes on with. */
void sb_store_keep_answers (SbStore *store);
/* Takes the project.  It is on offer, under that name. */
void sb_store_offer (SbOpening *opening, SbFound found, const char *name, SbProject *project);
/* All that lies elsewhere and is nowhere else on offer. */
void sb_store_look_for_offers (SbOpening *opening);
/* What was set aside. */
void sb_store_look_for_aside (SbOpening *opening);

/* ---- project ---- */

/* A file set aside that holds it, newly allocated; NULL: there is none. */
char *sb_store_save_aside (SbOpening *opening, const SbProject *project);

/* The project file against what was kept of it: the file counts when it is another than at that time. */
bool sb_store_project_goes_first (const SbOpening *opening);
void sb_store_take_project (SbOpening *opening);
/* Whether the session that goes on shows what the project file says. */
void sb_store_compare_with_project (const SbOpening *opening);
/* What was kept and is not in the project file stays on the disk, and it is said where. */
void sb_store_set_session_aside (SbOpening *opening);
/* The session of this project file from when it lay elsewhere goes on here. */
void sb_store_look_for_moved (SbOpening *opening);
/* The session that was found is this file's.  true: it said another path. */
bool sb_store_name_project (SbOpening *opening);
/* What was done in another session after this file was saved from it is on offer. */
void sb_store_look_for_later (SbOpening *opening);
void sb_store_tell_other_content (SbOpening *opening);
/* What was kept ended the program last time, or may have. */
void sb_store_leave_out_edits (SbOpening *opening);
