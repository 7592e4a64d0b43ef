/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/sb-mask-file.h"
#include "base/sb-npy.h"
#include "base/sb-whole-file.h"
#include "edit/sb-mask-png-private.h"

#include <math.h>
#include <string.h>

static float *
allocate (const char *path, int64_t n_planes, int64_t n_cols, int64_t n_bins, GError **error)
{
  int64_t n;
  bool overflow = __builtin_mul_overflow (n_planes, n_cols, &n) || __builtin_mul_overflow (n, n_bins, &n) ||
                  __builtin_mul_overflow (n, (int64_t)sizeof (float), &n);
  float *gain = overflow ? NULL : g_try_malloc ((size_t)n);
  if (!gain) {
    g_autofree char *shown = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory for the mask “%s”.", shown);
  }
  return gain;
}

static bool
check_finite (const char *path, const float *gain, int64_t n_cols, int n_bins, int n_planes, GError **error)
{
  for (int64_t i = 0; i < n_planes * n_cols * n_bins; i++) {
    if (isfinite (gain[i]))
      continue;
    g_autofree char *shown = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "The mask “%s” holds a gain that is no finite number, at bin %d of column %" G_GINT64_FORMAT ".",
                 shown, (int)(i % n_bins), i / n_bins % n_cols);
    return false;
  }
  return true;
}

/* 1 or `channels`; 0 when the shape fits neither way. */
static int
planes_of (const SbNpyInfo *info, int n_bins, int64_t n_cols, int channels)
{
  bool fits = info->n_dims >= 2 && info->rows == n_bins && info->cols == n_cols;
  return fits && (info->planes == 1 || info->planes == channels) ? (int)info->planes : 0;
}

static bool
check_npy (const char *path, const SbNpyInfo *info, const SbGrid *grid, int64_t n_cols, int channels, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  int n_bins = sb_grid_n_bins (grid);
  if (sb_npy_type_is_complex (info->type)) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "“%s” holds %s numbers; a mask is float32, float64, bool or uint8.",
                 shown, sb_npy_type_name (info->type));
    return false;
  }
  if (planes_of (info, n_bins, n_cols, channels) > 0)
    return true;
  g_autofree char *shape = sb_npy_shape_text (info->shape, info->n_dims);
  g_autofree char *or_planes =
      channels > 1 ? g_strdup_printf (" or (%d, %d, %" G_GINT64_FORMAT ")", channels, n_bins, n_cols) : g_strdup ("");
  g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
               "The mask “%s” has the shape %s where this recording needs (%d, %" G_GINT64_FORMAT
               ")%s on a grid of n_fft %d and hop %d.",
               shown, shape, n_bins, n_cols, or_planes, grid->n_fft, grid->hop);
  return false;
}

static float *
load_npy (const char *path, const SbGrid *grid, int64_t n_cols, int channels, int *n_planes, GError **error)
{
  g_autoptr (SbNpyReader) reader = sb_npy_reader_new (path, error);
  int n_bins = sb_grid_n_bins (grid);
  if (!reader || !check_npy (path, sb_npy_reader_info (reader), grid, n_cols, channels, error))
    return NULL;
  *n_planes = planes_of (sb_npy_reader_info (reader), n_bins, n_cols, channels);
  g_autofree float *gain = allocate (path, *n_planes, n_cols, n_bins, error);
  if (!gain || !sb_npy_read_real (reader, 0, n_cols, gain, n_bins, n_cols * n_bins, error))
    return NULL;
  if (sb_npy_reader_info (reader)->type == SB_NPY_UINT8)
    for (int64_t i = 0; i < *n_planes * n_cols * n_bins; i++)
      gain[i] /= 255;
  return check_finite (path, gain, n_cols, n_bins, *n_planes, error) ? g_steal_pointer (&gain) : NULL;
}

static float *
load_png (const char *path, const SbGrid *grid, int64_t n_cols, GError **error)
{
  int n_bins = sb_grid_n_bins (grid);
  g_autofree uint16_t *grey = sb_png_load_grey (path, n_cols, n_bins, error);
  float *gain = grey ? allocate (path, 1, n_cols, n_bins, error) : NULL;
  if (!gain)
    return NULL;
  for (int64_t col = 0; col < n_cols; col++)
    for (int bin = 0; bin < n_bins; bin++)
      gain[col * n_bins + bin] = grey[(n_bins - 1 - bin) * n_cols + col] / 65535.0f;
  return gain;
}

float *
sb_mask_file_load (const char *path, const SbGrid *grid, int64_t n_frames, int channels, int *n_planes, GError **error)
{
  if (!sb_grid_check_sizes (grid, error))
    return NULL;
  int64_t n_cols = sb_grid_n_cols (grid, n_frames);
  *n_planes = 1;
  if (sb_is_png (path))
    return load_png (path, grid, n_cols, error);
  return load_npy (path, grid, n_cols, channels, n_planes, error);
}

/* ---- saving ---- */

/* gain: float[channels][n_bins]; whether any channel has something in this column. */
static bool
take_column (SbMask *mask, int64_t col, float *gain)
{
  bool any = false;
  for (int c = 0; c < sb_mask_channels (mask); c++)
    any |= sb_mask_column (mask, c, col, gain + (size_t)c * (size_t)sb_mask_n_bins (mask));
  return any;
}

typedef struct {
  bool channels_differ;
  float low, high;
} Survey;

static bool
survey_mask (SbMask *mask, float *gain, Survey *survey, SbProgress *progress, GError **error)
{
  int n_bins = sb_mask_n_bins (mask), channels = sb_mask_channels (mask);
  *survey = (Survey){false, 1, 1};
  for (int64_t col = 0; col < sb_mask_n_cols (mask); col++) {
    if (sb_progress_check (progress, error))
      return false;
    if (!sb_mask_touches (mask, col, col + 1) || !take_column (mask, col, gain))
      continue;
    for (int c = 1; c < channels; c++)
      survey->channels_differ |= memcmp (gain, gain + (size_t)c * n_bins, sizeof (float) * (size_t)n_bins) != 0;
    for (int i = 0; i < channels * n_bins; i++) {
      survey->low = fminf (survey->low, gain[i]);
      survey->high = fmaxf (survey->high, gain[i]);
    }
  }
  return true;
}

static bool
save_npy (SbMask *mask, const char *path, float *gain, bool channels_differ, SbProgress *progress, GError **error)
{
  int n_bins = sb_mask_n_bins (mask), planes = channels_differ ? sb_mask_channels (mask) : 1;
  int64_t n_cols = sb_mask_n_cols (mask);
  int64_t shape[3] = {planes, n_bins, n_cols};
  g_autoptr (SbNpyWriter) writer =
      sb_npy_writer_new (path, SB_NPY_FLOAT32, planes > 1 ? shape : shape + 1, planes > 1 ? 3 : 2, error);
  g_autofree float *items = g_new (float, (size_t)planes *(size_t)n_bins);
  for (int64_t col = 0; writer && col < n_cols; col++) {
    if (sb_progress_check (progress, error))
      return false;
    take_column (mask, col, gain);
    for (int p = 0; p < planes; p++)
      for (int bin = 0; bin < n_bins; bin++)
        items[bin * planes + p] = gain[p * n_bins + bin];
    if (!sb_npy_writer_append (writer, items, (int64_t)planes * n_bins, error))
      return false;
  }
  return writer && sb_npy_writer_finish (writer, error);
}

static bool
save_png (SbMask *mask, const char *path, float *gain, const Survey *survey, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  const char *why = survey->channels_differ               ? "the channels' masks differ and a PNG holds one"
                    : survey->low < 0 || survey->high > 1 ? "it has gains above 1 (or below 0), which a PNG cannot hold"
                                                          : NULL;
  if (why) {
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE,
                 "The mask could not be written as “%s”: %s. Use a name that ends in .npy.", shown, why);
    return false;
  }
  int n_bins = sb_mask_n_bins (mask);
  int64_t n_cols = sb_mask_n_cols (mask);
  g_autofree uint8_t *grey = g_try_malloc_n ((size_t)n_cols, (size_t)n_bins);
  if (!grey) {
    g_set_error (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory to write “%s”.", shown);
    return false;
  }
  for (int64_t col = 0; col < n_cols; col++) {
    take_column (mask, col, gain);
    for (int bin = 0; bin < n_bins; bin++)
      grey[(n_bins - 1 - bin) * n_cols + col] = (uint8_t)lrintf (gain[bin] * 255);
  }
  return sb_png_save_grey (path, grey, n_cols, n_bins, error);
}

static bool
ends_with (const char *path, const char *ending)
{
  size_t n = strlen (path), m = strlen (ending);
  return n > m && g_ascii_strcasecmp (path + n - m, ending) == 0;
}

bool
sb_mask_file_save (SbMask *mask, const char *path, SbProgress *progress, GError **error)
{
  bool png = ends_with (path, ".png");
  if (!png && !ends_with (path, ".npy")) {
    g_autofree char *shown = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "The mask's name “%s” must end in .npy or .png.", shown);
    return false;
  }
  Survey survey;
  g_autofree float *gain = g_new (float, (size_t)sb_mask_channels (mask) * (size_t)sb_mask_n_bins (mask));
  if (!survey_mask (mask, gain, &survey, progress, error))
    return false;
  return png ? save_png (mask, path, gain, &survey, error)
             : save_npy (mask, path, gain, survey.channels_differ, progress, error);
}
