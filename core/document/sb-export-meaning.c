/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the chunks of a recording mean: texts (title, artist …), cue points with
 * their names, speakers.  Texts are UTF-8 here; what is not is taken for
 * ISO-8859-1, as the old formats have it. */
#include "document/sb-export-meta-private.h"

#include <string.h>

#define MAX_CUES 10000

static void
set_text (SbExportMeta *meta, int which, const char *text, gssize n)
{
  if (meta->text[which] || !text || n == 0 || !*text)
    return;
  g_autofree char *copy = n < 0 ? g_strdup (text) : g_strndup (text, (gsize)n);
  if (g_utf8_validate (copy, -1, NULL))
    meta->text[which] = g_strstrip (g_steal_pointer (&copy));
  else
    meta->text[which] = g_convert (copy, -1, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
  if (meta->text[which] && !*meta->text[which])
    g_clear_pointer (&meta->text[which], g_free);
}

static void
add_cue (SbExportMeta *meta, int64_t frame, const char *name, gssize n)
{
  SbMetaCue *cue = g_new0 (SbMetaCue, 1);
  cue->frame = frame;
  if (name && n != 0 && *name) {
    g_autofree char *copy = n < 0 ? g_strdup (name) : g_strndup (name, (gsize)n);
    cue->name = g_utf8_validate (copy, -1, NULL) ? g_steal_pointer (&copy)
                                                 : g_convert (copy, -1, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
  }
  g_ptr_array_add (meta->cues, cue);
}

/* ---- what chunks mean: RIFF ---- */

static void
mean_info (SbExportMeta *meta, SbMetaChunk *chunk)
{
  static const struct {
    char id[5];
    int which;
  } fields[] = {{"INAM", SF_STR_TITLE},   {"IART", SF_STR_ARTIST},      {"ICRD", SF_STR_DATE},
                {"ICMT", SF_STR_COMMENT}, {"ICOP", SF_STR_COPYRIGHT},   {"IGNR", SF_STR_GENRE},
                {"IPRD", SF_STR_ALBUM},   {"ITRK", SF_STR_TRACKNUMBER}, {"IPRT", SF_STR_TRACKNUMBER},
                {"ISFT", SF_STR_SOFTWARE}};
  const GByteArray *b = chunk->bytes;
  chunk->meant = true;
  for (gsize at = 4; at + 8 <= b->len;) {
    const gsize n = (gsize)sb_export_get (b, at + 4, 4, false), there = MIN (n, b->len - at - 8);
    int which = 0;
    for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
      if (memcmp (b->data + at, fields[i].id, 4) == 0)
        which = fields[i].which;
    if (which)
      set_text (meta, which, (const char *)b->data + at + 8, (gssize)there);
    sb_export_tags_add (meta, (const char *)b->data + at, 4, which, false);
    at += 8 + there + (there & 1);
  }
}

/* cue: count, then 24 bytes each: id, position, "data", start of chunk, of block, sample offset.  Names: LIST adtl. */
static void
mean_cues (SbExportMeta *meta)
{
  SbMetaChunk *chunk = sb_export_meta_find (meta, "cue ", NULL), *names = sb_export_meta_find (meta, "LIST", "adtl");
  if (!chunk)
    return;
  chunk->meant = true;
  if (names)
    names->meant = true;
  const gsize n = MIN ((gsize)sb_export_get (chunk->bytes, 0, 4, false), MAX_CUES);
  for (gsize i = 0; i < n && 4 + 24 * (i + 1) <= chunk->bytes->len; i++) {
    const uint64_t id = sb_export_get (chunk->bytes, 4 + 24 * i, 4, false);
    const char *name = NULL;
    gsize length = 0;
    for (gsize at = 4; names && at + 12 <= names->bytes->len;) {
      const GByteArray *b = names->bytes;
      const gsize size = (gsize)sb_export_get (b, at + 4, 4, false), there = MIN (size, b->len - at - 8);
      if (memcmp (b->data + at, "labl", 4) == 0 && there > 4 && sb_export_get (b, at + 8, 4, false) == id) {
        name = (const char *)b->data + at + 12;
        length = there - 4;
      }
      at += 8 + there + (there & 1);
    }
    add_cue (meta, (int64_t)sb_export_get (chunk->bytes, 4 + 24 * i + 20, 4, false), name, (gssize)length);
  }
}

/* What people call the frames that are no texts of ours. */
static void
name_frame (SbExportMeta *meta, const uint8_t *id, int which)
{
  static const char *const names[][2] = {{"APIC", "picture"},     {"TPE2", "album artist"}, {"USLT", "lyrics"},
                                         {"COMM", "comment"},     {"TXXX", "own text"},     {"TCOM", "composer"},
                                         {"TPOS", "disc number"}, {"PRIV", "private data"}, {"GEOB", "attached file"}};
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (memcmp (id, names[i][0], 4) == 0) {
      sb_export_tags_add (meta, names[i][1], -1, memcmp (id, "COMM", 4) == 0 ? SF_STR_COMMENT : 0, true);
      return;
    }
  const bool software = memcmp (id, "TSSE", 4) == 0 || memcmp (id, "TENC", 4) == 0;
  sb_export_tags_add (meta, (const char *)id, 4, software ? SF_STR_SOFTWARE : which, true);
}

/* ID3v2.3 and 2.4, whole text frames only. */
static void
mean_id3 (SbExportMeta *meta, SbMetaChunk *chunk)
{
  static const struct {
    char id[5];
    int which;
  } frames[] = {{"TIT2", SF_STR_TITLE},       {"TPE1", SF_STR_ARTIST},   {"TALB", SF_STR_ALBUM},
                {"TCON", SF_STR_GENRE},       {"TDRC", SF_STR_DATE},     {"TYER", SF_STR_DATE},
                {"TRCK", SF_STR_TRACKNUMBER}, {"TCOP", SF_STR_COPYRIGHT}};
  const GByteArray *b = chunk->bytes;
  if (b->len < 10 || memcmp (b->data, "ID3", 3) != 0 || b->data[3] < 3 || b->data[3] > 4 || (b->data[5] & 0xc0))
    return;
  chunk->meant = true;
  for (gsize at = 10; at + 11 <= b->len && b->data[at];) {
    const uint8_t *p = b->data + at + 4;
    const gsize said = b->data[3] == 4 ? (gsize)(p[0] & 127) << 21 | (gsize)(p[1] & 127) << 14 |
                                             (gsize)(p[2] & 127) << 7 | (p[3] & 127)
                                       : (gsize)sb_export_get (b, at + 4, 4, true);
    const gsize n = MIN (said, b->len - at - 10);
    int which = 0;
    for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
      if (memcmp (b->data + at, frames[i].id, 4) == 0)
        which = frames[i].which;
    name_frame (meta, b->data + at, which);
    for (gsize i = 0; n > 1 && i < G_N_ELEMENTS (frames); i++) {
      if (memcmp (b->data + at, frames[i].id, 4) != 0)
        continue;
      const char *text = (const char *)b->data + at + 11;
      const int coding = b->data[at + 10];
      g_autofree char *wide =
          coding == 1 || coding == 2
              ? g_convert (text, (gssize)n - 1, "UTF-8", coding == 1 ? "UTF-16" : "UTF-16BE", NULL, NULL, NULL)
              : NULL;
      set_text (meta, frames[i].which, coding == 0 || coding == 3 ? text : wide,
                coding == 0 || coding == 3 ? (gssize)n - 1 : -1);
    }
    at += 10 + n;
  }
}

/* Description 256, originator 32, its reference 32, date 10 … */
static void
mean_bext (SbExportMeta *meta, const SbMetaChunk *chunk)
{
  if (chunk->bytes->len < 348)
    return;
  for (int which = SF_STR_COMMENT; which <= SF_STR_DATE; which += SF_STR_DATE - SF_STR_COMMENT)
    meta->derived |= meta->text[which] ? 0 : 1u << which; /* the chunk is told of as a whole */
  set_text (meta, SF_STR_COMMENT, (const char *)chunk->bytes->data, 256);
  set_text (meta, SF_STR_DATE, (const char *)chunk->bytes->data + 320, 10);
}

/* ---- what chunks mean: AIFF, CAF ---- */

static void
mean_aiff (SbExportMeta *meta)
{
  static const struct {
    char id[5];
    int which;
  } texts[] = {{"NAME", SF_STR_TITLE}, {"AUTH", SF_STR_ARTIST}, {"(c) ", SF_STR_COPYRIGHT}, {"ANNO", SF_STR_COMMENT}};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    SbMetaChunk *chunk = sb_export_meta_find (meta, texts[i].id, NULL);
    if (chunk) {
      set_text (meta, texts[i].which, (const char *)chunk->bytes->data, (gssize)chunk->bytes->len);
      chunk->meant = true;
    }
  }
  SbMetaChunk *mark = sb_export_meta_find (meta, "MARK", NULL);
  if (!mark)
    return;
  mark->meant = true;
  const gsize n = (gsize)sb_export_get (mark->bytes, 0, 2, true);
  gsize at = 2;
  for (gsize i = 0; i < MIN (n, MAX_CUES) && at + 7 <= mark->bytes->len; i++) {
    const gsize length = MIN (mark->bytes->data[at + 6], mark->bytes->len - at - 7);
    add_cue (meta, (int64_t)sb_export_get (mark->bytes, at + 2, 4, true), (const char *)mark->bytes->data + at + 7,
             (gssize)length);
    at += 7 + length + !(length & 1);
  }
}

/* The string with this number in a CAF's strg: count, (number, place) each, texts. */
static const char *
caf_string (const SbMetaChunk *strings, uint64_t number)
{
  if (!strings)
    return NULL;
  const gsize n = (gsize)sb_export_get (strings->bytes, 0, 4, true), texts = 4 + 12 * n;
  for (gsize i = 0; i < n && 4 + 12 * (i + 1) <= strings->bytes->len; i++) {
    const gsize at = texts + (gsize)sb_export_get (strings->bytes, 8 + 12 * i, 8, true);
    if (sb_export_get (strings->bytes, 4 + 12 * i, 4, true) == number && at >= texts && at < strings->bytes->len &&
        memchr (strings->bytes->data + at, 0, strings->bytes->len - at))
      return (const char *)strings->bytes->data + at;
  }
  return NULL;
}

/* info: count, then name and text each, both ending with a 0.  libsndfile reads those that it knows. */
static void
name_caf_texts (SbExportMeta *meta, const GByteArray *b)
{
  static const struct {
    const char *key;
    int which;
  } keys[] = {{"title", SF_STR_TITLE},     {"artist", SF_STR_ARTIST},       {"album", SF_STR_ALBUM},
              {"year", SF_STR_DATE},       {"comments", SF_STR_COMMENT},    {"copyright", SF_STR_COPYRIGHT},
              {"genre", SF_STR_GENRE},     {"track number", SF_STR_TRACKNUMBER},
              {"encoding application", SF_STR_SOFTWARE}};
  const char *end = (const char *)b->data + b->len;
  for (const char *key = (const char *)b->data + MIN (4, b->len); key < end;) {
    const char *text = memchr (key, 0, (gsize)(end - key));
    const char *next = text ? memchr (text + 1, 0, (gsize)(end - text - 1)) : NULL;
    int which = 0;
    if (!next)
      return;
    for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
      if (g_ascii_strcasecmp (key, keys[i].key) == 0)
        which = keys[i].which;
    sb_export_tags_add (meta, key, -1, which, false);
    key = next + 1;
  }
}

/* mark: time type, count, then 28 bytes each: type, frame as a double, number, SMPTE time, channel. */
static void
mean_caf (SbExportMeta *meta)
{
  SbMetaChunk *mark = sb_export_meta_find (meta, "mark", NULL), *strings = sb_export_meta_find (meta, "strg", NULL);
  SbMetaChunk *info = sb_export_meta_find (meta, "info", NULL);
  if (info) {
    info->meant = true;
    name_caf_texts (meta, info->bytes);
  }
  if (!mark)
    return;
  mark->meant = true;
  if (strings)
    strings->meant = true;
  const gsize n = MIN ((gsize)sb_export_get (mark->bytes, 4, 4, true), MAX_CUES);
  for (gsize i = 0; i < n && 8 + 28 * (i + 1) <= mark->bytes->len; i++) {
    const uint64_t bits = sb_export_get (mark->bytes, 8 + 28 * i + 4, 8, true);
    double frame;
    memcpy (&frame, &bits, 8);
    if (frame >= 0 && frame < 9e15)
      add_cue (meta, (int64_t)frame, caf_string (strings, sb_export_get (mark->bytes, 8 + 28 * i + 12, 4, true)), -1);
  }
}

/* ---- by libsndfile: kinds of files that we do not walk ---- */

static uint32_t
speakers_of (SNDFILE *file, const SF_INFO *info)
{
  static const int bit_of[SF_CHANNEL_MAP_MAX] = {
      [SF_CHANNEL_MAP_LEFT] = 1,        [SF_CHANNEL_MAP_RIGHT] = 2,       [SF_CHANNEL_MAP_CENTER] = 3,
      [SF_CHANNEL_MAP_FRONT_LEFT] = 1,  [SF_CHANNEL_MAP_FRONT_RIGHT] = 2, [SF_CHANNEL_MAP_FRONT_CENTER] = 3,
      [SF_CHANNEL_MAP_LFE] = 4,         [SF_CHANNEL_MAP_REAR_LEFT] = 5,   [SF_CHANNEL_MAP_REAR_RIGHT] = 6,
      [SF_CHANNEL_MAP_REAR_CENTER] = 9, [SF_CHANNEL_MAP_SIDE_LEFT] = 10,  [SF_CHANNEL_MAP_SIDE_RIGHT] = 11,
      [SF_CHANNEL_MAP_TOP_CENTER] = 12};
  static const uint32_t flac[] = {0, 4, 3, 7, 0x33, 0x37, 0x3f, 0x70f, 0x63f}; /* by the format's definition */
  g_autofree int *map = g_new0 (int, (gsize)info->channels);
  if (sf_command (file, SFC_GET_CHANNEL_MAP_INFO, map, info->channels * (int)sizeof (int)) != SF_TRUE) {
    const bool is_flac = (info->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC;
    return is_flac && info->channels > 2 && info->channels < 9 ? flac[info->channels] : 0;
  }
  uint32_t mask = 0;
  for (int c = 0, last = 0; c < info->channels; c++) {
    const int bit = map[c] > 0 && map[c] < SF_CHANNEL_MAP_MAX ? bit_of[map[c]] : 0;
    if (bit <= last) /* the order of WAV is fixed: another cannot be told */
      return 0;
    last = bit;
    mask |= 1u << (bit - 1);
  }
  return mask;
}

static void
read_by_libsndfile (SbExportMeta *meta, const char *path)
{
  SF_INFO info = {0};
  SNDFILE *file = sf_open (path, SFM_READ, &info);
  if (!file)
    return;
  for (int s = SF_STR_FIRST; s <= SF_STR_LAST; s++)
    set_text (meta, s, sf_get_string (file, s), -1);
  if (meta->speakers == 0)
    meta->speakers = speakers_of (file, &info);
  g_autofree SF_CUES *cues = g_new0 (SF_CUES, 1);
  if (meta->family == SB_META_NONE && sf_command (file, SFC_GET_CUE, cues, sizeof *cues) == SF_TRUE)
    for (uint32_t i = 0; i < MIN (cues->cue_count, G_N_ELEMENTS (cues->cue_points)); i++)
      add_cue (meta, cues->cue_points[i].sample_offset, cues->cue_points[i].name, -1);
  sf_close (file);
}

void
sb_export_meta_understand (SbExportMeta *meta, const char *path)
{
  SbMetaChunk *info = sb_export_meta_find (meta, "LIST", "INFO"), *bext = sb_export_meta_find (meta, "bext", NULL);
  SbMetaChunk *id3 = sb_export_meta_find (meta, "id3 ", NULL), *other = sb_export_meta_find (meta, "ID3 ", NULL);
  if (info)
    mean_info (meta, info);
  if (meta->family == SB_META_RIFF)
    mean_cues (meta);
  else if (meta->family == SB_META_AIFF)
    mean_aiff (meta);
  else if (meta->family == SB_META_CAF)
    mean_caf (meta);
  if (id3 || other)
    mean_id3 (meta, id3 ? id3 : other);
  read_by_libsndfile (meta, path);
  if (bext)
    mean_bext (meta, bext);
}
