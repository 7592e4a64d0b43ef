/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bar below: play, loop, clock, meter, volume, visible span, zoom.
 * Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_TRANSPORT (sb_transport_get_type ())
G_DECLARE_FINAL_TYPE (SbTransport, sb_transport, SB, TRANSPORT, GtkBox)

GtkWidget *sb_transport_new (SbSession *session);
/* What gives way, in order, as the window gets narrower: 0 all there … 3 only what never goes. */
void sb_transport_set_narrow (SbTransport *transport, int step);
void sb_transport_choose_device (SbTransport *transport);
GtkWidget *sb_transport_play_button (SbTransport *transport);
