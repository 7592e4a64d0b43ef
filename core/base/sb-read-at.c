/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sb-read-at.h"

#include <errno.h>
#include <unistd.h>

size_t
sb_read_at (int fd, void *to, size_t n_bytes, int64_t pos)
{
  size_t n = 0;
  while (n < n_bytes) {
    const ssize_t got = pread (fd, (char *)to + n, n_bytes - n, (off_t)(pos + (int64_t)n));
    if (got < 0 && errno == EINTR)
      continue;
    if (got == 0)
      errno = 0;
    if (got <= 0)
      break;
    n += (size_t)got;
  }
  return n;
}
