/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Edits and markers have a history each: a marker is no edit, and changes
 * nothing that is heard or exported.  A hand knows only one order, that in
 * which it did things, so undo and redo go through both:
 *
 *   edits     1       3   4
 *   markers       2           5        undo: 5, 4, 3, 2, 1
 *
 * Each change has a serial, rising through both.  Undo takes back the highest;
 * redo brings back the lowest that comes after all that is done.  A new change
 * of one kind leaves what could be redone of the other: it is brought back out
 * of order rather than lost. */
#include "ui/sb-window-private.h"

typedef enum { NOTHING, EDITS, MARKERS } What;

static SbDocument *
document_of (SbWindow *window)
{
  const SbRecording *recording = sb_session_recording (window->session);
  return recording ? recording->document : NULL;
}

static SbMarkers *
markers_of (SbWindow *window)
{
  return sb_inspector_markers (sb_inspector_of (window->session));
}

static uint64_t
last_done (SbDocument *document)
{
  const int n_done = sb_document_n_done (document);
  return n_done ? sb_document_step (document, n_done - 1).serial : 0;
}

static What
to_undo (SbWindow *window)
{
  SbDocument *document = document_of (window);
  if (!document)
    return NOTHING;
  const uint64_t edits = sb_document_can_undo (document) ? last_done (document) : 0,
                 markers = sb_markers_undo_serial (markers_of (window));
  return edits > markers ? EDITS : markers ? MARKERS : NOTHING;
}

static What
to_redo (SbWindow *window)
{
  SbDocument *document = document_of (window);
  if (!document)
    return NOTHING;
  const uint64_t edits = sb_document_can_redo (document)
                             ? sb_document_step (document, sb_document_n_done (document)).serial
                             : 0,
                 markers = sb_markers_redo_serial (markers_of (window)),
                 done = MAX (last_done (document), sb_markers_undo_serial (markers_of (window)));
  if (!edits || !markers)
    return edits ? EDITS : markers ? MARKERS : NOTHING;
  const What lower = edits < markers ? EDITS : MARKERS, higher = edits < markers ? MARKERS : EDITS;
  return MIN (edits, markers) > done || MAX (edits, markers) < done ? lower : higher;
}

static void
act_undo (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  sb_session_settle (window->session); /* an option that is still being changed is a change, too */
  if (to_undo (window) == MARKERS)
    sb_inspector_undo_markers (sb_inspector_of (window->session));
  else
    sb_session_undo (window->session);
}

static void
act_redo (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *window = data;
  sb_session_settle (window->session);
  if (to_redo (window) == MARKERS)
    sb_inspector_redo_markers (sb_inspector_of (window->session));
  else
    sb_session_redo (window->session);
}

static void
act_undo_markers (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_inspector_undo_markers (sb_inspector_of (SB_WINDOW (data)->session));
}

static void
act_redo_markers (GSimpleAction *action, GVariant *parameter, void *data)
{
  sb_inspector_redo_markers (sb_inspector_of (SB_WINDOW (data)->session));
}

void
sb_window_update_undo_actions (SbWindow *window)
{
  const bool open = document_of (window) != NULL;
  sb_window_enable (window, "undo", to_undo (window) != NOTHING);
  sb_window_enable (window, "redo", to_redo (window) != NOTHING);
  sb_window_enable (window, "undo-markers", open && sb_markers_can_undo (markers_of (window)));
  sb_window_enable (window, "redo-markers", open && sb_markers_can_redo (markers_of (window)));
}

void
sb_window_add_undo_actions (SbWindow *window)
{
  static const GActionEntry entries[] = {
      {.name = "undo", .activate = act_undo},
      {.name = "redo", .activate = act_redo},
      {.name = "undo-markers", .activate = act_undo_markers},
      {.name = "redo-markers", .activate = act_redo_markers},
  };
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
}
