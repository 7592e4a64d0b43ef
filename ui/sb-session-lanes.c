/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each stacked channel has three pictures of its own (Original, Result,
 * Removed) as long as its lane is shown; a worker makes them.  They analyse
 * only what is looked at: the sweep over the whole recording stays with the
 * picture of all channels, which the overview shows.  Until a lane has
 * something, that picture shows through.
 *
 * Memory: all lanes together have the budget of one picture (each lane's is
 * that divided by the most lanes this recording may have), and there are never
 * more than MOST_CELLS bins in all of their columns. */
#include "ui/sb-session-private.h"
#include "ui/sb-worker-bridge.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <string.h>

enum { MOST_CELLS = 1 << 17, FEWEST_LANES = 2, CELLS_REASSIGNED = 4 };

/* --- where they are --- */

static int
most_lanes (SbSession *session)
{
  const SbLook *look = &session->look;
  int cells = MAX (look->n_fft, 1) * (look->reassigned ? CELLS_REASSIGNED : 1);
  return MAX (FEWEST_LANES, MOST_CELLS / cells);
}

SbLanes
sb_session_lanes (SbSession *session, int height_px)
{
  const SbLook *look = &session->look;
  int channels = session->recording ? session->recording->channels : 1;
  if (!look->stacked || channels < 2)
    return sb_lanes_single (height_px, look->channels == SB_CHANNELS_ONE && channels > 1 ? look->channel : -1);
  return sb_lanes_stacked (height_px, channels, look->first_channel, SB_LEAST_LANE_PX, most_lanes (session));
}

SbLanes
sb_session_shown_lanes (SbSession *session)
{
  return sb_session_lanes (session, session->height_px / session->scale);
}

int
sb_session_most_n_fft (SbSession *session)
{
  int most = 1, lanes = sb_session_shown_lanes (session).n;
  while (2 * most * lanes * (session->look.reassigned ? CELLS_REASSIGNED : 1) <= MOST_CELLS)
    most *= 2;
  return session->look.stacked ? MAX (most, 64) : 65536;
}

double
sb_session_hz_at (SbSession *session, int height_px, double y)
{
  SbLanes lanes = sb_session_lanes (session, height_px);
  int lane = sb_lanes_at (&lanes, y);
  SbViewport view = sb_session_viewport (session, 1, sb_lanes_height (&lanes, lane));
  return sb_viewport_hz (&view, sb_lanes_into (&lanes, lane, y));
}

SbSpectrogram *
sb_session_lane_picture (SbSession *session, SbView view, int channel)
{
  for (int i = 0; i < session->n_lanes; i++)
    if (session->lane[i].channel == channel)
      return session->lane[i].picture[view];
  return NULL;
}

char *
sb_session_channel_short (SbSession *session, int channel)
{
  char name[16];
  sb_lanes_name (channel, session->recording ? session->recording->channels : 1, name, sizeof name);
  return g_strdup (name);
}

char *
sb_session_channel_name (SbSession *session, int channel)
{
  int channels = session->recording ? session->recording->channels : 1;
  if (channel < 0 || channels < 2)
    return g_strdup ("");
  return channels == 2 ? g_strdup (channel ? "Right" : "Left") : g_strdup_printf ("Channel %d", channel + 1);
}

/* --- pictures --- */

typedef struct {
  SbSession *session;           /* referenced */
  const SbRecording *recording; /* only compared */
  SbSnapshot *snapshot;
  SbSpectrogramLook look;
  int n;
  SbLanePicture made[SB_MOST_LANES], former[SB_MOST_LANES]; /* former: taken over when made */
  SbStft *stft;
  SbPool *pool;
  GError *error;
} Making;

static void
lane_free (SbLanePicture *lane)
{
  for (int v = SB_N_VIEWS - 1; v >= 0; v--)
    sb_spectrogram_free (g_steal_pointer (&lane->picture[v]));
}

/* Coarse levels are some megabytes each, made by one thread and freed by another: glibc's arenas keep them (showing the
 * lanes of an hour and leaving them five times left 240 MB behind) until they are told to let go. */
static void
lane_free_boxed (void *data)
{
  lane_free (data);
  g_free (data);
#ifdef __GLIBC__
  malloc_trim (0);
#endif
}

static void
do_nothing (void *data)
{
}

static void
lane_drop (SbSession *session, SbLanePicture *lane, bool at_once)
{
  for (int v = 0; v < SB_N_VIEWS; v++)
    if (lane->picture[v])
      sb_spectrogram_set_notify (lane->picture[v], NULL, NULL);
  if (at_once) {
    lane_free (lane);
    return;
  }
  SbLanePicture *boxed = g_memdup2 (lane, sizeof *lane);
  memset (lane, 0, sizeof *lane);
  sb_pool_push (session->pool, session, 5, do_nothing, boxed, lane_free_boxed);
}

void
sb_session_drop_lanes (SbSession *session, bool at_once)
{
  for (int i = 0; i < session->n_lanes; i++)
    lane_drop (session, &session->lane[i], at_once);
  session->n_lanes = 0;
  if (at_once)
    session->lanes_busy = false;
}

static void
making_free (void *data)
{
  Making *making = data;
  for (int i = 0; i < making->n; i++) {
    lane_free (&making->made[i]);
    lane_free (&making->former[i]);
  }
  sb_snapshot_unref (making->snapshot);
  sb_stft_unref (making->stft);
  g_clear_error (&making->error);
  g_object_unref (making->session);
  g_free (making);
}

static void
making_work (void *data)
{
  Making *making = data;
  for (int i = 0; i < making->n; i++) {
    SbLanePicture *made = &making->made[i];
    making->look.channel = made->channel;
    for (int v = 0; v < SB_N_VIEWS; v++) {
      made->picture[v] = sb_spectrogram_new_look (making->snapshot->source[v], &making->look, making->pool,
                                                  v == SB_VIEW_ORIGINAL ? NULL : made->picture[SB_VIEW_ORIGINAL],
                                                  making->former[i].picture[v], &making->error);
      if (!made->picture[v])
        return;
      making->former[i].picture[v] = NULL;
    }
  }
  making->stft = sb_stft_new (&making->look.grid, SB_PLAN_EXACT, &making->error);
}

static void
take_made (SbSession *session, Making *making)
{
  for (int i = 0; i < making->n; i++) {
    SbLanePicture *lane = &session->lane[session->n_lanes++];
    *lane = making->made[i];
    memset (&making->made[i], 0, sizeof making->made[i]);
    sb_session_catch_up (session, lane->picture, making->snapshot, SB_CHANNELS_ONE, lane->channel);
  }
  sb_session_set_readout (session, NULL, making->stft);
}

static void
making_done (void *data)
{
  Making *making = data;
  SbSession *session = making->session;
  if (session->recording != making->recording)
    return;
  session->lanes_busy = false;
  if (making->stft)
    take_made (session, making);
  else {
    if (making->error)
      sb_session_say (session, making->error->message);
    sb_session_set_channels (session, SB_CHANNELS_ALL, 0);
    return;
  }
  sb_session_emit (session, "colours");
  sb_session_update_look (session); /* what was asked for meanwhile */
}

static int
index_of (SbSession *session, int channel)
{
  for (int i = 0; i < session->n_lanes; i++)
    if (session->lane[i].channel == channel)
      return i;
  return -1;
}

void
sb_session_update_lanes (SbSession *session, const SbGrid *grid, bool reassigned)
{
  SbLanes lanes = sb_session_shown_lanes (session);
  bool other = !sb_grid_equal (&session->lane_grid, grid) || session->lane_reassigned != reassigned;
  if (session->lanes_busy || lanes.first < 0 || session->height_px < 1)
    return;
  for (int i = session->n_lanes - 1; i >= 0; i--)
    if (sb_lanes_of_channel (&lanes, session->lane[i].channel) < 0) {
      lane_drop (session, &session->lane[i], false);
      session->lane[i] = session->lane[--session->n_lanes];
    }
  if (lanes.n == session->n_lanes && !other)
    return;
  Making *making = g_new0 (Making, 1);
  making->session = g_object_ref (session);
  making->recording = session->recording;
  making->snapshot = sb_session_snapshot (session);
  making->pool = session->pool;
  sb_spectrogram_look_init (&making->look, grid);
  making->look.reassigned = reassigned;
  making->look.channels = SB_CHANNELS_ONE;
  making->look.lanes = MIN (session->recording->channels, SB_MOST_LANES);
  for (int lane = 0; lane < lanes.n; lane++) {
    int channel = sb_lanes_channel (&lanes, lane), at = index_of (session, channel);
    if (at >= 0 && !other)
      continue;
    if (at >= 0) { /* meanwhile the picture of all channels shows */
      making->former[making->n] = session->lane[at];
      session->lane[at] = session->lane[--session->n_lanes];
    }
    making->made[making->n++].channel = channel;
  }
  session->lane_grid = *grid;
  session->lane_reassigned = reassigned;
  session->lanes_busy = true;
  sb_bridge_run (session->pool, session, -1, making_work, making_done, making, making_free);
}

void
sb_session_lanes_each (SbSession *session, void (*func) (SbSession *, SbSpectrogram *))
{
  for (int i = 0; i < session->n_lanes; i++)
    for (int v = 0; v < SB_N_VIEWS; v++)
      func (session, session->lane[i].picture[v]);
}

void
sb_session_lanes_follow (SbSession *session, SbSnapshot *snapshot, int64_t dirty_from, int64_t dirty_to)
{
  for (int i = 0; i < session->n_lanes; i++)
    for (int v = SB_VIEW_RESULT; v < SB_N_VIEWS; v++)
      sb_spectrogram_set_source (session->lane[i].picture[v], snapshot->source[v], dirty_from, dirty_to);
}

/* --- choosing --- */

bool
sb_session_shows_single (SbSession *session)
{
  return session->recording && session->recording->channels > 1 &&
         (session->look.stacked || session->look.channels == SB_CHANNELS_ONE);
}

int
sb_session_paint_channel (SbSession *session, int shown_channel)
{
  return session->brush.channel == SB_CHANNEL_THIS ? shown_channel : session->brush.channel;
}

/* A channel that was chosen by name would be a trap where "this one" is what the hand points at. */
static void
set_brush_channel (SbSession *session, int channel)
{
  SbBrush brush = session->brush;
  brush.channel = channel;
  sb_session_set_brush (session, &brush);
}

static void
changed (SbSession *session)
{
  if (session->brush.channel >= 0 && sb_session_shows_single (session))
    set_brush_channel (session, SB_CHANNEL_THIS);
  sb_session_tell_channels (session);
  sb_session_update_look (session);
  sb_session_emit (session, "span"); /* rulers and pointer stand elsewhere */
  sb_session_emit (session, "tool");
}

void
sb_session_set_channels (SbSession *session, SbChannelMode mode, int channel)
{
  int n_channels = session->recording ? session->recording->channels : 1;
  session->look.stacked = false;
  session->look.channels = mode;
  session->look.channel = CLAMP (channel, 0, n_channels - 1);
  changed (session);
}

void
sb_session_set_stacked (SbSession *session, int first)
{
  int n_channels = session->recording ? session->recording->channels : 1;
  if (n_channels < 2)
    return;
  session->look.stacked = true;
  session->look.channels = SB_CHANNELS_ALL;
  session->look.channel = 0;
  session->look.first_channel = CLAMP (first, 0, n_channels - 1);
  changed (session);
}

void
sb_session_set_first_channel (SbSession *session, int channel)
{
  if (session->look.stacked)
    sb_session_set_stacked (session, channel);
  else
    sb_session_set_channels (session, SB_CHANNELS_ONE, channel);
}

void
sb_session_set_paint_shown (SbSession *session, bool shown)
{
  set_brush_channel (session, shown ? SB_CHANNEL_THIS : -1);
}

/* A recording that is new here is shown stacked if the one before was; what was kept of it comes back later.  Of very
 * many channels one is shown: the loudest of all is not looked for among more than eight. */
void
sb_session_lanes_start (SbSession *session)
{
  int channels = session->recording->channels;
  SbLook *look = &session->look;
  look->stacked = look->stacked && channels > 1;
  look->channels = !look->stacked && channels > SB_MANY_CHANNELS ? SB_CHANNELS_ONE : SB_CHANNELS_ALL;
  look->channel = look->first_channel = 0;
  if (session->brush.channel >= (sb_session_shows_single (session) ? 0 : channels))
    session->brush.channel = -1;
}
