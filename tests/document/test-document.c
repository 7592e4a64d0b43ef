/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/sb-document.h"
#include "sb-test.h"

#include <math.h>
#include <string.h>

typedef struct {
  int calls;
  SbDocumentChange last;
} Heard;

static void
hear (SbDocument *document, const SbDocumentChange *change, void *data)
{
  Heard *heard = data;
  heard->calls++;
  heard->last = *change;
}

static float *
result_of (SbDocument *document)
{
  g_autoptr (SbSnapshot) snapshot = sb_document_snapshot (document);
  return sb_test_read_all (snapshot->source[SB_VIEW_RESULT]);
}

static void
test_undo_returns_the_bits (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (1, 100000, 2, 44100);
  g_autoptr (SbDocument) document = sb_document_new (source, NULL, NULL);
  GPtrArray *results = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (results, result_of (document));
  for (int i = 0; i < 8; i++) {
    g_autoptr (SbOperation) op =
        sb_test_box (0.2 * i, 0.2 * i + 0.3, 1000, 4000 + 500 * i, i % 3 ? -12 : -INFINITY, SB_EDGE_AUTO);
    g_assert_true (sb_document_apply (document, op, NULL));
    g_ptr_array_add (results, result_of (document));
  }
  gsize bytes = sizeof (float) * 200000;
  for (int i = 7; i >= 0; i--) {
    sb_document_undo (document);
    g_autofree float *now = result_of (document);
    g_assert_cmpmem (now, bytes, results->pdata[i], bytes);
  }
  g_assert_false (sb_document_can_undo (document));
  sb_document_undo (document);
  for (int i = 1; i <= 8; i++) {
    sb_document_redo (document);
    g_autofree float *now = result_of (document);
    g_assert_cmpmem (now, bytes, results->pdata[i], bytes);
  }
  g_assert_false (sb_document_can_redo (document));
  g_ptr_array_unref (results);
}

/* A recording that became shorter: what lies behind its end is out of force, but in the list and in the history. */
static void
test_outside (void)
{
  g_autoptr (SbSource) longer = sb_test_noise_source (1, 100000, 1, 10000);
  g_autoptr (SbSource) shorter = sb_test_noise_source (1, 50000, 1, 10000);
  g_autoptr (SbDocument) before = sb_document_new (longer, NULL, NULL);
  g_autoptr (SbDocument) after = sb_document_new (shorter, NULL, NULL);
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (SbStep));
  const double from_s[] = { 1, 4.9, 6, 8 };
  int n_left_out = -1, n_ops, n_outside = -1;
  for (int i = 0; i < 4; i++) {
    g_autoptr (SbOperation) op = sb_test_box (from_s[i], from_s[i] + 0.5, 1000, 2000, -INFINITY, SB_EDGE_AUTO);
    g_assert_true (sb_document_apply (before, op, NULL));
  }
  sb_document_undo (before);
  for (int i = 0; i < sb_document_n_steps (before); i++) {
    const SbStep step = sb_document_step (before, i);
    g_array_append_val (steps, step);
  }
  g_assert_true (sb_document_restore (after, (const SbStep *)(const void *)steps->data, 4, 3, &n_left_out, NULL));
  g_assert_cmpint (n_left_out, ==, 0);
  g_assert_cmpint (sb_document_n_edits (after), ==, 3);
  g_assert_cmpint (sb_document_n_outside (after), ==, 1);
  sb_document_ops (after, &n_ops);
  g_assert_cmpint (n_ops, ==, 2); /* one of them is cut by the end */
  sb_document_redo (after);
  g_assert_cmpint (sb_document_n_outside (after), ==, 2);
  g_assert_cmpint (sb_document_n_edits (after), ==, 4);
  SbOperation *outside = sb_document_edit (after, 3, NULL);
  g_assert_true (sb_document_is_outside (after, outside));
  g_assert_false (sb_document_is_outside (after, sb_document_edit (after, 0, NULL)));
  g_assert_true (sb_document_set_muted (after, sb_operation_id (outside), true)); /* the list goes on as usual */
  g_assert_true (sb_document_clear (after));
  sb_document_undo (after);
  g_assert_cmpint (sb_document_n_outside (after), ==, 2);
  g_autoptr (SbOperation) beyond = sb_test_box (7, 7.5, 1000, 2000, -6, SB_EDGE_AUTO);
  g_assert_false (sb_document_apply (after, beyond, NULL)); /* a new one must lie inside, as before */
  g_autoptr (GPtrArray) offered = g_ptr_array_new ();
  g_autoptr (SbOperation) inside = sb_test_box (2, 2.5, 1000, 2000, -6, SB_EDGE_AUTO);
  g_ptr_array_add (offered, beyond);
  g_ptr_array_add (offered, inside);
  g_assert_cmpint (sb_document_apply_fitting (after, offered, &n_outside, NULL), ==, 1);
  g_assert_cmpint (n_outside, ==, 1);
}

static void
test_preview (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (1, 100000, 1, 44100);
  g_autoptr (SbDocument) document = sb_document_new (source, NULL, NULL);
  Heard heard = { 0 };
  sb_document_add_listener (document, hear, &heard);
  g_autofree float *before = result_of (document);
  g_autoptr (SbOperation) op = sb_test_box (1.0, 1.2, 1000, 4000, -INFINITY, SB_EDGE_AUTO);
  g_assert_true (sb_document_preview (document, op, NULL));
  g_assert_cmpint (heard.calls, ==, 1);
  g_assert_false (heard.last.list_changed);
  g_assert_cmpint (heard.last.dirty_from, >, 38000);
  g_assert_cmpint (heard.last.dirty_to, <, 60000);
  g_autofree float *seen = result_of (document);
  g_assert_cmpfloat (sb_test_distance (before, seen, 100000), >, 0.1);
  g_assert_false (sb_document_can_undo (document));
  g_assert_true (sb_document_preview (document, NULL, NULL));
  g_autofree float *after = result_of (document);
  g_assert_cmpmem (after, 400000, before, 400000);
  g_assert_true (sb_document_preview (document, op, NULL));
  g_assert_true (sb_document_apply (document, op, NULL));
  g_assert_true (heard.last.list_changed);
  g_autofree float *committed = result_of (document);
  g_assert_cmpmem (committed, 400000, seen, 400000);
  int n;
  sb_document_ops (document, &n);
  g_assert_cmpint (n, ==, 1);
  sb_document_remove_listener (document, hear, &heard);
  sb_document_undo (document);
  g_assert_cmpint (heard.calls, ==, 4);
}

static void
test_list_changes (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (1, 100000, 1, 44100);
  g_autoptr (SbDocument) document = sb_document_new (source, NULL, NULL);
  const char *ids[3];
  for (int i = 0; i < 3; i++) {
    g_autoptr (SbOperation) op = sb_test_box (0.5 * i, 0.5 * i + 0.3, 1000, 4000, -INFINITY, SB_EDGE_AUTO);
    g_assert_true (sb_document_apply (document, op, NULL));
    g_assert_false (sb_document_apply (document, op, NULL)); /* the same id twice */
    ids[i] = sb_operation_id (sb_document_edit (document, i, NULL));
  }
  g_autofree float *all = result_of (document), *x = sb_test_read_all (source);
  g_autofree char *middle = g_strdup (ids[1]);
  int n;
  g_assert_true (sb_document_set_muted (document, middle, true));
  g_assert_false (sb_document_set_muted (document, middle, true));
  g_assert_true (sb_document_is_muted (document, middle));
  sb_document_ops (document, &n);
  g_assert_cmpint (n, ==, 2);
  g_autofree float *muted = result_of (document);
  g_assert_cmpfloat (sb_test_distance (muted, x, 100000), >, 0.1);
  g_assert_cmpfloat (sb_test_distance (muted + 27000, x + 27000, 5000), ==, 0.0);
  g_assert_true (sb_document_remove_op (document, middle));
  g_autofree float *removed = result_of (document);
  g_assert_cmpmem (removed, 400000, muted, 400000);
  g_assert_true (sb_document_clear (document));
  g_assert_cmpint (sb_document_n_edits (document), ==, 0);
  g_assert_cmpfloat (sb_document_changed_s (document), ==, 0.0);
  g_autofree float *cleared = result_of (document);
  g_assert_cmpmem (cleared, 400000, x, 400000);
  sb_document_undo (document);
  sb_document_undo (document);
  sb_document_undo (document);
  g_autofree float *back = result_of (document);
  g_assert_cmpmem (back, 400000, all, 400000);
  g_assert_cmpfloat (sb_document_changed_s (document), >, 0.9);
}

static void
test_refused_edit_changes_nothing (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (1, 100000, 1, 44100);
  g_autoptr (SbDocument) document = sb_document_new (source, NULL, NULL);
  g_autoptr (SbOperation) op = sb_test_box (1, 1.3, 1000, 4000, -INFINITY, SB_EDGE_AUTO);
  g_autoptr (SbOperation) far = sb_test_box (100, 101, 1000, 4000, -INFINITY, SB_EDGE_AUTO);
  g_autoptr (GError) error = NULL;
  g_assert_true (sb_document_apply (document, op, NULL));
  sb_document_undo (document);
  g_assert_false (sb_document_apply (document, far, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_VALUE);
  g_assert_true (sb_document_can_redo (document)); /* not even the way forward is lost */
  sb_document_redo (document);
  g_assert_cmpint (sb_document_n_edits (document), ==, 1);
}

/* What the window did is what the operations file says. */
static void
test_json_replays (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (1, 100000, 1, 44100);
  g_autoptr (SbDocument) document = sb_document_new (source, NULL, NULL), replay = sb_document_new (source, NULL, NULL);
  for (int i = 0; i < 3; i++) {
    g_autoptr (SbOperation) op =
        sb_test_box (0.4 * i, 0.4 * i + 0.31, 1000.0 / 3, 4000.0 / 3 * (i + 1), -INFINITY, SB_EDGE_AUTO);
    sb_document_apply (document, op, NULL);
  }
  g_autofree char *json = sb_document_to_json (document);
  g_autoptr (SbOpsFile) file = sb_ops_file_parse (json, -1, "json", NULL);
  g_assert_nonnull (file);
  for (guint i = 0; i < file->ops->len; i++)
    g_assert_true (sb_document_apply (replay, file->ops->pdata[i], NULL));
  g_autofree float *a = result_of (document), *b = result_of (replay);
  g_assert_cmpmem (a, 400000, b, 400000);
}

/* What is written down of a history brings the same list, undo and bits back; what does not fit is left out. */
static void
test_history_restores (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (1, 100000, 1, 44100);
  g_autoptr (SbDocument) document = sb_document_new (source, NULL, NULL), again = sb_document_new (source, NULL, NULL);
  for (int i = 0; i < 6; i++) {
    g_autoptr (SbOperation) op = sb_test_box (0.2 * i, 0.2 * i + 0.3, 1000, 5000, -INFINITY, SB_EDGE_AUTO);
    g_assert_true (sb_document_apply (document, op, NULL));
  }
  g_assert_true (sb_document_set_muted (document, sb_operation_id (sb_document_edit (document, 2, NULL)), true));
  g_assert_true (sb_document_remove_op (document, sb_operation_id (sb_document_edit (document, 1, NULL))));
  g_assert_true (sb_document_clear (document));
  sb_document_undo (document);
  sb_document_undo (document);
  const int n = sb_document_n_steps (document);
  g_assert_cmpint (n, ==, 9);
  g_assert_cmpint (sb_document_n_done (document), ==, 7);
  g_autofree SbStep *steps = g_new (SbStep, n);
  for (int i = 0; i < n; i++)
    steps[i] = sb_document_step (document, i);
  int left_out = -1;
  g_assert_true (sb_document_restore (again, steps, n, 7, &left_out, NULL));
  g_assert_cmpint (left_out, ==, 0);
  for (int round = 0; round < 10; round++) {
    g_autofree float *a = result_of (document), *b = result_of (again);
    g_autofree char *x = sb_document_to_json (document), *y = sb_document_to_json (again);
    g_assert_cmpmem (a, sizeof (float) * 100000, b, sizeof (float) * 100000);
    g_assert_cmpstr (x, ==, y);
    g_assert_cmpint (sb_document_n_edits (document), ==, sb_document_n_edits (again));
    g_assert_cmpint (sb_document_can_redo (document), ==, sb_document_can_redo (again));
    if (round == 0) {
      sb_document_redo (document);
      sb_document_redo (document);
      sb_document_redo (again);
      sb_document_redo (again);
    } else {
      sb_document_undo (document);
      sb_document_undo (again);
    }
  }
  steps[7].index = 99; /* damaged: does not fit */
  g_assert_true (sb_document_restore (again, steps, n, 9, &left_out, NULL));
  g_assert_cmpint (left_out, ==, 1);
  g_assert_cmpint (sb_document_n_done (again), ==, 8);
  sb_document_undo (again); /* the clearing */
  g_assert_cmpint (sb_document_n_edits (again), ==, 6);

  g_autoptr (GError) error = NULL;
  g_autoptr (SbOperation) op = sb_test_box (0, 1, 1000, 5000, -INFINITY, SB_EDGE_AUTO);
  sb_document_set_read_only (again, "It is open elsewhere.");
  g_assert_false (sb_document_apply (again, op, &error));
  g_assert_cmpstr (error->message, ==, "It is open elsewhere.");
  g_assert_false (sb_document_can_undo (again));
  g_assert_false (sb_document_clear (again));
  sb_document_undo (again);
  g_assert_cmpint (sb_document_n_edits (again), ==, 6);
}

/* The same edit, at another strength. */
static SbOperation *
changed_edit (SbOperation *op, double gain_db)
{
  SbOpSpec spec = *sb_operation_spec (op);
  spec.gain_db = gain_db;
  return sb_operation_new (&spec, NULL);
}

static void
test_replace (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (3, 100000, 1, 44100);
  g_autoptr (SbDocument) document = sb_document_new (source, NULL, NULL), fresh = sb_document_new (source, NULL, NULL);
  const gsize bytes = sizeof (float) * 100000;
  for (int i = 0; i < 3; i++) {
    g_autoptr (SbOperation) op = sb_test_box (0.4 * i, 0.4 * i + 0.5, 1000, 5000, -20, SB_EDGE_AUTO);
    g_assert_true (sb_document_apply (document, op, NULL));
    g_autoptr (SbOperation) as_wanted = i == 1 ? changed_edit (op, -6) : sb_operation_ref (op);
    g_assert_true (sb_document_apply (fresh, as_wanted, NULL));
  }
  g_autofree float *before = result_of (document), *wanted = result_of (fresh);
  g_autoptr (SbOperation) louder = changed_edit (sb_document_edit (document, 1, NULL), -6);
  g_assert_true (sb_document_preview (document, louder, NULL)); /* seen in its place, not on top */
  g_autofree float *previewed = result_of (document);
  g_assert_cmpmem (previewed, bytes, wanted, bytes);
  g_assert_true (sb_document_preview (document, NULL, NULL));
  g_autofree float *taken_back = result_of (document);
  g_assert_cmpmem (taken_back, bytes, before, bytes);

  g_assert_true (sb_document_replace_op (document, louder, NULL));
  g_autofree float *replaced = result_of (document);
  g_assert_cmpmem (replaced, bytes, wanted, bytes);
  g_assert_cmpint (sb_document_n_edits (document), ==, 3);
  g_assert_true (sb_document_edit (document, 1, NULL) == louder);
  sb_document_undo (document); /* one step */
  g_autofree float *undone = result_of (document);
  g_assert_cmpmem (undone, bytes, before, bytes);
  sb_document_redo (document);
  g_autofree float *redone = result_of (document);
  g_assert_cmpmem (redone, bytes, wanted, bytes);

  g_assert_true (sb_document_set_muted (document, sb_operation_id (louder), true));
  g_autofree float *muted = result_of (document);
  g_autoptr (SbOperation) silence = changed_edit (louder, -INFINITY);
  g_assert_true (sb_document_preview (document, silence, NULL));
  g_autofree float *still_muted = result_of (document);
  g_assert_cmpmem (still_muted, bytes, muted, bytes);
  g_assert_true (sb_document_replace_op (document, silence, NULL));
  g_assert_true (sb_document_is_muted (document, sb_operation_id (louder)));

  g_autoptr (GError) error = NULL;
  g_autoptr (SbOperation) stranger = sb_test_box (0, 1, 1000, 5000, -20, SB_EDGE_AUTO);
  g_assert_false (sb_document_replace_op (document, stranger, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_VALUE);
}

/* A replacement is kept and comes back like any other step. */
static void
test_replace_restores (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (4, 50000, 1, 44100);
  g_autoptr (SbDocument) document = sb_document_new (source, NULL, NULL), again = sb_document_new (source, NULL, NULL);
  g_autoptr (SbOperation) op = sb_test_box (0.1, 0.6, 1000, 5000, -20, SB_EDGE_AUTO), softer = changed_edit (op, -3);
  g_assert_true (sb_document_apply (document, op, NULL));
  g_assert_true (sb_document_replace_op (document, softer, NULL));
  SbStep steps[2] = { sb_document_step (document, 0), sb_document_step (document, 1) };
  SbStepKind kind;
  g_assert_true (sb_step_kind_from_name ("replace", &kind));
  g_assert_cmpint (steps[1].kind, ==, kind);
  g_assert_true (steps[1].op == softer);
  int left_out = -1;
  g_assert_true (sb_document_restore (again, steps, 2, 2, &left_out, NULL));
  g_assert_cmpint (left_out, ==, 0);
  for (int round = 0; round < 3; round++) {
    g_autofree float *a = result_of (document), *b = result_of (again);
    g_assert_cmpmem (a, sizeof (float) * 50000, b, sizeof (float) * 50000);
    sb_document_undo (document);
    sb_document_undo (again);
  }
  steps[1].op = NULL; /* damaged */
  g_assert_true (sb_document_restore (again, steps, 2, 2, &left_out, NULL));
  g_assert_cmpint (left_out, ==, 1);
  g_assert_cmpint (sb_document_n_edits (again), ==, 1);
}

/* Many at once are one step; what is there already is not there twice. */
static void
test_apply_all (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (5, 50000, 1, 44100);
  g_autoptr (SbDocument) document = sb_document_new (source, NULL, NULL);
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_operation_unref);
  g_autoptr (SbOperation) first = sb_test_box (0.1, 0.2, 1000, 5000, -20, SB_EDGE_AUTO);
  g_assert_true (sb_document_apply (document, first, NULL));
  g_autofree float *before = result_of (document);
  g_ptr_array_add (ops, sb_operation_ref (first));
  g_ptr_array_add (ops, changed_edit (first, -3)); /* the same id, another edit */
  for (int i = 0; i < 3; i++)
    g_ptr_array_add (ops, sb_test_box (0.3 + 0.1 * i, 0.35 + 0.1 * i, 1000, 5000, -40, SB_EDGE_AUTO));
  g_ptr_array_add (ops, sb_operation_ref (ops->pdata[4])); /* twice in the file */
  g_assert_cmpint (sb_document_apply_all (document, ops, NULL), ==, 5);
  g_assert_cmpint (sb_document_n_edits (document), ==, 6);
  g_autofree float *after = result_of (document);
  sb_document_undo (document);
  g_autofree float *undone = result_of (document);
  g_assert_cmpint (sb_document_n_edits (document), ==, 1);
  g_assert_cmpmem (before, sizeof (float) * 50000, undone, sizeof (float) * 50000);
  sb_document_redo (document);
  g_autofree float *redone = result_of (document);
  g_assert_cmpmem (after, sizeof (float) * 50000, redone, sizeof (float) * 50000);
  g_ptr_array_set_size (ops, 1);
  g_assert_cmpint (sb_document_apply_all (document, ops, NULL), ==, 0);
  g_autoptr (GError) error = NULL;
  sb_document_set_read_only (document, "It is open elsewhere.");
  g_assert_cmpint (sb_document_apply_all (document, ops, &error), ==, -1);
  g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/document/undo-returns-the-bits", test_undo_returns_the_bits);
  g_test_add_func ("/document/preview", test_preview);
  g_test_add_func ("/document/outside", test_outside);
  g_test_add_func ("/document/list-changes", test_list_changes);
  g_test_add_func ("/document/refused-edit-changes-nothing", test_refused_edit_changes_nothing);
  g_test_add_func ("/document/history-restores", test_history_restores);
  g_test_add_func ("/document/replace", test_replace);
  g_test_add_func ("/document/replace-restores", test_replace_restores);
  g_test_add_func ("/document/json-replays", test_json_replays);
  g_test_add_func ("/document/apply-all", test_apply_all);
  return g_test_run ();
}
