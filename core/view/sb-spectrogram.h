/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The picture of one source: level codes in a pyramid that halves time per
 * level keeping the maximum and the mean, filled by worker jobs, visible first,
 * centre outwards; composed to pixels through a colour table.  The source may be
 * replaced by a newer snapshot with a dirty span.  How it is looked at (grid,
 * window, channels, peak or average, reassigned) is no business of the mask's.
 * Memory: the coarse levels that are kept take at most 48 MB a spectrogram,
 * divided by SbSpectrogramLook.lanes; the fine tiles of all spectrograms of the
 * process share 96 MB, what was looked at longest ago goes first (what is in
 * sight may take twice that; sb-tile-budget-private.h). */
#pragma once
#include "audio/sb-source.h"
#include "base/sb-pool.h"
#include "base/sb-progress.h"
#include "dsp/sb-grid.h"
#include "view/sb-viewport.h"
#include "view/sb-waveform.h"

typedef struct SbSpectrogram SbSpectrogram;
/* Frames [from, to) look different now.  Thread: worker; hand it over to the UI and return. */
typedef void (*SbSpectrogramFunc) (void *data, int64_t from_frame, int64_t to_frame);

/* What a pixel that stands for many cells shows: the loudest, or the mean of their powers (not of their decibels,
 * which would sink noise by 2.5 dB). */
typedef enum { SB_STATISTIC_PEAK, SB_STATISTIC_AVERAGE } SbStatistic;

typedef enum {
  SB_CHANNELS_ALL, /* maximum over the channels; of more than 8, the first alone until one is chosen */
  SB_CHANNELS_ONE, /* SbSpectrogramLook.channel */
  SB_CHANNELS_MID  /* the mean of all channels' samples */
} SbChannelMode;

typedef struct {
  SbGrid grid;            /* any: n_fft 64 … 65536 are offered */
  bool reassigned;        /* cells at the energy's own place (Auger & Flandrin 1995), 4 a bin */
  SbChannelMode channels;
  int channel;            /* from 0, for SB_CHANNELS_ONE */
  int lanes;              /* how many spectrograms share the window and so the kept levels' memory; 0 or 1: one */
} SbSpectrogramLook;

/* All channels, nothing special. */
void sb_spectrogram_look_init (SbSpectrogramLook *look, const SbGrid *grid);
/* The n_fft whose window is about as many pixels wide as its main lobe is high: a power of two, 64 … 65536.  Where a
 * pixel holds more than a hop of the default grid it is the default, which is analysed anyway. */
int sb_spectrogram_auto_n_fft (const SbViewport *view, double rate_hz);
/* The n_fft that pictures have unless another is asked for: the default grid's, or for ultrasonic recordings, whose
 * calls sweep through an octave in some milliseconds, the one above. */
int sb_spectrogram_usual_n_fft (const SbViewport *view, double rate_hz);

/* `below` (may be NULL): the spectrogram of the source below; spans where
 * sb_source_span() says SB_SPAN_BELOW are shown from it, not computed.  Referenced. */
SbSpectrogram *sb_spectrogram_new (SbSource *source, const SbGrid *grid, SbPool *pool, SbSpectrogram *below,
                                   GError **error);
/* `former` (may be NULL): the spectrogram of the same recording in another look.  Taken over unless this fails: it is
 * told nothing more, and shows through wherever the new one has nothing yet, so nothing goes blank and nothing waits.
 * Thread: any but better a worker (planning an FFT of 65536 takes some ms). */
SbSpectrogram *sb_spectrogram_new_look (SbSource *source, const SbSpectrogramLook *look, SbPool *pool,
                                        SbSpectrogram *below, SbSpectrogram *former, GError **error);
/* Columns that cannot be read any more show what `fallback` knows of them: another picture of the same recording,
 * usually the one that was analysed whole.  Referenced.  Thread: any, before anything is composed or analysed. */
void sb_spectrogram_set_fallback (SbSpectrogram *s, SbSpectrogram *fallback);
void sb_spectrogram_free (SbSpectrogram *s); /* Blocks: until its running jobs end (a few ms) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSpectrogram, sb_spectrogram_free)
void sb_spectrogram_set_notify (SbSpectrogram *s, SbSpectrogramFunc func, void *data);
const SbGrid *sb_spectrogram_grid (const SbSpectrogram *s);
/* Same recording, newer snapshot; frames [dirty_from, dirty_to) may differ.  Results of older revisions are dropped.
 * Until recomputed, old cells are shown.  Thread: UI.  Blocks: no. */
void sb_spectrogram_set_source (SbSpectrogram *s, SbSource *source, int64_t dirty_from, int64_t dirty_to);
/* Peak is the default.  Thread: UI; compose again after it. */
void sb_spectrogram_set_statistic (SbSpectrogram *s, SbStatistic statistic);
/* Old cells show until the new ones are computed.  `below` wants the same setting.  `channel` counts for
 * SB_CHANNELS_ONE.  Stacked channels: one spectrogram each (SB_CHANNELS_ONE, lanes).  Thread: UI.  Blocks: no. */
void sb_spectrogram_set_channels (SbSpectrogram *s, SbChannelMode mode, int channel);

typedef struct {
  int missing; /* pixel columns with nothing to show (filled with code 0) */
  int coarse;  /* pixel columns drawn from an old revision, a former look, a coarser level or sparse columns */
} SbComposed;

/* Draws pixel columns [x0, x0+n) of the view; argb: uint32_t, row y at argb + y·stride_px, column x0 at index 0.
 * Uses what is ready and asks the workers for the rest (visible priority, `want` false: no asking).
 * Columns over frames that are no numbers are hatched.
 * lut: uint32_t[256].  Thread: any.  Blocks: a short lock; no disk, no FFT. */
SbComposed sb_spectrogram_compose (SbSpectrogram *s, const SbViewport *view, int x0, int n, const uint32_t *lut,
                                   uint32_t *argb, int stride_px, bool want);
/* Tells what is visible, so that requests for other places can be dropped: who wants them still composes again. */
void sb_spectrogram_set_visible (SbSpectrogram *s, double from_s, double to_s);
/* Computes all that the view needs first: exact, for the command line and tests.  Blocks: yes. */
bool sb_spectrogram_compose_exact (SbSpectrogram *s, const SbViewport *view, const uint32_t *lut, uint32_t *argb,
                                   int stride_px, SbProgress *progress, GError **error);
/* The waveform of the same source is filled from what the sweep reads.  It must live longer.  Before analyse. */
void sb_spectrogram_set_waveform (SbSpectrogram *s, SbWaveform *waveform);
/* Starts the background sweep that makes the whole-file levels exact. */
void sb_spectrogram_analyse (SbSpectrogram *s);
/* Counts the sources and settings so far; what was shown of an earlier one may still be shown. */
uint32_t sb_spectrogram_revision (SbSpectrogram *s);
/* Whether the cells of [from_s, to_s] are of that revision or a newer one, or are as good.  Thread: any.
 * Blocks: a short lock. */
bool sb_spectrogram_shows (SbSpectrogram *s, uint32_t revision, double from_s, double to_s);
double sb_spectrogram_progress (const SbSpectrogram *s); /* share of the recording exact at the coarse levels, 0 … 1 */
/* high = 99.9th percentile + 6 dB; low = median of cells above −140 dB, minus 10, at most 110 below; less than 50 dB
 * are widened to 50 at both ends.  Bins as near to 0 Hz as the window spreads an offset are left out.  From what is
 * there now (a sparse sample is taken when nothing is: Blocks then). */
void sb_spectrogram_auto_range (SbSpectrogram *s, double *low_db, double *high_db);
/* The same from what can be read in about that time (0: from what is there), for a first look at a source that is slow
 * to seek in.  False: the sample was not finished; the workers finish it while they analyse, so ask again. */
bool sb_spectrogram_auto_range_within (SbSpectrogram *s, int64_t time_us, double *low_db, double *high_db);

/* Keeps the whole-file levels of a long recording in `folder` (made when missing; files in it may be deleted any time,
 * together they stay under 512 MB) and takes them from there now if they are there: then everything but fine tiles is
 * exact at once.  `fingerprint`: of the recording's content, under 136 bytes.  Before sb_spectrogram_analyse(), once.
 * A folder that cannot be used changes nothing.  Thread: worker.  Blocks: disk (some 20 MB an hour). */
void sb_spectrogram_set_cache (SbSpectrogram *s, const char *folder, const char *fingerprint);

/* Frames [from, to) that hold not-a-number or infinite samples, as far as analysed. */
typedef struct {
  int64_t from, to;
} SbHole;
/* How many there are; the first `max` of them ascending into `holes` (NULL with 0: only count).
 * Thread: any.  Blocks: a short lock. */
int sb_spectrogram_holes (SbSpectrogram *s, SbHole *holes, int max);
/* The first read error since the last call (the recording became shorter, the disk is gone), as a sentence, newly
 * allocated; NULL: none.  What was analysed before stays.  Thread: any.  Blocks: a short lock. */
char *sb_spectrogram_take_problem (SbSpectrogram *s);
