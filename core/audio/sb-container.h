/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Our own walker of RIFF/RIFX/RF64/BW64/W64/AIFF/AIFC/CAF/AU files: where the
 * sample data lies and how a sample is stored, so that an export can copy the
 * file and overwrite samples in place.  Reads, never writes.
 * Thread: any but UI.  Blocks: disk. */
#pragma once
#include "audio/sb-file-source.h"

typedef struct {
  char id[5];            /* four characters, unprintables as '?'; W64: first four of the GUID */
  int64_t offset_bytes;  /* of the payload */
  int64_t size_bytes;    /* of the payload as really there */
} SbChunk;

typedef struct {
  const char *format;    /* "WAV", "RIFX", "RF64", "BW64", "W64", "AIFF", "AIFC", "CAF", "AU" */
  GArray *chunks;        /* of SbChunk, file order, at most 100,000 */
  bool in_place;         /* the data chunk holds plain samples that we can overwrite: the fields below are set */
  int64_t data_offset_bytes, data_size_bytes; /* bounded by the file */
  SbSampleType sample_type;
  bool big_endian;
  const char *doubt;     /* static; why in_place is false: "its header has two descriptions of the samples" */
  int container_bytes;   /* bytes a sample occupies (24 bits in 4 without valid bits said: not guessed → in_place
                            false) */
  int valid_bits;        /* of these bytes, from the highest on; the rest are 0.  0: all */
  int channels;
  int rate;
  int64_t n_frames;
} SbContainer;

/* NULL without an error being a failure: a file of another kind sets SB_ERROR_FORMAT. */
SbContainer *sb_container_read (const char *path, GError **error);
void sb_container_free (SbContainer *container);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbContainer, sb_container_free)
