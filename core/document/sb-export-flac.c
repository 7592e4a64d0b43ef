/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metadata blocks of FLAC.  A painted FLAC is encoded anew, and libsndfile knows
 * nothing of pictures, cue sheets, application blocks and most tags: they are
 * put between the stream's description and the encoder's own blocks.
 *
 *   fLaC │ STREAMINFO │ ours, byte for byte … │ the encoder's tags, made padding │ frames …
 *   0    4            42                      42 + extra
 *
 * Padding and seek tables are not carried: the first says nothing, the second no
 * longer the truth.  Thread: worker.  Blocks: disk. */
#include "document/sb-export-meta-private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MAX_BLOCKS    1000
#define MAX_ALL_BYTES (64 << 20)

enum { STREAMINFO, PADDING, APPLICATION, SEEKTABLE, TAGS, CUESHEET, PICTURE, LAST = 0x80 };

static const char *const names[] = {[APPLICATION] = "appl", [TAGS] = "tags", [CUESHEET] = "cues", [PICTURE] = "pict"};

/* Where "fLaC" stands: at the beginning, or behind an ID3 tag. */
static int64_t
find_stream (int fd)
{
  uint8_t p[10];
  int64_t at = 0;
  if (sb_export_pread (fd, p, 10, 0) && memcmp (p, "ID3", 3) == 0)
    at = 10 + ((int64_t)(p[6] & 127) << 21 | (int64_t)(p[7] & 127) << 14 | (int64_t)(p[8] & 127) << 7 | (p[9] & 127));
  return sb_export_pread (fd, p, 4, at) && memcmp (p, "fLaC", 4) == 0 ? at : -1;
}

static bool
read_block (SbExportMeta *meta, int fd, int64_t at, int type, gsize n)
{
  SbMetaChunk *chunk = sb_export_meta_add (meta, names[type], NULL, 0);
  g_byte_array_set_size (chunk->bytes, (guint)n);
  chunk->guid[0] = (uint8_t)type;
  chunk->meant = type == TAGS; /* libsndfile tells the usual ones */
  if (sb_export_pread (fd, chunk->bytes->data, n, at)) {
    if (type == TAGS)
      sb_export_tags_vorbis (meta, chunk->bytes, 0);
    return true;
  }
  g_ptr_array_set_size (meta->chunks, (int)meta->chunks->len - 1);
  return false;
}

void
sb_export_flac_read (SbExportMeta *meta, const char *path)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  int64_t at = fd >= 0 ? find_stream (fd) : -1, left = MAX_ALL_BYTES;
  uint8_t head[4] = {0};
  if (at >= 0)
    meta->family = SB_META_FLAC;
  if (at > 0)
    sb_export_meta_leave_out (meta, "ID3 in front");
  for (int i = 0; at >= 0 && i < MAX_BLOCKS && !(head[0] & LAST); i++) {
    at += i == 0 ? 4 : 0;
    if (!sb_export_pread (fd, head, 4, at))
      break;
    const int type = head[0] & 127;
    const gsize n = (gsize)head[1] << 16 | (gsize)head[2] << 8 | head[3];
    const bool wanted = type < (int)G_N_ELEMENTS (names) && names[type] && (int64_t)n <= left;
    if (wanted && !read_block (meta, fd, at + 4, type, n))
      break;
    left -= wanted ? (int64_t)n : 0;
    at += 4 + (int64_t)n;
  }
  if (fd >= 0)
    close (fd);
}

GByteArray *
sb_export_flac_blocks (const SbExportMeta *meta)
{
  GByteArray *blocks = g_byte_array_new ();
  for (guint i = 0; meta && meta->family == SB_META_FLAC && i < meta->chunks->len; i++) {
    const SbMetaChunk *chunk = meta->chunks->pdata[i];
    sb_export_put (blocks, chunk->guid[0], 1, true);
    sb_export_put (blocks, chunk->bytes->len, 3, true);
    g_byte_array_append (blocks, chunk->bytes->data, chunk->bytes->len);
  }
  return blocks;
}

bool
sb_export_flac_hide_tags (int fd, int64_t at)
{
  uint8_t head[4];
  if (!sb_export_pread (fd, head, 4, at))
    return false;
  const gsize n = (gsize)head[1] << 16 | (gsize)head[2] << 8 | head[3];
  if ((head[0] & 127) != TAGS)
    return true; /* the encoder wrote none */
  g_autofree uint8_t *zeros = g_malloc0 (n);
  head[0] = (uint8_t)((head[0] & LAST) | PADDING);
  return sb_export_pwrite (fd, head, 4, at) && sb_export_pwrite (fd, zeros, n, at + 4);
}
