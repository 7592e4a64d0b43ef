/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The picture of one source: level codes in a pyramid that halves time per
 * level keeping the maximum (and, from level 1 up, the mean), filled by worker
 * jobs, visible first, centre outwards; composed to pixels through a colour
 * table.  The source may be replaced by a newer snapshot with a dirty span.
 * Cells show the maximum over the channels (over the first 8 of more). */
#pragma once
#include "audio/sb-source.h"
#include "base/sb-pool.h"
#include "base/sb-progress.h"
#include "dsp/sb-grid.h"
#include "view/sb-viewport.h"

typedef struct SbSpectrogram SbSpectrogram;
/* Frames [from, to) look different now.  Thread: worker; hand it over to the UI and return. */
typedef void (*SbSpectrogramFunc) (void *data, int64_t from_frame, int64_t to_frame);

/* `below` (may be NULL): the spectrogram of the source below; spans where
 * sb_source_span() says SB_SPAN_BELOW are taken from it, not computed.  It must outlive this one. */
SbSpectrogram *sb_spectrogram_new (SbSource *source, const SbGrid *grid, SbPool *pool, SbSpectrogram *below,
                                   GError **error);
void sb_spectrogram_free (SbSpectrogram *s); /* Blocks: until its running jobs end (a few ms) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSpectrogram, sb_spectrogram_free)
void sb_spectrogram_set_notify (SbSpectrogram *s, SbSpectrogramFunc func, void *data);
/* Same recording, newer snapshot; frames [dirty_from, dirty_to) may differ.  Results of older revisions are dropped.
 * Until recomputed, old cells are shown.  Thread: UI.  Blocks: no. */
void sb_spectrogram_set_source (SbSpectrogram *s, SbSource *source, int64_t dirty_from, int64_t dirty_to);

typedef struct {
  int missing; /* pixel columns with nothing to show (filled with code 0) */
  int coarse;  /* pixel columns drawn from an old revision, a coarser level or sparse columns */
} SbComposed;

/* Draws pixel columns [x0, x0+n) of the view; argb: uint32_t, row y at argb + y·stride_px, column x0 at index 0.
 * Uses what is ready and asks the workers for the rest (visible priority, `want` false: no asking).
 * lut: uint32_t[256].  Thread: any.  Blocks: a short lock; no disk, no FFT. */
SbComposed sb_spectrogram_compose (SbSpectrogram *s, const SbViewport *view, int x0, int n, const uint32_t *lut,
                                   uint32_t *argb, int stride_px, bool want);
/* Tells what is visible, so that requests for other places can be dropped. */
void sb_spectrogram_set_visible (SbSpectrogram *s, double from_s, double to_s);
/* Computes all that the view needs first: exact, for the command line and tests.  Blocks: yes. */
bool sb_spectrogram_compose_exact (SbSpectrogram *s, const SbViewport *view, const uint32_t *lut, uint32_t *argb,
                                   int stride_px, SbProgress *progress, GError **error);
/* Starts the background sweep that makes the whole-file levels exact. */
void sb_spectrogram_analyse (SbSpectrogram *s);
double sb_spectrogram_progress (const SbSpectrogram *s); /* share of the recording exact at the coarse levels, 0 … 1 */
/* high = 99.9th percentile + 6 dB; low = median of cells above −140 dB, minus 10, clamped to high−110 … high−70, from
 * what is there now (a sparse sample is taken when nothing is: Blocks then). */
void sb_spectrogram_auto_range (SbSpectrogram *s, double *low_db, double *high_db);
