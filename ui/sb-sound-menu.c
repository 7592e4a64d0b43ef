/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-sound-menu.h.  Looking for devices takes its time on the player's
 * thread, so the list is asked for when the menu opens and filled in when it
 * has come. */
#include "ui/sb-sound-menu.h"

#define DEVICES_MS      50
#define MOST_MUTES      8
#define SYSTEM_DEFAULT  "System Default"
#define ULTRASONIC_RATE 96000

static const char *const follow_titles[] = {"Stays", "Turns Pages", "Keeps the Playhead Centred", NULL};
static const double slows[] = {1, 2, 5, 10, 20};
static const char *const slow_names[] = {"As Recorded", "2 × Slower", "5 × Slower", "10 × Slower", "20 × Slower", NULL};
static const double latencies_s[] = {0.01, 0.02, 0.05, 0.1, 0.2};
static const char *const latency_names[] = {"10 ms", "20 ms", "50 ms", "100 ms", "200 ms", NULL};
enum { USUAL_LATENCY = 1 };

struct _SbSoundMenu {
  GtkBox parent;
  SbSession *session;
  GtkWidget *button, *grid, *slow, *heterodyne, *pair_title, *pair, *mutes_title, *mutes, *device, *latency, *follow;
  int rows;
  bool filling; /* widgets are set by the program, not by a hand */
  guint devices_timer;
};

G_DEFINE_TYPE (SbSoundMenu, sb_sound_menu, GTK_TYPE_BOX)

/* --- what a hand changes --- */

static void
slow_chosen (SbSoundMenu *self)
{
  const guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->slow));
  if (!self->filling && i < G_N_ELEMENTS (slows))
    sb_session_set_slow (self->session, slows[i]);
}

static void
heterodyne_changed (SbSoundMenu *self)
{
  if (!self->filling)
    sb_session_set_heterodyne (self->session, 1000 * gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->heterodyne)));
}

static void
follow_chosen (SbSoundMenu *self)
{
  const guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->follow));
  if (!self->filling && i < SB_N_FOLLOWS)
    sb_session_set_follow (self->session, i);
}

/* Item 0 is the rule, then 1 + 2, 3 + 4 …, then each channel alone. */
static void
pair_chosen (SbSoundMenu *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const int i = (int)gtk_drop_down_get_selected (GTK_DROP_DOWN (self->pair)) - 1;
  if (self->filling || !recording)
    return;
  const int n_pairs = recording->channels / 2;
  if (i < 0)
    sb_session_set_pair (self->session, -1, -1);
  else if (i < n_pairs)
    sb_session_set_pair (self->session, 2 * i, 2 * i + 1);
  else
    sb_session_set_pair (self->session, i - n_pairs, i - n_pairs);
}

static void
mute_toggled (GtkToggleButton *button, SbSoundMenu *self)
{
  const int channel = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "channel"));
  if (!self->filling)
    sb_session_mute_channel (self->session, channel, gtk_toggle_button_get_active (button));
}

static void
output_chosen (SbSoundMenu *self)
{
  const guint latency = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->latency));
  GtkStringObject *item = gtk_drop_down_get_selected_item (GTK_DROP_DOWN (self->device));
  if (self->filling || !item)
    return;
  const bool system = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->device)) == 0;
  sb_session_set_output (self->session, system ? NULL : gtk_string_object_get_string (item),
                         latency < G_N_ELEMENTS (latencies_s) ? latencies_s[latency] : 0);
}

/* --- showing --- */

static void
show_devices (SbSoundMenu *self, const GPtrArray *devices)
{
  const char *chosen = sb_session_output_device (self->session);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = 0;
  gtk_string_list_append (names, SYSTEM_DEFAULT);
  for (guint i = 0; devices && i < devices->len; i++) {
    gtk_string_list_append (names, devices->pdata[i]);
    if (g_strcmp0 (devices->pdata[i], chosen) == 0)
      selected = i + 1;
  }
  if (chosen && selected == 0) { /* not there now, but still the choice */
    gtk_string_list_append (names, chosen);
    selected = g_list_model_get_n_items (G_LIST_MODEL (names)) - 1;
  }
  self->filling = true;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->device), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->device), selected);
  self->filling = false;
}

static gboolean
devices_came (void *data)
{
  SbSoundMenu *self = data;
  GPtrArray *devices = sb_player_take_devices (sb_session_player (self->session));
  if (!devices)
    return G_SOURCE_CONTINUE;
  show_devices (self, devices);
  g_ptr_array_unref (devices);
  self->devices_timer = 0;
  return G_SOURCE_REMOVE;
}

static void
opened (SbSoundMenu *self)
{
  sb_player_look_for_devices (sb_session_player (self->session));
  if (!self->devices_timer)
    self->devices_timer = g_timeout_add (DEVICES_MS, devices_came, self);
}

static guint
place_of (const double *values, guint n, double value)
{
  for (guint i = 0; i < n; i++)
    if (values[i] == value)
      return i;
  return GTK_INVALID_LIST_POSITION;
}

static void
show_listening (SbSoundMenu *self)
{
  const SbListening *listening = sb_session_listening (self->session);
  const double latency_s = sb_session_output_latency_s (self->session);
  const bool plain = listening->slow == 1 && listening->heterodyne_hz <= 0 && listening->left < 0 &&
                     listening->muted_channels == 0;
  self->filling = true;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->slow), place_of (slows, G_N_ELEMENTS (slows), listening->slow));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->heterodyne), listening->heterodyne_hz / 1000);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->follow), sb_session_follow (self->session));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->latency),
                              latency_s > 0 ? place_of (latencies_s, G_N_ELEMENTS (latencies_s), latency_s)
                                            : USUAL_LATENCY);
  self->filling = false;
  if (plain)
    gtk_widget_remove_css_class (self->button, "accent");
  else
    gtk_widget_add_css_class (self->button, "accent");
}

static void
show_channels (SbSoundMenu *self, int channels)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GtkWidget *child;
  gtk_string_list_append (names, channels == 6 ? "5.1 to Stereo" : channels == 2 ? "Left and Right" : "All");
  for (int i = 0; i + 1 < channels; i += 2) {
    g_autofree char *text = g_strdup_printf ("Channels %d and %d", i + 1, i + 2);
    gtk_string_list_append (names, text);
  }
  for (int i = 0; i < channels; i++) {
    g_autofree char *text = g_strdup_printf ("Channel %d", i + 1);
    gtk_string_list_append (names, text);
  }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->pair), G_LIST_MODEL (names));
  while ((child = gtk_widget_get_first_child (self->mutes)))
    gtk_box_remove (GTK_BOX (self->mutes), child);
  for (int i = 0; i < MIN (channels, MOST_MUTES); i++) {
    g_autofree char *text = g_strdup_printf ("%d", i + 1), *label = g_strdup_printf ("Mute Channel %d", i + 1);
    GtkWidget *button = gtk_toggle_button_new_with_label (text);
    gtk_widget_set_tooltip_text (button, label);
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    g_object_set_data (G_OBJECT (button), "channel", GINT_TO_POINTER (i));
    g_signal_connect (button, "toggled", G_CALLBACK (mute_toggled), self);
    gtk_box_append (GTK_BOX (self->mutes), button);
  }
}

static void
recording_changed (SbSoundMenu *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const int channels = recording ? recording->channels : 1;
  GtkWidget *several[] = {self->pair_title, self->pair, self->mutes_title, self->mutes};
  self->filling = true;
  show_channels (self, channels);
  for (size_t i = 0; i < G_N_ELEMENTS (several); i++)
    gtk_widget_set_visible (several[i], channels > 1);
  gtk_spin_button_set_range (GTK_SPIN_BUTTON (self->heterodyne), 0, recording ? recording->nyquist_hz / 1000 : 0);
  gtk_widget_set_sensitive (self->heterodyne, recording && recording->rate >= ULTRASONIC_RATE);
  self->filling = false;
  show_listening (self);
}

/* --- building --- */

static GtkWidget *
row (SbSoundMenu *self, const char *title, GtkWidget *widget, const char *tooltip)
{
  GtkWidget *label = gtk_label_new (title);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_tooltip_text (widget, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_grid_attach (GTK_GRID (self->grid), label, 0, self->rows, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), widget, 1, self->rows++, 1, 1);
  return label;
}

static GtkWidget *
drop_down (SbSoundMenu *self, const char *const *names, void (*chosen) (SbSoundMenu *self))
{
  GtkWidget *widget = gtk_drop_down_new_from_strings (names);
  g_signal_connect_swapped (widget, "notify::selected", G_CALLBACK (chosen), self);
  return widget;
}

static void
build (SbSoundMenu *self)
{
  static const char *const none[] = {SYSTEM_DEFAULT, NULL}, *const all[] = {"All", NULL};
  self->slow = drop_down (self, slow_names, slow_chosen);
  row (self, "Tempo", self->slow, "Slower and as much lower, so that ultrasound can be heard");
  self->heterodyne = gtk_spin_button_new_with_range (0, 0, 0.5);
  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (self->heterodyne), 1);
  g_signal_connect_swapped (self->heterodyne, "value-changed", G_CALLBACK (heterodyne_changed), self);
  row (self, "Tuned to (kHz)", self->heterodyne,
       "As a bat detector does: this frequency becomes the lowest one. 0 is off; for recordings of 96 kHz and more");
  self->pair = drop_down (self, all, pair_chosen);
  self->pair_title = row (self, "Channels", self->pair, "Which channels are heard");
  self->mutes = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->mutes, "linked");
  self->mutes_title = row (self, "Mute", self->mutes, "Channels that are not heard; nothing changes in the recording");
  self->follow = drop_down (self, follow_titles, follow_chosen);
  row (self, "View", self->follow, "What the view does while it plays; never during a stroke");
  gtk_grid_attach (GTK_GRID (self->grid), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL), 0, self->rows++, 2, 1);
  self->device = drop_down (self, none, output_chosen);
  row (self, "Device", self->device, "Where the sound goes; the system's default is followed when it changes");
  self->latency = drop_down (self, latency_names, output_chosen);
  row (self, "Latency", self->latency, "Less is heard sooner; more is safer on a busy computer");
}

void
sb_sound_menu_choose_device (SbSoundMenu *self)
{
  gtk_menu_button_popup (GTK_MENU_BUTTON (self->button));
  gtk_widget_grab_focus (self->device);
}

static void
sb_sound_menu_dispose (GObject *object)
{
  SbSoundMenu *self = SB_SOUND_MENU (object);
  g_clear_handle_id (&self->devices_timer, g_source_remove);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (sb_sound_menu_parent_class)->dispose (object);
}

static void
sb_sound_menu_class_init (SbSoundMenuClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_sound_menu_dispose;
}

static void
sb_sound_menu_init (SbSoundMenu *self)
{
  GtkWidget *popover = gtk_popover_new ();
  self->grid = gtk_grid_new ();
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 12);
  gtk_widget_set_margin_start (self->grid, 8);
  gtk_widget_set_margin_end (self->grid, 8);
  gtk_widget_set_margin_top (self->grid, 8);
  gtk_widget_set_margin_bottom (self->grid, 8);
  gtk_popover_set_child (GTK_POPOVER (popover), self->grid);
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->button), "audio-headphones-symbolic");
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (self->button), GTK_ARROW_UP);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), popover);
  gtk_widget_set_tooltip_text (self->button, "Listening and Device");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Listening and Device",
                                  -1);
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_set_valign (self->button, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (self), self->button);
  g_signal_connect_swapped (popover, "show", G_CALLBACK (opened), self);
  build (self);
}

GtkWidget *
sb_sound_menu_new (SbSession *session)
{
  SbSoundMenu *self = g_object_new (SB_TYPE_SOUND_MENU, NULL);
  self->session = g_object_ref (session);
  show_devices (self, NULL);
  recording_changed (self);
  g_signal_connect_object (session, "recording", G_CALLBACK (recording_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "listening", G_CALLBACK (show_listening), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
