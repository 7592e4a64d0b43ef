/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inspector's spectrum as a curve over the visible band, with its peaks
 * named and the measuring box's band shaded.  Thread: UI. */
#pragma once
#include "ui/sb-inspector.h"

#include <gtk/gtk.h>

#define SB_TYPE_SLICE_PLOT (sb_slice_plot_get_type ())
G_DECLARE_FINAL_TYPE (SbSlicePlot, sb_slice_plot, SB, SLICE_PLOT, GtkWidget)

GtkWidget *sb_slice_plot_new (SbSession *session);
