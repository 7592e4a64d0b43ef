/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A ring of interleaved float frames between exactly one writer (the feeder)
 * and one reader (the device callback).  Lock-free and wait-free on both
 * sides; C11 acquire/release on two counters that only grow. */
#pragma once
#include <glib.h>
#include <stdint.h>

typedef struct SbRing SbRing;

SbRing *sb_ring_new (int channels, int64_t capacity_frames); /* rounded up to a power of two */
void sb_ring_free (SbRing *ring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRing, sb_ring_free)

int64_t sb_ring_capacity (const SbRing *ring);
int64_t sb_ring_readable (const SbRing *ring); /* Thread: reader or writer */
int64_t sb_ring_writable (const SbRing *ring); /* Thread: writer */
/* Both return the frames really moved.  No lock, no allocation. */
int64_t sb_ring_write (SbRing *ring, const float *frames, int64_t n_frames); /* Thread: writer */
int64_t sb_ring_read (SbRing *ring, float *frames, int64_t n_frames);        /* Thread: reader */
/* Forgets all that is readable.  Thread: reader. */
void sb_ring_drain (SbRing *ring);
