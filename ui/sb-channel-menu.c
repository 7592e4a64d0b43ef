/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   ● Stacked              "1–4 of 6" where not all fit
 *   ○ All, the Loudest     up to 8 channels
 *   ○ Middle
 *   ○ Left  ○ Right        or  ○ One
 *     Channel [ 17 ] of 64   more than 8, or more than there are lanes
 *   ☐ Paint Only on This Channel
 *
 * Mono has nothing to choose: a word. */
#include "ui/sb-channel-menu.h"
#include "ui/sb-session-lanes.h"

struct _SbChannelMenu {
  GtkBox parent;
  SbSession *session;
  GtkWidget *mono, *button, *label, *spin_row, *spin, *spin_title;
  int channels; /* that the menu was built for */
  bool setting;
};

G_DEFINE_TYPE (SbChannelMenu, sb_channel_menu, GTK_TYPE_BOX)

static GMenuModel *
build_model (int channels)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) together = g_menu_new (), single = g_menu_new (), paint = g_menu_new ();
  bool many = channels > SB_MANY_CHANNELS;
  g_menu_append (together, "Stacked", "win.channels::stacked");
  if (!many)
    g_menu_append (together, "All, the Loudest", "win.channels::all");
  g_menu_append (together, "Middle", "win.channels::mid");
  if (many)
    g_menu_append (together, "One", "win.channels::one");
  for (int c = 1; c <= channels && !many; c++) {
    g_autofree char *action = g_strdup_printf ("win.channels::%d", c), *number = g_strdup_printf ("Channel %d", c);
    g_menu_append (single, channels > 2 ? number : c == 1 ? "Left" : "Right", action);
  }
  if (channels > 2) {
    g_autoptr (GMenuItem) item = g_menu_item_new (NULL, NULL);
    g_menu_item_set_attribute (item, "custom", "s", "channel");
    g_menu_append_item (single, item);
  }
  g_menu_append (paint, "Paint Only on This Channel", "win.paint-shown");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (together));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (single));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (paint));
  return G_MENU_MODEL (menu);
}

static void
on_spin (GtkSpinButton *spin, SbChannelMenu *self)
{
  if (!self->setting)
    sb_session_set_first_channel (self->session, gtk_spin_button_get_value_as_int (spin) - 1);
}

static GtkWidget *
build_spin (SbChannelMenu *self)
{
  GtkWidget *row = self->spin_row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  g_autofree char *of = g_strdup_printf ("of %d", self->channels);
  self->spin = gtk_spin_button_new_with_range (1, self->channels, 1);
  self->spin_title = gtk_label_new ("Channel");
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (self->spin), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->spin), GTK_ACCESSIBLE_PROPERTY_LABEL, "Channel", -1);
  g_signal_connect (self->spin, "value-changed", G_CALLBACK (on_spin), self);
  gtk_widget_add_css_class (row, "channel-row");
  gtk_box_append (GTK_BOX (row), self->spin_title);
  gtk_box_append (GTK_BOX (row), self->spin);
  gtk_box_append (GTK_BOX (row), gtk_label_new (of));
  return row;
}

static void
rebuild (SbChannelMenu *self, int channels)
{
  self->channels = channels;
  self->spin = self->spin_row = NULL;
  gtk_widget_set_visible (self->mono, channels < 2);
  gtk_widget_set_visible (self->button, channels > 1);
  g_autoptr (GMenuModel) model = build_model (channels);
  GtkWidget *popover = gtk_popover_menu_new_from_model (model);
  if (channels > 2)
    gtk_popover_menu_add_child (GTK_POPOVER_MENU (popover), build_spin (self), "channel");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), popover);
}

/* What is shown, in two short lines at most. */
static char *
shown_text (SbChannelMenu *self)
{
  const SbLook *look = sb_session_look (self->session);
  SbLanes lanes = sb_session_shown_lanes (self->session);
  if (look->stacked && lanes.n < self->channels)
    return lanes.n == 1 ? g_strdup_printf ("%d\nof %d", lanes.first + 1, self->channels)
                        : g_strdup_printf ("%d–%d\nof %d", lanes.first + 1, lanes.first + lanes.n, self->channels);
  if (look->stacked)
    return self->channels == 2 ? g_strdup ("L / R") : g_strdup_printf ("1 – %d", self->channels);
  if (look->channels == SB_CHANNELS_MID)
    return g_strdup ("Mid");
  if (look->channels == SB_CHANNELS_ALL)
    return self->channels == 2 ? g_strdup ("L+R") : g_strdup_printf ("%d ch", self->channels);
  if (self->channels > SB_MANY_CHANNELS)
    return g_strdup_printf ("%d\nof %d", look->channel + 1, self->channels);
  return self->channels == 2 ? g_strdup (look->channel ? "R" : "L") : g_strdup_printf ("Ch %d", look->channel + 1);
}

static void
update (SbChannelMenu *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  if (!recording)
    return;
  if (recording->channels != self->channels)
    rebuild (self, recording->channels);
  if (self->channels < 2)
    return;
  SbLanes lanes = sb_session_shown_lanes (self->session);
  g_autofree char *text = shown_text (self);
  self->setting = true;
  gtk_label_set_text (GTK_LABEL (self->label), text);
  if (self->spin) {
    bool stacked = sb_session_look (self->session)->stacked;
    gtk_widget_set_visible (self->spin_row,
                            stacked ? lanes.n < self->channels : self->channels > SB_MANY_CHANNELS);
    gtk_label_set_text (GTK_LABEL (self->spin_title),
                        stacked ? "From Channel" : "Channel");
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->spin), MAX (lanes.first, 0) + 1);
  }
  self->setting = false;
}

static void
sb_channel_menu_dispose (GObject *object)
{
  g_clear_object (&SB_CHANNEL_MENU (object)->session);
  G_OBJECT_CLASS (sb_channel_menu_parent_class)->dispose (object);
}

static void
sb_channel_menu_class_init (SbChannelMenuClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_channel_menu_dispose;
}

static void
sb_channel_menu_init (SbChannelMenu *self)
{
}

GtkWidget *
sb_channel_menu_new (SbSession *session)
{
  SbChannelMenu *self = g_object_new (SB_TYPE_CHANNEL_MENU, NULL);
  self->session = g_object_ref (session);
  self->mono = gtk_label_new ("Mono");
  gtk_label_set_xalign (GTK_LABEL (self->mono), 1);
  gtk_widget_set_hexpand (self->mono, TRUE);
  gtk_widget_add_css_class (self->mono, "lane-label");
  self->label = gtk_label_new ("L+R");
  gtk_label_set_justify (GTK_LABEL (self->label), GTK_JUSTIFY_RIGHT);
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->button), self->label);
  gtk_menu_button_set_always_show_arrow (GTK_MENU_BUTTON (self->button), TRUE);
  gtk_menu_button_set_has_frame (GTK_MENU_BUTTON (self->button), FALSE);
  gtk_widget_set_tooltip_text (self->button, "Channels");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Channels", -1);
  gtk_widget_set_hexpand (self->button, TRUE);
  gtk_widget_set_valign (self->button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->button, "corner");
  gtk_widget_set_hexpand (GTK_WIDGET (self), FALSE); /* as wide as the ruler below, no wider */
  gtk_box_append (GTK_BOX (self), self->mono);
  gtk_box_append (GTK_BOX (self), self->button);
  gtk_widget_set_visible (self->button, FALSE);
  static const char *const state[] = {"recording", "span", "colours"};
  for (size_t i = 0; i < G_N_ELEMENTS (state); i++)
    g_signal_connect_object (session, state[i], G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
