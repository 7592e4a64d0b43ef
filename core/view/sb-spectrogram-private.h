/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of a spectrogram share: sb-spectrogram.c (life, range),
 * sb-spectrogram-wants.c (sources, what is in sight and asked for),
 * sb-spectrogram-jobs.c (workers), sb-compose.c (pixels).
 * One mutex; a spectrogram's and its below's are never held together.
 *
 * References: the owner's, and one of each spectrogram that has it below, as
 * its former look or as its fallback.  After sb_spectrogram_free() no job of its own runs any more,
 * but those others may still read it and have pieces of it computed. */
#pragma once
#include "view/sb-analyser-private.h"
#include "view/sb-spectrogram.h"
#include <pthread.h>
#include <stdatomic.h>

#define SB_MAX_ABOVE 4

typedef struct {
  int level;           /* < kept: a tile */
  int64_t index;
  uint32_t busy;       /* revision that a worker is at */
} SbWant;

/* One column for each pixel of a long view, before its grains are analysed. */
typedef struct {
  uint64_t serial;
  int64_t began_us;
  bool wide;                   /* time is up: holes are filled from any distance */
  double first_col, step_cols; /* column i stands at first_col + i·step_cols */
  int n, cursor;               /* cursor counts in bit-reversed order: everywhere a little first */
  uint8_t *codes;              /* uint8_t[n][n_bins] */
  uint8_t *have;
} SbSparse;

/* Columns spread over the recording, for the automatic range. */
typedef struct {
  int n, n_have, cursor; /* n 0: not begun */
  uint8_t *codes;        /* uint8_t[n][n_bins] */
  uint8_t *have;
} SbSample;

typedef enum { SB_CACHE_NONE, SB_CACHE_WANTED, SB_CACHE_DONE } SbCacheState;

struct SbSpectrogram {
  atomic_int refs;
  atomic_int statistic; /* SbStatistic */
  atomic_int channels;  /* SbChannelMode | channel << 2 */

  /* immutable */
  SbGrid grid;
  int cells_per_bin;    /* more than 1 when reassigned */
  SbStft *stft;
  SbPool *pool; /* may be NULL */
  SbSpectrogram *below;
  SbSpectrogram *fallback; /* set once, before there are jobs; may be NULL */
  SbPyramidShape shape;
  SbTileBudget *tiles;
  int rate;
  int64_t n_frames;
  int max_tickets;

  pthread_mutex_t lock;
  /* under the lock */
  SbSource *source;
  SbPyramid *pyramid;
  SbSpectrogram *former;           /* shows through until this one has something in sight */
  GArray *wants;                   /* of SbWant */
  int64_t want_from, want_to;      /* grains whose kept levels are looked at, */
  uint8_t *wanted;                 /* those of them that were asked for: a grain each */
  double visible_from, visible_to; /* columns */
  double sight_from_s, sight_to_s; /* the same, as told; NAN: never */
  bool analysing, closing;
  int tickets;                     /* jobs in the pool */
  SbSparse sparse;
  GPtrArray *analysers;            /* idle ones */
  SbSample sample;
  int64_t histogram[256];          /* of its columns so far */
  bool have_histogram;             /* of all of them */
  SbSpectrogramFunc notify;
  void *notify_data;
  int64_t changed_from, changed_to; /* columns not told yet; empty: from ≥ to */
  bool changed_visible;
  int64_t told_at_us;
  struct SbRows *rows;              /* of the view composed last */
  char *cache_folder, *cache_fingerprint; /* set once */
  int cache_channels;
  SbCacheState cache_state;
  SbWaveform *waveform;             /* may be NULL */
  GArray *holes;                    /* of SbHole, ascending, apart */
  char *problem;                    /* not told yet */
  bool was_unreadable;              /* something was, once: the picture is not worth keeping */

  pthread_mutex_t tell_lock; /* held while those above are told; taken alone */
  SbSpectrogram *above[SB_MAX_ABOVE]; /* under tell_lock: whose pictures show ours */
};

static inline int
sb_channels_pack (SbChannelMode mode, int channel)
{
  return (int) mode | (mode == SB_CHANNELS_ONE ? channel : 0) << 2;
}

/* Something to compute: a tile (level ≥ 0), or a run of grains for the kept levels. */
typedef struct {
  int level; /* −1: kept levels only */
  int64_t index;
  int64_t g0, g1;
} SbPiece;

/* What a composition lacked of one spectrogram: tiles once each, runs of grains for the kept levels. */
typedef struct {
  GArray *tiles, *grains; /* of SbPiece */
} SbLack;

typedef struct {
  SbLack own, below;
  int missing; /* pixel columns for which there is nothing of this look */
} SbNeeds;

void sb_needs_init (SbNeeds *needs);
void sb_needs_clear (SbNeeds *needs);

static inline int64_t
sb_spectrogram_grain_first_col (const SbSpectrogram *s, int64_t grain)
{
  return MIN (grain << s->shape.grain_log2, s->shape.n_cols);
}

/* What the whole-file planes and the tiles may take; tests use little. */
typedef struct {
  size_t kept_bytes;
  SbTileBudget *tiles; /* referenced */
} SbBudget;
SbSpectrogram *sb_spectrogram_new_sized (SbSource *source, const SbSpectrogramLook *look, SbPool *pool,
                                         SbSpectrogram *below, const SbBudget *budget, GError **error);
SbSpectrogram *sb_spectrogram_ref (SbSpectrogram *s);
void sb_spectrogram_unref (SbSpectrogram *s);
/* The one below while both show the same channels, or NULL. */
SbSpectrogram *sb_spectrogram_alike_below (const SbSpectrogram *s);
/* The frames that decide over the cells of columns [first, end): reassigned energy comes from further away. */
void sb_spectrogram_frames_behind (const SbSpectrogram *s, int64_t first, int64_t end, int64_t *from, int64_t *to);
/* Drops the rows kept for the next composition.  Nobody else is there any more. */
void sb_spectrogram_forget_rows (SbSpectrogram *s);
/* Writes the kept levels into the cache folder, if they are exact and the first revision's.  Blocks: disk. */
void sb_picture_cache_save (SbSpectrogram *s);
void sb_picture_cache_trim (const char *folder, int64_t limit_bytes, int64_t room_bytes);
/* The former look is not needed any more. */
void sb_spectrogram_drop_former (SbSpectrogram *s);
/* Columns of the patch that could not be read show what the fallback knows of them.  Not under the lock. */
void sb_spectrogram_fill_lost (SbSpectrogram *s, SbPatch *patch);
/* Those of a tile show what the kept levels know of them.  Under the lock, after the grains were put in. */
void sb_spectrogram_keep_lost (SbSpectrogram *s, SbPatch *patch);
/* Puts the holes found in frames [from, to) in place of those known there.  Under the lock. */
void sb_spectrogram_put_holes (SbSpectrogram *s, int64_t from, int64_t to, const GArray *holes);

/* Computes a piece as the newest revision says and puts it in.  Blocks: disk, compute. */
void sb_spectrogram_do_piece (SbSpectrogram *s, const SbPiece *piece);
/* Starts workers if there is work.  Not under the lock. */
void sb_spectrogram_kick (SbSpectrogram *s);
/* sb-sparse.c, under the lock: the next sparse column that tells something new (−1: none), the codes nearest to a
 * column of the grid (NULL: none near enough), another view to cover, whether columns of the sample wait to be read. */
int sb_sparse_next (SbSpectrogram *s);
const uint8_t *sb_sparse_near (const SbSpectrogram *s, double col);
void sb_sparse_begin (SbSpectrogram *s, const SbViewport *view);
bool sb_sample_is_open (const SbSpectrogram *s);
/* Not under the lock: some columns, for a job's time.  Blocks: disk, compute. */
void sb_sparse_work (SbSpectrogram *s);
/* At least one column of the sample, then until that time; INT64_MAX: all of it.  Blocks: disk, compute. */
void sb_sample_work (SbSpectrogram *s, int64_t until_us);
void sb_sparse_clear (SbSpectrogram *s); /* nobody else is there any more */

/* Under the lock. */
SbAnalyser *sb_spectrogram_take_analyser (SbSpectrogram *s);
void sb_spectrogram_give_analyser_back (SbSpectrogram *s, SbAnalyser *analyser);
void sb_spectrogram_note_change (SbSpectrogram *s, int64_t first_col, int64_t end_col, bool visible);

SbPiece sb_spectrogram_tile_piece (const SbSpectrogram *s, int level, int64_t index);
/* As sb_spectrogram_compose(); fills `needs` with what is not exact, when given. */
SbComposed sb_spectrogram_paint (SbSpectrogram *s, const SbViewport *view, int x0, int n, const uint32_t *lut,
                                 uint32_t *argb, int stride_px, SbNeeds *needs);
