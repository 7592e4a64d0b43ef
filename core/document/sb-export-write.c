/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Export into a container of chunks by ourselves, from front to back: the head,
 * the samples, what stands behind them.  libsndfile pads sizes, moves cue points
 * and lists, and writes no broadcast data into some containers; here chunks go
 * over byte for byte.  What was written is read back by libsndfile all the same. */
#include "base/sb-error.h"
#include "document/sb-export-meta-private.h"

#include <errno.h>
#include <unistd.h>

#define FLUSH_BYTES (8 << 20)

typedef struct {
  SbExportRender *render;
  const SbExportFormat *format;
  SbExportTarget *target;
  SbProgress *progress;
  SbExportShell shell;
  GArray *hashes; /* uint64_t, one a block */
  uint8_t *raw;   /* a block as it lies in the file */
  int64_t pos, flushed;
} Writer;

static bool
put (Writer *writer, const void *bytes, gsize n, GError **error)
{
  if (!sb_export_pwrite (writer->target->fd, bytes, n, writer->pos))
    return sb_export_target_fail (writer->target, g_strerror (errno), error);
  writer->pos += (int64_t)n;
  if (writer->pos - writer->flushed >= FLUSH_BYTES) { /* the disk need not wait for the end */
    sb_export_target_flush_begin (writer->target, writer->flushed, writer->pos - writer->flushed);
    writer->flushed = writer->pos;
  }
  return true;
}

static bool
put_samples (Writer *writer, GError **error)
{
  SbExportRender *render = writer->render;
  const int64_t step = render->max_frames, channels = sb_source_channels (render->source);
  for (int64_t pos = 0; pos < render->n_frames; pos += step) {
    const int64_t n = MIN (step, render->n_frames - pos);
    if (sb_progress_check (writer->progress, error) || !sb_export_render (render, render->first + pos, n, error))
      return false;
    const uint64_t hash = sb_export_hash (render->after, (gsize)(n * channels) * sb_export_work_bytes (render->work));
    g_array_append_val (writer->hashes, hash);
    sb_export_store (&writer->shell.layout, render->after, 0, n * channels, writer->raw);
    if (!put (writer, writer->raw, (gsize)(n * channels * writer->shell.layout.bytes), error))
      return false;
    sb_progress_set (writer->progress, 0.7 * (double)(pos + n) / (double)render->n_frames);
  }
  return true;
}

static bool
too_large (const Writer *writer, GError **error)
{
  return sb_export_target_fail (writer->target, "it would be larger than its format can tell. Choose W64, CAF or FLAC",
                                error);
}

static bool
write_all (Writer *writer, SbExportMeta *meta, GError **error)
{
  SbExportRender *render = writer->render;
  const int channels = sb_source_channels (render->source);
  const SbExportShape shape = {.rate = sb_source_rate (render->source),
                               .channels = channels,
                               .n_frames = render->n_frames,
                               .type = writer->format->type};
  const bool fits = sb_export_shell_make (writer->format, &shape, meta, &writer->shell);
  writer->hashes = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  writer->raw = g_malloc ((gsize)(render->max_frames * channels * writer->shell.layout.bytes));
  return (fits || too_large (writer, error)) &&
         put (writer, writer->shell.head->data, writer->shell.head->len, error) && put_samples (writer, error) &&
         put (writer, writer->shell.tail->data, writer->shell.tail->len, error);
}

static void
clear (Writer *writer)
{
  g_clear_pointer (&writer->hashes, g_array_unref);
  g_clear_pointer (&writer->raw, g_free);
  sb_export_shell_clear (&writer->shell);
}

/* Chunks came from a file that may be damaged, and libsndfile may lose its way in them.  Then the samples matter more.
 */
static bool
verify_or_drop (Writer *writer, SbExportMeta *meta, GError **error)
{
  g_autoptr (GError) why = NULL;
  SbExportRender *render = writer->render;
  if (sb_export_verify (render, writer->format, writer->target, writer->hashes, writer->progress, &why))
    return true;
  if (!meta || meta->chunks->len == 0 || sb_progress_is_cancelled (writer->progress)) {
    g_propagate_error (error, g_steal_pointer (&why));
    return false;
  }
  for (guint i = 0; i < meta->chunks->len; i++)
    sb_export_meta_leave_out (meta, ((SbMetaChunk *)meta->chunks->pdata[i])->id);
  sb_export_meta_strip (meta);
  clear (writer);
  writer->pos = writer->flushed = 0;
  render->frames_changed = render->frames_clipped = 0;
  if (ftruncate (writer->target->fd, 0) != 0)
    return sb_export_target_fail (writer->target, g_strerror (errno), error);
  return write_all (writer, meta, error) &&
         sb_export_verify (render, writer->format, writer->target, writer->hashes, writer->progress, error);
}

bool
sb_export_write (SbExportRender *render, const SbExportFormat *format, SbExportMeta *meta, SbExportTarget *target,
                 SbProgress *progress, GError **error)
{
  Writer writer = {.render = render, .format = format, .target = target, .progress = progress};
  const bool ok = write_all (&writer, meta, error) && verify_or_drop (&writer, meta, error) &&
                  sb_export_target_sync (target, progress, error);
  clear (&writer);
  return ok;
}
