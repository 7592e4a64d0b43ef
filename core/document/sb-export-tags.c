/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tags by name, as they lie in Vorbis comments (Ogg, Opus, FLAC), ID3, INFO lists
 * and CAF's texts: more than the ten texts that go over into every format.  What
 * a target does not hold is told by these names, never dropped without a word. */
#include "document/sb-export-meta-private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MAX_TAGS         1000
#define MAX_PACKET_BYTES (16 << 20)

/* ---- the list ---- */

static void
tag_free (void *data)
{
  SbMetaTag *tag = data;
  g_free (tag->name);
  g_free (tag);
}

GPtrArray *
sb_export_tags_new (void)
{
  return g_ptr_array_new_with_free_func (tag_free);
}

void
sb_export_tags_add (SbExportMeta *meta, const char *name, gssize n, int which, bool in_id3)
{
  if (meta->tags->len >= MAX_TAGS)
    return;
  SbMetaTag *tag = g_new0 (SbMetaTag, 1);
  g_autofree char *plain = n < 0 ? g_strdup (name) : g_strndup (name, MIN ((gsize)n, 60));
  tag->name = g_strstrip (g_utf8_make_valid (plain, -1));
  tag->which = which;
  tag->in_id3 = in_id3;
  g_ptr_array_add (meta->tags, tag);
}

static const struct {
  int which;
  const char *word, *vorbis;
} texts[] = {{SF_STR_TITLE, "title", "TITLE"},
             {SF_STR_COPYRIGHT, "copyright", "COPYRIGHT"},
             {SF_STR_SOFTWARE, NULL, "ENCODER"}, /* whoever writes a file names himself */
             {SF_STR_ARTIST, "artist", "ARTIST"},
             {SF_STR_COMMENT, "comment", "COMMENT"},
             {SF_STR_DATE, "date", "DATE"},
             {SF_STR_ALBUM, "album", "ALBUM"},
             {SF_STR_LICENSE, "license", "LICENSE"},
             {SF_STR_TRACKNUMBER, "track number", "TRACKNUMBER"},
             {SF_STR_GENRE, "genre", "GENRE"}};

static bool
goes_in_id3 (const SbExportMeta *meta, int which)
{
  for (guint i = 0; i < meta->tags->len; i++) {
    const SbMetaTag *tag = meta->tags->pdata[i];
    if (tag->in_id3 && tag->which == which)
      return true;
  }
  return false;
}

void
sb_export_tags_tell (SbExportMeta *meta, uint32_t held, bool id3_goes)
{
  uint32_t seen = 0;
  for (guint i = 0; i < meta->tags->len; i++) {
    const SbMetaTag *tag = meta->tags->pdata[i];
    const bool known = tag->which > 0 && meta->text[tag->which] && !(seen >> tag->which & 1);
    if (known)
      seen |= 1u << tag->which; /* the first of a name goes over; or is told below */
    else if (tag->which != SF_STR_SOFTWARE && !(tag->in_id3 && id3_goes))
      sb_export_meta_leave_out (meta, tag->name);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    const int which = texts[i].which;
    if (meta->text[which] && texts[i].word && !(held >> which & 1) && !(meta->derived >> which & 1) &&
        !(id3_goes && goes_in_id3 (meta, which)))
      sb_export_meta_leave_out (meta, texts[i].word);
  }
}

uint32_t
sb_export_tags_held (int sf_format)
{
  const uint32_t info = 1u << SF_STR_TITLE | 1u << SF_STR_ARTIST | 1u << SF_STR_DATE | 1u << SF_STR_COMMENT |
                        1u << SF_STR_GENRE | 1u << SF_STR_ALBUM | 1u << SF_STR_TRACKNUMBER;
  const uint32_t all = info | 1u << SF_STR_COPYRIGHT | 1u << SF_STR_LICENSE;
  switch (sf_format & SF_FORMAT_TYPEMASK) {
  case SF_FORMAT_MPEG: /* as libsndfile 1.2 writes them */
    return info;
  case SF_FORMAT_AIFF:
    return 1u << SF_STR_TITLE | 1u << SF_STR_ARTIST | 1u << SF_STR_COPYRIGHT | 1u << SF_STR_COMMENT;
  case SF_FORMAT_FLAC:
  case SF_FORMAT_OGG:
    return all;
  case SF_FORMAT_AU:
    return 0;
  default:
    return all & ~(1u << SF_STR_LICENSE);
  }
}

/* ---- Vorbis comments: encoder, count, then "NAME=text" each, all with lengths in front ---- */

void
sb_export_tags_vorbis (SbExportMeta *meta, const GByteArray *b, gsize at)
{
  at += 4 + (gsize)sb_export_get (b, at, 4, false);
  const gsize n = (gsize)sb_export_get (b, at, 4, false);
  at += 4;
  for (gsize i = 0; i < n && at + 4 <= b->len; i++) {
    const gsize length = (gsize)sb_export_get (b, at, 4, false), there = MIN (length, b->len - at - 4);
    const char *text = (const char *)b->data + at + 4, *sign = memchr (text, '=', there);
    at += 4 + there;
    if (!sign || sign == text)
      continue;
    const gsize name = (gsize)(sign - text);
    int which = 0;
    for (gsize t = 0; t < G_N_ELEMENTS (texts); t++)
      if (strlen (texts[t].vorbis) == name && g_ascii_strncasecmp (text, texts[t].vorbis, name) == 0)
        which = texts[t].which;
    const bool picture = name == 22 && g_ascii_strncasecmp (text, "METADATA_BLOCK_PICTURE", 22) == 0;
    sb_export_tags_add (meta, picture ? "picture" : text, picture ? -1 : (gssize)name, which, false);
  }
}

/* ---- Ogg: the second packet of the first stream ----
 *
 *   page   "OggS" 0 flags position(8) stream(4) number(4) sum(4) n  n lengths  bodies
 *
 * A length under 255 ends a packet. */
static GByteArray *
second_packet (int fd)
{
  GByteArray *packet = g_byte_array_new ();
  uint8_t head[27], lengths[255], stream[4] = {0};
  int64_t at = 0;
  int number = 0;
  while (packet->len < MAX_PACKET_BYTES && sb_export_pread (fd, head, 27, at) && memcmp (head, "OggS", 4) == 0 &&
         sb_export_pread (fd, lengths, head[26], at + 27)) {
    int64_t body = at + 27 + head[26];
    if (at == 0)
      memcpy (stream, head + 14, 4);
    const bool ours = memcmp (stream, head + 14, 4) == 0;
    for (int i = 0; i < head[26]; i++) {
      uint8_t piece[255];
      if (ours && number == 1) {
        if (!sb_export_pread (fd, piece, lengths[i], body))
          return packet;
        g_byte_array_append (packet, piece, lengths[i]);
      }
      body += lengths[i];
      number += ours && lengths[i] < 255;
      if (number > 1)
        return packet;
    }
    at = body;
  }
  return packet;
}

static void
read_ogg (SbExportMeta *meta, int fd)
{
  g_autoptr (GByteArray) packet = second_packet (fd);
  if (packet->len > 7 && memcmp (packet->data, "\003vorbis", 7) == 0)
    sb_export_tags_vorbis (meta, packet, 7);
  else if (packet->len > 8 && memcmp (packet->data, "OpusTags", 8) == 0)
    sb_export_tags_vorbis (meta, packet, 8);
}

/* ---- MP3: ID3 in front, which containers of chunks can hold as it is; APE behind ---- */

static void
read_mp3 (SbExportMeta *meta, int fd)
{
  uint8_t p[10], ape[8];
  if (sb_export_pread (fd, p, 10, 0) && memcmp (p, "ID3", 3) == 0) {
    const gsize n =
        10 + ((gsize)(p[6] & 127) << 21 | (gsize)(p[7] & 127) << 14 | (gsize)(p[8] & 127) << 7 | (p[9] & 127));
    SbMetaChunk *chunk = sb_export_meta_add (meta, "id3 ", NULL, 0);
    g_byte_array_set_size (chunk->bytes, (guint)MIN (n, MAX_PACKET_BYTES));
    if (n > MAX_PACKET_BYTES || !sb_export_pread (fd, chunk->bytes->data, n, 0)) {
      g_ptr_array_set_size (meta->chunks, (int)meta->chunks->len - 1);
      sb_export_meta_leave_out (meta, "id3");
    }
  }
  const int64_t end = lseek (fd, 0, SEEK_END);
  for (int64_t back = 32; back <= 160; back += 128) /* perhaps in front of an old tag of 128 bytes */
    if (end > back && sb_export_pread (fd, ape, 8, end - back) && memcmp (ape, "APETAGEX", 8) == 0)
      sb_export_meta_leave_out (meta, "APE tag");
}

void
sb_export_tags_read (SbExportMeta *meta, const char *path, int sf_format)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), major = sf_format & SF_FORMAT_TYPEMASK;
  if (fd < 0)
    return;
  if (major == SF_FORMAT_OGG)
    read_ogg (meta, fd);
  else if (major == SF_FORMAT_MPEG)
    read_mp3 (meta, fd);
  close (fd);
}
