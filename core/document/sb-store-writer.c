/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The thread that owns the live database.  It holds the whole session in
 * memory as well (operations are shared, so that is little), which is what a
 * new file is made from when the old one fails:
 *
 *   queue ──► session in memory ──► one transaction on the open file ──► still the file at its path? ──► kept
 *                     │ failed                                                 │ no
 *                     └──► whole new file (temp, fsync, rename) ◄──────────────┘  ──► kept, old file removed
 *                               │ failed: trouble, again in 2 s or with the next change
 *
 * A file that was removed, or moved away with its folder, takes transactions as before, and nobody finds them again: so
 * each is followed by a look at the names (database, log and lock: 3 µs beside the 740 of a transaction). */
#include "document/sb-store-private.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RETRY_S 2

struct SbWriter {
  /* immutable */
  pthread_t thread;
  bool started;
  /* the thread's own */
  SbPlace place;
  SbProject *project;
  sqlite3 *db;
  SbFileId file, log; /* of the newest generation; log: of the open database, known from the first transaction on */
  bool whole; /* the newest file holds the session as it was before the job */
  /* under the lock */
  pthread_mutex_t lock;
  pthread_cond_t work, done;
  GQueue queue; /* of SbJob* */
  bool quit;
  char *trouble;
  void (*trouble_func) (void *data);
  void *trouble_data;
  /* atomic */
  _Atomic uint64_t n_changes, n_kept;
};

/* ---- the file ---- */

/* What was written is found under its name; and nobody else can write there. */
static bool
is_in_place (SbWriter *writer)
{
  g_autofree char *path = sb_place_file (&writer->place, writer->place.generation);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  if (writer->db && writer->log.inode == 0)
    writer->log = sb_place_identify (log);
  return sb_place_is (path, writer->file) && (!writer->db || sb_place_is (log, writer->log)) &&
         sb_place_has_lock (&writer->place);
}

static void
close_file (SbWriter *writer)
{
  g_autofree char *path = sb_place_file (&writer->place, writer->place.generation);
  if (writer->db && !sb_place_is (path, writer->file)) /* the log that lies there now is somebody else's */
    sqlite3_db_config (writer->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  if (writer->db)
    sqlite3_close (writer->db); /* checkpoints */
  writer->db = NULL;
  writer->log = (SbFileId){0};
}

/* WAL and synchronous=FULL: 200 of 200 commits survive a power cut (NORMAL 143), at 0.74 ms each. */
static bool
open_file (SbWriter *writer)
{
  g_autofree char *path = sb_place_file (&writer->place, writer->place.generation);
  if (sqlite3_open_v2 (path, &writer->db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
      sqlite3_exec (writer->db,
                    "PRAGMA trusted_schema=OFF; PRAGMA locking_mode=NORMAL; PRAGMA journal_mode=WAL; "
                    "PRAGMA synchronous=FULL; PRAGMA mmap_size=0;",
                    NULL, NULL, NULL) == SQLITE_OK &&
      sb_place_is (path, writer->file)) {
    sqlite3_db_config (writer->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config (writer->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_busy_timeout (writer->db, 2000);
    return true;
  }
  close_file (writer);
  return false;
}

static bool
commit_job (SbWriter *writer, const SbJob *job)
{
  if (sqlite3_exec (writer->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK && sb_job_write (job, writer->db) &&
      sqlite3_exec (writer->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
    return true;
  sqlite3_exec (writer->db, "ROLLBACK", NULL, NULL, NULL);
  return false;
}

/* A file under the session's name that we did not write: it gets a second name, and the next opening tells of it. */
static void
set_stranger_aside (SbWriter *writer)
{
  const int newest = sb_place_newest (writer->place.folder, writer->place.base);
  g_autofree char *path = sb_place_file (&writer->place, newest);
  if (newest <= writer->place.untouched || sb_place_is (path, writer->file))
    return;
  writer->place.generation = newest;
  g_autofree char *aside = sb_place_set_aside (&writer->place);
  if (aside)
    g_hash_table_replace (writer->project->view, g_strdup (SB_STORE_ASIDE), g_filename_display_name (aside));
}

/* Nobody has saved a project: the sentence is about the folder that sessions lie in. */
static char *
say_why_not (const SbWriter *writer, const SbWriteFault *fault)
{
  g_autofree char *shown = g_filename_display_name (writer->place.folder);
  const bool there = access (writer->place.folder, W_OK | X_OK) == 0;
  const char *reason = there ? fault->reason : g_strerror (errno);
  if (there && fault->unconfirmed)
    return g_strdup_printf ("The disk that holds “%s” did not confirm what was written (%s). Save the project "
                            "elsewhere.",
                            shown, reason);
  if (there && (fault->code == ENOSPC || fault->code == EDQUOT))
    return g_strdup_printf ("The disk that holds “%s” is full. Free some space there, or save the project elsewhere.",
                            shown);
  return g_strdup_printf ("The folder “%s” cannot be written to (%s). Save the project elsewhere.", shown, reason);
}

/* The session whole, as a new file, in a place that is made anew where it has gone.  false: *why, newly allocated, is a
 * sentence. */
static bool
write_anew (SbWriter *writer, char **why)
{
  SbWriteFault fault = {0};
  close_file (writer);
  if (!sb_place_has_lock (&writer->place) && !sb_place_renew (&writer->place, why)) {
    fault = (SbWriteFault){.code = errno, .reason = (char *)g_strerror (errno)};
    if (!*why)
      *why = say_why_not (writer, &fault);
    return false;
  }
  set_stranger_aside (writer);
  int generation = writer->place.generation + 1;
  while (sb_place_has_stray_log (&writer->place, generation))
    generation++;
  g_autofree char *path = sb_place_file (&writer->place, generation);
  if (!sb_project_write (writer->project, path, &fault)) {
    *why = say_why_not (writer, &fault);
    g_free (fault.reason);
    return false;
  }
  writer->place.generation = generation;
  writer->file = sb_place_identify (path);
  sb_place_remove_older (&writer->place);
  return true; /* it is kept, whether or not it can be opened for more */
}

static void
set_trouble (SbWriter *writer, char *sentence)
{
  pthread_mutex_lock (&writer->lock);
  const bool changed = g_strcmp0 (writer->trouble, sentence) != 0;
  g_free (writer->trouble);
  writer->trouble = sentence;
  void (*func) (void *data) = changed ? writer->trouble_func : NULL;
  void *data = writer->trouble_data;
  pthread_mutex_unlock (&writer->lock);
  if (func)
    func (data);
}

/* job NULL: only what could not be kept before. */
static bool
keep (SbWriter *writer, const SbJob *job)
{
  char *why = NULL;
  const bool asked = job && sb_job_kind (job) != SB_JOB_VIEW && sb_job_kind (job) != SB_JOB_CONTENT;
  if (!asked && writer->place.generation == 0 && writer->project->steps->len == 0 && writer->whole)
    return true; /* looking at a recording makes no session */
  if (writer->whole && job && (writer->db || (writer->place.generation > 0 && open_file (writer))) &&
      commit_job (writer, job) && is_in_place (writer))
    return true;
  writer->whole = write_anew (writer, &why);
  set_trouble (writer, why);
  return writer->whole;
}

/* ---- the thread ---- */

static void
wait_for_work (SbWriter *writer, bool troubled)
{
  struct timespec until;
  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_sec += RETRY_S;
  while (g_queue_is_empty (&writer->queue) && !writer->quit)
    if (!troubled)
      pthread_cond_wait (&writer->work, &writer->lock);
    else if (pthread_cond_timedwait (&writer->work, &writer->lock, &until) == ETIMEDOUT)
      return;
}

static void *
work (void *data)
{
  SbWriter *writer = data;
  uint64_t n_taken = 0;
  bool good = writer->whole || keep (writer, NULL);
  for (;;) {
    pthread_mutex_lock (&writer->lock);
    wait_for_work (writer, !good);
    SbJob *job = g_queue_pop_head (&writer->queue);
    const bool quit = writer->quit;
    pthread_mutex_unlock (&writer->lock);
    if (!job && quit) {
      if (!good || (writer->place.generation > 0 && !is_in_place (writer)))
        keep (writer, NULL); /* a last try */
      break;
    }
    if (job) {
      sb_job_apply (job, writer->project);
      n_taken += sb_job_is_counted (job);
    }
    good = keep (writer, job);
    if (job)
      sb_job_free (job);
    pthread_mutex_lock (&writer->lock);
    if (good)
      atomic_store (&writer->n_kept, n_taken);
    pthread_cond_broadcast (&writer->done);
    pthread_mutex_unlock (&writer->lock);
  }
  close_file (writer);
  return NULL;
}

/* ---- for the others ---- */

uint64_t
sb_writer_push (SbWriter *writer, SbJob *job)
{
  pthread_mutex_lock (&writer->lock);
  g_queue_push_tail (&writer->queue, job);
  const uint64_t number = atomic_fetch_add (&writer->n_changes, sb_job_is_counted (job)) + sb_job_is_counted (job);
  pthread_cond_signal (&writer->work);
  pthread_mutex_unlock (&writer->lock);
  return number;
}

uint64_t
sb_writer_n_changes (const SbWriter *writer)
{
  return atomic_load (&writer->n_changes);
}

uint64_t
sb_writer_n_kept (const SbWriter *writer)
{
  return atomic_load (&writer->n_kept);
}

bool
sb_writer_flush (SbWriter *writer, double timeout_s)
{
  struct timespec until;
  clock_gettime (CLOCK_MONOTONIC, &until);
  const int64_t ns = until.tv_nsec + (int64_t)(timeout_s * 1e9);
  until.tv_sec += ns / 1000000000;
  until.tv_nsec = ns % 1000000000;
  bool in_time = true;
  pthread_mutex_lock (&writer->lock);
  const uint64_t wanted = atomic_load (&writer->n_changes);
  while (atomic_load (&writer->n_kept) < wanted && in_time)
    in_time = pthread_cond_timedwait (&writer->done, &writer->lock, &until) != ETIMEDOUT;
  const bool ok = atomic_load (&writer->n_kept) >= wanted;
  pthread_mutex_unlock (&writer->lock);
  return ok;
}

char *
sb_writer_trouble (SbWriter *writer)
{
  pthread_mutex_lock (&writer->lock);
  char *trouble = g_strdup (writer->trouble);
  pthread_mutex_unlock (&writer->lock);
  return trouble;
}

void
sb_writer_set_trouble_func (SbWriter *writer, void (*func) (void *data), void *data)
{
  pthread_mutex_lock (&writer->lock);
  writer->trouble_func = func;
  writer->trouble_data = data;
  pthread_mutex_unlock (&writer->lock);
}

SbWriter *
sb_writer_new (SbPlace *place, SbProject *project, bool exists)
{
  SbWriter *writer = g_new0 (SbWriter, 1);
  pthread_condattr_t monotonic; /* the wall clock may jump by years */
  writer->place = *place;
  *place = (SbPlace){.lock_fd = -1};
  writer->project = project;
  if (writer->place.generation > 0) {
    g_autofree char *path = sb_place_file (&writer->place, writer->place.generation);
    writer->file = sb_place_identify (path);
  }
  writer->whole = exists || (writer->place.generation == 0 && project->steps->len == 0);
  g_queue_init (&writer->queue);
  pthread_mutex_init (&writer->lock, NULL);
  pthread_condattr_init (&monotonic);
  pthread_condattr_setclock (&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init (&writer->work, &monotonic);
  pthread_cond_init (&writer->done, &monotonic);
  pthread_condattr_destroy (&monotonic);
  writer->started = pthread_create (&writer->thread, NULL, work, writer) == 0;
  if (writer->started)
    return writer;
  sb_writer_free (writer);
  return NULL;
}

void
sb_writer_free (SbWriter *writer)
{
  if (!writer)
    return;
  pthread_mutex_lock (&writer->lock);
  writer->trouble_func = NULL;
  writer->quit = true;
  pthread_cond_signal (&writer->work);
  pthread_mutex_unlock (&writer->lock);
  if (writer->started)
    pthread_join (writer->thread, NULL);
  SbJob *job;
  while ((job = g_queue_pop_head (&writer->queue)))
    sb_job_free (job);
  sb_place_clear (&writer->place);
  sb_project_free (writer->project);
  g_free (writer->trouble);
  pthread_cond_destroy (&writer->work);
  pthread_cond_destroy (&writer->done);
  pthread_mutex_destroy (&writer->lock);
  g_free (writer);
}
