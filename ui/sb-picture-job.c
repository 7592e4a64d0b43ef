/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One picture of what is shown, stacked channels too, drawn by a worker with the core's own code (as the command line
 * does), saved, or read back as a texture for the clipboard. */
#include "document/sb-replace.h"
#include "ui/sb-picture-dialog.h"
#include "ui/sb-saves.h"
#include "ui/sb-session-lanes.h"
#include "ui/sb-worker-bridge.h"
#include "view/sb-picture.h"

#include <glib/gstdio.h>
#include <math.h>

typedef struct {
  SbSession *session; /* referenced */
  GtkWidget *widget;  /* referenced */
  SbSource *source, *original;
  SbGrid grid;
  SbPool *pool;
  SbPictureSpec spec;  /* its title is owned here */
  char *path, *folder; /* folder: of a temporary file */
  GdkTexture *texture;
  SbProgress *progress;
  SbSave *save; /* NULL: onto the clipboard */
  SbPictureFunc done;
  void *data;
  GError *error;
} Job;

static void
job_free (void *data)
{
  Job *job = data;
  g_clear_object (&job->texture);
  sb_source_unref (job->source);
  sb_source_unref (job->original);
  sb_progress_unref (job->progress);
  g_clear_error (&job->error);
  g_free ((char *)job->spec.title);
  g_free (job->path);
  g_free (job->folder);
  g_object_unref (job->widget);
  g_object_unref (job->session);
  g_free (job);
}

static void
work (void *data)
{
  Job *job = data;
  if (!job->path) {
    job->folder = g_dir_make_tmp ("sonobrush-XXXXXX", &job->error);
    if (!job->folder)
      return;
    job->path = g_build_filename (job->folder, "picture.png", NULL);
  }
  if (!job->folder && !sb_check_replace (job->original, job->path, &job->error))
    return;
  sb_picture_save (job->source, &job->grid, job->pool, &job->spec, job->path, job->progress, &job->error);
  if (!job->folder)
    return;
  if (!job->error)
    job->texture = gdk_texture_new_from_filename (job->path, &job->error);
  g_remove (job->path);
  g_rmdir (job->folder);
}

static void
done (void *data)
{
  Job *job = data;
  if (job->texture)
    gdk_clipboard_set_texture (gtk_widget_get_clipboard (job->widget), job->texture);
  job->done (job->data, job->error);
  if (job->save)
    sb_saves_end (job->save, !job->error);
}

void
sb_picture_request_init (SbPictureRequest *request, SbSession *session)
{
  const SbRecording *recording = sb_session_recording (session);
  SbViewport view = sb_session_viewport (session, 1, 1);
  int width = (int)lround (sb_session_px_per_s (session) * (view.to_s - view.from_s));
  *request = (SbPictureRequest){.width_px = CLAMP (width + 150, 800, 20000), .axes = true, .title = recording->name};
  request->height_px = CLAMP (request->width_px * 9 / 16, 450, 20000);
}

SbProgress *
sb_picture_draw (SbSession *session, SbPool *jobs, GtkWidget *widget, const SbPictureRequest *request,
                 SbPictureFunc func, void *data)
{
  const SbRecording *recording = sb_session_recording (session);
  const SbLook *look = sb_session_look (session);
  g_autoptr (SbSnapshot) snapshot = sb_session_snapshot (session);
  SbView shown = sb_session_view (session);
  Job *job = g_new0 (Job, 1);
  job->session = g_object_ref (session);
  job->widget = g_object_ref (widget);
  job->source = sb_source_ref (snapshot->source[shown]);
  job->original = sb_source_ref (sb_document_original (recording->document));
  job->grid = *sb_stft_grid (recording->readout_stft); /* as it is looked at */
  job->pool = sb_session_pool (session);
  sb_picture_spec_init (&job->spec, job->source);
  job->spec.view = sb_session_viewport (session, request->width_px, request->height_px);
  job->spec.map = look->map;
  job->spec.low_db = look->low_db;
  job->spec.high_db = look->high_db;
  job->spec.statistic = look->statistic;
  job->spec.channels = look->channels;
  job->spec.channel = look->channel;
  SbLanes lanes = sb_session_shown_lanes (session);
  if (look->stacked && lanes.n > 1) {
    job->spec.lanes = lanes.n;
    job->spec.channel = lanes.first;
  }
  job->spec.reassigned = look->reassigned;
  job->spec.axes = request->axes;
  job->spec.title = request->title && *request->title ? g_strdup (request->title) : NULL;
  job->path = g_strdup (request->path);
  job->progress = sb_progress_new ();
  job->save = request->path ? sb_saves_begin (session, request->path, job->progress) : NULL;
  job->done = func;
  job->data = data;
  sb_bridge_run (jobs, session, 0, work, done, job, job_free);
  return job->progress;
}
