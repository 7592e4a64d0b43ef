/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything the window does has a name on the session bus, so that scripts
 * and tests drive what a hand drives; state and enabled flag tell the truth.
 * Here: playing, seeing and editing; those on files are in sb-window-files.c. */
#include "edit/sb-op-json.h"
#include "ui/sb-window-private.h"

#include <math.h>

#define SEEK_STATE_STEP_S 0.1 /* while playing, the seek state is not told more often */

static SbSession *
session_of (void *data)
{
  return SB_WINDOW (data)->session;
}

/* --- playing --- */

static void
act_play (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_session_play (session_of (data));
}

static void
act_stop (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_session_stop (session_of (data));
}

static void
act_play_stop (GSimpleAction *action, GVariant *parameter, void *data)
{
  if (sb_session_is_playing (session_of (data)))
    sb_session_stop (session_of (data));
  else
    sb_session_play (session_of (data));
}

static void
act_seek (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_session_seek (session_of (data), g_variant_get_double (parameter));
}

static void
act_to_start (GSimpleAction *action, GVariant *parameter, void *data)
{
  double from;
  bool loop = sb_session_loop (session_of (data), &from, NULL);
  sb_session_seek (session_of (data), loop ? from : 0);
}

static void
act_to_end (GSimpleAction *action, GVariant *parameter, void *data)
{
  const SbRecording *recording = sb_session_recording (session_of (data));
  if (recording)
    sb_session_seek (session_of (data), recording->duration_s);
}

/* With no span marked, the visible one repeats. */
static void
set_loop (SbSession *session, bool on)
{
  double from, to;
  sb_session_loop (session, &from, &to);
  if (on && to <= from) {
    SbViewport view = sb_session_viewport (session, 1, 1);
    from = view.from_s;
    to = view.to_s;
  }
  sb_session_set_loop (session, on, from, to);
}

static void
act_loop (GSimpleAction *action, GVariant *parameter, void *data)
{
  set_loop (session_of (data), g_variant_get_boolean (parameter));
}

static void
act_toggle_loop (GSimpleAction *action, GVariant *parameter, void *data)
{
  set_loop (session_of (data), !sb_session_loop (session_of (data), NULL, NULL));
}

/* --- seeing --- */

static void
act_view_source (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbView view;
  if (sb_view_from_name (g_variant_get_string (parameter, NULL), &view))
    sb_session_set_view (session_of (data), view);
}

static void
act_show_span (GSimpleAction *action, GVariant *parameter, void *data)
{
  double from, to;
  g_variant_get (parameter, "(dd)", &from, &to);
  sb_session_show_span (session_of (data), from, to);
}

static void
act_show_band (GSimpleAction *action, GVariant *parameter, void *data)
{
  double low, high;
  g_variant_get (parameter, "(dd)", &low, &high);
  sb_session_show_band (session_of (data), low, high);
}

static void
act_fit (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_session_fit (session_of (data));
}

static void
act_scale (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbScale scale;
  if (sb_scale_from_name (g_variant_get_string (parameter, NULL), &scale))
    sb_session_set_scale (session_of (data), scale);
}

static void
act_palette (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbColormap map;
  if (sb_colormap_from_name (g_variant_get_string (parameter, NULL), &map))
    sb_session_set_palette (session_of (data), map);
}

static void
act_auto_range (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_session_auto_range (session_of (data));
}

static void
act_range (GSimpleAction *action, GVariant *parameter, void *data)
{
  double low_db, high_db;
  g_variant_get (parameter, "(dd)", &low_db, &high_db);
  if (isfinite (low_db) && isfinite (high_db) && low_db < high_db)
    sb_session_set_range (session_of (data), low_db, high_db);
}

static void
act_panel (GSimpleAction *action, GVariant *parameter, void *data)
{
  g_autoptr (GVariant) state = g_action_get_state (G_ACTION (action));
  sb_window_set_panel (data, !g_variant_get_boolean (state));
}

/* --- editing --- */

static void
act_tool (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbTool tool;
  if (sb_tool_from_name (g_variant_get_string (parameter, NULL), &tool))
    sb_session_set_tool (session_of (data), tool);
}

static void
act_clear_edits (GSimpleAction *action, GVariant *parameter, void *data)
{
  const SbRecording *recording = sb_session_recording (session_of (data));
  if (recording && sb_document_clear (recording->document))
    sb_window_tell (data, "All edits are deleted. Undo brings them back.");
}

static void
act_apply_operation (GSimpleAction *action, GVariant *parameter, void *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbOperation) op = sb_operation_from_json (g_variant_get_string (parameter, NULL), &error);
  if (!op || !sb_session_apply (session_of (data), op, &error))
    sb_window_tell_problem (data, "The edit was not made", error->message);
}

/* --- telling the truth --- */

void
sb_window_set_action_state (SbWindow *window, const char *name, GVariant *state)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (window), name);
  g_autoptr (GVariant) now = action ? g_action_get_state (action) : NULL;
  g_variant_ref_sink (state);
  if (now && !g_variant_equal (now, state))
    g_simple_action_set_state (G_SIMPLE_ACTION (action), state);
  g_variant_unref (state);
}

void
sb_window_enable (SbWindow *window, const char *name, bool enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (window), name);
  if (action && g_action_get_enabled (action) != enabled)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
update_seek (SbWindow *window)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (window), "seek");
  g_autoptr (GVariant) now = g_action_get_state (action);
  double head = sb_session_playhead (window->session);
  if (!sb_session_is_playing (window->session) || fabs (g_variant_get_double (now) - head) >= SEEK_STATE_STEP_S)
    sb_window_set_action_state (window, "seek", g_variant_new_double (head));
}

void
sb_window_update_actions (SbWindow *window)
{
  static const char *const needs_recording[] = {
      "play-stop",     "seek",       "to-start",  "to-end",          "loop",         "toggle-loop",
      "view-source",   "show-span",  "show-band", "fit",             "scale",        "palette",
      "auto-range",    "range",      "tool",      "apply-operation", "save-project", "save-project-as",
      "save-edits-to", "save-edits", "panel"};
  SbSession *session = window->session;
  const SbRecording *recording = sb_session_recording (session);
  const SbLook *look = sb_session_look (session);
  SbViewport view = sb_session_viewport (session, 1, 1);
  bool playing = sb_session_is_playing (session), busy = sb_exporter_is_busy (window->exporter);
  bool looping = sb_session_loop (session, NULL, NULL);
  const bool read_only = recording && sb_document_is_read_only (recording->document);
  for (size_t i = 0; i < G_N_ELEMENTS (needs_recording); i++)
    sb_window_enable (window, needs_recording[i], recording != NULL);
  sb_window_enable (window, "play", recording && !playing);
  sb_window_enable (window, "stop", recording && playing);
  sb_window_enable (window, "clear-edits", recording && sb_document_n_edits (recording->document) > 0 && !read_only);
  sb_window_enable (window, "load-edits", recording && !read_only);
  sb_window_enable (window, "export", recording && !busy);
  sb_window_enable (window, "export-to", recording && !busy);
  sb_window_enable (window, "export-report", sb_exporter_report (window->exporter) != NULL);
  sb_window_set_action_state (window, "view-source", g_variant_new_string (sb_view_name (sb_session_view (session))));
  sb_window_set_action_state (window, "tool", g_variant_new_string (sb_tool_name (sb_session_tool (session))));
  sb_window_set_action_state (window, "scale", g_variant_new_string (sb_scale_name (look->scale)));
  sb_window_set_action_state (window, "palette", g_variant_new_string (sb_colormap_name (look->map)));
  sb_window_set_action_state (window, "loop", g_variant_new_boolean (looping));
  sb_window_set_action_state (window, "toggle-loop", g_variant_new_boolean (looping));
  sb_window_set_action_state (window, "show-span", g_variant_new ("(dd)", view.from_s, view.to_s));
  sb_window_set_action_state (window, "range", g_variant_new ("(dd)", look->low_db, look->high_db));
  sb_window_set_action_state (window, "show-band", g_variant_new ("(dd)", view.low_hz, view.high_hz));
  update_seek (window);
  sb_window_update_undo_actions (window);
  sb_window_update_inspect_actions (window);
  sb_window_update_marker_actions (window);
  sb_window_update_picture_actions (window);
}

void
sb_window_add_actions (SbWindow *window)
{
  static const GActionEntry entries[] = {
      {.name = "play", .activate = act_play},
      {.name = "stop", .activate = act_stop},
      {.name = "play-stop", .activate = act_play_stop},
      {.name = "seek", .activate = act_seek, .parameter_type = "d", .state = "0.0"},
      {.name = "to-start", .activate = act_to_start},
      {.name = "to-end", .activate = act_to_end},
      {.name = "loop", .activate = act_loop, .parameter_type = "b", .state = "false"},
      {.name = "toggle-loop", .activate = act_toggle_loop, .state = "false"},
      {.name = "clear-edits", .activate = act_clear_edits},
      {.name = "view-source", .activate = act_view_source, .parameter_type = "s", .state = "'result'"},
      {.name = "tool", .activate = act_tool, .parameter_type = "s", .state = "'brush'"},
      {.name = "show-span", .activate = act_show_span, .parameter_type = "(dd)", .state = "(0.0, 0.0)"},
      {.name = "show-band", .activate = act_show_band, .parameter_type = "(dd)", .state = "(0.0, 0.0)"},
      {.name = "fit", .activate = act_fit},
      {.name = "scale", .activate = act_scale, .parameter_type = "s", .state = "'mel'"},
      {.name = "palette", .activate = act_palette, .parameter_type = "s", .state = "'magma'"},
      {.name = "auto-range", .activate = act_auto_range},
      {.name = "range", .activate = act_range, .parameter_type = "(dd)", .state = "(0.0, 0.0)"},
      {.name = "panel", .activate = act_panel, .state = "true"},
      {.name = "apply-operation", .activate = act_apply_operation, .parameter_type = "s"},
  };
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
  sb_window_add_file_actions (window);
  sb_window_add_undo_actions (window);
  sb_window_add_inspect_actions (window);
  sb_window_add_marker_actions (window);
  sb_window_add_picture_actions (window);
}
