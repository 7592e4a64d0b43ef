/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the walker of audio containers (sb-container.c) and what it knows of
 * each kind.  Thread: any but UI.  Blocks: disk. */
#pragma once
#include "audio/sb-container.h"

#define SB_WALKER_MAX_CHUNKS   100000
#define SB_WALKER_MAX_CHANNELS 1024

typedef struct {
  int fd;
  int64_t file_bytes;
  bool big; /* byte order of the numbers in headers */
  SbContainer *c;
  int n_fmt, n_data;
  int read_errno;      /* the disk's first refusal */
  bool fmt_ok;         /* the format chunk describes plain samples */
  bool data_first;     /* data came before its description */
  int64_t ds64_data;   /* −1: none */
  GArray *ds64_table;  /* of sb-container-riff.c; NULL: none */
  bool any_order;      /* samples may come before their description */
  int64_t said_frames; /* frames the header claims; −1: none */
} SbWalker;

/* false: it is not all there, or the disk refused. */
bool sb_walker_read (SbWalker *w, int64_t pos, void *to, size_t n);
/* Adds what really is there of a chunk; gives that size back. */
int64_t sb_walker_add_chunk (SbWalker *w, const uint8_t id[4], int64_t offset, uint64_t size);
void sb_walker_set_data (SbWalker *w, int64_t offset, int64_t size);
/* valid_bits: left-justified in `bits`; 0: all. */
void sb_walker_set_integer (SbWalker *w, int bits, int valid_bits, bool big_endian, bool unsigned_8);
void sb_walker_set_floating (SbWalker *w, int bits, bool big_endian);

/* sb-container-riff.c */
extern const uint8_t sb_w64_riff[16];
extern const uint8_t sb_w64_tail[12]; /* "wave", "fmt ", "data" share the rest of their GUID */
void sb_walker_riff (SbWalker *w, uint32_t riff_size, bool is_64);
void sb_walker_w64 (SbWalker *w);
/* sb-container-aiff.c */
void sb_walker_aiff (SbWalker *w, bool aifc);
void sb_walker_caf (SbWalker *w);
void sb_walker_au (SbWalker *w);

static inline uint64_t
sb_walker_number (const uint8_t *p, int n, bool big)
{
  uint64_t v = 0;
  for (int i = 0; i < n; i++)
    v = v << 8 | p[big ? i : n - 1 - i];
  return v;
}

static inline uint32_t
sb_walker_u32 (const SbWalker *w, const uint8_t *p)
{
  return (uint32_t)sb_walker_number (p, 4, w->big);
}

static inline uint16_t
sb_walker_u16 (const SbWalker *w, const uint8_t *p)
{
  return (uint16_t)sb_walker_number (p, 2, w->big);
}
