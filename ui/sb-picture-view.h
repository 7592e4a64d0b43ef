/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The spectrogram on the screen: strips of device pixels composed 1:1 from the
 * level codes, each a cached render node.  Nothing else is drawn here; the
 * overlay lies above.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

#define SB_TYPE_PICTURE_VIEW (sb_picture_view_get_type ())
G_DECLARE_FINAL_TYPE (SbPictureView, sb_picture_view, SB, PICTURE_VIEW, GtkWidget)

GtkWidget *sb_picture_view_new (SbSession *session);
/* A render node of argb pixels (taken over; premultiplied where `see_through`) on `bounds` logical pixels, by what the
 * renderer draws fast. */
GskRenderNode *sb_pixels_node_new (GtkWidget *widget, uint32_t *argb, int width_px, int height_px, bool see_through,
                                   const graphene_rect_t *bounds);
