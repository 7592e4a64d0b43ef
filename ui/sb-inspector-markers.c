/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Markers in the window: making, naming, jumping, files. */
#include "document/sb-replace.h"
#include "ui/sb-inspector-private.h"
#include "ui/sb-saves.h"
#include "ui/sb-worker-bridge.h"

#include <math.h>

SbMarkers *
sb_inspector_markers (SbInspector *self)
{
  return self->markers;
}

uint64_t
sb_inspector_selected (SbInspector *self)
{
  return self->selected;
}

/* Regions come into sight whole, with something around them; a view that shows them stays. */
static void
bring_into_sight (SbInspector *self, const SbMarker *marker)
{
  SbViewport view = sb_session_viewport (self->session, 1, 1);
  double span = view.to_s - view.from_s, wanted = marker->to_s - marker->from_s;
  if (marker->from_s < view.from_s || marker->to_s > view.to_s) {
    if (wanted > span * .8)
      span = wanted * 1.25;
    double middle = (marker->from_s + marker->to_s) / 2;
    sb_session_show_span (self->session, middle - span / 2, middle + span / 2);
  }
  double low = isnan (marker->low_hz) ? view.low_hz : marker->low_hz,
         high = isnan (marker->high_hz) ? view.high_hz : marker->high_hz;
  if (low < view.low_hz || high > view.high_hz)
    sb_session_show_band (self->session, MIN (low, view.low_hz), MAX (high, view.high_hz));
}

void
sb_inspector_select (SbInspector *self, uint64_t id)
{
  const SbMarker *marker = sb_markers_find (self->markers, id);
  const SbRecording *recording = sb_session_recording (self->session);
  uint64_t chosen = marker ? id : 0;
  if (chosen == self->selected)
    return;
  self->selected = chosen;
  if (marker && recording) {
    bring_into_sight (self, marker);
    sb_session_seek (self->session, marker->from_s);
    SbBox box = {marker->from_s, marker->to_s, isnan (marker->low_hz) ? 0 : marker->low_hz,
                 isnan (marker->high_hz) ? recording->nyquist_hz : marker->high_hz};
    sb_inspector_set_box (self, sb_marker_is_region (marker) ? &box : NULL);
  }
  sb_inspector_emit (self, "markers");
}

static bool
same_edge (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

/* A marker at exactly this place, 0 when there is none. */
static uint64_t
marker_at (SbInspector *self, const SbMarker *place)
{
  for (int i = 0; i < sb_markers_n (self->markers); i++) {
    const SbMarker *marker = sb_markers_get (self->markers, i);
    if (marker->from_s == place->from_s && marker->to_s == place->to_s && same_edge (marker->low_hz, place->low_hz) &&
        same_edge (marker->high_hz, place->high_hz))
      return marker->id;
  }
  return 0;
}

static bool
box_is_in_sight (SbInspector *self)
{
  const SbViewport view = sb_session_viewport (self->session, 1, 1);
  return self->has_box && self->box.to_s > view.from_s && self->box.from_s < view.to_s &&
         self->box.high_hz > view.low_hz && self->box.low_hz < view.high_hz;
}

/* A box stays on the picture until another is drawn, so it cannot win for ever: it would be marked again and again
 * while the hand has long been elsewhere.  What was set last is what the eye is on.
 *   the box         when nothing was set after it (a click on a ruler, another marker, a stroke) and it is in sight;
 *                   once playing has begun a tap means what is heard, until it stops or another box is drawn
 *   the pointer     when it moved over the picture since the playhead was set, and is there now
 *   the playhead    otherwise: where a click on a ruler, "Go to a Time" or the end of playing put it
 * Rounded to what a label track holds, a millionth. */
static void
place_to_mark (SbInspector *self, SbMarker *marker)
{
  const SbRecording *recording = sb_session_recording (self->session);
  if (self->set_last == SB_SET_BOX && !self->heard && box_is_in_sight (self)) {
    const bool whole = self->box.low_hz <= 0 && self->box.high_hz >= recording->nyquist_hz;
    marker->from_s = sb_marker_round (self->box.from_s);
    marker->to_s = sb_marker_round (self->box.to_s);
    marker->low_hz = whole ? NAN : sb_marker_round (self->box.low_hz);
    marker->high_hz = whole ? NAN : sb_marker_round (self->box.high_hz);
    return;
  }
  const bool at_head = !self->inside || self->set_last == SB_SET_PLAYHEAD || sb_session_is_playing (self->session);
  const double t_s = at_head ? sb_session_playhead (self->session) : self->at.t_s;
  marker->from_s = marker->to_s = sb_marker_round (CLAMP (t_s, 0, recording->duration_s));
  marker->low_hz = marker->high_hz = NAN;
}

uint64_t
sb_inspector_add_marker (SbInspector *self)
{
  if (!sb_session_recording (self->session) || sb_session_refuses (self->session))
    return 0;
  g_autofree char *title = g_strdup_printf ("%d", sb_markers_n (self->markers) + 1);
  SbMarker marker = {.title = title};
  place_to_mark (self, &marker);
  uint64_t there = marker_at (self, &marker); /* asked twice, it is selected: two flags in one place hide each other */
  self->selected = there ? there : sb_markers_add (self->markers, &marker);
  sb_inspector_emit (self, "markers");
  return self->selected;
}

void
sb_inspector_rename (SbInspector *self, uint64_t id, const char *title)
{
  const SbMarker *old = sb_markers_find (self->markers, id);
  if (!old || g_str_equal (old->title, title) || sb_session_refuses (self->session))
    return;
  SbMarker renamed = *old;
  renamed.title = (char *)title;
  sb_markers_set (self->markers, id, &renamed);
  sb_inspector_emit (self, "markers");
}

void
sb_inspector_remove_marker (SbInspector *self, uint64_t id)
{
  if (sb_session_refuses (self->session) || !sb_markers_remove (self->markers, id))
    return;
  if (self->selected == id)
    self->selected = 0;
  sb_inspector_emit (self, "markers");
}

static void
list_changed (SbInspector *self)
{
  if (!sb_markers_find (self->markers, self->selected))
    self->selected = 0;
  sb_inspector_emit (self, "markers");
}

void
sb_inspector_undo_markers (SbInspector *self)
{
  if (sb_markers_undo (self->markers))
    list_changed (self);
}

void
sb_inspector_redo_markers (SbInspector *self)
{
  if (sb_markers_redo (self->markers))
    list_changed (self);
}

void
sb_inspector_next_marker (SbInspector *self, bool back)
{
  const SbMarker *now = sb_markers_find (self->markers, self->selected);
  double from = now ? now->from_s : sb_session_playhead (self->session);
  int at = sb_markers_next (self->markers, from, back);
  if (at >= 0)
    sb_inspector_select (self, sb_markers_get (self->markers, at)->id);
}

/* --- files --- */

typedef struct {
  SbInspector *inspector;       /* referenced */
  const SbRecording *recording; /* only compared */
  char *path;
  GArray *labels;     /* imported */
  SbMarkers *markers; /* to export: a copy */
  SbSource *source;   /* of the recording */
  GError *error;
} Transfer;

static void
transfer_free (void *data)
{
  Transfer *transfer = data;
  g_object_unref (transfer->inspector);
  g_free (transfer->path);
  if (transfer->labels)
    g_array_unref (transfer->labels);
  sb_markers_free (transfer->markers);
  sb_source_unref (transfer->source);
  g_clear_error (&transfer->error);
  g_free (transfer);
}

static void
transfer_work (void *data)
{
  Transfer *transfer = data;
  if (transfer->markers) {
    if (sb_check_replace (transfer->source, transfer->path, &transfer->error))
      sb_labels_save (transfer->markers, transfer->path, &transfer->error);
  } else
    transfer->labels = sb_labels_load (transfer->path, &transfer->error);
}

/* A set that borrows the markers: what was exported, or imported before, is not taken a second time. */
static GHashTable *
known_markers (SbMarkers *markers)
{
  GHashTable *known = g_hash_table_new (sb_marker_hash, sb_marker_equal);
  for (int i = 0; i < sb_markers_n (markers); i++)
    g_hash_table_add (known, (void *)sb_markers_get (markers, i));
  return known;
}

static void
take_labels (SbInspector *self, const Transfer *transfer)
{
  const SbRecording *recording = sb_session_recording (self->session);
  int beyond = 0, n = 0, there = 0;
  g_autoptr (GArray) fresh = g_array_new (FALSE, FALSE, sizeof (SbMarker)); /* borrows the titles */
  g_autoptr (GHashTable) known = known_markers (self->markers);
  for (guint i = 0; i < transfer->labels->len; i++) {
    SbMarker *label = &g_array_index (transfer->labels, SbMarker, i);
    if (g_hash_table_contains (known, label)) {
      there++;
      continue;
    }
    beyond += label->from_s > recording->duration_s;
    g_array_append_vals (fresh, label, 1);
    n++;
  }
  sb_markers_add_all (self->markers, (const SbMarker *)(const void *)fresh->data, n);
  g_autofree char *known_text = there ? g_strdup_printf (" %d were there already.", there) : g_strdup ("");
  g_autofree char *more = beyond ? g_strdup_printf (" %d lie beyond the end of the recording.", beyond) : g_strdup ("");
  g_autofree char *sentence =
      g_strdup_printf (n == 1 ? "Imported %d marker.%s%s" : "Imported %d markers.%s%s", n, known_text, more);
  sb_session_say (self->session, sentence);
  sb_inspector_emit (self, "markers");
}

static void
import_done (void *data)
{
  Transfer *transfer = data;
  SbInspector *self = transfer->inspector;
  self->file_busy = false;
  if (!self->session || sb_session_recording (self->session) != transfer->recording)
    return;
  if (transfer->error)
    g_signal_emit_by_name (self, "failed", "The markers were not imported", transfer->error->message);
  else
    take_labels (self, transfer);
}

static bool
export_done (void *data)
{
  Transfer *transfer = data;
  SbInspector *self = transfer->inspector;
  if (transfer->error) {
    g_signal_emit_by_name (self, "failed", "The markers were not saved", transfer->error->message);
    return false;
  }
  g_autofree char *name = g_filename_display_basename (transfer->path);
  g_autofree char *sentence = g_strdup_printf ("Saved %s · %d marker%s", name, sb_markers_n (transfer->markers),
                                               sb_markers_n (transfer->markers) == 1 ? "" : "s");
  if (self->session)
    sb_session_say (self->session, sentence);
  return true;
}

static void
start_transfer (SbInspector *self, const char *path, bool out)
{
  if ((self->file_busy && !out) || !self->session || !sb_session_recording (self->session))
    return;
  Transfer *transfer = g_new0 (Transfer, 1);
  transfer->inspector = g_object_ref (self);
  transfer->recording = sb_session_recording (self->session);
  transfer->path = g_strdup (path);
  if (out) {
    transfer->source = sb_source_ref (sb_document_original (transfer->recording->document));
    transfer->markers = sb_markers_new ();
    g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (SbMarker));
    for (int i = 0; i < sb_markers_n (self->markers); i++)
      g_array_append_vals (all, sb_markers_get (self->markers, i), 1);
    sb_markers_add_all (transfer->markers, (const SbMarker *)(const void *)all->data, (int)all->len);
    sb_saves_run (self->session, path, NULL, transfer_work, export_done, transfer, transfer_free);
    return;
  }
  self->file_busy = true;
  sb_bridge_run (sb_session_pool (self->session), self, 5, transfer_work, import_done, transfer, transfer_free);
}

void
sb_inspector_import (SbInspector *self, const char *path)
{
  if (!sb_session_refuses (self->session))
    start_transfer (self, path, false);
}

void
sb_inspector_export (SbInspector *self, const char *path)
{
  start_transfer (self, path, true);
}
