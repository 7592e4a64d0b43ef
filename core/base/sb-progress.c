/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-progress.h.  The fraction is kept in millionths, so that one atomic
 * integer holds it. */
#include "base/sb-progress.h"

#include "base/sb-error.h"

#include <math.h>
#include <stdatomic.h>

struct SbProgress {
  atomic_int refs;
  atomic_int millionths;
  atomic_bool cancelled;
};

SbProgress *
sb_progress_new (void)
{
  SbProgress *progress = g_new0 (SbProgress, 1);
  atomic_init (&progress->refs, 1);
  return progress;
}

SbProgress *
sb_progress_ref (SbProgress *progress)
{
  atomic_fetch_add (&progress->refs, 1);
  return progress;
}

void
sb_progress_unref (SbProgress *progress)
{
  if (progress != NULL && atomic_fetch_sub (&progress->refs, 1) == 1)
    g_free (progress);
}

void
sb_progress_set (SbProgress *progress, double fraction)
{
  if (progress != NULL)
    atomic_store (&progress->millionths, (int)lrint (CLAMP (fraction, 0.0, 1.0) * 1e6));
}

double
sb_progress_get (const SbProgress *progress)
{
  return progress != NULL ? atomic_load (&progress->millionths) / 1e6 : 0.0;
}

void
sb_progress_cancel (SbProgress *progress)
{
  if (progress != NULL)
    atomic_store (&progress->cancelled, true);
}

bool
sb_progress_is_cancelled (const SbProgress *progress)
{
  return progress != NULL && atomic_load (&progress->cancelled);
}

bool
sb_progress_check (const SbProgress *progress, GError **error)
{
  if (!sb_progress_is_cancelled (progress))
    return false;
  g_set_error_literal (error, SB_ERROR, SB_ERROR_CANCELLED, "Cancelled; nothing was changed.");
  return true;
}
