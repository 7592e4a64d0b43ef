/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-source.h.  Also the memory source, the smallest of them. */
#include "audio/sb-source.h"

#include "base/sb-error.h"

#include <string.h>

void
sb_source_init (SbSource *source, const SbSourceClass *klass, int rate, int channels, int64_t n_frames)
{
  source->klass = klass;
  atomic_init (&source->refs, 1);
  source->rate = rate;
  source->channels = channels;
  source->n_frames = n_frames;
}

SbSource *
sb_source_ref (SbSource *source)
{
  atomic_fetch_add (&source->refs, 1);
  return source;
}

void
sb_source_unref (SbSource *source)
{
  if (source != NULL && atomic_fetch_sub (&source->refs, 1) == 1)
    source->klass->finalize (source);
}

int
sb_source_rate (const SbSource *source)
{
  return source->rate;
}

int
sb_source_channels (const SbSource *source)
{
  return source->channels;
}

int64_t
sb_source_n_frames (const SbSource *source)
{
  return source->n_frames;
}

double
sb_source_duration_s (const SbSource *source)
{
  return (double)source->n_frames / source->rate;
}

bool
sb_source_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  int64_t from = CLAMP (pos, 0, source->n_frames);
  int64_t to = CLAMP (pos + n, from, source->n_frames);
  int64_t before = MIN (from - pos, n);
  size_t frame_bytes = sizeof (float) * source->channels;
  if (n <= 0)
    return true;
  if (to <= from) {
    memset (out, 0, n * frame_bytes);
    return true;
  }
  memset (out, 0, before * frame_bytes);
  memset (out + (to - pos) * source->channels, 0, (pos + n - to) * frame_bytes);
  return source->klass->read (source, from, to - from, out + before * source->channels, error);
}

SbSpanKind
sb_source_span (SbSource *source, int64_t pos, int64_t n)
{
  if (pos + n <= 0 || pos >= source->n_frames)
    return SB_SPAN_SILENT;
  return source->klass->span != NULL ? source->klass->span (source, pos, n) : SB_SPAN_OWN;
}

/* --- memory ------------------------------------------------------------- */

typedef struct {
  SbSource source;
  float *frames;
} MemorySource;

static bool
memory_read (SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  MemorySource *memory = (MemorySource *)source;
  memcpy (out, memory->frames + pos * source->channels, sizeof (float) * n * source->channels);
  return true;
}

static void
memory_finalize (SbSource *source)
{
  MemorySource *memory = (MemorySource *)source;
  g_free (memory->frames);
  g_free (memory);
}

static const SbSourceClass memory_class = { .read = memory_read, .finalize = memory_finalize };

SbSource *
sb_memory_source_new (const float *frames, int64_t n_frames, int channels, int rate)
{
  MemorySource *memory = g_new0 (MemorySource, 1);
  sb_source_init (&memory->source, &memory_class, rate, channels, n_frames);
  memory->frames = g_memdup2 (frames, sizeof (float) * n_frames * channels);
  return &memory->source;
}
