/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Actions that read off: page of the panel, how the picture is looked at and
 * times are written, going to a typed time. */
#include "ui/sb-canvas-grid.h"
#include "ui/sb-session-lanes.h"
#include "ui/sb-window-private.h"

#include <math.h>

static SbInspector *
inspector (void *window)
{
  return sb_inspector_of (SB_WINDOW (window)->session);
}

static void
act_page (GSimpleAction *action, GVariant *parameter, void *data)
{
  const char *page = g_variant_get_string (parameter, NULL);
  if (g_str_equal (page, "edit") || g_str_equal (page, "inspect"))
    sb_window_show_page (data, page);
}

/* --- how the picture is looked at --- */

static void
act_statistic (GSimpleAction *action, GVariant *parameter, void *data)
{
  bool average = g_str_equal (g_variant_get_string (parameter, NULL), "average");
  sb_session_set_statistic (SB_WINDOW (data)->session, average ? SB_STATISTIC_AVERAGE : SB_STATISTIC_PEAK);
}

/* The one that is shown alone or on top, else the first. */
static int
first_channel (SbSession *session)
{
  SbLanes lanes = sb_session_shown_lanes (session);
  return MAX (lanes.first, 0);
}

/* "stacked", "all", "mid", "one", or a number from 1 */
static void
act_channels (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbSession *session = SB_WINDOW (data)->session;
  const SbRecording *recording = sb_session_recording (session);
  const char *name = g_variant_get_string (parameter, NULL);
  gint64 number = g_str_equal (name, "one") ? first_channel (session) + 1 : g_ascii_strtoll (name, NULL, 10);
  if (g_str_equal (name, "stacked"))
    sb_session_set_stacked (session, first_channel (session));
  else if (g_str_equal (name, "all") || g_str_equal (name, "mid"))
    sb_session_set_channels (session, *name == 'a' ? SB_CHANNELS_ALL : SB_CHANNELS_MID, 0);
  else if (recording && number >= 1 && number <= recording->channels)
    sb_session_set_channels (session, SB_CHANNELS_ONE, (int)number - 1);
}

/* From 1: shown alone, or on top of the stack. */
static void
act_channel (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbSession *session = SB_WINDOW (data)->session;
  const SbRecording *recording = sb_session_recording (session);
  int number = g_variant_get_int32 (parameter);
  if (recording && number >= 1 && number <= recording->channels)
    sb_session_set_first_channel (session, number - 1);
}

static bool
paints_shown (SbSession *session)
{
  return sb_session_brush (session)->channel == SB_CHANNEL_THIS;
}

static void
act_paint_shown (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbSession *session = SB_WINDOW (data)->session;
  sb_session_set_paint_shown (session, !paints_shown (session));
}

/* FFT size; 0: same as the mask, −1: auto (by zoom) */
static void
act_resolution (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_session_set_resolution (SB_WINDOW (data)->session, g_variant_get_int32 (parameter));
}

static void
act_window (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindowKind kind;
  if (sb_window_from_name (g_variant_get_string (parameter, NULL), &kind))
    sb_session_set_window (SB_WINDOW (data)->session, kind);
}

static void
act_reassigned (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbSession *session = SB_WINDOW (data)->session;
  sb_session_set_reassigned (session, !sb_session_look (session)->reassigned);
}

static void
update_look (SbWindow *window)
{
  const SbLook *look = sb_session_look (window->session);
  const SbRecording *recording = sb_session_recording (window->session);
  bool many = recording && recording->channels > SB_MANY_CHANNELS;
  g_autofree char *channel = look->stacked                       ? g_strdup ("stacked")
                             : look->channels == SB_CHANNELS_ALL ? g_strdup ("all")
                             : look->channels == SB_CHANNELS_MID ? g_strdup ("mid")
                             : many                              ? g_strdup ("one")
                                                                 : g_strdup_printf ("%d", look->channel + 1);
  sb_window_set_action_state (window, "statistic",
                              g_variant_new_string (look->statistic == SB_STATISTIC_AVERAGE ? "average" : "peak"));
  sb_window_set_action_state (window, "channels", g_variant_new_string (channel));
  sb_window_set_action_state (window, "paint-shown", g_variant_new_boolean (paints_shown (window->session)));
  sb_window_set_action_state (window, "channel", g_variant_new_int32 (first_channel (window->session) + 1));
  sb_window_set_action_state (window, "resolution", g_variant_new_int32 (look->n_fft));
  sb_window_set_action_state (window, "look-window", g_variant_new_string (sb_window_name (look->window)));
  sb_window_set_action_state (window, "reassigned", g_variant_new_boolean (look->reassigned));
}

static void
act_notes (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbInspector *aids = inspector (data);
  sb_inspector_set_aids (aids, !sb_inspector_notes (aids), sb_inspector_harmonics (aids));
}

static void
act_harmonic_cursor (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbInspector *aids = inspector (data);
  sb_inspector_set_aids (aids, sb_inspector_notes (aids), !sb_inspector_harmonics (aids));
}

/* --- measuring --- */

static void
act_measure (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbBox box;
  g_variant_get (parameter, "(dddd)", &box.from_s, &box.to_s, &box.low_hz, &box.high_hz);
  sb_inspector_set_box (inspector (data), &box);
}

/* --- times --- */

static void
act_times (GSimpleAction *action, GVariant *parameter, void *data)
{
  const char *name = g_variant_get_string (parameter, NULL);
  SbTimeKind kind;
  double fps = 0;
  g_auto (GStrv) parts = g_strsplit (name, "-", 2); /* "timecode-29.97" */
  if (!parts[0] || !sb_time_kind_from_name (parts[0], &kind))
    return;
  if (parts[1])
    fps = g_str_equal (parts[1], "29.97")    ? 30000 / 1001.0
          : g_str_equal (parts[1], "23.976") ? 24000 / 1001.0
                                             : g_ascii_strtod (parts[1], NULL);
  sb_inspector_set_times (inspector (data), kind, fps);
}

static void
on_time_typed (GtkEntry *entry, SbWindow *window)
{
  SbTimeFormat times = sb_inspector_times (inspector (window));
  GtkWidget *dialog = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (entry)));
  double s;
  if (!sb_parse_time_as (&times, gtk_editable_get_text (GTK_EDITABLE (entry)), &s)) {
    gtk_widget_add_css_class (GTK_WIDGET (entry), "error");
    return;
  }
  SbViewport view = sb_session_viewport (window->session, 1, 1);
  double span = view.to_s - view.from_s;
  sb_session_seek (window->session, s);
  if (s < view.from_s || s > view.to_s)
    sb_session_show_span (window->session, s - span / 2, s + span / 2);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
on_entry_changed (GtkWidget *entry)
{
  gtk_widget_remove_css_class (entry, "error");
}

static void
on_go_response (AdwMessageDialog *dialog, const char *response, GtkWidget *entry)
{
  if (g_str_equal (response, "go"))
    g_signal_emit_by_name (entry, "activate");
}

static void
act_go_to (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  GtkWidget *dialog =
      adw_message_dialog_new (GTK_WINDOW (window), "Go to a Time", "As 1:02.5, 62.5 s, 40 ms, or in the unit shown.");
  GtkWidget *entry = gtk_entry_new ();
  g_autofree char *now = sb_inspector_format_time (inspector (window), sb_session_playhead (window->session));
  gtk_editable_set_text (GTK_EDITABLE (entry), now);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, "Time", -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", "Cancel", "go", "Go", NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "go", ADW_RESPONSE_SUGGESTED);
  g_signal_connect_object (entry, "activate", G_CALLBACK (on_time_typed), window, 0);
  g_signal_connect (entry, "changed", G_CALLBACK (on_entry_changed), NULL);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_go_response), entry, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (entry);
}

/* --- telling the truth --- */

static const char *
times_name (SbWindow *window, char *name, gsize size)
{
  SbTimeFormat times = sb_inspector_times (inspector (window));
  double rounded = round (times.fps * 100) / 100;
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd (digits, sizeof digits, "%g", rounded);
  g_snprintf (name, size, times.kind == SB_TIME_TIMECODE ? "%s-%s" : "%s", sb_time_kind_name (times.kind), digits);
  return name;
}

void
sb_window_update_inspect_actions (SbWindow *window)
{
  static const char *const needs_recording[] = {"page",     "times",   "go-to",      "measure",     "statistic",
                                                "channels", "channel", "resolution", "look-window", "reassigned"};
  bool open = sb_session_recording (window->session) != NULL;
  char name[64];
  SbBox box = {0};
  sb_inspector_box (inspector (window), &box);
  for (size_t i = 0; i < G_N_ELEMENTS (needs_recording); i++)
    sb_window_enable (window, needs_recording[i], open);
  sb_window_enable (window, "paint-shown", sb_session_shows_single (window->session));
  update_look (window);
  sb_window_set_action_state (window, "notes", g_variant_new_boolean (sb_inspector_notes (inspector (window))));
  sb_window_set_action_state (window, "harmonic-cursor",
                              g_variant_new_boolean (sb_inspector_harmonics (inspector (window))));
  sb_window_set_action_state (window, "times", g_variant_new_string (times_name (window, name, sizeof name)));
  sb_window_set_action_state (window, "measure",
                              g_variant_new ("(dddd)", box.from_s, box.to_s, box.low_hz, box.high_hz));
}

void
sb_window_add_inspect_actions (SbWindow *window)
{
  static const GActionEntry entries[] = {
      {.name = "page", .activate = act_page, .parameter_type = "s", .state = "'edit'"},
      {.name = "measure", .activate = act_measure, .parameter_type = "(dddd)", .state = "(0.0, 0.0, 0.0, 0.0)"},
      {.name = "statistic", .activate = act_statistic, .parameter_type = "s", .state = "'peak'"},
      {.name = "channels", .activate = act_channels, .parameter_type = "s", .state = "'all'"},
      {.name = "channel", .activate = act_channel, .parameter_type = "i", .state = "1"},
      {.name = "paint-shown", .activate = act_paint_shown, .state = "false"},
      {.name = "resolution", .activate = act_resolution, .parameter_type = "i", .state = "0"},
      {.name = "look-window", .activate = act_window, .parameter_type = "s", .state = "'hann'"},
      {.name = "reassigned", .activate = act_reassigned, .state = "false"},
      {.name = "notes", .activate = act_notes, .state = "false"},
      {.name = "harmonic-cursor", .activate = act_harmonic_cursor, .state = "false"},
      {.name = "times", .activate = act_times, .parameter_type = "s", .state = "'clock'"},
      {.name = "go-to", .activate = act_go_to},
  };
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
}
