/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The edit that is selected, the one under the pointer, and changing one that
 * is there already.  Options are dragged through many values: each is only a
 * preview, and what stands still for a moment becomes one step of the history. */
#include "ui/sb-session-private.h"

enum { SETTLE_MS = 400 };

static SbOperation *
find_edit (SbSession *session, const char *id)
{
  SbDocument *document = session->recording && id ? session->recording->document : NULL;
  for (int i = 0, n = document ? sb_document_n_edits (document) : 0; i < n; i++) {
    SbOperation *op = sb_document_edit (document, i, NULL);
    if (g_str_equal (sb_operation_id (op), id))
      return op;
  }
  return NULL;
}

/* --- selecting --- */

const char *
sb_session_selected (SbSession *session)
{
  return session->selected;
}

static void
select_edit (SbSession *session, const char *id, bool editing)
{
  if (g_strcmp0 (session->selected, id) == 0 && session->editing == editing)
    return;
  g_autofree char *wanted = g_strdup (id); /* may be the one that settling replaces */
  sb_session_settle (session);
  bool was_editing = session->editing;
  g_free (session->selected);
  session->selected = g_steal_pointer (&wanted);
  session->editing = editing && session->selected;
  sb_session_emit (session, "selected");
  if (was_editing || session->editing)
    sb_session_emit (session, "tool");
}

void
sb_session_select (SbSession *session, const char *id)
{
  select_edit (session, id, false);
}

void
sb_session_edit (SbSession *session, const char *id)
{
  select_edit (session, id, id != NULL);
}

SbOperation *
sb_session_edited (SbSession *session)
{
  if (!session->editing)
    return NULL;
  return session->pending ? session->pending : find_edit (session, session->selected);
}

const char *
sb_session_hovered (SbSession *session)
{
  return session->hovered;
}

void
sb_session_hover (SbSession *session, const char *id)
{
  if (g_strcmp0 (session->hovered, id) == 0)
    return;
  g_free (session->hovered);
  session->hovered = g_strdup (id);
  sb_session_emit (session, "hovered");
}

/* --- changing --- */

void
sb_session_settle (SbSession *session)
{
  g_clear_handle_id (&session->settle, g_source_remove);
  g_autoptr (SbOperation) op = g_steal_pointer (&session->pending);
  g_autoptr (GError) error = NULL;
  if (!op || !session->recording)
    return;
  if (!find_edit (session, sb_operation_id (op))) { /* gone meanwhile */
    sb_session_preview (session, NULL, NULL);
    return;
  }
  if (!sb_document_replace_op (session->recording->document, op, &error)) {
    sb_session_preview (session, NULL, NULL);
    sb_session_say (session, error->message);
    sb_session_emit (session, "tool");
  }
}

static gboolean
on_settled (void *data)
{
  SbSession *session = data;
  session->settle = 0;
  sb_session_settle (session);
  return G_SOURCE_REMOVE;
}

bool
sb_session_change_edited (SbSession *session, const SbOpSpec *spec, GError **error)
{
  SbOperation *before = sb_session_edited (session);
  SbOpSpec wanted = *spec;
  if (!before)
    return false;
  wanted.id = sb_operation_id (before);
  SbOperation *op = sb_operation_new (&wanted, error);
  if (!op || !sb_session_preview (session, op, error)) {
    sb_operation_unref (op);
    return false;
  }
  sb_operation_unref (session->pending);
  session->pending = op;
  g_clear_handle_id (&session->settle, g_source_remove);
  session->settle = g_timeout_add (SETTLE_MS, on_settled, session);
  sb_session_emit (session, "tool");
  return true;
}

bool
sb_session_remove_selected (SbSession *session)
{
  sb_session_settle (session);
  if (!find_edit (session, session->selected) || sb_session_refuses (session))
    return false;
  g_autofree char *id = g_strdup (session->selected);
  if (!sb_document_remove_op (session->recording->document, id))
    return false;
  sb_session_select (session, NULL);
  sb_session_hover (session, NULL);
  return true;
}
