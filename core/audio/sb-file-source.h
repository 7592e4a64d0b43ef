/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording on disk, read through libsndfile.  One SNDFILE per reading
 * thread (a small pool of handles, each used by one reader at a time).  The
 * file is never written. */
#pragma once
#include "audio/sb-sample-type.h"
#include "audio/sb-source.h"
#include "base/sb-progress.h"

/* Opens and checks: regular file, readable, audio, ≥ 1 frame, rate and
 * channels sane, length bounded by what is really there.  Messages name the
 * file.  Thread: any but UI.  Blocks: disk. */
SbSource *sb_file_source_new (const char *path, SbProgress *progress, GError **error);
/* As above; also accepts what has zero frames (for `info`). */
SbSource *sb_file_source_new_any (const char *path, SbProgress *progress, GError **error);

bool sb_is_file_source (const SbSource *source);
const char *sb_file_source_path (const SbSource *source);
/* A name for the very file that was opened, whatever has become of its path since; newly allocated. */
char *sb_file_source_own_path (const SbSource *source);
/* Whether the path leads to the file that was opened, under whatever name that lies now, or to what lies under its
 * name. */
bool sb_file_source_is_at (const SbSource *source, const char *path);
/* False when the file was written to since it was opened (size, time of modification): what was read before and what
 * would be read now do not fit together.  Thread: any.  Blocks: disk. */
bool sb_file_source_check_unchanged (const SbSource *source, GError **error);
/* The sentence that says so. */
void sb_file_source_set_changed (const SbSource *source, GError **error);
/* Whether anything was done to the file since: renamed, linked, or written to by somebody who put its time back. */
bool sb_file_source_is_touched (const SbSource *source);
int64_t sb_file_source_mtime_ns (const SbSource *source); /* when it was opened */
SbSampleType sb_file_source_sample_type (const SbSource *source);
int sb_file_source_sf_format (const SbSource *source); /* SF_INFO.format */
/* What a person should know of the file, a static sentence; NULL: it is as it should be. */
const char *sb_file_source_note (const SbSource *source);
/* Samples beyond float's precision, for export.  Interleaved [n][channels];
 * [pos, pos+n) must lie inside.  int: left-justified 32 bits as libsndfile's
 * sf_readf_int; double: as sf_readf_double (full scale 1 for integers). */
bool sb_file_source_read_int (SbSource *source, int64_t pos, int64_t n, int32_t *out, GError **error);
bool sb_file_source_read_double (SbSource *source, int64_t pos, int64_t n, double *out, GError **error);
