/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list is an array of shared, immutable markers; a state to go back to is
 * a copy of the array alone. */
#include "document/sb-markers.h"
#include "document/sb-history.h"

#include <math.h>

enum { MOST_STATES = 100 };

typedef struct {
  gatomicrefcount refs;
  SbMarker marker;
} Item;

typedef struct {
  GPtrArray *items; /* before the change, or after it */
  uint64_t serial;  /* of the change */
} State;

struct SbMarkers {
  GPtrArray *items;  /* of Item, sorted */
  GQueue undo, redo; /* of State */
  uint64_t next_id, revision;
};

static void
item_unref (void *data)
{
  Item *item = data;
  if (!g_atomic_ref_count_dec (&item->refs))
    return;
  g_free (item->marker.title);
  g_free (item);
}

static void *
item_ref (const void *data, void *unused)
{
  Item *item = (Item *)data;
  g_atomic_ref_count_inc (&item->refs);
  return item;
}

static Item *
item_new (const SbMarker *marker, uint64_t id)
{
  Item *item = g_new0 (Item, 1);
  g_atomic_ref_count_init (&item->refs);
  item->marker = *marker;
  item->marker.id = id;
  item->marker.title = sb_marker_clean_title (marker->title);
  return item;
}

static void
clear_title (void *data)
{
  g_free (((SbMarker *)data)->title);
}

GArray *
sb_marker_array_new (void)
{
  GArray *array = g_array_new (FALSE, TRUE, sizeof (SbMarker));
  g_array_set_clear_func (array, clear_title);
  return array;
}

bool
sb_marker_is_sane (const SbMarker *marker)
{
  bool low = isnan (marker->low_hz) || (isfinite (marker->low_hz) && marker->low_hz >= 0);
  bool high = isnan (marker->high_hz) || (isfinite (marker->high_hz) && marker->high_hz >= 0);
  return isfinite (marker->from_s) && isfinite (marker->to_s) && marker->from_s >= 0 &&
         marker->to_s >= marker->from_s && low && high && !(marker->low_hz > marker->high_hz);
}

double
sb_marker_round (double value)
{
  return round (value * 1e6) / 1e6; /* the double nearest to those decimals: it is written as they are */
}

char *
sb_marker_clean_title (const char *title)
{
  char *clean = g_utf8_make_valid (title ? title : "", -1);
  for (char *p = clean; *p; p++)
    if (*p == '\t' || *p == '\n' || *p == '\r')
      *p = ' ';
  return clean;
}

static int
by_time (const void *a, const void *b)
{
  const SbMarker *x = &(*(Item *const *)a)->marker, *y = &(*(Item *const *)b)->marker;
  if (x->from_s != y->from_s)
    return x->from_s < y->from_s ? -1 : 1;
  if (x->to_s != y->to_s)
    return x->to_s < y->to_s ? -1 : 1;
  return x->id < y->id ? -1 : x->id > y->id;
}

guint
sb_marker_hash (const void *marker)
{
  const SbMarker *m = marker;
  return g_double_hash (&m->from_s) ^ g_str_hash (m->title);
}

static bool
same_bound (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

gboolean
sb_marker_equal (const void *a, const void *b)
{
  const SbMarker *one = a, *other = b;
  return one->from_s == other->from_s && one->to_s == other->to_s && same_bound (one->low_hz, other->low_hz) &&
         same_bound (one->high_hz, other->high_hz) && g_str_equal (one->title, other->title);
}

SbMarkers *
sb_markers_new (void)
{
  SbMarkers *markers = g_new0 (SbMarkers, 1);
  markers->items = g_ptr_array_new_with_free_func (item_unref);
  markers->next_id = 1;
  return markers;
}

static void
state_free (void *data)
{
  State *state = data;
  g_ptr_array_unref (state->items);
  g_free (state);
}

static void
forget_states (GQueue *states)
{
  g_queue_clear_full (states, state_free);
}

void
sb_markers_free (SbMarkers *markers)
{
  if (!markers)
    return;
  g_ptr_array_unref (markers->items);
  forget_states (&markers->undo);
  forget_states (&markers->redo);
  g_free (markers);
}

int
sb_markers_n (const SbMarkers *markers)
{
  return (int)markers->items->len;
}

const SbMarker *
sb_markers_get (const SbMarkers *markers, int index)
{
  return &((Item *)g_ptr_array_index (markers->items, index))->marker;
}

static int
index_of (const SbMarkers *markers, uint64_t id)
{
  for (guint i = 0; i < markers->items->len; i++)
    if (sb_markers_get (markers, (int)i)->id == id)
      return (int)i;
  return -1;
}

const SbMarker *
sb_markers_find (const SbMarkers *markers, uint64_t id)
{
  int at = index_of (markers, id);
  return at < 0 ? NULL : sb_markers_get (markers, at);
}

uint64_t
sb_markers_revision (const SbMarkers *markers)
{
  return markers->revision;
}

/* Before each change: what is there now becomes a state to go back to. */
static void
keep_state (SbMarkers *markers)
{
  State *state = g_new0 (State, 1);
  state->items = g_ptr_array_copy (markers->items, (GCopyFunc)item_ref, NULL); /* with its free function */
  state->serial = sb_step_next_serial ();
  g_queue_push_tail (&markers->undo, state);
  if (g_queue_get_length (&markers->undo) > MOST_STATES)
    state_free (g_queue_pop_head (&markers->undo));
  forget_states (&markers->redo);
  markers->revision++;
}

static bool
all_sane (const SbMarker *added, int n_added)
{
  for (int i = 0; i < n_added; i++)
    if (!sb_marker_is_sane (&added[i]))
      return false;
  return true;
}

static void
take_in (SbMarkers *markers, const SbMarker *added, int n_added)
{
  for (int i = 0; i < n_added; i++)
    g_ptr_array_add (markers->items, item_new (&added[i], markers->next_id++));
  g_ptr_array_sort (markers->items, by_time);
}

bool
sb_markers_add_all (SbMarkers *markers, const SbMarker *added, int n_added)
{
  if (!all_sane (added, n_added))
    return false;
  if (n_added == 0)
    return true;
  keep_state (markers);
  take_in (markers, added, n_added);
  return true;
}

int
sb_markers_add_missing (SbMarkers *markers, const SbMarker *others, int n_others)
{
  g_autoptr (GHashTable) known = g_hash_table_new (sb_marker_hash, sb_marker_equal);
  g_autoptr (GArray) fresh = g_array_new (FALSE, FALSE, sizeof (SbMarker)); /* borrows the titles */
  for (int i = 0; i < sb_markers_n (markers); i++)
    g_hash_table_add (known, (void *)sb_markers_get (markers, i));
  for (int i = 0; i < n_others; i++)
    if (!g_hash_table_contains (known, &others[i]))
      g_array_append_vals (fresh, &others[i], 1);
  if (fresh->len == 0 || !sb_markers_add_all (markers, (const SbMarker *)(const void *)fresh->data, (int)fresh->len))
    return 0;
  return (int)fresh->len;
}

bool
sb_markers_restore (SbMarkers *markers, const SbMarker *kept, int n_kept)
{
  if (!all_sane (kept, n_kept))
    return false;
  take_in (markers, kept, n_kept);
  markers->revision++;
  return true;
}

uint64_t
sb_markers_add (SbMarkers *markers, const SbMarker *marker)
{
  return sb_markers_add_all (markers, marker, 1) ? markers->next_id - 1 : 0;
}

bool
sb_markers_set (SbMarkers *markers, uint64_t id, const SbMarker *marker)
{
  int at = index_of (markers, id);
  if (at < 0 || !sb_marker_is_sane (marker))
    return false;
  keep_state (markers);
  item_unref (g_ptr_array_index (markers->items, at));
  g_ptr_array_index (markers->items, at) = item_new (marker, id);
  g_ptr_array_sort (markers->items, by_time);
  return true;
}

bool
sb_markers_remove (SbMarkers *markers, uint64_t id)
{
  int at = index_of (markers, id);
  if (at < 0)
    return false;
  keep_state (markers);
  g_ptr_array_remove_index (markers->items, at);
  return true;
}

void
sb_markers_clear (SbMarkers *markers)
{
  if (markers->items->len == 0)
    return;
  keep_state (markers);
  g_ptr_array_set_size (markers->items, 0);
}

static bool
go (SbMarkers *markers, GQueue *from, GQueue *to)
{
  State *state = g_queue_pop_tail (from);
  if (!state)
    return false;
  GPtrArray *now = markers->items;
  markers->items = state->items;
  state->items = now;
  g_queue_push_tail (to, state);
  markers->revision++;
  return true;
}

bool
sb_markers_can_undo (const SbMarkers *markers)
{
  return markers->undo.length > 0;
}

bool
sb_markers_can_redo (const SbMarkers *markers)
{
  return markers->redo.length > 0;
}

static uint64_t
next_serial (const GQueue *states)
{
  const State *state = states->tail ? states->tail->data : NULL;
  return state ? state->serial : 0;
}

uint64_t
sb_markers_undo_serial (const SbMarkers *markers)
{
  return next_serial (&markers->undo);
}

uint64_t
sb_markers_redo_serial (const SbMarkers *markers)
{
  return next_serial (&markers->redo);
}

bool
sb_markers_undo (SbMarkers *markers)
{
  return go (markers, &markers->undo, &markers->redo);
}

bool
sb_markers_redo (SbMarkers *markers)
{
  return go (markers, &markers->redo, &markers->undo);
}

int
sb_markers_next (const SbMarkers *markers, double t_s, bool back)
{
  int found = -1;
  for (int i = 0; i < sb_markers_n (markers); i++) {
    double from = sb_markers_get (markers, i)->from_s;
    if (back && from < t_s)
      found = i;
    if (!back && from > t_s)
      return i;
  }
  return found;
}
