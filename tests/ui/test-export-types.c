/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names and endings in the export dialog. */
#include "ui/sb-export-types.h"

static guint
kind (const char *ending)
{
  g_autofree char *path = g_strconcat ("a.", ending, NULL);
  const int found = sb_export_kind_of_path (path);
  g_assert_cmpint (found, >=, 0);
  return (guint)found;
}

static void
test_path_as (void)
{
  static const char *const cases[][3] = {
      {"/a/x.flac", "flac", "/a/x.flac"}, /* never x.flac.flac */
      {"/a/x.FLAC", "flac", "/a/x.FLAC"},
      {"/a/x.aif", "aiff", "/a/x.aif"},
      {"/a/x.wav", "flac", "/a/x.flac"},
      {"/a/x", "flac", "/a/x.flac"},
      {"/a/take 2.5", "wav", "/a/take 2.5.wav"},
      {"/a.flac/x", "wav", "/a.flac/x.wav"},
      {"/a/.wav", "wav", "/a/.wav.wav"},
      {"x.oga", "wav", "x.wav"},
      {"x.tar.wav", "mp3", "x.tar.mp3"},
      {"x.flac.wav", "flac", "x.flac.flac"}, /* the person's own first one */
      {"x.bwf", "wav", "x.bwf"},
      {"x.", "wav", "x..wav"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = sb_export_path_as (cases[i][0], kind (cases[i][1]));
    g_assert_cmpstr (path, ==, cases[i][2]);
    g_autofree char *again = sb_export_path_as (path, kind (cases[i][1]));
    g_assert_cmpstr (again, ==, path);
  }
}

static void
test_kinds (void)
{
  for (guint i = 0; i < sb_export_n_kinds (); i++) {
    g_assert_cmpint (kind (sb_export_kind (i)->ending), ==, i);
    for (const char *const *subtype = sb_export_kind (i)->subtypes; *subtype; subtype++)
      g_assert_cmpstr (sb_export_subtype (*subtype)->subtype, ==, *subtype);
  }
  g_assert_cmpint (sb_export_kind_of_path ("x.sonobrush"), ==, -1);
  g_assert_cmpint (sb_export_kind_of_path ("/a.wav/x"), ==, -1);
  g_autofree char *removed = sb_export_removed_beside ("/a.b/x.wav"), *bare = sb_export_removed_beside ("/a.b/x");
  g_assert_cmpstr (removed, ==, "/a.b/x-removed.wav");
  g_assert_cmpstr (bare, ==, "/a.b/x-removed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export-types/path-as", test_path_as);
  g_test_add_func ("/export-types/kinds", test_kinds);
  return g_test_run ();
}
