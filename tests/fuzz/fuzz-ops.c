/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An operations file; what is accepted survives a round trip, and painting it
 * over three seconds gives finite gains, in little time and memory. */
#include "edit/sb-mask.h"
#include "edit/sb-op-json.h"
#include "fuzz.h"

#include <math.h>

static void
paint (const SbGrid *grid, GPtrArray *ops)
{
  g_autoptr (SbMask) mask =
      sb_mask_new (grid, 8000, 24000, 2, (SbOperation *const *)ops->pdata, (int)ops->len, NULL, NULL);
  g_autofree float *gain = mask ? g_new (float, sb_mask_n_bins (mask)) : NULL;
  for (int64_t col = 0; mask && col < sb_mask_n_cols (mask); col += 3) {
    const int channel = (int)(col % 2);
    const bool touched = sb_mask_column (mask, channel, col, gain);
    for (int bin = 0; bin < sb_mask_n_bins (mask); bin++)
      g_assert_true (touched ? isfinite (gain[bin]) && gain[bin] >= 0 : gain[bin] == 1);
  }
  if (mask)
    g_array_unref (sb_mask_frame_spans (mask));
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  g_autoptr (SbOpsFile) file = sb_ops_file_parse ((const char *)bytes, (gssize)n, "fuzz", NULL);
  if (!file)
    return 0;
  const SbGrid grid = {2048, 512, SB_WINDOW_HANN}, small = {256, 64, SB_WINDOW_HANN};
  g_autofree char *text = sb_ops_file_to_json (&grid, file->ops);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbOpsFile) again = sb_ops_file_parse (text, -1, "again", &error);
  if (!again)
    g_error ("%s\n%s", error->message, text);
  g_autofree char *second = sb_ops_file_to_json (&grid, again->ops);
  g_assert_cmpstr (text, ==, second);
  paint (&small, file->ops);
  return 0;
}
