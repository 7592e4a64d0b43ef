/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The toggle inside a GtkMenuButton is watched: GTK 4.8 does not tell when
 * "active" of the menu button itself changes. */
#include "ui/sb-menu-tip.h"

static GtkWidget *
menu_button_in (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_MENU_BUTTON (widget) ? widget : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = menu_button_in (child);
  return found;
}

void
sb_menu_tip_guard (GtkWidget *button)
{
  GtkWidget *opener = menu_button_in (button), *toggle = opener ? gtk_widget_get_first_child (opener) : NULL;
  GBindingFlags opposite = G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN;
  if (!toggle || !GTK_IS_TOGGLE_BUTTON (toggle))
    return;
  g_object_bind_property (toggle, "active", opener, "has-tooltip", opposite);
  if (opener != button)
    g_object_bind_property (toggle, "active", button, "has-tooltip", opposite);
}
