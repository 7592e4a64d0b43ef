/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The finest kept level of a long recording on disk, so that it is exact at
 * once when it is opened again.  One file a recording and look:
 *
 *   Header | max plane | mean plane | holes
 *
 * in this machine's byte order (the magic word tells), named by a hash of all
 * that decides over its content.  A file that is damaged, of another version or
 * of other content is as good as none.  It is written whole or not at all; nothing
 * here is an error to anyone: without the folder the picture is computed.
 * Thread: worker. */
#include "view/sb-spectrogram-private.h"
#include "base/sb-whole-file.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x31706253u /* "Sbp1" */
#define VERSION 2u        /* of the codes, the range's counts and this layout */
#define SUFFIX ".sbpicture"
#define LIMIT_BYTES ((int64_t) 512 << 20)
#define LEAST_COLS 100000 /* shorter recordings are analysed as quickly as read */
#define CHUNK_BYTES (1 << 20)

typedef struct {
  uint32_t magic, version;
  int32_t n_bins, kept, n_fft, hop, window, rate, channels, cells_per_bin;
  int64_t n_cols, n_frames, n_holes, n_bytes; /* of what follows */
  uint64_t sum;                               /* of what follows */
  int64_t histogram[256];
  char fingerprint[136];
} Header;

/* FNV-1a over words: finds damage, nobody forges pictures. */
static uint64_t
sum_of (uint64_t sum, const uint8_t *bytes, size_t n)
{
  for (; n >= 8; n -= 8, bytes += 8) {
    uint64_t word;
    memcpy (&word, bytes, 8);
    sum = (sum ^ word) * 0x100000001b3u;
    sum ^= sum >> 29;
  }
  for (; n > 0; n--, bytes++)
    sum = (sum ^ *bytes) * 0x100000001b3u;
  return sum;
}

static size_t
plane_bytes (const SbSpectrogram *s)
{
  return (size_t) sb_pyramid_level_cols (&s->shape, s->shape.kept) * (size_t) s->shape.n_bins;
}

static Header
header_of (const SbSpectrogram *s)
{
  Header header = {.magic = MAGIC,
                   .version = VERSION,
                   .n_bins = s->shape.n_bins,
                   .kept = s->shape.kept,
                   .n_fft = s->grid.n_fft,
                   .hop = s->grid.hop,
                   .window = (int32_t) s->grid.window,
                   .rate = s->rate,
                   .channels = s->cache_channels,
                   .cells_per_bin = s->cells_per_bin,
                   .n_cols = s->shape.n_cols,
                   .n_frames = s->n_frames};
  g_strlcpy (header.fingerprint, s->cache_fingerprint, sizeof header.fingerprint);
  return header;
}

static char *
path_of (const SbSpectrogram *s)
{
  Header header = header_of (s);
  g_autofree char *name = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guint8 *) &header, sizeof header);
  name[40] = '\0';
  g_autofree char *file = g_strconcat (name, SUFFIX, NULL);
  return g_build_filename (s->cache_folder, file, NULL);
}

static bool
read_all (int fd, void *to, size_t n)
{
  for (size_t done = 0; done < n;) {
    ssize_t got = read (fd, (char *) to + done, n - done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return false;
    done += (size_t) got;
  }
  return true;
}

/* Reads header and body; false: there is nothing of use. */
static bool
load (const SbSpectrogram *s, int fd, Header *header, uint8_t **body)
{
  struct stat st;
  Header wanted = header_of (s);
  size_t planes = 2 * plane_bytes (s);
  if (fstat (fd, &st) != 0 || !S_ISREG (st.st_mode) || !read_all (fd, header, sizeof *header))
    return false;
  if (header->n_holes < 0 || header->n_holes > 1 << 20 ||
      header->n_bytes != (int64_t) planes + header->n_holes * (int64_t) sizeof (SbHole) ||
      st.st_size != (int64_t) sizeof *header + header->n_bytes)
    return false;
  wanted.n_holes = header->n_holes;
  wanted.n_bytes = header->n_bytes;
  wanted.sum = header->sum;
  memcpy (wanted.histogram, header->histogram, sizeof wanted.histogram);
  if (memcmp (&wanted, header, sizeof wanted) != 0)
    return false;
  *body = g_try_malloc ((gsize) header->n_bytes);
  return *body && read_all (fd, *body, (size_t) header->n_bytes) &&
         sum_of (MAGIC, *body, (size_t) header->n_bytes) == header->sum;
}

static void
take_in (SbSpectrogram *s, const Header *header, const uint8_t *body)
{
  size_t plane = plane_bytes (s);
  pthread_mutex_lock (&s->lock);
  SbPyramid *pyramid = s->pyramid;
  if (pyramid->revision == 1) {
    memcpy (pyramid->max[s->shape.kept], body, plane);
    memcpy (pyramid->mean[s->shape.kept], body + plane, plane);
    sb_pyramid_all_exact (pyramid);
    memcpy (s->histogram, header->histogram, sizeof s->histogram);
    s->have_histogram = true;
    g_array_set_size (s->holes, 0);
    for (int64_t i = 0; i < header->n_holes; i++) {
      SbHole hole;
      memcpy (&hole, body + 2 * plane + (size_t) i * sizeof hole, sizeof hole);
      g_array_append_val (s->holes, hole);
    }
    s->cache_state = SB_CACHE_DONE;
  }
  pthread_mutex_unlock (&s->lock);
}

void
sb_spectrogram_set_cache (SbSpectrogram *s, const char *folder, const char *fingerprint)
{
  Header header;
  uint8_t *body = NULL;
  if (s->cache_folder || s->shape.n_cols < LEAST_COLS || s->shape.kept == 0 ||
      strlen (fingerprint) >= sizeof header.fingerprint)
    return;
  pthread_mutex_lock (&s->lock);
  s->cache_folder = g_strdup (folder);
  s->cache_fingerprint = g_strdup (fingerprint);
  s->cache_channels = atomic_load (&s->channels);
  s->cache_state = SB_CACHE_WANTED;
  pthread_mutex_unlock (&s->lock);
  g_autofree char *path = path_of (s);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return;
  if (load (s, fd, &header, &body)) {
    take_in (s, &header, body);
    futimens (fd, NULL); /* used now; on a read-only disk it stays old */
    utimensat (AT_FDCWD, path, NULL, 0);
  }
  g_free (body);
  close (fd);
}

/* ---- writing ---- */

/* A part of what follows the header, as it is now; false: the picture has changed since. */
static bool
copy_part (SbSpectrogram *s, size_t from, size_t n, uint8_t *to)
{
  size_t plane = plane_bytes (s);
  pthread_mutex_lock (&s->lock);
  SbPyramid *pyramid = s->pyramid;
  bool same = pyramid->revision == 1 && pyramid->n_exact == s->shape.n_grains && !s->was_unreadable && !s->closing;
  for (size_t done = 0; same && done < n;) {
    size_t at = from + done;
    const uint8_t *cells = at < plane ? pyramid->max[s->shape.kept] + at : pyramid->mean[s->shape.kept] + (at - plane);
    size_t part = MIN (n - done, (at < plane ? plane : 2 * plane) - at);
    memcpy (to + done, cells, part);
    done += part;
  }
  pthread_mutex_unlock (&s->lock);
  return same;
}

typedef struct {
  char *path;
  int64_t bytes;
  struct timespec used;
} Kept;

static int
older (const void *a, const void *b)
{
  const Kept *x = a, *y = b;
  if (x->used.tv_sec != y->used.tv_sec)
    return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
  return (x->used.tv_nsec > y->used.tv_nsec) - (x->used.tv_nsec < y->used.tv_nsec);
}

static void
kept_clear (void *data)
{
  g_free (((Kept *) data)->path);
}

/* Removes the pictures that were used longest ago until `room` more fits. */
void
sb_picture_cache_trim (const char *folder, int64_t limit_bytes, int64_t room_bytes)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GArray) files = g_array_new (FALSE, FALSE, sizeof (Kept));
  g_array_set_clear_func (files, kept_clear);
  int64_t total = room_bytes;
  const char *name;
  while (dir && (name = g_dir_read_name (dir))) {
    if (!g_str_has_suffix (name, SUFFIX))
      continue;
    Kept file = {.path = g_build_filename (folder, name, NULL)};
    struct stat st;
    if (lstat (file.path, &st) != 0 || !S_ISREG (st.st_mode)) {
      g_free (file.path);
      continue;
    }
    file.bytes = st.st_size;
    file.used = st.st_mtim;
    total += file.bytes;
    g_array_append_val (files, file);
  }
  g_array_sort (files, older);
  for (guint i = 0; i < files->len && total > limit_bytes; i++)
    if (g_unlink (g_array_index (files, Kept, i).path) == 0)
      total -= g_array_index (files, Kept, i).bytes;
}

void
sb_picture_cache_save (SbSpectrogram *s)
{
  Header header = header_of (s);
  size_t planes = 2 * plane_bytes (s), chunk = MIN (planes, (size_t) CHUNK_BYTES);
  g_autofree uint8_t *part = g_malloc (chunk);
  pthread_mutex_lock (&s->lock);
  g_autoptr (GArray) holes = g_array_copy (s->holes);
  memcpy (header.histogram, s->histogram, sizeof header.histogram);
  bool ready = s->have_histogram && atomic_load (&s->channels) == s->cache_channels;
  pthread_mutex_unlock (&s->lock);
  header.n_holes = holes->len;
  header.n_bytes = (int64_t) (planes + holes->len * sizeof (SbHole));
  header.sum = MAGIC;
  g_autofree char *path = path_of (s);
  if (!ready || g_mkdir_with_parents (s->cache_folder, 0700) != 0 || g_access (s->cache_folder, W_OK) != 0)
    return;
  sb_picture_cache_trim (s->cache_folder, LIMIT_BYTES, header.n_bytes);
  /* once for the sum, once for the file; the planes are too large to copy whole */
  g_autoptr (SbWholeFile) file = NULL;
  for (int pass = 0; pass < 2; pass++) {
    file = pass == 1 ? sb_whole_file_new (path, NULL) : NULL;
    if (pass == 1 && (!file || !sb_whole_file_write (file, &header, sizeof header, NULL)))
      return;
    /* chunks are multiples of 8 bytes but for the last of the planes: the sum goes on over their seam as load() does */
    for (size_t from = 0; from < planes; from += chunk) {
      size_t n = MIN (chunk, planes - from);
      if (!copy_part (s, from, n, part) || (pass == 1 && !sb_whole_file_write (file, part, n, NULL)))
        return;
      if (pass == 0 && from + n < planes)
        header.sum = sum_of (header.sum, part, n);
      else if (pass == 0) {
        g_autoptr (GByteArray) tail = g_byte_array_new ();
        g_byte_array_append (tail, part, (guint) n);
        g_byte_array_append (tail, (const guint8 *) holes->data, holes->len * (guint) sizeof (SbHole));
        header.sum = sum_of (header.sum, tail->data, tail->len);
      }
    }
  }
  if (sb_whole_file_write (file, holes->data, holes->len * sizeof (SbHole), NULL))
    sb_whole_file_commit (file, NULL);
}
