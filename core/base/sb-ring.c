/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-ring.h.
 *
 *      read ──────► write            both count frames since the beginning;
 *   ….│▓▓▓▓▓▓▓▓▓▓▓▓│………              readable = write − read ≤ capacity */
#include "base/sb-ring.h"

#include <stdatomic.h>
#include <string.h>

struct SbRing {
  int channels;     /* immutable */
  int64_t capacity; /* immutable, a power of two */
  float *frames;
  _Alignas (64) _Atomic int64_t write; /* only the writer stores */
  _Alignas (64) _Atomic int64_t read;  /* only the reader stores */
};

SbRing *
sb_ring_new (int channels, int64_t capacity_frames)
{
  SbRing *ring = g_aligned_alloc0 (1, sizeof (SbRing), 64);
  ring->channels = channels;
  ring->capacity = 1;
  while (ring->capacity < capacity_frames)
    ring->capacity *= 2;
  ring->frames = g_new0 (float, ring->capacity * channels);
  return ring;
}

void
sb_ring_free (SbRing *ring)
{
  if (ring == NULL)
    return;
  g_free (ring->frames);
  g_aligned_free (ring);
}

int64_t
sb_ring_capacity (const SbRing *ring)
{
  return ring->capacity;
}

int64_t
sb_ring_readable (const SbRing *ring)
{
  int64_t read = atomic_load_explicit (&ring->read, memory_order_acquire);
  return atomic_load_explicit (&ring->write, memory_order_acquire) - read;
}

int64_t
sb_ring_writable (const SbRing *ring)
{
  return ring->capacity - sb_ring_readable (ring);
}

int64_t
sb_ring_write (SbRing *ring, const float *frames, int64_t n_frames)
{
  int64_t write = atomic_load_explicit (&ring->write, memory_order_relaxed);
  int64_t read = atomic_load_explicit (&ring->read, memory_order_acquire);
  int64_t n = MIN (n_frames, ring->capacity - (write - read));
  int64_t at = write & (ring->capacity - 1);
  int64_t head = MIN (n, ring->capacity - at);
  size_t frame_bytes = sizeof (float) * ring->channels;
  memcpy (ring->frames + at * ring->channels, frames, head * frame_bytes);
  memcpy (ring->frames, frames + head * ring->channels, (n - head) * frame_bytes);
  atomic_store_explicit (&ring->write, write + n, memory_order_release);
  return n;
}

int64_t
sb_ring_read (SbRing *ring, float *frames, int64_t n_frames)
{
  int64_t read = atomic_load_explicit (&ring->read, memory_order_relaxed);
  int64_t write = atomic_load_explicit (&ring->write, memory_order_acquire);
  int64_t n = MIN (n_frames, write - read);
  int64_t at = read & (ring->capacity - 1);
  int64_t head = MIN (n, ring->capacity - at);
  size_t frame_bytes = sizeof (float) * ring->channels;
  memcpy (frames, ring->frames + at * ring->channels, head * frame_bytes);
  memcpy (frames + head * ring->channels, ring->frames, (n - head) * frame_bytes);
  atomic_store_explicit (&ring->read, read + n, memory_order_release);
  return n;
}

void
sb_ring_drain (SbRing *ring)
{
  atomic_store_explicit (&ring->read, atomic_load_explicit (&ring->write, memory_order_acquire),
                         memory_order_release);
}
