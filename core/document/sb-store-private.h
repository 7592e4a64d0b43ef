/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of keeping, shared by the sb-store*.c files only:
 *
 *   place    names and files of a session, its lock
 *   job      one change, in memory and in the file
 *   writer   the thread that owns the database
 *   open     which session it is
 *   telling  … what is said about it
 *   project  … when a project file was opened
 *   store    what the document's thread sees
 */
#pragma once
#include "document/sb-content-hash.h"
#include "document/sb-project-private.h"
#include "document/sb-store.h"

#include <pthread.h>
#include <sys/types.h>

/* ---- place ---- */

/* Which file it is, whatever its name.  Zeros: none. */
typedef struct {
  dev_t device;
  ino_t inode;
} SbFileId;

typedef struct {
  char *folder;
  char *base;     /* "<path hash>-<fingerprint>" */
  int lock_fd;    /* −1: not ours */
  SbFileId lock;
  char *holder;   /* who has it, for the sentence, or NULL */
  int generation; /* of the newest file; 0: none yet */
  int untouched;  /* files up to this generation are never removed */
} SbPlace;

/* One file under two names is one.  Newly allocated. */
char *sb_place_resolve (const char *path);
char *sb_place_base (const char *path, const char *fingerprint);
/* Makes the folder.  false with errno. */
bool sb_place_prepare (const char *folder);
/* Fills base and generation; *locked_by_other. */
bool sb_place_lock (SbPlace *place, bool *locked_by_other);
char *sb_place_file (const SbPlace *place, int generation);
/* What lies there now. */
SbFileId sb_place_identify (const char *path);
/* It is the file that we hold, still there under its name. */
bool sb_place_is (const char *path, SbFileId id);
bool sb_place_has_lock (const SbPlace *place);
/* The folder or the lock went away under us: made and taken anew.  false: *why, newly allocated, is a sentence; NULL:
 * the folder is there, and errno says why it cannot be used. */
bool sb_place_renew (SbPlace *place, char **why);
int sb_place_newest (const char *folder, const char *base);
/* A log without its database: SQLite would take it for that of a new one. */
bool sb_place_has_stray_log (const SbPlace *place, int generation);
/* Older files than this one, with what SQLite keeps beside them. */
void sb_place_remove_older (const SbPlace *place);
void sb_place_clear (SbPlace *place);
/* Gives the newest file a second name that no session has, newly allocated; where that cannot be, NULL, and it is left
 * where it is for as long as this process lives. */
char *sb_place_put_aside (SbPlace *place);
/* The same for a file that is sound, but not ours: "….aside-1". */
char *sb_place_set_aside (SbPlace *place);
/* Base names in the folder that end or begin so; newly allocated strings, newest first. */
GPtrArray *sb_place_find (const char *folder, const char *prefix, const char *suffix);
/* The files of `from` become those of `to` (both locked by the caller). */
bool sb_place_rename (const char *folder, const char *from, const char *to);

/* ---- job: one change of a session ---- */

typedef enum { SB_JOB_STEPS, SB_JOB_VIEW, SB_JOB_ANSWER, SB_JOB_MARKERS, SB_JOB_PROJECT, SB_JOB_CONTENT } SbJobKind;
typedef struct SbJob SbJob;

/* The steps from `first` on are replaced by these (references taken). */
SbJob *sb_job_steps (int first, SbStep *const *steps, int n_steps, int n_done);
/* char* → char*; a reference is taken: it does not change any more.  An answer to an offer is kept though there is
 * nothing else to keep. */
SbJob *sb_job_view (GHashTable *changes);
SbJob *sb_job_markers (const SbMarker *markers, int n_markers);
SbJob *sb_job_project_path (const char *path, const char *mark);
SbJob *sb_job_content (const char *sha256, int64_t mtime_ns);
void sb_job_free (SbJob *job);
SbJobKind sb_job_kind (const SbJob *job);
/* 1, or 0 for what nobody did and waits for: that is no change. */
int sb_job_is_counted (const SbJob *job);
void sb_job_apply (const SbJob *job, SbProject *project);
/* Inside a transaction.  false: to be rolled back. */
bool sb_job_write (const SbJob *job, sqlite3 *db);

/* ---- writer ---- */

typedef struct SbWriter SbWriter;

/* Takes the place and the project (what the newest file holds, or what the first is to hold).  exists: the newest
 * file is sound and goes on.  NULL: no thread could be made. */
SbWriter *sb_writer_new (SbPlace *place, SbProject *project, bool exists);
/* Takes the job and returns the number of the change.  Thread: any.  Blocks: no. */
uint64_t sb_writer_push (SbWriter *writer, SbJob *job);
uint64_t sb_writer_n_changes (const SbWriter *writer);
uint64_t sb_writer_n_kept (const SbWriter *writer);
bool sb_writer_flush (SbWriter *writer, double timeout_s);
char *sb_writer_trouble (SbWriter *writer);
void sb_writer_set_trouble_func (SbWriter *writer, void (*func) (void *data), void *data);
void sb_writer_free (SbWriter *writer);

/* ---- store ---- */

void sb_store_keep_markers (SbStore *store, const SbMarkers *markers);

/* Among the view settings:
 *
 *   accepted  fingerprint that the edits are to be for
 *   saved     "<mark> <path>" of a project file that it was saved to, if not its own
 *   answered  names of offers that were taken or not wanted, a space between two
 *   later     of a project: the session it was saved from, which had gone on when it was first opened
 *   came      of a project: hashes of the paths that its file had before, a space between two
 *   aside     a file that had taken the session's place; told at the next opening */
#define SB_STORE_ACCEPTED "accepted-content"
#define SB_STORE_SAVED    "saved-as"
#define SB_STORE_ANSWERED "answered-offers"
#define SB_STORE_LATER    "went-on-in"
#define SB_STORE_CAME     "came-from"
#define SB_STORE_ASIDE    "set-aside"
/* They say nothing in a project file: what is saved or taken over has none of them, nor path and mark. */
void sb_store_forget_session (SbProject *project);

struct SbStore {
  SbProject *project; /* what was found */
  SbProject *other;   /* what is on offer, or what the edits were made in; or NULL */
  SbWriter *writer;   /* NULL: nothing is kept */
  SbContentHash *content; /* NULL: the recording's bytes are known, or cannot be */
  bool content_is_news;   /* they are, and the file on the disk does not say so yet */
  SbStoreState state;
  SbProject *aside;   /* set aside, on offer; or NULL */
  char *aside_name, *other_name; /* of these offers, to be remembered by; or NULL */
  char *answered;                /* as SB_STORE_ANSWERED; or NULL */
  char *whose; /* path of the recording or project file that the session belongs to */
  char *other_path, *sentence, *not_kept;
  bool other_there; /* COPY: and it still does */
  /* since attaching */
  SbDocument *document;
  GArray *serials; /* uint64_t of the steps that were handed over */
  int n_done;
  /* under the lock: what the content's thread found */
  pthread_mutex_t lock;
  char *sha256;
};
