/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-pool.h.  The queue is a binary heap on (priority, arrival); running
 * jobs are remembered by owner, one slot a thread. */
#include "base/sb-pool.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct {
  double priority;
  guint64 arrival;
  const void *owner;
  SbJobFunc run;
  void *data;
  GDestroyNotify free;
} Job;

struct SbPool {
  int n_threads;
  pthread_t *threads;
  pthread_mutex_t lock;
  pthread_cond_t work;  /* something to do, or the end */
  pthread_cond_t ended; /* a job ended or was dropped */
  /* under the lock */
  GArray *heap; /* of Job, smallest first */
  guint64 arrivals;
  const void **running; /* owner a thread works for, NULL when idle */
  bool stopping;
};

typedef struct {
  SbPool *pool;
  int index;
} Start;

static bool
job_before (const Job *a, const Job *b)
{
  return a->priority < b->priority || (a->priority == b->priority && a->arrival < b->arrival);
}

static void
heap_swap (GArray *heap, guint i, guint j)
{
  Job job = g_array_index (heap, Job, i);
  g_array_index (heap, Job, i) = g_array_index (heap, Job, j);
  g_array_index (heap, Job, j) = job;
}

static void
heap_sift_up (GArray *heap, guint i)
{
  while (i > 0 && job_before (&g_array_index (heap, Job, i), &g_array_index (heap, Job, (i - 1) / 2))) {
    heap_swap (heap, i, (i - 1) / 2);
    i = (i - 1) / 2;
  }
}

static void
heap_sift_down (GArray *heap, guint i)
{
  for (;;) {
    guint least = i;
    for (guint child = 2 * i + 1; child <= 2 * i + 2 && child < heap->len; child++)
      if (job_before (&g_array_index (heap, Job, child), &g_array_index (heap, Job, least)))
        least = child;
    if (least == i)
      return;
    heap_swap (heap, i, least);
    i = least;
  }
}

static Job
heap_pop (GArray *heap)
{
  Job job = g_array_index (heap, Job, 0);
  g_array_index (heap, Job, 0) = g_array_index (heap, Job, heap->len - 1);
  g_array_set_size (heap, heap->len - 1);
  heap_sift_down (heap, 0);
  return job;
}

static void *
worker (void *data)
{
  Start start = *(Start *)data;
  SbPool *pool = start.pool;
  g_free (data);
  pthread_setname_np (pthread_self (), "sb-worker");
#ifdef __linux__
  setpriority (PRIO_PROCESS, 0, getpriority (PRIO_PROCESS, 0) + 5); /* this thread only: below feeder and window */
#endif
  pthread_mutex_lock (&pool->lock);
  for (;;) {
    while (pool->heap->len == 0 && !pool->stopping)
      pthread_cond_wait (&pool->work, &pool->lock);
    if (pool->stopping)
      break;
    Job job = heap_pop (pool->heap);
    pool->running[start.index] = job.owner;
    pthread_mutex_unlock (&pool->lock);
    job.run (job.data);
    if (job.free != NULL)
      job.free (job.data);
    pthread_mutex_lock (&pool->lock);
    pool->running[start.index] = NULL;
    pthread_cond_broadcast (&pool->ended);
  }
  pthread_mutex_unlock (&pool->lock);
  return NULL;
}

SbPool *
sb_pool_new (int n_threads)
{
  SbPool *pool = g_new0 (SbPool, 1);
  if (n_threads <= 0)
    n_threads = (int)CLAMP (sysconf (_SC_NPROCESSORS_ONLN), 1, 16);
  pthread_mutex_init (&pool->lock, NULL);
  pthread_cond_init (&pool->work, NULL);
  pthread_cond_init (&pool->ended, NULL);
  pool->heap = g_array_new (FALSE, FALSE, sizeof (Job));
  pool->threads = g_new0 (pthread_t, n_threads);
  pool->running = g_new0 (const void *, n_threads);
  for (int i = 0; i < n_threads; i++) {
    Start *start = g_new (Start, 1);
    *start = (Start){ pool, i };
    if (pthread_create (&pool->threads[i], NULL, worker, start) != 0) {
      g_free (start);
      break;
    }
    pool->n_threads++;
  }
  if (pool->n_threads == 0)
    g_error ("The system refused to start a thread.");
  return pool;
}

static void
free_job (Job *job)
{
  if (job->free != NULL)
    job->free (job->data);
}

void
sb_pool_free (SbPool *pool)
{
  if (pool == NULL)
    return;
  pthread_mutex_lock (&pool->lock);
  pool->stopping = true;
  pthread_cond_broadcast (&pool->work);
  pthread_mutex_unlock (&pool->lock);
  for (int i = 0; i < pool->n_threads; i++)
    pthread_join (pool->threads[i], NULL);
  /* One by one: to free a job may drop others from the queue. */
  while (pool->heap->len > 0) {
    Job job = heap_pop (pool->heap);
    free_job (&job);
  }
  g_array_unref (pool->heap);
  pthread_mutex_destroy (&pool->lock);
  pthread_cond_destroy (&pool->work);
  pthread_cond_destroy (&pool->ended);
  g_free (pool->threads);
  g_free (pool->running);
  g_free (pool);
}

int
sb_pool_n_threads (const SbPool *pool)
{
  return pool->n_threads;
}

void
sb_pool_push (SbPool *pool, const void *owner, double priority, SbJobFunc run, void *data, GDestroyNotify free)
{
  pthread_mutex_lock (&pool->lock);
  Job job = { priority, pool->arrivals++, owner, run, data, free };
  g_array_append_val (pool->heap, job);
  heap_sift_up (pool->heap, pool->heap->len - 1);
  pthread_cond_signal (&pool->work);
  pthread_mutex_unlock (&pool->lock);
}

/* Takes the owner's jobs out of the queue; the caller frees them without the lock. */
static GArray *
take_queued (SbPool *pool, const void *owner)
{
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (Job));
  guint kept = 0;
  for (guint i = 0; i < pool->heap->len; i++) {
    Job job = g_array_index (pool->heap, Job, i);
    if (job.owner == owner)
      g_array_append_val (taken, job);
    else
      g_array_index (pool->heap, Job, kept++) = job;
  }
  g_array_set_size (pool->heap, kept);
  for (guint i = kept / 2; i-- > 0;)
    heap_sift_down (pool->heap, i);
  if (taken->len > 0)
    pthread_cond_broadcast (&pool->ended);
  return taken;
}

static bool
is_running (SbPool *pool, const void *owner)
{
  for (int i = 0; i < pool->n_threads; i++)
    if (pool->running[i] == owner)
      return true;
  return false;
}

static bool
is_queued (SbPool *pool, const void *owner)
{
  for (guint i = 0; i < pool->heap->len; i++)
    if (g_array_index (pool->heap, Job, i).owner == owner)
      return true;
  return false;
}

static void
free_taken (GArray *taken)
{
  for (guint i = 0; i < taken->len; i++)
    free_job (&g_array_index (taken, Job, i));
  g_array_unref (taken);
}

void
sb_pool_drop (SbPool *pool, const void *owner)
{
  pthread_mutex_lock (&pool->lock);
  GArray *taken = take_queued (pool, owner);
  pthread_mutex_unlock (&pool->lock);
  free_taken (taken);
}

void
sb_pool_quiesce (SbPool *pool, const void *owner)
{
  pthread_mutex_lock (&pool->lock);
  for (;;) {
    GArray *taken = take_queued (pool, owner);
    if (taken->len > 0) {
      pthread_mutex_unlock (&pool->lock);
      free_taken (taken);
      pthread_mutex_lock (&pool->lock);
      continue;
    }
    g_array_unref (taken);
    if (!is_running (pool, owner))
      break;
    pthread_cond_wait (&pool->ended, &pool->lock);
  }
  pthread_mutex_unlock (&pool->lock);
}

void
sb_pool_wait (SbPool *pool, const void *owner)
{
  pthread_mutex_lock (&pool->lock);
  while (is_running (pool, owner) || is_queued (pool, owner))
    pthread_cond_wait (&pool->ended, &pool->lock);
  pthread_mutex_unlock (&pool->lock);
}
