/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a column costs: bare FFTW against window + FFT + power + level code,
 * resynthesis of a painted column, composing a window.  All figures come from
 * the same process in alternating rounds of this thread's processor time, so that a
 * busy machine disturbs little and each alike, and are medians over the rounds. */
#include "view/sb-bench.h"
#include "dsp/sb-colormap.h"
#include "dsp/sb-level.h"
#include "dsp/sb-stft.h"
#include "edit/sb-edited.h"
#include "view/sb-spectrogram.h"
#include <fftw3.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 21
#define COLS 4000       /* columns of the recording */
#define ROUND_COLS 1000 /* transformed in a round */
#define RATE 48000
#define COMPOSE_WIDTH 1600
#define COMPOSE_HEIGHT 900

typedef struct {
  SbGrid grid;
  SbStft *stft;
  SbStftScratch *scratch;
  fftwf_plan plan; /* the same that SbStft has: FFTW_ESTIMATE, no wisdom */
  float *in;
  fftwf_complex *out;
  float *frames;   /* float[n_frames] */
  int64_t n_frames;
  uint8_t *codes;
} Columns;

/* This thread's own time: what other programs take of the processor is not ours. */
static double
now_us (void)
{
  struct timespec t;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (double) t.tv_sec * 1e6 + (double) t.tv_nsec * 1e-3;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static double
median (double *values, int n)
{
  qsort (values, (size_t) n, sizeof *values, compare);
  return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* Seeded noise with a tone: no value is special to the logarithm. */
static float *
make_frames (int64_t n_frames)
{
  float *frames = g_new (float, (gsize) n_frames);
  uint32_t state = 12345;
  for (int64_t i = 0; i < n_frames; i++) {
    state = state * 1664525u + 1013904223u;
    frames[i] = 0.1f * ((float) (state >> 8) / 8388608.0f - 1.0f) + 0.5f * sinf (0.05f * (float) (i % 100000));
  }
  return frames;
}

static bool
columns_init (Columns *c, int n_fft, GError **error)
{
  *c = (Columns){.grid = {.n_fft = n_fft, .hop = n_fft / 4, .window = SB_WINDOW_HANN}};
  c->stft = sb_stft_new (&c->grid, SB_PLAN_EXACT, error);
  if (!c->stft)
    return false;
  c->scratch = sb_stft_scratch_new (c->stft);
  c->in = fftwf_malloc (sizeof *c->in * (size_t) n_fft);
  c->out = fftwf_malloc (sizeof *c->out * (size_t) (n_fft / 2 + 1));
  sb_fft_planner_lock ();
  fftwf_forget_wisdom ();
  c->plan = fftwf_plan_dft_r2c_1d (n_fft, c->in, c->out, FFTW_ESTIMATE);
  sb_fft_planner_unlock ();
  c->n_frames = (int64_t) COLS * c->grid.hop + n_fft;
  c->frames = make_frames (c->n_frames);
  memcpy (c->in, c->frames, sizeof *c->in * (size_t) n_fft);
  c->codes = g_malloc ((size_t) n_fft / 2 + 1);
  return true;
}

static void
columns_clear (Columns *c)
{
  sb_fft_planner_lock ();
  if (c->plan)
    fftwf_destroy_plan (c->plan);
  sb_fft_planner_unlock ();
  fftwf_free (c->in);
  fftwf_free (c->out);
  sb_stft_scratch_free (c->scratch);
  sb_stft_unref (c->stft);
  g_free (c->frames);
  g_free (c->codes);
}

static double
bare_us (Columns *c)
{
  double start = now_us ();
  for (int col = 0; col < ROUND_COLS; col++)
    fftwf_execute_dft_r2c (c->plan, c->in, c->out);
  return (now_us () - start) / ROUND_COLS;
}

static double
full_us (Columns *c)
{
  double window_sum = sb_stft_window_sum (c->stft), start = now_us ();
  int n_bins = sb_stft_n_bins (c->stft);
  for (int col = 0; col < ROUND_COLS; col++) {
    const float complex *X =
      sb_stft_forward (c->stft, c->scratch, c->frames + (size_t) col * (size_t) c->grid.hop, 1);
    sb_level_codes (X, n_bins, c->grid.n_fft, window_sum, c->codes);
  }
  return (now_us () - start) / ROUND_COLS;
}

/* µs per painted column: a band silenced over the whole, read as r. */
static double
resynth_us (Columns *c, SbSource *source, GError **error)
{
  SbOpSpec spec;
  sb_op_spec_init (&spec, SB_OP_BOX);
  spec.gain_db = -INFINITY;
  spec.from_s = 0.1;
  spec.to_s = (double) c->n_frames / RATE - 0.1;
  spec.low_hz = 1000;
  spec.high_hz = 2000;
  g_autoptr (SbOperation) op = sb_operation_new (&spec, error);
  if (!op)
    return NAN;
  SbOperation *ops[] = {op};
  g_autoptr (SbMask) mask =
    sb_mask_new (&c->grid, RATE, c->n_frames, 1, ops, 1, NULL, error);
  if (!mask)
    return NAN;
  g_autoptr (SbResynth) resynth = sb_resynth_new (source, mask, NULL, error);
  if (!resynth)
    return NAN;
  g_autoptr (SbSource) removed = sb_removed_source_new (resynth);
  float *out = g_new (float, 16384);
  double start = now_us ();
  for (int64_t pos = 0; pos < c->n_frames; pos += 16384)
    sb_source_read (removed, pos, MIN (16384, c->n_frames - pos), out, NULL);
  double took = now_us () - start;
  g_free (out);
  return took / ((spec.to_s - spec.from_s) * RATE / c->grid.hop);
}

typedef struct {
  SbSpectrogram *spectrogram;
  SbViewport view;
  uint32_t *argb;
  uint32_t lut[256];
} Canvas;

static double
compose_ms (Canvas *canvas)
{
  double start = now_us ();
  sb_spectrogram_compose (canvas->spectrogram, &canvas->view, 0, COMPOSE_WIDTH, canvas->lut, canvas->argb,
                          COMPOSE_WIDTH, false);
  return (now_us () - start) / 1000.0;
}

static void
add_sizes (JsonBuilder *json, SbProgress *progress)
{
  static const int sizes[] = {512, 1024, 2048, 4096, 8192};
  json_builder_set_member_name (json, "columns");
  json_builder_begin_array (json);
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Columns c;
    double bare[ROUNDS], full[ROUNDS], ratio[ROUNDS];
    if (!columns_init (&c, sizes[i], NULL)) /* cannot happen: sizes are sane */
      continue;
    for (int round = 0; round < ROUNDS && !sb_progress_is_cancelled (progress); round++) {
      bare[round] = bare_us (&c);
      full[round] = full_us (&c);
      ratio[round] = full[round] / bare[round];
      sb_progress_set (progress, 0.6 * ((double) i + (round + 1.0) / ROUNDS) / G_N_ELEMENTS (sizes));
    }
    if (!sb_progress_is_cancelled (progress)) {
      json_builder_begin_object (json);
      json_builder_set_member_name (json, "n_fft");
      json_builder_add_int_value (json, sizes[i]);
      json_builder_set_member_name (json, "fftw_us");
      json_builder_add_double_value (json, median (bare, ROUNDS));
      json_builder_set_member_name (json, "codes_us");
      json_builder_add_double_value (json, median (full, ROUNDS));
      json_builder_set_member_name (json, "ratio");
      json_builder_add_double_value (json, median (ratio, ROUNDS));
      json_builder_end_object (json);
    }
    columns_clear (&c);
  }
  json_builder_end_array (json);
}

static bool
add_rest (JsonBuilder *json, SbProgress *progress, GError **error)
{
  Columns c;
  double resynth[ROUNDS], compose[ROUNDS], zoomed[ROUNDS];
  Canvas canvas = {.view = {.high_hz = RATE / 2.0,
                            .scale = SB_SCALE_MEL,
                            .width_px = COMPOSE_WIDTH,
                            .height_px = COMPOSE_HEIGHT}};
  if (!columns_init (&c, 2048, error))
    return false;
  g_autoptr (SbSource) source = sb_memory_source_new (c.frames, c.n_frames, 1, RATE);
  canvas.view.to_s = (double) c.n_frames / RATE;
  canvas.spectrogram = sb_spectrogram_new (source, &c.grid, NULL, NULL, error);
  canvas.argb = g_new (uint32_t, COMPOSE_WIDTH * COMPOSE_HEIGHT);
  sb_colormap_lut (SB_COLORMAP_MAGMA, -100, 0, canvas.lut);
  bool ok = canvas.spectrogram && sb_spectrogram_compose_exact (canvas.spectrogram, &canvas.view, canvas.lut,
                                                                canvas.argb, COMPOSE_WIDTH, progress, error);
  for (int round = 0; ok && round < ROUNDS; round++) {
    canvas.view.to_s = (double) c.n_frames / RATE;
    compose[round] = compose_ms (&canvas);
    canvas.view.to_s = 3.0;
    zoomed[round] = compose_ms (&canvas);
    resynth[round] = resynth_us (&c, source, error);
    sb_progress_set (progress, 0.6 + 0.4 * (round + 1.0) / ROUNDS);
    ok = !isnan (resynth[round]) && !sb_progress_check (progress, error);
  }
  if (ok) {
    json_builder_set_member_name (json, "resynthesis_us_per_column");
    json_builder_add_double_value (json, median (resynth, ROUNDS));
    json_builder_set_member_name (json, "compose_1600x900_whole_ms");
    json_builder_add_double_value (json, median (compose, ROUNDS));
    json_builder_set_member_name (json, "compose_1600x900_enlarged_ms");
    json_builder_add_double_value (json, median (zoomed, ROUNDS));
  }
  sb_spectrogram_free (canvas.spectrogram);
  g_free (canvas.argb);
  columns_clear (&c);
  return ok;
}

char *
sb_bench_run_json (SbProgress *progress, GError **error)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "threads");
  json_builder_add_int_value (json, 1);
  json_builder_set_member_name (json, "rounds");
  json_builder_add_int_value (json, ROUNDS);
  json_builder_set_member_name (json, "fftw");
  json_builder_add_string_value (json, fftwf_version);
  json_builder_set_member_name (json, "planner");
  json_builder_add_string_value (json, "FFTW_ESTIMATE");
  add_sizes (json, progress);
  if (sb_progress_check (progress, error) || !add_rest (json, progress, error))
    return NULL;
  json_builder_end_object (json);
  g_autoptr (JsonNode) root = json_builder_get_root (json);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  json_generator_set_pretty (generator, TRUE);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}
