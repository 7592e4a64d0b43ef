/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The history of a project, from rows of which some may be lost: steps mean
 * edits by their place in the list, so each lost one is stood in for.
 * Thread: worker.  Blocks: disk. */
#include "document/sb-project-read-private.h"
#include "edit/sb-op-json.h"

/* position → SbOperation */
static bool
take_operation (SbProject *project, sqlite3_stmt *row, void *data)
{
  g_autofree char *json = sb_project_column_text (row, 1);
  SbOperation *op = json ? sb_operation_from_json (json, NULL) : NULL;
  if (!op)
    return false;
  int64_t *key = g_new (int64_t, 1);
  *key = sqlite3_column_int64 (row, 0);
  g_hash_table_insert (data, key, op);
  return true;
}

typedef struct {
  GHashTable *ops;
  int64_t last; /* position */
  int n_done;   /* of those that could be read */
} StepReader;

static void
keep_step (SbProject *project, StepReader *reader, const SbStep *step, int64_t position)
{
  sb_project_add_step (project, step);
  reader->n_done += position <= project->n_done;
}

/* Stands where an edit was that cannot be read, so that the steps behind it still mean the same edits: a stroke
 * without strength changes nothing. */
static SbOperation *
empty_operation (int64_t position)
{
  SbOpSpec spec;
  const SbOpPoint point = {0, 0, 1, 0};
  g_autofree char *id = g_strdup_printf ("lost-%" G_GINT64_FORMAT, position);
  sb_op_spec_init (&spec, SB_OP_STROKE);
  spec.id = id;
  spec.points = &point;
  spec.n_points = 1;
  spec.radius_s = 0.001;
  spec.radius_hz = 1;
  return sb_operation_new (&spec, NULL);
}

/* Rows are missing here; an operation that is there was added here. */
static void
fill_gap (SbProject *project, StepReader *reader, int64_t end)
{
  for (int64_t position = reader->last + 1; position < end; position++) {
    const SbStep step = {SB_STEP_ADD, G_MAXINT, g_hash_table_lookup (reader->ops, &position), 0};
    if (step.op)
      keep_step (project, reader, &step, position);
  }
  reader->last = MAX (reader->last, end - 1);
}

static bool
take_step (SbProject *project, sqlite3_stmt *row, void *data)
{
  StepReader *reader = data;
  const int64_t position = sqlite3_column_int64 (row, 0), index = sqlite3_column_int64 (row, 2);
  g_autofree char *kind = sb_project_column_text (row, 1);
  SbStep step = {0};
  const bool next = position == reader->last + 1;
  bool good = kind && sb_step_kind_from_name (kind, &step.kind) && index >= 0 && index <= SB_PROJECT_MAX_STEPS;
  if (position <= reader->last)
    return false;
  if (!good) /* as if it were not there */
    return false;
  fill_gap (project, reader, position);
  reader->last = position;
  step.index = (int)index;
  if (step.kind == SB_STEP_ADD || step.kind == SB_STEP_ADD_MORE) {
    step.op = g_hash_table_lookup (reader->ops, &position);
    g_autoptr (SbOperation) empty = step.op ? NULL : empty_operation (position);
    good = step.op != NULL;
    if (!good)
      step.op = empty;
    keep_step (project, reader, &step, position);
  } else if (step.kind == SB_STEP_REPLACE) {
    step.op = g_hash_table_lookup (reader->ops, &position);
    good = step.op != NULL; /* without it the edit stays as it was: such a step fits nowhere */
    keep_step (project, reader, &step, position);
  } else
    keep_step (project, reader, &step, position);
  return good && next;
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* The history is lost or was never there: each operation is an addition. */
static void
add_all (SbProject *project, GHashTable *ops)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (ops), by_number);
  for (GList *at = keys; at; at = at->next) {
    const SbStep step = {SB_STEP_ADD, (int)project->steps->len, g_hash_table_lookup (ops, at->data), 0};
    sb_project_add_step (project, &step);
  }
  project->n_done = (int)project->steps->len;
}

static int64_t
last_position (GHashTable *ops)
{
  GHashTableIter iter;
  gpointer key;
  int64_t last = 0;
  g_hash_table_iter_init (&iter, ops);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    last = MAX (last, *(int64_t *)key);
  return last;
}

bool
sb_project_read_history (sqlite3 *db, SbProject *project, uint32_t version)
{
  g_autoptr (GHashTable) ops =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)sb_operation_unref);
  StepReader reader = {.ops = ops};
  const int n_done = version < 2 ? 0 : project->n_done;
  if (n_done < 0) /* not said: better too much than too little */
    project->n_done = SB_PROJECT_MAX_STEPS;
  bool whole = sb_project_read_rows (
      db, "operation", "SELECT position, json FROM operation WHERE position BETWEEN ? AND ? ORDER BY position", project,
      take_operation, ops);
  if (version >= 2)
    whole = sb_project_read_rows (
                db, "step", "SELECT position, kind, edit FROM step WHERE position BETWEEN ? AND ? ORDER BY position",
                project, take_step, &reader) &&
            whole;
  if (g_hash_table_size (ops) == 0) /* a history of nothing but lost edits */
    g_ptr_array_set_size (project->steps, 0);
  if (project->steps->len > 0 && version >= 2)
    fill_gap (project, &reader, last_position (ops) + 1);
  if (project->steps->len == 0 && g_hash_table_size (ops) > 0) {
    whole = whole && version < 2;
    add_all (project, ops);
  } else
    project->n_done = MIN (reader.n_done, (int)project->steps->len);
  whole = whole && n_done >= 0 && n_done <= (int)project->steps->len;
  return sb_project_fill_ops (project) && whole;
}

bool
sb_project_fill_ops (SbProject *project)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (SbStep));
  int n_left_out = 0;
  for (guint i = 0; i < project->steps->len; i++)
    g_array_append_vals (steps, g_ptr_array_index (project->steps, i), 1);
  g_autoptr (SbHistory) history
      = sb_history_replay ((const SbStep *)steps->data, (int)steps->len, project->n_done, &n_left_out);
  const GPtrArray *in_force = sb_history_in_force (history);
  g_ptr_array_set_size (project->ops, 0);
  for (guint i = 0; i < in_force->len; i++)
    g_ptr_array_add (project->ops, sb_operation_ref (in_force->pdata[i]));
  return n_left_out == 0;
}
