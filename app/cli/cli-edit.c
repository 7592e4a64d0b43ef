/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"
#include "document/sb-project.h"
#include "edit/sb-mask-file.h"

static bool
save_project (const char *path, SbSource *source, const SbGrid *grid, GPtrArray *ops, GError **error)
{
  g_autoptr (SbProject) project = sb_project_new ();
  project->grid = *grid;
  for (guint i = 0; i < ops->len; i++)
    g_ptr_array_add (project->ops, sb_operation_ref (g_ptr_array_index (ops, i)));
  if (!sb_project_set_source (project, source, error))
    return false;
  sb_project_fill_content (project, source, NULL);
  return sb_project_save (project, path, error);
}

/* The mask and the project come first: what can be refused is refused before the long part. */
static bool
write_all (CliArgs *args, SbSource *source, const SbGrid *grid, GPtrArray *ops, GError **error)
{
  g_autoptr (SbMask) mask =
      sb_mask_new (grid, sb_source_rate (source), sb_source_n_frames (source), sb_source_channels (source),
                   (SbOperation *const *)ops->pdata, (int)ops->len, NULL, error);
  const char *mask_out = cli_value (args, "mask-out"), *project = cli_value (args, "project");
  const char *output = cli_value (args, "output"), *removed = cli_value (args, "removed");
  return mask && cli_export_check (args, source, mask, output, removed, error) &&
         (!mask_out || sb_mask_file_save (mask, mask_out, args->progress, error)) &&
         (!project || save_project (project, source, grid, ops, error)) &&
         cli_export (args, source, mask, output, removed, error);
}

static bool
run_edit (CliArgs *args, GError **error)
{
  const char *output = cli_required (args, "output", error);
  const char *ops_path = output ? cli_required (args, "ops", error) : NULL;
  const char *outputs[] = {output, cli_value (args, "removed"), cli_value (args, "project"),
                           cli_value (args, "mask-out")};
  const char *inputs[] = {args->operand, ops_path};
  if (!output || !ops_path || !cli_check_outputs_and_project (outputs, 4, outputs[2], inputs, 2, error))
    return false;
  SbGrid grid;
  g_autoptr (SbOpsFile) ops = sb_ops_file_load (ops_path, error);
  g_autoptr (SbSource) source = ops ? sb_file_source_new (args->operand, args->progress, error) : NULL;
  return source && cli_grid (args, sb_source_rate (source), ops, &grid, error) &&
         write_all (args, source, &grid, ops->ops, error);
}

static const CliOption options[] = {
    {"ops", "OPS.json", "the operations, in seconds and hertz"},
    {"output", "OUT", "the result; format by the name's ending"},
    {"removed", "R.wav", "what was taken out, as 32-bit float"},
    {"project", "P.sonobrush", "a project with the recording and the operations"},
    {"mask-out", "M.npy|M.png", "the mask as it takes effect, (n_bins, n_cols)"},
    CLI_EXPORT_OPTIONS,
    {NULL, NULL, NULL},
};

const CliCommand cli_edit_command = {
    .name = "edit",
    .operands = "IN",
    .summary = "Replays operations (strokes, boxes, lassos, harmonics) on a recording",
    .details = "OPS.json is what the window saves:\n"
               "  {\"version\": 1, \"grid\": {\"n_fft\": 2048, \"hop\": 512, \"window\": \"hann\"}, \"ops\": [\n"
               "    {\"kind\": \"box\", \"from_s\": 1.0, \"to_s\": 1.4, \"low_hz\": 900, \"high_hz\": 1200, "
               "\"gain_db\": \"-inf\"}]}\n"
               "The grid comes from the file unless the options say otherwise.",
    .examples = "  sonobrush-cli edit take.wav --ops ops.json -o clean.wav\n"
                "  sonobrush-cli edit take.wav --ops ops.json -o clean.wav --removed noise.wav --mask-out mask.png",
    .options = options,
    .takes_grid = true,
    .run = run_edit,
};
