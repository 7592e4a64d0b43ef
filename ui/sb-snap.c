/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nobody hits a line to a hertz by hand, and the tenth harmonic is off by ten
 * times as much.  The original is asked: in the result the comb that is being
 * placed has taken the ridge away. */
#include "ui/sb-snap.h"
#include "ui/sb-probe.h"

#include <math.h>

#define LEAST_DB (-100.0) /* weaker ridges do not hold it */
enum { REACH_BINS = 3, REACH_PX = 8 };

struct SbSnap {
  SbSession *session; /* outlives us */
  SbProbe *probe;
  bool off;
  void (*found) (void *data);
  void *data;
};

static void
on_answer (SbSnap *snap)
{
  snap->found (snap->data);
}

SbSnap *
sb_snap_new (SbSession *session, void (*found) (void *data), void *data)
{
  SbSnap *snap = g_new0 (SbSnap, 1);
  *snap = (SbSnap){.session = session, .probe = sb_probe_new (session), .found = found, .data = data};
  g_signal_connect_swapped (snap->probe, "changed", G_CALLBACK (on_answer), snap);
  return snap;
}

void
sb_snap_free (SbSnap *snap)
{
  g_signal_handlers_disconnect_by_data (snap->probe, snap); /* a question under way keeps the probe */
  g_object_unref (snap->probe);
  g_free (snap);
}

void
sb_snap_set_off (SbSnap *snap, bool off)
{
  snap->off = off;
}

void
sb_snap_forget (SbSnap *snap)
{
  sb_probe_forget (snap->probe);
}

static double
reach_hz (SbSnap *snap, const SbViewport *view, double y)
{
  const SbRecording *recording = sb_session_recording (snap->session);
  const double bin_hz = (double)recording->rate / sb_stft_grid (recording->readout_stft)->n_fft;
  return MAX (REACH_BINS * bin_hz, sb_viewport_hz (view, y - REACH_PX) - sb_viewport_hz (view, y));
}

void
sb_snap_ask (SbSnap *snap, const SbViewport *view, double x, double y, int channel)
{
  const SbPlace place = {sb_viewport_time (view, x), sb_viewport_hz (view, y), channel, reach_hz (snap, view, y)};
  if (!snap->off)
    sb_probe_ask (snap->probe, &place);
}

double
sb_snap_hz (SbSnap *snap, const SbViewport *view, double y)
{
  SbReadout ridge;
  const double hz = sb_viewport_hz (view, y);
  const bool holds = !snap->off && sb_probe_original (snap->probe, &ridge) && ridge.is_peak &&
                     ridge.level_db > LEAST_DB && fabs (ridge.hz - hz) <= reach_hz (snap, view, y);
  return holds ? ridge.hz : hz;
}
