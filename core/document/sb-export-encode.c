/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Export through libsndfile.  libsndfile reports success on a full disk
 * (sf_close() always, FLAC and Ogg every call), so nothing it says is believed:
 * its bytes go through functions of ours that keep the first error, the file is
 * opened again and decoded to the end, and each block's hash must be that of
 * what was meant; then it is flushed to the disk. */
#include "base/sb-error.h"
#include "document/sb-export-meta-private.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOSSY_PIECE_FRAMES 2048 /* the Vorbis encoder takes as much stack as it is given frames */

/* ---- what libsndfile writes to ---- */

typedef struct {
  int fd;
  int64_t pos, length; /* as the encoder sees them */
  int64_t extra;       /* bytes of ours behind the first SB_FLAC_HEAD_BYTES, of which it knows nothing */
  int first_errno;     /* 0: none so far */
} Outlet;

/* How much from pos on lies in one piece in the file, and where. */
static int64_t
place_of (const Outlet *outlet, int64_t pos, int64_t *n)
{
  if (outlet->extra == 0)
    return pos;
  if (pos >= SB_FLAC_HEAD_BYTES)
    return pos + outlet->extra;
  *n = MIN (*n, SB_FLAC_HEAD_BYTES - pos);
  return pos;
}

static sf_count_t
outlet_length (void *data)
{
  return ((Outlet *)data)->length;
}

static sf_count_t
outlet_seek (sf_count_t offset, int whence, void *data)
{
  Outlet *outlet = data;
  const int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? outlet->pos : outlet->length;
  if (from + offset < 0)
    return -1;
  return outlet->pos = from + offset;
}

static sf_count_t
outlet_read (void *to, sf_count_t n, void *data)
{
  Outlet *outlet = data;
  const int64_t at = place_of (outlet, outlet->pos, &n);
  const ssize_t got = pread (outlet->fd, to, (size_t)n, at);
  if (got > 0)
    outlet->pos += got;
  return MAX (got, 0);
}

/* After an error the rest is swallowed: told of it, libsndfile would leave its
 * Vorbis encoder allocated.  The error is in first_errno, where we look. */
static sf_count_t
outlet_write (const void *from, sf_count_t n, void *data)
{
  Outlet *outlet = data;
  sf_count_t done = 0;
  while (done < n && outlet->first_errno == 0) {
    int64_t m = n - done;
    const int64_t at = place_of (outlet, outlet->pos + done, &m);
    const ssize_t put = pwrite (outlet->fd, (const uint8_t *)from + done, (size_t)m, at);
    if (put < 0 && errno == EINTR)
      continue;
    if (put <= 0)
      outlet->first_errno = put < 0 ? errno : ENOSPC;
    else
      done += put;
  }
  outlet->pos += n;
  outlet->length = MAX (outlet->length, outlet->pos);
  return n;
}

static sf_count_t
outlet_tell (void *data)
{
  return ((Outlet *)data)->pos;
}

static SF_VIRTUAL_IO outlet_functions = {outlet_length, outlet_seek, outlet_read, outlet_write, outlet_tell};

/* ---- writing ---- */

static sf_count_t
write_frames (SNDFILE *file, SbExportWork work, const void *samples, int64_t n)
{
  if (work == SB_WORK_INT)
    return sf_writef_int (file, samples, n);
  if (work == SB_WORK_FLOAT)
    return sf_writef_float (file, samples, n);
  return sf_writef_double (file, samples, n);
}

/* The tags that libsndfile writes; chunks of a container that we do not write ourselves stay behind. */
static void
carry_texts (SbExportMeta *meta, SNDFILE *to, int sf_format)
{
  const bool flac = (sf_format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC;
  sb_export_meta_tell_left_out (meta, flac ? SB_META_FLAC : SB_META_NONE, sf_format);
  if (flac && sb_export_meta_find (meta, "tags", NULL))
    return; /* all of them go over as a block */
  for (int s = SF_STR_FIRST; s <= SF_STR_LAST; s++)
    if (meta->text[s] && s != SF_STR_SOFTWARE)
      sf_set_string (to, s, meta->text[s]);
}

/* Of the speakers' order only what WAV can tell. */
static void
carry_speakers (const SbExportMeta *meta, SNDFILE *to, int channels)
{
  static const int speakers[] = {SF_CHANNEL_MAP_LEFT,
                                 SF_CHANNEL_MAP_RIGHT,
                                 SF_CHANNEL_MAP_CENTER,
                                 SF_CHANNEL_MAP_LFE,
                                 SF_CHANNEL_MAP_REAR_LEFT,
                                 SF_CHANNEL_MAP_REAR_RIGHT,
                                 SF_CHANNEL_MAP_FRONT_LEFT_OF_CENTER,
                                 SF_CHANNEL_MAP_FRONT_RIGHT_OF_CENTER,
                                 SF_CHANNEL_MAP_REAR_CENTER,
                                 SF_CHANNEL_MAP_SIDE_LEFT,
                                 SF_CHANNEL_MAP_SIDE_RIGHT};
  g_autofree int *map = g_new0 (int, (gsize)channels);
  int n = 0;
  for (gsize bit = 0; bit < G_N_ELEMENTS (speakers) && n < channels; bit++)
    if (meta->speakers >> bit & 1)
      map[n++] = speakers[bit];
  if (n == channels && channels > 2)
    sf_command (to, SFC_SET_CHANNEL_MAP_INFO, map, channels * (int)sizeof (int));
}

static SNDFILE *
open_for_writing (SbExportRender *render, const SbExportFormat *format, SbExportMeta *meta, SbExportTarget *target,
                  Outlet *outlet, GError **error)
{
  SF_INFO info = {.samplerate = sb_source_rate (render->source),
                  .channels = sb_source_channels (render->source),
                  .format = format->sf_format};
  SNDFILE *file = sf_open_virtual (&outlet_functions, SFM_WRITE, &info, outlet);
  if (!file) {
    g_autofree char *why = g_strdup_printf ("%s cannot be made of it (%s)", format->container, sf_strerror (NULL));
    sb_export_target_fail (target, why, error);
    return NULL;
  }
  double quality = 0.7;
  sf_command (file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE); /* it holds the time: never the same bytes twice */
  if ((format->sf_format & SF_FORMAT_SUBMASK) == SF_FORMAT_VORBIS)
    sf_command (file, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
  if (meta) {
    carry_texts (meta, file, format->sf_format);
    carry_speakers (meta, file, info.channels);
  }
  return file;
}

static bool
write_block (SbExportRender *render, const SbExportFormat *format, SNDFILE *file, int64_t n)
{
  const int channels = sb_source_channels (render->source);
  if (!format->lossy)
    return write_frames (file, format->work, render->after, n) == n;
  float *samples = render->after;
  for (int64_t i = 0; i < n * channels; i++)
    if (!isfinite (samples[i]))
      samples[i] = 0;
  for (int64_t done = 0; done < n; done += LOSSY_PIECE_FRAMES) {
    const int64_t m = MIN (LOSSY_PIECE_FRAMES, n - done);
    if (write_frames (file, format->work, samples + done * channels, m) != m)
      return false;
  }
  return true;
}

/* hashes: of uint64_t, one a block.  What fails in writing is for the caller to tell. */
static bool
write_all (SbExportRender *render, const SbExportFormat *format, SNDFILE *file, const Outlet *outlet, GArray *hashes,
           SbProgress *progress, GError **error)
{
  const int64_t n_frames = render->n_frames, step = render->max_frames;
  const gsize frame_bytes = (gsize)sb_source_channels (render->source) * sb_export_work_bytes (format->work);
  for (int64_t pos = 0; pos < n_frames; pos += step) {
    const int64_t n = MIN (step, n_frames - pos);
    if (sb_progress_check (progress, error) || !sb_export_render (render, render->first + pos, n, error))
      return false;
    const uint64_t hash = sb_export_hash (render->after, (gsize)n * frame_bytes);
    g_array_append_val (hashes, hash);
    if (!write_block (render, format, file, n) || outlet->first_errno != 0)
      return false;
    sb_progress_set (progress, 0.7 * (double)(pos + n) / (double)n_frames);
  }
  return true;
}

bool
sb_export_encode (SbExportRender *render, const SbExportFormat *format, SbExportMeta *meta, SbExportTarget *target,
                  SbProgress *progress, GError **error)
{
  g_autoptr (GArray) hashes = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  Outlet outlet = {.fd = target->fd};
  GError *why = NULL;
  g_autoptr (GByteArray) blocks = (format->sf_format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC
                                      ? sb_export_flac_blocks (meta)
                                      : g_byte_array_new ();
  outlet.extra = blocks->len;
  if (!sb_export_pwrite (target->fd, blocks->data, blocks->len, SB_FLAC_HEAD_BYTES))
    return sb_export_target_fail (target, g_strerror (errno), error);
  SNDFILE *file = open_for_writing (render, format, meta, target, &outlet, error);
  if (!file)
    return false;
  const bool written = write_all (render, format, file, &outlet, hashes, progress, &why);
  const bool closed = sf_close (file) == 0;
  if (outlet.first_errno != 0) {
    g_clear_error (&why);
    return sb_export_target_fail (target, g_strerror (outlet.first_errno), error);
  }
  if (why) {
    g_propagate_error (error, why);
    return false;
  }
  if (!written || !closed)
    return sb_export_target_fail (target, "the encoder gave up. Choose another format", error);
  if (blocks->len > 0 && sb_export_meta_find (meta, "tags", NULL) &&
      !sb_export_flac_hide_tags (target->fd, SB_FLAC_HEAD_BYTES + outlet.extra))
    return sb_export_target_fail (target, g_strerror (errno), error);
  if ((format->sf_format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG &&
      !sb_export_ogg_number (target->fd, outlet.length, (uint32_t)sb_export_hash (hashes->data, hashes->len * 8)))
    return sb_export_target_fail (target, g_strerror (errno), error);
  return sb_export_verify (render, format, target, hashes, progress, error) &&
         sb_export_target_sync (target, progress, error);
}
