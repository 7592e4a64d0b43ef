/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/sb-op-json.h"
#include "sb-test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char whole[]
    = "{\"version\": 1, \"grid\": {\"n_fft\": 2048, \"hop\": 512, \"window\": \"hann\"}, \"ops\": ["
      "{\"id\":\"a\",\"kind\":\"stroke\",\"points\":[[0.1,200],[0.30000000000000004,250.5,1.5,0.25]],\"radius_s\":0.05,"
      "\"radius_hz\":150,\"gain_db\":\"-inf\",\"soft\":0.3,\"channels\":\"all\",\"edge\":\"deep\"},"
      "{\"kind\":\"box\",\"from_s\":1.0,\"to_s\":1.4,\"low_hz\":900,\"high_hz\":1200,\"gain_db\":-24,\"soft_s\":0.01,"
      "\"soft_hz\":20,\"channels\":[1]},"
      "{\"kind\":\"lasso\",\"points\":[[0,0],[1,0],[1,100]],\"mode\":\"restore\"},"
      "{\"kind\":\"harmonics\",\"from_s\":0,\"to_s\":3,\"f0_hz\":50,\"count\":12,\"radius_hz\":4,\"edge\":\"strict\"},"
      "{\"kind\":\"stroke\",\"points\":[[0.1,200]],\"radius_s\":0.05,\"radius_oct\":0.1}]}";

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbOpsFile) file = sb_ops_file_parse (whole, -1, "whole", &error);
  g_assert_no_error (error);
  g_assert_cmpint (file->ops->len, ==, 5);
  g_assert_cmpint (file->grid.n_fft, ==, 2048);
  const SbOpSpec *stroke = sb_operation_spec (file->ops->pdata[0]);
  g_assert_cmpfloat (stroke->points[1].t_s, ==, 0.30000000000000004);
  g_assert_cmpfloat (stroke->points[1].strength, ==, 0.25f);
  g_assert_cmpint (stroke->edge, ==, SB_EDGE_DEEP);
  g_assert_true (isinf (stroke->gain_db));
  g_assert_cmpint (sb_operation_spec (file->ops->pdata[1])->channels[0], ==, 1);
  g_assert_true (sb_operation_spec (file->ops->pdata[2])->restore);
  g_autofree char *text = sb_ops_file_to_json (&file->grid, file->ops);
  g_autoptr (SbOpsFile) again = sb_ops_file_parse (text, -1, "again", &error);
  g_assert_no_error (error);
  g_autofree char *text_again = sb_ops_file_to_json (&again->grid, again->ops);
  g_assert_cmpstr (text, ==, text_again);
}

/* Numbers that json-glib alone writes as 1e+308.0; a text that looks like one stays. */
static void
test_far_numbers (void)
{
  static const char text[] = "{\"version\":1,\"ops\":[{\"id\":\"1e+30.0 \\\\\",\"kind\":\"box\",\"from_s\":-1e30,"
                             "\"to_s\":1e308,\"low_hz\":-1e18,\"high_hz\":1e22,\"gain_db\":-3}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (SbOpsFile) file = sb_ops_file_parse (text, -1, "far", &error);
  g_assert_no_error (error);
  g_autofree char *json = sb_operation_to_json (file->ops->pdata[0]);
  g_autofree char *all = g_strdup_printf ("{\"version\":1,\"ops\":[%s]}", json);
  g_autoptr (SbOpsFile) again = sb_ops_file_parse (all, -1, "again", &error);
  g_assert_no_error (error);
  const SbOpSpec *spec = sb_operation_spec (again->ops->pdata[0]);
  g_assert_cmpstr (spec->id, ==, "1e+30.0 \\");
  g_assert_cmpfloat (spec->from_s, ==, -1e30);
  g_assert_cmpfloat (spec->to_s, ==, 1e308);
  g_assert_cmpfloat (spec->low_hz, ==, -1e18);
  g_assert_cmpfloat (spec->high_hz, ==, 1e22);
  g_assert_cmpfloat (spec->gain_db, ==, -3);
}

static void
test_errors (void)
{
  const struct {
    const char *text, *word;
  } cases[] = {
    { "{\"version\": 1,\n \"ops\": [{", "line 2, character" },
    { "", "brace" },
    { "hello", "JSON" },
    { "[]", "brace" },
    { "{\"ops\":[]}", "version" },
    { "{\"version\":2,\"ops\":[]}", "newer" },
    { "{\"version\":1,\"ops\":[],\"extra\":1}", "extra" },
    { "{\"version\":1,\"ops\":[{\"kind\":\"spray\"}]}", "spray" },
    { "{\"version\":1,\"ops\":[{\"kind\":\"box\",\"from_s\":0,\"to_s\":1,\"low_hz\":1}]}", "high_hz" },
    { "{\"version\":1,\"ops\":[{\"kind\":\"box\",\"from_s\":0,\"to_s\":1,\"low_hz\":1,\"high_hz\":2,\"sfot\":1}]}",
      "sfot" },
    { "{\"version\":1,\"ops\":[{\"kind\":\"box\",\"from_s\":\"0\",\"to_s\":1,\"low_hz\":1,\"high_hz\":2}]}", "from_s" },
    { "{\"version\":1,\"ops\":[{\"kind\":\"stroke\",\"points\":[[1]],\"radius_s\":1,\"radius_hz\":1}]}", "point 1" },
    { "{\"version\":1,\"ops\":[{\"kind\":\"stroke\",\"points\":[[1,2]],\"radius_s\":-1,\"radius_hz\":1}]}",
      "negative" },
    { "{\"version\":1,\"ops\":[{\"kind\":\"stroke\",\"points\":[[1,2],[2e307,3]],\"radius_s\":1,\"radius_hz\":1}]}",
      "further" },
    { "{\"version\":1,\"ops\":[{\"kind\":\"stroke\",\"points\":[[1,2]],\"radius_s\":1e300,\"radius_hz\":1}]}",
      "endless" },
    { "{\"version\":1,\"grid\":{\"window\":\"kaiser\"},\"ops\":[]}", "kaiser" },
    { "{\"version\":1,\"ops\":[{\"id\":\"x\",\"kind\":\"box\",\"from_s\":0,\"to_s\":1,\"low_hz\":1,\"high_hz\":2},"
      "{\"id\":\"x\",\"kind\":\"box\",\"from_s\":0,\"to_s\":1,\"low_hz\":1,\"high_hz\":2}]}",
      "used before" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (sb_ops_file_parse (cases[i].text, -1, "bad.json", &error));
    g_assert_error (error, SB_ERROR, SB_ERROR_FORMAT);
    if (strstr (error->message, cases[i].word) == NULL || strstr (error->message, "bad.json") == NULL)
      g_error ("case %u is not a clear sentence: %s", i, error->message);
  }
}

static void
test_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = sb_test_path ("ops.json"), *none = sb_test_path ("no/such/ops.json");
  g_autoptr (SbOpsFile) file = sb_ops_file_parse (whole, -1, "whole", NULL);
  g_assert_true (sb_ops_file_save (path, &file->grid, file->ops, &error));
  g_autoptr (SbOpsFile) again = sb_ops_file_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again->ops->len, ==, 5);
  g_assert_false (sb_ops_file_save (none, &file->grid, file->ops, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_WRITE);
  g_clear_error (&error);
  g_assert_null (sb_ops_file_load (none, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_OPEN);
  g_autoptr (SbOpsFile) regular = sb_ops_file_load_regular (path, NULL);
  g_assert_nonnull (regular);
  g_assert_cmpint (regular->ops->len, ==, 5);
}

static void *
write_whole (void *path)
{
  FILE *pipe = fopen (path, "w"); /* once somebody reads */
  g_assert_cmpint (fputs (whole, pipe), >=, 0);
  fclose (pipe);
  return NULL;
}

/* A command line may get its operations through a pipe; a window would wait for ever. */
static void
test_pipe (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = sb_test_path ("pipe.json");
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_null (sb_ops_file_load_regular (path, &error)); /* at once: nobody writes */
  g_assert_error (error, SB_ERROR, SB_ERROR_OPEN);
  g_assert_nonnull (strstr (error->message, "pipe.json"));
  g_assert_nonnull (strstr (error->message, "not a regular file"));
  g_clear_error (&error);
  GThread *writer = g_thread_new ("writer", write_whole, path);
  g_autoptr (SbOpsFile) file = sb_ops_file_load (path, &error);
  g_thread_join (writer);
  g_assert_no_error (error);
  g_assert_cmpint (file->ops->len, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/op-json/round-trip", test_round_trip);
  g_test_add_func ("/op-json/far-numbers", test_far_numbers);
  g_test_add_func ("/op-json/errors-are-sentences", test_errors);
  g_test_add_func ("/op-json/file", test_file);
  g_test_add_func ("/op-json/pipe", test_pipe);
  return g_test_run ();
}
