/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lane i of n and the gap below it take the rows
 * ⌊i·(height + gap)/n⌋ … ⌊(i + 1)·(height + gap)/n⌋: nothing is left over. */
#include "view/sb-lanes.h"

#include <glib.h>

SbLanes
sb_lanes_single (int height_px, int channel)
{
  return (SbLanes){.first = channel, .n = 1, .height_px = MAX (height_px, 1)};
}

SbLanes
sb_lanes_stacked (int height_px, int channels, int first, int least_px, int most)
{
  SbLanes lanes = {.height_px = MAX (height_px, 1), .gap_px = 1};
  int fit = (lanes.height_px + lanes.gap_px) / (MAX (least_px, 1) + lanes.gap_px);
  lanes.n = CLAMP (fit, 1, MAX (1, MIN (MIN (channels, most), SB_MOST_LANES)));
  lanes.first = CLAMP (first, 0, MAX (channels - lanes.n, 0));
  return lanes;
}

bool
sb_lanes_equal (const SbLanes *a, const SbLanes *b)
{
  return a->first == b->first && a->n == b->n && a->height_px == b->height_px && a->gap_px == b->gap_px;
}

int
sb_lanes_of_channel (const SbLanes *lanes, int channel)
{
  int lane = channel - lanes->first;
  return lane >= 0 && lane < lanes->n ? lane : -1;
}

int
sb_lanes_top (const SbLanes *lanes, int lane)
{
  return (int) ((int64_t) lane * (lanes->height_px + lanes->gap_px) / lanes->n);
}

int
sb_lanes_height (const SbLanes *lanes, int lane)
{
  return MAX (1, sb_lanes_top (lanes, lane + 1) - lanes->gap_px - sb_lanes_top (lanes, lane));
}

int
sb_lanes_at (const SbLanes *lanes, double y)
{
  int lane = 0;
  while (lane + 1 < lanes->n && y >= sb_lanes_top (lanes, lane + 1))
    lane++;
  return lane;
}

SbViewport
sb_lanes_viewport (const SbLanes *lanes, int lane, const SbViewport *whole)
{
  SbViewport view = *whole;
  view.height_px = sb_lanes_height (lanes, lane);
  return view;
}

double
sb_lanes_into (const SbLanes *lanes, int lane, double y)
{
  if (lanes->n == 1)
    return y;
  return CLAMP (y - sb_lanes_top (lanes, lane), 0, sb_lanes_height (lanes, lane));
}

void
sb_lanes_name (int channel, int channels, char *name, size_t size)
{
  if (channel < 0 || channels < 2)
    g_strlcpy (name, "", size);
  else if (channels == 2)
    g_strlcpy (name, channel ? "R" : "L", size);
  else
    g_snprintf (name, size, "%d", channel + 1);
}
