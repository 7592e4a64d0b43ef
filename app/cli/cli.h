/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the commands of sonobrush-cli share: the parsed command line, the grid
 * it asks for, and the checks on files that are to be written.  A command
 * returns false with an error; cli-main.c turns it into one line of stderr and
 * an exit status: 2 for CLI_USAGE_ERROR, 1 for everything else.
 * Single-threaded but for what the core does by itself. */
#pragma once
#include "audio/sb-file-source.h"
#include "base/sb-error.h"
#include "base/sb-progress.h"
#include "document/sb-project.h"
#include "dsp/sb-grid.h"
#include "edit/sb-mask.h"
#include "edit/sb-op-json.h"

#define CLI_USAGE_ERROR (cli_usage_error_quark ())
GQuark cli_usage_error_quark (void);

typedef struct {
  const char *name;       /* without the dashes; "output" may be said as -o too */
  const char *value_name; /* NULL: a flag */
  const char *help;
} CliOption;

typedef struct CliArgs CliArgs;

typedef struct {
  const char *name;
  const char *operands; /* "IN", for the usage line; NULL: none */
  const char *summary;
  const char *details;      /* paragraphs of the help, may be NULL */
  const char *examples;     /* lines of the help */
  const CliOption *options; /* ends with a NULL name */
  bool takes_grid;          /* --n-fft, --hop, --window as well */
  bool (*run) (CliArgs *args, GError **error);
} CliCommand;

extern const CliCommand cli_info_command, cli_stft_command, cli_istft_command, cli_apply_command, cli_edit_command,
    cli_export_command, cli_render_command, cli_demo_command, cli_bench_command;

/* ---- cli-options.c: the command line ---- */

struct CliArgs {
  const CliCommand *command;
  const char *operand;  /* the one that a command may have */
  GHashTable *values;   /* name → value, "" for flags; all borrowed from argv */
  SbProgress *progress; /* cancelled by SIGINT and SIGTERM */
  bool help;
};

/* argv without program and command name. */
CliArgs *cli_args_parse (const CliCommand *command, int argc, char **argv, GError **error);
void cli_args_free (CliArgs *args);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliArgs, cli_args_free)
void cli_print_command_help (const CliCommand *command);

bool cli_flag (const CliArgs *args, const char *name);
const char *cli_value (const CliArgs *args, const char *name); /* NULL when not given */
/* NULL and a usage error when it was not given. */
const char *cli_required (const CliArgs *args, const char *name, GError **error);
/* Leave *value alone when the option was not given; usage errors for what is no such number. */
bool cli_int (const CliArgs *args, const char *name, int64_t *value, GError **error);
bool cli_double (const CliArgs *args, const char *name, double *value, GError **error);
/* "A:B" */
bool cli_double_pair (const CliArgs *args, const char *name, double *a, double *b, GError **error);
bool cli_parse_double (const char *text, double *value);
void cli_usage_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The option's value is not what is wanted; false. */
bool cli_bad_value (const CliArgs *args, const char *name, const char *wanted, GError **error);

/* The default for the rate; over it what the operations file says (may be NULL); over that the options.
 * n_fft without hop brings hop = n_fft/4. */
bool cli_grid (const CliArgs *args, double rate_hz, const SbOpsFile *ops, SbGrid *grid, GError **error);

/* ---- cli-files.c ---- */

/* Before any work: each output's folder exists and can be written to, no
 * output is one of the inputs (by device and inode, through links) or another
 * output, and none is a project.  Both lists end with NULL only by count; NULL entries are skipped. */
bool cli_check_outputs (const char *const *outputs, int n_outputs, const char *const *inputs, int n_inputs,
                        GError **error);
/* The same with one output (by its pointer; NULL: none) that is a project and so may replace one. */
bool cli_check_outputs_and_project (const char *const *outputs, int n_outputs, const char *project,
                                    const char *const *inputs, int n_inputs, GError **error);
/* What cli_export() understands, for the commands that call it. */
/* clang-format off */
#define CLI_EXPORT_OPTIONS \
  {"subtype", "TYPE", "pcm_u8, pcm_16, pcm_24, pcm_32, float, double … (default: as the recording)"}, \
  {"from", "S", "only the part that begins here, in seconds"}, \
  {"to", "S", "only the part that ends here, in seconds"}, \
  {"no-metadata", NULL, "only the samples, no titles, cue points or other chunks"}, \
  {"history", NULL, "add a line to the coding history of the broadcast chunk (WAV, RF64, W64)"}, \
  {"report", NULL, "tell what changed, with the SHA-256 of recording and result"}
/* clang-format on */
/* What cli_export() would refuse, before anything is written. */
bool cli_export_check (const CliArgs *args, SbSource *original, SbMask *mask, const char *path,
                       const char *removed_path, GError **error);
/* Exports result and, when asked for, removed part of a resynthesis; tells on stdout. */
bool cli_export (const CliArgs *args, SbSource *original, SbMask *mask, const char *path, const char *removed_path,
                 GError **error);

/* ---- cli-source.c ---- */

/* Where the recording of the project (the operand) is: `said`, or where it says, or where the window would find the
 * same content.  NULL: nowhere, or it is another (unless --changed-source).  Newly allocated. */
char *cli_project_source (const CliArgs *args, const SbProject *project, const char *said /* may be NULL */,
                          GError **error);
/* Edits of a recording that has become shorter since may lie behind its end: said, as in the window. */
void cli_leave_out_outside (SbProject *project, SbSource *source);
/* Says so where that is not where the project says. */
void cli_tell_found (const SbProject *project, const char *path);
/* The same content under another path than the project's; NULL: it is there, or nowhere.  Newly allocated. */
char *cli_found_source (const SbProject *project, const char *project_path);

/* ---- parts of commands that others use ---- */

/* X(k) of all columns as complex64; cli-stft.c */
bool cli_write_stft (SbSource *source, const SbGrid *grid, const char *path, SbProgress *progress, GError **error);
/* times_s[k] = k·hop/rate, freqs_hz[b] = b·rate/n_fft; either path may be NULL */
bool cli_write_axes (const SbSource *source, const SbGrid *grid, const char *times_path, const char *freqs_path,
                     GError **error);
/* The inverse of a file of columns as a source; length −1: librosa's.  n_fft 0: 2·(n_bins − 1); hop 0: n_fft/4;
 * cli-istft.c */
SbSource *cli_istft_source_new (const char *path, const SbGrid *grid, int rate, int64_t length, GError **error);
