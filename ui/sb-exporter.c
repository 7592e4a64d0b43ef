/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-exporter.h"
#include "ui/sb-export-folder.h"
#include "ui/sb-export-promise.h"
#include "ui/sb-worker-bridge.h"

struct _SbExporter {
  GObject parent;
  SbSession *session;
  SbPool *jobs;
  SbProgress *progress; /* while busy */
  SbProgress *hashing;  /* while the report's SHA-256 are computed */
  bool told, stopped;
  char *last_path;
  SbExportReport report; /* of last_path */
};

G_DEFINE_TYPE (SbExporter, sb_exporter, G_TYPE_OBJECT)

typedef struct {
  SbExporter *exporter; /* referenced */
  SbSnapshot *snapshot;
  SbProgress *progress;
  char *path[2]; /* result, removed */
  char *subtype, *source_sha256;
  int64_t first, n_frames;
  bool no_metadata, history;
  int n_written; /* files that are in their place */
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
  g_free (job->source_sha256);
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
    spec.first = job->first;
    spec.n_frames = job->n_frames;
    spec.no_metadata = job->no_metadata;
    spec.history = job->history;
    spec.source_sha256 = job->source_sha256;
    if (!sb_export (job->snapshot->source[SB_VIEW_ORIGINAL], job->snapshot->resynth, &spec, &report, job->progress,
                    &job->error))
      return;
    job->n_written++;
    if (i == 0 || !job->path[0])
      job->report = report;
  }
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
  g_autofree char *changed = sb_export_count_text (job->report.frames_changed);
  const char *how = job->report.lossy                          ? "encoded anew · "
                    : job->report.exact || job->report.decoded ? ""
                                                               : "converted · ";
  if (job->report.frames_changed == 0)
    return g_strdup_printf ("Exported %s · %snothing painted%s", first, how, clipped);
  return g_strdup_printf ("Exported %s · %s%s frames %s%s", first, how, changed,
                          job->report.lossy ? "painted" : "changed", clipped);
}

/* Of two files the first may be there already: it stays, and is said. */
static char *
stopped_text (const Job *job)
{
  if (job->n_written == 0)
    return g_strdup ("Export stopped. Nothing was written.");
  g_autofree char *first = g_filename_display_basename (job->path[0]);
  return g_strdup_printf ("Export stopped. “%s” is complete, the removed part was not written.", first);
}

/* --- the report's hashes --- */

static void
hash_work (void *data)
{
  Job *job = data;
  if (!sb_export_hash_files (job->snapshot->source[SB_VIEW_ORIGINAL], job->path[0] ? job->path[0] : job->path[1],
                             &job->report, job->progress, NULL))
    *job->report.source_sha256 = *job->report.result_sha256 = 0;
}

static void
hash_done (void *data)
{
  Job *job = data;
  if (job->exporter->hashing != job->progress)
    return; /* another export was done meanwhile */
  g_clear_pointer (&job->exporter->hashing, sb_progress_unref);
  job->exporter->report = job->report;
  g_signal_emit_by_name (job->exporter, "reported");
}

static void
begin_hashing (const Job *exported)
{
  Job *job = g_new0 (Job, 1);
  SbExporter *self = exported->exporter;
  job->exporter = g_object_ref (self);
  job->snapshot = sb_snapshot_ref (exported->snapshot);
  job->progress = sb_progress_new ();
  job->path[0] = g_strdup (exported->path[0] ? exported->path[0] : exported->path[1]);
  job->report = exported->report;
  self->hashing = sb_progress_ref (job->progress);
  sb_bridge_run (self->jobs, self, 0, hash_work, hash_done, job, job_free);
}

static void
stop_hashing (SbExporter *self)
{
  sb_progress_cancel (self->hashing);
  g_clear_pointer (&self->hashing, sb_progress_unref);
}

static void
done (void *data)
{
  Job *job = data;
  SbExporter *self = job->exporter;
  g_clear_pointer (&self->progress, sb_progress_unref);
  self->stopped = job->error && g_error_matches (job->error, SB_ERROR, SB_ERROR_CANCELLED);
  if (!job->error || (job->n_written > 0 && g_strcmp0 (job->path[0], self->last_path) == 0))
    stop_hashing (self); /* that file is not the last one any more, or another lies there */
  if (!job->error) {
    g_free (self->last_path);
    self->last_path = g_strdup (job->path[0] ? job->path[0] : job->path[1]);
    self->report = job->report;
    sb_export_folder_keep (self->last_path);
    begin_hashing (job);
  }
  g_autofree char *sentence = self->stopped ? stopped_text (job)
                              : job->error  ? g_strdup (job->error->message)
                                            : told (job);
  g_signal_emit_by_name (self, "finished", job->error == NULL, sentence);
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
  job->source_sha256 = sb_store_source_sha256 (sb_session_recording (self->session)->store);
  job->first = request->first;
  job->n_frames = request->n_frames;
  job->no_metadata = request->no_metadata;
  job->history = request->history;
  self->told = request->told;
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

void
sb_exporter_stop (SbExporter *self)
{
  sb_progress_cancel (self->progress);
  stop_hashing (self);
}

bool
sb_exporter_is_hashing (SbExporter *self)
{
  return self->hashing != NULL;
}

bool
sb_exporter_is_told (SbExporter *self)
{
  return self->told;
}

bool
sb_exporter_was_stopped (SbExporter *self)
{
  return self->stopped;
}

const SbExportReport *
sb_exporter_report (SbExporter *self)
{
  return self->last_path ? &self->report : NULL;
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
  g_clear_pointer (&SB_EXPORTER (object)->hashing, sb_progress_unref);
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
  g_signal_new ("reported", SB_TYPE_EXPORTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
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
