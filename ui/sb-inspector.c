/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One question of each kind is under way at a time.  A newer one cancels a
 * measurement that may take long and waits for its end. */
#include "ui/sb-inspector-private.h"
#include "ui/sb-session-lanes.h"

#include <math.h>

enum { POINTER, BOX, RESULTS, MARKERS, TIMES, AIDS, N_SIGNALS };
static const char *const names[N_SIGNALS] = {"pointer", "box", "results", "markers", "times", "aids"};
static guint signals[N_SIGNALS];

G_DEFINE_TYPE (SbInspector, sb_inspector, G_TYPE_OBJECT)

void
sb_inspector_emit (SbInspector *self, const char *signal)
{
  g_signal_emit_by_name (self, signal);
}

/* --- pointer --- */

void
sb_inspector_move (SbInspector *self, const SbPlace *place)
{
  if (self->inside && self->at.t_s == place->t_s && self->at.hz == place->hz && self->at.channel == place->channel)
    return;
  self->inside = true;
  self->at = *place;
  g_signal_emit (self, signals[POINTER], 0);
  sb_inspector_ask_slice (self);
}

void
sb_inspector_leave (SbInspector *self)
{
  if (!self->inside)
    return;
  self->inside = false;
  g_signal_emit (self, signals[POINTER], 0);
  sb_inspector_ask_slice (self);
}

void
sb_inspector_hand_moved (SbInspector *self)
{
  if (self->set_last == SB_SET_PLAYHEAD)
    self->set_last = SB_SET_POINTER;
}

bool
sb_inspector_pointer (SbInspector *self, double *t_s, double *hz)
{
  if (t_s)
    *t_s = self->at.t_s;
  if (hz)
    *hz = self->at.hz;
  return self->inside;
}

int
sb_inspector_pointer_channel (SbInspector *self)
{
  return self->inside ? self->at.channel : -1;
}

/* --- box --- */

void
sb_inspector_set_box (SbInspector *self, const SbBox *box)
{
  sb_inspector_set_box_in (self, box, -1);
}

void
sb_inspector_set_box_in (SbInspector *self, const SbBox *box, int channel)
{
  const SbRecording *recording = self->session ? sb_session_recording (self->session) : NULL;
  if (!recording || (!box && !self->has_box))
    return;
  self->has_box = box != NULL;
  self->box_channel = channel;
  if (box || self->set_last == SB_SET_BOX)
    self->set_last = box ? SB_SET_BOX : SB_SET_POINTER;
  self->heard = false;
  if (box) {
    self->box.from_s = CLAMP (MIN (box->from_s, box->to_s), 0, recording->duration_s);
    self->box.to_s = CLAMP (MAX (box->from_s, box->to_s), 0, recording->duration_s);
    self->box.low_hz = CLAMP (MIN (box->low_hz, box->high_hz), 0, recording->nyquist_hz);
    self->box.high_hz = CLAMP (MAX (box->low_hz, box->high_hz), 0, recording->nyquist_hz);
  }
  self->measured = false;
  g_signal_emit (self, signals[BOX], 0);
  sb_inspector_ask_slice (self);
  sb_inspector_ask_measurement (self);
}

bool
sb_inspector_box (SbInspector *self, SbBox *box)
{
  if (box)
    *box = self->box;
  return self->has_box;
}

int
sb_inspector_box_channel (SbInspector *self)
{
  return self->has_box ? self->box_channel : -1;
}

/* --- results --- */

void
sb_inspector_set_watched (SbInspector *self, bool watched)
{
  self->watched = watched;
  if (!watched)
    return;
  sb_inspector_ask_slice (self);
  if (!self->measured)
    sb_inspector_ask_measurement (self);
}

const SbSlice *
sb_inspector_slice (SbInspector *self)
{
  return self->slice;
}

int
sb_inspector_slice_channel (SbInspector *self)
{
  return self->slice ? self->slice_channel : -1;
}

const SbMeasurement *
sb_inspector_measurement (SbInspector *self)
{
  return self->has_box && self->measured ? &self->measurement : NULL;
}

bool
sb_inspector_is_measuring (SbInspector *self)
{
  return self->has_box && !self->measured && self->measure_progress;
}

char *
sb_inspector_measurement_text (SbInspector *self)
{
  const SbMeasurement *m = sb_inspector_measurement (self);
  if (!m)
    return NULL;
  g_autofree char *from = sb_inspector_format_time (self, m->box.from_s),
                  *to = sb_inspector_format_time (self, m->box.to_s);
  g_autofree char *name = sb_session_channel_short (self->session, self->box_channel);
  g_autofree char *channel = *name ? g_strdup_printf ("channel\t%s\n", name) : g_strdup ("");
  return g_strdup_printf (
      "from\t%s\nto\t%s\nduration_s\t%.6f\nlow_hz\t%.2f\nhigh_hz\t%.2f\nbandwidth_hz\t%.2f\n"
      "energy_5_hz\t%.2f\nenergy_95_hz\t%.2f\npeak_s\t%.6f\npeak_hz\t%.2f\npeak_db\t%.2f\n"
      "rms_db\t%.2f\nsnr_db\t%.2f\n%s",
      from, to, m->box.to_s - m->box.from_s, m->box.low_hz, m->box.high_hz, m->box.high_hz - m->box.low_hz,
      m->energy_low_hz, m->energy_high_hz, m->peak_s, m->peak_hz, m->peak_db, m->level_db, m->snr_db, channel);
}

/* --- how times are written --- */

SbTimeFormat
sb_inspector_times (SbInspector *self)
{
  const SbRecording *recording = self->session ? sb_session_recording (self->session) : NULL;
  return (SbTimeFormat){self->time_kind, recording ? recording->rate : 1, self->fps};
}

void
sb_inspector_set_times (SbInspector *self, SbTimeKind kind, double fps)
{
  self->time_kind = kind;
  if (fps >= 1 && fps <= 1000)
    self->fps = fps;
  g_signal_emit (self, signals[TIMES], 0);
}

bool
sb_inspector_notes (SbInspector *self)
{
  return self->notes;
}

bool
sb_inspector_harmonics (SbInspector *self)
{
  return self->harmonics;
}

void
sb_inspector_set_aids (SbInspector *self, bool notes, bool harmonics)
{
  self->notes = notes;
  self->harmonics = harmonics;
  g_signal_emit (self, signals[AIDS], 0);
}

char *
sb_inspector_format_time (SbInspector *self, double s)
{
  SbTimeFormat format = sb_inspector_times (self);
  return sb_format_time_as (&format, s, 3);
}

/* --- the session --- */

static void
forget_all (SbInspector *self)
{
  if (self->measure_progress)
    sb_progress_cancel (self->measure_progress);
  g_clear_pointer (&self->slice, sb_slice_free);
  self->has_box = self->measured = self->inside = false;
  self->selected = 0;
  self->set_last = SB_SET_PLAYHEAD;
}

static void
recording_changed (SbInspector *self)
{
  forget_all (self);
  sb_markers_free (self->markers);
  self->markers = sb_markers_new ();
  for (int s = 0; s < N_SIGNALS; s++)
    g_signal_emit (self, signals[s], 0);
  sb_inspector_ask_slice (self);
}

static void
sound_changed (SbInspector *self)
{
  self->measured = false;
  sb_inspector_ask_slice (self);
  sb_inspector_ask_measurement (self);
}

/* A stroke was painted: the hand went on from the box.  Undo, redo and muting leave it. */
static void
edits_changed (SbInspector *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const int n_done = recording ? sb_document_n_done (recording->document) : 0;
  if (n_done > 0) {
    const SbStep step = sb_document_step (recording->document, n_done - 1);
    if (step.serial > self->last_step && step.kind == SB_STEP_ADD && self->set_last == SB_SET_BOX)
      self->set_last = SB_SET_POINTER;
    self->last_step = MAX (self->last_step, step.serial);
  }
  sound_changed (self);
}

static void
playhead_changed (SbInspector *self)
{
  const bool playing = sb_session_is_playing (self->session);
  const guint n_seeks = sb_session_n_seeks (self->session);
  if (playing != self->was_playing)
    self->heard = playing;
  if (n_seeks != self->n_seeks)
    self->set_last = SB_SET_PLAYHEAD;
  self->was_playing = playing;
  self->n_seeks = n_seeks;
  if (!self->inside && !self->has_box)
    sb_inspector_ask_slice (self);
}

static void
let_go (void *data)
{
  SbInspector *self = data;
  forget_all (self);
  self->session = NULL;
  g_object_unref (self);
}

SbInspector *
sb_inspector_of (SbSession *session)
{
  SbInspector *self = g_object_get_data (G_OBJECT (session), "inspector");
  if (self)
    return self;
  self = g_object_new (SB_TYPE_INSPECTOR, NULL);
  self->session = session;
  g_object_set_data_full (G_OBJECT (session), "inspector", self, let_go);
  g_signal_connect_object (session, "recording", G_CALLBACK (recording_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "edits", G_CALLBACK (edits_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "source", G_CALLBACK (sound_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "playhead", G_CALLBACK (playhead_changed), self, G_CONNECT_SWAPPED);
  return self;
}

static void
sb_inspector_finalize (GObject *object)
{
  SbInspector *self = SB_INSPECTOR (object);
  sb_slice_free (self->slice);
  sb_markers_free (self->markers);
  sb_progress_unref (self->measure_progress);
  G_OBJECT_CLASS (sb_inspector_parent_class)->finalize (object);
}

static void
sb_inspector_class_init (SbInspectorClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sb_inspector_finalize;
  for (int s = 0; s < N_SIGNALS; s++)
    signals[s] = g_signal_new (names[s], SB_TYPE_INSPECTOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("rename", SB_TYPE_INSPECTOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("name", SB_TYPE_INSPECTOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("failed", SB_TYPE_INSPECTOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                G_TYPE_STRING);
}

static void
sb_inspector_init (SbInspector *self)
{
  self->markers = sb_markers_new ();
  self->fps = 25;
}
