/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The control thread: the only one that calls the sink, since any of its calls
 * may take long or never return.  A watchdog compares the count of callbacks. */
#include "base/sb-error.h"
#include "document/sb-player-private.h"

#include <string.h>

#define STALL_NS INT64_C (700000000)
#define TAIL_S   0.060 /* silence after the end: stopping throws away what the device still holds */
#define HUSH_MS  60    /* for the fade before a stop; a device that takes no more frames is not waited for */

const char sb_player_stalled_text[] =
    "The sound device stopped answering. Check that it is connected and press Play again.";
static const char gone_text[] = "The sound device went away. Connect one and press Play again.";
static const char no_rate_text[] =
    "The sound device cannot play any of the usual sample rates. Choose another device and press Play again.";
static const char none_text[] = "No sound device was found. Connect one and press Play again.";

static bool
goes_on (const SbPlayer *p)
{
  return !p->quit && p->want && p->request == p->handled && !p->failed;
}

/* Recordings are played at their own rate where the device takes it. */
int
sb_player_rate (const SbPlayer *p)
{
  static const int others[] = {SB_LISTENING_RATE, 44100, 96000, 192000};
  if (p->n_refused > 0)
    return others[MIN (p->n_refused, (int)G_N_ELEMENTS (others)) - 1];
  return sb_listening_keeps_frames (&p->listening) ? sb_source_rate (p->source) : SB_LISTENING_RATE;
}

static void
begin_session (SbPlayer *p)
{
  p->handled = p->request;
  p->heard.n = p->coming.n = 0;
  p->heard_most = 0;
  p->seek_position = -1;
  p->prefilled = p->ended = p->failed = p->changing = false;
  p->session_rate = sb_player_rate (p);
  sb_lanes_begin (p->lanes, MAX (1, (int64_t)(SB_PLAYER_FADE_S * p->session_rate)));
  atomic_store (&p->hush, false);
  atomic_store (&p->hushed, false);
  atomic_store (&p->callback_ns, 0);
  atomic_store (&p->callback_frames, 0);
  atomic_store (&p->latency_frames, 0);
  const unsigned volume = atomic_load (&p->volume);
  memcpy (&p->gain, &volume, sizeof p->gain);
  p->session = p->fresh = true;
  p->feeder_idle = false;
  pthread_cond_broadcast (&p->changed);
  while (goes_on (p) && !p->prefilled)
    pthread_cond_wait (&p->changed, &p->lock);
}

/* Under the lock, given back meanwhile. */
static bool
start_device (SbPlayer *p)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *device = g_strdup (p->device);
  const int rate = p->session_rate;
  const double latency_s = p->latency_s;
  p->device_call_since_ns = sb_player_now_ns ();
  p->output_changed = false;
  pthread_mutex_unlock (&p->lock);
  if (p->sink->klass->configure)
    p->sink->klass->configure (p->sink, device, latency_s);
  const bool started = p->sink->klass->start (p->sink, rate, 2, sb_player_render, p, &error);
  if (started)
    atomic_store (&p->latency_frames, (int64_t)(p->sink->klass->latency_s (p->sink) * rate));
  pthread_mutex_lock (&p->lock);
  p->device_call_since_ns = 0;
  if (started)
    return true;
  if (g_error_matches (error, SB_ERROR, SB_ERROR_DEVICE_RATE) && p->n_refused < 4) {
    p->n_refused++;
    if (p->want && p->request == p->handled)
      p->request++; /* the same again at another rate */
  } else
    sb_player_fail (p, p->n_refused >= 4 ? no_rate_text : error ? error->message : none_text);
  return false;
}

/* The last 10 ms fade: a stop in the middle of a wave would click. */
static void
stop_device (SbPlayer *p)
{
  const bool runs = !p->failed && !p->problem && !p->ended;
  atomic_store_explicit (&p->hush, true, memory_order_release);
  for (int ms = 0; runs && ms < HUSH_MS && !atomic_load_explicit (&p->hushed, memory_order_acquire); ms += 2)
    sb_player_wait_ms (p, 2);
  p->device_call_since_ns = sb_player_now_ns ();
  pthread_mutex_unlock (&p->lock);
  p->sink->klass->stop (p->sink);
  pthread_mutex_lock (&p->lock);
  p->device_call_since_ns = 0;
}

static void
list_devices (SbPlayer *p)
{
  p->look_for_devices = false;
  pthread_mutex_unlock (&p->lock);
  GPtrArray *devices = p->sink->klass->list_devices ? p->sink->klass->list_devices (p->sink)
                                                    : g_ptr_array_new_with_free_func (g_free);
  pthread_mutex_lock (&p->lock);
  if (p->look_for_devices) /* asked for again meanwhile: a newer one comes */
    g_ptr_array_unref (devices);
  else
    p->devices = devices;
}

/* All was played once the device has had the time to sound it. */
static void
watch_end (SbPlayer *p, int64_t now, int64_t *empty_ns)
{
  if (!p->ended || sb_lanes_now (p->lanes) < sb_lanes_reach (p->lanes, p->under_way)) {
    *empty_ns = 0;
    return;
  }
  if (*empty_ns == 0)
    *empty_ns = now;
  const double latency_s = (double)atomic_load (&p->latency_frames) / p->session_rate;
  if ((double)(now - *empty_ns) * 1e-9 >= latency_s + TAIL_S && goes_on (p)) {
    p->rest_position = MIN (p->play_to, sb_source_n_frames (p->source));
    p->want = false;
  }
}

static void
watch (SbPlayer *p)
{
  uint64_t callbacks = 0;
  int64_t alive_ns = sb_player_now_ns (), empty_ns = 0;
  while (goes_on (p)) {
    sb_player_wait_ms (p, 20);
    const int64_t now = sb_player_now_ns ();
    const uint64_t n = p->sink->klass->n_callbacks (p->sink);
    if (n != callbacks)
      alive_ns = now;
    callbacks = n;
    if (!goes_on (p))
      return;
    if (p->sink->klass->is_alive && !p->sink->klass->is_alive (p->sink))
      sb_player_fail (p, gone_text);
    else if (now - alive_ns >= STALL_NS)
      sb_player_fail (p, sb_player_stalled_text);
    else if (p->output_changed) {
      p->play_from = sb_player_position_now (p);
      p->request++;
    }
    if (p->look_for_devices)
      list_devices (p);
    watch_end (p, now, &empty_ns);
  }
}

static void
run_session (SbPlayer *p)
{
  begin_session (p);
  if (goes_on (p) && start_device (p)) {
    watch (p);
    stop_device (p);
  }
  p->session = false;
  pthread_cond_broadcast (&p->changed);
  while (!p->feeder_idle)
    pthread_cond_wait (&p->changed, &p->lock);
}

void *
sb_player_run_control (void *data)
{
  SbPlayer *p = data;
  pthread_setname_np (pthread_self (), "sb-sound");
  pthread_mutex_lock (&p->lock);
  while (!p->quit) {
    if (p->look_for_devices)
      list_devices (p);
    else if (p->want && p->request != p->handled && p->source)
      run_session (p);
    else
      pthread_cond_wait (&p->changed, &p->lock);
  }
  pthread_mutex_unlock (&p->lock);
  return NULL;
}
