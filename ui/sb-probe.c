/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-probe.h"
#include "base/sb-units.h"
#include "ui/sb-worker-bridge.h"

#include <math.h>

#define SILENT_DB (-140.0)

struct _SbProbe {
  GObject parent;
  SbSession *session;
  char *text;
  SbReadout readout, original;
  bool known;
  bool busy, again;
  SbPlace place;
};

G_DEFINE_TYPE (SbProbe, sb_probe, G_TYPE_OBJECT)

typedef struct {
  SbProbe *probe; /* referenced */
  SbSnapshot *snapshot;
  SbStft *stft;
  SbView view;
  SbPlace place;
  char *text;
  SbReadout readout, original;
} Question;

static void
question_free (void *data)
{
  Question *question = data;
  sb_snapshot_unref (question->snapshot);
  sb_stft_unref (question->stft);
  g_object_unref (question->probe);
  g_free (question->text);
  g_free (question);
}

static char *
level_text (double db)
{
  return db < SILENT_DB ? g_strdup ("silent") : sb_format_db (db, 1);
}

static void
work (void *data)
{
  Question *q = data;
  SbReadout now, before;
  if (!sb_readout (q->snapshot->source[q->view], q->stft, &q->place, &now, NULL) ||
      !sb_readout (q->snapshot->source[SB_VIEW_ORIGINAL], q->stft, &q->place, &before, NULL))
    return;
  q->readout = now;
  q->original = before;
  g_autofree char *level = level_text (now.level_db);
  bool changed = q->view == SB_VIEW_RESULT && fabs (now.level_db - before.level_db) > 0.05 &&
                 !(now.level_db < SILENT_DB && before.level_db < SILENT_DB);
  g_autofree char *was = changed ? level_text (before.level_db) : NULL;
  q->text = was ? g_strconcat (level, "   was ", was, NULL) : g_steal_pointer (&level);
}

static void
done (void *data)
{
  Question *q = data;
  SbProbe *self = q->probe;
  g_free (self->text);
  self->known = q->text != NULL;
  self->readout = q->readout;
  self->original = q->original;
  self->text = g_steal_pointer (&q->text);
  self->busy = false;
  g_signal_emit_by_name (self, "changed");
  if (self->again) {
    self->again = false;
    SbPlace newest = self->place;
    sb_probe_ask (self, &newest);
  }
}

void
sb_probe_ask (SbProbe *self, const SbPlace *place)
{
  self->place = *place;
  const SbRecording *recording = sb_session_recording (self->session);
  if (!recording)
    return;
  if (self->busy) {
    self->again = true;
    return;
  }
  self->busy = true;
  Question *q = g_new0 (Question, 1);
  q->probe = g_object_ref (self);
  q->snapshot = sb_session_snapshot (self->session);
  q->stft = sb_stft_ref (recording->readout_stft);
  q->view = sb_session_view (self->session);
  q->place = *place;
  sb_bridge_run (sb_session_pool (self->session), self, -2, work, done, q, question_free);
}

const char *
sb_probe_text (SbProbe *self)
{
  return self->text ? self->text : "";
}

bool
sb_probe_readout (SbProbe *self, SbReadout *readout)
{
  *readout = self->readout;
  return self->known;
}

bool
sb_probe_original (SbProbe *self, SbReadout *readout)
{
  *readout = self->original;
  return self->known;
}

void
sb_probe_forget (SbProbe *self)
{
  self->known = false;
}

static void
sb_probe_finalize (GObject *object)
{
  SbProbe *self = SB_PROBE (object);
  g_object_unref (self->session);
  g_free (self->text);
  G_OBJECT_CLASS (sb_probe_parent_class)->finalize (object);
}

static void
sb_probe_class_init (SbProbeClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sb_probe_finalize;
  g_signal_new ("changed", SB_TYPE_PROBE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_probe_init (SbProbe *self)
{
}

SbProbe *
sb_probe_new (SbSession *session)
{
  SbProbe *self = g_object_new (SB_TYPE_PROBE, NULL);
  self->session = g_object_ref (session);
  return self;
}
