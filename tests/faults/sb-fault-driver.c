/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program that is killed: a document with keeping, without a window.
 *
 *   paint RECORDING SESSIONS N [PAUSE_US]   N strokes, now and then an undo, a mute, a removal; prints the list's
 *                                           JSON hash after each change that is acknowledged
 *   strokes RECORDING SESSIONS N            the same, strokes alone
 *   undo RECORDING SESSIONS N               five strokes unless they are there, then N times undo and redo
 *   analyse RECORDING CACHE                 the picture, from the cache folder or computed and kept there; prints
 *                                           from where, and a hash of its codes
 *   show RECORDING SESSIONS                 opens, prints n edits, n steps and the hash, and what is said
 *   save RECORDING SESSIONS PROJECT         opens, Save Project As
 *   load PROJECT                            opens a project, prints n edits
 */
#include "audio/sb-file-source.h"
#include "document/sb-store.h"
#include "view/sb-spectrogram-private.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  SbSource *source;
  SbStore *store;
  SbDocument *document;
} Session;

static int
fail (const GError *error)
{
  fprintf (stderr, "%s\n", error ? error->message : "failed");
  return 1;
}

static bool
open_session (Session *s, const char *path, const char *folder, GError **error)
{
  s->source = sb_file_source_new (path, NULL, error);
  s->store = s->source ? sb_store_open (folder, s->source, NULL, NULL, error) : NULL;
  s->document = s->store ? sb_document_new (s->source, &sb_store_project (s->store)->grid, error) : NULL;
  return s->document && sb_store_attach (s->store, s->document, error);
}

static void
close_session (Session *s)
{
  sb_store_free (s->store);
  sb_document_free (s->document);
  sb_source_unref (s->source);
}

/* Of everything that must come back: steps, how many are done, the list. */
static char *
state_hash (SbDocument *document)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; i < sb_document_n_steps (document); i++) {
    const SbStep step = sb_document_step (document, i);
    g_autofree char *json = step.op ? sb_operation_to_json (step.op) : NULL;
    g_string_append_printf (text, "%s %d %s\n", sb_step_kind_name (step.kind), step.index, json ? json : "");
  }
  g_string_append_printf (text, "%d", sb_document_n_done (document));
  return g_compute_checksum_for_string (G_CHECKSUM_MD5, text->str, -1);
}

static SbOperation *
stroke (int number, GError **error)
{
  SbOpSpec spec;
  SbOpPoint points[40];
  sb_op_spec_init (&spec, SB_OP_STROKE);
  g_autofree char *id = g_strdup_printf ("%d-%d", number, (int)getpid ());
  for (int i = 0; i < 40; i++)
    points[i] = (SbOpPoint){0.05 + 0.002 * i, 1000 + 37.5 * i + number, 1, 1};
  spec.id = id;
  spec.points = points;
  spec.n_points = number % 9 == 8 ? 40 : 1 + number % 5;
  spec.radius_s = 0.01;
  spec.radius_hz = 100;
  spec.gain_db = number % 3 ? -INFINITY : -12;
  return sb_operation_new (&spec, error);
}

static bool
change (SbDocument *document, int number, GError **error)
{
  const int n = sb_document_n_edits (document);
  if (number % 7 == 3 && sb_document_can_undo (document)) {
    sb_document_undo (document);
    return true;
  }
  if (number % 7 == 5 && sb_document_can_redo (document)) {
    sb_document_redo (document);
    return true;
  }
  if (number % 11 == 6 && n > 2)
    return sb_document_remove_op (document, sb_operation_id (sb_document_edit (document, n / 2, NULL)));
  if (number % 11 == 9 && n > 0) {
    const char *id = sb_operation_id (sb_document_edit (document, 0, NULL));
    return sb_document_set_muted (document, id, !sb_document_is_muted (document, id));
  }
  if (number % 29 == 28)
    return sb_document_clear (document) || true;
  g_autoptr (SbOperation) op = stroke (number, error);
  return op && sb_document_apply (document, op, error);
}

static bool
add_stroke (SbDocument *document, int number, GError **error)
{
  g_autoptr (SbOperation) op = stroke (number, error);
  return op && sb_document_apply (document, op, error);
}

/* Only steps back and forth, as far as it goes: three back, two forth … */
static bool
undo_or_redo (SbDocument *document, int number, GError **error)
{
  const int n = sb_document_n_edits (document);
  if (sb_document_n_steps (document) < 5)
    return add_stroke (document, n, error);
  if (number % 5 < 3 && sb_document_can_undo (document))
    sb_document_undo (document);
  else if (sb_document_can_redo (document))
    sb_document_redo (document);
  else
    sb_document_undo (document);
  return true;
}

typedef bool (*Change) (SbDocument *document, int number, GError **error);

static int
paint (const char *path, const char *folder, int n, int pause_us, Change make_change)
{
  Session s = {0};
  g_autoptr (GError) error = NULL;
  if (!open_session (&s, path, folder, &error))
    return fail (error);
  /* what will be is told before it is done */
  g_autoptr (SbDocument) shadow = sb_document_new (s.source, &sb_store_project (s.store)->grid, &error);
  if (!shadow || !sb_project_restore (sb_store_project (s.store), shadow, NULL, &error))
    return fail (error);
  for (int i = 0; i < n; i++) {
    if (!make_change (shadow, i, &error))
      return fail (error);
    g_autofree char *hash = state_hash (shadow);
    printf ("made %s\n", hash);
    fflush (stdout);
    if (!make_change (s.document, i, &error))
      return fail (error);
    if (!sb_store_flush (s.store, 4)) {
      g_autofree char *why = sb_store_trouble (s.store);
      printf ("trouble %s\n", why ? why : "none");
    } else
      printf ("kept %s\n", hash);
    fflush (stdout);
    if (pause_us)
      g_usleep ((gulong)pause_us);
  }
  close_session (&s);
  printf ("done\n");
  return 0;
}

static int
show (const char *path, const char *folder)
{
  Session s = {0};
  g_autoptr (GError) error = NULL;
  if (!open_session (&s, path, folder, &error))
    return fail (error);
  g_autofree char *hash = state_hash (s.document);
  const SbStoreState state = sb_store_state (s.store);
  printf ("edits %d steps %d keeping %d\nhash %s\nsays %s%s\n", sb_document_n_edits (s.document),
          sb_document_n_steps (s.document), state.keeping, hash, state.sentence ? state.sentence : "",
          state.not_kept ? state.not_kept : "");
  close_session (&s);
  return 0;
}

static int
save (const char *path, const char *folder, const char *target)
{
  Session s = {0};
  g_autoptr (GError) error = NULL;
  if (!open_session (&s, path, folder, &error))
    return fail (error);
  g_autoptr (SbProject) project = sb_project_copy (sb_store_project (s.store));
  sb_project_take_document (project, s.document);
  const bool ok = sb_project_save (project, target, &error);
  close_session (&s);
  return ok ? 0 : fail (error);
}

/* Small columns: a recording of some seconds is as many of them as the cache asks for. */
static int
analyse (const char *path, const char *folder)
{
  g_autoptr (GError) error = NULL;
  SbSpectrogramLook look;
  const SbBudget budget = {512 << 10, sb_tile_budget_new (1 << 20)};
  uint32_t lut[256], *argb = g_new0 (uint32_t, 200 * 100);
  sb_spectrogram_look_init (&look, &(SbGrid){64, 16, SB_WINDOW_HANN});
  g_autoptr (SbSource) source = sb_file_source_new (path, NULL, &error);
  SbPool *pool = sb_pool_new (2);
  SbSpectrogram *s = source ? sb_spectrogram_new_sized (source, &look, pool, NULL, &budget, &error) : NULL;
  sb_tile_budget_unref (budget.tiles);
  if (!s)
    return fail (error);
  sb_spectrogram_set_cache (s, folder, "the one recording");
  printf ("from %s\n", sb_spectrogram_progress (s) >= 1 ? "cache" : "samples");
  sb_spectrogram_analyse (s);
  sb_pool_wait (pool, s); /* the cache is written as well */
  for (int i = 0; i < 256; i++)
    lut[i] = (uint32_t)i;
  SbViewport view = {0};
  view.to_s = (double)source->n_frames / source->rate;
  view.high_hz = source->rate / 2.0;
  view.width_px = 200;
  view.height_px = 100;
  sb_spectrogram_compose (s, &view, 0, 200, lut, argb, 200, false);
  g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_MD5, (const guchar *)argb, 200 * 100 * 4);
  g_autofree char *problem = sb_spectrogram_take_problem (s);
  printf ("hash %s\nproblem %s\ndone\n", hash, problem ? problem : "none");
  sb_spectrogram_free (s);
  sb_pool_free (pool);
  g_free (argb);
  return 0;
}

static int
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbProject) project = sb_project_load (path, &error);
  if (!project)
    return fail (error);
  printf ("edits %u%s\n", project->ops->len, project->salvaged ? " salvaged" : "");
  return 0;
}

int
main (int argc, char **argv)
{
  const char *what = argc > 1 ? argv[1] : "";
  signal (SIGXFSZ, SIG_IGN); /* as the program does */
  if (strcmp (what, "paint") == 0 && argc >= 5)
    return paint (argv[2], argv[3], atoi (argv[4]), argc > 5 ? atoi (argv[5]) : 0, change);
  if (strcmp (what, "strokes") == 0 && argc == 5)
    return paint (argv[2], argv[3], atoi (argv[4]), 0, add_stroke);
  if (strcmp (what, "undo") == 0 && argc == 5)
    return paint (argv[2], argv[3], atoi (argv[4]), 0, undo_or_redo);
  if (strcmp (what, "analyse") == 0 && argc == 4)
    return analyse (argv[2], argv[3]);
  if (strcmp (what, "show") == 0 && argc == 4)
    return show (argv[2], argv[3]);
  if (strcmp (what, "save") == 0 && argc == 5)
    return save (argv[2], argv[3], argv[4]);
  if (strcmp (what, "load") == 0 && argc == 3)
    return load (argv[2]);
  return 2;
}
