/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file as a source: opened, read at both ends and in the middle.  The probe
 * is off: libsndfile's own endless loops end the input by libFuzzer's -timeout
 * and are not ours to mend. */
#include "audio/sb-file-source.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  int fd;
  g_setenv ("SONOBRUSH_PROBE", "", TRUE);
  g_autofree char *path = fuzz_file (bytes, n, &fd);
  g_autoptr (SbSource) source = sb_file_source_new_any (path, NULL, NULL);
  if (source && source->n_frames > 0) {
    const int64_t block = MIN (1024, source->n_frames);
    g_autofree double *frames = g_new (double, (gsize)(block * source->channels));
    const int64_t places[] = {0, source->n_frames / 2, source->n_frames - block};
    for (int i = 0; i < 3; i++) {
      const int64_t pos = CLAMP (places[i], 0, source->n_frames - block);
      sb_source_read (source, pos, block, (float *)frames, NULL);
      sb_file_source_read_int (source, pos, block, (int32_t *)frames, NULL);
      sb_file_source_read_double (source, pos, block, frames, NULL);
    }
  }
  close (fd);
  return 0;
}
