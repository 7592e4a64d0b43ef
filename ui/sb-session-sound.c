/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-session-sound.h.  The choice of a device is kept in a small file of
 * the user's configuration, written in the background. */
#include "ui/sb-session-sound.h"
#include "ui/sb-inspector.h"
#include "ui/sb-session-private.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#define SCRUB_S   0.1
#define PAGE_EDGE 0.02 /* of the visible span, before the playhead after a page is turned */

static const char *const follow_names[SB_N_FOLLOWS] = {"off", "page", "centred"};

const char *
sb_follow_name (SbFollow follow)
{
  return follow_names[follow];
}

bool
sb_follow_from_name (const char *name, SbFollow *follow)
{
  for (int i = 0; i < SB_N_FOLLOWS; i++)
    if (g_str_equal (name, follow_names[i])) {
      *follow = i;
      return true;
    }
  return false;
}

/* --- what is heard --- */

/* The measuring box, or else the selected edit: from_s, to_s, low_hz, high_hz. */
static bool
selection (SbSession *session, double bounds[4])
{
  SbBox box;
  if (session->recording && sb_inspector_box (sb_inspector_of (session), &box)) {
    bounds[0] = box.from_s;
    bounds[1] = box.to_s;
    bounds[2] = box.low_hz;
    bounds[3] = box.high_hz;
    return true;
  }
  SbDocument *document = session->recording ? session->recording->document : NULL;
  for (int i = 0; document && session->selected && i < sb_document_n_edits (document); i++) {
    SbOperation *op = sb_document_edit (document, i, NULL);
    if (!g_str_equal (sb_operation_id (op), session->selected))
      continue;
    sb_operation_bounds (op, &bounds[0], &bounds[1], &bounds[2], &bounds[3]);
    return true;
  }
  return false;
}

void
sb_session_listen_again (SbSession *session)
{
  SbListening listening = session->listening;
  double edit[4];
  if (session->band_only && session->recording) {
    const bool chosen = selection (session, edit);
    listening.low_hz = chosen ? edit[2] : session->low_hz;
    listening.high_hz = chosen ? edit[3] : session->high_hz;
  }
  sb_player_set_listening (session->player, &listening);
}

static void
changed (SbSession *session)
{
  sb_session_listen_again (session);
  sb_session_emit (session, "listening");
}

const SbListening *
sb_session_listening (SbSession *session)
{
  return &session->listening;
}

void
sb_session_set_slow (SbSession *session, double factor)
{
  if (!isfinite (factor))
    return;
  session->listening.slow = CLAMP (factor, 0.1, 20);
  changed (session);
}

void
sb_session_set_heterodyne (SbSession *session, double hz)
{
  const double nyquist_hz = session->recording ? session->recording->nyquist_hz : 0;
  if (!isfinite (hz))
    return;
  session->listening.heterodyne_hz = CLAMP (hz, 0, nyquist_hz);
  changed (session);
}

void
sb_session_set_pair (SbSession *session, int left, int right)
{
  const int channels = session->recording ? session->recording->channels : 0;
  const bool chosen = left >= 0 && right >= 0 && left < channels && right < channels;
  session->listening.left = chosen ? left : -1;
  session->listening.right = chosen ? right : -1;
  changed (session);
}

void
sb_session_mute_channel (SbSession *session, int channel, bool muted)
{
  if (channel < 0 || channel > 63)
    return;
  const uint64_t bit = UINT64_C (1) << channel;
  session->listening.muted_channels = muted ? session->listening.muted_channels | bit
                                            : session->listening.muted_channels & ~bit;
  changed (session);
}

bool
sb_session_band_only (SbSession *session)
{
  return session->band_only;
}

void
sb_session_set_band_only (SbSession *session, bool on)
{
  session->band_only = on;
  changed (session);
}

void
sb_session_play_selection (SbSession *session)
{
  double chosen[4], from_s = session->loop_from_s, to_s = session->loop_to_s;
  if (!session->recording)
    return;
  if (selection (session, chosen)) {
    from_s = MAX (chosen[0], 0);
    to_s = MIN (chosen[1], session->recording->duration_s);
    session->band_only = true;
  }
  if (to_s <= from_s)
    return;
  const double rate = session->recording->rate;
  session->playing = true;
  session->playhead_s = from_s;
  session->loop_on = false;
  sb_player_set_loop (session->player, false, 0, 0);
  changed (session);
  g_signal_emit_by_name (session, "problem", "");
  sb_player_play_span (session->player, llround (from_s * rate), llround (to_s * rate));
  sb_session_emit (session, "playhead");
}

/* --- the view follows --- */

SbFollow
sb_session_follow (SbSession *session)
{
  return session->follow;
}

void
sb_session_set_follow (SbSession *session, SbFollow follow)
{
  session->follow = follow;
  sb_session_emit (session, "listening");
}

/* Never during a stroke: what is painted would slip away under the brush. */
void
sb_session_sound_polled (SbSession *session)
{
  const SbViewport view = sb_session_viewport (session, session->width_px, 1);
  const double span_s = view.to_s - view.from_s, head_s = session->playhead_s;
  if (session->follow == SB_FOLLOW_OFF || session->stroking || session->scrubbing || !session->playing)
    return;
  double from_s = view.from_s;
  if (session->follow == SB_FOLLOW_CENTRED)
    from_s = head_s - span_s / 2;
  else if (head_s < view.from_s || head_s >= view.to_s)
    from_s = head_s - PAGE_EDGE * span_s;
  from_s = CLAMP (from_s, 0, MAX (0, session->recording->duration_s - span_s));
  if (fabs (from_s - view.from_s) * session->px_per_s >= 1)
    sb_session_show_span (session, from_s, from_s + span_s);
}

/* --- scrubbing --- */

static void
scrub_place (SbSession *session, double s)
{
  const double rate = session->recording->rate, last_s = MAX (0, session->recording->duration_s - SCRUB_S);
  session->playhead_s = CLAMP (s, 0, session->recording->duration_s);
  const int64_t from = llround (MIN (session->playhead_s, last_s) * rate);
  sb_player_set_loop (session->player, true, from, from + llround (SCRUB_S * rate));
  sb_player_play (session->player, from);
  sb_session_emit (session, "playhead");
}

void
sb_session_scrub_begin (SbSession *session, double s)
{
  if (!session->recording || session->scrubbing)
    return;
  session->scrubbing = true;
  session->played_before_scrub = session->playing;
  session->playing = true;
  scrub_place (session, s);
}

void
sb_session_scrub_to (SbSession *session, double s)
{
  if (session->scrubbing && s != session->playhead_s)
    scrub_place (session, s);
}

bool
sb_session_is_scrubbing (SbSession *session)
{
  return session->scrubbing;
}

void
sb_session_scrub_end (SbSession *session)
{
  if (!session->scrubbing)
    return;
  session->scrubbing = false;
  sb_session_set_loop (session, session->loop_on, session->loop_from_s, session->loop_to_s);
  if (!session->played_before_scrub) {
    const double head_s = session->playhead_s;
    sb_session_stop (session);
    sb_session_seek (session, head_s);
  } else
    sb_session_seek (session, session->playhead_s);
}

/* --- the device --- */

static char *
settings_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "sonobrush", "sound.ini", NULL);
}

static void
keep_output (SbSession *session)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *path = settings_path (), *folder = g_path_get_dirname (path);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  gsize length;
  g_key_file_set_string (keys, "output", "device", session->device ? session->device : "");
  g_key_file_set_double (keys, "output", "latency", session->latency_s);
  char *text = g_key_file_to_data (keys, &length, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, length);
  g_mkdir_with_parents (folder, 0700);
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, NULL, NULL);
}

void
sb_session_set_output (SbSession *session, const char *device, double latency_s)
{
  g_autofree char *name = device && *device ? g_strdup (device) : NULL;
  g_free (session->device);
  session->device = g_steal_pointer (&name);
  session->latency_s = isfinite (latency_s) && latency_s > 0 ? CLAMP (latency_s, 0.005, 1) : 0;
  sb_player_set_output (session->player, session->device, session->latency_s);
  keep_output (session);
  sb_session_emit (session, "listening");
}

const char *
sb_session_output_device (SbSession *session)
{
  return session->device;
}

double
sb_session_output_latency_s (SbSession *session)
{
  return session->latency_s;
}

SbPlayer *
sb_session_player (SbSession *session)
{
  return session->player;
}

/* --- for the session --- */

void
sb_session_sound_init (SbSession *session)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *path = settings_path ();
  session->listening = SB_LISTENING_PLAIN;
  static const char *const followed[] = {"span", "selected", "edits"};
  for (size_t i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect (session, followed[i], G_CALLBACK (sb_session_listen_again), NULL);
  if (!g_key_file_load_from_file (keys, path, G_KEY_FILE_NONE, NULL))
    return;
  g_autofree char *device = g_key_file_get_string (keys, "output", "device", NULL);
  const double latency_s = g_key_file_get_double (keys, "output", "latency", NULL);
  session->device = device && *device ? g_steal_pointer (&device) : NULL;
  session->latency_s = latency_s >= 0.005 && latency_s <= 1 ? latency_s : 0;
  sb_player_set_output (session->player, session->device, session->latency_s);
}

void
sb_session_sound_recording (SbSession *session)
{
  session->listening = SB_LISTENING_PLAIN;
  session->band_only = session->scrubbing = session->stroking = false;
  changed (session);
}

void
sb_session_sound_ended (SbSession *session)
{
  const char *wish = g_getenv ("SONOBRUSH_DEBUG");
  if (!wish || !strstr (wish, "sound"))
    return;
  const SbPlayerCounts counts = sb_player_counts (session->player);
  g_printerr ("sound: %" G_GUINT64_FORMAT " underruns (%" G_GINT64_FORMAT " frames) in %" G_GUINT64_FORMAT
              " callbacks of up to %" G_GINT64_FORMAT " frames at %d Hz, %" G_GUINT64_FORMAT
              " crossfades, device latency %.1f ms\n",
              counts.underruns, counts.missing_frames, counts.callbacks, counts.block_frames, counts.rate,
              counts.crossfades, 1000 * counts.device_latency_s);
}
