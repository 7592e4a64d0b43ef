/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State of one window.  The visible span is kept as start, pixels a second and
 * width, with the start on a whole device pixel, so that strips of the picture
 * can be reused while scrolling (see sb-picture-view.c). */
#include "ui/sb-session-private.h"
#include "ui/sb-worker-bridge.h"

#include <math.h>

#define BANDWIDTH_SHARE .035 /* of the whole band: 840 Hz at 48 kHz */

enum { RECORDING, SPAN, COLOURS, SOURCE, SELECTED, EDITS, PIXELS, TOOL, PLAYHEAD, PROBLEM, MESSAGE, LISTENING, HOVERED,
       ANALYSIS, WAVES, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_TYPE (SbSession, sb_session, G_TYPE_OBJECT)

static const struct {
  const char *name, *title;
} tools[SB_N_TOOLS] = {
    [SB_TOOL_BRUSH] = {"brush", "Brush"},
    [SB_TOOL_ERASER] = {"eraser", "Eraser"},
    [SB_TOOL_BOX] = {"box", "Box"},
    [SB_TOOL_TIME] = {"time-band", "Time Band"},
    [SB_TOOL_BAND] = {"frequency-band", "Frequency Band"},
    [SB_TOOL_LASSO] = {"lasso", "Lasso"},
    [SB_TOOL_HARMONICS] = {"harmonics", "Harmonics"},
    [SB_TOOL_MEASURE] = {"measure", "Measure"},
};

const char *
sb_tool_name (SbTool tool)
{
  return tools[tool].name;
}

const char *
sb_tool_title (SbTool tool)
{
  return tools[tool].title;
}

bool
sb_tool_from_name (const char *name, SbTool *tool)
{
  for (int t = 0; t < SB_N_TOOLS; t++)
    if (g_str_equal (tools[t].name, name)) {
      *tool = t;
      return true;
    }
  return false;
}

void
sb_session_emit (SbSession *session, const char *signal)
{
  g_signal_emit_by_name (session, signal);
}

/* --- pixels: workers note what changed, the main loop tells it once --- */

static gboolean
tell_pixels (void *data)
{
  SbPixelNote *note = data;
  pthread_mutex_lock (&note->lock);
  SbSession *session = note->session;
  int64_t from = note->from, to = note->to;
  note->from = note->to = 0;
  note->pending = false;
  pthread_mutex_unlock (&note->lock);
  if (session && session->recording && to > from) {
    double rate = session->recording->rate;
    g_signal_emit (session, signals[note->waves ? WAVES : PIXELS], 0, note->view, (double)from / rate,
                   (double)to / rate);
  }
  return G_SOURCE_REMOVE;
}

static void
note_unref (void *data)
{
  SbPixelNote *note = data;
  if (!g_atomic_ref_count_dec (&note->refs))
    return;
  pthread_mutex_destroy (&note->lock);
  g_free (note);
}

static SbPixelNote *
note_new (SbSession *session, SbView view, bool waves)
{
  SbPixelNote *note = g_new0 (SbPixelNote, 1);
  g_atomic_ref_count_init (&note->refs);
  pthread_mutex_init (&note->lock, NULL);
  note->session = session;
  note->view = view;
  note->waves = waves;
  return note;
}

static void
note_pixels (void *data, int64_t from, int64_t to)
{
  SbPixelNote *note = data;
  pthread_mutex_lock (&note->lock);
  note->from = note->to > note->from ? MIN (note->from, from) : from;
  note->to = MAX (note->to, to);
  bool tell = !note->pending;
  note->pending = true;
  if (tell)
    g_atomic_ref_count_inc (&note->refs);
  pthread_mutex_unlock (&note->lock);
  if (tell)
    sb_bridge_post (tell_pixels, note, note_unref);
}

static void
note_forget (SbPixelNote **note)
{
  if (!*note)
    return;
  pthread_mutex_lock (&(*note)->lock);
  (*note)->session = NULL;
  pthread_mutex_unlock (&(*note)->lock);
  note_unref (g_steal_pointer (note));
}

void
sb_session_follow_pixels (SbSession *session, SbSpectrogram *picture, SbView view)
{
  sb_spectrogram_set_notify (picture, note_pixels, session->note[view]);
}

/* --- document changes --- */

static void
document_changed (SbDocument *document, const SbDocumentChange *change, void *data)
{
  SbSession *session = data;
  SbRecording *recording = session->recording;
  g_autoptr (SbSnapshot) snapshot = sb_document_snapshot (document);
  if (change->dirty_to > change->dirty_from)
    for (int v = SB_VIEW_RESULT; v < SB_N_VIEWS; v++) {
      sb_spectrogram_set_source (recording->spectrogram[v], snapshot->source[v], change->dirty_from, change->dirty_to);
      if (recording->looked[v])
        sb_spectrogram_set_source (recording->looked[v], snapshot->source[v], change->dirty_from, change->dirty_to);
      sb_waveform_set_source (recording->waveform[v], snapshot->source[v], change->dirty_from, change->dirty_to);
      note_pixels (session->note[v], change->dirty_from, change->dirty_to);
    }
  if (change->dirty_to > change->dirty_from)
    sb_session_lanes_follow (session, snapshot, change->dirty_from, change->dirty_to);
  sb_player_set_source (session->player, snapshot->source[session->view]);
  session->revision = change->revision;
  if (change->list_changed)
    g_signal_emit (session, signals[EDITS], 0);
}

static void
recording_drop (SbSession *session)
{
  sb_session_select (session, NULL);
  sb_session_hover (session, NULL);
  SbRecording *recording = g_steal_pointer (&session->recording);
  session->look_busy = false;
  g_clear_handle_id (&session->look_timeout, g_source_remove);
  g_clear_handle_id (&session->analysis_tick, g_source_remove);
  if (!recording)
    return;
  sb_player_set_source (session->player, NULL);
  sb_document_remove_listener (recording->document, document_changed, session);
  for (int v = 0; v < SB_N_VIEWS; v++) {
    sb_spectrogram_set_notify (recording->spectrogram[v], NULL, NULL);
    if (recording->looked[v])
      sb_spectrogram_set_notify (recording->looked[v], NULL, NULL);
    sb_waveform_set_notify (recording->waveform[v], NULL, NULL);
  }
  sb_session_drop_lanes (session, true);
  sb_recording_free (recording);
  for (int v = 0; v < SB_N_VIEWS; v++) {
    note_forget (&session->note[v]);
    note_forget (&session->wave_note[v]);
  }
}

static double
two_digits (double value)
{
  double unit = pow (10, floor (log10 (value)) - 1);
  return round (value / unit) * unit;
}

/* Until a hand has set it, the brush suits the recording: a bat's is wide and short. */
static void
suit_brush (SbSession *session, const SbRecording *recording)
{
  double column_s = (double)sb_document_grid (recording->document)->hop / recording->rate;
  if (session->brush_is_mine)
    return;
  session->brush.bandwidth_hz = two_digits (recording->nyquist_hz * BANDWIDTH_SHARE);
  session->brush.duration_s = two_digits (CLAMP (recording->duration_s / 25, MIN (4 * column_s, .12), .12));
}

static void
start_values (SbSession *session, const SbRecording *recording)
{
  double nyquist = recording->nyquist_hz;
  if (!session->scale_is_mine)
    session->look.scale = sb_scale_usual (recording->rate);
  if (!session->n_fft_is_mine)
    session->look.n_fft = sb_rate_is_ultrasonic (recording->rate) ? -1 : 0;
  session->low_hz = 0;
  session->high_hz = nyquist;
  if (session->look.scale == SB_SCALE_LOG)
    session->low_hz = MIN (20, nyquist / 100);
  session->look.low_db = recording->auto_low_db;
  session->look.high_db = recording->auto_high_db;
  session->look.auto_range = true;
  sb_session_lanes_start (session);
  session->look.window = sb_document_grid (recording->document)->window;
  session->playhead_s = 0;
  session->playing = false;
  session->loop_on = false;
  session->loop_from_s = session->loop_to_s = 0;
  session->view = SB_VIEW_RESULT;
  suit_brush (session, recording);
}

void
sb_session_take_recording (SbSession *session, SbRecording *recording)
{
  recording_drop (session);
  session->recording = recording;
  if (recording) {
    start_values (session, recording);
    for (int v = 0; v < SB_N_VIEWS; v++) {
      session->note[v] = note_new (session, v, false);
      session->wave_note[v] = note_new (session, v, true);
      sb_session_follow_pixels (session, recording->spectrogram[v], v);
      sb_waveform_set_notify (recording->waveform[v], note_pixels, session->wave_note[v]);
    }
    sb_document_add_listener (recording->document, document_changed, session);
    g_autoptr (SbSnapshot) snapshot = sb_document_snapshot (recording->document);
    sb_player_set_source (session->player, snapshot->source[session->view]);
    sb_session_sound_recording (session);
    sb_session_fit (session);
    for (int v = 0; v < SB_N_VIEWS; v++) {
      sb_spectrogram_set_statistic (recording->spectrogram[v], session->look.statistic);
      sb_spectrogram_set_channels (recording->spectrogram[v], session->look.channels, session->look.channel);
    }
    sb_spectrogram_analyse (recording->spectrogram[SB_VIEW_ORIGINAL]);
    sb_session_update_look (session);
    sb_session_watch_analysis (session);
  }
  static const int all[] = {RECORDING, SPAN, COLOURS, SOURCE, EDITS, TOOL, PLAYHEAD};
  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    g_signal_emit (session, signals[all[i]], 0);
}

SbSnapshot *
sb_session_snapshot (SbSession *session)
{
  return session->recording ? sb_document_snapshot (session->recording->document) : NULL;
}

const SbRecording *
sb_session_recording (SbSession *session)
{
  return session->recording;
}

SbPool *
sb_session_pool (SbSession *session)
{
  return session->pool;
}

/* --- painting --- */

bool
sb_session_apply (SbSession *session, SbOperation *op, GError **error)
{
  if (!session->recording) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "No recording is open. Open one first.");
    return false;
  }
  g_autofree char *id = g_strdup (sb_operation_id (op));
  session->stroking = false;
  sb_session_settle (session);
  if (!sb_document_apply (session->recording->document, op, error))
    return false;
  sb_session_select (session, id);
  return true;
}

bool
sb_session_preview (SbSession *session, SbOperation *op, GError **error)
{
  session->stroking = session->recording && op;
  return session->recording && sb_document_preview (session->recording->document, op, error);
}

void
sb_session_say (SbSession *session, const char *sentence)
{
  g_signal_emit (session, signals[MESSAGE], 0, sentence);
}

bool
sb_session_refuses (SbSession *session)
{
  const char *why = session->recording ? sb_document_why_read_only (session->recording->document) : NULL;
  if (why)
    sb_session_say (session, why);
  return why != NULL;
}

void
sb_session_undo (SbSession *session)
{
  sb_session_settle (session);
  if (session->recording && sb_document_can_undo (session->recording->document))
    sb_document_undo (session->recording->document);
}

void
sb_session_redo (SbSession *session)
{
  sb_session_settle (session);
  if (session->recording && sb_document_can_redo (session->recording->document))
    sb_document_redo (session->recording->document);
}

SbTool
sb_session_tool (SbSession *session)
{
  return session->tool;
}

void
sb_session_set_tool (SbSession *session, SbTool tool)
{
  if (session->tool == tool)
    return;
  session->tool = tool;
  g_signal_emit (session, signals[TOOL], 0);
}

const SbBrush *
sb_session_brush (SbSession *session)
{
  return &session->brush;
}

void
sb_session_set_brush (SbSession *session, const SbBrush *brush)
{
  session->brush_is_mine = session->brush_is_mine || brush->duration_s != session->brush.duration_s ||
                           brush->bandwidth_hz != session->brush.bandwidth_hz;
  session->brush = *brush;
  session->brush.duration_s = CLAMP (brush->duration_s, 1e-5, 60);
  session->brush.bandwidth_hz = CLAMP (brush->bandwidth_hz, 0.01, 1e6);
  session->brush.gain_db = brush->gain_db <= -60 ? -INFINITY : MIN (brush->gain_db, 24);
  session->brush.comb_hz = CLAMP (brush->comb_hz, 0.01, 1e6);
  session->brush.count = CLAMP (brush->count, 1, 10000);
  session->brush.soft = CLAMP (brush->soft, 0, 1);
  g_signal_emit (session, signals[TOOL], 0);
}

/* --- the object --- */

static void
sb_session_dispose (GObject *object)
{
  SbSession *session = SB_SESSION (object);
  recording_drop (session);
  g_clear_pointer (&session->player, sb_player_free);
  g_clear_pointer (&session->selected, g_free);
  g_clear_pointer (&session->device, g_free);
  G_OBJECT_CLASS (sb_session_parent_class)->dispose (object);
}

static void
sb_session_class_init (SbSessionClass *class)
{
  static const char *const plain[] = {
      [RECORDING] = "recording", [SPAN] = "span",   [COLOURS] = "colours", [SOURCE] = "source",
      [SELECTED] = "selected",   [EDITS] = "edits", [TOOL] = "tool",       [PLAYHEAD] = "playhead",
      [LISTENING] = "listening", [HOVERED] = "hovered", [ANALYSIS] = "analysis"};
  G_OBJECT_CLASS (class)->dispose = sb_session_dispose;
  for (size_t i = 0; i < G_N_ELEMENTS (plain); i++)
    if (plain[i])
      signals[i] = g_signal_new (plain[i], SB_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PIXELS] = g_signal_new ("pixels", SB_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                  G_TYPE_INT, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[WAVES] = g_signal_new ("waves", SB_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                 G_TYPE_INT, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[PROBLEM] =
      g_signal_new ("problem", SB_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[MESSAGE] =
      g_signal_new ("message", SB_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sb_session_init (SbSession *session)
{
  session->view = SB_VIEW_RESULT;
  session->width_px = 1000;
  session->px_per_s = 1000;
  session->scale = 1;
  session->high_hz = 1;
  session->volume = 1;
  session->look = (SbLook){SB_SCALE_MEL, SB_COLORMAP_MAGMA, -100, -20, true};
  session->brush = (SbBrush){0.12, 840, -INFINITY, 0.35, false, -1, 60, 8};
  session->player = sb_player_new (sb_sink_new_default ());
  sb_session_sound_init (session);
}

SbSession *
sb_session_new (SbPool *pool)
{
  SbSession *session = g_object_new (SB_TYPE_SESSION, NULL);
  session->pool = pool;
  return session;
}
