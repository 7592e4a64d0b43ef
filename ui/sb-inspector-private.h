/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inspector's fields, for the files that implement it. */
#pragma once
#include "ui/sb-inspector.h"

/* What a hand set last; see sb_inspector_add_marker(). */
typedef enum { SB_SET_PLAYHEAD, SB_SET_POINTER, SB_SET_BOX } SbSetLast;

struct _SbInspector {
  GObject parent;
  SbSession *session; /* NULL once it is gone */
  bool inside;
  SbPlace at;
  bool has_box;
  SbBox box;
  int box_channel;
  bool watched;
  SbSlice *slice;
  int slice_channel;
  bool slice_busy, slice_again;
  bool measured, measure_again;
  SbMeasurement measurement;
  SbProgress *measure_progress; /* NULL: none is under way */
  SbMarkers *markers;
  uint64_t selected;
  bool file_busy;
  SbTimeKind time_kind;
  double fps;
  bool notes, harmonics;
  SbSetLast set_last;
  bool heard;         /* playing began after the box was set */
  bool was_playing;
  guint n_seeks;      /* of the session, as last seen */
  uint64_t last_step; /* of the edits, as last seen */
};

void sb_inspector_emit (SbInspector *inspector, const char *signal);
/* sb-inspector-jobs.c */
void sb_inspector_ask_slice (SbInspector *inspector);
void sb_inspector_ask_measurement (SbInspector *inspector);
