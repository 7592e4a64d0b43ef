/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts and cue points as chunks of another family than they came from.
 *
 *           texts                     cue points
 *   RIFF    LIST INFO                 cue, LIST adtl
 *   AIFF    NAME AUTH (c) ANNO        MARK
 *   CAF     info                      mark, strg */
#include "document/sb-export-meta-private.h"

#include <string.h>

#define MAX_MARKS 65535

static void
pad (GByteArray *bytes)
{
  if (bytes->len & 1)
    sb_export_put (bytes, 0, 1, false);
}

/* ---- RIFF ---- */

static void
make_info (SbExportMeta *meta)
{
  static const struct {
    int which;
    char id[5];
  } fields[] = {{SF_STR_TITLE, "INAM"},   {SF_STR_ARTIST, "IART"},      {SF_STR_DATE, "ICRD"},
                {SF_STR_COMMENT, "ICMT"}, {SF_STR_COPYRIGHT, "ICOP"},   {SF_STR_GENRE, "IGNR"},
                {SF_STR_ALBUM, "IPRD"},   {SF_STR_TRACKNUMBER, "ITRK"}, {SF_STR_SOFTWARE, "ISFT"}};
  g_autoptr (GByteArray) list = g_byte_array_new ();
  sb_export_put_text (list, "INFO");
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    const char *text = meta->text[fields[i].which];
    if (!text)
      continue;
    sb_export_put_text (list, fields[i].id);
    sb_export_put (list, strlen (text) + 1, 4, false);
    g_byte_array_append (list, (const guint8 *)text, (guint)strlen (text) + 1);
    pad (list);
  }
  if (list->len > 4)
    sb_export_meta_add (meta, "LIST", list->data, list->len);
}

static void
make_cues (SbExportMeta *meta)
{
  g_autoptr (GByteArray) cues = g_byte_array_new (), names = g_byte_array_new ();
  const guint n = meta->cues->len;
  if (n == 0)
    return;
  sb_export_put (cues, n, 4, false);
  sb_export_put_text (names, "adtl");
  for (guint i = 0; i < n; i++) {
    const SbMetaCue *cue = meta->cues->pdata[i];
    const uint64_t frame = (uint64_t)MIN (cue->frame, (int64_t)G_MAXUINT32);
    sb_export_put (cues, i + 1, 4, false);
    sb_export_put (cues, frame, 4, false);
    sb_export_put_text (cues, "data");
    sb_export_put (cues, 0, 8, false);
    sb_export_put (cues, frame, 4, false);
    if (!cue->name)
      continue;
    sb_export_put_text (names, "labl");
    sb_export_put (names, strlen (cue->name) + 5, 4, false);
    sb_export_put (names, i + 1, 4, false);
    g_byte_array_append (names, (const guint8 *)cue->name, (guint)strlen (cue->name) + 1);
    pad (names);
  }
  sb_export_meta_add (meta, "cue ", cues->data, cues->len)->after = true;
  if (names->len > 4)
    sb_export_meta_add (meta, "LIST", names->data, names->len)->after = true;
}

/* ---- AIFF ---- */

static void
make_aiff_texts (SbExportMeta *meta)
{
  static const struct {
    int which;
    char id[5];
  } fields[] = {{SF_STR_TITLE, "NAME"}, {SF_STR_ARTIST, "AUTH"}, {SF_STR_COPYRIGHT, "(c) "}, {SF_STR_COMMENT, "ANNO"}};
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    const char *text = meta->text[fields[i].which];
    if (text)
      sb_export_meta_add (meta, fields[i].id, text, strlen (text));
  }
}

static void
make_aiff_marks (SbExportMeta *meta)
{
  const guint n = MIN (meta->cues->len, MAX_MARKS);
  if (n == 0)
    return;
  g_autoptr (GByteArray) marks = g_byte_array_new ();
  sb_export_put (marks, n, 2, true);
  for (guint i = 0; i < n; i++) {
    const SbMetaCue *cue = meta->cues->pdata[i];
    const gsize length = cue->name ? MIN (strlen (cue->name), 255) : 0;
    sb_export_put (marks, i + 1, 2, true);
    sb_export_put (marks, (uint64_t)MIN (cue->frame, (int64_t)G_MAXUINT32), 4, true);
    sb_export_put (marks, length, 1, true);
    g_byte_array_append (marks, (const guint8 *)cue->name, (guint)length);
    if (!(length & 1)) /* the length and the text together are even */
      sb_export_put (marks, 0, 1, true);
  }
  sb_export_meta_add (meta, "MARK", marks->data, marks->len);
}

/* ---- CAF ---- */

static void
make_caf_info (SbExportMeta *meta)
{
  static const struct {
    int which;
    const char *key;
  } fields[] = {{SF_STR_TITLE, "title"}, {SF_STR_ARTIST, "artist"},           {SF_STR_ALBUM, "album"},
                {SF_STR_DATE, "year"},   {SF_STR_COMMENT, "comments"},        {SF_STR_COPYRIGHT, "copyright"},
                {SF_STR_GENRE, "genre"}, {SF_STR_TRACKNUMBER, "track number"}};
  g_autoptr (GByteArray) info = g_byte_array_new ();
  guint n = 0;
  sb_export_put (info, 0, 4, true);
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    const char *text = meta->text[fields[i].which];
    if (!text)
      continue;
    g_byte_array_append (info, (const guint8 *)fields[i].key, (guint)strlen (fields[i].key) + 1);
    g_byte_array_append (info, (const guint8 *)text, (guint)strlen (text) + 1);
    n++;
  }
  sb_export_set (info, 0, n, 4, true);
  if (n > 0)
    sb_export_meta_add (meta, "info", info->data, info->len);
}

static void
make_caf_marks (SbExportMeta *meta)
{
  g_autoptr (GByteArray) marks = g_byte_array_new (), strings = g_byte_array_new (), texts = g_byte_array_new ();
  guint n_names = 0;
  if (meta->cues->len == 0)
    return;
  sb_export_put (marks, 0, 4, true);
  sb_export_put (marks, meta->cues->len, 4, true);
  sb_export_put (strings, 0, 4, true);
  for (guint i = 0; i < meta->cues->len; i++) {
    const SbMetaCue *cue = meta->cues->pdata[i];
    const double frame = (double)cue->frame;
    uint64_t bits;
    memcpy (&bits, &frame, 8);
    sb_export_put (marks, 0, 4, true); /* a marker of no special kind */
    sb_export_put (marks, bits, 8, true);
    sb_export_put (marks, i + 1, 4, true);
    sb_export_put (marks, G_MAXUINT64, 8, true); /* no SMPTE time */
    sb_export_put (marks, 0, 4, true);           /* all channels */
    if (!cue->name)
      continue;
    n_names++;
    sb_export_put (strings, i + 1, 4, true);
    sb_export_put (strings, texts->len, 8, true);
    g_byte_array_append (texts, (const guint8 *)cue->name, (guint)strlen (cue->name) + 1);
  }
  sb_export_set (strings, 0, n_names, 4, true);
  g_byte_array_append (strings, texts->data, texts->len);
  sb_export_meta_add (meta, "mark", marks->data, marks->len);
  if (n_names > 0)
    sb_export_meta_add (meta, "strg", strings->data, strings->len);
}

/* Only what is not there already: a part of an AIFF has lost its marks, not its texts. */
void
sb_export_meta_make (SbExportMeta *meta, SbMetaFamily target, int sf_format)
{
  const bool foreign = meta->family != target;
  if (foreign) {
    sb_export_meta_tell_left_out (meta, target, sf_format);
    for (guint i = 0; i < meta->chunks->len;) {
      SbMetaChunk *chunk = meta->chunks->pdata[i];
      const bool id3 = g_ascii_strcasecmp (chunk->id, "id3 ") == 0 && target != SB_META_CAF;
      if (id3)
        g_strlcpy (chunk->id, target == SB_META_RIFF ? "id3 " : "ID3 ", sizeof chunk->id);
      if (id3 || (strcmp (chunk->id, "bext") == 0 && target == SB_META_RIFF)) /* made for its history */
        i++;
      else
        g_ptr_array_remove_index (meta->chunks, i);
    }
  }
  if (target == SB_META_RIFF && foreign) {
    make_info (meta);
    make_cues (meta);
  } else if (target == SB_META_AIFF) {
    if (foreign)
      make_aiff_texts (meta);
    if (foreign || !sb_export_meta_find (meta, "MARK", NULL))
      make_aiff_marks (meta);
  } else if (target == SB_META_CAF) {
    if (foreign)
      make_caf_info (meta);
    if (foreign || !sb_export_meta_find (meta, "mark", NULL))
      make_caf_marks (meta);
  }
  meta->family = target;
}
