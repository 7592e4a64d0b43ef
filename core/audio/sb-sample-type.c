/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libsndfile's formats in words. */
#include "audio/sb-sample-type.h"

#include <glib.h>
#include <sndfile.h>

static const struct {
  const char *name;
  int bits;
  bool integer;
} sample_types[] = {
  [SB_SAMPLE_U8] = { "8-bit unsigned", 8, true }, [SB_SAMPLE_S8] = { "8-bit", 8, true },
  [SB_SAMPLE_S16] = { "16-bit", 16, true },       [SB_SAMPLE_S24] = { "24-bit", 24, true },
  [SB_SAMPLE_S32] = { "32-bit", 32, true },       [SB_SAMPLE_FLOAT] = { "32-bit float", 32, false },
  [SB_SAMPLE_DOUBLE] = { "64-bit float", 64, false }, [SB_SAMPLE_OTHER] = { "compressed", 0, false },
};

const char *
sb_sample_type_name (SbSampleType type)
{
  return sample_types[type].name;
}

int
sb_sample_type_bits (SbSampleType type)
{
  return sample_types[type].bits;
}

bool
sb_sample_type_is_integer (SbSampleType type)
{
  return sample_types[type].integer;
}

SbSampleType
sb_sample_type_of (int sf_format)
{
  switch (sf_format & SF_FORMAT_SUBMASK) {
  case SF_FORMAT_PCM_U8:
    return SB_SAMPLE_U8;
  case SF_FORMAT_PCM_S8:
    return SB_SAMPLE_S8;
  case SF_FORMAT_PCM_16:
    return SB_SAMPLE_S16;
  case SF_FORMAT_PCM_24:
    return SB_SAMPLE_S24;
  case SF_FORMAT_PCM_32:
    return SB_SAMPLE_S32;
  case SF_FORMAT_FLOAT:
    return SB_SAMPLE_FLOAT;
  case SF_FORMAT_DOUBLE:
    return SB_SAMPLE_DOUBLE;
  default:
    return SB_SAMPLE_OTHER;
  }
}

char *
sb_container_name_of (int sf_format)
{
  static const struct {
    int major;
    const char *name;
  } names[] = {
    { SF_FORMAT_WAV, "WAV" },   { SF_FORMAT_WAVEX, "WAV" }, { SF_FORMAT_RF64, "RF64" }, { SF_FORMAT_W64, "W64" },
    { SF_FORMAT_AIFF, "AIFF" }, { SF_FORMAT_CAF, "CAF" },   { SF_FORMAT_AU, "AU" },     { SF_FORMAT_FLAC, "FLAC" },
    { SF_FORMAT_OGG, "Ogg" },   { SF_FORMAT_MPEG, "MP3" },
  };
  int major = sf_format & SF_FORMAT_TYPEMASK;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].major == major)
      return g_strdup (names[i].name);
  SF_FORMAT_INFO info = { .format = major };
  sf_command (NULL, SFC_GET_FORMAT_INFO, &info, sizeof info);
  return g_strdup (info.name != NULL ? info.name : "audio");
}
