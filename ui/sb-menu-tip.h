/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A menu button's tooltip, which keeps away from the open menu.
 * Thread: UI. */
#pragma once
#include <gtk/gtk.h>

/* `button` holds a GtkMenuButton or is one.  While its menu is open neither it nor `button` has a tooltip: GTK asks
 * a menu's entries for their tooltip and then all their parents, so the button's would lie over the first entry. */
void sb_menu_tip_guard (GtkWidget *button);
