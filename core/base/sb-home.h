/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a person's files are kept follows HOME and XDG_*_HOME.  Empty or
 * relative ones would mean the folder that the program happens to run in.
 * Blocks: no. */
#pragma once

/* First in main(), while there is one thread: those that are no absolute path count as not set. */
void sb_home_settle (void);
