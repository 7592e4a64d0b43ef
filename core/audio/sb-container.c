/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The walker of audio containers.  Files are damaged or hostile as a matter of
 * course, so every number is checked against the file's real size before it is
 * used, each step goes at least one chunk header forward, and whatever leaves
 * a doubt about where a sample lies leaves `in_place` false.
 * Thread: any but UI.  Blocks: disk. */
#include "audio/sb-container-private.h"
#include "base/sb-error.h"
#include "base/sb-open.h"
#include "base/sb-read-at.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool
sb_walker_read (SbWalker *w, int64_t pos, void *to, size_t n)
{
  if (pos < 0 || pos > w->file_bytes || (int64_t)n > w->file_bytes - pos)
    return false;
  if (sb_read_at (w->fd, to, n, pos) == n)
    return true;
  if (w->read_errno == 0)
    w->read_errno = errno;
  return false;
}

int64_t
sb_walker_add_chunk (SbWalker *w, const uint8_t id[4], int64_t offset, uint64_t size)
{
  const int64_t left = MAX (0, w->file_bytes - offset);
  SbChunk chunk = {.offset_bytes = offset, .size_bytes = size > (uint64_t)left ? left : (int64_t)size};
  for (int i = 0; i < 4; i++)
    chunk.id[i] = id[i] >= 0x20 && id[i] < 0x7f ? (char)id[i] : '?';
  g_array_append_val (w->c->chunks, chunk);
  return chunk.size_bytes;
}

void
sb_walker_set_data (SbWalker *w, int64_t offset, int64_t size)
{
  if (w->n_data++ > 0)
    return;
  w->data_first = w->n_fmt == 0;
  w->c->data_offset_bytes = offset;
  w->c->data_size_bytes = size;
}

static void
set_type (SbWalker *w, SbSampleType type, int bytes, bool big_endian)
{
  w->c->sample_type = type;
  w->c->container_bytes = bytes;
  w->c->big_endian = big_endian;
  w->fmt_ok = true;
}

void
sb_walker_set_integer (SbWalker *w, int bits, int valid_bits, bool big_endian, bool unsigned_8)
{
  if (valid_bits >= 8 && valid_bits < bits)
    w->c->valid_bits = valid_bits;
  else if (valid_bits != 0 && valid_bits != bits)
    return;
  if (bits == 8)
    set_type (w, unsigned_8 ? SB_SAMPLE_U8 : SB_SAMPLE_S8, 1, big_endian);
  else if (bits == 16)
    set_type (w, SB_SAMPLE_S16, 2, big_endian);
  else if (bits == 24)
    set_type (w, SB_SAMPLE_S24, 3, big_endian);
  else if (bits == 32)
    set_type (w, SB_SAMPLE_S32, 4, big_endian);
}

void
sb_walker_set_floating (SbWalker *w, int bits, bool big_endian)
{
  if (bits == 32)
    set_type (w, SB_SAMPLE_FLOAT, 4, big_endian);
  else if (bits == 64)
    set_type (w, SB_SAMPLE_DOUBLE, 8, big_endian);
}

/* ---- which it is ---- */

static bool
walk (SbWalker *w)
{
  uint8_t p[40] = {0};
  if (!sb_walker_read (w, 0, p, (size_t)MIN (w->file_bytes, 40)))
    return false;
  const bool rf64 = memcmp (p, "RF64", 4) == 0, bw64 = memcmp (p, "BW64", 4) == 0;
  const bool rifx = memcmp (p, "RIFX", 4) == 0, aifc = memcmp (p + 8, "AIFC", 4) == 0;
  if ((memcmp (p, "RIFF", 4) == 0 || rifx || rf64 || bw64) && memcmp (p + 8, "WAVE", 4) == 0) {
    w->c->format = rf64 ? "RF64" : bw64 ? "BW64" : rifx ? "RIFX" : "WAV";
    w->big = rifx;
    sb_walker_riff (w, sb_walker_u32 (w, p + 4), rf64 || bw64);
  } else if (memcmp (p, sb_w64_riff, 16) == 0 && memcmp (p + 24, "wave", 4) == 0 &&
             memcmp (p + 28, sb_w64_tail, 12) == 0) {
    w->c->format = "W64";
    sb_walker_w64 (w);
  } else if (memcmp (p, "FORM", 4) == 0 && (memcmp (p + 8, "AIFF", 4) == 0 || aifc)) {
    w->c->format = aifc ? "AIFC" : "AIFF";
    w->any_order = true;
    w->big = true;
    sb_walker_aiff (w, aifc);
  } else if (memcmp (p, "caff", 4) == 0) {
    w->c->format = "CAF";
    w->big = true;
    sb_walker_caf (w);
  } else if (memcmp (p, ".snd", 4) == 0 || memcmp (p, "dns.", 4) == 0) {
    w->c->format = "AU";
    w->big = p[0] == '.';
    sb_walker_au (w);
  } else
    return false;
  return true;
}

static void
conclude (SbWalker *w)
{
  SbContainer *c = w->c;
  const int64_t frame_bytes = (int64_t)c->channels * c->container_bytes;
  if (!w->fmt_ok || c->channels < 1 || c->channels > SB_WALKER_MAX_CHANNELS || c->rate < 1)
    c->doubt = "its header does not describe plain samples";
  else if (w->n_fmt != 1)
    c->doubt = "its header describes the samples more than once";
  else if (w->n_data != 1)
    c->doubt = "its samples are not one chunk";
  else if (w->data_first && !w->any_order)
    c->doubt = "its samples stand before their description";
  else if (c->chunks->len >= SB_WALKER_MAX_CHUNKS)
    c->doubt = "it has more chunks than can be kept track of";
  c->in_place = c->doubt == NULL;
  if (w->fmt_ok && frame_bytes > 0 && w->n_data > 0)
    c->n_frames = c->data_size_bytes / frame_bytes;
  if (w->said_frames >= 0 && w->said_frames < c->n_frames)
    c->n_frames = w->said_frames;
  if (!c->in_place)
    c->sample_type = w->fmt_ok ? c->sample_type : SB_SAMPLE_OTHER;
}

SbContainer *
sb_container_read (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  SbWalker w = {.ds64_data = -1, .said_frames = -1};
  struct stat st;
  w.fd = sb_open_regular (path, shown, &st, error);
  if (w.fd < 0)
    return NULL;
  w.file_bytes = st.st_size;
  w.c = g_new0 (SbContainer, 1);
  w.c->sample_type = SB_SAMPLE_OTHER;
  w.c->chunks = g_array_new (FALSE, FALSE, sizeof (SbChunk));
  const bool known = walk (&w);
  close (w.fd);
  g_clear_pointer (&w.ds64_table, g_array_unref);
  if (w.read_errno != 0) {
    sb_container_free (w.c);
    g_set_error (error, SB_ERROR, SB_ERROR_READ, "“%s” could not be read (%s). Check the disk.", shown,
                 g_strerror (w.read_errno));
    return NULL;
  }
  if (!known) {
    sb_container_free (w.c);
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” is not a WAV, W64, AIFF, CAF or AU file.", shown);
    return NULL;
  }
  conclude (&w);
  return w.c;
}

void
sb_container_free (SbContainer *container)
{
  if (!container)
    return;
  g_array_unref (container->chunks);
  g_free (container);
}
