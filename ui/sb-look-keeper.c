/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nearly all of it is the state of an action already, as text; the range and
 * the brush are written out.  What comes back may be anything: an action takes
 * only what it understands, and numbers are checked. */
#include "ui/sb-look-keeper.h"

#include <math.h>
#include <string.h>

enum { REST_MS = 800, MOST_TEXT = 200 };

struct SbLookKeeper {
  GActionGroup *actions;
  SbSession *session;
  SbStore *store;   /* NULL: nothing is kept */
  GHashTable *kept; /* char* → char*: as handed over last */
  guint rest;
};

/* In the order in which they come back: a band may depend on its axis, what is painted on the channel shown. */
static const char *const names[] = {"scale",      "palette",     "statistic",  "channels", "channel", "paint-shown",
                                    "resolution", "look-window", "reassigned", "times",    "notes",
                                    "tool",       "page",        "show-band",  "show-span"};

static char *
range_text (const SbLook *look)
{
  char low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];
  if (look->auto_range)
    return g_strdup ("auto");
  return g_strdup_printf ("%s %s", g_ascii_dtostr (low, sizeof low, look->low_db),
                          g_ascii_dtostr (high, sizeof high, look->high_db));
}

static char *
brush_text (const SbBrush *brush)
{
  const double numbers[] = {brush->duration_s, brush->bandwidth_hz, brush->gain_db,
                            brush->soft,       brush->strict,       brush->comb_hz, brush->count};
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++) {
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf (text, "%s%s", i ? " " : "", g_ascii_dtostr (digits, sizeof digits, numbers[i]));
  }
  return g_string_free (text, FALSE);
}

static bool
read_numbers (const char *text, double *numbers, int n)
{
  char *end = (char *)text;
  for (int i = 0; i < n; i++) {
    const char *begin = end;
    numbers[i] = g_ascii_strtod (begin, &end);
    if (end == begin || isnan (numbers[i]))
      return false;
  }
  return *end == 0;
}

void
sb_look_keeper_fill (SbLookKeeper *keeper, GHashTable *view)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GVariant) state = g_action_group_get_action_state (keeper->actions, names[i]);
    if (state)
      g_hash_table_replace (view, g_strdup (names[i]), g_variant_print (state, FALSE));
  }
  g_hash_table_replace (view, g_strdup ("range"), range_text (sb_session_look (keeper->session)));
  g_hash_table_replace (view, g_strdup ("brush"), brush_text (sb_session_brush (keeper->session)));
}

/* --- keeping --- */

static GHashTable *
texts_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
hand_over (SbLookKeeper *keeper)
{
  g_autoptr (GHashTable) now = texts_new (), changes = texts_new ();
  GHashTableIter iter;
  gpointer key, value;
  sb_look_keeper_fill (keeper, now);
  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_strcmp0 (g_hash_table_lookup (keeper->kept, key), value) != 0)
      g_hash_table_insert (changes, g_strdup (key), g_strdup (value));
  if (g_hash_table_size (changes) > 0) /* one transaction: a stroke must not wait behind many */
    sb_store_set_views (keeper->store, changes);
  g_hash_table_unref (keeper->kept);
  keeper->kept = g_steal_pointer (&now);
}

static gboolean
on_rest (void *data)
{
  SbLookKeeper *keeper = data;
  keeper->rest = 0;
  if (keeper->store)
    hand_over (keeper);
  return G_SOURCE_REMOVE;
}

static void
changed (SbLookKeeper *keeper)
{
  if (!keeper->store)
    return;
  g_clear_handle_id (&keeper->rest, g_source_remove);
  keeper->rest = g_timeout_add (REST_MS, on_rest, keeper);
}

static void
state_changed (GActionGroup *actions, const char *name, GVariant *state, SbLookKeeper *keeper)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i], name) == 0)
      changed (keeper);
}

/* --- bringing back --- */

/* An action without a parameter switches to and fro. */
static void
bring_back (SbLookKeeper *keeper, const char *name, const char *text)
{
  g_autoptr (GVariant) now = g_action_group_get_action_state (keeper->actions, name);
  const GVariantType *type = g_action_group_get_action_parameter_type (keeper->actions, name);
  g_autoptr (GVariant) wanted
      = now && strlen (text) < MOST_TEXT ? g_variant_parse (g_variant_get_type (now), text, NULL, NULL, NULL) : NULL;
  if (wanted && !g_variant_equal (now, wanted))
    g_action_group_activate_action (keeper->actions, name, type ? wanted : NULL);
}

static void
bring_range_back (SbLookKeeper *keeper, const char *text)
{
  double range[2];
  if (strcmp (text, "auto") != 0 && read_numbers (text, range, 2))
    sb_session_set_range (keeper->session, range[0], range[1]);
}

static void
bring_brush_back (SbLookKeeper *keeper, const char *text)
{
  double numbers[7];
  SbBrush brush = *sb_session_brush (keeper->session);
  if (!read_numbers (text, numbers, 7))
    return;
  brush.duration_s = numbers[0];
  brush.bandwidth_hz = numbers[1];
  brush.gain_db = numbers[2];
  brush.soft = numbers[3];
  brush.strict = numbers[4] != 0;
  brush.comb_hz = numbers[5];
  brush.count = (int)CLAMP (numbers[6], 1, 10000);
  sb_session_set_brush (keeper->session, &brush);
}

void
sb_look_keeper_attach (SbLookKeeper *keeper, SbStore *store)
{
  GHashTable *view = sb_store_project (store)->view;
  const char *text;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if ((text = g_hash_table_lookup (view, names[i])))
      bring_back (keeper, names[i], text);
  if ((text = g_hash_table_lookup (view, "range")))
    bring_range_back (keeper, text);
  if ((text = g_hash_table_lookup (view, "brush")))
    bring_brush_back (keeper, text);
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_remove_all (keeper->kept);
  g_hash_table_iter_init (&iter, view);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (keeper->kept, g_strdup (key), g_strdup (value));
  keeper->store = store;
  changed (keeper);
}

/* --- life --- */

void
sb_look_keeper_let_go (SbLookKeeper *keeper)
{
  g_clear_handle_id (&keeper->rest, g_source_remove);
  if (keeper->store)
    hand_over (keeper);
  keeper->store = NULL;
}

SbLookKeeper *
sb_look_keeper_new (GActionGroup *actions, SbSession *session)
{
  static const char *const others[] = {"colours", "tool"}; /* range, brush */
  SbLookKeeper *keeper = g_new0 (SbLookKeeper, 1);
  keeper->actions = actions;
  keeper->session = g_object_ref (session);
  keeper->kept = texts_new ();
  g_signal_connect (actions, "action-state-changed", G_CALLBACK (state_changed), keeper);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_signal_connect_swapped (session, others[i], G_CALLBACK (changed), keeper);
  return keeper;
}

void
sb_look_keeper_free (SbLookKeeper *keeper)
{
  if (!keeper)
    return;
  g_clear_handle_id (&keeper->rest, g_source_remove);
  g_signal_handlers_disconnect_by_data (keeper->actions, keeper);
  g_signal_handlers_disconnect_by_data (keeper->session, keeper);
  g_object_unref (keeper->session);
  g_hash_table_unref (keeper->kept);
  g_free (keeper);
}
