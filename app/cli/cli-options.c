/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line as it is written here: --name VALUE, --name=VALUE, -o FILE,
 * flags, one operand, and -- after which everything is an operand.  File names
 * stay the bytes they are. */
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WINDOW_NAMES "hann, hamming, blackman, blackmanharris or rect"

static const CliOption grid_options[] = {
    {"n-fft", "N", "length of the window and the transform in frames"},
    {"hop", "H", "frames from one column to the next (default: a quarter of n_fft)"},
    {"window", "NAME", "hann (default), hamming, blackman, blackmanharris or rect"},
    {NULL, NULL, NULL},
};

G_DEFINE_QUARK (cli - usage - error - quark, cli_usage_error)

void
cli_usage_error (GError **error, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  g_autofree char *message = g_strdup_vprintf (format, list);
  va_end (list);
  g_set_error_literal (error, CLI_USAGE_ERROR, 0, message);
}

static const CliOption *
find_in (const CliOption *options, const char *name, size_t n)
{
  for (; options && options->name; options++)
    if (strlen (options->name) == n && strncmp (options->name, name, n) == 0)
      return options;
  return NULL;
}

static const CliOption *
find_option (const CliCommand *command, const char *name, size_t n)
{
  const CliOption *option = find_in (command->options, name, n);
  return option || !command->takes_grid ? option : find_in (grid_options, name, n);
}

/* Something like "-o" or "--hop" where a value should be; "-80" and "-inf" are values. */
static bool
looks_like_option (const char *text)
{
  return text[0] == '-' && text[1] && !g_ascii_isdigit (text[1]) && text[1] != '.' && text[1] != '\xe2' &&
         !g_str_has_prefix (text, "-inf");
}

static bool
store (CliArgs *args, const CliOption *option, const char *value, GError **error)
{
  if (g_hash_table_contains (args->values, option->name)) {
    cli_usage_error (error, "--%s is given twice", option->name);
    return false;
  }
  g_hash_table_insert (args->values, (gpointer)option->name, (gpointer)value);
  return true;
}

/* argv[*at] begins with a dash. */
static bool
parse_option (CliArgs *args, int argc, char **argv, int *at, GError **error)
{
  const char *text = argv[*at], *value = NULL;
  const CliOption *option = NULL;
  if (strcmp (text, "-h") == 0 || strcmp (text, "--help") == 0) {
    args->help = true;
    return true;
  }
  if (text[1] == '-') {
    const char *equals = strchr (text, '=');
    option = find_option (args->command, text + 2, equals ? (size_t)(equals - text - 2) : strlen (text + 2));
    value = equals ? equals + 1 : NULL;
  } else if (text[1] == 'o') {
    option = find_option (args->command, "output", 6);
    value = text[2] ? text + 2 : NULL;
  }
  g_autofree char *shown = g_filename_display_name (text);
  if (!option) {
    cli_usage_error (error, "the option %s is not known to “%s”", shown, args->command->name);
    return false;
  }
  if (!option->value_name) {
    if (!value)
      return store (args, option, "", error);
    cli_usage_error (error, "--%s takes no value", option->name);
    return false;
  }
  if (!value && *at + 1 < argc && !looks_like_option (argv[*at + 1]))
    value = argv[++*at];
  if (!value) {
    cli_usage_error (error, "--%s needs a value: --%s=%s", option->name, option->name, option->value_name);
    return false;
  }
  return store (args, option, value, error);
}

static bool
parse_all (CliArgs *args, int argc, char **argv, GError **error)
{
  bool only_operands = false;
  for (int i = 0; i < argc; i++) {
    if (!only_operands && strcmp (argv[i], "--") == 0) {
      only_operands = true;
      continue;
    }
    if (!only_operands && argv[i][0] == '-' && argv[i][1]) {
      if (!parse_option (args, argc, argv, &i, error))
        return false;
      continue;
    }
    g_autofree char *shown = g_filename_display_name (argv[i]);
    if (args->operand || !args->command->operands) {
      cli_usage_error (error, "“%s” is one name too many for “%s”", shown, args->command->name);
      return false;
    }
    args->operand = argv[i];
  }
  if (!args->help && args->command->operands && !args->operand) {
    cli_usage_error (error, "“%s” needs %s", args->command->name, args->command->operands);
    return false;
  }
  return true;
}

bool
cli_bad_value (const CliArgs *args, const char *name, const char *wanted, GError **error)
{
  g_autofree char *shown = g_filename_display_name (cli_value (args, name));
  cli_usage_error (error, "--%s wants %s, not “%s”", name, wanted, shown);
  return false;
}

/* Said before any file is opened, so that a wrong command line is told as one. */
static bool
check_grid_words (const CliArgs *args, GError **error)
{
  int64_t number;
  SbWindowKind window;
  const char *name = cli_value (args, "window");
  if (!cli_int (args, "n-fft", &number, error) || !cli_int (args, "hop", &number, error))
    return false;
  return !name || sb_window_from_name (name, &window) || cli_bad_value (args, "window", WINDOW_NAMES, error);
}

CliArgs *
cli_args_parse (const CliCommand *command, int argc, char **argv, GError **error)
{
  CliArgs *args = g_new0 (CliArgs, 1);
  args->command = command;
  args->values = g_hash_table_new (g_str_hash, g_str_equal);
  args->progress = sb_progress_new ();
  if (!parse_all (args, argc, argv, error) || !check_grid_words (args, error)) {
    cli_args_free (args);
    return NULL;
  }
  return args;
}

void
cli_args_free (CliArgs *args)
{
  if (!args)
    return;
  g_hash_table_unref (args->values);
  sb_progress_unref (args->progress);
  g_free (args);
}

static void
print_options (const CliOption *options)
{
  for (; options && options->name; options++) {
    g_autofree char *left =
        g_strdup_printf ("%s--%s%s%s", strcmp (options->name, "output") == 0 ? "-o, " : "", options->name,
                         options->value_name ? " " : "", options->value_name ? options->value_name : "");
    printf ("  %-24s %s\n", left, options->help);
  }
}

void
cli_print_command_help (const CliCommand *command)
{
  printf ("sonobrush-cli %s%s%s [options]\n%s.\n", command->name, command->operands ? " " : "",
          command->operands ? command->operands : "", command->summary);
  if (command->details)
    printf ("\n%s\n", command->details);
  printf ("\nOptions:\n");
  print_options (command->options);
  if (command->takes_grid)
    print_options (grid_options);
  printf ("  %-24s %s\n", "-h, --help", "this text");
  printf ("\nA name that begins with a dash comes after -- or as --option=NAME.\n\nExamples:\n%s\n", command->examples);
}

/* ---- values ---- */

bool
cli_flag (const CliArgs *args, const char *name)
{
  return g_hash_table_contains (args->values, name);
}

const char *
cli_value (const CliArgs *args, const char *name)
{
  return g_hash_table_lookup (args->values, name);
}

const char *
cli_required (const CliArgs *args, const char *name, GError **error)
{
  const char *value = cli_value (args, name);
  if (!value)
    cli_usage_error (error, "“%s” needs %s--%s", args->command->name, strcmp (name, "output") == 0 ? "-o or " : "",
                     name);
  return value;
}

bool
cli_parse_double (const char *text, double *value)
{
  char *end;
  *value = g_ascii_strtod (text, &end);
  return *text && !g_ascii_isspace (*text) && *end == '\0' && !isnan (*value);
}

bool
cli_int (const CliArgs *args, const char *name, int64_t *value, GError **error)
{
  const char *text = cli_value (args, name);
  if (!text)
    return true;
  return g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, value, NULL) ||
         cli_bad_value (args, name, "a whole number", error);
}

bool
cli_double (const CliArgs *args, const char *name, double *value, GError **error)
{
  const char *text = cli_value (args, name);
  return !text || cli_parse_double (text, value) || cli_bad_value (args, name, "a number", error);
}

bool
cli_double_pair (const CliArgs *args, const char *name, double *a, double *b, GError **error)
{
  const char *text = cli_value (args, name);
  if (!text)
    return true;
  const char *colon = strchr (text, ':');
  g_autofree char *first = colon ? g_strndup (text, (gsize)(colon - text)) : NULL;
  return (colon && cli_parse_double (first, a) && cli_parse_double (colon + 1, b)) ||
         cli_bad_value (args, name, "two numbers with a colon between", error);
}

bool
cli_grid (const CliArgs *args, double rate_hz, const SbOpsFile *ops, SbGrid *grid, GError **error)
{
  *grid = sb_grid_default (rate_hz);
  if (ops && ops->has_n_fft) {
    grid->n_fft = ops->grid.n_fft;
    grid->hop = MAX (grid->n_fft / 4, 1);
  }
  if (ops && ops->has_hop)
    grid->hop = ops->grid.hop;
  if (ops && ops->has_window)
    grid->window = ops->grid.window;

  int64_t n_fft = grid->n_fft, hop = grid->hop;
  if (!cli_int (args, "n-fft", &n_fft, error))
    return false;
  if (cli_value (args, "n-fft"))
    hop = MAX (n_fft / 4, 1);
  if (!cli_int (args, "hop", &hop, error))
    return false;
  const char *window = cli_value (args, "window");
  if (window && !sb_window_from_name (window, &grid->window))
    return cli_bad_value (args, "window", WINDOW_NAMES, error);
  grid->n_fft = (int)CLAMP (n_fft, G_MININT, G_MAXINT);
  grid->hop = (int)CLAMP (hop, G_MININT, G_MAXINT);
  return sb_grid_check_sizes (grid, error);
}
