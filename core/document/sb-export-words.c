/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an export may say of itself, in the same words in the window and on the
 * command line.  Nothing is said that was not compared: a copy is read back
 * byte by byte, everything else is decoded again to its end. */
#include "document/sb-export-private.h"

#include <string.h>

static char *
lossy_text (const SbExportReport *report)
{
  static const char *const names[][2] = {{"vorbis", "Vorbis"}, {"opus", "Opus"}, {"mp3", "MP3"}};
  const char *name = report->subtype;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i][0]) == 0)
      name = names[i][1];
  return g_strdup_printf (
      "All was encoded anew as %s, which is lossy: every sample may differ a little from the recording's.", name);
}

static char *
converted_text (const SbExportReport *report)
{
  const bool integers = sb_sample_type_is_integer (report->type), painted = report->frames_changed > 0;
  g_autofree char *kind = integers ? g_strdup_printf ("converted to %d bits", sb_sample_type_bits (report->type))
                                   : g_strdup_printf ("stored as %s", sb_sample_type_name (report->type));
  const char *how = report->decoded && !integers
                        ? painted ? "; what is not painted is what the recording's decoder gives"
                                  : ", as the recording's decoder gives them"
                    : painted ? "; what is not painted was only rounded"
                              : ": they were only rounded";
  return g_strdup_printf ("All samples are %s%s. This was checked to the last sample.", kind, how);
}

static char *
compared_text (const SbExportReport *report)
{
  if (report->in_place && report->frames_changed == 0)
    return g_strdup ("Everything is identical to the recording, byte for byte: checked.");
  if (report->in_place)
    return g_strdup ("Everything else is identical to the recording, byte for byte: checked.");
  if (report->lossy)
    return lossy_text (report);
  if (report->removed)
    return g_strdup ("The file holds what was removed, and silence elsewhere: it was read back to its end.");
  if (!report->exact)
    return converted_text (report);
  if (report->frames_changed == 0)
    return g_strdup ("The audio is identical to the recording's: checked to the last sample.");
  return g_strdup ("Everything outside the painted part is identical to the recording's, sample for sample: checked.");
}

char *
sb_export_report_text (const SbExportReport *report)
{
  g_autofree char *compared = compared_text (report);
  if (!report->anew)
    return g_steal_pointer (&compared);
  return g_strdup_printf ("%s The recording could not be copied and overwritten (%s), so the file was written anew.",
                          compared, report->anew);
}
