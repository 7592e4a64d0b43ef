/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A project file and what was kept of it.  A session knows its file by a mark,
 * the hash of its bytes when it was last opened or saved:
 *
 *   open P ── stroke ── save to P ── stroke ── quit      open P: the mark holds, both strokes
 *                                     P is replaced      open P: the file counts; the session gets a second name
 *
 * Edits that are left aside are never silent.
 * Thread: worker.  Blocks: disk. */
#include "document/sb-store-open-private.h"

#include "document/sb-relink.h"
#include "edit/sb-op-json.h"

#include <string.h>

bool
sb_store_project_goes_first (const SbOpening *opening)
{
  return opening->request->project && g_strcmp0 (opening->store->project->project_mark, opening->mark) != 0;
}

static bool
is_other_content (const SbOpening *opening)
{
  const SbProject *project = opening->request->project;
  return project && project->source_fingerprint && *project->source_fingerprint &&
         !sb_project_is_same_source (project, opening->fresh, opening->request->progress);
}

/* The project's edits are applied, since it is the project that was opened, but nobody has said yet that they are for
 * this content. */
void
sb_store_tell_other_content (SbOpening *opening)
{
  SbStore *store = opening->store;
  const SbProject *project = opening->request->project;
  const char *accepted = g_hash_table_lookup (store->project->view, SB_STORE_ACCEPTED);
  if (!is_other_content (opening) || g_strcmp0 (accepted, opening->fresh->source_fingerprint) == 0)
    return;
  sb_project_free (store->other);
  store->other = sb_project_copy (project);
  store->state.on_other_content = true;
  sb_store_say_changed (opening, "This recording has changed since the edits were made.", "Times may no longer fit.");
}

void
sb_store_take_project (SbOpening *opening)
{
  SbStore *store = opening->store;
  const SbProject *project = opening->request->project;
  const char *came = g_hash_table_lookup (store->project->view, SB_STORE_CAME); /* of the place, not of the file */
  SbProject *copy = sb_project_copy (project);
  if (!is_other_content (opening))
    sb_store_say_where_found (opening, project->source_path);
  opening->unsure = !project->salvaged && sb_project_may_differ (project, opening->fresh);
  if (project->salvaged)
    sb_store_say (store, "%s", project->salvaged);
  sb_project_take_source (copy, opening->fresh);
  g_clear_pointer (&copy->salvaged, g_free);
  sb_store_forget_session (copy);
  if (came)
    g_hash_table_replace (copy->view, g_strdup (SB_STORE_CAME), g_strdup (came));
  copy->project_path = g_strdup (store->whose);
  copy->project_mark = g_strdup (opening->mark);
  sb_project_free (store->project);
  store->project = copy;
}

/* ---- setting aside ---- */

char *
sb_store_save_aside (SbOpening *opening, const SbProject *project)
{
  for (int i = 1; i < 1000; i++) {
    g_autofree char *aside = g_strdup_printf ("%s/%s.aside-%d", opening->place.folder, opening->place.base, i);
    g_autofree char *name = g_path_get_basename (aside);
    if (g_file_test (aside, G_FILE_TEST_EXISTS) || sb_store_is_answered (opening->store, name))
      continue;
    if (sb_project_save (project, aside, NULL))
      return g_steal_pointer (&aside);
    break;
  }
  /* a full disk: a second name needs no room */
  return opening->place.lock_fd >= 0 ? sb_place_set_aside (&opening->place) : NULL;
}

/* The session's edits stay on the disk under another name, which is returned for a sentence. */
static char *
set_aside (SbOpening *opening)
{
  if (opening->unwritable) { /* it stays where it is: nobody writes on */
    g_autofree char *here = sb_place_file (&opening->place, opening->place.generation);
    opening->store->state.set_aside = true;
    return g_filename_display_name (here);
  }
  opening->store->state.set_aside = opening->store->state.aside_now = true;
  g_autofree char *second = sb_store_save_aside (opening, opening->store->project);
  g_autofree char *here = sb_place_file (&opening->place, opening->place.generation);
  return g_filename_display_name (second ? second : here);
}

static bool
same_step (const SbStep *a, const SbStep *b)
{
  if (a->kind != b->kind || a->index != b->index || (a->op == NULL) != (b->op == NULL))
    return false;
  g_autofree char *one = a->op ? sb_operation_to_json (a->op) : NULL,
                  *other = b->op ? sb_operation_to_json (b->op) : NULL;
  return g_strcmp0 (one, other) == 0;
}

/* Nothing that was done in the session is missing in the file. */
static bool
holds (const SbProject *file, const SbProject *session)
{
  if (session->steps->len > file->steps->len)
    return false;
  for (guint i = 0; i < session->steps->len; i++)
    if (!same_step (session->steps->pdata[i], file->steps->pdata[i]))
      return false;
  g_autoptr (GHashTable) markers = g_hash_table_new (sb_marker_hash, sb_marker_equal);
  for (guint i = 0; i < file->markers->len; i++)
    g_hash_table_add (markers, &g_array_index (file->markers, SbMarker, i));
  for (guint i = 0; i < session->markers->len; i++)
    if (!g_hash_table_contains (markers, &g_array_index (session->markers, SbMarker, i)))
      return false;
  return true;
}

/* Edits in force and markers: those of `other` are among those of `one`. */
static bool
shows_all (const SbProject *one, const SbProject *other)
{
  g_autoptr (GHashTable) ops = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) markers = g_hash_table_new (sb_marker_hash, sb_marker_equal);
  bool all = true;
  for (guint i = 0; i < one->ops->len; i++)
    g_hash_table_add (ops, sb_operation_to_json (one->ops->pdata[i]));
  for (guint i = 0; i < one->markers->len; i++)
    g_hash_table_add (markers, &g_array_index (one->markers, SbMarker, i));
  for (guint i = 0; i < other->ops->len && all; i++) {
    g_autofree char *text = sb_operation_to_json (other->ops->pdata[i]);
    all = g_hash_table_contains (ops, text);
  }
  for (guint i = 0; i < other->markers->len && all; i++)
    all = g_hash_table_contains (markers, &g_array_index (other->markers, SbMarker, i));
  return all;
}

void
sb_store_compare_with_project (const SbOpening *opening)
{
  const SbProject *file = opening->request->project, *session = opening->store->project;
  SbStoreState *state = &opening->store->state;
  const bool all = shows_all (session, file);
  state->differs_from_project = state->found == SB_FOUND_SESSION && (!all || !shows_all (file, session));
  state->beyond_project = state->differs_from_project && all;
}

void
sb_store_set_session_aside (SbOpening *opening)
{
  SbStore *store = opening->store;
  const SbProject *session = store->project;
  if ((session->steps->len == 0 && session->markers->len == 0) || holds (opening->request->project, session))
    return;
  g_autofree char *shown = set_aside (opening), *amount = sb_store_amount (session);
  sb_store_say (store,
                "This project file has changed since it was last worked on here. It is shown as it is now; "
                "what was kept here, %s, lies in “%s” and can be opened as a project.",
                amount, shown);
}

void
sb_store_leave_out_edits (SbOpening *opening)
{
  SbStore *store = opening->store;
  if (store->project->steps->len > 0 || store->project->markers->len > 0) {
    g_autofree char *shown = set_aside (opening);
    sb_store_say (store,
                  "It is open without its edits. They lie in “%s” and can be opened as a "
                  "project.",
                  shown);
  }
  sb_project_free (store->project);
  store->project = sb_project_copy (opening->fresh);
}

/* ---- saved from another session ---- */

/* "<mark> <path>": the file as it was then, under any name, or whatever it has become under its own. */
static bool
was_saved_as (const SbOpening *opening, const SbProject *session)
{
  const char *saved = g_hash_table_lookup (session->view, SB_STORE_SAVED), *mark = opening->mark;
  const char *path = saved ? strchr (saved, ' ') : NULL;
  return path && ((mark && g_str_has_prefix (saved, mark) && saved[strlen (mark)] == ' ') ||
                  strcmp (path + 1, opening->store->whose) == 0);
}

/* The file that a session of this very content belongs to is this one by now: where it was, nothing is, or a link. */
static bool
has_moved_here (const SbOpening *opening, const SbProject *session)
{
  const char *path = session->project_path;
  if (!path || !*path || !opening->mark || g_strcmp0 (session->project_mark, opening->mark) != 0)
    return false;
  g_autofree char *resolved = sb_place_resolve (path);
  return !g_file_test (path, G_FILE_TEST_EXISTS) || strcmp (resolved, opening->store->whose) == 0;
}

void
sb_store_look_for_moved (SbOpening *opening)
{
  SbStore *store = opening->store;
  g_autofree char *suffix = g_strndup (opening->fresh->source_fingerprint, 16);
  g_autoptr (GPtrArray) bases = sb_place_find (opening->place.folder, NULL, suffix);
  for (guint i = 0; i < bases->len; i++) {
    const char *base = g_ptr_array_index (bases, i);
    int generation;
    g_autoptr (SbProject) session = sb_store_load_base (opening->place.folder, base, &generation, NULL);
    if (!session || !has_moved_here (opening, session) || !sb_store_adopt (opening, base))
      continue;
    if (holds (opening->request->project, session))
      return; /* nothing that the file does not have */
    store->state.found = SB_FOUND_MOVED;
    g_free (store->other_path);
    store->other_path = g_strdup (session->project_path);
    return;
  }
}

/* One hash for a path, whatever is in it. */
static char *
hash_of_place (const SbOpening *opening, const char *path)
{
  g_autofree char *base = sb_place_base (path, opening->fresh->source_fingerprint);
  return g_strndup (base, 16);
}

/* It began as this file, whose drive may have been away. */
static bool
came_from_here (const SbOpening *opening, const SbProject *session)
{
  const char *came = g_hash_table_lookup (session->view, SB_STORE_CAME);
  g_autofree char *here = hash_of_place (opening, opening->store->whose);
  return came && strstr (came, here);
}

/* Where it was may be there again one day: that is offered then what went on here. */
static void
note_where_from (const SbOpening *opening, SbProject *session)
{
  const char *came = g_hash_table_lookup (session->view, SB_STORE_CAME);
  g_autofree char *before = hash_of_place (opening, session->project_path);
  if (!came || !strstr (came, before))
    g_hash_table_replace (session->view, g_strdup (SB_STORE_CAME),
                          came ? g_strconcat (came, " ", before, NULL) : g_strdup (before));
}

bool
sb_store_name_project (SbOpening *opening)
{
  SbProject *session = opening->store->project;
  if (!session->project_path || strcmp (session->project_path, opening->store->whose) == 0)
    return false;
  if (*session->project_path)
    note_where_from (opening, session);
  g_free (session->project_path);
  session->project_path = g_strdup (opening->store->whose);
  return true;
}

/* It is known to have gone on from this file; of_place: or only from what lay here. */
static bool
went_on (const SbOpening *opening, const SbProject *session, bool of_place)
{
  return of_place ? came_from_here (opening, session)
                  : was_saved_as (opening, session) || has_moved_here (opening, session);
}

static void
look_for_later (SbOpening *opening, const GPtrArray *bases, bool of_place)
{
  SbStore *store = opening->store;
  const char *found_then = g_hash_table_lookup (store->project->view, SB_STORE_LATER); /* or it was undone here since */
  for (guint i = 0; i < bases->len && store->state.found != SB_FOUND_LATER; i++) {
    const char *base = g_ptr_array_index (bases, i);
    int generation;
    if (strcmp (base, opening->place.base) == 0 || sb_store_is_answered (store, base) ||
        (!opening->file_first && g_strcmp0 (base, found_then) != 0))
      continue;
    g_autoptr (SbProject) session = sb_store_load_base (opening->place.folder, base, &generation, NULL);
    if (!session || (session->ops->len == 0 && session->markers->len == 0) || !went_on (opening, session, of_place) ||
        sb_store_is_settled (opening, base, session))
      continue;
    g_free (store->other_path);
    store->other_path =
        g_strdup (session->project_path && *session->project_path ? session->project_path : session->source_path);
    sb_store_offer (opening, SB_FOUND_LATER, base, g_steal_pointer (&session));
    g_hash_table_replace (store->project->view, g_strdup (SB_STORE_LATER), g_strdup (base));
  }
}

void
sb_store_look_for_later (SbOpening *opening)
{
  g_autofree char *suffix = g_strndup (opening->fresh->source_fingerprint, 16);
  g_autoptr (GPtrArray) bases = sb_place_find (opening->place.folder, NULL, suffix);
  look_for_later (opening, bases, false);
  look_for_later (opening, bases, true);
}
