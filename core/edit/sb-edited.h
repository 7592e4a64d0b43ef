/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Resynthesis: what a mask takes out of a source, and what is left.
 *
 *   r(n) = Σ_k g·IRFFT((1 − G_k)·X_k) / Σ_k g²     removed
 *   y    = x − r                                    result; bit-identical to x where r = 0
 *
 * Both are sources over the same immutable SbResynth, which keeps r in blocks.
 * Every frame sums its columns in ascending order, so any block size, read order and
 * thread count gives the same bits.  Thread: any.  Blocks: the source below, compute. */
#pragma once
#include "audio/sb-source.h"
#include "edit/sb-mask.h"

typedef struct SbResynth SbResynth;

/* References both.  `previous` (same source below, may be NULL) lends blocks in which the masks agree. */
SbResynth *sb_resynth_new (SbSource *below, SbMask *mask, SbResynth *previous, GError **error);
SbResynth *sb_resynth_ref (SbResynth *resynth);
void sb_resynth_unref (SbResynth *resynth);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbResynth, sb_resynth_unref)
SbMask *sb_resynth_mask (SbResynth *resynth);
SbSource *sb_resynth_below (SbResynth *resynth);
/* Whether r may differ from 0 anywhere in [pos, pos + n); false is a promise.  Blocks: no. */
bool sb_resynth_touches (SbResynth *resynth, int64_t pos, int64_t n);

SbSource *sb_edited_source_new (SbResynth *resynth);  /* y = x − r */
SbSource *sb_removed_source_new (SbResynth *resynth); /* r */
