/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file in the person's file manager, selected where that can be, else its
 * folder.  When nothing can show it, a dialog says where it lies.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>

/* A path, of a file or a folder. */
void sb_show_in_folder (GtkWindow *parent, const char *path);
