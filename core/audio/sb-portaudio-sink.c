/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The default output device, through PortAudio.  Starting the library looks
 * for every device of the machine (30–130 ms), so it happens on the first
 * start, on the player's thread; it prints about a hundred lines on standard
 * error meanwhile, which are silenced.  After a failure the library is shut
 * down, so that the next attempt sees devices that have come since. */
#include "audio/sb-sink.h"
#include "base/sb-error.h"
#include "sb-config.h"

#ifdef SB_HAVE_PORTAUDIO
#include <dlfcn.h>
#include <fcntl.h>
#include <portaudio.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define LATENCY_S 0.02

typedef struct {
  SbSink base;
  /* the player's thread */
  bool initialised;
  PaStream *stream;
  double latency_s;
  char *wanted_device; /* NULL: the default */
  double wanted_latency_s;
  /* the callback's while a stream runs */
  SbRenderFunc render;
  void *data;
  atomic_uint_fast64_t n_callbacks;
} PaSink;

static pthread_mutex_t stderr_lock = PTHREAD_MUTEX_INITIALIZER;

/* Standard error is the whole process's: it is turned away for as short as can
 * be, and a failure to do so only leaves the lines visible. */
static int
silence_stderr (void)
{
  pthread_mutex_lock (&stderr_lock);
  const int kept = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nowhere = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  if (kept >= 0 && nowhere >= 0)
    dup2 (nowhere, STDERR_FILENO);
  if (nowhere >= 0)
    close (nowhere);
  return kept;
}

static void
restore_stderr (int kept)
{
  if (kept >= 0) {
    dup2 (kept, STDERR_FILENO);
    close (kept);
  }
  pthread_mutex_unlock (&stderr_lock);
}

static int
on_device (const void *input, void *output, unsigned long n_frames, const PaStreamCallbackTimeInfo *time,
           PaStreamCallbackFlags flags, void *data)
{
  PaSink *sink = data;
  sink->render (sink->data, output, (int64_t)n_frames);
  atomic_fetch_add_explicit (&sink->n_callbacks, 1, memory_order_relaxed);
  return paContinue;
}

static void
shut_down (PaSink *sink)
{
  if (sink->initialised)
    Pa_Terminate ();
  sink->initialised = false;
}

/* With a configuration of ALSA that names no default device, starting the
 * library ends the process by an assertion (19.6, “devIdx < numDeviceNames”):
 * the same question is asked of ALSA beforehand, if it is loaded at all. */
static bool
alsa_is_usable (void)
{
  void *alsa = dlopen ("libasound.so.2", RTLD_LAZY | RTLD_NOLOAD);
  if (!alsa)
    return true;
  int (*update) (void) = (int (*) (void))dlsym (alsa, "snd_config_update");
  int (*search) (void *, const char *, void **) =
      (int (*) (void *, const char *, void **))dlsym (alsa, "snd_config_search");
  void **config = dlsym (alsa, "snd_config");
  void *found = NULL;
  const bool usable = !update || !search || !config ||
                      (update () >= 0 && *config &&
                       (search (*config, "pcm.default", &found) >= 0 || search (*config, "pcm.dmix", &found) >= 0));
  dlclose (alsa);
  return usable;
}

static PaError
initialise (PaSink *sink)
{
  if (sink->initialised)
    return paNoError;
  if (!alsa_is_usable ())
    return paDeviceUnavailable;
  const PaError status = Pa_Initialize ();
  sink->initialised = status == paNoError;
  return status;
}

/* A device that is not there now is not an end: the default one plays. */
static PaDeviceIndex
find_device (const char *name)
{
  for (PaDeviceIndex i = 0; name && i < Pa_GetDeviceCount (); i++) {
    const PaDeviceInfo *info = Pa_GetDeviceInfo (i);
    if (info && info->maxOutputChannels >= 2 && strcmp (info->name, name) == 0)
      return i;
  }
  return Pa_GetDefaultOutputDevice ();
}

/* Where the user may (RLIMIT_RTPRIO), the callback's thread comes before all that only computes: it takes microseconds,
 * and what comes late is heard.  The call believes any stream to be ALSA's. */
static void
ask_for_realtime (PaStream *stream, const PaDeviceInfo *info)
{
  PaError (*enable) (PaStream *, int) =
      (PaError (*) (PaStream *, int))dlsym (RTLD_DEFAULT, "PaAlsa_EnableRealtimeScheduling");
  const PaHostApiInfo *api = Pa_GetHostApiInfo (info->hostApi);
  if (enable && api && api->type == paALSA)
    enable (stream, 1);
}

static PaError
open_stream (PaSink *sink, int rate, int channels)
{
  PaError status = initialise (sink);
  if (status != paNoError)
    return status;
  const PaDeviceIndex device = find_device (sink->wanted_device);
  const PaDeviceInfo *info = device == paNoDevice ? NULL : Pa_GetDeviceInfo (device);
  if (!info)
    return paDeviceUnavailable;
  const PaStreamParameters output = {
      .device = device,
      .channelCount = channels,
      .sampleFormat = paFloat32,
      .suggestedLatency = sink->wanted_latency_s > 0 ? sink->wanted_latency_s : LATENCY_S,
  };
  status =
      Pa_OpenStream (&sink->stream, NULL, &output, rate, paFramesPerBufferUnspecified, paDitherOff, on_device, sink);
  if (status != paNoError) {
    sink->stream = NULL;
    return status;
  }
  ask_for_realtime (sink->stream, info);
  return Pa_StartStream (sink->stream);
}

static bool
pa_start (SbSink *base, int rate, int channels, SbRenderFunc render, void *data, GError **error)
{
  PaSink *sink = (PaSink *)base;
  sink->render = render;
  sink->data = data;
  const int kept = silence_stderr ();
  const PaError status = open_stream (sink, rate, channels);
  if (status == paNoError) {
    const PaStreamInfo *info = Pa_GetStreamInfo (sink->stream);
    sink->latency_s = info ? info->outputLatency : 0;
  } else {
    if (sink->stream)
      Pa_CloseStream (sink->stream);
    sink->stream = NULL;
    shut_down (sink);
  }
  restore_stderr (kept);
  if (status == paInvalidSampleRate)
    g_set_error (error, SB_ERROR, SB_ERROR_DEVICE_RATE,
                 "The sound device cannot play %d Hz. Choose another device and press Play again.", rate);
  else if (status != paNoError)
    g_set_error (error, SB_ERROR, SB_ERROR_NO_DEVICE, "No sound device was found. Connect one and press Play again.");
  return status == paNoError;
}

/* Stopping in order waits for the device, which may be suspended or gone:
 * measured over 10 s.  Aborting takes under a millisecond. */
static void
pa_stop (SbSink *base)
{
  PaSink *sink = (PaSink *)base;
  if (!sink->stream)
    return;
  const bool ended_by_itself = Pa_IsStreamActive (sink->stream) != 1;
  Pa_AbortStream (sink->stream);
  Pa_CloseStream (sink->stream);
  sink->stream = NULL;
  if (ended_by_itself)
    shut_down (sink);
}

static uint64_t
pa_n_callbacks (SbSink *base)
{
  return atomic_load_explicit (&((PaSink *)base)->n_callbacks, memory_order_relaxed);
}

static bool
pa_is_alive (SbSink *base)
{
  PaSink *sink = (PaSink *)base;
  return sink->stream && Pa_IsStreamActive (sink->stream) == 1;
}

static void
pa_configure (SbSink *base, const char *device, double latency_s)
{
  PaSink *sink = (PaSink *)base;
  g_free (sink->wanted_device);
  sink->wanted_device = g_strdup (device);
  sink->wanted_latency_s = latency_s;
}

/* The library looks at the machine when it starts: begun anew unless it plays. */
static GPtrArray *
pa_list_devices (SbSink *base)
{
  PaSink *sink = (PaSink *)base;
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const int kept = silence_stderr ();
  if (!sink->stream)
    shut_down (sink);
  if (initialise (sink) == paNoError)
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount (); i++) {
      const PaDeviceInfo *info = Pa_GetDeviceInfo (i);
      if (info && info->maxOutputChannels >= 2)
        g_ptr_array_add (names, g_strdup (info->name));
    }
  restore_stderr (kept);
  return names;
}

static double
pa_latency_s (SbSink *base)
{
  return ((PaSink *)base)->latency_s;
}

static void
pa_free (SbSink *base)
{
  PaSink *sink = (PaSink *)base;
  pa_stop (base);
  shut_down (sink);
  g_free (sink->wanted_device);
  g_free (sink);
}

static const SbSinkClass pa_class = {pa_start, pa_stop, pa_n_callbacks, pa_latency_s, pa_free,
                                     pa_is_alive, pa_configure, pa_list_devices};

SbSink *
sb_portaudio_sink_new (void)
{
  PaSink *sink = g_new0 (PaSink, 1);
  sink->base.klass = &pa_class;
  return &sink->base;
}
#else
SbSink *
sb_portaudio_sink_new (void)
{
  return sb_null_sink_new (NULL, 1);
}
#endif
