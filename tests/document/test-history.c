/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of edits under a thousand steps of every kind: each can be undone
 * and redone to exactly the list that was there, be taken back as if it had
 * never been, and the steps alone make the same list again. */
#include "document/sb-history.h"
#include "sb-test.h"

/* "a b* c": ids, with a star where muted, and the gain that tells versions of an edit apart. */
static char *
list_of (const SbHistory *history)
{
  GString *text = g_string_new (NULL);
  guint n_in_force = 0;
  for (int i = 0; i < sb_history_n_edits (history); i++) {
    bool muted;
    const SbOperation *op = sb_history_edit (history, i, &muted);
    g_string_append_printf (text, "%s%s %g,", sb_operation_id (op), muted ? "*" : "", sb_operation_spec (op)->gain_db);
    if (!muted)
      g_assert_true (sb_history_in_force (history)->pdata[n_in_force++] == op);
    g_assert_cmpint (sb_history_find (history, sb_operation_id (op)), ==, i);
  }
  g_assert_cmpuint (sb_history_in_force (history)->len, ==, n_in_force);
  return g_string_free (text, FALSE);
}

static SbOperation *
make_op (const char *id, double gain_db)
{
  SbOpSpec spec;
  sb_op_spec_init (&spec, SB_OP_BOX);
  spec.id = id;
  spec.to_s = 1;
  spec.high_hz = 1000;
  spec.gain_db = gain_db;
  return sb_operation_new (&spec, NULL);
}

/* A step that fits; what it adds gets a new id, or now and then one that was removed before. */
static void
take_random (SbHistory *history, GRand *rand, int i)
{
  const int n = sb_history_n_edits (history);
  const SbStepKind kinds[] = {SB_STEP_ADD, SB_STEP_ADD, SB_STEP_REMOVE, SB_STEP_MUTE, SB_STEP_REPLACE, SB_STEP_REPLACE};
  SbStep step = {.kind = n == 0 ? SB_STEP_ADD : kinds[g_rand_int_range (rand, 0, G_N_ELEMENTS (kinds))]};
  bool muted = false;
  g_autoptr (SbOperation) op = NULL;
  if (i % 97 == 96 && n > 0)
    step.kind = SB_STEP_CLEAR;
  else if (step.kind == SB_STEP_ADD) {
    g_autofree char *id = g_strdup_printf ("n%d", i % 200);
    step.index = sb_history_find (history, id) < 0 ? g_rand_int_range (rand, 0, n + 1) : 0;
    op = make_op (sb_history_find (history, id) < 0 ? id : NULL, -i);
  } else {
    step.index = g_rand_int_range (rand, 0, n);
    SbOperation *edit = sb_history_edit (history, step.index, &muted);
    if (step.kind == SB_STEP_MUTE && muted)
      step.kind = SB_STEP_UNMUTE;
    if (step.kind == SB_STEP_REPLACE)
      op = make_op (sb_operation_id (edit), -i);
  }
  step.op = op;
  sb_history_take (history, &step, 1);
}

static void
test_there_and_back (void)
{
  g_autoptr (SbHistory) history = sb_history_new ();
  g_autoptr (GPtrArray) lists = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_ptr_array_add (lists, list_of (history));
  for (int i = 0; i < 1000; i++) {
    take_random (history, rand, i);
    g_ptr_array_add (lists, list_of (history));
  }
  g_assert_cmpint (sb_history_n_done (history), ==, 1000);
  g_assert_false (sb_history_can_redo (history));
  for (int i = 999; i >= 0; i--) {
    sb_history_undo (history);
    g_autofree char *list = list_of (history);
    g_assert_cmpstr (list, ==, lists->pdata[i]);
  }
  g_assert_false (sb_history_can_undo (history));
  for (int i = 1; i <= 1000; i++) {
    sb_history_redo (history);
    g_autofree char *list = list_of (history);
    g_assert_cmpstr (list, ==, lists->pdata[i]);
  }
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (SbStep));
  for (int i = 0; i < 1000; i++) {
    const SbStep step = sb_history_step (history, i);
    g_assert_cmpuint (step.serial, >, i ? g_array_index (steps, SbStep, i - 1).serial : 0);
    g_array_append_val (steps, step);
  }
  const int done[] = {0, 1, 500, 1000};
  for (gsize k = 0; k < G_N_ELEMENTS (done); k++) {
    int n_left_out;
    g_autoptr (SbHistory) again = sb_history_replay ((const SbStep *)steps->data, 1000, done[k], &n_left_out);
    g_autofree char *list = list_of (again);
    g_assert_cmpstr (list, ==, lists->pdata[done[k]]);
    g_assert_cmpint (n_left_out, ==, 0);
    g_assert_cmpint (sb_history_n_steps (again), ==, 1000);
    g_assert_cmpint (sb_history_n_done (again), ==, done[k]);
    g_assert_cmpuint (sb_history_step (again, 0).serial, >, g_array_index (steps, SbStep, 999).serial);
  }
}

/* As if it had not been: what could be redone can be again. */
static void
test_taken_back (void)
{
  g_autoptr (SbHistory) history = sb_history_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  for (int i = 0; i < 20; i++)
    take_random (history, rand, i);
  g_autofree char *all = list_of (history);
  for (int i = 0; i < 5; i++)
    sb_history_undo (history);
  g_autofree char *before = list_of (history);
  take_random (history, rand, 50);
  g_assert_cmpint (sb_history_n_steps (history), ==, 16);
  sb_history_take_back (history);
  g_autofree char *after = list_of (history);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (sb_history_n_steps (history), ==, 20);
  while (sb_history_can_redo (history))
    sb_history_redo (history);
  g_autofree char *again = list_of (history);
  g_assert_cmpstr (again, ==, all);
}

/* Several additions as one change. */
static void
test_together (void)
{
  g_autoptr (SbOperation) a = make_op ("a", -1), b = make_op ("b", -2), c = make_op ("c", -3), d = make_op ("d", -4);
  const SbStep first = {SB_STEP_ADD, 0, a, 0};
  const SbStep three[] = {{SB_STEP_ADD, 1, b, 0}, {SB_STEP_ADD_MORE, 2, c, 0}, {SB_STEP_ADD_MORE, 3, d, 0}};
  g_autoptr (SbHistory) history = sb_history_new ();
  sb_history_take (history, &first, 1);
  for (int round = 0; round < 2; round++) {
    sb_history_take (history, three, 3);
    g_assert_cmpint (sb_history_n_edits (history), ==, 4);
    sb_history_undo (history);
    g_autofree char *before = list_of (history);
    g_assert_cmpstr (before, ==, "a -1,");
    sb_history_redo (history);
    g_assert_cmpint (sb_history_n_edits (history), ==, 4);
    g_assert_false (sb_history_can_redo (history));
    sb_history_undo (history);
    sb_history_undo (history);
    sb_history_redo (history); /* the first alone: it is no part of the three */
    g_assert_cmpint (sb_history_n_edits (history), ==, 1);
  }
  sb_history_take (history, three, 3);
  sb_history_take_back (history);
  g_assert_cmpint (sb_history_n_edits (history), ==, 1);
  sb_history_redo (history);
  g_assert_cmpint (sb_history_n_edits (history), ==, 4);
  const SbStep alone = {SB_STEP_ADD_MORE, 0, a, 0}; /* of a damaged file: nothing before it */
  g_autoptr (SbHistory) odd = sb_history_replay (&alone, 1, 1, NULL);
  sb_history_undo (odd);
  g_assert_cmpint (sb_history_n_edits (odd), ==, 0);
  sb_history_redo (odd);
  g_assert_cmpint (sb_history_n_edits (odd), ==, 1);
}

/* What a damaged file may hold. */
static void
test_misfits (void)
{
  g_autoptr (SbOperation) a = make_op ("a", -1), b = make_op ("b", -2), a_later = make_op ("a", -3);
  const SbStep steps[] = {
      {SB_STEP_CLEAR, 0, NULL, 0},      {SB_STEP_REMOVE, 0, NULL, 0},  {SB_STEP_ADD, 7, a, 0}, /* to the end */
      {SB_STEP_ADD, 0, a_later, 0},     {SB_STEP_ADD, -1, b, 0},       {SB_STEP_ADD, 0, NULL, 0},
      {SB_STEP_UNMUTE, 0, NULL, 0},     {SB_STEP_MUTE, 1, NULL, 0},    {SB_STEP_REPLACE, 0, b, 0},
      {SB_STEP_REPLACE, 0, a_later, 0}, {SB_STEP_REPLACE, 0, NULL, 0}, {SB_N_STEP_KINDS, 0, b, 0},
  };
  int n_left_out;
  g_autoptr (SbHistory) history = sb_history_replay (steps, G_N_ELEMENTS (steps), G_MAXINT, &n_left_out);
  g_autofree char *list = list_of (history);
  g_assert_cmpstr (list, ==, "a -3,");
  g_assert_cmpint (n_left_out, ==, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/history/there-and-back", test_there_and_back);
  g_test_add_func ("/history/taken-back", test_taken_back);
  g_test_add_func ("/history/together", test_together);
  g_test_add_func ("/history/misfits", test_misfits);
  return g_test_run ();
}
