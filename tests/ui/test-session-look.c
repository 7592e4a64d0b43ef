/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Another look that cannot be had: said once, and the usual pictures stay.
 * The linker leads the maker of pictures through here. */
#include "session-support.h"

static atomic_int n_made;
static atomic_bool refuses;

SbSpectrogram *__real_sb_spectrogram_new_look (SbSource *source, const SbSpectrogramLook *look, SbPool *pool,
                                               SbSpectrogram *below, SbSpectrogram *former, GError **error);
SbSpectrogram *__wrap_sb_spectrogram_new_look (SbSource *source, const SbSpectrogramLook *look, SbPool *pool,
                                               SbSpectrogram *below, SbSpectrogram *former, GError **error);

SbSpectrogram *
__wrap_sb_spectrogram_new_look (SbSource *source, const SbSpectrogramLook *look, SbPool *pool, SbSpectrogram *below,
                                SbSpectrogram *former, GError **error)
{
  atomic_fetch_add (&n_made, 1);
  if (!atomic_load (&refuses))
    return __real_sb_spectrogram_new_look (source, look, pool, below, former, error);
  g_set_error (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory.");
  return NULL;
}

static void
count (SbSession *session, const char *sentence, int *n_said)
{
  g_assert_cmpstr (sentence, ==, "There is not enough memory.");
  ++*n_said;
}

static void
expect_usual (SbSession *session, int n_tries)
{
  const SbRecording *recording = sb_session_recording (session);
  const SbGrid *usual = sb_document_grid (recording->document);
  for (int i = 0; i < 20; i++) { /* whatever would come behind it */
    while (g_main_context_iteration (NULL, FALSE))
      ;
    g_usleep (2000);
  }
  g_assert_cmpint (atomic_load (&n_made), ==, n_tries);
  g_assert_cmpint (sb_session_look (session)->n_fft, ==, 0);
  g_assert_cmpint (sb_session_look (session)->window, ==, usual->window);
  g_assert_false (sb_session_look (session)->reassigned);
  g_assert_null (recording->looked[SB_VIEW_ORIGINAL]);
  g_assert_true (sb_grid_equal (sb_stft_grid (recording->readout_stft), usual));
}

static void
test_refused (void)
{
  SbPool *pool = sb_pool_new (1);
  SbSession *session = session_with_recording (pool, "look.wav");
  int n_said = 0;
  g_signal_connect (session, "message", G_CALLBACK (count), &n_said);

  atomic_store (&refuses, false);
  sb_session_set_resolution (session, 4096);
  PUMP_UNTIL (sb_session_recording (session)->looked[SB_VIEW_ORIGINAL]);

  atomic_store (&refuses, true); /* a look that was there is left for one that cannot be had */
  atomic_store (&n_made, 0);
  sb_session_set_resolution (session, 8192);
  PUMP_UNTIL (n_said > 0);
  expect_usual (session, 1);
  g_assert_cmpint (n_said, ==, 1);

  atomic_store (&n_made, 0);
  sb_session_set_reassigned (session, true);
  PUMP_UNTIL (n_said > 1);
  expect_usual (session, 1);

  atomic_store (&n_made, 0);
  sb_session_set_window (session, SB_WINDOW_BLACKMAN);
  PUMP_UNTIL (n_said > 2);
  expect_usual (session, 1);
  g_assert_cmpint (n_said, ==, 3);
  session_end (session, pool);
}

/* What was asked for meanwhile is another thing: it has its try. */
static void
test_asked_meanwhile (void)
{
  SbPool *pool = sb_pool_new (1);
  SbSession *session = session_with_recording (pool, "meanwhile.wav");
  int n_said = 0;
  Gate gate;
  g_signal_connect (session, "message", G_CALLBACK (count), &n_said);
  atomic_store (&refuses, true);
  atomic_store (&n_made, 0);
  gate_close (&gate, pool);
  sb_session_set_resolution (session, 8192);
  sb_session_set_resolution (session, 1024);
  gate_open (&gate);
  PUMP_UNTIL (n_said > 0);
  g_assert_cmpint (sb_session_look (session)->n_fft, ==, 1024);
  PUMP_UNTIL (n_said > 1);
  expect_usual (session, 2);
  session_end (session, pool);
}

int
main (int argc, char **argv)
{
  session_init (&argc, &argv);
  g_test_add_func ("/session-look/refused", test_refused);
  g_test_add_func ("/session-look/asked-meanwhile", test_asked_meanwhile);
  return g_test_run ();
}
