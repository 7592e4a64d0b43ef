/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Short lines at the multiples of the frequency that is read, with their
 * numbers.  Thread: UI. */
#pragma once
#include "view/sb-viewport.h"

#include <gtk/gtk.h>

/* x: the pointer's, on the plane of `view`; hz: what is read there. */
void sb_harmonic_cursor_append (GtkWidget *widget, GtkSnapshot *snapshot, const SbViewport *view, double x, double hz);
