/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inspector's questions to workers: slice, measurement. */
#include "ui/sb-inspector-private.h"
#include "ui/sb-worker-bridge.h"

#define PRIORITY (-2) /* as the pointer's readout: before tiles */

typedef struct {
  SbInspector *inspector; /* referenced */
  SbSource *source;
  SbStft *stft;
  double from_s, to_s; /* slice */
  SbBox box;           /* measurement */
  int channel;
  SbProgress *progress;
  SbSlice *slice;
  SbMeasurement measurement;
  bool done;
  GError *error;
} Question;

static void
question_free (void *data)
{
  Question *q = data;
  sb_source_unref (q->source);
  sb_stft_unref (q->stft);
  sb_progress_unref (q->progress);
  sb_slice_free (q->slice);
  g_clear_error (&q->error);
  g_object_unref (q->inspector);
  g_free (q);
}

static Question *
question_new (SbInspector *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  g_autoptr (SbSnapshot) snapshot = sb_session_snapshot (self->session);
  Question *q = g_new0 (Question, 1);
  q->inspector = g_object_ref (self);
  q->source = sb_source_ref (snapshot->source[sb_session_view (self->session)]);
  q->stft = sb_stft_ref (recording->readout_stft);
  q->channel = -1;
  q->progress = sb_progress_new ();
  return q;
}

static void
slice_work (void *data)
{
  Question *q = data;
  q->slice = sb_slice_new (q->source, q->stft, q->from_s, q->to_s, q->channel, q->progress, &q->error);
}

static void
slice_done (void *data)
{
  Question *q = data;
  SbInspector *self = q->inspector;
  self->slice_busy = false;
  if (!self->session || !sb_session_recording (self->session))
    return;
  if (q->slice) {
    sb_slice_free (self->slice);
    self->slice_channel = q->channel;
    self->slice = g_steal_pointer (&q->slice);
    sb_inspector_emit (self, "results");
  }
  if (self->slice_again) {
    self->slice_again = false;
    sb_inspector_ask_slice (self);
  }
}

/* At the pointer; beside the canvas, the average over the box; without one, at the playhead. */
void
sb_inspector_ask_slice (SbInspector *self)
{
  if (!self->watched || !self->session || !sb_session_recording (self->session))
    return;
  if (self->slice_busy) {
    self->slice_again = true;
    return;
  }
  Question *q = question_new (self);
  self->slice_busy = true;
  q->from_s = q->to_s = self->inside ? self->at.t_s : sb_session_playhead (self->session);
  q->channel = self->inside ? self->at.channel : -1;
  if (!self->inside && self->has_box) {
    q->from_s = self->box.from_s;
    q->to_s = self->box.to_s;
    q->channel = self->box_channel;
  }
  sb_bridge_run (sb_session_pool (self->session), self, PRIORITY, slice_work, slice_done, q, question_free);
}

static void
measure_work (void *data)
{
  Question *q = data;
  q->done = sb_measure (q->source, q->stft, &q->box, q->channel, &q->measurement, q->progress, &q->error);
}

static bool
is_of_box (const SbInspector *self, const Question *q)
{
  const SbBox *a = &self->box, *b = &q->box;
  return self->has_box && self->box_channel == q->channel && a->from_s == b->from_s && a->to_s == b->to_s &&
         a->low_hz == b->low_hz && a->high_hz == b->high_hz;
}

static void
measure_done (void *data)
{
  Question *q = data;
  SbInspector *self = q->inspector;
  const bool again = self->measure_again;
  self->measure_again = false;
  g_clear_pointer (&self->measure_progress, sb_progress_unref);
  if (!self->session || !sb_session_recording (self->session))
    return;
  if (again)
    sb_inspector_ask_measurement (self);
  else if (q->done && is_of_box (self, q)) {
    self->measurement = q->measurement;
    self->measured = true;
  } else if (q->error && !g_error_matches (q->error, SB_ERROR, SB_ERROR_CANCELLED))
    sb_session_say (self->session, q->error->message);
  sb_inspector_emit (self, "results");
}

/* What is under way is of another box or another sound, whether or not somebody looks at it. */
void
sb_inspector_ask_measurement (SbInspector *self)
{
  if (self->measure_progress) {
    sb_progress_cancel (self->measure_progress);
    self->measure_again = true;
    return;
  }
  if (!self->watched || !self->has_box || !self->session || !sb_session_recording (self->session))
    return;
  Question *q = question_new (self);
  q->box = self->box;
  q->channel = self->box_channel;
  self->measure_progress = sb_progress_ref (q->progress);
  sb_bridge_run (sb_session_pool (self->session), self, PRIORITY + 1, measure_work, measure_done, q, question_free);
}
