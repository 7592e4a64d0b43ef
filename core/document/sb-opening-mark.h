/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mark in the user's state folder while a recording is being opened: when the
 * program ends before it is taken away, again and again, the recording or its
 * edits may be why, and a person is asked instead of trying for ever.
 * Thread: worker.  Blocks: disk. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct SbOpeningMark SbOpeningMark;

/* *n_died: how many openings in a row did not come to an end.  NULL: no mark can be made, or somebody else is opening
 * it. */
SbOpeningMark *sb_opening_mark_new (const char *folder /* NULL: the default */, const char *path, int *n_died);
/* It was opened, or refused, without harm: forgotten. */
void sb_opening_mark_done (SbOpeningMark *mark);
/* This one was not tried: the mark stays as it was found. */
void sb_opening_mark_give_up (SbOpeningMark *mark);
