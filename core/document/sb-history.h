/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of edits and the steps that made it.  The list changes only through
 * steps, each of which can be taken back:
 *
 *   steps   add a · add b · mute a · remove b │ add c (undone)
 *                                      done ──┘  redo goes on from here
 *
 * A plain object without masks or sound: documents own one, readers of project
 * files make one for a moment.  Thread: one at a time.  Blocks: no. */
#pragma once
#include "edit/sb-operation.h"

typedef enum {
  SB_STEP_ADD,
  SB_STEP_REMOVE,
  SB_STEP_MUTE,
  SB_STEP_UNMUTE,
  SB_STEP_CLEAR,
  SB_STEP_REPLACE,
  SB_STEP_ADD_MORE, /* an addition that is undone and redone together with the step before it */
  SB_N_STEP_KINDS
} SbStepKind;
const char *sb_step_kind_name (SbStepKind kind); /* "add" "remove" "mute" "unmute" "clear" "replace" "add-more" */
bool sb_step_kind_from_name (const char *name, SbStepKind *kind);
static inline bool
sb_step_kind_has_op (SbStepKind kind)
{
  return kind == SB_STEP_ADD || kind == SB_STEP_ADD_MORE || kind == SB_STEP_REPLACE;
}

typedef struct {
  SbStepKind kind;
  int index;       /* of the edit in the list; 0 for clear */
  SbOperation *op; /* add, replace: what is there afterwards; else ignored (NULL) */
  uint64_t serial; /* told, not asked for: unique in the process and rising along the list, so that two states are told
                      apart by their tails */
} SbStep;

/* The next serial, for a change of something else that has its place in the same order.  Thread: any. */
uint64_t sb_step_next_serial (void);

typedef struct SbHistory SbHistory;

SbHistory *sb_history_new (void);
/* Does the steps one after another, then undoes those behind the first n_done.  An addition behind the end of the list
 * goes to the end; another step that does not fit the list before it is left out: *n_left_out (may be NULL) counts
 * them. */
SbHistory *sb_history_replay (const SbStep *steps, int n_steps, int n_done, int *n_left_out);
void sb_history_free (SbHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbHistory, sb_history_free)

/* Does steps that fit one after another; ops are referenced.  What was undone is out of reach from now on. */
void sb_history_take (SbHistory *history, const SbStep *steps, int n_steps);
/* Right after sb_history_take(): as if it had not been called, with what could be redone before. */
void sb_history_take_back (SbHistory *history);
bool sb_history_can_undo (const SbHistory *history);
bool sb_history_can_redo (const SbHistory *history);
void sb_history_undo (SbHistory *history); /* one that can be, with all that were added more */
void sb_history_redo (SbHistory *history);

int sb_history_n_steps (const SbHistory *history);
int sb_history_n_done (const SbHistory *history);
SbStep sb_history_step (const SbHistory *history, int index); /* op is borrowed */
/* The edits in the list, muted ones too, oldest first.  Borrowed until the next change. */
int sb_history_n_edits (const SbHistory *history);
SbOperation *sb_history_edit (const SbHistory *history, int index, bool *muted /* may be NULL */);
int sb_history_find (const SbHistory *history, const char *id); /* −1: not in the list */
/* Those that are not muted; borrowed until the next change. */
const GPtrArray *sb_history_in_force (const SbHistory *history);
