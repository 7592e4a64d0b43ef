/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A monitor tells that something happened, a query tells what; read errors of
 * the picture's workers are looked for once a second, since a file on a remote
 * disk has no monitor worth the name. */
#include "ui/sb-file-watch.h"
#include "ui/sb-session-lanes.h"

#include <gio/gio.h>

enum { LOOK_EVERY_S = 1, SETTLE_MS = 200 };
#define ATTRIBUTES                                                                                                     \
  G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_TIME_MODIFIED "," G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC

typedef enum { AS_IT_WAS, GONE, SHORTER, WRITTEN, UNREADABLE } State;

struct _SbFileWatch {
  GObject parent;
  SbSession *session;
  GFile *file;
  GFileMonitor *monitor;
  GCancellable *cancellable;
  guint look, settle;
  goffset size; /* these two as of opening */
  guint64 time_us;
  State state;
};

G_DEFINE_TYPE (SbFileWatch, sb_file_watch, G_TYPE_OBJECT)

static const char *const texts[][2] = {
    [AS_IT_WAS] = {"", ""},
    [GONE] = {"The recording was moved or deleted.",
              "What has been read stays on the screen. Open the recording from its new place; the edits come along."},
    [SHORTER] = {"The recording on disk became shorter.",
                 "What has been read stays on the screen; the end cannot be read any more. Save your edits and open it "
                 "again."},
    [WRITTEN] = {"Another program has changed the recording.",
                 "The picture may show what was there before. Open the recording again to see what is there now."},
    [UNREADABLE] = {"Part of the recording cannot be read.", "What has been read stays on the screen."},
};

static void
set_state (SbFileWatch *self, State state, const char *meaning)
{
  if (state == self->state)
    return;
  self->state = state;
  g_signal_emit_by_name (self, "changed", texts[state][0], meaning ? meaning : texts[state][1]);
}

static void
on_info (GObject *file, GAsyncResult *result, void *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (file), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* data may be gone */
  SbFileWatch *self = data;
  if (!info) {
    set_state (self, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ? GONE : UNREADABLE, NULL);
    return;
  }
  goffset size = g_file_info_get_size (info);
  guint64 time_us = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED) * G_USEC_PER_SEC +
                    g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC);
  const State now = size < self->size                                ? SHORTER
                    : size != self->size || time_us != self->time_us ? WRITTEN
                                                                     : AS_IT_WAS;
  if (now != AS_IT_WAS || self->state != UNREADABLE) /* the file is as it was, and damaged all the same */
    set_state (self, now, NULL);
}

static void
ask (SbFileWatch *self)
{
  g_file_query_info_async (self->file, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, self->cancellable,
                           on_info, self);
}

static gboolean
settled (void *data)
{
  SbFileWatch *self = data;
  self->settle = 0;
  ask (self);
  return G_SOURCE_REMOVE;
}

/* A burst of events is one question. */
static void
on_event (SbFileWatch *self)
{
  if (!self->settle)
    self->settle = g_timeout_add (SETTLE_MS, settled, self);
}

static void
take_problem (SbFileWatch *self, SbSpectrogram *picture)
{
  g_autofree char *problem = picture ? sb_spectrogram_take_problem (picture) : NULL;
  if (!problem)
    return;
  ask (self); /* a better reason may be known */
  if (self->state == AS_IT_WAS)
    set_state (self, UNREADABLE, problem);
}

static gboolean
look_for_problems (void *data)
{
  SbFileWatch *self = data;
  const SbRecording *recording = sb_session_recording (self->session);
  const SbLanes lanes = sb_session_shown_lanes (self->session);
  for (int v = 0; recording && v < SB_N_VIEWS; v++) {
    take_problem (self, recording->spectrogram[v]);
    take_problem (self, recording->looked[v]);
    for (int lane = 0; lane < lanes.n; lane++)
      take_problem (self, sb_session_lane_picture (self->session, v, sb_lanes_channel (&lanes, lane)));
  }
  return G_SOURCE_CONTINUE;
}

static void
stop (SbFileWatch *self)
{
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->monitor);
  g_clear_object (&self->file);
  g_clear_handle_id (&self->look, g_source_remove);
  g_clear_handle_id (&self->settle, g_source_remove);
}

static void
recording_changed (SbFileWatch *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  stop (self);
  set_state (self, AS_IT_WAS, NULL);
  if (!recording)
    return;
  self->cancellable = g_cancellable_new ();
  self->size = sb_store_project (recording->store)->source_size_bytes;
  self->time_us = (guint64)(sb_file_source_mtime_ns (sb_document_original (recording->document)) / 1000);
  self->file = g_file_new_for_path (recording->path);
  self->monitor = g_file_monitor_file (self->file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor)
    g_signal_connect_swapped (self->monitor, "changed", G_CALLBACK (on_event), self);
  self->look = g_timeout_add_seconds (LOOK_EVERY_S, look_for_problems, self);
  ask (self);
}

bool
sb_file_watch_is_gone (const SbFileWatch *self)
{
  return self->state == GONE;
}

static void
sb_file_watch_dispose (GObject *object)
{
  SbFileWatch *self = SB_FILE_WATCH (object);
  stop (self);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (sb_file_watch_parent_class)->dispose (object);
}

static void
sb_file_watch_class_init (SbFileWatchClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_file_watch_dispose;
  g_signal_new ("changed", SB_TYPE_FILE_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                G_TYPE_STRING);
}

static void
sb_file_watch_init (SbFileWatch *self)
{
}

SbFileWatch *
sb_file_watch_new (SbSession *session)
{
  SbFileWatch *self = g_object_new (SB_TYPE_FILE_WATCH, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "recording", G_CALLBACK (recording_changed), self, G_CONNECT_SWAPPED);
  return self;
}
