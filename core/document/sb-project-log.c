/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A database and its write-ahead log, read into memory: as it was after the
 * last transaction, without a lock, a -shm or any other file made beside it, so
 * that a folder that cannot be written to gives the same.  The log's format is
 * documented (https://sqlite.org/fileformat2.html#the_write_ahead_log):
 *
 *   header  magic  version  page size  n  salts  checksum
 *   frame   page number  size after commit (0: goes on)  salts  checksum  page
 *   frame   …                             each checksum goes on from the one before
 *
 * SQLite takes the frames up to the first that does not hold, and the rest for
 * nothing.  That is right for a transaction that was being written when the
 * power went, even if its end came to the disk before its beginning.  Commits
 * behind it, though, are of transactions that were acknowledged: the log is
 * damaged, and what can be read of it is taken, unless all of it is in the
 * database already.
 * Thread: worker.  Blocks: disk. */
#include "document/sb-project-log-private.h"

#include "base/sb-read-at.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER    32
#define FRAME     24
#define MAGIC     0x377f0682u /* | 1: checksums of big-endian words */
#define VERSION   3007000u
#define MAX_BYTES ((gsize)1 << 30)
#define MAX_TRIES 20

static uint32_t
word (const uint8_t *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t
word_of (const uint8_t *at, bool big)
{
  return big ? word (at) : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static void
add_to_sum (uint32_t sum[2], const uint8_t *bytes, gsize n, bool big)
{
  for (gsize i = 0; i < n; i += 8) {
    sum[0] += word_of (bytes + i, big) + sum[1];
    sum[1] += word_of (bytes + i + 4, big) + sum[0];
  }
}

static bool
is_page_size (uint32_t size)
{
  return size >= 512 && size <= 65536 && (size & (size - 1)) == 0;
}

/* ---- the log ---- */

typedef struct {
  const uint8_t *bytes;
  gsize n_frames;
  uint32_t page_bytes;
  uint8_t salts[8];
  bool big, header_holds;
} Log;

static const uint8_t *
frame_at (const Log *log, gsize i)
{
  return log->bytes + HEADER + i * (FRAME + log->page_bytes);
}

/* Its checksum goes on from what stands in the one before, whether or not that one holds. */
static bool
frame_holds (const Log *log, gsize i)
{
  const uint8_t *frame = frame_at (log, i), *before = i ? frame_at (log, i - 1) + 16 : log->bytes + 24;
  uint32_t sum[2] = {word (before), word (before + 4)};
  add_to_sum (sum, frame, 8, log->big);
  add_to_sum (sum, frame + FRAME, log->page_bytes, log->big);
  return sum[0] == word (frame + 16) && sum[1] == word (frame + 20) && word (frame) != 0;
}

static bool
has_salts (const Log *log, gsize i)
{
  return memcmp (frame_at (log, i) + 8, log->salts, 8) == 0;
}

static bool
is_commit (const Log *log, gsize i)
{
  return word (frame_at (log, i) + 4) != 0 && word (frame_at (log, i)) != 0 && has_salts (log, i);
}

/* The header does not hold; frames of an earlier log may follow those that are its own. */
static void
guess_salts (Log *log)
{
  for (gsize i = 0; i < MIN (log->n_frames, 3); i++)
    if (has_salts (log, i))
      return;
  memcpy (log->salts, frame_at (log, 0) + 8, 8);
}

/* false: there are no frames in it. */
static bool
read_log (Log *log, const uint8_t *bytes, gsize n, uint32_t page_bytes)
{
  uint32_t sum[2] = {0, 0};
  *log = (Log){.bytes = bytes};
  if (n < HEADER)
    return false;
  log->big = word (bytes) == (MAGIC | 1);
  add_to_sum (sum, bytes, 24, log->big);
  log->header_holds = (word (bytes) | 1) == (MAGIC | 1) && word (bytes + 4) == VERSION &&
                      is_page_size (word (bytes + 8)) && sum[0] == word (bytes + 24) && sum[1] == word (bytes + 28);
  log->page_bytes = log->header_holds ? word (bytes + 8) : page_bytes;
  if (!is_page_size (log->page_bytes))
    return false;
  log->n_frames = (n - HEADER) / (FRAME + log->page_bytes);
  memcpy (log->salts, bytes + 16, 8);
  if (!log->header_holds && log->n_frames > 0) {
    guess_salts (log);
    for (gsize i = 1; i < MIN (log->n_frames, 4) && !log->big; i++) { /* nor whose words they are */
      log->big = true;
      log->big = frame_holds (log, i);
    }
  }
  return log->n_frames > 0;
}

/* ---- taking it ---- */

/* Frames that hold from the beginning on. */
static gsize
count_sound (const Log *log)
{
  gsize n = 0;
  while (log->header_holds && n < log->n_frames && has_salts (log, n) && frame_holds (log, n))
    n++;
  return n;
}

/* What goes on from the frame before is no remnant of an earlier log, whatever its salts say. */
static gsize
mend_salts (const Log *log, SbProjectImage *image, gsize n_sound)
{
  while (log->header_holds && n_sound < log->n_frames && frame_holds (log, n_sound)) {
    memcpy (image->log + (frame_at (log, n_sound) - log->bytes) + 8, log->salts, 8);
    image->damaged = true;
    n_sound = count_sound (log);
  }
  return n_sound;
}

/* One behind the last frame that ends a transaction, among the first n. */
static gsize
end_of_commits (const Log *log, gsize n)
{
  while (n > 0 && !is_commit (log, n - 1))
    n--;
  return n;
}

static bool
is_remnant (const Log *log, gsize i)
{
  const uint8_t *salts = frame_at (log, i) + 8;
  return memcmp (salts, log->salts, 4) != 0 && memcmp (salts + 4, log->salts + 4, 4) != 0;
}

/* Whether all that does not hold may be of the last transaction, whose end reached the disk before the rest did: it was
 * never acknowledged.  A transaction's pages ascend; where they begin anew, what looks like one are two, and the end of
 * the first is what is wrong. */
static bool
is_unfinished (const Log *log, gsize n_sound, gsize end)
{
  const gsize begin = end_of_commits (log, n_sound);
  uint32_t before = 0;
  if (!log->header_holds || end == 0 || end_of_commits (log, end - 1) > begin)
    return false;
  for (gsize i = begin; i < end; i++) {
    const uint32_t page = word (frame_at (log, i));
    if (is_remnant (log, i)) /* of an earlier log, or never written */
      continue;
    if (page <= before)
      return false;
    before = page;
  }
  return true;
}

static void
take_page (SbProjectImage *image, const Log *log, gsize i, uint32_t n_pages)
{
  const uint8_t *frame = frame_at (log, i);
  const uint32_t page = word (frame);
  if (page > 0 && page <= n_pages)
    memcpy (image->bytes + (gsize)(page - 1) * log->page_bytes, frame + FRAME, log->page_bytes);
}

/* Frames that do not hold are used where no later one has the page, if at all: what is wrong may be no more than a
 * digit, but it may also be the page's number. */
static void
take_damaged (SbProjectImage *image, const Log *log, gsize end, uint32_t n_pages, bool all)
{
  g_autofree gsize *last = g_new0 (gsize, (gsize)n_pages + 1); /* one behind the last frame that holds */
  for (gsize i = 0; i < end; i++) {
    const uint32_t page = word (frame_at (log, i));
    if (frame_holds (log, i) && page <= n_pages)
      last[page] = i + 1;
  }
  for (gsize i = 0; i < end; i++) {
    const uint32_t page = word (frame_at (log, i));
    const bool holds = frame_holds (log, i);
    if (holds || (all && has_salts (log, i) && page > 0 && page <= n_pages && last[page] <= i))
      take_page (image, log, i, n_pages);
  }
}

static uint32_t
page_bytes_of (const SbProjectImage *image)
{
  const uint32_t stored = image->n >= 100 ? (uint32_t)image->bytes[16] << 8 | image->bytes[17] : 0;
  return stored == 1 ? 65536 : stored;
}

/* All of it is in the database already, as when its header was being written for what comes next. */
static bool
adds_nothing (const SbProjectImage *image, const Log *log, gsize end)
{
  const uint32_t n_pages = word (frame_at (log, end - 1) + 4);
  if (page_bytes_of (image) != log->page_bytes || image->n != (gsize)n_pages * log->page_bytes)
    return false;
  g_autofree bool *seen = g_new0 (bool, (gsize)n_pages + 1);
  for (gsize i = end; i > 0; i--) {
    const uint8_t *frame = frame_at (log, i - 1);
    const uint32_t page = word (frame);
    if (page == 0 || page > n_pages ||
        (!seen[page] &&
         memcmp (image->bytes + (gsize)(page - 1) * log->page_bytes, frame + FRAME, log->page_bytes) != 0))
      return false;
    seen[page] = true;
  }
  return true;
}

static bool
make_room (SbProjectImage *image, gsize n)
{
  uint8_t *more = n <= MAX_BYTES ? g_try_realloc (image->bytes, MAX (n, 1)) : NULL;
  if (!more)
    return false;
  if (n > image->n)
    memset (more + image->n, 0, n - image->n);
  image->bytes = more;
  image->n = n;
  return true;
}

/* Pages after the last transaction; 0: none came to its end. */
static uint32_t
count_pages (const SbProjectImage *image, const Log *log, gsize n)
{
  uint32_t most = (uint32_t)(image->n / log->page_bytes);
  if (!image->damaged)
    return n ? word (frame_at (log, n - 1) + 4) : 0;
  for (gsize i = 0; i < n; i++)
    if (is_commit (log, i) && frame_holds (log, i))
      most = MAX (most, word (frame_at (log, i) + 4));
  return n ? most : 0;
}

bool
sb_project_image_apply (SbProjectImage *image, bool all)
{
  Log log;
  image->damaged = false;
  if (!read_log (&log, image->log, image->n_log, page_bytes_of (image)))
    return true;
  const gsize n_sound = mend_salts (&log, image, count_sound (&log)), end = end_of_commits (&log, log.n_frames);
  if (!log.header_holds && end > 0 && adds_nothing (image, &log, end))
    return true;
  image->damaged =
      image->damaged || (end > n_sound + 1 && !is_unfinished (&log, n_sound, end)) || (!log.header_holds && end > 0);
  const gsize n = image->damaged ? end : end_of_commits (&log, n_sound);
  const uint32_t n_pages = count_pages (image, &log, n);
  if (n_pages == 0)
    return true;
  if (!make_room (image, (gsize)n_pages * log.page_bytes))
    return false;
  if (image->damaged)
    take_damaged (image, &log, n, n_pages, all);
  for (gsize i = 0; i < n && !image->damaged; i++)
    take_page (image, &log, i, n_pages);
  return true;
}

void
sb_project_image_each_page (const SbProjectImage *image, void (*func) (const char *page, gsize n, void *data),
                            void *data)
{
  Log log;
  if (read_log (&log, image->log, image->n_log, page_bytes_of (image)))
    for (gsize i = 0; i < log.n_frames; i++)
      if (has_salts (&log, i))
        func ((const char *)frame_at (&log, i) + FRAME, log.page_bytes, data);
}

/* ---- reading the files ---- */

/* NULL: not there, no ordinary file, or too large.  At most max bytes. */
static uint8_t *
read_whole (const char *path, gsize max, gsize *n)
{
  struct stat st;
  uint8_t *bytes = NULL;
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && (st.st_size <= (off_t)MAX_BYTES || max < MAX_BYTES))
    bytes = g_try_malloc (MIN ((gsize)st.st_size, max) + 1);
  *n = bytes ? sb_read_at (fd, bytes, MIN ((gsize)st.st_size, max), 0) : 0;
  if (fd >= 0)
    close (fd);
  return bytes;
}

bool
sb_project_has_log (const char *path)
{
  gsize n = 0;
  struct stat st;
  g_autofree uint8_t *head = read_whole (path, 100, &n);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  /* a file that says it has none was saved whole: what lies beside it is another's */
  return n == 100 && head[19] != 1 && stat (log, &st) == 0 && S_ISREG (st.st_mode) && st.st_size > 0;
}

/* Somebody may be writing.  What the log holds may be in the database as well, but the log must not begin anew while
 * the database is read: its beginning is the same before and behind. */
bool
sb_project_image_read (SbProjectImage *image, const char *path)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  *image = (SbProjectImage){0};
  for (int i = 0; i < MAX_TRIES; i++) {
    gsize n_before;
    g_autofree uint8_t *before = read_whole (log, HEADER, &n_before);
    sb_project_image_clear (image);
    image->bytes = read_whole (path, MAX_BYTES, &image->n);
    if (!image->bytes || image->n < 100)
      return image->bytes != NULL;
    if (image->bytes[19] == 1)
      return true;
    image->log = read_whole (log, MAX_BYTES, &image->n_log);
    if (MIN (image->n_log, HEADER) == n_before && (n_before == 0 || memcmp (before, image->log, n_before) == 0))
      break;
  }
  return true;
}

void
sb_project_image_clear (SbProjectImage *image)
{
  g_free (image->bytes);
  g_free (image->log);
  *image = (SbProjectImage){0};
}
