/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One opened recording with all that the window draws from: the document,
 * three pictures and three waveforms.  Built whole on a worker, then owned by
 * the session on the UI thread. */
#pragma once
#include "audio/sb-file-source.h"
#include "base/sb-pool.h"
#include "base/sb-progress.h"
#include "document/sb-document.h"
#include "document/sb-opening-mark.h"
#include "document/sb-store.h"
#include "dsp/sb-colormap.h"
#include "dsp/sb-stft.h"
#include "view/sb-spectrogram.h"
#include "view/sb-waveform.h"

typedef struct {
  char *path, *name;
  char *format_line; /* "48 kHz · 24-bit · stereo · 4:12.6" */
  SbDocument *document;
  SbSpectrogram *spectrogram[SB_N_VIEWS]; /* on the mask's own grid */
  SbSpectrogram *looked[SB_N_VIEWS];      /* as the person looks at it; NULL: as above (sb-session-look.c) */
  bool looked_reassigned;
  SbStore *store;     /* keeps the edits */
  char *project_path; /* the project file it was opened from, or NULL */
  SbWaveform *waveform[SB_N_VIEWS];
  SbStft *readout_stft; /* on the grid that is looked at */
  int rate, channels;
  int64_t n_frames;
  double duration_s, nyquist_hz;
  double auto_low_db, auto_high_db;
  bool auto_whole; /* from the whole sample; until then it may still change */
  SbOpeningMark *mark; /* until it has been shown on the screen: the window takes it */
  SbPool *pool; /* borrowed; its jobs are dropped when the recording goes */
} SbRecording;

typedef struct {
  const char *path;     /* a recording or a project file */
  const char *relinked; /* of a project: the recording that a person has pointed to; NULL: where its content lies */
  bool adopt;           /* of a recording: a person says that edits of this content belong here */
  bool without_edits;   /* what was kept is set aside */
  bool again;           /* although it has ended the program before */
} SbOpenRequest;

/* A recording, or a project file with its recording; edits that were kept come back.
 * Thread: worker.  Blocks: disk, compute. */
SbRecording *sb_recording_open (const SbOpenRequest *request, SbPool *pool, SbProgress *progress, GError **error);
/* The recording's name with another ending, as ".png": what is saved beside it is offered so.  Newly allocated. */
char *sb_recording_file_name (const SbRecording *recording, const char *ending);
/* Blocks: until running jobs of the pictures end. */
void sb_recording_free (SbRecording *recording);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRecording, sb_recording_free)
