/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which edit lies under a point, and what a file's chunks are called. */
#include "ui/sb-chunk-words.h"
#include "ui/sb-edit-hit.h"

#include <math.h>
#include <string.h>

static const SbViewport view = {0, 10, 0, 10000, SB_SCALE_LINEAR, 1000, 1000}; /* 10 ms and 10 Hz a pixel */

static SbOperation *
make (SbOpSpec *spec)
{
  g_autoptr (GError) error = NULL;
  SbOperation *op = sb_operation_new (spec, &error);
  g_assert_no_error (error);
  return op;
}

static bool
covers (const SbOperation *op, double t_s, double hz)
{
  return sb_edit_covers (op, &view, sb_viewport_x (&view, t_s), sb_viewport_y (&view, hz));
}

static void
test_shapes (void)
{
  SbOpSpec spec;
  const SbOpPoint line[] = {{2, 5000, 1, 1}, {4, 5000, 1, 1}};
  sb_op_spec_init (&spec, SB_OP_STROKE);
  spec.points = line;
  spec.n_points = 2;
  spec.radius_s = 0.5;
  spec.radius_hz = 500;
  g_autoptr (SbOperation) stroke = make (&spec);
  g_assert_true (covers (stroke, 3, 5400)); /* between its points */
  g_assert_true (covers (stroke, 1.6, 5000));
  g_assert_false (covers (stroke, 3, 5700));
  g_assert_false (covers (stroke, 1.6, 5450)); /* the corner of its bounds is outside the round end */

  const SbOpPoint triangle[] = {{1, 1000, 1, 1}, {5, 1000, 1, 1}, {1, 9000, 1, 1}};
  sb_op_spec_init (&spec, SB_OP_LASSO);
  spec.points = triangle;
  spec.n_points = 3;
  g_autoptr (SbOperation) lasso = make (&spec);
  g_assert_true (covers (lasso, 2, 3000));
  g_assert_false (covers (lasso, 4.5, 8000));

  sb_op_spec_init (&spec, SB_OP_HARMONICS);
  spec.from_s = 1;
  spec.to_s = 2;
  spec.f0_hz = 1000;
  spec.count = 3;
  spec.radius_hz = 50;
  g_autoptr (SbOperation) comb = make (&spec);
  g_assert_true (covers (comb, 1.5, 2000));
  g_assert_false (covers (comb, 1.5, 2500)); /* between the teeth */
  g_assert_false (covers (comb, 1.5, 4000)); /* there are three */
  g_assert_false (covers (comb, 2.5, 2000));
}

static void
test_chunk_words (void)
{
  SbContainer container = {.format = "WAV", .chunks = g_array_new (FALSE, FALSE, sizeof (SbChunk))};
  static const char *const ids[] = {"fmt ", "bext", "data", "cue ", "cue ", "zzzz", "qqqq"};
  g_assert_null (sb_chunk_words (&container));
  for (size_t i = 0; i < G_N_ELEMENTS (ids); i++) {
    SbChunk chunk = {0};
    memcpy (chunk.id, ids[i], 4);
    g_array_append_val (container.chunks, chunk);
  }
  g_autofree char *words = sb_chunk_words (&container);
  g_assert_cmpstr (words, ==, "bext, cue and 2 unknown chunks");
  g_array_set_size (container.chunks, 2);
  g_autofree char *one = sb_chunk_words (&container);
  g_assert_cmpstr (one, ==, "bext");
  g_assert_cmpstr (sb_chunk_ending (&container), ==, "wav");
  g_array_unref (container.chunks);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit-hit/shapes", test_shapes);
  g_test_add_func ("/edit-hit/chunk-words", test_chunk_words);
  return g_test_run ();
}
