/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading back what was written: opened by libsndfile as any program would,
 * decoded to the end, each block compared by its hash with what was meant.
 * What is lossy must at least be as long. */
#include "base/sb-error.h"
#include "document/sb-export-private.h"

#include <sndfile.h>
#include <stdlib.h>

/* The codecs may add a block at the end (MP3 counts whole frames and its delay). */
#define LOSSY_SLACK_FRAMES 4608

static sf_count_t
read_frames (SNDFILE *file, SbExportWork work, void *samples, int64_t n)
{
  if (work == SB_WORK_INT)
    return sf_readf_int (file, samples, n);
  if (work == SB_WORK_FLOAT)
    return sf_readf_float (file, samples, n);
  return sf_readf_double (file, samples, n);
}

static bool
verify_blocks (SbExportRender *render, const SbExportFormat *format, SNDFILE *file, GArray *hashes,
               SbProgress *progress, GError **error)
{
  const int64_t n_frames = render->n_frames, step = render->max_frames;
  const gsize frame_bytes = (gsize)sb_source_channels (render->source) * sb_export_work_bytes (format->work);
  int64_t total = 0, got;
  do {
    if (sb_progress_check (progress, error))
      return false;
    got = read_frames (file, format->work, render->after, step);
    if (!format->lossy && got > 0) {
      const guint block = (guint)(total / step);
      if (block >= hashes->len ||
          g_array_index (hashes, uint64_t, block) != sb_export_hash (render->after, (gsize)got * frame_bytes))
        return false;
    }
    total += MAX (0, got);
    sb_progress_set (progress, 0.7 + 0.3 * (double)total / (double)MAX (1, n_frames));
  } while (got == step);
  if (sf_error (file) != SF_ERR_NO_ERROR)
    return false;
  return format->lossy ? llabs (total - n_frames) <= LOSSY_SLACK_FRAMES : total == n_frames;
}

bool
sb_export_verify (SbExportRender *render, const SbExportFormat *format, SbExportTarget *target, GArray *hashes,
                  SbProgress *progress, GError **error)
{
  SF_INFO info = {0};
  GError *stopped = NULL;
  SNDFILE *file = sf_open (target->temp, SFM_READ, &info);
  bool ok = file && info.channels == sb_source_channels (render->source) &&
            info.samplerate == sb_source_rate (render->source) &&
            verify_blocks (render, format, file, hashes, progress, &stopped);
  if (file)
    sf_close (file);
  if (stopped)
    g_propagate_error (error, stopped);
  else if (!ok)
    sb_export_target_fail (
        target, "what was read back differs from what was written. The disk may be full; choose another", error);
  return ok;
}
