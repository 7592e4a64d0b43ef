/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The edits of the recording, newest on top: picture, where, how strong, mute,
 * delete.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"

#include <gtk/gtk.h>

GtkWidget *sb_edit_list_new (SbSession *session);
