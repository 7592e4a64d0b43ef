/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a person reads off one window's recording: where the pointer is, the
 * measuring box and what it holds, the spectrum there, markers, and how times
 * are written.  Canvas, rulers and panel all follow it.  Lives with its session.
 *
 *   "pointer"  moved, came or went              "box"      another measuring box, or none
 *   "results"  a slice or measurement is there  "markers"  the list, or what is selected in it
 *   "times"    the way times are written
 *   "aids"     note ruler or harmonic cursor came or went
 *   "rename"   whoever lists the markers asks for a new name of the selected one
 *   "name"     the same for one that was just made
 *   "failed"   (string heading, string sentence) for a dialog
 *
 * Thread: UI; slices and measurements are computed by workers, the newest question wins. */
#pragma once
#include "base/sb-units.h"
#include "document/sb-labels.h"
#include "ui/sb-session.h"
#include "view/sb-measure.h"
#include "view/sb-readout.h"
#include "view/sb-slice.h"

#define SB_TYPE_INSPECTOR (sb_inspector_get_type ())
G_DECLARE_FINAL_TYPE (SbInspector, sb_inspector, SB, INSPECTOR, GObject)

/* The session's own, made on first use; borrowed. */
SbInspector *sb_inspector_of (SbSession *session);

/* Canvas widgets tell where the pointer is, and in whose lane (−1: all channels are shown in one); false from
 * _pointer(): nowhere. */
void sb_inspector_move (SbInspector *inspector, const SbPlace *place);
void sb_inspector_leave (SbInspector *inspector);
/* Mouse, pen or arrow key over the picture; not the view under it. */
void sb_inspector_hand_moved (SbInspector *inspector);
bool sb_inspector_pointer (SbInspector *inspector, double *t_s, double *hz);
int sb_inspector_pointer_channel (SbInspector *inspector);

/* NULL: none.  Clamped to the recording.  Measured in one channel where that one was shown, −1: in all. */
void sb_inspector_set_box (SbInspector *inspector, const SbBox *box);
void sb_inspector_set_box_in (SbInspector *inspector, const SbBox *box, int channel);
bool sb_inspector_box (SbInspector *inspector, SbBox *box);
int sb_inspector_box_channel (SbInspector *inspector);

/* Somebody looks at results: without one, none are computed. */
void sb_inspector_set_watched (SbInspector *inspector, bool watched);
const SbSlice *sb_inspector_slice (SbInspector *inspector);             /* NULL: not yet */
int sb_inspector_slice_channel (SbInspector *inspector);
const SbMeasurement *sb_inspector_measurement (SbInspector *inspector); /* NULL: no box, or not yet */
bool sb_inspector_is_measuring (SbInspector *inspector);
/* The numbers of the box as text, a line each; newly allocated, NULL without a measurement. */
char *sb_inspector_measurement_text (SbInspector *inspector);

SbMarkers *sb_inspector_markers (SbInspector *inspector); /* borrowed; change it through the calls below */
uint64_t sb_inspector_selected (SbInspector *inspector);  /* 0: none */
/* Shows it: a region becomes the measuring box, and the view goes there when it is out of sight. */
void sb_inspector_select (SbInspector *inspector, uint64_t id);
/* What was set last: the measuring box as a region, while it is in sight, or else the pointer's or the playhead's
 * place; while playing what is heard.  Returns its id. */
uint64_t sb_inspector_add_marker (SbInspector *inspector);
void sb_inspector_rename (SbInspector *inspector, uint64_t id, const char *title);
void sb_inspector_remove_marker (SbInspector *inspector, uint64_t id);
void sb_inspector_undo_markers (SbInspector *inspector);
void sb_inspector_redo_markers (SbInspector *inspector);
void sb_inspector_next_marker (SbInspector *inspector, bool back);
/* On a worker; what came of it is told by the session's "message". */
void sb_inspector_import (SbInspector *inspector, const char *path);
void sb_inspector_export (SbInspector *inspector, const char *path);

/* rate is the recording's. */
SbTimeFormat sb_inspector_times (SbInspector *inspector);
void sb_inspector_set_times (SbInspector *inspector, SbTimeKind kind, double fps);
/* Reading aids, off at first: notes beside the picture; lines at the multiples of the frequency under the pointer. */
bool sb_inspector_notes (SbInspector *inspector);
bool sb_inspector_harmonics (SbInspector *inspector);
void sb_inspector_set_aids (SbInspector *inspector, bool notes, bool harmonics);
char *sb_inspector_format_time (SbInspector *inspector, double s); /* newly allocated */
