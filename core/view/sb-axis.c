/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ticks at round numbers, as many as have room.  Time and dB step evenly; a
 * frequency axis that is not linear takes 1, 5, 2, 3, 7, 1.5 times a power of
 * ten, the rounder first, each where its label has room.  Pure.  Thread: any. */
#include "view/sb-axis.h"
#include <math.h>
#include <stdio.h>

#define MAX_TICKS 2000
#define MINOR_GAP_PX 5.0

static GArray *
new_ticks (void)
{
  return g_array_new (FALSE, TRUE, sizeof (SbTick));
}

static void
add (GArray *ticks, double pos_px, bool major, const char *label)
{
  SbTick tick = {.pos_px = pos_px, .major = major};
  g_strlcpy (tick.label, label, sizeof tick.label);
  g_array_append_val (ticks, tick);
}

static int
by_place (const void *a, const void *b)
{
  double x = ((const SbTick *) a)->pos_px, y = ((const SbTick *) b)->pos_px;
  return (x > y) - (x < y);
}

/* The smallest of 1, 2, 5 · 10^k that is at least `value`. */
static double
round_step (double value)
{
  double power = pow (10.0, floor (log10 (value)));
  static const double steps[] = {1, 2, 5, 10};
  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i] * power >= value * (1 - 1e-9))
      return steps[i] * power;
  return 10 * power;
}

/* How many minor ticks cut a step of this first digit. */
static int
parts_of (double step)
{
  double digit = step / pow (10.0, floor (log10 (step) + 1e-9));
  return digit > 1.5 && digit < 2.5 ? 4 : 5;
}

static int
decimals_of (double step)
{
  return step >= 1 - 1e-9 ? 0 : (int) CLAMP (ceil (-log10 (step) - 1e-9), 1, 9);
}

/* ---- time ---- */

static double
time_step (double value, int *parts)
{
  static const struct {
    double s;
    int parts;
  } steps[] = {{1, 5},   {2, 4},    {5, 5},    {10, 5},   {15, 3},   {30, 6},    {60, 6},    {120, 4},  {300, 5},
               {600, 5}, {900, 3}, {1800, 6}, {3600, 6}, {7200, 4}, {10800, 6}, {21600, 6}, {43200, 6}, {86400, 6}};
  if (value <= 1.0) {
    double step = round_step (value);
    *parts = parts_of (step);
    return step;
  }
  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i].s >= value * (1 - 1e-9)) {
      *parts = steps[i].parts;
      return steps[i].s;
    }
  *parts = 5;
  return 86400.0 * round_step (value / 86400.0);
}

/* 0:05.5, 2:05, 1:02:05 */
static void
time_label (double s, int decimals, char *out, size_t size)
{
  int64_t unit = 1;
  for (int i = 0; i < decimals; i++)
    unit *= 10;
  int64_t total = llrint (fmin (fabs (s) * (double) unit, 9e18));
  int64_t seconds = total / unit;
  g_autofree char *hours =
    seconds < 3600 ? g_strdup_printf ("%d", (int) (seconds / 60))
                   : g_strdup_printf ("%" G_GINT64_FORMAT ":%02d", seconds / 3600, (int) (seconds / 60 % 60));
  g_autofree char *part =
      decimals > 0 ? g_strdup_printf (".%0*" G_GINT64_FORMAT, decimals, total % unit) : g_strdup ("");
  g_autofree char *label =
    g_strdup_printf ("%s%s:%02d%s", s < 0 && total > 0 ? "−" : "", hours, (int) (seconds % 60), part);
  g_strlcpy (out, label, size);
}

GArray *
sb_axis_time (const SbViewport *view, double min_gap_px)
{
  GArray *ticks = new_ticks ();
  double px_per_s = view->width_px / (view->to_s - view->from_s);
  int parts;
  double step = time_step (fmax (min_gap_px, 1.0) / px_per_s, &parts);
  if (step / parts * px_per_s < MINOR_GAP_PX)
    parts = 1;
  double minor = step / parts;
  int64_t first = (int64_t) ceil (view->from_s / minor - 1e-6), last = (int64_t) floor (view->to_s / minor + 1e-6);
  for (int64_t i = first; i <= last && i - first < MAX_TICKS; i++) {
    bool major = i % parts == 0;
    double s = major ? (double) (i / parts) * step : (double) i * minor;
    char label[24] = "";
    if (major)
      time_label (s, decimals_of (step), label, sizeof label);
    add (ticks, sb_viewport_x (view, s), major, label);
  }
  return ticks;
}

/* ---- frequency ---- */

static void
hz_label (double hz, char *out, size_t size)
{
  bool kilo = fabs (hz) >= 1000;
  g_autofree char *number = g_strdup_printf ("%.7g", fabs (kilo ? hz / 1000 : hz));
  g_autofree char *label = g_strdup_printf ("%s%s%s", hz < 0 ? "−" : "", number, kilo ? "k" : "");
  g_strlcpy (out, label, size);
}

static bool
has_room (const GArray *ticks, double pos_px, double gap_px, bool majors_only)
{
  for (guint i = 0; i < ticks->len; i++) {
    const SbTick *tick = &g_array_index (ticks, SbTick, i);
    if ((tick->major || !majors_only) && fabs (tick->pos_px - pos_px) < gap_px)
      return false;
  }
  return true;
}

static bool
inside (const SbViewport *view, double y)
{
  return y >= -0.01 && y <= view->height_px + 0.01;
}

/* Even steps: right for a linear axis and for a narrow band of any. */
static GArray *
hz_even (const SbViewport *view, double min_gap_px)
{
  GArray *ticks = new_ticks ();
  /* where a hertz is smallest: at the top, on all scales */
  double top_hz = fmax (view->high_hz - (view->high_hz - view->low_hz) * 0.05, view->low_hz);
  double px_per_hz =
      fabs (sb_viewport_y (view, top_hz) - sb_viewport_y (view, view->high_hz)) / (view->high_hz - top_hz);
  double step = round_step (fmax (min_gap_px, 1.0) / px_per_hz);
  int parts = parts_of (step);
  if (step / parts * px_per_hz < MINOR_GAP_PX)
    parts = 1;
  double minor = step / parts;
  int64_t first = (int64_t) ceil (view->low_hz / minor - 1e-6), last = (int64_t) floor (view->high_hz / minor + 1e-6);
  for (int64_t i = first; i <= last && i - first < MAX_TICKS; i++) {
    bool major = i % parts == 0;
    double hz = major ? (double) (i / parts) * step : (double) i * minor, y = sb_viewport_y (view, hz);
    char label[24] = "";
    if (!inside (view, y))
      continue;
    if (major)
      hz_label (hz, label, sizeof label);
    add (ticks, y, major, label);
  }
  return ticks;
}

static GArray *
hz_by_decades (const SbViewport *view, double min_gap_px)
{
  static const double digits[] = {1, 5, 2, 3, 7, 1.5};
  GArray *ticks = new_ticks ();
  double low = fmax (view->low_hz, view->high_hz * 1e-6);
  if (view->low_hz <= 0 && view->scale != SB_SCALE_LOG) /* zero has a place there, and 10 Hz would crowd it */
    add (ticks, sb_viewport_y (view, 0), true, "0");
  int first = (int) floor (log10 (low)), last = (int) floor (log10 (view->high_hz));
  for (size_t d = 0; d < G_N_ELEMENTS (digits); d++)
    for (int power = last; power >= first; power--) {
      double hz = digits[d] * pow (10, power), y = sb_viewport_y (view, hz);
      char label[24];
      hz_label (hz, label, sizeof label);
      if (inside (view, y) && has_room (ticks, y, min_gap_px, true))
        add (ticks, y, true, label);
    }
  for (int power = first; power <= last; power++)
    for (int digit = 1; digit < 10; digit++) {
      double y = sb_viewport_y (view, digit * pow (10, power));
      if (inside (view, y) && has_room (ticks, y, MINOR_GAP_PX, false))
        add (ticks, y, false, "");
    }
  g_array_sort (ticks, by_place);
  return ticks;
}

static int
n_major (const GArray *ticks)
{
  int n = 0;
  for (guint i = 0; i < ticks->len; i++)
    n += g_array_index (ticks, SbTick, i).major;
  return n;
}

GArray *
sb_axis_hz (const SbViewport *view, double min_gap_px)
{
  GArray *even = hz_even (view, min_gap_px);
  if (view->scale == SB_SCALE_LINEAR)
    return even;
  GArray *decades = hz_by_decades (view, min_gap_px);
  bool decades_win = n_major (decades) >= n_major (even);
  g_array_unref (decades_win ? even : decades);
  return decades_win ? decades : even;
}

/* ---- level ---- */

GArray *
sb_axis_db (double low_db, double high_db, int height_px, double min_gap_px)
{
  GArray *ticks = new_ticks ();
  if (!(high_db > low_db) || height_px < 1)
    return ticks;
  double px_per_db = height_px / (high_db - low_db);
  double step = round_step (fmax (min_gap_px, 1.0) / px_per_db);
  int parts = parts_of (step);
  if (step / parts * px_per_db < MINOR_GAP_PX)
    parts = 1;
  double minor = step / parts;
  int64_t first = (int64_t) ceil (low_db / minor - 1e-6), last = (int64_t) floor (high_db / minor + 1e-6);
  for (int64_t i = last; i >= first && last - i < MAX_TICKS; i--) {
    bool major = i % parts == 0;
    double db = major ? (double) (i / parts) * step : (double) i * minor;
    char label[24] = "";
    if (major)
      snprintf (label, sizeof label, "%s%.*f", db < -1e-9 ? "−" : "", decimals_of (step), fabs (db));
    add (ticks, (high_db - db) * px_per_db, major, label);
  }
  return ticks;
}
