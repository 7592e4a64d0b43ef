/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One operation made ready for one grid: which columns and bins it covers and
 * how much (coverage a, 0 … 1), grown by the depth of the edit.
 *
 *   time of column k = k·hop/rate         frequency of bin b = b·rate/n_fft
 *   a cell is inside when its centre is (closed intervals); every shape covers
 *   at least its nearest bin and column
 *
 * Box and harmonics are separable, a(k, b) = time(k)·band(b), so they stay
 * analytic: a day of hum costs one profile.  Stroke and lasso are rasterised
 * column by column.  Immutable; Thread: any.  Blocks: no. */
#pragma once
#include "edit/sb-operation.h"

typedef struct {
  SbGrid grid;
  int rate;
  int64_t n_frames, n_cols;
  int n_bins;
} SbRasterPlane;

typedef struct SbRaster SbRaster;

/* References op.  SB_ERROR_VALUE when the shape lies wholly outside the recording. */
SbRaster *sb_raster_new (SbOperation *op, const SbRasterPlane *plane, GError **error);
/* … which this says beforehand: true with the error. */
bool sb_raster_is_outside (const SbRasterPlane *plane, SbOperation *op, GError **error);
SbRaster *sb_raster_ref (SbRaster *raster);
void sb_raster_unref (SbRaster *raster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRaster, sb_raster_unref)

SbOperation *sb_raster_op (const SbRaster *raster);
float sb_raster_gain (const SbRaster *raster); /* g; 1 for restore */
/* Columns [first, end) and bins [low, high) with growth. */
void sb_raster_cols (const SbRaster *raster, int64_t *first, int64_t *end);
void sb_raster_bins (const SbRaster *raster, int *low, int *high);
/* Columns [*first, *end) in which the coverage is one and the same profile; empty for strokes and lassos. */
void sb_raster_steady (const SbRaster *raster, int64_t *first, int64_t *end);
/* Coverage of columns [first, first + n), grown: a[i·(high − low) + b − low]. */
void sb_raster_cover (const SbRaster *raster, int64_t first, int n, float *a);
/* Columns in which `longer`, a stroke that continues `shorter`, covers more; false when it is no continuation. */
bool sb_raster_continues (const SbRaster *shorter, const SbRaster *longer, int64_t *first, int64_t *end);

/* Raised cosine, 0 at the edge, 1 from `width` inside on (closed: a hard edge is 1 on the edge). */
double sb_raster_ramp (double inside, double width);

/* --- stroke and lasso, each in a file of its own: ungrown coverage of one column, bins 0 … n_bins−1, maximum with what
       is there. */
typedef struct SbShape SbShape;
SbShape *sb_stroke_shape_new (const SbOpSpec *spec, const SbRasterPlane *plane);
void sb_stroke_shape_free (SbShape *shape);
void sb_stroke_shape_cols (const SbRasterPlane *plane, const SbOpSpec *spec, int from_point, int64_t *first,
                           int64_t *end);
void sb_stroke_shape_column (const SbShape *shape, int64_t col, int low, int high, float *a);
SbShape *sb_lasso_shape_new (const SbOpSpec *spec, const SbRasterPlane *plane);
void sb_lasso_shape_free (SbShape *shape);
void sb_lasso_shape_column (const SbShape *shape, int64_t col, int low, int high, float *a);
