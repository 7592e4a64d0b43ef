/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The level under the pointer, in the result and in the original, computed by
 * a worker; one question at a time, the newest wins.  Thread: UI. */
#pragma once
#include "ui/sb-session.h"
#include "view/sb-readout.h"

#define SB_TYPE_PROBE (sb_probe_get_type ())
G_DECLARE_FINAL_TYPE (SbProbe, sb_probe, SB, PROBE, GObject)

SbProbe *sb_probe_new (SbSession *session); /* emits "changed" when an answer is there */
void sb_probe_ask (SbProbe *probe, const SbPlace *place);
/* Second line of the chip, "" until known: "−47.3 dB" or "silent   was −47.3 dB". */
const char *sb_probe_text (SbProbe *probe);
/* Frequency and level of what is shown there; false until known. */
bool sb_probe_readout (SbProbe *probe, SbReadout *readout);
bool sb_probe_original (SbProbe *probe, SbReadout *readout); /* the same of the original */
void sb_probe_forget (SbProbe *probe);                       /* unknown until another answer comes */
