/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-mend.h.  libsndfile reads through functions of ours, which put a few
 * bytes of their own over those of the file:
 *
 *   file        RIFF 0000 WAVE fmt  …… data 0000 ………………
 *   libsndfile  RIFF n    WAVE fmt  …… data m    ……………… */
#include "audio/sb-mend.h"
#include "audio/sb-container.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_PATCHES 2

typedef struct {
  int64_t at;
  int n;
  uint8_t bytes[4];
} Patch;

struct SbMended {
  int fd;
  int64_t pos, length;
  bool unfinished;
  int n_patches;
  Patch patches[MAX_PATCHES];
};

/* ---- what libsndfile reads from ---- */

static sf_count_t
mended_length (void *data)
{
  return ((SbMended *)data)->length;
}

static sf_count_t
mended_seek (sf_count_t offset, int whence, void *data)
{
  SbMended *mended = data;
  const int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? mended->pos : mended->length;
  if (offset < -from || offset > mended->length - from)
    return -1;
  return mended->pos = from + offset;
}

static sf_count_t
mended_read (void *to, sf_count_t n, void *data)
{
  SbMended *mended = data;
  ssize_t got;
  do
    got = pread (mended->fd, to, (size_t)MAX (n, 0), mended->pos);
  while (got < 0 && errno == EINTR);
  if (got <= 0)
    return 0;
  for (int p = 0; p < mended->n_patches; p++)
    for (int i = 0; i < mended->patches[p].n; i++) {
      const int64_t at = mended->patches[p].at + i - mended->pos;
      if (at >= 0 && at < got)
        ((uint8_t *)to)[at] = mended->patches[p].bytes[i];
    }
  mended->pos += got;
  return got;
}

static sf_count_t
mended_write (const void *from, sf_count_t n, void *data)
{
  (void)from, (void)n, (void)data;
  return 0;
}

static sf_count_t
mended_tell (void *data)
{
  return ((SbMended *)data)->pos;
}

static SF_VIRTUAL_IO mended_functions = {mended_length, mended_seek, mended_read, mended_write, mended_tell};

/* ---- what is to be mended ---- */

static uint32_t
u32 (const uint8_t *p)
{
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void
patch (SbMended *mended, int64_t at, uint32_t value, int n)
{
  Patch *patch = &mended->patches[mended->n_patches++];
  *patch = (Patch){.at = at, .n = n};
  for (int i = 0; i < n; i++)
    patch->bytes[i] = (uint8_t)(value >> (8 * i));
}

static const SbChunk *
find (const SbContainer *c, const char *id)
{
  for (guint i = 0; i < c->chunks->len; i++)
    if (strcmp (g_array_index (c->chunks, SbChunk, i).id, id) == 0)
      return &g_array_index (c->chunks, SbChunk, i);
  return NULL;
}

/* false: libsndfile would read noise.  WAVEFORMATEXTENSIBLE: the kind of samples stands at 24, its GUID's rest
 * behind. */
static bool
mend_w64 (SbMended *mended, const SbContainer *c)
{
  static const uint8_t known[12] = {0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
  const SbChunk *fmt = find (c, "fmt ");
  uint8_t p[40];
  if (!fmt || fmt->size_bytes < 40 || pread (mended->fd, p, 40, fmt->offset_bytes) != 40 || p[0] != 0xfe ||
      p[1] != 0xff)
    return true;
  const uint32_t kind = u32 (p + 24);
  if (memcmp (p + 28, known, 12) != 0 || (kind != 1 && kind != 3))
    return false;
  if (kind == 3)
    patch (mended, fmt->offset_bytes, 3, 2);
  return true;
}

static void
mend_wav (SbMended *mended, const SbContainer *c)
{
  const SbChunk *data = find (c, "data");
  uint8_t size[4];
  if (!data || data->size_bytes < 1 || mended->length > G_MAXUINT32 ||
      pread (mended->fd, size, 4, data->offset_bytes - 4) != 4 || u32 (size) != 0)
    return;
  patch (mended, 4, (uint32_t)(mended->length - 8), 4);
  patch (mended, data->offset_bytes - 4, (uint32_t)data->size_bytes, 4);
  mended->unfinished = true;
}

/* false: the file is to be refused.  Nearly all files are sound by their first bytes. */
static bool
look (SbMended *mended)
{
  uint8_t p[16];
  struct stat st;
  if (pread (mended->fd, p, 16, 0) != 16 || fstat (mended->fd, &st) != 0)
    return true;
  const bool w64 = memcmp (p, "riff", 4) == 0;
  const bool open_end = memcmp (p, "RIFF", 4) == 0 && (u32 (p + 4) == 0 || u32 (p + 4) == 0xffffffff);
  if (!w64 && !open_end)
    return true;
  g_autofree char *own = g_strdup_printf ("/proc/self/fd/%d", mended->fd);
  g_autoptr (SbContainer) c = sb_container_read (own, NULL);
  mended->length = st.st_size;
  if (c && strcmp (c->format, "W64") == 0)
    return mend_w64 (mended, c);
  if (c && strcmp (c->format, "WAV") == 0)
    mend_wav (mended, c);
  return true;
}

SNDFILE *
sb_mended_open (int fd, SF_INFO *info, SbMended **mended, const char **reason)
{
  SbMended found = {.fd = fd};
  SNDFILE *file = NULL;
  memset (info, 0, sizeof *info);
  *mended = NULL;
  if (!look (&found)) {
    if (reason)
      *reason = "Its header names a kind of samples that is not known.";
    close (fd);
    return NULL;
  }
  if (found.n_patches == 0)
    file = sf_open_fd (fd, SFM_READ, info, SF_TRUE);
  else {
    *mended = g_memdup2 (&found, sizeof found);
    file = sf_open_virtual (&mended_functions, SFM_READ, info, *mended);
  }
  if (file)
    return file;
  if (reason)
    *reason = sf_strerror (NULL);
  /* without one, libsndfile has closed the descriptor: it may be another file's by now */
  g_clear_pointer (mended, sb_mended_free);
  return NULL;
}

void
sb_mended_free (SbMended *mended)
{
  if (!mended)
    return;
  close (mended->fd);
  g_free (mended);
}

bool
sb_mended_is_unfinished (const SbMended *mended)
{
  return mended && mended->unfinished;
}
