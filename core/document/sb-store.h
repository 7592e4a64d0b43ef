/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keeping: what a person does to a recording is on the disk before the next
 * stroke starts, and is there again when the recording is opened again.
 *
 * One live database a session lies in the user's state folder, named after
 * the path that was opened and the recording's content:
 *
 *   sessions/<path hash>-<fingerprint>.<n>.sonobrush    the highest n counts
 *   sessions/<path hash>-<fingerprint>.lock             held (flock) while it is open; a dead holder holds nothing
 *
 * One writer thread, one transaction a change (WAL, synchronous=FULL).  When a
 * write fails, nothing is retried on that file: the whole session is written
 * to a new one, n + 1, as soon as that works again.
 * Thread: as said.  Calls marked UI: always the document's thread. */
#pragma once
#include "document/sb-project.h"

typedef struct SbStore SbStore;

typedef enum {
  SB_FOUND_NOTHING, /* a new session */
  SB_FOUND_SESSION, /* went on with the one that was there */
  SB_FOUND_MOVED,   /* the recording was renamed or moved: its session came along */
  SB_FOUND_COPY,    /* another recording with the same content has strokes: offered, not taken */
  SB_FOUND_LATER,   /* the session that a project was saved from has gone on since: offered, not taken */
  SB_FOUND_CHANGED, /* this path had other content before: its strokes are offered, not taken */
} SbFound;

typedef enum {
  SB_KEEPING,       /* what is done is kept */
  SB_NOT_KEEPING,   /* the state folder cannot be written */
  SB_KEPT_ELSEWHERE /* another window has this session: read only */
} SbKeeping;

typedef struct {
  SbFound found;
  SbKeeping keeping;
  const char *other_path; /* COPY, LATER: where the other lies; MOVED: where it was */
  int n_other, n_other_markers; /* COPY, LATER, CHANGED: edits and markers on offer */
  bool set_aside;         /* something that was kept has another name now, which the sentence says */
  int n_outside;          /* of the offered edits that were taken: how many did not fit this recording */
  int n_aside, n_aside_markers; /* edits and markers that were set aside, at this opening or before, and are on offer */
  bool aside_now;         /* at this opening: the sentence says so */
  bool told_before;       /* CHANGED: at an earlier opening, too */
  bool on_other_content;  /* the edits were made in a recording with other content, and nobody has agreed to that yet */
  bool differs_from_project; /* a project file was opened, and what was kept shows other edits or markers … */
  bool beyond_project;    /* … namely all of its and more */
  const char *sentence;   /* for a person, or NULL when there is nothing to say */
  const char *not_kept;   /* SB_NOT_KEEPING: why, for as long as it holds */
} SbStoreState;

/* "$XDG_STATE_HOME/sonobrush/sessions", newly allocated. */
char *sb_store_default_folder (void);

/* Never fails for want of a disk: then state says SB_NOT_KEEPING.  NULL only when the recording cannot be read or its
 * session was made by a newer version (SB_ERROR_NEWER; without_edits opens it).  project: what was loaded from
 * project_path; both NULL for a recording.
 * Thread: worker.  Blocks: disk. */
SbStore *sb_store_open (const char *folder /* NULL: the default */, SbSource *recording, const SbProject *project,
                        const char *project_path, GError **error);
typedef struct {
  const char *folder; /* NULL: the default */
  const SbProject *project;
  const char *project_path;
  bool adopt;         /* the person says that this is the recording: edits of the same content come along */
  bool without_edits; /* what was kept is set aside, or left where it is when only a newer version can read it */
  SbProgress *progress; /* to cancel by; may be NULL */
} SbStoreRequest;
SbStore *sb_store_open_as (const SbStoreRequest *request, SbSource *recording, GError **error);
/* What a project file is to say: as it was kept, about the recording that the edits were made in, whatever lies at its
 * path by now.  The caller frees it. */
SbProject *sb_store_copy_project (SbStore *store);
/* Of all bytes of the recording as it was opened, newly allocated; NULL: not known (yet).  Thread: any. */
char *sb_store_source_sha256 (SbStore *store);
/* What was kept: its grid is the one the document must have.  Borrowed. */
const SbProject *sb_store_project (const SbStore *store);
bool sb_store_has_edits (const SbStore *store);
/* What the edits on offer were made in: the other recording, or with on_other_content this one as it was.  Borrowed;
 * NULL: neither. */
const SbProject *sb_store_other (const SbStore *store);

/* Brings the history back into the document and keeps every change from now on.  Thread: UI.  Blocks: compute. */
bool sb_store_attach (SbStore *store, SbDocument *document, GError **error);
/* The offered edits as new ones, in one step, and the markers that are not there yet.  Thread: UI. */
bool sb_store_take_other (SbStore *store, SbMarkers *markers, GError **error);
/* It is not wanted, and not offered again. */
void sb_store_dismiss_other (SbStore *store);
/* What was set aside.  Borrowed; NULL: nothing is on offer. */
const SbProject *sb_store_aside (const SbStore *store);
char *sb_store_aside_amount (const SbStore *store); /* "3 edits and 1 marker", newly allocated */
/* Taken as the other's are, or never offered again.  The file stays.  Thread: UI. */
bool sb_store_bring_back (SbStore *store, SbMarkers *markers, GError **error);
void sb_store_dismiss_aside (SbStore *store);
/* The edits are to be for this content: said once.  Thread: UI. */
void sb_store_accept_content (SbStore *store);
/* View settings and markers of the session.  Thread: UI. */
void sb_store_set_view (SbStore *store, const char *key, const char *value);
void sb_store_set_views (SbStore *store, GHashTable *changes /* char* → char*; not changed any more */);
void sb_store_set_markers (SbStore *store, const SbMarker *markers, int n_markers);
/* All there is was saved as a project; mark: sb_fingerprint_file() of it.  What is done from now on comes back when
 * that file is opened again, unless it was changed meanwhile.  Thread: UI. */
void sb_store_set_project_path (SbStore *store, const char *path, const char *mark);

/* Changes handed over and changes durable on the disk.  Thread: any, atomic. */
uint64_t sb_store_n_changes (const SbStore *store);
uint64_t sb_store_n_kept (const SbStore *store);
/* Waits until all is kept.  false: not within the time, or it cannot be kept.  Thread: any but UI (or at the end). */
bool sb_store_flush (SbStore *store, double timeout_s);
/* Why changes are not on the disk at the moment, newly allocated; NULL: they are, or soon will be.  Thread: any. */
char *sb_store_trouble (SbStore *store);
/* Called on the writer's thread when trouble begins, when its sentence is another and when it has ended. */
void sb_store_set_trouble_func (SbStore *store, void (*func) (void *data), void *data);
SbStoreState sb_store_state (const SbStore *store);

/* Detaches, keeps what is still to be kept (waits up to 10 s) and closes.  Thread: UI or the last to use it. */
void sb_store_free (SbStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbStore, sb_store_free)
