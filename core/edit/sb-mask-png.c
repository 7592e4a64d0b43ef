/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libpng reports by longjmp(): what it may jump over lives in a struct of the
 * caller, so that no local variable is lost. */
#include "edit/sb-mask-png-private.h"
#include "base/sb-open.h"
#include "base/sb-whole-file.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  FILE *stream;
  png_structp png;
  png_infop info;
  png_bytep row;
  uint16_t *grey;
  char message[128];
} Reader;

typedef struct {
  SbWholeFile *file;
  png_structp png;
  png_infop info;
  GError *error;
  char message[128];
} Writer;

static FILE *
open_file (const char *path, GError **error)
{
  struct stat st;
  g_autofree char *shown = g_filename_display_name (path);
  const int fd = sb_open_regular (path, shown, &st, error);
  FILE *stream = fd >= 0 ? fdopen (fd, "rb") : NULL;
  if (fd >= 0 && !stream) {
    sb_set_open_error (error, shown, errno);
    close (fd);
  }
  return stream;
}

bool
sb_is_png (const char *path)
{
  FILE *stream = open_file (path, NULL);
  png_byte start[8];
  bool is = stream && fread (start, 1, 8, stream) == 8 && png_sig_cmp (start, 0, 8) == 0;
  if (stream)
    fclose (stream);
  return is;
}

static void
on_read_error (png_structp png, png_const_charp message)
{
  Reader *reader = png_get_error_ptr (png);
  g_strlcpy (reader->message, message, sizeof reader->message);
  png_longjmp (png, 1);
}

static void
on_write_error (png_structp png, png_const_charp message)
{
  Writer *writer = png_get_error_ptr (png);
  g_strlcpy (writer->message, message, sizeof writer->message);
  png_longjmp (png, 1);
}

static void
on_warning (png_structp png, png_const_charp message)
{
}

/* Any PNG becomes rows of 8- or 16-bit grey; values are taken as they are, gamma plays no part in a mask. */
static void
ask_for_grey (Reader *reader)
{
  int type = png_get_color_type (reader->png, reader->info);
  if (type == PNG_COLOR_TYPE_PALETTE)
    png_set_palette_to_rgb (reader->png);
  if (!(type & PNG_COLOR_MASK_COLOR) && png_get_bit_depth (reader->png, reader->info) < 8)
    png_set_expand_gray_1_2_4_to_8 (reader->png);
  if (type & PNG_COLOR_MASK_COLOR)
    png_set_rgb_to_gray (reader->png, PNG_ERROR_ACTION_NONE, PNG_RGB_TO_GRAY_DEFAULT, PNG_RGB_TO_GRAY_DEFAULT);
  png_set_strip_alpha (reader->png);
}

static bool
check_size (Reader *reader, int64_t width, int64_t height)
{
  int64_t w = png_get_image_width (reader->png, reader->info), h = png_get_image_height (reader->png, reader->info);
  if (w == width && h == height)
    return true;
  g_snprintf (reader->message, sizeof reader->message,
              "it is %" G_GINT64_FORMAT " × %" G_GINT64_FORMAT " pixels where %" G_GINT64_FORMAT " × %" G_GINT64_FORMAT
              " (columns × bins) are needed",
              w, h, width, height);
  return false;
}

static void
keep_row (Reader *reader, uint16_t *grey, int64_t width, int n_bytes)
{
  for (int64_t x = 0; x < width; x++)
    grey[x] =
        n_bytes == 2 ? (uint16_t)(reader->row[2 * x] << 8 | reader->row[2 * x + 1]) : (uint16_t)(reader->row[x] * 257);
}

/* Interlaced pictures come in passes over all rows, so those are kept whole, as bytes behind the result. */
static bool
read_rows (Reader *reader, int64_t width, int64_t height)
{
  int passes = png_set_interlace_handling (reader->png);
  png_read_update_info (reader->png, reader->info);
  int n_bytes = png_get_bit_depth (reader->png, reader->info) / 8;
  size_t row_bytes = png_get_rowbytes (reader->png, reader->info);
  size_t n_kept = passes > 1 ? (size_t)height : 1;
  if (row_bytes != (size_t)width * (size_t)n_bytes) {
    g_strlcpy (reader->message, "it is no grey picture", sizeof reader->message);
    return false;
  }
  reader->row = g_try_malloc_n (n_kept, row_bytes);
  reader->grey = g_try_malloc_n ((size_t)height, (size_t)width * 2);
  if (!reader->row || !reader->grey) {
    g_strlcpy (reader->message, "there is not enough memory", sizeof reader->message);
    return false;
  }
  png_bytep all = reader->row;
  for (int pass = 0; pass < passes; pass++)
    for (int64_t y = 0; y < height; y++) {
      png_read_row (reader->png, passes > 1 ? all + (size_t)y * row_bytes : all, NULL);
      if (passes == 1)
        keep_row (reader, reader->grey + y * width, width, n_bytes);
    }
  for (int64_t y = 0; passes > 1 && y < height; y++) {
    reader->row = all + (size_t)y * row_bytes;
    keep_row (reader, reader->grey + y * width, width, n_bytes);
  }
  reader->row = all;
  png_read_end (reader->png, NULL);
  return true;
}

static bool
read_png (Reader *reader, int64_t width, int64_t height)
{
  reader->png = png_create_read_struct (PNG_LIBPNG_VER_STRING, reader, on_read_error, on_warning);
  reader->info = reader->png ? png_create_info_struct (reader->png) : NULL;
  if (!reader->info || setjmp (png_jmpbuf (reader->png)))
    return false;
  png_set_user_limits (reader->png, 0x7fffffff, 0x7fffffff);
  png_init_io (reader->png, reader->stream);
  png_read_info (reader->png, reader->info);
  if (!check_size (reader, width, height))
    return false;
  ask_for_grey (reader);
  return read_rows (reader, width, height);
}

uint16_t *
sb_png_load_grey (const char *path, int64_t width, int64_t height, GError **error)
{
  Reader reader = {.stream = open_file (path, error)};
  if (!reader.stream)
    return NULL;
  bool ok = read_png (&reader, width, height);
  if (!ok) {
    g_autofree char *shown = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_FORMAT, "The picture “%s” cannot be used as a mask: %s.", shown,
                 *reader.message ? reader.message : "it could not be read");
    g_clear_pointer (&reader.grey, g_free);
  }
  png_destroy_read_struct (&reader.png, &reader.info, NULL);
  fclose (reader.stream);
  g_free (reader.row);
  return reader.grey;
}

static void
write_bytes (png_structp png, png_bytep bytes, size_t n_bytes)
{
  Writer *writer = png_get_io_ptr (png);
  if (!sb_whole_file_write (writer->file, bytes, n_bytes, writer->error ? NULL : &writer->error))
    png_error (png, "write");
}

static void
flush_bytes (png_structp png)
{
}

static bool
write_png (Writer *writer, const uint8_t *grey, int64_t width, int64_t height)
{
  writer->png = png_create_write_struct (PNG_LIBPNG_VER_STRING, writer, on_write_error, on_warning);
  writer->info = writer->png ? png_create_info_struct (writer->png) : NULL;
  if (!writer->info || setjmp (png_jmpbuf (writer->png)))
    return false;
  png_set_user_limits (writer->png, 0x7fffffff, 0x7fffffff);
  png_set_write_fn (writer->png, writer, write_bytes, flush_bytes);
  png_set_IHDR (writer->png, writer->info, (png_uint_32)width, (png_uint_32)height, 8, PNG_COLOR_TYPE_GRAY,
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info (writer->png, writer->info);
  for (int64_t y = 0; y < height; y++)
    png_write_row (writer->png, grey + y * width);
  png_write_end (writer->png, NULL);
  return true;
}

bool
sb_png_save_grey (const char *path, const uint8_t *grey, int64_t width, int64_t height, GError **error)
{
  Writer writer = {.file = sb_whole_file_new (path, error)};
  if (!writer.file)
    return false;
  bool ok = width > 0 && height > 0 && width <= 0x7fffffff && height <= 0x7fffffff &&
            write_png (&writer, grey, width, height);
  png_destroy_write_struct (&writer.png, &writer.info);
  if (writer.error)
    g_propagate_error (error, writer.error);
  else if (!ok) {
    g_autofree char *shown = g_filename_display_name (path);
    g_set_error (error, SB_ERROR, SB_ERROR_WRITE, "“%s” could not be written as a PNG: %s.", shown,
                 *writer.message ? writer.message : "the mask is too wide for one");
  }
  ok = ok && sb_whole_file_commit (writer.file, error);
  sb_whole_file_free (writer.file);
  return ok;
}
