/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Label files: round trips are exact, and what strangers send gets a sentence. */
#include "document/sb-history.h"
#include "document/sb-labels.h"
#include "sb-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static SbMarkers *
list_of (const GArray *labels)
{
  SbMarkers *markers = sb_markers_new ();
  g_assert_true (sb_markers_add_all (markers, (const SbMarker *)labels->data, (int)labels->len));
  return markers;
}

static bool
same_number (double a, double b)
{
  return (isnan (a) && isnan (b)) || a == b;
}

static void
same_lists (const SbMarkers *a, const SbMarkers *b)
{
  g_assert_cmpint (sb_markers_n (a), ==, sb_markers_n (b));
  for (int i = 0; i < sb_markers_n (a); i++) {
    const SbMarker *x = sb_markers_get (a, i), *y = sb_markers_get (b, i);
    g_assert_cmpfloat (x->from_s, ==, y->from_s);
    g_assert_cmpfloat (x->to_s, ==, y->to_s);
    g_assert_true (same_number (x->low_hz, y->low_hz));
    g_assert_true (same_number (x->high_hz, y->high_hz));
    g_assert_cmpstr (x->title, ==, y->title);
  }
}

/* A file that Audacity wrote comes out byte for byte. */
static void
test_real_file (void)
{
  g_autofree char *path = sb_test_shared ("real/bird_spinetail_44k.labels.txt"), *text = NULL, *again = NULL;
  if (!path)
    return;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) labels = sb_labels_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (labels->len, ==, 18);
  const SbMarker *first = &g_array_index (labels, SbMarker, 0);
  g_assert_cmpstr (first->title, ==, "SP");
  g_assert_cmpfloat (first->from_s, ==, 0.101385);
  g_assert_cmpfloat (first->high_hz, ==, 12296.577148);
  g_autoptr (SbMarkers) markers = list_of (labels);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  again = sb_labels_to_text (markers, SB_LABELS_AUDACITY);
  g_assert_cmpstr (again, ==, text);
}

static SbMarkers *
random_list (guint32 seed)
{
  static const char *const titles[] = {"",         "CRER",      "a, b; c",   "“quoted” \"twice\" \"\"",
                                       " leading", "trailing ", "Ö ü 鳥",    "\\",
                                       "=1+1",     "12.5",      "tab\there", "line\nend\r"};
  SbMarkers *markers = sb_markers_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  for (int i = 0; i < 60; i++) {
    SbMarker m = {.from_s = g_rand_double_range (rand, 0, 90000), .low_hz = NAN, .high_hz = NAN};
    m.to_s = m.from_s + (i % 3 ? g_rand_double_range (rand, 0, 50) : 0);
    if (i % 2)
      m.low_hz = g_rand_double_range (rand, 0, 1000) * (i % 7 ? 1 : 1e-9);
    if (i % 5)
      m.high_hz = 1000 + g_rand_double_range (rand, 0, 200000);
    m.title = (char *)titles[i % G_N_ELEMENTS (titles)];
    g_assert_cmpint (sb_markers_add (markers, &m), !=, 0);
  }
  return markers;
}

static void
test_round_trip (void)
{
  for (int seed = 1; seed < 20; seed++)
    for (int csv = 0; csv < 2; csv++) {
      g_autoptr (SbMarkers) markers = random_list (seed);
      g_autoptr (GError) error = NULL;
      g_autofree char *path = sb_test_path (csv ? "labels.CSV" : "labels.txt");
      g_assert_true (sb_labels_save (markers, path, &error));
      g_autoptr (GArray) labels = sb_labels_load (path, &error);
      g_assert_no_error (error);
      g_autoptr (SbMarkers) back = list_of (labels);
      same_lists (markers, back);
    }
}

static void
test_foreign_habits (void)
{
  static const struct {
    const char *text;
    guint n;
    double from, to;
    const char *title;
  } cases[] = {
      {"0,5\t1,5\tKomma\r\n", 1, .5, 1.5, "Komma"},
      {"\xef\xbb\xbf"
       "0.5\t1.5\tmark",
       1, .5, 1.5, "mark"},
      {"0.5\t0.5\t\n\\\t-1\t200\n", 1, .5, .5, ""},
      {"2\tone time only\n", 1, 2, 2, "one time only"},
      {"1e-3\t2E1\tx\n", 1, .001, 20, "x"},
      {"Start;End;Label\n1,5;2;\"a;\"\"b\"\n\n", 1, 1.5, 2, "a;\"b"},
      {"label,from\nfirst,3\n", 1, 3, 3, "first"},
      {"onset,offset,species,junk\n1,2,\"two\nlines\",x\n5,6,b\n", 2, 1, 2, "two lines"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GArray) labels = sb_labels_parse (cases[i].text, strlen (cases[i].text), "x", &error);
    g_assert_no_error (error);
    g_assert_cmpint (labels->len, ==, cases[i].n);
    const SbMarker *first = &g_array_index (labels, SbMarker, 0);
    g_assert_cmpfloat (first->from_s, ==, cases[i].from);
    g_assert_cmpfloat (first->to_s, ==, cases[i].to);
    g_assert_cmpstr (first->title, ==, cases[i].title);
  }
}

static void
test_hostile (void)
{
  static const struct {
    const char *text, *says;
  } cases[] = {
      {"", "no labels"},
      {"\n\n", "no labels"},
      {"nan\t1\tx\n", "names its columns"},
      {"1\tnan\tx\n", "Line 1"},
      {"1\t2\tok\n-3\t2\tx\n", "Line 2"},
      {"5\t2\tx\n", "ends before"},
      {"1e999\t2\tx\n", "Line 1"},
      {"0x10\t20\tx\n", "Line 1"},
      {"\\\t1\t2\n", "no label above"},
      {"1\t2\tx\n\\\t9\t3\n", "lower frequency"},
      {"1\t2\tx\n\\\t9\n", "two frequencies"},
      {"1\t2\tx\n\\\tinf\t3\n", "two frequencies"},
      {"RIFF....WAVEfmt ", "columns"},
      {"start,end\n1,2\nx,2\n", "Line 3"},
      {"start,end,label\n1,2,\"never\nclosed", "Line 2"},
      {"start,low\n1,abc\n", "frequency"},
      {"\xff\xfe\x31\x00", "UTF-8"},
      {"7", "one number"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    GArray *labels = sb_labels_parse (cases[i].text, strlen (cases[i].text), "bad.txt", &error);
    g_test_message ("%s", error ? error->message : "taken");
    g_assert_null (labels);
    g_assert_nonnull (error);
    g_assert_nonnull (strstr (error->message, "bad.txt"));
    g_assert_true (strstr (error->message, cases[i].says) || strstr (error->message, "columns"));
  }
  g_autoptr (GError) error = NULL;
  g_assert_null (sb_labels_parse ("1\t2\ta\0b", 7, "bad.txt", &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_FORMAT);
}

static void
refuses_path (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (sb_labels_load (path, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (error->domain, ==, SB_ERROR);
  g_assert_true (g_str_has_suffix (error->message, "."));
}

static void
test_files (void)
{
  g_autofree char *missing = sb_test_path ("missing.txt"), *big = sb_test_path ("big.txt"),
                  *many = sb_test_path ("many.txt");
  g_autoptr (GString) text = g_string_new (NULL);
  refuses_path (missing);
  refuses_path (sb_test_folder ());
  refuses_path ("/dev/zero");
  FILE *file = g_fopen (big, "w");
  g_assert_cmpint (fseek (file, 70 << 20, SEEK_SET), ==, 0);
  fputc ('x', file);
  fclose (file);
  refuses_path (big);
  if (!g_getenv ("SB_SLOW_BUILD")) { /* AddressSanitizer measures the rest of the text for each number read */
    for (int i = 0; i < 200001; i++)
      g_string_append (text, "1\t2\tx\n");
    g_assert_true (g_file_set_contents (many, text->str, -1, NULL));
    refuses_path (many);
  }
  g_autoptr (SbMarkers) markers = random_list (3);
  g_autoptr (GError) error = NULL;
  g_assert_false (sb_labels_save (markers, "/no/such/folder/x.txt", &error));
  g_assert_nonnull (error);
}

/* What a hand sets is written with six decimals, as the other program does, and comes back as it was. */
static void
test_rounded (void)
{
  g_autoptr (SbMarkers) markers = sb_markers_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (21);
  for (int i = 0; i < 500; i++) {
    SbMarker m = {.from_s = sb_marker_round (g_rand_double_range (rand, 0, 90000)), .title = (char *)"x"};
    m.to_s = sb_marker_round (m.from_s + g_rand_double_range (rand, 0, 50));
    m.low_hz = sb_marker_round (g_rand_double_range (rand, 0, 1000));
    m.high_hz = sb_marker_round (1000 + g_rand_double_range (rand, 0, 200000));
    g_assert_cmpint (sb_markers_add (markers, &m), !=, 0);
  }
  g_autofree char *text = sb_labels_to_text (markers, SB_LABELS_AUDACITY);
  g_assert_false (g_regex_match_simple ("\\.(\\d{0,5}|\\d{7,})[\\t\\n]", text, 0, 0));
  g_assert_true (g_regex_match_simple ("\\.\\d{6}\\t", text, 0, 0));
  g_autoptr (GArray) labels = sb_labels_parse (text, strlen (text), "x", NULL);
  g_autoptr (SbMarkers) back = list_of (labels);
  same_lists (markers, back);
}

/* A track with more decimals than this program would write keeps them. */
static void
test_more_decimals (void)
{
  static const char text[] = "0.123456789\t1.5000000001\tlong\n\\\t100.123456789012\t2000.000000\n";
  g_autoptr (GArray) labels = sb_labels_parse (text, strlen (text), "x", NULL);
  g_assert_nonnull (labels);
  g_autoptr (SbMarkers) markers = list_of (labels);
  g_autofree char *again = sb_labels_to_text (markers, SB_LABELS_AUDACITY);
  g_assert_cmpstr (again, ==, text);
}

/* Damage anywhere is either refused with a sentence or read; it never crashes. */
static void
test_damaged (void)
{
  g_autoptr (SbMarkers) markers = random_list (11);
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);
  for (int csv = 0; csv < 2; csv++) {
    g_autofree char *text = sb_labels_to_text (markers, csv ? SB_LABELS_CSV : SB_LABELS_AUDACITY);
    gsize n = strlen (text);
    int n_rounds = g_getenv ("SB_SLOW_BUILD") ? 150 : 1000;
    for (int i = 0; i < n_rounds; i++) {
      g_autofree char *bad = g_memdup2 (text, n);
      for (int flips = 0; flips <= i % 4; flips++)
        bad[g_rand_int_range (rand, 0, (int)n)] = (char)g_rand_int_range (rand, 0, 256);
      g_autoptr (GError) error = NULL;
      GArray *labels = sb_labels_parse (bad, g_rand_int_range (rand, 0, (int)n + 1), "bad", &error);
      g_assert_true ((labels != NULL) != (error != NULL));
      for (guint k = 0; labels && k < labels->len; k++)
        g_assert_true (sb_marker_is_sane (&g_array_index (labels, SbMarker, k)));
      if (labels)
        g_array_unref (labels);
    }
  }
}

static void
test_list (void)
{
  g_autoptr (SbMarkers) markers = sb_markers_new ();
  SbMarker m = {.from_s = 5, .to_s = 6, .low_hz = NAN, .high_hz = NAN, .title = (char *)"b"};
  uint64_t b = sb_markers_add (markers, &m);
  m.from_s = m.to_s = 1;
  m.title = (char *)"a";
  uint64_t a = sb_markers_add (markers, &m);
  g_assert_cmpuint (sb_markers_get (markers, 0)->id, ==, a);
  m.from_s = m.to_s = 9;
  g_assert_true (sb_markers_set (markers, a, &m));
  g_assert_cmpuint (sb_markers_get (markers, 1)->id, ==, a);
  g_assert_cmpint (sb_markers_next (markers, 5, false), ==, 1);
  g_assert_cmpint (sb_markers_next (markers, 9, true), ==, 0);
  g_assert_cmpint (sb_markers_next (markers, 9, false), ==, -1);
  m.from_s = -1;
  g_assert_cmpuint (sb_markers_add (markers, &m), ==, 0);
  m.from_s = NAN;
  g_assert_false (sb_markers_set (markers, a, &m));
  g_assert_true (sb_markers_remove (markers, b));
  g_assert_false (sb_markers_remove (markers, b));
  g_assert_null (sb_markers_find (markers, b));
  g_assert_true (sb_markers_can_undo (markers));
  g_assert_false (sb_markers_can_redo (markers));
  g_assert_true (sb_markers_undo (markers));
  g_assert_true (sb_markers_can_redo (markers));
  g_assert_cmpstr (sb_markers_find (markers, b)->title, ==, "b");
  g_assert_true (sb_markers_undo (markers));
  g_assert_cmpfloat (sb_markers_find (markers, a)->from_s, ==, 1);
  g_assert_true (sb_markers_redo (markers));
  g_assert_cmpfloat (sb_markers_find (markers, a)->from_s, ==, 9);
  sb_markers_clear (markers);
  g_assert_false (sb_markers_redo (markers));
  g_assert_cmpint (sb_markers_n (markers), ==, 0);
  for (int i = 0; sb_markers_undo (markers); i++)
    g_assert_cmpint (i, <, 10);
  g_assert_false (sb_markers_can_undo (markers));
  g_assert_cmpint (sb_markers_n (markers), ==, 0);
}

/* Changes stand in one order with the steps of edits; what was kept is no change. */
static void
test_serials (void)
{
  g_autoptr (SbMarkers) markers = sb_markers_new ();
  const SbMarker m = {.from_s = 5, .to_s = 6, .low_hz = NAN, .high_hz = NAN, .title = (char *)"b"};
  g_assert_true (sb_markers_restore (markers, &m, 1));
  g_assert_cmpuint (sb_markers_undo_serial (markers), ==, 0);
  g_assert_false (sb_markers_undo (markers));
  const uint64_t before = sb_step_next_serial ();
  g_assert_cmpint (sb_markers_add (markers, &m), !=, 0);
  const uint64_t first = sb_markers_undo_serial (markers), between = sb_step_next_serial ();
  sb_markers_clear (markers);
  const uint64_t second = sb_markers_undo_serial (markers);
  g_assert_cmpuint (before, <, first);
  g_assert_cmpuint (first, <, between);
  g_assert_cmpuint (between, <, second);
  g_assert_true (sb_markers_undo (markers));
  g_assert_cmpuint (sb_markers_undo_serial (markers), ==, first);
  g_assert_cmpuint (sb_markers_redo_serial (markers), ==, second);
  g_assert_true (sb_markers_undo (markers));
  g_assert_cmpint (sb_markers_n (markers), ==, 1);
  g_assert_cmpuint (sb_markers_redo_serial (markers), ==, first);
  g_assert_true (sb_markers_redo (markers));
  g_assert_cmpuint (sb_markers_undo_serial (markers), ==, first);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/labels/real-file", test_real_file);
  g_test_add_func ("/labels/round-trip", test_round_trip);
  g_test_add_func ("/labels/foreign-habits", test_foreign_habits);
  g_test_add_func ("/labels/hostile", test_hostile);
  g_test_add_func ("/labels/files", test_files);
  g_test_add_func ("/labels/damaged", test_damaged);
  g_test_add_func ("/labels/list", test_list);
  g_test_add_func ("/labels/rounded", test_rounded);
  g_test_add_func ("/labels/more-decimals", test_more_decimals);
  g_test_add_func ("/labels/serials", test_serials);
  return g_test_run ();
}
