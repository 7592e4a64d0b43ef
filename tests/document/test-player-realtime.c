/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the device callback must never do.  This program defines the functions
 * of the C library that take a lock, allocate, write or wait, and so stands in
 * front of them for every library it has loaded; while a callback of the player
 * is under way on a thread, each call is counted, then passed on.  Strokes,
 * seeks, loops, volume and other ways of listening change all the while. */
#include "document/sb-document.h"
#include "document/sb-player.h"
#include "fake-sink.h"

#include <dlfcn.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define RATE 48000

static _Thread_local bool inside;
static atomic_int n_trapped, n_callbacks;
static const char *_Atomic first_trapped;

static void
trap (const char *name)
{
  if (!inside)
    return;
  if (atomic_fetch_add (&n_trapped, 1) == 0)
    atomic_store (&first_trapped, name);
}

#define PASS_ON(type, name, parameters, arguments)                                                                     \
  type name parameters;                                                                                                \
  type name parameters                                                                                                 \
  {                                                                                                                    \
    static type (*real) parameters;                                                                                    \
    if (!real)                                                                                                         \
      real = (type (*) parameters)dlsym (RTLD_NEXT, #name);                                                            \
    trap (#name);                                                                                                      \
    return real arguments;                                                                                             \
  }

/* The allocator has names under which it can be reached without looking them up, which allocates. */
#define PASS_TO(type, name, parameters, arguments)                                                                     \
  extern type __libc_##name parameters;                                                                                \
  type name parameters;                                                                                                \
  type name parameters                                                                                                 \
  {                                                                                                                    \
    trap (#name);                                                                                                      \
    return __libc_##name arguments;                                                                                    \
  }

/* clang-format off */
PASS_TO (void *, malloc, (size_t size), (size))
PASS_TO (void *, calloc, (size_t n, size_t size), (n, size))
PASS_TO (void *, realloc, (void *old, size_t size), (old, size))
PASS_TO (void *, memalign, (size_t alignment, size_t size), (alignment, size))
PASS_ON (int, pthread_mutex_lock, (pthread_mutex_t *lock), (lock))
PASS_ON (int, pthread_mutex_trylock, (pthread_mutex_t *lock), (lock))
PASS_ON (int, pthread_mutex_unlock, (pthread_mutex_t *lock), (lock))
PASS_ON (int, pthread_rwlock_rdlock, (pthread_rwlock_t *lock), (lock))
PASS_ON (int, pthread_rwlock_wrlock, (pthread_rwlock_t *lock), (lock))
PASS_ON (int, pthread_spin_lock, (pthread_spinlock_t *lock), (lock))
PASS_ON (int, pthread_cond_wait, (pthread_cond_t *cond, pthread_mutex_t *lock), (cond, lock))
PASS_ON (int, pthread_cond_timedwait, (pthread_cond_t *cond, pthread_mutex_t *lock, const struct timespec *t), (cond, lock, t))
PASS_ON (int, pthread_cond_signal, (pthread_cond_t *cond), (cond))
PASS_ON (int, pthread_cond_broadcast, (pthread_cond_t *cond), (cond))
PASS_ON (ssize_t, write, (int fd, const void *data, size_t n), (fd, data, n))
PASS_ON (ssize_t, read, (int fd, void *data, size_t n), (fd, data, n))
PASS_ON (ssize_t, pread, (int fd, void *data, size_t n, off_t at), (fd, data, n, at))
PASS_ON (int, close, (int fd), (fd))
PASS_ON (FILE *, fopen, (const char *path, const char *mode), (path, mode))
PASS_ON (size_t, fwrite, (const void *data, size_t size, size_t n, FILE *file), (data, size, n, file))
PASS_ON (int, vfprintf, (FILE *file, const char *format, va_list arguments), (file, format, arguments))
PASS_ON (int, usleep, (useconds_t us), (us))
PASS_ON (int, nanosleep, (const struct timespec *t, struct timespec *left), (t, left))
PASS_ON (int, sched_yield, (void), ())
PASS_ON (int, poll, (struct pollfd *fds, nfds_t n, int ms), (fds, n, ms))
/* clang-format on */

extern void __libc_free (void *block);
void free (void *block);
void
free (void *block)
{
  trap ("free");
  __libc_free (block);
}

static void
around (bool entered)
{
  inside = entered;
  atomic_fetch_add (&n_callbacks, entered);
}

static SbSource *
make_noise (int64_t n)
{
  g_autofree float *frames = g_new (float, (gsize)(2 * n));
  for (int64_t i = 0; i < 2 * n; i++)
    frames[i] = (float)g_test_rand_double_range (-0.5, 0.5);
  return sb_memory_source_new (frames, n, 2, RATE);
}

static void
change_something (SbPlayer *player, SbDocument *document, int k)
{
  const double at = (double)sb_player_position (player) / RATE;
  SbListening listening = SB_LISTENING_PLAIN;
  g_autoptr (GError) error = NULL;
  SbOpSpec spec;
  sb_op_spec_init (&spec, SB_OP_BOX);
  spec.from_s = MAX (0, at - 0.1);
  spec.to_s = at + 0.5;
  spec.low_hz = 1000;
  spec.high_hz = 2000 + 10 * k;
  spec.gain_db = -INFINITY;
  g_autoptr (SbOperation) op = sb_operation_new (&spec, &error);
  g_assert_true (sb_document_preview (document, op, &error));
  g_autoptr (SbSnapshot) snapshot = sb_document_snapshot (document);
  sb_player_set_source (player, snapshot->source[k % 5 == 0 ? SB_VIEW_REMOVED : SB_VIEW_RESULT]);
  sb_player_set_volume (player, k % 7 ? 1 : 0.5);
  if (k % 9 == 0)
    sb_player_seek (player, RATE + 100 * k);
  sb_player_set_loop (player, k % 11 > 5, RATE, RATE + 20000);
  listening.muted_channels = k % 13 == 0;
  listening.high_hz = k % 17 == 0 ? 4000 : 0;
  sb_player_set_listening (player, &listening);
}

/* That the traps work at all. */
static void
test_traps (void)
{
  around (true);
  g_free (g_strdup_printf ("%d", atomic_load (&n_callbacks)));
  around (false);
  g_assert_cmpint (atomic_load (&n_trapped), >=, 2);
  atomic_store (&n_trapped, 0);
  atomic_store (&n_callbacks, 0);
  atomic_store (&first_trapped, NULL);
}

static void
test_callback (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSource) source = make_noise (10 * RATE);
  g_autoptr (SbDocument) document = sb_document_new (source, NULL, &error);
  g_assert_no_error (error);
  FakeSink *sink = fake_sink_new (240, 4, 0);
  sink->around = around;
  SbPlayer *player = sb_player_new (&sink->base);
  sb_player_set_source (player, source);
  sb_player_play (player, 0);
  for (int k = 0; k < 200; k++) {
    change_something (player, document, k);
    if (k == 100)
      atomic_store (&sink->gulp_frames, RATE / 4); /* an underrun too */
    g_usleep (10000);
    if (!sb_player_is_playing (player))
      sb_player_play (player, 0);
  }
  const SbPlayerCounts counts = sb_player_counts (player);
  sb_player_free (player);
  g_test_message ("%d callbacks, %d crossfades, %d underruns, %d calls that must not be%s%s", atomic_load (&n_callbacks),
                  (int)counts.crossfades, (int)counts.underruns, atomic_load (&n_trapped),
                  atomic_load (&first_trapped) ? ", the first " : "",
                  atomic_load (&first_trapped) ? atomic_load (&first_trapped) : "");
  g_assert_cmpint (atomic_load (&n_callbacks), >, 100);
  g_assert_cmpint (counts.crossfades, >, 50);
  g_assert_cmpint (counts.underruns, >, 0);
  g_assert_cmpint (atomic_load (&n_trapped), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/player/realtime/traps-work", test_traps);
  g_test_add_func ("/player/realtime/callback-calls-nothing", test_callback);
  return g_test_run ();
}
