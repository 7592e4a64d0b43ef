/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Results travel as sources of the main loop (never g_main_context_invoke(),
 * which may run them on the worker itself); a worker never touches a widget. */
#include "ui/sb-worker-bridge.h"

typedef struct {
  SbJobFunc work, done;
  void *data;
  GDestroyNotify free;
  bool handed_over; /* written by the worker before the pool's free function runs on the same thread */
} Crossing;

void
sb_bridge_post (GSourceFunc func, void *data, GDestroyNotify free)
{
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_HIGH_IDLE);
  g_source_set_callback (source, func, data, free);
  g_source_attach (source, NULL);
  g_source_unref (source);
}

static void
crossing_free (void *data)
{
  Crossing *crossing = data;
  if (crossing->free)
    crossing->free (crossing->data);
  g_free (crossing);
}

static gboolean
arrive (void *data)
{
  Crossing *crossing = data;
  crossing->done (crossing->data);
  return G_SOURCE_REMOVE;
}

static void
run (void *data)
{
  Crossing *crossing = data;
  crossing->work (crossing->data);
  crossing->handed_over = true;
}

static void
after_run (void *data)
{
  Crossing *crossing = data;
  if (crossing->handed_over)
    sb_bridge_post (arrive, crossing, crossing_free);
  else
    crossing_free (crossing);
}

void
sb_bridge_run (SbPool *pool, const void *owner, double priority, SbJobFunc work, SbJobFunc done, void *data,
               GDestroyNotify free)
{
  Crossing *crossing = g_new0 (Crossing, 1);
  *crossing = (Crossing){.work = work, .done = done, .data = data, .free = free};
  sb_pool_push (pool, owner, priority, run, crossing, after_run);
}
