/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which session a recording goes on with: its own, one of the same content that
 * has moved or lies elsewhere, what a project file holds, or a new one.  What is on the disk is taken as it is found: damaged,
 * locked by another window, made for other content.
 * Thread: worker.  Blocks: disk. */
#include "document/sb-store-open-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

char *
sb_store_default_folder (void)
{
  return g_build_filename (g_get_user_state_dir (), "sonobrush", "sessions", NULL);
}

/* ---- which session ---- */

SbProject *
sb_store_load_base (const char *folder, const char *base, int *generation, GError **error)
{
  SbProject *project = NULL;
  *generation = 0;
  /* a damaged newer file does not hide a good older one */
  for (int n = sb_place_newest (folder, base); n > 0 && !project; n--) {
    SbPlace place = {.folder = (char *)folder, .base = (char *)base, .lock_fd = -1};
    g_autofree char *path = sb_place_file (&place, n);
    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      break;
    GError *why = NULL;
    g_clear_error (error);
    project = sb_project_load_live (path, &why);
    *generation = n;
    const bool newer = g_error_matches (why, SB_ERROR, SB_ERROR_VERSION); /* nor is it hidden by an older one */
    if (why)
      g_propagate_error (error, why);
    if (newer)
      break;
  }
  return project;
}

bool
sb_store_adopt (SbOpening *opening, const char *base)
{
  SbPlace old = {.folder = g_strdup (opening->place.folder), .base = g_strdup (base), .lock_fd = -1};
  bool elsewhere = false;
  bool ok = !opening->unwritable && sb_place_lock (&old, &elsewhere) && !elsewhere &&
            sb_place_rename (opening->place.folder, base, opening->place.base);
  if (ok) {
    g_autofree char *lock = g_strdup_printf ("%s/%s.lock", old.folder, base);
    unlink (lock);
    opening->place.generation = sb_place_newest (opening->place.folder, opening->place.base);
  }
  sb_place_clear (&old);
  return ok;
}

/* The same content under another path that has gone: its session comes along. */
static void
look_for_moved_recording (SbOpening *opening)
{
  SbStore *store = opening->store;
  const char *fingerprint = opening->fresh->source_fingerprint;
  g_autofree char *suffix = g_strndup (fingerprint, 16);
  g_autoptr (GPtrArray) bases = sb_place_find (opening->place.folder, NULL, suffix);
  for (guint i = 0; i < bases->len && store->state.found != SB_FOUND_MOVED; i++) {
    const char *base = g_ptr_array_index (bases, i);
    int generation;
    g_autoptr (SbProject) project = sb_store_load_base (opening->place.folder, base, &generation, NULL);
    if (!project || g_strcmp0 (project->source_fingerprint, fingerprint) != 0 ||
        (project->steps->len == 0 && !sb_store_has_on_offer (project)) ||
        (project->project_path && *project->project_path))
      continue;
    /* other content in its place is not guessed to be a move, but may be said to be one */
    const bool gone = opening->request->adopt ? !sb_store_same_content (project->source_path, fingerprint)
                                              : !g_file_test (project->source_path, G_FILE_TEST_EXISTS);
    if (!gone || !sb_store_adopt (opening, base))
      continue;
    store->state.found = SB_FOUND_MOVED;
    store->other_path = g_strdup (project->source_path);
  }
}

/* The files that a session was not wholly read from are not written on and not removed: people may want them. */
char *
sb_store_put_aside (SbOpening *opening)
{
  g_autofree char *aside = opening->place.lock_fd >= 0 ? sb_place_put_aside (&opening->place) : NULL;
  g_autofree char *here = sb_place_file (&opening->place, opening->place.generation);
  return g_filename_display_name (aside ? aside : here);
}

/* It gets a second name, under which that version offers its edits: without it a session begins behind it. */
static bool
leave_newer (SbOpening *opening, int generation, GError **error)
{
  SbPlace *place = &opening->place;
  const int newest = place->generation;
  if (!opening->request->without_edits) {
    g_set_error (
        error, SB_ERROR, SB_ERROR_NEWER,
        "What was kept of this recording needs a newer version of Sonobrush. Its edits stay on the disk as they are. "
        "Update Sonobrush to go on with them, or open the recording without them.");
    return false;
  }
  place->generation = generation;
  g_autofree char *aside = place->lock_fd >= 0 ? sb_place_set_aside (place) : NULL;
  g_autofree char *file = sb_place_file (place, generation), *shown = g_filename_display_name (aside ? aside : file);
  place->generation = newest;
  if (generation != newest) /* a damaged one lies before it */
    g_free (sb_store_put_aside (opening));
  opening->newer = true;
  opening->store->state.set_aside = true;
  sb_store_say (opening->store,
                "It is open without the edits that a newer version of Sonobrush has kept. They stay in "
                "“%s”; that version offers them again.",
                shown);
  return true;
}

/* Made in another recording, or in what this one was before: the session stays on the disk under another name.  Takes
 * the project. */
static void
leave_other_recording (SbOpening *opening, SbProject *project, int generation)
{
  SbStore *store = opening->store;
  const bool changed = g_strcmp0 (project->source_fingerprint, opening->fresh->source_fingerprint) == 0;
  /* between the blocks of the fingerprint: on offer from then on */
  g_autofree char *aside = changed && sb_store_has_on_offer (project) && opening->place.lock_fd >= 0
                               ? sb_store_save_aside (opening, project)
                               : NULL;
  g_autofree char *shown = aside && generation == opening->place.generation ? NULL : sb_store_put_aside (opening);
  store->state.set_aside = true;
  store->state.found = SB_FOUND_NOTHING;
  const bool stays = opening->unwritable && changed && !opening->request->project; /* as it lies there */
  if (stays && sb_store_has_on_offer (project) && !opening->request->without_edits)
    sb_store_offer (opening, SB_FOUND_CHANGED, opening->place.base, g_steal_pointer (&project));
  else if (!aside) /* a hash that begins alike; or somebody moved files about */
    sb_store_say (store,
                  "What was kept under the name of this recording was made in another one; a new session "
                  "begins. The other lies in “%s” and can be opened as a project.",
                  shown);
  sb_project_free (project);
}

/* What is in the newest file, or nothing yet.  *sound: it can be written on. */
static bool
load_session (SbOpening *opening, bool *sound, GError **error)
{
  SbStore *store = opening->store;
  SbProject *project = NULL;
  int generation = 0;
  *sound = false;
  if (opening->place.generation == 0)
    return true;
  g_autoptr (GError) why = NULL;
  for (int attempt = 0; attempt < 2 && (!project || project->salvaged); attempt++) { /* a read may fail but once */
    g_clear_error (&why);
    sb_project_free (project);
    project = sb_store_load_base (opening->place.folder, opening->place.base, &generation, &why);
  }
  if (!project) {
    if (g_error_matches (why, SB_ERROR, SB_ERROR_VERSION)) /* never written over */
      return leave_newer (opening, generation, error);
    g_autofree char *shown = sb_store_put_aside (opening);
    store->state.set_aside = true;
    sb_store_say (store,
                  "What was kept of this recording cannot be read; a new session begins. The damaged "
                  "file stays at “%s”.",
                  shown);
    return true;
  }
  store->answered = g_strdup (g_hash_table_lookup (project->view, SB_STORE_ANSWERED));
  if (!project->salvaged && !sb_project_is_same_source (project, opening->fresh, opening->request->progress)) {
    leave_other_recording (opening, project, generation);
    return true;
  }
  const bool whole = project->salvaged == NULL && generation == opening->place.generation;
  *sound = whole && g_strcmp0 (project->source_path, opening->fresh->source_path) == 0;
  if (!whole) {
    g_autofree char *shown = sb_store_put_aside (opening);
    store->state.set_aside = true;
    sb_store_say (store,
                  "What was kept of this recording was damaged; %d edits could be read. Compare them "
                  "with what you remember. The damaged file stays at “%s”.",
                  (int)project->ops->len, shown);
  }
  if (store->state.found == SB_FOUND_NOTHING)
    store->state.found = SB_FOUND_SESSION;
  sb_store_say_where_found (opening, project->source_path);
  sb_store_tell_stranger (store, project);
  store->content_is_news = opening->fresh->source_sha256 && project->source_mtime_ns != opening->fresh->source_mtime_ns;
  opening->unsure = !project->salvaged && sb_project_may_differ (project, opening->fresh);
  sb_project_free (store->project);
  store->project = project;
  sb_project_take_source (project, opening->fresh);
  return true;
}

/* ---- opening ---- */

static void
keep_nothing (SbStore *store, const char *folder, int code)
{
  g_autofree char *shown = g_filename_display_name (folder);
  store->state.keeping = SB_NOT_KEEPING;
  store->not_kept =
      g_strdup_printf ("Your edits are not kept: the folder “%s” cannot be written to (%s). Save the project "
                       "yourself before you close it.",
                       shown, g_strerror (code));
}

/* Its session, or what takes the place of one.  *sound: the newest file is sound and goes on. */
static bool
find_session (SbOpening *opening, bool elsewhere, bool *sound, GError **error)
{
  SbStore *store = opening->store;
  const SbProject *project = opening->request->project;
  if (!elsewhere && opening->place.generation == 0 && !project)
    look_for_moved_recording (opening);
  if (!elsewhere && opening->place.generation == 0 && project)
    sb_store_look_for_moved (opening);
  if (!load_session (opening, sound, error))
    return false;
  if (project && sb_store_name_project (opening))
    *sound = false;
  if (opening->request->without_edits && !elsewhere && !opening->newer) {
    sb_store_leave_out_edits (opening);
    sb_store_look_for_aside (opening);
    sb_store_keep_answers (store);
    *sound = false;
    return true;
  }
  if (sb_store_project_goes_first (opening)) {
    if (store->state.found == SB_FOUND_SESSION && !elsewhere)
      sb_store_set_session_aside (opening);
    sb_store_take_project (opening);
    opening->file_first = true;
    *sound = false;
  } else if (project && !elsewhere)
    sb_store_compare_with_project (opening);
  sb_store_tell_other_content (opening);
  if (!elsewhere) {
    sb_store_look_for_offers (opening);
    sb_store_tell_unsure (opening);
  }
  sb_store_keep_answers (store);
  sb_store_explain (opening);
  return true;
}

static bool
settle (SbOpening *opening, GError **error)
{
  SbStore *store = opening->store;
  bool elsewhere = false, sound = false;
  opening->unwritable = !sb_place_prepare (opening->place.folder) || !sb_place_lock (&opening->place, &elsewhere);
  if (opening->unwritable) { /* what was kept may be readable all the same */
    keep_nothing (store, opening->place.folder, errno);
    opening->place.generation = sb_place_newest (opening->place.folder, opening->place.base);
  }
  if (!find_session (opening, elsewhere, &sound, error))
    return false;
  if (opening->unwritable)
    return true;
  if (elsewhere) {
    store->state.keeping = SB_KEPT_ELSEWHERE;
    sb_store_say (store, "This recording is open in another window%s%s%s, so here it can only be looked at.",
                  opening->place.holder ? " (process " : "", opening->place.holder ? opening->place.holder : "",
                  opening->place.holder ? ")" : "");
    return true;
  }
  const bool moved = store->state.found == SB_FOUND_MOVED;
  store->writer = sb_writer_new (&opening->place, sb_project_copy (store->project), sound && !moved);
  if (!store->writer)
    keep_nothing (store, opening->place.folder ? opening->place.folder : "", EAGAIN);
  else if (g_hash_table_contains (store->project->view, SB_STORE_ASIDE)) { /* told */
    sb_store_set_view (store, SB_STORE_ASIDE, "");
    g_hash_table_remove (store->project->view, SB_STORE_ASIDE);
  }
  return true;
}

SbStore *
sb_store_open_as (const SbStoreRequest *request, SbSource *recording, GError **error)
{
  g_autoptr (SbStore) store = g_new0 (SbStore, 1);
  g_autoptr (SbProject) fresh = sb_project_new ();
  pthread_mutex_init (&store->lock, NULL);
  store->serials = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  fresh->grid = sb_grid_default (sb_source_rate (recording));
  if (!sb_project_set_source (fresh, recording, error))
    return NULL;
  store->project = sb_project_copy (fresh);
  g_autofree char *mark = request->project_path ? sb_fingerprint_file (request->project_path, NULL) : NULL;
  store->whose = request->project_path ? sb_place_resolve (request->project_path) : g_strdup (fresh->source_path);
  SbOpening opening = {.store = store, .request = request, .mark = mark, .fresh = fresh};
  opening.place = (SbPlace){
      .folder = request->folder ? g_strdup (request->folder) : sb_store_default_folder (),
      .base = sb_place_base (store->whose, fresh->source_fingerprint),
      .lock_fd = -1,
  };
  const bool ok = settle (&opening, error);
  if (ok && store->writer && !store->project->source_sha256)
    store->content = sb_content_hash_new (recording);
  sb_place_clear (&opening.place);
  return ok ? g_steal_pointer (&store) : NULL;
}

SbStore *
sb_store_open (const char *folder, SbSource *recording, const SbProject *project, const char *project_path,
               GError **error)
{
  const SbStoreRequest request = {.folder = folder, .project = project, .project_path = project_path};
  return sb_store_open_as (&request, recording, error);
}
