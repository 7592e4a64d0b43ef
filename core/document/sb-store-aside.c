/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Edits that were set aside ("<session>.aside-<i>", numbered in the order of
 * setting aside) are on offer at every opening until a person brings them back
 * or says that they are not wanted.  The files stay in any case.
 * Thread: as said in sb-store.h. */
#include "document/sb-store-open-private.h"

#include <stdlib.h>
#include <string.h>

/* The newest that nobody has answered yet; 0: none. */
static int
newest (const SbPlace *place, int answered)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  g_autofree char *prefix = g_strconcat (place->base, ".aside-", NULL);
  const char *name;
  int found = 0;
  while (dir && (name = g_dir_read_name (dir))) {
    char *end;
    const long i = g_str_has_prefix (name, prefix) ? strtol (name + strlen (prefix), &end, 10) : 0;
    if (i > answered && i < G_MAXINT && *end == 0)
      found = MAX (found, (int)i);
  }
  return found;
}

void
sb_store_look_for_aside (SbOpening *opening)
{
  SbStore *store = opening->store;
  const char *answered = g_hash_table_lookup (store->project->view, SB_STORE_ASIDE_ANSWERED);
  const int number = newest (&opening->place, answered ? atoi (answered) : 0);
  if (number == 0)
    return;
  g_autofree char *path = g_strdup_printf ("%s/%s.aside-%d", opening->place.folder, opening->place.base, number);
  g_autoptr (SbProject) project = sb_project_load_live (path, NULL);
  if (!project || (project->ops->len == 0 && project->markers->len == 0) ||
      g_strcmp0 (project->source_fingerprint, opening->fresh->source_fingerprint) != 0)
    return;
  store->state.n_aside = (int)project->ops->len;
  store->state.n_aside_markers = (int)project->markers->len;
  store->aside_number = number;
  store->aside = g_steal_pointer (&project);
}

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
sb_store_dismiss_aside (SbStore *store)
{
  g_autofree char *number = g_strdup_printf ("%d", store->aside_number);
  if (!store->aside)
    return;
  sb_store_set_view (store, SB_STORE_ASIDE_ANSWERED, number);
  g_clear_pointer (&store->aside, sb_project_free);
  store->state.n_aside = store->state.n_aside_markers = 0;
}

bool
sb_store_bring_back (SbStore *store, SbMarkers *markers, GError **error)
{
  if (!store->aside)
    return true;
  if (store->state.n_aside_markers > 0)
    sb_markers_add_missing (markers, (const SbMarker *)(const void *)store->aside->markers->data, store->state.n_aside_markers);
  if (sb_document_apply_fitting (store->document, store->aside->ops, &store->state.n_outside, error) < 0)
    return false;
  sb_store_dismiss_aside (store);
  return true;
}
