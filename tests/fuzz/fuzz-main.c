/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs a fuzz target where there is no libFuzzer, in every build and in CI:
 *
 *   FOLDER N_MUTATIONS    each file of the folder as it is, then N of them damaged in one to six places
 *
 * Always the same ones; no guidance by coverage, that is tests/fuzz/run.sh's
 * business.  What was tried last is left in the file "last" of the working
 * folder when the target crashes. */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#define MOST_BYTES 65536

static void
damage (GRand *random, GByteArray *bytes, GPtrArray *seeds)
{
  static const uint8_t odd[][4] = {
      {0xff, 0xff, 0xff, 0xff}, {0, 0, 0, 0}, {0x7f, 0xff, 0xff, 0xff}, {0xff, 0xff, 0xff, 0x7f}};
  const guint n = bytes->len, at = n ? (guint)g_rand_int_range (random, 0, (gint)n) : 0;
  const guint part = n ? (guint)g_rand_int_range (random, 0, (gint)MIN (n - at, 64) + 1) : 0;
  switch (n ? g_rand_int_range (random, 0, 7) : 6) {
  case 0:
    bytes->data[at] ^= (uint8_t)(1u << g_rand_int_range (random, 0, 8));
    break;
  case 1:
    bytes->data[at] = (uint8_t)g_rand_int_range (random, 0, 256);
    break;
  case 2:
    memcpy (bytes->data + at, odd[g_rand_int_range (random, 0, 4)], MIN (4, n - at));
    break;
  case 3:
    g_byte_array_remove_range (bytes, at, part);
    break;
  case 4:
    g_byte_array_set_size (bytes, at);
    break;
  case 5: { /* a part of itself once more, elsewhere */
    uint8_t copy[64];
    memcpy (copy, bytes->data + at, part);
    const guint to = (guint)g_rand_int_range (random, 0, (gint)(n - part) + 1);
    memcpy (bytes->data + to, copy, part);
    break;
  }
  default: { /* the end of another */
    GBytes *other = seeds->pdata[g_rand_int_range (random, 0, (gint)seeds->len)];
    gsize length;
    const uint8_t *data = g_bytes_get_data (other, &length);
    const gsize from = length ? (gsize)g_rand_int_range (random, 0, (gint)length) : 0;
    g_byte_array_append (bytes, data + from, (guint)(length - from));
    break;
  }
  }
  if (bytes->len > MOST_BYTES)
    g_byte_array_set_size (bytes, MOST_BYTES);
}

static void
run (const uint8_t *bytes, gsize n)
{
  if (!g_file_set_contents_full ("last", (const char *)bytes, (gssize)n, G_FILE_SET_CONTENTS_NONE, 0600, NULL))
    fprintf (stderr, "what is tried cannot be left in the working folder\n");
  LLVMFuzzerTestOneInput (n ? bytes : (const uint8_t *)"", n);
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

int
main (int argc, char **argv)
{
  if (argc != 3)
    return 2;
  g_autoptr (GDir) dir = g_dir_open (argv[1], 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) seeds = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autoptr (GRand) random = g_rand_new_with_seed (20);
  const int n_mutations = atoi (argv[2]);
  for (const char *name; dir && (name = g_dir_read_name (dir));)
    g_ptr_array_add (names, g_build_filename (argv[1], name, NULL));
  g_ptr_array_sort (names, by_name);
  for (guint i = 0; i < names->len; i++) {
    char *bytes;
    gsize n;
    if (!g_file_get_contents (names->pdata[i], &bytes, &n, NULL))
      return 2;
    g_ptr_array_add (seeds, g_bytes_new_take (bytes, n));
    run ((uint8_t *)bytes, n);
  }
  for (int i = 0; seeds->len && i < n_mutations; i++) {
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    gsize n;
    const uint8_t *data = g_bytes_get_data (seeds->pdata[g_rand_int_range (random, 0, (gint)seeds->len)], &n);
    g_byte_array_append (bytes, data, (guint)n);
    for (int places = g_rand_int_range (random, 1, 7); places > 0; places--)
      damage (random, bytes, seeds);
    run (bytes->data, bytes->len);
  }
  remove ("last");
  printf ("%u seeds, %d mutations\n", seeds->len, n_mutations);
  return seeds->len ? 0 : 1;
}
