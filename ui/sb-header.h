/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The header bar: open, undo, redo, name · Original | Result | Removed ·
 * Export…, panel, menu.  On the start page only the menu stays.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <adwaita.h>

typedef struct SbHeader SbHeader;

SbHeader *sb_header_new (SbSession *session);
void sb_header_free (SbHeader *header);
GtkWidget *sb_header_widget (SbHeader *header);
/* narrow: the format line goes, the name ellipsises. */
void sb_header_set_narrow (SbHeader *header, bool narrow);
