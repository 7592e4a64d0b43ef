/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Export to the same container and sample type: the file is copied byte for
 * byte and only samples whose value changes are overwritten, at their place.
 *
 *   source  │header│chunks│ data ……………………………………… │chunks│
 *   target  │ same │ same │ same … ▓▓ … same … ▓ … │ same │
 *
 * That the place is right is proved on the way: what lies there must decode
 * to what libsndfile reads, or the encoder does the work instead.  Afterwards
 * the copy is opened by libsndfile and read to the end against the source's
 * bytes and, where something was painted, a hash of what was meant. */
#include "audio/sb-container.h"
#include "base/sb-error.h"
#include "document/sb-export-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sndfile.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES (4 << 20)

typedef struct {
  SbExportRender *render;
  SbExportTarget *target;
  SbProgress *progress;
  int source_fd;
  int64_t file_bytes;
  SbContainer *c; /* NULL: nothing is painted, the file need not be understood */
  int64_t frame_bytes;
  uint8_t *raw, *other; /* a block of stored samples each */
  GHashTable *meant;    /* block number → hash of its bytes; only blocks that were overwritten */
} Copy;

/* false with errno set */
static bool
pread_all (int fd, void *to, gsize n, int64_t pos)
{
  uint8_t *p = to;
  while (n > 0) {
    const ssize_t got = pread (fd, p, n, pos);
    if (got < 0 && errno == EINTR)
      continue;
    if (got == 0)
      errno = EIO;
    if (got <= 0)
      return false;
    p += got;
    pos += got;
    n -= (gsize)got;
  }
  return true;
}

static bool
pwrite_all (int fd, const void *from, gsize n, int64_t pos)
{
  const uint8_t *p = from;
  while (n > 0) {
    const ssize_t put = pwrite (fd, p, n, pos);
    if (put < 0 && errno == EINTR)
      continue;
    if (put == 0)
      errno = ENOSPC;
    if (put <= 0)
      return false;
    p += put;
    pos += put;
    n -= (gsize)put;
  }
  return true;
}

static bool
fail_source (const Copy *copy, GError **error)
{
  g_autofree char *shown = g_filename_display_name (sb_file_source_path (copy->render->source));
  g_set_error (error, SB_ERROR, SB_ERROR_READ, "“%s” could not be read to the end (%s). Nothing was written.", shown,
               g_strerror (errno));
  return false;
}

/* One stretch, by the kernel where it can (file systems that share blocks copy nothing at all). */
static bool
copy_stretch (Copy *copy, int64_t pos, gsize n, bool *by_kernel, GError **error)
{
  while (n > 0 && *by_kernel) {
    off_t from = pos, to = pos;
    const ssize_t done = copy_file_range (copy->source_fd, &from, copy->target->fd, &to, n, 0);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0) { /* not here: by hand, which also tells errors apart */
      *by_kernel = false;
      break;
    }
    pos += done;
    n -= (gsize)done;
  }
  uint8_t block[65536];
  while (n > 0) {
    const gsize m = MIN (n, sizeof block);
    if (!pread_all (copy->source_fd, block, m, pos))
      return fail_source (copy, error);
    if (!pwrite_all (copy->target->fd, block, m, pos))
      return sb_export_target_fail (copy->target, g_strerror (errno), error);
    pos += (int64_t)m;
    n -= m;
  }
  return true;
}

static bool
copy_file (Copy *copy, GError **error)
{
  bool by_kernel = true;
  for (int64_t pos = 0; pos < copy->file_bytes; pos += COPY_BYTES) {
    if (sb_progress_check (copy->progress, error) ||
        !copy_stretch (copy, pos, (gsize)MIN (COPY_BYTES, copy->file_bytes - pos), &by_kernel, error))
      return false;
    sb_progress_set (copy->progress, 0.4 * (double)pos / (double)copy->file_bytes);
  }
  return true;
}

/* ---- stored samples ---- */

static void
put (const SbContainer *c, uint8_t *p, uint64_t value)
{
  for (int i = 0; i < c->container_bytes; i++)
    p[c->big_endian ? c->container_bytes - 1 - i : i] = (uint8_t)(value >> (8 * i));
}

static uint64_t
get (const SbContainer *c, const uint8_t *p)
{
  uint64_t value = 0;
  for (int i = 0; i < c->container_bytes; i++)
    value |= (uint64_t)p[c->big_endian ? c->container_bytes - 1 - i : i] << (8 * i);
  return value;
}

/* The bits that stand in the file for sample i of a block. */
static uint64_t
stored (const SbContainer *c, const void *samples, int64_t i)
{
  uint64_t bits = 0;
  if (c->sample_type == SB_SAMPLE_DOUBLE)
    memcpy (&bits, (const double *)samples + i, 8);
  else if (c->sample_type == SB_SAMPLE_FLOAT)
    memcpy (&bits, (const float *)samples + i, 4);
  else {
    bits = (uint32_t)((const int32_t *)samples)[i] >> (32 - 8 * c->container_bytes);
    if (c->sample_type == SB_SAMPLE_U8)
      bits ^= 0x80;
  }
  return bits;
}

static bool
is_nan_in (const SbContainer *c, const void *samples, int64_t i)
{
  if (c->sample_type == SB_SAMPLE_DOUBLE)
    return ((const double *)samples)[i] != ((const double *)samples)[i];
  return c->sample_type == SB_SAMPLE_FLOAT && ((const float *)samples)[i] != ((const float *)samples)[i];
}

/* Overwrites in raw what changed; first and end: the bytes to write. */
static SbExportOutcome
overwrite (Copy *copy, int64_t n, gsize *first, gsize *end)
{
  const SbContainer *c = copy->c;
  const int64_t count = n * c->channels;
  *first = *end = 0;
  for (int64_t i = 0; i < count; i++) {
    uint8_t *place = copy->raw + i * c->container_bytes;
    const uint64_t before = stored (c, copy->render->before, i), after = stored (c, copy->render->after, i);
    if (get (c, place) != before && !is_nan_in (c, copy->render->before, i))
      return SB_EXPORT_DOUBT;
    if (before == after)
      continue;
    put (c, place, after);
    if (*end == 0)
      *first = (gsize)(place - copy->raw);
    *end = (gsize)(place - copy->raw) + (gsize)c->container_bytes;
  }
  return SB_EXPORT_DONE;
}

static SbExportOutcome
paint_block (Copy *copy, int64_t block, GError **error)
{
  const int64_t pos = block * copy->render->max_frames, n = MIN (copy->render->max_frames, copy->c->n_frames - pos);
  const int64_t offset = copy->c->data_offset_bytes + pos * copy->frame_bytes;
  const gsize bytes = (gsize)(n * copy->frame_bytes);
  gsize first, end;
  if (!sb_export_render (copy->render, pos, n, error))
    return SB_EXPORT_FAILED;
  if (!pread_all (copy->source_fd, copy->raw, bytes, offset)) {
    fail_source (copy, error);
    return SB_EXPORT_FAILED;
  }
  if (overwrite (copy, n, &first, &end) == SB_EXPORT_DOUBT)
    return SB_EXPORT_DOUBT;
  if (end == 0)
    return SB_EXPORT_DONE;
  if (!pwrite_all (copy->target->fd, copy->raw + first, end - first, offset + (int64_t)first)) {
    sb_export_target_fail (copy->target, g_strerror (errno), error);
    return SB_EXPORT_FAILED;
  }
  uint64_t *hash = g_new (uint64_t, 1);
  *hash = sb_export_hash (copy->raw, bytes);
  g_hash_table_insert (copy->meant, g_memdup2 (&block, sizeof block), hash);
  return SB_EXPORT_DONE;
}

static SbExportOutcome
paint (Copy *copy, GError **error)
{
  const int64_t step = copy->render->max_frames;
  for (int64_t pos = 0; pos < copy->c->n_frames; pos += step) {
    if (!sb_resynth_touches (copy->render->resynth, pos, MIN (step, copy->c->n_frames - pos)))
      continue;
    if (sb_progress_check (copy->progress, error))
      return SB_EXPORT_FAILED;
    const SbExportOutcome outcome = paint_block (copy, pos / step, error);
    if (outcome != SB_EXPORT_DONE)
      return outcome;
    sb_progress_set (copy->progress, 0.4 + 0.3 * (double)pos / (double)copy->c->n_frames);
  }
  return SB_EXPORT_DONE;
}

/* ---- reading back ---- */

static bool
fail_verify (const Copy *copy, GError **error)
{
  return sb_export_target_fail (
      copy->target, "what was read back differs from what was written. Check the disk, or choose another", error);
}

/* [from, to) of the target against the source. */
static bool
same_bytes (Copy *copy, int64_t from, int64_t to, GError **error)
{
  uint8_t a[65536], b[65536];
  for (int64_t pos = from; pos < to; pos += sizeof a) {
    const gsize n = (gsize)MIN ((int64_t)sizeof a, to - pos);
    if (sb_progress_check (copy->progress, error))
      return false;
    if (!pread_all (copy->source_fd, a, n, pos))
      return fail_source (copy, error);
    if (!pread_all (copy->target->fd, b, n, pos) || memcmp (a, b, n) != 0)
      return fail_verify (copy, error);
  }
  return true;
}

static bool
verify_data (Copy *copy, SNDFILE *file, GError **error)
{
  const int64_t step = copy->render->max_frames;
  for (int64_t pos = 0; pos < copy->c->n_frames; pos += step) {
    const int64_t n = MIN (step, copy->c->n_frames - pos), bytes = n * copy->frame_bytes, block = pos / step;
    const uint64_t *hash = g_hash_table_lookup (copy->meant, &block);
    if (sb_progress_check (copy->progress, error))
      return false;
    sb_progress_set (copy->progress, 0.7 + 0.3 * (double)pos / (double)copy->c->n_frames);
    if (sf_read_raw (file, copy->raw, bytes) != bytes)
      return fail_verify (copy, error);
    if (hash) {
      if (sb_export_hash (copy->raw, (gsize)bytes) != *hash)
        return fail_verify (copy, error);
      continue;
    }
    if (!pread_all (copy->source_fd, copy->other, (gsize)bytes, copy->c->data_offset_bytes + pos * copy->frame_bytes))
      return fail_source (copy, error);
    if (memcmp (copy->raw, copy->other, (gsize)bytes) != 0)
      return fail_verify (copy, error);
  }
  return true;
}

static bool
verify (Copy *copy, GError **error)
{
  struct stat st;
  if (fstat (copy->target->fd, &st) != 0 || st.st_size != copy->file_bytes)
    return fail_verify (copy, error);
  if (!copy->c)
    return same_bytes (copy, 0, copy->file_bytes, error);
  const int64_t data = copy->c->data_offset_bytes, end = data + copy->c->n_frames * copy->frame_bytes;
  if (!same_bytes (copy, 0, data, error) || !same_bytes (copy, end, copy->file_bytes, error))
    return false;
  SF_INFO info = {0};
  SNDFILE *file = sf_open (copy->target->temp, SFM_READ, &info);
  bool ok = file && info.frames == copy->c->n_frames && info.channels == copy->c->channels;
  ok = ok ? verify_data (copy, file, error) : fail_verify (copy, error);
  if (file)
    sf_close (file);
  return ok;
}

/* ---- all of it ---- */

/* The walker's view and libsndfile's must be one. */
static bool
understood (const Copy *copy)
{
  const SbContainer *c = copy->c;
  return c && c->in_place && c->sample_type == sb_file_source_sample_type (copy->render->source) &&
         c->channels == sb_source_channels (copy->render->source) && c->rate == sb_source_rate (copy->render->source) &&
         c->n_frames == sb_source_n_frames (copy->render->source);
}

static SbExportOutcome
run (Copy *copy, GError **error)
{
  const bool painted = copy->render->resynth != NULL;
  if (painted) {
    g_autoptr (GError) why = NULL;
    g_autofree char *own = sb_file_source_own_path (copy->render->source);
    copy->c = sb_container_read (own, &why);
    if (why && why->code != SB_ERROR_FORMAT) {
      g_propagate_error (error, g_steal_pointer (&why));
      return SB_EXPORT_FAILED;
    }
    if (!understood (copy))
      return SB_EXPORT_DOUBT;
    copy->frame_bytes = (int64_t)copy->c->channels * copy->c->container_bytes;
    copy->raw = g_malloc ((gsize)(copy->frame_bytes * copy->render->max_frames));
    copy->other = g_malloc ((gsize)(copy->frame_bytes * copy->render->max_frames));
  }
  if (!copy_file (copy, error))
    return SB_EXPORT_FAILED;
  const SbExportOutcome outcome = painted ? paint (copy, error) : SB_EXPORT_DONE;
  if (outcome != SB_EXPORT_DONE)
    return outcome;
  return sb_export_target_sync (copy->target, error) && verify (copy, error) ? SB_EXPORT_DONE : SB_EXPORT_FAILED;
}

SbExportOutcome
sb_export_copy (SbExportRender *render, SbExportTarget *target, SbProgress *progress, GError **error)
{
  Copy copy = {.render = render, .target = target, .progress = progress};
  SbExportOutcome outcome = SB_EXPORT_FAILED;
  struct stat st;
  g_autofree char *own = sb_file_source_own_path (render->source);
  copy.source_fd = open (own, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  copy.meant = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  if (copy.source_fd < 0 || fstat (copy.source_fd, &st) != 0)
    fail_source (&copy, error);
  else {
    copy.file_bytes = st.st_size;
    outcome = run (&copy, error);
  }
  if (outcome == SB_EXPORT_DOUBT) { /* leave an empty file and fresh counts to the encoder */
    render->frames_changed = render->frames_clipped = 0;
    if (ftruncate (target->fd, 0) != 0 && !sb_export_target_fail (target, g_strerror (errno), error))
      outcome = SB_EXPORT_FAILED;
  }
  if (copy.source_fd >= 0)
    close (copy.source_fd);
  sb_container_free (copy.c);
  g_free (copy.raw);
  g_free (copy.other);
  g_hash_table_unref (copy.meant);
  return outcome;
}
