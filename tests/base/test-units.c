/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers as people write and read them. */
#include "base/sb-units.h"

#include <math.h>

static void
check (char *got, const char *wanted)
{
  g_assert_cmpstr (got, ==, wanted);
  g_free (got);
}

static void
test_gain (void)
{
  g_assert_cmpfloat (sb_db_to_gain (-INFINITY), ==, 0);
  g_assert_cmpfloat_with_epsilon (sb_db_to_gain (-6), 0.501187, 1e-6);
  g_assert_cmpfloat (sb_gain_to_db (0), ==, -INFINITY);
  for (double db = -90; db <= 60; db += 7.5)
    g_assert_cmpfloat_with_epsilon (sb_gain_to_db (sb_db_to_gain (db)), db, 1e-9);
}

static void
test_times (void)
{
  check (sb_format_time (128.69, 3), "2:08.690");
  check (sb_format_time (3728.69, 2), "1:02:08.69");
  check (sb_format_time (59.9996, 3), "1:00.000"); /* rounded first, split afterwards */
  check (sb_format_time (3599.9996, 3), "1:00:00.000");
  check (sb_format_time (86400, 0), "24:00:00");
  check (sb_format_time (-1.5, 1), "\u22120:01.5");
  check (sb_format_time (-0.0001, 1), "0:00.0");
  check (sb_format_time (NAN, 3), "-");
  check (sb_format_span (128.34, 128.75, 2), "2:08.34\u201308.75");
  check (sb_format_span (119.0, 121.5, 1), "1:59.0\u20132:01.5");
  check (sb_format_span (3728, 3910, 0), "1:02:08\u201305:10");
  check (sb_format_span (3599, 3601, 0), "59:59\u20131:00:01");
  check (sb_format_duration (2.2), "2.2 s");
  check (sb_format_duration (252.4), "4 min 12 s");
  check (sb_format_duration (0.04), "40 ms");
  check (sb_format_duration (0.003), "3 ms");
  check (sb_format_duration (0.99999), "1 s");
  check (sb_format_duration (59.99), "1 min");
  check (sb_format_duration (86400), "24 h");
  check (sb_format_duration (0), "0 s");
}

static void
test_frequencies (void)
{
  check (sb_format_hz (4112.4, 1), "4\u2009112.4 Hz");
  check (sb_format_hz (999.96, 1), "1\u2009000.0 Hz");
  check (sb_format_hz (1234567, 0), "1\u2009234\u2009567 Hz");
  check (sb_format_hz_short (15000), "15k");
  check (sb_format_hz_short (200), "200");
  check (sb_format_hz_short (1500), "1.5k");
  check (sb_format_hz_short (999.9), "1k");
  check (sb_format_hz_short (0), "0");
  check (sb_format_band (3700, 4500), "3.7\u20134.5 kHz");
  check (sb_format_band (150, 21000), "150 Hz \u2013 21 kHz");
  check (sb_format_band (49, 51.5), "49\u201351.5 Hz");
  check (sb_format_note (440), "A4 +0 ct");
  check (sb_format_note (4112.4), "C8 \u221231 ct");
  check (sb_format_note (8.18), "C\u22121 +1 ct");
  check (sb_format_note (0), "");
  check (sb_format_note (7), "");
  check (sb_format_note (INFINITY), "");
}

static void
test_levels (void)
{
  check (sb_format_db (-47.3, 1), "\u221247.3 dB");
  check (sb_format_db (-INFINITY, 1), "Silence");
  check (sb_format_db (-0.01, 1), "0.0 dB"); /* no minus zero */
  check (sb_format_db (6, 0), "6 dB");
}

typedef bool (*Parse) (const char *text, double *value);

static void
accepts (Parse parse, const char *text, double wanted)
{
  double value = NAN;
  g_assert_true (parse (text, &value));
  if (isinf (wanted))
    g_assert_cmpfloat (value, ==, wanted);
  else
    g_assert_cmpfloat_with_epsilon (value, wanted, 1e-9);
}

static void
refuses (Parse parse, const char *text)
{
  double value = 42;
  if (parse (text, &value))
    g_error ("\"%s\" was read as %g", text, value);
  g_assert_cmpfloat (value, ==, 42);
}

static void
test_parse (void)
{
  accepts (sb_parse_hz, "1.2k", 1200);
  accepts (sb_parse_hz, " 1.2 kHz ", 1200);
  accepts (sb_parse_hz, "4\u2009112.4 Hz", 4112.4);
  accepts (sb_parse_hz, "1,5k", 1500);
  accepts (sb_parse_hz, "50", 50);
  accepts (sb_parse_time, "40ms", 0.04);
  accepts (sb_parse_time, "0.04", 0.04);
  accepts (sb_parse_time, "1:02.5", 62.5);
  accepts (sb_parse_time, "1:00:02.5", 3602.5);
  accepts (sb_parse_time, "4 min 12 s", 252);
  accepts (sb_parse_time, "2 s", 2);
  accepts (sb_parse_db, "-inf", -INFINITY);
  accepts (sb_parse_db, "\u2212\u221e", -INFINITY);
  accepts (sb_parse_db, "Silence", -INFINITY);
  accepts (sb_parse_db, "-12 dB", -12);
  accepts (sb_parse_db, "\u221212.5", -12.5);
  accepts (sb_parse_percent, "35 %", 0.35);
  accepts (sb_parse_percent, "35", 0.35);
  const char *const nonsense[] = {"",     " ",          "abc",   "nan",  "inf", "1.2.3", "--3",
                                  "0x10", "12 parsecs", "1e999", "\xff", ":",   "1:"};
  for (size_t i = 0; i < G_N_ELEMENTS (nonsense); i++) {
    refuses (sb_parse_hz, nonsense[i]);
    refuses (sb_parse_time, nonsense[i]);
    refuses (sb_parse_db, nonsense[i]);
    refuses (sb_parse_percent, nonsense[i]);
  }
}

/* What is shown can be typed back in. */
static void
test_round_trip (void)
{
  for (double v = 0.0007; v < 90000; v *= 1.37) {
    double back;
    g_autofree char *hz = sb_format_hz (v, 4);
    g_assert_true (sb_parse_hz (hz, &back));
    g_assert_cmpfloat_with_epsilon (back, v, 1e-4);
    g_autofree char *time = sb_format_time (v, 3);
    g_assert_true (sb_parse_time (time, &back));
    g_assert_cmpfloat_with_epsilon (back, v, 1e-3);
    g_autofree char *duration = sb_format_duration (v);
    if (v < 3600) {
      g_assert_true (sb_parse_time (duration, &back));
      g_assert_cmpfloat_with_epsilon (back / v, 1, 0.02);
    }
    g_autofree char *db = sb_format_db (-v / 1000, 3);
    g_assert_true (sb_parse_db (db, &back));
    g_assert_cmpfloat_with_epsilon (back, -v / 1000, 1e-3);
  }
}

static void
shows (const SbTimeFormat *format, double s, const char *text)
{
  double back;
  g_autofree char *shown = sb_format_time_as (format, s, 3);
  g_assert_cmpstr (shown, ==, text);
  g_assert_true (sb_parse_time_as (format, shown, &back));
  double step = format->kind == SB_TIME_TIMECODE  ? 1 / format->fps
                : format->kind == SB_TIME_SAMPLES ? 0.5 / format->rate
                                                  : 5e-4;
  g_assert_cmpfloat_with_epsilon (back, s, step + 1e-9);
}

static void
test_time_formats (void)
{
  const SbTimeFormat clock = { SB_TIME_CLOCK, 44100, 25 }, seconds = { SB_TIME_SECONDS, 44100, 25 };
  const SbTimeFormat samples = { SB_TIME_SAMPLES, 48000, 25 }, pal = { SB_TIME_TIMECODE, 48000, 25 };
  const SbTimeFormat ntsc = { SB_TIME_TIMECODE, 48000, 30000 / 1001.0 };
  double s;
  shows (&clock, 128.69, "2:08.690");
  shows (&seconds, 6128.69, "6\u2009128.690 s");
  shows (&samples, 128.69, "6\u2009177\u2009120");
  shows (&pal, 3728.68, "1:02:08:17");
  shows (&ntsc, 1800 * 1001 / 30000.0, "0:01:00:00");
  shows (&pal, -0.04, "\u22120:00:00:01");
  g_assert_true (sb_parse_time_as (&samples, "24000", &s));
  g_assert_cmpfloat (s, ==, 0.5);
  g_assert_true (sb_parse_time_as (&samples, "1:02.5", &s));
  g_assert_cmpfloat (s, ==, 62.5);
  g_assert_true (sb_parse_time_as (&pal, "40 ms", &s));
  g_assert_cmpfloat (s, ==, 0.04);
  const char *const nonsense[] = { "", "0:00:00:25", "0:00:00:", "1:2:3:4:5", "x", "0:00:00:-1", "1.5:00:00:00" };
  for (size_t i = 0; i < G_N_ELEMENTS (nonsense); i++)
    g_assert_false (sb_parse_time_as (&pal, nonsense[i], &s));
  /* Every picture's own time belongs to it and comes back. */
  for (int picture = 0; picture < 200000; picture += 7) {
    g_autofree char *text = sb_format_time_as (&ntsc, picture / ntsc.fps, 0);
    g_assert_true (sb_parse_time_as (&ntsc, text, &s));
    g_assert_cmpint (lround (s * ntsc.fps), ==, picture);
  }
  for (int k = 0; k < SB_N_TIMES; k++) {
    SbTimeKind kind;
    g_assert_true (sb_time_kind_from_name (sb_time_kind_name (k), &kind));
    g_assert_cmpint (kind, ==, k);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/units/gain", test_gain);
  g_test_add_func ("/units/times", test_times);
  g_test_add_func ("/units/frequencies", test_frequencies);
  g_test_add_func ("/units/levels", test_levels);
  g_test_add_func ("/units/parse", test_parse);
  g_test_add_func ("/units/time-formats", test_time_formats);
  g_test_add_func ("/units/round-trip", test_round_trip);
  return g_test_run ();
}
