/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"
#include "edit/sb-mask-file.h"

static bool
run_apply (CliArgs *args, GError **error)
{
  const char *output = cli_required (args, "output", error);
  const char *mask_path = output ? cli_required (args, "mask", error) : NULL;
  const char *removed = cli_value (args, "removed");
  const char *outputs[] = {output, removed}, *inputs[] = {args->operand, mask_path};
  if (!output || !mask_path || !cli_check_outputs (outputs, 2, inputs, 2, error))
    return false;
  SbGrid grid;
  g_autoptr (SbSource) source = sb_file_source_new (args->operand, args->progress, error);
  if (!source || !cli_grid (args, sb_source_rate (source), NULL, &grid, error) || !sb_grid_check (&grid, error))
    return false;
  int channels = sb_source_channels (source), n_planes;
  int64_t n_frames = sb_source_n_frames (source);
  float *gain = sb_mask_file_load (mask_path, &grid, n_frames, channels, &n_planes, error);
  if (!gain)
    return false;
  g_autoptr (SbMask) mask =
      sb_mask_new_matrix (&grid, sb_source_rate (source), n_frames, channels, gain, n_planes, error);
  return mask && cli_export (args, source, mask, output, removed, error);
}

static const CliOption options[] = {
    {"mask", "M.npy|M.png", "the gains, 1 untouched, 0 silence"},
    {"output", "OUT", "the result; format by the name's ending"},
    {"removed", "R.wav", "what was taken out, as 32-bit float"},
    CLI_EXPORT_OPTIONS,
    {NULL, NULL, NULL},
};

const CliCommand cli_apply_command = {
    .name = "apply",
    .operands = "IN",
    .summary = "Multiplies the transform by a mask and turns it back into a recording",
    .details = "The same numbers as istft(mask * stft(x)), from the first frame to the last; frames that no\n"
               "masked cell reaches stay as they are, to the bit.  A .npy mask is float32, float64, bool or\n"
               "uint8 (255 counts as 1) of the shape that “stft” writes, or (n_bins, n_cols) for all\n"
               "channels.  A PNG is n_cols wide, n_bins high, highest frequency on top, grey/255 the gain.",
    .examples = "  sonobrush-cli apply take.wav --mask M.npy -o clean.wav\n"
                "  sonobrush-cli apply take.wav --mask M.png -o clean.flac --removed noise.wav --n-fft 2048",
    .options = options,
    .takes_grid = true,
    .run = run_apply,
};
