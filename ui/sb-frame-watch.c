/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-frame-watch.h"

#include <string.h>
#include <time.h>

typedef struct {
  gint64 start_us;
  GArray *times_us; /* of gint64 */
} Watch;

static int
by_time (const void *a, const void *b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return x < y ? -1 : x > y;
}

static void
watch_free (void *data)
{
  Watch *watch = data;
  guint n = watch->times_us->len;
  g_array_sort (watch->times_us, by_time);
#define AT(share) (g_array_index (watch->times_us, gint64, (guint)((n - 1) * (share))) / 1000.0)
  if (n)
    g_printerr ("frames: %u, median %.2f ms, p90 %.2f, p99 %.2f, longest %.2f\n", n, AT (.5), AT (.9), AT (.99),
                AT (1));
#undef AT
  g_array_unref (watch->times_us);
  g_free (watch);
}

/* Processor time of this thread: what we did, whatever else the machine did meanwhile. */
static gint64
now_us (void)
{
  struct timespec now;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
on_before (GdkFrameClock *frame_clock, Watch *watch)
{
  watch->start_us = now_us ();
}

static void
on_after (GdkFrameClock *frame_clock, Watch *watch)
{
  gint64 took_us = now_us () - watch->start_us;
  g_array_append_val (watch->times_us, took_us);
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
  if (!debug || !strstr (debug, "frames"))
    return;
  Watch *watch = g_new0 (Watch, 1);
  watch->times_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_object_set_data_full (G_OBJECT (window), "frame-watch", watch, watch_free);
  g_signal_connect (window, "realize", G_CALLBACK (on_realize), watch);
  g_signal_connect (window, "unrealize", G_CALLBACK (on_unrealize), watch);
}
