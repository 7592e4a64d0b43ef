/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The corner beside the waveform: which channels are shown, and on which an
 * edit acts.  Of many channels the number is typed.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_CHANNEL_MENU (sb_channel_menu_get_type ())
G_DECLARE_FINAL_TYPE (SbChannelMenu, sb_channel_menu, SB, CHANNEL_MENU, GtkBox)

GtkWidget *sb_channel_menu_new (SbSession *session);
