/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RIFF and its descendants: WAV, RIFX, RF64, BW64, and W64, whose chunks are
 * named by GUIDs. */
#include "audio/sb-container-private.h"

#include <string.h>

#define MAX_TABLE 1000

/* An entry of RF64's table: a chunk other than the samples that is too long for 32 bits. */
typedef struct {
  uint8_t id[4];
  uint64_t size;
  bool used;
} LongSize;

const uint8_t sb_w64_riff[16] = {'r',  'i',  'f',  'f',  0x2e, 0x91, 0xcf, 0x11,
                                 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00};
const uint8_t sb_w64_tail[12] = {0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a};

static const uint8_t ksmedia_tail[12] = {0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
static const uint8_t ambisonic_tail[12] = {0x21, 0x07, 0xd3, 0x11, 0x86, 0x44, 0xc8, 0xc1, 0xca, 0, 0, 0};

/* WAVEFORMATEX: tag, channels, rate, bytes a second, bytes a frame, bits; then
 * for tag 0xfffe: extra size, valid bits, speaker mask, 16-byte sub-format. */
static void
riff_format (SbWalker *w, int64_t offset, int64_t size)
{
  uint8_t p[40] = {0};
  w->n_fmt++;
  if (w->n_fmt > 1 || size < 16 || !sb_walker_read (w, offset, p, (size_t)MIN (size, 40)))
    return;
  unsigned tag = sb_walker_u16 (w, p);
  const int channels = sb_walker_u16 (w, p + 2), align = sb_walker_u16 (w, p + 12), bits = sb_walker_u16 (w, p + 14);
  const uint32_t rate = sb_walker_u32 (w, p + 4);
  w->c->channels = channels;
  w->c->rate = rate > G_MAXINT32 ? 0 : (int)rate;
  int valid_bits = 0;
  if (tag == 0xfffe) {
    valid_bits = sb_walker_u16 (w, p + 18);
    if (size < 40 || w->big)
      return;
    if (memcmp (p + 28, ksmedia_tail, 12) != 0 && memcmp (p + 28, ambisonic_tail, 12) != 0)
      return;
    tag = sb_walker_u32 (w, p + 24);
  }
  const int bytes = (bits + 7) / 8;
  if (channels < 1 || align != channels * bytes)
    return;
  if (tag == 1)
    sb_walker_set_integer (w, 8 * bytes, valid_bits != 0 ? valid_bits : bits, w->big, true);
  else if (tag == 3 && (valid_bits == 0 || valid_bits == bits))
    sb_walker_set_floating (w, bits, w->big);
}

/* A size of "all ones" or, where the writer never came back to fill it in, of
 * 0 means: to the end of the file. */
static uint64_t
riff_data_size (const SbWalker *w, uint32_t size, uint32_t riff_size, bool is_64)
{
  if (is_64 && size == 0xffffffff && w->ds64_data >= 0)
    return (uint64_t)w->ds64_data;
  const bool unfinished = riff_size == 0 || riff_size == 8 || riff_size == 0xffffffff;
  if (size == 0xffffffff || (size == 0 && unfinished))
    return G_MAXINT64;
  return size;
}

/* count, then name and size each */
static void
read_table (SbWalker *w, int64_t pos, int64_t left)
{
  uint8_t p[12];
  if (w->ds64_table || left < 4 || !sb_walker_read (w, pos, p, 4))
    return;
  const uint32_t n = sb_walker_u32 (w, p);
  w->ds64_table = g_array_new (FALSE, FALSE, sizeof (LongSize));
  for (uint32_t i = 0; i < MIN (n, MAX_TABLE) && 4 + 12 * ((int64_t)i + 1) <= left; i++) {
    LongSize entry = {.used = false};
    if (!sb_walker_read (w, pos + 4 + 12 * (int64_t)i, p, 12))
      return;
    memcpy (entry.id, p, 4);
    entry.size = sb_walker_number (p + 4, 8, false);
    g_array_append_val (w->ds64_table, entry);
  }
}

/* Of a chunk whose own size says that it stands in the table; of one that does not, all that is there. */
static uint64_t
long_size (SbWalker *w, const uint8_t id[4])
{
  for (guint i = 0; w->ds64_table && i < w->ds64_table->len; i++) {
    LongSize *entry = &g_array_index (w->ds64_table, LongSize, i);
    if (!entry->used && memcmp (entry->id, id, 4) == 0) {
      entry->used = true;
      return entry->size;
    }
  }
  return 0xffffffff;
}

void
sb_walker_riff (SbWalker *w, uint32_t riff_size, bool is_64)
{
  int64_t pos = 12;
  uint8_t head[8];
  while (w->c->chunks->len < SB_WALKER_MAX_CHUNKS && sb_walker_read (w, pos, head, 8)) {
    const uint32_t said = sb_walker_u32 (w, head + 4);
    const bool is_data = memcmp (head, "data", 4) == 0;
    const uint64_t wanted = is_data                       ? riff_data_size (w, said, riff_size, is_64)
                            : is_64 && said == 0xffffffff ? long_size (w, head)
                                                          : said;
    const int64_t size = sb_walker_add_chunk (w, head, pos + 8, wanted);
    if (is_data)
      sb_walker_set_data (w, pos + 8, size);
    else if (memcmp (head, "fmt ", 4) == 0)
      riff_format (w, pos + 8, size);
    else if (is_64 && memcmp (head, "ds64", 4) == 0) {
      uint8_t sizes[24];
      if (size >= 24 && sb_walker_read (w, pos + 8, sizes, 24)) {
        const uint64_t data = sb_walker_number (sizes + 8, 8, false);
        w->ds64_data = data > G_MAXINT64 ? G_MAXINT64 : (int64_t)data;
        read_table (w, pos + 8 + 24, size - 24);
      }
    }
    pos += 8 + size + (size & 1);
  }
}

/* Sizes are 64 bits, count the 24 bytes of the header, and chunks begin at multiples of 8. */
void
sb_walker_w64 (SbWalker *w)
{
  int64_t pos = 40;
  uint8_t head[24];
  while (w->c->chunks->len < SB_WALKER_MAX_CHUNKS && sb_walker_read (w, pos, head, 24)) {
    const uint64_t said = sb_walker_number (head + 16, 8, false);
    const bool ours = memcmp (head + 4, sb_w64_tail, 12) == 0;
    const bool is_data = ours && memcmp (head, "data", 4) == 0;
    uint64_t wanted = said >= 24 ? said - 24 : 0;
    if (is_data && (said == 0 || said == 24))
      wanted = G_MAXINT64;
    const int64_t size = sb_walker_add_chunk (w, head, pos + 24, wanted);
    if (is_data)
      sb_walker_set_data (w, pos + 24, size);
    else if (ours && memcmp (head, "fmt ", 4) == 0)
      riff_format (w, pos + 24, size);
    pos += 24 + size;
    pos = (pos + 7) / 8 * 8;
  }
}
