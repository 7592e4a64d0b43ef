/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What lasts and what ends: the states that the banner tells of, and the
 * questions that are asked before work would be lost. */
#include "ui/sb-keeping.h"
#include "ui/sb-saves.h"
#include "ui/sb-window-private.h"

#include <string.h>

enum { CLOSE_EVERY_MS = 20, CLOSE_TRIES = 150 };

/* --- lasting states --- */

/* For whoever listens on the bus: what is shown, and its buttons. */
static void
tell_banner (SbWindow *self)
{
  const SbLastingText *text = sb_banner_text (SB_BANNER (self->banner), sb_banner_shown (SB_BANNER (self->banner)));
  g_autofree char *all = text ? g_strdup_printf ("%s %s", text->title, text->meaning) : g_strdup ("");
  const char *const buttons[] = {text && text->button ? text->button : "", text && text->other ? text->other : ""};
  g_autofree char *valid = g_utf8_make_valid (all, -1);
  sb_window_set_action_state (self, "banner", g_variant_new ("(s@as)", valid, g_variant_new_strv (buttons, 2)));
}

void
sb_window_set_lasting (SbWindow *self, SbLasting state, const SbLastingText *text)
{
  sb_banner_set (SB_BANNER (self->banner), state, text);
  tell_banner (self);
}

void
sb_window_forget_lasting (SbWindow *self)
{
  sb_banner_clear (SB_BANNER (self->banner));
  tell_banner (self);
}

static void
act_dismiss (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbWindow *self = data;
  const SbLasting shown = sb_banner_shown (SB_BANNER (self->banner));
  const SbLastingText *text = sb_banner_text (SB_BANNER (self->banner), shown);
  if (!text || (shown < SB_LASTING_FOUND && !text->closeable))
    return; /* these end when what they say does */
  sb_keeping_dismiss (self, shown == SB_LASTING_ASIDE ? sb_store_dismiss_aside : sb_store_dismiss_other);
  sb_window_set_lasting (self, shown, NULL);
}

/* Not the device, but what it was to play. */
static void
unreadable (SbWindow *self, const char *title, const char *meaning)
{
  const SbLastingText text = {.title = title, .meaning = meaning, .button = "Open Again", .action = "win.open-again"};
  sb_window_set_lasting (self, SB_LASTING_UNPLAYED, &text);
}

static void
problem (SbWindow *self, const char *sentence)
{
  if (!*sentence) {
    sb_window_set_lasting (self, SB_LASTING_SOUND, NULL);
    sb_window_set_lasting (self, SB_LASTING_UNPLAYED, NULL);
    return;
  }
  const char *end = strstr (sentence, ". ");
  g_autofree char *title = end ? g_strndup (sentence, end - sentence + 1) : g_strdup (sentence);
  const bool safe = sb_keeping_at_risk (self) != SB_RISK_LOSS;
  g_autofree char *meaning =
      g_strdup_printf ("%s%s%s", end ? end + 2 : "", end ? " " : "",
                       safe ? "Your edits are safe and you can go on painting." : "You can go on painting.");
  const SbLastingText text = {.title = title,
                              .meaning = meaning,
                              .button = "Try Again",
                              .action = "win.play",
                              .other = "Choose Device…",
                              .other_action = "win.choose-device"};
  if (sb_session_problem_is_file (self->session))
    unreadable (self, title, end ? end + 2 : "");
  else
    sb_window_set_lasting (self, SB_LASTING_SOUND, &text);
  sb_window_update_actions (self);
}

static void
file_changed (SbWindow *self, const char *title, const char *meaning)
{
  if (!*title) {
    sb_window_set_lasting (self, SB_LASTING_FILE, NULL);
    return;
  }
  const bool gone = sb_file_watch_is_gone (self->file_watch),
             edits = sb_document_n_edits (sb_session_recording (self->session)->document) > 0;
  const SbLastingText text = {.title = title,
                              .meaning = meaning,
                              .button = gone ? "Find the Old File…" : "Open Again",
                              .action = gone ? "win.find-recording" : "win.open-again",
                              .other = edits ? "Save Edits…" : NULL,
                              .other_action = "win.save-edits"};
  sb_window_set_lasting (self, SB_LASTING_FILE, &text);
}

static void
edits_changed (SbWindow *self)
{
  sb_keeping_note_change (self);
  sb_window_update_actions (self);
}

/* --- closing --- */

static gboolean
close_now (void *data)
{
  gtk_window_close (GTK_WINDOW (data));
  return G_SOURCE_REMOVE;
}

/* Not from within a dialog's response: the dialog closes after it, and needs its parent for that. */
static void
close_soon (SbWindow *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, close_now, g_object_ref (self), g_object_unref);
}

static void
on_stop_response (AdwMessageDialog *dialog, const char *response, SbWindow *self)
{
  self->export_question = NULL;
  if (!g_str_equal (response, "close"))
    return;
  sb_exporter_cancel (self->exporter);
  self->may_stop_export = true;
  close_soon (self);
}

static void
on_unsaved_response (AdwMessageDialog *dialog, const char *response, SbWindow *self)
{
  self->save_question = NULL;
  self->may_stop_export = false;
  if (!g_str_equal (response, "close"))
    return;
  sb_saves_give_up (self->session);
  self->may_stop_export = true;
  close_soon (self);
}

static void
on_lose_response (AdwMessageDialog *dialog, const char *response, SbWindow *self)
{
  self->may_stop_export = false;
  if (g_str_equal (response, "save"))
    g_action_group_activate_action (G_ACTION_GROUP (self), "save-project-as", NULL);
  if (!g_str_equal (response, "close"))
    return;
  self->may_lose = self->may_stop_export = true;
  close_soon (self);
}

static AdwMessageDialog *
question (SbWindow *self, const char *heading, const char *body, const char *stay, const char *leave)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self), heading, body));
  adw_message_dialog_add_response (dialog, "cancel", stay);
  adw_message_dialog_add_response (dialog, "close", leave);
  adw_message_dialog_set_response_appearance (dialog, "close", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (dialog, "cancel");
  return dialog;
}

static void
ask_about_loss (SbWindow *self)
{
  g_autofree char *body = sb_keeping_say_loss (self);
  AdwMessageDialog *dialog = question (self, "Close without the last changes?", body, "Cancel", "Close");
  adw_message_dialog_add_response (dialog, "save", "Save Project…");
  adw_message_dialog_set_response_appearance (dialog, "save", ADW_RESPONSE_SUGGESTED);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_lose_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Of one that is asked once: what it is about may end before it is answered. */
typedef struct {
  const char *heading, *body, *stay, *leave;
  GCallback respond;
} Question;

static void
ask_once (SbWindow *self, GtkWidget **asked, const Question *what)
{
  if (!*asked) {
    AdwMessageDialog *dialog = question (self, what->heading, what->body, what->stay, what->leave);
    g_signal_connect_object (dialog, "response", what->respond, self, 0);
    *asked = GTK_WIDGET (dialog);
  }
  gtk_window_present (GTK_WINDOW (*asked));
}

static void
ask_about_export (SbWindow *self)
{
  static const Question what = {"An export is being written",
                                "Wait here, and the window closes by itself when it is written. Closing it now stops "
                                "the export, and a file that it was to replace stays as it was.",
                                "Go On Writing", "Stop and Close", G_CALLBACK (on_stop_response)};
  ask_once (self, &self->export_question, &what);
}

static void
ask_about_save (SbWindow *self, const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *heading = g_strdup_printf ("“%s” is still being saved", name);
  const Question what = {heading,
                         "Wait here, and the window closes by itself when it is saved. Closing it now saves "
                         "nothing: a file of that name stays as it was.",
                         "Go On Saving", "Close Without It", G_CALLBACK (on_unsaved_response)};
  ask_once (self, &self->save_question, &what);
}

/* There is nothing to answer any more; what went wrong is told and keeps the window. */
static void
end_question (SbWindow *self, GtkWidget **asked, bool close)
{
  GtkWidget *dialog = g_steal_pointer (asked);
  if (!dialog)
    return;
  gtk_window_destroy (GTK_WINDOW (dialog));
  if (close)
    close_soon (self);
}

void
sb_window_export_ended (SbWindow *self, bool exported)
{
  end_question (self, &self->export_question, exported);
}

void
sb_window_save_ended (void *data, bool saved)
{
  SbWindow *self = data;
  if (!saved) {
    self->close_tries = 0;
    g_clear_handle_id (&self->close_due, g_source_remove);
  }
  if (!saved || !sb_saves_pending (self->session))
    end_question (self, &self->save_question, saved);
}

static gboolean
try_to_close (void *data)
{
  SbWindow *self = data;
  self->close_due = 0;
  gtk_window_close (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

static gboolean
on_close_request (SbWindow *self)
{
  if (sb_exporter_is_busy (self->exporter) && !self->may_stop_export) {
    ask_about_export (self);
    return TRUE;
  }
  if (sb_session_recording (self->session))
    sb_session_settle (self->session); /* an option that is still being changed is a change, too */
  const char *saving = sb_saves_pending (self->session);
  const SbRisk risk = saving ? SB_RISK_PENDING : self->may_lose ? SB_RISK_NONE : sb_keeping_at_risk (self);
  if (risk == SB_RISK_PENDING && self->close_tries < CLOSE_TRIES) { /* a moment, and it is on the disk */
    self->close_tries++;
    if (!self->close_due)
      self->close_due = g_timeout_add (CLOSE_EVERY_MS, try_to_close, self);
    return TRUE;
  }
  self->close_tries = 0;
  if (saving) {
    ask_about_save (self, saving);
    return TRUE;
  }
  if (risk != SB_RISK_NONE) {
    ask_about_loss (self);
    return TRUE;
  }
  sb_keeping_let_go (self);
  return FALSE;
}

void
sb_window_follow_lasting (SbWindow *self)
{
  static const GActionEntry entries[] = {
      {.name = "banner", .state = "('', @as ['', ''])"},
      {.name = "dismiss-banner", .activate = act_dismiss},
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->file_watch, "changed", G_CALLBACK (file_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "edits", G_CALLBACK (edits_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "problem", G_CALLBACK (problem), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "close-request", G_CALLBACK (on_close_request), NULL);
}
