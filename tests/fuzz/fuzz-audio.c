/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording from anybody, as the program treats it: a child process opens it
 * first (fuzz-prober.h), and what the child comes through is opened, walked,
 * told by content and read here, forwards, backwards and as every type. */
#include "audio/sb-container.h"
#include "audio/sb-file-source.h"
#include "document/sb-project.h"
#include "fuzz-prober.h"

static void
read_about (SbSource *source)
{
  const int64_t n = source->n_frames, block = MIN (MAX (1, 4096 / source->channels), n);
  const int64_t places[] = {0, n - block, n / 2, n / 3, 0, n / 2 + block, n - 1, 1};
  g_autofree double *frames = g_new (double, (gsize)(block * source->channels));
  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    const int64_t pos = CLAMP (places[i], 0, n - block);
    if (i % 3 == 0)
      sb_source_read (source, pos, block, (float *)frames, NULL);
    else if (i % 3 == 1)
      sb_file_source_read_int (source, pos, block, (int32_t *)frames, NULL);
    else
      sb_file_source_read_double (source, pos, block, frames, NULL);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  int fd;
  g_autofree char *path = fuzz_file (bytes, n, &fd);
  if (probed (path)) {
    sb_container_free (sb_container_read (path, NULL));
    g_free (sb_fingerprint_file (path, NULL));
    g_autoptr (SbSource) source = sb_file_source_new_any (path, NULL, NULL);
    if (source && source->n_frames > 0)
      read_about (source);
  }
  close (fd);
  return 0;
}
