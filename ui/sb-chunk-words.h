/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a file holds besides its samples, in words.  Pure.  Thread: any. */
#pragma once
#include "audio/sb-container.h"

/* "bext, cue, iXML and 2 unknown chunks"; NULL when there is nothing but samples. */
char *sb_chunk_words (const SbContainer *container);
/* The ending that stands for its format: "wav", "rf64", …; NULL when no export writes it. */
const char *sb_chunk_ending (const SbContainer *container);
