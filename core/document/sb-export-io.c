/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole reads and writes, samples as they lie in a file, and flushing that can
 * be stopped: what the ways of exporting share.
 * Thread: worker.  Blocks: disk. */
#include "base/sb-error.h"
#include "base/sb-read-at.h"
#include "document/sb-export-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLUSH_BYTES (8 << 20)

bool
sb_export_pread (int fd, void *to, gsize n, int64_t pos)
{
  if (sb_read_at (fd, to, n, pos) == n)
    return true;
  if (errno == 0)
    errno = EIO;
  return false;
}

bool
sb_export_pwrite (int fd, const void *from, gsize n, int64_t pos)
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

/* Highest byte first in `bits`, of which the lowest `bytes` are stored. */
static inline void
put_bits (uint8_t *raw, uint64_t bits, int bytes, bool big_endian)
{
  for (int b = 0; b < bytes; b++)
    raw[big_endian ? bytes - 1 - b : b] = (uint8_t)(bits >> (8 * b));
}

/* Inlined for each width, so that the loops are straight. */
static inline __attribute__ ((always_inline)) void
store_ints (const int32_t *restrict v, int64_t n, uint8_t *restrict raw, int bytes, bool big_endian, uint32_t flip)
{
  for (int64_t i = 0; i < n; i++)
    put_bits (raw + i * bytes, ((uint32_t)v[i] >> (32 - 8 * bytes)) ^ flip, bytes, big_endian);
}

void
sb_export_store (const SbExportLayout *layout, const void *samples, int64_t first, int64_t n, uint8_t *raw)
{
  const bool big = layout->big_endian;
  const int32_t *v = (const int32_t *)samples + first;
  if (layout->type == SB_SAMPLE_FLOAT || layout->type == SB_SAMPLE_DOUBLE) {
    const int bytes = layout->bytes;
    const uint8_t *from = (const uint8_t *)samples + first * bytes;
    for (int64_t i = 0; i < n; i++) {
      uint64_t bits = 0;
      uint32_t half;
      if (bytes == 8)
        memcpy (&bits, from + i * 8, 8);
      else {
        memcpy (&half, from + i * 4, 4);
        bits = half;
      }
      put_bits (raw + i * bytes, bits, bytes, big);
    }
  } else if (layout->bytes == 1)
    store_ints (v, n, raw, 1, false, layout->type == SB_SAMPLE_U8 ? 0x80 : 0);
  else if (layout->bytes == 2)
    big ? store_ints (v, n, raw, 2, true, 0) : store_ints (v, n, raw, 2, false, 0);
  else if (layout->bytes == 3)
    big ? store_ints (v, n, raw, 3, true, 0) : store_ints (v, n, raw, 3, false, 0);
  else
    big ? store_ints (v, n, raw, 4, true, 0) : store_ints (v, n, raw, 4, false, 0);
}

/* ---- flushing ---- */

void
sb_export_target_flush_begin (const SbExportTarget *target, int64_t pos, int64_t n)
{
#ifdef SYNC_FILE_RANGE_WRITE
  /* only a hint; whether all arrived is asked in sb_export_target_sync() */
  if (sync_file_range (target->fd, pos, n, SYNC_FILE_RANGE_WRITE) != 0)
    return;
#else
  (void)target, (void)pos, (void)n;
#endif
}

/* In pieces, so that a slow disk can be cancelled; what a file system cannot do so, fsync() does.  A piece that fails
 * has told its error, which fsync() would not tell again. */
static bool
wait_in_pieces (SbExportTarget *target, SbProgress *progress, GError **error)
{
#ifdef SYNC_FILE_RANGE_WRITE
  struct stat st;
  const unsigned all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  if (fstat (target->fd, &st) != 0)
    return sb_export_target_fail (target, g_strerror (errno), error);
  for (int64_t pos = 0; pos < st.st_size; pos += FLUSH_BYTES) {
    if (sb_progress_check (progress, error))
      return false;
    if (sync_file_range (target->fd, pos, FLUSH_BYTES, all) == 0 || errno == EINTR)
      continue;
    if (errno == ENOSYS || errno == EINVAL || errno == ESPIPE || errno == EPERM)
      return true;
    return sb_export_target_fail (target, g_strerror (errno), error);
  }
#endif
  return !sb_progress_check (progress, error);
}

bool
sb_export_target_sync (SbExportTarget *target, SbProgress *progress, GError **error)
{
  if (!wait_in_pieces (target, progress, error))
    return false;
  return fsync (target->fd) == 0 ? true : sb_export_target_fail (target, g_strerror (errno), error);
}
