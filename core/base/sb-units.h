/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers as people write and read them: times, frequencies, levels, notes.
 * Shown numbers use a true minus (U+2212) and a thin space (U+2009) between
 * thousands; parsing takes the plain characters too.  All functions are pure.
 * Thread: any.  Blocks: no. */
#pragma once
#include <glib.h>
#include <stdbool.h>

double sb_db_to_gain (double db);   /* −inf → 0 */
double sb_gain_to_db (double gain); /* 0 → −inf */

/* Newly allocated UTF-8, free with g_free(). */
char *sb_format_time (double s, int decimals);                 /* "2:08.690", "1:02:08.69", "-" for NaN */
char *sb_format_hz (double hz, int decimals);                  /* "4 112.4 Hz" */
char *sb_format_hz_short (double hz);                          /* "15k", "200", "1.5k": ruler labels */
char *sb_format_db (double db, int decimals);                  /* "−47.3 dB", "Silence" at −inf */
char *sb_format_duration (double s);                           /* "2.2 s", "4 min 12 s", "40 ms" */
char *sb_format_note (double hz);                              /* "C8 −31 ct"; "" outside C−1…B15 */
char *sb_format_span (double from_s, double to_s, int decimals); /* "2:08.34–08.75" */
char *sb_format_band (double low_hz, double high_hz);          /* "3.7–4.5 kHz", "150 Hz – 21 kHz" */

/* Accept a unit or none: "1.2k", "1.2 kHz", "40ms", "0.04", "1:02.5", "-inf",
 * "silence", "-12 dB".  false when the text is not such a number. */
bool sb_parse_hz (const char *text, double *hz);
bool sb_parse_time (const char *text, double *s);
bool sb_parse_db (const char *text, double *db);
bool sb_parse_percent (const char *text, double *fraction); /* "35", "35 %" → 0.35 */

/* How times are shown: "2:08.690", "128.690 s", "6 177 120", "0:02:08:17" (non-drop: frames counted at the rounded rate
 * a timecode second, as 30 for 29.97). */
typedef enum { SB_TIME_CLOCK, SB_TIME_SECONDS, SB_TIME_SAMPLES, SB_TIME_TIMECODE, SB_N_TIMES } SbTimeKind;
typedef struct {
  SbTimeKind kind;
  double rate; /* samples a second, > 0 */
  double fps;  /* pictures a second, > 0; timecode only */
} SbTimeFormat;

const char *sb_time_kind_name (SbTimeKind kind); /* "clock", "seconds", "samples", "timecode" */
bool sb_time_kind_from_name (const char *name, SbTimeKind *kind);
/* decimals: of the seconds; samples and timecode have none.  "-" for NaN. */
char *sb_format_time_as (const SbTimeFormat *format, double s, int decimals);
/* What the format prints, and what sb_parse_time() takes; a bare number is in the format's unit. */
bool sb_parse_time_as (const SbTimeFormat *format, const char *text, double *s);
