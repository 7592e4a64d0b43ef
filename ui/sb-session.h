/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What one window shows and does, without a widget: the opened recording, the
 * visible span, colours, the tool and its options, the selected edit, playing.
 * Widgets read it, change it through these calls, and follow its signals:
 *
 *   "recording"  another recording, or none           "edits"    list, undo state, muting
 *   "span"       visible time or band, axis            "pixels"   (int view, double from_s, double to_s)
 *   "colours"    palette or range                      "tool"     tool, brush or box options
 *   "source"     Original / Result / Removed           "playhead" position, playing, loop
 *   "hovered"    another edit under the pointer
 *   "selected"   another edit selected                 "problem"  (string) playing is not possible; "" is over
 *   "message"    (string) a passing fact, for a toast  "listening" what of the sound is heard, device, follow
 *   "analysis"   other spans are not exact yet         "waves"    (int view, double from_s, double to_s)
 *
 * Thread: UI. */
#pragma once
#include "document/sb-player.h"
#include "ui/sb-recording.h"

#include <glib-object.h>

#define SB_TYPE_SESSION (sb_session_get_type ())
G_DECLARE_FINAL_TYPE (SbSession, sb_session, SB, SESSION, GObject)

typedef enum {
  SB_TOOL_BRUSH,
  SB_TOOL_ERASER,
  SB_TOOL_BOX,
  SB_TOOL_TIME,
  SB_TOOL_BAND,
  SB_TOOL_LASSO,
  SB_TOOL_HARMONICS,
  SB_TOOL_MEASURE,
  SB_N_TOOLS
} SbTool;
const char *sb_tool_name (SbTool tool);  /* "brush", …: names in actions */
const char *sb_tool_title (SbTool tool); /* "Brush", … for people */
bool sb_tool_from_name (const char *name, SbTool *tool);
static inline bool
sb_tool_paints (SbTool tool)
{
  return tool != SB_TOOL_MEASURE;
}
static inline bool
sb_tool_is_round (SbTool tool)
{
  return tool == SB_TOOL_BRUSH || tool == SB_TOOL_ERASER;
}

enum { SB_CHANNEL_THIS = -2 };
typedef struct {
  double duration_s, bandwidth_hz; /* of the whole dab */
  double gain_db, soft;
  bool strict;
  int channel; /* −1: all, SB_CHANNEL_THIS: the one painted on, where one is shown alone or in a lane of its own */
  double comb_hz; /* harmonics: width of each */
  int count;      /* of harmonics */
  bool comb_deep; /* harmonics: strict unless asked, fine combs would merge */
} SbBrush;

typedef struct {
  SbScale scale;
  SbColormap map;
  double low_db, high_db;
  bool auto_range;
  SbStatistic statistic;
  SbChannelMode channels;
  int channel;          /* from 0, for SB_CHANNELS_ONE */
  bool stacked;         /* channels above one another; `channels` says all then */
  int first_channel;    /* of the stack, on top */
  int n_fft;            /* 0: same as the mask's, −1: auto (by zoom) */
  SbWindowKind window;
  bool reassigned;
} SbLook;

SbSession *sb_session_new (SbPool *pool);
SbPool *sb_session_pool (SbSession *session);
/* Takes the recording (NULL: none). */
void sb_session_take_recording (SbSession *session, SbRecording *recording);
const SbRecording *sb_session_recording (SbSession *session); /* NULL: none */
SbSnapshot *sb_session_snapshot (SbSession *session);         /* new reference, NULL when nothing is open */

/* --- what is visible --- */
/* The picture's width in device pixels; time is scrolled in whole ones. */
void sb_session_set_width (SbSession *session, int width_px);
void sb_session_set_height (SbSession *session, int height_px, int scale); /* scale: device pixels a logical one */
/* Spans of the picture that are not exact yet, told by who draws it; "analysis" when they change. */
typedef struct {
  double from_s, to_s;
} SbTimeSpan;
void sb_session_set_unfinished (SbSession *session, const SbTimeSpan *spans, int n_spans);
const SbTimeSpan *sb_session_unfinished (SbSession *session, int *n_spans);
/* Share of the recording that is analysed, 0 … 1. */
double sb_session_analysed (SbSession *session);
/* "Analysing 38 %" when it takes longer than a second; newly allocated, NULL: nothing to say. */
char *sb_session_analysing (SbSession *session);
/* The plane shown on width × height pixels of any widget. */
SbViewport sb_session_viewport (SbSession *session, int width_px, int height_px);
void sb_session_show_span (SbSession *session, double from_s, double to_s);
void sb_session_show_band (SbSession *session, double low_hz, double high_hz);
void sb_session_zoom_time (SbSession *session, double factor, double anchor_s); /* > 1: closer */
void sb_session_zoom_band (SbSession *session, double factor, double anchor_hz);
void sb_session_scroll (SbSession *session, double time_share, double band_share); /* of what is visible */
void sb_session_fit (SbSession *session);
double sb_session_px_per_s (SbSession *session); /* device pixels */
const SbLook *sb_session_look (SbSession *session);
void sb_session_set_scale (SbSession *session, SbScale scale);
void sb_session_set_palette (SbSession *session, SbColormap map);
void sb_session_set_range (SbSession *session, double low_db, double high_db);
void sb_session_auto_range (SbSession *session);
void sb_session_set_statistic (SbSession *session, SbStatistic statistic);
void sb_session_set_channels (SbSession *session, SbChannelMode mode, int channel);
void sb_session_set_resolution (SbSession *session, int n_fft);
void sb_session_set_window (SbSession *session, SbWindowKind window);
void sb_session_set_reassigned (SbSession *session, bool reassigned);

/* --- what is heard and shown --- */
SbView sb_session_view (SbSession *session);
void sb_session_set_view (SbSession *session, SbView view);
double sb_session_playhead (SbSession *session);
bool sb_session_is_playing (SbSession *session);
void sb_session_play (SbSession *session);
void sb_session_stop (SbSession *session);
void sb_session_seek (SbSession *session, double s);
guint sb_session_n_seeks (SbSession *session); /* tells a jump of the playhead from what playing moves */
bool sb_session_loop (SbSession *session, double *from_s, double *to_s); /* on? the span; false: no span kept */
void sb_session_set_loop (SbSession *session, bool on, double from_s, double to_s);
void sb_session_set_volume (SbSession *session, double gain);
double sb_session_volume (SbSession *session);
void sb_session_take_peaks (SbSession *session, float peaks[2]);
/* Asks the player where it is; called each frame while playing. */
void sb_session_poll (SbSession *session);
/* The last "problem" was the recording, not the device. */
bool sb_session_problem_is_file (SbSession *session);

/* --- painting --- */
SbTool sb_session_tool (SbSession *session);
void sb_session_set_tool (SbSession *session, SbTool tool);
const SbBrush *sb_session_brush (SbSession *session);
void sb_session_set_brush (SbSession *session, const SbBrush *brush);
void sb_session_say (SbSession *session, const char *sentence);
/* Says why nothing may change, where that is so: then true. */
bool sb_session_refuses (SbSession *session);
/* false: nothing happened, *error says why. */
bool sb_session_apply (SbSession *session, SbOperation *op, GError **error);
bool sb_session_preview (SbSession *session, SbOperation *op, GError **error);
void sb_session_undo (SbSession *session);
void sb_session_redo (SbSession *session);

/* --- the edits that are there --- */
const char *sb_session_selected (SbSession *session); /* id of an edit or NULL */
/* Shown as selected; options are those of the next stroke. */
void sb_session_select (SbSession *session, const char *id);
/* Selected, and the options are those of this edit, until another is selected. */
void sb_session_edit (SbSession *session, const char *id);
/* The edit whose options are shown, as it looks now; borrowed; NULL: the next stroke's. */
SbOperation *sb_session_edited (SbSession *session);
/* Seen and heard at once, a step of the history when nothing more comes for a moment.  The spec's id does not count. */
bool sb_session_change_edited (SbSession *session, const SbOpSpec *spec, GError **error);
void sb_session_settle (SbSession *session); /* makes the step now */
bool sb_session_remove_selected (SbSession *session);
const char *sb_session_hovered (SbSession *session); /* id of the edit under the pointer or NULL */
void sb_session_hover (SbSession *session, const char *id);
