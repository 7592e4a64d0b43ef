/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The option of a tool or an edit that says on which channels it acts: All and
 * This One, or All and each by name, or All and one by its number.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_CHANNEL_ROW (sb_channel_row_get_type ())
G_DECLARE_FINAL_TYPE (SbChannelRow, sb_channel_row, SB, CHANNEL_ROW, GtkBox)

/* Emits "changed" (int: −1 all, SB_CHANNEL_THIS, or one) when the person chose. */
GtkWidget *sb_channel_row_new (void);
/* this_one: instead of naming them, the one that is painted on. */
void sb_channel_row_offer (SbChannelRow *row, int n_channels, bool this_one);
int sb_channel_row_n (SbChannelRow *row); /* channels offered; 2 at first */
/* −1: all, SB_CHANNEL_THIS (where it is not offered: all), or one. */
void sb_channel_row_set (SbChannelRow *row, int channel);
