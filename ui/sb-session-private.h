/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The session's fields, for the files that implement it. */
#pragma once
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
  int64_t n_frames;
} SbPixelNote;

enum { SB_MOST_UNFINISHED = 32 };

struct _SbSession {
  GObject parent;
  SbPool *pool;
  SbPlayer *player;
  SbRecording *recording;
  SbPixelNote *note[SB_N_VIEWS];
  uint64_t revision;

  double from_s, px_per_s;
  int width_px;
  double low_hz, high_hz;
  SbLook look;
  int height_px;   /* of the picture, as last shown */
  bool look_busy;  /* a worker makes other pictures */
  guint look_timeout;
  SbTimeSpan unfinished[SB_MOST_UNFINISHED];
  int n_unfinished;
  guint analysis_tick; /* while it is analysed */
  gint64 opened_us;

  SbView view;
  double playhead_s, volume;
  bool playing;
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
void sb_session_watch_analysis (SbSession *session);
