/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asks where to save.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>

/* path: what was chosen, which may be there already: the chooser has asked about replacing it. */
typedef void (*SbSaveFunc) (void *data, const char *path);
/* Starts in the folder and with the name of `path`.  Nothing is called when the
 * person cancels or when `object` is gone by then. */
void sb_save_chooser_ask (GtkWindow *parent, const char *title, const char *accept, const char *path, SbSaveFunc func,
                          GObject *object);
