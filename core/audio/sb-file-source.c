/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-file-source.h.  An SNDFILE has one position and one decoder, so each
 * reader borrows a decoder from a small pool; the one that stands where the
 * read begins is preferred, which spares a seek.  The descriptor that was
 * checked stays open for good, so the recording can be read on after its file was
 * renamed or removed. */
#include "audio/sb-file-source.h"

#include "audio/sb-decoder-private.h"
#include "audio/sb-probe.h"
#include "base/sb-error.h"
#include "base/sb-file-time.h"
#include "base/sb-open.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sndfile.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_IDLE_DECODERS 4
#define WIND_FRAMES 4096
#define MAX_CHANNELS 1024
#define SCAN_FRAMES 65536

typedef struct {
  SbSource source;
  /* immutable */
  char *path, *shown; /* shown: in UTF-8, for people */
  SF_INFO info;
  SbSampleType sample_type;
  bool unfinished; /* the header was never finished */
  int fd; /* the file that was checked: handles are opened on duplicates of it */
  struct stat opened;
  pthread_mutex_t lock;
  GPtrArray *idle; /* of SbDecoder*; under the lock */
} FileSource;

static const SbSourceClass file_class;

/* --- decoders ----------------------------------------------------------- */

/* A duplicated descriptor shares its file offset with every other, so each
 * decoder needs an open file description of its own. */
static int
reopen (const FileSource *file)
{
  g_autofree char *self = g_strdup_printf ("/proc/self/fd/%d", file->fd);
  int fd = open (self, O_RDONLY | O_CLOEXEC);
  return fd >= 0 ? fd : open (file->path, O_RDONLY | O_CLOEXEC);
}

static SbDecoder *
new_decoder (const FileSource *file, GError **error)
{
  SF_INFO info = { 0 };
  int fd = reopen (file);
  SbDecoder *decoder = fd >= 0 ? sb_decoder_new (fd, &info, NULL) : NULL;
  if (decoder != NULL && info.channels == file->info.channels && info.format == file->info.format)
    return decoder;
  sb_decoder_free (decoder);
  g_set_error (error, SB_ERROR, SB_ERROR_READ,
               "“%s” can no longer be read. It may have been replaced or removed; open it again.",
               file->shown);
  return NULL;
}

static SbDecoder *
borrow (FileSource *file, int64_t pos, GError **error)
{
  SbDecoder *decoder = NULL;
  pthread_mutex_lock (&file->lock);
  guint n = file->idle->len;
  if (n > 0) {
    guint best = n - 1;
    for (guint i = 0; i < n; i++)
      if (sb_decoder_position (file->idle->pdata[i]) == pos)
        best = i;
    decoder = g_ptr_array_steal_index (file->idle, best);
  }
  pthread_mutex_unlock (&file->lock);
  return decoder != NULL ? decoder : new_decoder (file, error);
}

static void
give_back (FileSource *file, SbDecoder *decoder)
{
  pthread_mutex_lock (&file->lock);
  bool keep = file->idle->len < MAX_IDLE_DECODERS;
  if (keep)
    g_ptr_array_add (file->idle, decoder);
  pthread_mutex_unlock (&file->lock);
  if (!keep)
    sb_decoder_free (decoder);
}

static int64_t
read_with (SbDecoder *decoder, SbReadAs as, int64_t pos, int64_t n, void *out)
{
  if (sb_decoder_position (decoder) != pos && !sb_decoder_seek (decoder, pos))
    return 0;
  return sb_decoder_read (decoder, as, out, n);
}

/* libsndfile 1.2.0 finds about one frame in seventy of a sound FLAC file not at all, and no other one after that
 * (measured); from some way before, decoding reaches it. */
static bool
wind_to (SbDecoder *decoder, int channels, int64_t pos, int64_t back)
{
  int64_t at = MAX (0, pos - back);
  g_autofree float *dropped = g_new (float, WIND_FRAMES * channels);
  if (!sb_decoder_seek (decoder, at))
    return false;
  while (at < pos) {
    const int64_t n = MIN (WIND_FRAMES, pos - at);
    if (sb_decoder_read (decoder, SB_READ_FLOAT, dropped, n) != n)
      return false;
    at += n;
  }
  return true;
}

/* A decoder that failed once may be confused for good: the read is tried again with fresh ones before it is given
 * up. */
static bool
file_read_as (FileSource *file, SbReadAs as, int64_t pos, int64_t n, void *out, GError **error)
{
  SbDecoder *decoder = borrow (file, pos, error);
  int64_t got = 0;
  static const int64_t back[] = { 0, 0, 9000, 200000 };
  for (int attempt = 0; decoder != NULL && attempt < 4; attempt++) {
    got = 0;
    if (attempt < 2 || wind_to (decoder, file->source.channels, pos, back[attempt]))
      got = read_with (decoder, as, pos, n, out);
    if (got == n) {
      give_back (file, decoder);
      return true;
    }
    sb_decoder_free (decoder);
    decoder = attempt < 3 ? new_decoder (file, error) : NULL;
  }
  if (error != NULL && *error != NULL)
    return false;
  g_set_error (error, SB_ERROR, SB_ERROR_READ,
               "“%s” could not be read at %.3f s. The file is damaged there or has become shorter; check the disk and "
               "open it again.",
               file->shown, (double)(pos + got) / file->source.rate);
  return false;
}

static bool
file_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  return file_read_as ((FileSource *)source, SB_READ_FLOAT, pos, n, out, error);
}

bool
sb_file_source_read_int (SbSource *source, int64_t pos, int64_t n, int32_t *out, GError **error)
{
  return file_read_as ((FileSource *)source, SB_READ_INT, pos, n, out, error);
}

bool
sb_file_source_read_double (SbSource *source, int64_t pos, int64_t n, double *out, GError **error)
{
  return file_read_as ((FileSource *)source, SB_READ_DOUBLE, pos, n, out, error);
}

static void
file_finalize (SbSource *source)
{
  FileSource *file = (FileSource *)source;
  g_ptr_array_unref (file->idle);
  pthread_mutex_destroy (&file->lock);
  if (file->fd >= 0)
    close (file->fd);
  g_free (file->path);
  g_free (file->shown);
  g_free (file);
}

static const SbSourceClass file_class = { .read = file_read, .finalize = file_finalize };

/* --- opening ------------------------------------------------------------ */

static int
open_checked (const char *path, const char *shown, struct stat *st, GError **error)
{
  int fd = sb_open_regular (path, shown, st, error);
  if (fd < 0 || st->st_size > 0)
    return fd;
  g_set_error (error, SB_ERROR, SB_ERROR_OPEN, "“%s” cannot be opened. It is empty; there is no sound in it.", shown);
  close (fd);
  return -1;
}

/* Decodes to the end and counts: for headers that lie. */
static int64_t
count_frames (SbDecoder *decoder, int channels, SbProgress *progress)
{
  int64_t block = MAX (1, SCAN_FRAMES / channels), total = 0, got;
  g_autofree float *frames = g_new (float, block * channels);
  if (!sb_decoder_seek (decoder, 0))
    return 0;
  while (!sb_progress_is_cancelled (progress)
         && (got = sb_decoder_read (decoder, SB_READ_FLOAT, frames, block)) > 0)
    total += got;
  return total;
}

/* A fresh decoder each time: one that failed may never recover. */
static bool
readable (const FileSource *file, int64_t n_frames)
{
  g_autofree float *frame = g_new (float, file->info.channels);
  SbDecoder *decoder = new_decoder (file, NULL);
  bool good = decoder != NULL && sb_decoder_seek (decoder, n_frames - 1)
              && sb_decoder_read (decoder, SB_READ_FLOAT, frame, 1) == 1;
  sb_decoder_free (decoder);
  return good;
}

/* PCM in a walkable container cannot promise more than the file holds, the
 * decoders can: seek to the last promised frame and read it. */
static int64_t
true_length (const FileSource *file, SbDecoder *decoder, SbProgress *progress)
{
  int64_t claimed = file->info.frames;
  int major = file->info.format & SF_FORMAT_TYPEMASK;
  bool absurd = claimed > ((int64_t)1 << 50);
  if (claimed <= 0)
    return 0;
  if (file->sample_type != SB_SAMPLE_OTHER && major != SF_FORMAT_FLAC && !absurd)
    return claimed;
  if (!absurd && readable (file, claimed))
    return claimed;
  int64_t length = count_frames (decoder, file->info.channels, progress);
  /* a decoder that stumbles may count frames that it cannot find again */
  for (int64_t step = 1024; length > 0 && !readable (file, length); step *= 2)
    length = MAX (length - step, 0);
  return length;
}

static bool
is_written_to (const FileSource *file)
{
  struct stat now;
  return fstat (file->fd, &now) == 0 &&
         (now.st_size != file->opened.st_size || sb_mtime_ns (&now) != sb_mtime_ns (&file->opened));
}

/* A read that fails while a header is read goes by unnoticed in libsndfile 1.2: 16 bits are then taken for 8.  It does
 * not fail twice alike.  A file that is still being recorded may tell more frames the next time; where the time of the
 * last write is too coarse to show that, the newer of two looks counts if a third is like it.  Compressed files are
 * checked by themselves, and may be slow to open. */
static bool
opens_alike (FileSource *file, SbDecoder **first, GError **error)
{
  const int major = file->info.format & SF_FORMAT_TYPEMASK;
  if (file->sample_type == SB_SAMPLE_OTHER || major == SF_FORMAT_FLAC)
    return true;
  for (int look = 0; look < 2; look++) {
    SF_INFO again = {0};
    const int fd = reopen (file);
    SbDecoder *decoder = fd >= 0 ? sb_decoder_new (fd, &again, NULL) : NULL;
    if (decoder == NULL || again.format != file->info.format || again.channels != file->info.channels ||
        again.samplerate != file->info.samplerate) {
      sb_decoder_free (decoder);
      break;
    }
    if (again.frames == file->info.frames || is_written_to (file)) {
      g_ptr_array_add (file->idle, decoder);
      return true;
    }
    sb_decoder_free (*first);
    *first = decoder;
    file->info = again;
  }
  g_set_error (error, SB_ERROR, SB_ERROR_READ,
               "“%s” does not read alike twice. Check the disk and its cable, and open it again.",
               file->shown);
  return false;
}

static bool
check_info (const char *shown, const SF_INFO *info, GError **error)
{
  if (info->channels < 1 || info->channels > MAX_CHANNELS)
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” claims %d channels; up to %d can be read.", shown,
                 info->channels, MAX_CHANNELS);
  else if (info->samplerate < 1)
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” claims a sample rate of %d Hz; its header is damaged.", shown,
                 info->samplerate);
  else
    return true;
  return false;
}

static SbSource *
file_source_open (const char *path, bool allow_empty, SbProgress *progress, GError **error)
{
  FileSource *file = g_new0 (FileSource, 1);
  SbDecoder *decoder = NULL;
  const char *reason = NULL;
  pthread_mutex_init (&file->lock, NULL);
  file->idle = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_decoder_free);
  file->path = g_canonicalize_filename (path, NULL);
  file->shown = g_filename_display_name (path);
  sb_source_init (&file->source, &file_class, 1, 1, 0);
  file->fd = open_checked (path, file->shown, &file->opened, error);
  if (file->fd < 0)
    goto failed;
  if (!sb_probe (file->fd, path, progress, error))
    goto failed;
  decoder = sb_decoder_new (reopen (file), &file->info, &reason);
  if (decoder == NULL) {
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT,
                 "“%s” is not a recording that can be read. %s Choose a WAV, AIFF, FLAC, Ogg, MP3 or similar file.",
                 file->shown, reason);
    goto failed;
  }
  if (!check_info (file->shown, &file->info, error))
    goto failed;
  file->sample_type = sb_sample_type_of (file->info.format);
  file->unfinished = sb_decoder_is_unfinished (decoder);
  if (!opens_alike (file, &decoder, error))
    goto failed;
  sb_source_init (&file->source, &file_class, file->info.samplerate, file->info.channels,
                  true_length (file, decoder, progress));
  if (sb_progress_check (progress, error))
    goto failed;
  if (file->source.n_frames < 1 && !allow_empty) {
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” holds no sound: it has a header but not a single frame.",
                 file->shown);
    goto failed;
  }
  g_ptr_array_add (file->idle, decoder);
  return &file->source;
failed:
  sb_decoder_free (decoder);
  file_finalize (&file->source);
  return NULL;
}

SbSource *
sb_file_source_new (const char *path, SbProgress *progress, GError **error)
{
  return file_source_open (path, false, progress, error);
}

SbSource *
sb_file_source_new_any (const char *path, SbProgress *progress, GError **error)
{
  return file_source_open (path, true, progress, error);
}

/* --- telling ------------------------------------------------------------ */

bool
sb_is_file_source (const SbSource *source)
{
  return source->klass == &file_class;
}

const char *
sb_file_source_path (const SbSource *source)
{
  return ((const FileSource *)source)->path;
}

char *
sb_file_source_own_path (const SbSource *source)
{
  return g_strdup_printf ("/proc/self/fd/%d", ((const FileSource *)source)->fd);
}

static bool
same_file (const struct stat *a, const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool
sb_file_source_is_at (const SbSource *source, const char *path)
{
  const FileSource *file = (const FileSource *)source;
  struct stat st, named;
  return stat (path, &st) == 0
         && (same_file (&st, &file->opened) || (stat (file->path, &named) == 0 && same_file (&st, &named)));
}

int64_t
sb_file_source_mtime_ns (const SbSource *source)
{
  return sb_mtime_ns (&((const FileSource *)source)->opened);
}

bool
sb_file_source_is_touched (const SbSource *source)
{
  const FileSource *file = (const FileSource *)source;
  const struct timespec *then = &file->opened.st_ctim;
  struct stat now;
  return fstat (file->fd, &now) != 0 || now.st_ctim.tv_sec != then->tv_sec || now.st_ctim.tv_nsec != then->tv_nsec;
}

bool
sb_file_source_check_unchanged (const SbSource *source, GError **error)
{
  const FileSource *file = (const FileSource *)source;
  struct stat now;
  if (fstat (file->fd, &now) == 0 && now.st_size == file->opened.st_size &&
      sb_mtime_ns (&now) == sb_mtime_ns (&file->opened))
    return true;
  sb_file_source_set_changed (source, error);
  return false;
}

void
sb_file_source_set_changed (const SbSource *source, GError **error)
{
  g_set_error (error, SB_ERROR, SB_ERROR_READ,
               "“%s” was changed by another program after it was opened. Your edits were made in what it was before; "
               "open it again to see what is there now.",
               ((const FileSource *)source)->shown);
}

SbSampleType
sb_file_source_sample_type (const SbSource *source)
{
  return ((const FileSource *)source)->sample_type;
}

int
sb_file_source_sf_format (const SbSource *source)
{
  return ((const FileSource *)source)->info.format;
}

const char *
sb_file_source_note (const SbSource *source)
{
  return ((const FileSource *)source)->unfinished
             ? "The recorder never wrote the length into the header, as when its power fails; read to the end of the "
               "file."
             : NULL;
}
