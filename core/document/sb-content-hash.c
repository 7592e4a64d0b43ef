/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-content-hash.h. */
#include "document/sb-content-hash.h"

#include "base/sb-file-time.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PIECE_BYTES = 256 << 10, NAPS = 3 /* naps per time of work */ };

struct SbContentHash {
  /* immutable */
  int fd;
  int64_t mtime_ns;
  SbContentHashFunc func;
  void *data;
  /* the starter's own */
  pthread_t thread;
  bool started;
  atomic_bool stop;
};

SbContentHash *
sb_content_hash_new (const SbSource *recording)
{
  g_autofree char *path = sb_file_source_own_path (recording);
  const int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return NULL;
  SbContentHash *hash = g_new0 (SbContentHash, 1);
  hash->fd = fd;
  hash->mtime_ns = sb_file_source_mtime_ns (recording);
  return hash;
}

static bool
is_as_opened (const SbContentHash *hash, int64_t size)
{
  struct stat st;
  return fstat (hash->fd, &st) == 0 && st.st_size == size && sb_mtime_ns (&st) == hash->mtime_ns;
}

static int64_t
now_ns (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
nap (int64_t ns)
{
  const struct timespec t = { ns / 1000000000, ns % 1000000000 };
  nanosleep (&t, NULL);
}

/* All bytes to the end.  −1: cannot be read, or stopped. */
static int64_t
hash_all (SbContentHash *hash, GChecksum *sum)
{
  g_autofree uint8_t *piece = g_malloc (PIECE_BYTES);
  int64_t pos = 0;
  while (!atomic_load (&hash->stop)) {
    const int64_t began = now_ns ();
    const ssize_t got = pread (hash->fd, piece, PIECE_BYTES, pos);
    if (got == 0)
      return pos;
    if (got < 0 && errno != EINTR)
      return -1;
    if (got > 0) {
      g_checksum_update (sum, piece, got);
      pos += got;
    }
    nap (MIN (NAPS * (now_ns () - began), 20000000));
  }
  return -1;
}

static void *
work (void *data)
{
  SbContentHash *hash = data;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  const int64_t size = hash_all (hash, sum);
  if (size >= 0 && is_as_opened (hash, size))
    hash->func (hash->data, g_checksum_get_string (sum), hash->mtime_ns);
  return NULL;
}

void
sb_content_hash_start (SbContentHash *hash, SbContentHashFunc func, void *data)
{
  if (!hash || hash->started)
    return;
  hash->func = func;
  hash->data = data;
  hash->started = pthread_create (&hash->thread, NULL, work, hash) == 0;
}

void
sb_content_hash_free (SbContentHash *hash)
{
  if (!hash)
    return;
  atomic_store (&hash->stop, true);
  if (hash->started)
    pthread_join (hash->thread, NULL);
  close (hash->fd);
  g_free (hash);
}
