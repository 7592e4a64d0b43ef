/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of an export, shared by the sb-export*.c files only:
 *
 *   format   what the target's name and the wish make of the source's type
 *   target   the folder, the temporary file, the rename
 *   io       whole reads and writes, samples as they lie in a file, flushing
 *   render   the samples as they are to be stored, block by block
 *   copy     same container and type: copy the file, overwrite what changed
 *   write    containers of chunks, by ourselves; meta, meaning, cut, make and shell are its parts
 *   encode   everything else, by libsndfile
 *   verify   what was written or encoded is read back
 *   words    what may be said of it
 *
 * Thread: worker.  Blocks: disk, compute. */
#pragma once
#include "document/sb-export.h"

#include <sys/types.h>

/* ---- format ---- */

typedef enum { SB_WORK_INT, SB_WORK_FLOAT, SB_WORK_DOUBLE } SbExportWork;

typedef struct {
  int sf_format; /* for libsndfile */
  SbSampleType type;
  const char *subtype;            /* "pcm_24" … */
  const char *container;          /* words for people: "FLAC" */
  SbExportWork work;              /* in which samples are computed and compared */
  int bits;                       /* SB_WORK_INT */
  bool lossy;                     /* cannot be compared sample by sample */
  bool same_container, same_type; /* as the source's file */
} SbExportFormat;

typedef struct {
  int rate, channels;
  int64_t n_frames;
  SbSampleType type; /* of what is written by default */
  int sf_format;     /* of the source's file, 0: none */
} SbExportShape;

bool sb_export_format_choose (const char *path, const char *subtype, const SbExportShape *shape, SbExportFormat *format,
                              GError **error);
/* Whether a plain copy of the source's file is what the target's ending names; fills the format with its own type. */
bool sb_export_format_copies (const char *path, const SbExportShape *shape, SbExportFormat *format);

/* ---- target ---- */

typedef struct {
  char *shown; /* for messages */
  char *real, *folder, *temp;
  int fd; /* of the temporary file, read and write */
} SbExportTarget;

/* What can be refused beforehand: a folder that is not there, the recording itself, a project. */
bool sb_export_target_check (const char *path, const SbSource *recording, GError **error);
/* Checks, and makes the temporary file.  recording: a file source, or NULL. */
bool sb_export_target_open (SbExportTarget *target, const char *path, const SbSource *recording, GError **error);
/* Asks the disk to begin with a stretch, without waiting. */
void sb_export_target_flush_begin (const SbExportTarget *target, int64_t pos, int64_t n);
/* On the disk for good; cancelled within a piece of 8 MB, but for what the file system does at the end. */
bool sb_export_target_sync (SbExportTarget *target, SbProgress *progress, GError **error);
/* Renames and frees.  After a failure the old target is still there. */
bool sb_export_target_commit (SbExportTarget *target, GError **error);
void sb_export_target_abort (SbExportTarget *target); /* frees; a zeroed one is fine */
bool sb_export_target_fail (const SbExportTarget *target, const char *why, GError **error); /* false */

/* ---- io: false with errno set ---- */

bool sb_export_pread (int fd, void *to, gsize n, int64_t pos);
bool sb_export_pwrite (int fd, const void *from, gsize n, int64_t pos);

typedef struct {
  SbSampleType type;
  int bytes; /* a sample */
  bool big_endian;
} SbExportLayout;

/* Samples [first, first + n) of a rendered block as they lie in a file; raw: uint8_t[n * bytes]. */
void sb_export_store (const SbExportLayout *layout, const void *samples, int64_t first, int64_t n, uint8_t *raw);

/* ---- render ---- */

typedef struct {
  /* set by the caller */
  SbSource *source;   /* x */
  bool is_file;       /* samples beyond float's precision can be read */
  SbSampleType type;  /* of the source */
  SbResynth *resynth; /* NULL: nothing is painted */
  SbSource *removed;  /* r; NULL when nothing is painted */
  bool only_removed;  /* store r */
  bool dither;
  SbExportWork work;
  int bits;
  int valid_bits;          /* changed samples use no lower ones; 0: all.  Set by sb_export_copy() */
  const char *doubt;       /* static, set by sb_export_copy(): why the file could not be copied and overwritten */
  int64_t first, n_frames; /* what is written of the source */
  /* made by sb_export_render() */
  int64_t max_frames;
  void *before, *after; /* int32_t/float/double [n][channels]: stored without and with the painting */
  float *r;
  double *exact; /* x in units of the target's step, unrounded */
  bool touched;  /* r may differ from 0 in this block */
  int64_t frames_changed, frames_clipped;
  float loudest;
} SbExportRender;

gsize sb_export_work_bytes (SbExportWork work);
bool sb_export_render_prepare (SbExportRender *render, GError **error);
void sb_export_render_clear (SbExportRender *render);
/* `after` is what is to be stored for [pos, pos + n), n ≤ max_frames. */
bool sb_export_render (SbExportRender *render, int64_t pos, int64_t n, GError **error);
uint64_t sb_export_hash (const void *bytes, gsize n);

/* ---- the three ways ---- */

typedef enum { SB_EXPORT_DONE, SB_EXPORT_FAILED, SB_EXPORT_DOUBT /* another way must do it */ } SbExportOutcome;

typedef struct SbExportMeta SbExportMeta;

/* Copies the source's file and overwrites changed samples.  render->resynth NULL: only copies. */
SbExportOutcome sb_export_copy (SbExportRender *render, SbExportTarget *target, SbProgress *progress, GError **error);
/* meta: what goes along; NULL: nothing. */
bool sb_export_write (SbExportRender *render, const SbExportFormat *format, SbExportMeta *meta, SbExportTarget *target,
                      SbProgress *progress, GError **error);
bool sb_export_encode (SbExportRender *render, const SbExportFormat *format, SbExportMeta *meta,
                       SbExportTarget *target, SbProgress *progress, GError **error);
/* By libsndfile, to its end.  hashes: uint64_t of each block of render->max_frames as it was meant. */
bool sb_export_verify (SbExportRender *render, const SbExportFormat *format, SbExportTarget *target, GArray *hashes,
                       SbProgress *progress, GError **error);
