/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-icon-button.h"

GtkWidget *
sb_icon_button (GtkWidget *button, const char *icon, const char *tooltip, const char *label, const char *action)
{
  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label ? label : tooltip, -1);
  if (action)
    gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}
