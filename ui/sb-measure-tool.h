/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The measuring box under the hand: dragging draws it, its eight handles change
 * it, dragging inside moves it, a click beside it takes it away.  Thread: UI. */
#pragma once
#include "ui/sb-inspector.h"

#include <gtk/gtk.h>

#define SB_TYPE_MEASURE_TOOL (sb_measure_tool_get_type ())
G_DECLARE_FINAL_TYPE (SbMeasureTool, sb_measure_tool, SB, MEASURE_TOOL, GObject)

/* Puts its gesture on `area`, which shows exactly the session's viewport. */
SbMeasureTool *sb_measure_tool_new (SbSession *session, GtkWidget *area);
/* The box is one of this channel's lane; −1, the plain picture: any box. */
bool sb_measure_tool_box_in (SbMeasureTool *tool, int channel);
/* Box, and with the tool in hand its handles, size and the dimmed rest, on the plane of a lane. */
void sb_measure_tool_snapshot (SbMeasureTool *tool, GtkSnapshot *snapshot, const SbViewport *view);
/* Takes back a drag under way; false when there is none. */
bool sb_measure_tool_cancel (SbMeasureTool *tool);
