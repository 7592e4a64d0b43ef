/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Export.  Same container and sample type: the file is copied and only the
 * changed samples are overwritten.  Another container of chunks (WAV, RF64, W64,
 * AIFF, CAF), or a part of the recording: written by ourselves, chunks along as
 * far as the target can hold them, times in them moved.  The rest libsndfile
 * encodes.  Always: a temporary file in the target's folder, first error kept,
 * read back to the end and compared, fsync, renamed, folder fsynced.  The target
 * is replaced whole or not at all; recordings and projects are never targets.
 * A link as target: what it points to is replaced.  A target beyond 4 GB becomes
 * RF64 when it is a WAV.  A recording of which nothing is painted is copied byte
 * for byte to the same container, whatever it holds.
 * A program that exports ignores SIGXFSZ (and SIGPIPE): core installs no signal
 * handlers, and a file size limit should be an error, not the end.
 * Thread: worker.  Blocks: disk, compute. */
#pragma once
#include "audio/sb-file-source.h"
#include "base/sb-progress.h"
#include "edit/sb-edited.h"

typedef struct {
  const char *path;          /* format by its ending: wav, rf64, w64, aiff/aif, caf, au, flac, ogg/oga, opus, mp3 */
  const char *subtype;       /* NULL: as the source; "pcm_u8" "pcm_s8" "pcm_16" "pcm_24" "pcm_32" "float" "double"
                                "vorbis" "opus" "mp3" */
  bool removed;              /* write r (float unless subtype says) instead of y */
  bool hash;                 /* SHA-256 of source and result into the report: reads both once more */
  bool dither;               /* TPDF to integers where r ≠ 0; default true */
  int64_t first, n_frames;   /* a part of the recording; n_frames 0: from first to the end */
  bool no_metadata;          /* only the samples */
  const char *source_sha256; /* of the recording as it was opened, to be compared when its file was touched since; or
                                NULL */
  bool history;              /* a line in the broadcast chunk's coding history; WAV, RF64, W64 */
} SbExportSpec;

typedef struct {
  int64_t n_frames;
  int64_t frames_changed;    /* frames in which the painting changed at least one stored sample: other than the
                                source's, as the written type holds it */
  int64_t frames_clipped;
  double loudest_removed_db; /* peak |r|, −inf when nothing */
  bool in_place;             /* by copying and overwriting */
  bool identical;            /* byte for byte (in place) or in audio */
  const char *anew;          /* why a file of the same kind was not copied and overwritten, but written anew; NULL */
  bool exact;                /* the written type holds every value of the source's: all that is not painted is the
                                same */
  bool lossy;                /* encoded anew: no sample need be what it was */
  bool decoded;              /* the recording is compressed: its samples are what its decoder gives */
  bool removed;              /* the file is r */
  SbSampleType type;         /* that was written */
  char subtype[16];          /* its name */
  char left_out[512];        /* metadata that the target does not hold: "bext, smpl"; "" when all came along */
  char source_sha256[65], result_sha256[65]; /* "" unless asked for */
} SbExportReport;

void sb_export_spec_init (SbExportSpec *spec);
bool sb_export (SbSource *original /* file source */, SbResynth *resynth /* NULL: nothing painted */,
                const SbExportSpec *spec, SbExportReport *report /* may be NULL */, SbProgress *progress,
                GError **error);
/* Whether it would be refused; writes nothing.  Cheap. */
bool sb_export_check (SbSource *original, SbResynth *resynth, const SbExportSpec *spec, GError **error);
/* A sentence: what was compared, and what it is like; newly allocated. */
char *sb_export_report_text (const SbExportReport *report);
/* The SHA-256 of the recording and of what was exported, into the report: for whoever did not ask for them at once. */
bool sb_export_hash_files (SbSource *original, const char *path, SbExportReport *report, SbProgress *progress,
                           GError **error);
/* Writes any source whole as float WAV/format by name (stft/istft/--removed). */
bool sb_export_source (SbSource *source, const char *path, const char *subtype, SbProgress *progress, GError **error);
/* "name-clean.wav" beside the recording */
char *sb_export_suggest_path (const char *recording, bool removed);
