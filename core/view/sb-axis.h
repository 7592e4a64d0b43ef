/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the ticks of a ruler go and what they say; shared by window and
 * picture export.  Thread: any.  Blocks: no. */
#pragma once
#include "view/sb-viewport.h"
#include <glib.h>

typedef struct {
  double pos_px;   /* along the axis */
  bool major;      /* has a label */
  char label[24];  /* UTF-8 */
} SbTick;

/* min_gap_px: room a label needs.  GArray of SbTick, free with g_array_unref(). */
GArray *sb_axis_time (const SbViewport *view, double min_gap_px);
GArray *sb_axis_hz (const SbViewport *view, double min_gap_px);
GArray *sb_axis_db (double low_db, double high_db, int height_px, double min_gap_px);
