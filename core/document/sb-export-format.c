/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a file name and a wish to a container and a sample type. */
#include "base/sb-error.h"
#include "document/sb-export-private.h"

#include <sndfile.h>
#include <string.h>

static const struct {
  const char *ending;
  int major;
  const char *container;
  int own; /* the codec of a lossy container, 0: none */
} endings[] = {
    {"wav", SF_FORMAT_WAV, "WAV", 0},
    {"wave", SF_FORMAT_WAV, "WAV", 0},
    {"bwf", SF_FORMAT_WAV, "WAV", 0},
    {"wavex", SF_FORMAT_WAV, "WAV", 0},
    {"rf64", SF_FORMAT_RF64, "RF64", 0},
    {"w64", SF_FORMAT_W64, "W64", 0},
    {"aiff", SF_FORMAT_AIFF, "AIFF", 0},
    {"aif", SF_FORMAT_AIFF, "AIFF", 0},
    {"aifc", SF_FORMAT_AIFF, "AIFF", 0},
    {"caf", SF_FORMAT_CAF, "CAF", 0},
    {"au", SF_FORMAT_AU, "AU", 0},
    {"snd", SF_FORMAT_AU, "AU", 0},
    {"flac", SF_FORMAT_FLAC, "FLAC", 0},
    {"ogg", SF_FORMAT_OGG, "Ogg", SF_FORMAT_VORBIS},
    {"oga", SF_FORMAT_OGG, "Ogg", SF_FORMAT_VORBIS},
    {"opus", SF_FORMAT_OGG, "Opus", SF_FORMAT_OPUS},
    {"mp3", SF_FORMAT_MPEG, "MP3", SF_FORMAT_MPEG_LAYER_III},
};

static const struct {
  const char *name;
  int minor;
  SbSampleType type;
  SbExportWork work;
  int bits;
} subtypes[] = {
    {"pcm_u8", SF_FORMAT_PCM_U8, SB_SAMPLE_U8, SB_WORK_INT, 8},
    {"pcm_s8", SF_FORMAT_PCM_S8, SB_SAMPLE_S8, SB_WORK_INT, 8},
    {"pcm_16", SF_FORMAT_PCM_16, SB_SAMPLE_S16, SB_WORK_INT, 16},
    {"pcm_24", SF_FORMAT_PCM_24, SB_SAMPLE_S24, SB_WORK_INT, 24},
    {"pcm_32", SF_FORMAT_PCM_32, SB_SAMPLE_S32, SB_WORK_INT, 32},
    {"float", SF_FORMAT_FLOAT, SB_SAMPLE_FLOAT, SB_WORK_FLOAT, 0},
    {"double", SF_FORMAT_DOUBLE, SB_SAMPLE_DOUBLE, SB_WORK_DOUBLE, 0},
    {"vorbis", SF_FORMAT_VORBIS, SB_SAMPLE_OTHER, SB_WORK_FLOAT, 0},
    {"opus", SF_FORMAT_OPUS, SB_SAMPLE_OTHER, SB_WORK_FLOAT, 0},
    {"mp3", SF_FORMAT_MPEG_LAYER_III, SB_SAMPLE_OTHER, SB_WORK_FLOAT, 0},
};

static int
ending_of (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  const char *dot = strrchr (base, '.');
  for (gsize i = 0; dot && i < G_N_ELEMENTS (endings); i++)
    if (g_ascii_strcasecmp (dot + 1, endings[i].ending) == 0)
      return (int)i;
  return -1;
}

static int
subtype_of_minor (int minor)
{
  for (gsize i = 0; i < G_N_ELEMENTS (subtypes); i++)
    if (subtypes[i].minor == minor)
      return (int)i;
  return -1;
}

static bool
can_hold (int major, int minor, const SbExportShape *shape)
{
  SF_INFO info = {.samplerate = shape->rate, .channels = shape->channels, .format = major | minor};
  return sf_format_check (&info);
}

/* "“x.flac” would be FLAC, which cannot hold 32-bit float. It can hold pcm_s8, pcm_16 and pcm_24: …" */
static bool
refuse_type (const char *path, int ending, const char *what, const SbExportShape *shape, GError **error)
{
  g_autofree char *shown = g_filename_display_basename (path);
  g_autoptr (GString) list = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (subtypes); i++)
    if (can_hold (endings[ending].major, subtypes[i].minor, shape))
      g_string_append_printf (list, "%s%s", list->len ? ", " : "", subtypes[i].name);
  if (list->len)
    g_set_error (
        error, SB_ERROR, SB_ERROR_VALUE,
        "“%s” would be %s, which cannot hold %s samples. It can hold %s: choose one of these or another format.", shown,
        endings[ending].container, what, list->str);
  else
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "“%s” would be %s, which cannot hold %d channels at %d Hz. Choose another format, such as WAV.", shown,
                 endings[ending].container, shape->channels, shape->rate);
  return false;
}

/* The source's own type, its sibling of the other sign, or for what has no type of its own float, else 24 bits. */
static int
default_subtype (int ending, const SbExportShape *shape)
{
  static const SbSampleType like_u8[] = {SB_SAMPLE_U8, SB_SAMPLE_S8}, like_s8[] = {SB_SAMPLE_S8, SB_SAMPLE_U8};
  static const SbSampleType like_other[] = {SB_SAMPLE_FLOAT, SB_SAMPLE_S24};
  const SbSampleType one[] = {shape->type};
  const SbSampleType *tries = one;
  int n = 1;
  if (endings[ending].own)
    return subtype_of_minor (endings[ending].own);
  if (shape->type == SB_SAMPLE_U8 || shape->type == SB_SAMPLE_S8 || shape->type == SB_SAMPLE_OTHER) {
    tries = shape->type == SB_SAMPLE_U8 ? like_u8 : shape->type == SB_SAMPLE_S8 ? like_s8 : like_other;
    n = 2;
  }
  for (int t = 0; t < n; t++)
    for (gsize i = 0; i < G_N_ELEMENTS (subtypes); i++)
      if (subtypes[i].type == tries[t] && subtypes[i].type != SB_SAMPLE_OTHER &&
          can_hold (endings[ending].major, subtypes[i].minor, shape))
        return (int)i;
  return -1;
}

static int
named_subtype (const char *name, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (subtypes); i++)
    if (g_ascii_strcasecmp (name, subtypes[i].name) == 0)
      return (int)i;
  g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
               "“%s” is not a sample type. Choose pcm_u8, pcm_s8, pcm_16, pcm_24, pcm_32, float, double, vorbis, opus "
               "or mp3.",
               name);
  return -1;
}

static bool
rate_fits (int minor, const SbExportShape *shape)
{
  static const int opus[] = {8000, 12000, 16000, 24000, 48000, 0};
  static const int mp3[] = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 0};
  const int *rates = minor == SF_FORMAT_OPUS ? opus : minor == SF_FORMAT_MPEG_LAYER_III ? mp3 : NULL;
  if (!rates)
    return true;
  while (*rates && *rates != shape->rate)
    rates++;
  return *rates != 0;
}

/* Whether the source's file is of the container that this ending names. */
static bool
same_container (int major, int minor, int source_format)
{
  const int source_major = source_format & SF_FORMAT_TYPEMASK;
  if (major == SF_FORMAT_WAV)
    return source_major == SF_FORMAT_WAV || source_major == SF_FORMAT_WAVEX || source_major == SF_FORMAT_RF64;
  if (major == SF_FORMAT_OGG && minor != (source_format & SF_FORMAT_SUBMASK))
    return false;
  return source_format != 0 && major == source_major;
}

/* Sizes of 32 bits in the header: WAV becomes RF64 by itself, others say so. */
static bool
fit_size (const char *path, SbExportFormat *format, const SbExportShape *shape, GError **error)
{
  const int major = format->sf_format & SF_FORMAT_TYPEMASK;
  const double bytes = (double)shape->n_frames * shape->channels *
                       (format->work == SB_WORK_INT     ? format->bits / 8
                        : format->work == SB_WORK_FLOAT ? 4
                                                        : 8);
  if (bytes < 4.29e9 || format->lossy)
    return true;
  if (major == SF_FORMAT_WAV || major == SF_FORMAT_WAVEX)
    format->sf_format = SF_FORMAT_RF64 | (format->sf_format & SF_FORMAT_SUBMASK);
  else if (major == SF_FORMAT_AIFF || major == SF_FORMAT_AU) {
    g_autofree char *shown = g_filename_display_basename (path);
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "“%s” would be larger than the 4 GB that %s can hold. Choose WAV, W64, CAF or FLAC.", shown,
                 format->container);
    return false;
  }
  return true;
}

bool
sb_export_format_choose (const char *path, const char *subtype, const SbExportShape *shape, SbExportFormat *format,
                         GError **error)
{
  const int ending = ending_of (path);
  if (ending < 0) {
    g_autofree char *shown = g_filename_display_basename (path);
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "“%s” does not say by its ending which format it should have. Choose a name that ends in .wav, .flac, "
                 ".aiff, .w64, .rf64, .caf, .au, .ogg, .opus or .mp3.",
                 shown);
    return false;
  }
  const int s = subtype ? named_subtype (subtype, error) : default_subtype (ending, shape);
  if (s < 0 && subtype)
    return false;
  const int major = endings[ending].major;
  if (s < 0 || !can_hold (major, subtypes[s].minor, shape))
    return refuse_type (path, ending, subtype ? subtype : sb_sample_type_name (shape->type), shape, error);
  if (!rate_fits (subtypes[s].minor, shape)) {
    g_autofree char *shown = g_filename_display_basename (path);
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE,
                 "“%s” cannot be written: %s does not know a rate of %d Hz. Choose another format, such as FLAC.",
                 shown, subtypes[s].name, shape->rate);
    return false;
  }
  *format = (SbExportFormat){
      .sf_format = major | subtypes[s].minor,
      .type = subtypes[s].type,
      .subtype = subtypes[s].name,
      .container = endings[ending].container,
      .work = subtypes[s].work,
      .bits = subtypes[s].bits,
      .lossy = subtypes[s].type == SB_SAMPLE_OTHER,
      .same_container = same_container (major, subtypes[s].minor, shape->sf_format),
      .same_type = subtypes[s].type == shape->type && subtypes[s].type != SB_SAMPLE_OTHER,
  };
  if (major == SF_FORMAT_WAV && (shape->channels > 2 || (shape->sf_format & SF_FORMAT_TYPEMASK) == SF_FORMAT_WAVEX))
    format->sf_format = SF_FORMAT_WAVEX | subtypes[s].minor;
  return fit_size (path, format, shape, error);
}

bool
sb_export_format_copies (const char *path, const SbExportShape *shape, SbExportFormat *format)
{
  const int ending = ending_of (path);
  const int minor = shape->sf_format & SF_FORMAT_SUBMASK, s = subtype_of_minor (minor);
  if (ending < 0 || !same_container (endings[ending].major, minor, shape->sf_format))
    return false;
  if (endings[ending].own == SF_FORMAT_OPUS && minor != SF_FORMAT_OPUS)
    return false;
  *format = (SbExportFormat){
      .sf_format = shape->sf_format,
      .type = shape->type,
      .subtype = s >= 0 ? subtypes[s].name : "as it was",
      .container = endings[ending].container,
      .work = s >= 0 ? subtypes[s].work : SB_WORK_FLOAT,
      .bits = s >= 0 ? subtypes[s].bits : 0,
      .lossy = s < 0 || subtypes[s].type == SB_SAMPLE_OTHER,
      .same_container = true,
      .same_type = true,
  };
  return true;
}
