/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Temporary files beside their targets: ".sonobrush-1a2b3c4d.tmp".  Each is
 * locked (flock) by its maker for as long as it lives, so that what a killed
 * program left behind can be told from what somebody is still writing.
 * Thread: any.  Blocks: disk. */
#pragma once
#include <stdbool.h>

/* A new, empty, locked file in the folder, open for reading and writing; −1 with errno set.  *path: newly allocated.
 * The lock ends with the last close. */
int sb_temp_file_new (const char *folder, char **path);
/* Where writing to path would really go: through links, also those that lead to nothing yet.  Newly allocated; NULL
 * with errno: round in circles. */
char *sb_temp_file_target (const char *path);
/* Closes fd and renames, with the lock held until temp has the target's name, so that no sweep comes between.  What the
 * disk tells only on closing is told before the rename.  False: errno is set and temp is still there. */
bool sb_temp_file_take_place (int fd, const char *temp, const char *target);
/* The new name is durable: an fsync of the folder, or of all its file system where the folder may be written to but not
 * read.  False: errno says why; the target is there all the same. */
bool sb_temp_file_confirm_place (const char *target);
/* Removes temp, also from where its folder was moved to; fd: it, still open, or −1.  errno is kept. */
void sb_temp_file_remove (int fd, const char *temp);
/* Removes what this process has not put in its place: for a program that ends, also from within a signal
 * handler. */
void sb_temp_file_remove_all (void);
/* Removes those in the folder whose makers are dead. */
void sb_temp_file_sweep (const char *folder);
