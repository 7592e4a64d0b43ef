/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Minimum and maximum of the samples (over all channels) in blocks of 256 frames
 * or more and a pyramid above, filled by worker jobs; for the waveform lane.  At
 * most 8 MB whatever the length; what is finer than a block is read when seen. */
#pragma once
#include "audio/sb-source.h"
#include "base/sb-pool.h"

typedef struct SbWaveform SbWaveform;
/* Frames [from, to) look different now. */
typedef void (*SbWaveformFunc) (void *data, int64_t from_frame, int64_t to_frame);

SbWaveform *sb_waveform_new (SbSource *source, SbPool *pool, SbWaveform *below);
void sb_waveform_free (SbWaveform *w);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbWaveform, sb_waveform_free)
void sb_waveform_set_notify (SbWaveform *w, SbWaveformFunc func, void *data); /* Thread of the call: worker */
void sb_waveform_set_source (SbWaveform *w, SbSource *source, int64_t dirty_from, int64_t dirty_to);
/* Frames that somebody else reads anyway, so that they are read once: a tap takes the chunks in [from, to) that the
 * waveform still lacks (NULL: none), is shown the frames in ascending order, and puts in what came whole.
 * Thread: worker.  The waveform must outlive it.  Blocks: a short lock. */
typedef struct SbWaveTap SbWaveTap;
SbWaveTap *sb_wave_tap_new (SbWaveform *w, SbSource *source, int64_t from, int64_t to);
void sb_wave_tap_frames (SbWaveTap *tap, int64_t pos, int64_t n, const float *frames); /* float[n][channels] */
void sb_wave_tap_finish (SbWaveTap *tap);                                              /* NULL is fine */
/* min, max: float[n_px], to 1/4096 outwards (exact where samples are); pixels not known yet get min > max.  Where a
 * pixel is less than a block it asks the workers for the visible samples themselves.  Thread: UI.  Blocks: a short
 * lock. */
void sb_waveform_read (SbWaveform *w, double from_s, double to_s, int n_px, float *min, float *max);
/* The same of pixels [first_px, end_px) alone; min, max: float[end_px − first_px].  The workers are asked for all of
 * it. */
void sb_waveform_read_part (SbWaveform *w, double from_s, double to_s, int n_px, int first_px, int end_px, float *min,
                            float *max);
