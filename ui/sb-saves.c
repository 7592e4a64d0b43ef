/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-saves.h"
#include "ui/sb-worker-bridge.h"

struct SbSave {
  SbSession *session; /* referenced */
  char *path;
  SbProgress *progress; /* may be NULL */
  SbJobFunc work;
  SbSavedFunc done;
  void *data;
  GDestroyNotify free;
  bool given_up;
};

typedef struct {
  SbPool *jobs;
  GQueue in_order; /* of SbSave: the first is under way, the others wait */
  GQueue beside;
  SbSavesFunc ended;
  void *data;
} Saves;

/* Lives with the session; each save holds that. */
static Saves *
saves_of (SbSession *session)
{
  Saves *saves = g_object_get_data (G_OBJECT (session), "sb-saves");
  if (!saves) {
    saves = g_new0 (Saves, 1);
    g_object_set_data_full (G_OBJECT (session), "sb-saves", saves, g_free);
  }
  return saves;
}

void
sb_saves_attach (SbSession *session, SbPool *jobs, SbSavesFunc ended, void *data)
{
  Saves *saves = saves_of (session);
  saves->jobs = jobs;
  saves->ended = ended;
  saves->data = data;
}

static SbSave *
save_new (SbSession *session, const char *path, SbProgress *progress)
{
  SbSave *save = g_new0 (SbSave, 1);
  save->session = g_object_ref (session);
  save->path = g_strdup (path);
  save->progress = progress ? sb_progress_ref (progress) : NULL;
  return save;
}

static void
save_free (void *data)
{
  SbSave *save = data;
  if (save->free)
    save->free (save->data);
  sb_progress_unref (save->progress);
  g_free (save->path);
  g_object_unref (save->session);
  g_free (save);
}

/* --- in order --- */

static void arrive (void *data);

static void
work (void *data)
{
  SbSave *save = data;
  save->work (save->data);
}

static void
start_first (Saves *saves)
{
  SbSave *save = g_queue_peek_head (&saves->in_order);
  if (save)
    sb_bridge_run (saves->jobs, save, 0, work, arrive, save, save_free);
}

static void
tell_ended (const SbSave *save, bool saved)
{
  const Saves *saves = saves_of (save->session);
  if (saves->ended && !save->given_up)
    saves->ended (saves->data, saved);
}

static void
arrive (void *data)
{
  SbSave *save = data;
  Saves *saves = saves_of (save->session);
  const bool saved = save->done (save->data);
  g_queue_remove (&saves->in_order, save);
  start_first (saves);
  tell_ended (save, saved);
}

static void
drop_overtaken (Saves *saves, const char *path, SbJobFunc work_func)
{
  for (GList *at = saves->in_order.head ? saves->in_order.head->next : NULL, *next; at; at = next) {
    SbSave *save = at->data;
    next = at->next;
    if (save->work != work_func || !g_str_equal (save->path, path))
      continue;
    g_queue_delete_link (&saves->in_order, at);
    save_free (save);
  }
}

void
sb_saves_run (SbSession *session, const char *path, SbProgress *progress, SbJobFunc work_func, SbSavedFunc done,
              void *data, GDestroyNotify free)
{
  Saves *saves = saves_of (session);
  SbSave *save = save_new (session, path, progress);
  save->work = work_func;
  save->done = done;
  save->data = data;
  save->free = free;
  drop_overtaken (saves, path, work_func);
  g_queue_push_tail (&saves->in_order, save);
  if (saves->in_order.length == 1)
    start_first (saves);
}

/* --- beside --- */

SbSave *
sb_saves_begin (SbSession *session, const char *path, SbProgress *progress)
{
  SbSave *save = save_new (session, path, progress);
  g_queue_push_tail (&saves_of (session)->beside, save);
  return save;
}

void
sb_saves_end (SbSave *save, bool saved)
{
  g_queue_remove (&saves_of (save->session)->beside, save);
  tell_ended (save, saved);
  save_free (save);
}

/* --- all of them --- */

const char *
sb_saves_pending (SbSession *session)
{
  const Saves *saves = saves_of (session);
  const GQueue *const queues[] = {&saves->in_order, &saves->beside};
  for (gsize q = 0; q < G_N_ELEMENTS (queues); q++)
    for (const GList *at = queues[q]->head; at; at = at->next)
      if (!((const SbSave *)at->data)->given_up)
        return ((const SbSave *)at->data)->path;
  return NULL;
}

static void
give_up (void *data, void *unused)
{
  SbSave *save = data;
  save->given_up = true;
  sb_progress_cancel (save->progress);
}

void
sb_saves_give_up (SbSession *session)
{
  Saves *saves = saves_of (session);
  while (saves->in_order.length > 1)
    save_free (g_queue_pop_tail (&saves->in_order));
  g_queue_foreach (&saves->in_order, give_up, NULL);
  g_queue_foreach (&saves->beside, give_up, NULL);
}
