/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pread() here is our own: it is interrupted, brings little at a time, fails.
 * The macro would replace it by a checked one. */
#undef _FORTIFY_SOURCE
#include "base/sb-read-at.h"

#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static const char content[] = "abcdefghijklmnopqrstuvwxyz";
static int n_calls;
static size_t most_bytes; /* at a time */
static int fails_at;      /* this call, with EIO; 0: none */
static bool interrupted;  /* every other call is */

ssize_t
pread (int fd, void *to, size_t n, off_t pos)
{
  n_calls++;
  if (n_calls == fails_at || (interrupted && n_calls % 2)) {
    errno = n_calls == fails_at ? EIO : EINTR;
    return -1;
  }
  if (pos < 0) {
    errno = EINVAL;
    return -1;
  }
  const size_t there = (size_t)MIN (pos, 26), m = MIN (MIN (n, most_bytes), 26 - there);
  memcpy (to, content + there, m);
  return (ssize_t)m;
}

static void
set_up (size_t most, bool signals, int failing)
{
  n_calls = 0;
  most_bytes = most;
  interrupted = signals;
  fails_at = failing;
}

/* However it comes, and whatever stands in errno before. */
static void
test_whole (void)
{
  for (size_t most = 1; most <= 30; most++)
    for (int signals = 0; signals < 2; signals++) {
      char text[20] = "";
      set_up (most, signals, 0);
      g_assert_cmpuint (sb_read_at (3, text, 12, 5), ==, 12);
      g_assert_cmpstr (text, ==, "fghijklmnopq");
    }
}

static void
test_end (void)
{
  char text[20] = "";
  set_up (4, true, 0);
  errno = EIO;
  g_assert_cmpuint (sb_read_at (3, text, sizeof text, 20), ==, 6);
  g_assert_cmpint (errno, ==, 0);
  g_assert_cmpstr (text, ==, "uvwxyz");
  errno = EIO;
  g_assert_cmpuint (sb_read_at (3, text, sizeof text, 100), ==, 0);
  g_assert_cmpint (errno, ==, 0);
}

static void
test_nothing (void)
{
  set_up (4, false, 0);
  g_assert_cmpuint (sb_read_at (3, NULL, 0, 20), ==, 0);
  g_assert_cmpint (n_calls, ==, 0);
}

/* What came before the failure counts. */
static void
test_failure (void)
{
  char text[20] = "";
  set_up (4, false, 3);
  g_assert_cmpuint (sb_read_at (3, text, sizeof text, 0), ==, 8);
  g_assert_cmpint (errno, ==, EIO);
  g_assert_cmpstr (text, ==, "abcdefgh");
  g_assert_cmpuint (sb_read_at (3, text, sizeof text, -1), ==, 0);
  g_assert_cmpint (errno, ==, EINVAL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/read-at/whole", test_whole);
  g_test_add_func ("/read-at/end", test_end);
  g_test_add_func ("/read-at/nothing", test_nothing);
  g_test_add_func ("/read-at/failure", test_failure);
  return g_test_run ();
}
