/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Markers and labelled regions of a recording, sorted by time.  Each change can
 * be taken back.  Thread: UI (one at a time).  Blocks: no. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint64_t id;            /* given by the list; 0 outside one */
  double from_s, to_s;    /* equal: a marker; ≥ 0, finite */
  double low_hz, high_hz; /* NAN: no bound */
  char *title;            /* UTF-8, one line, never NULL */
} SbMarker;

GArray *sb_marker_array_new (void); /* of SbMarker, whose titles it frees */

typedef struct SbMarkers SbMarkers;

/* true when the numbers make sense: finite times, 0 ≤ from ≤ to, bounds NAN or ≥ 0 and low ≤ high. */
bool sb_marker_is_sane (const SbMarker *marker);
static inline bool
sb_marker_is_region (const SbMarker *marker)
{
  return marker->to_s > marker->from_s;
}
/* To the nearest millionth, which is what label tracks hold of seconds and hertz.  A number that is read comes from a
 * file and stays as it is; one that a hand sets has no more to say than this. */
double sb_marker_round (double value);
/* Tabs and line ends become spaces, what is not UTF-8 the replacement character.  Newly allocated. */
char *sb_marker_clean_title (const char *title);

/* For tables: the same place and title, whatever the id. */
guint sb_marker_hash (const void *marker);
gboolean sb_marker_equal (const void *a, const void *b);

SbMarkers *sb_markers_new (void);
void sb_markers_free (SbMarkers *markers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMarkers, sb_markers_free)

int sb_markers_n (const SbMarkers *markers);
const SbMarker *sb_markers_get (const SbMarkers *markers, int index);    /* borrowed until the next change */
const SbMarker *sb_markers_find (const SbMarkers *markers, uint64_t id); /* NULL: gone */
uint64_t sb_markers_revision (const SbMarkers *markers);                 /* grows with each change */

/* Copies.  0 when the marker is not sane. */
uint64_t sb_markers_add (SbMarkers *markers, const SbMarker *marker);
/* All or none, one change. */
bool sb_markers_add_all (SbMarkers *markers, const SbMarker *added, int n_added);
/* Those that are not there yet, one change; how many. */
int sb_markers_add_missing (SbMarkers *markers, const SbMarker *others, int n_others);
/* As they were kept: nothing that could be taken back. */
bool sb_markers_restore (SbMarkers *markers, const SbMarker *kept, int n_kept);
/* Keeps the id; false when it is gone or the marker is not sane. */
bool sb_markers_set (SbMarkers *markers, uint64_t id, const SbMarker *marker);
bool sb_markers_remove (SbMarkers *markers, uint64_t id);
void sb_markers_clear (SbMarkers *markers);
/* The last 100 changes can be taken back and made again. */
bool sb_markers_can_undo (const SbMarkers *markers);
bool sb_markers_can_redo (const SbMarkers *markers);
/* Of the change that is next, in one order with the steps of edits (sb-history.h); 0: none. */
uint64_t sb_markers_undo_serial (const SbMarkers *markers);
uint64_t sb_markers_redo_serial (const SbMarkers *markers);
bool sb_markers_undo (SbMarkers *markers);
bool sb_markers_redo (SbMarkers *markers);
/* First that starts after t_s (before it, going back); −1: none. */
int sb_markers_next (const SbMarkers *markers, double t_s, bool back);
