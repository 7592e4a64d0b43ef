/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The waveform above the picture: the result in front of the original.
 * Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_WAVE_LANE (sb_wave_lane_get_type ())
G_DECLARE_FINAL_TYPE (SbWaveLane, sb_wave_lane, SB, WAVE_LANE, GtkWidget)

GtkWidget *sb_wave_lane_new (SbSession *session);
