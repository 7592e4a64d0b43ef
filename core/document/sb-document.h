/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An opened recording and its edits: their history with unlimited undo, and
 * the three sources (original, result, removed) as immutable
 * snapshots.  Changes come from one thread (UI); snapshots may be taken and
 * read on any. */
#pragma once
#include "document/sb-history.h"
#include "edit/sb-edited.h"
#include "edit/sb-op-json.h"

typedef struct SbDocument SbDocument;

typedef enum { SB_VIEW_ORIGINAL, SB_VIEW_RESULT, SB_VIEW_REMOVED, SB_N_VIEWS } SbView;
const char *sb_view_name (SbView view); /* "original" "result" "removed" */
bool sb_view_from_name (const char *name, SbView *view);

/* Immutable; reference-counted; Thread: any. */
typedef struct {
  atomic_int refs;
  uint64_t revision;           /* grows with every change, previews included */
  SbSource *source[SB_N_VIEWS];
  SbMask *mask;
  SbResynth *resynth;
} SbSnapshot;
SbSnapshot *sb_snapshot_ref (SbSnapshot *snapshot);
void sb_snapshot_unref (SbSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSnapshot, sb_snapshot_unref)

typedef struct {
  uint64_t revision;
  int64_t dirty_from, dirty_to; /* frames of the result that may sound different, window reach included; empty: from
                                   == to */
  bool list_changed;            /* operations or undo state changed, not only a preview */
} SbDocumentChange;
typedef void (*SbDocumentFunc) (SbDocument *document, const SbDocumentChange *change, void *data);

/* References the source.  grid NULL: the default for the rate.  Blocks: plans FFTs (short). */
SbDocument *sb_document_new (SbSource *original, const SbGrid *grid, GError **error);
void sb_document_free (SbDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDocument, sb_document_free)
/* Called on the changing thread after each change. One listener a (func, data) pair. */
void sb_document_add_listener (SbDocument *document, SbDocumentFunc func, void *data);
void sb_document_remove_listener (SbDocument *document, SbDocumentFunc func, void *data);

SbSource *sb_document_original (const SbDocument *document);
const SbGrid *sb_document_grid (const SbDocument *document);
SbSnapshot *sb_document_snapshot (SbDocument *document); /* new reference; Thread: any */

/* Thread: UI from here on.  Blocks: no more than a few ms of compute. */
bool sb_document_apply (SbDocument *document, SbOperation *op, GError **error); /* clears redo and the preview */
/* All of them as one step; one that is in the list already, to the letter, is left out, one with the id of another edit
 * gets an id of its own.  Returns how many were added, −1 when none could be. */
int sb_document_apply_all (SbDocument *document, const GPtrArray *ops, GError **error);
/* The same with those that fit this recording; *n_outside: how many do not and were left out. */
int sb_document_apply_fitting (SbDocument *document, const GPtrArray *ops, int *n_outside, GError **error);
/* A stroke in progress: seen and heard, not committed.  NULL takes it back.  With the id of an edit in the list it
 * stands in that edit's place (and says nothing while that is muted). */
bool sb_document_preview (SbDocument *document, SbOperation *op, GError **error);
bool sb_document_can_undo (const SbDocument *document);
bool sb_document_can_redo (const SbDocument *document);
void sb_document_undo (SbDocument *document);
void sb_document_redo (SbDocument *document);
/* Operations now in force, oldest first (no preview, none that is muted or outside).  Borrowed until the next
 * change. */
SbOperation *const *sb_document_ops (const SbDocument *document, int *n_ops);
/* Removing one from the middle, muting, and clearing are changes of the list and can be undone too. */
bool sb_document_remove_op (SbDocument *document, const char *id);
bool sb_document_set_muted (SbDocument *document, const char *id, bool muted);
/* The edit with op's id becomes op, in its place and muted as before. */
bool sb_document_replace_op (SbDocument *document, SbOperation *op, GError **error);
/* All edits in the list, muted ones too, oldest first.  Borrowed until the next change. */
int sb_document_n_edits (const SbDocument *document);
SbOperation *sb_document_edit (const SbDocument *document, int index, bool *muted /* may be NULL */);
bool sb_document_is_muted (const SbDocument *document, const char *id);
bool sb_document_clear (SbDocument *document);
/* --- for keeping: the history as a list of steps, of which the first n_done are in force --- */

int sb_document_n_steps (const SbDocument *document);
int sb_document_n_done (const SbDocument *document);
SbStep sb_document_step (const SbDocument *document, int index); /* op is borrowed */
/* Replaces the whole history at once, as sb_history_replay() reads it; listeners are told once.  Edits that lie wholly
 * outside this recording (it became shorter) stay in the list and the history, out of force. */
bool sb_document_restore (SbDocument *document, const SbStep *steps, int n_steps, int n_done, int *n_left_out,
                          GError **error);
bool sb_document_is_outside (const SbDocument *document, SbOperation *op); /* an edit of the list that does */
int sb_document_n_outside (const SbDocument *document);
/* Changes are refused from now on with this sentence (NULL: allowed again). */
void sb_document_set_read_only (SbDocument *document, const char *sentence);
bool sb_document_is_read_only (const SbDocument *document);
const char *sb_document_why_read_only (const SbDocument *document); /* that sentence, or NULL */

/* Seconds of the recording that really change, window reach included. */
double sb_document_changed_s (const SbDocument *document);
/* The list as an operations file (muted ones left out: they do nothing). */
char *sb_document_to_json (const SbDocument *document);
