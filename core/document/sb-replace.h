/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What no file that is saved may take the place of: the recording, and a
 * project.  Asked before anything is written, by everything that writes: edits,
 * markers, pictures, exports, what the command line makes.
 * Thread: any but UI.  Blocks: disk. */
#pragma once
#include "audio/sb-source.h"

#include <stdbool.h>

/* Why the file at this path must stay, as the end of a sentence that names it ("it is …"); NULL: it may be replaced, or
 * there is none.  Through links.  recording: by the file that was opened, whatever its name is now; NULL is fine. */
const char *sb_replace_refusal (const SbSource *recording, const char *path);
/* The same as an error that names the file. */
bool sb_check_replace (const SbSource *recording, const char *path, GError **error);
