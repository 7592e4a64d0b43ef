/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sb-ring.h"

#include <pthread.h>

#define N_FRAMES 40000

static void
test_wrap (void)
{
  g_autoptr (SbRing) ring = sb_ring_new (2, 5);
  float in[16], out[16];
  g_assert_cmpint (sb_ring_capacity (ring), ==, 8);
  for (int i = 0; i < 16; i++)
    in[i] = (float)i;
  for (int round = 0; round < 10; round++) {
    g_assert_cmpint (sb_ring_write (ring, in, 3), ==, 3);
    g_assert_cmpint (sb_ring_write (ring, in + 6, 7), ==, 5); /* only what fits */
    g_assert_cmpint (sb_ring_writable (ring), ==, 0);
    g_assert_cmpint (sb_ring_read (ring, out, 100), ==, 8);
    for (int i = 0; i < 16; i++)
      g_assert_cmpfloat (out[i], ==, in[i]);
    sb_ring_write (ring, in, 5); /* moves the place where it wraps */
    sb_ring_drain (ring);
    g_assert_cmpint (sb_ring_readable (ring), ==, 0);
  }
}

static void *
writer (void *data)
{
  SbRing *ring = data;
  int64_t next = 0;
  while (next < N_FRAMES) {
    float block[37];
    int n = (int)MIN (37, N_FRAMES - next);
    for (int i = 0; i < n; i++)
      block[i] = (float)(next + i);
    next += sb_ring_write (ring, block, n);
  }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (SbRing) ring = sb_ring_new (1, 256);
  pthread_t thread;
  g_assert_cmpint (pthread_create (&thread, NULL, writer, ring), ==, 0);
  int64_t next = 0;
  while (next < N_FRAMES) {
    float block[61];
    int64_t n = sb_ring_read (ring, block, 61);
    for (int64_t i = 0; i < n; i++)
      g_assert_cmpfloat (block[i], ==, (float)(next + i));
    next += n;
  }
  pthread_join (thread, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ring/wraps-and-fills", test_wrap);
  g_test_add_func ("/ring/two-threads-keep-order", test_threads);
  return g_test_run ();
}
