/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the fine tiles of many spectrograms may take together.  Original, result
 * and removed, every channel's lane and every look of a recording share one
 * budget, so memory does not grow with their number; the tiles that were looked
 * at longest ago go first, whoever's they are.  The kept levels are not in it:
 * they are what is left to show when all tiles are gone.
 *
 *   bytes  0 ─────────── limit ─────────────── twice the limit
 *            all may stay  │  only what is in sight  │  nothing more is asked for: coarser cells show
 *
 * A view is an epoch: who composes the same span as whoever composed last is in
 * the same one.  Reference-counted.  Thread: any. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct SbTileBudget SbTileBudget;
struct SbSpectrogram;

SbTileBudget *sb_tile_budget_new (size_t limit_bytes);
/* The one that all spectrograms of this process share unless they are given another.  Referenced. */
SbTileBudget *sb_tile_budget_shared (void);
SbTileBudget *sb_tile_budget_ref (SbTileBudget *budget);
void sb_tile_budget_unref (SbTileBudget *budget); /* NULL is fine */

/* Under no spectrogram's lock. */
void sb_tile_budget_join (SbTileBudget *budget, struct SbSpectrogram *s);
void sb_tile_budget_leave (SbTileBudget *budget, struct SbSpectrogram *s);
/* Drops tiles that are not in sight while there are too many bytes.  Blocks: a short lock. */
void sb_tile_budget_trim (SbTileBudget *budget);

/* The epoch of a view of [from_s, to_s].  Blocks: no. */
uint64_t sb_tile_budget_epoch_of (SbTileBudget *budget, double from_s, double to_s);
uint64_t sb_tile_budget_new_epoch (SbTileBudget *budget);

/* Bytes come and go; under the spectrogram's lock.  Blocks: no. */
void sb_tile_budget_add (SbTileBudget *budget, size_t bytes);
void sb_tile_budget_remove (SbTileBudget *budget, size_t bytes);
size_t sb_tile_budget_bytes (const SbTileBudget *budget);
size_t sb_tile_budget_limit (const SbTileBudget *budget);
/* What is in sight takes twice the limit: no more tiles. */
bool sb_tile_budget_is_full (const SbTileBudget *budget);
