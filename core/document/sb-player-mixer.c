/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads, crossfades and mixes down, for the feeder. */
#include "document/sb-player-mixer-private.h"

#include <math.h>
#include <string.h>

#define FADE_S 0.010

struct SbMixer {
  SbSource *source;
  int64_t pos;
  bool fading;
  int64_t fade_done, fade_frames;
  SbSource *next_source;
  int64_t next_pos;
  SbSource *wish_source; /* NULL: the same */
  int64_t wish_pos;      /* −1: where it is */
  bool wished;
  bool loop;
  int64_t loop_from, loop_to;
  bool jumped;
  GArray *raw, *other; /* of float: scratch */
};

SbMixer *
sb_mixer_new (SbSource *source, int64_t from_frame)
{
  SbMixer *mixer = g_new0 (SbMixer, 1);
  mixer->source = sb_source_ref (source);
  mixer->pos = CLAMP (from_frame, 0, sb_source_n_frames (source));
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
  sb_source_unref (mixer->next_source);
  sb_source_unref (mixer->wish_source);
  g_array_unref (mixer->raw);
  g_array_unref (mixer->other);
  g_free (mixer);
}

void
sb_mixer_change (SbMixer *mixer, SbSource *source, int64_t position)
{
  if (source) {
    sb_source_ref (source);
    sb_source_unref (mixer->wish_source);
    mixer->wish_source = source;
  }
  if (!mixer->wished || position >= 0)
    mixer->wish_pos = position;
  mixer->wished = true;
}

void
sb_mixer_set_loop (SbMixer *mixer, bool on, int64_t from_frame, int64_t to_frame)
{
  const int64_t end = sb_source_n_frames (mixer->source);
  mixer->loop_from = CLAMP (from_frame, 0, end);
  mixer->loop_to = CLAMP (to_frame, 0, end);
  mixer->loop = on && mixer->loop_to - mixer->loop_from >= 2;
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

/* out: float[n][2]; frames outside the source are silent. */
static bool
read_stereo (SbMixer *mixer, SbSource *source, int64_t pos, int64_t n, float *out, GError **error)
{
  const int channels = sb_source_channels (source);
  if (channels == 2) {
    if (!sb_source_read (source, pos, n, out, error))
      return false;
    for (int64_t i = 0; i < 2 * n; i++)
      out[i] = finite_or_zero (out[i]);
    return true;
  }
  g_array_set_size (mixer->raw, (guint)(n * channels));
  const float *in = (const float *)mixer->raw->data;
  if (!sb_source_read (source, pos, n, (float *)mixer->raw->data, error))
    return false;
  if (channels == 1)
    for (int64_t i = 0; i < n; i++)
      out[2 * i] = out[2 * i + 1] = finite_or_zero (in[i]);
  else if (channels == 6)
    mix_51 (in, n, out);
  else
    mix_sides (in, channels, n, out);
  return true;
}

static void
begin_fade (SbMixer *mixer, SbSource *source, int64_t position)
{
  mixer->fading = true;
  mixer->fade_done = 0;
  mixer->fade_frames = MAX (1, (int64_t)(FADE_S * sb_source_rate (mixer->source)));
  if (mixer->loop)
    mixer->fade_frames = MAX (1, MIN (mixer->fade_frames, (mixer->loop_to - mixer->loop_from) / 2));
  mixer->next_source = sb_source_ref (source);
  mixer->next_pos = position;
}

static void
begin_what_is_due (SbMixer *mixer)
{
  if (mixer->fading)
    return;
  if (mixer->wished) {
    SbSource *source = mixer->wish_source ? mixer->wish_source : mixer->source;
    const int64_t position = mixer->wish_pos < 0 ? mixer->pos : MIN (mixer->wish_pos, sb_source_n_frames (source));
    begin_fade (mixer, source, position);
    mixer->jumped = position != mixer->pos;
    sb_source_unref (mixer->wish_source);
    mixer->wish_source = NULL;
    mixer->wished = false;
  } else if (mixer->loop && mixer->pos == mixer->loop_to) {
    begin_fade (mixer, mixer->source, mixer->loop_from);
    mixer->jumped = true;
  }
}

static void
end_fade (SbMixer *mixer)
{
  sb_source_unref (mixer->source);
  mixer->source = mixer->next_source;
  mixer->next_source = NULL;
  mixer->pos = mixer->next_pos;
  mixer->fading = false;
}

static int64_t
render_fade (SbMixer *mixer, float *out, int64_t n, int64_t *position, GError **error)
{
  n = MIN (n, mixer->fade_frames - mixer->fade_done);
  g_array_set_size (mixer->other, (guint)(2 * n));
  float *old = (float *)mixer->other->data;
  if (!read_stereo (mixer, mixer->source, mixer->pos, n, old, error) ||
      !read_stereo (mixer, mixer->next_source, mixer->next_pos, n, out, error))
    return -1;
  for (int64_t i = 0; i < n; i++) {
    const double at = ((double)(mixer->fade_done + i) + 0.5) / (double)mixer->fade_frames;
    const float w = (float)(0.5 - 0.5 * cos (G_PI * at));
    for (int64_t j = 2 * i; j < 2 * i + 2; j++)
      out[j] = old[j] + w * (out[j] - old[j]);
  }
  *position = mixer->next_pos;
  mixer->pos += n;
  mixer->next_pos += n;
  mixer->fade_done += n;
  if (mixer->fade_done == mixer->fade_frames)
    end_fade (mixer);
  return n;
}

int64_t
sb_mixer_render (SbMixer *mixer, float *out, int64_t n, int64_t *position, bool *jumped, GError **error)
{
  begin_what_is_due (mixer);
  *jumped = mixer->jumped;
  mixer->jumped = false;
  if (mixer->fading)
    return render_fade (mixer, out, n, position, error);
  n = MIN (n, sb_source_n_frames (mixer->source) - mixer->pos);
  if (mixer->loop && mixer->pos < mixer->loop_to)
    n = MIN (n, mixer->loop_to - mixer->pos);
  *position = mixer->pos;
  if (n <= 0)
    return 0;
  if (!read_stereo (mixer, mixer->source, mixer->pos, n, out, error))
    return -1;
  mixer->pos += n;
  return n;
}
