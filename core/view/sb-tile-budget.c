/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-tile-budget-private.h.  Each spectrogram keeps its own tiles in order
 * of use, under its own lock; to find the oldest of all, the last of each is
 * looked at, one lock at a time. */
#include "view/sb-tile-budget-private.h"
#include "view/sb-spectrogram-private.h"
#include <math.h>

#define SHARED_LIMIT_BYTES ((size_t) 96 << 20)

struct SbTileBudget {
  atomic_int refs;
  size_t limit_bytes;
  atomic_size_t bytes;
  atomic_ullong epoch;

  pthread_mutex_t lock; /* taken before a spectrogram's */
  GPtrArray *members;   /* of SbSpectrogram, not referenced: they leave before they go */

  pthread_mutex_t view_lock; /* taken alone: the UI waits for this one only */
  double from_s, to_s;       /* composed last */
};

SbTileBudget *
sb_tile_budget_new (size_t limit_bytes)
{
  SbTileBudget *budget = g_new0 (SbTileBudget, 1);
  atomic_init (&budget->refs, 1);
  budget->limit_bytes = limit_bytes;
  budget->members = g_ptr_array_new ();
  budget->from_s = budget->to_s = NAN;
  pthread_mutex_init (&budget->lock, NULL);
  pthread_mutex_init (&budget->view_lock, NULL);
  return budget;
}

static SbTileBudget *shared;

static void
make_shared (void)
{
  shared = sb_tile_budget_new (SHARED_LIMIT_BYTES);
}

SbTileBudget *
sb_tile_budget_shared (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once (&once, make_shared);
  return sb_tile_budget_ref (shared);
}

SbTileBudget *
sb_tile_budget_ref (SbTileBudget *budget)
{
  atomic_fetch_add (&budget->refs, 1);
  return budget;
}

void
sb_tile_budget_unref (SbTileBudget *budget)
{
  if (!budget || atomic_fetch_sub (&budget->refs, 1) != 1)
    return;
  g_ptr_array_unref (budget->members);
  pthread_mutex_destroy (&budget->lock);
  pthread_mutex_destroy (&budget->view_lock);
  g_free (budget);
}

void
sb_tile_budget_join (SbTileBudget *budget, SbSpectrogram *s)
{
  pthread_mutex_lock (&budget->lock);
  g_ptr_array_add (budget->members, s);
  pthread_mutex_unlock (&budget->lock);
}

void
sb_tile_budget_leave (SbTileBudget *budget, SbSpectrogram *s)
{
  pthread_mutex_lock (&budget->lock);
  g_ptr_array_remove_fast (budget->members, s);
  pthread_mutex_unlock (&budget->lock);
}

/* Whose last tile was used longest ago, before epoch `*before`; NULL: nobody's. */
static SbSpectrogram *
find_oldest (SbTileBudget *budget, uint64_t *before)
{
  SbSpectrogram *oldest = NULL;
  for (guint i = 0; i < budget->members->len; i++) {
    SbSpectrogram *s = budget->members->pdata[i];
    pthread_mutex_lock (&s->lock);
    const SbTile *last = g_queue_peek_tail (&s->pyramid->queue);
    if (last && last->epoch < *before) {
      *before = last->epoch;
      oldest = s;
    }
    pthread_mutex_unlock (&s->lock);
  }
  return oldest;
}

void
sb_tile_budget_trim (SbTileBudget *budget)
{
  if (sb_tile_budget_bytes (budget) <= budget->limit_bytes)
    return;
  pthread_mutex_lock (&budget->lock);
  while (sb_tile_budget_bytes (budget) > budget->limit_bytes) {
    uint64_t epoch = atomic_load (&budget->epoch);
    SbSpectrogram *s = find_oldest (budget, &epoch);
    if (!s)
      break;
    pthread_mutex_lock (&s->lock);
    SbTile *tile;
    while (sb_tile_budget_bytes (budget) > budget->limit_bytes &&
           (tile = g_queue_peek_tail (&s->pyramid->queue)) != NULL && tile->epoch <= epoch)
      sb_pyramid_drop_tile (s->pyramid, tile);
    pthread_mutex_unlock (&s->lock);
  }
  pthread_mutex_unlock (&budget->lock);
}

uint64_t
sb_tile_budget_epoch_of (SbTileBudget *budget, double from_s, double to_s)
{
  pthread_mutex_lock (&budget->view_lock);
  if (from_s != budget->from_s || to_s != budget->to_s)
    atomic_fetch_add (&budget->epoch, 1);
  budget->from_s = from_s;
  budget->to_s = to_s;
  uint64_t epoch = atomic_load (&budget->epoch);
  pthread_mutex_unlock (&budget->view_lock);
  return epoch;
}

uint64_t
sb_tile_budget_new_epoch (SbTileBudget *budget)
{
  return sb_tile_budget_epoch_of (budget, NAN, NAN);
}

void
sb_tile_budget_add (SbTileBudget *budget, size_t bytes)
{
  atomic_fetch_add (&budget->bytes, bytes);
}

void
sb_tile_budget_remove (SbTileBudget *budget, size_t bytes)
{
  atomic_fetch_sub (&budget->bytes, bytes);
}

size_t
sb_tile_budget_bytes (const SbTileBudget *budget)
{
  return atomic_load (&budget->bytes);
}

size_t
sb_tile_budget_limit (const SbTileBudget *budget)
{
  return budget->limit_bytes;
}

bool
sb_tile_budget_is_full (const SbTileBudget *budget)
{
  return sb_tile_budget_bytes (budget) > 2 * budget->limit_bytes;
}
