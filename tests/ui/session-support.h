/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A session with a recording, as a window has it, without the window; workers
 * that wait until a test lets them go on. */
#pragma once
#include "document/sb-export.h"
#include "sb-test.h"
#include "ui/sb-session.h"

#include <stdatomic.h>

/* The main loop, until the condition holds. */
#define PUMP_UNTIL(condition)                                                                                          \
  for (int pumped = 0; !(condition); pumped++) {                                                                       \
    g_assert_cmpint (pumped, <, 15000);                                                                                \
    if (!g_main_context_iteration (NULL, FALSE))                                                                       \
      g_usleep (2000);                                                                                                 \
  }

/* What is kept between starts lies in the test's own folder.  (GLib's own way of doing this leaks.) */
static inline void
session_init (int *argc, char ***argv)
{
  static const char *const homes[] = {"XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"};
  g_test_init (argc, argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (homes); i++) {
    g_autofree char *path = sb_test_path (homes[i]);
    g_setenv (homes[i], path, TRUE);
  }
}

static inline SbSession *
session_with_recording (SbPool *pool, const char *name)
{
  g_autofree char *path = sb_test_path (name);
  g_autoptr (SbSource) noise = sb_test_noise_source (1, 48000, 1, 48000);
  g_autoptr (GError) error = NULL;
  sb_export_source (noise, path, "pcm_16", NULL, &error);
  g_assert_no_error (error);
  const SbOpenRequest request = {.path = path};
  SbRecording *recording = sb_recording_open (&request, pool, NULL, &error);
  g_assert_no_error (error);
  SbSession *session = sb_session_new (pool);
  sb_session_take_recording (session, recording);
  return session;
}

static inline void
session_end (SbSession *session, SbPool *pool)
{
  sb_session_take_recording (session, NULL);
  g_object_unref (session);
  sb_pool_free (pool);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* A job that holds up its worker. */
typedef struct {
  atomic_bool held, open;
} Gate;

static inline void
gate_wait (void *data)
{
  Gate *gate = data;
  atomic_store (&gate->held, true);
  while (!atomic_load (&gate->open))
    g_usleep (500);
}

/* From now on the pool's only worker waits. */
static inline void
gate_close (Gate *gate, SbPool *pool)
{
  g_assert_cmpint (sb_pool_n_threads (pool), ==, 1);
  atomic_store (&gate->held, false);
  atomic_store (&gate->open, false);
  sb_pool_push (pool, gate, -1000, gate_wait, gate, NULL);
  for (int i = 0; i < 15000 && !atomic_load (&gate->held); i++)
    g_usleep (1000);
  g_assert_true (atomic_load (&gate->held));
}

static inline void
gate_open (Gate *gate)
{
  atomic_store (&gate->open, true);
}
