/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-chunk-words.h"

#include <string.h>

static bool
is_one_of (const char *id, const char *const *list)
{
  for (int i = 0; list[i]; i++)
    if (strcmp (id, list[i]) == 0)
      return true;
  return false;
}

char *
sb_chunk_words (const SbContainer *container)
{
  static const char *const samples[] = {"fmt",  "data", "fact", "PEAK", "JUNK", "junk", "ds64", "FLLR", "PAD",  "pad",
                                        "COMM", "SSND", "FVER", "desc", "free", "FORM", "RIFF", "riff", "wave", NULL};
  static const char *const known[] = {"bext", "cue",  "LIST", "list", "iXML", "smpl", "inst", "cart", "axml", "chna",
                                      "id3",  "ID3",  "aXML", "_PMX", "MARK", "INST", "NAME", "AUTH", "(c)",  "ANNO",
                                      "COMT", "mark", "regn", "info", "strg", "uuid", "plst", "adtl", "umid", NULL};
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  int n_unknown = 0;
  for (guint i = 0; i < container->chunks->len; i++) {
    g_autofree char *id = g_strstrip (g_strdup (g_array_index (container->chunks, SbChunk, i).id));
    if (is_one_of (id, samples))
      continue;
    if (!is_one_of (id, known))
      n_unknown++;
    else if (!g_ptr_array_find_with_equal_func (words, id, g_str_equal, NULL))
      g_ptr_array_add (words, g_steal_pointer (&id));
  }
  if (n_unknown)
    g_ptr_array_add (words, g_strdup_printf (n_unknown == 1 ? "%d unknown chunk" : "%d unknown chunks", n_unknown));
  if (words->len < 2)
    return words->len ? g_strdup (words->pdata[0]) : NULL;
  g_autofree char *last = g_ptr_array_steal_index (words, words->len - 1);
  g_ptr_array_add (words, NULL);
  g_autofree char *rest = g_strjoinv (", ", (char **)words->pdata);
  return g_strdup_printf ("%s and %s", rest, last);
}

const char *
sb_chunk_ending (const SbContainer *container)
{
  static const char *const endings[][2] = {{"WAV", "wav"},   {"RF64", "rf64"}, {"BW64", "rf64"}, {"W64", "w64"},
                                           {"AIFF", "aiff"}, {"AIFC", "aiff"}, {"CAF", "caf"},   {"AU", "au"}};
  for (size_t i = 0; i < G_N_ELEMENTS (endings); i++)
    if (strcmp (container->format, endings[i][0]) == 0)
      return endings[i][1];
  return NULL;
}
