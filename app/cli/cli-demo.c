/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A question that is often asked: "I have the spectrogram of a falling chirp
 * and multiply it by a binary mask; how is the new audio file made?"  This
 * makes every step a file.
 *
 *   x(t) = sin(2π(5t − t²)), 10 s at 200 Hz: 5 Hz at first, falling by 2 Hz a
 *   second, through zero at 2.5 s and up again to 15 Hz (a real signal has no
 *   negative frequencies: −15 Hz is seen as 15).
 *
 *   Hz 15 |                      .'      the mask silences the band of
 *       8 |         +-----------.'--+    4 … 8 Hz from 3 to 8 s
 *       4 |'.       +-------.'-----+
 *       0 |___'._.'_________________ s */
#include "cli.h"
#include "base/sb-npy.h"
#include "base/sb-whole-file.h"
#include "document/sb-export.h"
#include "dsp/sb-stft.h"
#include "edit/sb-mask-file.h"
#include "view/sb-picture.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RATE = 200, N_FRAMES = 2000 };
static const SbGrid demo_grid = {128, 32, SB_WINDOW_HANN};

enum {
  CHIRP,
  STFT,
  TIMES,
  FREQUENCIES,
  PICTURE,
  MASK,
  MASK_PICTURE,
  MASKED_STFT,
  MASKED,
  MASKED_PICTURE,
  REMOVED,
  ROUND_TRIP,
  README,
  N_FILES
};

static const char *const names[N_FILES] = {
    [CHIRP] = "chirp.wav",           [STFT] = "chirp-stft.npy",
    [TIMES] = "cell-times-s.npy",    [FREQUENCIES] = "cell-frequencies-hz.npy",
    [PICTURE] = "chirp-picture.png", [MASK] = "mask.npy",
    [MASK_PICTURE] = "mask.png",     [MASKED_STFT] = "chirp-stft-masked.npy",
    [MASKED] = "chirp-masked.wav",   [MASKED_PICTURE] = "chirp-masked-picture.png",
    [REMOVED] = "chirp-removed.wav", [ROUND_TRIP] = "round-trip.txt",
    [README] = "README.txt",
};

typedef struct {
  CliArgs *args;
  char *paths[N_FILES];
  SbSource *chirp, *masked;
  SbMask *mask;
  uint8_t *keep; /* [n_cols][n_bins], 1 or 0 */
  int n_bins;
  int64_t n_cols;
  /* what came out */
  double round_trip, two_ways;                 /* largest differences of samples */
  double inside_before, inside_after, outside; /* shares of all energy */
} Demo;

static bool
make_chirp (Demo *demo, GError **error)
{
  float *x = g_new (float, N_FRAMES);
  for (int n = 0; n < N_FRAMES; n++) {
    double t = (double)n / RATE;
    x[n] = (float)sin (2 * G_PI * (5 * t - t * t));
  }
  g_autoptr (SbSource) made = sb_memory_source_new (x, N_FRAMES, 1, RATE);
  g_free (x);
  if (!sb_export_source (made, demo->paths[CHIRP], "float", demo->args->progress, error))
    return false;
  demo->chirp = sb_file_source_new (demo->paths[CHIRP], demo->args->progress, error);
  return demo->chirp && cli_write_stft (demo->chirp, &demo_grid, demo->paths[STFT], demo->args->progress, error) &&
         cli_write_axes (demo->chirp, &demo_grid, demo->paths[TIMES], demo->paths[FREQUENCIES], error);
}

static bool
write_mask (Demo *demo, GError **error)
{
  int64_t shape[2] = {demo->n_bins, demo->n_cols};
  g_autoptr (SbNpyWriter) writer = sb_npy_writer_new (demo->paths[MASK], SB_NPY_BOOL, shape, 2, error);
  return writer && sb_npy_writer_append (writer, demo->keep, demo->n_cols * demo->n_bins, error) &&
         sb_npy_writer_finish (writer, error) &&
         sb_mask_file_save (demo->mask, demo->paths[MASK_PICTURE], demo->args->progress, error);
}

static bool
make_mask (Demo *demo, GError **error)
{
  demo->n_bins = sb_grid_n_bins (&demo_grid);
  demo->n_cols = sb_grid_n_cols (&demo_grid, N_FRAMES);
  gsize n_cells = (gsize)(demo->n_cols * demo->n_bins);
  float *gain = g_new (float, n_cells);
  demo->keep = g_new (uint8_t, n_cells);
  for (int64_t col = 0; col < demo->n_cols; col++)
    for (int bin = 0; bin < demo->n_bins; bin++) {
      double t_s = (double)(col * demo_grid.hop) / RATE, f_hz = (double)bin * RATE / demo_grid.n_fft;
      bool silent = t_s >= 3 && t_s <= 8 && f_hz >= 4 && f_hz <= 8;
      demo->keep[col * demo->n_bins + bin] = !silent;
      gain[col * demo->n_bins + bin] = silent ? 0 : 1;
    }
  demo->mask = sb_mask_new_matrix (&demo_grid, RATE, N_FRAMES, 1, gain, 1, error);
  return demo->mask && write_mask (demo, error);
}

/* The multiplication itself. */
static bool
multiply (Demo *demo, GError **error)
{
  int64_t shape[2] = {demo->n_bins, demo->n_cols};
  g_autoptr (SbNpyReader) reader = sb_npy_reader_new (demo->paths[STFT], error);
  g_autoptr (SbNpyWriter) writer =
      reader ? sb_npy_writer_new (demo->paths[MASKED_STFT], SB_NPY_COMPLEX64, shape, 2, error) : NULL;
  g_autofree float complex *X = g_new (float complex, (gsize)demo->n_bins);
  for (int64_t col = 0; writer && col < demo->n_cols; col++) {
    if (!sb_npy_read_complex (reader, col, 1, X, demo->n_bins, 0, error))
      return false;
    for (int bin = 0; bin < demo->n_bins; bin++)
      X[bin] *= demo->keep[col * demo->n_bins + bin];
    if (!sb_npy_writer_append (writer, X, demo->n_bins, error))
      return false;
  }
  return writer && sb_npy_writer_finish (writer, error);
}

static bool
make_masked (Demo *demo, GError **error)
{
  g_autoptr (SbResynth) resynth = sb_resynth_new (demo->chirp, demo->mask, NULL, error);
  for (int removed = 0; removed < 2; removed++) {
    SbExportSpec spec;
    sb_export_spec_init (&spec);
    spec.path = demo->paths[removed ? REMOVED : MASKED];
    spec.removed = removed;
    if (!resynth || !sb_export (demo->chirp, resynth, &spec, NULL, demo->args->progress, error))
      return false;
  }
  demo->masked = sb_file_source_new (demo->paths[MASKED], demo->args->progress, error);
  return demo->masked != NULL;
}

static bool
draw (Demo *demo, SbSource *source, int file, const char *title, GError **error)
{
  SbPictureSpec spec;
  sb_picture_spec_init (&spec, source);
  spec.view.scale = SB_SCALE_LINEAR;
  spec.view.low_hz = 0;
  spec.view.high_hz = 25;
  spec.view.width_px = 1000;
  spec.view.height_px = 600;
  spec.low_db = -80;
  spec.high_db = 0;
  spec.title = title;
  g_autoptr (SbPool) pool = sb_pool_new (0);
  return sb_picture_save (source, &demo_grid, pool, &spec, demo->paths[file], demo->args->progress, error);
}

/* Largest |inverse of the array − source|. */
static bool
compare (Demo *demo, int array, SbSource *source, double *largest, GError **error)
{
  g_autoptr (SbSource) inverse = cli_istft_source_new (demo->paths[array], &demo_grid, RATE, N_FRAMES, error);
  float a[N_FRAMES], b[N_FRAMES];
  if (!inverse || !sb_source_read (inverse, 0, N_FRAMES, a, error) || !sb_source_read (source, 0, N_FRAMES, b, error))
    return false;
  *largest = 0;
  for (int n = 0; n < N_FRAMES; n++)
    *largest = fmax (*largest, fabs ((double)a[n] - (double)b[n]));
  return true;
}

/* Σ|X|² over the cells that the mask keeps and over those it silences. */
static bool
energies (Demo *demo, SbSource *source, double *kept, double *silenced, GError **error)
{
  g_autoptr (SbStft) stft = sb_stft_new (&demo_grid, SB_PLAN_EXACT, error);
  if (!stft)
    return false;
  g_autoptr (SbStftScratch) scratch = sb_stft_scratch_new (stft);
  g_autofree float *x = g_new (float, (gsize)demo_grid.n_fft);
  *kept = *silenced = 0;
  for (int64_t col = 0; col < demo->n_cols; col++) {
    if (!sb_source_read (source, sb_grid_col_start (&demo_grid, col), demo_grid.n_fft, x, error))
      return false;
    const float complex *X = sb_stft_forward (stft, scratch, x, 1);
    for (int bin = 0; bin < demo->n_bins; bin++) {
      double re = (double)crealf (X[bin]), im = (double)cimagf (X[bin]);
      *(demo->keep[col * demo->n_bins + bin] ? kept : silenced) += re * re + im * im;
    }
  }
  return true;
}

static bool
measure (Demo *demo, GError **error)
{
  double kept_before, silenced_before, kept_after, silenced_after;
  if (!compare (demo, STFT, demo->chirp, &demo->round_trip, error) ||
      !compare (demo, MASKED_STFT, demo->masked, &demo->two_ways, error) ||
      !energies (demo, demo->chirp, &kept_before, &silenced_before, error) ||
      !energies (demo, demo->masked, &kept_after, &silenced_after, error))
    return false;
  double all = kept_before + silenced_before;
  demo->inside_before = silenced_before / all;
  demo->inside_after = silenced_after / all;
  demo->outside = kept_after / kept_before;
  g_autofree char *text =
      g_strdup_printf ("largest |istft(stft(x)) - x|: %.3g\n"
                       "largest |istft(mask * stft(x)) - chirp-masked.wav|: %.3g\n"
                       "share of all energy in the silenced cells before: %.4f\n"
                       "share of all energy in the silenced cells after, analysed again: %.4f\n"
                       "energy in the kept cells after / before: %.4f\n",
                       demo->round_trip, demo->two_ways, demo->inside_before, demo->inside_after, demo->outside);
  return sb_whole_file_save (demo->paths[ROUND_TRIP], text, strlen (text), error);
}

static bool
write_readme (Demo *demo, GError **error)
{
  g_autofree char *text = g_strdup_printf (
      "chirp.wav: sin(2*pi*(5t - t^2)), 10 s at %d Hz: starts at 5 Hz, falls 2 Hz a second through zero, rises to 15 "
      "Hz.\n"
      "chirp-stft.npy: X = stft(x), complex64, %d bins x %d columns (n_fft %d, hop %d, periodic Hann g); "
      "chirp-picture.png shows it.\n"
      "cell-times-s.npy, cell-frequencies-hz.npy: column k is centred on k*hop/rate seconds, row b on b*rate/n_fft "
      "hertz.\n"
      "mask.npy (bool, the same shape; mask.png shows it, highest frequency on top): 0 from 3 to 8 s between 4 and 8 "
      "Hz, else 1.\n"
      "The new audio: 1. multiply, Y = mask * X (chirp-stft-masked.npy); 2. inverse transform of each column, y_k = "
      "irfft(Y_k);\n"
      "3. weight each with the window again and overlap-add, sum of g*y_k; 4. divide by the sum of the squared "
      "windows, sum of g^2.\n"
      "chirp-masked.wav is the result (chirp-masked-picture.png), chirp-removed.wav what was taken out; they add up to "
      "chirp.wav.\n"
      "Round trip: max |istft(stft(x)) - x| = %.2g. Both ways: max |istft(mask * X) - chirp-masked.wav| = %.2g "
      "(round-trip.txt).\n"
      "Energy in the silenced cells: %.1f %% of all before, %.2f %% after (cells just outside leak back in: windows "
      "overlap); kept cells keep %.1f %%.\n"
      "The same by hand: sonobrush-cli apply chirp.wav --mask mask.npy -o out.wav --n-fft %d --hop %d\n",
      RATE, demo->n_bins, (int)demo->n_cols, demo_grid.n_fft, demo_grid.hop, demo->round_trip, demo->two_ways,
      100 * demo->inside_before, 100 * demo->inside_after, 100 * demo->outside, demo_grid.n_fft, demo_grid.hop);
  return sb_whole_file_save (demo->paths[README], text, strlen (text), error);
}

/* A new or an empty folder, so that nothing of anybody's is replaced. */
static bool
take_folder (const char *folder, bool *made, GError **error)
{
  g_autofree char *shown = g_filename_display_name (folder);
  *made = g_mkdir (folder, 0777) == 0;
  if (*made)
    return true;
  int errnum = errno;
  g_autoptr (GDir) dir = errnum == EEXIST ? g_dir_open (folder, 0, NULL) : NULL;
  if (!dir)
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "The folder “%s” could not be made: %s.", shown,
                 errnum == EEXIST ? "something with this name is there" : g_strerror (errnum));
  else if (g_dir_read_name (dir))
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "The folder “%s” is not empty; name a new one.", shown);
  return dir && !*error;
}

static bool
make_all (Demo *demo, GError **error)
{
  return make_chirp (demo, error) && make_mask (demo, error) && multiply (demo, error) && make_masked (demo, error) &&
         draw (demo, demo->chirp, PICTURE, "A falling chirp", error) &&
         draw (demo, demo->masked, MASKED_PICTURE, "The chirp, masked", error) && measure (demo, error) &&
         write_readme (demo, error);
}

static bool
run_demo (CliArgs *args, GError **error)
{
  Demo demo = {.args = args};
  bool made;
  GError *problem = NULL;
  if (!take_folder (args->operand, &made, &problem)) {
    g_propagate_error (error, problem);
    return false;
  }
  for (int i = 0; i < N_FILES; i++)
    demo.paths[i] = g_build_filename (args->operand, names[i], NULL);
  bool ok = make_all (&demo, error);
  if (ok)
    printf ("%s: a chirp, its transform, a mask and what it makes; begin with %s\n", args->operand, names[README]);
  sb_source_unref (demo.chirp);
  sb_source_unref (demo.masked);
  sb_mask_unref (demo.mask);
  g_free (demo.keep);
  for (int i = 0; i < N_FILES; i++) {
    if (!ok)
      unlink (demo.paths[i]);
    g_free (demo.paths[i]);
  }
  if (!ok && made)
    rmdir (args->operand);
  return ok;
}

static const CliOption options[] = {{NULL, NULL, NULL}};

const CliCommand cli_demo_command = {
    .name = "demo",
    .operands = "DIR",
    .summary = "Makes a masked chirp step by step, each step a file",
    .details = "DIR is made, or is empty.  Its README.txt explains the files.",
    .examples = "  sonobrush-cli demo chirp",
    .options = options,
    .run = run_demo,
};
