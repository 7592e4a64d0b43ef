/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Outside frames the main loop is watched through its poll function: from the
 * end of one poll to the start of the next everything is callbacks. */
#include "ui/sb-frame-watch.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LEAST_DISPATCH_MS 0.5

/* Processor time, and with it what the thread waited for, without waiting for a processor. */
typedef struct {
  double cpu, held;
} Ms;

typedef struct {
  double at_s;
  Ms all;
  double before_ms, snapshot_ms; /* processor time */
} Frame;

typedef struct {
  double at_s;
  Ms ms;
} Dispatch;

typedef struct {
  bool all;
  Ms begun;
  double snapshot_start;
  double before_ms, snapshot_ms, at_s;
  GArray *frames, *dispatches;
  bool start, framed, picture, told_whole, told_exact; /* SONOBRUSH_DEBUG=start */
  int missing, coarse;
} Watch;

/* One main loop, one watch; the poll function has no data of its own. */
static struct {
  Watch *watch;
  Ms since, frames; /* at the end of the last poll; of what followed, spent in frames */
} loop;

static double
clock_ms (clockid_t clock)
{
  struct timespec now;
  clock_gettime (clock, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

/* Held: wall time less what this thread spent waiting for a processor (second number of its schedstat, in ns). */
static Ms
now_ms (void)
{
  static int file = -2;
  char text[96] = "";
  double waited = 0;
  if (file == -2)
    file = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  if (file >= 0 && pread (file, text, sizeof text - 1, 0) > 0) {
    char *second = strchr (text, ' ');
    waited = second ? (double)strtoull (second, NULL, 10) / 1e6 : 0;
  }
  return (Ms){clock_ms (CLOCK_THREAD_CPUTIME_ID), clock_ms (CLOCK_MONOTONIC) - waited};
}

static int
by_size (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void
tell (const char *what, double *ms, guint n)
{
  if (!n)
    return;
  qsort (ms, n, sizeof *ms, by_size);
#define AT(share) ms[(guint)((n - 1) * (share))]
  g_printerr ("%s: %u, median %.2f ms, p90 %.2f, p99 %.2f, longest %.2f\n", what, n, AT (.5), AT (.9), AT (.99),
              AT (1));
#undef AT
}

static void
watch_free (void *data)
{
  Watch *watch = data;
  loop.watch = NULL;
  guint n = watch->frames->len;
  g_autofree double *whole = g_new (double, n + 1), *before = g_new (double, n + 1), *drawing = g_new (double, n + 1);
  for (guint i = 0; i < n; i++) {
    const Frame *frame = &g_array_index (watch->frames, Frame, i);
    whole[i] = frame->all.cpu;
    before[i] = frame->before_ms;
    drawing[i] = frame->snapshot_ms;
    if (watch->all)
      g_printerr ("frame %.4f %.3f %.3f %.3f %.3f\n", frame->at_s, frame->all.cpu, frame->all.held, frame->before_ms,
                  frame->snapshot_ms);
  }
  tell ("frames", whole, n);
  tell ("before drawing", before, n);
  tell ("drawing", drawing, n);
  g_autofree double *dispatch = g_new (double, watch->dispatches->len + 1);
  for (guint i = 0; i < watch->dispatches->len; i++) {
    const Dispatch *one = &g_array_index (watch->dispatches, Dispatch, i);
    dispatch[i] = one->ms.cpu;
    if (watch->all)
      g_printerr ("dispatch %.4f %.3f %.3f\n", one->at_s, one->ms.cpu, one->ms.held);
  }
  tell ("dispatches over half a millisecond", dispatch, watch->dispatches->len);
  g_array_unref (watch->frames);
  g_array_unref (watch->dispatches);
  g_free (watch);
}

static int
watched_poll (GPollFD *fds, guint n_fds, int timeout)
{
  Watch *watch = loop.watch;
  Ms now = now_ms ();
  Ms ms = {now.cpu - loop.since.cpu - loop.frames.cpu, now.held - loop.since.held - loop.frames.held};
  if (watch && loop.since.held > 0 && ms.held >= LEAST_DISPATCH_MS) {
    Dispatch one = {clock_ms (CLOCK_MONOTONIC) / 1e3, ms};
    g_array_append_val (watch->dispatches, one);
  }
  int ready = g_poll (fds, n_fds, timeout);
  loop.since = now_ms ();
  loop.frames = (Ms){0, 0};
  return ready;
}

/* Since the process began, to the tick of the kernel's clock (10 ms). */
static double
process_ms (void)
{
  g_autofree char *stat = NULL;
  if (!g_file_get_contents ("/proc/self/stat", &stat, NULL, NULL))
    return 0;
  const char *at = strrchr (stat, ')'); /* field 2 is a name that may hold anything; 22 is wanted */
  for (int field = 2; at && field < 22; field++)
    at = strchr (at + 1, ' ');
  return at ? clock_ms (CLOCK_BOOTTIME) - g_ascii_strtod (at + 1, NULL) * 1e3 / (double)sysconf (_SC_CLK_TCK) : 0;
}

static void
say_start (const char *what)
{
  g_printerr ("start: %s %.0f ms, of processor %.0f ms\n", what, process_ms (), clock_ms (CLOCK_PROCESS_CPUTIME_ID));
}

static void
tell_start (Watch *watch)
{
  if (!watch->framed)
    say_start ("first frame");
  watch->framed = true;
  if (watch->picture && !watch->missing && !watch->told_whole) {
    say_start ("whole picture");
    watch->told_whole = true;
  }
  if (watch->picture && !watch->missing && !watch->coarse && !watch->told_exact) {
    say_start ("exact picture");
    watch->told_exact = true;
  }
}

static void
on_before (GdkFrameClock *frame_clock, Watch *watch)
{
  watch->at_s = clock_ms (CLOCK_MONOTONIC) / 1e3;
  watch->begun = now_ms ();
  watch->before_ms = -1;
  watch->snapshot_ms = 0;
}

static void
on_after (GdkFrameClock *frame_clock, Watch *watch)
{
  Ms now = now_ms (), ms = {now.cpu - watch->begun.cpu, now.held - watch->begun.held};
  Frame frame = {watch->at_s, ms, watch->before_ms < 0 ? ms.cpu : watch->before_ms, watch->snapshot_ms};
  g_array_append_val (watch->frames, frame);
  loop.frames.cpu += ms.cpu;
  loop.frames.held += ms.held;
  if (watch->start)
    tell_start (watch);
}

void
sb_frame_watch_picture (int missing, int coarse)
{
  if (!loop.watch)
    return;
  loop.watch->picture = true;
  loop.watch->missing = missing;
  loop.watch->coarse = coarse;
}

void
sb_frame_watch_snapshot_begins (GtkWidget *window)
{
  Watch *watch = loop.watch;
  if (!watch)
    return;
  watch->snapshot_start = clock_ms (CLOCK_THREAD_CPUTIME_ID);
  if (watch->before_ms < 0)
    watch->before_ms = watch->snapshot_start - watch->begun.cpu;
}

void
sb_frame_watch_snapshot_ends (GtkWidget *window)
{
  if (loop.watch)
    loop.watch->snapshot_ms += clock_ms (CLOCK_THREAD_CPUTIME_ID) - loop.watch->snapshot_start;
}

static void
on_realize (GtkWidget *window, Watch *watch)
{
  GdkFrameClock *frame_clock = gtk_widget_get_frame_clock (window);
  g_signal_connect (frame_clock, "before-paint", G_CALLBACK (on_before), watch);
  g_signal_connect (frame_clock, "after-paint", G_CALLBACK (on_after), watch);
}

static void
on_unrealize (GtkWidget *window, Watch *watch)
{
  g_signal_handlers_disconnect_by_data (gtk_widget_get_frame_clock (window), watch);
}

void
sb_frame_watch_attach (GtkWidget *window)
{
  const char *debug = g_getenv ("SONOBRUSH_DEBUG");
  if (!debug || (!strstr (debug, "frames") && !strstr (debug, "start")) || loop.watch)
    return;
  Watch *watch = g_new0 (Watch, 1);
  watch->start = strstr (debug, "start") != NULL;
  watch->all = strstr (debug, "frames-all") != NULL;
  watch->frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  watch->dispatches = g_array_new (FALSE, FALSE, sizeof (Dispatch));
  loop.watch = watch;
  g_main_context_set_poll_func (NULL, watched_poll);
  g_object_set_data_full (G_OBJECT (window), "frame-watch", watch, watch_free);
  g_signal_connect (window, "realize", G_CALLBACK (on_realize), watch);
  g_signal_connect (window, "unrealize", G_CALLBACK (on_unrealize), watch);
}
