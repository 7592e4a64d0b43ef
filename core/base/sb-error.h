/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of the core library.  Every message is a sentence for a
 * person: it names the file, says what is wrong and what to do.
 * Thread: any.  Blocks: no. */
#pragma once
#include <glib.h>

#define SB_ERROR (sb_error_quark ())
GQuark sb_error_quark (void);

typedef enum {
  SB_ERROR_OPEN,      /* missing, no permission, a folder, not audio */
  SB_ERROR_FORMAT,    /* contents are not what they claim to be */
  SB_ERROR_READ,      /* the disk or decoder gave up midway */
  SB_ERROR_WRITE,     /* the target could not be written whole; nothing was replaced */
  SB_ERROR_VALUE,     /* a number, size, shape or name that makes no sense */
  SB_ERROR_MEMORY,    /* an allocation was refused */
  SB_ERROR_CANCELLED, /* the person asked for it: show nothing */
  SB_ERROR_NO_DEVICE, /* no sound */
  SB_ERROR_DEVICE_RATE, /* the sound device refuses this sample rate */
  SB_ERROR_GONE,        /* the recording of a project is not where it was: it can be looked for */
  SB_ERROR_VERSION,     /* the file was made by a newer version of Sonobrush */
  SB_ERROR_NEWER,       /* what was kept of it needs a newer version: it can be opened without */
  SB_ERROR_DIED,        /* opening it ended the program more than once: a person may try again */
} SbErrorCode;
