/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The number of an Ogg stream.  libsndfile takes a random one, so the same edits
 * would give other bytes each time; here it becomes a hash of what was encoded.
 * The number stands in each page, and under each page's checksum:
 *
 *   "OggS" 0 flags position(8) stream(4) number(4) checksum(4) n  n lengths  body
 *
 * Thread: worker.  Blocks: disk. */
#include "document/sb-export-meta-private.h"

#include <errno.h>
#include <string.h>

#define HEAD_BYTES 27
#define MAX_PAGE   (HEAD_BYTES + 255 + 255 * 255)

/* CRC of polynomial 0x04c11db7, highest bit first, from 0. */
static uint32_t
checksum (const uint8_t *p, gsize n)
{
  uint32_t table[256], sum = 0;
  for (uint32_t i = 0; i < 256; i++) {
    table[i] = i << 24;
    for (int bit = 0; bit < 8; bit++)
      table[i] = (table[i] << 1) ^ (table[i] & 0x80000000u ? 0x04c11db7u : 0);
  }
  for (gsize i = 0; i < n; i++)
    sum = (sum << 8) ^ table[(sum >> 24) ^ p[i]];
  return sum;
}

static void
put_u32 (uint8_t *p, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    p[i] = (uint8_t)(value >> (8 * i));
}

bool
sb_export_ogg_number (int fd, int64_t size, uint32_t number)
{
  g_autofree uint8_t *page = g_malloc (MAX_PAGE);
  for (int64_t at = 0; at < size;) {
    if (size - at < HEAD_BYTES || !sb_export_pread (fd, page, HEAD_BYTES, at))
      return false;
    gsize n = HEAD_BYTES + page[26];
    if (memcmp (page, "OggS", 4) != 0 || size - at < (int64_t)n || !sb_export_pread (fd, page, n, at)) {
      errno = EIO;
      return false;
    }
    const gsize head = n;
    for (int i = 0; i < page[26]; i++)
      n += page[HEAD_BYTES + i];
    if (size - at < (int64_t)n || !sb_export_pread (fd, page + head, n - head, at + (int64_t)head)) {
      errno = EIO;
      return false;
    }
    put_u32 (page + 14, number);
    put_u32 (page + 22, 0);
    put_u32 (page + 22, checksum (page, n));
    if (!sb_export_pwrite (fd, page, HEAD_BYTES, at))
      return false;
    at += (int64_t)n;
  }
  return true;
}
