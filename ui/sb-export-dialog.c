/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * While writing, choices stay visible but fixed; Cancel is the one live
 * button.  The dialog closes itself when the export is done. */
#include "ui/sb-export-dialog.h"
#include "base/sb-units.h"
#include "document/sb-export.h"
#include "ui/sb-chunk-words.h"
#include "ui/sb-worker-bridge.h"

#include <string.h>

enum { RESULT, REMOVED, BOTH, N_WHATS };
enum { MAX_TYPES = 8, POLL_MS = 100 };

static const struct {
  const char *title, *ending;
  const char *const types[MAX_TYPES];
} formats[] = {
    {"WAV", "wav", {"pcm_u8", "pcm_16", "pcm_24", "pcm_32", "float", "double"}},
    {"RF64", "rf64", {"pcm_u8", "pcm_16", "pcm_24", "pcm_32", "float", "double"}},
    {"Wave64", "w64", {"pcm_u8", "pcm_16", "pcm_24", "pcm_32", "float", "double"}},
    {"AIFF", "aiff", {"pcm_s8", "pcm_16", "pcm_24", "pcm_32", "float", "double"}},
    {"CAF", "caf", {"pcm_s8", "pcm_16", "pcm_24", "pcm_32", "float", "double"}},
    {"AU", "au", {"pcm_s8", "pcm_16", "pcm_24", "pcm_32", "float", "double"}},
    {"FLAC", "flac", {"pcm_s8", "pcm_16", "pcm_24"}},
    {"Ogg Vorbis", "ogg", {"vorbis"}},
    {"Opus", "opus", {"opus"}},
    {"MP3", "mp3", {"mp3"}},
};

static const struct {
  const char *subtype, *title;
  SbSampleType type;
} sample_types[] = {
    {"pcm_u8", "8-bit", SB_SAMPLE_U8},
    {"pcm_s8", "8-bit", SB_SAMPLE_S8},
    {"pcm_16", "16-bit", SB_SAMPLE_S16},
    {"pcm_24", "24-bit", SB_SAMPLE_S24},
    {"pcm_32", "32-bit", SB_SAMPLE_S32},
    {"float", "32-bit float", SB_SAMPLE_FLOAT},
    {"double", "64-bit float", SB_SAMPLE_DOUBLE},
    {"vorbis", "Vorbis, lossy", SB_SAMPLE_OTHER},
    {"opus", "Opus, lossy", SB_SAMPLE_OTHER},
    {"mp3", "MP3, lossy", SB_SAMPLE_OTHER},
};

struct _SbExportDialog {
  AdwWindow parent;
  SbSession *session;
  SbExporter *exporter;
  GtkWidget *export_button, *choices, *what[N_WHATS], *file_row, *format_row, *type_row, *metadata_row;
  GtkWidget *promise_box, *promise_icon, *promise, *progress_box, *progress_label, *progress_time, *bar;
  char *path;
  char *agreed_path;        /* the person was asked about replacing it */
  char *chunks;             /* what the source holds besides samples, in words; NULL: nothing, or not known */
  const char *chunk_ending; /* of the source's container; NULL: one whose samples cannot be written in place */
  SbSampleType source_type;
  guint poll;
};

G_DEFINE_TYPE (SbExportDialog, sb_export_dialog, ADW_TYPE_WINDOW)

static int
what_chosen (SbExportDialog *self)
{
  for (int w = 0; w < N_WHATS; w++)
    if (gtk_check_button_get_active (GTK_CHECK_BUTTON (self->what[w])))
      return w;
  return RESULT;
}

static size_t
type_index (const char *subtype)
{
  size_t i = 0;
  while (i + 1 < G_N_ELEMENTS (sample_types) && !g_str_equal (sample_types[i].subtype, subtype))
    i++;
  return i;
}

static guint
format_of_path (const char *path)
{
  const char *dot = strrchr (path, '.');
  const char *ending = dot ? dot + 1 : "";
  if (g_ascii_strcasecmp (ending, "aif") == 0)
    ending = "aiff";
  if (g_ascii_strcasecmp (ending, "oga") == 0)
    ending = "ogg";
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_ascii_strcasecmp (ending, formats[i].ending) == 0)
      return i;
  return 0;
}

/* The type that stands in the list at the place chosen; NULL: as the source. */
static const char *
subtype_chosen (SbExportDialog *self, bool *same)
{
  guint format = adw_combo_row_get_selected (ADW_COMBO_ROW (self->format_row));
  guint type = adw_combo_row_get_selected (ADW_COMBO_ROW (self->type_row));
  const char *subtype = format < G_N_ELEMENTS (formats) && type < MAX_TYPES ? formats[format].types[type] : NULL;
  *same =
      subtype && sample_types[type_index (subtype)].type == self->source_type && self->source_type != SB_SAMPLE_OTHER;
  return *same ? NULL : subtype;
}

/* --- what the dialog says --- */

static char *
promise_text (SbExportDialog *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  double changed_s = sb_document_changed_s (recording->document);
  g_autofree char *part = sb_format_duration (changed_s), *all = sb_format_duration (recording->duration_s);
  bool same;
  const char *subtype = subtype_chosen (self, &same);
  if (what_chosen (self) == REMOVED)
    return changed_s > 0 ? g_strdup_printf ("What was painted out of %s is written; all else is silence.", part)
                         : g_strdup ("Nothing is painted yet: the file will be silent.");
  if (!same && subtype) {
    const char *title = sample_types[type_index (subtype)].title;
    SbSampleType type = sample_types[type_index (subtype)].type;
    if (type == SB_SAMPLE_OTHER)
      return g_strdup ("A lossy format: every sample will differ a little.");
    if (self->source_type == SB_SAMPLE_OTHER)
      return g_strdup_printf ("All samples are stored as %s; %s of %s will change.", title, part, all);
    if (sb_sample_type_is_integer (type))
      return g_strdup_printf ("All samples are converted to %d bits.", sb_sample_type_bits (type));
    return g_strdup_printf ("All samples are stored as %s.", title);
  }
  if (changed_s <= 0)
    return g_strdup ("Nothing will change: the copy will be bit-identical.");
  return g_strdup_printf ("Only %s of %s will change; everything else stays bit-identical.", part, all);
}

/* Only what the export really does: byte for byte in place, else what libsndfile carries. */
static void
show_metadata (SbExportDialog *self, bool same)
{
  guint format = adw_combo_row_get_selected (ADW_COMBO_ROW (self->format_row));
  bool in_place = what_chosen (self) != REMOVED && same && format < G_N_ELEMENTS (formats) &&
                  g_strcmp0 (formats[format].ending, self->chunk_ending) == 0;
  g_autofree char *text =
      in_place ? g_strdup_printf ("%s: kept byte for byte", self->chunks)
               : g_strdup_printf ("%s: only titles, cue points and broadcast data, as far as %s can hold them",
                                  self->chunks, format < G_N_ELEMENTS (formats) ? formats[format].title : "it");
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->metadata_row), escaped);
  gtk_widget_set_visible (self->metadata_row, self->chunks != NULL);
}

static void
show_choices (SbExportDialog *self)
{
  g_autofree char *promise = promise_text (self);
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *folder_name = g_filename_display_basename (folder);
  g_autofree char *name = g_filename_display_basename (self->path);
  g_autofree char *where = g_strdup_printf ("%s / %s", folder_name, name);
  bool same;
  subtype_chosen (self, &same);
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
  guint format = adw_combo_row_get_selected (ADW_COMBO_ROW (self->format_row)), best = 0;
  GtkStringList *names = gtk_string_list_new (NULL);
  for (guint i = 0; i < MAX_TYPES && formats[format].types[i]; i++) {
    size_t type = type_index (formats[format].types[i]);
    bool same = sample_types[type].type == self->source_type && self->source_type != SB_SAMPLE_OTHER;
    bool stand_in = self->source_type == SB_SAMPLE_OTHER ? g_str_equal (formats[format].types[i], "float")
                                                         : !best && sample_types[type].type == SB_SAMPLE_S24;
    g_autofree char *name = g_strconcat (sample_types[type].title, same ? ", as the source" : NULL, NULL);
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
  guint format = adw_combo_row_get_selected (ADW_COMBO_ROW (self->format_row));
  fill_types (self);
  if (format != format_of_path (self->path)) {
    char *dot = strrchr (self->path, '.');
    char *slash = strrchr (self->path, '/');
    int stem = dot && dot > slash ? (int)(dot - self->path) : (int)strlen (self->path);
    char *path = g_strdup_printf ("%.*s.%s", stem, self->path, formats[format].ending);
    g_free (self->path);
    self->path = path;
  }
  show_choices (self);
}

static void
on_what (SbExportDialog *self)
{
  const SbRecording *recording = sb_session_recording (self->session);
  g_autofree char *suggested = sb_export_suggest_path (recording->path, false);
  g_autofree char *removed = sb_export_suggest_path (recording->path, true);
  g_autofree char *result_name = g_path_get_basename (suggested), *removed_name = g_path_get_basename (removed);
  g_autofree char *folder = g_path_get_dirname (self->path), *name = g_path_get_basename (self->path);
  bool is_removed = what_chosen (self) == REMOVED;
  if (g_str_equal (name, is_removed ? result_name : removed_name)) { /* not named by hand: the suggestion follows */
    g_free (self->path);
    self->path = g_build_filename (folder, is_removed ? removed_name : result_name, NULL);
  }
  show_choices (self);
}

/* --- choosing a file --- */

static void
on_chosen (GtkNativeDialog *chooser, int response, SbExportDialog *self)
{
  if (response == GTK_RESPONSE_ACCEPT) {
    g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
    char *path = file ? g_file_get_path (file) : NULL;
    if (path) {
      g_free (self->path);
      self->path = path;
      g_free (self->agreed_path); /* the chooser asks before it returns a file that is there */
      self->agreed_path = g_strdup (path);
      adw_combo_row_set_selected (ADW_COMBO_ROW (self->format_row), format_of_path (path));
      on_format (self);
    }
  }
  g_object_unref (chooser);
}

static void
on_choose (SbExportDialog *self)
{
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new ("Export To", GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, "Choose", "Cancel");
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *name = g_filename_display_basename (self->path);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), file, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* --- writing --- */

static gboolean
on_poll (void *data)
{
  SbExportDialog *self = data;
  const SbRecording *recording = sb_session_recording (self->session);
  double fraction = sb_exporter_fraction (self->exporter);
  double all_s = recording ? recording->duration_s : 0;
  g_autofree char *now = sb_format_time (fraction * all_s, 0), *all = sb_format_time (all_s, 0);
  g_autofree char *text = g_strdup_printf ("%s of %s", now, all);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), fraction);
  gtk_label_set_text (GTK_LABEL (self->progress_time), text);
  return G_SOURCE_CONTINUE;
}

static void
set_writing (SbExportDialog *self, bool writing)
{
  gtk_widget_set_sensitive (self->choices, !writing);
  gtk_widget_set_sensitive (self->export_button, !writing);
  gtk_widget_set_visible (self->promise_box, !writing);
  gtk_widget_set_visible (self->progress_box, writing);
  g_clear_handle_id (&self->poll, g_source_remove);
  if (writing)
    self->poll = g_timeout_add (POLL_MS, on_poll, self);
}

static char *
removed_beside (const char *path)
{
  const char *dot = strrchr (path, '.');
  int stem = dot ? (int)(dot - path) : (int)strlen (path);
  return g_strdup_printf ("%.*s-removed%s", stem, path, dot ? dot : "");
}

static void
write_now (SbExportDialog *self)
{
  int what = what_chosen (self);
  bool same;
  g_autofree char *beside = removed_beside (self->path);
  SbExportRequest request = {.path = what == REMOVED ? NULL : self->path,
                             .removed_path = what == REMOVED ? self->path
                                             : what == BOTH  ? beside
                                                             : NULL,
                             .subtype = subtype_chosen (self, &same)};
  gtk_label_set_text (GTK_LABEL (self->progress_label), what == RESULT    ? "Writing the result"
                                                        : what == REMOVED ? "Writing the removed part"
                                                                          : "Writing both files");
  if (sb_exporter_start (self->exporter, &request))
    set_writing (self, true);
}

static void
on_replace (AdwMessageDialog *dialog, const char *response, SbExportDialog *self)
{
  if (g_str_equal (response, "replace"))
    write_now (self);
}

static void
on_export (SbExportDialog *self)
{
  g_autofree char *beside = removed_beside (self->path);
  const char *there = g_file_test (self->path, G_FILE_TEST_EXISTS) && g_strcmp0 (self->path, self->agreed_path) != 0
                          ? self->path
                      : what_chosen (self) == BOTH && g_file_test (beside, G_FILE_TEST_EXISTS) ? beside
                                                                                               : NULL;
  if (!there) {
    write_now (self);
    return;
  }
  g_autofree char *name = g_filename_display_basename (there);
  g_autofree char *heading = g_strdup_printf ("Replace “%s”?", name);
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), heading, "A file of that name is there already. It stays until the new one is complete.");
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "cancel", "Cancel");
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "replace", "Replace");
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "replace", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_replace), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_finished (SbExporter *exporter, gboolean done, const char *sentence, SbExportDialog *self)
{
  set_writing (self, false);
  if (done)
    gtk_window_destroy (GTK_WINDOW (self));
}

static void
on_cancel (SbExportDialog *self)
{
  if (sb_exporter_is_busy (self->exporter))
    sb_exporter_cancel (self->exporter);
  else
    gtk_window_destroy (GTK_WINDOW (self));
}

static gboolean
on_close (SbExportDialog *self)
{
  on_cancel (self);
  return TRUE;
}

static gboolean
on_escape (GtkWidget *widget, GVariant *arguments, void *data)
{
  on_cancel (SB_EXPORT_DIALOG (widget));
  return TRUE;
}

/* --- building --- */

static GtkWidget *
build_header (SbExportDialog *self)
{
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *cancel = gtk_button_new_with_label ("Cancel");
  const SbRecording *recording = sb_session_recording (self->session);
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), adw_window_title_new ("Export", recording->name));
  self->export_button = gtk_button_new_with_label ("Export");
  gtk_widget_add_css_class (self->export_button, "suggested-action");
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (on_cancel), self);
  g_signal_connect_swapped (self->export_button, "clicked", G_CALLBACK (on_export), self);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), cancel);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->export_button);
  return header;
}

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
    g_signal_connect_swapped (self->what[w], "toggled", G_CALLBACK (on_what), self);
  }
  return group;
}

static GtkWidget *
build_where (SbExportDialog *self)
{
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *choose = gtk_button_new_with_label ("Choose…");
  GtkStringList *names = gtk_string_list_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    gtk_string_list_append (names, formats[i].title);
  self->file_row = adw_action_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->file_row), "File");
  gtk_widget_set_valign (choose, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->file_row), choose);
  g_signal_connect_swapped (choose, "clicked", G_CALLBACK (on_choose), self);
  self->format_row = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->format_row), "Format");
  adw_combo_row_set_model (ADW_COMBO_ROW (self->format_row), G_LIST_MODEL (names));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->format_row), format_of_path (self->path));
  g_object_unref (names);
  self->type_row = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->type_row), "Sample Type");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->file_row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->format_row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->type_row);
  self->metadata_row = adw_action_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->metadata_row), "Metadata");
  gtk_widget_set_visible (self->metadata_row, FALSE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->metadata_row);
  return group;
}

static GtkWidget *
build_promise (SbExportDialog *self)
{
  self->promise_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  self->promise_icon = gtk_image_new_from_icon_name ("emblem-ok-symbolic");
  gtk_widget_add_css_class (self->promise_icon, "success");
  self->promise = gtk_label_new ("");
  gtk_label_set_wrap (GTK_LABEL (self->promise), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->promise), 0);
  gtk_widget_set_hexpand (self->promise, TRUE);
  gtk_widget_add_css_class (self->promise_box, "promise-box");
  gtk_box_append (GTK_BOX (self->promise_box), self->promise_icon);
  gtk_box_append (GTK_BOX (self->promise_box), self->promise);
  return self->promise_box;
}

static GtkWidget *
build_progress (SbExportDialog *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *note = gtk_label_new ("The old file stays in place until the new one is complete and checked.");
  self->progress_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  self->progress_label = gtk_label_new ("");
  gtk_label_set_xalign (GTK_LABEL (self->progress_label), 0);
  gtk_widget_set_hexpand (self->progress_label, TRUE);
  self->progress_time = gtk_label_new ("");
  gtk_widget_add_css_class (self->progress_time, "numeric");
  gtk_widget_add_css_class (self->progress_time, "dim-label");
  self->bar = gtk_progress_bar_new ();
  gtk_label_set_xalign (GTK_LABEL (note), 0);
  gtk_widget_add_css_class (note, "caption");
  gtk_box_append (GTK_BOX (line), self->progress_label);
  gtk_box_append (GTK_BOX (line), self->progress_time);
  gtk_box_append (GTK_BOX (self->progress_box), line);
  gtk_box_append (GTK_BOX (self->progress_box), self->bar);
  gtk_box_append (GTK_BOX (self->progress_box), note);
  gtk_widget_set_visible (self->progress_box, FALSE);
  return self->progress_box;
}

/* --- what the source holds: read by a worker --- */

typedef struct {
  SbExportDialog *dialog; /* referenced */
  char *path, *chunks;
  const char *ending;
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
  show_choices (self);
}

static void
look_at_source (SbExportDialog *self, const char *path)
{
  Look *look = g_new0 (Look, 1);
  look->dialog = g_object_ref (self);
  look->path = g_strdup (path);
  sb_bridge_run (sb_session_pool (self->session), self, 0, look_work, look_done, look, look_free);
}

/* Where the last export of this window went, else beside the recording. */
static char *
first_path (SbExportDialog *self, const char *recording)
{
  g_autofree char *suggested = sb_export_suggest_path (recording, false);
  const char *last = sb_exporter_last_path (self->exporter), *music = g_get_user_special_dir (G_USER_DIRECTORY_MUSIC);
  g_autofree char *folder = last ? g_path_get_dirname (last) : NULL, *name = g_path_get_basename (suggested);
  if (!folder && !g_str_has_suffix (recording, "/demo/garden-interview.flac"))
    return g_steal_pointer (&suggested);
  if (!folder) /* the demo lies among the program's own files */
    folder = g_strdup (music && g_file_test (music, G_FILE_TEST_IS_DIR) ? music : g_get_home_dir ());
  return g_build_filename (folder, name, NULL);
}

static void
sb_export_dialog_dispose (GObject *object)
{
  SbExportDialog *self = SB_EXPORT_DIALOG (object);
  g_clear_handle_id (&self->poll, g_source_remove);
  g_clear_object (&self->session);
  g_clear_object (&self->exporter);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->agreed_path, g_free);
  g_clear_pointer (&self->chunks, g_free);
  G_OBJECT_CLASS (sb_export_dialog_parent_class)->dispose (object);
}

static void
sb_export_dialog_class_init (SbExportDialogClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_export_dialog_dispose;
  gtk_widget_class_add_binding (GTK_WIDGET_CLASS (class), GDK_KEY_Escape, 0, on_escape, NULL);
}

static void
sb_export_dialog_init (SbExportDialog *self)
{
}

GtkWidget *
sb_export_dialog_new (GtkWindow *parent, SbSession *session, SbExporter *exporter)
{
  SbExportDialog *self = g_object_new (SB_TYPE_EXPORT_DIALOG, "transient-for", parent, "modal", TRUE, "default-width",
                                       560, "title", "Export", NULL);
  const SbRecording *recording = sb_session_recording (session);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *body = gtk_box_new (GTK_ORIENTATION_VERTICAL, 16);
  self->session = g_object_ref (session);
  self->exporter = g_object_ref (exporter);
  self->path = first_path (self, recording->path);
  self->source_type = sb_file_source_sample_type (sb_document_original (recording->document));
  gtk_widget_add_css_class (body, "export-body");
  self->choices = gtk_box_new (GTK_ORIENTATION_VERTICAL, 16);
  gtk_box_append (GTK_BOX (box), build_header (self));
  gtk_box_append (GTK_BOX (self->choices), build_what (self));
  gtk_box_append (GTK_BOX (self->choices), build_where (self));
  gtk_box_append (GTK_BOX (body), self->choices);
  gtk_box_append (GTK_BOX (body), build_promise (self));
  gtk_box_append (GTK_BOX (body), build_progress (self));
  gtk_box_append (GTK_BOX (box), body);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->what[RESULT]), TRUE);
  fill_types (self);
  show_choices (self);
  look_at_source (self, recording->path);
  g_signal_connect_swapped (self->format_row, "notify::selected", G_CALLBACK (on_format), self);
  g_signal_connect_swapped (self->type_row, "notify::selected", G_CALLBACK (show_choices), self);
  g_signal_connect (self, "close-request", G_CALLBACK (on_close), NULL);
  g_signal_connect_object (exporter, "finished", G_CALLBACK (on_finished), self, 0);
  gtk_window_set_default_widget (GTK_WINDOW (self), self->export_button);
  gtk_window_set_focus (GTK_WINDOW (self), self->export_button);
  return GTK_WIDGET (self);
}
