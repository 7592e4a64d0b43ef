/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-side-panel.h"
#include "ui/sb-edit-panel.h"
#include "ui/sb-inspect-page.h"

#include <adwaita.h>

enum { PANEL_WIDTH = 340 };

static GtkWidget *
page_toggle (const char *title, const char *page, const char *tooltip)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (title);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_hexpand (button, TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.page");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", page);
  return button;
}

GtkWidget *
sb_side_panel_new (SbSession *session)
{
  GtkWidget *panel = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *toggles = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *stack = gtk_stack_new ();
  gtk_widget_add_css_class (panel, "panel");
  gtk_widget_set_size_request (panel, PANEL_WIDTH, -1);
  gtk_widget_set_hexpand (panel, FALSE); /* the canvas takes what is left */
  gtk_widget_add_css_class (toggles, "linked");
  gtk_widget_add_css_class (toggles, "pages");
  gtk_box_append (GTK_BOX (toggles), page_toggle ("Edit", "edit", "Options of the tool and the list of edits"));
  gtk_box_append (GTK_BOX (toggles), page_toggle ("Inspect", "inspect", "Spectrum, measurement and markers"));
  gtk_box_append (GTK_BOX (panel), toggles);
  GtkWidget *edit = sb_edit_panel_new (session), *inspect = sb_inspect_page_new (session);
  gtk_widget_set_vexpand (edit, TRUE);
  gtk_widget_set_vexpand (inspect, TRUE);
  gtk_stack_add_named (GTK_STACK (stack), edit, "edit");
  gtk_stack_add_named (GTK_STACK (stack), inspect, "inspect");
  gtk_stack_set_hhomogeneous (GTK_STACK (stack), FALSE); /* the clamp keeps both at one width */
  gtk_stack_set_vhomogeneous (GTK_STACK (stack), FALSE);
  gtk_box_append (GTK_BOX (panel), stack);
  GtkWidget *clamp = adw_clamp_new (); /* however long a line of text would like to be */
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), PANEL_WIDTH);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), PANEL_WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), panel);
  gtk_widget_set_hexpand (clamp, FALSE);
  g_object_set_data (G_OBJECT (clamp), "stack", stack);
  return clamp;
}

void
sb_side_panel_show (GtkWidget *panel, const char *page)
{
  gtk_stack_set_visible_child_name (g_object_get_data (G_OBJECT (panel), "stack"), page);
}

const char *
sb_side_panel_page (GtkWidget *panel)
{
  return gtk_stack_get_visible_child_name (g_object_get_data (G_OBJECT (panel), "stack"));
}
