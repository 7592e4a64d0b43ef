/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-document.h.  The list of edits changes only through steps, each of
 * which can be taken back:
 *
 *   steps   add a · add b · mute a · remove b │ add c (undone)
 *                                      done ──┘  redo goes on from here
 *
 * After every step the masks and sources are made anew as an immutable
 * snapshot, which borrows from the one before all that did not change. */
#include "document/sb-document.h"

#include "base/sb-error.h"

#include <pthread.h>
#include <string.h>

typedef struct {
  SbOperation *op;
  bool muted;
} Edit;

typedef struct {
  SbStepKind kind;
  guint index;    /* of the edit */
  Edit edit;      /* add, remove: the edit; replace: what it becomes (owned) */
  SbOperation *replaced; /* replace: what it was (owned) */
  GArray *edits;  /* clear: all that was there (owned) */
  uint64_t serial;
} Step;

typedef struct {
  SbDocumentFunc func;
  void *data;
} Listener;

struct SbDocument {
  SbSource *original;
  SbGrid grid;
  GArray *edits;     /* of Edit, oldest first */
  GPtrArray *steps;  /* of Step*; the first n_done are in force */
  guint n_done;
  SbOperation *preview;
  GPtrArray *in_force; /* SbOperation*, borrowed: not muted, no preview */
  GArray *listeners;
  uint64_t revision, last_serial;
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

static int
find_edit (const SbDocument *document, const char *id)
{
  for (guint i = 0; i < document->edits->len; i++)
    if (strcmp (sb_operation_id (g_array_index (document->edits, Edit, i).op), id) == 0)
      return (int)i;
  return -1;
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
  if (find_edit (document, id) < 0)
    g_ptr_array_add (ops, preview);
}

static SbSnapshot *
snapshot_new (SbDocument *document, SbOperation *preview, GError **error)
{
  SbSource *original = document->original;
  SbSnapshot *before = document->snapshot;
  g_autoptr (GPtrArray) ops = g_ptr_array_new ();
  g_ptr_array_extend (ops, document->in_force, NULL, NULL);
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

/* --- the list ----------------------------------------------------------- */

static void
edits_release (GArray *edits)
{
  for (guint i = 0; i < edits->len; i++)
    sb_operation_unref (g_array_index (edits, Edit, i).op);
  g_array_unref (edits);
}

static void
step_free (Step *step)
{
  sb_operation_unref (step->edit.op);
  sb_operation_unref (step->replaced);
  if (step->edits != NULL)
    edits_release (step->edits);
  g_free (step);
}

static void
insert_edit (SbDocument *document, guint index, const Edit *edit)
{
  Edit copy = { sb_operation_ref (edit->op), edit->muted };
  g_array_insert_val (document->edits, index, copy);
}

static void
delete_edit (SbDocument *document, guint index)
{
  sb_operation_unref (g_array_index (document->edits, Edit, index).op);
  g_array_remove_index (document->edits, index);
}

static void
set_op (SbDocument *document, guint index, SbOperation *op)
{
  Edit *edit = &g_array_index (document->edits, Edit, index);
  SbOperation *before = edit->op;
  edit->op = sb_operation_ref (op);
  sb_operation_unref (before);
}

static void
step_do (SbDocument *document, const Step *step)
{
  switch (step->kind) {
  case SB_STEP_ADD:
    insert_edit (document, step->index, &step->edit);
    break;
  case SB_STEP_REMOVE:
    delete_edit (document, step->index);
    break;
  case SB_STEP_MUTE:
  case SB_STEP_UNMUTE:
    g_array_index (document->edits, Edit, step->index).muted = step->kind == SB_STEP_MUTE;
    break;
  case SB_STEP_CLEAR:
    while (document->edits->len > 0)
      delete_edit (document, document->edits->len - 1);
    break;
  case SB_STEP_REPLACE:
    set_op (document, step->index, step->edit.op);
    break;
  case SB_N_STEP_KINDS:
    break;
  }
}

static void
step_undo (SbDocument *document, const Step *step)
{
  switch (step->kind) {
  case SB_STEP_ADD:
    delete_edit (document, step->index);
    break;
  case SB_STEP_REMOVE:
    insert_edit (document, step->index, &step->edit);
    break;
  case SB_STEP_MUTE:
  case SB_STEP_UNMUTE:
    g_array_index (document->edits, Edit, step->index).muted = step->kind != SB_STEP_MUTE;
    break;
  case SB_STEP_CLEAR:
    for (guint i = 0; i < step->edits->len; i++)
      insert_edit (document, i, &g_array_index (step->edits, Edit, i));
    break;
  case SB_STEP_REPLACE:
    set_op (document, step->index, step->replaced);
    break;
  case SB_N_STEP_KINDS:
    break;
  }
}

static void
refresh_in_force (SbDocument *document)
{
  g_ptr_array_set_size (document->in_force, 0);
  for (guint i = 0; i < document->edits->len; i++) {
    Edit *edit = &g_array_index (document->edits, Edit, i);
    if (!edit->muted)
      g_ptr_array_add (document->in_force, edit->op);
  }
}

/* The operations in force were all accepted once, so this cannot fail for
 * what they say; only a refused allocation could, and then the old stays. */
static bool
republish (SbDocument *document, GError **error)
{
  refresh_in_force (document);
  g_clear_pointer (&document->preview, sb_operation_unref);
  SbSnapshot *snapshot = snapshot_new (document, NULL, error);
  if (snapshot == NULL)
    return false;
  publish (document, snapshot, true);
  return true;
}

static bool
take_step (SbDocument *document, Step *step, GError **error)
{
  step_do (document, step);
  guint n_done = document->n_done;
  g_autoptr (GPtrArray) undone = g_ptr_array_new_with_free_func ((GDestroyNotify)step_free);
  while (document->steps->len > n_done)
    g_ptr_array_insert (undone, 0, g_ptr_array_steal_index (document->steps, document->steps->len - 1));
  g_ptr_array_add (document->steps, step);
  document->n_done++;
  if (republish (document, error))
    return true;
  step_undo (document, step);
  g_ptr_array_set_size (document->steps, (gint)n_done);
  document->n_done = n_done;
  while (undone->len > 0)
    g_ptr_array_add (document->steps, g_ptr_array_steal_index (undone, 0));
  refresh_in_force (document);
  return false;
}

static Step *
step_new (SbDocument *document, SbStepKind kind, guint index)
{
  Step *step = g_new0 (Step, 1);
  step->kind = kind;
  step->index = index;
  step->serial = ++document->last_serial;
  if (kind == SB_STEP_REMOVE) {
    step->edit = g_array_index (document->edits, Edit, index);
    sb_operation_ref (step->edit.op);
  }
  if (kind == SB_STEP_REPLACE)
    step->replaced = sb_operation_ref (g_array_index (document->edits, Edit, index).op);
  if (kind == SB_STEP_CLEAR) {
    step->edits = g_array_new (FALSE, FALSE, sizeof (Edit));
    for (guint i = 0; i < document->edits->len; i++) {
      Edit copy = g_array_index (document->edits, Edit, i);
      sb_operation_ref (copy.op);
      g_array_append_val (step->edits, copy);
    }
  }
  return step;
}

/* --- changes ------------------------------------------------------------ */

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
  if (find_edit (document, sb_operation_id (op)) >= 0) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "There is already an edit with the id “%s”.", sb_operation_id (op));
    return false;
  }
  if (refuse_read_only (document, error))
    return false;
  Step *step = step_new (document, SB_STEP_ADD, document->edits->len);
  step->edit.op = sb_operation_ref (op);
  return take_step (document, step, error);
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
  return document->n_done > 0 && document->read_only == NULL;
}

bool
sb_document_can_redo (const SbDocument *document)
{
  return document->n_done < document->steps->len && document->read_only == NULL;
}

void
sb_document_undo (SbDocument *document)
{
  if (!sb_document_can_undo (document))
    return;
  Step *step = g_ptr_array_index (document->steps, document->n_done - 1);
  step_undo (document, step);
  document->n_done--;
  if (!republish (document, NULL)) {
    step_do (document, step);
    document->n_done++;
    refresh_in_force (document);
  }
}

void
sb_document_redo (SbDocument *document)
{
  if (!sb_document_can_redo (document))
    return;
  Step *step = g_ptr_array_index (document->steps, document->n_done);
  step_do (document, step);
  document->n_done++;
  if (!republish (document, NULL)) {
    step_undo (document, step);
    document->n_done--;
    refresh_in_force (document);
  }
}

bool
sb_document_remove_op (SbDocument *document, const char *id)
{
  int index = find_edit (document, id);
  if (index < 0 || document->read_only != NULL)
    return false;
  return take_step (document, step_new (document, SB_STEP_REMOVE, (guint)index), NULL);
}

bool
sb_document_set_muted (SbDocument *document, const char *id, bool muted)
{
  int index = find_edit (document, id);
  if (index < 0 || document->read_only != NULL || g_array_index (document->edits, Edit, index).muted == muted)
    return false;
  return take_step (document, step_new (document, muted ? SB_STEP_MUTE : SB_STEP_UNMUTE, (guint)index), NULL);
}

bool
sb_document_replace_op (SbDocument *document, SbOperation *op, GError **error)
{
  const int index = find_edit (document, sb_operation_id (op));
  if (index < 0) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "There is no edit with the id “%s” to be changed.",
                 sb_operation_id (op));
    return false;
  }
  if (refuse_read_only (document, error))
    return false;
  Step *step = step_new (document, SB_STEP_REPLACE, (guint)index);
  step->edit.op = sb_operation_ref (op);
  return take_step (document, step, error);
}

bool
sb_document_clear (SbDocument *document)
{
  if (document->edits->len == 0 || document->read_only != NULL)
    return false;
  return take_step (document, step_new (document, SB_STEP_CLEAR, 0), NULL);
}

/* --- the history, for keeping ------------------------------------------- */

static const char *const step_kind_names[SB_N_STEP_KINDS] = { "add", "remove", "mute", "unmute", "clear", "replace" };

const char *
sb_step_kind_name (SbStepKind kind)
{
  return step_kind_names[kind];
}

bool
sb_step_kind_from_name (const char *name, SbStepKind *kind)
{
  for (int i = 0; i < SB_N_STEP_KINDS; i++)
    if (strcmp (name, step_kind_names[i]) == 0) {
      *kind = (SbStepKind)i;
      return true;
    }
  return false;
}

int
sb_document_n_steps (const SbDocument *document)
{
  return (int)document->steps->len;
}

int
sb_document_n_done (const SbDocument *document)
{
  return (int)document->n_done;
}

SbStep
sb_document_step (const SbDocument *document, int index)
{
  const Step *step = g_ptr_array_index (document->steps, index);
  return (SbStep){ step->kind, (int)step->index, sb_step_kind_has_op (step->kind) ? step->edit.op : NULL,
                   step->serial };
}

static bool
step_fits (const SbDocument *document, const SbStep *step)
{
  const int n = (int)document->edits->len;
  const bool inside = step->index >= 0 && step->index < n;
  switch (step->kind) {
  case SB_STEP_ADD:
    return step->op != NULL && step->index >= 0 && find_edit (document, sb_operation_id (step->op)) < 0;
  case SB_STEP_REMOVE:
    return inside;
  case SB_STEP_MUTE:
  case SB_STEP_UNMUTE:
    return inside && g_array_index (document->edits, Edit, step->index).muted == (step->kind == SB_STEP_UNMUTE);
  case SB_STEP_CLEAR:
    return n > 0;
  case SB_STEP_REPLACE:
    return inside && step->op != NULL && find_edit (document, sb_operation_id (step->op)) == step->index;
  case SB_N_STEP_KINDS:
    break;
  }
  return false;
}

/* Does the steps on the list alone, without masks.  Returns how many did not fit. */
static int
replay (SbDocument *document, const SbStep *steps, int n_steps, int n_done)
{
  int n_left_out = 0, n_kept_done = 0;
  for (int i = 0; i < n_steps; i++) {
    if (!step_fits (document, &steps[i])) {
      n_left_out++;
      continue;
    }
    Step *step = step_new (document, steps[i].kind, (guint)MIN (steps[i].index, (int)document->edits->len));
    if (sb_step_kind_has_op (steps[i].kind))
      step->edit.op = sb_operation_ref (steps[i].op);
    step_do (document, step);
    g_ptr_array_add (document->steps, step);
    n_kept_done += i < n_done;
  }
  document->n_done = document->steps->len;
  while (document->n_done > (guint)n_kept_done)
    step_undo (document, g_ptr_array_index (document->steps, --document->n_done));
  return n_left_out;
}

GPtrArray *
sb_steps_in_force (const SbStep *steps, int n_steps, int n_done, int *n_left_out)
{
  SbDocument list = { .edits = g_array_new (FALSE, FALSE, sizeof (Edit)),
                      .steps = g_ptr_array_new_with_free_func ((GDestroyNotify)step_free),
                      .in_force = g_ptr_array_new () };
  GPtrArray *ops = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_operation_unref);
  const int left_out = replay (&list, steps, n_steps, n_done);
  if (n_left_out != NULL)
    *n_left_out = left_out;
  refresh_in_force (&list);
  for (guint i = 0; i < list.in_force->len; i++)
    g_ptr_array_add (ops, sb_operation_ref (list.in_force->pdata[i]));
  g_ptr_array_unref (list.in_force);
  g_ptr_array_unref (list.steps);
  edits_release (list.edits);
  return ops;
}

bool
sb_document_restore (SbDocument *document, const SbStep *steps, int n_steps, int n_done, int *n_left_out,
                     GError **error)
{
  GArray *old_edits = document->edits;
  GPtrArray *old_steps = document->steps;
  const guint old_n_done = document->n_done;
  document->edits = g_array_new (FALSE, FALSE, sizeof (Edit));
  document->steps = g_ptr_array_new_with_free_func ((GDestroyNotify)step_free);
  const int left_out = replay (document, steps, n_steps, n_done);
  if (n_left_out != NULL)
    *n_left_out = left_out;
  const bool ok = republish (document, error);
  if (!ok) {
    GArray *edits = document->edits;
    GPtrArray *failed = document->steps;
    document->edits = old_edits;
    document->steps = old_steps;
    document->n_done = old_n_done;
    refresh_in_force (document);
    old_edits = edits;
    old_steps = failed;
  }
  edits_release (old_edits);
  g_ptr_array_unref (old_steps);
  return ok;
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

/* --- asking ------------------------------------------------------------- */

bool
sb_document_is_muted (const SbDocument *document, const char *id)
{
  int index = find_edit (document, id);
  return index >= 0 && g_array_index (document->edits, Edit, index).muted;
}

int
sb_document_n_edits (const SbDocument *document)
{
  return (int)document->edits->len;
}

SbOperation *
sb_document_edit (const SbDocument *document, int index, bool *muted)
{
  if (index < 0 || (guint)index >= document->edits->len)
    return NULL;
  Edit *edit = &g_array_index (document->edits, Edit, index);
  if (muted != NULL)
    *muted = edit->muted;
  return edit->op;
}

SbOperation *const *
sb_document_ops (const SbDocument *document, int *n_ops)
{
  *n_ops = (int)document->in_force->len;
  return (SbOperation *const *)document->in_force->pdata;
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
  return sb_ops_file_to_json (&document->grid, document->in_force);
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
  document->edits = g_array_new (FALSE, FALSE, sizeof (Edit));
  document->steps = g_ptr_array_new_with_free_func ((GDestroyNotify)step_free);
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
  edits_release (document->edits);
  g_ptr_array_unref (document->steps);
  g_ptr_array_unref (document->in_force);
  g_array_unref (document->listeners);
  sb_source_unref (document->original);
  g_free (document->read_only);
  pthread_mutex_destroy (&document->lock);
  g_free (document);
}
