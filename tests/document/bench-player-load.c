/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The worst a player has to live with, for SB_LOAD_S seconds (600): a recording
 * of 24 hours plays on a device of 20 ms while somebody paints without a pause
 * where it plays, pans the picture, seeks, and all processors analyse the whole
 * day, anew each time they are through.  Nothing may run dry: neither what the
 * feeder queues, nor the device itself.
 *
 *   main thread   the window's part: strokes, panning, composing 1600 × 640 pixels, 60 times a second
 *   workers       the day's pyramid; tiles and resynthesis of what is in sight
 *   feeder, device
 *
 * As an ordinary user: the right to a better priority is given up first.  Before
 * that a witness is set on each processor, a thread of real-time priority that
 * only sleeps: where it wakes late too, nothing could have run there in time
 * (the host of a virtual machine took the processor away, or the kernel held it). */
#include "audio/sb-file-source.h"
#include "dsp/sb-colormap.h"
#include "document/sb-document.h"
#include "document/sb-player.h"
#include "fake-sink.h"
#include "view/sb-spectrogram.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { RATE = 44100, PERIOD = RATE / 100, WIDTH = 1600, HEIGHT = 640 }; /* two periods: 20 ms */
#define DAY_S   86400.0
#define FRAME_S (1 / 60.0)
/* Share of the processors beyond which a device that was called too late tells nothing about this program. */
#define MOST_OTHERS 0.1

/* --- a day, of which the disk holds a page --- */

static void
put (GByteArray *bytes, const char *name, guint64 value, guint n_bytes)
{
  const guint64 little = GUINT64_TO_LE (value);
  if (name)
    g_byte_array_append (bytes, (const guint8 *)name, 4);
  g_byte_array_append (bytes, (const guint8 *)&little, n_bytes);
}

static char *
make_day (const char *folder)
{
  const guint64 n_frames = (guint64)(DAY_S * RATE), n_bytes = 2 * n_frames;
  g_autoptr (GByteArray) head = g_byte_array_new ();
  put (head, "RF64", UINT32_MAX, 4);
  put (head, "WAVE", 0, 0);
  put (head, "ds64", 28, 4);
  put (head, NULL, n_bytes + 72, 8);
  put (head, NULL, n_bytes, 8);
  put (head, NULL, n_frames, 8);
  put (head, NULL, 0, 4);
  put (head, "fmt ", 16, 4);
  put (head, NULL, 1, 2);
  put (head, NULL, 1, 2);
  put (head, NULL, RATE, 4);
  put (head, NULL, 2 * RATE, 4);
  put (head, NULL, 2, 2);
  put (head, NULL, 16, 2);
  put (head, "data", UINT32_MAX, 4);
  char *path = g_build_filename (folder, "day.wav", NULL);
  g_autoptr (GError) error = NULL;
  g_file_set_contents (path, (const char *)head->data, head->len, &error);
  g_assert_no_error (error);
  g_assert_cmpint (truncate (path, (off_t)(head->len + n_bytes)), ==, 0);
  return path;
}

/* --- what a window holds --- */

typedef struct {
  SbDocument *document;
  SbPool *pool;
  SbSpectrogram *picture[SB_N_VIEWS];
  SbPlayer *player;
  SbViewport view;
  uint32_t lut[256], *argb;
  GRand *random;
  int n_previews, n_strokes, n_seeks, n_days, n_composed;
} Desk;

static void
free_pictures (Desk *desk)
{
  for (int v = SB_N_VIEWS - 1; v >= 0; v--)
    g_clear_pointer (&desk->picture[v], sb_spectrogram_free);
}

static void
begin_the_day (Desk *desk)
{
  g_autoptr (SbSnapshot) snapshot = sb_document_snapshot (desk->document);
  g_autoptr (GError) error = NULL;
  free_pictures (desk);
  for (int v = 0; v < SB_N_VIEWS; v++) {
    desk->picture[v] =
        sb_spectrogram_new (snapshot->source[v], sb_document_grid (desk->document), desk->pool,
                            v == SB_VIEW_ORIGINAL ? NULL : desk->picture[SB_VIEW_ORIGINAL], &error);
    g_assert_no_error (error);
  }
  sb_spectrogram_analyse (desk->picture[SB_VIEW_ORIGINAL]);
}

static void
on_change (SbDocument *document, const SbDocumentChange *change, void *data)
{
  Desk *desk = data;
  g_autoptr (SbSnapshot) snapshot = sb_document_snapshot (document);
  if (change->dirty_to > change->dirty_from)
    for (int v = SB_VIEW_RESULT; v < SB_N_VIEWS; v++)
      sb_spectrogram_set_source (desk->picture[v], snapshot->source[v], change->dirty_from, change->dirty_to);
  sb_player_set_source (desk->player, snapshot->source[SB_VIEW_RESULT]);
}

/* --- witnesses --- */

typedef struct {
  int64_t from_ns, to_ns; /* should have woken, woke */
  int64_t frames;         /* of the device: what it lacked */
} Late;

enum { MOST_LATE = 65536 };
#define WITNESS_STEP_NS 2000000
#define WITNESS_LATE_NS 3000000

typedef struct {
  pthread_t thread;
  int processor;
  bool runs;
  Late late[MOST_LATE];
  int n_late;
} Witness;

static atomic_bool witnesses_quit;
static Late dry[MOST_LATE];
static int n_dry;

static void
on_dry (int64_t due_ns, int64_t now_ns, int64_t frames)
{
  if (n_dry < MOST_LATE)
    dry[n_dry++] = (Late){due_ns, now_ns, frames};
}

static void *
watch_a_processor (void *data)
{
  Witness *witness = data;
  int64_t due_ns = fake_now_ns ();
  while (!atomic_load (&witnesses_quit)) {
    due_ns += WITNESS_STEP_NS;
    fake_sleep_until (due_ns);
    int64_t now_ns = fake_now_ns ();
    if (now_ns - due_ns > WITNESS_LATE_NS && witness->n_late < MOST_LATE)
      witness->late[witness->n_late++] = (Late){due_ns, now_ns, 0};
    due_ns = MAX (due_ns, now_ns - WITNESS_STEP_NS);
  }
  return NULL;
}

/* Does nothing where real-time priority is not to be had: then nothing is excused. */
static Witness *
set_witnesses (int *n)
{
  *n = (int)sysconf (_SC_NPROCESSORS_ONLN);
  Witness *witnesses = g_new0 (Witness, (gsize)*n);
  for (int i = 0; i < *n; i++) {
    pthread_attr_t attr;
    cpu_set_t processors;
    const struct sched_param param = {.sched_priority = 50};
    CPU_ZERO (&processors);
    CPU_SET (i, &processors);
    witnesses[i].processor = i;
    pthread_attr_init (&attr);
    pthread_attr_setinheritsched (&attr, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy (&attr, SCHED_FIFO);
    pthread_attr_setschedparam (&attr, &param);
    pthread_attr_setaffinity_np (&attr, sizeof processors, &processors);
    witnesses[i].runs = pthread_create (&witnesses[i].thread, &attr, watch_a_processor, &witnesses[i]) == 0;
    pthread_attr_destroy (&attr);
  }
  return witnesses;
}

/* Frames that the device lacked although both processors were to be had all the while it was waited for: without the
 * time in which a witness slept on it would still not have been in time. */
static int64_t
not_excused (const Witness *witnesses, int n, int64_t slack_ns)
{
  int64_t frames = 0;
  for (int d = 0; d < n_dry; d++) {
    int64_t most_ns = 0;
    for (int i = 0; i < n; i++) {
      int64_t held_ns = 0;
      for (int l = 0; l < witnesses[i].n_late; l++)
        held_ns += MAX (0, MIN (dry[d].to_ns, witnesses[i].late[l].to_ns) -
                               MAX (dry[d].from_ns, witnesses[i].late[l].from_ns));
      most_ns = MAX (most_ns, held_ns);
    }
    const bool excused = dry[d].to_ns - dry[d].from_ns - most_ns <= slack_ns;
    g_test_message ("the device woke %.1f ms late, %d frames; a witness was late for %.1f ms of it%s",
                    (double)(dry[d].to_ns - dry[d].from_ns) * 1e-6, (int)dry[d].frames, (double)most_ns * 1e-6,
                    excused ? "" : ": not excused");
    frames += excused ? 0 : dry[d].frames;
  }
  return frames;
}

static void
dismiss_witnesses (Witness *witnesses, int n)
{
  atomic_store (&witnesses_quit, true);
  for (int i = 0; i < n; i++) {
    if (witnesses[i].runs)
      pthread_join (witnesses[i].thread, NULL);
    double most_ms = 0;
    for (int l = 0; l < witnesses[i].n_late; l++)
      most_ms = MAX (most_ms, (double)(witnesses[i].late[l].to_ns - witnesses[i].late[l].from_ns) * 1e-6);
    g_test_message (witnesses[i].runs ? "the witness on processor %d was late %d times, at most %.1f ms"
                                      : "no witness on processor %d: real-time priority is not to be had",
                    i, witnesses[i].n_late, most_ms);
  }
}

/* --- the hand --- */

/* A stroke grows by a dab a frame where it plays; every hundredth is let go and becomes an edit. */
static void
paint (Desk *desk)
{
  enum { DABS = 100 };
  const double at = (double)sb_player_position (desk->player) / RATE;
  const int n = 1 + desk->n_previews++ % DABS;
  g_autoptr (GError) error = NULL;
  SbOpPoint points[DABS];
  SbOpSpec spec;
  g_autofree char *id = g_strdup_printf ("stroke-%d", desk->n_strokes);
  for (int i = 0; i < n; i++)
    points[i] = (SbOpPoint){CLAMP (at + 0.3 - FRAME_S * (n - 1 - i), 0, DAY_S), 4000 + 2500 * sin (0.13 * i), 1, 1};
  sb_op_spec_init (&spec, SB_OP_STROKE);
  spec.id = id;
  spec.points = points;
  spec.n_points = (gsize)n;
  spec.radius_s = 0.06;
  spec.radius_hz = 800;
  spec.gain_db = -INFINITY;
  g_autoptr (SbOperation) op = sb_operation_new (&spec, &error);
  g_assert_no_error (error);
  if (n < DABS)
    sb_document_preview (desk->document, op, &error);
  else {
    sb_document_apply (desk->document, op, &error);
    desk->n_strokes++;
  }
  g_assert_no_error (error);
}

/* To and fro about the playhead, then off to some other hour and back. */
static void
pan (Desk *desk, double now_s)
{
  const double head_s = (double)sb_player_position (desk->player) / RATE, span_s = 20;
  const bool away = fmod (now_s, 8) > 5;
  double from_s = away ? fmod (now_s * 2713, DAY_S - 60) : head_s - 10 + 8 * sin (now_s);
  from_s = CLAMP (from_s, 0, DAY_S - span_s);
  desk->view.from_s = from_s;
  desk->view.to_s = from_s + span_s;
  for (int v = 0; v < SB_N_VIEWS; v++)
    sb_spectrogram_set_visible (desk->picture[v], from_s, from_s + span_s);
  sb_spectrogram_compose (desk->picture[SB_VIEW_RESULT], &desk->view, 0, WIDTH, desk->lut, desk->argb, WIDTH, true);
  desk->n_composed++;
}

static void
work (Desk *desk, double seconds)
{
  const gint64 begun_us = g_get_monotonic_time ();
  for (double now_s = 0; now_s < seconds; now_s = (double)(g_get_monotonic_time () - begun_us) * 1e-6) {
    const gint64 frame_us = g_get_monotonic_time ();
    paint (desk);
    pan (desk, now_s);
    if (desk->n_previews % 400 == 0) {
      sb_player_seek (desk->player, (int64_t)(g_rand_double_range (desk->random, 0, DAY_S - 60) * RATE));
      desk->n_seeks++;
    }
    if (sb_spectrogram_progress (desk->picture[SB_VIEW_ORIGINAL]) >= 1) {
      desk->n_days++;
      begin_the_day (desk);
    }
    const gint64 left_us = (gint64)(FRAME_S * 1e6) - (g_get_monotonic_time () - frame_us);
    if (left_us > 0)
      g_usleep ((gulong)left_us);
  }
}

/* --- the test --- */

static void
give_up_priorities (void)
{
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (syscall (SYS_capget, &header, data) != 0)
    return;
  data[CAP_SYS_NICE / 32].effective &= ~(1U << (CAP_SYS_NICE % 32));
  data[CAP_SYS_NICE / 32].permitted &= ~(1U << (CAP_SYS_NICE % 32));
  syscall (SYS_capset, &header, data);
}

/* Processor time that all programs together have used, and this one alone. */
static void
used_s (double *all, double *own)
{
  g_autofree char *text = NULL;
  struct rusage usage;
  double field[10] = {0};
  *all = 0;
  if (g_file_get_contents ("/proc/stat", &text, NULL, NULL) &&
      sscanf (text, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &field[0], &field[1], &field[2], &field[3], &field[4],
              &field[5], &field[6], &field[7]) == 8)
    for (int i = 0; i < 8; i++)
      *all += i == 3 || i == 4 ? 0 : field[i] / (double)sysconf (_SC_CLK_TCK); /* idle, waiting for disks */
  getrusage (RUSAGE_SELF, &usage);
  *own = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void
report (const Desk *desk, FakeSink *sink, double seconds)
{
  const SbPlayerCounts counts = sb_player_counts (desk->player);
  g_test_message ("%.0f s: %d frames drawn and painted, %d strokes, %d seeks, %d crossfades; the day analysed %.2f "
                  "times",
                  seconds, desk->n_composed, desk->n_strokes, desk->n_seeks, (int)counts.crossfades,
                  desk->n_days + sb_spectrogram_progress (desk->picture[SB_VIEW_ORIGINAL]));
  g_test_message ("%d underruns (%d frames); the device was %d frames late, %d of them by its callback",
                  (int)counts.underruns, (int)counts.missing_frames, (int)atomic_load (&sink->late_frames),
                  (int)atomic_load (&sink->late_by_callback_frames));
}

/* Into the page cache.  While a system hands out memory for it, threads of any priority wait in the kernel for 10 to
 * 20 ms (a SCHED_FIFO thread as well): that is no part of what is measured. */
static void
read_through (const char *path)
{
  g_autofree char *block = g_malloc (1 << 20);
  int file = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (file, >=, 0);
  while (read (file, block, 1 << 20) > 0)
    continue;
  close (file);
}

static void
test_load (void)
{
  const char *text = g_getenv ("SB_LOAD_S");
  const double seconds = text ? g_ascii_strtod (text, NULL) : 600;
  g_autoptr (GError) error = NULL;
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *folder = g_build_filename (here, "player-load-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (folder));
  g_autofree char *path = make_day (folder);
  read_through (path);
  int n_witnesses;
  g_autofree Witness *witnesses = set_witnesses (&n_witnesses);
  give_up_priorities ();
  g_autoptr (SbSource) source = sb_file_source_new (path, NULL, &error);
  g_assert_no_error (error);
  FakeSink *sink = fake_sink_new (PERIOD, 2, 0);
  sink->ran_dry = on_dry;
  Desk desk = {.pool = sb_pool_new (0),
               .player = sb_player_new (&sink->base),
               .document = sb_document_new (source, NULL, &error),
               .view = {0, 20, 0, RATE / 2.0, SB_SCALE_MEL, WIDTH, HEIGHT},
               .argb = g_new (uint32_t, WIDTH * HEIGHT),
               .random = g_rand_new_with_seed (17)};
  g_assert_no_error (error);
  sb_colormap_lut (SB_COLORMAP_MAGMA, -120, 0, desk.lut);
  begin_the_day (&desk);
  sb_document_add_listener (desk.document, on_change, &desk);
  g_autoptr (SbSnapshot) snapshot = sb_document_snapshot (desk.document);
  sb_player_set_source (desk.player, snapshot->source[SB_VIEW_RESULT]);
  sb_player_play (desk.player, RATE);
  double all[2], own[2];
  used_s (&all[0], &own[0]);
  work (&desk, seconds);
  used_s (&all[1], &own[1]);
  report (&desk, sink, seconds);
  const double others = (all[1] - all[0] - (own[1] - own[0])) / seconds / (double)sysconf (_SC_NPROCESSORS_ONLN);
  g_test_message ("other programs had %.0f %% of the processors", 100 * others);
  g_autofree char *problem = sb_player_take_problem (desk.player);
  const SbPlayerCounts counts = sb_player_counts (desk.player);
  const bool playing = sb_player_is_playing (desk.player);
  sb_player_free (desk.player);
  dismiss_witnesses (witnesses, n_witnesses);
  const int64_t late = not_excused (witnesses, n_witnesses, (int64_t)(1e9 * PERIOD / RATE));
  free_pictures (&desk);
  sb_document_free (desk.document);
  sb_pool_free (desk.pool);
  g_rand_free (desk.random);
  g_free (desk.argb);
  g_assert_cmpint (unlink (path), ==, 0);
  g_assert_cmpint (rmdir (folder), ==, 0);
  g_assert_cmpstr (problem, ==, NULL);
  g_assert_true (playing);
  g_assert_cmpint (counts.crossfades, >, seconds);
  g_assert_cmpint (counts.underruns, ==, 0);
  if (late > 0 && others > MOST_OTHERS)
    g_test_incomplete ("other programs kept this machine too busy to call a device in time");
  else
    g_assert_cmpint (late, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/player/under-load", test_load);
  return g_test_run ();
}
