/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lasting states under the header: what happened, what it means, what to do.
 * There may be several at a time; the worst is shown, and when it has gone the
 * next one that still holds.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>
#include <stdbool.h>

#define SB_TYPE_BANNER (sb_banner_get_type ())
G_DECLARE_FINAL_TYPE (SbBanner, sb_banner, SB, BANNER, GtkBox)

/* The worst first. */
typedef enum {
  SB_LASTING_NOT_KEPT,  /* edits that are not on the disk */
  SB_LASTING_FILE,      /* the recording is gone, shorter, changed, unreadable */
  SB_LASTING_READ_ONLY, /* another window has it */
  SB_LASTING_MEANING,   /* edits of other content: a person says what they are for */
  SB_LASTING_UNPLAYED,  /* what was to be played cannot be read */
  SB_LASTING_SOUND,     /* no device */
  SB_LASTING_FOUND,     /* what was found at opening, edits on offer */
  SB_LASTING_ASIDE,     /* edits that were set aside, on offer */
  SB_N_LASTING
} SbLasting;

typedef struct {
  const char *title, *meaning;      /* the title is shown bold */
  const char *button, *action;      /* NULL: none */
  const char *other, *other_action; /* a second way out, beside the first; NULL: none */
  bool choice; /* nothing went wrong, but something is for the person to say: neither button stands out */
  bool closeable; /* … or to leave: win.dismiss-banner, at the end of the row */
} SbLastingText;

GtkWidget *sb_banner_new (void);
/* Copies.  text NULL: this state has gone. */
void sb_banner_set (SbBanner *banner, SbLasting state, const SbLastingText *text);
void sb_banner_clear (SbBanner *banner);
bool sb_banner_has (const SbBanner *banner, SbLasting state);
/* Which one is shown; SB_N_LASTING: none. */
SbLasting sb_banner_shown (const SbBanner *banner);
const SbLastingText *sb_banner_text (const SbBanner *banner, SbLasting state); /* borrowed; NULL: it does not hold */
