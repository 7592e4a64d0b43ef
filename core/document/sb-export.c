/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An export from end to end: choose the format, check the target, take one of
 * the two ways, rename, report. */
#include "document/sb-export.h"
#include "base/sb-error.h"
#include "document/sb-export-private.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void
sb_export_spec_init (SbExportSpec *spec)
{
  *spec = (SbExportSpec){.dither = true};
}

static bool
is_painted (SbSource *original, SbResynth *resynth)
{
  return resynth && sb_resynth_touches (resynth, 0, sb_source_n_frames (original));
}

/* Every value of the source's type is one of the target's. */
static bool
holds_exactly (SbSampleType type, const SbExportFormat *format)
{
  const int bits = sb_sample_type_bits (type);
  if (format->lossy || type == SB_SAMPLE_OTHER)
    return false;
  if (type == SB_SAMPLE_DOUBLE)
    return format->work == SB_WORK_DOUBLE;
  if (type == SB_SAMPLE_FLOAT)
    return format->work != SB_WORK_INT;
  if (format->work == SB_WORK_INT)
    return format->bits >= bits;
  return format->work == SB_WORK_DOUBLE || bits <= 24;
}

static void
fill_report (SbExportReport *report, const SbExportRender *render, const SbExportFormat *format, bool in_place)
{
  report->n_frames = sb_source_n_frames (render->source);
  report->frames_changed = render->frames_changed;
  report->frames_clipped = render->frames_clipped;
  report->loudest_removed_db = render->loudest > 0 ? 20 * log10 (render->loudest) : -INFINITY;
  report->in_place = in_place;
  report->identical = !render->only_removed && render->frames_changed == 0 &&
                      (in_place || (render->is_file && holds_exactly (render->type, format)));
  g_strlcpy (report->subtype, format->subtype, sizeof report->subtype);
}

/* try_copy: the same file with changes; copied as it is when nothing is painted. */
static bool
write_target (SbExportRender *render, const SbExportFormat *format, SbExportTarget *target, bool try_copy,
              bool *in_place, SbProgress *progress, GError **error)
{
  *in_place = false;
  if (try_copy) {
    const SbExportOutcome outcome = sb_export_copy (render, target, progress, error);
    *in_place = outcome == SB_EXPORT_DONE;
    if (outcome != SB_EXPORT_DOUBT)
      return *in_place;
  }
  return sb_export_encode (render, format, target, progress, error);
}

static bool
hash_file (const char *path, char sha256[65], SbProgress *progress, GError **error)
{
  uint8_t block[65536];
  size_t n;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  FILE *file = fopen (path, "rbe");
  bool ok = file != NULL;
  while (ok && (n = fread (block, 1, sizeof block, file)) > 0) {
    g_checksum_update (sum, block, (gssize)n);
    ok = !sb_progress_is_cancelled (progress);
  }
  ok = ok && !ferror (file);
  if (file)
    fclose (file);
  if (ok)
    g_strlcpy (sha256, g_checksum_get_string (sum), 65);
  else if (!sb_progress_check (progress, error)) {
    g_autofree char *shown = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_READ, "“%s” could not be read again for its SHA-256 (%s).", shown,
                 g_strerror (errno));
  }
  return ok;
}

/* The result's while it is not yet in its place: a failure leaves the old target. */
static bool
hash_both (const SbExportRender *render, const SbExportTarget *target, SbExportReport *report, SbProgress *progress,
           GError **error)
{
  if (render->is_file) {
    g_autofree char *own = sb_file_source_own_path (render->source);
    if (!hash_file (own, report->source_sha256, progress, error))
      return false;
  }
  return hash_file (target->temp, report->result_sha256, progress, error);
}

static bool
export_to (SbExportRender *render, const SbExportFormat *format, const SbExportSpec *spec, bool try_copy,
           SbExportReport *report, SbProgress *progress, GError **error)
{
  SbExportTarget target = {.fd = -1};
  bool in_place = false;
  const char *source_path = render->is_file ? sb_file_source_path (render->source) : NULL;
  bool ok = sb_export_render_prepare (render, error) &&
            sb_export_target_open (&target, spec->path, source_path, error) &&
            write_target (render, format, &target, try_copy, &in_place, progress, error) &&
            (!spec->hash || !report || hash_both (render, &target, report, progress, error)) &&
            !sb_progress_check (progress, error) && sb_export_target_commit (&target, error);
  if (ok && report)
    fill_report (report, render, format, in_place);
  if (ok)
    sb_progress_set (progress, 1);
  sb_export_target_abort (&target);
  sb_export_render_clear (render);
  return ok;
}

bool
sb_export (SbSource *original, SbResynth *resynth, const SbExportSpec *spec, SbExportReport *report,
           SbProgress *progress, GError **error)
{
  const bool is_file = sb_is_file_source (original), painted = is_painted (original, resynth);
  const SbSampleType type = is_file ? sb_file_source_sample_type (original) : SB_SAMPLE_FLOAT;
  const SbExportShape shape = {
      .rate = sb_source_rate (original),
      .channels = sb_source_channels (original),
      .n_frames = sb_source_n_frames (original),
      .type = spec->removed ? SB_SAMPLE_OTHER : type,
      .sf_format = is_file ? sb_file_source_sf_format (original) : 0,
  };
  SbExportFormat format;
  SbExportShape copied = shape;
  copied.type = type;
  /* Nothing to change in a file of this kind: whatever it is, it is copied, though we could not write such a one. */
  const bool whole =
      is_file && !painted && !spec->removed && !spec->subtype && sb_export_format_copies (spec->path, &copied, &format);
  if (!whole && !sb_export_format_choose (spec->path, spec->subtype, &shape, &format, error))
    return false;
  g_autoptr (SbSource) removed = painted ? sb_removed_source_new (resynth) : NULL;
  SbExportRender render = {
      .source = original,
      .is_file = is_file,
      .type = type,
      .resynth = painted ? resynth : NULL,
      .removed = removed,
      .only_removed = spec->removed,
      .dither = spec->dither,
      .work = format.work,
      .bits = format.bits,
  };
  const bool try_copy = whole || (is_file && !spec->removed && format.same_container && format.same_type);
  return export_to (&render, &format, spec, try_copy, report, progress, error);
}

bool
sb_export_source (SbSource *source, const char *path, const char *subtype, SbProgress *progress, GError **error)
{
  const SbExportShape shape = {
      .rate = sb_source_rate (source),
      .channels = sb_source_channels (source),
      .n_frames = sb_source_n_frames (source),
      .type = SB_SAMPLE_OTHER,
  };
  SbExportFormat format;
  if (!sb_export_format_choose (path, subtype, &shape, &format, error))
    return false;
  SbExportRender render = {
      .source = source,
      .is_file = sb_is_file_source (source),
      .type = sb_is_file_source (source) ? sb_file_source_sample_type (source) : SB_SAMPLE_FLOAT,
      .dither = true,
      .work = format.work,
      .bits = format.bits,
  };
  const SbExportSpec spec = {.path = path};
  return export_to (&render, &format, &spec, false, NULL, progress, error);
}

char *
sb_export_suggest_path (const char *recording, bool removed)
{
  static const char *writable[] = {".wav", ".wavex", ".rf64", ".w64",  ".aiff", ".aif", ".aifc",
                                   ".caf", ".au",    ".snd",  ".flac", ".wave", ".bwf"};
  const char *slash = strrchr (recording, '/');
  const char *dot = strrchr (slash ? slash : recording, '.');
  if (dot == recording || (dot && slash && dot == slash + 1))
    dot = NULL;                /* a hidden file without an ending */
  const char *ending = ".wav"; /* what is lossy or unknown */
  for (gsize i = 0; dot && !removed && i < G_N_ELEMENTS (writable); i++)
    if (g_ascii_strcasecmp (dot, writable[i]) == 0)
      ending = dot;
  const int stem = dot ? (int)(dot - recording) : (int)strlen (recording);
  return g_strdup_printf ("%.*s-%s%s", stem, recording, removed ? "removed" : "clean", ending);
}
