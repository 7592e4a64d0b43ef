/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The last resort: an operation is JSON text that begins with its id, and short
 * ones lie in one piece on a page whatever happened to the tree of pages around
 * them.  Undone and removed ones may be among those found; that is why the
 * sentence asks to compare.
 * Thread: worker.  Blocks: disk. */
#include "document/sb-project-read-private.h"
#include "edit/sb-op-json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_BYTES (256 << 20)
#define MAX_LOOK  65536
#define BEGINNING "{\"id\""

/* Length of the JSON object at text, 0 when it does not end. */
static gsize
object_length (const char *text, gsize n)
{
  int depth = 0;
  bool quoted = false;
  for (gsize i = 0; i < n; i++) {
    if (quoted) {
      if (text[i] == '\\')
        i++;
      else if (text[i] == '"')
        quoted = false;
    } else if (text[i] == '"')
      quoted = true;
    else if (text[i] == '{' || text[i] == '[')
      depth++;
    else if ((text[i] == '}' || text[i] == ']') && --depth == 0)
      return i + 1;
    else if (text[i] == 0)
      return 0;
  }
  return 0;
}

static void
look_through (const char *bytes, gsize n, SbProject *project)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const char *at = bytes;
  while ((at = memmem (at, (gsize)(bytes + n - at), BEGINNING, strlen (BEGINNING)))) {
    const gsize length = object_length (at, MIN (MAX_LOOK, (gsize)(bytes + n - at)));
    g_autofree char *json = g_strndup (at, length);
    g_autoptr (SbOperation) op =
        length && g_utf8_validate (json, -1, NULL) ? sb_operation_from_json (json, NULL) : NULL;
    if (op && !g_hash_table_contains (seen, sb_operation_id (op))) {
      const SbStep step = {SB_STEP_ADD, (int)project->steps->len, op, 0};
      sb_project_add_step (project, &step); /* holds the operation and with it the id */
      g_hash_table_add (seen, (gpointer)sb_operation_id (op));
    }
    at += MAX (length, 1);
  }
}

void
sb_project_salvage_bytes (const char *path, SbProject *project)
{
  struct stat st;
  g_autofree char *bytes = NULL;
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gsize n = 0;
  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_size <= MAX_BYTES)
    bytes = g_try_malloc ((gsize)st.st_size + 1);
  while (bytes && n < (gsize)st.st_size) {
    const ssize_t got = pread (fd, bytes + n, (gsize)st.st_size - n, (off_t)n);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    n += (gsize)got;
  }
  if (fd >= 0)
    close (fd);
  if (!bytes)
    return;
  look_through (bytes, n, project);
  project->n_done = (int)project->steps->len;
  sb_project_fill_ops (project);
  if (!project->source_path)
    project->source_path = g_strdup ("");
}
