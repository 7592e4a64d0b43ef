/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Channels above one another: which row of pixels belongs to which channel.
 *
 *   y = 0  ┌────────────┐
 *          │ channel 0  │  lane 0
 *          ├────────────┤  gap
 *          │ channel 1  │  lane 1
 *   height └────────────┘
 *
 * All lanes show the same span and band; their heights differ by a pixel at
 * most.  One lane without a channel of its own (−1) is the plain picture.
 * A plain value.  Thread: any.  Blocks: no. */
#pragma once
#include "view/sb-viewport.h"
#include <stdbool.h>
#include <stddef.h>

enum { SB_MOST_LANES = 16 };

typedef struct {
  int first; /* channel of the top lane; −1: the one lane shows all together */
  int n;     /* ≥ 1 */
  int height_px, gap_px;
} SbLanes;

/* One lane over the whole height. */
SbLanes sb_lanes_single (int height_px, int channel);
/* As many of `channels` as have `least_px` each, at most `most` and SB_MOST_LANES, from `first` on or as far up as it
 * takes to fill the height. */
SbLanes sb_lanes_stacked (int height_px, int channels, int first, int least_px, int most);
bool sb_lanes_equal (const SbLanes *a, const SbLanes *b);

static inline int
sb_lanes_channel (const SbLanes *lanes, int lane)
{
  return lanes->first + lane;
}
/* The lane of a channel; −1: it is not shown. */
int sb_lanes_of_channel (const SbLanes *lanes, int channel);
int sb_lanes_top (const SbLanes *lanes, int lane);
int sb_lanes_height (const SbLanes *lanes, int lane);
/* The lane at y, outside: the nearest.  A gap belongs to the lane above it. */
int sb_lanes_at (const SbLanes *lanes, double y);
/* The plane of a lane, y counted from its top.  `whole`: span, band, scale and width. */
SbViewport sb_lanes_viewport (const SbLanes *lanes, int lane, const SbViewport *whole);
/* y from the top of all, taken into the lane: 0 … its height.  With a single lane y stays as it is. */
double sb_lanes_into (const SbLanes *lanes, int lane, double y);
/* What people call a channel: "L" and "R" of two, else "1", "2" …; of one, and for −1, "". */
void sb_lanes_name (int channel, int channels, char *name, size_t size);
