/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The walker of audio containers.  Files are damaged or hostile as a matter of
 * course, so every number is checked against the file's real size before it is
 * used, each step goes at least one chunk header forward, and whatever leaves
 * a doubt about where a sample lies leaves `in_place` false.
 * Thread: any but UI.  Blocks: disk. */
#include "audio/sb-container.h"
#include "base/sb-error.h"
#include "base/sb-open.h"
#include "base/sb-read-at.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define MAX_CHUNKS   100000
#define MAX_CHANNELS 1024
#define MAX_TABLE    1000

typedef struct {
  int fd;
  int64_t file_bytes;
  bool big; /* byte order of the numbers in headers */
  SbContainer *c;
  int n_fmt, n_data;
  int read_errno;      /* the disk's first refusal */
  bool fmt_ok;         /* the format chunk describes plain samples */
  bool data_first;     /* data came before its description */
  int64_t ds64_data;   /* −1: none */
  GArray *ds64_table;  /* of LongSize; NULL: none */
  bool any_order;      /* samples may come before their description */
  int64_t said_frames; /* frames the header claims; −1: none */
} Walker;

/* An entry of RF64's table: a chunk other than the samples that is too long for 32 bits. */
typedef struct {
  uint8_t id[4];
  uint64_t size;
  bool used;
} LongSize;

static bool
read_at (Walker *w, int64_t pos, void *to, size_t n)
{
  if (pos < 0 || pos > w->file_bytes || (int64_t)n > w->file_bytes - pos)
    return false;
  if (sb_read_at (w->fd, to, n, pos) == n)
    return true;
  if (w->read_errno == 0)
    w->read_errno = errno;
  return false;
}

static uint64_t
number (const uint8_t *p, int n, bool big)
{
  uint64_t v = 0;
  for (int i = 0; i < n; i++)
    v = v << 8 | p[big ? i : n - 1 - i];
  return v;
}

static uint32_t
u32 (const Walker *w, const uint8_t *p)
{
  return (uint32_t)number (p, 4, w->big);
}

static uint16_t
u16 (const Walker *w, const uint8_t *p)
{
  return (uint16_t)number (p, 2, w->big);
}

/* Adds what really is there of a chunk; gives that size back. */
static int64_t
add_chunk (Walker *w, const uint8_t id[4], int64_t offset, uint64_t size)
{
  const int64_t left = MAX (0, w->file_bytes - offset);
  SbChunk chunk = {.offset_bytes = offset, .size_bytes = size > (uint64_t)left ? left : (int64_t)size};
  for (int i = 0; i < 4; i++)
    chunk.id[i] = id[i] >= 0x20 && id[i] < 0x7f ? (char)id[i] : '?';
  g_array_append_val (w->c->chunks, chunk);
  return chunk.size_bytes;
}

static void
set_data (Walker *w, int64_t offset, int64_t size)
{
  if (w->n_data++ > 0)
    return;
  w->data_first = w->n_fmt == 0;
  w->c->data_offset_bytes = offset;
  w->c->data_size_bytes = size;
}

static void
set_type (Walker *w, SbSampleType type, int bytes, bool big_endian)
{
  w->c->sample_type = type;
  w->c->container_bytes = bytes;
  w->c->big_endian = big_endian;
  w->fmt_ok = true;
}

/* valid_bits: left-justified in `bits`; 0: all. */
static void
set_integer (Walker *w, int bits, int valid_bits, bool big_endian, bool unsigned_8)
{
  if (valid_bits >= 8 && valid_bits < bits)
    w->c->valid_bits = valid_bits;
  else if (valid_bits != 0 && valid_bits != bits)
    return;
  if (bits == 8)
    set_type (w, unsigned_8 ? SB_SAMPLE_U8 : SB_SAMPLE_S8, 1, big_endian);
  else if (bits == 16)
    set_type (w, SB_SAMPLE_S16, 2, big_endian);
  else if (bits == 24)
    set_type (w, SB_SAMPLE_S24, 3, big_endian);
  else if (bits == 32)
    set_type (w, SB_SAMPLE_S32, 4, big_endian);
}

static void
set_floating (Walker *w, int bits, bool big_endian)
{
  if (bits == 32)
    set_type (w, SB_SAMPLE_FLOAT, 4, big_endian);
  else if (bits == 64)
    set_type (w, SB_SAMPLE_DOUBLE, 8, big_endian);
}

/* ---- RIFF and its descendants ---- */

static const uint8_t ksmedia_tail[12] = {0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
static const uint8_t ambisonic_tail[12] = {0x21, 0x07, 0xd3, 0x11, 0x86, 0x44, 0xc8, 0xc1, 0xca, 0, 0, 0};

/* WAVEFORMATEX: tag, channels, rate, bytes a second, bytes a frame, bits; then
 * for tag 0xfffe: extra size, valid bits, speaker mask, 16-byte sub-format. */
static void
riff_format (Walker *w, int64_t offset, int64_t size)
{
  uint8_t p[40] = {0};
  w->n_fmt++;
  if (w->n_fmt > 1 || size < 16 || !read_at (w, offset, p, (size_t)MIN (size, 40)))
    return;
  unsigned tag = u16 (w, p);
  const int channels = u16 (w, p + 2), align = u16 (w, p + 12), bits = u16 (w, p + 14);
  const uint32_t rate = u32 (w, p + 4);
  w->c->channels = channels;
  w->c->rate = rate > G_MAXINT32 ? 0 : (int)rate;
  int valid_bits = 0;
  if (tag == 0xfffe) {
    valid_bits = u16 (w, p + 18);
    if (size < 40 || w->big)
      return;
    if (memcmp (p + 28, ksmedia_tail, 12) != 0 && memcmp (p + 28, ambisonic_tail, 12) != 0)
      return;
    tag = u32 (w, p + 24);
  }
  const int bytes = (bits + 7) / 8;
  if (channels < 1 || align != channels * bytes)
    return;
  if (tag == 1)
    set_integer (w, 8 * bytes, valid_bits != 0 ? valid_bits : bits, w->big, true);
  else if (tag == 3 && (valid_bits == 0 || valid_bits == bits))
    set_floating (w, bits, w->big);
}

/* A size of "all ones" or, where the writer never came back to fill it in, of
 * 0 means: to the end of the file. */
static uint64_t
riff_data_size (const Walker *w, uint32_t size, uint32_t riff_size, bool is_64)
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
read_table (Walker *w, int64_t pos, int64_t left)
{
  uint8_t p[12];
  if (w->ds64_table || left < 4 || !read_at (w, pos, p, 4))
    return;
  const uint32_t n = u32 (w, p);
  w->ds64_table = g_array_new (FALSE, FALSE, sizeof (LongSize));
  for (uint32_t i = 0; i < MIN (n, MAX_TABLE) && 4 + 12 * ((int64_t)i + 1) <= left; i++) {
    LongSize entry = {.used = false};
    if (!read_at (w, pos + 4 + 12 * (int64_t)i, p, 12))
      return;
    memcpy (entry.id, p, 4);
    entry.size = number (p + 4, 8, false);
    g_array_append_val (w->ds64_table, entry);
  }
}

/* Of a chunk whose own size says that it stands in the table; of one that does not, all that is there. */
static uint64_t
long_size (Walker *w, const uint8_t id[4])
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

static void
walk_riff (Walker *w, uint32_t riff_size, bool is_64)
{
  int64_t pos = 12;
  uint8_t head[8];
  while (w->c->chunks->len < MAX_CHUNKS && read_at (w, pos, head, 8)) {
    const uint32_t said = u32 (w, head + 4);
    const bool is_data = memcmp (head, "data", 4) == 0;
    const uint64_t wanted = is_data                             ? riff_data_size (w, said, riff_size, is_64)
                            : is_64 && said == 0xffffffff ? long_size (w, head)
                                                                : said;
    const int64_t size = add_chunk (w, head, pos + 8, wanted);
    if (is_data)
      set_data (w, pos + 8, size);
    else if (memcmp (head, "fmt ", 4) == 0)
      riff_format (w, pos + 8, size);
    else if (is_64 && memcmp (head, "ds64", 4) == 0) {
      uint8_t sizes[24];
      if (size >= 24 && read_at (w, pos + 8, sizes, 24)) {
        const uint64_t data = number (sizes + 8, 8, false);
        w->ds64_data = data > G_MAXINT64 ? G_MAXINT64 : (int64_t)data;
        read_table (w, pos + 8 + 24, size - 24);
      }
    }
    pos += 8 + size + (size & 1);
  }
}

static const uint8_t w64_riff[16] = {'r',  'i',  'f',  'f',  0x2e, 0x91, 0xcf, 0x11,
                                     0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00};
/* "wave", "fmt ", "data" share the rest of their GUID. */
static const uint8_t w64_tail[12] = {0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a};

/* Sizes are 64 bits, count the 24 bytes of the header, and chunks begin at multiples of 8. */
static void
walk_w64 (Walker *w)
{
  int64_t pos = 40;
  uint8_t head[24];
  while (w->c->chunks->len < MAX_CHUNKS && read_at (w, pos, head, 24)) {
    const uint64_t said = number (head + 16, 8, false);
    const bool ours = memcmp (head + 4, w64_tail, 12) == 0;
    const bool is_data = ours && memcmp (head, "data", 4) == 0;
    uint64_t wanted = said >= 24 ? said - 24 : 0;
    if (is_data && (said == 0 || said == 24))
      wanted = G_MAXINT64;
    const int64_t size = add_chunk (w, head, pos + 24, wanted);
    if (is_data)
      set_data (w, pos + 24, size);
    else if (ours && memcmp (head, "fmt ", 4) == 0)
      riff_format (w, pos + 24, size);
    pos += 24 + size;
    pos = (pos + 7) / 8 * 8;
  }
}

/* ---- AIFF ---- */

/* 80-bit extended; only what a rate can be. */
static int
aiff_rate (const uint8_t *p)
{
  const int exponent = (int)number (p, 2, true) & 0x7fff;
  const uint64_t mantissa = number (p + 2, 8, true);
  if ((p[0] & 0x80) || exponent == 0x7fff)
    return 0;
  const double rate = ldexp ((double)mantissa, exponent - 16383 - 63);
  return rate >= 1 && rate <= G_MAXINT32 ? (int)lrint (rate) : 0;
}

static void
aiff_format (Walker *w, int64_t offset, int64_t size, bool aifc)
{
  uint8_t p[22] = {0};
  w->n_fmt++;
  if (w->n_fmt > 1 || size < (aifc ? 22 : 18) || !read_at (w, offset, p, aifc ? 22 : 18))
    return;
  const int said = u16 (w, p + 6), bits = said >= 1 && said <= 32 ? (said + 7) / 8 * 8 : 0; /* left-justified */
  const char *kind = aifc ? (const char *)p + 18 : "NONE";
  w->c->channels = u16 (w, p);
  w->c->rate = aiff_rate (p + 8);
  w->said_frames = u32 (w, p + 2);
  if (memcmp (kind, "NONE", 4) == 0 || memcmp (kind, "twos", 4) == 0)
    set_integer (w, bits, said, true, false);
  else if (memcmp (kind, "sowt", 4) == 0)
    set_integer (w, bits, said, false, false);
  else if (memcmp (kind, "raw ", 4) == 0 && said == 8)
    set_integer (w, 8, 0, true, true);
  else if (memcmp (kind, "in24", 4) == 0 && said == 24)
    set_integer (w, 24, 0, true, false);
  else if (memcmp (kind, "in32", 4) == 0 && said == 32)
    set_integer (w, 32, 0, true, false);
  else if (memcmp (kind, "42n1", 4) == 0 && bits == 24) /* libsndfile's little-endian in24, in32 */
    set_integer (w, 24, 0, false, false);
  else if (memcmp (kind, "23ni", 4) == 0 && bits == 32)
    set_integer (w, 32, 0, false, false);
  else if (memcmp (kind, "fl32", 4) == 0 || memcmp (kind, "FL32", 4) == 0)
    set_floating (w, 32, true);
  else if (memcmp (kind, "fl64", 4) == 0 || memcmp (kind, "FL64", 4) == 0)
    set_floating (w, 64, true);
}

static void
walk_aiff (Walker *w, bool aifc)
{
  int64_t pos = 12;
  uint8_t head[8], skip[8];
  while (w->c->chunks->len < MAX_CHUNKS && read_at (w, pos, head, 8)) {
    const bool is_data = memcmp (head, "SSND", 4) == 0;
    uint32_t said = u32 (w, head + 4);
    const int64_t size = add_chunk (w, head, pos + 8, is_data && (said == 0 || said == 0xffffffff) ? G_MAXINT64 : said);
    if (memcmp (head, "COMM", 4) == 0)
      aiff_format (w, pos + 8, size, aifc);
    else if (is_data && size >= 8 && read_at (w, pos + 8, skip, 8)) {
      const int64_t offset = u32 (w, skip);
      if (offset <= size - 8)
        set_data (w, pos + 16 + offset, size - 8 - offset);
      else
        w->n_data += 2; /* a doubt */
    }
    pos += 8 + size + (size & 1);
  }
}

/* ---- CAF ---- */

static void
caf_format (Walker *w, int64_t offset, int64_t size)
{
  uint8_t p[32];
  w->n_fmt++;
  if (w->n_fmt > 1 || size < 32 || !read_at (w, offset, p, 32))
    return;
  const uint64_t rate_bits = number (p, 8, true);
  double rate;
  memcpy (&rate, &rate_bits, 8);
  const uint32_t flags = u32 (w, p + 12), packet_bytes = u32 (w, p + 16), packet_frames = u32 (w, p + 20);
  const uint32_t channels = u32 (w, p + 24), bits = u32 (w, p + 28);
  w->c->rate = rate >= 1 && rate <= G_MAXINT32 ? (int)lrint (rate) : 0;
  w->c->channels = channels > MAX_CHANNELS ? 0 : (int)channels;
  if (memcmp (p + 8, "lpcm", 4) != 0 || flags > 3 || packet_frames != 1 || bits > 64 || bits % 8 != 0)
    return;
  if (channels < 1 || channels > MAX_CHANNELS || packet_bytes != channels * (bits / 8))
    return;
  if (flags & 1)
    set_floating (w, (int)bits, !(flags & 2));
  else
    set_integer (w, (int)bits, 0, !(flags & 2), false);
}

static void
walk_caf (Walker *w)
{
  int64_t pos = 8;
  uint8_t head[12];
  while (w->c->chunks->len < MAX_CHUNKS && read_at (w, pos, head, 12)) {
    const bool is_data = memcmp (head, "data", 4) == 0;
    int64_t said = (int64_t)number (head + 4, 8, true);
    if (said == -1 && is_data)
      said = G_MAXINT64;
    if (said < 0) { /* a lie: nothing behind it can be found */
      w->n_data += 2;
      break;
    }
    const int64_t size = add_chunk (w, head, pos + 12, (uint64_t)said);
    if (memcmp (head, "desc", 4) == 0)
      caf_format (w, pos + 12, size);
    else if (is_data && size >= 4)
      set_data (w, pos + 16, size - 4);
    pos += 12 + size;
  }
}

/* ---- AU ---- */

static void
walk_au (Walker *w)
{
  uint8_t p[24];
  if (!read_at (w, 0, p, 24))
    return;
  const int64_t offset = u32 (w, p + 4);
  const uint32_t said = u32 (w, p + 8), encoding = u32 (w, p + 12), rate = u32 (w, p + 16), channels = u32 (w, p + 20);
  w->n_fmt = 1;
  w->c->rate = rate > G_MAXINT32 ? 0 : (int)rate;
  w->c->channels = channels > MAX_CHANNELS ? 0 : (int)channels;
  if (encoding >= 2 && encoding <= 5)
    set_integer (w, ((int)encoding - 1) * 8, 0, w->big, false);
  else if (encoding == 6 || encoding == 7)
    set_floating (w, encoding == 6 ? 32 : 64, w->big);
  if (offset < 24 || offset > w->file_bytes)
    return;
  const uint8_t head[4] = {'h', 'e', 'a', 'd'}, data[4] = {'d', 'a', 't', 'a'};
  add_chunk (w, head, 24, (uint64_t)(offset - 24));
  set_data (w, offset, add_chunk (w, data, offset, said == 0xffffffff || said == 0 ? G_MAXINT64 : said));
}

/* ---- which it is ---- */

static bool
walk (Walker *w)
{
  uint8_t p[40] = {0};
  if (!read_at (w, 0, p, (size_t)MIN (w->file_bytes, 40)))
    return false;
  const bool rf64 = memcmp (p, "RF64", 4) == 0, bw64 = memcmp (p, "BW64", 4) == 0;
  const bool rifx = memcmp (p, "RIFX", 4) == 0, aifc = memcmp (p + 8, "AIFC", 4) == 0;
  if ((memcmp (p, "RIFF", 4) == 0 || rifx || rf64 || bw64) && memcmp (p + 8, "WAVE", 4) == 0) {
    w->c->format = rf64 ? "RF64" : bw64 ? "BW64" : rifx ? "RIFX" : "WAV";
    w->big = rifx;
    walk_riff (w, u32 (w, p + 4), rf64 || bw64);
  } else if (memcmp (p, w64_riff, 16) == 0 && memcmp (p + 24, "wave", 4) == 0 && memcmp (p + 28, w64_tail, 12) == 0) {
    w->c->format = "W64";
    walk_w64 (w);
  } else if (memcmp (p, "FORM", 4) == 0 && (memcmp (p + 8, "AIFF", 4) == 0 || aifc)) {
    w->c->format = aifc ? "AIFC" : "AIFF";
    w->any_order = true;
    w->big = true;
    walk_aiff (w, aifc);
  } else if (memcmp (p, "caff", 4) == 0) {
    w->c->format = "CAF";
    w->big = true;
    walk_caf (w);
  } else if (memcmp (p, ".snd", 4) == 0 || memcmp (p, "dns.", 4) == 0) {
    w->c->format = "AU";
    w->big = p[0] == '.';
    walk_au (w);
  } else
    return false;
  return true;
}

static void
conclude (Walker *w)
{
  SbContainer *c = w->c;
  const int64_t frame_bytes = (int64_t)c->channels * c->container_bytes;
  if (!w->fmt_ok || c->channels < 1 || c->channels > MAX_CHANNELS || c->rate < 1)
    c->doubt = "its header does not describe plain samples";
  else if (w->n_fmt != 1)
    c->doubt = "its header describes the samples more than once";
  else if (w->n_data != 1)
    c->doubt = "its samples are not one chunk";
  else if (w->data_first && !w->any_order)
    c->doubt = "its samples stand before their description";
  else if (c->chunks->len >= MAX_CHUNKS)
    c->doubt = "it has more chunks than can be kept track of";
  c->in_place = c->doubt == NULL;
  if (w->fmt_ok && frame_bytes > 0 && w->n_data > 0)
    c->n_frames = c->data_size_bytes / frame_bytes;
  if (w->said_frames >= 0 && w->said_frames < c->n_frames)
    c->n_frames = w->said_frames;
  if (!c->in_place)
    c->sample_type = w->fmt_ok ? c->sample_type : SB_SAMPLE_OTHER;
}

SbContainer *
sb_container_read (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  Walker w = {.ds64_data = -1, .said_frames = -1};
  struct stat st;
  w.fd = sb_open_regular (path, shown, &st, error);
  if (w.fd < 0)
    return NULL;
  w.file_bytes = st.st_size;
  w.c = g_new0 (SbContainer, 1);
  w.c->sample_type = SB_SAMPLE_OTHER;
  w.c->chunks = g_array_new (FALSE, FALSE, sizeof (SbChunk));
  const bool known = walk (&w);
  close (w.fd);
  g_clear_pointer (&w.ds64_table, g_array_unref);
  if (w.read_errno != 0) {
    sb_container_free (w.c);
    g_set_error (error, SB_ERROR, SB_ERROR_READ, "“%s” could not be read (%s). Check the disk.", shown,
                 g_strerror (w.read_errno));
    return NULL;
  }
  if (!known) {
    sb_container_free (w.c);
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” is not a WAV, W64, AIFF, CAF or AU file.", shown);
    return NULL;
  }
  conclude (&w);
  return w.c;
}

void
sb_container_free (SbContainer *container)
{
  if (!container)
    return;
  g_array_unref (container->chunks);
  g_free (container);
}
