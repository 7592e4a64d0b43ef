/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frequency that a hand points at, moved to the strongest ridge near it.
 * What is near: three bins, or eight pixels where those are more.  Asked of a
 * worker, so the hand's own frequency holds until the answer is there.
 * Thread: UI. */
#pragma once
#include "ui/sb-session.h"

typedef struct SbSnap SbSnap;

SbSnap *sb_snap_new (SbSession *session, void (*found) (void *data), void *data);
void sb_snap_free (SbSnap *snap);
void sb_snap_set_off (SbSnap *snap, bool off); /* the hand's own frequency */
void sb_snap_forget (SbSnap *snap);            /* another drag begins */
/* x and y: on the plane of `view`, which shows `channel` (−1: all). */
void sb_snap_ask (SbSnap *snap, const SbViewport *view, double x, double y, int channel);
double sb_snap_hz (SbSnap *snap, const SbViewport *view, double y);
