/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-error.h. */
#include "base/sb-error.h"

G_DEFINE_QUARK (sb-error-quark, sb_error)
