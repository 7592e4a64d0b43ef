/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Our walker of chunks: whatever it says lies inside the file. */
#include "audio/sb-container.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  int fd;
  g_autofree char *path = fuzz_file (bytes, n, &fd);
  g_autoptr (SbContainer) c = sb_container_read (path, NULL);
  if (c) {
    for (guint i = 0; i < c->chunks->len; i++) {
      const SbChunk *chunk = &g_array_index (c->chunks, SbChunk, i);
      g_assert_true (chunk->offset_bytes >= 0 && chunk->size_bytes >= 0 &&
                     chunk->offset_bytes + chunk->size_bytes <= (int64_t)n);
    }
    if (c->in_place)
      g_assert_true (c->data_offset_bytes >= 0 && c->channels > 0 && c->container_bytes > 0 &&
                     c->data_offset_bytes + c->n_frames * c->channels * c->container_bytes <= (int64_t)n);
  }
  close (fd);
  return 0;
}
