/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The last resort: an operation is JSON text that begins with its id, and short
 * ones lie in one piece on a page whatever happened to the tree of pages around
 * them.  Undone and removed ones may be among those found; that is why the
 * sentence asks to compare.
 * Thread: worker.  Blocks: disk. */
#include "base/sb-read-at.h"
#include "document/sb-project-read-private.h"
#include "edit/sb-op-json.h"

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

/* Operations are added to found, the later of two with one id in the place of the first. */
static void
look_through (const char *bytes, gsize n, GPtrArray *found, GHashTable *places)
{
  const char *at = bytes;
  while ((at = memmem (at, (gsize)(bytes + n - at), BEGINNING, strlen (BEGINNING)))) {
    const gsize length = object_length (at, MIN (MAX_LOOK, (gsize)(bytes + n - at)));
    g_autofree char *json = g_strndup (at, length);
    g_autoptr (SbOperation) op =
        length && g_utf8_validate (json, -1, NULL) ? sb_operation_from_json (json, NULL) : NULL;
    gpointer place = NULL;
    if (op && g_hash_table_lookup_extended (places, sb_operation_id (op), NULL, &place)) {
      SbOperation **old = (SbOperation **)&found->pdata[GPOINTER_TO_UINT (place)];
      sb_operation_unref (*old);
      *old = g_steal_pointer (&op);
    } else if (op) {
      g_hash_table_insert (places, g_strdup (sb_operation_id (op)), GUINT_TO_POINTER (found->len));
      g_ptr_array_add (found, g_steal_pointer (&op));
    }
    at += MAX (length, 1);
  }
}

/* ids → where in the list */
static GHashTable *
places_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static GPtrArray *
found_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)sb_operation_unref);
}

static void
add_found (const GPtrArray *found, SbProject *project)
{
  for (guint i = 0; i < found->len; i++) {
    const SbStep step = {SB_STEP_ADD, G_MAXINT, found->pdata[i], 0};
    sb_project_add_step (project, &step);
  }
  sb_project_fill_ops (project);
}

void
sb_project_salvage_bytes (const char *path, SbProject *project)
{
  struct stat st;
  g_autofree char *bytes = NULL;
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_size <= MAX_BYTES)
    bytes = g_try_malloc ((gsize)st.st_size + 1);
  const gsize n = bytes ? sb_read_at (fd, bytes, (gsize)st.st_size, 0) : 0;
  if (fd >= 0)
    close (fd);
  if (!bytes)
    return;
  g_autoptr (GPtrArray) found = found_new ();
  g_autoptr (GHashTable) places = places_new ();
  look_through (bytes, n, found, places);
  project->n_done = (int)found->len;
  add_found (found, project);
  if (!project->source_path)
    project->source_path = g_strdup ("");
}

typedef struct {
  GPtrArray *found;
  GHashTable *places, *known; /* ids that the project has */
} LogSalvage;

/* Rows are put into a page from its end to its beginning: read backwards, they are in their order. */
static void
salvage_page (const char *page, gsize n, void *data)
{
  LogSalvage *salvage = data;
  g_autoptr (GPtrArray) here = found_new ();
  g_autoptr (GHashTable) places = places_new ();
  look_through (page, n, here, places);
  for (guint i = here->len; i > 0; i--) {
    SbOperation *op = here->pdata[i - 1];
    gpointer place = NULL;
    if (g_hash_table_contains (salvage->known, sb_operation_id (op)))
      continue;
    if (g_hash_table_lookup_extended (salvage->places, sb_operation_id (op), NULL, &place)) {
      sb_operation_unref (salvage->found->pdata[GPOINTER_TO_UINT (place)]);
      salvage->found->pdata[GPOINTER_TO_UINT (place)] = sb_operation_ref (op);
    } else {
      g_hash_table_insert (salvage->places, g_strdup (sb_operation_id (op)), GUINT_TO_POINTER (salvage->found->len));
      g_ptr_array_add (salvage->found, sb_operation_ref (op));
    }
  }
}

void
sb_project_salvage_log (const SbProjectImage *image, SbProject *project)
{
  g_autoptr (GPtrArray) found = found_new ();
  g_autoptr (GHashTable) places = places_new (), known = g_hash_table_new (g_str_hash, g_str_equal);
  LogSalvage salvage = {found, places, known};
  for (guint i = 0; i < project->steps->len; i++) {
    const SbStep *step = project->steps->pdata[i];
    if (step->op)
      g_hash_table_add (known, (gpointer)sb_operation_id (step->op));
  }
  sb_project_image_each_page (image, salvage_page, &salvage);
  if (found->len == 0)
    return;
  if (project->n_done < (int)project->steps->len) /* what was undone cannot stay so behind new steps */
    g_ptr_array_set_size (project->steps, project->n_done);
  project->n_done += (int)found->len;
  add_found (found, project);
}
