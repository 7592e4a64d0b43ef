/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which edit lies under a point of the picture, by the shapes themselves
 * (ungrown).  Pure.  Thread: UI. */
#pragma once
#include "document/sb-document.h"
#include "view/sb-viewport.h"

/* A few pixels around count, too, so that a thin line can be met. */
bool sb_edit_covers (const SbOperation *op, const SbViewport *view, double x, double y);
/* Whether it acts on the channel; −1: on any. */
bool sb_edit_in_channel (const SbOperation *op, int channel);
/* The newest at the place in that channel (−1: in any), muted ones too; borrowed; NULL when there is none. */
SbOperation *sb_edit_at (const SbDocument *document, const SbViewport *view, int channel, double x, double y);
