/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The transform of a recording as a NumPy array, written column by column, so
 * that an hour needs no more memory than a second. */
#include "cli.h"
#include "base/sb-npy.h"
#include "dsp/sb-stft.h"

#include <string.h>

#define BLOCK_FRAMES 65536

typedef struct {
  SbSource *source;
  SbStft *stft;
  SbStftScratch *scratch;
  SbNpyWriter *writer;
  float *frames;         /* float[n_read][channels] of one block */
  float complex *column; /* [n_bins][channels], as the file wants it */
} Job;

static void
clear_job (Job *job)
{
  sb_stft_scratch_free (job->scratch);
  sb_stft_unref (job->stft);
  sb_npy_writer_free (job->writer);
  g_free (job->frames);
  g_free (job->column);
}

static bool
write_column (Job *job, const float *frames, GError **error)
{
  int n_bins = sb_stft_n_bins (job->stft), channels = sb_source_channels (job->source);
  for (int c = 0; c < channels; c++) {
    const float complex *X = sb_stft_forward (job->stft, job->scratch, frames + c, channels);
    for (int bin = 0; bin < n_bins; bin++)
      job->column[bin * channels + c] = X[bin];
  }
  return sb_npy_writer_append (job->writer, job->column, (int64_t)n_bins * channels, error);
}

static bool
write_columns (Job *job, int64_t n_cols, int64_t block_cols, SbProgress *progress, GError **error)
{
  const SbGrid *grid = sb_stft_grid (job->stft);
  int channels = sb_source_channels (job->source);
  for (int64_t first = 0; first < n_cols; first += block_cols) {
    int64_t n = MIN (block_cols, n_cols - first);
    int64_t n_read = (n - 1) * grid->hop + grid->n_fft;
    if (sb_progress_check (progress, error) ||
        !sb_source_read (job->source, sb_grid_col_start (grid, first), n_read, job->frames, error))
      return false;
    for (int64_t k = 0; k < n; k++)
      if (!write_column (job, job->frames + k * grid->hop * channels, error))
        return false;
  }
  return sb_npy_writer_finish (job->writer, error);
}

bool
cli_write_stft (SbSource *source, const SbGrid *grid, const char *path, SbProgress *progress, GError **error)
{
  int channels = sb_source_channels (source), n_bins = sb_grid_n_bins (grid);
  int64_t n_cols = sb_grid_n_cols (grid, sb_source_n_frames (source));
  int64_t shape[3] = {channels, n_bins, n_cols};
  bool mono = channels == 1;
  int64_t block_cols = MAX (BLOCK_FRAMES / grid->hop, 1);
  gsize block_frames = (gsize)((block_cols - 1) * grid->hop + grid->n_fft);
  Job job = {.source = source, .stft = sb_stft_new (grid, SB_PLAN_EXACT, error)};
  bool ok = job.stft != NULL;
  if (ok) {
    job.scratch = sb_stft_scratch_new (job.stft);
    job.frames = g_try_malloc_n (block_frames, sizeof (float) * (gsize)channels);
    job.column = g_try_malloc_n ((gsize)n_bins, sizeof (float complex) * (gsize)channels);
    ok = job.frames && job.column;
    if (!ok)
      g_set_error (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory for n_fft %d and %d channels.",
                   grid->n_fft, channels);
  }
  if (ok)
    job.writer = sb_npy_writer_new (path, SB_NPY_COMPLEX64, mono ? shape + 1 : shape, mono ? 2 : 3, error);
  ok = ok && job.writer && write_columns (&job, n_cols, block_cols, progress, error);
  clear_job (&job);
  return ok;
}

/* path: n values, value[i] = i·step/scale */
static bool
write_axis (const char *path, int64_t n, double step, double scale, GError **error)
{
  g_autoptr (SbNpyWriter) writer = sb_npy_writer_new (path, SB_NPY_FLOAT64, &n, 1, error);
  for (int64_t i = 0; writer && i < n; i++) {
    double value = (double)i * step / scale;
    if (!sb_npy_writer_append (writer, &value, 1, error))
      return false;
  }
  return writer && sb_npy_writer_finish (writer, error);
}

bool
cli_write_axes (const SbSource *source, const SbGrid *grid, const char *times_path, const char *freqs_path,
                GError **error)
{
  double rate = sb_source_rate (source);
  int64_t n_cols = sb_grid_n_cols (grid, sb_source_n_frames (source));
  return (!times_path || write_axis (times_path, n_cols, grid->hop, rate, error)) &&
         (!freqs_path || write_axis (freqs_path, sb_grid_n_bins (grid), rate, grid->n_fft, error));
}

static bool
run_stft (CliArgs *args, GError **error)
{
  const char *output = cli_required (args, "output", error);
  const char *outputs[] = {output, cli_value (args, "times"), cli_value (args, "freqs")};
  if (!output || !cli_check_outputs (outputs, 3, &args->operand, 1, error))
    return false;
  SbGrid grid;
  g_autoptr (SbSource) source = sb_file_source_new (args->operand, args->progress, error);
  return source && cli_grid (args, sb_source_rate (source), NULL, &grid, error) &&
         cli_write_stft (source, &grid, output, args->progress, error) &&
         cli_write_axes (source, &grid, outputs[1], outputs[2], error);
}

static const CliOption options[] = {
    {"output", "X.npy", "the array, complex64"},
    {"times", "T.npy", "the columns' times in seconds, float64"},
    {"freqs", "F.npy", "the rows' frequencies in hertz, float64"},
    {NULL, NULL, NULL},
};

const CliCommand cli_stft_command = {
    .name = "stft",
    .operands = "IN",
    .summary = "Writes the short-time Fourier transform as a NumPy array",
    .details = "Shape (n_bins, n_cols) for one channel, (channels, n_bins, n_cols) for more; the numbers\n"
               "of librosa.stft(x, n_fft, hop, window=…, center=True, pad_mode=\"constant\").\n"
               "Column k is centred on frame k·hop.",
    .examples = "  sonobrush-cli stft take.wav -o X.npy\n"
                "  sonobrush-cli stft take.wav -o X.npy --times T.npy --freqs F.npy --n-fft 4096 --hop 512",
    .options = options,
    .takes_grid = true,
    .run = run_stft,
};
