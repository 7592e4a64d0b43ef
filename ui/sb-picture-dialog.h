/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The picture as the window shows it, with axes, colour bar and title, into a
 * PNG, SVG or PDF or onto the clipboard.  Thread: UI; drawn by a worker. */
#pragma once
#include "ui/sb-session.h"

#include <adwaita.h>

typedef struct {
  int width_px, height_px; /* whole picture, axes included */
  bool axes;
  const char *title; /* NULL or "": none */
  const char *path;  /* by its ending; NULL: onto the clipboard of `widget` */
} SbPictureRequest;

/* What came of it is told in the session's "message" or, when it did not succeed, through `failed`. */
typedef void (*SbPictureFunc) (void *data, const GError *error);
/* `jobs` draws.  Returns the progress (borrowed until `done` is called, on the main loop). */
SbProgress *sb_picture_draw (SbSession *session, SbPool *jobs, GtkWidget *widget, const SbPictureRequest *request,
                             SbPictureFunc done, void *data);
/* The size at which the picture has the window's own pixels. */
void sb_picture_request_init (SbPictureRequest *request, SbSession *session);

GtkWidget *sb_picture_dialog_new (GtkWindow *parent, SbSession *session, SbPool *jobs);
