/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The line where a mask reaches half of its effect.  Thread: worker.
 * Blocks: compute. */
#pragma once
#include "edit/sb-mask.h"
#include "ui/sb-contour.h"
#include "view/sb-viewport.h"

/* Chains of SbContourPoint for what the view shows, x in seconds, y in hertz, NAN between chains.  New array.
 * channel −1: where any of the first 8 is touched. */
GArray *sb_outline_trace (SbMask *mask, const SbViewport *view, int rate, int channel);
