/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A label track or CSV; what is accepted makes sense. */
#include "document/sb-labels.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  g_autoptr (GArray) markers = sb_labels_parse ((const char *)bytes, (gssize)n, "fuzz", NULL);
  for (guint i = 0; markers && i < markers->len; i++)
    g_assert_true (sb_marker_is_sane (&g_array_index (markers, SbMarker, i)));
  return 0;
}
