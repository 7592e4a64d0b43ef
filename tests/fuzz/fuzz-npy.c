/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An array: header, and its first columns. */
#include "base/sb-npy.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  int fd;
  g_autofree char *path = fuzz_file (bytes, n, &fd);
  g_autoptr (SbNpyReader) reader = sb_npy_reader_new (path, NULL);
  const SbNpyInfo *info = reader ? sb_npy_reader_info (reader) : NULL;
  if (info && info->planes * info->rows <= 65536 && info->cols > 0) {
    const int64_t cols = MIN (info->cols, 4);
    g_autofree float complex *out = g_new (float complex, (gsize)(info->planes * info->rows * cols + 1));
    if (sb_npy_type_is_complex (info->type))
      sb_npy_read_complex (reader, info->cols - cols, cols, out, info->rows, info->rows * cols, NULL);
    else
      sb_npy_read_real (reader, info->cols - cols, cols, (float *)out, info->rows, info->rows * cols, NULL);
  }
  close (fd);
  return 0;
}
