/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Peak meter, two bars over a scale in dB, 1.5 s peak hold and a lamp that stays lit
 * after full scale was passed, until it is clicked.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>
#include <stdbool.h>

#define SB_TYPE_METER (sb_meter_get_type ())
G_DECLARE_FINAL_TYPE (SbMeter, sb_meter, SB, METER, GtkWidget)

GtkWidget *sb_meter_new (void);
void sb_meter_feed (SbMeter *meter, const float peaks[2], gint64 now_us);
bool sb_meter_is_quiet (SbMeter *meter); /* nothing left to fall back */
