/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The application: one process, any number of windows, files from arguments,
 * other processes and the session bus.  Thread: UI. */
#pragma once
#include <adwaita.h>

#define SB_TYPE_APPLICATION (sb_application_get_type ())
G_DECLARE_FINAL_TYPE (SbApplication, sb_application, SB, APPLICATION, AdwApplication)

SbApplication *sb_application_new (void);
