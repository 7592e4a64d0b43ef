/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-op-json.h; writing is in sb-op-json-write.c.  Reading is strict: a key
 * that is not known here is an error, for it may be a misspelt one whose loss
 * would change the sound. */
#include "edit/sb-op-json-private.h"

#include "base/sb-open.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#define MAX_FILE_BYTES (256 * 1024 * 1024)

const char *const sb_op_kind_names[SB_N_OP_KINDS] = { "stroke", "box", "lasso", "harmonics" };
static const char common_keys[] = " id kind gain_db mode soft soft_s soft_hz channels edge ";
static const char *const kind_keys[] = {
  " points radius_s radius_hz radius_oct ",
  " from_s to_s low_hz high_hz ",
  " points ",
  " from_s to_s f0_hz count radius_hz ",
};

/* Where we are, for messages: «“ops.json”, operation 3: …» */
typedef struct {
  const char *name;
  int op; /* from 1; 0: outside any */
  GError **error;
} Reader;

static bool fail (const Reader *reader, const char *format, ...) G_GNUC_PRINTF (2, 3);

static bool
fail (const Reader *reader, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  if (reader->op > 0)
    g_set_error (reader->error, SB_ERROR, SB_ERROR_FORMAT, "“%s”, operation %d: %s", reader->name, reader->op, what);
  else
    g_set_error (reader->error, SB_ERROR, SB_ERROR_FORMAT, "“%s”: %s", reader->name, what);
  return false;
}

/* --- values ------------------------------------------------------------- */

static bool
is_number (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node)
         && (json_node_get_value_type (node) == G_TYPE_INT64 || json_node_get_value_type (node) == G_TYPE_DOUBLE);
}

static bool
read_number (const Reader *reader, JsonObject *object, const char *key, bool required, double *value)
{
  JsonNode *node = json_object_get_member (object, key);
  if (node == NULL)
    return required ? fail (reader, "“%s” is missing.", key) : true;
  if (!is_number (node))
    return fail (reader, "“%s” must be a number.", key);
  *value = json_node_get_double (node);
  return true;
}

static bool
read_int (const Reader *reader, JsonObject *object, const char *key, bool required, int *value, bool *present)
{
  double number = *value;
  if (!read_number (reader, object, key, required, &number))
    return false;
  if (number != floor (number) || fabs (number) > 1e9)
    return fail (reader, "“%s” must be a whole number.", key);
  *value = (int)number;
  if (present != NULL)
    *present = json_object_has_member (object, key);
  return true;
}

static bool
read_string (const Reader *reader, JsonObject *object, const char *key, const char **value)
{
  JsonNode *node = json_object_get_member (object, key);
  if (node == NULL)
    return true;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return fail (reader, "“%s” must be a text in quotes.", key);
  *value = json_node_get_string (node);
  return true;
}

static bool
check_keys (const Reader *reader, JsonObject *object, const char *allowed, const char *also)
{
  g_autoptr (GList) members = json_object_get_members (object);
  for (GList *item = members; item != NULL; item = item->next) {
    g_autofree char *key = g_strdup_printf (" %s ", (const char *)item->data);
    if (strstr (allowed, key) == NULL && (also == NULL || strstr (also, key) == NULL))
      return fail (reader, "“%s” is not a key that is known here; correct or remove it.", (const char *)item->data);
  }
  return true;
}

/* --- one operation ------------------------------------------------------ */

static bool
read_gain (const Reader *reader, JsonObject *object, SbOpSpec *spec)
{
  JsonNode *node = json_object_get_member (object, "gain_db");
  if (node == NULL)
    return true;
  if (is_number (node)) {
    spec->gain_db = json_node_get_double (node);
    return true;
  }
  if (JSON_NODE_HOLDS_VALUE (node) && g_strcmp0 (json_node_get_string (node), "-inf") == 0) {
    spec->gain_db = -INFINITY;
    return true;
  }
  return fail (reader, "“gain_db” must be a number or \"-inf\".");
}

static bool
read_channels (const Reader *reader, JsonObject *object, SbOpSpec *spec, GArray *channels)
{
  JsonNode *node = json_object_get_member (object, "channels");
  if (node == NULL || (JSON_NODE_HOLDS_VALUE (node) && g_strcmp0 (json_node_get_string (node), "all") == 0))
    return true;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail (reader, "“channels” must be \"all\" or a list of channel numbers, counted from 0.");
  JsonArray *array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *item = json_array_get_element (array, i);
    if (!is_number (item) || json_node_get_double (item) != floor (json_node_get_double (item))
        || fabs (json_node_get_double (item)) > 1e6)
      return fail (reader, "“channels” must be \"all\" or a list of channel numbers, counted from 0.");
    int channel = (int)json_node_get_double (item);
    g_array_append_val (channels, channel);
  }
  if (channels->len == 0)
    return fail (reader, "“channels” is an empty list; leave it out or write \"all\" for all channels.");
  spec->channels = (const int *)channels->data;
  spec->n_channels = (int)channels->len;
  return true;
}

static bool
read_points (const Reader *reader, JsonObject *object, SbOpSpec *spec, GArray *points)
{
  JsonNode *node = json_object_get_member (object, "points");
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return fail (reader, "“points” must be a list of [seconds, hertz].");
  JsonArray *array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *item = json_array_get_element (array, i);
    JsonArray *tuple = JSON_NODE_HOLDS_ARRAY (item) ? json_node_get_array (item) : NULL;
    guint n = tuple != NULL ? json_array_get_length (tuple) : 0;
    double v[4] = { 0.0, 0.0, 1.0, 1.0 };
    if (n < 2 || n > (spec->kind == SB_OP_STROKE ? 4u : 2u))
      return fail (reader, "point %u must be [seconds, hertz%s].", i + 1,
                   spec->kind == SB_OP_STROKE ? "] or [seconds, hertz, size, strength" : "");
    for (guint j = 0; j < n; j++) {
      JsonNode *value = json_array_get_element (tuple, j);
      if (!is_number (value))
        return fail (reader, "point %u holds something that is not a number.", i + 1);
      v[j] = json_node_get_double (value);
    }
    SbOpPoint point = { v[0], v[1], (float)v[2], (float)v[3] };
    g_array_append_val (points, point);
  }
  spec->points = (const SbOpPoint *)points->data;
  spec->n_points = (int)points->len;
  return true;
}

static bool
read_common (const Reader *reader, JsonObject *object, SbOpSpec *spec, GArray *channels)
{
  const char *mode = "remove", *edge = NULL;
  if (!read_string (reader, object, "id", &spec->id) || !read_string (reader, object, "mode", &mode)
      || !read_string (reader, object, "edge", &edge) || !read_gain (reader, object, spec)
      || !read_number (reader, object, "soft", false, &spec->soft)
      || !read_number (reader, object, "soft_s", false, &spec->soft_s)
      || !read_number (reader, object, "soft_hz", false, &spec->soft_hz)
      || !read_channels (reader, object, spec, channels))
    return false;
  if (strcmp (mode, "restore") == 0)
    spec->restore = true;
  else if (json_object_has_member (object, "mode"))
    return fail (reader, "“mode” can only be \"restore\"; leave it out to remove.");
  if (edge == NULL)
    spec->edge = SB_EDGE_AUTO;
  else if (strcmp (edge, "deep") == 0)
    spec->edge = SB_EDGE_DEEP;
  else if (strcmp (edge, "strict") == 0)
    spec->edge = SB_EDGE_STRICT;
  else
    return fail (reader, "“edge” must be \"deep\" or \"strict\".");
  return true;
}

static bool
read_shape (const Reader *reader, JsonObject *object, SbOpSpec *spec, GArray *points)
{
  switch (spec->kind) {
  case SB_OP_STROKE:
    if (json_object_has_member (object, "radius_oct") && json_object_has_member (object, "radius_hz"))
      return fail (reader, "“radius_hz” and “radius_oct” stand for each other; keep one.");
    return read_points (reader, object, spec, points)
           && read_number (reader, object, "radius_s", true, &spec->radius_s)
           && read_number (reader, object, "radius_oct", false, &spec->radius_oct)
           && read_number (reader, object, "radius_hz", !json_object_has_member (object, "radius_oct"),
                           &spec->radius_hz);
  case SB_OP_LASSO:
    return read_points (reader, object, spec, points);
  case SB_OP_BOX:
    return read_number (reader, object, "from_s", true, &spec->from_s)
           && read_number (reader, object, "to_s", true, &spec->to_s)
           && read_number (reader, object, "low_hz", true, &spec->low_hz)
           && read_number (reader, object, "high_hz", true, &spec->high_hz);
  default:
    return read_number (reader, object, "from_s", true, &spec->from_s)
           && read_number (reader, object, "to_s", true, &spec->to_s)
           && read_number (reader, object, "f0_hz", true, &spec->f0_hz)
           && read_number (reader, object, "radius_hz", true, &spec->radius_hz)
           && read_int (reader, object, "count", true, &spec->count, NULL);
  }
}

static SbOperation *
read_operation (const Reader *reader, JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node)) {
    fail (reader, "an operation must be an object in braces.");
    return NULL;
  }
  JsonObject *object = json_node_get_object (node);
  const char *kind = NULL;
  if (!read_string (reader, object, "kind", &kind))
    return NULL;
  int k = -1;
  for (int i = 0; kind != NULL && i < SB_N_OP_KINDS; i++)
    if (strcmp (kind, sb_op_kind_names[i]) == 0)
      k = i;
  if (k < 0) {
    fail (reader, "kind “%s” is not known here; it can be stroke, box, lasso or harmonics.", kind ? kind : "");
    return NULL;
  }
  g_autoptr (GArray) channels = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (SbOpPoint));
  SbOpSpec spec;
  sb_op_spec_init (&spec, (SbOpKind)k);
  if (!check_keys (reader, object, common_keys, kind_keys[k]) || !read_common (reader, object, &spec, channels)
      || !read_shape (reader, object, &spec, points))
    return NULL;
  g_autoptr (GError) local = NULL;
  SbOperation *op = sb_operation_new (&spec, &local);
  if (op == NULL)
    fail (reader, "%s", local->message);
  return op;
}

/* --- the file ----------------------------------------------------------- */

static bool
read_grid (const Reader *reader, JsonObject *root, SbOpsFile *file)
{
  JsonNode *node = json_object_get_member (root, "grid");
  if (node == NULL)
    return true;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (reader, "“grid” must be an object with n_fft, hop and window.");
  JsonObject *object = json_node_get_object (node);
  const char *window = NULL;
  if (!check_keys (reader, object, " n_fft hop window ", NULL)
      || !read_int (reader, object, "n_fft", false, &file->grid.n_fft, &file->has_n_fft)
      || !read_int (reader, object, "hop", false, &file->grid.hop, &file->has_hop)
      || !read_string (reader, object, "window", &window))
    return false;
  if (window != NULL && !sb_window_from_name (window, &file->grid.window))
    return fail (reader, "window “%s” is not known here; it can be hann, hamming, blackman, blackmanharris or rect.",
                 window);
  file->has_window = window != NULL;
  file->has_grid = true;
  return true;
}

static bool
read_ops (Reader *reader, JsonObject *root, SbOpsFile *file)
{
  JsonNode *node = json_object_get_member (root, "ops");
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return fail (reader, "“ops” must be a list of operations.");
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  JsonArray *array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    reader->op = (int)i + 1;
    SbOperation *op = read_operation (reader, json_array_get_element (array, i));
    if (op == NULL)
      return false;
    g_ptr_array_add (file->ops, op);
    if (!g_hash_table_add (ids, (char *)sb_operation_id (op)))
      return fail (reader, "the id “%s” was used before; each operation needs one of its own.", sb_operation_id (op));
  }
  reader->op = 0;
  return true;
}

static bool
read_root (Reader *reader, JsonNode *node, SbOpsFile *file)
{
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return fail (reader, "this is not an operations file: it does not start with a brace.");
  JsonObject *root = json_node_get_object (node);
  int version = 0;
  if (!read_int (reader, root, "version", true, &version, NULL))
    return false;
  if (version > 1)
    return fail (reader, "it was written by a newer Sonobrush (version %d of the format); update to read it.", version);
  if (version < 1)
    return fail (reader, "version %d of the format never existed; it should be 1.", version);
  return check_keys (reader, root, " version grid ops ", NULL) && read_grid (reader, root, file)
         && read_ops (reader, root, file);
}

void
sb_ops_file_free (SbOpsFile *file)
{
  if (file == NULL)
    return;
  g_ptr_array_unref (file->ops);
  g_free (file);
}

static JsonParser *
parse (const Reader *reader, const char *text, gssize length)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local = NULL;
  if (!json_parser_load_from_data (parser, text, length, &local)) {
    int line = 0, column = 0; /* "<data>:LINE:COLUMN: what the parser expected" */
    const char *at = strchr (local->message, ':');
    if (at != NULL && sscanf (at, ":%d:%d:", &line, &column) == 2)
      fail (reader,
            "it is damaged or was cut short: line %d, character %d is no valid JSON. Save the edits again, or mend it "
            "there.",
            line, column);
    else
      fail (reader, "it is damaged or was cut short: this is no valid JSON. Save the edits again.");
    return NULL;
  }
  return g_steal_pointer (&parser);
}

SbOpsFile *
sb_ops_file_parse (const char *text, gssize length, const char *name, GError **error)
{
  Reader reader = { name, 0, error };
  g_autoptr (JsonParser) parser = parse (&reader, text, length);
  if (parser == NULL)
    return NULL;
  g_autoptr (SbOpsFile) file = g_new0 (SbOpsFile, 1);
  file->ops = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_operation_unref);
  if (!read_root (&reader, json_parser_get_root (parser), file))
    return NULL;
  return g_steal_pointer (&file);
}

/* fd is closed; −1 goes through. */
static SbOpsFile *
load_from (int fd, const char *shown, GError **error)
{
  gsize length = 0;
  g_autofree char *text = sb_read_rest (fd, shown, "operations file", MAX_FILE_BYTES, &length, error);
  if (text == NULL)
    return NULL;
  return sb_ops_file_parse (text, (gssize)length, shown, error);
}

SbOpsFile *
sb_ops_file_load (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  return load_from (sb_open_stream (path, shown, error), shown, error);
}

SbOpsFile *
sb_ops_file_load_regular (const char *path, GError **error)
{
  struct stat st;
  g_autofree char *shown = g_filename_display_name (path);
  return load_from (sb_open_regular (path, shown, &st, error), shown, error);
}

SbOperation *
sb_operation_from_json (const char *text, GError **error)
{
  Reader reader = { "operation", 0, error };
  g_autoptr (JsonParser) parser = parse (&reader, text, -1);
  return parser != NULL ? read_operation (&reader, json_parser_get_root (parser)) : NULL;
}
