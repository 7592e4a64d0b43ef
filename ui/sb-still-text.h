/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A few texts in fixed places that change often: unlike labels they never ask
 * for another size, so that a new text is drawn anew and nothing is laid out
 * again.  (A label's size is found by shaping its text several times, which is
 * most of what a new row in a list costs.)  Too long a text ends in an ellipsis.
 * Thread: UI. */
#pragma once
#include <gtk/gtk.h>
#include <stdbool.h>

#define SB_TYPE_STILL_TEXT (sb_still_text_get_type ())
G_DECLARE_FINAL_TYPE (SbStillText, sb_still_text, SB, STILL_TEXT, GtkWidget)

typedef struct {
  int line;    /* from 0 */
  int n_lines; /* it may wrap into; 0: one */
  bool right;  /* at its line's end; what else is in the line takes what is left */
  bool bold;
  double px, opacity;
} SbStillStyle;

enum { SB_STILL_MOST = 4 };

/* styles: [n], n ≤ SB_STILL_MOST; kept. */
GtkWidget *sb_still_text_new (const SbStillStyle *styles, int n);
void sb_still_text_set (SbStillText *self, int i, const char *text);
/* Over the style's: 1 as it says. */
void sb_still_text_set_opacity (SbStillText *self, int i, double opacity);
