/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the picture is looked at, apart from how it is edited.  The pictures on
 * the mask's own grid (recording->spectrogram) always stay: overview,
 * thumbnails and the background analysis are theirs.  Another grid, or the
 * reassigned view, gets three more (recording->looked), made by a worker; until
 * they have something the usual ones show through. */
#include "ui/sb-session-private.h"
#include "ui/sb-worker-bridge.h"

#include <math.h>
#include <string.h>

enum { AUTO_DELAY_MS = 150, ANALYSIS_TICK_MS = 500, LEAST_N_FFT = 64, MOST_N_FFT = 65536 };

typedef struct {
  SbSession *session;           /* referenced */
  const SbRecording *recording; /* only compared */
  SbSnapshot *snapshot;
  SbSpectrogramLook look;
  SbSpectrogram *former[SB_N_VIEWS], *made[SB_N_VIEWS]; /* former: taken over when made */
  SbStft *stft;
  SbPool *pool;
  GError *error;
} Change;

static void
change_free (void *data)
{
  Change *change = data;
  for (int v = SB_N_VIEWS - 1; v >= 0; v--) {
    sb_spectrogram_free (change->made[v]);
    sb_spectrogram_free (change->former[v]);
  }
  sb_snapshot_unref (change->snapshot);
  sb_stft_unref (change->stft);
  g_clear_error (&change->error);
  g_object_unref (change->session);
  g_free (change);
}

static bool
is_usual (SbSession *session, int n_fft)
{
  const SbGrid *grid = sb_document_grid (session->recording->document);
  return n_fft == grid->n_fft && session->look.window == grid->window && !session->look.reassigned;
}

static int
wanted_n_fft (SbSession *session)
{
  const SbGrid *grid = sb_document_grid (session->recording->document);
  if (session->look.n_fft > 0)
    return session->look.n_fft;
  if (session->look.n_fft == 0)
    return grid->n_fft;
  SbLanes lanes = sb_session_shown_lanes (session);
  SbViewport view = sb_session_viewport (session, session->width_px, MAX (session->height_px / lanes.n, 100));
  return MIN (sb_spectrogram_auto_n_fft (&view, session->recording->rate), sb_session_most_n_fft (session));
}

static void
change_work (void *data)
{
  Change *change = data;
  for (int v = 0; v < SB_N_VIEWS; v++) {
    change->made[v] = sb_spectrogram_new_look (change->snapshot->source[v], &change->look, change->pool,
                                               v == SB_VIEW_ORIGINAL ? NULL : change->made[SB_VIEW_ORIGINAL],
                                               change->former[v], &change->error);
    if (!change->made[v])
      return;
    change->former[v] = NULL;
  }
  change->stft = sb_stft_new (&change->look.grid, SB_PLAN_EXACT, &change->error);
}

void
sb_session_set_readout (SbSession *session, const SbGrid *grid, SbStft *stft)
{
  SbRecording *recording = session->recording;
  SbStft *fresh = stft ? sb_stft_ref (stft) : sb_stft_new (grid, SB_PLAN_EXACT, NULL);
  if (!fresh)
    return;
  sb_stft_unref (recording->readout_stft);
  recording->readout_stft = fresh;
}

void
sb_session_catch_up (SbSession *session, SbSpectrogram *const made[SB_N_VIEWS], const SbSnapshot *made_of,
                     SbChannelMode channels, int channel)
{
  SbRecording *recording = session->recording;
  g_autoptr (SbSnapshot) now = sb_session_snapshot (session);
  SbViewport view = sb_session_viewport (session, session->width_px, 1);
  for (int v = 0; v < SB_N_VIEWS; v++) {
    sb_spectrogram_set_fallback (made[v], recording->spectrogram[v]);
    if (now->revision != made_of->revision && v != SB_VIEW_ORIGINAL)
      sb_spectrogram_set_source (made[v], now->source[v], 0, recording->n_frames);
    sb_spectrogram_set_statistic (made[v], session->look.statistic);
    sb_spectrogram_set_channels (made[v], channels, channel);
    sb_spectrogram_set_visible (made[v], view.from_s, view.to_s);
    sb_session_follow_pixels (session, made[v], v);
  }
}

static void
take_made (SbSession *session, Change *change)
{
  SbRecording *recording = session->recording;
  for (int v = 0; v < SB_N_VIEWS; v++)
    recording->looked[v] = g_steal_pointer (&change->made[v]);
  sb_session_catch_up (session, recording->looked, change->snapshot, session->look.channels, session->look.channel);
  sb_session_set_readout (session, NULL, change->stft);
}

/* It would fail again and again.  The usual pictures show by now: they are what is wished, unless it is another look. */
static void
give_up (SbSession *session, const SbSpectrogramLook *failed)
{
  const SbGrid *usual = sb_document_grid (session->recording->document);
  if (wanted_n_fft (session) != failed->grid.n_fft || session->look.window != failed->grid.window ||
      session->look.reassigned != failed->reassigned)
    return;
  session->look.n_fft = 0;
  session->look.window = usual->window;
  session->look.reassigned = false;
}

static void
change_done (void *data)
{
  Change *change = data;
  SbSession *session = change->session;
  if (session->recording != change->recording)
    return;
  session->look_busy = false;
  if (change->stft)
    take_made (session, change);
  else {
    if (change->error)
      g_signal_emit_by_name (session, "message", change->error->message);
    give_up (session, &change->look);
  }
  sb_session_emit (session, "colours");
  sb_session_update_look (session); /* what was asked for meanwhile */
}

/* The pictures of another look end on a worker. */
static void
drop_looked (SbSession *session)
{
  SbRecording *recording = session->recording;
  for (int v = SB_N_VIEWS - 1; v >= 0 && recording->looked[SB_VIEW_ORIGINAL]; v--)
    sb_pool_push (session->pool, session, 5, (SbJobFunc)sb_spectrogram_free, g_steal_pointer (&recording->looked[v]),
                  NULL);
}

/* The usual pictures again. */
static void
go_back (SbSession *session)
{
  const SbGrid *grid = sb_document_grid (session->recording->document);
  if (sb_grid_equal (sb_stft_grid (session->recording->readout_stft), grid) &&
      !session->recording->looked[SB_VIEW_ORIGINAL])
    return;
  drop_looked (session);
  sb_session_set_readout (session, grid, NULL);
  sb_session_emit (session, "colours");
}

void
sb_session_update_look (SbSession *session)
{
  if (!session->recording || session->look_busy)
    return;
  int n_fft = wanted_n_fft (session);
  SbGrid grid = {n_fft, MAX (1, n_fft / 4), session->look.window};
  if (session->look.stacked) {
    drop_looked (session);
    sb_session_update_lanes (session,
                             is_usual (session, n_fft) ? sb_document_grid (session->recording->document) : &grid,
                             session->look.reassigned);
    return;
  }
  sb_session_drop_lanes (session, false);
  if (is_usual (session, n_fft)) {
    go_back (session);
    return;
  }
  SbRecording *recording = session->recording;
  SbSpectrogram *now = recording->looked[SB_VIEW_ORIGINAL];
  if (now && sb_grid_equal (sb_spectrogram_grid (now), &grid) &&
      recording->looked_reassigned == session->look.reassigned)
    return;
  Change *change = g_new0 (Change, 1);
  change->session = g_object_ref (session);
  change->recording = recording;
  change->snapshot = sb_session_snapshot (session);
  change->pool = session->pool;
  sb_spectrogram_look_init (&change->look, &grid);
  change->look.reassigned = session->look.reassigned;
  change->look.channels = session->look.channels;
  change->look.channel = session->look.channel;
  for (int v = 0; v < SB_N_VIEWS; v++)
    change->former[v] = g_steal_pointer (&recording->looked[v]); /* meanwhile the usual picture shows */
  recording->looked_reassigned = session->look.reassigned;
  session->look_busy = true;
  sb_bridge_run (session->pool, session, -1, change_work, change_done, change, change_free);
}

void
sb_session_set_unfinished (SbSession *session, const SbTimeSpan *spans, int n_spans)
{
  n_spans = MIN (n_spans, SB_MOST_UNFINISHED);
  if (n_spans == session->n_unfinished && (!n_spans || !memcmp (spans, session->unfinished, n_spans * sizeof *spans)))
    return;
  if (n_spans)
    memcpy (session->unfinished, spans, n_spans * sizeof *spans);
  session->n_unfinished = n_spans;
  sb_session_emit (session, "analysis");
}

const SbTimeSpan *
sb_session_unfinished (SbSession *session, int *n_spans)
{
  *n_spans = session->n_unfinished;
  return session->unfinished;
}

double
sb_session_analysed (SbSession *session)
{
  return session->recording ? sb_spectrogram_progress (session->recording->spectrogram[SB_VIEW_ORIGINAL]) : 1;
}

/* A source that is slow to seek in was opened with the range of what could be read in the time. */
static void
settle_range (SbSession *session)
{
  SbRecording *recording = session->recording;
  if (!recording || recording->auto_whole)
    return;
  recording->auto_whole = sb_spectrogram_auto_range_within (recording->spectrogram[SB_VIEW_ORIGINAL], 0,
                                                            &recording->auto_low_db, &recording->auto_high_db);
  if (recording->auto_whole && session->look.auto_range)
    sb_session_auto_range (session);
}

static gboolean
analysis_goes_on (void *data)
{
  SbSession *session = data;
  settle_range (session);
  bool more = sb_session_analysed (session) < 1 || (session->recording && !session->recording->auto_whole);
  if (!more)
    session->analysis_tick = 0;
  sb_session_emit (session, "analysis");
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* From the opening of a recording until it is analysed. */
void
sb_session_watch_analysis (SbSession *session)
{
  g_clear_handle_id (&session->analysis_tick, g_source_remove);
  session->opened_us = g_get_monotonic_time ();
  if (session->recording)
    session->analysis_tick = g_timeout_add (ANALYSIS_TICK_MS, analysis_goes_on, session);
}

char *
sb_session_analysing (SbSession *session)
{
  double done = sb_session_analysed (session);
  if (done >= 1 || g_get_monotonic_time () - session->opened_us < G_USEC_PER_SEC)
    return NULL;
  return g_strdup_printf ("Analysing %.0f %%", floor (done * 100));
}

static gboolean
auto_due (void *data)
{
  SbSession *session = data;
  session->look_timeout = 0;
  sb_session_update_look (session);
  return G_SOURCE_REMOVE;
}

/* The zoom changed: another n_fft may suit it, once it rests. */
void
sb_session_look_follows_zoom (SbSession *session)
{
  if (session->look.n_fft >= 0 || !session->recording)
    return;
  g_clear_handle_id (&session->look_timeout, g_source_remove);
  session->look_timeout = g_timeout_add (AUTO_DELAY_MS, auto_due, session);
}

void
sb_session_set_resolution (SbSession *session, int n_fft)
{
  session->n_fft_is_mine = true;
  session->look.n_fft = n_fft > 0 ? CLAMP (n_fft, LEAST_N_FFT, MOST_N_FFT) : MAX (n_fft, -1);
  sb_session_update_look (session);
  sb_session_emit (session, "colours");
}

void
sb_session_set_window (SbSession *session, SbWindowKind window)
{
  session->look.window = window;
  sb_session_update_look (session);
  sb_session_emit (session, "colours");
}

void
sb_session_set_reassigned (SbSession *session, bool reassigned)
{
  session->look.reassigned = reassigned;
  sb_session_update_look (session);
  sb_session_emit (session, "colours");
}

static void
on_each_picture (SbSession *session, void (*func) (SbSession *, SbSpectrogram *))
{
  SbRecording *recording = session->recording;
  for (int v = 0; recording && v < SB_N_VIEWS; v++) {
    func (session, recording->spectrogram[v]);
    if (recording->looked[v])
      func (session, recording->looked[v]);
  }
  sb_session_emit (session, "colours");
}

static void
tell_statistic (SbSession *session, SbSpectrogram *picture)
{
  sb_spectrogram_set_statistic (picture, session->look.statistic);
}

static void
tell_channels (SbSession *session, SbSpectrogram *picture)
{
  sb_spectrogram_set_channels (picture, session->look.channels, session->look.channel);
}

void
sb_session_set_statistic (SbSession *session, SbStatistic statistic)
{
  session->look.statistic = statistic;
  sb_session_lanes_each (session, tell_statistic);
  on_each_picture (session, tell_statistic);
}

/* All, one or mid as `look` says now. */
void
sb_session_tell_channels (SbSession *session)
{
  on_each_picture (session, tell_channels);
}
