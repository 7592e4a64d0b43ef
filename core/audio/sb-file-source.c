/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-file-source.h.  An SNDFILE has one position and one decoder, so each
 * reader borrows a handle of its own from a small pool; the one that stands
 * where the read begins is preferred, which spares a seek.  The first handle
 * stays open for good, so the recording can be read on after its file was
 * renamed or removed. */
#include "audio/sb-file-source.h"

#include "base/sb-error.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sndfile.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_IDLE_HANDLES 4
#define MAX_CHANNELS 1024
#define SCAN_FRAMES 65536

typedef struct {
  SNDFILE *sf;
  int64_t pos;
} Handle;

typedef struct {
  SbSource source;
  /* immutable */
  char *path;
  SF_INFO info;
  SbSampleType sample_type;
  int fd; /* the file that was checked: handles are opened on duplicates of it */
  pthread_mutex_t lock;
  GArray *idle; /* of Handle; under the lock */
} FileSource;

static const SbSourceClass file_class;

/* --- words -------------------------------------------------------------- */

static const struct {
  const char *name;
  int bits;
  bool integer;
} sample_types[] = {
  [SB_SAMPLE_U8] = { "8-bit unsigned", 8, true }, [SB_SAMPLE_S8] = { "8-bit", 8, true },
  [SB_SAMPLE_S16] = { "16-bit", 16, true },       [SB_SAMPLE_S24] = { "24-bit", 24, true },
  [SB_SAMPLE_S32] = { "32-bit", 32, true },       [SB_SAMPLE_FLOAT] = { "32-bit float", 32, false },
  [SB_SAMPLE_DOUBLE] = { "64-bit float", 64, false }, [SB_SAMPLE_OTHER] = { "compressed", 0, false },
};

const char *
sb_sample_type_name (SbSampleType type)
{
  return sample_types[type].name;
}

int
sb_sample_type_bits (SbSampleType type)
{
  return sample_types[type].bits;
}

bool
sb_sample_type_is_integer (SbSampleType type)
{
  return sample_types[type].integer;
}

static SbSampleType
sample_type_of_format (int format)
{
  switch (format & SF_FORMAT_SUBMASK) {
  case SF_FORMAT_PCM_U8:
    return SB_SAMPLE_U8;
  case SF_FORMAT_PCM_S8:
    return SB_SAMPLE_S8;
  case SF_FORMAT_PCM_16:
    return SB_SAMPLE_S16;
  case SF_FORMAT_PCM_24:
    return SB_SAMPLE_S24;
  case SF_FORMAT_PCM_32:
    return SB_SAMPLE_S32;
  case SF_FORMAT_FLOAT:
    return SB_SAMPLE_FLOAT;
  case SF_FORMAT_DOUBLE:
    return SB_SAMPLE_DOUBLE;
  default:
    return SB_SAMPLE_OTHER;
  }
}

/* --- handles ------------------------------------------------------------ */

static SNDFILE *
open_handle (int fd, SF_INFO *info)
{
  int own = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  if (own < 0)
    return NULL;
  memset (info, 0, sizeof *info);
  SNDFILE *sf = sf_open_fd (own, SFM_READ, info, SF_TRUE);
  if (sf == NULL)
    close (own);
  return sf;
}

/* A duplicated descriptor shares its file offset with every other, so each
 * handle needs an open file description of its own. */
static int
reopen (const FileSource *file)
{
  g_autofree char *self = g_strdup_printf ("/proc/self/fd/%d", file->fd);
  int fd = open (self, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    fd = open (file->path, O_RDONLY | O_CLOEXEC);
  return fd;
}

static bool
new_handle (const FileSource *file, Handle *handle, GError **error)
{
  SF_INFO info = { 0 };
  int fd = reopen (file);
  if (fd >= 0) {
    handle->sf = sf_open_fd (fd, SFM_READ, &info, SF_TRUE);
    handle->pos = 0;
    if (handle->sf != NULL && info.channels == file->info.channels && info.format == file->info.format)
      return true;
    if (handle->sf != NULL)
      sf_close (handle->sf);
    else
      close (fd);
  }
  g_set_error (error, SB_ERROR, SB_ERROR_READ,
               "“%s” can no longer be read. It may have been replaced or removed; open it again.", file->path);
  return false;
}

static bool
borrow (FileSource *file, int64_t pos, Handle *handle, GError **error)
{
  pthread_mutex_lock (&file->lock);
  guint n = file->idle->len;
  if (n > 0) {
    guint best = n - 1;
    for (guint i = 0; i < n; i++)
      if (g_array_index (file->idle, Handle, i).pos == pos)
        best = i;
    *handle = g_array_index (file->idle, Handle, best);
    g_array_remove_index (file->idle, best);
  }
  pthread_mutex_unlock (&file->lock);
  return n > 0 || new_handle (file, handle, error);
}

static void
give_back (FileSource *file, Handle handle)
{
  pthread_mutex_lock (&file->lock);
  bool keep = file->idle->len < MAX_IDLE_HANDLES;
  if (keep)
    g_array_append_val (file->idle, handle);
  pthread_mutex_unlock (&file->lock);
  if (!keep)
    sf_close (handle.sf);
}

typedef enum { AS_FLOAT, AS_INT, AS_DOUBLE } ReadAs;

static int64_t
read_frames (SNDFILE *sf, ReadAs as, void *out, int64_t n)
{
  switch (as) {
  case AS_INT:
    return sf_readf_int (sf, out, n);
  case AS_DOUBLE:
    return sf_readf_double (sf, out, n);
  default:
    return sf_readf_float (sf, out, n);
  }
}

static bool
file_read_as (FileSource *file, ReadAs as, int64_t pos, int64_t n, void *out, GError **error)
{
  Handle handle;
  if (!borrow (file, pos, &handle, error))
    return false;
  int64_t got = 0;
  if (handle.pos == pos || sf_seek (handle.sf, pos, SF_SEEK_SET) == pos) {
    got = read_frames (handle.sf, as, out, n);
    handle.pos = pos + got;
  }
  if (got == n) {
    give_back (file, handle);
    return true;
  }
  sf_close (handle.sf); /* its decoder may be confused: the next reader gets a fresh one */
  g_set_error (error, SB_ERROR, SB_ERROR_READ,
               "“%s” could not be read at %.3f s. The file is damaged there or has become shorter; check the disk and "
               "open it again.",
               file->path, (double)(pos + MAX (got, 0)) / file->source.rate);
  return false;
}

static bool
file_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  return file_read_as ((FileSource *)source, AS_FLOAT, pos, n, out, error);
}

bool
sb_file_source_read_int (SbSource *source, int64_t pos, int64_t n, int32_t *out, GError **error)
{
  return file_read_as ((FileSource *)source, AS_INT, pos, n, out, error);
}

bool
sb_file_source_read_double (SbSource *source, int64_t pos, int64_t n, double *out, GError **error)
{
  return file_read_as ((FileSource *)source, AS_DOUBLE, pos, n, out, error);
}

static void
file_finalize (SbSource *source)
{
  FileSource *file = (FileSource *)source;
  for (guint i = 0; i < file->idle->len; i++)
    sf_close (g_array_index (file->idle, Handle, i).sf);
  g_array_unref (file->idle);
  pthread_mutex_destroy (&file->lock);
  if (file->fd >= 0)
    close (file->fd);
  g_free (file->path);
  g_free (file);
}

static const SbSourceClass file_class = { .read = file_read, .finalize = file_finalize };

/* --- opening ------------------------------------------------------------ */

static int
open_checked (const char *path, GError **error)
{
  struct stat st;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block */
  if (fd < 0) {
    int code = errno;
    const char *advice = code == ENOENT   ? "There is no such file; check the name."
                         : code == EACCES ? "You have no permission to read it; change its permissions or copy it."
                         : code == ELOOP  ? "It is a link that leads back to itself."
                                          : g_strerror (code);
    g_set_error (error, SB_ERROR, SB_ERROR_OPEN, "“%s” cannot be opened. %s", path, advice);
    return -1;
  }
  const char *reason = NULL;
  if (fstat (fd, &st) != 0)
    reason = "The system does not tell what it is.";
  else if (S_ISDIR (st.st_mode))
    reason = "It is a folder; choose a recording inside it.";
  else if (!S_ISREG (st.st_mode))
    reason = "It is not a regular file; choose a recording on a disk.";
  else if (st.st_size == 0)
    reason = "It is empty; there is no sound in it.";
  if (reason == NULL)
    return fd;
  g_set_error (error, SB_ERROR, SB_ERROR_OPEN, "“%s” cannot be opened. %s", path, reason);
  close (fd);
  return -1;
}

/* Decodes to the end and counts: for headers that lie. */
static int64_t
count_frames (SNDFILE *sf, int channels, SbProgress *progress)
{
  int64_t block = MAX (1, SCAN_FRAMES / channels), total = 0, got;
  g_autofree float *frames = g_new (float, block * channels);
  if (sf_seek (sf, 0, SF_SEEK_SET) != 0)
    return 0;
  while (!sb_progress_is_cancelled (progress) && (got = sf_readf_float (sf, frames, block)) > 0)
    total += got;
  return total;
}

/* PCM in a walkable container cannot promise more than the file holds, the
 * decoders can: seek to the last promised frame and read it. */
static int64_t
true_length (SNDFILE *sf, const SF_INFO *info, SbSampleType type, SbProgress *progress)
{
  int major = info->format & SF_FORMAT_TYPEMASK;
  if (info->frames <= 0)
    return 0;
  bool trusted = type != SB_SAMPLE_OTHER && major != SF_FORMAT_FLAC && info->frames < ((int64_t)1 << 50);
  if (!trusted) {
    g_autofree float *frame = g_new (float, info->channels);
    if (info->frames > ((int64_t)1 << 50) || sf_seek (sf, info->frames - 1, SF_SEEK_SET) != info->frames - 1
        || sf_readf_float (sf, frame, 1) != 1)
      return count_frames (sf, info->channels, progress);
  }
  return info->frames;
}

static bool
check_info (const char *path, const SF_INFO *info, GError **error)
{
  if (info->channels < 1 || info->channels > MAX_CHANNELS)
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” claims %d channels; up to %d can be read.", path,
                 info->channels, MAX_CHANNELS);
  else if (info->samplerate < 1)
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” claims a sample rate of %d Hz; its header is damaged.", path,
                 info->samplerate);
  else
    return true;
  return false;
}

static SbSource *
file_source_open (const char *path, bool allow_empty, SbProgress *progress, GError **error)
{
  FileSource *file = g_new0 (FileSource, 1);
  Handle handle = { NULL, -1 };
  pthread_mutex_init (&file->lock, NULL);
  file->idle = g_array_new (FALSE, FALSE, sizeof (Handle));
  file->path = g_canonicalize_filename (path, NULL);
  sb_source_init (&file->source, &file_class, 1, 1, 0);
  file->fd = open_checked (path, error);
  if (file->fd < 0)
    goto failed;
  handle.sf = open_handle (file->fd, &file->info);
  if (handle.sf == NULL) {
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT,
                 "“%s” is not a recording that can be read. %s Choose a WAV, AIFF, FLAC, Ogg, MP3 or similar file.", path,
                 sf_strerror (NULL));
    goto failed;
  }
  if (!check_info (path, &file->info, error))
    goto failed;
  file->sample_type = sample_type_of_format (file->info.format);
  sb_source_init (&file->source, &file_class, file->info.samplerate, file->info.channels,
                  true_length (handle.sf, &file->info, file->sample_type, progress));
  if (sb_progress_check (progress, error))
    goto failed;
  if (file->source.n_frames < 1 && !allow_empty) {
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” holds no sound: it has a header but not a single frame.", path);
    goto failed;
  }
  sf_seek (handle.sf, 0, SF_SEEK_SET);
  handle.pos = -1; /* wherever the decoder says; the first read seeks */
  g_array_append_val (file->idle, handle);
  return &file->source;
failed:
  if (handle.sf != NULL)
    sf_close (handle.sf);
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

char *
sb_file_source_container_name (const SbSource *source)
{
  static const struct {
    int major;
    const char *name;
  } names[] = {
    { SF_FORMAT_WAV, "WAV" },   { SF_FORMAT_WAVEX, "WAV" }, { SF_FORMAT_RF64, "RF64" }, { SF_FORMAT_W64, "W64" },
    { SF_FORMAT_AIFF, "AIFF" }, { SF_FORMAT_CAF, "CAF" },   { SF_FORMAT_AU, "AU" },     { SF_FORMAT_FLAC, "FLAC" },
    { SF_FORMAT_OGG, "Ogg" },   { SF_FORMAT_MPEG, "MP3" },
  };
  int major = sb_file_source_sf_format (source) & SF_FORMAT_TYPEMASK;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].major == major)
      return g_strdup (names[i].name);
  SF_FORMAT_INFO info = { .format = major };
  sf_command (NULL, SFC_GET_FORMAT_INFO, &info, sizeof info);
  return g_strdup (info.name != NULL ? info.name : "audio");
}
