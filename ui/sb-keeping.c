/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What would be lost and what is said of it, markers that are kept, openings
 * that did not come to an end. */
#include "ui/sb-keeping-private.h"
#include "ui/sb-inspector.h"
#include "ui/sb-save-chooser.h"
#include "ui/sb-window-private.h"
#include "ui/sb-worker-bridge.h"

#include <string.h>

SbStore *
sb_keeping_store (SbWindow *window)
{
  const SbRecording *recording = sb_session_recording (window->session);
  return recording ? recording->store : NULL;
}

static SbDocument *
document_of (SbWindow *window)
{
  const SbRecording *recording = sb_session_recording (window->session);
  return recording ? recording->document : NULL;
}

/* --- what would be lost --- */

SbWork
sb_keeping_work (SbWindow *window)
{
  SbDocument *document = document_of (window);
  const int n = document ? sb_document_n_steps (document) : 0;
  return (SbWork){.last_serial = n ? sb_document_step (document, n - 1).serial : 0,
                  .n_steps = n,
                  .n_done = n ? sb_document_n_done (document) : 0,
                  .markers = sb_markers_revision (sb_inspector_markers (sb_inspector_of (window->session)))};
}

static int
n_markers (SbWindow *window)
{
  return sb_markers_n (sb_inspector_markers (sb_inspector_of (window->session)));
}

static bool
same_work (const SbWork *a, const SbWork *b)
{
  return a->last_serial == b->last_serial && a->n_steps == b->n_steps && a->n_done == b->n_done &&
         a->markers == b->markers;
}

SbRisk
sb_keeping_at_risk (SbWindow *window)
{
  SbStore *store = sb_keeping_store (window);
  const SbWork now = sb_keeping_work (window);
  if (!store || sb_store_state (store).keeping == SB_KEPT_ELSEWHERE || same_work (&now, &window->saved))
    return SB_RISK_NONE;
  if (sb_store_state (store).keeping == SB_NOT_KEEPING)
    return window->saved.n_steps > 0 || sb_document_n_edits (document_of (window)) > 0 || n_markers (window) > 0
               ? SB_RISK_LOSS
               : SB_RISK_NONE;
  if (sb_store_n_kept (store) >= window->last_change)
    return SB_RISK_NONE;
  g_autofree char *trouble = sb_store_trouble (store);
  return trouble ? SB_RISK_LOSS : SB_RISK_PENDING;
}

char *
sb_keeping_say_loss (SbWindow *window)
{
  SbStore *store = sb_keeping_store (window);
  const SbStoreState state = store ? sb_store_state (store) : (SbStoreState){0};
  const bool none = store && state.keeping == SB_NOT_KEEPING;
  g_autofree char *trouble = store && !none ? sb_store_trouble (store) : NULL;
  const char *lost = !none                ? "What was done before stays, but the last changes are only in this window."
                     : window->saved_once ? "What was done since the project was saved is only in this window."
                                          : "What was done since it was opened is only in this window.";
  return g_strdup_printf ("The recording itself is unchanged. %s%s%s", lost, trouble ? " " : "",
                          trouble ? trouble : "");
}

/* Said for as long as it holds: from the opening on where nothing can be kept, until a person has saved it all. */
static void
show_keeping (SbWindow *window)
{
  SbStore *store = sb_keeping_store (window);
  const SbStoreState state = store ? sb_store_state (store) : (SbStoreState){0};
  const bool none = store && state.keeping == SB_NOT_KEEPING, loss = sb_keeping_at_risk (window) == SB_RISK_LOSS;
  g_autofree char *trouble = loss && !none ? sb_store_trouble (store) : NULL;
  SbLastingText text = {.button = "Save Project…", .action = "win.save-project-as"};
  g_autofree char *title = NULL;
  if (none && (loss || !window->saved_once)) {
    const char *end = strstr (state.not_kept, ": ");
    title = end ? g_strdup_printf ("%.*s.", (int)(end - state.not_kept), state.not_kept) : g_strdup (state.not_kept);
    g_autofree char *rest = g_strdup (end ? end + 2 : "");
    if (*rest)
      *rest = g_ascii_toupper (*rest);
    text.title = title;
    text.meaning = rest;
    sb_window_set_lasting (window, SB_LASTING_NOT_KEPT, &text);
  } else if (trouble) {
    text.title = "Your last changes are not on the disk yet.";
    text.meaning = trouble;
    sb_window_set_lasting (window, SB_LASTING_NOT_KEPT, &text);
  } else if (sb_banner_has (SB_BANNER (window->banner), SB_LASTING_NOT_KEPT))
    sb_window_set_lasting (window, SB_LASTING_NOT_KEPT, NULL);
}

void
sb_keeping_note_change (SbWindow *window)
{
  SbStore *store = sb_keeping_store (window);
  if (store && store == window->kept_store) {
    window->last_change = sb_store_n_changes (store);
    show_keeping (window);
  }
}

void
sb_keeping_was_saved (SbWindow *window, const SbWork *work)
{
  window->saved = *work;
  window->saved_once = true;
  show_keeping (window);
}

/* --- trouble: told by the writer's thread --- */

typedef struct {
  GWeakRef window;
} Note;

static void
note_free (void *data)
{
  Note *note = data;
  g_weak_ref_clear (&note->window);
  g_free (note);
}

static gboolean
show_trouble (void *data)
{
  g_autoptr (GObject) object = g_weak_ref_get (&((Note *)data)->window);
  if (!object)
    return G_SOURCE_REMOVE;
  show_keeping (SB_WINDOW (object));
  return G_SOURCE_REMOVE;
}

/* The window outlives its store, and the store's free waits for this function. */
static void
on_trouble (void *data)
{
  Note *note = g_new0 (Note, 1);
  g_weak_ref_init (&note->window, data);
  g_idle_add_full (G_PRIORITY_DEFAULT, show_trouble, note, note_free);
}

/* --- markers --- */

static GArray *
markers_now (SbWindow *window)
{
  SbMarkers *markers = sb_inspector_markers (sb_inspector_of (window->session));
  GArray *now = g_array_new (FALSE, FALSE, sizeof (SbMarker)); /* titles are borrowed */
  for (int i = 0; i < sb_markers_n (markers); i++)
    g_array_append_vals (now, sb_markers_get (markers, i), 1);
  return now;
}

static void
on_markers (SbInspector *inspector, SbWindow *window)
{
  const uint64_t revision = sb_markers_revision (sb_inspector_markers (inspector));
  if (!window->kept_store || window->kept_store != sb_keeping_store (window) || revision == window->kept_markers)
    return; /* another recording's list, or only the selection */
  g_autoptr (GArray) now = markers_now (window);
  window->kept_markers = revision;
  sb_store_set_markers (window->kept_store, (const SbMarker *)now->data, (int)now->len);
  sb_keeping_note_change (window);
}

static void
bring_markers_back (SbWindow *window, SbStore *store)
{
  SbInspector *inspector = sb_inspector_of (window->session);
  SbMarkers *markers = sb_inspector_markers (inspector);
  const GArray *kept = sb_store_project (store)->markers;
  if (kept->len > 0)
    sb_markers_restore (markers, (const SbMarker *)kept->data, (int)kept->len);
  window->kept_markers = sb_markers_revision (markers);
  window->kept_store = store;
  if (kept->len > 0)
    g_signal_emit_by_name (inspector, "markers");
}

void
sb_keeping_fill_project (SbWindow *window, SbProject *project)
{
  g_autoptr (GArray) now = markers_now (window);
  sb_project_set_markers (project, (const SbMarker *)now->data, (int)now->len);
  sb_look_keeper_fill (window->look_keeper, project->view);
}

/* --- a recording comes and goes --- */

void
sb_keeping_announce (SbWindow *window)
{
  SbStore *store = sb_keeping_store (window);
  sb_finder_look_for (window->finder, NULL, NULL);
  sb_keeping_update_offers (window);
  if (!store)
    return;
  sb_store_set_trouble_func (store, on_trouble, window);
  bring_markers_back (window, store);
  sb_look_keeper_attach (window->look_keeper, store);
  window->saved = sb_keeping_work (window);
  window->saved_once = false;
  window->last_change = 0;
  sb_keeping_announce_found (window);
  show_keeping (window);
}

void
sb_keeping_let_go (SbWindow *window)
{
  sb_look_keeper_let_go (window->look_keeper);
  window->kept_store = NULL;
}

/* --- openings that did not come to an end --- */

static void
on_again_response (AdwMessageDialog *dialog, const char *response, SbWindow *window)
{
  const SbOpenRequest request = {.path = g_object_get_data (G_OBJECT (dialog), "path"),
                                 .again = true,
                                 .without_edits = g_str_equal (response, "without")};
  if (!g_str_equal (response, "cancel"))
    sb_window_open_request (window, &request);
}

void
sb_keeping_ask_again (SbWindow *window, const char *path, const GError *error)
{
  const char *sentence = error->message;
  const char *end = strstr (sentence, ". ");
  g_autofree char *heading = end ? g_strndup (sentence, (gsize)(end - sentence)) : g_strdup (sentence);
  GtkWidget *widget = adw_message_dialog_new (GTK_WINDOW (window), heading, end ? end + 2 : "");
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);
  adw_message_dialog_add_response (dialog, "cancel", "Cancel");
  adw_message_dialog_add_response (dialog, "without", "Open _Without Its Edits");
  if (g_error_matches (error, SB_ERROR, SB_ERROR_DIED)) /* else it would be the same */
    adw_message_dialog_add_response (dialog, "again", "Try _Again");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "path", g_strdup (path), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_again_response), window, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
forget_mark (void *data)
{
  sb_opening_mark_done (data);
}

static void
nothing_more (void *data)
{
}

typedef struct {
  SbPool *jobs;
  SbOpeningMark *mark;
} Shown;

static gboolean
was_shown (void *data)
{
  Shown *shown = data;
  sb_bridge_run (shown->jobs, NULL, 0, forget_mark, nothing_more, shown->mark, nothing_more);
  return G_SOURCE_REMOVE;
}

void
sb_keeping_shows_soon (SbWindow *window, SbRecording *recording)
{
  Shown *shown = g_new0 (Shown, 1);
  *shown = (Shown){window->jobs, g_steal_pointer (&recording->mark)};
  if (shown->mark) /* behind the first frames */
    g_idle_add_full (G_PRIORITY_LOW, was_shown, shown, g_free);
  else
    g_free (shown);
}

/* --- Save Project As --- */

static void
on_project_chosen (void *data, const char *path)
{
  g_action_group_activate_action (G_ACTION_GROUP (data), "save-project", g_variant_new_string (path));
}

static void
act_save_project_as (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  const SbRecording *recording = sb_session_recording (window->session);
  if (!recording)
    return;
  g_autofree char *folder = g_path_get_dirname (recording->path);
  g_autofree char *name = g_strconcat (recording->name, ".sonobrush", NULL);
  g_autofree char *path =
      recording->project_path ? g_strdup (recording->project_path) : g_build_filename (folder, name, NULL);
  sb_save_chooser_ask (GTK_WINDOW (window), &(SbSaveChooser){"Save Project As", "Save", path, ".sonobrush", NULL},
                       on_project_chosen, G_OBJECT (window));
}

void
sb_keeping_add_actions (SbWindow *window)
{
  static const GActionEntry entries[] = {
      {.name = "save-project-as", .activate = act_save_project_as},
  };
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
  sb_keeping_add_offer_actions (window);
  window->look_keeper = sb_look_keeper_new (G_ACTION_GROUP (window), window->session);
  g_signal_connect_object (sb_inspector_of (window->session), "markers", G_CALLBACK (on_markers), window, 0);
}
