/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-finder.h"
#include "document/sb-relink.h"
#include "ui/sb-worker-bridge.h"

#include <adwaita.h>
#include <string.h>

typedef struct {
  SbFinder *finder; /* NULL once abandoned; UI thread only */
  char *project_path, *path;
  SbProject *wanted; /* NULL: the project file says */
  SbProgress *progress;
  bool same;
  char *sentence;
  GError *error;
} Job;

struct SbFinder {
  GtkWindow *parent;
  SbPool *jobs;
  SbFoundFunc func;
  void *data;
  char *project_path;
  SbProject *wanted;
  bool asked;  /* for a project that has not been opened */
  char *tried; /* the file that is asked about */
  Job *job;    /* under way; owned by the pool */
};

static void
job_free (void *data)
{
  Job *job = data;
  g_free (job->project_path);
  g_free (job->path);
  sb_project_free (job->wanted);
  sb_progress_unref (job->progress);
  g_free (job->sentence);
  g_clear_error (&job->error);
  g_free (job);
}

static void
work (void *data)
{
  Job *job = data;
  if (!job->wanted)
    job->wanted = sb_project_load (job->project_path, &job->error);
  if (job->wanted)
    job->sentence = sb_relink_compare (job->wanted, job->path, job->progress, &job->same, &job->error);
}

static void
abandon (SbFinder *finder)
{
  if (!finder->job)
    return;
  sb_progress_cancel (finder->job->progress);
  finder->job->finder = NULL;
  finder->job = NULL;
}

/* With the project file it is opened in place of what that names; a recording of its own brings its edits along. */
static void
take (SbFinder *finder, const char *path)
{
  const SbOpenRequest request = finder->project_path
                                    ? (SbOpenRequest){.path = finder->project_path, .relinked = path}
                                    : (SbOpenRequest){.path = path, .adopt = true};
  finder->func (finder->data, &request);
}

static void
on_other_response (AdwMessageDialog *dialog, const char *response, SbFinder *finder)
{
  if (g_str_equal (response, "find"))
    sb_finder_choose (finder);
  else if (g_str_equal (response, "use"))
    take (finder, finder->tried);
}

static void
say_other (SbFinder *finder, const char *heading, const char *body, bool can_use)
{
  GtkWidget *widget = adw_message_dialog_new (finder->parent, heading, body);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);
  adw_message_dialog_add_response (dialog, "cancel", "Cancel");
  if (can_use) {
    adw_message_dialog_add_response (dialog, "use", "_Use It Anyway");
    adw_message_dialog_set_response_appearance (dialog, "use", ADW_RESPONSE_DESTRUCTIVE);
  }
  adw_message_dialog_add_response (dialog, "find", "_Find Another…");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (on_other_response), finder);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
done (void *data)
{
  Job *job = data;
  SbFinder *finder = job->finder;
  if (!finder)
    return;
  finder->job = NULL;
  g_free (finder->tried);
  finder->tried = g_strdup (job->path);
  g_autofree char *name = g_filename_display_basename (job->path);
  if (job->same) {
    take (finder, job->path);
    return;
  }
  if (job->error) {
    g_autofree char *heading = g_strdup_printf ("“%s” cannot be used", name);
    say_other (finder, heading, job->error->message, false);
    return;
  }
  g_autofree char *heading = g_strdup_printf ("“%s” is another recording", name);
  g_autofree char *body
      = g_strdup_printf ("%s The edits would lie over other sound than they were made for.", job->sentence);
  say_other (finder, heading, body, finder->project_path != NULL);
}

void
sb_finder_try (SbFinder *finder, const char *path)
{
  abandon (finder);
  if (!sb_finder_is_looking (finder))
    return;
  Job *job = g_new0 (Job, 1);
  job->finder = finder;
  job->project_path = g_strdup (finder->project_path);
  job->path = g_canonicalize_filename (path, NULL);
  job->wanted = finder->wanted ? sb_project_copy (finder->wanted) : NULL;
  job->progress = sb_progress_new ();
  finder->job = job;
  sb_bridge_run (finder->jobs, job, 0, work, done, job, job_free);
}

/* --- asking --- */

static void
on_chosen (GtkNativeDialog *chooser, int response, GtkWindow *parent)
{
  SbFinder *finder = g_object_get_data (G_OBJECT (chooser), "finder");
  g_autoptr (GFile) file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *path = file ? g_file_get_path (file) : NULL;
  if (path)
    sb_finder_try (finder, path);
  g_object_unref (chooser);
}

void
sb_finder_choose (SbFinder *finder)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new ("Find the Recording", finder->parent,
                                                               GTK_FILE_CHOOSER_ACTION_OPEN, "Choose", "Cancel");
  const char *beside = finder->tried ? finder->tried : finder->project_path;
  g_autofree char *folder = beside ? g_path_get_dirname (beside) : NULL;
  g_autoptr (GFile) file = folder ? g_file_new_for_path (folder) : NULL;
  if (file)
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), file, NULL);
  g_object_set_data (G_OBJECT (chooser), "finder", finder);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  /* the window owns the finder: when it goes, nobody listens any more */
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_chosen), finder->parent, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
on_gone_response (AdwMessageDialog *dialog, const char *response, SbFinder *finder)
{
  if (g_str_equal (response, "find"))
    sb_finder_choose (finder);
  else
    sb_finder_look_for (finder, NULL, NULL);
}

void
sb_finder_ask (SbFinder *finder, const char *project_path, const char *sentence)
{
  sb_finder_look_for (finder, project_path, NULL);
  finder->asked = true;
  const char *end = strstr (sentence, ". ");
  g_autofree char *heading = end ? g_strndup (sentence, (gsize)(end - sentence)) : g_strdup (sentence);
  GtkWidget *widget = adw_message_dialog_new (finder->parent, heading, end ? end + 2 : "");
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);
  adw_message_dialog_add_response (dialog, "cancel", "Cancel");
  adw_message_dialog_add_response (dialog, "find", "_Find It…");
  adw_message_dialog_set_response_appearance (dialog, "find", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "find");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (on_gone_response), finder);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
sb_finder_look_for (SbFinder *finder, const char *project_path, const SbProject *wanted)
{
  char *path = g_strdup (project_path);
  SbProject *copy = wanted ? sb_project_copy (wanted) : NULL;
  abandon (finder);
  g_free (finder->project_path);
  sb_project_free (finder->wanted);
  g_clear_pointer (&finder->tried, g_free);
  finder->project_path = path;
  finder->wanted = copy;
  finder->asked = false;
}

bool
sb_finder_is_looking (const SbFinder *finder)
{
  return finder->project_path || finder->wanted;
}

bool
sb_finder_has_asked (const SbFinder *finder)
{
  return finder->asked;
}

SbFinder *
sb_finder_new (GtkWindow *parent, SbPool *jobs, SbFoundFunc func, void *data)
{
  SbFinder *finder = g_new0 (SbFinder, 1);
  *finder = (SbFinder){.parent = parent, .jobs = jobs, .func = func, .data = data};
  return finder;
}

void
sb_finder_free (SbFinder *finder)
{
  if (!finder)
    return;
  abandon (finder);
  g_free (finder->project_path);
  sb_project_free (finder->wanted);
  g_free (finder->tried);
  g_free (finder);
}
