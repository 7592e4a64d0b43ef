/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Worker threads with one priority queue.  Built on pthreads, not on
 * GThreadPool, so that ThreadSanitizer can see it.  Jobs belong to an owner
 * (any pointer), who may drop what has not started and wait for what has.
 * Thread: any, unless said.  Blocks: a short lock, unless said. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct SbPool SbPool;
typedef void (*SbJobFunc) (void *data);

SbPool *sb_pool_new (int n_threads); /* 0: one per processor, at most 16 */
/* Runs no further job, waits for running ones, frees the queued (their free
 * function is called).  Thread: not from a job. */
void sb_pool_free (SbPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbPool, sb_pool_free)
int sb_pool_n_threads (const SbPool *pool);

/* Lower `priority` runs sooner; equal ones in the order they came.  `free` is
 * called on `data` after the run, or instead of it when dropped; may be NULL. */
void sb_pool_push (SbPool *pool, const void *owner, double priority, SbJobFunc run, void *data,
                   GDestroyNotify free);
/* Drops the owner's queued jobs.  Returns at once. */
void sb_pool_drop (SbPool *pool, const void *owner);
/* Drops the owner's queued jobs and waits for its running ones.
 * Blocks: until they end.  Thread: not from one of the owner's jobs. */
void sb_pool_quiesce (SbPool *pool, const void *owner);
/* Waits until the owner has neither queued nor running jobs. */
void sb_pool_wait (SbPool *pool, const void *owner);
