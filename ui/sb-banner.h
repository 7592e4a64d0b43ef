/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A lasting state under the header: what happened, what it means, what to do.
 * One at a time.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>
#include <stdbool.h>

#define SB_TYPE_BANNER (sb_banner_get_type ())
G_DECLARE_FINAL_TYPE (SbBanner, sb_banner, SB, BANNER, GtkBox)

GtkWidget *sb_banner_new (void);
/* title bold, then the rest; the button activates `action`. */
void sb_banner_show (SbBanner *banner, const char *title, const char *meaning, const char *button, const char *action);
/* A second way out, beside the first. */
void sb_banner_offer (SbBanner *banner, const char *button, const char *action);
/* Nothing went wrong, but something is for the person to say: neither button stands out. */
void sb_banner_make_choice (SbBanner *banner);
void sb_banner_hide (SbBanner *banner);
