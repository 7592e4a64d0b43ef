/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-list-stack.h"

GtkWidget *
sb_list_stack_new (GtkWidget *list, const char *sentence)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *none = gtk_label_new (sentence), *stack = gtk_stack_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), list);
  gtk_label_set_justify (GTK_LABEL (none), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (none, "dim-label");
  gtk_widget_set_valign (none, GTK_ALIGN_START);
  gtk_widget_set_margin_top (none, 12);
  gtk_stack_add_named (GTK_STACK (stack), none, "none");
  gtk_stack_add_named (GTK_STACK (stack), scroller, "list");
  gtk_widget_set_vexpand (stack, TRUE);
  return stack;
}

void
sb_list_stack_show_list (GtkWidget *stack, bool list)
{
  gtk_stack_set_visible_child_name (GTK_STACK (stack), list ? "list" : "none");
}
