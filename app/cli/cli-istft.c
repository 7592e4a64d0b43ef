/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inverse transform of an array of columns:
 *
 *   y(n) = Σ_k g(n)·IRFFT(X_k)(n) / Σ_k g²(n)     both sums over the columns that are there
 *
 * As librosa.istft(X, center=True): where the divisor is no normal number, y
 * stays the plain sum.  It is a source, computed block by block, so that the
 * array may be larger than the memory. */
#include "cli.h"
#include "base/sb-npy.h"
#include "document/sb-export.h"
#include "dsp/sb-stft.h"

#include <float.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_FRAMES 65536

typedef struct {
  SbSource base;
  SbNpyReader *reader;
  SbGrid grid;
  SbStft *stft;
  SbStftScratch *scratch;
  double *square; /* g², double[n_fft] */
  int64_t n_cols;
  int n_bins;
  int64_t block_frames;

  pthread_mutex_t lock; /* everything below */
  int64_t block;        /* which one `frames` holds, −1 none */
  float *frames;        /* float[block_frames][channels] */
  double *sum;          /* double[block_frames][channels] */
  double *norm;         /* double[block_frames] */
  float complex *columns;
  int64_t max_columns;
} IstftSource;

static void
finalize (SbSource *base)
{
  IstftSource *self = (IstftSource *)base;
  sb_npy_reader_free (self->reader);
  sb_stft_scratch_free (self->scratch);
  sb_stft_unref (self->stft);
  pthread_mutex_destroy (&self->lock);
  g_free (self->square);
  g_free (self->frames);
  g_free (self->sum);
  g_free (self->norm);
  g_free (self->columns);
  g_free (self);
}

/* Adds column `col` to the sums of the block that starts at frame `start`. */
static void
add_column (IstftSource *self, int64_t start, int64_t col, const float complex *X)
{
  int channels = self->base.channels;
  int64_t at = sb_grid_col_start (&self->grid, col) - start;
  int64_t from = MAX (0, -at), to = MIN (self->grid.n_fft, self->block_frames - at);
  for (int64_t i = from; i < to; i++)
    self->norm[at + i] += self->square[i];
  for (int c = 0; c < channels; c++) {
    const float *y = sb_stft_inverse (self->stft, self->scratch, X + (ptrdiff_t)c * self->n_bins);
    for (int64_t i = from; i < to; i++)
      self->sum[(at + i) * channels + c] += (double)y[i];
  }
}

static bool
compute_block (IstftSource *self, int64_t block, GError **error)
{
  int channels = self->base.channels;
  int64_t start = block * self->block_frames;
  int64_t reach = start + self->grid.n_fft / 2; /* column k covers frames from k·hop − n_fft/2 on */
  int64_t first = MAX (0, (reach - self->grid.n_fft) / self->grid.hop);
  int64_t end = MIN (self->n_cols, (reach + self->block_frames - 1) / self->grid.hop + 1);
  memset (self->sum, 0, sizeof (double) * (size_t)self->block_frames * (size_t)channels);
  memset (self->norm, 0, sizeof (double) * (size_t)self->block_frames);
  for (int64_t col = first; col < end; col += self->max_columns) {
    int64_t n = MIN (self->max_columns, end - col);
    ptrdiff_t stride = (ptrdiff_t)channels * self->n_bins;
    if (!sb_npy_read_complex (self->reader, col, n, self->columns, stride, self->n_bins, error))
      return false;
    for (int64_t k = 0; k < n; k++)
      add_column (self, start, col + k, self->columns + k * stride);
  }
  for (int64_t i = 0; i < self->block_frames; i++)
    for (int c = 0; c < channels; c++) {
      double sum = self->sum[i * channels + c];
      self->frames[i * channels + c] = (float)(self->norm[i] > (double)FLT_MIN ? sum / self->norm[i] : sum);
    }
  self->block = block;
  return true;
}

static bool
read_frames (SbSource *base, int64_t pos, int64_t n, float *out, GError **error)
{
  IstftSource *self = (IstftSource *)base;
  bool ok = true;
  pthread_mutex_lock (&self->lock);
  while (ok && n > 0) {
    int64_t block = pos / self->block_frames, at = pos % self->block_frames;
    int64_t part = MIN (n, self->block_frames - at);
    if (block != self->block) {
      self->block = -1;
      ok = compute_block (self, block, error);
    }
    if (ok)
      memcpy (out, self->frames + at * base->channels, sizeof (float) * (size_t)part * (size_t)base->channels);
    out += part * base->channels;
    pos += part;
    n -= part;
  }
  pthread_mutex_unlock (&self->lock);
  return ok;
}

static const SbSourceClass istft_class = {read_frames, NULL, finalize};

static bool
check_array (const char *path, const SbNpyInfo *info, SbGrid *grid, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *shape = sb_npy_shape_text (info->shape, info->n_dims);
  const char *wrong = !sb_npy_type_is_complex (info->type)     ? "holds no complex numbers"
                      : info->n_dims < 2                       ? "is not of the shape (n_bins, n_cols) or (channels, "
                                                                 "n_bins, n_cols)"
                      : info->cols < 1 || info->planes < 1     ? "holds no column"
                      : info->rows < 2 || info->rows > 1 << 20 ? "has an impossible number of rows (bins)"
                      : info->planes > 65535                   ? "has too many channels"
                                                               : NULL;
  if (wrong) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "“%s” cannot be transformed back: it %s; it is %s of %s.", shown,
                 wrong, shape, sb_npy_type_name (info->type));
    return false;
  }
  if (grid->n_fft == 0)
    grid->n_fft = 2 * ((int)info->rows - 1);
  if (grid->hop == 0)
    grid->hop = MAX (grid->n_fft / 4, 1);
  if (!sb_grid_check (grid, error))
    return false;
  if (sb_grid_n_bins (grid) != info->rows) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "“%s” has %d rows (bins), which does not belong to n_fft %d (%d bins); leave --n-fft out or mend it.",
                 shown, (int)info->rows, grid->n_fft, sb_grid_n_bins (grid));
    return false;
  }
  return true;
}

static bool
allocate (IstftSource *self, GError **error)
{
  gsize channels = (gsize)self->base.channels, n = (gsize)self->block_frames;
  self->square = g_new (double, (gsize)self->grid.n_fft);
  sb_window_fill (self->grid.window, self->grid.n_fft, self->square);
  for (int i = 0; i < self->grid.n_fft; i++)
    self->square[i] *= self->square[i];
  self->frames = g_try_malloc_n (n, channels * sizeof *self->frames);
  self->sum = g_try_malloc_n (n, channels * sizeof *self->sum);
  self->norm = g_try_malloc_n (n, sizeof *self->norm);
  self->columns = g_try_malloc_n ((gsize)self->max_columns * (gsize)self->n_bins, channels * sizeof *self->columns);
  if (self->frames && self->sum && self->norm && self->columns)
    return true;
  g_set_error (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory for n_fft %d and %d channels.",
               self->grid.n_fft, self->base.channels);
  return false;
}

SbSource *
cli_istft_source_new (const char *path, const SbGrid *wanted, int rate, int64_t length, GError **error)
{
  g_autoptr (SbNpyReader) reader = sb_npy_reader_new (path, error);
  SbGrid grid = *wanted;
  if (!reader || !check_array (path, sb_npy_reader_info (reader), &grid, error))
    return NULL;
  const SbNpyInfo *info = sb_npy_reader_info (reader);
  int64_t natural = (info->cols - 1) * grid.hop + grid.n_fft - 2 * (grid.n_fft / 2);
  if (length == -1)
    length = natural;
  if (length < 1) {
    g_autofree char *shown = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "“%s” would give %" G_GINT64_FORMAT " frames; say a --length.", shown,
                 length);
    return NULL;
  }
  IstftSource *self = g_new0 (IstftSource, 1);
  sb_source_init (&self->base, &istft_class, rate, (int)info->planes, length);
  pthread_mutex_init (&self->lock, NULL);
  self->block = -1;
  self->grid = grid;
  self->n_cols = info->cols;
  self->n_bins = (int)info->rows;
  self->block_frames = MIN (MAX (BLOCK_FRAMES, 4 * (int64_t)grid.n_fft), length);
  self->max_columns = CLAMP (BLOCK_FRAMES * 8 / grid.n_fft, 1, info->cols);
  self->reader = g_steal_pointer (&reader);
  self->stft = sb_stft_new (&grid, SB_PLAN_EXACT, error);
  self->scratch = self->stft ? sb_stft_scratch_new (self->stft) : NULL;
  if (!self->stft || !allocate (self, error)) {
    sb_source_unref (&self->base);
    return NULL;
  }
  return &self->base;
}

static bool
parse (const CliArgs *args, SbGrid *grid, int *rate, int64_t *length, GError **error)
{
  int64_t hz = 0;
  *length = -1;
  if (!cli_required (args, "rate", error) || !cli_int (args, "rate", &hz, error) ||
      !cli_int (args, "length", length, error) || !cli_grid (args, 44100, NULL, grid, error))
    return false;
  if (!cli_value (args, "n-fft"))
    grid->n_fft = 0;
  if (!cli_value (args, "hop"))
    grid->hop = 0;
  if (hz < 1 || hz > G_MAXINT) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "A sample rate of %" G_GINT64_FORMAT " Hz makes no sense.", hz);
    return false;
  }
  if (cli_value (args, "length") && *length < 1) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "A length of %" G_GINT64_FORMAT " frames makes no sense.", *length);
    return false;
  }
  *rate = (int)hz;
  return true;
}

static bool
run_istft (CliArgs *args, GError **error)
{
  SbGrid grid;
  int rate;
  int64_t length;
  const char *output = cli_required (args, "output", error);
  if (!output || !parse (args, &grid, &rate, &length, error) ||
      !cli_check_outputs (&output, 1, &args->operand, 1, error))
    return false;
  g_autoptr (SbSource) source = cli_istft_source_new (args->operand, &grid, rate, length, error);
  const char *subtype = cli_value (args, "subtype");
  return source && sb_export_source (source, output, subtype, args->progress, error);
}

static const CliOption options[] = {
    {"output", "OUT.wav", "the recording; format by the name's ending"},
    {"rate", "HZ", "its sample rate"},
    {"length", "FRAMES", "its length (default: what the columns cover, as librosa's)"},
    {"subtype", "TYPE", "pcm_u8, pcm_16, pcm_24, pcm_32, float (default) or double"},
    {NULL, NULL, NULL},
};

const CliCommand cli_istft_command = {
    .name = "istft",
    .operands = "X.npy",
    .summary = "Turns an array of columns back into a recording",
    .details = "Takes complex64 or complex128 in C or Fortran order, shape (n_bins, n_cols) or (channels,\n"
               "n_bins, n_cols); gives what librosa.istft(X, hop, window=…, center=True, length=FRAMES)\n"
               "gives.  n_fft is 2·(n_bins − 1) unless said; say it when it was odd.",
    .examples = "  sonobrush-cli istft Y.npy -o clean.wav --rate 44100\n"
                "  sonobrush-cli istft Y.npy -o clean.wav --rate 44100 --hop 512 --length 613422 --subtype pcm_24",
    .options = options,
    .takes_grid = true,
    .run = run_istft,
};
