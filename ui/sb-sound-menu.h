/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The button beside the volume: tempo and pitch for ultrasound, channels, the
 * output device and its latency.  Thread: UI. */
#pragma once
#include "ui/sb-session-sound.h"

#include <gtk/gtk.h>

#define SB_TYPE_SOUND_MENU (sb_sound_menu_get_type ())
G_DECLARE_FINAL_TYPE (SbSoundMenu, sb_sound_menu, SB, SOUND_MENU, GtkBox)

GtkWidget *sb_sound_menu_new (SbSession *session);
/* Opens it at the list of devices. */
void sb_sound_menu_choose_device (SbSoundMenu *menu);
