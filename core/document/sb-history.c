/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-history.h. */
#include "document/sb-history.h"

#include <assert.h>
#include <stdatomic.h>
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

struct SbHistory {
  GArray *edits;       /* of Edit, oldest first */
  GHashTable *ids;     /* of those, borrowed: a history of 100,000 additions is replayed without comparing all with
                          all */
  GPtrArray *steps;    /* of Step*; the first n_done are in force */
  guint n_done;
  GPtrArray *cut_off;  /* of Step*: could be redone before the newest steps were taken */
  guint n_before;      /* n_done then */
  GPtrArray *in_force; /* SbOperation*, borrowed from edits */
};

static const char *const step_kind_names[SB_N_STEP_KINDS] = { "add", "remove", "mute", "unmute", "clear", "replace",
                                                             "add-more" };

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

/* --- the list ----------------------------------------------------------- */

static void
edits_release (GArray *edits)
{
  for (guint i = 0; i < edits->len; i++)
    sb_operation_unref (g_array_index (edits, Edit, i).op);
  g_array_unref (edits);
}

static void
insert_edit (SbHistory *history, guint index, const Edit *edit)
{
  Edit copy = { sb_operation_ref (edit->op), edit->muted };
  g_array_insert_val (history->edits, index, copy);
  g_hash_table_add (history->ids, (gpointer)sb_operation_id (edit->op));
}

static void
delete_edit (SbHistory *history, guint index)
{
  SbOperation *op = g_array_index (history->edits, Edit, index).op;
  g_hash_table_remove (history->ids, sb_operation_id (op));
  g_array_remove_index (history->edits, index);
  sb_operation_unref (op);
}

static void
set_op (SbHistory *history, guint index, SbOperation *op)
{
  Edit *edit = &g_array_index (history->edits, Edit, index);
  SbOperation *before = edit->op;
  edit->op = sb_operation_ref (op);
  g_hash_table_add (history->ids, (gpointer)sb_operation_id (op)); /* the same id, but its own text */
  sb_operation_unref (before);
}

static void
refresh_in_force (SbHistory *history)
{
  g_ptr_array_set_size (history->in_force, 0);
  for (guint i = 0; i < history->edits->len; i++) {
    Edit *edit = &g_array_index (history->edits, Edit, i);
    if (!edit->muted)
      g_ptr_array_add (history->in_force, edit->op);
  }
}

/* --- steps -------------------------------------------------------------- */

static void
step_free (Step *step)
{
  sb_operation_unref (step->edit.op);
  sb_operation_unref (step->replaced);
  if (step->edits != NULL)
    edits_release (step->edits);
  g_free (step);
}

static GPtrArray *
steps_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)step_free);
}

uint64_t
sb_step_next_serial (void)
{
  static atomic_uint_least64_t last_serial;
  return atomic_fetch_add (&last_serial, 1) + 1;
}

/* With what undoing it will need of the list as it is now. */
static Step *
step_new (const SbHistory *history, const SbStep *wanted)
{
  Step *step = g_new0 (Step, 1);
  step->kind = wanted->kind;
  step->index = (guint)wanted->index;
  step->serial = sb_step_next_serial ();
  switch (step->kind) {
  case SB_STEP_ADD:
  case SB_STEP_ADD_MORE:
    step->index = MIN (step->index, history->edits->len);
    step->edit.op = sb_operation_ref (wanted->op);
    break;
  case SB_STEP_REMOVE:
    step->edit = g_array_index (history->edits, Edit, step->index);
    sb_operation_ref (step->edit.op);
    break;
  case SB_STEP_REPLACE:
    step->edit.op = sb_operation_ref (wanted->op);
    step->replaced = sb_operation_ref (g_array_index (history->edits, Edit, step->index).op);
    break;
  case SB_STEP_CLEAR:
    step->edits = g_array_copy (history->edits);
    for (guint i = 0; i < step->edits->len; i++)
      sb_operation_ref (g_array_index (step->edits, Edit, i).op);
    break;
  case SB_STEP_MUTE:
  case SB_STEP_UNMUTE:
  case SB_N_STEP_KINDS:
    break;
  }
  return step;
}

static void
step_do (SbHistory *history, const Step *step)
{
  switch (step->kind) {
  case SB_STEP_ADD:
  case SB_STEP_ADD_MORE:
    insert_edit (history, step->index, &step->edit);
    break;
  case SB_STEP_REMOVE:
    delete_edit (history, step->index);
    break;
  case SB_STEP_MUTE:
  case SB_STEP_UNMUTE:
    g_array_index (history->edits, Edit, step->index).muted = step->kind == SB_STEP_MUTE;
    break;
  case SB_STEP_CLEAR:
    while (history->edits->len > 0)
      delete_edit (history, history->edits->len - 1);
    break;
  case SB_STEP_REPLACE:
    set_op (history, step->index, step->edit.op);
    break;
  case SB_N_STEP_KINDS:
    break;
  }
}

static void
step_undo (SbHistory *history, const Step *step)
{
  switch (step->kind) {
  case SB_STEP_ADD:
  case SB_STEP_ADD_MORE:
    delete_edit (history, step->index);
    break;
  case SB_STEP_REMOVE:
    insert_edit (history, step->index, &step->edit);
    break;
  case SB_STEP_MUTE:
  case SB_STEP_UNMUTE:
    g_array_index (history->edits, Edit, step->index).muted = step->kind != SB_STEP_MUTE;
    break;
  case SB_STEP_CLEAR:
    for (guint i = 0; i < step->edits->len; i++)
      insert_edit (history, i, &g_array_index (step->edits, Edit, i));
    break;
  case SB_STEP_REPLACE:
    set_op (history, step->index, step->replaced);
    break;
  case SB_N_STEP_KINDS:
    break;
  }
}

static bool
step_fits (const SbHistory *history, const SbStep *step)
{
  const int n = (int)history->edits->len;
  const bool inside = step->index >= 0 && step->index < n;
  switch (step->kind) {
  case SB_STEP_ADD:
  case SB_STEP_ADD_MORE:
    return step->op != NULL && step->index >= 0 && sb_history_find (history, sb_operation_id (step->op)) < 0;
  case SB_STEP_REMOVE:
    return inside;
  case SB_STEP_MUTE:
  case SB_STEP_UNMUTE:
    return inside && g_array_index (history->edits, Edit, step->index).muted == (step->kind == SB_STEP_UNMUTE);
  case SB_STEP_CLEAR:
    return n > 0;
  case SB_STEP_REPLACE:
    return inside && step->op != NULL && sb_history_find (history, sb_operation_id (step->op)) == step->index;
  case SB_N_STEP_KINDS:
    break;
  }
  return false;
}

/* --- changes ------------------------------------------------------------ */

void
sb_history_take (SbHistory *history, const SbStep *steps, int n_steps)
{
  g_ptr_array_set_size (history->cut_off, 0);
  while (history->steps->len > history->n_done)
    g_ptr_array_insert (history->cut_off, 0, g_ptr_array_steal_index (history->steps, history->steps->len - 1));
  history->n_before = history->n_done;
  for (int i = 0; i < n_steps; i++) {
    assert (step_fits (history, &steps[i]));
    Step *step = step_new (history, &steps[i]);
    step_do (history, step);
    g_ptr_array_add (history->steps, step);
    history->n_done++;
  }
  refresh_in_force (history);
}

void
sb_history_take_back (SbHistory *history)
{
  while (history->n_done > history->n_before)
    step_undo (history, g_ptr_array_index (history->steps, --history->n_done));
  g_ptr_array_set_size (history->steps, (gint)history->n_done);
  while (history->cut_off->len > 0)
    g_ptr_array_add (history->steps, g_ptr_array_steal_index (history->cut_off, 0));
  refresh_in_force (history);
}

bool
sb_history_can_undo (const SbHistory *history)
{
  return history->n_done > 0;
}

bool
sb_history_can_redo (const SbHistory *history)
{
  return history->n_done < history->steps->len;
}

/* Does the step at n_done belong with the one before it? */
static bool
goes_on (const SbHistory *history)
{
  return history->n_done > 0 && history->n_done < history->steps->len &&
         ((const Step *)g_ptr_array_index (history->steps, history->n_done))->kind == SB_STEP_ADD_MORE;
}

void
sb_history_undo (SbHistory *history)
{
  do
    step_undo (history, g_ptr_array_index (history->steps, --history->n_done));
  while (goes_on (history));
  refresh_in_force (history);
}

void
sb_history_redo (SbHistory *history)
{
  do
    step_do (history, g_ptr_array_index (history->steps, history->n_done++));
  while (goes_on (history));
  refresh_in_force (history);
}

/* --- life --------------------------------------------------------------- */

SbHistory *
sb_history_new (void)
{
  SbHistory *history = g_new0 (SbHistory, 1);
  history->edits = g_array_new (FALSE, FALSE, sizeof (Edit));
  history->ids = g_hash_table_new (g_str_hash, g_str_equal);
  history->steps = steps_new ();
  history->cut_off = steps_new ();
  history->in_force = g_ptr_array_new ();
  return history;
}

SbHistory *
sb_history_replay (const SbStep *steps, int n_steps, int n_done, int *n_left_out)
{
  SbHistory *history = sb_history_new ();
  int left_out = 0, n_kept_done = 0;
  for (int i = 0; i < n_steps; i++) {
    if (!step_fits (history, &steps[i])) {
      left_out++;
      continue;
    }
    Step *step = step_new (history, &steps[i]);
    step_do (history, step);
    g_ptr_array_add (history->steps, step);
    n_kept_done += i < n_done;
  }
  history->n_done = history->steps->len;
  while (history->n_done > (guint)n_kept_done)
    step_undo (history, g_ptr_array_index (history->steps, --history->n_done));
  refresh_in_force (history);
  if (n_left_out != NULL)
    *n_left_out = left_out;
  return history;
}

void
sb_history_free (SbHistory *history)
{
  if (history == NULL)
    return;
  g_hash_table_unref (history->ids);
  edits_release (history->edits);
  g_ptr_array_unref (history->steps);
  g_ptr_array_unref (history->cut_off);
  g_ptr_array_unref (history->in_force);
  g_free (history);
}

/* --- asking ------------------------------------------------------------- */

int
sb_history_n_steps (const SbHistory *history)
{
  return (int)history->steps->len;
}

int
sb_history_n_done (const SbHistory *history)
{
  return (int)history->n_done;
}

SbStep
sb_history_step (const SbHistory *history, int index)
{
  const Step *step = g_ptr_array_index (history->steps, index);
  return (SbStep){ step->kind, (int)step->index, sb_step_kind_has_op (step->kind) ? step->edit.op : NULL,
                   step->serial };
}

int
sb_history_n_edits (const SbHistory *history)
{
  return (int)history->edits->len;
}

SbOperation *
sb_history_edit (const SbHistory *history, int index, bool *muted)
{
  if (index < 0 || (guint)index >= history->edits->len)
    return NULL;
  Edit *edit = &g_array_index (history->edits, Edit, index);
  if (muted != NULL)
    *muted = edit->muted;
  return edit->op;
}

int
sb_history_find (const SbHistory *history, const char *id)
{
  for (guint i = 0; i < history->edits->len && g_hash_table_contains (history->ids, id); i++)
    if (strcmp (sb_operation_id (g_array_index (history->edits, Edit, i).op), id) == 0)
      return (int)i;
  return -1;
}

const GPtrArray *
sb_history_in_force (const SbHistory *history)
{
  return history->in_force;
}
