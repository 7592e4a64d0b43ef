/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the files that say what is kept (sb-keeping.c) and what is on offer
 * (sb-keeping-offers.c).  Thread: UI. */
#pragma once
#include "ui/sb-keeping.h"
#include "ui/sb-window-private.h"

/* Of the recording that is open; NULL: none is. */
SbStore *sb_keeping_store (SbWindow *window);

void sb_keeping_add_offer_actions (SbWindow *window);
/* Which of them can be taken now. */
void sb_keeping_update_offers (SbWindow *window);
/* There is a store. */
void sb_keeping_announce_found (SbWindow *window);
