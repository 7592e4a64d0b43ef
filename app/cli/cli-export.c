/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"
#include "document/sb-project.h"

#include <stdio.h>
#include <string.h>

static SbSource *
open_source (const CliArgs *args, const SbProject *project, const char *project_path, GError **error)
{
  const char *path = cli_value (args, "source");
  g_autofree char *shown = g_filename_display_name (project_path);
  if (!path && !*project->source_path) {
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT,
                 "“%s” is damaged and does not say which recording it belongs to; name it with --source.", shown);
    return NULL;
  }
  if (!path && !g_file_test (project->source_path, G_FILE_TEST_EXISTS)) {
    g_autofree char *shown_source = g_filename_display_name (project->source_path);
    g_set_error (error, SB_ERROR, SB_ERROR_OPEN,
                 "The recording of “%s” is no longer at “%s”. If it was moved, name it with --source.", shown,
                 shown_source);
    return NULL;
  }
  if (!path)
    path = project->source_path;
  g_autofree char *fingerprint = sb_fingerprint_file (path, error);
  if (!fingerprint)
    return NULL;
  if (project->source_fingerprint && *project->source_fingerprint &&
      strcmp (fingerprint, project->source_fingerprint) != 0 && !cli_flag (args, "changed-source")) {
    g_autofree char *shown_source = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT,
                 "“%s” is not the recording that “%s” was made with, or it has changed since. Give --changed-source to "
                 "apply the edits all the same.",
                 shown_source, shown);
    return NULL;
  }
  return sb_file_source_new (path, args->progress, error);
}

static bool
run_export (CliArgs *args, GError **error)
{
  const char *output = cli_required (args, "output", error);
  if (!output)
    return false;
  g_autoptr (SbProject) project = sb_project_load (args->operand, error);
  if (!project)
    return false;
  const char *outputs[] = {output, cli_value (args, "removed")};
  const char *inputs[] = {args->operand, cli_value (args, "source"),
                          *project->source_path ? project->source_path : NULL};
  if (!cli_check_outputs (outputs, 2, inputs, 3, error))
    return false;
  g_autoptr (SbSource) source = open_source (args, project, args->operand, error);
  if (!source)
    return false;
  if (project->salvaged)
    printf ("%s\n", project->salvaged);
  g_autoptr (SbMask) mask =
      sb_mask_new (&project->grid, sb_source_rate (source), sb_source_n_frames (source), sb_source_channels (source),
                   (SbOperation *const *)project->ops->pdata, (int)project->ops->len, NULL, error);
  return mask && cli_export (args, source, mask, output, cli_value (args, "removed"), error);
}

static const CliOption options[] = {
    {"output", "OUT", "the result; format by the name's ending"},
    {"removed", "R.wav", "what was taken out, as 32-bit float"},
    {"source", "IN", "the recording, where it is no longer where the project says"},
    {"changed-source", NULL, "apply the edits though the recording has changed"},
    CLI_EXPORT_OPTIONS,
    {NULL, NULL, NULL},
};

const CliCommand cli_export_command = {
    .name = "export",
    .operands = "PROJECT",
    .summary = "Exports the result of a project that the window saved",
    .examples = "  sonobrush-cli export take.sonobrush -o clean.wav\n"
                "  sonobrush-cli export take.sonobrush -o clean.flac --removed noise.wav",
    .options = options,
    .run = run_export,
};
