/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The numbers that a tool or an edit has: where each stands on its slider, how
 * it is written, and how it is read.  Thread: UI. */
#pragma once
#include "ui/sb-option-row.h"

#define SB_DEEPEST_DB 60.0 /* the slider's end: beyond it is silence */

extern const SbOptionKind sb_option_duration, sb_option_bandwidth, sb_option_strength, sb_option_soft;
extern const SbOptionKind sb_option_count, sb_option_fundamental; /* of harmonics */
