/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-opener.h"
#include "ui/sb-worker-bridge.h"

#include <adwaita.h>

enum { SHOW_AFTER_MS = 500, POLL_MS = 100 };

typedef struct {
  SbOpener *opener; /* NULL once abandoned; UI thread only */
  SbPool *pool;
  SbProgress *progress;
  char *path, *relinked;
  SbOpenRequest request; /* its texts are the two above */
  SbRecording *recording;
  GError *error;
} Job;

struct SbOpener {
  GtkWindow *parent;
  SbPool *pool, *jobs;
  SbOpenedFunc func;
  void *data;
  Job *job; /* under way; owned by the pool */
  GtkWidget *dialog, *bar;
  guint show_timeout, poll;
};

static void
job_free (void *data)
{
  Job *job = data;
  sb_recording_free (job->recording);
  sb_progress_unref (job->progress);
  g_clear_error (&job->error);
  g_free (job->path);
  g_free (job->relinked);
  g_free (job);
}

static void
work (void *data)
{
  Job *job = data;
  job->recording = sb_recording_open (&job->request, job->pool, job->progress, &job->error);
}

static void
hide_dialog (SbOpener *opener)
{
  g_clear_handle_id (&opener->show_timeout, g_source_remove);
  g_clear_handle_id (&opener->poll, g_source_remove);
  if (opener->dialog)
    gtk_window_destroy (GTK_WINDOW (g_steal_pointer (&opener->dialog)));
}

static void
abandon (SbOpener *opener)
{
  hide_dialog (opener);
  if (!opener->job)
    return;
  sb_progress_cancel (opener->job->progress);
  opener->job->opener = NULL;
  opener->job = NULL;
}

static void
done (void *data)
{
  Job *job = data;
  SbOpener *opener = job->opener;
  if (!opener)
    return;
  opener->job = NULL;
  hide_dialog (opener);
  bool cancelled = g_error_matches (job->error, SB_ERROR, SB_ERROR_CANCELLED);
  opener->func (opener->data, g_steal_pointer (&job->recording), job->path, cancelled ? NULL : job->error);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, SbOpener *opener)
{
  opener->dialog = NULL; /* closes itself */
  g_autofree char *path = opener->job ? g_strdup (opener->job->path) : NULL;
  abandon (opener);
  if (path)
    opener->func (opener->data, NULL, path, NULL);
}

static gboolean
on_poll (void *data)
{
  SbOpener *opener = data;
  double fraction = opener->job ? sb_progress_get (opener->job->progress) : 0;
  if (fraction > 0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (opener->bar), fraction);
  else
    gtk_progress_bar_pulse (GTK_PROGRESS_BAR (opener->bar));
  return G_SOURCE_CONTINUE;
}

static gboolean
show_dialog (void *data)
{
  SbOpener *opener = data;
  opener->show_timeout = 0;
  g_autofree char *name = g_filename_display_basename (opener->job->path);
  g_autofree char *heading = g_strdup_printf ("Opening “%s”", name);
  opener->dialog = adw_message_dialog_new (opener->parent, heading, NULL);
  opener->bar = gtk_progress_bar_new ();
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (opener->dialog), opener->bar);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (opener->dialog), "cancel", "Cancel");
  g_signal_connect (opener->dialog, "response", G_CALLBACK (on_response), opener);
  gtk_window_present (GTK_WINDOW (opener->dialog));
  opener->poll = g_timeout_add (POLL_MS, on_poll, opener);
  return G_SOURCE_REMOVE;
}

void
sb_opener_open (SbOpener *opener, const SbOpenRequest *request)
{
  abandon (opener);
  Job *job = g_new0 (Job, 1);
  job->opener = opener;
  job->pool = opener->pool;
  job->progress = sb_progress_new ();
  job->path = g_strdup (request->path);
  job->relinked = g_strdup (request->relinked);
  job->request = *request;
  job->request.path = job->path;
  job->request.relinked = job->relinked;
  opener->job = job;
  opener->show_timeout = g_timeout_add (SHOW_AFTER_MS, show_dialog, opener);
  sb_bridge_run (opener->jobs, job, 0, work, done, job, job_free);
}

bool
sb_opener_is_busy (const SbOpener *opener)
{
  return opener->job != NULL;
}

SbOpener *
sb_opener_new (GtkWindow *parent, SbPool *pool, SbPool *jobs, SbOpenedFunc func, void *data)
{
  SbOpener *opener = g_new0 (SbOpener, 1);
  *opener = (SbOpener){.parent = parent, .pool = pool, .jobs = jobs, .func = func, .data = data};
  return opener;
}

void
sb_opener_free (SbOpener *opener)
{
  if (!opener)
    return;
  abandon (opener);
  g_free (opener);
}
