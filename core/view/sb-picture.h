/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The spectrogram as a picture with axes, colour bar and title, drawn with
 * Cairo to PNG, SVG or PDF (text stays text); the same code for window and
 * command line.  Thread: worker.  Blocks: disk, compute. */
#pragma once
#include "dsp/sb-colormap.h"
#include "view/sb-spectrogram.h"

typedef struct {
  SbViewport view;      /* width/height are the whole picture's, axes included */
  SbColormap map;
  double low_db, high_db; /* NAN: automatic */
  bool axes;
  const char *title;    /* NULL: none */
  /* as in SbSpectrogramLook; all zeros is the usual */
  SbStatistic statistic;
  SbChannelMode channels;
  int channel;
  bool reassigned;
  int lanes;            /* more than 1: so many channels above one another, from `channel` on */
} SbPictureSpec;

/* Whole file, the usual scale, 1600×900, magma, axes on. */
void sb_picture_spec_init (SbPictureSpec *spec, SbSource *source);
/* Format by the path's ending (.png .svg .pdf); whole or not at all. */
bool sb_picture_save (SbSource *source, const SbGrid *grid, SbPool *pool, const SbPictureSpec *spec, const char *path,
                      SbProgress *progress, GError **error);
