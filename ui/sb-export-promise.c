/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-export-promise.h"

#include "base/sb-units.h"

#include <string.h>

int64_t
sb_export_changed_frames (SbDocument *document, int64_t first, int64_t n_frames)
{
  SbSnapshot *snapshot = sb_document_snapshot (document);
  g_autoptr (GArray) spans = sb_mask_frame_spans (snapshot->mask);
  int64_t frames = 0;
  for (guint i = 0; i < spans->len; i++) {
    const SbFrameSpan *span = &g_array_index (spans, SbFrameSpan, i);
    frames += MAX (0, MIN (span->to, first + n_frames) - MAX (span->from, first));
  }
  sb_snapshot_unref (snapshot);
  return frames;
}

char *
sb_export_count_text (int64_t count)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, count);
  const size_t n = strlen (digits);
  GString *text = g_string_new (NULL);
  for (size_t i = 0; i < n; i++) {
    if (i && (n - i) % 3 == 0)
      g_string_append (text, "\u2009");
    g_string_append_c (text, digits[i]);
  }
  return g_string_free (text, FALSE);
}

static char *
converted (const SbExportPlan *plan, SbSampleType source, const char *part, const char *all)
{
  if (plan->subtype->type == SB_SAMPLE_OTHER)
    return g_strdup ("A lossy format: every sample will differ a little.");
  if (source == SB_SAMPLE_OTHER)
    return g_strdup_printf ("All samples are stored as %s; %s of %s will change.", plan->subtype->title, part, all);
  if (sb_sample_type_is_integer (plan->subtype->type))
    return g_strdup_printf ("All samples are converted to %d bits.", sb_sample_type_bits (plan->subtype->type));
  return g_strdup_printf ("All samples are stored as %s.", plan->subtype->title);
}

char *
sb_export_promise (const SbRecording *recording, const SbExportPlan *plan)
{
  const int64_t changed = sb_export_changed_frames (recording->document, plan->first, plan->n_frames);
  const bool whole = plan->n_frames == recording->n_frames;
  g_autofree char *part = sb_format_duration ((double)changed / recording->rate);
  g_autofree char *all = sb_format_duration ((double)plan->n_frames / recording->rate);
  g_autofree char *count = sb_export_count_text (changed);
  if (plan->removed)
    return changed > 0 ? g_strdup_printf ("What was painted out of %s is written; all else is silence.", part)
                       : g_strdup ("Nothing is painted here yet: the file will be silent.");
  if (!plan->same)
    return converted (plan, sb_file_source_sample_type (sb_document_original (recording->document)), part, all);
  if (changed == 0)
    return g_strdup (whole ? "Nothing will change: the copy will be bit-identical."
                           : "Nothing will change: every sample of the part will be bit-identical.");
  return g_strdup_printf ("Only %s of %s will change (at most %s frames); everything else stays bit-identical.", part,
                          all, count);
}
