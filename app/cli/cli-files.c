/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"
#include "document/sb-export.h"
#include "document/sb-replace.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* realpath() of the folder + the last part of the name: tells files apart that do not exist yet. */
static char *
place_of (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  char *real = realpath (folder, NULL);
  char *place = g_build_filename (real ? real : folder, name, NULL);
  free (real);
  return place;
}

static bool
same_file (const char *a, const char *b)
{
  struct stat sa, sb;
  if (stat (a, &sa) == 0 && stat (b, &sb) == 0)
    return sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
  g_autofree char *pa = place_of (a), *pb = place_of (b);
  return strcmp (pa, pb) == 0;
}

static bool
refuse (GError **error, const char *path, const char *format, const char *what)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *shown_what = g_filename_display_name (what);
  g_autofree char *why = g_strdup_printf (format, shown_what);
  g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "“%s” cannot be written: %s.", shown, why);
  return false;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static bool
check_place (const char *path, GError **error)
{
  struct stat st;
  g_autofree char *folder = g_path_get_dirname (path);
  if (!*path)
    return refuse (error, path, "the name is empty%s", "");
  if (stat (folder, &st) != 0)
    return errno == ENOENT || errno == ENOTDIR
               ? refuse (error, path, "the folder “%s” does not exist; make it first or choose another", folder)
               : refuse (error, path, "its folder cannot be reached (%s)", g_strerror (errno));
  if (!S_ISDIR (st.st_mode))
    return refuse (error, path, "“%s” is not a folder", folder);
  if (stat (path, &st) == 0 && S_ISDIR (st.st_mode))
    return refuse (error, path, "it is a folder; add a file name%s", "");
  if (stat (path, &st) == 0 && !S_ISREG (st.st_mode))
    return refuse (error, path, "it is not an ordinary file%s", "");
  if (access (folder, W_OK | X_OK) != 0)
    return refuse (error, path, "the folder “%s” is read-only; choose another", folder);
  return true;
}
#pragma GCC diagnostic pop

static bool
check_names (const char *const *outputs, int n_outputs, const char *const *inputs, int n_inputs, GError **error)
{
  for (int i = 0; i < n_outputs; i++) {
    if (!outputs[i])
      continue;
    for (int k = 0; k < n_inputs; k++)
      if (inputs[k] && same_file (outputs[i], inputs[k]))
        return refuse (error, outputs[i], "it is the input “%s”, which is never changed; choose another name",
                       inputs[k]);
    for (int k = 0; k < i; k++)
      if (outputs[k] && same_file (outputs[i], outputs[k]))
        return refuse (error, outputs[i], "two outputs have this name%s", "");
    if (!check_place (outputs[i], error))
      return false;
  }
  return true;
}

static bool
check_replaced (const char *const *outputs, int n_outputs, const char *project, GError **error)
{
  for (int i = 0; i < n_outputs; i++)
    if (outputs[i] && outputs[i] != project && !sb_check_replace (NULL, outputs[i], error))
      return false;
  return true;
}

bool
cli_check_outputs (const char *const *outputs, int n_outputs, const char *const *inputs, int n_inputs, GError **error)
{
  return check_names (outputs, n_outputs, inputs, n_inputs, error) && check_replaced (outputs, n_outputs, NULL, error);
}

bool
cli_check_outputs_and_project (const char *const *outputs, int n_outputs, const char *project,
                               const char *const *inputs, int n_inputs, GError **error)
{
  return check_names (outputs, n_outputs, inputs, n_inputs, error) &&
         check_replaced (outputs, n_outputs, project, error);
}

/* What the export promises, with figures. */
static void
tell_report (const SbExportReport *report)
{
  g_autofree char *checked = sb_export_report_text (report);
  printf ("frames changed   %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT "%s\n", report->frames_changed, report->n_frames,
          report->lossy ? " by the painting; all were encoded anew" : "");
  if (isfinite (report->loudest_removed_db))
    printf ("loudest removed  %.1f dBFS\n", report->loudest_removed_db);
  printf ("clipped          %" G_GINT64_FORMAT "\n", report->frames_clipped);
  if (*report->source_sha256)
    printf ("source SHA-256   %s\n", report->source_sha256);
  printf ("result SHA-256   %s\n", report->result_sha256);
  printf ("checked          %s\n", checked);
  if (*report->left_out)
    printf ("left out         %s\n", report->left_out);
}

/* --from and --to in seconds; whole where neither is said. */
static bool
choose_part (const CliArgs *args, SbSource *original, SbExportSpec *spec, GError **error)
{
  const double rate = sb_source_rate (original), all_s = sb_source_duration_s (original);
  double from_s = 0, to_s = all_s;
  if (!cli_double (args, "from", &from_s, error) || !cli_double (args, "to", &to_s, error))
    return false;
  if (!(from_s >= 0) || !(to_s > from_s) || !(from_s < all_s)) {
    g_set_error (
        error, SB_ERROR, SB_ERROR_VALUE,
        "There is nothing from %g s to %g s: the recording goes from 0 to %g s. Say --from and --to in seconds.",
        from_s, to_s, all_s);
    return false;
  }
  const int64_t end = MIN (llrint (MIN (to_s, all_s) * rate), sb_source_n_frames (original));
  spec->first = MIN (llrint (from_s * rate), end - 1);
  spec->n_frames = end - spec->first;
  return true;
}

static void
tell (const char *path, const SbExportReport *report)
{
  g_autofree char *shown = g_filename_display_name (path);
  printf ("%s: %" G_GINT64_FORMAT " frames, %s, ", shown, report->n_frames, report->subtype);
  if (report->lossy)
    printf ("encoded anew, ");
  else if (!report->exact && !report->decoded)
    printf ("converted, ");
  if (report->frames_changed == 0)
    printf (report->lossy ? "nothing painted\n" : report->exact ? "nothing changed\n" : "nothing else changed\n");
  else if (report->frames_clipped > 0)
    printf ("%" G_GINT64_FORMAT " changed, %" G_GINT64_FORMAT " clipped\n", report->frames_changed,
            report->frames_clipped);
  else
    printf ("%" G_GINT64_FORMAT " changed\n", report->frames_changed);
}

/* specs: of the result and of what was removed. */
static bool
choose_specs (const CliArgs *args, SbSource *original, const char *path, const char *removed_path,
              SbExportSpec specs[2], GError **error)
{
  SbExportSpec *spec = &specs[0];
  sb_export_spec_init (spec);
  spec->path = path;
  spec->subtype = cli_value (args, "subtype");
  spec->hash = cli_flag (args, "report");
  spec->no_metadata = cli_flag (args, "no-metadata");
  spec->history = cli_flag (args, "history");
  if (!choose_part (args, original, spec, error))
    return false;
  specs[1] = *spec;
  specs[1].path = removed_path;
  specs[1].subtype = "float";
  specs[1].removed = true;
  specs[1].hash = specs[1].history = false;
  return true;
}

bool
cli_export_check (const CliArgs *args, SbSource *original, SbMask *mask, const char *path, const char *removed_path,
                  GError **error)
{
  SbExportSpec specs[2];
  g_autoptr (SbResynth) resynth = sb_resynth_new (original, mask, NULL, error);
  return resynth && choose_specs (args, original, path, removed_path, specs, error) &&
         sb_export_check (original, resynth, &specs[0], error) &&
         (!removed_path || sb_export_check (original, resynth, &specs[1], error));
}

bool
cli_export (const CliArgs *args, SbSource *original, SbMask *mask, const char *path, const char *removed_path,
            GError **error)
{
  SbExportSpec specs[2];
  SbExportReport report = {0};
  g_autoptr (SbResynth) resynth = sb_resynth_new (original, mask, NULL, error);
  if (!resynth || !choose_specs (args, original, path, removed_path, specs, error))
    return false;
  if (removed_path && !sb_export_check (original, resynth, &specs[1], error)) /* before the result is written */
    return false;
  if (!sb_export (original, resynth, &specs[0], &report, args->progress, error))
    return false;
  tell (path, &report);
  if (specs[0].hash)
    tell_report (&report);
  return !removed_path || sb_export (original, resynth, &specs[1], NULL, args->progress, error);
}
