/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers as people write and read them.  Everything shown is rounded first
 * and split into fields afterwards, so that 59.9996 s never reads "0:60.000".
 * Locale-independent both ways.  Thread: any. */
#include "base/sb-units.h"

#include <math.h>
#include <string.h>

#define MINUS   "\u2212"
#define THIN    "\u2009"
#define EN_DASH "\u2013"

double
sb_db_to_gain (double db)
{
  return isinf (db) && db < 0 ? 0 : pow (10, db / 20);
}

double
sb_gain_to_db (double gain)
{
  return gain > 0 ? 20 * log10 (gain) : -INFINITY;
}

/* Shortest text with at most `decimals`: "1.50" → "1.5", "2.0" → "2". */
static char *
trimmed (double value, int decimals)
{
  char *text = g_strdup_printf ("%.*f", decimals, value);
  if (strchr (text, '.') || strchr (text, ',')) {
    size_t n = strlen (text);
    while (n && text[n - 1] == '0')
      text[--n] = '\0';
    if (n && (text[n - 1] == '.' || text[n - 1] == ','))
      text[--n] = '\0';
  }
  return g_strdelimit (text, ",", '.');
}

/* Fixed decimals, thousands apart, true minus. */
static char *
grouped (double value, int decimals)
{
  g_autofree char *plain = g_strdup_printf ("%.*f", decimals, fabs (value));
  g_strdelimit (plain, ",", '.');
  size_t n_int = strcspn (plain, ".");
  GString *text = g_string_new (NULL);
  if (value < 0 && strspn (plain, "0.") < strlen (plain))
    g_string_append (text, MINUS);
  for (size_t i = 0; i < n_int; i++) {
    if (i && (n_int - i) % 3 == 0)
      g_string_append (text, THIN);
    g_string_append_c (text, plain[i]);
  }
  g_string_append (text, plain + n_int);
  return g_string_free (text, FALSE);
}

typedef struct {
  bool negative;
  int64_t hours;
  int minutes;
  double seconds; /* already rounded */
} Clock;

static Clock
clock_split (double s, int decimals)
{
  double unit = pow (10, decimals);
  double rounded = round (fabs (s) * unit) / unit;
  double whole = floor (rounded / 60);
  Clock clock = {.negative = s < 0 && rounded > 0, .seconds = rounded - 60 * whole};
  clock.hours = (int64_t)(whole / 60);
  clock.minutes = (int)(whole - 60.0 * (double)clock.hours);
  return clock;
}

static char *
seconds_text (double seconds, int decimals, bool padded)
{
  char *text = g_strdup_printf ("%0*.*f", padded ? (decimals ? 3 + decimals : 2) : 1, decimals, seconds);
  return g_strdelimit (text, ",", '.');
}

char *
sb_format_time (double s, int decimals)
{
  if (!isfinite (s))
    return g_strdup ("-");
  Clock clock = clock_split (s, decimals);
  g_autofree char *seconds = seconds_text (clock.seconds, decimals, true);
  const char *sign = clock.negative ? MINUS : "";
  if (clock.hours)
    return g_strdup_printf ("%s%" G_GINT64_FORMAT ":%02d:%s", sign, clock.hours, clock.minutes, seconds);
  return g_strdup_printf ("%s%d:%s", sign, clock.minutes, seconds);
}

char *
sb_format_span (double from_s, double to_s, int decimals)
{
  g_autofree char *first = sb_format_time (from_s, decimals);
  if (!isfinite (from_s) || !isfinite (to_s) || from_s < 0 || to_s < 0) {
    g_autofree char *last = sb_format_time (to_s, decimals);
    return g_strdup_printf ("%s" EN_DASH "%s", first, last);
  }
  Clock a = clock_split (from_s, decimals), b = clock_split (to_s, decimals);
  g_autofree char *seconds = seconds_text (b.seconds, decimals, true);
  if (a.hours == b.hours && a.minutes == b.minutes)
    return g_strdup_printf ("%s" EN_DASH "%s", first, seconds);
  if (a.hours == b.hours && a.hours)
    return g_strdup_printf ("%s" EN_DASH "%02d:%s", first, b.minutes, seconds);
  g_autofree char *last = sb_format_time (to_s, decimals);
  return g_strdup_printf ("%s" EN_DASH "%s", first, last);
}

char *
sb_format_hz (double hz, int decimals)
{
  if (!isfinite (hz))
    return g_strdup ("-");
  g_autofree char *number = grouped (hz, decimals);
  return g_strconcat (number, " Hz", NULL);
}

char *
sb_format_hz_short (double hz)
{
  if (!isfinite (hz))
    return g_strdup ("-");
  g_autofree char *number =
      fabs (hz) >= 999.5 ? trimmed (hz / 1000, fabs (hz) < 10000 ? 2 : 1) : trimmed (hz, fabs (hz) < 10 ? 2 : 1);
  const char *digits = number[0] == '-' ? number + 1 : number;
  return g_strconcat (digits == number ? "" : MINUS, digits, fabs (hz) >= 999.5 ? "k" : "", NULL);
}

char *
sb_format_db (double db, int decimals)
{
  if (isnan (db))
    return g_strdup ("-");
  if (isinf (db))
    return g_strdup (db < 0 ? "Silence" : "\u221e dB");
  g_autofree char *number = grouped (db, decimals);
  return g_strconcat (number, " dB", NULL);
}

char *
sb_format_duration (double s)
{
  if (!isfinite (s))
    return g_strdup ("-");
  if (s < 0) {
    g_autofree char *text = sb_format_duration (-s);
    return g_strconcat (MINUS, text, NULL);
  }
  if (s == 0)
    return g_strdup ("0 s");
  g_autofree char *number = NULL;
  if (s < 0.9995) {
    number = trimmed (s * 1000, s < 0.000995 ? 3 : s < 0.00995 ? 2 : s < 0.0995 ? 1 : 0);
    return g_strconcat (number, " ms", NULL);
  }
  if (s < 59.95) {
    number = trimmed (s, s < 9.995 ? 2 : 1);
    return g_strconcat (number, " s", NULL);
  }
  int64_t whole = llround (s);
  int64_t hours = whole / 3600, minutes = whole / 60 % 60, seconds = whole % 60;
  if (hours)
    return minutes ? g_strdup_printf ("%" G_GINT64_FORMAT " h %d min", hours, (int)minutes)
                   : g_strdup_printf ("%" G_GINT64_FORMAT " h", hours);
  return seconds ? g_strdup_printf ("%d min %d s", (int)minutes, (int)seconds)
                 : g_strdup_printf ("%d min", (int)minutes);
}

char *
sb_format_note (double hz)
{
  static const char *const names[] = {"C",       "C\u266f", "D",       "D\u266f", "E",       "F",
                                      "F\u266f", "G",       "G\u266f", "A",       "A\u266f", "B"};
  if (!(hz > 0) || !isfinite (hz))
    return g_strdup ("");
  double midi = 69 + 12 * log2 (hz / 440);
  int nearest = (int)lround (midi);
  if (midi < -200 || nearest < 0 || nearest > 12 * 17 - 1) /* C−1 is 0, B15 is 203 */
    return g_strdup ("");
  int cents = (int)lround (100 * (midi - nearest));
  int octave = nearest / 12 - 1;
  return g_strdup_printf ("%s%s%d %s%d ct", names[nearest % 12], octave < 0 ? MINUS : "", abs (octave),
                          cents < 0 ? MINUS : "+", abs (cents));
}

static char *
band_number (double hz, bool kilo)
{
  if (kilo)
    return trimmed (hz / 1000, hz < 99950 ? 1 : 0);
  return trimmed (hz, hz < 99.5 ? 1 : 0);
}

char *
sb_format_band (double low_hz, double high_hz)
{
  bool low_kilo = low_hz >= 999.5, high_kilo = high_hz >= 999.5;
  g_autofree char *low = band_number (low_hz, low_kilo);
  g_autofree char *high = band_number (high_hz, high_kilo);
  if (low_kilo == high_kilo)
    return g_strdup_printf ("%s" EN_DASH "%s %s", low, high, low_kilo ? "kHz" : "Hz");
  return g_strdup_printf ("%s %s " EN_DASH " %s %s", low, low_kilo ? "kHz" : "Hz", high, high_kilo ? "kHz" : "Hz");
}

/* Lower case, ASCII minus, no spaces at all, a lone decimal comma as a point. */
static char *
plain_text (const char *text)
{
  GString *plain = g_string_new (NULL);
  if (!g_utf8_validate (text, -1, NULL))
    return g_string_free (plain, FALSE);
  for (const char *p = text; *p; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (g_unichar_isspace (c))
      continue;
    if (c == 0x2212 || c == 0x2013)
      g_string_append_c (plain, '-');
    else if (c == 0x221e)
      g_string_append (plain, "inf");
    else
      g_string_append_unichar (plain, g_unichar_tolower (c));
  }
  char *comma = strchr (plain->str, ',');
  if (comma && !strchr (comma + 1, ',') && !strchr (plain->str, '.'))
    *comma = '.';
  return g_string_free (plain, FALSE);
}

/* A decimal number at *text, which moves behind it; "inf", "nan" and hexadecimal are not numbers here. */
static bool
take_number (const char **text, double *value)
{
  const char *p = *text;
  if (*p == '-' || *p == '+')
    p++;
  if (!g_ascii_isdigit (*p) && !(*p == '.' && g_ascii_isdigit (p[1])))
    return false;
  if (p[0] == '0' && p[1] == 'x')
    return false;
  char *end = NULL;
  *value = g_ascii_strtod (*text, &end);
  *text = end;
  return isfinite (*value);
}

bool
sb_parse_hz (const char *text, double *hz)
{
  g_autofree char *plain = plain_text (text);
  const char *p = plain;
  double value;
  if (!take_number (&p, &value))
    return false;
  if (*p == 'k') {
    value *= 1000;
    p++;
  }
  if (*p && !g_str_equal (p, "hz") && !g_str_equal (p, "h"))
    return false;
  *hz = value;
  return true;
}

static bool
parse_clock (const char *plain, double *s)
{
  const char *p = plain;
  bool negative = *p == '-';
  if (negative)
    p++;
  double total = 0;
  for (int field = 0; field < 3; field++) {
    double value;
    const char *start = p;
    if (!take_number (&p, &value) || value < 0 || *start == '-' || *start == '+')
      return false;
    total = 60 * total + value;
    if (!*p) {
      *s = negative ? -total : total;
      return field > 0;
    }
    if (*p != ':')
      return false;
    p++;
  }
  return false;
}

bool
sb_parse_time (const char *text, double *s)
{
  static const struct {
    const char *unit;
    double s;
  } units[] = {{"min", 60}, {"ms", 1e-3}, {"us", 1e-6}, {"µs", 1e-6}, {"s", 1}, {"m", 60}, {"h", 3600}};
  g_autofree char *plain = plain_text (text);
  if (strchr (plain, ':'))
    return parse_clock (plain, s);
  const char *p = plain;
  double total = 0, value;
  bool any = false;
  while (*p) {
    if ((any && !g_ascii_isdigit (*p)) || !take_number (&p, &value))
      return false;
    if (!*p && !any) {
      *s = value;
      return true;
    }
    size_t i = 0;
    while (i < G_N_ELEMENTS (units) && !g_str_has_prefix (p, units[i].unit))
      i++;
    if (i == G_N_ELEMENTS (units))
      return false;
    p += strlen (units[i].unit);
    total += value * units[i].s;
    any = true;
  }
  if (any)
    *s = total;
  return any;
}

bool
sb_parse_db (const char *text, double *db)
{
  g_autofree char *plain = plain_text (text);
  if (g_str_equal (plain, "silence") || g_str_equal (plain, "-inf") || g_str_equal (plain, "-infdb") ||
      g_str_equal (plain, "-infinity")) {
    *db = -INFINITY;
    return true;
  }
  const char *p = plain;
  double value;
  if (!take_number (&p, &value) || (*p && !g_str_equal (p, "db")))
    return false;
  *db = value;
  return true;
}

bool
sb_parse_percent (const char *text, double *fraction)
{
  g_autofree char *plain = plain_text (text);
  const char *p = plain;
  double value;
  if (!take_number (&p, &value) || (*p && !g_str_equal (p, "%")))
    return false;
  *fraction = value / 100;
  return true;
}

/* --- the four ways to write a time --- */

static const char *const time_kinds[SB_N_TIMES] = { "clock", "seconds", "samples", "timecode" };

const char *
sb_time_kind_name (SbTimeKind kind)
{
  return time_kinds[kind];
}

bool
sb_time_kind_from_name (const char *name, SbTimeKind *kind)
{
  for (int k = 0; k < SB_N_TIMES; k++)
    if (g_str_equal (name, time_kinds[k])) {
      *kind = k;
      return true;
    }
  return false;
}

/* A time on a picture's boundary belongs to that picture, whatever rounding did to it. */
static char *
timecode_text (double s, double fps)
{
  double pictures = floor (fabs (s) * fps + 1e-6);
  double nominal = round (fps) < 1 ? 1 : round (fps);
  double seconds = floor (pictures / nominal);
  int picture = (int) (pictures - seconds * nominal), second = (int) fmod (seconds, 60);
  int minute = (int) fmod (floor (seconds / 60), 60);
  return g_strdup_printf ("%s%.0f:%02d:%02d:%02d", s < 0 && pictures > 0 ? MINUS : "", floor (seconds / 3600), minute,
                          second, picture);
}

char *
sb_format_time_as (const SbTimeFormat *format, double s, int decimals)
{
  if (!isfinite (s))
    return g_strdup ("-");
  switch (format->kind) {
  case SB_TIME_SECONDS: {
    g_autofree char *number = grouped (s, decimals);
    return g_strconcat (number, " s", NULL);
  }
  case SB_TIME_SAMPLES:
    return grouped (round (s * format->rate), 0);
  case SB_TIME_TIMECODE:
    return timecode_text (s, format->fps);
  default:
    return sb_format_time (s, decimals);
  }
}

/* h:m:s:f, whole numbers, the last below the rounded rate. */
static bool
parse_timecode (const char *plain, double fps, double *s)
{
  double field[4] = { 0 };
  const char *p = plain;
  bool negative = *p == '-';
  p += negative;
  for (int i = 0; i < 4; i++) {
    if (!g_ascii_isdigit (*p))
      return false;
    char *end;
    field[i] = (double) g_ascii_strtoull (p, &end, 10);
    p = end;
    if (i < 3 && *p++ != ':')
      return false;
  }
  double nominal = round (fps) < 1 ? 1 : round (fps);
  if (*p || field[3] >= nominal || field[0] > 1e6)
    return false;
  *s = ((field[0] * 3600 + field[1] * 60 + field[2]) * nominal + field[3]) / fps * (negative ? -1 : 1);
  return true;
}

bool
sb_parse_time_as (const SbTimeFormat *format, const char *text, double *s)
{
  g_autofree char *plain = plain_text (text);
  const char *p = plain;
  double value;
  if (format->kind == SB_TIME_TIMECODE && parse_timecode (plain, format->fps, s))
    return true;
  if (format->kind == SB_TIME_SAMPLES && !strchr (plain, ':') && take_number (&p, &value) && !*p) {
    *s = value / format->rate;
    return true;
  }
  return sb_parse_time (text, s);
}
