/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"
#include "view/sb-bench.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

static void print_value (const char *path, JsonNode *node);

static void
print_member (const char *path, const char *name, JsonNode *node)
{
  g_autofree char *longer = *path ? g_strdup_printf ("%s · %s", path, name) : g_strdup (name);
  print_value (longer, node);
}

/* One line a number: the way to it, then the value. */
static void
print_value (const char *path, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObject *object = json_node_get_object (node);
    g_autoptr (GList) names = json_object_get_members (object);
    for (GList *l = names; l; l = l->next)
      print_member (path, l->data, json_object_get_member (object, l->data));
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);
    for (guint i = 0; i < json_array_get_length (array); i++) {
      g_autofree char *number = g_strdup_printf ("%u", i + 1);
      print_member (path, number, json_array_get_element (array, i));
    }
  } else {
    GType type = JSON_NODE_HOLDS_NULL (node) ? G_TYPE_NONE : json_node_get_value_type (node);
    int pad = MAX (0, 44 - (int)g_utf8_strlen (path, -1));
    printf ("%s%*s ", path, pad, "");
    if (type == G_TYPE_STRING)
      printf ("%s\n", json_node_get_string (node));
    else if (type == G_TYPE_DOUBLE)
      printf ("%.4g\n", json_node_get_double (node));
    else if (type == G_TYPE_BOOLEAN)
      printf ("%s\n", json_node_get_boolean (node) ? "yes" : "no");
    else if (type == G_TYPE_INT64)
      printf ("%" G_GINT64_FORMAT "\n", json_node_get_int (node));
    else
      printf ("–\n");
  }
}

static bool
run_bench (CliArgs *args, GError **error)
{
  g_autofree char *text = sb_bench_run_json (args->progress, error);
  if (!text)
    return false;
  if (cli_flag (args, "json")) {
    printf ("%s\n", text);
    return true;
  }
  g_autoptr (JsonNode) root = json_from_string (text, error);
  if (root)
    print_value ("", root);
  return root != NULL;
}

static const CliOption options[] = {
    {"json", NULL, "as one JSON object"},
    {NULL, NULL, NULL},
};

const CliCommand cli_bench_command = {
    .name = "bench",
    .summary = "Measures how fast this machine analyses sound",
    .examples = "  sonobrush-cli bench\n"
                "  sonobrush-cli bench --json > bench.json",
    .options = options,
    .run = run_bench,
};
