/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metadata of a part of a recording.  Times move along:
 *
 *   recording  0 ───────┬ first ────── cue ────────┬ first + n ──── cue
 *   part                0 ──────────── cue ────────┘               gone
 *
 * bext's and iXML's time references count from midnight to the first frame, so
 * they grow; cue points, their labels and sampler loops keep what lies inside.
 * A chunk of which we do not know that it holds no times is left out, and told.
 * Coding history is added here too: the other thing that changes a bext. */
#include "document/sb-export-meta-private.h"

#include <stdlib.h>
#include <string.h>

#define BEXT_TIME    338
#define BEXT_VERSION 346
#define BEXT_HISTORY 602

static void
move_bext (SbMetaChunk *chunk, int64_t first)
{
  const uint64_t time = sb_export_get (chunk->bytes, BEXT_TIME, 8, false);
  sb_export_set (chunk->bytes, BEXT_TIME, time + (uint64_t)first, 8, false);
}

/* <name>digits</name> */
static bool
find_number (const char *text, const char *name, gsize *at, gsize *length, uint64_t *value)
{
  g_autofree char *opening = g_strdup_printf ("<%s>", name);
  const char *found = strstr (text, opening);
  if (!found)
    return false;
  found += strlen (opening);
  char *end;
  *value = g_ascii_strtoull (found, &end, 10);
  *at = (gsize)(found - text);
  *length = (gsize)(end - found);
  return *length > 0 && end[0] == '<';
}

static void
replace_number (GString *text, const char *name, uint64_t value)
{
  gsize at, length;
  uint64_t old;
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, value);
  if (!find_number (text->str, name, &at, &length, &old))
    return;
  g_string_erase (text, (gssize)at, (gssize)length);
  g_string_insert (text, (gssize)at, digits);
}

/* The same time stands there in two halves, in up to two places. */
static void
move_ixml (SbMetaChunk *chunk, int64_t first)
{
  static const char *const halves[][2] = {
      {"TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI", "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO"},
      {"BWF_TIME_REFERENCE_HIGH", "BWF_TIME_REFERENCE_LOW"}};
  g_autoptr (GString) text = g_string_new_len ((const char *)chunk->bytes->data, (gssize)chunk->bytes->len);
  for (gsize i = 0; i < G_N_ELEMENTS (halves); i++) {
    gsize at, length;
    uint64_t high = 0, low = 0;
    if (!find_number (text->str, halves[i][0], &at, &length, &high) ||
        !find_number (text->str, halves[i][1], &at, &length, &low))
      continue;
    const uint64_t time = (high << 32 | (low & 0xffffffff)) + (uint64_t)first;
    replace_number (text, halves[i][0], time >> 32);
    replace_number (text, halves[i][1], time & 0xffffffff);
  }
  if (text->len & 1)
    g_string_append_c (text, '\n');
  g_byte_array_set_size (chunk->bytes, 0);
  g_byte_array_append (chunk->bytes, (const guint8 *)text->str, (guint)text->len);
}

/* Records of `size` bytes after a head of which the count is at `count_at`. */
static void
drop_record (GByteArray *bytes, gsize at, gsize size, gsize count_at, int *left)
{
  g_byte_array_remove_range (bytes, (guint)at, (guint)size);
  *left -= 1;
  sb_export_set (bytes, count_at, (uint64_t)*left, 4, false);
}

static void
cut_cues (SbMetaChunk *chunk, int64_t first, int64_t n, GHashTable *kept)
{
  GByteArray *bytes = chunk->bytes;
  int left = (int)MIN (sb_export_get (bytes, 0, 4, false), bytes->len / 24);
  for (gsize at = 4; at + 24 <= bytes->len;) {
    const int64_t frame = (int64_t)sb_export_get (bytes, at + 20, 4, false);
    if (frame < first || frame >= first + n) {
      drop_record (bytes, at, 24, 0, &left);
      continue;
    }
    const int64_t position = (int64_t)sb_export_get (bytes, at + 4, 4, false);
    sb_export_set (bytes, at + 4, (uint64_t)MAX (0, position - first), 4, false);
    sb_export_set (bytes, at + 20, (uint64_t)(frame - first), 4, false);
    g_hash_table_add (kept, GUINT_TO_POINTER ((guint)sb_export_get (bytes, at, 4, false)));
    at += 24;
  }
}

/* labl, note and ltxt begin with the number of their cue point. */
static void
cut_labels (SbMetaChunk *chunk, GHashTable *kept)
{
  GByteArray *bytes = chunk->bytes;
  for (gsize at = 4; at + 12 <= bytes->len;) {
    const gsize said = (gsize)sb_export_get (bytes, at + 4, 4, false), there = MIN (said, bytes->len - at - 8);
    const gsize whole = MIN (8 + there + (there & 1), bytes->len - at);
    if (!g_hash_table_contains (kept, GUINT_TO_POINTER ((guint)sb_export_get (bytes, at + 8, 4, false))))
      g_byte_array_remove_range (bytes, (guint)at, (guint)whole);
    else
      at += whole;
  }
}

/* 36 bytes, then loops of 24: number, type, start, end, fraction, count. */
static void
cut_loops (SbMetaChunk *chunk, int64_t first, int64_t n)
{
  GByteArray *bytes = chunk->bytes;
  int left = (int)MIN (sb_export_get (bytes, 28, 4, false), bytes->len / 24);
  gsize at = 36;
  for (int i = left; i > 0 && at + 24 <= bytes->len; i--) {
    const int64_t start = (int64_t)sb_export_get (bytes, at + 8, 4, false);
    const int64_t end = (int64_t)sb_export_get (bytes, at + 12, 4, false);
    if (start < first || end >= first + n) {
      drop_record (bytes, at, 24, 28, &left);
      continue;
    }
    sb_export_set (bytes, at + 8, (uint64_t)(start - first), 4, false);
    sb_export_set (bytes, at + 12, (uint64_t)(end - first), 4, false);
    at += 24;
  }
}

static bool
is_list (const SbMetaChunk *chunk, const char *type)
{
  return g_ascii_strcasecmp (chunk->id, "LIST") == 0 && chunk->bytes->len >= 4 &&
         memcmp (chunk->bytes->data, type, 4) == 0;
}

static bool
is_timeless (const SbMetaChunk *chunk)
{
  static const char *const ids[] = {"inst", "cart", "id3 ", "ID3 ", "axml", "aXML", "_PMX", "DISP", "NAME", "AUTH",
                                    "(c) ", "ANNO", "COMT", "APPL", "info", "umid", "tags", "appl", "pict", NULL};
  return g_strv_contains (ids, chunk->id) || is_list (chunk, "INFO");
}

static bool
cut_chunk (SbMetaChunk *chunk, int64_t first, int64_t n, GHashTable *kept)
{
  if (strcmp (chunk->id, "bext") == 0)
    move_bext (chunk, first);
  else if (strcmp (chunk->id, "iXML") == 0)
    move_ixml (chunk, first);
  else if (strcmp (chunk->id, "cue ") == 0)
    cut_cues (chunk, first, n, kept);
  else if (strcmp (chunk->id, "smpl") == 0)
    cut_loops (chunk, first, n);
  else if (is_list (chunk, "adtl"))
    cut_labels (chunk, kept);
  else
    return is_timeless (chunk);
  chunk->meant |= chunk->bytes->len <= 4; /* an empty list says nothing */
  return chunk->bytes->len > 4;
}

/* Labels may stand before their cue points: those go first.  Marks of AIFF and CAF are made anew from the cue points.
 */
void
sb_export_meta_cut (SbExportMeta *meta, int64_t first, int64_t n)
{
  g_autoptr (GHashTable) kept = g_hash_table_new (NULL, NULL);
  SbMetaChunk *cues = sb_export_meta_find (meta, "cue ", NULL);
  const bool some = cues && cut_chunk (cues, first, n, kept);
  for (guint i = 0; i < meta->chunks->len;) {
    SbMetaChunk *chunk = meta->chunks->pdata[i];
    if (chunk == cues ? some : cut_chunk (chunk, first, n, kept)) {
      i++;
      continue;
    }
    if (!chunk->meant)
      sb_export_meta_leave_out (meta, chunk->id);
    g_ptr_array_remove_index (meta->chunks, i);
  }
  for (guint i = 0; i < meta->cues->len;) {
    SbMetaCue *cue = meta->cues->pdata[i];
    if (cue->frame >= first && cue->frame < first + n) {
      cue->frame -= first;
      i++;
    } else
      g_ptr_array_remove_index (meta->cues, i);
  }
}

void
sb_export_meta_add_history (SbExportMeta *meta, const char *line)
{
  SbMetaChunk *bext = sb_export_meta_find (meta, "bext", NULL);
  if (!bext) {
    bext = sb_export_meta_add (meta, "bext", NULL, 0);
  }
  if (bext->bytes->len < BEXT_HISTORY) {
    const guint old = bext->bytes->len;
    g_byte_array_set_size (bext->bytes, BEXT_HISTORY);
    memset (bext->bytes->data + old, 0, BEXT_HISTORY - old);
    sb_export_set (bext->bytes, BEXT_VERSION, 1, 2, false);
  }
  guint end = bext->bytes->len; /* the text ends at the first 0 */
  for (guint i = BEXT_HISTORY; i < end; i++)
    if (!bext->bytes->data[i])
      end = i;
  g_byte_array_set_size (bext->bytes, end);
  if (end > BEXT_HISTORY && bext->bytes->data[end - 1] != '\n')
    sb_export_put_text (bext->bytes, "\r\n");
  sb_export_put_text (bext->bytes, line);
  sb_export_put_text (bext->bytes, "\r\n");
}
