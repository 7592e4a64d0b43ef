/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is said about a session when it is opened: where it was found, what is
 * on offer, what may not fit any more.  Sentences for who opens it.
 * Thread: worker. */
#include "document/sb-relink.h"
#include "document/sb-store-open-private.h"

void
sb_store_say (SbStore *store, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  char *sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (store->sentence) {
    g_autofree char *first = store->sentence, *second = sentence;
    sentence = g_strconcat (first, " ", second, NULL);
  }
  store->sentence = sentence;
}

char *
sb_store_amount (const SbProject *project)
{
  const guint n = project->ops->len, m = project->markers->len;
  g_autofree char *edits = g_strdup_printf ("%u edit%s", n, n == 1 ? "" : "s");
  g_autofree char *markers = g_strdup_printf ("%u marker%s", m, m == 1 ? "" : "s");
  return m == 0   ? g_steal_pointer (&edits)
         : n == 0 ? g_steal_pointer (&markers)
                  : g_strdup_printf ("%s and %s", edits, markers);
}

void
sb_store_say_where_found (SbOpening *opening, const char *before)
{
  if (!before || !*before || !opening->request->project || g_str_equal (before, opening->fresh->source_path))
    return;
  g_autofree char *shown = g_filename_display_name (opening->fresh->source_path);
  opening->store->state.found = SB_FOUND_MOVED;
  sb_store_say (opening->store, "The recording of this project was found at “%s”.", shown);
}

void
sb_store_tell_stranger (SbStore *store, const SbProject *project)
{
  const char *shown = g_hash_table_lookup (project->view, SB_STORE_ASIDE);
  store->state.set_aside = store->state.set_aside || (shown && *shown);
  if (shown && *shown)
    sb_store_say (store,
                  "Other edits had been put in the place of these while they were made. They lie in "
                  "“%s” and can be opened as a project.",
                  shown);
}

void
sb_store_say_changed (const SbOpening *opening, const char *what, const char *meaning)
{
  g_autofree char *difference = sb_relink_difference (opening->store->other, opening->fresh);
  sb_store_say (opening->store, "%s %s %s", what, difference, meaning);
}

void
sb_store_explain (SbOpening *opening)
{
  SbStore *store = opening->store;
  g_autofree char *shown = store->other_path ? g_filename_display_name (store->other_path) : NULL;
  const SbProject *other = store->state.on_other_content ? NULL : store->other;
  g_autofree char *amount = other ? sb_store_amount (other) : NULL, *what = NULL;
  store->state.n_other = other ? (int)other->ops->len : 0;
  store->state.n_other_markers = other ? (int)other->markers->len : 0;
  const char *were = store->state.n_other + store->state.n_other_markers == 1 ? "was" : "were";
  switch (store->state.found) {
  case SB_FOUND_LATER:
    sb_store_say (store,
                  "Work went on in “%s” since this project was saved. It has %s by now; what is missing "
                  "here can be copied.",
                  shown, amount);
    break;
  case SB_FOUND_MOVED:
    if (shown && opening->request->project)
      sb_store_say (store, "What was done since this project was saved as “%s” came along.", shown);
    else if (shown)
      sb_store_say (store, "The edits that were made when this recording was “%s” came along.", shown);
    break;
  case SB_FOUND_COPY:
    if (store->other_there)
      sb_store_say (store, "The same recording lies at “%s” too, with %s. They can be copied.", shown, amount);
    else if (other && other->project_path && *other->project_path)
      sb_store_say (store,
                    "%s %s made in this recording in the project “%s”, which is not there any more. They can be "
                    "copied.",
                    amount, were, shown);
    else
      sb_store_say (store, "%s %s made in this recording when it was “%s”. They can be copied.", amount, were, shown);
    break;
  case SB_FOUND_CHANGED:
    what = g_strdup_printf ("This recording has changed since %s %s made in it.", amount, were);
    sb_store_say_changed (opening, what,
                          store->state.n_other ? "The edits are not applied; times may no longer fit."
                                               : "The markers are not taken; times may no longer fit.");
    break;
  case SB_FOUND_NOTHING:
  case SB_FOUND_SESSION:
    break;
  }
}

void
sb_store_tell_unsure (SbOpening *opening)
{
  SbStore *store = opening->store;
  if (opening->unsure && sb_store_has_on_offer (store->project) && !store->state.on_other_content)
    sb_store_say (store,
                  "This recording may have changed since the edits were made. It was written to, and not all of its "
                  "bytes are known from before; look whether the edits still fit.");
}
