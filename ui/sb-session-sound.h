/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The session's part about listening: what of the sound is heard and how, the
 * view that follows the playhead, scrubbing, the device.  Emits "listening"
 * after each change.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

typedef enum { SB_FOLLOW_OFF, SB_FOLLOW_PAGE, SB_FOLLOW_CENTRED, SB_N_FOLLOWS } SbFollow;
const char *sb_follow_name (SbFollow follow); /* "off" "page" "centred" */
bool sb_follow_from_name (const char *name, SbFollow *follow);

const SbListening *sb_session_listening (SbSession *session);
void sb_session_set_slow (SbSession *session, double factor);   /* 1 … 20 */
void sb_session_set_heterodyne (SbSession *session, double hz); /* 0: off */
void sb_session_set_pair (SbSession *session, int left, int right); /* −1: by the rule */
void sb_session_mute_channel (SbSession *session, int channel, bool muted);
/* Hears only the band of the measuring box, or of the selected edit, or the visible one; follows them. */
void sb_session_set_band_only (SbSession *session, bool on);
bool sb_session_band_only (SbSession *session);
/* Once through the measuring box or the selected edit (time and band), else the marked span. */
void sb_session_play_selection (SbSession *session);

SbFollow sb_session_follow (SbSession *session);
void sb_session_set_follow (SbSession *session, SbFollow follow);

/* Repeats the 0.1 s at the pointer while it is dragged. */
void sb_session_scrub_begin (SbSession *session, double s);
void sb_session_scrub_to (SbSession *session, double s);
bool sb_session_is_scrubbing (SbSession *session);
void sb_session_scrub_end (SbSession *session);

/* device NULL: the system's default; latency_s 0: the usual.  Kept for the next start. */
void sb_session_set_output (SbSession *session, const char *device, double latency_s);
const char *sb_session_output_device (SbSession *session);
double sb_session_output_latency_s (SbSession *session);
SbPlayer *sb_session_player (SbSession *session);

void sb_session_listen_again (SbSession *session); /* the band may be another */
/* For the files that implement the session. */
void sb_session_sound_init (SbSession *session);
void sb_session_sound_recording (SbSession *session); /* another one is open */
void sb_session_sound_polled (SbSession *session);    /* the playhead moved */
void sb_session_sound_ended (SbSession *session);     /* playing is over: counts for SONOBRUSH_DEBUG=sound */
