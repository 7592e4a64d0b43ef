/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asks where to save.  Thread: UI. */
#pragma once
#include <gtk/gtk.h>

typedef struct {
  const char *title, *accept; /* what the button says */
  const char *path;           /* starts in its folder and with its name */
  const char *ending;         /* with its dot: added to a name that has neither it nor one of the kinds'; NULL: none */
  const char *const *kinds;   /* what is offered, then the endings that belong to it, NULL at the end; NULL: any file */
} SbSaveChooser;

/* path: what was chosen, which may be there already: the chooser has asked about replacing it. */
typedef void (*SbSaveFunc) (void *data, const char *path);
/* Nothing is called when the person cancels or when `object` is gone by then. */
void sb_save_chooser_ask (GtkWindow *parent, const SbSaveChooser *wish, SbSaveFunc func, GObject *object);
