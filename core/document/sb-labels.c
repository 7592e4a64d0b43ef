/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/sb-labels.h"
#include "base/sb-open.h"
#include "base/sb-whole-file.h"

#include <math.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20, MOST_LABELS = 200000, MOST_FIELDS = 32 };

typedef struct {
  const char *name;
  int line;
  GArray *labels;
} Parse;

static bool
fault (Parse *parse, GError **error, const char *what)
{
  g_set_error (error, SB_ERROR, SB_ERROR_FORMAT,
               "Line %d of “%s” %s. Mend the line and import it again; no label was taken over.", parse->line,
               parse->name, what);
  return false;
}

/* A plain decimal number filling the whole field; a decimal comma is one too. */
static bool
number (const char *field, double *value)
{
  g_autofree char *plain = g_strstrip (g_strdup (field));
  char *comma = strchr (plain, ','), *end;
  if (comma && !strchr (plain, '.'))
    *comma = '.';
  if (!*plain || strspn (plain, "0123456789.+-eE") != strlen (plain))
    return false;
  *value = g_ascii_strtod (plain, &end);
  return !*end && isfinite (*value);
}

/* Frequencies: nothing, or below zero, is no bound. */
static bool
bound (const char *field, double *hz)
{
  *hz = NAN;
  if (!*field)
    return true;
  if (!number (field, hz))
    return false;
  if (*hz < 0)
    *hz = NAN;
  return true;
}

static bool
take (Parse *parse, const SbMarker *label, const char *title, GError **error)
{
  SbMarker copy = *label;
  if (copy.from_s < 0 || copy.to_s < 0)
    return fault (parse, error, "has a time before the start of the recording");
  if (copy.to_s < copy.from_s)
    return fault (parse, error, "has a label that ends before it starts");
  if (copy.low_hz > copy.high_hz)
    return fault (parse, error, "has a lower frequency above the upper one");
  if (parse->labels->len >= MOST_LABELS)
    return fault (parse, error, "is one label too many: 200 000 can be imported at once");
  copy.title = sb_marker_clean_title (title);
  g_array_append_val (parse->labels, copy);
  return true;
}

/* --- Audacity --- */

static bool
audacity_bounds (Parse *parse, char **field, guint n_fields, GError **error)
{
  double low, high;
  if (parse->labels->len == 0)
    return fault (parse, error, "gives frequencies, but there is no label above it");
  SbMarker *label = &g_array_index (parse->labels, SbMarker, parse->labels->len - 1);
  if (n_fields < 3 || !bound (field[1], &low) || !bound (field[2], &high))
    return fault (parse, error, "should give two frequencies after the backslash");
  if (low > high)
    return fault (parse, error, "has a lower frequency above the upper one");
  label->low_hz = low;
  label->high_hz = high;
  return true;
}

/* "from\tto\ttitle"; one number and a title is a marker, as old files have it. */
static bool
audacity_line (Parse *parse, const char *line, GError **error)
{
  if (!*line)
    return true;
  g_auto (GStrv) field = g_strsplit (line, "\t", 3);
  guint n_fields = g_strv_length (field);
  SbMarker label = {.low_hz = NAN, .high_hz = NAN};
  if (g_str_equal (field[0], "\\"))
    return audacity_bounds (parse, field, n_fields, error);
  if (!number (field[0], &label.from_s))
    return fault (parse, error, "does not begin with a time in seconds");
  if (n_fields > 1 && number (field[1], &label.to_s))
    return take (parse, &label, n_fields > 2 ? field[2] : "", error);
  label.to_s = label.from_s;
  if (n_fields == 2)
    return take (parse, &label, field[1], error);
  return fault (parse, error,
                n_fields > 2 ? "does not have a time in seconds as its second field"
                             : "holds one number alone; a label is a start, an end and a title, with tabs between");
}

static bool
parse_audacity (Parse *parse, const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (int i = 0; lines[i]; i++) {
    gsize n = strlen (lines[i]);
    parse->line = i + 1;
    if (n && lines[i][n - 1] == '\r')
      lines[i][n - 1] = '\0';
    if (!audacity_line (parse, lines[i], error))
      return false;
  }
  return true;
}

/* --- CSV --- */

typedef enum { START, END, LOW, HIGH, LABEL, N_COLUMNS } Column;

/* One record at *text, which moves behind it: fields, or NULL with *what. */
static GPtrArray *
csv_record (Parse *parse, const char **text, char separator, const char **what)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func (g_free);
  const char *p = *text;
  for (;;) {
    g_autoptr (GString) field = g_string_new (NULL);
    if (*p == '"') {
      for (p++; *p && !(p[0] == '"' && p[1] != '"'); p++) {
        parse->line += *p == '\n';
        g_string_append_c (field, *p);
        p += p[0] == '"';
      }
      if (*p++ != '"') {
        *what = "opens a quotation mark that is never closed";
        g_ptr_array_unref (fields);
        return NULL;
      }
    }
    for (; *p && *p != separator && *p != '\n'; p++)
      if (*p != '\r')
        g_string_append_c (field, *p);
    g_ptr_array_add (fields, g_strdup (field->str));
    if (*p == separator && fields->len < MOST_FIELDS) {
      p++;
      continue;
    }
    while (*p && *p != '\n')
      p++;
    *text = *p ? p + 1 : p;
    return fields;
  }
}

static bool
csv_columns (const GPtrArray *head, int column[N_COLUMNS])
{
  static const char *const names[N_COLUMNS][6] = {
      {"start_s", "start", "from", "from_s", "begin", "onset"},
      {"end_s", "end", "to", "to_s", "stop", "offset"},
      {"low_hz", "low", "low freq (hz)", "f_low", "min_freq", "low_frequency"},
      {"high_hz", "high", "high freq (hz)", "f_high", "max_freq", "high_frequency"},
      {"label", "title", "name", "text", "annotation", "species"}};
  for (int c = 0; c < N_COLUMNS; c++) {
    column[c] = -1;
    for (guint f = 0; f < head->len && column[c] < 0; f++) {
      g_autofree char *name = g_ascii_strdown (g_strstrip (g_ptr_array_index (head, f)), -1);
      for (guint n = 0; n < G_N_ELEMENTS (names[c]); n++)
        if (g_str_equal (name, names[c][n]))
          column[c] = (int)f;
    }
  }
  return column[START] >= 0;
}

static const char *
csv_field (const GPtrArray *record, int column)
{
  return column >= 0 && column < (int)record->len ? g_strstrip (g_ptr_array_index (record, column)) : "";
}

static bool
csv_row (Parse *parse, const GPtrArray *record, const int column[N_COLUMNS], GError **error)
{
  SbMarker label;
  const char *end = csv_field (record, column[END]);
  if (record->len == 1 && !*csv_field (record, 0))
    return true;
  if (!number (csv_field (record, column[START]), &label.from_s))
    return fault (parse, error, "does not have a start in seconds");
  label.to_s = label.from_s;
  if (*end && !number (end, &label.to_s))
    return fault (parse, error, "does not have an end in seconds");
  if (!bound (csv_field (record, column[LOW]), &label.low_hz) ||
      !bound (csv_field (record, column[HIGH]), &label.high_hz))
    return fault (parse, error, "has a frequency that is not a number");
  const char *title =
      column[LABEL] >= 0 && column[LABEL] < (int)record->len ? g_ptr_array_index (record, column[LABEL]) : "";
  return take (parse, &label, title, error);
}

static bool
parse_csv (Parse *parse, const char *text, char separator, GError **error)
{
  int column[N_COLUMNS];
  const char *what = NULL;
  parse->line = 1;
  for (bool head = true; *text; head = false) {
    int line = parse->line;
    g_autoptr (GPtrArray) record = csv_record (parse, &text, separator, &what);
    int next = parse->line + 1;
    parse->line = line;
    if (!record)
      return fault (parse, error, what);
    if (head ? !csv_columns (record, column) : !csv_row (parse, record, column, error))
      return head ? fault (parse, error,
                           "does not name its columns; the first line of a CSV is “start_s,end_s,low_hz,high_hz,label”")
                  : false;
    parse->line = next;
  }
  return true;
}

/* --- in --- */

/* A label track begins with a number and has tabs; a CSV begins with the names of its columns. */
static char
csv_separator (const char *text)
{
  gsize n = strcspn (text, "\n");
  g_autofree char *first = g_strndup (text, n);
  if (g_ascii_isdigit (*first) || strchr ("+-.\\", *first))
    return '\0';
  return strchr (first, ',')        ? ','
         : strchr (first, ';')      ? ';'
         : strchr (first, '\t')     ? '\t'
         : g_ascii_isalpha (*first) ? ','
                                    : '\0';
}

GArray *
sb_labels_parse (const char *text, gsize length, const char *name, GError **error)
{
  g_autoptr (GArray) labels = sb_marker_array_new ();
  Parse parse = {name, 1, labels};
  if (length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0) {
    text += 3;
    length -= 3;
  }
  if (!g_utf8_validate (text, (gssize)length, NULL)) {
    g_set_error (
        error, SB_ERROR, SB_ERROR_FORMAT,
        "“%s” is not a text file in UTF-8, so it holds no labels that can be read. Choose a label track or a CSV file.",
        name);
    return NULL;
  }
  g_autofree char *owned = g_strndup (text, length);
  char separator = csv_separator (owned);
  if (separator ? !parse_csv (&parse, owned, separator, error) : !parse_audacity (&parse, owned, error))
    return NULL;
  if (labels->len == 0) {
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” holds no labels. Choose a label track or a CSV file.", name);
    return NULL;
  }
  return g_steal_pointer (&labels);
}

GArray *
sb_labels_load (const char *path, GError **error)
{
  gsize length;
  g_autofree char *name = g_filename_display_basename (path);
  struct stat st;
  const int fd = sb_open_regular (path, name, &st, error);
  g_autofree char *text = sb_read_rest (fd, name, "list of labels", MOST_BYTES, &length, error);
  if (!text)
    return NULL;
  return sb_labels_parse (text, length, name, error);
}

/* --- out --- */

/* Six decimals as the other program writes them, or as many more as the number needs. */
static void
append_number (GString *text, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE + 400], form[8];
  for (int decimals = 6; decimals <= 20; decimals++) {
    g_snprintf (form, sizeof form, "%%.%df", decimals);
    g_ascii_formatd (digits, sizeof digits, form, value);
    if (g_ascii_strtod (digits, NULL) == value)
      break;
  }
  if (g_ascii_strtod (digits, NULL) != value)
    g_ascii_formatd (digits, sizeof digits, "%.17g", value);
  g_string_append (text, digits);
}

static void
append_audacity (GString *text, const SbMarker *label)
{
  append_number (text, label->from_s);
  g_string_append_c (text, '\t');
  append_number (text, label->to_s);
  g_string_append_printf (text, "\t%s\n", label->title);
  if (isnan (label->low_hz) && isnan (label->high_hz))
    return;
  g_string_append (text, "\\\t");
  append_number (text, isnan (label->low_hz) ? -1 : label->low_hz);
  g_string_append_c (text, '\t');
  append_number (text, isnan (label->high_hz) ? -1 : label->high_hz);
  g_string_append_c (text, '\n');
}

static void
append_csv (GString *text, const SbMarker *label)
{
  const double values[4] = {label->from_s, label->to_s, label->low_hz, label->high_hz};
  for (int i = 0; i < 4; i++) {
    if (!isnan (values[i]))
      append_number (text, values[i]);
    g_string_append_c (text, ',');
  }
  bool quoted =
      strpbrk (label->title, ",\";") || g_ascii_isspace (*label->title) || g_str_has_suffix (label->title, " ");
  g_auto (GStrv) parts = g_strsplit (label->title, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", parts);
  const char *mark = quoted ? "\"" : "";
  g_string_append_printf (text, "%s%s%s\r\n", mark, doubled, mark);
}

char *
sb_labels_to_text (const SbMarkers *markers, SbLabelsFormat format)
{
  GString *text = g_string_new (format == SB_LABELS_CSV ? "start_s,end_s,low_hz,high_hz,label\r\n" : "");
  for (int i = 0; i < sb_markers_n (markers); i++) {
    const SbMarker *label = sb_markers_get (markers, i);
    if (format == SB_LABELS_CSV)
      append_csv (text, label);
    else
      append_audacity (text, label);
  }
  return g_string_free (text, FALSE);
}

bool
sb_labels_save (const SbMarkers *markers, const char *path, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);
  g_autofree char *text =
      sb_labels_to_text (markers, g_str_has_suffix (lower, ".csv") ? SB_LABELS_CSV : SB_LABELS_AUDACITY);
  return sb_whole_file_save (path, text, strlen (text), error);
}
