/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A button that is a picture says what it does in its tooltip, and in its label
 * to those who do not see it.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>

/* Returns `button`, a plain one or a toggle.  label NULL: as the tooltip; action may be NULL. */
GtkWidget *sb_icon_button (GtkWidget *button, const char *icon, const char *tooltip, const char *label,
                           const char *action);
