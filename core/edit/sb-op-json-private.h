/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between reading and writing operations.  Thread: any. */
#pragma once
#include "edit/sb-op-json.h"

#define SB_N_OP_KINDS 4
extern const char *const sb_op_kind_names[SB_N_OP_KINDS]; /* by SbOpKind */
