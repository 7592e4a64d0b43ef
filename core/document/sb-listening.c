/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-listening.h.  A band alone is what painting everything of that band to
 * silence would remove: the same arithmetic, on a grid of its own that is fine
 * enough for the band.  A cell's energy spreads over half the window's main
 * lobe, so the painted box is that much smaller than the band. */
#include "document/sb-listening.h"
#include "audio/sb-resampled-source.h"
#include "edit/sb-edited.h"

#include <math.h>

#define HETERODYNE_BAND_HZ 10000.0
#define BINS_IN_BAND       48  /* of the grid that listens to a band, at least */
#define MARGIN_BINS        3.0 /* at each edge, for the window's main lobe */

bool
sb_listening_equal (const SbListening *a, const SbListening *b)
{
  return a->slow == b->slow && a->heterodyne_hz == b->heterodyne_hz && a->low_hz == b->low_hz &&
         a->high_hz == b->high_hz && a->left == b->left && a->right == b->right &&
         a->muted_channels == b->muted_channels;
}

bool
sb_listening_keeps_frames (const SbListening *listening)
{
  return listening->slow == 1 && listening->heterodyne_hz <= 0;
}

static SbSource *
only_band (SbSource *source, double low_hz, double high_hz, GError **error)
{
  const double nyquist_hz = source->rate / 2.0;
  SbGrid grid = {.n_fft = 1024, .window = SB_WINDOW_HANN};
  while (grid.n_fft < 32768 && (high_hz - low_hz) * grid.n_fft / source->rate < BINS_IN_BAND)
    grid.n_fft *= 2;
  grid.hop = grid.n_fft / 4;
  const double margin_hz = MIN (MARGIN_BINS * source->rate / grid.n_fft, 0.49 * (high_hz - low_hz));
  SbOpSpec spec;
  sb_op_spec_init (&spec, SB_OP_BOX);
  spec.from_s = 0;
  spec.to_s = (double)source->n_frames / source->rate + 1;
  spec.low_hz = low_hz <= 0 ? 0 : low_hz + margin_hz;
  spec.high_hz = high_hz >= nyquist_hz ? nyquist_hz : high_hz - margin_hz;
  spec.edge = SB_EDGE_STRICT;
  spec.gain_db = -INFINITY;
  g_autoptr (SbOperation) op = sb_operation_new (&spec, error);
  if (!op)
    return NULL;
  g_autoptr (SbMask) mask = sb_mask_new (&grid, source->rate, source->n_frames, source->channels, &op, 1, NULL, error);
  g_autoptr (SbResynth) resynth = mask ? sb_resynth_new (source, mask, NULL, error) : NULL;
  return resynth ? sb_removed_source_new (resynth) : NULL;
}

/* The newest of the chain replaces the one below, which it references. */
static void
put_on (SbSource **chain, SbSource *above)
{
  sb_source_unref (*chain);
  *chain = above;
}

SbSource *
sb_listening_wrap (const SbListening *listening, SbSource *source, int device_rate, double *step, GError **error)
{
  SbSource *chain = sb_source_ref (source);
  const double low_hz = MAX (listening->low_hz, 0), high_hz = MIN (listening->high_hz, source->rate / 2.0);
  *step = (double)source->rate / device_rate / listening->slow;
  if (high_hz > low_hz && (low_hz > 0 || high_hz < source->rate / 2.0)) {
    SbSource *band = only_band (chain, low_hz, high_hz, error);
    put_on (&chain, band);
    if (!chain)
      return NULL;
  }
  if (listening->heterodyne_hz > 0)
    put_on (&chain, sb_heterodyne_source_new (chain, listening->heterodyne_hz));
  if (chain->rate != device_rate || listening->slow != 1) {
    const SbResampling resampling = {.rate = device_rate, .slow = listening->slow};
    put_on (&chain, sb_resampled_source_new (chain, &resampling));
  }
  if (listening->heterodyne_hz > 0) {
    const SbResampling low_pass = {.rate = device_rate, .slow = 1, .cutoff_hz = HETERODYNE_BAND_HZ / listening->slow};
    put_on (&chain, sb_resampled_source_new (chain, &low_pass));
  }
  return chain;
}
