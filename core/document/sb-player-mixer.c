/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads, crossfades and mixes down, for the feeder. */
#include "document/sb-player-mixer-private.h"

#include <math.h>
#include <string.h>

#define FADE_S 0.010

struct SbMixer {
  SbSource *source;
  SbMixing mixing;
  int64_t pos, end;
  bool fading; /* from pos to next_pos */
  int64_t fade_done, fade_frames, next_pos;
  bool jumped;
  GArray *raw, *other; /* of float: scratch */
};

SbMixer *
sb_mixer_new (SbSource *source, int64_t from_frame, const SbMixing *mixing)
{
  SbMixer *mixer = g_new0 (SbMixer, 1);
  const int64_t n_frames = sb_source_n_frames (source);
  mixer->source = sb_source_ref (source);
  mixer->mixing = *mixing;
  mixer->mixing.loop_from = CLAMP (mixing->loop_from, 0, n_frames);
  mixer->mixing.loop_to = CLAMP (mixing->loop_to, 0, n_frames);
  mixer->mixing.loop = mixing->loop && mixer->mixing.loop_to - mixer->mixing.loop_from >= 2;
  mixer->end = CLAMP (mixing->end, 0, n_frames);
  mixer->pos = CLAMP (from_frame, 0, n_frames);
  mixer->fade_frames = MAX (1, (int64_t)(FADE_S * sb_source_rate (source)));
  if (mixer->mixing.loop)
    mixer->fade_frames = MAX (1, MIN (mixer->fade_frames, (mixer->mixing.loop_to - mixer->mixing.loop_from) / 2));
  mixer->jumped = true;
  mixer->raw = g_array_new (FALSE, FALSE, sizeof (float));
  mixer->other = g_array_new (FALSE, FALSE, sizeof (float));
  return mixer;
}

void
sb_mixer_free (SbMixer *mixer)
{
  if (!mixer)
    return;
  sb_source_unref (mixer->source);
  g_array_unref (mixer->raw);
  g_array_unref (mixer->other);
  g_free (mixer);
}

static float
finite_or_zero (float x)
{
  return isfinite (x) ? x : 0.0f;
}

/* 5.1 by ITU-R BS.775, in the order L R C LFE Ls Rs; LFE is left out. */
static void
mix_51 (const float *in, int64_t n, float *out)
{
  const float half = 0.70710678f;
  for (int64_t i = 0; i < n; i++, in += 6) {
    const float centre = half * finite_or_zero (in[2]);
    out[2 * i] = finite_or_zero (in[0]) + centre + half * finite_or_zero (in[4]);
    out[2 * i + 1] = finite_or_zero (in[1]) + centre + half * finite_or_zero (in[5]);
  }
}

/* Odd-numbered channels (1st, 3rd …) to the left, even-numbered to the right, averaged. */
static void
mix_sides (const float *in, int channels, int64_t n, float *out)
{
  const int n_left = (channels + 1) / 2, n_right = channels / 2;
  for (int64_t i = 0; i < n; i++, in += channels) {
    float sum[2] = {0, 0};
    for (int c = 0; c < channels; c++)
      sum[c & 1] += finite_or_zero (in[c]);
    out[2 * i] = sum[0] / (float)n_left;
    out[2 * i + 1] = sum[1] / (float)n_right;
  }
}

/* A channel that is not heard counts as silence in whatever rule applies. */
static void
silence_muted (const SbMixing *mixing, int channels, int64_t n, float *frames)
{
  for (int c = 0; c < MIN (channels, 64); c++)
    if (mixing->muted_channels >> c & 1)
      for (int64_t i = 0; i < n; i++)
        frames[i * channels + c] = 0;
}

static void
mix_down (const SbMixing *mixing, const float *in, int channels, int64_t n, float *out)
{
  const bool stereo = channels == 2 && (mixing->left < 0 || mixing->right < 0);
  const int left = stereo ? 0 : mixing->left, right = stereo ? 1 : mixing->right;
  if (left >= 0 && right >= 0 && left < channels && right < channels)
    for (int64_t i = 0; i < n; i++) {
      out[2 * i] = finite_or_zero (in[i * channels + left]);
      out[2 * i + 1] = finite_or_zero (in[i * channels + right]);
    }
  else if (channels == 1)
    for (int64_t i = 0; i < n; i++)
      out[2 * i] = out[2 * i + 1] = finite_or_zero (in[i]);
  else if (channels == 6)
    mix_51 (in, n, out);
  else
    mix_sides (in, channels, n, out);
}

/* out: float[n][2]; frames outside the source are silent. */
static bool
read_stereo (SbMixer *mixer, int64_t pos, int64_t n, float *out, GError **error)
{
  const int channels = sb_source_channels (mixer->source);
  g_array_set_size (mixer->raw, (guint)(n * channels));
  float *in = (float *)mixer->raw->data;
  if (!sb_source_read (mixer->source, pos, n, in, error))
    return false;
  silence_muted (&mixer->mixing, channels, n, in);
  mix_down (&mixer->mixing, in, channels, n, out);
  return true;
}

static int64_t
render_loop_fade (SbMixer *mixer, float *out, int64_t n, GError **error)
{
  n = MIN (n, mixer->fade_frames - mixer->fade_done);
  g_array_set_size (mixer->other, (guint)(2 * n));
  float *old = (float *)mixer->other->data;
  if (!read_stereo (mixer, mixer->pos, n, old, error) || !read_stereo (mixer, mixer->next_pos, n, out, error))
    return -1;
  for (int64_t i = 0; i < n; i++) {
    const double at = ((double)(mixer->fade_done + i) + 0.5) / (double)mixer->fade_frames;
    const float w = (float)(0.5 - 0.5 * cos (G_PI * at));
    for (int64_t j = 2 * i; j < 2 * i + 2; j++)
      out[j] = old[j] + w * (out[j] - old[j]);
  }
  mixer->pos += n;
  mixer->next_pos += n;
  mixer->fade_done += n;
  if (mixer->fade_done == mixer->fade_frames) {
    mixer->pos = mixer->next_pos;
    mixer->fading = false;
  }
  return n;
}

/* The last 10 ms of a span that ends before the recording does. */
static void
fade_out (const SbMixer *mixer, int64_t pos, int64_t n, float *out)
{
  if (mixer->end == sb_source_n_frames (mixer->source))
    return;
  for (int64_t i = MAX (0, mixer->end - mixer->fade_frames - pos); i < n; i++) {
    const double left = ((double)(mixer->end - pos - i) - 0.5) / (double)mixer->fade_frames;
    const float w = (float)(0.5 - 0.5 * cos (G_PI * left));
    out[2 * i] *= w;
    out[2 * i + 1] *= w;
  }
}

int64_t
sb_mixer_render (SbMixer *mixer, float *out, int64_t n, int64_t *position, bool *jumped, GError **error)
{
  const SbMixing *mixing = &mixer->mixing;
  if (!mixer->fading && mixing->loop && mixer->pos == mixing->loop_to) {
    mixer->fading = mixer->jumped = true;
    mixer->fade_done = 0;
    mixer->next_pos = mixing->loop_from;
  }
  *jumped = mixer->jumped;
  mixer->jumped = false;
  *position = mixer->fading ? mixer->next_pos : mixer->pos;
  if (mixer->fading)
    return render_loop_fade (mixer, out, n, error);
  const bool to_loop = mixing->loop && mixer->pos < mixing->loop_to;
  n = MIN (n, (to_loop ? mixing->loop_to : mixer->end) - mixer->pos);
  if (n <= 0)
    return 0;
  if (!read_stereo (mixer, mixer->pos, n, out, error))
    return -1;
  if (!to_loop)
    fade_out (mixer, mixer->pos, n, out);
  mixer->pos += n;
  return n;
}
