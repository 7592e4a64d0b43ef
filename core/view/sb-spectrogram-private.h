/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of a spectrogram share: sb-spectrogram.c (life, sources,
 * what is asked for), sb-spectrogram-jobs.c (workers), sb-compose.c (pixels).
 * One mutex; a spectrogram's and its below's are never held together. */
#pragma once
#include "view/sb-analyser-private.h"
#include "view/sb-spectrogram.h"
#include <pthread.h>

typedef struct {
  int level;           /* < kept: a tile */
  int64_t index;
  uint32_t busy;       /* revision that a worker is at */
} SbWant;

/* One column for each pixel of a long view, before its grains are analysed. */
typedef struct {
  uint64_t serial;
  double first_col, step_cols; /* column i stands at first_col + i·step_cols */
  int n, cursor;               /* cursor counts in bit-reversed order: everywhere a little first */
  uint8_t *codes;              /* uint8_t[n][n_bins] */
  uint8_t *have;
} SbSparse;

struct SbSpectrogram {
  /* immutable */
  SbGrid grid;
  SbStft *stft;
  SbPool *pool; /* may be NULL */
  SbSpectrogram *below;
  SbPyramidShape shape;
  int rate;
  int64_t n_frames;
  int max_tickets;

  pthread_mutex_t lock;
  /* under the lock */
  SbSource *source;
  SbPyramid *pyramid;
  GArray *wants;                   /* of SbWant */
  int64_t want_from, want_to;      /* grains whose kept levels are looked at */
  double visible_from, visible_to; /* columns */
  double last_from_s, last_to_s;   /* of the view composed last: another one starts an epoch */
  bool analysing, closing;
  int tickets;                     /* jobs in the pool */
  SbSparse sparse;
  GPtrArray *analysers;            /* idle ones */
  int64_t histogram[256];          /* of columns spread over the recording */
  bool have_histogram, histogram_busy;
  SbSpectrogramFunc notify;
  void *notify_data;
  int64_t changed_from, changed_to; /* columns not told yet; empty: from ≥ to */
  bool changed_visible;
  int64_t told_at_us;
};

/* Something to compute: a tile (level ≥ 0), or a run of grains for the kept levels. */
typedef struct {
  int level; /* −1: kept levels only */
  int64_t index;
  int64_t g0, g1;
} SbPiece;

/* What a composition lacked. */
typedef struct {
  GArray *tiles;          /* of SbPiece, one each; NULL: nobody asks */
  int64_t g0, g1;         /* grains of the kept levels */
} SbNeeds;

static inline int64_t
sb_spectrogram_grain_first_col (const SbSpectrogram *s, int64_t grain)
{
  return MIN (grain << s->shape.grain_log2, s->shape.n_cols);
}

/* What the whole-file planes and the tiles may take; tests use little. */
typedef struct {
  size_t kept_bytes, tile_bytes;
} SbBudget;
SbSpectrogram *sb_spectrogram_new_sized (SbSource *source, const SbGrid *grid, SbPool *pool, SbSpectrogram *below,
                                         const SbBudget *budget, GError **error);

/* Computes a piece as the newest revision says and puts it in.  Blocks: disk, compute. */
void sb_spectrogram_do_piece (SbSpectrogram *s, const SbPiece *piece);
/* Starts workers if there is work.  Not under the lock. */
void sb_spectrogram_kick (SbSpectrogram *s);
/* Fills the histogram of the sample unless it is there.  Blocks: disk, compute. */
void sb_spectrogram_sample (SbSpectrogram *s);

SbPiece sb_spectrogram_tile_piece (const SbSpectrogram *s, int level, int64_t index);
/* As sb_spectrogram_compose(); fills `needs` with what is not exact, when given. */
SbComposed sb_spectrogram_paint (SbSpectrogram *s, const SbViewport *view, int x0, int n, const uint32_t *lut,
                                 uint32_t *argb, int stride_px, SbNeeds *needs);
