/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is on offer: edits of this recording that lie elsewhere.  At every
 * opening it is looked for anew, until a person takes it or says that it is
 * not wanted; the answers lie with the session, by the names of what was
 * answered.  What a session has all of is no offer.
 *
 *   other   a session of a copy, of the project that this one was saved from or
 *           that has gone, of what this path held before
 *   aside   "<session>.aside-<i>", set aside in the order of i
 *
 * Nothing that is on offer is written on or removed.
 * Thread: as said in sb-store.h. */
#include "document/sb-store-open-private.h"

#include "edit/sb-op-json.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PAST 16
#define N_BASE 33 /* "<16 digits>-<16 digits>" */

bool
sb_store_has_on_offer (const SbProject *project)
{
  return project->ops->len > 0 || project->markers->len > 0;
}

bool
sb_store_same_content (const char *path, const char *fingerprint)
{
  g_autofree char *now = sb_fingerprint_file (path, NULL);
  return now && strcmp (now, fingerprint) == 0;
}

/* ---- answers ---- */

bool
sb_store_is_answered (const SbStore *store, const char *name)
{
  g_auto (GStrv) names = g_strsplit (store->answered ? store->answered : "", " ", -1);
  return g_strv_contains ((const char *const *)names, name);
}

void
sb_store_keep_answers (SbStore *store)
{
  if (store->answered)
    g_hash_table_replace (store->project->view, g_strdup (SB_STORE_ANSWERED), g_strdup (store->answered));
}

static void
answer (SbStore *store, const char *name)
{
  g_autofree char *before = store->answered;
  store->answered = before && *before ? g_strconcat (before, " ", name, NULL) : g_strdup (name);
  sb_store_set_view (store, SB_STORE_ANSWERED, store->answered);
}

static void
add_ops (GHashTable *all, SbOperation *op)
{
  if (op)
    g_hash_table_add (all, sb_operation_to_json (op));
}

/* Nothing in the offer that the session does not have, or has had: then its history has it. */
static bool
has_all (const SbProject *session, const SbProject *offer)
{
  g_autoptr (GHashTable) ops = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) markers = g_hash_table_new (sb_marker_hash, sb_marker_equal);
  for (guint i = 0; i < session->ops->len; i++)
    add_ops (ops, session->ops->pdata[i]);
  for (guint i = 0; i < session->steps->len; i++)
    add_ops (ops, ((const SbStep *)session->steps->pdata[i])->op);
  for (guint i = 0; i < session->markers->len; i++)
    g_hash_table_add (markers, &g_array_index (session->markers, SbMarker, i));
  for (guint i = 0; i < offer->ops->len; i++) {
    g_autofree char *text = sb_operation_to_json (offer->ops->pdata[i]);
    if (!g_hash_table_contains (ops, text))
      return false;
  }
  for (guint i = 0; i < offer->markers->len; i++)
    if (!g_hash_table_contains (markers, &g_array_index (offer->markers, SbMarker, i)))
      return false;
  return true;
}

bool
sb_store_is_settled (const SbOpening *opening, const char *name, const SbProject *offer)
{
  return !sb_store_has_on_offer (offer) || sb_store_is_answered (opening->store, name) ||
         has_all (opening->store->project, offer);
}

/* ---- offering ---- */

static bool
is_free (const SbStore *store)
{
  return !store->other && (store->state.found == SB_FOUND_NOTHING || store->state.found == SB_FOUND_SESSION);
}

void
sb_store_offer (SbOpening *opening, SbFound found, const char *name, SbProject *project)
{
  SbStore *store = opening->store;
  store->state.told_before = store->state.found == SB_FOUND_SESSION;
  store->state.found = found;
  store->other_name = g_strdup (name);
  sb_project_free (store->other);
  store->other = project;
}

static void
offer_aside (SbStore *store, const char *name, SbProject *project)
{
  store->state.n_aside = (int)project->ops->len;
  store->state.n_aside_markers = (int)project->markers->len;
  store->aside_name = g_strdup (name);
  store->aside = project;
}

/* Made in what was here before.  Where that has to be agreed to first, it is what was kept since the project was
 * saved. */
static void
offer_past (SbOpening *opening, const char *name, SbProject *project)
{
  SbStore *store = opening->store;
  if (!store->state.on_other_content && is_free (store)) {
    sb_store_offer (opening, SB_FOUND_CHANGED, name, project);
  } else if (store->state.on_other_content && !store->aside) {
    g_autofree char *amount = sb_store_amount (project);
    sb_store_say (store,
                  "What was kept of it before that, %s, is not all in the project file; what is "
                  "missing can be brought back.",
                  amount);
    offer_aside (store, name, project);
  } else
    sb_project_free (project);
}

/* ---- looking ---- */

/* The same content elsewhere: a copy that lives, or what lived once. */
static void
look_for_copies (SbOpening *opening)
{
  SbStore *store = opening->store;
  const char *fingerprint = opening->fresh->source_fingerprint;
  g_autofree char *suffix = g_strndup (fingerprint, 16);
  g_autoptr (GPtrArray) bases = sb_place_find (opening->place.folder, NULL, suffix);
  for (guint i = 0; i < bases->len && is_free (store); i++) {
    const char *base = g_ptr_array_index (bases, i);
    int generation;
    if (strcmp (base, opening->place.base) == 0)
      continue;
    g_autoptr (SbProject) project = sb_store_load_base (opening->place.folder, base, &generation, NULL);
    const bool of_file = project && project->project_path && *project->project_path;
    if (!project || g_strcmp0 (project->source_fingerprint, fingerprint) != 0 ||
        (of_file && g_file_test (project->project_path, G_FILE_TEST_EXISTS))) /* it is there when that is opened */
      continue;
    /* what was said of it while it went on elsewhere does not hold for what it has when that has gone */
    const bool there = !of_file && sb_store_same_content (project->source_path, fingerprint);
    g_autofree char *name = g_strconcat (base, there ? "" : ":gone", NULL);
    if (sb_store_is_settled (opening, name, project))
      continue;
    store->other_there = there;
    g_free (store->other_path);
    store->other_path = g_strdup (of_file ? project->project_path : project->source_path);
    sb_store_offer (opening, SB_FOUND_COPY, name, g_steal_pointer (&project));
  }
}

/* It was this recording, or the one that this project was about. */
static bool
was_here (const SbOpening *opening, const SbProject *session)
{
  const SbProject *project = opening->request->project;
  const char *path = session->source_path, *of_file = session->project_path;
  if (!project)
    return g_strcmp0 (path, opening->fresh->source_path) == 0;
  return g_strcmp0 (of_file, opening->store->whose) == 0 &&
         (g_strcmp0 (path, opening->fresh->source_path) == 0 || g_strcmp0 (path, project->source_path) == 0);
}

static void
add_answers (GHashTable *answered, const SbProject *session)
{
  const char *said = g_hash_table_lookup (session->view, SB_STORE_ANSWERED);
  g_auto (GStrv) names = g_strsplit (said ? said : "", " ", -1);
  for (int i = 0; names[i]; i++)
    g_hash_table_add (answered, g_strdup (names[i]));
}

/* Other content under the same path, the newest first. */
static void
look_for_past (SbOpening *opening)
{
  g_autofree char *prefix = g_strndup (opening->place.base, 17);
  g_autoptr (GPtrArray) bases = sb_place_find (opening->place.folder, prefix, NULL);
  /* under any content */
  g_autoptr (GHashTable) answered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  SbProject *past[MAX_PAST] = {NULL};
  const guint n = MIN (bases->len, MAX_PAST);
  for (guint i = 0; i < n; i++) {
    const char *base = g_ptr_array_index (bases, i);
    int generation;
    if (strcmp (base, opening->place.base) == 0)
      continue;
    past[i] = sb_store_load_base (opening->place.folder, base, &generation, NULL);
    if (past[i] && was_here (opening, past[i]))
      add_answers (answered, past[i]);
    else
      g_clear_pointer (&past[i], sb_project_free);
  }
  for (guint i = 0; i < n; i++) {
    const char *base = g_ptr_array_index (bases, i);
    if (past[i] && !g_hash_table_contains (answered, base) && !sb_store_is_settled (opening, base, past[i]))
      offer_past (opening, base, past[i]);
    else
      sb_project_free (past[i]);
  }
}

void
sb_store_look_for_offers (SbOpening *opening)
{
  SbStore *store = opening->store;
  const bool project = opening->request->project;
  if (project && !store->state.on_other_content && is_free (store))
    sb_store_look_for_later (opening);
  sb_store_look_for_aside (opening); /* its own before those of others, the newest before what is older */
  if (!project)
    look_for_copies (opening);
  look_for_past (opening);
}

typedef struct {
  char *name;
  long number;
  bool own;
} Aside;

static void
clear_aside (void *data)
{
  g_free (((Aside *)data)->name);
}

/* Of this session, in the order of setting aside; then of others. */
static int
newest_first (gconstpointer a, gconstpointer b)
{
  const Aside *x = a, *y = b;
  return x->own != y->own ? y->own - x->own : (x->number < y->number) - (x->number > y->number);
}

/* Those of the same path and those of the same content. */
static GArray *
find_asides (const SbPlace *place)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  GArray *found = g_array_new (FALSE, FALSE, sizeof (Aside));
  const char *name;
  g_array_set_clear_func (found, clear_aside);
  while (dir && (name = g_dir_read_name (dir))) {
    char *end;
    if (strlen (name) <= N_BASE || !g_str_has_prefix (name + N_BASE, ".aside-"))
      continue;
    const long number = strtol (name + N_BASE + strlen (".aside-"), &end, 10);
    if (number <= 0 || *end != 0 ||
        (strncmp (name, place->base, 17) != 0 && strncmp (name + 17, place->base + 17, N_BASE - 17) != 0))
      continue;
    const Aside aside = {g_strdup (name), number, strncmp (name, place->base, N_BASE) == 0};
    g_array_append_val (found, aside);
  }
  g_array_sort (found, newest_first);
  return found;
}

/* Under another path: what it was set aside from has gone, and with it whoever would be offered it. */
static bool
has_no_owner (const SbOpening *opening, const SbProject *aside)
{
  const char *of_file = aside->project_path && *aside->project_path ? aside->project_path : NULL;
  if (of_file || opening->request->project)
    return of_file && !g_file_test (of_file, G_FILE_TEST_EXISTS);
  return !sb_store_same_content (aside->source_path, opening->fresh->source_fingerprint);
}

static void
offer_if_set_aside (SbOpening *opening, const Aside *aside)
{
  SbStore *store = opening->store;
  const bool here = strncmp (aside->name, opening->place.base, 17) == 0;
  if (sb_store_is_answered (store, aside->name))
    return;
  g_autofree char *path = g_build_filename (opening->place.folder, aside->name, NULL);
  g_autoptr (SbProject) project = sb_project_load_live (path, NULL);
  if (!project || sb_store_is_settled (opening, aside->name, project) || (!here && !has_no_owner (opening, project)))
    return;
  if (!sb_project_is_same_source (project, opening->fresh, opening->request->progress)) {
    const bool alike = aside->own && g_strcmp0 (project->source_fingerprint, opening->fresh->source_fingerprint) == 0;
    if ((alike || (here && was_here (opening, project))) && !opening->request->without_edits)
      offer_past (opening, aside->name, g_steal_pointer (&project));
  } else if (!store->aside)
    offer_aside (store, aside->name, g_steal_pointer (&project));
}

void
sb_store_look_for_aside (SbOpening *opening)
{
  SbStore *store = opening->store;
  g_autoptr (GArray) asides = find_asides (&opening->place);
  for (guint i = 0; i < asides->len; i++)
    offer_if_set_aside (opening, &g_array_index (asides, Aside, i));
  if (opening->fresh->source_sha256 && !store->project->source_sha256) { /* read for the asking: never again */
    store->project->source_sha256 = g_strdup (opening->fresh->source_sha256);
    store->content_is_news = true;
  }
}

/* ---- answering ---- */

const SbProject *
sb_store_aside (const SbStore *store)
{
  return store->aside;
}

char *
sb_store_aside_amount (const SbStore *store)
{
  return sb_store_amount (store->aside ? store->aside : store->project);
}

void
sb_store_dismiss_other (SbStore *store)
{
  if (!store->other_name)
    return;
  answer (store, store->other_name);
  g_clear_pointer (&store->other_name, g_free);
  g_clear_pointer (&store->other, sb_project_free);
  store->state.n_other = store->state.n_other_markers = 0;
}

void
sb_store_dismiss_aside (SbStore *store)
{
  if (!store->aside)
    return;
  answer (store, store->aside_name);
  g_clear_pointer (&store->aside_name, g_free);
  g_clear_pointer (&store->aside, sb_project_free);
  store->state.n_aside = store->state.n_aside_markers = 0;
}

bool
sb_store_bring_back (SbStore *store, SbMarkers *markers, GError **error)
{
  if (!store->aside)
    return true;
  if (store->state.n_aside_markers > 0)
    sb_markers_add_missing (markers, (const SbMarker *)(const void *)store->aside->markers->data,
                            store->state.n_aside_markers);
  if (sb_document_apply_fitting (store->document, store->aside->ops, &store->state.n_outside, error) < 0)
    return false;
  if (store->state.n_aside_markers > 0)
    sb_store_keep_markers (store, markers);
  sb_store_dismiss_aside (store);
  return true;
}
