/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-export-types.h"

#include <string.h>

static const char *const riff[] = {"pcm_u8", "pcm_16", "pcm_24", "pcm_32", "float", "double", NULL};
static const char *const signed_8[] = {"pcm_s8", "pcm_16", "pcm_24", "pcm_32", "float", "double", NULL};
static const char *const flac[] = {"pcm_s8", "pcm_16", "pcm_24", NULL};
static const char *const vorbis[] = {"vorbis", NULL}, *const opus[] = {"opus", NULL}, *const mp3[] = {"mp3", NULL};

static const SbExportKind kinds[] = {
    {"WAV", "wav", riff, true},        {"RF64", "rf64", riff, true},         {"Wave64", "w64", riff, true},
    {"AIFF", "aiff", signed_8, false}, {"CAF", "caf", signed_8, false},      {"AU", "au", signed_8, false},
    {"FLAC", "flac", flac, false},     {"Ogg Vorbis", "ogg", vorbis, false}, {"Opus", "opus", opus, false},
    {"MP3", "mp3", mp3, false},
};

static const SbExportSubtype subtypes[] = {
    {"pcm_u8", "8-bit", SB_SAMPLE_U8},
    {"pcm_s8", "8-bit", SB_SAMPLE_S8},
    {"pcm_16", "16-bit", SB_SAMPLE_S16},
    {"pcm_24", "24-bit", SB_SAMPLE_S24},
    {"pcm_32", "32-bit", SB_SAMPLE_S32},
    {"float", "32-bit float", SB_SAMPLE_FLOAT},
    {"double", "64-bit float", SB_SAMPLE_DOUBLE},
    {"vorbis", "Vorbis, lossy", SB_SAMPLE_OTHER},
    {"opus", "Opus, lossy", SB_SAMPLE_OTHER},
    {"mp3", "MP3, lossy", SB_SAMPLE_OTHER},
};

/* Other endings of the same kinds. */
static const char *const also[][2] = {{"wave", "wav"},  {"bwf", "wav"}, {"wavex", "wav"}, {"aif", "aiff"},
                                      {"aifc", "aiff"}, {"snd", "au"},  {"oga", "ogg"}};

guint
sb_export_n_kinds (void)
{
  return G_N_ELEMENTS (kinds);
}

const SbExportKind *
sb_export_kind (guint index)
{
  return &kinds[MIN (index, G_N_ELEMENTS (kinds) - 1)];
}

const SbExportSubtype *
sb_export_subtype (const char *subtype)
{
  size_t i = 0;
  while (i + 1 < G_N_ELEMENTS (subtypes) && strcmp (subtypes[i].subtype, subtype) != 0)
    i++;
  return &subtypes[i];
}

/* The dot of the ending; NULL: the name has none. */
static const char *
ending_of (const char *path)
{
  const char *slash = strrchr (path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr (name, '.');
  return dot == name ? NULL : dot;
}

int
sb_export_kind_of_path (const char *path)
{
  const char *dot = ending_of (path), *ending = dot ? dot + 1 : "";
  for (size_t i = 0; i < G_N_ELEMENTS (also); i++)
    if (g_ascii_strcasecmp (ending, also[i][0]) == 0)
      ending = also[i][1];
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (ending, kinds[i].ending) == 0)
      return (int)i;
  return -1;
}

char *
sb_export_path_as (const char *path, guint kind)
{
  const int now = sb_export_kind_of_path (path);
  if (now == (int)kind)
    return g_strdup (path);
  /* "take 2.5" has no ending of ours: all of it is the name */
  const int stem = now >= 0 ? (int)(ending_of (path) - path) : (int)strlen (path);
  return g_strdup_printf ("%.*s.%s", stem, path, sb_export_kind (kind)->ending);
}

char *
sb_export_removed_beside (const char *path)
{
  const char *dot = ending_of (path);
  const int stem = dot ? (int)(dot - path) : (int)strlen (path);
  return g_strdup_printf ("%.*s-removed%s", stem, path, dot ? dot : "");
}
