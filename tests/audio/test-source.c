/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sb-test.h"

static void
test_ends (void)
{
  g_autoptr (SbSource) source = sb_test_noise_source (1, 100, 3, 8000);
  g_autofree float *all = sb_test_read_all (source);
  for (int64_t pos = -120; pos < 120; pos += 7)
    for (int64_t n = 0; n < 250; n += 31) {
      g_autofree float *out = g_new (float, n * 3 + 1);
      for (int64_t i = 0; i < n * 3; i++)
        out[i] = 9.0f;
      g_assert_true (sb_source_read (source, pos, n, out, NULL));
      for (int64_t i = 0; i < n; i++)
        for (int c = 0; c < 3; c++) {
          bool inside = pos + i >= 0 && pos + i < 100;
          g_assert_cmpfloat (out[i * 3 + c], ==, inside ? all[(pos + i) * 3 + c] : 0.0f);
        }
    }
  g_assert_cmpint (sb_source_span (source, 200, 5), ==, SB_SPAN_SILENT);
  g_assert_cmpint (sb_source_span (source, 90, 50), ==, SB_SPAN_OWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source/zeros-beyond-the-ends", test_ends);
  return g_test_run ();
}
