/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of the painter share: sb-painter.c (the course of a drag),
 * sb-painter-shape.c (what it means), sb-painter-draw.c (how it is shown
 * meanwhile). */
#pragma once
#include "ui/sb-painter.h"
#include "ui/sb-pending.h"
#include "ui/sb-session-lanes.h"
#include "ui/sb-snap.h"

struct _SbPainter {
  GObject parent;
  SbSession *session;
  GtkWidget *area; /* owns the gesture, outlives us */
  GtkGesture *drag;
  bool active;
  bool by_keys, held, let_go; /* begun by a key; goes on when that is let go; it was, since */
  SbTool tool;
  GArray *points; /* of SbOpPoint */
  int lane, channel;        /* where it began; channel −1: all */
  double start_s, start_hz; /* where it began, whatever is visible meanwhile */
  double x, y;              /* y from the lane's top */
  double radius_s, radius_hz;
  SbSnap *snap; /* of a comb's lowest line */
  char *id; /* of the stroke in progress: previews that share it are known to continue one another */
  guint tick;
  SbPending *pending;
  guint n_sent; /* points in the last preview; of a shape without points: 1 */
  bool preview_due, previewed;
  bool workers_busy;              /* with what is visible of the last preview */
  gint64 sent_us, sending_took_us; /* of the last preview */
};

SbLanes sb_painter_lanes (SbPainter *self);
SbViewport sb_painter_viewport (SbPainter *self); /* of the lane it began in */
/* What box, time band and frequency band cover, between two corners. */
void sb_painter_box (SbPainter *self, SbOpSpec *spec);
/* A comb over the time dragged, whose lowest line is where the drag is now; a dab beyond the band would be refused. */
void sb_painter_comb (SbPainter *self, SbOpSpec *spec);
SbOperation *sb_painter_operation (SbPainter *self, GError **error);
/* Not meant as a shape yet: a slip of the hand, or on its way. */
bool sb_painter_is_too_small (SbPainter *self);
