/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Turns what the hand does over the picture into one operation: a stroke, a
 * box or band, a lasso, a comb; seen and heard while it is drawn.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_PAINTER (sb_painter_get_type ())
G_DECLARE_FINAL_TYPE (SbPainter, sb_painter, SB, PAINTER, GObject)

/* Puts its gestures on `area`, which shows exactly the session's viewport.  Emits "changed". */
SbPainter *sb_painter_new (SbSession *session, GtkWidget *area);
bool sb_painter_is_active (SbPainter *painter);
/* Takes back what is under way; false when nothing is. */
bool sb_painter_cancel (SbPainter *painter);
/* The same by keys, with any tool that paints: what is begun at a place follows the moves until it is let go, or, held,
 * until it is begun again.  Nothing happens while a drag is under way, and of _move() and _release() while
 * nothing is. */
void sb_painter_press (SbPainter *painter, double x, double y, bool held);
void sb_painter_move (SbPainter *painter, double x, double y);
void sb_painter_release (SbPainter *painter);
/* The comb's lowest line while one is placed: on the strongest ridge near the hand, where there is one and Shift is not
 * held.  false: none is. */
bool sb_painter_f0 (SbPainter *painter, double *f0_hz);
/* The lane it paints in while it is active. */
int sb_painter_lane (SbPainter *painter);
/* What is under way, or would be begun in a lane of channel `hand`, acts on this channel's lane, too. */
bool sb_painter_reaches (SbPainter *painter, int hand, int channel);
/* The shape being drawn (box, lasso), in white, on the plane of a lane. */
void sb_painter_draw (SbPainter *painter, cairo_t *cr, const SbViewport *view);
/* The part of a stroke whose result is not on the screen yet, dark; on the plane of a lane. */
void sb_painter_snapshot_pending (SbPainter *painter, GtkSnapshot *snapshot, const SbViewport *view);
