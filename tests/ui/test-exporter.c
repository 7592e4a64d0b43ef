/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An export's report gets its SHA-256, whatever comes of the next export. */
#include "session-support.h"
#include "ui/sb-exporter.h"

typedef struct {
  const char *next; /* what to export as soon as one has ended */
  int n_done, n_failed, n_reported;
} Seen;

static void
start (SbExporter *exporter, const char *path)
{
  const SbExportRequest request = {.path = path};
  g_assert_true (sb_exporter_start (exporter, &request));
}

static void
ended (SbExporter *exporter, gboolean done, const char *sentence, Seen *seen)
{
  const char *next = g_steal_pointer (&seen->next);
  if (done)
    seen->n_done++;
  else
    seen->n_failed++;
  if (next)
    start (exporter, next);
}

static void
reported (SbExporter *exporter, Seen *seen)
{
  seen->n_reported++;
}

static void
expect_report_of (SbExporter *exporter, const char *path)
{
  g_autofree char *bytes = NULL;
  gsize n;
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_autofree char *sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)bytes, n);
  PUMP_UNTIL (!sb_exporter_is_hashing (exporter));
  g_assert_cmpstr (sb_exporter_last_path (exporter), ==, path);
  g_assert_cmpstr (sb_exporter_report (exporter)->result_sha256, ==, sha256);
  g_assert_cmpuint (strlen (sb_exporter_report (exporter)->source_sha256), ==, 64);
}

static void
test_hashes_stay (void)
{
  SbPool *pool = sb_pool_new (1), *jobs = sb_pool_new (2);
  SbSession *session = session_with_recording (pool, "export.wav");
  SbExporter *exporter = sb_exporter_new (session, jobs);
  g_autofree char *good = sb_test_path ("good.wav"), *other = sb_test_path ("other.flac"),
                  *nowhere = sb_test_path ("no/such/folder.wav");
  Seen seen = {.next = nowhere};
  g_signal_connect (exporter, "finished", G_CALLBACK (ended), &seen);
  g_signal_connect (exporter, "reported", G_CALLBACK (reported), &seen);
  start (exporter, good); /* its bytes are being read when the next one begins */
  PUMP_UNTIL (seen.n_failed == 1);
  g_assert_cmpint (seen.n_done, ==, 1);
  expect_report_of (exporter, good);
  g_assert_cmpint (seen.n_reported, ==, 1);

  seen.next = other;
  start (exporter, good);
  PUMP_UNTIL (seen.n_done == 3);
  expect_report_of (exporter, other);
  g_object_unref (exporter);
  sb_pool_free (jobs);
  session_end (session, pool);
}

int
main (int argc, char **argv)
{
  session_init (&argc, &argv);
  g_test_add_func ("/exporter/hashes-stay", test_hashes_stay);
  return g_test_run ();
}
