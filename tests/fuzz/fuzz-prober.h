/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recordings for the fuzz targets, as the program treats them: a child process
 * opens each first (core/audio/sb-probe.h).  What the child hangs or crashes on
 * is libsndfile's and refused; from there on a hang, a crash or too much memory
 * is a finding of ours: the probe let it by.
 *
 *   fuzzer    input ── descriptor over a socket ──► wait: one byte, or the end ── open, read …
 *   prober            sb_probe_child() ── answers ──┘   killed by its limits: a new one tries once more
 *
 * One prober serves many inputs (a fork each would cost a hundred times the
 * rest), so its three seconds of processor time are used up now and then: only
 * an input that also ends a fresh prober is refused. */
#pragma once
#include "audio/sb-probe.h"
#include "fuzz.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

void __sanitizer_set_death_callback (void (*callback) (void)) __attribute__ ((weak));
const char *__lsan_default_suppressions (void);

/* libsndfile 1.2 forgets blocks of its own when a damaged Ogg file is refused; a decoder that we forget is told all the
 * same. */
const char *
__lsan_default_suppressions (void)
{
  return "leak:libvorbis\nleak:libogg\nleak:libopus\nleak:libFLAC\nleak:libmpg123\nleak:libsndfile\n";
}

static int prober_end = -1;
static pid_t prober_pid;

static void
die_quietly (void)
{
  _exit (1);
}

static void
serve (int end)
{
  for (;;) {
    char byte, room[CMSG_SPACE (sizeof (int))];
    struct iovec bytes = {&byte, 1};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    int fd;
    if (recvmsg (end, &message, 0) <= 0 || !CMSG_FIRSTHDR (&message))
      _exit (0);
    memcpy (&fd, CMSG_DATA (CMSG_FIRSTHDR (&message)), sizeof fd);
    if (sb_probe_child (fd) != 0 || write (end, "", 1) != 1)
      _exit (1);
  }
}

static void
start_prober (void)
{
  int ends[2];
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 || (prober_pid = fork ()) < 0)
    g_error ("no prober");
  if (prober_pid == 0) {
    const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL, SIGALRM, SIGTERM, SIGINT, SIGXFSZ};
    for (guint i = 0; i < G_N_ELEMENTS (fatal); i++)
      signal (fatal[i], SIG_DFL); /* the fuzzer's handlers would report the child's death as a finding */
    if (__sanitizer_set_death_callback)
      __sanitizer_set_death_callback (die_quietly);
    close (ends[0]);
    serve (ends[1]);
  }
  close (ends[1]);
  prober_end = ends[0];
}

static bool
asked (int fd)
{
  char byte = 0, room[CMSG_SPACE (sizeof (int))] = {0};
  struct iovec bytes = {&byte, 1};
  struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  struct cmsghdr *part = CMSG_FIRSTHDR (&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN (sizeof fd);
  memcpy (CMSG_DATA (part), &fd, sizeof fd);
  return sendmsg (prober_end, &message, MSG_NOSIGNAL) == 1 && read (prober_end, &byte, 1) == 1;
}

/* Whether the file may be opened here: then sb_file_source_new() does so without asking again. */
static bool
probed (const char *path)
{
  g_setenv ("SONOBRUSH_PROBE", "", TRUE);
  for (int attempt = 0; attempt < 2; attempt++) {
    if (prober_end < 0)
      start_prober ();
    const int own = open (path, O_RDONLY | O_CLOEXEC); /* an offset of its own */
    const bool good = asked (own);
    close (own);
    if (good)
      return true;
    close (prober_end);
    prober_end = -1;
    kill (prober_pid, SIGKILL);
    while (waitpid (prober_pid, NULL, 0) < 0)
      ;
  }
  return false;
}
