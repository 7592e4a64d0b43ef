/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a worker back to the window: `work` runs on the pool, `done` afterwards
 * on the main loop, `free` last, on the main loop too.  A job dropped from the
 * queue is only freed.  Thread: UI. */
#pragma once
#include "base/sb-pool.h"

/* func (data) on the main loop, soon, before the next frame is drawn; then free.  Thread: any. */
void sb_bridge_post (GSourceFunc func, void *data, GDestroyNotify free);
void sb_bridge_run (SbPool *pool, const void *owner, double priority, SbJobFunc work, SbJobFunc done, void *data,
                    GDestroyNotify free);
