/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mask as PNG or .npy, for a grid of 33 bins and 26 columns. */
#include "edit/sb-mask-file.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  int fd, n_planes;
  const SbGrid grid = {64, 16, SB_WINDOW_HANN};
  g_autofree char *path = fuzz_file (bytes, n, &fd);
  g_free (sb_mask_file_load (path, &grid, 400, 1, &n_planes, NULL));
  close (fd);
  return 0;
}
