/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The session's fields, for the files that implement it. */
#pragma once
#include "ui/sb-session-lanes.h"
#include "ui/sb-session-sound.h"

#include <pthread.h>

/* Shared with workers; outlives the session when one is still under way. */
typedef struct {
  gatomicrefcount refs;
  pthread_mutex_t lock;
  SbSession *session; /* under the lock; NULL once the recording is gone */
  int64_t from, to;   /* under the lock: frames that look different */
  bool pending;       /* under the lock: the main loop knows */
  SbView view;
  bool waves; /* of the waveform, not of the picture */
} SbPixelNote;

enum { SB_MOST_UNFINISHED = 32 };

/* One channel in a lane of its own. */
typedef struct {
  int channel;
  SbSpectrogram *picture[SB_N_VIEWS];
} SbLanePicture;

struct _SbSession {
  GObject parent;
  SbPool *pool;
  SbPlayer *player;
  SbRecording *recording;
  SbPixelNote *note[SB_N_VIEWS], *wave_note[SB_N_VIEWS];
  uint64_t revision;

  double from_s, px_per_s;
  int width_px;
  double low_hz, high_hz;
  SbLook look;
  bool scale_is_mine, n_fft_is_mine; /* chosen by hand, so the next recording keeps it */
  int height_px;   /* of the picture, as last shown, in device pixels */
  int scale;       /* device pixels a logical one */
  bool look_busy;  /* a worker makes other pictures */
  guint look_timeout;
  /* sb-session-lanes.c */
  SbLanePicture lane[SB_MOST_LANES];
  int n_lanes;     /* pictures that are there, in no order */
  SbGrid lane_grid;
  bool lane_reassigned, lanes_busy;
  SbTimeSpan unfinished[SB_MOST_UNFINISHED];
  int n_unfinished;
  guint analysis_tick; /* while it is analysed */
  gint64 opened_us;

  SbView view;
  double playhead_s, volume;
  bool playing;
  guint n_seeks;
  bool loop_on;
  double loop_from_s, loop_to_s;

  /* sb-session-sound.c */
  SbListening listening; /* without the band */
  bool band_only;
  SbFollow follow;
  bool stroking, scrubbing, played_before_scrub;
  char *device;
  double latency_s;

  SbTool tool;
  SbBrush brush;
  bool brush_is_mine; /* its size was set by hand */
  char *selected, *hovered;
  bool editing;         /* options are the selected edit's */
  SbOperation *pending; /* that edit, changed, not yet in the history */
  guint settle;
};

void sb_session_emit (SbSession *session, const char *signal);
/* Redraw when the picture has more of this view. */
void sb_session_follow_pixels (SbSession *session, SbSpectrogram *picture, SbView view);
/* sb-session-look.c */
void sb_session_update_look (SbSession *session);
void sb_session_look_follows_zoom (SbSession *session);
/* Pictures that a worker made of `made_of` take over what changed meanwhile, and are seen from now on. */
void sb_session_catch_up (SbSession *session, SbSpectrogram *const made[SB_N_VIEWS], const SbSnapshot *made_of,
                          SbChannelMode channels, int channel);
/* What the recording is looked at with is read off with, too.  stft NULL: a new one. */
void sb_session_set_readout (SbSession *session, const SbGrid *grid, SbStft *stft);
void sb_session_tell_channels (SbSession *session);
/* sb-session-lanes.c: pictures for the channels that are stacked, no others; a worker makes what is not there. */
void sb_session_update_lanes (SbSession *session, const SbGrid *grid, bool reassigned);
/* At once, or on a worker. */
void sb_session_drop_lanes (SbSession *session, bool at_once);
void sb_session_lanes_each (SbSession *session, void (*func) (SbSession *, SbSpectrogram *));
void sb_session_lanes_follow (SbSession *session, SbSnapshot *snapshot, int64_t dirty_from, int64_t dirty_to);
/* How the channels of a newly opened recording are shown. */
void sb_session_lanes_start (SbSession *session);
void sb_session_watch_analysis (SbSession *session);
