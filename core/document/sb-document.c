/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-document.h.  After every step of the history (sb-history.h) the masks
 * and sources are made anew as an immutable snapshot, which borrows from the
 * one before all that did not change. */
#include "document/sb-document.h"

#include "base/sb-error.h"

#include <pthread.h>
#include <string.h>

typedef struct {
  SbDocumentFunc func;
  void *data;
} Listener;

struct SbDocument {
  SbSource *original;
  SbGrid grid;
  SbHistory *history;
  SbOperation *preview;
  GHashTable *outside; /* of SbOperation*, references: those of the history that do not fit this recording; may be out
                          of the list */
  GPtrArray *in_force; /* SbOperation*, borrowed from the history: without those */
  GArray *listeners;
  uint64_t revision;
  char *read_only; /* why nothing may change, or NULL */
  pthread_mutex_t lock;
  SbSnapshot *snapshot; /* replaced under the lock */
};

/* --- views -------------------------------------------------------------- */

static const char *const view_names[SB_N_VIEWS] = { "original", "result", "removed" };

const char *
sb_view_name (SbView view)
{
  return view_names[view];
}

bool
sb_view_from_name (const char *name, SbView *view)
{
  for (int i = 0; i < SB_N_VIEWS; i++)
    if (strcmp (name, view_names[i]) == 0) {
      *view = (SbView)i;
      return true;
    }
  return false;
}

/* --- snapshots ---------------------------------------------------------- */

SbSnapshot *
sb_snapshot_ref (SbSnapshot *snapshot)
{
  atomic_fetch_add (&snapshot->refs, 1);
  return snapshot;
}

void
sb_snapshot_unref (SbSnapshot *snapshot)
{
  if (snapshot == NULL || atomic_fetch_sub (&snapshot->refs, 1) != 1)
    return;
  for (int i = 0; i < SB_N_VIEWS; i++)
    sb_source_unref (snapshot->source[i]);
  sb_resynth_unref (snapshot->resynth);
  sb_mask_unref (snapshot->mask);
  g_free (snapshot);
}

/* On top of all, or in the place of the edit that it shows changed. */
static void
put_preview (const SbDocument *document, GPtrArray *ops, SbOperation *preview)
{
  const char *id = sb_operation_id (preview);
  for (guint i = 0; i < ops->len; i++)
    if (strcmp (sb_operation_id (ops->pdata[i]), id) == 0) {
      ops->pdata[i] = preview;
      return;
    }
  if (sb_history_find (document->history, id) < 0)
    g_ptr_array_add (ops, preview);
}

/* --- edits of a recording that was longer ------------------------------- */

static bool
fits (const SbDocument *document, SbOperation *op, GError **error)
{
  const SbSource *original = document->original;
  return sb_mask_accepts (&document->grid, original->rate, original->n_frames, original->channels, op, error);
}

static void
find_outside (SbDocument *document)
{
  g_hash_table_remove_all (document->outside);
  for (int i = 0; i < sb_history_n_steps (document->history); i++) {
    SbOperation *op = sb_history_step (document->history, i).op;
    if (op != NULL && !fits (document, op, NULL))
      g_hash_table_add (document->outside, sb_operation_ref (op));
  }
}

static const GPtrArray *
in_force (const SbDocument *document)
{
  const GPtrArray *all = sb_history_in_force (document->history);
  if (g_hash_table_size (document->outside) == 0)
    return all;
  g_ptr_array_set_size (document->in_force, 0);
  for (guint i = 0; i < all->len; i++)
    if (!g_hash_table_contains (document->outside, all->pdata[i]))
      g_ptr_array_add (document->in_force, all->pdata[i]);
  return document->in_force;
}

bool
sb_document_is_outside (const SbDocument *document, SbOperation *op)
{
  return g_hash_table_contains (document->outside, op);
}

int
sb_document_n_outside (const SbDocument *document)
{
  int n = 0;
  for (int i = 0; i < sb_history_n_edits (document->history) && g_hash_table_size (document->outside) > 0; i++)
    n += g_hash_table_contains (document->outside, sb_history_edit (document->history, i, NULL));
  return n;
}

static SbSnapshot *
snapshot_new (SbDocument *document, SbOperation *preview, GError **error)
{
  SbSource *original = document->original;
  SbSnapshot *before = document->snapshot;
  g_autoptr (GPtrArray) ops = g_ptr_array_new ();
  g_ptr_array_extend (ops, (GPtrArray *)in_force (document), NULL, NULL);
  if (preview != NULL)
    put_preview (document, ops, preview);
  g_autoptr (SbMask) mask
      = sb_mask_new (&document->grid, original->rate, original->n_frames, original->channels,
                     (SbOperation *const *)ops->pdata, (int)ops->len, before != NULL ? before->mask : NULL, error);
  if (mask == NULL)
    return NULL;
  g_autoptr (SbResynth) resynth = sb_resynth_new (original, mask, before != NULL ? before->resynth : NULL, error);
  if (resynth == NULL)
    return NULL;
  SbSnapshot *snapshot = g_new0 (SbSnapshot, 1);
  atomic_init (&snapshot->refs, 1);
  snapshot->revision = ++document->revision;
  snapshot->source[SB_VIEW_ORIGINAL] = sb_source_ref (original);
  snapshot->source[SB_VIEW_RESULT] = sb_edited_source_new (resynth);
  snapshot->source[SB_VIEW_REMOVED] = sb_removed_source_new (resynth);
  snapshot->mask = g_steal_pointer (&mask);
  snapshot->resynth = g_steal_pointer (&resynth);
  return snapshot;
}

SbSnapshot *
sb_document_snapshot (SbDocument *document)
{
  pthread_mutex_lock (&document->lock);
  SbSnapshot *snapshot = sb_snapshot_ref (document->snapshot);
  pthread_mutex_unlock (&document->lock);
  return snapshot;
}

static void
tell (SbDocument *document, const SbDocumentChange *change)
{
  g_autoptr (GArray) listeners = g_array_copy (document->listeners);
  for (guint i = 0; i < listeners->len; i++) {
    Listener *listener = &g_array_index (listeners, Listener, i);
    listener->func (document, change, listener->data);
  }
}

static void
publish (SbDocument *document, SbSnapshot *snapshot, bool list_changed)
{
  SbSnapshot *before = document->snapshot;
  SbDocumentChange change = { snapshot->revision, 0, 0, list_changed };
  int64_t first, end;
  if (sb_mask_difference (before->mask, snapshot->mask, &first, &end))
    sb_grid_frames_under (&document->grid, document->original->n_frames, first, end, &change.dirty_from,
                          &change.dirty_to);
  pthread_mutex_lock (&document->lock);
  document->snapshot = snapshot;
  pthread_mutex_unlock (&document->lock);
  tell (document, &change);
  sb_snapshot_unref (before);
}

/* --- changes ------------------------------------------------------------ */

/* The operations in force were all accepted once, so this cannot fail for
 * what they say; only a refused allocation could, and then the old stays. */
static bool
republish (SbDocument *document, GError **error)
{
  g_clear_pointer (&document->preview, sb_operation_unref);
  SbSnapshot *snapshot = snapshot_new (document, NULL, error);
  if (snapshot == NULL)
    return false;
  publish (document, snapshot, true);
  return true;
}

static bool
take_step (SbDocument *document, SbStepKind kind, int index, SbOperation *op, GError **error)
{
  const SbStep step = { kind, index, op, 0 };
  sb_history_take (document->history, &step, 1);
  if (republish (document, error))
    return true;
  sb_history_take_back (document->history);
  return false;
}

static bool
refuse_read_only (const SbDocument *document, GError **error)
{
  if (document->read_only == NULL)
    return false;
  g_set_error_literal (error, SB_ERROR, SB_ERROR_WRITE, document->read_only);
  return true;
}

bool
sb_document_apply (SbDocument *document, SbOperation *op, GError **error)
{
  if (sb_history_find (document->history, sb_operation_id (op)) >= 0) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "There is already an edit with the id “%s”.", sb_operation_id (op));
    return false;
  }
  if (refuse_read_only (document, error))
    return false;
  return take_step (document, SB_STEP_ADD, sb_history_n_edits (document->history), op, error);
}

/* The operation as it can be added: itself, the same with an id of its own, or NULL where it is there already. */
static SbOperation *
fit_in (const SbDocument *document, SbOperation *op, GHashTable *ids)
{
  const int index = sb_history_find (document->history, sb_operation_id (op));
  if (index < 0 && !g_hash_table_contains (ids, sb_operation_id (op)))
    return sb_operation_ref (op);
  if (index >= 0) {
    g_autofree char *ours = sb_operation_to_json (sb_history_edit (document->history, index, NULL));
    g_autofree char *theirs = sb_operation_to_json (op);
    if (strcmp (ours, theirs) == 0)
      return NULL;
  }
  SbOpSpec spec = *sb_operation_spec (op);
  spec.id = NULL;
  return sb_operation_new (&spec, NULL);
}

int
sb_document_apply_all (SbDocument *document, const GPtrArray *ops, GError **error)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_operation_unref);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (SbStep));
  const int n_edits = sb_history_n_edits (document->history);
  if (refuse_read_only (document, error))
    return -1;
  for (guint i = 0; i < ops->len; i++) {
    SbOperation *op = fit_in (document, ops->pdata[i], ids);
    if (op == NULL)
      continue;
    const SbStep step = { added->len ? SB_STEP_ADD_MORE : SB_STEP_ADD, n_edits + (int)added->len, op, 0 };
    g_ptr_array_add (added, op);
    g_hash_table_add (ids, (gpointer)sb_operation_id (op));
    g_array_append_val (steps, step);
  }
  if (steps->len == 0)
    return 0;
  sb_history_take (document->history, (const SbStep *)steps->data, (int)steps->len);
  if (republish (document, error))
    return (int)steps->len;
  sb_history_take_back (document->history);
  return -1;
}

int
sb_document_apply_fitting (SbDocument *document, const GPtrArray *ops, int *n_outside, GError **error)
{
  g_autoptr (GPtrArray) fitting = g_ptr_array_new ();
  for (guint i = 0; i < ops->len; i++)
    if (fits (document, ops->pdata[i], NULL))
      g_ptr_array_add (fitting, ops->pdata[i]);
  *n_outside = (int)(ops->len - fitting->len);
  return sb_document_apply_all (document, fitting, error);
}

bool
sb_document_preview (SbDocument *document, SbOperation *op, GError **error)
{
  if (op == NULL && document->preview == NULL)
    return true;
  if (op != NULL && refuse_read_only (document, error))
    return false;
  SbSnapshot *snapshot = snapshot_new (document, op, error);
  if (snapshot == NULL)
    return false;
  SbOperation *before = document->preview;
  document->preview = op != NULL ? sb_operation_ref (op) : NULL;
  publish (document, snapshot, false);
  sb_operation_unref (before);
  return true;
}

bool
sb_document_can_undo (const SbDocument *document)
{
  return sb_history_can_undo (document->history) && document->read_only == NULL;
}

bool
sb_document_can_redo (const SbDocument *document)
{
  return sb_history_can_redo (document->history) && document->read_only == NULL;
}

void
sb_document_undo (SbDocument *document)
{
  if (!sb_document_can_undo (document))
    return;
  sb_history_undo (document->history);
  if (!republish (document, NULL))
    sb_history_redo (document->history);
}

void
sb_document_redo (SbDocument *document)
{
  if (!sb_document_can_redo (document))
    return;
  sb_history_redo (document->history);
  if (!republish (document, NULL))
    sb_history_undo (document->history);
}

bool
sb_document_remove_op (SbDocument *document, const char *id)
{
  int index = sb_history_find (document->history, id);
  if (index < 0 || document->read_only != NULL)
    return false;
  return take_step (document, SB_STEP_REMOVE, index, NULL, NULL);
}

bool
sb_document_set_muted (SbDocument *document, const char *id, bool muted)
{
  int index = sb_history_find (document->history, id);
  if (index < 0 || document->read_only != NULL || sb_document_is_muted (document, id) == muted)
    return false;
  return take_step (document, muted ? SB_STEP_MUTE : SB_STEP_UNMUTE, index, NULL, NULL);
}

bool
sb_document_replace_op (SbDocument *document, SbOperation *op, GError **error)
{
  const int index = sb_history_find (document->history, sb_operation_id (op));
  if (index < 0) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "There is no edit with the id “%s” to be changed.",
                 sb_operation_id (op));
    return false;
  }
  if (refuse_read_only (document, error))
    return false;
  return take_step (document, SB_STEP_REPLACE, index, op, error);
}

bool
sb_document_clear (SbDocument *document)
{
  if (sb_document_n_edits (document) == 0 || document->read_only != NULL)
    return false;
  return take_step (document, SB_STEP_CLEAR, 0, NULL, NULL);
}

/* --- the history, for keeping ------------------------------------------- */

int
sb_document_n_steps (const SbDocument *document)
{
  return sb_history_n_steps (document->history);
}

int
sb_document_n_done (const SbDocument *document)
{
  return sb_history_n_done (document->history);
}

SbStep
sb_document_step (const SbDocument *document, int index)
{
  return sb_history_step (document->history, index);
}

bool
sb_document_restore (SbDocument *document, const SbStep *steps, int n_steps, int n_done, int *n_left_out,
                     GError **error)
{
  SbHistory *before = document->history;
  document->history = sb_history_replay (steps, n_steps, n_done, n_left_out);
  find_outside (document);
  if (republish (document, error)) {
    sb_history_free (before);
    return true;
  }
  sb_history_free (document->history);
  document->history = before;
  find_outside (document);
  return false;
}

void
sb_document_set_read_only (SbDocument *document, const char *sentence)
{
  g_free (document->read_only);
  document->read_only = g_strdup (sentence);
}

bool
sb_document_is_read_only (const SbDocument *document)
{
  return document->read_only != NULL;
}

const char *
sb_document_why_read_only (const SbDocument *document)
{
  return document->read_only;
}

/* --- asking ------------------------------------------------------------- */

bool
sb_document_is_muted (const SbDocument *document, const char *id)
{
  bool muted = false;
  sb_history_edit (document->history, sb_history_find (document->history, id), &muted);
  return muted;
}

int
sb_document_n_edits (const SbDocument *document)
{
  return sb_history_n_edits (document->history);
}

SbOperation *
sb_document_edit (const SbDocument *document, int index, bool *muted)
{
  return sb_history_edit (document->history, index, muted);
}

SbOperation *const *
sb_document_ops (const SbDocument *document, int *n_ops)
{
  const GPtrArray *ops = in_force (document);
  *n_ops = (int)ops->len;
  return (SbOperation *const *)ops->pdata;
}

double
sb_document_changed_s (const SbDocument *document)
{
  g_autoptr (GArray) spans = sb_mask_frame_spans (document->snapshot->mask);
  int64_t frames = 0;
  for (guint i = 0; i < spans->len; i++)
    frames += g_array_index (spans, SbFrameSpan, i).to - g_array_index (spans, SbFrameSpan, i).from;
  return (double)frames / document->original->rate;
}

char *
sb_document_to_json (const SbDocument *document)
{
  return sb_ops_file_to_json (&document->grid, (GPtrArray *)in_force (document));
}

SbSource *
sb_document_original (const SbDocument *document)
{
  return document->original;
}

const SbGrid *
sb_document_grid (const SbDocument *document)
{
  return &document->grid;
}

/* --- life --------------------------------------------------------------- */

void
sb_document_add_listener (SbDocument *document, SbDocumentFunc func, void *data)
{
  Listener listener = { func, data };
  g_array_append_val (document->listeners, listener);
}

void
sb_document_remove_listener (SbDocument *document, SbDocumentFunc func, void *data)
{
  for (guint i = 0; i < document->listeners->len; i++) {
    Listener *listener = &g_array_index (document->listeners, Listener, i);
    if (listener->func == func && listener->data == data) {
      g_array_remove_index (document->listeners, i);
      return;
    }
  }
}

SbDocument *
sb_document_new (SbSource *original, const SbGrid *grid, GError **error)
{
  SbDocument *document = g_new0 (SbDocument, 1);
  pthread_mutex_init (&document->lock, NULL);
  document->original = sb_source_ref (original);
  document->grid = grid != NULL ? *grid : sb_grid_default (original->rate);
  document->history = sb_history_new ();
  document->outside = g_hash_table_new_full (NULL, NULL, (GDestroyNotify)sb_operation_unref, NULL);
  document->in_force = g_ptr_array_new ();
  document->listeners = g_array_new (FALSE, FALSE, sizeof (Listener));
  document->snapshot = snapshot_new (document, NULL, error);
  if (document->snapshot == NULL) {
    sb_document_free (document);
    return NULL;
  }
  return document;
}

void
sb_document_free (SbDocument *document)
{
  if (document == NULL)
    return;
  sb_snapshot_unref (document->snapshot);
  sb_operation_unref (document->preview);
  sb_history_free (document->history);
  g_hash_table_unref (document->outside);
  g_ptr_array_unref (document->in_force);
  g_array_unref (document->listeners);
  sb_source_unref (document->original);
  g_free (document->read_only);
  pthread_mutex_destroy (&document->lock);
  g_free (document);
}
