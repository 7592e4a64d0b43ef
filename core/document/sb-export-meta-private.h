/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a recording holds besides its samples, for exports that do not copy the
 * file:
 *
 *   read    chunks byte for byte, and what they mean: texts, cue points, speakers
 *   cut     a part of the recording: times move along, what lies outside goes
 *   make    the chunks of another container
 *   tags    what has a name beyond the texts that every format knows
 *
 * Between containers of one family (WAV, RF64, W64) chunks go over byte for
 * byte; elsewhere texts and cue points do.  What stays behind is told.
 * Thread: worker.  Blocks: disk (read). */
#pragma once
#include "audio/sb-container.h"
#include "document/sb-export-private.h"

#include <sndfile.h>

typedef enum { SB_META_NONE, SB_META_RIFF, SB_META_AIFF, SB_META_CAF, SB_META_FLAC } SbMetaFamily;

typedef struct {
  char id[5];
  uint8_t guid[16]; /* of a chunk from W64; a block's type in FLAC; else zeros */
  GByteArray *bytes;
  bool after;  /* stood behind the samples */
  bool meant;  /* its meaning is in texts or cue points too */
} SbMetaChunk;

typedef struct {
  int64_t frame;
  char *name; /* NULL: none */
} SbMetaCue;

typedef struct {
  char *name;  /* "ALBUMARTIST", "picture" */
  int which;   /* SF_STR_… of the text that it is, 0: one that no other format knows */
  bool in_id3; /* goes along where the ID3 chunk does */
} SbMetaTag;

typedef struct {
  char *name;
  guint n;
} SbMetaLost;

struct SbExportMeta {
  SbMetaFamily family;             /* of the chunks */
  GPtrArray *chunks;               /* of SbMetaChunk, as they stood in the file */
  char *text[SF_STR_LAST + 1];     /* by SF_STR_…; NULL: none */
  GPtrArray *cues;                 /* of SbMetaCue */
  uint32_t speakers;               /* WAVEFORMATEXTENSIBLE's mask; 0: not told */
  GPtrArray *tags;                 /* of SbMetaTag */
  uint32_t derived;                /* bits by SF_STR_…: texts that a chunk's own words were taken for */
  GArray *lost;                    /* of SbMetaLost: what an export drops */
};

/* Never fails: what cannot be read is not there. */
SbExportMeta *sb_export_meta_read (SbSource *file_source);
void sb_export_meta_free (SbExportMeta *meta);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbExportMeta, sb_export_meta_free)
/* Keeps what belongs to [first, first + n), counted from first on. */
void sb_export_meta_cut (SbExportMeta *meta, int64_t first, int64_t n);
/* Nothing but the order of the speakers stays. */
void sb_export_meta_strip (SbExportMeta *meta);
/* A line of the broadcast chunk's coding history; makes the chunk where there is none. */
void sb_export_meta_add_history (SbExportMeta *meta, const char *line);
/* Before chunks of this family, or tags, are written: what does not go over is told.  sf_format: the target's. */
void sb_export_meta_tell_left_out (SbExportMeta *meta, SbMetaFamily target, int sf_format);
/* "bext, pict ×2", newly allocated; "" when all goes over. */
char *sb_export_meta_left_out_text (const SbExportMeta *meta);

/* Texts, cue points and speakers out of the chunks, and what libsndfile knows of the file. */
void sb_export_meta_understand (SbExportMeta *meta, const char *path);
SbMetaChunk *sb_export_meta_add (SbExportMeta *meta, const char *id, const void *bytes, gsize n);
/* The first chunk of that name whose bytes begin with `type` (may be NULL). */
SbMetaChunk *sb_export_meta_find (const SbExportMeta *meta, const char *id, const char *type);
void sb_export_meta_leave_out (SbExportMeta *meta, const char *id);

/* Numbers in byte arrays.  get: 0 beyond the end. */
void sb_export_put (GByteArray *to, uint64_t value, int bytes, bool big_endian);
void sb_export_put_text (GByteArray *to, const char *text); /* without the 0 */
uint64_t sb_export_get (const GByteArray *from, gsize at, int bytes, bool big_endian);
void sb_export_set (GByteArray *in, gsize at, uint64_t value, int bytes, bool big_endian);

/* ---- tags ---- */

GPtrArray *sb_export_tags_new (void);
void sb_export_tags_add (SbExportMeta *meta, const char *name, gssize n, int which, bool in_id3);
/* Of Ogg, Opus and MP3. */
void sb_export_tags_read (SbExportMeta *meta, const char *path, int sf_format);
/* Vorbis comments that begin at that place. */
void sb_export_tags_vorbis (SbExportMeta *meta, const GByteArray *bytes, gsize at);
/* held: bits by SF_STR_… of the texts that go over. */
void sb_export_tags_tell (SbExportMeta *meta, uint32_t held, bool id3_goes);
uint32_t sb_export_tags_held (int sf_format);

/* ---- FLAC ---- */

#define SB_FLAC_HEAD_BYTES 42 /* "fLaC" and the stream's description: what the encoder comes back to */

/* Blocks into the meta's chunks; what is no FLAC is left alone. */
void sb_export_flac_read (SbExportMeta *meta, const char *path);
/* As they are to stand behind the head, none marked as the last; empty unless they came from a FLAC. */
GByteArray *sb_export_flac_blocks (const SbExportMeta *meta);
/* The encoder's own tags at that place become padding: a stream may have tags once.  false with errno set. */
bool sb_export_flac_hide_tags (int fd, int64_t at);

/* ---- Ogg ---- */

/* Gives all pages of the one stream in `size` bytes this number.  false with errno set. */
bool sb_export_ogg_number (int fd, int64_t size, uint32_t number);

/* ---- containers of our own making ---- */

typedef struct {
  GByteArray *head, *tail; /* before the samples; behind them, padding included */
  SbExportLayout layout;
} SbExportShell;

/* Whether a format is written by us: samples as they are in a container of chunks. */
bool sb_export_shell_knows (const SbExportFormat *format);
/* meta may be NULL.  false: the container cannot count so much. */
bool sb_export_shell_make (const SbExportFormat *format, const SbExportShape *shape, SbExportMeta *meta,
                           SbExportShell *shell);
void sb_export_shell_clear (SbExportShell *shell);
/* The chunks of a family, made from texts and cue points; appended to the meta's own. */
void sb_export_meta_make (SbExportMeta *meta, SbMetaFamily target, int sf_format);
