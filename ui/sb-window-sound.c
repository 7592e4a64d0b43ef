/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The actions about listening; their states are the session's. */
#include "ui/sb-inspector.h"
#include "ui/sb-session-sound.h"
#include "ui/sb-transport.h"
#include "ui/sb-window-private.h"

#include <math.h>

static SbSession *
session_of (void *data)
{
  return SB_WINDOW (data)->session;
}

static void
act_band_only (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_session_set_band_only (session_of (data), !sb_session_band_only (session_of (data)));
}

static void
act_play_selection (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_session_play_selection (session_of (data));
}

/* From where the pointer is over the picture, a ruler or a lane; else from where the playhead stands. */
static void
act_play_from_pointer (GSimpleAction *action, GVariant *parameter, void *data)
{
  double t_s, hz;
  if (sb_inspector_pointer (sb_inspector_of (session_of (data)), &t_s, &hz))
    sb_session_seek (session_of (data), t_s);
  if (!sb_session_is_playing (session_of (data)))
    sb_session_play (session_of (data));
}

static void
act_volume (GSimpleAction *action, GVariant *parameter, void *data)
{
  const double gain = g_variant_get_double (parameter);
  if (isfinite (gain))
    sb_session_set_volume (session_of (data), gain);
}

static void
act_follow (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbFollow follow;
  if (sb_follow_from_name (g_variant_get_string (parameter, NULL), &follow))
    sb_session_set_follow (session_of (data), follow);
}

static void
act_toggle_follow (GSimpleAction *action, GVariant *parameter, void *data)
{
  const bool on = sb_session_follow (session_of (data)) != SB_FOLLOW_OFF;
  sb_session_set_follow (session_of (data), on ? SB_FOLLOW_OFF : SB_FOLLOW_PAGE);
}

static void
act_slow (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_session_set_slow (session_of (data), g_variant_get_double (parameter));
}

static void
act_heterodyne (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_session_set_heterodyne (session_of (data), g_variant_get_double (parameter));
}

static void
act_listen_channels (GSimpleAction *action, GVariant *parameter, void *data)
{
  int left, right;
  g_variant_get (parameter, "(ii)", &left, &right);
  sb_session_set_pair (session_of (data), left, right);
}

static void
act_mute_channel (GSimpleAction *action, GVariant *parameter, void *data)
{
  int channel;
  gboolean muted;
  g_variant_get (parameter, "(ib)", &channel, &muted);
  sb_session_mute_channel (session_of (data), channel, muted);
}

static void
act_output (GSimpleAction *action, GVariant *parameter, void *data)
{
  const char *device;
  double latency_s;
  g_variant_get (parameter, "(&sd)", &device, &latency_s);
  sb_session_set_output (session_of (data), device, latency_s);
}

static void
act_choose_device (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_transport_choose_device (SB_TRANSPORT (SB_WINDOW (data)->transport));
}

static void
update (SbWindow *window)
{
  SbSession *session = window->session;
  const SbListening *listening = sb_session_listening (session);
  const char *device = sb_session_output_device (session);
  const SbFollow follow = sb_session_follow (session);
  sb_window_set_action_state (window, "band-only", g_variant_new_boolean (sb_session_band_only (session)));
  sb_window_set_action_state (window, "follow", g_variant_new_string (sb_follow_name (follow)));
  sb_window_set_action_state (window, "toggle-follow", g_variant_new_boolean (follow != SB_FOLLOW_OFF));
  sb_window_set_action_state (window, "slow", g_variant_new_double (listening->slow));
  sb_window_set_action_state (window, "heterodyne", g_variant_new_double (listening->heterodyne_hz));
  sb_window_set_action_state (window, "mute-channel", g_variant_new_uint64 (listening->muted_channels));
  sb_window_set_action_state (window, "volume", g_variant_new_double (sb_session_volume (session)));
  sb_window_set_action_state (window, "listen-channels", g_variant_new ("(ii)", listening->left, listening->right));
  sb_window_set_action_state (
      window, "output", g_variant_new ("(sd)", device ? device : "", sb_session_output_latency_s (session)));
}

static void
update_enabled (SbWindow *window)
{
  static const char *const names[] = {"band-only",  "play-selection",  "play-from-pointer", "slow",
                                      "heterodyne", "listen-channels", "mute-channel"};
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    sb_window_enable (window, names[i], sb_session_recording (window->session) != NULL);
}

void
sb_window_add_sound_actions (SbWindow *window)
{
  static const GActionEntry entries[] = {
      {.name = "band-only", .activate = act_band_only, .state = "false"},
      {.name = "play-selection", .activate = act_play_selection},
      {.name = "play-from-pointer", .activate = act_play_from_pointer},
      {.name = "follow", .activate = act_follow, .parameter_type = "s", .state = "'off'"},
      {.name = "toggle-follow", .activate = act_toggle_follow, .state = "false"},
      {.name = "slow", .activate = act_slow, .parameter_type = "d", .state = "1.0"},
      {.name = "heterodyne", .activate = act_heterodyne, .parameter_type = "d", .state = "0.0"},
      {.name = "listen-channels", .activate = act_listen_channels, .parameter_type = "(ii)", .state = "(-1, -1)"},
      {.name = "mute-channel", .activate = act_mute_channel, .parameter_type = "(ib)", .state = "@t 0"}, /* bits */
      {.name = "volume", .activate = act_volume, .parameter_type = "d", .state = "1.0"},
      {.name = "output", .activate = act_output, .parameter_type = "(sd)", .state = "('', 0.0)"},
      {.name = "choose-device", .activate = act_choose_device},
  };
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
  g_signal_connect_object (window->session, "listening", G_CALLBACK (update), window, G_CONNECT_SWAPPED);
  g_signal_connect_object (window->session, "recording", G_CALLBACK (update_enabled), window, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_inspector_of (window->session), "box", G_CALLBACK (sb_session_listen_again),
                           window->session, G_CONNECT_SWAPPED);
  update (window);
  update_enabled (window);
}
