/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sb-npy-private.h"
#include "base/sb-open.h"
#include "base/sb-read-at.h"
#include "base/sb-whole-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUN_ITEMS 65536

struct SbNpyReader {
  SbNpyInfo info;
  char *shown; /* the name for messages */
  int fd;
  char *raw; /* one run of items as stored */
  size_t raw_bytes;
};

struct SbNpyWriter {
  SbWholeFile *file;
  char *shown;
  int item_bytes;
  int64_t n_missing; /* items still to come */
};

static const struct {
  const char *name, *descr;
  int n_bytes;
} types[] = {
    [SB_NPY_BOOL] = {"bool", "b1", 1},           [SB_NPY_UINT8] = {"uint8", "u1", 1},
    [SB_NPY_FLOAT32] = {"float32", "f4", 4},     [SB_NPY_FLOAT64] = {"float64", "f8", 8},
    [SB_NPY_COMPLEX64] = {"complex64", "c8", 8}, [SB_NPY_COMPLEX128] = {"complex128", "c16", 16},
};

const char *
sb_npy_type_name (SbNpyType type)
{
  return types[type].name;
}

int
sb_npy_type_bytes (SbNpyType type)
{
  return types[type].n_bytes;
}

bool
sb_npy_type_is_complex (SbNpyType type)
{
  return type == SB_NPY_COMPLEX64 || type == SB_NPY_COMPLEX128;
}

char *
sb_npy_shape_text (const int64_t *shape, int n_dims)
{
  GString *text = g_string_new ("(");
  for (int i = 0; i < n_dims; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? ", " : "", shape[i]);
  g_string_append (text, n_dims == 1 ? ",)" : ")");
  return g_string_free (text, FALSE);
}

/* ---- reading ---- */

static bool
read_at (SbNpyReader *reader, void *out, size_t n_bytes, int64_t offset, GError **error)
{
  if (sb_read_at (reader->fd, out, n_bytes, offset) == n_bytes)
    return true;
  g_set_error (error, SB_ERROR, SB_ERROR_READ, "“%s” could not be read: %s.", reader->shown,
               errno != 0 ? g_strerror (errno) : "it ends too early");
  return false;
}

static bool
refuse (SbNpyReader *reader, const char *what, GError **error)
{
  g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "“%s” is not a usable .npy file: it %s.", reader->shown, what);
  return false;
}

/* magic (6) · version (2) · header length (2, from version 2 on 4) · header */
static bool
read_header (SbNpyReader *reader, int64_t file_bytes, GError **error)
{
  uint8_t start[12] = {0};
  size_t n_start = (size_t)MIN (file_bytes, 12);
  if (!read_at (reader, start, n_start, 0, error))
    return false;
  if (n_start >= 2 && memcmp (start, "PK", 2) == 0)
    return refuse (reader, "is an .npz archive; save the one array with numpy.save", error);
  if (n_start < 10 || memcmp (start, "\x93NUMPY", 6) != 0)
    return refuse (reader, "does not begin as one", error);
  int version = start[6];
  if (version < 1 || version > 3 || start[7] != 0)
    return refuse (reader, "has a format version that is not known; 1, 2 and 3 are", error);
  int64_t n_prefix = version == 1 ? 10 : 12;
  int64_t n_header = start[8] | start[9] << 8;
  if (version > 1)
    n_header |= (int64_t)start[10] << 16 | (int64_t)start[11] << 24;
  if (n_header > file_bytes - n_prefix)
    return refuse (reader, "ends inside its header", error);
  if (n_header > SB_NPY_MAX_HEADER_BYTES)
    return refuse (reader, "has a header of unreasonable length", error);
  g_autofree char *text = g_malloc ((size_t)n_header + 1);
  if (!read_at (reader, text, (size_t)n_header, n_prefix, error))
    return false;
  g_autofree char *wrong = sb_npy_parse_header (text, (size_t)n_header, &reader->info);
  if (wrong)
    return refuse (reader, wrong, error);
  reader->info.data_offset_bytes = n_prefix + n_header;
  return true;
}

static bool
check_size (SbNpyReader *reader, int64_t file_bytes, GError **error)
{
  const SbNpyInfo *info = &reader->info;
  int64_t n = sb_npy_type_bytes (info->type);
  bool empty = false, overflow = false;
  for (int i = 0; i < info->n_dims; i++) {
    empty = empty || info->shape[i] == 0;
    overflow = overflow || __builtin_mul_overflow (n, MAX (info->shape[i], 1), &n);
  }
  if (empty && overflow) /* who multiplies two sizes of an empty array must not run over: NumPy refuses it as well */
    return refuse (reader, "has a shape that is too big, though there is nothing in it", error);
  if (!empty && (overflow || n > file_bytes - info->data_offset_bytes)) {
    g_autofree char *shape = sb_npy_shape_text (info->shape, info->n_dims);
    g_autofree char *what = g_strdup_printf ("is shorter than its shape %s needs", shape);
    return refuse (reader, what, error);
  }
  return true;
}

static bool
open_reader (SbNpyReader *reader, const char *path, GError **error)
{
  struct stat st;
  reader->fd = sb_open_regular (path, reader->shown, &st, error);
  return reader->fd >= 0 && read_header (reader, st.st_size, error) && check_size (reader, st.st_size, error);
}

SbNpyReader *
sb_npy_reader_new (const char *path, GError **error)
{
  SbNpyReader *reader = g_new0 (SbNpyReader, 1);
  reader->shown = g_filename_display_name (path);
  if (!open_reader (reader, path, error)) {
    sb_npy_reader_free (reader);
    return NULL;
  }
  return reader;
}

void
sb_npy_reader_free (SbNpyReader *reader)
{
  if (!reader)
    return;
  if (reader->fd >= 0)
    close (reader->fd);
  g_free (reader->shown);
  g_free (reader->raw);
  g_free (reader);
}

const SbNpyInfo *
sb_npy_reader_info (const SbNpyReader *reader)
{
  return &reader->info;
}

static float
float_at (const char *raw, bool swapped)
{
  uint32_t bits;
  float value;
  memcpy (&bits, raw, 4);
  bits = swapped ? GUINT32_SWAP_LE_BE (bits) : bits;
  memcpy (&value, &bits, 4);
  return value;
}

static float
double_at (const char *raw, bool swapped)
{
  uint64_t bits;
  double value;
  memcpy (&bits, raw, 8);
  bits = swapped ? GUINT64_SWAP_LE_BE (bits) : bits;
  memcpy (&value, &bits, 8);
  return (float)value;
}

/* raw: items `raw_step` items apart; out: items `out_step` items apart, an item being one float or, complex, two. */
static void
convert (const SbNpyInfo *info, const char *raw, ptrdiff_t raw_step, int64_t n, float *out, ptrdiff_t out_step)
{
  int n_bytes = sb_npy_type_bytes (info->type);
  for (int64_t i = 0; i < n; i++) {
    const char *item = raw + i * raw_step * n_bytes;
    switch (info->type) {
    case SB_NPY_BOOL:
      out[i * out_step] = *item != 0;
      break;
    case SB_NPY_UINT8:
      out[i * out_step] = (uint8_t)*item;
      break;
    case SB_NPY_FLOAT32:
      out[i * out_step] = float_at (item, info->swapped);
      break;
    case SB_NPY_FLOAT64:
      out[i * out_step] = double_at (item, info->swapped);
      break;
    case SB_NPY_COMPLEX64:
      out[2 * i * out_step] = float_at (item, info->swapped);
      out[2 * i * out_step + 1] = float_at (item + 4, info->swapped);
      break;
    case SB_NPY_COMPLEX128:
      out[2 * i * out_step] = double_at (item, info->swapped);
      out[2 * i * out_step + 1] = double_at (item + 8, info->swapped);
      break;
    }
  }
}

/* Items [first, first + n) as stored, into reader->raw. */
static bool
read_run (SbNpyReader *reader, int64_t first, int64_t n, GError **error)
{
  int64_t n_bytes = n * sb_npy_type_bytes (reader->info.type);
  if ((size_t)n_bytes > reader->raw_bytes) {
    g_clear_pointer (&reader->raw, g_free);
    reader->raw_bytes = 0;
    reader->raw = g_try_malloc ((size_t)n_bytes);
    if (!reader->raw) {
      g_set_error (error, SB_ERROR, SB_ERROR_MEMORY, "There is not enough memory to read “%s”.", reader->shown);
      return false;
    }
    reader->raw_bytes = (size_t)n_bytes;
  }
  int64_t offset = reader->info.data_offset_bytes + first * sb_npy_type_bytes (reader->info.type);
  return read_at (reader, reader->raw, (size_t)n_bytes, offset, error);
}

typedef struct {
  float *items;
  int floats; /* in an item: 1, complex 2 */
  ptrdiff_t col_stride, plane_stride;
} Target;

/* Item (p, r, c) lies at (c·rows + r)·planes + p. */
static bool
read_fortran (SbNpyReader *reader, int64_t first, int64_t n, const Target *target, GError **error)
{
  const SbNpyInfo *info = &reader->info;
  int64_t step = MAX (RUN_ITEMS / MAX (info->planes, 1), 1);
  for (int64_t c = 0; c < n; c++)
    for (int64_t r = 0; r < info->rows; r += step) {
      int64_t n_rows = MIN (step, info->rows - r);
      if (!read_run (reader, ((first + c) * info->rows + r) * info->planes, n_rows * info->planes, error))
        return false;
      for (int64_t p = 0; p < info->planes; p++)
        convert (info, reader->raw + p * sb_npy_type_bytes (info->type), info->planes, n_rows,
                 target->items + target->floats * (c * target->col_stride + p * target->plane_stride + r), 1);
    }
  return true;
}

/* Item (p, r, c) lies at (p·rows + r)·cols + c: a run of columns out of each row. */
static bool
read_c (SbNpyReader *reader, int64_t first, int64_t n, const Target *target, GError **error)
{
  const SbNpyInfo *info = &reader->info;
  for (int64_t p = 0; p < info->planes; p++)
    for (int64_t r = 0; r < info->rows; r++)
      for (int64_t c = 0; c < n; c += RUN_ITEMS) {
        int64_t n_cols = MIN (RUN_ITEMS, n - c);
        if (!read_run (reader, (p * info->rows + r) * info->cols + first + c, n_cols, error))
          return false;
        convert (info, reader->raw, 1, n_cols,
                 target->items + target->floats * (c * target->col_stride + p * target->plane_stride + r),
                 target->col_stride);
      }
  return true;
}

static bool
read_columns (SbNpyReader *reader, int64_t first, int64_t n, const Target *target, GError **error)
{
  const SbNpyInfo *info = &reader->info;
  if (sb_npy_type_is_complex (info->type) != (target->floats == 2)) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "“%s” holds %s numbers where %s ones are needed.", reader->shown,
                 target->floats == 2 ? "real" : "complex", target->floats == 2 ? "complex" : "real");
    return false;
  }
  if (first < 0 || n < 0 || first > info->cols || n > info->cols - first) {
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "“%s” has only %" G_GINT64_FORMAT " columns.", reader->shown,
                 info->cols);
    return false;
  }
  if (n == 0 || info->rows == 0 || info->planes == 0) /* the other sizes may be anything then */
    return true;
  return (info->fortran ? read_fortran : read_c) (reader, first, n, target, error);
}

bool
sb_npy_read_real (SbNpyReader *reader, int64_t first, int64_t n, float *out, ptrdiff_t col_stride,
                  ptrdiff_t plane_stride, GError **error)
{
  Target target = {out, 1, col_stride, plane_stride};
  return read_columns (reader, first, n, &target, error);
}

bool
sb_npy_read_complex (SbNpyReader *reader, int64_t first, int64_t n, float complex *out, ptrdiff_t col_stride,
                     ptrdiff_t plane_stride, GError **error)
{
  Target target = {(float *)out, 2, col_stride, plane_stride};
  return read_columns (reader, first, n, &target, error);
}

/* ---- writing ---- */

/* Padded with spaces to a newline, so that the data starts at a multiple of 64 bytes, as NumPy does. */
static GString *
make_header (SbNpyType type, const int64_t *shape, int n_dims)
{
  const char *order = types[type].n_bytes == 1 ? "|" : G_BYTE_ORDER == G_LITTLE_ENDIAN ? "<" : ">";
  g_autofree char *shape_text = sb_npy_shape_text (shape, n_dims);
  GString *header = g_string_new (NULL);
  g_string_append_printf (header, "{'descr': '%s%s', 'fortran_order': True, 'shape': %s, }", order, types[type].descr,
                          shape_text);
  while ((10 + header->len + 1) % 64 != 0)
    g_string_append_c (header, ' ');
  g_string_append_c (header, '\n');
  char prefix[10] = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, (char)(header->len & 255), (char)(header->len >> 8)};
  g_string_prepend_len (header, prefix, sizeof prefix);
  return header;
}

SbNpyWriter *
sb_npy_writer_new (const char *path, SbNpyType type, const int64_t *shape, int n_dims, GError **error)
{
  int64_t n_items = 1, n_bytes;
  bool bad = n_dims < 1 || n_dims > 3;
  for (int i = 0; !bad && i < n_dims; i++)
    bad = shape[i] < 0 || __builtin_mul_overflow (n_items, shape[i], &n_items);
  bad = bad || __builtin_mul_overflow (n_items, types[type].n_bytes, &n_bytes);
  if (bad) {
    g_autofree char *shown = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_VALUE, "“%s” could not be written: the array would be too large.", shown);
    return NULL;
  }
  SbWholeFile *file = sb_whole_file_new (path, error);
  if (!file)
    return NULL;
  SbNpyWriter *writer = g_new0 (SbNpyWriter, 1);
  writer->file = file;
  writer->shown = g_filename_display_name (path);
  writer->item_bytes = types[type].n_bytes;
  writer->n_missing = n_items;
  GString *header = make_header (type, shape, n_dims);
  bool ok = sb_whole_file_write (file, header->str, header->len, error);
  g_string_free (header, TRUE);
  if (!ok) {
    sb_npy_writer_free (writer);
    return NULL;
  }
  return writer;
}

void
sb_npy_writer_free (SbNpyWriter *writer)
{
  if (!writer)
    return;
  sb_whole_file_free (writer->file);
  g_free (writer->shown);
  g_free (writer);
}

bool
sb_npy_writer_append (SbNpyWriter *writer, const void *items, int64_t n_items, GError **error)
{
  g_assert (n_items >= 0 && n_items <= writer->n_missing);
  writer->n_missing -= n_items;
  return sb_whole_file_write (writer->file, items, (size_t)n_items * (size_t)writer->item_bytes, error);
}

bool
sb_npy_writer_finish (SbNpyWriter *writer, GError **error)
{
  g_assert (writer->n_missing == 0);
  return sb_whole_file_commit (writer->file, error);
}
