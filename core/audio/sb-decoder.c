/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-decoder-private.h. */
#include "audio/sb-decoder-private.h"

#include "audio/sb-mend.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <vorbis/vorbisfile.h>

#define VORBIS_BLOCK_FRAMES 4096
#define RESTART_FRAMES 32768
#define SKIP_SAMPLES 65536

struct SbDecoder {
  SNDFILE *sf;         /* NULL: vorbis */
  SbMended *mended;    /* what sf reads from; NULL: the file as it is */
  OggVorbis_File *vf;  /* NULL: libsndfile */
  int channels;
  bool restarts; /* decode every RESTART_FRAMES from a fresh seek, see below */
  int64_t pos;
};

/* A second open file description of the same file, with an offset of its own. */
static FILE *
reopen_stream (int fd)
{
  g_autofree char *self = g_strdup_printf ("/proc/self/fd/%d", fd);
  return fopen (self, "rbe");
}

/* NULL when it is not one plain Vorbis stream: libsndfile then reads it. */
static OggVorbis_File *
open_vorbis (int fd, const SF_INFO *info)
{
  FILE *stream = reopen_stream (fd);
  if (stream == NULL)
    return NULL;
  OggVorbis_File *vf = g_new0 (OggVorbis_File, 1);
  if (ov_open_callbacks (stream, vf, NULL, 0, OV_CALLBACKS_DEFAULT) != 0) {
    fclose (stream);
    g_free (vf);
    return NULL;
  }
  vorbis_info *own = ov_info (vf, -1);
  if (ov_streams (vf) == 1 && own->channels == info->channels && own->rate == info->samplerate
      && ov_pcm_total (vf, -1) == info->frames)
    return vf;
  ov_clear (vf);
  g_free (vf);
  return NULL;
}

SbDecoder *
sb_decoder_new (int fd, SF_INFO *info, const char **reason)
{
  SbDecoder *decoder = g_new0 (SbDecoder, 1);
  decoder->sf = sb_mended_open (fd, info, &decoder->mended, reason);
  if (decoder->sf == NULL) {
    g_free (decoder);
    return NULL;
  }
  decoder->channels = info->channels;
  decoder->pos = -1;
  decoder->restarts = (info->format & SF_FORMAT_SUBMASK) == SF_FORMAT_OPUS;
  if (info->format == (SF_FORMAT_OGG | SF_FORMAT_VORBIS) && (decoder->vf = open_vorbis (fd, info)) != NULL)
    g_clear_pointer (&decoder->sf, sf_close);
  return decoder;
}

void
sb_decoder_free (SbDecoder *decoder)
{
  if (decoder == NULL)
    return;
  if (decoder->sf != NULL)
    sf_close (decoder->sf);
  sb_mended_free (decoder->mended);
  if (decoder->vf != NULL)
    ov_clear (decoder->vf);
  g_free (decoder->vf);
  g_free (decoder);
}

bool
sb_decoder_is_unfinished (const SbDecoder *decoder)
{
  return sb_mended_is_unfinished (decoder->mended);
}

int64_t
sb_decoder_position (const SbDecoder *decoder)
{
  return decoder->pos;
}

/* An Opus decoder forgets its past only gradually: after a seek the first
 * samples depend on where decoding began (by about 4e-7, measured).  A source
 * must give the same frames whoever asks, so Opus is always decoded from the
 * same places, the multiples of RESTART_FRAMES:
 *
 *   0 ─────────► R ─────────► 2R ────────►      each arrow begins with a seek
 *
 * libsndfile turns a short seek forwards into plain decoding, so it is sent to
 * the beginning first. */
static bool
seek_exactly (SbDecoder *decoder, int64_t pos)
{
  if (decoder->restarts)
    sf_seek (decoder->sf, 0, SF_SEEK_SET);
  bool good = decoder->vf != NULL ? ov_pcm_seek (decoder->vf, pos) == 0
                                  : sf_seek (decoder->sf, pos, SF_SEEK_SET) == pos;
  decoder->pos = good ? pos : -1;
  return good;
}

/* Reads and forgets up to pos. */
static bool
skip_to (SbDecoder *decoder, int64_t pos)
{
  int64_t most = MAX (1, SKIP_SAMPLES / decoder->channels);
  g_autofree float *skipped = g_new (float, most * decoder->channels);
  while (decoder->pos >= 0 && decoder->pos < pos) {
    int64_t n = MIN (pos - decoder->pos, most);
    if (sb_decoder_read (decoder, SB_READ_FLOAT, skipped, n) != n)
      decoder->pos = -1;
  }
  return decoder->pos == pos;
}

/* A stream without a length in its header (FLAC from a pipe) cannot be sought
 * in; it is decoded up to the place, from where it stands or from its beginning. */
bool
sb_decoder_seek (SbDecoder *decoder, int64_t pos)
{
  int64_t start = decoder->restarts ? pos - pos % RESTART_FRAMES : pos, stood = decoder->pos;
  if (seek_exactly (decoder, start))
    return skip_to (decoder, pos);
  decoder->pos = stood;
  if (stood >= 0 && stood <= pos && skip_to (decoder, pos))
    return true;
  return seek_exactly (decoder, 0) && skip_to (decoder, pos);
}

static void
store (float value, SbReadAs as, void *out, int64_t index)
{
  switch (as) {
  case SB_READ_FLOAT:
    ((float *)out)[index] = value;
    break;
  case SB_READ_DOUBLE:
    ((double *)out)[index] = value;
    break;
  case SB_READ_INT:
    ((int32_t *)out)[index] = (int32_t)CLAMP ((double)value * 2147483648.0, -2147483648.0, 2147483647.0);
    break;
  }
}

static int64_t
read_vorbis (SbDecoder *decoder, SbReadAs as, void *out, int64_t n)
{
  int64_t done = 0;
  while (done < n) {
    float **planes;
    int stream;
    long got = ov_read_float (decoder->vf, &planes, (int)MIN (n - done, VORBIS_BLOCK_FRAMES), &stream);
    if (got == OV_HOLE)
      continue; /* damaged page, skipped: what follows is good */
    if (got <= 0)
      break;
    for (int channel = 0; channel < decoder->channels; channel++)
      for (long i = 0; i < got; i++)
        store (planes[channel][i], as, out, (done + i) * decoder->channels + channel);
    done += got;
  }
  return done;
}

static int64_t
read_run (SbDecoder *decoder, SbReadAs as, void *out, int64_t n)
{
  int64_t got;
  if (decoder->vf != NULL)
    got = read_vorbis (decoder, as, out, n);
  else if (as == SB_READ_INT)
    got = sf_readf_int (decoder->sf, out, n);
  else if (as == SB_READ_DOUBLE)
    got = sf_readf_double (decoder->sf, out, n);
  else
    got = sf_readf_float (decoder->sf, out, n);
  if (got < 0 || (decoder->sf != NULL && sf_error (decoder->sf) != SF_ERR_NO_ERROR))
    got = 0; /* what a decoder hands out while it fails is not to be trusted */
  decoder->pos = decoder->pos < 0 ? -1 : decoder->pos + got;
  return got;
}

int64_t
sb_decoder_read (SbDecoder *decoder, SbReadAs as, void *out, int64_t n)
{
  size_t frame_bytes = (as == SB_READ_DOUBLE ? sizeof (double) : sizeof (float)) * decoder->channels;
  if (!decoder->restarts)
    return read_run (decoder, as, out, n);
  int64_t done = 0;
  while (done < n) {
    int64_t within = decoder->pos % RESTART_FRAMES;
    if (decoder->pos < 0 || (within == 0 && !seek_exactly (decoder, decoder->pos)))
      break;
    int64_t wanted = MIN (n - done, RESTART_FRAMES - within);
    int64_t got = read_run (decoder, as, (char *)out + done * frame_bytes, wanted);
    done += got;
    if (got < wanted)
      break;
  }
  return done;
}
