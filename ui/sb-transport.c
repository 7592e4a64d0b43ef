/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * While it plays, and until the meter has fallen back, a tick callback asks
 * the player where it is once a frame; otherwise nothing runs. */
#include "ui/sb-transport.h"
#include "base/sb-units.h"
#include "ui/sb-icon-button.h"
#include "ui/sb-inspector.h"
#include "ui/sb-meter.h"
#include "ui/sb-sound-menu.h"

#include <math.h>

#define ZOOM_STEP 1.5
enum { METER_WIDE = 240, METER_NARROW = 170 };

struct _SbTransport {
  GtkBox parent;
  SbSession *session;
  GtkWidget *play, *clock, *length, *meter, *volume_icon, *volume, *sound, *span, *band_zoom;
  double kept_volume; /* while the sound is off */
  guint tick, text_idle;
};

G_DEFINE_TYPE (SbTransport, sb_transport, GTK_TYPE_BOX)

GtkWidget *
sb_transport_play_button (SbTransport *self)
{
  return self->play;
}

void
sb_transport_choose_device (SbTransport *self)
{
  sb_sound_menu_choose_device (SB_SOUND_MENU (self->sound));
}

static GtkWidget *
flat (GtkWidget *widget)
{
  gtk_widget_set_valign (widget, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (widget, "flat");
  return widget;
}

static GtkWidget *
button (const char *icon, const char *tooltip, const char *label, const char *action)
{
  return flat (sb_icon_button (gtk_button_new (), icon, tooltip, label, action));
}

static GtkWidget *
toggle (const char *icon, const char *tooltip, const char *label, const char *action)
{
  return flat (sb_icon_button (gtk_toggle_button_new (), icon, tooltip, label, action));
}

/* --- clock and meter --- */

static void
show_clock (SbTransport *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  SbInspector *inspector = sb_inspector_of (self->session);
  g_autofree char *now = sb_inspector_format_time (inspector, sb_session_playhead (self->session));
  g_autofree char *all = sb_inspector_format_time (inspector, recording ? recording->duration_s : 0);
  g_autofree char *length = g_strconcat ("/ ", all, NULL);
  gtk_label_set_text (GTK_LABEL (self->clock), now);
  gtk_label_set_text (GTK_LABEL (self->length), length);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *frame_clock, void *data)
{
  SbTransport *self = SB_TRANSPORT (widget);
  float peaks[2] = {0, 0};
  sb_session_poll (self->session);
  sb_session_take_peaks (self->session, peaks);
  if (!sb_session_is_playing (self->session))
    peaks[0] = peaks[1] = 0;
  sb_meter_feed (SB_METER (self->meter), peaks, gdk_frame_clock_get_frame_time (frame_clock));
  if (sb_session_is_playing (self->session) || !sb_meter_is_quiet (SB_METER (self->meter)))
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
playhead_changed (SbTransport *self)
{
  bool playing = sb_session_is_playing (self->session);
  gtk_button_set_icon_name (GTK_BUTTON (self->play),
                            playing ? "media-playback-pause-symbolic" : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (self->play, playing ? "Stop (Space)" : "Play (Space)");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play), GTK_ACCESSIBLE_PROPERTY_LABEL, playing ? "Stop" : "Play",
                                  -1);
  show_clock (self);
  if (playing && !self->tick)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
}

/* --- the visible span --- */

static gboolean
show_span (void *data)
{
  SbTransport *self = data;
  self->text_idle = 0;
  if (!sb_session_recording (self->session))
    return G_SOURCE_REMOVE;
  SbViewport view = sb_session_viewport (self->session, 1, 1);
  g_autofree char *span = sb_format_duration (view.to_s - view.from_s);
  g_autofree char *band = sb_format_band (view.low_hz, view.high_hz);
  g_autofree char *analysing = sb_session_analysing (self->session);
  const char *how = sb_session_look (self->session)->reassigned ? "Reassigned  ·  " : "";
  g_autofree char *text = analysing ? g_steal_pointer (&analysing) : g_strdup_printf ("%s%s  ·  %s", how, span, band);
  gtk_label_set_text (GTK_LABEL (self->span), text);
  return G_SOURCE_REMOVE;
}

/* The span may change while sizes are being allocated: text waits until that is over. */
static void
span_changed (SbTransport *self)
{
  if (!self->text_idle)
    self->text_idle = g_idle_add (show_span, self);
}

/* --- buttons --- */

static double
band_middle (SbTransport *self)
{
  SbViewport view = sb_session_viewport (self->session, 1, 2);
  return sb_viewport_hz (&view, 1);
}

static void
zoom (SbTransport *self, double time_factor, double band_factor)
{
  SbViewport view = sb_session_viewport (self->session, 1, 1);
  double head = sb_session_playhead (self->session);
  bool head_seen = head > view.from_s && head < view.to_s;
  if (time_factor != 1)
    sb_session_zoom_time (self->session, time_factor, head_seen ? head : (view.from_s + view.to_s) / 2);
  if (band_factor != 1)
    sb_session_zoom_band (self->session, band_factor, band_middle (self));
}

static void
time_out (SbTransport *self)
{
  zoom (self, 1 / ZOOM_STEP, 1);
}

static void
time_in (SbTransport *self)
{
  zoom (self, ZOOM_STEP, 1);
}

static void
band_out (SbTransport *self)
{
  zoom (self, 1, 1 / ZOOM_STEP);
}

static void
band_in (SbTransport *self)
{
  zoom (self, 1, ZOOM_STEP);
}

static void
volume_changed (SbTransport *self)
{
  double value = gtk_range_get_value (GTK_RANGE (self->volume));
  if (fabs (value * value - sb_session_volume (self->session)) > 1e-6)
    sb_session_set_volume (self->session, value * value); /* finer where it is quiet */
  gtk_button_set_icon_name (GTK_BUTTON (self->volume_icon), value <= 0    ? "audio-volume-muted-symbolic"
                                                            : value < .34 ? "audio-volume-low-symbolic"
                                                            : value < .67 ? "audio-volume-medium-symbolic"
                                                                          : "audio-volume-high-symbolic");
}

static void
listening_changed (SbTransport *self)
{
  double value = gtk_range_get_value (GTK_RANGE (self->volume)), volume = sb_session_volume (self->session);
  if (fabs (value * value - volume) > 1e-6)
    gtk_range_set_value (GTK_RANGE (self->volume), sqrt (volume));
}

static void
toggle_sound (SbTransport *self)
{
  double value = gtk_range_get_value (GTK_RANGE (self->volume));
  if (value > 0)
    self->kept_volume = value;
  gtk_range_set_value (GTK_RANGE (self->volume), value > 0 ? 0 : self->kept_volume);
}

static GtkWidget *
zoom_group (SbTransport *self, const char *icon, const char *what, GCallback out, GCallback in)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *image = gtk_image_new_from_icon_name (icon);
  GtkWidget *buttons[2];
  gtk_widget_add_css_class (image, "zoom-icon");
  gtk_box_append (GTK_BOX (box), image);
  for (int i = 0; i < 2; i++) {
    g_autofree char *text = g_strdup_printf (i ? "Zoom In %s (Ctrl+%sWheel)" : "Zoom Out %s (Ctrl+%sWheel)", what,
                                             in == G_CALLBACK (band_in) ? "Shift+" : "");
    buttons[i] = button (i ? "value-increase-symbolic" : "value-decrease-symbolic", text, text, NULL);
    g_signal_connect_swapped (buttons[i], "clicked", i ? in : out, self);
    gtk_box_append (GTK_BOX (box), buttons[i]);
  }
  return box;
}

/* The dialog keeps the clock a label: an entry there would take Space away from Play. */
static void
on_clock_clicked (GtkGestureClick *click)
{
  gtk_widget_activate_action (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (click)), "win.go-to", NULL);
}

static void
build_left (SbTransport *self, GtkBox *box)
{
  gtk_box_append (box, button ("media-skip-backward-symbolic", "To the Start (Home)", "To the Start", "win.to-start"));
  self->play = button ("media-playback-start-symbolic", "Play (Space)", "Play", "win.play-stop");
  gtk_widget_set_valign (self->play, GTK_ALIGN_CENTER);
  gtk_widget_remove_css_class (self->play, "flat");
  gtk_widget_add_css_class (self->play, "play");
  gtk_widget_add_css_class (self->play, "circular");
  gtk_widget_add_css_class (self->play, "suggested-action");
  gtk_box_append (box, self->play);
  gtk_box_append (box, toggle ("sb-loop-symbolic", "Loop (L): drag on the time ruler to mark what repeats", "Loop",
                               "win.toggle-loop"));
  gtk_box_append (box, toggle ("sb-band-listen-symbolic",
                               "Hear Only This Band: of the measuring box, the selected edit, or all that is visible",
                               "Band Only", "win.band-only"));
  gtk_box_append (box, toggle ("sb-follow-symbolic", "Follow the Playhead", "Follow", "win.toggle-follow"));
  self->clock = gtk_label_new ("0:00.000");
  gtk_label_set_width_chars (GTK_LABEL (self->clock), 8);
  gtk_label_set_xalign (GTK_LABEL (self->clock), 1);
  gtk_widget_add_css_class (self->clock, "clock");
  gtk_widget_add_css_class (self->clock, "numeric");
  gtk_widget_set_tooltip_text (self->clock, "Click to go to a time (Ctrl+G)");
  gtk_widget_set_cursor_from_name (self->clock, "text");
  GtkGesture *typed = gtk_gesture_click_new ();
  g_signal_connect (typed, "released", G_CALLBACK (on_clock_clicked), NULL);
  gtk_widget_add_controller (self->clock, GTK_EVENT_CONTROLLER (typed));
  gtk_box_append (box, self->clock);
  self->length = gtk_label_new ("/ 0:00.000");
  gtk_widget_add_css_class (self->length, "length");
  gtk_widget_add_css_class (self->length, "numeric");
  gtk_box_append (box, self->length);
  self->meter = sb_meter_new ();
  gtk_widget_set_size_request (self->meter, METER_WIDE, -1);
  gtk_widget_set_margin_start (self->meter, 12);
  gtk_box_append (box, self->meter);
  self->volume_icon = button ("audio-volume-high-symbolic", "Sound On or Off", "Sound On or Off", NULL);
  g_signal_connect_swapped (self->volume_icon, "clicked", G_CALLBACK (toggle_sound), self);
  gtk_box_append (box, self->volume_icon);
  self->volume = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0, 1, .05);
  gtk_widget_set_size_request (self->volume, 100, -1);
  gtk_widget_set_tooltip_text (self->volume, "Volume");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->volume), GTK_ACCESSIBLE_PROPERTY_LABEL, "Volume", -1);
  gtk_range_set_value (GTK_RANGE (self->volume), 1);
  g_signal_connect_swapped (self->volume, "value-changed", G_CALLBACK (volume_changed), self);
  gtk_box_append (box, self->volume);
  self->sound = sb_sound_menu_new (self->session);
  gtk_box_append (box, self->sound);
}

void
sb_transport_set_narrow (SbTransport *self, int step)
{
  gtk_widget_set_visible (self->span, step < 1);
  gtk_widget_set_visible (self->volume, step < 1);
  gtk_widget_set_size_request (self->meter, step < 2 ? METER_WIDE : METER_NARROW, -1);
  gtk_widget_set_visible (self->band_zoom, step < 3);
  gtk_widget_set_visible (self->meter, step < 4);
}

static void
sb_transport_dispose (GObject *object)
{
  SbTransport *self = SB_TRANSPORT (object);
  g_clear_handle_id (&self->text_idle, g_source_remove);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (sb_transport_parent_class)->dispose (object);
}

static void
sb_transport_class_init (SbTransportClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_transport_dispose;
}

static void
sb_transport_init (SbTransport *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "transport");
  gtk_box_set_spacing (GTK_BOX (self), 4);
}

GtkWidget *
sb_transport_new (SbSession *session)
{
  SbTransport *self = g_object_new (SB_TYPE_TRANSPORT, NULL);
  GtkBox *box = GTK_BOX (self);
  self->session = g_object_ref (session);
  build_left (self, box);
  GtkWidget *gap = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_set_hexpand (gap, TRUE);
  gtk_box_append (box, gap);
  self->span = gtk_label_new ("");
  gtk_widget_add_css_class (self->span, "span-text");
  gtk_widget_add_css_class (self->span, "numeric");
  gtk_box_append (box, self->span);
  gtk_box_append (box, zoom_group (self, "sb-zoom-time-symbolic", "Time", G_CALLBACK (time_out), G_CALLBACK (time_in)));
  self->band_zoom =
      zoom_group (self, "sb-zoom-frequency-symbolic", "Frequency", G_CALLBACK (band_out), G_CALLBACK (band_in));
  gtk_box_append (box, self->band_zoom);
  gtk_box_append (box, button ("zoom-fit-best-symbolic", "Show All (Ctrl+0)", "Show All", "win.fit"));
  g_signal_connect_object (session, "playhead", G_CALLBACK (playhead_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "recording", G_CALLBACK (playhead_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "listening", G_CALLBACK (listening_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "span", G_CALLBACK (span_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "analysis", G_CALLBACK (span_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "colours", G_CALLBACK (span_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_inspector_of (session), "times", G_CALLBACK (show_clock), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
