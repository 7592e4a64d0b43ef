/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was found when a recording was opened, in the banner, and what a person
 * does about it: edits that are on offer, a recording that is another one. */
#include "ui/sb-inspector.h"
#include "ui/sb-keeping-private.h"

#include <string.h>

#define BANNER_DISMISS "win.dismiss-banner"

/* --- what was found --- */

/* The first sentence is what happened. */
static void
show_sentence (SbWindow *window, SbLasting lasting, const char *sentence, SbLastingText text)
{
  const char *end = strstr (sentence, ". ");
  g_autofree char *title = end ? g_strndup (sentence, (gsize)(end - sentence) + 1) : g_strdup (sentence);
  text.title = title;
  text.meaning = end ? end + 2 : text.meaning;
  sb_window_set_lasting (window, lasting, &text);
}

void
sb_keeping_update_offers (SbWindow *window)
{
  SbStore *store = sb_keeping_store (window);
  const SbStoreState state = store ? sb_store_state (store) : (SbStoreState){0};
  const bool may_copy = state.keeping != SB_KEPT_ELSEWHERE;
  sb_window_enable (window, "copy-edits", state.n_other + state.n_other_markers > 0 && may_copy);
  sb_window_enable (window, "use-recording", state.on_other_content);
  sb_window_enable (window, "bring-back", state.n_aside + state.n_aside_markers > 0);
}

/* What was found and told at this opening may be that they were set aside: then one banner says both. */
static void
announce_aside (SbWindow *window, const SbStoreState state)
{
  g_autofree char *count = sb_store_aside_amount (sb_keeping_store (window));
  const bool one = state.n_aside + state.n_aside_markers == 1;
  g_autofree char *sentence = g_strdup_printf (
      "%s of this recording %s set aside. Bring Back adds %s to what is here, and Undo takes that back.", count,
      one ? "was" : "were", one ? "it" : "them");
  const SbLastingText text = {.button = "Bring Back",
                              .action = "win.bring-back",
                              .other = "Dismiss",
                              .other_action = BANNER_DISMISS,
                              .choice = true};
  if (state.n_aside + state.n_aside_markers > 0)
    show_sentence (window, SB_LASTING_ASIDE, state.sentence && state.aside_now ? state.sentence : sentence, text);
}

/* Nothing that a person would have to answer. */
static void
announce_softly (SbWindow *window, const SbStoreState state)
{
  const SbSource *original = sb_document_original (sb_session_recording (window->session)->document);
  const char *note = sb_is_file_source (original) ? sb_file_source_note (original) : NULL;
  if (note)
    sb_window_tell (window, note);
  if (state.differs_from_project)
    sb_window_tell_with (window,
                         state.beyond_project ? "There is more here than in the project file."
                                              : "What is here differs from the project file.",
                         "Save Project…", "win.save-project-as");
}

void
sb_keeping_announce_found (SbWindow *window)
{
  const SbStoreState state = sb_store_state (sb_keeping_store (window));
  const SbLastingText copy = {.button = state.n_other > 0 ? "Copy Edits" : "Copy Markers",
                              .action = "win.copy-edits",
                              .other = "Dismiss",
                              .other_action = BANNER_DISMISS,
                              .choice = true}; /* an offer, nothing went wrong */
  const bool is_for_a_person = state.on_other_content || (state.found == SB_FOUND_CHANGED && !state.told_before);
  announce_softly (window, state);
  announce_aside (window, state);
  if (!state.sentence)
    return;
  if (state.keeping == SB_KEPT_ELSEWHERE)
    show_sentence (window, SB_LASTING_READ_ONLY, state.sentence,
                   (SbLastingText){.meaning = "Close it there, then open it again here.",
                                   .button = "Open Again",
                                   .action = "win.open-again"});
  else if (is_for_a_person) /* to say what it means */
    show_sentence (window, SB_LASTING_MEANING, state.sentence,
                   (SbLastingText){.button = state.on_other_content ? "Use This One" : copy.button,
                                   .action = state.on_other_content ? "win.use-recording" : "win.copy-edits",
                                   .other = "Find the Old File…",
                                   .other_action = "win.find-recording",
                                   .choice = true,
                                   .closeable = !state.on_other_content});
  else if (state.n_other + state.n_other_markers > 0)
    show_sentence (window, SB_LASTING_FOUND, state.sentence, copy);
  else if (state.aside_now && state.n_aside + state.n_aside_markers > 0)
    return; /* said with the offer */
  else if (state.found != SB_FOUND_MOVED || state.set_aside)
    show_sentence (window, SB_LASTING_FOUND, state.sentence,
                   (SbLastingText){.button = "Dismiss", .action = BANNER_DISMISS, .choice = true});
  else
    sb_window_tell (window, state.sentence);
}

static void
say_left_out (SbWindow *window, int n_offered, int n_outside)
{
  g_autofree char *sentence = g_strdup_printf ("%d of %d edits were copied. The other %d lie outside of this recording "
                                               "as it is now; they are kept with what they were made in.",
                                               n_offered - n_outside, n_offered, n_outside);
  if (n_outside > 0)
    show_sentence (window, SB_LASTING_FOUND, sentence,
                   (SbLastingText){.button = "Dismiss", .action = BANNER_DISMISS, .choice = true});
}

static void
act_copy_edits (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  SbStore *store = sb_keeping_store (window);
  const int n_offered = store ? sb_store_state (store).n_other : 0;
  g_autoptr (GError) error = NULL;
  SbInspector *inspector = sb_inspector_of (window->session);
  if (store && !sb_store_take_other (store, sb_inspector_markers (inspector), &error))
    sb_window_tell_problem (window, "The edits were not copied", error->message);
  else {
    sb_window_set_lasting (window, SB_LASTING_MEANING, NULL);
    sb_window_set_lasting (window, SB_LASTING_FOUND, NULL);
    say_left_out (window, n_offered, store ? sb_store_state (store).n_outside : 0);
  }
  g_signal_emit_by_name (inspector, "markers");
  sb_keeping_update_offers (window);
}

static void
act_bring_back (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  SbStore *store = sb_keeping_store (window);
  const SbProject *aside = store ? sb_store_aside (store) : NULL;
  const int n_offered = store ? sb_store_state (store).n_aside : 0;
  g_autoptr (GError) error = NULL;
  if (!aside || sb_session_refuses (window->session))
    return;
  SbInspector *inspector = sb_inspector_of (window->session);
  const bool ok = sb_store_bring_back (store, sb_inspector_markers (inspector), &error);
  g_signal_emit_by_name (inspector, "markers");
  if (!ok) {
    sb_window_tell_problem (window, "The edits were not brought back", error->message);
    return;
  }
  sb_window_set_lasting (window, SB_LASTING_ASIDE, NULL);
  say_left_out (window, n_offered, sb_store_state (store).n_outside);
  sb_keeping_update_offers (window);
}

void
sb_keeping_dismiss (SbWindow *window, void (*dismiss) (SbStore *store))
{
  SbStore *store = sb_keeping_store (window);
  if (store)
    dismiss (store);
  sb_keeping_update_offers (window);
}

/* --- the recording is not where it was --- */

static void
act_use_recording (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbStore *store = sb_keeping_store (data);
  sb_window_set_lasting (data, SB_LASTING_MEANING, NULL);
  if (store)
    sb_store_accept_content (store);
  sb_keeping_update_offers (data);
}

/* What the edits were made in: this recording as it was. */
static void
look_for_recording (SbWindow *window)
{
  const SbRecording *recording = sb_session_recording (window->session);
  if (!recording || sb_finder_has_asked (window->finder))
    return;
  const SbStoreState state = sb_store_state (recording->store);
  const SbProject *other =
      state.on_other_content || state.found == SB_FOUND_CHANGED ? sb_store_other (recording->store) : NULL;
  sb_finder_look_for (window->finder, recording->project_path, other ? other : sb_store_project (recording->store));
}

static void
act_find_recording (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  look_for_recording (window);
  if (sb_finder_is_looking (window->finder))
    sb_finder_choose (window->finder);
}

/* What lies under the recording's name now; its edits wait in what was kept. */
static void
act_open_again (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  const SbRecording *recording = sb_session_recording (window->session);
  if (!recording)
    return;
  g_autofree char *path = g_strdup (recording->project_path ? recording->project_path : recording->path);
  sb_window_open (window, path);
}

static void
act_relink_to (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  look_for_recording (window);
  sb_finder_try (window->finder, g_variant_get_string (parameter, NULL));
}

void
sb_keeping_add_offer_actions (SbWindow *window)
{
  static const GActionEntry entries[] = {
      {.name = "copy-edits", .activate = act_copy_edits},
      {.name = "bring-back", .activate = act_bring_back},
      {.name = "open-again", .activate = act_open_again},
      {.name = "use-recording", .activate = act_use_recording},
      {.name = "find-recording", .activate = act_find_recording},
      {.name = "relink-to", .activate = act_relink_to, .parameter_type = "s"},
  };
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
  sb_keeping_update_offers (window);
}
