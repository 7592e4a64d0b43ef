/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading what a recording holds besides its samples.  Chunks come from files
 * of any kind of honesty: sizes are bounded, and what does not parse stays
 * bytes. */
#include "document/sb-export-meta-private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MAX_CHUNK_BYTES (16 << 20)
#define MAX_ALL_BYTES   (64 << 20)
#define MAX_TOLD_BYTES  400

/* ---- numbers ---- */

void
sb_export_put (GByteArray *to, uint64_t value, int bytes, bool big_endian)
{
  uint8_t p[8];
  for (int b = 0; b < bytes; b++)
    p[big_endian ? bytes - 1 - b : b] = (uint8_t)(value >> (8 * b));
  g_byte_array_append (to, p, (guint)bytes);
}

void
sb_export_put_text (GByteArray *to, const char *text)
{
  g_byte_array_append (to, (const guint8 *)text, (guint)strlen (text));
}

uint64_t
sb_export_get (const GByteArray *from, gsize at, int bytes, bool big_endian)
{
  uint64_t value = 0;
  if (at + (gsize)bytes > from->len)
    return 0;
  for (int b = 0; b < bytes; b++)
    value |= (uint64_t)from->data[at + (gsize)(big_endian ? bytes - 1 - b : b)] << (8 * b);
  return value;
}

void
sb_export_set (GByteArray *in, gsize at, uint64_t value, int bytes, bool big_endian)
{
  for (int b = 0; b < bytes && at + (gsize)bytes <= in->len; b++)
    in->data[at + (gsize)(big_endian ? bytes - 1 - b : b)] = (uint8_t)(value >> (8 * b));
}

/* ---- the object ---- */

static void
chunk_free (void *data)
{
  SbMetaChunk *chunk = data;
  g_byte_array_unref (chunk->bytes);
  g_free (chunk);
}

static void
cue_free (void *data)
{
  SbMetaCue *cue = data;
  g_free (cue->name);
  g_free (cue);
}

static void
lost_clear (void *data)
{
  g_free (((SbMetaLost *)data)->name);
}

void
sb_export_meta_free (SbExportMeta *meta)
{
  if (!meta)
    return;
  g_ptr_array_unref (meta->chunks);
  g_ptr_array_unref (meta->cues);
  for (int s = 0; s <= SF_STR_LAST; s++)
    g_free (meta->text[s]);
  g_ptr_array_unref (meta->tags);
  g_array_unref (meta->lost);
  g_free (meta);
}

void
sb_export_meta_strip (SbExportMeta *meta)
{
  g_ptr_array_set_size (meta->chunks, 0);
  g_ptr_array_set_size (meta->cues, 0);
  g_ptr_array_set_size (meta->tags, 0);
  for (int s = 0; s <= SF_STR_LAST; s++)
    g_clear_pointer (&meta->text[s], g_free);
}

SbMetaChunk *
sb_export_meta_add (SbExportMeta *meta, const char *id, const void *bytes, gsize n)
{
  SbMetaChunk *chunk = g_new0 (SbMetaChunk, 1);
  g_strlcpy (chunk->id, id, sizeof chunk->id);
  chunk->bytes = g_byte_array_sized_new ((guint)n);
  if (n > 0)
    g_byte_array_append (chunk->bytes, bytes, (guint)n);
  g_ptr_array_add (meta->chunks, chunk);
  return chunk;
}

SbMetaChunk *
sb_export_meta_find (const SbExportMeta *meta, const char *id, const char *type)
{
  for (guint i = 0; i < meta->chunks->len; i++) {
    SbMetaChunk *chunk = meta->chunks->pdata[i];
    if ((strcmp (chunk->id, id) == 0 || (type && g_ascii_strcasecmp (chunk->id, id) == 0)) && /* "list" is found too */
        (!type || (chunk->bytes->len >= 4 && memcmp (chunk->bytes->data, type, 4) == 0)))
      return chunk;
  }
  return NULL;
}

void
sb_export_meta_leave_out (SbExportMeta *meta, const char *id)
{
  g_autofree char *name = g_strchomp (g_strdup (id));
  for (guint i = 0; i < meta->lost->len; i++) {
    SbMetaLost *lost = &g_array_index (meta->lost, SbMetaLost, i);
    if (strcmp (lost->name, name) == 0) {
      lost->n++;
      return;
    }
  }
  const SbMetaLost lost = {g_steal_pointer (&name), 1};
  g_array_append_val (meta->lost, lost);
}

char *
sb_export_meta_left_out_text (const SbExportMeta *meta)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < meta->lost->len; i++) {
    const SbMetaLost *lost = &g_array_index (meta->lost, SbMetaLost, i);
    if (text->len > MAX_TOLD_BYTES) {
      g_string_append_printf (text, " and %u more", meta->lost->len - i);
      break;
    }
    g_string_append_printf (text, "%s%s", text->len ? ", " : "", lost->name);
    if (lost->n > 1)
      g_string_append_printf (text, " ×%u", lost->n);
  }
  return g_string_free (text, FALSE);
}

/* ---- reading ---- */

static bool
is_about_samples (const char *id)
{
  static const char *const ids[] = {"fmt ", "data", "fact", "PEAK", "ds64", "JUNK", "junk", "FLLR",
                                    "PAD ", "pad ", "fake", "COMM", "SSND", "FVER", "CHAN", "desc",
                                    "free", "pakt", "kuki", "chan", "ovvw", "peak", NULL};
  return g_strv_contains (ids, id);
}

static SbMetaFamily
family_of (const char *format)
{
  static const char *const riff[] = {"WAV", "RF64", "BW64", "W64", NULL};
  if (g_strv_contains (riff, format))
    return SB_META_RIFF;
  if (strcmp (format, "AIFF") == 0 || strcmp (format, "AIFC") == 0)
    return SB_META_AIFF;
  return strcmp (format, "CAF") == 0 ? SB_META_CAF : SB_META_NONE;
}

static void
read_chunk (SbExportMeta *meta, const SbContainer *container, const SbChunk *at, int fd)
{
  const bool w64 = strcmp (container->format, "W64") == 0;
  if (strcmp (at->id, "fmt ") == 0 && meta->family == SB_META_RIFF) {
    uint8_t fmt[24];
    if (at->size_bytes >= 40 && sb_export_pread (fd, fmt, 24, at->offset_bytes) && fmt[0] == 0xfe && fmt[1] == 0xff)
      meta->speakers = (uint32_t)fmt[20] | (uint32_t)fmt[21] << 8 | (uint32_t)fmt[22] << 16 | (uint32_t)fmt[23] << 24;
  }
  if (is_about_samples (at->id))
    return;
  SbMetaChunk *chunk = sb_export_meta_add (meta, w64 && strcmp (at->id, "list") == 0 ? "LIST" : at->id, NULL, 0);
  g_byte_array_set_size (chunk->bytes, (guint)at->size_bytes);
  chunk->after = at->offset_bytes > container->data_offset_bytes;
  if (!sb_export_pread (fd, chunk->bytes->data, (gsize)at->size_bytes, at->offset_bytes) ||
      (w64 && !sb_export_pread (fd, chunk->guid, 16, at->offset_bytes - 24)))
    g_ptr_array_set_size (meta->chunks, (int)meta->chunks->len - 1);
}

static void
read_chunks (SbExportMeta *meta, const char *path)
{
  g_autoptr (SbContainer) container = sb_container_read (path, NULL);
  int64_t left = MAX_ALL_BYTES;
  const int fd = container ? open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
  if (fd < 0)
    return;
  meta->family = family_of (container->format);
  for (guint i = 0; meta->family != SB_META_NONE && i < container->chunks->len; i++) {
    const SbChunk *at = &g_array_index (container->chunks, SbChunk, i);
    if (!is_about_samples (at->id) && (at->size_bytes > MIN (MAX_CHUNK_BYTES, left) || at->size_bytes < 1)) {
      sb_export_meta_leave_out (meta, at->id);
      continue;
    }
    read_chunk (meta, container, at, fd);
    left -= is_about_samples (at->id) ? 0 : at->size_bytes;
  }
  close (fd);
}

SbExportMeta *
sb_export_meta_read (SbSource *file_source)
{
  SbExportMeta *meta = g_new0 (SbExportMeta, 1);
  g_autofree char *own = sb_file_source_own_path (file_source);
  meta->chunks = g_ptr_array_new_with_free_func (chunk_free);
  meta->cues = g_ptr_array_new_with_free_func (cue_free);
  meta->tags = sb_export_tags_new ();
  meta->lost = g_array_new (FALSE, FALSE, sizeof (SbMetaLost));
  g_array_set_clear_func (meta->lost, lost_clear);
  read_chunks (meta, own);
  if (meta->family == SB_META_NONE)
    sb_export_flac_read (meta, own);
  if (meta->family == SB_META_NONE)
    sb_export_tags_read (meta, own, sb_file_source_sf_format (file_source));
  sb_export_meta_understand (meta, own);
  return meta;
}

void
sb_export_meta_tell_left_out (SbExportMeta *meta, SbMetaFamily target, int sf_format)
{
  const bool id3_goes = target == SB_META_RIFF || target == SB_META_AIFF;
  if (meta->family == target && target != SB_META_NONE)
    return;
  for (guint i = 0; i < meta->chunks->len; i++) {
    const SbMetaChunk *chunk = meta->chunks->pdata[i];
    const bool id3 = id3_goes && g_ascii_strcasecmp (chunk->id, "id3 ") == 0;
    if (!chunk->meant && !id3)
      sb_export_meta_leave_out (meta, chunk->id);
    else if ((target == SB_META_NONE || target == SB_META_FLAC) &&
             (strcmp (chunk->id, "cue ") == 0 || strcmp (chunk->id, "MARK") == 0 || strcmp (chunk->id, "mark") == 0))
      sb_export_meta_leave_out (meta, chunk->id);
  }
  sb_export_tags_tell (meta, sb_export_tags_held (sf_format), id3_goes);
}
