/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Puts the parts together, opens recordings, adapts to the window's size. */
#include "ui/sb-canvas-grid.h"
#include "ui/sb-edits-loader.h"
#include "ui/sb-side-panel.h"
#include "ui/sb-frame-watch.h"
#include "ui/sb-keeping.h"
#include "ui/sb-saves.h"
#include "ui/sb-start-page.h"
#include "ui/sb-tool-bar.h"
#include "ui/sb-transport.h"
#include "ui/sb-window-private.h"
#include "sb-config.h"

#include <string.h>

enum { FOLD_WIDTH = 1240, METER_WIDTH = 1100, NOTES_WIDTH = 960, ZOOM_WIDTH = 800, LEAST_WIDTH = 720, LOW_HEIGHT = 720,
       BOX_EVERY_MS = 100 };

G_DEFINE_TYPE (SbWindow, sb_window, ADW_TYPE_APPLICATION_WINDOW)

/* --- telling --- */

void
sb_window_tell (SbWindow *self, const char *sentence)
{
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);
  AdwToast *toast = adw_toast_new (escaped);
  adw_toast_set_timeout (toast, CLAMP (strlen (sentence) / 12, 3, 9)); /* time to read it */
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), toast);
}

void
sb_window_tell_with (SbWindow *self, const char *sentence, const char *button, const char *action)
{
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);
  AdwToast *toast = adw_toast_new (escaped);
  adw_toast_set_timeout (toast, 5);
  adw_toast_set_button_label (toast, button);
  adw_toast_set_action_name (toast, action);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), toast);
}

static void
tell_exported (SbWindow *self, const char *sentence)
{
  sb_window_tell_with (self, sentence, "Report…", "win.export-report");
}

void
sb_window_tell_problem (SbWindow *self, const char *heading, const char *sentence)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), heading, sentence);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", "Close");
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- opening --- */

/* Then it is said, and what is there stays. */
static bool
would_lose (SbWindow *self, const char *path)
{
  if (sb_keeping_at_risk (self) != SB_RISK_LOSS)
    return false;
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *heading = g_strdup_printf ("“%s” was not opened", name);
  sb_window_tell_problem (self, heading,
                          "The last edits are only in this window and would be lost. Save the project first.");
  return true;
}

static void
on_opened (void *data, SbRecording *recording, const char *path, const GError *error)
{
  SbWindow *self = data;
  if (g_error_matches (error, SB_ERROR, SB_ERROR_GONE))
    sb_finder_ask (self->finder, path, error->message);
  else if (g_error_matches (error, SB_ERROR, SB_ERROR_DIED) || g_error_matches (error, SB_ERROR, SB_ERROR_NEWER))
    sb_keeping_ask_again (self, path, error);
  else if (error) {
    g_autofree char *name = g_filename_display_basename (path);
    g_autofree char *heading = g_strdup_printf ("“%s” cannot be opened", name);
    sb_window_tell_problem (self, heading, error->message);
  }
  if (!recording)
    return;
  if (would_lose (self, path)) { /* what could be kept when the opening began */
    sb_recording_free (recording);
    return;
  }
  sb_window_forget_lasting (self);
  gtk_stack_set_visible_child_name (GTK_STACK (self->pages), "editor");
  sb_keeping_let_go (self);
  sb_keeping_shows_soon (self, recording);
  sb_session_take_recording (self->session, recording);
  g_autofree char *title = g_strdup_printf ("%s – Sonobrush", recording->name);
  gtk_window_set_title (GTK_WINDOW (self), title);
  sb_recent_add (recording->project_path ? recording->project_path : recording->path);
  sb_keeping_announce (self);
  sb_window_update_actions (self);
  gtk_widget_grab_focus (sb_canvas_grid_overlay (SB_CANVAS_GRID (self->canvas)));
}

/* What lies under this path, or under no path any more, is let go of before it is opened again. */
void
sb_window_open_request (void *data, const SbOpenRequest *request)
{
  SbWindow *self = data;
  const SbRecording *recording = sb_session_recording (self->session);
  g_autofree char *absolute = g_canonicalize_filename (request->path, NULL);
  if (would_lose (self, request->path))
    return;
  if (recording && (g_str_equal (recording->project_path ? recording->project_path : recording->path, absolute) ||
                    sb_file_watch_is_gone (self->file_watch))) {
    sb_keeping_let_go (self);
    sb_session_take_recording (self->session, NULL);
    sb_window_forget_lasting (self);
  }
  sb_opener_open (self->opener, request);
}

void
sb_window_open (SbWindow *self, const char *path)
{
  const SbOpenRequest request = {.path = path};
  if (sb_is_edits_file (path))
    sb_edits_load (self, path);
  else
    sb_window_open_request (self, &request);
}

bool
sb_window_is_free (SbWindow *self)
{
  return sb_keeping_at_risk (self) != SB_RISK_LOSS && !sb_exporter_is_busy (self->exporter);
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, SbWindow *self)
{
  g_autoptr (GStrvBuilder) uris = g_strv_builder_new (); /* a path need not be UTF-8, what an action is given must */
  for (GSList *file = g_value_get_boxed (value); file; file = file->next) {
    g_autofree char *path = g_file_get_path (file->data), *uri = g_file_get_uri (file->data);
    if (path && sb_is_edits_file (path))
      sb_window_open (self, path); /* into this one, whatever it is busy with */
    else
      g_strv_builder_add (uris, uri);
  }
  g_auto (GStrv) all = g_strv_builder_end (uris);
  if (all[0])
    g_action_group_activate_action (G_ACTION_GROUP (gtk_window_get_application (GTK_WINDOW (self))), "open",
                                    g_variant_new_strv ((const char *const *)all, -1));
  return TRUE;
}

/* --- following the session --- */

static void
inspector_failed (SbWindow *self, const char *heading, const char *sentence)
{
  sb_window_tell_problem (self, heading, sentence);
}

/* Picking a tool shows the page that goes with it. */
static void
tool_changed (SbWindow *self)
{
  bool paints = sb_tool_paints (sb_session_tool (self->session));
  if (paints != self->painted)
    sb_window_show_page (self, paints ? "edit" : "inspect");
  self->painted = paints;
}

static gboolean
tell_box (void *data)
{
  SbWindow *self = data;
  self->box_due = 0;
  sb_window_update_actions (self);
  return G_SOURCE_REMOVE;
}

/* Each state that changes is a message on the bus: not one a frame. */
static void
box_changed (SbWindow *self)
{
  if (!self->box_due)
    self->box_due = g_timeout_add (BOX_EVERY_MS, tell_box, self);
}

static void
export_finished (SbExporter *exporter, gboolean done, const char *sentence, SbWindow *self)
{
  if (done)
    tell_exported (self, sentence);
  else if (sb_exporter_is_told (exporter)) {
    /* its dialog says it */
  } else if (sb_exporter_was_stopped (exporter))
    sb_window_tell (self, sentence);
  else
    sb_window_tell_problem (self, "The recording was not exported", sentence);
  sb_window_update_actions (self);
  sb_window_export_ended (self, done);
}

/* --- size --- */

void
sb_window_show_page (SbWindow *self, const char *page)
{
  sb_side_panel_show (self->panel, page);
  sb_window_set_action_state (self, "page", g_variant_new_string (page));
}

void
sb_window_set_panel (SbWindow *self, bool shown)
{
  self->panel_wanted = shown;
  adw_flap_set_reveal_flap (ADW_FLAP (self->flap), shown);
  sb_window_set_action_state (self, "panel", g_variant_new_boolean (shown));
}

/* The flap hides itself when something else closes it. */
static void
on_reveal (SbWindow *self)
{
  bool shown = adw_flap_get_reveal_flap (ADW_FLAP (self->flap));
  sb_window_set_action_state (self, "panel", g_variant_new_boolean (shown));
}

static gboolean
lay_out (void *data)
{
  SbWindow *self = data;
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  bool fold = width < FOLD_WIDTH;
  self->layout_idle = 0;
  if (width < 1)
    return G_SOURCE_REMOVE;
  sb_header_set_narrow (self->header, fold);
  sb_transport_set_narrow (SB_TRANSPORT (self->transport), width < LEAST_WIDTH   ? 4
                                                           : width < ZOOM_WIDTH  ? 3
                                                           : width < METER_WIDTH ? 2
                                                           : fold                ? 1
                                                                                 : 0);
  sb_canvas_grid_set_narrow (SB_CANVAS_GRID (self->canvas), width < NOTES_WIDTH);
  sb_canvas_grid_set_low (SB_CANVAS_GRID (self->canvas), height < LOW_HEIGHT);
  if (fold != self->folded) {
    self->folded = fold;
    adw_flap_set_fold_policy (ADW_FLAP (self->flap), fold ? ADW_FLAP_FOLD_POLICY_ALWAYS : ADW_FLAP_FOLD_POLICY_NEVER);
    sb_window_set_panel (self, !fold);
  }
  return G_SOURCE_REMOVE;
}

/* Properties must not change while sizes are being allocated. */
static void
sb_window_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SbWindow *self = SB_WINDOW (widget);
  GTK_WIDGET_CLASS (sb_window_parent_class)->size_allocate (widget, width, height, baseline);
  int step = (width < FOLD_WIDTH) + (width < METER_WIDTH) + (width < NOTES_WIDTH) + (width < ZOOM_WIDTH) +
             (width < LEAST_WIDTH) + 8 * (height < LOW_HEIGHT);
  if (step == self->layout_step)
    return;
  self->layout_step = step;
  if (!self->layout_idle)
    self->layout_idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, lay_out, self, NULL);
}

/* --- building --- */

static GtkWidget *
build_editor (SbWindow *self)
{
  GtkWidget *editor = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *work = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  self->tools = sb_tool_bar_new ();
  self->canvas = sb_canvas_grid_new (self->session);
  self->panel = sb_side_panel_new (self->session);
  self->transport = sb_transport_new (self->session);
  gtk_box_append (GTK_BOX (work), self->tools);
  gtk_box_append (GTK_BOX (work), gtk_separator_new (GTK_ORIENTATION_VERTICAL));
  gtk_box_append (GTK_BOX (work), self->canvas);
  gtk_widget_set_hexpand (self->canvas, TRUE);
  self->flap = adw_flap_new ();
  AdwFlap *flap = ADW_FLAP (self->flap);
  adw_flap_set_content (flap, work);
  adw_flap_set_flap (flap, self->panel);
  adw_flap_set_separator (flap, gtk_separator_new (GTK_ORIENTATION_VERTICAL));
  adw_flap_set_flap_position (flap, GTK_PACK_END);
  adw_flap_set_fold_policy (flap, ADW_FLAP_FOLD_POLICY_NEVER);
  adw_flap_set_swipe_to_open (flap, FALSE); /* a swipe over the canvas paints */
  adw_flap_set_swipe_to_close (flap, FALSE);
  adw_flap_set_modal (flap, FALSE); /* painting goes on beside the open panel */
  adw_flap_set_fold_duration (flap, 0);
  gtk_widget_set_vexpand (self->flap, TRUE);
  g_signal_connect_swapped (flap, "notify::reveal-flap", G_CALLBACK (on_reveal), self);
  self->toasts = adw_toast_overlay_new (); /* over the canvas: the transport stays free */
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (self->toasts), self->flap);
  gtk_box_append (GTK_BOX (editor), self->toasts);
  gtk_box_append (GTK_BOX (editor), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (editor), self->transport);
  return editor;
}

static void
follow_session (SbWindow *self)
{
  static const char *const state[] = {"recording", "source", "playhead", "tool", "span", "colours"};
  for (size_t i = 0; i < G_N_ELEMENTS (state); i++)
    g_signal_connect_object (self->session, state[i], G_CALLBACK (sb_window_update_actions), self, G_CONNECT_SWAPPED);
  SbInspector *inspector = sb_inspector_of (self->session);
  static const char *const read_off[] = {"markers", "times", "aids"};
  for (size_t i = 0; i < G_N_ELEMENTS (read_off); i++)
    g_signal_connect_object (inspector, read_off[i], G_CALLBACK (sb_window_update_actions), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (inspector, "box", G_CALLBACK (box_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (inspector, "failed", G_CALLBACK (inspector_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "tool", G_CALLBACK (tool_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "message", G_CALLBACK (sb_window_tell), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->exporter, "started", G_CALLBACK (sb_window_update_actions), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->exporter, "finished", G_CALLBACK (export_finished), self, 0);
}

static void
sb_window_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  sb_frame_watch_snapshot_begins (widget);
  GTK_WIDGET_CLASS (sb_window_parent_class)->snapshot (widget, snapshot);
  sb_frame_watch_snapshot_ends (widget);
}

static void
sb_window_dispose (GObject *object)
{
  SbWindow *self = SB_WINDOW (object);
  g_clear_handle_id (&self->layout_idle, g_source_remove);
  g_clear_handle_id (&self->box_due, g_source_remove);
  g_clear_handle_id (&self->close_due, g_source_remove);
  g_clear_pointer (&self->opener, sb_opener_free);
  g_clear_pointer (&self->finder, sb_finder_free);
  g_clear_pointer (&self->look_keeper, sb_look_keeper_free);
  g_clear_pointer (&self->header, sb_header_free);
  if (self->session) {
    sb_session_stop (self->session);
    sb_saves_attach (self->session, self->jobs, NULL, NULL);
  }
  if (self->exporter)
    sb_exporter_stop (self->exporter);
  G_OBJECT_CLASS (sb_window_parent_class)->dispose (object);
  g_clear_object (&self->file_watch);
  g_clear_object (&self->exporter);
  g_clear_object (&self->session);
}

static void
sb_window_class_init (SbWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sb_window_dispose;
  GTK_WIDGET_CLASS (class)->size_allocate = sb_window_size_allocate;
  GTK_WIDGET_CLASS (class)->snapshot = sb_window_snapshot;
}

static void
sb_window_init (SbWindow *self)
{
  self->layout_step = -1;
  self->panel_wanted = true;
  self->painted = true;
}

GtkWidget *
sb_window_new (GtkApplication *application, SbPool *pool, SbPool *jobs, bool with_demo)
{
  SbWindow *self = g_object_new (SB_TYPE_WINDOW, "application", application, "title", "Sonobrush", "default-width",
                                 1600, "default-height", 900, "icon-name", SB_APP_ID, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->pool = pool;
  self->jobs = jobs;
  self->session = sb_session_new (pool);
  sb_saves_attach (self->session, jobs, sb_window_save_ended, self);
  self->exporter = sb_exporter_new (self->session, jobs);
  self->file_watch = sb_file_watch_new (self->session);
  self->opener = sb_opener_new (GTK_WINDOW (self), pool, jobs, on_opened, self);
  self->finder = sb_finder_new (GTK_WINDOW (self), jobs, sb_window_open_request, self);
  self->header = sb_header_new (self->session);
  self->banner = sb_banner_new ();
  self->pages = gtk_stack_new ();
  gtk_stack_set_hhomogeneous (GTK_STACK (self->pages), FALSE);
  gtk_stack_set_vhomogeneous (GTK_STACK (self->pages), FALSE);
  gtk_stack_add_named (GTK_STACK (self->pages), sb_start_page_new (with_demo), "start");
  gtk_stack_add_named (GTK_STACK (self->pages), build_editor (self), "editor");
  gtk_box_append (GTK_BOX (box), sb_header_widget (self->header));
  gtk_box_append (GTK_BOX (box), self->banner);
  gtk_box_append (GTK_BOX (box), self->pages);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (self), box);
  sb_window_add_actions (self);
  sb_window_add_sound_actions (self);
  sb_keeping_add_actions (self);
  sb_window_add_keys (self);
  sb_frame_watch_attach (GTK_WIDGET (self));
  sb_window_set_panel (self, true);
  follow_session (self);
  sb_window_follow_lasting (self);
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect (drop, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
  sb_window_update_actions (self);
  return GTK_WIDGET (self);
}
