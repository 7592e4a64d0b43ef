/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-probe.h.  The child is a program of its own, spawned: a fork without
 * exec of a program with threads may hang in a lock that nobody holds any more.
 *
 *   parent   spawn ── wait on the pipe, look at Cancel every 50 ms ── end of pipe: status
 *   child            open, read a little, seek to the end, exit 0 ──┘   never: killed
 *
 * The time limit is processor time for what spins (so that a busy machine is no
 * reason to refuse a file) and a generous clock for what blocks. */
#include "audio/sb-probe.h"

#include "audio/sb-decoder-private.h"
#include "base/sb-error.h"
#include "sb-config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CPU_LIMIT_S   3
#define CLOCK_LIMIT_S 30
#define LOOK_MS       50
#define FIRST_FRAMES  4096
#define MAX_CHANNELS  1024
#define SMALL_BYTES   (4 << 20) /* up to here the last frame is sought as well */
#define MEMORY_BYTES  ((rlim_t)512 << 20)

extern char **environ;

/* ---- child ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CHECKED_BUILD 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CHECKED_BUILD 1
#endif
#endif

static void
limit_child (int64_t size_bytes)
{
  const struct rlimit cpu = {CPU_LIMIT_S, CPU_LIMIT_S + 1};
  const struct rlimit core = {0, 0};
  setrlimit (RLIMIT_CPU, &cpu);
  setrlimit (RLIMIT_CORE, &core);
  prctl (PR_SET_PDEATHSIG, SIGKILL); /* nobody waits for the answer any more */
#ifndef CHECKED_BUILD                /* the checkers need terabytes of addresses */
  const rlim_t bytes = MEMORY_BYTES + 4 * (rlim_t)size_bytes;
  const struct rlimit memory = {bytes, bytes};
  setrlimit (RLIMIT_AS, &memory);
#endif
}

int
sb_probe_child (int fd)
{
  struct stat st;
  SF_INFO info;
  if (fstat (fd, &st) != 0)
    return 0;
  limit_child (st.st_size);
  SbDecoder *decoder = sb_decoder_new (fd, &info, NULL);
  if (!decoder || info.channels < 1 || info.channels > MAX_CHANNELS)
    return 0; /* refused with the right words by who opens it */
  g_autofree float *frames = g_try_new (float, (gsize)FIRST_FRAMES *(gsize)info.channels);
  if (!frames)
    return 1;
  if (sb_decoder_seek (decoder, 0))
    sb_decoder_read (decoder, SB_READ_FLOAT, frames, MIN (FIRST_FRAMES, MAX (info.frames, 1)));
  if (st.st_size <= SMALL_BYTES && info.frames > 0 && info.frames < ((int64_t)1 << 50) &&
      sb_decoder_seek (decoder, info.frames - 1))
    sb_decoder_read (decoder, SB_READ_FLOAT, frames, 1);
  sb_decoder_free (decoder);
  return 0;
}

/* ---- parent ---- */

/* Beside the program that runs, or where it would be installed, there or not; SONOBRUSH_PROBE says otherwise. */
static char *
find_program (void)
{
  const char *said = g_getenv ("SONOBRUSH_PROBE");
  if (said)
    return g_strdup (said);
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self ? g_path_get_dirname (self) : NULL;
  char *beside = folder ? g_build_filename (folder, "sonobrush-probe", NULL) : NULL;
  if (beside && access (beside, X_OK) == 0)
    return beside;
  g_free (beside);
  return g_strdup (SB_PROBE_PATH);
}

/* fd as its standard input, answer its standard output; the rest is closed on exec.  0, or why not. */
static int
spawn (const char *program, int fd, int answer, pid_t *pid)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, defaults;
  char *argv[] = {(char *)program, NULL};
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, fd, STDIN_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, answer, STDOUT_FILENO);
  posix_spawn_file_actions_addopen (&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_init (&attributes);
  sigemptyset (&none);
  sigfillset (&defaults);
  posix_spawnattr_setsigmask (&attributes, &none);
  posix_spawnattr_setsigdefault (&attributes, &defaults);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int code = posix_spawn (pid, program, &actions, &attributes, argv, environ);
  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);
  return code;
}

static double
now_s (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Until the child has closed its end. false: it has not, by the clock or because of Cancel. */
static bool
wait_for_end (int answer, const SbProgress *progress)
{
  const double until = now_s () + CLOCK_LIMIT_S;
  while (!sb_progress_is_cancelled (progress) && now_s () < until) {
    char byte;
    struct pollfd watched = {answer, POLLIN, 0};
    if (poll (&watched, 1, LOOK_MS) > 0 && read (answer, &byte, 1) <= 0)
      return true;
  }
  return false;
}

/* Nothing is opened untried: which file, why not, what to do. */
static bool
refuse_untried (const char *path, const char *program, int code, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path), *helper = g_filename_display_name (program);
  const bool helper_is_bad =
      code == 0 || code == ENOENT || code == EACCES || code == ENOEXEC || code == ENOTDIR || code == ELOOP;
  if (helper_is_bad)
    g_set_error (error, SB_ERROR, SB_ERROR_OPEN,
                 "“%s” was not opened. The helper “%s”, which tries each file first so that a damaged one cannot hang "
                 "the program, %s. Install Sonobrush again.",
                 shown, helper, code == ENOENT ? "is missing" : "does not work");
  else
    g_set_error (error, SB_ERROR, SB_ERROR_OPEN,
                 "“%s” was not opened. Each file is tried first by a process of its own, so that a damaged one cannot "
                 "hang the program, and no process could be started (%s). Close other programs and open it again.",
                 shown, g_strerror (code));
  return false;
}

static bool
refuse_file (const char *path, const char *why, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, SB_ERROR, SB_ERROR_FORMAT,
               "“%s” cannot be opened. %s; the file is damaged. Choose another copy of it.", shown, why);
  return false;
}

/* status: −1 where nobody tells it. */
static bool
judge (const char *path, const char *program, bool ended, int status, GError **error)
{
  if (ended && status == 0)
    return true;
  const int number = status != -1 && WIFSIGNALED (status) ? WTERMSIG (status) : 0;
  if (!ended || number == SIGXCPU || number == SIGKILL)
    return refuse_file (path, "The decoder does not come to an end with it", error);
  if (number)
    return refuse_file (path, "The decoder crashes on it", error);
  if (status != -1 && WEXITSTATUS (status) == 1)
    return refuse_file (path, "It asks for more memory than it can have", error);
  return refuse_untried (path, program, 0, error); /* 127: its libraries are gone */
}

/* 0, or why there is no child. */
static int
start (const char *program, int fd, pid_t *pid, int *answer)
{
  g_autofree char *own = g_strdup_printf ("/proc/self/fd/%d", fd);
  int ends[2];
  const int file = open (own, O_RDONLY | O_CLOEXEC); /* an offset of its own */
  int code = file < 0 || pipe2 (ends, O_CLOEXEC) != 0 ? errno : 0;
  if (code == 0) {
    code = spawn (program, file, ends[1], pid);
    close (ends[1]);
    *answer = ends[0];
    if (code != 0)
      close (ends[0]);
  } else if (code == ENOENT || code == EACCES)
    code = EIO; /* of the file, not of the helper */
  if (file >= 0)
    close (file);
  return code;
}

bool
sb_probe (int fd, const char *path, SbProgress *progress, GError **error)
{
  g_autofree char *program = find_program ();
  int answer, status = 0, got;
  pid_t pid;
  if (!*program)
    return true; /* whoever said so answers for it */
  const int code = start (program, fd, &pid, &answer);
  if (code != 0)
    return refuse_untried (path, program, code, error);
  const bool ended = wait_for_end (answer, progress);
  if (!ended)
    kill (pid, SIGKILL);
  while ((got = waitpid (pid, &status, 0)) < 0 && errno == EINTR)
    ;
  close (answer);
  return !sb_progress_check (progress, error) && judge (path, program, ended, got == pid ? status : -1, error);
}
