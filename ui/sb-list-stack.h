/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A list that scrolls, and while it is empty a sentence in its place that says
 * what will stand there.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>
#include <stdbool.h>

GtkWidget *sb_list_stack_new (GtkWidget *list, const char *sentence);
void sb_list_stack_show_list (GtkWidget *stack, bool list); /* false: the sentence */
