/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The player on a device that underruns, stalls, vanishes, hangs, refuses its
 * rate or is not there: a sentence within a second, no call that waits, and
 * playing again when the device is back. */
#include "base/sb-pool.h"
#include "document/sb-player.h"
#include "fake-sink.h"

#include <string.h>
#include <sys/resource.h>

#define RATE 48000

static double
patience (void)
{
  const char *text = g_getenv ("SB_TEST_PATIENCE");
  return text ? MAX (1, g_ascii_strtod (text, NULL)) : 1;
}

static SbSource *
make_ramp (int64_t n, int rate)
{
  g_autofree float *frames = g_new (float, (gsize)n);
  for (int64_t i = 0; i < n; i++)
    frames[i] = (float)(i + 1) / 8388608.0f;
  return sb_memory_source_new (frames, n, 1, rate);
}

static SbPlayer *
make_player (FakeSink *sink, int64_t n, int rate)
{
  g_autoptr (SbSource) source = make_ramp (n, rate);
  SbPlayer *player = sb_player_new (&sink->base);
  sb_player_set_source (player, source);
  return player;
}

static void
wait_for_frames (FakeSink *sink, int64_t n)
{
  for (int i = 0; i < 2000 && atomic_load (&sink->n_recorded) < n; i++)
    g_usleep (2000);
  g_assert_cmpint (atomic_load (&sink->n_recorded), >=, n);
}

/* The sentence, at most a second after `since_us`. */
static void
expect_problem (SbPlayer *player, gint64 since_us, const char *expected)
{
  char *problem = NULL;
  while (!problem && g_get_monotonic_time () - since_us < 5000000) {
    const gint64 before = g_get_monotonic_time ();
    problem = sb_player_take_problem (player);
    g_assert_cmpint (g_get_monotonic_time () - before, <, (gint64)(50000 * patience ()));
    g_usleep (2000);
  }
  const gint64 took = g_get_monotonic_time () - since_us;
  g_assert_nonnull (problem);
  g_test_message ("after %.0f ms: %s", (double)took / 1000, problem);
  g_assert_nonnull (strstr (problem, expected));
  g_assert_cmpint (took, <, (gint64)(1000000 * patience ()));
  g_assert_false (sb_player_is_playing (player));
  g_free (problem);
}

static void
expect_playing_again (SbPlayer *player, FakeSink *sink)
{
  for (int i = 0; i < 3; i++) { /* a hanging call of before may still be under way */
    const int64_t before = atomic_load (&sink->n_recorded);
    sb_player_play (player, 100);
    for (int k = 0; k < 1000 && sb_player_is_playing (player) && atomic_load (&sink->n_recorded) < before + RATE / 4;
         k++)
      g_usleep (2000);
    if (sb_player_is_playing (player)) {
      g_assert_cmpint (atomic_load (&sink->n_recorded), >=, before + RATE / 4);
      g_assert_cmpint (sb_player_position (player), >, 100);
      return;
    }
    g_free (sb_player_take_problem (player));
    g_usleep (500000);
  }
  g_assert_not_reached ();
}

static void
test_stalls (void)
{
  FakeSink *sink = fake_sink_new (240, 4, RATE);
  SbPlayer *player = make_player (sink, 60 * RATE, RATE);
  sb_player_play (player, 0);
  wait_for_frames (sink, RATE / 4);
  const gint64 since = g_get_monotonic_time ();
  atomic_store (&sink->stalled, true);
  expect_problem (player, since, "stopped answering");
  g_assert_cmpint (sb_player_position (player), >=, RATE / 5);
  atomic_store (&sink->stalled, false);
  expect_playing_again (player, sink);
  sb_player_free (player);
}

static void
test_vanishes (void)
{
  FakeSink *sink = fake_sink_new (240, 4, RATE);
  SbPlayer *player = make_player (sink, 60 * RATE, RATE);
  sb_player_play (player, 0);
  wait_for_frames (sink, RATE / 4);
  const gint64 since = g_get_monotonic_time ();
  atomic_store (&sink->refuses, true);
  atomic_store (&sink->vanished, true);
  expect_problem (player, since, "went away");
  const gint64 again = g_get_monotonic_time ();
  sb_player_play (player, 0); /* nothing is back yet */
  expect_problem (player, again, "No sound device");
  atomic_store (&sink->refuses, false);
  atomic_store (&sink->vanished, false);
  expect_playing_again (player, sink);
  sb_player_free (player);
}

static void
test_start_hangs (void)
{
  FakeSink *sink = fake_sink_new (240, 4, RATE);
  SbPlayer *player = make_player (sink, 60 * RATE, RATE);
  atomic_store (&sink->start_hangs_ms, 2500);
  const gint64 since = g_get_monotonic_time ();
  sb_player_play (player, 0);
  expect_problem (player, since, "stopped answering");
  atomic_store (&sink->start_hangs_ms, 0);
  g_usleep (2000000); /* the daemon wakes up */
  expect_playing_again (player, sink);
  sb_player_free (player);
}

static atomic_int n_tries;
static atomic_bool first_may_fail;

/* The first start takes its time and fails. */
static bool
start_second_time (SbSink *sink, int rate, int channels, SbRenderFunc render, void *data, GError **error)
{
  if (atomic_fetch_add (&n_tries, 1) > 0)
    return fake_start (sink, rate, channels, render, data, error);
  while (!atomic_load (&first_may_fail))
    g_usleep (1000);
  g_set_error (error, SB_ERROR, SB_ERROR_NO_DEVICE, "No sound device was found.");
  return false;
}

/* What failed was stopped before it began: what is played since then goes on, and nobody hears of a failure. */
static void
test_late_failure (void)
{
  for (int again = 1; again >= 0; again--) {
    SbSinkClass failing = fake_class;
    failing.start = start_second_time;
    FakeSink *sink = fake_sink_new (240, 4, RATE);
    sink->base.klass = &failing;
    SbPlayer *player = make_player (sink, 60 * RATE, RATE);
    atomic_store (&n_tries, 0);
    atomic_store (&first_may_fail, false);
    sb_player_play (player, 0);
    for (int i = 0; i < 5000 && atomic_load (&n_tries) < 1; i++)
      g_usleep (2000);
    sb_player_stop (player);
    if (again) /* before it fails, and after */
      sb_player_play (player, 100);
    atomic_store (&first_may_fail, true);
    if (!again) {
      g_usleep (50000);
      sb_player_play (player, 100);
    }
    wait_for_frames (sink, RATE / 4);
    char *problem = sb_player_take_problem (player);
    g_assert_cmpstr (problem, ==, NULL);
    g_assert_true (sb_player_is_playing (player));
    sb_player_free (player);
  }
}

static void
test_stop_hangs (void)
{
  FakeSink *sink = fake_sink_new (240, 4, RATE);
  SbPlayer *player = make_player (sink, 60 * RATE, RATE);
  sb_player_play (player, 0);
  wait_for_frames (sink, RATE / 4);
  atomic_store (&sink->stop_hangs_ms, 1500);
  const gint64 since = g_get_monotonic_time ();
  sb_player_stop (player);
  g_assert_cmpint (g_get_monotonic_time () - since, <, (gint64)(50000 * patience ()));
  g_assert_false (sb_player_is_playing (player));
  g_usleep (1700000);
  atomic_store (&sink->stop_hangs_ms, 0);
  expect_playing_again (player, sink);
  sb_player_free (player);
}

/* More is asked for at once than was queued: counted, and after the gap nothing is lost. */
static void
test_underrun (void)
{
  FakeSink *sink = fake_sink_new (240, 4, 4 * RATE);
  SbPlayer *player = make_player (sink, 60 * RATE, RATE);
  sb_player_play (player, 0);
  wait_for_frames (sink, RATE / 4);
  g_assert_cmpint (sb_player_n_underruns (player), ==, 0);
  atomic_store (&sink->gulp_frames, RATE / 2);
  wait_for_frames (sink, 2 * RATE);
  g_assert_cmpint (sb_player_n_underruns (player), >=, 1);
  g_assert_cmpint (sb_player_counts (player).missing_frames, >, RATE / 4);
  g_assert_true (sb_player_is_playing (player));
  g_assert_null (sb_player_take_problem (player));
  sb_player_free (player);
}

static void
test_underrun_loses_nothing (void)
{
  FakeSink *sink = fake_sink_new (240, 4, 2 * RATE);
  SbPlayer *player = make_player (sink, 60 * RATE, RATE);
  sb_player_play (player, 0);
  wait_for_frames (sink, RATE / 4);
  atomic_store (&sink->gulp_frames, RATE / 2);
  wait_for_frames (sink, 2 * RATE);
  float next = 1.0f / 8388608.0f;
  int64_t gap = 0;
  for (int64_t i = 0; i < 2 * RATE; i++)
    if (sink->record[2 * i] == 0)
      gap++;
    else {
      g_assert_cmpfloat (sink->record[2 * i], ==, next);
      next += 1.0f / 8388608.0f;
    }
  g_assert_cmpint (gap, >, RATE / 4);
  sb_player_free (player);
}

/* A device at another rate gets the recording resampled, at its own pitch and place. */
static void
test_other_rate (void)
{
  FakeSink *sink = fake_sink_new (240, 4, RATE);
  const int64_t n = 44100;
  sink->only_rate = 48000;
  SbPlayer *player = make_player (sink, n, 44100);
  sb_player_play (player, 0);
  wait_for_frames (sink, RATE / 2);
  g_assert_cmpint (sb_player_counts (player).rate, ==, 48000);
  const int64_t position = sb_player_position (player);
  g_assert_cmpint (position, >, 44100 * 0.3);
  g_assert_cmpint (position, <, 44100 * 0.9);
  for (int64_t i = 2000; i < RATE / 2; i++) /* a ramp stays one */
    g_assert_cmpfloat_with_epsilon (sink->record[2 * i], ((double)i * 147 / 160 + 1) / 8388608.0, 1e-6);
  for (int i = 0; i < 500 && sb_player_is_playing (player); i++)
    g_usleep (10000);
  g_assert_false (sb_player_is_playing (player));
  g_assert_cmpint (sb_player_position (player), ==, n);
  g_assert_null (sb_player_take_problem (player));
  sb_player_free (player);
}

static void
test_no_rate_at_all (void)
{
  FakeSink *sink = fake_sink_new (240, 4, RATE);
  sink->only_rate = 12345;
  SbPlayer *player = make_player (sink, RATE, 44100);
  const gint64 since = g_get_monotonic_time ();
  sb_player_play (player, 0);
  expect_problem (player, since, "cannot play");
  sb_player_free (player);
}

static atomic_int n_lists, n_lists_done, lists_allowed;

/* Names which list it is; ends when it is allowed to. */
static GPtrArray *
list_in_turn (SbSink *sink)
{
  const int number = atomic_fetch_add (&n_lists, 1) + 1;
  while (atomic_load (&lists_allowed) < number)
    g_usleep (1000);
  GPtrArray *devices = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (devices, g_strdup_printf ("device of list %d", number));
  atomic_store (&n_lists_done, number);
  return devices;
}

static void
expect_list (SbPlayer *player, const char *name)
{
  GPtrArray *devices = NULL;
  for (int i = 0; i < 5000 && !(devices = sb_player_take_devices (player)); i++)
    g_usleep (2000);
  g_assert_nonnull (devices);
  g_assert_cmpuint (devices->len, ==, 1);
  g_assert_cmpstr (devices->pdata[0], ==, name);
  g_ptr_array_unref (devices);
}

/* Who asks twice gets the newer list, and nothing is left for whoever asks next. */
static void
test_newest_list (void)
{
  SbSinkClass listing = fake_class;
  listing.list_devices = list_in_turn;
  FakeSink *sink = fake_sink_new (240, 4, RATE);
  sink->base.klass = &listing;
  SbPlayer *player = make_player (sink, RATE, RATE);

  sb_player_look_for_devices (player);
  for (int i = 0; i < 5000 && atomic_load (&n_lists) < 1; i++)
    g_usleep (2000);
  sb_player_look_for_devices (player); /* during the first */
  atomic_store (&lists_allowed, 1);
  for (int i = 0; i < 5000 && atomic_load (&n_lists) < 2; i++)
    g_usleep (2000);
  g_assert_cmpint (atomic_load (&n_lists), ==, 2);
  g_assert_null (sb_player_take_devices (player));
  atomic_store (&lists_allowed, 2);
  expect_list (player, "device of list 2");

  atomic_store (&lists_allowed, 3);
  sb_player_look_for_devices (player);
  for (int i = 0; i < 5000 && atomic_load (&n_lists_done) < 3; i++)
    g_usleep (2000);
  g_usleep (50000); /* the third is there, and nobody took it */
  sb_player_look_for_devices (player);
  g_assert_null (sb_player_take_devices (player));
  atomic_store (&lists_allowed, 4);
  expect_list (player, "device of list 4");
  sb_player_free (player);
}

/* How willingly the system's thread of that name gives way. */
static int
nice_of (const char *name)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;
  while (tasks && (task = g_dir_read_name (tasks))) {
    g_autofree char *path = g_build_filename ("/proc/self/task", task, "comm", NULL), *comm = NULL;
    if (g_file_get_contents (path, &comm, NULL, NULL) && g_str_equal (g_strchomp (comm), name))
      return getpriority (PRIO_PROCESS, (id_t)g_ascii_strtoull (task, NULL, 10));
  }
  return INT_MAX;
}

/* Analysis gives way to the window, and that to the feeder where the system allows it. */
static void
test_priorities (void)
{
  g_autoptr (SbPool) pool = sb_pool_new (2);
  SbPlayer *player = make_player (fake_sink_new (240, 4, RATE), RATE, RATE);
  int workers = INT_MAX, feeder = INT_MAX;
  for (int i = 0; i < 1000 && (workers == INT_MAX || feeder == INT_MAX || workers <= feeder); i++) {
    g_usleep (2000); /* they have begun, but perhaps not said so yet */
    workers = nice_of ("sb-worker");
    feeder = nice_of ("sb-feeder");
  }
  g_test_message ("workers %d, window %d, feeder %d", workers, getpriority (PRIO_PROCESS, 0), feeder);
  g_assert_cmpint (workers, !=, INT_MAX);
  g_assert_cmpint (workers, >, getpriority (PRIO_PROCESS, 0));
  g_assert_cmpint (feeder, <=, getpriority (PRIO_PROCESS, 0));
  sb_player_free (player);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/player/devices/stalls", test_stalls);
  g_test_add_func ("/player/devices/vanishes", test_vanishes);
  g_test_add_func ("/player/devices/start-hangs", test_start_hangs);
  g_test_add_func ("/player/devices/late-failure", test_late_failure);
  g_test_add_func ("/player/devices/stop-hangs", test_stop_hangs);
  g_test_add_func ("/player/devices/underrun-is-counted", test_underrun);
  g_test_add_func ("/player/devices/underrun-loses-nothing", test_underrun_loses_nothing);
  g_test_add_func ("/player/devices/other-rate", test_other_rate);
  g_test_add_func ("/player/devices/no-rate-at-all", test_no_rate_at_all);
  g_test_add_func ("/player/devices/newest-list", test_newest_list);
  g_test_add_func ("/player/devices/priorities", test_priorities);
  return g_test_run ();
}
