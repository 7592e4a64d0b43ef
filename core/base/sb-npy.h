/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * NumPy's .npy files (format versions 1 to 3).  Reading: either endianness, C
 * or Fortran order, by columns, so that an array larger than the memory can
 * be walked through; every claim of the header is checked against the file's
 * real size.  Writing: Fortran order, so that columns are appended, whole or
 * not at all.
 *
 * An array is seen as planes × rows × cols: shape (rows, cols) has one plane,
 * (planes, rows, cols) several, (n,) is one column.
 *
 * Thread: any, a reader or writer by one at a time.  Blocks: disk. */
#pragma once
#include "base/sb-error.h"
#include <complex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  SB_NPY_BOOL,
  SB_NPY_UINT8,
  SB_NPY_FLOAT32,
  SB_NPY_FLOAT64,
  SB_NPY_COMPLEX64,
  SB_NPY_COMPLEX128,
} SbNpyType;

const char *sb_npy_type_name (SbNpyType type); /* "bool", "uint8", "float32" … */
int sb_npy_type_bytes (SbNpyType type);
bool sb_npy_type_is_complex (SbNpyType type);

typedef struct {
  SbNpyType type;
  bool swapped; /* stored in the other endianness than this machine's */
  bool fortran;
  int n_dims; /* 0 … 3 */
  int64_t shape[3];
  int64_t planes, rows, cols; /* as above; planes·rows·cols items */
  int64_t data_offset_bytes;
} SbNpyInfo;

typedef struct SbNpyReader SbNpyReader;

SbNpyReader *sb_npy_reader_new (const char *path, GError **error);
void sb_npy_reader_free (SbNpyReader *reader); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbNpyReader, sb_npy_reader_free)
const SbNpyInfo *sb_npy_reader_info (const SbNpyReader *reader);
/* "(513, 346)"; newly allocated. */
char *sb_npy_shape_text (const int64_t *shape, int n_dims);

/* Columns [first, first + n): item (plane p, row r, column first + c) goes to
 * out[c·col_stride + p·plane_stride + r].  Numbers as stored (uint8 255 is
 * 255, bool 0 or 1), rounded to single precision.  The array must be real. */
bool sb_npy_read_real (SbNpyReader *reader, int64_t first, int64_t n, float *out, ptrdiff_t col_stride,
                       ptrdiff_t plane_stride, GError **error);
/* The same for complex arrays. */
bool sb_npy_read_complex (SbNpyReader *reader, int64_t first, int64_t n, float complex *out, ptrdiff_t col_stride,
                          ptrdiff_t plane_stride, GError **error);

typedef struct SbNpyWriter SbNpyWriter;

/* n_dims 1 … 3.  Version 1 header, this machine's endianness, Fortran order. */
SbNpyWriter *sb_npy_writer_new (const char *path, SbNpyType type, const int64_t *shape, int n_dims, GError **error);
/* Without sb_npy_writer_finish(): nothing was written.  NULL is fine. */
void sb_npy_writer_free (SbNpyWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbNpyWriter, sb_npy_writer_free)
/* Items of the type, first index fastest. */
bool sb_npy_writer_append (SbNpyWriter *writer, const void *items, int64_t n_items, GError **error);
/* All items of the shape must have come. */
bool sb_npy_writer_finish (SbNpyWriter *writer, GError **error);
