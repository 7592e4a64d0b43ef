/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An edits file (operations in seconds and hertz) into the recording that is
 * open, as one step of its history.  Thread: UI; the file is read by a worker. */
#pragma once
#include "ui/sb-window.h"

/* By its name: such a file is not opened, its edits are added. */
bool sb_is_edits_file (const char *path);
/* What came of it is told in the window. */
void sb_edits_load (SbWindow *window, const char *path);
