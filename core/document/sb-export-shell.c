/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes around the samples of a file of our own making.  Length and type
 * are known beforehand, so that a file is written from front to back:
 *
 *   WAV    RIFF n WAVE  fmt  [fact]  chunks  data ……  chunks
 *   RF64   RF64 ∞ WAVE  ds64  fmt  [fact]  chunks  data ……  chunks
 *   W64    riff wave  fmt  [fact]  chunks  data ……              each at a multiple of 8
 *   AIFF   FORM n AIFF  COMM  [CHAN]  chunks  SSND ……  chunks
 *   AIFC   FORM n AIFC  FVER  COMM  …
 *   CAF    caff  desc  [chan]  chunks  data ……  chunks
 *
 * Sizes are true, padding included where the format counts it; a chunk that
 * stood behind the samples stands there again. */
#include "document/sb-export-meta-private.h"

#include <math.h>
#include <string.h>

#define CHANNEL_BITMAP 0x10000 /* Core Audio: the speakers are a bitmap, the same as WAV's */

typedef struct {
  const SbExportFormat *format;
  const SbExportShape *shape;
  SbExportMeta *meta; /* may be NULL */
  SbExportShell *shell;
  int major;
  int64_t data_bytes;
} Maker;

static int
bytes_of (const SbExportFormat *format)
{
  return format->work == SB_WORK_INT ? format->bits / 8 : format->work == SB_WORK_FLOAT ? 4 : 8;
}

bool
sb_export_shell_knows (const SbExportFormat *format)
{
  const int major = format->sf_format & SF_FORMAT_TYPEMASK;
  return !format->lossy && (major == SF_FORMAT_WAV || major == SF_FORMAT_WAVEX || major == SF_FORMAT_RF64 ||
                            major == SF_FORMAT_W64 || major == SF_FORMAT_AIFF || major == SF_FORMAT_CAF);
}

static void
append (GByteArray *to, const GByteArray *from)
{
  g_byte_array_append (to, from->data, from->len);
}

/* id, size, bytes, pad */
static void
put_chunk (GByteArray *to, const char *id, const GByteArray *bytes, bool big)
{
  sb_export_put_text (to, id);
  sb_export_put (to, bytes->len, 4, big);
  append (to, bytes);
  if (bytes->len & 1)
    sb_export_put (to, 0, 1, big);
}

static void
put_chunks (const Maker *maker, bool after, bool big)
{
  for (guint i = 0; maker->meta && i < maker->meta->chunks->len; i++) {
    const SbMetaChunk *chunk = maker->meta->chunks->pdata[i];
    /* libsndfile loses its way in an RF64 behind a chunk of odd size */
    const bool behind = chunk->after || (maker->major == SF_FORMAT_RF64 && (chunk->bytes->len & 1));
    if (behind == after)
      put_chunk (after ? maker->shell->tail : maker->shell->head, chunk->id, chunk->bytes, big);
  }
}

/* ---- RIFF ---- */

/* WAVEFORMATEX, extensible where there are speakers to tell of; of float in W64 libsndfile understands the plain one
 * only, so the speakers stay behind. */
static GByteArray *
riff_format (const Maker *maker)
{
  static const uint8_t tail[14] = {0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
  GByteArray *fmt = g_byte_array_new ();
  const int bytes = maker->shell->layout.bytes, channels = maker->shape->channels;
  const uint32_t speakers = maker->meta ? maker->meta->speakers : 0;
  const unsigned tag = maker->format->work == SB_WORK_INT ? 1 : 3;
  const bool plain = maker->major == SF_FORMAT_W64 && tag == 3;
  const bool extensible = !plain && (channels > 2 || maker->major == SF_FORMAT_WAVEX);
  if (plain && speakers != 0)
    sb_export_meta_leave_out (maker->meta, "speakers");
  sb_export_put (fmt, extensible ? 0xfffe : tag, 2, false);
  sb_export_put (fmt, (uint64_t)channels, 2, false);
  sb_export_put (fmt, (uint64_t)maker->shape->rate, 4, false);
  sb_export_put (fmt, (uint64_t)maker->shape->rate * (uint64_t)(channels * bytes), 4, false);
  sb_export_put (fmt, (uint64_t)(channels * bytes), 2, false);
  sb_export_put (fmt, (uint64_t)(8 * bytes), 2, false);
  if (extensible) {
    sb_export_put (fmt, 22, 2, false);
    sb_export_put (fmt, (uint64_t)(8 * bytes), 2, false);
    sb_export_put (fmt, speakers, 4, false);
    sb_export_put (fmt, tag, 2, false);
    g_byte_array_append (fmt, tail, sizeof tail);
  } else if (tag == 3)
    sb_export_put (fmt, 0, 2, false);
  return fmt;
}

static void
put_fact (const Maker *maker, GByteArray *to)
{
  sb_export_put (to, (uint64_t)MIN (maker->shape->n_frames, (int64_t)G_MAXUINT32), 4, false);
}

static bool
make_riff (const Maker *maker)
{
  GByteArray *head = maker->shell->head, *tail = maker->shell->tail;
  g_autoptr (GByteArray) fmt = riff_format (maker), fact = g_byte_array_new ();
  bool is_64 = maker->major == SF_FORMAT_RF64;
  put_fact (maker, fact);
  if (maker->data_bytes & 1)
    sb_export_put (tail, 0, 1, false);
  put_chunks (maker, true, false);
  for (int turn = 0; turn < 2; turn++) { /* again as RF64 where 32 bits are not enough */
    g_byte_array_set_size (head, 0);
    sb_export_put_text (head, is_64 ? "RF64" : "RIFF");
    sb_export_put (head, 0xffffffff, 4, false);
    sb_export_put_text (head, is_64 ? "WAVEds64" : "WAVE");
    if (is_64) {
      sb_export_put (head, 28, 4, false);
      sb_export_put (head, 0, 8, false);
      sb_export_put (head, (uint64_t)maker->data_bytes, 8, false);
      sb_export_put (head, (uint64_t)maker->shape->n_frames, 8, false);
      sb_export_put (head, 0, 4, false);
    }
    put_chunk (head, "fmt ", fmt, false);
    if (maker->format->work != SB_WORK_INT)
      put_chunk (head, "fact", fact, false);
    put_chunks (maker, false, false);
    sb_export_put_text (head, "data");
    sb_export_put (head, is_64 ? 0xffffffff : (uint64_t)maker->data_bytes, 4, false);
    const uint64_t riff = head->len - 8 + (uint64_t)maker->data_bytes + tail->len;
    if (is_64) {
      sb_export_set (head, 20, riff, 8, false);
      return true;
    }
    if (riff <= G_MAXUINT32 - 1) {
      sb_export_set (head, 4, riff, 4, false);
      return true;
    }
    is_64 = true;
  }
  return false;
}

/* ---- W64 ---- */

static const uint8_t w64_list[16] = {'l',  'i',  's',  't',  0x2f, 0x91, 0xcf, 0x11,
                                     0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00};
static const uint8_t w64_riff[16] = {'r',  'i',  'f',  'f',  0x2e, 0x91, 0xcf, 0x11,
                                     0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00};
static const uint8_t w64_tail[12] = {0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a};

static void
put_guid (GByteArray *to, const SbMetaChunk *chunk, const char *id)
{
  static const uint8_t none[16] = {0};
  if (chunk && memcmp (chunk->guid, none, 16) != 0)
    g_byte_array_append (to, chunk->guid, 16);
  else if (strcmp (id, "LIST") == 0)
    g_byte_array_append (to, w64_list, 16);
  else {
    sb_export_put_text (to, id);
    g_byte_array_append (to, w64_tail, sizeof w64_tail);
  }
}

static void
put_w64 (GByteArray *to, const SbMetaChunk *chunk, const char *id, const GByteArray *bytes)
{
  put_guid (to, chunk, id);
  sb_export_put (to, 24 + (uint64_t)bytes->len, 8, false);
  append (to, bytes);
  for (guint n = bytes->len; n % 8; n++) /* every chunk begins at a multiple of 8 */
    sb_export_put (to, 0, 1, false);
}

/* The samples come last and unpadded: libsndfile counts the padding as frames, and reads no chunk behind them. */
static bool
make_w64 (const Maker *maker)
{
  GByteArray *head = maker->shell->head;
  g_autoptr (GByteArray) fmt = riff_format (maker), fact = g_byte_array_new ();
  sb_export_put (fact, (uint64_t)maker->shape->n_frames, 8, false);
  g_byte_array_append (head, w64_riff, 16);
  sb_export_put (head, 0, 8, false);
  put_guid (head, NULL, "wave");
  put_w64 (head, NULL, "fmt ", fmt);
  if (maker->format->work != SB_WORK_INT)
    put_w64 (head, NULL, "fact", fact);
  for (guint i = 0; maker->meta && i < maker->meta->chunks->len; i++) {
    const SbMetaChunk *chunk = maker->meta->chunks->pdata[i];
    put_w64 (head, chunk, chunk->id, chunk->bytes);
  }
  put_guid (head, NULL, "data");
  sb_export_put (head, 24 + (uint64_t)maker->data_bytes, 8, false);
  sb_export_set (head, 16, head->len + (uint64_t)maker->data_bytes, 8, false);
  return true;
}

/* ---- AIFF ---- */

/* 80-bit extended; a rate is a whole number below 2^31. */
static void
put_extended (GByteArray *to, int rate)
{
  int exponent;
  const double fraction = frexp (rate, &exponent); /* rate = fraction · 2^exponent, ½ ≤ fraction < 1 */
  sb_export_put (to, (uint64_t)(exponent - 1 + 16383), 2, true);
  sb_export_put (to, (uint64_t)ldexp (fraction, 32) << 32, 8, true);
}

static void
put_speakers (const Maker *maker, const char *id, bool wide)
{
  GByteArray *head = maker->shell->head;
  if (!maker->meta || maker->meta->speakers == 0)
    return;
  sb_export_put_text (head, id);
  sb_export_put (head, 12, wide ? 8 : 4, true);
  sb_export_put (head, CHANNEL_BITMAP, 4, true);
  sb_export_put (head, maker->meta->speakers, 4, true);
  sb_export_put (head, 0, 4, true);
}

static bool
make_aiff (const Maker *maker)
{
  GByteArray *head = maker->shell->head, *tail = maker->shell->tail;
  g_autoptr (GByteArray) comm = g_byte_array_new ();
  const SbExportWork work = maker->format->work;
  const bool raw = maker->shell->layout.type == SB_SAMPLE_U8, aifc = raw || work != SB_WORK_INT;
  sb_export_put (comm, (uint64_t)maker->shape->channels, 2, true);
  sb_export_put (comm, (uint64_t)maker->shape->n_frames, 4, true);
  sb_export_put (comm, (uint64_t)(8 * maker->shell->layout.bytes), 2, true);
  put_extended (comm, maker->shape->rate);
  if (aifc) {
    sb_export_put_text (comm, raw ? "raw " : work == SB_WORK_FLOAT ? "fl32" : "fl64");
    sb_export_put (comm, 0, 2, true); /* no words for it */
  }
  sb_export_put_text (head, "FORM");
  sb_export_put (head, 0, 4, true);
  sb_export_put_text (head, aifc ? "AIFCFVER" : "AIFF");
  if (aifc) {
    sb_export_put (head, 4, 4, true);
    sb_export_put (head, 0xa2805140, 4, true); /* the one version there is */
  }
  put_chunk (head, "COMM", comm, true);
  put_speakers (maker, "CHAN", false);
  put_chunks (maker, false, true);
  sb_export_put_text (head, "SSND");
  sb_export_put (head, (uint64_t)(maker->data_bytes + 8) & 0xffffffff, 4, true);
  sb_export_put (head, 0, 8, true);
  if (maker->data_bytes & 1)
    sb_export_put (tail, 0, 1, true);
  put_chunks (maker, true, true);
  const uint64_t form = head->len - 8 + (uint64_t)maker->data_bytes + tail->len;
  sb_export_set (head, 4, form, 4, true);
  return form <= G_MAXUINT32;
}

/* ---- CAF ---- */

static bool
make_caf (const Maker *maker)
{
  GByteArray *head = maker->shell->head;
  const int bytes = maker->shell->layout.bytes, channels = maker->shape->channels;
  const double rate = maker->shape->rate;
  uint64_t rate_bits;
  memcpy (&rate_bits, &rate, 8);
  sb_export_put_text (head, "caff");
  sb_export_put (head, 0x10000, 4, true); /* version 1, no flags */
  sb_export_put_text (head, "desc");
  sb_export_put (head, 32, 8, true);
  sb_export_put (head, rate_bits, 8, true);
  sb_export_put_text (head, "lpcm");
  sb_export_put (head, maker->format->work != SB_WORK_INT, 4, true);
  sb_export_put (head, (uint64_t)(bytes * channels), 4, true);
  sb_export_put (head, 1, 4, true);
  sb_export_put (head, (uint64_t)channels, 4, true);
  sb_export_put (head, (uint64_t)(8 * bytes), 4, true);
  put_speakers (maker, "chan", true);
  for (guint i = 0; maker->meta && i < maker->meta->chunks->len; i++) {
    const SbMetaChunk *chunk = maker->meta->chunks->pdata[i];
    GByteArray *to = chunk->after ? maker->shell->tail : head;
    sb_export_put_text (to, chunk->id);
    sb_export_put (to, chunk->bytes->len, 8, true);
    append (to, chunk->bytes);
  }
  sb_export_put_text (head, "data");
  sb_export_put (head, (uint64_t)maker->data_bytes + 4, 8, true);
  sb_export_put (head, 0, 4, true); /* never edited */
  return true;
}

/* ---- which ---- */

bool
sb_export_shell_make (const SbExportFormat *format, const SbExportShape *shape, SbExportMeta *meta,
                      SbExportShell *shell)
{
  Maker maker = {
      .format = format, .shape = shape, .meta = meta, .shell = shell, .major = format->sf_format & SF_FORMAT_TYPEMASK};
  const bool big = maker.major == SF_FORMAT_AIFF || maker.major == SF_FORMAT_CAF;
  *shell = (SbExportShell){
      .head = g_byte_array_new (), .tail = g_byte_array_new (), .layout = {format->type, bytes_of (format), big}};
  maker.data_bytes = shape->n_frames * shape->channels * shell->layout.bytes;
  if (meta)
    sb_export_meta_make (meta,
                         maker.major == SF_FORMAT_AIFF  ? SB_META_AIFF
                         : maker.major == SF_FORMAT_CAF ? SB_META_CAF
                                                        : SB_META_RIFF,
                         format->sf_format);
  if (maker.major == SF_FORMAT_W64)
    return make_w64 (&maker);
  if (maker.major == SF_FORMAT_AIFF)
    return make_aiff (&maker);
  return maker.major == SF_FORMAT_CAF ? make_caf (&maker) : make_riff (&maker);
}

void
sb_export_shell_clear (SbExportShell *shell)
{
  g_clear_pointer (&shell->head, g_byte_array_unref);
  g_clear_pointer (&shell->tail, g_byte_array_unref);
}
