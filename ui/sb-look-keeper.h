/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a recording is looked at is kept with its edits and is there again when
 * it is opened again: span, band, axes, colours, resolution, channels, panel
 * page, tool and brush.  No steps of the history; written by the store's thread
 * once a change has rested.  Thread: UI. */
#pragma once
#include "document/sb-store.h"
#include "ui/sb-session.h"

#include <gio/gio.h>

typedef struct SbLookKeeper SbLookKeeper;

/* `actions`: the window's, whose states are what is kept; borrowed. */
SbLookKeeper *sb_look_keeper_new (GActionGroup *actions, SbSession *session);
/* Another recording is there: looks at it as its store says, and keeps what changes from now on. */
void sb_look_keeper_attach (SbLookKeeper *keeper, SbStore *store);
/* Hands over what has changed and leaves the store alone from now on. */
void sb_look_keeper_let_go (SbLookKeeper *keeper);
/* Everything as it is now, for a project that is saved. */
void sb_look_keeper_fill (SbLookKeeper *keeper, GHashTable *view);
void sb_look_keeper_free (SbLookKeeper *keeper);
