/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"
#include "document/sb-project.h"

#include <stdio.h>
#include <string.h>

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
  g_autofree char *path = cli_project_source (args, project, cli_value (args, "source"), error);
  g_autoptr (SbSource) source = path ? sb_file_source_new (path, args->progress, error) : NULL;
  if (!source)
    return false;
  if (project->salvaged)
    printf ("%s\n", project->salvaged);
  cli_leave_out_outside (project, source);
  g_autoptr (SbMask) mask =
      sb_mask_new (&project->grid, sb_source_rate (source), sb_source_n_frames (source), sb_source_channels (source),
                   (SbOperation *const *)project->ops->pdata, (int)project->ops->len, NULL, error);
  if (!mask || !cli_export (args, source, mask, output, cli_value (args, "removed"), error))
    return false;
  if (!cli_value (args, "source"))
    cli_tell_found (project, path);
  return true;
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
