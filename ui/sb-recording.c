/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening in one place: the former recording stays on the screen until this
 * one is ready to be drawn. */
#include "ui/sb-recording.h"
#include "base/sb-error.h"
#include "base/sb-units.h"
#include "document/sb-relink.h"
#include "dsp/sb-stft.h"

#include <string.h>

#define RANGE_BOX_US 300000 /* of reading for the range, before the recording is shown */

enum { DIED_OFTEN = 2 };

static char *
channels_text (int channels)
{
  if (channels == 1)
    return g_strdup ("mono");
  if (channels == 2)
    return g_strdup ("stereo");
  return g_strdup_printf ("%d channels", channels);
}

static char *
format_line (const SbRecording *recording, SbSource *source)
{
  g_autofree char *rate = sb_format_hz_short (recording->rate);
  bool kilo = g_str_has_suffix (rate, "k");
  if (kilo)
    rate[strlen (rate) - 1] = '\0';
  g_autofree char *channels = channels_text (recording->channels);
  g_autofree char *length = recording->duration_s < 1 ? sb_format_duration (recording->duration_s)
                                                      : sb_format_time (recording->duration_s, 1);
  SbSampleType type = sb_file_source_sample_type (source);
  g_autofree char *sample = type == SB_SAMPLE_OTHER ? sb_container_name_of (sb_file_source_sf_format (source))
                                                    : g_strdup (sb_sample_type_name (type));
  return g_strdup_printf ("%s %s · %s · %s · %s", rate, kilo ? "kHz" : "Hz", sample, channels, length);
}

static bool
build_pictures (SbRecording *recording, SbSnapshot *snapshot, SbPool *pool, GError **error)
{
  const SbGrid *grid = sb_document_grid (recording->document);
  for (int v = 0; v < SB_N_VIEWS; v++) {
    SbSpectrogram *below = v == SB_VIEW_ORIGINAL ? NULL : recording->spectrogram[SB_VIEW_ORIGINAL];
    SbWaveform *wave_below = v == SB_VIEW_ORIGINAL ? NULL : recording->waveform[SB_VIEW_ORIGINAL];
    recording->spectrogram[v] = sb_spectrogram_new (snapshot->source[v], grid, pool, below, error);
    if (!recording->spectrogram[v])
      return false;
    recording->waveform[v] = sb_waveform_new (snapshot->source[v], pool, wave_below);
  }
  /* only the original is read from end to end */
  sb_spectrogram_set_waveform (recording->spectrogram[SB_VIEW_ORIGINAL], recording->waveform[SB_VIEW_ORIGINAL]);
  const SbProject *project = sb_store_project (recording->store);
  if (project->source_fingerprint) { /* of the file as it was written then: the fingerprint does not see every byte */
    g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "sonobrush", NULL);
    g_autofree char *content = g_strdup_printf ("%s-%" G_GINT64_FORMAT, project->source_fingerprint,
                                                sb_file_source_mtime_ns (sb_document_original (recording->document)));
    sb_spectrogram_set_cache (recording->spectrogram[SB_VIEW_ORIGINAL], folder, content);
  }
  recording->readout_stft = sb_stft_new (grid, SB_PLAN_EXACT, error);
  return recording->readout_stft != NULL;
}

/* The recording itself, or the one that a project names. */
static SbSource *
open_source (const SbOpenRequest *request, SbProject **project, SbProgress *progress, GError **error)
{
  if (!sb_is_project_file (request->path) && !g_str_has_suffix (request->path, ".sonobrush"))
    return sb_file_source_new (request->path, progress, error);
  *project = sb_project_load (request->path, error);
  if (!*project)
    return NULL;
  g_autofree char *found
      = request->relinked ? g_strdup (request->relinked) : sb_relink_find (*project, request->path, NULL);
  const char *named = (*project)->source_path;
  if (!found && *named && g_file_test (named, G_FILE_TEST_EXISTS))
    found = g_strdup (named); /* other content: told when it is open */
  if (found)
    return sb_file_source_new (found, progress, error);
  g_autofree char *name = g_filename_display_basename (named), *folder = g_path_get_dirname (named);
  g_autofree char *shown = g_filename_display_name (folder);
  if (*named)
    g_set_error (error, SB_ERROR, SB_ERROR_GONE,
                 "“%s” is not where it was. It is no longer in “%s”. Your edits are safe in the project; they need the "
                 "recording they were made in.",
                 name, shown);
  else
    g_set_error (error, SB_ERROR, SB_ERROR_GONE,
                 "The recording of this project is not known. The project is damaged and does not say where it lies. "
                 "Its edits can be used with the recording they were made in.");
  return NULL;
}

static SbRecording *
open_recording (const SbOpenRequest *request, SbPool *pool, SbProgress *progress, GError **error)
{
  g_autoptr (SbProject) project = NULL;
  g_autoptr (SbSource) source = open_source (request, &project, progress, error);
  if (!source)
    return NULL;
  g_autoptr (SbRecording) recording = g_new0 (SbRecording, 1);
  recording->pool = pool;
  recording->path = g_strdup (sb_file_source_path (source));
  recording->project_path = project ? g_canonicalize_filename (request->path, NULL) : NULL;
  recording->name = g_filename_display_basename (request->path);
  recording->rate = sb_source_rate (source);
  recording->channels = sb_source_channels (source);
  recording->n_frames = sb_source_n_frames (source);
  recording->duration_s = sb_source_duration_s (source);
  recording->nyquist_hz = recording->rate / 2.0;
  recording->format_line = format_line (recording, source);
  const SbStoreRequest keeping = {.project = project,
                                  .project_path = recording->project_path,
                                  .adopt = request->adopt,
                                  .without_edits = request->without_edits,
                                  .progress = progress};
  recording->store = sb_store_open_as (&keeping, source, error);
  if (!recording->store || sb_progress_check (progress, error))
    return NULL;
  recording->document = sb_document_new (source, &sb_store_project (recording->store)->grid, error);
  if (!recording->document || !sb_store_attach (recording->store, recording->document, error) ||
      sb_progress_check (progress, error))
    return NULL;
  g_autoptr (SbSnapshot) snapshot = sb_document_snapshot (recording->document);
  if (!build_pictures (recording, snapshot, pool, error) || sb_progress_check (progress, error))
    return NULL;
  recording->auto_whole =
      sb_spectrogram_auto_range_within (recording->spectrogram[SB_VIEW_ORIGINAL], RANGE_BOX_US, &recording->auto_low_db,
                                        &recording->auto_high_db);
  return g_steal_pointer (&recording);
}

SbRecording *
sb_recording_open (const SbOpenRequest *request, SbPool *pool, SbProgress *progress, GError **error)
{
  int n_died;
  SbOpeningMark *mark = sb_opening_mark_new (NULL, request->path, &n_died);
  if (n_died >= DIED_OFTEN && !request->again) { /* once may have been anything */
    g_autofree char *name = g_filename_display_basename (request->path);
    sb_opening_mark_give_up (mark);
    g_set_error (error, SB_ERROR, SB_ERROR_DIED,
                 "Sonobrush ended while “%s” was being opened. That happened %d times in a row. The recording or the "
                 "edits kept of it may be why. The edits are still on the disk.",
                 name, n_died);
    return NULL;
  }
  SbRecording *recording = open_recording (request, pool, progress, error);
  if (recording)
    recording->mark = mark;
  else
    sb_opening_mark_done (mark);
  return recording;
}

char *
sb_recording_file_name (const SbRecording *recording, const char *ending)
{
  const char *dot = strrchr (recording->name, '.');
  int length = dot && dot != recording->name ? (int)(dot - recording->name) : (int)strlen (recording->name);
  return g_strdup_printf ("%.*s%s", length, recording->name, ending);
}

void
sb_recording_free (SbRecording *recording)
{
  if (!recording)
    return;
  for (int v = SB_N_VIEWS - 1; v >= 0; v--) { /* what lies below goes last */
    sb_spectrogram_free (recording->looked[v]);
    sb_spectrogram_free (recording->spectrogram[v]);
    sb_waveform_free (recording->waveform[v]);
  }
  sb_stft_unref (recording->readout_stft);
  sb_opening_mark_done (recording->mark);
  sb_store_free (recording->store);
  sb_document_free (recording->document);
  g_free (recording->project_path);
  g_free (recording->path);
  g_free (recording->name);
  g_free (recording->format_line);
  g_free (recording);
}
