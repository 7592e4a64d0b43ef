/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-exporter.h"
#include "document/sb-export.h"
#include "ui/sb-worker-bridge.h"

struct _SbExporter {
  GObject parent;
  SbSession *session;
  SbPool *jobs;
  SbProgress *progress; /* while busy */
  char *last_path;
};

G_DEFINE_TYPE (SbExporter, sb_exporter, G_TYPE_OBJECT)

typedef struct {
  SbExporter *exporter; /* referenced */
  SbSnapshot *snapshot;
  SbProgress *progress;
  char *path[2]; /* result, removed */
  char *subtype;
  SbExportReport report;
  GError *error;
} Job;

static void
job_free (void *data)
{
  Job *job = data;
  sb_snapshot_unref (job->snapshot);
  sb_progress_unref (job->progress);
  g_free (job->path[0]);
  g_free (job->path[1]);
  g_free (job->subtype);
  g_clear_error (&job->error);
  g_object_unref (job->exporter);
  g_free (job);
}

static void
work (void *data)
{
  Job *job = data;
  for (int i = 0; i < 2; i++) {
    SbExportSpec spec;
    SbExportReport report;
    if (!job->path[i])
      continue;
    sb_export_spec_init (&spec);
    spec.path = job->path[i];
    spec.subtype = i && job->path[0] ? NULL : job->subtype;
    spec.removed = i == 1;
    if (!sb_export (job->snapshot->source[SB_VIEW_ORIGINAL], job->snapshot->resynth, &spec, &report, job->progress,
                    &job->error))
      return;
    if (i == 0 || !job->path[0])
      job->report = report;
  }
}

/* "84 712", thin spaces. */
static char *
count_text (int64_t count)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, count);
  size_t n = strlen (digits);
  GString *text = g_string_new (NULL);
  for (size_t i = 0; i < n; i++) {
    if (i && (n - i) % 3 == 0)
      g_string_append (text, "\u2009");
    g_string_append_c (text, digits[i]);
  }
  return g_string_free (text, FALSE);
}

static char *
told (const Job *job)
{
  g_autofree char *first = g_filename_display_basename (job->path[0] ? job->path[0] : job->path[1]);
  g_autofree char *clipped =
      job->report.frames_clipped
          ? g_strdup_printf (" · %" G_GINT64_FORMAT " frames were too loud and are clipped", job->report.frames_clipped)
          : g_strdup ("");
  if (!job->path[0])
    return g_strdup_printf ("Exported %s · the removed part alone%s", first, clipped);
  if (job->report.identical)
    return g_strdup_printf ("Exported %s · bit-identical to the recording", first);
  g_autofree char *changed = count_text (job->report.frames_changed);
  return g_strdup_printf ("Exported %s · %s frames changed%s", first, changed, clipped);
}

static void
done (void *data)
{
  Job *job = data;
  g_clear_pointer (&job->exporter->progress, sb_progress_unref);
  bool cancelled = job->error && g_error_matches (job->error, SB_ERROR, SB_ERROR_CANCELLED);
  if (!job->error) {
    g_free (job->exporter->last_path);
    job->exporter->last_path = g_strdup (job->path[0] ? job->path[0] : job->path[1]);
  }
  g_autofree char *sentence = cancelled ? g_strdup ("") : job->error ? g_strdup (job->error->message) : told (job);
  g_signal_emit_by_name (job->exporter, "finished", job->error == NULL, sentence);
}

bool
sb_exporter_start (SbExporter *self, const SbExportRequest *request)
{
  if (self->progress || !sb_session_recording (self->session))
    return false;
  Job *job = g_new0 (Job, 1);
  self->progress = sb_progress_new ();
  job->exporter = g_object_ref (self);
  job->snapshot = sb_session_snapshot (self->session);
  job->progress = sb_progress_ref (self->progress);
  job->path[0] = g_strdup (request->path);
  job->path[1] = g_strdup (request->removed_path);
  job->subtype = g_strdup (request->subtype);
  sb_bridge_run (self->jobs, self, 0, work, done, job, job_free);
  g_signal_emit_by_name (self, "started");
  return true;
}

bool
sb_exporter_is_busy (SbExporter *self)
{
  return self->progress != NULL;
}

void
sb_exporter_cancel (SbExporter *self)
{
  sb_progress_cancel (self->progress);
}

const char *
sb_exporter_last_path (SbExporter *self)
{
  return self->last_path;
}

double
sb_exporter_fraction (SbExporter *self)
{
  return sb_progress_get (self->progress);
}

static void
sb_exporter_finalize (GObject *object)
{
  g_object_unref (SB_EXPORTER (object)->session);
  g_free (SB_EXPORTER (object)->last_path);
  G_OBJECT_CLASS (sb_exporter_parent_class)->finalize (object);
}

static void
sb_exporter_class_init (SbExporterClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sb_exporter_finalize;
  g_signal_new ("started", SB_TYPE_EXPORTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("finished", SB_TYPE_EXPORTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_BOOLEAN,
                G_TYPE_STRING);
}

static void
sb_exporter_init (SbExporter *self)
{
}

SbExporter *
sb_exporter_new (SbSession *session, SbPool *jobs)
{
  SbExporter *self = g_object_new (SB_TYPE_EXPORTER, NULL);
  self->session = g_object_ref (session);
  self->jobs = jobs;
  return self;
}
