/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lengths, widths and counts run over decades, so their sliders are logarithmic
 * and stop at numbers of two digits. */
#include "ui/sb-option-kinds.h"
#include "base/sb-units.h"

#include <math.h>

static double
log_place (double value, double low, double high)
{
  return CLAMP (log (value / low) / log (high / low), 0, 1);
}

static double
duration_to (double s)
{
  return log_place (s, .001, 5);
}

static double
duration_from (double place)
{
  double s = .001 * pow (5000, place);
  double unit = pow (10, floor (log10 (s)) - 1); /* two digits are enough */
  return round (s / unit) * unit;
}

static double
bandwidth_to (double hz)
{
  return log_place (hz, 10, 50000);
}

static double
bandwidth_from (double place)
{
  double hz = 10 * pow (5000, place);
  double unit = pow (10, floor (log10 (hz)) - 1);
  return round (hz / unit) * unit;
}

static char *
bandwidth_text (double hz)
{
  return hz < 10 ? sb_format_hz (hz, 2) : hz < 100 ? sb_format_hz (hz, hz == round (hz) ? 0 : 1) : sb_format_hz (hz, 0);
}

static double
strength_to (double db)
{
  return CLAMP (-db / SB_DEEPEST_DB, 0, 1);
}

static double
strength_from (double place)
{
  return place >= 1 ? -INFINITY : -round (place * SB_DEEPEST_DB);
}

static char *
strength_text (double db)
{
  return sb_format_db (db, db == round (db) ? 0 : 1);
}

static double
same (double value)
{
  return value;
}

static char *
percent_text (double share)
{
  return g_strdup_printf ("%.0f %%", share * 100);
}

static double
count_to (double count)
{
  return log_place (MAX (count, 1), 1, 100);
}

static double
count_from (double place)
{
  return round (pow (100, place));
}

static char *
count_text (double count)
{
  return g_strdup_printf ("%.0f", count);
}

static bool
parse_count (const char *text, double *count)
{
  char *end;
  *count = g_strtod (text, &end);
  return end != text && *g_strchug (end) == 0 && *count >= 1 && *count <= 10000;
}

static char *
fundamental_text (double hz)
{
  return sb_format_hz (hz, hz < 100 ? 2 : hz < 1000 ? 1 : 0); /* as many as its entry shows */
}

const SbOptionKind sb_option_count = {"Harmonics", count_to, count_from, count_text, parse_count};
const SbOptionKind sb_option_fundamental = {"Lowest", bandwidth_to, bandwidth_from, fundamental_text, sb_parse_hz};
const SbOptionKind sb_option_duration = {"Duration", duration_to, duration_from, sb_format_duration, sb_parse_time};
const SbOptionKind sb_option_bandwidth = {"Bandwidth", bandwidth_to, bandwidth_from, bandwidth_text, sb_parse_hz};
const SbOptionKind sb_option_strength = {"Strength", strength_to, strength_from, strength_text, sb_parse_db};
const SbOptionKind sb_option_soft = {"Softness", same, same, percent_text, sb_parse_percent};
