/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-error.h. */
#include "base/sb-error.h"

/* Not G_DEFINE_QUARK: its static is written by whichever thread is first, without a lock. */
GQuark
sb_error_quark (void)
{
  return g_quark_from_static_string ("sb-error-quark");
}
