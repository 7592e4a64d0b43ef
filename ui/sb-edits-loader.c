/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-edits-loader.h"
#include "edit/sb-op-json.h"
#include "ui/sb-window-private.h"
#include "ui/sb-worker-bridge.h"

#include <string.h>

typedef struct {
  SbWindow *window; /* referenced */
  char *path;
  SbOpsFile *file;
  GError *error;
} Loading;

static void
loading_free (void *data)
{
  Loading *loading = data;
  g_object_unref (loading->window);
  g_free (loading->path);
  sb_ops_file_free (loading->file);
  g_clear_error (&loading->error);
  g_free (loading);
}

static void
work (void *data)
{
  Loading *loading = data;
  loading->file = sb_ops_file_load_regular (loading->path, &loading->error);
}

static char *
n_edits (int n)
{
  return g_strdup_printf ("%d edit%s", n, n == 1 ? "" : "s");
}

static void
tell (const Loading *loading, const SbGrid *grid, int n_added)
{
  const SbOpsFile *file = loading->file;
  const int n_there = (int)file->ops->len - n_added;
  const bool other_grid = (file->has_n_fft && file->grid.n_fft != grid->n_fft) ||
                          (file->has_hop && file->grid.hop != grid->hop) ||
                          (file->has_window && file->grid.window != grid->window);
  g_autofree char *name = g_filename_display_basename (loading->path), *added = n_edits (n_added);
  g_autofree char *sentence
      = n_there > 0 ? g_strdup_printf ("Added %s from %s; %d were there already.", added, name, n_there)
                    : g_strdup_printf ("Added %s from %s.", added, name);
  const bool other_size = file->has_n_fft && file->grid.n_fft != grid->n_fft;
  g_autofree char *more
      = other_size
          ? g_strdup_printf ("%s They were made with FFT size %d, so edges may differ.", sentence, file->grid.n_fft)
        : other_grid ? g_strdup_printf ("%s They were made with another hop or window, so edges may differ.", sentence)
                     : g_strdup (sentence);
  sb_window_tell (loading->window, more);
}

static void
done (void *data)
{
  Loading *loading = data;
  SbWindow *window = loading->window;
  const SbRecording *recording = sb_session_recording (window->session);
  g_autofree char *name = g_filename_display_basename (loading->path);
  g_autofree char *heading = g_strdup_printf ("The edits of “%s” were not added", name);
  g_autoptr (GError) error = NULL;
  int n_added = -1;
  if (loading->error)
    sb_window_tell_problem (window, heading, loading->error->message);
  else if (!recording)
    sb_window_tell_problem (window, heading,
                            "No recording is open. Open the one they belong to first, then this file again.");
  else {
    sb_session_settle (window->session);
    n_added = sb_document_apply_all (recording->document, loading->file->ops, &error);
    if (n_added < 0)
      sb_window_tell_problem (window, heading, error->message);
    else
      tell (loading, sb_document_grid (recording->document), n_added);
  }
}

bool
sb_is_edits_file (const char *path)
{
  const char *dot = strrchr (path, '.');
  return dot && g_ascii_strcasecmp (dot, ".json") == 0;
}

void
sb_edits_load (SbWindow *window, const char *path)
{
  Loading *loading = g_new0 (Loading, 1);
  loading->window = g_object_ref (window);
  loading->path = g_strdup (path);
  sb_bridge_run (window->jobs, window, 0, work, done, loading, loading_free);
}
