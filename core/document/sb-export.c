/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An export from end to end: choose the format, check the target, take one of
 * the two ways, rename, report. */
#include "document/sb-export.h"
#include "base/sb-error.h"
#include "document/sb-export-meta-private.h"
#include "document/sb-project.h"

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
fill_report (SbExportReport *report, const SbExportRender *render, const SbExportFormat *format)
{
  report->n_frames = render->n_frames;
  report->frames_changed = render->frames_changed;
  report->frames_clipped = render->frames_clipped;
  report->loudest_removed_db = render->loudest > 0 ? 20 * log10 (render->loudest) : -INFINITY;
  report->anew = report->in_place ? NULL : render->doubt;
  report->removed = render->only_removed;
  report->type = format->type;
  report->lossy = format->lossy && !report->in_place;
  report->decoded = render->type == SB_SAMPLE_OTHER;
  report->exact = report->in_place || (render->is_file && holds_exactly (render->type, format));
  report->identical = !render->only_removed && render->frames_changed == 0 && report->exact;
  g_strlcpy (report->subtype, format->subtype, sizeof report->subtype);
}

/* "A=PCM,F=48000,W=24,M=stereo,T=Sonobrush": what was done last, in the words of EBU R 98. */
static void
add_history (SbExportMeta *meta, const SbExportRender *render, const SbExportFormat *format)
{
  const int channels = sb_source_channels (render->source);
  g_autofree char *mode = channels == 1   ? g_strdup ("mono")
                          : channels == 2 ? g_strdup ("stereo")
                                          : g_strdup_printf ("%d channels", channels);
  const int bits = format->work == SB_WORK_INT ? format->bits : format->work == SB_WORK_FLOAT ? 32 : 64;
  g_autofree char *line =
      g_strdup_printf ("A=PCM,F=%d,W=%d,M=%s,T=Sonobrush", sb_source_rate (render->source), bits, mode);
  sb_export_meta_add_history (meta, line);
}

/* NULL: nothing goes along. */
static SbExportMeta *
meta_for (const SbExportRender *render, const SbExportFormat *format, const SbExportSpec *spec)
{
  const int major = format->sf_format & SF_FORMAT_TYPEMASK;
  const bool broadcast =
      major == SF_FORMAT_WAV || major == SF_FORMAT_WAVEX || major == SF_FORMAT_RF64 || major == SF_FORMAT_W64;
  if (!render->is_file)
    return NULL;
  SbExportMeta *meta = sb_export_meta_read (render->source);
  if (spec->no_metadata)
    sb_export_meta_strip (meta);
  if (render->n_frames != sb_source_n_frames (render->source))
    sb_export_meta_cut (meta, render->first, render->n_frames);
  if (spec->history && broadcast)
    add_history (meta, render, format);
  return meta;
}

static void
tell_left_out (const SbExportMeta *meta, SbExportReport *report)
{
  g_autofree char *text = sb_export_meta_left_out_text (meta);
  g_strlcpy (report->left_out, text, sizeof report->left_out);
}

/* try_copy: the same file with changes; copied as it is when nothing is painted. */
static bool
write_target (SbExportRender *render, const SbExportFormat *format, const SbExportSpec *spec, SbExportTarget *target,
              bool try_copy, SbExportReport *report, SbProgress *progress, GError **error)
{
  report->in_place = false;
  if (try_copy) {
    const SbExportOutcome outcome = sb_export_copy (render, target, progress, error);
    report->in_place = outcome == SB_EXPORT_DONE;
    if (outcome != SB_EXPORT_DOUBT)
      return report->in_place;
  }
  g_autoptr (SbExportMeta) meta = meta_for (render, format, spec);
  const bool ok = sb_export_shell_knows (format) ? sb_export_write (render, format, meta, target, progress, error)
                                                 : sb_export_encode (render, format, meta, target, progress, error);
  if (meta && !spec->no_metadata)
    tell_left_out (meta, report);
  return ok;
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

/* path: the result's while it is not yet in its place: a failure leaves the old target. */
static bool
hash_both (SbSource *source, const char *path, SbExportReport *report, SbProgress *progress, GError **error)
{
  if (sb_is_file_source (source)) {
    g_autofree char *own = sb_file_source_own_path (source);
    if (!hash_file (own, report->source_sha256, progress, error))
      return false;
  }
  return hash_file (path, report->result_sha256, progress, error);
}

bool
sb_export_hash_files (SbSource *original, const char *path, SbExportReport *report, SbProgress *progress,
                      GError **error)
{
  return hash_both (original, path, report, progress, error);
}

static bool
export_to (SbExportRender *render, const SbExportFormat *format, const SbExportSpec *spec, bool try_copy,
           SbExportReport *report, SbProgress *progress, GError **error)
{
  SbExportTarget target = {.fd = -1};
  SbExportReport unasked, *told = report ? report : &unasked;
  memset (told, 0, sizeof *told);
  const SbSource *recording = render->is_file ? render->source : NULL;
  bool ok = sb_export_render_prepare (render, error) &&
            sb_export_target_open (&target, spec->path, recording, error) &&
            write_target (render, format, spec, &target, try_copy, told, progress, error) &&
            (!spec->hash || hash_both (render->source, target.temp, told, progress, error)) &&
            (!recording || sb_file_source_check_unchanged (recording, error)) && /* nor while it was read */
            !sb_progress_check (progress, error) && sb_export_target_commit (&target, error);
  if (ok)
    fill_report (told, render, format);
  if (ok)
    sb_progress_set (progress, 1);
  sb_export_target_abort (&target);
  sb_export_render_clear (render);
  return ok;
}

static bool
check_unchanged (SbSource *original, const SbExportSpec *spec, SbProgress *progress, GError **error)
{
  if (!sb_file_source_check_unchanged (original, error))
    return false;
  if (!spec->source_sha256 || !sb_file_source_is_touched (original))
    return true;
  g_autofree char *own = sb_file_source_own_path (original), *now = sb_sha256_file (own, progress, error);
  if (now && g_str_equal (now, spec->source_sha256))
    return true;
  if (now)
    sb_file_source_set_changed (original, error);
  else if (error && !*error)
    sb_progress_check (progress, error);
  return false;
}

/* The part that is asked for lies in the recording. */
static bool
choose_part (SbSource *original, const SbExportSpec *spec, int64_t *n_frames, GError **error)
{
  const int64_t all = sb_source_n_frames (original);
  *n_frames = spec->n_frames > 0 ? spec->n_frames : all - spec->first;
  if (spec->first >= 0 && spec->first < all && *n_frames <= all - spec->first)
    return true;
  g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
               "The part to export does not lie in the recording, which is %.3f s long. Choose another part.",
               sb_source_duration_s (original));
  return false;
}

typedef struct {
  bool is_file, painted;
  SbSampleType type; /* of the recording */
  int64_t n_frames;
  SbExportFormat format;
  bool try_copy;
  const char *doubt; /* why not, where it could have been */
} Plan;

/* All that can be refused before anything is written. */
static bool
make_plan (SbSource *original, SbResynth *resynth, const SbExportSpec *spec, Plan *plan, SbProgress *progress,
           GError **error)
{
  *plan = (Plan){.is_file = sb_is_file_source (original), .painted = is_painted (original, resynth)};
  plan->type = plan->is_file ? sb_file_source_sample_type (original) : SB_SAMPLE_FLOAT;
  if (plan->is_file && !check_unchanged (original, spec, progress, error))
    return false;
  if (!choose_part (original, spec, &plan->n_frames, error) ||
      !sb_export_target_check (spec->path, plan->is_file ? original : NULL, error))
    return false;
  const SbExportShape shape = {
      .rate = sb_source_rate (original),
      .channels = sb_source_channels (original),
      .n_frames = plan->n_frames,
      .type = spec->removed ? SB_SAMPLE_OTHER : plan->type,
      .sf_format = plan->is_file ? sb_file_source_sf_format (original) : 0,
  };
  SbExportShape copied = shape;
  copied.type = plan->type;
  const bool as_it_is = plan->is_file && !spec->removed && plan->n_frames == sb_source_n_frames (original) &&
                        !spec->no_metadata && !spec->history;
  /* Nothing to change in a file of this kind: whatever it is, it is copied, though we could not write such a one. */
  const bool whole =
      as_it_is && !plan->painted && !spec->subtype && sb_export_format_copies (spec->path, &copied, &plan->format);
  if (!whole && !sb_export_format_choose (spec->path, spec->subtype, &shape, &plan->format, error))
    return false;
  plan->try_copy = whole || (as_it_is && plan->format.same_container && plan->format.same_type);
  if (!plan->try_copy || !sb_file_source_note (original))
    return true;
  plan->try_copy = false;
  plan->doubt = "its header was never finished"; /* a copy's would be neither */
  return !whole || sb_export_format_choose (spec->path, spec->subtype, &shape, &plan->format, error);
}

bool
sb_export_check (SbSource *original, SbResynth *resynth, const SbExportSpec *spec, GError **error)
{
  Plan plan;
  return make_plan (original, resynth, spec, &plan, NULL, error);
}

bool
sb_export (SbSource *original, SbResynth *resynth, const SbExportSpec *spec, SbExportReport *report,
           SbProgress *progress, GError **error)
{
  Plan plan;
  if (!make_plan (original, resynth, spec, &plan, progress, error))
    return false;
  g_autoptr (SbSource) removed = plan.painted ? sb_removed_source_new (resynth) : NULL;
  SbExportRender render = {
      .source = original,
      .is_file = plan.is_file,
      .type = plan.type,
      .resynth = plan.painted ? resynth : NULL,
      .removed = removed,
      .only_removed = spec->removed,
      .dither = spec->dither,
      .work = plan.format.work,
      .bits = plan.format.bits,
      .first = spec->first,
      .n_frames = plan.n_frames,
      .doubt = plan.doubt,
  };
  return export_to (&render, &plan.format, spec, plan.try_copy, report, progress, error);
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
      .n_frames = shape.n_frames,
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
