/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Markers as files of other programs:
 *   Audacity label track  "from\tto\ttitle", and below it "\\\tlow\thigh" where frequencies are bounded
 *   CSV (RFC 4180)        start_s,end_s,low_hz,high_hz,label
 * Numbers are written with as many decimals (six at least) as bring the same
 * number back.  Files are data from strangers: each fault is a sentence with
 * its line, and nothing is taken from a file that has one.
 * Thread: worker.  Blocks: disk. */
#pragma once
#include "base/sb-error.h"
#include "document/sb-markers.h"

typedef enum { SB_LABELS_AUDACITY, SB_LABELS_CSV } SbLabelsFormat;

/* GArray of SbMarker (id 0) that frees its titles; free with g_array_unref().  The format is found by looking. */
GArray *sb_labels_load (const char *path, GError **error);
/* `name` stands in messages. */
GArray *sb_labels_parse (const char *text, gsize length, const char *name, GError **error);
char *sb_labels_to_text (const SbMarkers *markers, SbLabelsFormat format);
/* Whole or not at all; CSV when the name ends in .csv. */
bool sb_labels_save (const SbMarkers *markers, const char *path, GError **error);
