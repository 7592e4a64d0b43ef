/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What tells one recording's content from another's: a fingerprint without
 * reading hours of it, and all its bytes where the file was written to since.
 * Thread: worker.  Blocks: disk. */
#include "audio/sb-file-source.h"
#include "base/sb-file-time.h"
#include "base/sb-open.h"
#include "base/sb-read-at.h"
#include "document/sb-project.h"

#include <errno.h>
#include <unistd.h>

#define HEAD_BYTES 65536
#define N_SPREAD   64
#define WHOLE_READ_BYTES ((N_SPREAD + 1) * (int64_t)HEAD_BYTES) /* up to here the fingerprint is of all bytes */
#define MAX_WAIT_BYTES ((int64_t)1 << 30)
#define WHOLE_BYTES ((int64_t)1 << 20) /* between looking whether it was cancelled */

/* false: errno is set. */
static bool
hash_span (int fd, int64_t pos, int64_t n, GChecksum *sum)
{
  uint8_t block[HEAD_BYTES];
  for (; n > 0; pos += HEAD_BYTES, n -= HEAD_BYTES) {
    const size_t n_block = (size_t)MIN (n, HEAD_BYTES);
    if (sb_read_at (fd, block, n_block, pos) != n_block) {
      if (errno == 0)
        errno = EIO;
      return false;
    }
    g_checksum_update (sum, block, (gssize)n_block);
  }
  return true;
}

static void
set_read_error (GError **error, const char *shown, int code)
{
  g_set_error (error, SB_ERROR, SB_ERROR_READ, "“%s” cannot be read (%s). Check the disk and open it again.", shown,
               g_strerror (code));
}

/* Little files whole; of big ones the head and 64 blocks spread evenly, the last at the end. */
char *
sb_fingerprint_file (const char *path, GError **error)
{
  struct stat st;
  g_autofree char *shown = g_filename_display_name (path);
  const int fd = sb_open_regular (path, shown, &st, error);
  if (fd < 0)
    return NULL;
  bool ok = true;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  if (ok) {
    const int64_t size = st.st_size, room = size - HEAD_BYTES;
    const uint64_t size_le = GUINT64_TO_LE ((uint64_t)size);
    g_checksum_update (sum, (const guchar *)&size_le, 8);
    ok = hash_span (fd, 0, MIN (size, HEAD_BYTES), sum);
    if (size <= WHOLE_READ_BYTES)
      ok = ok && (room <= 0 || hash_span (fd, HEAD_BYTES, room, sum));
    else
      for (int i = 1; ok && i <= N_SPREAD; i++)
        ok = hash_span (fd, room / N_SPREAD * i + room % N_SPREAD * i / N_SPREAD, HEAD_BYTES, sum);
  }
  if (!ok)
    set_read_error (error, shown, errno);
  close (fd);
  return ok ? g_strdup (g_checksum_get_string (sum)) : NULL;
}

char *
sb_sha256_file (const char *path, SbProgress *progress, GError **error)
{
  struct stat st;
  g_autofree char *shown = g_filename_display_name (path);
  const int fd = sb_open_regular (path, shown, &st, error);
  if (fd < 0)
    return NULL;
  bool ok = true, cancelled = false;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  for (int64_t pos = 0; ok && !cancelled && pos < st.st_size; pos += WHOLE_BYTES) {
    ok = hash_span (fd, pos, MIN (WHOLE_BYTES, st.st_size - pos), sum);
    cancelled = sb_progress_is_cancelled (progress);
  }
  if (!ok)
    set_read_error (error, shown, errno);
  close (fd);
  return ok && !cancelled ? g_strdup (g_checksum_get_string (sum)) : NULL;
}

void
sb_project_fill_content (SbProject *project, SbSource *source, SbProgress *progress)
{
  if (project->source_sha256 || project->source_size_bytes > MAX_WAIT_BYTES ||
      project->source_mtime_ns != sb_file_source_mtime_ns (source))
    return; /* the last: it is about other content than this */
  g_autofree char *own = sb_file_source_own_path (source), *sha256 = sb_sha256_file (own, progress, NULL);
  if (sb_file_source_check_unchanged (source, NULL))
    project->source_sha256 = g_steal_pointer (&sha256);
}

/* ---- whether it is the same ---- */

/* The time says only that it may have changed; the bytes say whether it has. */
bool
sb_project_is_same_source (const SbProject *then, SbProject *now, SbProgress *progress)
{
  if (g_strcmp0 (then->source_fingerprint, now->source_fingerprint) != 0)
    return false;
  if (!then->source_sha256)
    return true;
  if (then->source_mtime_ns != now->source_mtime_ns && !now->source_sha256)
    now->source_sha256 = sb_sha256_file (now->source_path, progress, NULL);
  if (then->source_mtime_ns == now->source_mtime_ns && !now->source_sha256)
    now->source_sha256 = g_strdup (then->source_sha256);
  return !now->source_sha256 || g_str_equal (then->source_sha256, now->source_sha256);
}

bool
sb_project_may_differ (const SbProject *then, const SbProject *now)
{
  return !then->source_sha256 && then->source_mtime_ns != 0 && then->source_mtime_ns != now->source_mtime_ns &&
         now->source_size_bytes > WHOLE_READ_BYTES;
}

bool
sb_project_is_source_at (const SbProject *then, const char *path, SbProgress *progress, GError **error)
{
  struct stat st;
  g_autoptr (SbProject) now = sb_project_new ();
  g_free (now->source_path);
  now->source_path = g_strdup (path);
  now->source_fingerprint = sb_fingerprint_file (path, error);
  if (!now->source_fingerprint || stat (path, &st) != 0)
    return false;
  now->source_mtime_ns = sb_mtime_ns (&st);
  return sb_project_is_same_source (then, now, progress);
}
