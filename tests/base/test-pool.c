/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sb-pool.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct {
  atomic_int runs, frees;
  int order[64];
} Count;

typedef struct {
  Count *count;
  int number;
  atomic_bool *gate; /* waits until it opens */
} Job;

static atomic_int n_at_gate; /* workers that have come to a gate, ever */

static void
run (void *data)
{
  Job *job = data;
  if (job->gate != NULL)
    atomic_fetch_add (&n_at_gate, 1);
  while (job->gate != NULL && !atomic_load (job->gate))
    g_usleep (100);
  int at = atomic_fetch_add (&job->count->runs, 1);
  job->count->order[at % 64] = job->number;
}

static void
release (void *data)
{
  Job *job = data;
  atomic_fetch_add (&job->count->frees, 1);
  g_free (job);
}

static Job *
job_new (Count *count, int number, atomic_bool *gate)
{
  Job *job = g_new (Job, 1);
  *job = (Job){ count, number, gate };
  return job;
}

static void
test_priority (void)
{
  Count count = { 0 };
  atomic_bool gate = false;
  const int before = atomic_load (&n_at_gate);
  SbPool *pool = sb_pool_new (1);
  sb_pool_push (pool, &count, -1e9, run, job_new (&count, 99, &gate), release);
  while (atomic_load (&n_at_gate) == before) /* the only worker now waits there */
    g_usleep (100);
  const double priorities[] = { 5, 1, 3, 1, 4 };
  for (int i = 0; i < 5; i++)
    sb_pool_push (pool, &count, priorities[i], run, job_new (&count, i, NULL), release);
  atomic_store (&gate, true);
  sb_pool_wait (pool, &count);
  g_assert_cmpint (count.runs, ==, 6);
  const int expected[] = { 99, 1, 3, 2, 4, 0 };
  for (int i = 0; i < 6; i++)
    g_assert_cmpint (count.order[i], ==, expected[i]);
  sb_pool_free (pool);
  g_assert_cmpint (count.frees, ==, 6);
}

static void
test_drop (void)
{
  Count mine = { 0 }, other = { 0 };
  atomic_bool gate = false;
  const int before = atomic_load (&n_at_gate);
  SbPool *pool = sb_pool_new (2);
  sb_pool_push (pool, &mine, 0, run, job_new (&mine, 0, &gate), release);
  sb_pool_push (pool, &mine, 0, run, job_new (&mine, 1, &gate), release);
  while (atomic_load (&n_at_gate) < before + 2) /* both workers stand at the gate */
    g_usleep (100);
  for (int i = 0; i < 20; i++) {
    sb_pool_push (pool, &mine, i, run, job_new (&mine, i, NULL), release);
    sb_pool_push (pool, &other, i, run, job_new (&other, i, NULL), release);
  }
  sb_pool_drop (pool, &mine);
  g_assert_cmpint (mine.frees, ==, 20);
  atomic_store (&gate, true);
  sb_pool_quiesce (pool, &mine);
  g_assert_cmpint (mine.runs, ==, 2);
  sb_pool_wait (pool, &other);
  g_assert_cmpint (other.runs, ==, 20);
  sb_pool_free (pool);
  g_assert_cmpint (mine.frees, ==, 22);
}

static void
test_free_drops (void)
{
  Count count = { 0 };
  SbPool *pool = sb_pool_new (2);
  for (int i = 0; i < 1000; i++)
    sb_pool_push (pool, &count, i, run, job_new (&count, i, NULL), release);
  sb_pool_free (pool);
  g_assert_cmpint (count.frees, ==, 1000);
  g_assert_cmpint (count.runs, <=, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/priority-then-arrival", test_priority);
  g_test_add_func ("/pool/drop-and-quiesce", test_drop);
  g_test_add_func ("/pool/free-drops-the-queue", test_free_drops);
  return g_test_run ();
}
