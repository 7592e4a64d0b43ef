/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The toggles are made anew when something else is offered; each carries its
 * channel as data.  More channels than fit by name are chosen by number. */
#include "ui/sb-channel-row.h"
#include "ui/sb-option-row.h"

/* All or this one · all or one of a few by name · all or one by number. */
typedef enum { CHANNEL_THIS, CHANNEL_NAMED, CHANNEL_TYPED } ChannelChoice;
enum { MOST_NAMED = 6 };

struct _SbChannelRow {
  GtkBox parent;
  GtkWidget *toggles, *spin; /* spin: CHANNEL_TYPED only */
  int n_channels;
  ChannelChoice choice;
  bool setting;
};

G_DEFINE_TYPE (SbChannelRow, sb_channel_row, GTK_TYPE_BOX)

static void
on_channel (GtkWidget *button, SbChannelRow *self)
{
  int channel = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "channel"));
  if (self->setting || !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)))
    return;
  if (channel >= 0 && self->spin)
    channel = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->spin)) - 1;
  g_signal_emit_by_name (self, "changed", channel);
}

static void
on_channel_typed (GtkSpinButton *spin, SbChannelRow *self)
{
  if (!self->setting)
    g_signal_emit_by_name (self, "changed", gtk_spin_button_get_value_as_int (spin) - 1);
}

static GtkWidget *
channel_toggle (SbChannelRow *self, const char *label, int channel, GtkWidget *group)
{
  GtkWidget *button = sb_option_toggle (self->toggles, label, group,
                                        channel == -1                ? "Edit all channels"
                                        : channel == SB_CHANNEL_THIS ? "Edit only the channel that is painted on"
                                                                     : "Edit only this channel");
  g_object_set_data (G_OBJECT (button), "channel", GINT_TO_POINTER (channel));
  g_signal_connect (button, "toggled", G_CALLBACK (on_channel), self);
  return button;
}

static void
build (SbChannelRow *self, int n_channels, ChannelChoice choice)
{
  if (self->toggles)
    gtk_box_remove (GTK_BOX (self), self->toggles);
  self->n_channels = n_channels;
  self->choice = choice;
  self->spin = NULL;
  self->toggles = sb_option_row_add_toggles (GTK_WIDGET (self));
  GtkWidget *all = channel_toggle (self, "All", -1, NULL);
  if (choice == CHANNEL_THIS)
    channel_toggle (self, "This One", SB_CHANNEL_THIS, all);
  for (int c = 0; c < n_channels && choice == CHANNEL_NAMED; c++) {
    g_autofree char *number = g_strdup_printf ("%d", c + 1);
    channel_toggle (self, n_channels > 2 ? number : c ? "Right" : "Left", c, all);
  }
  if (choice != CHANNEL_TYPED)
    return;
  channel_toggle (self, "One", 0, all);
  self->spin = gtk_spin_button_new_with_range (1, n_channels, 1);
  gtk_widget_set_tooltip_text (self->spin, "Edit only this channel");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->spin), GTK_ACCESSIBLE_PROPERTY_LABEL, "Channel", -1);
  g_signal_connect (self->spin, "value-changed", G_CALLBACK (on_channel_typed), self);
  gtk_box_append (GTK_BOX (self->toggles), self->spin);
}

void
sb_channel_row_offer (SbChannelRow *self, int n_channels, bool this_one)
{
  ChannelChoice choice = this_one ? CHANNEL_THIS : n_channels > MOST_NAMED ? CHANNEL_TYPED : CHANNEL_NAMED;
  if (n_channels == self->n_channels && choice == self->choice)
    return;
  self->setting = true;
  build (self, n_channels, choice);
  self->setting = false;
}

int
sb_channel_row_n (SbChannelRow *self)
{
  return self->n_channels;
}

void
sb_channel_row_set (SbChannelRow *self, int channel)
{
  int wanted = channel == SB_CHANNEL_THIS && self->choice != CHANNEL_THIS ? -1 : channel;
  self->setting = true;
  if (self->spin) {
    gtk_widget_set_sensitive (self->spin, wanted >= 0);
    if (wanted >= 0)
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->spin), wanted + 1);
    wanted = MIN (wanted, 0);
  }
  for (GtkWidget *button = gtk_widget_get_first_child (self->toggles); button;
       button = gtk_widget_get_next_sibling (button))
    if (GTK_IS_TOGGLE_BUTTON (button) && GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "channel")) == wanted)
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  self->setting = false;
}

static void
sb_channel_row_class_init (SbChannelRowClass *class)
{
  g_signal_new ("changed", SB_TYPE_CHANNEL_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
sb_channel_row_init (SbChannelRow *self)
{
  sb_option_row_dress (GTK_WIDGET (self), "Channels");
  build (self, 2, CHANNEL_NAMED);
}

GtkWidget *
sb_channel_row_new (void)
{
  return g_object_new (SB_TYPE_CHANNEL_ROW, NULL);
}
