/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a recording's samples lie in its file, and the words for it.
 * Thread: any.  Blocks: no. */
#pragma once
#include <stdbool.h>

typedef enum {
  SB_SAMPLE_U8,
  SB_SAMPLE_S8,
  SB_SAMPLE_S16,
  SB_SAMPLE_S24,
  SB_SAMPLE_S32,
  SB_SAMPLE_FLOAT,
  SB_SAMPLE_DOUBLE,
  SB_SAMPLE_OTHER /* lossy, ADPCM, companded: no sample type of its own; exports as float */
} SbSampleType;

const char *sb_sample_type_name (SbSampleType type); /* "8-bit unsigned", "24-bit", "32-bit float" … */
int sb_sample_type_bits (SbSampleType type);         /* 0 for OTHER */
bool sb_sample_type_is_integer (SbSampleType type);
/* sf_format: SF_INFO.format. */
SbSampleType sb_sample_type_of (int sf_format);
/* Newly allocated: "WAV", "FLAC" …, else libsndfile's words for people. */
char *sb_container_name_of (int sf_format);
