/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * AIFF and AIFC, CAF, AU. */
#include "audio/sb-container-private.h"

#include <math.h>
#include <string.h>

/* ---- AIFF ---- */

/* 80-bit extended; only what a rate can be. */
static int
aiff_rate (const uint8_t *p)
{
  const int exponent = (int)sb_walker_number (p, 2, true) & 0x7fff;
  const uint64_t mantissa = sb_walker_number (p + 2, 8, true);
  if ((p[0] & 0x80) || exponent == 0x7fff)
    return 0;
  const double rate = ldexp ((double)mantissa, exponent - 16383 - 63);
  return rate >= 1 && rate <= G_MAXINT32 ? (int)lrint (rate) : 0;
}

static void
aiff_format (SbWalker *w, int64_t offset, int64_t size, bool aifc)
{
  uint8_t p[22] = {0};
  w->n_fmt++;
  if (w->n_fmt > 1 || size < (aifc ? 22 : 18) || !sb_walker_read (w, offset, p, aifc ? 22 : 18))
    return;
  const int said = sb_walker_u16 (w, p + 6),
            bits = said >= 1 && said <= 32 ? (said + 7) / 8 * 8 : 0; /* left-justified */
  const char *kind = aifc ? (const char *)p + 18 : "NONE";
  w->c->channels = sb_walker_u16 (w, p);
  w->c->rate = aiff_rate (p + 8);
  w->said_frames = sb_walker_u32 (w, p + 2);
  if (memcmp (kind, "NONE", 4) == 0 || memcmp (kind, "twos", 4) == 0)
    sb_walker_set_integer (w, bits, said, true, false);
  else if (memcmp (kind, "sowt", 4) == 0)
    sb_walker_set_integer (w, bits, said, false, false);
  else if (memcmp (kind, "raw ", 4) == 0 && said == 8)
    sb_walker_set_integer (w, 8, 0, true, true);
  else if (memcmp (kind, "in24", 4) == 0 && said == 24)
    sb_walker_set_integer (w, 24, 0, true, false);
  else if (memcmp (kind, "in32", 4) == 0 && said == 32)
    sb_walker_set_integer (w, 32, 0, true, false);
  else if (memcmp (kind, "42n1", 4) == 0 && bits == 24) /* libsndfile's little-endian in24, in32 */
    sb_walker_set_integer (w, 24, 0, false, false);
  else if (memcmp (kind, "23ni", 4) == 0 && bits == 32)
    sb_walker_set_integer (w, 32, 0, false, false);
  else if (memcmp (kind, "fl32", 4) == 0 || memcmp (kind, "FL32", 4) == 0)
    sb_walker_set_floating (w, 32, true);
  else if (memcmp (kind, "fl64", 4) == 0 || memcmp (kind, "FL64", 4) == 0)
    sb_walker_set_floating (w, 64, true);
}

void
sb_walker_aiff (SbWalker *w, bool aifc)
{
  int64_t pos = 12;
  uint8_t head[8], skip[8];
  while (w->c->chunks->len < SB_WALKER_MAX_CHUNKS && sb_walker_read (w, pos, head, 8)) {
    const bool is_data = memcmp (head, "SSND", 4) == 0;
    uint32_t said = sb_walker_u32 (w, head + 4);
    const int64_t size =
        sb_walker_add_chunk (w, head, pos + 8, is_data && (said == 0 || said == 0xffffffff) ? G_MAXINT64 : said);
    if (memcmp (head, "COMM", 4) == 0)
      aiff_format (w, pos + 8, size, aifc);
    else if (is_data && size >= 8 && sb_walker_read (w, pos + 8, skip, 8)) {
      const int64_t offset = sb_walker_u32 (w, skip);
      if (offset <= size - 8)
        sb_walker_set_data (w, pos + 16 + offset, size - 8 - offset);
      else
        w->n_data += 2; /* a doubt */
    }
    pos += 8 + size + (size & 1);
  }
}

/* ---- CAF ---- */

static void
caf_format (SbWalker *w, int64_t offset, int64_t size)
{
  uint8_t p[32];
  w->n_fmt++;
  if (w->n_fmt > 1 || size < 32 || !sb_walker_read (w, offset, p, 32))
    return;
  const uint64_t rate_bits = sb_walker_number (p, 8, true);
  double rate;
  memcpy (&rate, &rate_bits, 8);
  const uint32_t flags = sb_walker_u32 (w, p + 12), packet_bytes = sb_walker_u32 (w, p + 16),
                 packet_frames = sb_walker_u32 (w, p + 20);
  const uint32_t channels = sb_walker_u32 (w, p + 24), bits = sb_walker_u32 (w, p + 28);
  w->c->rate = rate >= 1 && rate <= G_MAXINT32 ? (int)lrint (rate) : 0;
  w->c->channels = channels > SB_WALKER_MAX_CHANNELS ? 0 : (int)channels;
  if (memcmp (p + 8, "lpcm", 4) != 0 || flags > 3 || packet_frames != 1 || bits > 64 || bits % 8 != 0)
    return;
  if (channels < 1 || channels > SB_WALKER_MAX_CHANNELS || packet_bytes != channels * (bits / 8))
    return;
  if (flags & 1)
    sb_walker_set_floating (w, (int)bits, !(flags & 2));
  else
    sb_walker_set_integer (w, (int)bits, 0, !(flags & 2), false);
}

void
sb_walker_caf (SbWalker *w)
{
  int64_t pos = 8;
  uint8_t head[12];
  while (w->c->chunks->len < SB_WALKER_MAX_CHUNKS && sb_walker_read (w, pos, head, 12)) {
    const bool is_data = memcmp (head, "data", 4) == 0;
    int64_t said = (int64_t)sb_walker_number (head + 4, 8, true);
    if (said == -1 && is_data)
      said = G_MAXINT64;
    if (said < 0) { /* a lie: nothing behind it can be found */
      w->n_data += 2;
      break;
    }
    const int64_t size = sb_walker_add_chunk (w, head, pos + 12, (uint64_t)said);
    if (memcmp (head, "desc", 4) == 0)
      caf_format (w, pos + 12, size);
    else if (is_data && size >= 4)
      sb_walker_set_data (w, pos + 16, size - 4);
    pos += 12 + size;
  }
}

/* ---- AU ---- */

void
sb_walker_au (SbWalker *w)
{
  uint8_t p[24];
  if (!sb_walker_read (w, 0, p, 24))
    return;
  const int64_t offset = sb_walker_u32 (w, p + 4);
  const uint32_t said = sb_walker_u32 (w, p + 8), encoding = sb_walker_u32 (w, p + 12),
                 rate = sb_walker_u32 (w, p + 16), channels = sb_walker_u32 (w, p + 20);
  w->n_fmt = 1;
  w->c->rate = rate > G_MAXINT32 ? 0 : (int)rate;
  w->c->channels = channels > SB_WALKER_MAX_CHANNELS ? 0 : (int)channels;
  if (encoding >= 2 && encoding <= 5)
    sb_walker_set_integer (w, ((int)encoding - 1) * 8, 0, w->big, false);
  else if (encoding == 6 || encoding == 7)
    sb_walker_set_floating (w, encoding == 6 ? 32 : 64, w->big);
  if (offset < 24 || offset > w->file_bytes)
    return;
  const uint8_t head[4] = {'h', 'e', 'a', 'd'}, data[4] = {'d', 'a', 't', 'a'};
  sb_walker_add_chunk (w, head, 24, (uint64_t)(offset - 24));
  sb_walker_set_data (w, offset,
                      sb_walker_add_chunk (w, data, offset, said == 0xffffffff || said == 0 ? G_MAXINT64 : said));
}
