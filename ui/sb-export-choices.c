/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What, where, how and which part; then what that will change, in a sentence. */
#include "base/sb-units.h"
#include "document/sb-export.h"
#include "ui/sb-chunk-words.h"
#include "ui/sb-export-dialog-private.h"
#include "ui/sb-save-chooser.h"
#include "ui/sb-worker-bridge.h"

#include <math.h>
#include <string.h>

int
sb_export_choices_what (SbExportDialog *self)
{
  for (int w = 0; w < N_WHATS; w++)
    if (gtk_check_button_get_active (GTK_CHECK_BUTTON (self->what[w])))
      return w;
  return RESULT;
}

static const SbExportKind *
kind_chosen (SbExportDialog *self)
{
  return sb_export_kind (adw_combo_row_get_selected (ADW_COMBO_ROW (self->format_row)));
}

const SbExportSubtype *
sb_export_choices_subtype (SbExportDialog *self, bool *same)
{
  const SbExportKind *kind = kind_chosen (self);
  const guint type = adw_combo_row_get_selected (ADW_COMBO_ROW (self->type_row));
  const guint n = g_strv_length ((char **)kind->subtypes);
  const SbExportSubtype *subtype = sb_export_subtype (kind->subtypes[MIN (type, n - 1)]);
  *same = subtype->type == self->source_type && self->source_type != SB_SAMPLE_OTHER;
  return subtype;
}

const SbExportPart *
sb_export_choices_part (SbExportDialog *self)
{
  return &self->parts[MIN (adw_combo_row_get_selected (ADW_COMBO_ROW (self->part_row)), MAX_PARTS - 1)];
}

static bool
is_whole (SbExportDialog *self)
{
  return sb_export_choices_part (self) == &self->parts[0];
}

/* --- what the dialog says --- */

/* Only what the export really does. */
static char *
metadata_text (SbExportDialog *self, bool same)
{
  const SbExportKind *kind = kind_chosen (self);
  const bool kept = gtk_switch_get_active (GTK_SWITCH (self->metadata)), riff = kind->broadcast;
  const bool history = gtk_switch_get_active (GTK_SWITCH (self->history));
  const char *from = self->chunk_ending ? self->chunk_ending : "";
  const bool from_riff = g_str_equal (from, "wav") || g_str_equal (from, "rf64") || g_str_equal (from, "w64");
  const bool in_place =
      sb_export_choices_what (self) != REMOVED && same && is_whole (self) && g_str_equal (kind->ending, from);
  if (!kept)
    return g_strdup_printf ("%s: left out", self->chunks);
  if (in_place)
    return g_strdup_printf (history ? "%s: kept, with a line in bext's coding history" : "%s: kept byte for byte",
                            self->chunks);
  if (riff && from_riff)
    return g_strdup_printf (is_whole (self) ? "%s: kept" : "%s: times moved, what may hold other times is left out",
                            self->chunks);
  if (g_str_equal (kind->ending, "au"))
    return g_strdup_printf ("%s: left out, AU holds only samples", self->chunks);
  return g_strdup_printf (riff || g_str_equal (kind->ending, "aiff") || g_str_equal (kind->ending, "caf")
                              ? "%s: only titles and cue points, as far as %s can hold them"
                              : "%s: only titles, as tags of %s",
                          self->chunks, kind->title);
}

static void
show_metadata (SbExportDialog *self, bool same)
{
  g_autofree char *text = self->chunks ? metadata_text (self, same) : g_strdup ("");
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->metadata_row), escaped);
  gtk_widget_set_visible (self->metadata_row, self->chunks != NULL);
  gtk_widget_set_visible (self->history_row, self->has_bext && kind_chosen (self)->broadcast &&
                                                 gtk_switch_get_active (GTK_SWITCH (self->metadata)));
}

void
sb_export_choices_show (SbExportDialog *self)
{
  bool same;
  const SbExportPart *part = sb_export_choices_part (self);
  SbExportPlan plan = {
      .first = part->first, .n_frames = part->n_frames, .removed = sb_export_choices_what (self) == REMOVED};
  plan.subtype = sb_export_choices_subtype (self, &same);
  plan.same = same;
  g_autofree char *promise = sb_export_promise (sb_session_recording (self->session), &plan);
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *folder_name = g_filename_display_basename (folder);
  g_autofree char *name = g_filename_display_basename (self->path);
  g_autofree char *where = g_strdup_printf ("%s / %s", folder_name, name);
  g_autofree char *escaped = g_markup_escape_text (where, -1);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->file_row), escaped);
  gtk_widget_set_tooltip_text (self->file_row, self->path);
  gtk_label_set_text (GTK_LABEL (self->promise), promise);
  gtk_widget_set_visible (self->promise_icon, same);
  show_metadata (self, same);
  if (same)
    gtk_widget_add_css_class (self->promise_box, "kept");
  else
    gtk_widget_remove_css_class (self->promise_box, "kept");
}

static void
fill_types (SbExportDialog *self)
{
  const SbExportKind *kind = kind_chosen (self);
  GtkStringList *names = gtk_string_list_new (NULL);
  guint best = 0;
  for (guint i = 0; kind->subtypes[i]; i++) {
    const SbExportSubtype *subtype = sb_export_subtype (kind->subtypes[i]);
    const bool other = self->source_type == SB_SAMPLE_OTHER, same = subtype->type == self->source_type && !other;
    const bool stand_in = other ? subtype->type == SB_SAMPLE_FLOAT : !best && subtype->type == SB_SAMPLE_S24;
    g_autofree char *name = g_strconcat (subtype->title, same ? ", as the source" : NULL, NULL);
    gtk_string_list_append (names, name);
    if (same || stand_in)
      best = i;
  }
  adw_combo_row_set_model (ADW_COMBO_ROW (self->type_row), G_LIST_MODEL (names));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->type_row), best);
  g_object_unref (names);
}

static void
on_format (SbExportDialog *self)
{
  char *path = sb_export_path_as (self->path, adw_combo_row_get_selected (ADW_COMBO_ROW (self->format_row)));
  g_free (self->path);
  self->path = path;
  fill_types (self);
  sb_export_choices_show (self);
}

static void
on_what (SbExportDialog *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  g_autofree char *suggested = sb_export_suggest_path (recording->path, false);
  g_autofree char *removed = sb_export_suggest_path (recording->path, true);
  g_autofree char *result_name = g_path_get_basename (suggested), *removed_name = g_path_get_basename (removed);
  g_autofree char *folder = g_path_get_dirname (self->path), *name = g_path_get_basename (self->path);
  bool is_removed = sb_export_choices_what (self) == REMOVED;
  if (g_str_equal (name, is_removed ? result_name : removed_name)) { /* not named by hand: the suggestion follows */
    g_free (self->path);
    self->path = g_build_filename (folder, is_removed ? removed_name : result_name, NULL);
  }
  sb_export_choices_show (self);
}

void
sb_export_choices_take_path (SbExportDialog *self, const char *path)
{
  const int kind = sb_export_kind_of_path (path);
  g_free (self->path);
  self->path = g_strdup (path);
  if (kind >= 0)
    adw_combo_row_set_selected (ADW_COMBO_ROW (self->format_row), (guint)kind);
  on_format (self);
}

/* --- choosing a file --- */

static void
on_chosen (void *data, const char *path)
{
  SbExportDialog *self = data;
  sb_export_choices_take_path (self, path);
  g_free (self->agreed_path);
  self->agreed_path = g_strdup (path); /* the chooser has asked about this very name */
}

static void
on_choose (SbExportDialog *self)
{
  sb_save_chooser_ask (GTK_WINDOW (self), &(SbSaveChooser){"Export To", "Choose", self->path, NULL, NULL}, on_chosen,
                       G_OBJECT (self));
}

/* --- building --- */

static GtkWidget *
build_what (SbExportDialog *self)
{
  static const char *const texts[N_WHATS][2] = {{"Result", "The recording without what was painted"},
                                                {"Removed", "Only what was painted out"},
                                                {"Both", "Two files; the second ends in “-removed”"}};
  GtkWidget *group = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), "What to Write");
  for (int w = 0; w < N_WHATS; w++) {
    GtkWidget *row = adw_action_row_new ();
    self->what[w] = gtk_check_button_new ();
    if (w)
      gtk_check_button_set_group (GTK_CHECK_BUTTON (self->what[w]), GTK_CHECK_BUTTON (self->what[0]));
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), texts[w][0]);
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), texts[w][1]);
    gtk_widget_set_valign (self->what[w], GTK_ALIGN_CENTER);
    adw_action_row_add_prefix (ADW_ACTION_ROW (row), self->what[w]);
    adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), self->what[w]);
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  }
  return group;
}

static GtkWidget *
combo (GtkWidget *group, const char *title, GtkStringList *names)
{
  GtkWidget *row = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (names)
    adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (names));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  g_clear_object (&names);
  return row;
}

static GtkWidget *
toggle (GtkWidget *group, const char *title, bool active, GtkWidget **row)
{
  GtkWidget *widget = gtk_switch_new ();
  *row = adw_action_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (*row), title);
  gtk_switch_set_active (GTK_SWITCH (widget), active);
  gtk_widget_set_valign (widget, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (*row), widget);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (*row), widget);
  gtk_widget_set_visible (*row, FALSE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), *row);
  return widget;
}

/* "Visible · 2:05.1–09.5": the row has room for about twenty characters */
static void
add_part (SbExportDialog *self, GtkStringList *names, const char *title, double from_s, double to_s)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (names));
  const int64_t first = CLAMP (llrint (from_s * recording->rate), 0, recording->n_frames);
  const int64_t end = CLAMP (llrint (to_s * recording->rate), 0, recording->n_frames);
  if (end <= first || (n > 0 && first == 0 && end == recording->n_frames) || n >= MAX_PARTS)
    return;
  g_autofree char *span = n ? sb_format_span (from_s, to_s, 1) : sb_format_time (recording->duration_s, 1);
  g_autofree char *text = g_strdup_printf ("%s · %s", title, span);
  self->parts[n] = (SbExportPart){first, end - first};
  gtk_string_list_append (names, text);
}

static GtkStringList *
list_parts (SbExportDialog *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  const SbViewport view = sb_session_viewport (self->session, 1000, 1000);
  GtkStringList *names = gtk_string_list_new (NULL);
  double from_s = 0, to_s = 0;
  add_part (self, names, "Whole", 0, recording->duration_s);
  sb_session_loop (self->session, &from_s, &to_s);
  add_part (self, names, "Loop", from_s, to_s);
  add_part (self, names, "Visible", view.from_s, view.to_s);
  return names;
}

static GtkWidget *
build_where (SbExportDialog *self)
{
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *choose = gtk_button_new_with_label ("Choose…");
  GtkStringList *names = gtk_string_list_new (NULL);
  for (guint i = 0; i < sb_export_n_kinds (); i++)
    gtk_string_list_append (names, sb_export_kind (i)->title);
  self->file_row = adw_action_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->file_row), "File");
  gtk_widget_set_valign (choose, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->file_row), choose);
  g_signal_connect_swapped (choose, "clicked", G_CALLBACK (on_choose), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->file_row);
  self->format_row = combo (group, "Format", names);
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->format_row), (guint)MAX (0, sb_export_kind_of_path (self->path)));
  self->type_row = combo (group, "Sample Type", NULL);
  self->part_row = combo (group, "Range", list_parts (self));
  self->metadata = toggle (group, "Keep Metadata", true, &self->metadata_row);
  self->history = toggle (group, "Note in Coding History", false, &self->history_row);
  return group;
}

/* --- what the source holds: read by a worker --- */

typedef struct {
  SbExportDialog *dialog; /* referenced */
  char *path, *chunks;
  const char *ending;
  bool has_bext;
} Look;

static void
look_free (void *data)
{
  Look *look = data;
  g_object_unref (look->dialog);
  g_free (look->path);
  g_free (look->chunks);
  g_free (look);
}

static void
look_work (void *data)
{
  Look *look = data;
  g_autoptr (SbContainer) container = sb_container_read (look->path, NULL);
  if (!container)
    return;
  look->chunks = sb_chunk_words (container);
  look->ending = container->in_place ? sb_chunk_ending (container) : NULL;
  for (guint i = 0; i < container->chunks->len; i++)
    look->has_bext |= strcmp (g_array_index (container->chunks, SbChunk, i).id, "bext") == 0;
}

static void
look_done (void *data)
{
  Look *look = data;
  SbExportDialog *self = look->dialog;
  if (!self->session) /* closed meanwhile */
    return;
  self->chunks = g_steal_pointer (&look->chunks);
  self->chunk_ending = look->ending;
  self->has_bext = look->has_bext;
  sb_export_choices_show (self);
}

static void
look_at_source (SbExportDialog *self, const char *path)
{
  Look *look = g_new0 (Look, 1);
  look->dialog = g_object_ref (self);
  look->path = g_strdup (path);
  sb_bridge_run (sb_session_pool (self->session), self, 0, look_work, look_done, look, look_free);
}

void
sb_export_choices_build (SbExportDialog *self)
{
  self->choices = gtk_box_new (GTK_ORIENTATION_VERTICAL, 16);
  gtk_box_append (GTK_BOX (self->choices), build_what (self));
  gtk_box_append (GTK_BOX (self->choices), build_where (self));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->what[RESULT]), TRUE);
  fill_types (self);
}

void
sb_export_choices_connect (SbExportDialog *self)
{
  g_signal_connect_swapped (self->format_row, "notify::selected", G_CALLBACK (on_format), self);
  g_signal_connect_swapped (self->type_row, "notify::selected", G_CALLBACK (sb_export_choices_show), self);
  g_signal_connect_swapped (self->part_row, "notify::selected", G_CALLBACK (sb_export_choices_show), self);
  g_signal_connect_swapped (self->metadata, "notify::active", G_CALLBACK (sb_export_choices_show), self);
  g_signal_connect_swapped (self->history, "notify::active", G_CALLBACK (sb_export_choices_show), self);
  for (int w = 0; w < N_WHATS; w++)
    g_signal_connect_swapped (self->what[w], "toggled", G_CALLBACK (on_what), self);
  look_at_source (self, sb_session_recording (self->session)->path);
}
