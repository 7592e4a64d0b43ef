/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One open decoder with one position: libsndfile, except for Ogg Vorbis, whose
 * seeks in libsndfile 1.2.0 land up to 896 frames off in about 3 % of cases
 * (measured on real files); libvorbisfile decodes to the same samples and
 * seeks exactly.  Used by one reader at a time. */
#pragma once
#include <glib.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct SbDecoder SbDecoder;

typedef enum { SB_READ_FLOAT, SB_READ_INT, SB_READ_DOUBLE } SbReadAs;

/* Takes the descriptor, also on failure.  NULL: not audio; *reason (static) says why in libsndfile's words. */
SbDecoder *sb_decoder_new (int fd, SF_INFO *info, const char **reason);
void sb_decoder_free (SbDecoder *decoder); /* NULL is fine */
/* The file's sizes were never filled in; it is read to its end. */
bool sb_decoder_is_unfinished (const SbDecoder *decoder);
int64_t sb_decoder_position (const SbDecoder *decoder); /* −1: unknown, seek first */
bool sb_decoder_seek (SbDecoder *decoder, int64_t pos);
/* Frames really read. */
int64_t sb_decoder_read (SbDecoder *decoder, SbReadAs as, void *out, int64_t n);
