/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sonobrush-cli: everything the window does, without a display.
 * Exit status 0 done, 1 the work failed, 2 the command line is wrong; a
 * failure is one line of stderr. */
#include "base/sb-temp-file.h"
#include "cli.h"
#include "base/sb-home.h"
#include "sb-config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const CliCommand *const commands[] = {
    &cli_info_command, &cli_stft_command,   &cli_istft_command, &cli_apply_command,
    &cli_edit_command, &cli_export_command, &cli_render_command, &cli_demo_command,  &cli_bench_command,
};

static SbProgress *running;
static char farewell[64];

/* Without the help of what is being worked on; only calls that a handler may make. */
static void
end_at_once (int number)
{
  (void)number;
  sb_temp_file_remove_all ();
  if (write (STDERR_FILENO, farewell, strlen (farewell)) < 0)
    _exit (1);
  _exit (1);
}

/* sb_progress_cancel() is one atomic store, and work that asks ends by itself.  A second signal ends the program at
 * once; so does the alarm, where the work is in a place that asks nobody (a decoder, strokes by the thousand). */
static void
on_stop (int number)
{
  static volatile sig_atomic_t asked;
  if (asked)
    end_at_once (number);
  asked = 1;
  sb_progress_cancel (running);
  alarm (1);
}

/* A closed pipe and a size limit become errors of the call that meets them, not deaths. */
static void
set_signals (SbProgress *progress, const char *command)
{
  running = progress;
  g_snprintf (farewell, sizeof farewell, "sonobrush-cli %s: stopped before it was done\n", command);
  signal (SIGALRM, end_at_once);
  signal (SIGCHLD, SIG_DFL); /* whoever started us may ignore it: then nobody tells how a child ended */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  struct sigaction action = {.sa_handler = on_stop, .sa_flags = SA_RESTART};
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGHUP, &action, NULL);
}

/* One line, whatever is in a file's name. */
static void
print_error (const char *command, const char *message, const char *hint)
{
  g_autofree char *line = g_strdup_printf ("sonobrush-cli%s%s: %s%s", command ? " " : "", command ? command : "",
                                           message, hint ? hint : "");
  for (char *c = line; *c; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  fprintf (stderr, "%s\n", line);
}

static void
print_help (void)
{
  printf ("sonobrush-cli COMMAND …\nPaint the noise out of a recording, without a display.\n\nCommands:\n");
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    printf ("  %-8s %-8s %s\n", commands[i]->name, commands[i]->operands ? commands[i]->operands : "",
            commands[i]->summary);
  printf ("\n“sonobrush-cli COMMAND --help” tells about each.  --version prints the version.\n"
          "Exit status: 0 done, 1 the work failed (one line of stderr says why), 2 the command line is wrong.\n");
}

static int
run (const CliCommand *command, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliArgs) args = cli_args_parse (command, argc, argv, &error);
  bool ok = args != NULL;
  if (ok && args->help)
    cli_print_command_help (command);
  else if (ok) {
    set_signals (args->progress, command->name);
    ok = command->run (args, &error);
  }
  /* What went to stdout counts as well: a full disk behind a redirection is a failure. */
  if (ok && (fflush (stdout) != 0 || ferror (stdout))) {
    ok = false;
    g_set_error (&error, SB_ERROR, SB_ERROR_WRITE, "The output could not be written.");
  }
  int status = ok ? 0 : 1;
  if (!ok && error && error->domain == CLI_USAGE_ERROR) {
    g_autofree char *hint = g_strdup_printf (" (see “sonobrush-cli %s --help”)", command->name);
    print_error (NULL, error->message, hint);
    status = 2;
  } else if (!ok && error && g_error_matches (error, SB_ERROR, SB_ERROR_CANCELLED))
    print_error (command->name, "stopped before it was done", NULL);
  else if (!ok)
    print_error (command->name, error ? error->message : "it failed", NULL);
  signal (SIGINT, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
  signal (SIGHUP, SIG_DFL);
  alarm (0);
  return status;
}

int
main (int argc, char **argv)
{
  const char *word = argc > 1 ? argv[1] : NULL;
  sb_home_settle ();
  if (!word) {
    print_error (NULL, "a command is missing", " (see “sonobrush-cli --help”)");
    return 2;
  }
  if (strcmp (word, "--version") == 0) {
    printf ("sonobrush-cli %s\n", SB_VERSION);
    return fflush (stdout) == 0 ? 0 : 1;
  }
  if (strcmp (word, "--help") == 0 || strcmp (word, "-h") == 0 || strcmp (word, "help") == 0) {
    print_help ();
    return fflush (stdout) == 0 ? 0 : 1;
  }
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (word, commands[i]->name) == 0)
      return run (commands[i], argc - 2, argv + 2);
  g_autofree char *shown = g_filename_display_name (word);
  g_autofree char *message = g_strdup_printf ("there is no command “%s”", shown);
  print_error (NULL, message, " (see “sonobrush-cli --help”)");
  return 2;
}
