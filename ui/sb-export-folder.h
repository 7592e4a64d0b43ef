/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The folder of the last export, remembered in the person's settings
 * (~/.config/sonobrush/export.ini).  Thread: UI; written in the background. */
#pragma once
#include <glib.h>

/* Newly allocated; NULL: none yet, or it is no longer there. */
char *sb_export_folder_last (void);
void sb_export_folder_keep (const char *exported_path);
