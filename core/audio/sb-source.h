/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one abstraction that carries the program: random access to frames.
 * Screen, loudspeaker and export all read sources.  A source is stateless to
 * its reader: the same (pos, n) gives the same frames whoever asks, on
 * whichever thread.  Reference-counted. */
#pragma once
#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct SbSource SbSource;

typedef enum {
  SB_SPAN_OWN,   /* must be read here */
  SB_SPAN_BELOW, /* bit-identical to the source below */
  SB_SPAN_SILENT /* all zeros */
} SbSpanKind;

typedef struct {
  /* out: float[n][channels]; [pos, pos+n) lies inside the source.  Thread: any, several at once. */
  bool (*read) (SbSource *source, int64_t pos, int64_t n, float *out, GError **error);
  /* May be NULL: SB_SPAN_OWN.  Never blocks on disk. */
  SbSpanKind (*span) (SbSource *source, int64_t pos, int64_t n);
  void (*finalize) (SbSource *source); /* frees the object itself */
} SbSourceClass;

struct SbSource { /* embedded first by implementations; fields immutable but refs */
  const SbSourceClass *klass;
  atomic_int refs;
  int rate; /* hertz, 1 … 2^31−1 */
  int channels;
  int64_t n_frames;
};

void sb_source_init (SbSource *source, const SbSourceClass *klass, int rate, int channels, int64_t n_frames);
SbSource *sb_source_ref (SbSource *source);
void sb_source_unref (SbSource *source); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSource, sb_source_unref)

int sb_source_rate (const SbSource *source);
int sb_source_channels (const SbSource *source);
int64_t sb_source_n_frames (const SbSource *source);
double sb_source_duration_s (const SbSource *source);

/* Reads any span; frames outside 0…n_frames are zeros.  out: float[n][channels].
 * Thread: any.  Blocks: disk (file), compute (edited). */
bool sb_source_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error);
/* What a read of the span would be worth.  Thread: any.  Blocks: no. */
SbSpanKind sb_source_span (SbSource *source, int64_t pos, int64_t n);

/* A source over frames in memory.  Copies frames: float[n_frames][channels]. */
SbSource *sb_memory_source_new (const float *frames, int64_t n_frames, int channels, int rate);
