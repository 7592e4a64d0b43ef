/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sb-op-json.h.  What is as by default is left out. */
#include "base/sb-whole-file.h"
#include "edit/sb-op-json-private.h"

#include <json-glib/json-glib.h>
#include <string.h>

static void
add_number (JsonBuilder *builder, const char *key, double value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_double_value (builder, value);
}

static void
add_string (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, value);
}

static void
add_int (JsonBuilder *builder, const char *key, gint64 value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, value);
}

static void
add_points (JsonBuilder *builder, const SbOpSpec *spec)
{
  json_builder_set_member_name (builder, "points");
  json_builder_begin_array (builder);
  for (int i = 0; i < spec->n_points; i++) {
    const SbOpPoint *point = &spec->points[i];
    json_builder_begin_array (builder);
    json_builder_add_double_value (builder, point->t_s);
    json_builder_add_double_value (builder, point->f_hz);
    if (spec->kind == SB_OP_STROKE && (point->size != 1.0f || point->strength != 1.0f)) {
      json_builder_add_double_value (builder, point->size);
      json_builder_add_double_value (builder, point->strength);
    }
    json_builder_end_array (builder);
  }
  json_builder_end_array (builder);
}

static void
add_shape (JsonBuilder *builder, const SbOpSpec *spec)
{
  if (spec->kind == SB_OP_STROKE || spec->kind == SB_OP_LASSO)
    add_points (builder, spec);
  if (spec->kind == SB_OP_STROKE)
    add_number (builder, "radius_s", spec->radius_s);
  if (spec->kind == SB_OP_BOX || spec->kind == SB_OP_HARMONICS) {
    add_number (builder, "from_s", spec->from_s);
    add_number (builder, "to_s", spec->to_s);
  }
  if (spec->kind == SB_OP_BOX) {
    add_number (builder, "low_hz", spec->low_hz);
    add_number (builder, "high_hz", spec->high_hz);
  }
  if (spec->kind == SB_OP_HARMONICS) {
    add_number (builder, "f0_hz", spec->f0_hz);
    add_int (builder, "count", spec->count);
  }
  if (spec->kind == SB_OP_STROKE && !isnan (spec->radius_oct))
    add_number (builder, "radius_oct", spec->radius_oct);
  else if (spec->kind == SB_OP_STROKE || spec->kind == SB_OP_HARMONICS)
    add_number (builder, "radius_hz", spec->radius_hz);
}

static void
add_operation (JsonBuilder *builder, const SbOpSpec *spec)
{
  json_builder_begin_object (builder);
  add_string (builder, "id", spec->id);
  add_string (builder, "kind", sb_op_kind_names[spec->kind]);
  add_shape (builder, spec);
  if (spec->restore)
    add_string (builder, "mode", "restore");
  else if (isinf (spec->gain_db))
    add_string (builder, "gain_db", "-inf");
  else
    add_number (builder, "gain_db", spec->gain_db);
  if (spec->soft > 0.0)
    add_number (builder, "soft", spec->soft);
  if (!isnan (spec->soft_s))
    add_number (builder, "soft_s", spec->soft_s);
  if (!isnan (spec->soft_hz))
    add_number (builder, "soft_hz", spec->soft_hz);
  if (spec->channels != NULL) {
    json_builder_set_member_name (builder, "channels");
    json_builder_begin_array (builder);
    for (int i = 0; i < spec->n_channels; i++)
      json_builder_add_int_value (builder, spec->channels[i]);
    json_builder_end_array (builder);
  }
  if (spec->edge != SB_EDGE_AUTO)
    add_string (builder, "edge", spec->edge == SB_EDGE_DEEP ? "deep" : "strict");
  json_builder_end_object (builder);
}

/* json-glib writes whole numbers that are short with an exponent as 1e+30.0, which nobody can read, itself included. */
static char *
mend_numbers (char *text)
{
  bool quoted = false;
  char *to = text;
  for (const char *from = text; *from; from++) {
    if (*from == '"')
      quoted = !quoted;
    else if (quoted && *from == '\\')
      *to++ = *from++;
    if (!quoted && *from == '.' && from[1] == '0' && to >= text + 3) {
      const char *digits = to; /* of the exponent */
      while (digits > text && g_ascii_isdigit (digits[-1]))
        digits--;
      if (digits < to && digits >= text + 2 && (digits[-1] == '+' || digits[-1] == '-') && digits[-2] == 'e') {
        from++;
        continue;
      }
    }
    *to++ = *from;
  }
  *to = 0;
  return text;
}

static char *
generate (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  json_generator_set_root (generator, root);
  return mend_numbers (json_generator_to_data (generator, NULL));
}

char *
sb_operation_to_json (const SbOperation *op)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  add_operation (builder, sb_operation_spec (op));
  return generate (builder);
}

/* One operation a line, so that a difference tool shows what changed. */
char *
sb_ops_file_to_json (const SbGrid *grid, GPtrArray *ops)
{
  GString *text = g_string_new (NULL);
  g_string_append_printf (text,
                          "{\"version\": 1,\n \"grid\": {\"n_fft\": %d, \"hop\": %d, \"window\": \"%s\"},\n \"ops\": [",
                          grid->n_fft, grid->hop, sb_window_name (grid->window));
  for (guint i = 0; i < ops->len; i++) {
    g_autofree char *op = sb_operation_to_json (g_ptr_array_index (ops, i));
    g_string_append_printf (text, "%s\n  %s", i > 0 ? "," : "", op);
  }
  g_string_append (text, ops->len > 0 ? "\n ]}\n" : "]}\n");
  return g_string_free (text, FALSE);
}

bool
sb_ops_file_save (const char *path, const SbGrid *grid, GPtrArray *ops, GError **error)
{
  g_autofree char *text = sb_ops_file_to_json (grid, ops);
  return sb_whole_file_save (path, text, strlen (text), error);
}
