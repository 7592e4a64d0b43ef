/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sb-npy.h"
#include "sb-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *folder, *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("sb-npy-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "array.npy", NULL);
}

static int
n_files_in (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int n = 0;
  while (g_dir_read_name (dir))
    n++;
  return n;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_unlink (f->path);
  g_assert_cmpint (n_files_in (f->folder), ==, 0); /* no temporary file stays behind */
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->path);
}

/* version · header text as given · data */
static void
put (Fixture *f, int version, const char *header, const void *data, size_t n_data)
{
  GString *s = g_string_new_len ("\x93NUMPY", 6);
  size_t n = strlen (header);
  g_string_append_c (s, (char)version);
  g_string_append_c (s, 0);
  for (int i = 0; i < (version == 1 ? 2 : 4); i++)
    g_string_append_c (s, (char)(n >> (8 * i) & 255));
  g_string_append_len (s, header, n);
  g_string_append_len (s, data, (gssize)n_data);
  sb_test_put_bytes (f->path, s->str, s->len);
  g_string_free (s, TRUE);
}

#define DICT(descr, order, shape) "{'descr': '" descr "', 'fortran_order': " order ", 'shape': " shape ", }\n"

/* Item (p, r, c) of 2 × 3 × 4 is 100p + 10r + c, whatever the order and type in the file. */
static double
item (int p, int r, int c)
{
  return 100 * p + 10 * r + c;
}

static void
put_value (GString *s, SbNpyType type, double v, bool swap)
{
  char raw[16];
  int n = sb_npy_type_bytes (type), part = type == SB_NPY_COMPLEX64 ? 4 : type == SB_NPY_COMPLEX128 ? 8 : n;
  float f[2] = { (float)v, (float)-v };
  double d[2] = { v, -v };
  if (type == SB_NPY_FLOAT32 || type == SB_NPY_COMPLEX64)
    memcpy (raw, f, (size_t)n);
  else if (type == SB_NPY_FLOAT64 || type == SB_NPY_COMPLEX128)
    memcpy (raw, d, (size_t)n);
  else
    raw[0] = type == SB_NPY_BOOL ? fmod (v, 2) != 0 : (char)(uint8_t)v;
  for (int i = 0; i < n; i++)
    g_string_append_c (s, raw[swap ? i / part * part + part - 1 - i % part : i]);
}

static void
check_one (Fixture *f, int version, SbNpyType type, bool swap, bool fortran)
{
  static const char *const codes[] = { "b1", "u1", "f4", "f8", "c8", "c16" };
  bool big = (G_BYTE_ORDER == G_BIG_ENDIAN) != swap, one = sb_npy_type_bytes (type) == 1;
  g_autofree char *header =
      g_strdup_printf ("{'descr': '%s%s', 'fortran_order': %s, 'shape': (2, 3, 4), }\n", one ? "|" : big ? ">" : "<",
                       codes[type], fortran ? "True" : "False");
  GString *s = g_string_new (NULL);
  for (int i = 0; i < 24; i++)
    put_value (s, type, fortran ? item (i % 2, i / 2 % 3, i / 6) : item (i / 12, i / 4 % 3, i % 4), swap);
  put (f, version, header, s->str, s->len);
  g_string_free (s, TRUE);

  g_autoptr (GError) error = NULL;
  g_autoptr (SbNpyReader) reader = sb_npy_reader_new (f->path, &error);
  g_assert_no_error (error);
  float out[2 * 2 * 3 * 2]; /* two columns, [c][p][r], complex or not */
  bool complex_items = sb_npy_type_is_complex (type);
  bool ok = complex_items ? sb_npy_read_complex (reader, 1, 2, (float complex *)out, 6, 3, &error)
                          : sb_npy_read_real (reader, 1, 2, out, 6, 3, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  for (int c = 0; c < 2; c++)
    for (int p = 0; p < 2; p++)
      for (int r = 0; r < 3; r++) {
        double want = item (p, r, c + 1);
        int at = c * 6 + p * 3 + r;
        want = type == SB_NPY_BOOL ? fmod (want, 2) : want;
        g_assert_cmpfloat (out[complex_items ? 2 * at : at], ==, (float)want);
        if (complex_items)
          g_assert_cmpfloat (out[2 * at + 1], ==, (float)-want);
      }
}

static void
test_reads_all_layouts (Fixture *f, gconstpointer data)
{
  for (int version = 1; version <= 3; version++)
    for (int type = SB_NPY_BOOL; type <= SB_NPY_COMPLEX128; type++)
      for (int i = 0; i < 4; i++)
        check_one (f, version, (SbNpyType)type, i & 1, i & 2);
}

/* Forms of the header that NumPy, old and new, and others write. */
static void
test_header_forms (Fixture *f, gconstpointer data)
{
  static const char *const good[] = {
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   \n",
    "{\"shape\":(2,3),\"descr\":\"<f4\",\"fortran_order\":False}",
    "  { 'shape' : ( 2L , 3L ) , 'fortran_order' : True , 'descr' : '=f4' }\n",
    "{'descr': 'f4', 'fortran_order': False, 'shape': (6,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': ()}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999)}",
  };
  float zeros[6] = { 0 };
  for (size_t i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;
    put (f, 1, good[i], zeros, sizeof zeros);
    g_autoptr (SbNpyReader) reader = sb_npy_reader_new (f->path, &error);
    g_assert_no_error (error);
    g_assert_nonnull (reader);
  }
  put (f, 1, good[3], zeros, sizeof zeros);
  g_autoptr (SbNpyReader) reader = sb_npy_reader_new (f->path, NULL);
  const SbNpyInfo *info = sb_npy_reader_info (reader);
  float none;
  put (f, 1, good[5], zeros, sizeof zeros); /* nothing, 99,999,999,999 times: at once */
  g_autoptr (SbNpyReader) empty = sb_npy_reader_new (f->path, NULL);
  g_assert_true (sb_npy_read_real (empty, 0, 99999999999, &none, 0, 0, NULL));
  g_assert_cmpint (info->planes, ==, 1);
  g_assert_cmpint (info->rows, ==, 6);
  g_assert_cmpint (info->cols, ==, 1);
}

static void
refused (Fixture *f, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbNpyReader) reader = sb_npy_reader_new (f->path, &error);
  g_assert_null (reader);
  g_assert_nonnull (error);
  g_assert_true (error->domain == SB_ERROR);
  g_assert_nonnull (strstr (error->message, "array.npy")); /* names the file … */
  if (!strstr (error->message, what)) /* … and what is wrong */
    g_error ("“%s” does not say “%s”", error->message, what);
}

static void
test_bad_headers (Fixture *f, gconstpointer data)
{
  static const struct {
    const char *header, *what;
  } bad[] = {
    { DICT ("<f4", "False", "(2, 4)"), "shorter than its shape (2, 4)" },
    { DICT ("<f4", "False", "(-2, 3)"), "negative" },
    { DICT ("<f4", "False", "(9223372036854775807, 9223372036854775807)"), "shorter" },
    { DICT ("<f4", "False", "(92233720368547758070, 1)"), "shape" },
    { DICT ("<f4", "False", "(7791680384683591451, 51, 0)"), "too big" },
    { DICT ("<f4", "False", "(0, 7791680384683591451, 51)"), "too big" },
    { DICT ("<f4", "False", "(1, 1, 2, 3)"), "three dimensions" },
    { DICT ("<f4", "False", "2, 3"), "shape" },
    { DICT ("<f4", "False", "(2, 3"), "shape" },
    { DICT ("<f4", "False", "(2 3)"), "shape" },
    { DICT ("<f4", "False", "(2.5, 1)"), "shape" },
    { DICT ("<f4", "Maybe", "(2, 3)"), "Fortran" },
    { DICT ("<i8", "False", "(2, 3)"), "“<i8”" },
    { DICT ("|O", "False", "(2, 3)"), "“|O”" },
    { DICT ("|f4", "False", "(2, 3)"), "byte order" },
    { DICT ("<f2", "False", "(2, 3)"), "“<f2”" },
    { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }", "records" },
    { "{'descr': '<f4', 'fortran_order': False, }", "without" },
    { "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", "keys" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1}", "keys" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} import os", "behind" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)", "dictionary" },
    { "", "dictionary" },
    { "[]", "dictionary" },
  };
  float zeros[6] = { 0 };
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++) {
    put (f, 1, bad[i].header, zeros, sizeof zeros);
    refused (f, bad[i].what);
  }
}

static void
test_bad_files (Fixture *f, gconstpointer data)
{
  refused (f, "no such file");
  sb_test_put_bytes (f->path, "", 0);
  refused (f, "does not begin as one");
  sb_test_put_bytes (f->path, "PK\3\4aaaaaaaaaaaaaaaa", 20);
  refused (f, ".npz");
  sb_test_put_bytes (f->path, "\x93NUMPY\4\0\0\0\0\0", 12);
  refused (f, "version");
  sb_test_put_bytes (f->path, "\x93NUMPY\1\0\xff\xff{", 11);
  refused (f, "inside its header");
  /* every truncation of a good file is refused, the last included */
  float zeros[6] = { 0 };
  put (f, 2, DICT ("<f4", "False", "(2, 3)"), zeros, sizeof zeros);
  char *bytes;
  gsize n;
  g_assert_true (g_file_get_contents (f->path, &bytes, &n, NULL));
  for (gsize i = 0; i < n; i++) {
    sb_test_put_bytes (f->path, bytes, i);
    refused (f, "");
  }
  g_free (bytes);
  g_unlink (f->path);
  g_assert_cmpint (g_mkdir (f->path, 0700), ==, 0);
  refused (f, "folder");
  g_rmdir (f->path);
  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  refused (f, "not a regular file"); /* and does not wait for a writer */
}

/* A random byte changed anywhere never crashes; what opens can be read. */
static void
test_damage (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  float values[12] = { 0 };
  const char *header = DICT ("<c8", "True", "(2, 3)");
  for (int i = 0; i < 2000; i++) {
    char changed[128];
    g_strlcpy (changed, header, sizeof changed);
    changed[g_rand_int_range (rand, 0, (int)strlen (header))] = (char)g_rand_int_range (rand, 1, 256);
    put (f, 1, changed, values, sizeof values);
    g_autoptr (SbNpyReader) reader = sb_npy_reader_new (f->path, NULL);
    if (!reader)
      continue;
    const SbNpyInfo *info = sb_npy_reader_info (reader);
    g_assert_cmpint (info->planes * info->rows * info->cols * sb_npy_type_bytes (info->type), <=, sizeof values);
    float out[64];
    if (sb_npy_type_is_complex (info->type))
      sb_npy_read_complex (reader, 0, info->cols, (float complex *)out, info->rows * info->planes, info->rows, NULL);
    else
      sb_npy_read_real (reader, 0, info->cols, out, info->rows * info->planes, info->rows, NULL);
  }
}

static void
test_write_then_read (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int64_t shape[3] = { 2, 3, 50000 };
  g_autoptr (SbNpyWriter) writer = sb_npy_writer_new (f->path, SB_NPY_COMPLEX64, shape, 3, &error);
  g_assert_no_error (error);
  for (int c = 0; c < 50000; c++) {
    float complex column[6];
    for (int i = 0; i < 6; i++)
      column[i] = (float)(c + i % 2) + (float)(i / 2) * I;
    g_assert_true (sb_npy_writer_append (writer, column, 6, &error));
  }
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS)); /* not before it is whole */
  g_assert_true (sb_npy_writer_finish (writer, &error));

  g_autoptr (SbNpyReader) reader = sb_npy_reader_new (f->path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sb_npy_reader_info (reader)->data_offset_bytes % 64, ==, 0);
  g_assert_true (sb_npy_reader_info (reader)->fortran);
  float complex got[6];
  g_assert_true (sb_npy_read_complex (reader, 49999, 1, got, 6, 3, &error));
  for (int p = 0; p < 2; p++)
    for (int r = 0; r < 3; r++)
      g_assert_true (got[p * 3 + r] == (float)(49999 + p) + (float)r * I);
  g_assert_false (sb_npy_read_complex (reader, 49999, 2, got, 6, 3, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_VALUE);
  g_clear_error (&error);
  g_assert_false (sb_npy_read_real (reader, 0, 1, (float *)got, 6, 3, &error));
  g_assert_error (error, SB_ERROR, SB_ERROR_VALUE);
}

static void
test_unfinished_leaves_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int64_t n = 3;
  sb_test_put_bytes (f->path, "old", 3);
  SbNpyWriter *writer = sb_npy_writer_new (f->path, SB_NPY_FLOAT64, &n, 1, &error);
  double one = 1;
  g_assert_true (sb_npy_writer_append (writer, &one, 1, &error));
  sb_npy_writer_free (writer);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (f->path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/npy/read/all-layouts", test_reads_all_layouts);
  ADD ("/npy/read/header-forms", test_header_forms);
  ADD ("/npy/read/bad-headers", test_bad_headers);
  ADD ("/npy/read/bad-files", test_bad_files);
  ADD ("/npy/read/damage", test_damage);
  ADD ("/npy/write/then-read", test_write_then_read);
  ADD ("/npy/write/unfinished-leaves-nothing", test_unfinished_leaves_nothing);
  return g_test_run ();
}
