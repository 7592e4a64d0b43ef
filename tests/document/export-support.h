/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the export tests share: files to export, boxes to paint, comparisons. */
#pragma once
#include "base/sb-error.h"
#include "document/sb-export.h"
#include "sb-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>

static char *folder;

static inline char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static inline int
n_files (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int n = 0;
  while (g_dir_read_name (dir))
    n++;
  return n;
}

static inline void
empty_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir))) {
    g_autofree char *path = in_folder (name);
    g_unlink (path);
  }
}

/* Noise at −6 dBFS with a 1 kHz tone, in every bit of the type. */
static inline void
make_file (const char *path, int format, int channels, int rate, int64_t n)
{
  SF_INFO info = {.samplerate = rate, .channels = channels, .format = format};
  SNDFILE *file = sf_open (path, SFM_WRITE, &info);
  g_assert_nonnull (file);
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);
  g_autofree double *frames = g_new (double, (gsize)(n * channels));
  for (int64_t i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      frames[i * channels + c] = g_rand_double_range (rand, -0.5, 0.5) + 0.3 * sin (2 * G_PI * 1000 * (double)i / rate);
  sf_set_string (file, SF_STR_TITLE, "A title");
  for (int64_t i = 0; i < n; i += 2048) {
    const int64_t m = MIN (2048, n - i);
    g_assert_cmpint (sf_writef_double (file, frames + i * channels, m), ==, m);
  }
  sf_close (file);
}

static inline SbSource *
open_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  SbSource *source = sb_file_source_new (path, NULL, &error);
  g_assert_no_error (error);
  return source;
}

/* A box of silence or gain over [from_s, to_s]. */
static inline SbResynth *
paint_box (SbSource *source, double from_s, double to_s, double low_hz, double high_hz, double gain_db)
{
  g_autoptr (GError) error = NULL;
  SbOpSpec spec;
  sb_op_spec_init (&spec, SB_OP_BOX);
  spec.from_s = from_s;
  spec.to_s = to_s;
  spec.low_hz = low_hz;
  spec.high_hz = high_hz;
  spec.gain_db = gain_db;
  g_autoptr (SbOperation) op = sb_operation_new (&spec, &error);
  g_assert_no_error (error);
  const SbGrid grid = sb_grid_default (sb_source_rate (source));
  SbOperation *ops[] = {op};
  g_autoptr (SbMask) mask = sb_mask_new (&grid, sb_source_rate (source), sb_source_n_frames (source),
                                         sb_source_channels (source), ops, 1, NULL, &error);
  g_assert_no_error (error);
  SbResynth *resynth = sb_resynth_new (source, mask, NULL, &error);
  g_assert_no_error (error);
  return resynth;
}

/* r, float[n][channels] */
static inline float *
removed_of (SbResynth *resynth)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSource) removed = sb_removed_source_new (resynth);
  const int64_t n = sb_source_n_frames (removed);
  float *r = g_new (float, (gsize)(n * sb_source_channels (removed)));
  g_assert_true (sb_source_read (removed, 0, n, r, &error));
  g_assert_no_error (error);
  return r;
}

static inline void
export_well (SbSource *source, SbResynth *resynth, const char *path, const char *subtype, SbExportReport *report)
{
  g_autoptr (GError) error = NULL;
  SbExportSpec spec;
  sb_export_spec_init (&spec);
  spec.path = path;
  spec.subtype = subtype;
  const bool ok = sb_export (source, resynth, &spec, report, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
}

static inline void
assert_same_bytes (const char *a, const char *b)
{
  g_autofree char *x = NULL, *y = NULL;
  gsize n, m;
  g_assert_true (g_file_get_contents (a, &x, &n, NULL));
  g_assert_true (g_file_get_contents (b, &y, &m, NULL));
  g_assert_cmpmem (x, n, y, m);
}

/* Every sample as libsndfile gives it, in a form that holds it exactly: int32 for integers, double for the rest. */
static inline void *
all_samples (const char *path, SbSampleType type, int64_t *n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSource) source = open_file (path);
  const int64_t frames = sb_source_n_frames (source);
  void *samples = g_malloc ((gsize)(frames * sb_source_channels (source)) * 8);
  *n = frames * sb_source_channels (source);
  if (sb_sample_type_is_integer (type))
    g_assert_true (sb_file_source_read_int (source, 0, frames, samples, &error));
  else
    g_assert_true (sb_file_source_read_double (source, 0, frames, samples, &error));
  return samples;
}

/* Outside r ≠ 0 the two files hold the same samples; inside, x − r within 2 steps.  Returns the frames that differ. */
static inline int64_t
compare_samples (const char *before, const char *after, SbSampleType type, const float *r, int channels)
{
  int64_t n, m, changed = 0, last = -1;
  g_autofree void *a = all_samples (before, type, &n), *b = all_samples (after, type, &m);
  const bool ints = sb_sample_type_is_integer (type);
  const double step = ints ? ldexp (1, 1 - sb_sample_type_bits (type)) : type == SB_SAMPLE_FLOAT ? 1e-7 : 1e-15;
  g_assert_cmpint (n, ==, m);
  for (int64_t i = 0; i < n; i++) {
    const double x = ints ? ((int32_t *)a)[i] / 2147483648.0 : ((double *)a)[i];
    const double y = ints ? ((int32_t *)b)[i] / 2147483648.0 : ((double *)b)[i];
    const bool same = ints ? ((int32_t *)a)[i] == ((int32_t *)b)[i] : memcmp ((double *)a + i, (double *)b + i, 8) == 0;
    if (r[i] == 0)
      g_assert_true (same);
    else if (isfinite (x))
      g_assert_cmpfloat (fabs (y - CLAMP (x - r[i], ints ? -1 : -HUGE_VAL, ints ? 1 - step : HUGE_VAL)), <=, 2 * step);
    if (!same && i / channels != last) {
      last = i / channels;
      changed++;
    }
  }
  return changed;
}
