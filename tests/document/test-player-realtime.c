/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the device callback must never do.  This program defines the functions
 * of the C library that take a lock, allocate, write or wait, and so stands in
 * front of them for every library it has loaded; while a callback of the player
 * is under way on a thread, each call is counted, then passed on.  Strokes,
 * seeks, loops, volume and other ways of listening change all the while.
 *
 * The callback is looked at twice: as any sink calls it, and as PortAudio does,
 * whose functions this program defines too, so that the sink for it runs as it
 * is and its own callback is the one that is watched. */
#include "document/sb-document.h"
#include "document/sb-player.h"
#include "fake-sink.h"
#include "sb-config.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef SB_HAVE_PORTAUDIO
#include <portaudio.h>
#endif

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
PASS_TO (void *, valloc, (size_t size), (size))
PASS_ON (int, posix_memalign, (void **block, size_t alignment, size_t size), (block, alignment, size))
PASS_ON (void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
PASS_ON (void *, mmap, (void *at, size_t size, int how, int flags, int fd, off_t from),
         (at, size, how, flags, fd, from))
PASS_ON (int, munmap, (void *at, size_t size), (at, size))
PASS_ON (int, pthread_mutex_lock, (pthread_mutex_t *lock), (lock))
PASS_ON (int, pthread_mutex_trylock, (pthread_mutex_t *lock), (lock))
PASS_ON (int, pthread_mutex_unlock, (pthread_mutex_t *lock), (lock))
PASS_ON (int, pthread_rwlock_rdlock, (pthread_rwlock_t *lock), (lock))
PASS_ON (int, pthread_rwlock_wrlock, (pthread_rwlock_t *lock), (lock))
PASS_ON (int, pthread_spin_lock, (pthread_spinlock_t *lock), (lock))
PASS_ON (void, g_mutex_lock, (GMutex *lock), (lock))
PASS_ON (int, sem_wait, (sem_t *semaphore), (semaphore))
PASS_ON (int, sem_post, (sem_t *semaphore), (semaphore))
PASS_ON (int, pthread_cond_wait, (pthread_cond_t *cond, pthread_mutex_t *lock), (cond, lock))
PASS_ON (int, pthread_cond_timedwait, (pthread_cond_t *cond, pthread_mutex_t *lock, const struct timespec *t),
         (cond, lock, t))
PASS_ON (int, pthread_cond_signal, (pthread_cond_t *cond), (cond))
PASS_ON (int, pthread_cond_broadcast, (pthread_cond_t *cond), (cond))
PASS_ON (ssize_t, write, (int fd, const void *data, size_t n), (fd, data, n))
PASS_ON (ssize_t, read, (int fd, void *data, size_t n), (fd, data, n))
PASS_ON (ssize_t, pread, (int fd, void *data, size_t n, off_t at), (fd, data, n, at))
PASS_ON (int, close, (int fd), (fd))
PASS_ON (FILE *, fopen, (const char *path, const char *mode), (path, mode))
PASS_ON (size_t, fwrite, (const void *data, size_t size, size_t n, FILE *file), (data, size, n, file))
PASS_ON (int, fclose, (FILE *file), (file))
PASS_ON (int, fflush, (FILE *file), (file))
PASS_ON (int, puts, (const char *text), (text))
PASS_ON (int, fputs, (const char *text, FILE *file), (text, file))
PASS_ON (void, g_logv, (const char *domain, GLogLevelFlags level, const char *format, va_list arguments),
         (domain, level, format, arguments))
PASS_ON (int, vprintf, (const char *format, va_list arguments), (format, arguments))
PASS_ON (int, __vfprintf_chk, (FILE *file, int flag, const char *format, va_list arguments),
         (file, flag, format, arguments))
PASS_ON (int, vfprintf, (FILE *file, const char *format, va_list arguments), (file, format, arguments))
PASS_ON (int, usleep, (useconds_t us), (us))
PASS_ON (int, nanosleep, (const struct timespec *t, struct timespec *left), (t, left))
PASS_ON (int, sched_yield, (void), ())
PASS_ON (int, clock_nanosleep, (clockid_t clock, int flags, const struct timespec *t, struct timespec *left),
         (clock, flags, t, left))
PASS_ON (int, poll, (struct pollfd *fds, nfds_t n, int ms), (fds, n, ms))
/* clang-format on */

/* Those with any number of arguments go on by their sisters that take a list. */
#define PASS_LIST(type, name, parameters, last, call)                                                                  \
  type name parameters;                                                                                                \
  type name parameters                                                                                                 \
  {                                                                                                                    \
    va_list arguments;                                                                                                 \
    trap (#name);                                                                                                      \
    va_start (arguments, last);                                                                                        \
    type result = call;                                                                                                \
    va_end (arguments);                                                                                                \
    return result;                                                                                                     \
  }

#undef printf
#undef fprintf
/* clang-format off */
PASS_LIST (int, printf, (const char *format, ...), format, vprintf (format, arguments))
PASS_LIST (int, fprintf, (FILE *file, const char *format, ...), format, vfprintf (file, format, arguments))
PASS_LIST (int, __printf_chk, (int flag, const char *format, ...), format, vprintf (format, arguments))
PASS_LIST (int, __fprintf_chk, (FILE *file, int flag, const char *format, ...), format,
           vfprintf (file, format, arguments))
PASS_LIST (int, open, (const char *path, int flags, ...), flags,
           openat (AT_FDCWD, path, flags, va_arg (arguments, mode_t)))
/* clang-format on */

void g_log (const char *domain, GLogLevelFlags level, const char *format, ...);
void
g_log (const char *domain, GLogLevelFlags level, const char *format, ...)
{
  va_list arguments;
  trap ("g_log");
  va_start (arguments, format);
  g_logv (domain, level, format, arguments);
  va_end (arguments);
}

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

static int
take_trapped (void)
{
  atomic_store (&n_callbacks, 0);
  atomic_store (&first_trapped, NULL);
  return atomic_exchange (&n_trapped, 0);
}

#define MUST_TRAP(call)                                                                                                \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    around (true);                                                                                                     \
    call;                                                                                                              \
    around (false);                                                                                                    \
    if (take_trapped () == 0)                                                                                          \
      g_error ("this is not noticed: %s", #call);                                                                      \
  }                                                                                                                    \
  G_STMT_END

static GLogWriterOutput
say_nothing (GLogLevelFlags level, const GLogField *fields, gsize n, void *data)
{
  return G_LOG_WRITER_HANDLED;
}

/* That the traps work at all, each kind by itself. */
static void
test_traps (void)
{
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
  void *volatile block = NULL;
  FILE *volatile file = NULL;
  char *volatile text = NULL;
  int fd = -1;
  take_trapped ();
  MUST_TRAP (block = malloc (100));
  MUST_TRAP (block = realloc (block, 100000));
  MUST_TRAP (free (block));
  MUST_TRAP (block = calloc (3, 100));
  free (block);
  MUST_TRAP (text = g_strdup ("of GLib's"));
  MUST_TRAP (g_free (text));
  MUST_TRAP (pthread_mutex_lock (&lock));
  MUST_TRAP (pthread_mutex_unlock (&lock));
  MUST_TRAP (pthread_cond_signal (&cond));
  MUST_TRAP (file = fopen ("/dev/null", "w"));
  MUST_TRAP (fprintf (file, "%d", 1));
  MUST_TRAP (fputs ("text", file));
  MUST_TRAP (fflush (file));
  MUST_TRAP (fclose (file));
  MUST_TRAP (fd = open ("/dev/null", O_WRONLY));
  MUST_TRAP (g_assert_cmpint (write (fd, "x", 1), ==, 1));
  MUST_TRAP (close (fd));
  MUST_TRAP (printf ("# a line\n"));
  MUST_TRAP (g_log ("sound", G_LOG_LEVEL_DEBUG, "a line"));
  MUST_TRAP (g_usleep (1));
  MUST_TRAP (sched_yield ());
}

/* Two seconds of all that a hand can do. */
static void
play_and_change (SbPlayer *player, atomic_int *gulp_frames)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSource) source = make_noise (10 * RATE);
  g_autoptr (SbDocument) document = sb_document_new (source, NULL, &error);
  g_assert_no_error (error);
  take_trapped ();
  sb_player_set_source (player, source);
  sb_player_play (player, 0);
  for (int k = 0; k < 200; k++) {
    change_something (player, document, k);
    if (k == 100)
      atomic_store (gulp_frames, RATE / 4); /* an underrun too */
    g_usleep (10000);
    if (!sb_player_is_playing (player))
      sb_player_play (player, 0);
  }
  const SbPlayerCounts counts = sb_player_counts (player);
  sb_player_free (player);
  g_test_message ("%d callbacks, %d crossfades, %d underruns, %d calls that must not be%s%s",
                  atomic_load (&n_callbacks), (int)counts.crossfades, (int)counts.underruns, atomic_load (&n_trapped),
                  atomic_load (&first_trapped) ? ", the first " : "",
                  atomic_load (&first_trapped) ? atomic_load (&first_trapped) : "");
  g_assert_cmpint (atomic_load (&n_callbacks), >, 100);
  g_assert_cmpint (counts.crossfades, >, 50);
  g_assert_cmpint (counts.underruns, >, 0);
  g_assert_cmpint (atomic_load (&n_trapped), ==, 0);
}

static void
test_callback (void)
{
  FakeSink *sink = fake_sink_new (240, 4, 0);
  sink->around = around;
  play_and_change (sb_player_new (&sink->base), &sink->gulp_frames);
}

/* ---- PortAudio's part, played by this program ---- */

#ifdef SB_HAVE_PORTAUDIO
static struct {
  PaStreamCallback *callback;
  void *data;
  pthread_t thread;
  bool started;
  atomic_bool quit;
  atomic_int gulp_frames;
  float out[2 * RATE];
} stream;

static void *
drive (void *unused)
{
  const PaStreamCallbackTimeInfo moment = {0, 0, 0};
  while (!atomic_load (&stream.quit)) {
    const unsigned long n = 240 + (unsigned long)atomic_exchange (&stream.gulp_frames, 0);
    around (true);
    stream.callback (NULL, stream.out, n, &moment, 0, stream.data);
    around (false);
    g_usleep (5000);
  }
  return NULL;
}

PaError
Pa_Initialize (void)
{
  return paNoError;
}

PaError
Pa_Terminate (void)
{
  return paNoError;
}

PaDeviceIndex
Pa_GetDeviceCount (void)
{
  return 1;
}

PaDeviceIndex
Pa_GetDefaultOutputDevice (void)
{
  return 0;
}

const PaDeviceInfo *
Pa_GetDeviceInfo (PaDeviceIndex device)
{
  static const PaDeviceInfo info = {.name = "this test", .maxOutputChannels = 2};
  return &info;
}

const PaHostApiInfo *
Pa_GetHostApiInfo (PaHostApiIndex api)
{
  static const PaHostApiInfo info = {.type = paInDevelopment};
  return &info;
}

PaError
Pa_OpenStream (PaStream **opened, const PaStreamParameters *in, const PaStreamParameters *out, double rate,
               unsigned long n, PaStreamFlags flags, PaStreamCallback *callback, void *data)
{
  stream.callback = callback;
  stream.data = data;
  *opened = &stream;
  return paNoError;
}

PaError
Pa_StartStream (PaStream *started)
{
  atomic_store (&stream.quit, false);
  stream.started = pthread_create (&stream.thread, NULL, drive, NULL) == 0;
  return paNoError;
}

const PaStreamInfo *
Pa_GetStreamInfo (PaStream *asked)
{
  static const PaStreamInfo info = {.outputLatency = 0.02, .sampleRate = RATE};
  return &info;
}

PaError
Pa_IsStreamActive (PaStream *asked)
{
  return stream.started;
}

PaError
Pa_AbortStream (PaStream *ended)
{
  if (stream.started) {
    atomic_store (&stream.quit, true);
    pthread_join (stream.thread, NULL);
  }
  stream.started = false;
  return paNoError;
}

PaError
Pa_CloseStream (PaStream *closed)
{
  return paNoError;
}

static void
test_portaudio_callback (void)
{
  play_and_change (sb_player_new (sb_portaudio_sink_new ()), &stream.gulp_frames);
  g_assert_true (stream.callback != NULL);
}
#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (say_nothing, NULL, NULL);
  g_test_add_func ("/player/realtime/traps-work", test_traps);
  g_test_add_func ("/player/realtime/callback-calls-nothing", test_callback);
#ifdef SB_HAVE_PORTAUDIO
  g_test_add_func ("/player/realtime/portaudio-callback-calls-nothing", test_portaudio_callback);
#endif
  return g_test_run ();
}
