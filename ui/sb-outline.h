/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The outline of what is painted: the line where an edit reaches half of its
 * effect, on the mask as it really works (grown).  Computed by a worker for one
 * mask and one visible plane, kept in seconds and hertz, so that it can be
 * drawn while a newer one is under way.  Thread: UI. */
#pragma once
#include "ui/sb-contour.h"
#include "ui/sb-session.h"

#define SB_TYPE_OUTLINE (sb_outline_get_type ())
G_DECLARE_FINAL_TYPE (SbOutline, sb_outline, SB, OUTLINE, GObject)

/* Emits "changed" when new lines are there. */
SbOutline *sb_outline_new (SbSession *session);
/* Size of the picture in logical pixels; asks for lines of the present view. */
void sb_outline_update (SbOutline *outline, int width, int height);
/* Chains of points, x in seconds, y in hertz, NAN between chains. */
const SbContourPoint *sb_outline_points (SbOutline *outline, int *n_points);
