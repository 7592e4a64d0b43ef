/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where sound goes: PortAudio, or a null sink that paces itself by the clock
 * and may record what it was given.  The render function is called on the
 * device's thread: no lock, allocation, log, file or GTK in it. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct SbSink SbSink;
/* out: float[n_frames][channels], must be filled whole.  Thread: device callback. */
typedef void (*SbRenderFunc) (void *data, float *out, int64_t n_frames);

typedef struct {
  /* Thread: the player's, never UI.  Blocks: device. */
  /* SB_ERROR_DEVICE_RATE: this device, but another rate.  SB_ERROR_NO_DEVICE: nothing to play on. */
  bool (*start) (SbSink *sink, int rate, int channels, SbRenderFunc render, void *data, GError **error);
  void (*stop) (SbSink *sink); /* returns when render is no longer called; never hangs (abort) */
  /* Callbacks so far; a watchdog compares.  Thread: any, atomic. */
  uint64_t (*n_callbacks) (SbSink *sink);
  double (*latency_s) (SbSink *sink); /* while started */
  void (*free) (SbSink *sink);
  /* The rest may be NULL.  False once the device has ended by itself.  Thread: the player's. */
  bool (*is_alive) (SbSink *sink);
  /* For the next start: a name of the list, NULL the default; 0: the usual latency.  Thread: the player's. */
  void (*configure) (SbSink *sink, const char *device, double latency_s);
  /* Names (char*), newly allocated; what is plugged in meanwhile is seen while not started.  Thread: the player's.
   * Blocks: up to 0.2 s. */
  GPtrArray *(*list_devices) (SbSink *sink);
} SbSinkClass;

struct SbSink {
  const SbSinkClass *klass;
};

SbSink *sb_portaudio_sink_new (void);                 /* always succeeds; start() tells about devices */
/* record_path: NULL, or a float32 WAV of all that was rendered, written by a thread of the sink's own (whole when
 * stopped).  speed: 1 real time, 0 as fast as it can. */
SbSink *sb_null_sink_new (const char *record_path, double speed);
/* By SONOBRUSH_SINK: "null", "null:FILE.wav", else PortAudio (null when built without). */
SbSink *sb_sink_new_default (void);
void sb_sink_free (SbSink *sink);
