/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which edit lies under a point of the picture, by the shapes themselves
 * (ungrown).  Pure.  Thread: UI. */
#pragma once
#include "document/sb-document.h"
#include "view/sb-viewport.h"

/* A few pixels around count, too, so that a thin line can be met. */
bool sb_edit_covers (const SbOperation *op, const SbViewport *view, double x, double y);
/* The newest at the place, muted ones too; borrowed; NULL when there is none. */
SbOperation *sb_edit_at (const SbDocument *document, const SbViewport *view, double x, double y);
