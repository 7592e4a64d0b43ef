/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"
#include "audio/sb-container.h"
#include "base/sb-units.h"
#include "document/sb-project.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <sys/stat.h>

typedef struct {
  char *shown;
  char *format;
  SbSource *source;
  SbContainer *container; /* NULL: a kind whose chunks are not walked */
  int64_t size_bytes;
} Info;

static void
clear_info (Info *info)
{
  g_free (info->shown);
  g_free (info->format);
  sb_source_unref (info->source);
  sb_container_free (info->container);
}

static void
add_int (JsonBuilder *builder, const char *name, int64_t value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

/* The object that was begun last, which ends here. */
static void
print_object (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  g_autofree char *text = json_generator_to_data (generator, NULL);
  printf ("%s\n", text);
}

static void
add_chunks (JsonBuilder *builder, const SbContainer *container)
{
  json_builder_set_member_name (builder, "chunks");
  json_builder_begin_array (builder);
  for (guint i = 0; container && i < container->chunks->len; i++) {
    const SbChunk *chunk = &g_array_index (container->chunks, SbChunk, i);
    json_builder_begin_object (builder);
    g_autofree char *id = g_utf8_make_valid (chunk->id, -1);
    add_string (builder, "id", id);
    add_int (builder, "offset_bytes", chunk->offset_bytes);
    add_int (builder, "size_bytes", chunk->size_bytes);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
print_json (const Info *info)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  SbSampleType type = sb_file_source_sample_type (info->source);
  json_builder_begin_object (builder);
  add_string (builder, "file", info->shown);
  add_string (builder, "format", info->format);
  add_string (builder, "sample_type", sb_sample_type_name (type));
  add_int (builder, "bits", sb_sample_type_bits (type));
  add_int (builder, "rate_hz", sb_source_rate (info->source));
  add_int (builder, "channels", sb_source_channels (info->source));
  add_int (builder, "frames", sb_source_n_frames (info->source));
  json_builder_set_member_name (builder, "duration_s");
  json_builder_add_double_value (builder, sb_source_duration_s (info->source));
  add_int (builder, "size_bytes", info->size_bytes);
  if (sb_file_source_note (info->source))
    add_string (builder, "note", sb_file_source_note (info->source));
  add_chunks (builder, info->container);
  print_object (builder);
}

static void
print_text (const Info *info)
{
  g_autofree char *time = sb_format_time (sb_source_duration_s (info->source), 3);
  printf ("file      %s\n", info->shown);
  printf ("format    %s\n", info->format);
  printf ("samples   %s\n", sb_sample_type_name (sb_file_source_sample_type (info->source)));
  printf ("rate      %d Hz\n", sb_source_rate (info->source));
  printf ("channels  %d\n", sb_source_channels (info->source));
  printf ("frames    %" G_GINT64_FORMAT "\n", sb_source_n_frames (info->source));
  printf ("duration  %s (%.6f s)\n", time, sb_source_duration_s (info->source));
  if (sb_file_source_note (info->source))
    printf ("note      %s\n", sb_file_source_note (info->source));
  for (guint i = 0; info->container && i < info->container->chunks->len; i++) {
    const SbChunk *chunk = &g_array_index (info->container->chunks, SbChunk, i);
    printf ("%s  %-4s %" G_GINT64_FORMAT " bytes at %" G_GINT64_FORMAT "\n", i ? "        " : "chunks  ", chunk->id,
            chunk->size_bytes, chunk->offset_bytes);
  }
}

/* ---- projects ---- */

static char *
state_of_source (const SbProject *project)
{
  if (!*project->source_path)
    return g_strdup ("unknown");
  if (!g_file_test (project->source_path, G_FILE_TEST_EXISTS))
    return g_strdup ("missing");
  g_autoptr (GError) why = NULL;
  const bool same = sb_project_is_source_at (project, project->source_path, NULL, &why);
  return g_strdup (why ? "unreadable" : same ? "unchanged" : "changed");
}

static void
print_project_json (const SbProject *project, const char *shown, const char *source, const char *state,
                    const char *found)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  add_string (builder, "file", shown);
  add_string (builder, "format", "Sonobrush project");
  add_string (builder, "source", source);
  add_string (builder, "source_state", state);
  if (found)
    add_string (builder, "source_found", found);
  add_int (builder, "rate_hz", project->rate);
  add_int (builder, "channels", project->channels);
  add_int (builder, "frames", project->n_frames);
  add_int (builder, "n_fft", project->grid.n_fft);
  add_int (builder, "hop", project->grid.hop);
  add_string (builder, "window", sb_window_name (project->grid.window));
  add_int (builder, "edits", project->ops->len);
  add_int (builder, "steps", project->steps->len);
  add_int (builder, "steps_done", project->n_done);
  add_int (builder, "markers", project->markers->len);
  json_builder_set_member_name (builder, "damaged");
  json_builder_add_boolean_value (builder, project->salvaged != NULL);
  print_object (builder);
}

static bool
run_project_info (CliArgs *args, GError **error)
{
  g_autoptr (SbProject) project = sb_project_load (args->operand, error);
  if (!project)
    return false;
  g_autofree char *shown = g_filename_display_name (args->operand), *state = state_of_source (project);
  g_autofree char *source = g_filename_display_name (project->source_path);
  g_autofree char *elsewhere = cli_found_source (project, args->operand);
  g_autofree char *found = elsewhere ? g_filename_display_name (elsewhere) : NULL;
  if (cli_flag (args, "json")) {
    print_project_json (project, shown, source, state, found);
    return true;
  }
  printf ("file      %s\nformat    Sonobrush project\nsource    %s (%s)\n", shown, source, state);
  if (found)
    printf ("found at  %s\n", found);
  printf ("rate      %d Hz\nchannels  %d\nframes    %" G_GINT64_FORMAT "\n", project->rate, project->channels,
          project->n_frames);
  printf ("grid      n_fft %d, hop %d, %s\n", project->grid.n_fft, project->grid.hop,
          sb_window_name (project->grid.window));
  printf ("edits     %u in force, %d of %u steps done\nmarkers   %u\n", project->ops->len, project->n_done,
          project->steps->len, project->markers->len);
  if (project->salvaged)
    printf ("damaged   %s\n", project->salvaged);
  return true;
}

static bool
run_info (CliArgs *args, GError **error)
{
  if (sb_is_project_file (args->operand))
    return run_project_info (args, error);
  Info info = {.source = sb_file_source_new_any (args->operand, args->progress, error)};
  if (!info.source)
    return false;
  struct stat st;
  info.size_bytes = stat (args->operand, &st) == 0 ? st.st_size : 0;
  info.shown = g_filename_display_name (args->operand);
  info.format = sb_container_name_of (sb_file_source_sf_format (info.source));
  info.container = sb_container_read (args->operand, NULL);
  if (cli_flag (args, "json"))
    print_json (&info);
  else
    print_text (&info);
  clear_info (&info);
  return true;
}

static const CliOption options[] = {
    {"json", NULL, "as one JSON object"},
    {NULL, NULL, NULL},
};

const CliCommand cli_info_command = {
    .name = "info",
    .operands = "FILE",
    .summary = "Tells about a recording (format, samples, frames, chunks) or a project",
    .examples = "  sonobrush-cli info take.wav\n"
                "  sonobrush-cli info --json take.flac",
    .options = options,
    .run = run_info,
};
