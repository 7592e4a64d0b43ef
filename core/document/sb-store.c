/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-store.h; which session it goes on with is found in sb-store-open.c.
 * Here: how a change of the document becomes rows.  A change is found by
 * comparing the tails of two histories: serials are unique and rising, so
 *
 *   kept  1 2 3 4 5        now  1 2 3 6      the last common serial is 3:
 *                                            rows from the fourth on are replaced */
#include "document/sb-store-private.h"

#include <string.h>

/* ---- keeping ---- */

/* Thread: the content's. */
static void
content_known (void *data, const char *sha256, int64_t mtime_ns)
{
  SbStore *store = data;
  pthread_mutex_lock (&store->lock);
  g_free (store->sha256);
  store->sha256 = g_strdup (sha256);
  pthread_mutex_unlock (&store->lock);
  if (store->writer)
    sb_writer_push (store->writer, sb_job_content (sha256, mtime_ns));
}

static void
hand_over (SbStore *store)
{
  const int n = sb_document_n_steps (store->document), n_done = sb_document_n_done (store->document);
  int common = MIN (n, (int)store->serials->len);
  while (common > 0 &&
         g_array_index (store->serials, uint64_t, common - 1) != sb_document_step (store->document, common - 1).serial)
    common--;
  if (common == n && n == (int)store->serials->len && n_done == store->n_done)
    return;
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  g_autofree SbStep *steps = g_new (SbStep, n - common + 1);
  g_array_set_size (store->serials, (guint)common);
  for (int i = common; i < n; i++) {
    steps[i - common] = sb_document_step (store->document, i);
    g_ptr_array_add (added, &steps[i - common]);
    g_array_append_val (store->serials, steps[i - common].serial);
  }
  store->n_done = n_done;
  sb_content_hash_start (store->content, content_known, store);
  sb_writer_push (store->writer, sb_job_steps (common, (SbStep *const *)added->pdata, (int)added->len, n_done));
}

static void
changed (SbDocument *document, const SbDocumentChange *change, void *data)
{
  if (change->list_changed)
    hand_over (data);
}

static void
say_outside (SbStore *store)
{
  const int n = sb_document_n_outside (store->document), all = sb_document_n_edits (store->document);
  if (n == 0)
    return;
  g_autofree char *before = store->sentence;
  const char *lie = all == 1 ? " lies" : n == 1 ? "s lies" : "s lie", *change = n == 1 ? "changes" : "change";
  store->sentence = g_strdup_printf ("%s%s%d of %d edit%s outside of this recording as it is now and %s nothing. "
                                     "%s in the list.",
                                     before ? before : "", before ? " " : "", n, all, lie, change,
                                     n == 1 ? "It stays" : "They stay");
}

bool
sb_store_attach (SbStore *store, SbDocument *document, GError **error)
{
  int n_left_out = 0;
  store->document = document;
  if (sb_store_has_edits (store) && !sb_project_restore (store->project, document, &n_left_out, error))
    return false;
  if (store->state.keeping == SB_KEPT_ELSEWHERE)
    sb_document_set_read_only (document, store->sentence);
  say_outside (store);
  if (!store->writer)
    return true;
  if (n_left_out == 0) /* the file and the document agree; else the whole history is written again */
    for (int i = 0; i < sb_document_n_steps (document); i++) {
      const SbStep step = sb_document_step (document, i);
      g_array_append_val (store->serials, step.serial);
    }
  store->n_done = sb_document_n_done (document);
  hand_over (store);
  if (store->content_is_news)
    sb_writer_push (store->writer, sb_job_content (store->project->source_sha256, store->project->source_mtime_ns));
  if (sb_store_has_edits (store))
    sb_content_hash_start (store->content, content_known, store);
  sb_document_add_listener (document, changed, store);
  return true;
}

bool
sb_store_take_other (SbStore *store, SbMarkers *markers, GError **error)
{
  const SbStoreState *state = &store->state;
  if (state->n_other_markers > 0)
    sb_markers_add_missing (markers, (const SbMarker *)(const void *)store->other->markers->data,
                            state->n_other_markers);
  if (state->n_other > 0 &&
      sb_document_apply_fitting (store->document, store->other->ops, &store->state.n_outside, error) < 0)
    return false;
  if (state->n_other_markers > 0)
    sb_store_keep_markers (store, markers);
  sb_store_dismiss_other (store);
  return true;
}

void
sb_store_accept_content (SbStore *store)
{
  store->state.on_other_content = false;
  sb_store_set_view (store, SB_STORE_ACCEPTED, store->project->source_fingerprint);
}

void
sb_store_set_view (SbStore *store, const char *key, const char *value)
{
  g_autoptr (GHashTable) changes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (changes, g_strdup (key), g_strdup (value));
  sb_store_set_views (store, changes);
}

void
sb_store_set_views (SbStore *store, GHashTable *changes)
{
  if (store->writer)
    sb_writer_push (store->writer, sb_job_view (changes));
}

void
sb_store_set_markers (SbStore *store, const SbMarker *markers, int n_markers)
{
  if (store->writer)
    sb_writer_push (store->writer, sb_job_markers (markers, n_markers));
}

void
sb_store_keep_markers (SbStore *store, const SbMarkers *markers)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (SbMarker));
  for (int i = 0; i < sb_markers_n (markers); i++)
    g_array_append_vals (all, sb_markers_get (markers, i), 1);
  sb_store_set_markers (store, (const SbMarker *)(const void *)all->data, (int)all->len);
}

void
sb_store_set_project_path (SbStore *store, const char *path, const char *mark)
{
  g_autofree char *resolved = sb_place_resolve (path);
  if (store->writer && strcmp (resolved, store->whose) == 0)
    sb_writer_push (store->writer, sb_job_project_path (resolved, mark));
  else if (mark) { /* a copy: the session stays with its recording or project */
    g_autofree char *saved = g_strdup_printf ("%s %s", mark, resolved);
    sb_store_set_view (store, SB_STORE_SAVED, saved);
  }
}

/* ---- asking ---- */

const SbProject *
sb_store_project (const SbStore *store)
{
  return store->project;
}

char *
sb_store_source_sha256 (SbStore *store)
{
  pthread_mutex_lock (&store->lock);
  char *sha256 = g_strdup (store->project->source_sha256 ? store->project->source_sha256 : store->sha256);
  pthread_mutex_unlock (&store->lock);
  return sha256;
}

void
sb_store_forget_session (SbProject *project)
{
  static const char *const of_session[] = {SB_STORE_SAVED, SB_STORE_ASIDE, SB_STORE_ANSWERED, SB_STORE_LATER,
                                           SB_STORE_CAME};
  for (guint i = 0; i < G_N_ELEMENTS (of_session); i++)
    g_hash_table_remove (project->view, of_session[i]);
  g_clear_pointer (&project->project_path, g_free);
  g_clear_pointer (&project->project_mark, g_free);
}

SbProject *
sb_store_copy_project (SbStore *store)
{
  SbProject *copy = sb_project_copy (store->project);
  if (!copy->source_sha256)
    copy->source_sha256 = sb_store_source_sha256 (store);
  if (store->state.on_other_content) /* nobody has said that they are for this one */
    sb_project_take_source (copy, store->other);
  sb_store_forget_session (copy);
  return copy;
}

const SbProject *
sb_store_other (const SbStore *store)
{
  return store->other;
}

bool
sb_store_has_edits (const SbStore *store)
{
  return store->project->steps->len > 0 || store->project->ops->len > 0;
}

uint64_t
sb_store_n_changes (const SbStore *store)
{
  return store->writer ? sb_writer_n_changes (store->writer) : 0;
}

uint64_t
sb_store_n_kept (const SbStore *store)
{
  return store->writer ? sb_writer_n_kept (store->writer) : 0;
}

bool
sb_store_flush (SbStore *store, double timeout_s)
{
  return store->writer && sb_writer_flush (store->writer, timeout_s);
}

char *
sb_store_trouble (SbStore *store)
{
  return store->writer ? sb_writer_trouble (store->writer) : NULL;
}

void
sb_store_set_trouble_func (SbStore *store, void (*func) (void *data), void *data)
{
  if (store->writer)
    sb_writer_set_trouble_func (store->writer, func, data);
}

SbStoreState
sb_store_state (const SbStore *store)
{
  SbStoreState state = store->state;
  state.other_path = store->other_path;
  state.sentence = store->sentence;
  state.not_kept = store->not_kept;
  return state;
}

void
sb_store_free (SbStore *store)
{
  if (!store)
    return;
  if (store->document)
    sb_document_remove_listener (store->document, changed, store);
  sb_content_hash_free (store->content);
  sb_writer_free (store->writer);
  pthread_mutex_destroy (&store->lock);
  g_free (store->sha256);
  sb_project_free (store->project);
  sb_project_free (store->other);
  sb_project_free (store->aside);
  g_free (store->whose);
  g_free (store->aside_name);
  g_free (store->other_name);
  g_free (store->answered);
  g_free (store->other_path);
  g_free (store->sentence);
  g_free (store->not_kept);
  if (store->serials)
    g_array_unref (store->serials);
  g_free (store);
}
