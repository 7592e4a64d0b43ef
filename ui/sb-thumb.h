/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small picture of the place where an edit is.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_THUMB (sb_thumb_get_type ())
G_DECLARE_FINAL_TYPE (SbThumb, sb_thumb, SB, THUMB, GtkWidget)

GtkWidget *sb_thumb_new (SbSession *session);
void sb_thumb_set (SbThumb *thumb, SbOperation *op, bool muted); /* NULL: nothing */
