/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's fields, for the files that implement it. */
#pragma once
#include "ui/sb-banner.h"
#include "ui/sb-exporter.h"
#include "ui/sb-file-watch.h"
#include "ui/sb-finder.h"
#include "ui/sb-header.h"
#include "ui/sb-inspector.h"
#include "ui/sb-look-keeper.h"
#include "ui/sb-opener.h"
#include "ui/sb-window.h"

/* What would be lost if it were nowhere else: compared, never read. */
typedef struct {
  uint64_t last_serial, markers;
  int n_steps, n_done;
} SbWork;

struct _SbWindow {
  AdwApplicationWindow parent;
  SbPool *pool, *jobs;
  SbSession *session;
  SbExporter *exporter;
  SbFileWatch *file_watch;
  SbOpener *opener;
  SbFinder *finder; /* of recordings that are not where they were */
  SbHeader *header;
  GtkWidget *toasts, *banner, *pages, *flap, *tools, *canvas, *panel, *transport;
  SbLookKeeper *look_keeper;
  SbStore *kept_store;   /* borrowed: whose markers are shown */
  uint64_t kept_markers; /* their revision as it was handed over */
  SbWork saved;         /* as opened, or as it was last saved as a project */
  bool saved_once;      /* … by a person */
  uint64_t last_change; /* its number in the store: kept when this one is */
  bool may_stop_export, may_lose; /* the person agreed to that at closing */
  int close_tries;      /* while what was done last is being kept or saved */
  GtkWidget *export_question, *save_question; /* closing waits for an answer, or for what they ask about; borrowed */
  bool folded, panel_wanted;
  int layout_step;
  guint layout_idle, box_due, close_due;
  SbView held_view; /* while the key left of 1 is down */
  bool holding;
  bool painted; /* the tool in hand was one that paints */
};

/* sb-window-actions.c */
void sb_window_add_actions (SbWindow *window);
void sb_window_update_actions (SbWindow *window);
void sb_window_enable (SbWindow *window, const char *name, bool enabled);
void sb_window_set_action_state (SbWindow *window, const char *name, GVariant *state);
/* sb-window-files.c */
void sb_window_add_file_actions (SbWindow *window);
/* sb-window-states.c */
void sb_window_follow_lasting (SbWindow *window);
void sb_window_set_lasting (SbWindow *window, SbLasting state, const SbLastingText *text /* NULL: it has gone */);
void sb_window_forget_lasting (SbWindow *window); /* with the recording */
void sb_window_export_ended (SbWindow *window, bool exported); /* closing may have waited for it */
void sb_window_save_ended (void *window, bool saved);
/* sb-keeping.c */
SbWork sb_keeping_work (SbWindow *window);
void sb_keeping_was_saved (SbWindow *window, const SbWork *work); /* as a project, which holds all of it */
/* sb-window-sound.c */
void sb_window_add_sound_actions (SbWindow *window);
/* sb-window-keys.c */
void sb_window_add_keys (SbWindow *window);
/* sb-window.c */
void sb_window_open_request (void *window, const SbOpenRequest *request);
void sb_window_tell (SbWindow *window, const char *sentence);                              /* toast */
/* … with a button */
void sb_window_tell_with (SbWindow *window, const char *sentence, const char *button, const char *action);
void sb_window_tell_problem (SbWindow *window, const char *heading, const char *sentence); /* dialog */
void sb_window_set_panel (SbWindow *window, bool shown);
void sb_window_show_page (SbWindow *window, const char *page); /* "edit", "inspect" */
/* sb-window-undo.c */
void sb_window_add_undo_actions (SbWindow *window);
void sb_window_update_undo_actions (SbWindow *window);
/* sb-window-inspect.c */
void sb_window_add_inspect_actions (SbWindow *window);
void sb_window_update_inspect_actions (SbWindow *window);
/* sb-window-markers.c */
void sb_window_add_marker_actions (SbWindow *window);
void sb_window_update_marker_actions (SbWindow *window);
/* sb-window-pictures.c */
void sb_window_add_picture_actions (SbWindow *window);
void sb_window_update_picture_actions (SbWindow *window);
