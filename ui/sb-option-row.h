/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One option of a tool: name, slider, and an entry that takes a number as a
 * person writes it ("1.2k", "-inf", "40ms").  Thread: UI. */
#pragma once
#include <gtk/gtk.h>
#include <stdbool.h>

#define SB_TYPE_OPTION_ROW (sb_option_row_get_type ())
G_DECLARE_FINAL_TYPE (SbOptionRow, sb_option_row, SB, OPTION_ROW, GtkBox)

typedef struct {
  const char *title;
  double (*to_slider) (double value); /* to 0 … 1 */
  double (*from_slider) (double position);
  char *(*format) (double value);
  bool (*parse) (const char *text, double *value);
} SbOptionKind;

/* kind: static.  Emits "changed" (double) when the person changed it. */
GtkWidget *sb_option_row_new (const SbOptionKind *kind);
void sb_option_row_set (SbOptionRow *row, double value);

/* For rows of another kind, to look alike.  row: a GtkBox, still empty. */
void sb_option_row_dress (GtkWidget *row, const char *title);
/* A value that is one of a few: linked toggles, of which one is on. */
GtkWidget *sb_option_row_add_toggles (GtkWidget *row);
/* group: any other of them, NULL for the first. */
GtkWidget *sb_option_toggle (GtkWidget *toggles, const char *label, GtkWidget *group, const char *tooltip);
