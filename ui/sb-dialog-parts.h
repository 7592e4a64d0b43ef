/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What dialogs that write something have in common: a head with Cancel and a
 * verb, a progress line, a sentence when it did not work.  Thread: UI. */
#pragma once
#include <adwaita.h>
#include <stdbool.h>

/* Left-aligned, wrapped. */
GtkWidget *sb_dialog_text (const char *text);
/* *cancel and *accept: the two buttons; accept_label NULL: no such button. */
GtkWidget *sb_dialog_head (const char *title, const char *subtitle, GtkWidget **cancel, const char *accept_label,
                           GtkWidget **accept);

typedef struct {
  GtkWidget *box;   /* of the others; hidden until there is something to show */
  GtkWidget *what, *time, *bar, *note, *fault, *fault_icon, *fault_text;
} SbDialogProgress;

/* note: what is promised meanwhile; may be NULL. */
void sb_dialog_progress_build (SbDialogProgress *progress, const char *note);
/* what and time may be NULL: as they are. */
void sb_dialog_progress_show (SbDialogProgress *progress, double fraction, const char *what, const char *time);
void sb_dialog_progress_hide (SbDialogProgress *progress);
/* Instead of the progress; NULL: nothing went wrong. */
void sb_dialog_progress_fault (SbDialogProgress *progress, const char *sentence);
/* Instead of the progress, what the person wanted: nothing went wrong. */
void sb_dialog_progress_tell (SbDialogProgress *progress, const char *sentence);
