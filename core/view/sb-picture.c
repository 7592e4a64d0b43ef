/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A spectrogram to print: white page, dark ink.
 *
 *            title
 *   Hz  ┌──────────────────┐ ▐ dB
 *       │     picture      │ ▐
 *       └──────────────────┘ ▐
 *              time
 *
 * Channels above one another are so many pictures with one time axis, each
 * named on its right.  Measures are for 1600×900 and grow with the square root of the area.
 * Thread: worker.  Blocks: disk, compute. */
#include "view/sb-picture.h"
#include "base/sb-whole-file.h"
#include "view/sb-axis.h"
#include "view/sb-canvas-private.h"
#include "view/sb-lanes.h"
#include "view/sb-spectrogram-private.h"
#include <math.h>
#include <string.h>

#define INK 0x1f1f1f
#define FAINT 0x5e5c64
#define KEPT_BYTES ((size_t) 48 << 20)
#define TILE_BYTES ((size_t) 64 << 20) /* its own: what the window looks at must not push out what is drawn */

typedef struct {
  double scale;          /* 1 at 1600×900 */
  double font_px;
  int x, y, width, height; /* the picture itself, or all of them */
  int bar_x, bar_width;
  SbLanes lanes;
} Layout;

void
sb_picture_spec_init (SbPictureSpec *spec, SbSource *source)
{
  *spec = (SbPictureSpec){
    .view = {.from_s = 0,
             .to_s = sb_source_duration_s (source),
             .low_hz = 0,
             .high_hz = sb_source_rate (source) / 2.0,
             .scale = sb_scale_usual (sb_source_rate (source)),
             .width_px = 1600,
             .height_px = 900},
    .map = SB_COLORMAP_MAGMA,
    .low_db = NAN,
    .high_db = NAN,
    .axes = true,
  };
}

static bool
check (const SbPictureSpec *spec, SbSource *source, GError **error)
{
  const SbViewport *view = &spec->view;
  if (view->width_px < 1 || view->height_px < 1 || view->width_px > SB_CANVAS_MAX_PX ||
      view->height_px > SB_CANVAS_MAX_PX) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "A picture of %d × %d pixels cannot be made: each side must be between 1 and %d pixels.",
                 view->width_px, view->height_px, SB_CANVAS_MAX_PX);
    return false;
  }
  if (!(isfinite (view->from_s) && isfinite (view->to_s) && view->to_s > view->from_s)) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "The picture must end later than it starts (%g s to %g s).",
                 view->from_s, view->to_s);
    return false;
  }
  if (!(isfinite (view->low_hz) && isfinite (view->high_hz) && view->high_hz > view->low_hz && view->low_hz >= 0)) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "The picture's highest frequency must be above its lowest, and neither below 0 Hz (%g Hz to %g Hz).",
                 view->low_hz, view->high_hz);
    return false;
  }
  double length_s = sb_source_duration_s (source);
  if (view->from_s >= length_s || view->to_s <= 0) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "There is nothing between %g s and %g s: the recording lasts %g s. Choose a span inside it.",
                 view->from_s, view->to_s, length_s);
    return false;
  }
  int channels = sb_source_channels (source);
  if (spec->lanes > 1 && (spec->lanes > SB_MOST_LANES || spec->channel < 0 || spec->lanes > channels - spec->channel)) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "The recording has no %d channels from channel %d on. Choose others.", spec->lanes, spec->channel + 1);
    return false;
  }
  if (!isnan (spec->low_db) && !isnan (spec->high_db) && !(spec->high_db > spec->low_db)) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "The level range must rise: %g dB to %g dB does not.", spec->low_db,
                 spec->high_db);
    return false;
  }
  return true;
}

static bool
lay_out (const SbPictureSpec *spec, Layout *layout, GError **error)
{
  int width = spec->view.width_px, height = spec->view.height_px;
  bool stacked = spec->lanes > 1;
  *layout = (Layout){.width = width, .height = height, .lanes = sb_lanes_single (height, -1)};
  if (!spec->axes) {
    if (stacked)
      layout->lanes = (SbLanes){spec->channel, spec->lanes, height, 1};
    return true;
  }
  double scale = CLAMP (sqrt ((double) width * height / (1600.0 * 900.0)), 0.55, 6.0);
  layout->scale = scale;
  layout->font_px = 17.0 * scale;
  layout->x = (int) (92 * scale);
  layout->y = (int) ((spec->title ? 58 : 22) * scale);
  layout->bar_width = (int) (20 * scale);
  int names = stacked ? (int) (46 * scale) : 0;
  layout->width = width - layout->x - (int) (122 * scale) - names;
  layout->height = height - layout->y - (int) (76 * scale);
  layout->bar_x = layout->x + layout->width + names + (int) (24 * scale);
  layout->lanes = sb_lanes_single (layout->height, -1);
  if (stacked)
    layout->lanes = (SbLanes){spec->channel, spec->lanes, layout->height, (int) ceil (12 * scale)};
  if (layout->width < 16 || layout->height < 16 * layout->lanes.n + layout->lanes.gap_px * (layout->lanes.n - 1)) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "%d × %d pixels leave no room for a picture inside its axes. Make it larger, or leave the axes out.",
                 width, height);
    return false;
  }
  return true;
}

static SbTextStyle
style_of (const Layout *layout, double align)
{
  return (SbTextStyle){.size_px = layout->font_px, .align = align, .rgb = INK};
}

static void
frame (SbCanvas *canvas, const Layout *layout, double x, double y, double width, double height)
{
  double ink = fmax (1.0, layout->scale), half = ink / 2;
  sb_canvas_line (canvas, x - ink, y - half, x + width + ink, y - half, ink, INK);
  sb_canvas_line (canvas, x - ink, y + height + half, x + width + ink, y + height + half, ink, INK);
  sb_canvas_line (canvas, x - half, y - ink, x - half, y + height + ink, ink, INK);
  sb_canvas_line (canvas, x + width + half, y - ink, x + width + half, y + height + ink, ink, INK);
}

/* Seconds read easier than minutes in a figure, as long as there are few. */
static void
draw_time (SbCanvas *canvas, const Layout *layout, const SbViewport *view)
{
  double ink = fmax (1.0, layout->scale), bottom = layout->y + layout->height + ink;
  bool seconds = view->to_s <= 120;
  SbTextStyle style = style_of (layout, 0.5);
  g_autoptr (GArray) ticks = sb_axis_time (view, layout->font_px * (view->to_s >= 3600 ? 6.5 : 5.5));
  for (guint i = 0; i < ticks->len; i++) {
    const SbTick *tick = &g_array_index (ticks, SbTick, i);
    double x = layout->x + tick->pos_px;
    sb_canvas_line (canvas, x, bottom, x, bottom + (tick->major ? 7 : 4) * layout->scale, ink, INK);
    if (!tick->major)
      continue;
    const char *point = strchr (tick->label, '.');
    char label[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *format = g_strdup_printf ("%%.%df", point ? (int) strlen (point + 1) : 0);
    double s = sb_viewport_time (view, tick->pos_px);
    g_ascii_formatd (label, sizeof label, format, fabs (s) < 1e-9 ? 0 : s);
    sb_canvas_text (canvas, seconds ? label : tick->label, x, bottom + 11 * layout->scale + layout->font_px, &style);
  }
  const char *name = seconds ? "Time (s)" : view->to_s < 3600 ? "Time (min:s)" : "Time (h:min:s)";
  sb_canvas_text (canvas, name, layout->x + layout->width / 2.0, bottom + 24 * layout->scale + 2 * layout->font_px,
                  &style);
}

static bool
in_kilohertz (const SbViewport *view)
{
  return view->scale == SB_SCALE_LINEAR && view->high_hz >= 2000;
}

/* top: of the lane, from the picture's. */
static void
draw_hz (SbCanvas *canvas, const Layout *layout, const SbViewport *view, int top)
{
  double ink = fmax (1.0, layout->scale), left = layout->x - ink;
  bool kilo = in_kilohertz (view);
  SbTextStyle style = style_of (layout, 1);
  g_autoptr (GArray) ticks = sb_axis_hz (view, layout->font_px * (view->scale == SB_SCALE_LINEAR ? 2.6 : 1.5));
  for (guint i = 0; i < ticks->len; i++) {
    const SbTick *tick = &g_array_index (ticks, SbTick, i);
    double y = layout->y + top + tick->pos_px;
    sb_canvas_line (canvas, left, y, left - (tick->major ? 7 : 4) * layout->scale, y, ink, INK);
    if (!tick->major)
      continue;
    double hz = sb_viewport_hz (view, tick->pos_px);
    char label[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd (label, sizeof label, "%.6g", fabs (hz) < 1e-9 * view->high_hz ? 0 : hz / 1000);
    sb_canvas_text (canvas, kilo ? label : tick->label, left - 11 * layout->scale, y + 0.36 * layout->font_px, &style);
  }
}

static void
name_hz (SbCanvas *canvas, const Layout *layout, const SbViewport *view)
{
  SbTextStyle name = style_of (layout, 0.5);
  name.upwards = true;
  sb_canvas_text (canvas, in_kilohertz (view) ? "Frequency (kHz)" : "Frequency (Hz)", 24 * layout->scale,
                  layout->y + layout->height / 2.0, &name);
}

static void
name_lane (SbCanvas *canvas, const Layout *layout, int lane, int channels)
{
  SbTextStyle style = style_of (layout, 0);
  char name[16];
  style.bold = true;
  sb_lanes_name (sb_lanes_channel (&layout->lanes, lane), channels, name, sizeof name);
  sb_canvas_text (canvas, name, layout->x + layout->width + 9 * layout->scale,
                  layout->y + sb_lanes_top (&layout->lanes, lane) + layout->font_px, &style);
}

static void
draw_levels (SbCanvas *canvas, const Layout *layout, const SbPictureSpec *spec)
{
  double ink = fmax (1.0, layout->scale), right = layout->bar_x + layout->bar_width + ink;
  const uint32_t *table = sb_colormap_table (spec->map);
  g_autofree uint32_t *bar = g_new (uint32_t, (gsize) layout->bar_width * (gsize) layout->height);
  for (int y = 0; y < layout->height; y++)
    for (int x = 0; x < layout->bar_width; x++)
      bar[y * layout->bar_width + x] = table[(int) lrint (255.0 * (1 - (y + 0.5) / layout->height))];
  sb_canvas_image (canvas, bar, layout->bar_width, layout->height, layout->bar_x, layout->y);
  frame (canvas, layout, layout->bar_x, layout->y, layout->bar_width, layout->height);

  SbTextStyle style = style_of (layout, 0);
  g_autoptr (GArray) ticks = sb_axis_db (spec->low_db, spec->high_db, layout->height, layout->font_px * 3.5);
  for (guint i = 0; i < ticks->len; i++) {
    const SbTick *tick = &g_array_index (ticks, SbTick, i);
    double y = layout->y + tick->pos_px;
    sb_canvas_line (canvas, right, y, right + (tick->major ? 7 : 4) * layout->scale, y, ink, INK);
    if (tick->major)
      sb_canvas_text (canvas, tick->label, right + 11 * layout->scale, y + 0.36 * layout->font_px, &style);
  }
  SbTextStyle name = style_of (layout, 0.5);
  name.upwards = true;
  sb_canvas_text (canvas, "Level (dBFS)", right + 66 * layout->scale, layout->y + layout->height / 2.0, &name);
}

static void
draw_title (SbCanvas *canvas, const Layout *layout, const char *title)
{
  SbTextStyle style = style_of (layout, 0.5);
  style.size_px *= 1.2;
  style.bold = true;
  g_autofree char *text = g_utf8_make_valid (title, -1);
  for (char *p = text; *p; p++)
    if ((unsigned char) *p < 0x20 || *p == 0x7f)
      *p = ' ';
  double room = layout->width;
  while (*text && sb_canvas_text_width (canvas, text, &style) > room) {
    glong n = g_utf8_strlen (text, -1);
    if (n < 2)
      break;
    g_autofree char *shorter = g_utf8_substring (text, 0, n - 2);
    g_free (text);
    text = g_strconcat (g_strchomp (shorter), "…", NULL);
  }
  sb_canvas_text (canvas, text, layout->x + layout->width / 2.0, layout->y - 20 * layout->scale, &style);
}

/* The range that is asked for, what is left open from the spectrogram. */
static void
choose_range (SbPictureSpec *spec, SbSpectrogram *spectrogram)
{
  double low_db, high_db, asked_low = spec->low_db, asked_high = spec->high_db;
  if (!isnan (asked_low) && !isnan (asked_high))
    return;
  sb_spectrogram_auto_range (spectrogram, &low_db, &high_db);
  spec->high_db = isnan (asked_high) ? high_db : asked_high;
  spec->low_db = isnan (asked_low) ? low_db : asked_low;
  if (spec->high_db <= spec->low_db && isnan (asked_low)) /* the end that was asked for stays */
    spec->low_db = spec->high_db - 70;
  else if (spec->high_db <= spec->low_db)
    spec->high_db = spec->low_db + 70;
}

typedef struct {
  SbSource *source;
  const SbGrid *grid;
  SbPool *pool;
  SbPictureSpec *spec;
  const Layout *layout;
  SbProgress *progress;
} Composer;

/* One lane into its rows of argb; the first lane chooses what range was left open. */
static bool
compose_lane (const Composer *c, int lane, uint32_t *argb, GError **error)
{
  const Layout *layout = c->layout;
  bool stacked = layout->lanes.n > 1;
  SbSpectrogramLook look = {.grid = *c->grid,
                            .reassigned = c->spec->reassigned,
                            .channels = stacked ? SB_CHANNELS_ONE : c->spec->channels,
                            .channel = stacked ? sb_lanes_channel (&layout->lanes, lane) : c->spec->channel};
  SbBudget budget = {KEPT_BYTES, sb_tile_budget_new (TILE_BYTES)};
  g_autoptr (SbSpectrogram) spectrogram = sb_spectrogram_new_sized (c->source, &look, c->pool, NULL, &budget, error);
  sb_tile_budget_unref (budget.tiles);
  if (!spectrogram)
    return false;
  uint32_t lut[256];
  SbViewport view = c->spec->view;
  view.width_px = layout->width;
  view.height_px = sb_lanes_height (&layout->lanes, lane);
  sb_spectrogram_set_statistic (spectrogram, c->spec->statistic);
  choose_range (c->spec, spectrogram);
  sb_colormap_lut (c->spec->map, c->spec->low_db, c->spec->high_db, lut);
  return sb_spectrogram_compose_exact (spectrogram, &view, lut,
                                       argb + (gsize) sb_lanes_top (&layout->lanes, lane) * (gsize) layout->width,
                                       layout->width, c->progress, error);
}

static void
draw_axes (SbCanvas *canvas, const Layout *layout, const SbPictureSpec *spec, int channels)
{
  SbViewport view = spec->view;
  view.width_px = layout->width;
  for (int lane = 0; lane < layout->lanes.n; lane++) {
    int top = sb_lanes_top (&layout->lanes, lane);
    view.height_px = sb_lanes_height (&layout->lanes, lane);
    frame (canvas, layout, layout->x, layout->y + top, layout->width, view.height_px);
    draw_hz (canvas, layout, &view, top);
    if (layout->lanes.n > 1)
      name_lane (canvas, layout, lane, channels);
  }
  draw_time (canvas, layout, &view);
  name_hz (canvas, layout, &view);
  draw_levels (canvas, layout, spec);
  if (spec->title)
    draw_title (canvas, layout, spec->title);
}

bool
sb_picture_save (SbSource *source, const SbGrid *grid, SbPool *pool, const SbPictureSpec *asked, const char *path,
                 SbProgress *progress, GError **error)
{
  SbPictureSpec spec = *asked;
  Layout layout;
  SbCanvasKind kind;
  if (!sb_canvas_kind_from_path (path, &kind, error) || !check (&spec, source, error) ||
      !lay_out (&spec, &layout, error))
    return false;
  gsize n_px = (gsize) layout.width * (gsize) layout.height;
  g_autofree uint32_t *argb = g_try_malloc_n (n_px, sizeof *argb);
  if (!argb) {
    g_set_error (error, SB_ERROR, SB_ERROR_MEMORY,
                 "There is not enough memory for a picture of %d × %d pixels. Make it smaller.", layout.width,
                 layout.height);
    return false;
  }
  for (gsize i = 0; i < n_px; i++) /* between lanes: a line, or the page beside frames */
    argb[i] = spec.axes ? 0xffffff : FAINT;
  Composer composer = {source, grid, pool, &spec, &layout, progress};
  for (int lane = 0; lane < layout.lanes.n; lane++)
    if (!compose_lane (&composer, lane, argb, error))
      return false;

  g_autoptr (SbCanvas) canvas = sb_canvas_new (kind, spec.view.width_px, spec.view.height_px, error);
  if (!canvas)
    return false;
  sb_canvas_image (canvas, argb, layout.width, layout.height, layout.x, layout.y);
  if (spec.axes)
    draw_axes (canvas, &layout, &spec, sb_source_channels (source));
  g_autoptr (GByteArray) bytes = sb_canvas_finish (canvas, error);
  return bytes && !sb_progress_check (progress, error) &&
         sb_whole_file_save (path, bytes->data, bytes->len, error);
}
