/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An operations file; what is accepted survives a round trip. */
#include "edit/sb-op-json.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  g_autoptr (SbOpsFile) file = sb_ops_file_parse ((const char *)bytes, (gssize)n, "fuzz", NULL);
  if (!file)
    return 0;
  const SbGrid grid = {2048, 512, SB_WINDOW_HANN};
  g_autofree char *text = sb_ops_file_to_json (&grid, file->ops);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbOpsFile) again = sb_ops_file_parse (text, -1, "again", &error);
  if (!again)
    g_error ("%s\n%s", error->message, text);
  g_autofree char *second = sb_ops_file_to_json (&grid, again->ops);
  g_assert_cmpstr (text, ==, second);
  return 0;
}
