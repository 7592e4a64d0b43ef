/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The visible span and band, colours, and playing. */
#include "ui/sb-session-private.h"

#include <math.h>

static double
duration (SbSession *session)
{
  return session->recording ? session->recording->duration_s : 1;
}

/* Least visible time: a frame on 8 pixels, but never more than there is. */
static double
min_span (SbSession *session)
{
  double rate = session->recording ? session->recording->rate : 44100;
  return MIN (duration (session), session->width_px / 8.0 / rate);
}

static void
tell_visible (SbSession *session, SbSpectrogram *picture)
{
  SbViewport view = sb_session_viewport (session, session->width_px, 1);
  sb_spectrogram_set_visible (picture, view.from_s, view.to_s);
}

static void
set_span (SbSession *session, double from_s, double span_s)
{
  span_s = CLAMP (span_s, min_span (session), duration (session));
  session->px_per_s = session->width_px / span_s;
  from_s = CLAMP (from_s, 0, duration (session) - span_s);
  session->from_s = round (from_s * session->px_per_s) / session->px_per_s;
  if (session->recording) {
    SbViewport view = sb_session_viewport (session, session->width_px, 1);
    for (int v = 0; v < SB_N_VIEWS; v++) {
      sb_spectrogram_set_visible (session->recording->spectrogram[v], view.from_s, view.to_s);
      if (session->recording->looked[v])
        sb_spectrogram_set_visible (session->recording->looked[v], view.from_s, view.to_s);
    }
    sb_session_lanes_each (session, tell_visible);
    sb_session_look_follows_zoom (session);
  }
  sb_session_emit (session, "span");
}

static double
span (SbSession *session)
{
  return session->width_px / session->px_per_s;
}

void
sb_session_set_width (SbSession *session, int width_px)
{
  if (width_px == session->width_px || width_px < 1)
    return;
  double seconds = span (session);
  session->width_px = width_px;
  set_span (session, session->from_s, seconds);
}

void
sb_session_set_height (SbSession *session, int height_px, int scale)
{
  bool changed = session->height_px != height_px;
  session->height_px = height_px;
  session->scale = MAX (scale, 1);
  if (changed && session->look.stacked)
    sb_session_update_look (session); /* more lanes may fit now, or fewer */
}

SbViewport
sb_session_viewport (SbSession *session, int width_px, int height_px)
{
  return (SbViewport){
      .from_s = session->from_s,
      .to_s = session->from_s + span (session),
      .low_hz = session->low_hz,
      .high_hz = session->high_hz,
      .scale = session->look.scale,
      .width_px = MAX (width_px, 1),
      .height_px = MAX (height_px, 1),
  };
}

double
sb_session_px_per_s (SbSession *session)
{
  return session->px_per_s;
}

void
sb_session_show_span (SbSession *session, double from_s, double to_s)
{
  if (isfinite (from_s) && isfinite (to_s) && to_s > from_s)
    set_span (session, from_s, to_s - from_s);
}

void
sb_session_show_band (SbSession *session, double low_hz, double high_hz)
{
  double nyquist = session->recording ? session->recording->nyquist_hz : 1;
  double least =
      session->recording ? 4.0 * session->recording->rate / sb_document_grid (session->recording->document)->n_fft : 1;
  if (!isfinite (low_hz) || !isfinite (high_hz) || high_hz <= low_hz)
    return;
  double floor_hz = session->look.scale == SB_SCALE_LOG ? MIN (10, nyquist / 100) : 0;
  least = MIN (least, nyquist - floor_hz);
  session->high_hz = CLAMP (high_hz, floor_hz + least, nyquist);
  session->low_hz = CLAMP (low_hz, floor_hz, session->high_hz - least);
  sb_session_emit (session, "span");
}

void
sb_session_zoom_time (SbSession *session, double factor, double anchor_s)
{
  double old = span (session);
  double wanted = CLAMP (old / factor, min_span (session), duration (session));
  set_span (session, anchor_s - (anchor_s - session->from_s) * wanted / old, wanted);
}

/* Zooms along the axis as it is drawn. */
void
sb_session_zoom_band (SbSession *session, double factor, double anchor_hz)
{
  SbScale scale = session->look.scale;
  double anchor = sb_scale_from_hz (scale, anchor_hz);
  double low = sb_scale_from_hz (scale, session->low_hz), high = sb_scale_from_hz (scale, session->high_hz);
  low = anchor + (low - anchor) / factor;
  high = anchor + (high - anchor) / factor;
  sb_session_show_band (session, MAX (0, sb_scale_to_hz (scale, low)), sb_scale_to_hz (scale, high));
}

void
sb_session_scroll (SbSession *session, double time_share, double band_share)
{
  if (time_share != 0) {
    double shift = round (time_share * session->width_px);
    if (shift == 0)
      shift = time_share > 0 ? 1 : -1;
    set_span (session, session->from_s + shift / session->px_per_s, span (session));
  }
  if (band_share != 0 && session->recording) {
    SbScale scale = session->look.scale;
    double low = sb_scale_from_hz (scale, session->low_hz), high = sb_scale_from_hz (scale, session->high_hz);
    double bottom = sb_scale_from_hz (scale, scale == SB_SCALE_LOG ? 10 : 0);
    double top = sb_scale_from_hz (scale, session->recording->nyquist_hz);
    double shift = CLAMP (band_share * (high - low), MIN (0, bottom - low), MAX (0, top - high));
    if (shift != 0)
      sb_session_show_band (session, MAX (0, sb_scale_to_hz (scale, low + shift)),
                            sb_scale_to_hz (scale, high + shift));
  }
}

void
sb_session_fit (SbSession *session)
{
  set_span (session, 0, duration (session));
  if (session->recording)
    sb_session_show_band (session, 0, session->recording->nyquist_hz);
}

const SbLook *
sb_session_look (SbSession *session)
{
  return &session->look;
}

void
sb_session_set_scale (SbSession *session, SbScale scale)
{
  session->look.scale = scale;
  session->scale_is_mine = true;
  sb_session_show_band (session, session->low_hz, session->high_hz);
  sb_session_emit (session, "colours");
}

void
sb_session_set_palette (SbSession *session, SbColormap map)
{
  session->look.map = map;
  sb_session_emit (session, "colours");
}

void
sb_session_set_range (SbSession *session, double low_db, double high_db)
{
  session->look.low_db = CLAMP (low_db, -140, 15);
  session->look.high_db = CLAMP (high_db, session->look.low_db + 5, 20);
  session->look.auto_range = false;
  sb_session_emit (session, "colours");
}

void
sb_session_auto_range (SbSession *session)
{
  if (!session->recording)
    return;
  session->look.low_db = session->recording->auto_low_db;
  session->look.high_db = session->recording->auto_high_db;
  session->look.auto_range = true;
  sb_session_emit (session, "colours");
}

/* --- playing --- */

SbView
sb_session_view (SbSession *session)
{
  return session->view;
}

void
sb_session_set_view (SbSession *session, SbView view)
{
  if (view == session->view || !session->recording)
    return;
  session->view = view;
  g_autoptr (SbSnapshot) snapshot = sb_session_snapshot (session);
  sb_player_set_source (session->player, snapshot->source[view]);
  sb_session_emit (session, "source");
}

double
sb_session_playhead (SbSession *session)
{
  return session->playhead_s;
}

bool
sb_session_is_playing (SbSession *session)
{
  return session->playing;
}

void
sb_session_play (SbSession *session)
{
  if (!session->recording)
    return;
  double rate = session->recording->rate;
  if (session->playhead_s >= session->recording->duration_s - 1 / rate)
    session->playhead_s = 0;
  session->playing = true;
  g_signal_emit_by_name (session, "problem", "");
  sb_player_play (session->player, llround (session->playhead_s * rate));
  sb_session_emit (session, "playhead");
}

void
sb_session_stop (SbSession *session)
{
  if (!session->playing)
    return;
  sb_player_stop (session->player);
  session->playing = false;
  sb_session_sound_ended (session);
  sb_session_emit (session, "playhead");
}

void
sb_session_seek (SbSession *session, double s)
{
  if (!session->recording || !isfinite (s))
    return;
  session->playhead_s = CLAMP (s, 0, session->recording->duration_s);
  session->n_seeks++;
  if (session->playing)
    sb_player_seek (session->player, llround (session->playhead_s * session->recording->rate));
  sb_session_emit (session, "playhead");
}

guint
sb_session_n_seeks (SbSession *session)
{
  return session->n_seeks;
}

bool
sb_session_loop (SbSession *session, double *from_s, double *to_s)
{
  if (from_s)
    *from_s = session->loop_from_s;
  if (to_s)
    *to_s = session->loop_to_s;
  return session->loop_on;
}

void
sb_session_set_loop (SbSession *session, bool on, double from_s, double to_s)
{
  if (!session->recording)
    return;
  double rate = session->recording->rate;
  session->loop_from_s = CLAMP (from_s, 0, session->recording->duration_s);
  session->loop_to_s = CLAMP (to_s, session->loop_from_s, session->recording->duration_s);
  session->loop_on = on && (session->loop_to_s - session->loop_from_s) * rate >= 2;
  sb_player_set_loop (session->player, session->loop_on, llround (session->loop_from_s * rate),
                      llround (session->loop_to_s * rate));
  sb_session_emit (session, "playhead");
}

void
sb_session_set_volume (SbSession *session, double gain)
{
  session->volume = CLAMP (gain, 0, 1);
  sb_player_set_volume (session->player, session->volume);
  sb_session_emit (session, "listening");
}

double
sb_session_volume (SbSession *session)
{
  return session->volume;
}

void
sb_session_take_peaks (SbSession *session, float peaks[2])
{
  sb_player_take_peaks (session->player, peaks);
}

bool
sb_session_problem_is_file (SbSession *session)
{
  return sb_player_source_failed (session->player);
}

void
sb_session_poll (SbSession *session)
{
  if (!session->recording)
    return;
  g_autofree char *problem = sb_player_take_problem (session->player);
  if (problem) {
    session->playing = false;
    sb_session_sound_ended (session);
    g_signal_emit_by_name (session, "problem", problem);
    sb_session_emit (session, "playhead");
  }
  if (!session->playing)
    return;
  double rate = session->recording->rate;
  double now = CLAMP (sb_player_position (session->player) / rate, 0, session->recording->duration_s);
  bool playing = sb_player_is_playing (session->player);
  if ((now == session->playhead_s || session->scrubbing) && playing)
    return;
  if (!session->scrubbing)
    session->playhead_s = now;
  session->playing = playing;
  if (!playing)
    sb_session_sound_ended (session);
  sb_session_sound_polled (session);
  sb_session_emit (session, "playhead");
}
