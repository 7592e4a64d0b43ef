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
 * every byte that was copied has been read back and compared, and where
 * something was painted libsndfile reads it: it must be what was meant.
 * Copying has a thread of its own, so that it and the computing share the time. */
#include "audio/sb-container.h"
#include "audio/sb-mend.h"
#include "base/sb-error.h"
#include "document/sb-export-private.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/fs.h> /* FICLONE */
#endif

#define PIECE_BYTES  65536
#define TELL_BYTES   (1 << 20)
#define FLUSH_BYTES  (8 << 20)
#define PAINT_FRAMES 8192

typedef struct {
  int64_t pos, n; /* frames */
  uint64_t hash;  /* of their bytes */
} Painted;

typedef struct {
  SbExportRender *render;
  SbExportTarget *target;
  SbProgress *progress;
  int source_fd;
  int64_t file_bytes;
  SbContainer *c; /* NULL: nothing is painted, the file need not be understood */
  int64_t frame_bytes;
  SbExportLayout layout;
  uint8_t *raw, *before, *after; /* a block of stored samples each: in the file, without and with the painting */
  GArray *painted;               /* of Painted, ascending; only blocks that were overwritten */
  uint8_t *piece, *back;         /* PIECE_BYTES each: the source's, the target's */
  atomic_bool stop;              /* the copying may end: something else went wrong */
  atomic_llong painted_frames;   /* how far the painting has come */
  pthread_mutex_t lock;
  pthread_cond_t moved;
  /* under the lock */
  int64_t copied; /* bytes that are copied and read back */
  bool ended;     /* the copying is over, well or not */
} Copy;

static bool
fail_source (const Copy *copy, GError **error)
{
  g_autofree char *shown = g_filename_display_name (sb_file_source_path (copy->render->source));
  g_set_error (error, SB_ERROR, SB_ERROR_READ, "“%s” could not be read to the end (%s). Nothing was written.", shown,
               g_strerror (errno));
  return false;
}

static bool
fail_verify (const Copy *copy, GError **error)
{
  return sb_export_target_fail (
      copy->target, "what was read back differs from what was written. Check the disk, or choose another", error);
}

/* File systems that share blocks copy nothing at all. */
static bool
clone_file (const Copy *copy)
{
#ifdef FICLONE
  return ioctl (copy->target->fd, FICLONE, copy->source_fd) == 0;
#else
  return false;
#endif
}

/* A piece is read, written and read back while it is still in the processor's cache: with 64 kB that costs no more than
 * `cp` and one reading; with megabytes, or a second walk through both files, it is twice as much (measured). */
static bool
copy_piece (Copy *copy, int64_t pos, gsize n, bool cloned, GError **error)
{
  if (!sb_export_pread (copy->source_fd, copy->piece, n, pos))
    return fail_source (copy, error);
  if (!cloned && !sb_export_pwrite (copy->target->fd, copy->piece, n, pos))
    return sb_export_target_fail (copy->target, g_strerror (errno), error);
  if (!sb_export_pread (copy->target->fd, copy->back, n, pos) || memcmp (copy->piece, copy->back, n) != 0)
    return fail_verify (copy, error);
  return true;
}

static void
tell_copied (Copy *copy, int64_t copied, bool ended)
{
  const double frames = copy->c ? (double)copy->c->n_frames : 1;
  const double painted = copy->c ? (double)atomic_load (&copy->painted_frames) / frames : 1;
  sb_progress_set (copy->progress, 0.45 * (painted + (double)copied / (double)MAX (1, copy->file_bytes)));
  pthread_mutex_lock (&copy->lock);
  copy->copied = copied;
  copy->ended = ended;
  pthread_cond_signal (&copy->moved);
  pthread_mutex_unlock (&copy->lock);
}

static bool
copy_pieces (Copy *copy, GError **error)
{
  const bool cloned = clone_file (copy);
  int64_t flushed = 0;
  for (int64_t pos = 0; pos < copy->file_bytes; pos += PIECE_BYTES) {
    if (atomic_load (&copy->stop))
      return false;
    if (sb_progress_check (copy->progress, error) ||
        !copy_piece (copy, pos, (gsize)MIN (PIECE_BYTES, copy->file_bytes - pos), cloned, error))
      return false;
    const int64_t copied = MIN (pos + PIECE_BYTES, copy->file_bytes);
    if (copied - flushed >= FLUSH_BYTES) { /* the disk need not wait for the end */
      sb_export_target_flush_begin (copy->target, flushed, FLUSH_BYTES);
      flushed += FLUSH_BYTES;
    }
    if (copied % TELL_BYTES == 0)
      tell_copied (copy, copied, false);
  }
  return true;
}

static bool
copy_file (Copy *copy, GError **error)
{
  copy->piece = g_malloc (PIECE_BYTES);
  copy->back = g_malloc (PIECE_BYTES);
  const bool ok = copy_pieces (copy, error);
  tell_copied (copy, ok ? copy->file_bytes : copy->copied, true);
  return ok;
}

/* Until the copying has passed a place: what is painted there comes after.  false: it will not. */
static bool
wait_copied (Copy *copy, int64_t end)
{
  pthread_mutex_lock (&copy->lock);
  while (copy->copied < end && !copy->ended)
    pthread_cond_wait (&copy->moved, &copy->lock);
  const bool passed = copy->copied >= end;
  pthread_mutex_unlock (&copy->lock);
  return passed;
}

/* ---- painting ---- */

/* What lies there must be what libsndfile reads; only NaN has more than one form. */
static bool
is_place (const Copy *copy, const uint8_t *stored, const uint8_t *before, int64_t count)
{
  const int bytes = copy->layout.bytes;
  if (memcmp (stored, before, (gsize)(count * bytes)) == 0)
    return true;
  for (int64_t i = 0; i < count; i++) {
    if (memcmp (stored + i * bytes, before + i * bytes, (gsize)bytes) == 0)
      continue;
    const double *doubles = copy->render->before;
    const float *floats = copy->render->before;
    if (!(copy->layout.type == SB_SAMPLE_DOUBLE && isnan (doubles[i])) &&
        !(copy->layout.type == SB_SAMPLE_FLOAT && isnan (floats[i])))
      return false;
  }
  return true;
}

/* Overwrites in raw what changed; first and end: the bytes to write. */
static SbExportOutcome
overwrite (Copy *copy, int64_t n, gsize *first, gsize *end)
{
  const int64_t count = n * copy->c->channels;
  const gsize bytes = (gsize)copy->layout.bytes;
  *first = *end = 0;
  sb_export_store (&copy->layout, copy->render->before, 0, count, copy->before);
  sb_export_store (&copy->layout, copy->render->after, 0, count, copy->after);
  if (!is_place (copy, copy->raw, copy->before, count)) {
    copy->render->doubt = "its samples do not lie where its header says";
    return SB_EXPORT_DOUBT;
  }
  if (memcmp (copy->before, copy->after, (gsize)count * bytes) == 0)
    return SB_EXPORT_DONE;
  for (gsize at = 0; at < (gsize)count * bytes; at += bytes) {
    if (memcmp (copy->before + at, copy->after + at, bytes) == 0)
      continue;
    memcpy (copy->raw + at, copy->after + at, bytes);
    if (*end == 0)
      *first = at;
    *end = at + bytes;
  }
  return SB_EXPORT_DONE;
}

static SbExportOutcome
paint_block (Copy *copy, int64_t pos, int64_t n, GError **error)
{
  const int64_t offset = copy->c->data_offset_bytes + pos * copy->frame_bytes;
  const gsize bytes = (gsize)(n * copy->frame_bytes);
  gsize first, end;
  if (!sb_export_render (copy->render, pos, n, error))
    return SB_EXPORT_FAILED;
  if (!sb_export_pread (copy->source_fd, copy->raw, bytes, offset)) {
    fail_source (copy, error);
    return SB_EXPORT_FAILED;
  }
  if (overwrite (copy, n, &first, &end) == SB_EXPORT_DOUBT)
    return SB_EXPORT_DOUBT;
  if (end == 0)
    return SB_EXPORT_DONE;
  if (!wait_copied (copy, offset + (int64_t)bytes))
    return SB_EXPORT_FAILED; /* the copying tells why */
  if (!sb_export_pwrite (copy->target->fd, copy->raw + first, end - first, offset + (int64_t)first)) {
    sb_export_target_fail (copy->target, g_strerror (errno), error);
    return SB_EXPORT_FAILED;
  }
  const Painted painted = {pos, n, sb_export_hash (copy->raw, bytes)};
  g_array_append_val (copy->painted, painted);
  return SB_EXPORT_DONE;
}

static SbExportOutcome
paint (Copy *copy, GError **error)
{
  const int64_t step = MIN (copy->render->max_frames, PAINT_FRAMES);
  for (int64_t pos = 0; pos < copy->c->n_frames; pos += step) {
    const int64_t n = MIN (step, copy->c->n_frames - pos);
    if (!sb_resynth_touches (copy->render->resynth, pos, n))
      continue;
    if (sb_progress_check (copy->progress, error))
      return SB_EXPORT_FAILED;
    const SbExportOutcome outcome = paint_block (copy, pos, n, error);
    if (outcome != SB_EXPORT_DONE)
      return outcome;
    atomic_store (&copy->painted_frames, pos + n);
  }
  atomic_store (&copy->painted_frames, copy->c->n_frames);
  return SB_EXPORT_DONE;
}

/* ---- both at once ----
 *
 *   copier    ├─ copy, read back ────────────────────────┤
 *   painter   ├─ compute ─┤ wait for the copier │ write ├─ compute … */

typedef struct {
  Copy *copy;
  bool ok;
  GError *error;
} Copier;

static void *
copier_run (void *data)
{
  Copier *copier = data;
  copier->ok = copy_file (copier->copy, &copier->error);
  return NULL;
}

static SbExportOutcome
copy_and_paint (Copy *copy, GError **error)
{
  Copier copier = {.copy = copy};
  GError *why = NULL;
  pthread_t thread;
  const bool apart = pthread_create (&thread, NULL, copier_run, &copier) == 0;
  if (!apart)
    copier_run (&copier);
  SbExportOutcome outcome = paint (copy, &why);
  if (outcome != SB_EXPORT_DONE)
    atomic_store (&copy->stop, true);
  if (apart)
    pthread_join (thread, NULL);
  if (copier.error) { /* the painting only waited in vain */
    g_clear_error (&why);
    g_propagate_error (error, copier.error);
    return SB_EXPORT_FAILED;
  }
  if (why)
    g_propagate_error (error, why);
  return outcome;
}

/* ---- reading back ---- */

/* As any program reads it: by libsndfile, and by frames. */
static bool
verify_painted (Copy *copy, SNDFILE *file, const Painted *painted, GError **error)
{
  const int64_t bytes = painted->n * copy->frame_bytes;
  if (sb_progress_check (copy->progress, error))
    return false;
  if (sf_seek (file, painted->pos, SEEK_SET) != painted->pos || sf_read_raw (file, copy->raw, bytes) != bytes ||
      sb_export_hash (copy->raw, (gsize)bytes) != painted->hash)
    return fail_verify (copy, error);
  return true;
}

static bool
verify_opened (Copy *copy, SNDFILE *file, const SF_INFO *info, GError **error)
{
  if (!file || info->frames != copy->c->n_frames || info->channels != copy->c->channels)
    return fail_verify (copy, error);
  for (guint i = 0; i < copy->painted->len; i++) {
    if (!verify_painted (copy, file, &g_array_index (copy->painted, Painted, i), error))
      return false;
    sb_progress_set (copy->progress, 0.9 + 0.1 * (double)i / (double)copy->painted->len);
  }
  const int64_t last = copy->c->n_frames - 1; /* and the last frame is really found */
  if (sf_seek (file, last, SEEK_SET) != last || sf_read_raw (file, copy->raw, copy->frame_bytes) != copy->frame_bytes)
    return fail_verify (copy, error);
  return true;
}

/* Bytes that were copied have been read back; a painted block that had gone elsewhere would be missed at its place. */
static bool
verify (Copy *copy, GError **error)
{
  struct stat st;
  if (fstat (copy->target->fd, &st) != 0 || st.st_size != copy->file_bytes)
    return fail_verify (copy, error);
  if (!copy->c)
    return true;
  SF_INFO info = {0};
  SbMended *mended = NULL;
  const int fd = open (copy->target->temp, O_RDONLY | O_CLOEXEC);
  SNDFILE *file = fd >= 0 ? sb_mended_open (fd, &info, &mended, NULL) : NULL;
  const bool ok = verify_opened (copy, file, &info, error);
  if (file)
    sf_close (file);
  sb_mended_free (mended);
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
    if (!understood (copy)) {
      copy->render->doubt = !copy->c              ? "its samples are compressed"
                            : copy->c->doubt != NULL ? copy->c->doubt
                                                  : "its header can be understood in two ways";
      return SB_EXPORT_DOUBT;
    }
    copy->render->valid_bits = copy->c->valid_bits;
    copy->frame_bytes = (int64_t)copy->c->channels * copy->c->container_bytes;
    copy->layout = (SbExportLayout){copy->c->sample_type, copy->c->container_bytes, copy->c->big_endian};
    const gsize block = (gsize)(copy->frame_bytes * MIN (copy->render->max_frames, PAINT_FRAMES));
    copy->raw = g_malloc (block);
    copy->before = g_malloc (block);
    copy->after = g_malloc (block);
  }
  const SbExportOutcome outcome = painted                   ? copy_and_paint (copy, error)
                                  : copy_file (copy, error) ? SB_EXPORT_DONE
                                                            : SB_EXPORT_FAILED;
  if (outcome != SB_EXPORT_DONE)
    return outcome;
  return verify (copy, error) && sb_export_target_sync (copy->target, copy->progress, error) ? SB_EXPORT_DONE
                                                                                             : SB_EXPORT_FAILED;
}

SbExportOutcome
sb_export_copy (SbExportRender *render, SbExportTarget *target, SbProgress *progress, GError **error)
{
  Copy copy = {.render = render, .target = target, .progress = progress};
  SbExportOutcome outcome = SB_EXPORT_FAILED;
  struct stat st;
  g_autofree char *own = sb_file_source_own_path (render->source);
  copy.source_fd = open (own, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  pthread_mutex_init (&copy.lock, NULL);
  pthread_cond_init (&copy.moved, NULL);
  copy.painted = g_array_new (FALSE, FALSE, sizeof (Painted));
  if (copy.source_fd < 0 || fstat (copy.source_fd, &st) != 0)
    fail_source (&copy, error);
  else {
    copy.file_bytes = st.st_size;
    outcome = run (&copy, error);
  }
  if (outcome == SB_EXPORT_DOUBT) { /* leave an empty file and fresh counts to the encoder */
    render->frames_changed = render->frames_clipped = render->valid_bits = 0;
    if (ftruncate (target->fd, 0) != 0 && !sb_export_target_fail (target, g_strerror (errno), error))
      outcome = SB_EXPORT_FAILED;
  }
  if (copy.source_fd >= 0)
    close (copy.source_fd);
  sb_container_free (copy.c);
  g_free (copy.raw);
  g_free (copy.before);
  g_free (copy.after);
  g_free (copy.piece);
  g_free (copy.back);
  g_array_unref (copy.painted);
  pthread_cond_destroy (&copy.moved);
  pthread_mutex_destroy (&copy.lock);
  return outcome;
}
