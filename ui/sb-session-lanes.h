/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which channels are shown, and on which an edit acts: all together, the mean,
 * one, or each in a lane of its own above one another.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"
#include "view/sb-lanes.h"

enum { SB_LEAST_LANE_PX = 80 }; /* logical */
enum { SB_MANY_CHANNELS = 8 };  /* more than these are chosen by number, and the loudest of all is not looked for */

/* The lanes of a picture `height_px` logical pixels high.  Not stacked: one, its channel −1 or the one that is
 * shown. */
SbLanes sb_session_lanes (SbSession *session, int height_px);
SbLanes sb_session_shown_lanes (SbSession *session); /* of the picture in the window */
/* What a widget shows at y, in whose lane. */
double sb_session_hz_at (SbSession *session, int height_px, double y);
/* Of an operation painted on the given channel (−1: where all are shown): itself, or −1 for all. */
int sb_session_paint_channel (SbSession *session, int shown_channel);
/* "this one" means something: a channel is shown alone or in a lane. */
bool sb_session_shows_single (SbSession *session);

/* The shown channels, from `first` on as far as lanes fit. */
void sb_session_set_stacked (SbSession *session, int first);
/* The one that is shown alone, or the top one of the stack. */
void sb_session_set_first_channel (SbSession *session, int channel);
/* Next edits act on "this one" instead of all. */
void sb_session_set_paint_shown (SbSession *session, bool shown);

/* The picture of a channel in its lane; NULL: not yet.  Borrowed. */
SbSpectrogram *sb_session_lane_picture (SbSession *session, SbView view, int channel);
/* The largest n_fft of the looked-at picture that keeps the memory of all lanes bounded. */
int sb_session_most_n_fft (SbSession *session);

/* "L", "R", "3"; "" for −1 and of mono.  And "Left", "Right", "Channel 3".  Newly allocated. */
char *sb_session_channel_short (SbSession *session, int channel);
char *sb_session_channel_name (SbSession *session, int channel);
