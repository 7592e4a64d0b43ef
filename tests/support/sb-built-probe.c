/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programs under tests/ are started by hand, too: the helper that tries each
 * file is then the one of the same build, unless SONOBRUSH_PROBE says otherwise
 * ("" opens untried). */
#include <stdlib.h>

__attribute__ ((constructor)) static void
take_built_probe (void)
{
  setenv ("SONOBRUSH_PROBE", SB_BUILT_PROBE, 0);
}
