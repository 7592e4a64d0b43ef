/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Loose line segments joined into chains, which draw faster and without a cap
 * at every cell.  Pure.  Thread: any.  Blocks: no. */
#pragma once
#include <glib.h>

typedef struct {
  double x, y; /* NAN: a chain ends here */
} SbContourPoint;

typedef struct {
  SbContourPoint a, b;
} SbContourSegment;

/* segments: of SbContourSegment, whose common ends are equal to 1/1024.  Points on a straight run are left out.
 * A closed chain ends in its first point.  New array of SbContourPoint. */
GArray *sb_contour_join (const GArray *segments);
