/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"
#include "base/sb-units.h"
#include "document/sb-document.h"
#include "document/sb-project.h"
#include "edit/sb-edited.h"
#include "view/sb-picture.h"

#include <math.h>
#include <string.h>

#define MAX_SIZE_PX 32767 /* what Cairo's images can be */

typedef struct {
  SbSource *original;
  SbSource *shown; /* the view asked for */
  SbGrid grid;
  char *title;
  SbProject *project; /* NULL: of a plain recording */
  char *path;         /* of the project's recording, as found */
} Subject;

static void
clear_subject (Subject *subject)
{
  sb_source_unref (subject->original);
  sb_source_unref (subject->shown);
  g_free (subject->title);
  sb_project_free (subject->project);
  g_free (subject->path);
}

static bool
check_output (const CliArgs *args, const char *recording, GError **error)
{
  const char *output = cli_value (args, "output"), *inputs[] = {args->operand, recording};
  return cli_check_outputs (&output, 1, inputs, 2, error);
}

static bool
show_painted (Subject *subject, SbOperation *const *ops, int n_ops, SbView view, GError **error)
{
  SbSource *original = subject->original;
  g_autoptr (SbMask) mask = sb_mask_new (&subject->grid, sb_source_rate (original), sb_source_n_frames (original),
                                         sb_source_channels (original), ops, n_ops, NULL, error);
  g_autoptr (SbResynth) resynth = mask ? sb_resynth_new (original, mask, NULL, error) : NULL;
  if (!resynth)
    return false;
  subject->shown = view == SB_VIEW_ORIGINAL ? sb_source_ref (original)
                   : view == SB_VIEW_RESULT ? sb_edited_source_new (resynth)
                                            : sb_removed_source_new (resynth);
  return true;
}

static bool
open_project (const CliArgs *args, SbView view, Subject *subject, GError **error)
{
  g_autoptr (SbProject) project = sb_project_load (args->operand, error);
  if (!project || !check_output (args, project->source_path, error))
    return false;
  g_autofree char *path = cli_project_source (args, project, NULL, error);
  if (!path || !check_output (args, path, error))
    return false;
  subject->original = sb_file_source_new (path, args->progress, error);
  if (!subject->original)
    return false;
  cli_leave_out_outside (project, subject->original);
  subject->grid = project->grid;
  subject->title = g_filename_display_basename (path);
  if (!show_painted (subject, (SbOperation *const *)project->ops->pdata, (int)project->ops->len, view, error))
    return false;
  subject->project = g_steal_pointer (&project);
  subject->path = g_steal_pointer (&path);
  return true;
}

/* Nothing is painted on a plain recording: its result is itself, its removed part silence. */
static bool
open_recording (const CliArgs *args, SbView view, Subject *subject, GError **error)
{
  subject->original = sb_file_source_new (args->operand, args->progress, error);
  if (!subject->original || !check_output (args, NULL, error))
    return false;
  subject->grid = sb_grid_default (sb_source_rate (subject->original));
  subject->title = g_filename_display_basename (args->operand);
  if (view != SB_VIEW_REMOVED) {
    subject->shown = sb_source_ref (subject->original);
    return true;
  }
  SbOperation *none = NULL;
  return show_painted (subject, &none, 0, view, error);
}

/* ---- options ---- */

typedef bool (*ParseFunc) (const char *text, double *value);

static bool
take_number (const CliArgs *args, const char *name, ParseFunc parse, double *value, GError **error)
{
  const char *text = cli_value (args, name);
  if (!text || cli_parse_double (text, value) || (g_utf8_validate (text, -1, NULL) && parse (text, value)))
    return true;
  g_autofree char *shown = g_filename_display_name (text);
  cli_usage_error (error, "--%s wants a number, not “%s”", name, shown);
  return false;
}

static bool
take_size (const CliArgs *args, SbViewport *view, GError **error)
{
  const char *text = cli_value (args, "size");
  if (!text)
    return true;
  g_auto (GStrv) parts = g_strsplit (text, "x", 3);
  gint64 w, h;
  if (g_strv_length (parts) != 2 || !g_ascii_string_to_signed (parts[0], 10, G_MININT32, G_MAXINT32, &w, NULL) ||
      !g_ascii_string_to_signed (parts[1], 10, G_MININT32, G_MAXINT32, &h, NULL))
    return cli_bad_value (args, "size", "a width and a height like 1600x900", error);
  if (w < 1 || h < 1 || w > MAX_SIZE_PX || h > MAX_SIZE_PX) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "A picture of %d × %d pixels cannot be made; 1 … %d each can.",
                 (int)w, (int)h, MAX_SIZE_PX);
    return false;
  }
  view->width_px = (int)w;
  view->height_px = (int)h;
  return true;
}

static bool
take_words (const CliArgs *args, SbPictureSpec *spec, GError **error)
{
  const char *scale = cli_value (args, "scale"), *map = cli_value (args, "map"), *axes = cli_value (args, "axes");
  if (scale && !sb_scale_from_name (scale, &spec->view.scale))
    return cli_bad_value (args, "scale", "linear, log, mel or bark", error);
  if (map && !sb_colormap_from_name (map, &spec->map))
    return cli_bad_value (args, "map", "magma, viridis, inferno, cividis, grey or inverted", error);
  if (axes && strcmp (axes, "on") != 0 && strcmp (axes, "off") != 0)
    return cli_bad_value (args, "axes", "on or off", error);
  if (axes)
    spec->axes = strcmp (axes, "on") == 0;
  return true;
}

/* --stat, --channel, --reassigned */
static bool
take_look (const CliArgs *args, int channels, SbPictureSpec *spec, GError **error)
{
  const char *stat = cli_value (args, "stat"), *channel = cli_value (args, "channel");
  const char *reassigned = cli_value (args, "reassigned");
  gint64 number;
  if (stat && strcmp (stat, "peak") != 0 && strcmp (stat, "average") != 0)
    return cli_bad_value (args, "stat", "peak or average", error);
  spec->statistic = stat && strcmp (stat, "average") == 0 ? SB_STATISTIC_AVERAGE : SB_STATISTIC_PEAK;
  if (reassigned && strcmp (reassigned, "on") != 0 && strcmp (reassigned, "off") != 0)
    return cli_bad_value (args, "reassigned", "on or off", error);
  spec->reassigned = reassigned && strcmp (reassigned, "on") == 0;
  if (!channel || strcmp (channel, "all") == 0)
    return true;
  if (strcmp (channel, "mid") == 0) {
    spec->channels = SB_CHANNELS_MID;
    return true;
  }
  if (!g_ascii_string_to_signed (channel, 10, G_MININT32, G_MAXINT32, &number, NULL))
    return cli_bad_value (args, "channel", "a number from 1 up, all or mid", error);
  if (number < 1 || number > channels) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "There is no channel %d: the recording has %d, counted from 1.",
                 (int)number, channels);
    return false;
  }
  spec->channels = SB_CHANNELS_ONE;
  spec->channel = (int)number - 1;
  return true;
}

static bool
bad_span (GError **error, const char *what, double from, double to, const char *unit)
{
  g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
               "There is nothing to show: the %s from %g to %g %s is empty or outside the recording.", what, from, to,
               unit);
  return false;
}

static bool
take_spec (const CliArgs *args, const Subject *subject, SbPictureSpec *spec, GError **error)
{
  SbViewport *view = &spec->view;
  double duration_s = sb_source_duration_s (subject->original), nyquist_hz = sb_source_rate (subject->original) / 2.0;
  if (!take_number (args, "from", sb_parse_time, &view->from_s, error) ||
      !take_number (args, "to", sb_parse_time, &view->to_s, error) ||
      !take_number (args, "low", sb_parse_hz, &view->low_hz, error) ||
      !take_number (args, "high", sb_parse_hz, &view->high_hz, error) ||
      !cli_double_pair (args, "db", &spec->low_db, &spec->high_db, error) || !take_size (args, view, error) ||
      !take_words (args, spec, error) || !take_look (args, sb_source_channels (subject->original), spec, error))
    return false;
  if (!isfinite (view->from_s) || !isfinite (view->to_s) || view->from_s < 0 || view->from_s >= duration_s ||
      view->to_s <= view->from_s)
    return bad_span (error, "time", view->from_s, view->to_s, "s");
  if (!isfinite (view->low_hz) || !isfinite (view->high_hz) || view->low_hz < 0 || view->low_hz >= nyquist_hz ||
      view->high_hz <= view->low_hz)
    return bad_span (error, "band", view->low_hz, view->high_hz, "Hz");
  if (cli_value (args, "db") &&
      (!isfinite (spec->low_db) || !isfinite (spec->high_db) || spec->low_db >= spec->high_db)) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "The levels %g:%g dB are no range; the lower comes first.",
                 spec->low_db, spec->high_db);
    return false;
  }
  spec->title = subject->title;
  return true;
}

static bool
run_render (CliArgs *args, GError **error)
{
  const char *output = cli_required (args, "output", error), *name = cli_value (args, "view");
  SbView view = SB_VIEW_RESULT;
  if (!output ||
      (name && !sb_view_from_name (name, &view) && !cli_bad_value (args, "view", "original, result or removed", error)))
    return false;
  Subject subject = {0};
  SbPictureSpec spec;
  bool project = sb_is_project_file (args->operand);
  bool ok = (project ? open_project : open_recording) (args, view, &subject, error);
  if (ok) {
    sb_picture_spec_init (&spec, subject.original);
    SbOpsFile own = {.grid = subject.grid, .has_n_fft = project, .has_hop = project, .has_window = project};
    double rate_hz = sb_source_rate (subject.original);
    ok = cli_grid (args, rate_hz, &own, &subject.grid, error) && take_spec (args, &subject, &spec, error);
    if (ok && sb_rate_is_ultrasonic (rate_hz) && !cli_value (args, "n-fft") && !cli_value (args, "hop")) {
      subject.grid.n_fft = sb_spectrogram_usual_n_fft (&spec.view, rate_hz);
      subject.grid.hop = subject.grid.n_fft / 4;
    }
  }
  if (ok) {
    g_autoptr (SbPool) pool = sb_pool_new (0);
    ok = sb_picture_save (subject.shown, &subject.grid, pool, &spec, output, args->progress, error);
    if (ok && subject.project)
      cli_tell_found (subject.project, subject.path);
  }
  clear_subject (&subject);
  return ok;
}

static const CliOption options[] = {
    {"output", "PIC", "the picture: .png, .svg or .pdf"},
    {"from", "S", "first second shown (default: the beginning)"},
    {"to", "S", "last second shown (default: the end)"},
    {"low", "HZ", "lowest frequency shown"},
    {"high", "HZ", "highest frequency shown"},
    {"size", "WxH", "pixels of the whole picture (default: 1600x900)"},
    {"scale", "NAME", "linear, log, mel or bark (default: mel; linear above 192 kHz)"},
    {"map", "NAME", "magma (default), viridis, inferno, cividis, grey or inverted"},
    {"db", "LOW:HIGH", "levels from the first to the last colour (default: automatic)"},
    {"axes", "on|off", "rulers, colour bar and title (default: on)"},
    {"stat", "NAME", "where a pixel holds many cells: peak (default) or average"},
    {"channel", "N", "one channel, counted from 1, or mid, or all (default; of more than 8 the first)"},
    {"reassigned", "on|off", "energy at its own place, for ridges and clicks (default: off)"},
    {"view", "NAME", "original, result (default) or removed"},
    {NULL, NULL, NULL},
};

const CliCommand cli_render_command = {
    .name = "render",
    .operands = "IN|PROJECT",
    .summary = "Draws the spectrogram of a recording or of a project",
    .details = "Times may be written 62.5 or 1:02.5, frequencies 1200 or 1.2k.",
    .examples = "  sonobrush-cli render take.wav -o take.png\n"
                "  sonobrush-cli render take.wav -o call.svg --from 3 --to 4.5 --low 2k --high 12k --db -90:-20\n"
                "  sonobrush-cli render take.sonobrush -o removed.pdf --view removed",
    .options = options,
    .takes_grid = true,
    .run = run_render,
};
