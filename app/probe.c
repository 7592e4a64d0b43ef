/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sonobrush-probe: opens the file that is its standard input and goes.  Started
 * by the program before it opens a recording; see core/audio/sb-probe.h. */
#include "audio/sb-probe.h"

#include <unistd.h>

int
main (void)
{
  return sb_probe_child (STDIN_FILENO);
}
