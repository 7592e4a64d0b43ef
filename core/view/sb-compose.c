/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From level codes to pixels.
 *
 * Time.  A view's pixel columns are counted from second 0, so that a view moved
 * by whole pixels shows the same pixels.  With p grid columns in a pixel:
 *   p ≥ 1  level ⌊log2 p⌋; a pixel shows the maximum over the columns of that
 *          level whose centres lie in it.  Each column lies in exactly one pixel
 *          and each pixel holds at least one: no click is lost or doubled.
 *   p < 1  the codes of the two columns around the pixel's centre, blended.
 * Frequency.  A pixel one bin high or more shows the maximum over the bins whose
 * centres lie in it; a lower one blends the two bins around its centre.
 * Average shows means of power instead in time, but still the loudest bin of a
 * pixel: a line thinner than a pixel stays as bright as it is.
 * What a painted source left as it was is shown from the spectrogram below; what
 * this look does not have yet, from the former look.
 * The colour table comes last.  The lock is held for the gathering of 16 pixel
 * columns at a time, some microseconds.  Thread: any. */
#include "dsp/sb-kernel.h"
#include "view/sb-spectrogram-private.h"
#include <math.h>
#include <string.h>

#define BLOCK_PX 16
#define SB_HOLE_ARGB 0xff26c6dau /* in no colour map */

typedef struct {
  int16_t weight; /* 0 … 256: blend of bins first and first + 1; −1: maximum of [first, end); −2: outside */
  int32_t first, end;
} Row;

/* The rows of a view, kept for the next strip of it: logarithms are slow. */
typedef struct SbRows {
  atomic_int refs;
  double low_hz, high_hz;
  SbScale scale;
  int height, bin0, bin1; /* bins that any row needs */
  Row rows[];
} Rows;

typedef struct {
  double cols_per_px;  /* rounded to 36 bits: the same for views of the same width */
  double origin_px;    /* of pixel 0, in thousandths of a pixel */
  int level;
  SbStatistic statistic;
  Rows *rows;
  int height, bin0, bin1;
} Mapping;

/* ---- where pixels lie ---- */

static void
map_time (const SbSpectrogram *s, const SbViewport *view, Mapping *map)
{
  double cols_per_px = (view->to_s - view->from_s) / view->width_px * s->rate / s->grid.hop;
  int exponent;
  double mantissa = frexp (cols_per_px, &exponent);
  map->cols_per_px = ldexp (rint (ldexp (mantissa, 36)), exponent - 36);
  map->origin_px = rint (view->from_s * s->rate / s->grid.hop / map->cols_per_px * 1024.0) / 1024.0;
  map->level = 0;
  while (map->level + 1 < s->shape.n_levels && map->cols_per_px >= (double) ((int64_t) 2 << map->level))
    map->level++;
}

/* Grid columns at the left edge of pixel x. */
static double
edge_col (const Mapping *map, int x)
{
  return (map->origin_px + x) * map->cols_per_px;
}

/* Columns [*first, *end) of map->level that pixel x shows, clipped to the recording. */
static void
pixel_columns (const SbSpectrogram *s, const Mapping *map, int x, int64_t *first, int64_t *end)
{
  double size = (double) ((int64_t) 1 << map->level), centre = (size - 1) / 2;
  double last = (double) sb_pyramid_level_cols (&s->shape, map->level);
  *first = (int64_t) CLAMP (ceil ((edge_col (map, x) - centre) / size), 0, last);
  *end = (int64_t) CLAMP (ceil ((edge_col (map, x + 1) - centre) / size), 0, last);
  /* The last column may be a stump whose nominal centre lies beyond the recording:
   * it belongs to the pixel where the recording ends. */
  double last_col = (double) (s->shape.n_cols - 1);
  if (edge_col (map, x) > last_col)
    *first = *end = (int64_t) last;
  else if (edge_col (map, x + 1) >= last_col - map->cols_per_px / 512) /* rounding must not push it out of sight */
    *end = (int64_t) last;
}

static Rows *
rows_new (const SbSpectrogram *s, const SbViewport *view)
{
  double bins_per_hz = (double) s->grid.n_fft * s->cells_per_bin / s->rate;
  int n_bins = s->shape.n_bins;
  Rows *rows = g_malloc (sizeof *rows + (gsize) view->height_px * sizeof (Row));
  *rows = (Rows){.low_hz = view->low_hz, .high_hz = view->high_hz, .scale = view->scale, .height = view->height_px,
                 .bin0 = n_bins};
  atomic_init (&rows->refs, 1);
  double high = sb_viewport_hz (view, 0) * bins_per_hz;
  for (int y = 0; y < view->height_px; y++) {
    double low = sb_viewport_hz (view, y + 1) * bins_per_hz;
    double middle = sb_viewport_hz (view, y + 0.5) * bins_per_hz;
    Row *row = &rows->rows[y];
    *row = (Row){.weight = -2};
    if (high - low >= 1.0) {
      row->first = (int32_t) CLAMP (ceil (low), 0, n_bins);
      row->end = (int32_t) CLAMP (ceil (high), 0, n_bins);
      if (row->first < row->end)
        row->weight = -1;
    } else if (middle >= -0.5 && middle <= n_bins - 0.5) {
      middle = CLAMP (middle, 0.0, n_bins - 1.0);
      row->first = MIN ((int32_t) middle, MAX (n_bins - 2, 0));
      row->weight = (int16_t) lrint (256.0 * (middle - row->first));
      row->end = MIN (row->first + 2, n_bins);
    }
    if (row->weight != -2) {
      rows->bin0 = MIN (rows->bin0, row->first);
      rows->bin1 = MAX (rows->bin1, row->end);
    }
    high = low;
  }
  return rows;
}

static void
rows_unref (Rows *rows)
{
  if (rows && atomic_fetch_sub (&rows->refs, 1) == 1)
    g_free (rows);
}

void
sb_spectrogram_forget_rows (SbSpectrogram *s)
{
  rows_unref (g_steal_pointer (&s->rows));
}

static void
map_rows (SbSpectrogram *s, const SbViewport *view, Mapping *map)
{
  pthread_mutex_lock (&s->lock);
  Rows *rows = s->rows, *old = NULL;
  if (rows)
    atomic_fetch_add (&rows->refs, 1);
  pthread_mutex_unlock (&s->lock);
  if (!rows || rows->low_hz != view->low_hz || rows->high_hz != view->high_hz || rows->scale != view->scale ||
      rows->height != view->height_px) {
    rows_unref (rows);
    rows = rows_new (s, view);
    atomic_fetch_add (&rows->refs, 1);
    pthread_mutex_lock (&s->lock);
    old = s->rows;
    s->rows = rows;
    pthread_mutex_unlock (&s->lock);
    rows_unref (old);
  }
  map->rows = rows;
  map->height = rows->height;
  map->bin0 = rows->bin0;
  map->bin1 = rows->bin1;
}

/* ---- gathering codes, under the lock ---- */

static void
need (SbSpectrogram *s, SbLack *lack, int level, int64_t col)
{
  if (!lack)
    return;
  int64_t g0 = (col << level) >> s->shape.grain_log2;
  int64_t g1 = (MIN ((col + 1) << level, s->shape.n_cols) - 1) >> s->shape.grain_log2;
  if (level >= s->shape.kept) {
    SbPiece *last = lack->grains->len ? &g_array_index (lack->grains, SbPiece, lack->grains->len - 1) : NULL;
    SbPiece run = {.level = -1, .g0 = g0, .g1 = g1 + 1};
    if (last && g0 >= last->g0 && g0 <= last->g1)
      last->g1 = MAX (last->g1, run.g1);
    else
      g_array_append_val (lack->grains, run);
    return;
  }
  SbPiece piece = sb_spectrogram_tile_piece (s, level, col >> (sb_pyramid_tile_log2 (&s->shape, level) - level));
  for (guint i = lack->tiles->len; i > 0; i--) {
    const SbPiece *known = &g_array_index (lack->tiles, SbPiece, i - 1);
    if (known->level == level && known->index == piece.index)
      return;
  }
  g_array_append_val (lack->tiles, piece);
}

/* out ← out and column together; what is not there comes from where it is coarser.  `weight`: columns in out
 * already. */
static SbCells
gather_column (SbSpectrogram *s, const Mapping *map, int64_t col, int weight, uint8_t *out, SbLack *lack)
{
  const uint8_t *codes;
  SbCells cells = sb_pyramid_column (s->pyramid, map->level, col, map->statistic, &codes);
  if (cells != SB_CELLS_EXACT)
    need (s, lack, map->level, col);
  for (int level = map->level + 1; !codes && level < s->shape.n_levels; level++)
    sb_pyramid_column (s->pyramid, level, col >> (level - map->level), map->statistic, &codes);
  const uint8_t *sparse = NULL;
  if (cells != SB_CELLS_EXACT && (!codes || (map->level >= s->shape.kept && cells == SB_CELLS_COARSE)))
    sparse = sb_sparse_near (s, ((double) col + 0.5) * (double) ((int64_t) 1 << map->level));
  int n = map->bin1 - map->bin0;
  bool mean = map->statistic == SB_STATISTIC_AVERAGE && weight > 0;
  if (codes && mean) /* a pixel holds two columns at most, or a third that is a stump */
    sb_codes_mean (out + map->bin0, codes + map->bin0, n, (int) (col & 1));
  else if (codes)
    sb_codes_max (out + map->bin0, codes + map->bin0, n);
  if (sparse)
    sb_codes_max (out + map->bin0, sparse + map->bin0, n);
  if (cells == SB_CELLS_EXACT)
    return cells;
  return codes || sparse ? SB_CELLS_COARSE : SB_CELLS_NONE;
}

/* Columns [first, end) together into `out` (zeroed here). */
static SbCells
gather (SbSpectrogram *s, const Mapping *map, int64_t first, int64_t end, uint8_t *out, SbLack *lack)
{
  SbCells worst = SB_CELLS_EXACT, best = SB_CELLS_NONE;
  memset (out + map->bin0, 0, (size_t) MAX (map->bin1 - map->bin0, 0));
  if (map->bin0 >= map->bin1)
    return SB_CELLS_EXACT;
  for (int64_t col = first; col < end; col++) {
    SbCells cells = gather_column (s, map, col, (int) (col - first), out, lack);
    worst = MIN (worst, cells);
    best = MAX (best, cells);
  }
  return worst == SB_CELLS_EXACT ? worst : best == SB_CELLS_NONE ? SB_CELLS_NONE : SB_CELLS_COARSE;
}

/* Whose cells columns [first, end) of the map's level are.  Not under the lock. */
static SbSpanKind
span_of (const SbSpectrogram *s, SbSource *source, const Mapping *map, int64_t first, int64_t end)
{
  int64_t from, to;
  if (first >= end)
    return SB_SPAN_SILENT;
  sb_spectrogram_frames_behind (s, first << map->level, MIN (end << map->level, s->shape.n_cols), &from, &to);
  return to > from ? sb_source_span (source, from, to - from) : SB_SPAN_SILENT;
}

/* ---- codes to pixels ---- */

/* x: 8 rows of 8 bytes, turned so that byte i of row j becomes byte j of row i. */
static inline void
turn (uint64_t x[8])
{
  static const uint64_t masks[] = {0x00000000ffffffffu, 0x0000ffff0000ffffu, 0x00ff00ff00ff00ffu};
  for (int step = 0, far = 4; step < 3; step++, far /= 2)
    for (int i = 0; i < 8; i++) {
      if (i & far)
        continue;
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
      uint64_t *high = &x[i], *low = &x[i + far];
#else
      uint64_t *high = &x[i + far], *low = &x[i];
#endif
      uint64_t swap = ((*high >> (8 * far)) ^ *low) & masks[step];
      *low ^= swap;
      *high ^= swap << (8 * far);
    }
}

/* codes: uint8_t[BLOCK_PX][n_bins] → cells: uint8_t[n_bins][BLOCK_PX], bins of the map (a few more are written). */
SB_KERNEL static void
turn_codes (const Mapping *map, const uint8_t *restrict codes, int n_bins, uint8_t *restrict cells)
{
  int bin = map->bin0;
  for (; bin + 8 <= map->bin1; bin += 8)
    for (int px = 0; px < BLOCK_PX; px += 8) {
      uint64_t x[8];
      for (int i = 0; i < 8; i++)
        memcpy (&x[i], codes + (size_t) (px + i) * (size_t) n_bins + bin, 8);
      turn (x);
      for (int i = 0; i < 8; i++)
        memcpy (cells + (size_t) (bin + i) * BLOCK_PX + px, &x[i], 8);
    }
  for (; bin < map->bin1; bin++)
    for (int px = 0; px < BLOCK_PX; px++)
      cells[(size_t) bin * BLOCK_PX + px] = codes[(size_t) px * (size_t) n_bins + bin];
}

/* cells: uint8_t[n_bins][BLOCK_PX] → rows: uint8_t[height][BLOCK_PX]; all pixels of a row at once */
SB_KERNEL static void
rows_of_cells (const Mapping *map, const uint8_t *restrict cells, uint8_t *restrict rows)
{
  for (int y = 0; y < map->height; y++, rows += BLOCK_PX) {
    const Row *row = &map->rows->rows[y];
    const uint8_t *at = cells + (size_t) row->first * BLOCK_PX;
    if (row->weight >= 0) {
      const uint8_t *next = row->end - row->first > 1 ? at + BLOCK_PX : at;
      uint16_t w = (uint16_t) row->weight, v = (uint16_t) (256 - row->weight);
      for (int i = 0; i < BLOCK_PX; i++)
        rows[i] = (uint8_t) ((uint16_t) (at[i] * v + next[i] * w + 128) >> 8);
      continue;
    }
    memset (rows, 0, BLOCK_PX);
    for (int bin = row->first; bin < row->end; bin++, at += BLOCK_PX)
      for (int i = 0; i < BLOCK_PX; i++)
        rows[i] = at[i] > rows[i] ? at[i] : rows[i];
  }
}

SB_KERNEL static void
blend_codes (const uint8_t *restrict a, const uint8_t *restrict b, int n, int weight, uint8_t *restrict out)
{
  uint16_t w = (uint16_t) weight, v = (uint16_t) (256 - weight);
  for (int i = 0; i < n; i++)
    out[i] = (uint8_t) ((uint16_t) (a[i] * v + b[i] * w + 128) >> 8);
}

/* rows: uint8_t[height][BLOCK_PX] → n pixel columns */
static void
colour (const uint8_t *rows, int n, int height, const uint32_t *lut, uint32_t *argb, int stride_px)
{
  for (int y = 0; y < height; y++, rows += BLOCK_PX, argb += stride_px) {
    if (n == BLOCK_PX)
      for (int i = 0; i < BLOCK_PX; i++)
        argb[i] = lut[rows[i]];
    else
      for (int i = 0; i < n; i++)
        argb[i] = lut[rows[i]];
  }
}

typedef struct {
  int64_t first[BLOCK_PX + 2], end[BLOCK_PX + 2];
  SbSpanKind kinds[BLOCK_PX + 2];
  SbCells cells[BLOCK_PX + 2], shown[BLOCK_PX]; /* of the columns gathered; of the pixels */
  uint8_t *codes;   /* uint8_t[BLOCK_PX + 2][n_bins], of the columns gathered */
  uint8_t *blended; /* uint8_t[BLOCK_PX][n_bins], of the pixels where they are enlarged */
  uint8_t *turned;  /* uint8_t[n_bins][BLOCK_PX] */
  uint8_t *rows;    /* uint8_t[height][BLOCK_PX] */
} Block;

/* Under the lock of `from`: the block's columns that are of `kind`. */
static void
gather_kind (SbSpectrogram *from, const Mapping *map, Block *block, int n, SbSpanKind kind, SbLack *lack)
{
  size_t n_bins = (size_t) from->shape.n_bins;
  for (int i = 0; i < n; i++)
    if (block->kinds[i] == kind)
      block->cells[i] = gather (from, map, block->first[i], block->end[i], block->codes + (size_t) i * n_bins, lack);
}

static void
gather_block (SbSpectrogram *s, const Mapping *map, Block *block, int n, SbNeeds *needs)
{
  size_t n_bins = (size_t) s->shape.n_bins;
  SbSpectrogram *below = sb_spectrogram_alike_below (s);
  bool own = false, lent = false, lost = false;
  pthread_mutex_lock (&s->lock);
  g_autoptr (SbSource) source = sb_source_ref (s->source);
  pthread_mutex_unlock (&s->lock);
  for (int i = 0; i < n; i++) {
    SbSpanKind kind = source->klass->span ? span_of (s, source, map, block->first[i], block->end[i]) : SB_SPAN_OWN;
    block->kinds[i] = kind == SB_SPAN_BELOW && !below ? SB_SPAN_OWN : kind;
    own |= block->kinds[i] == SB_SPAN_OWN;
    lent |= block->kinds[i] == SB_SPAN_BELOW;
    block->cells[i] = SB_CELLS_EXACT;
    if (block->kinds[i] == SB_SPAN_SILENT)
      memset (block->codes + (size_t) i * n_bins, 0, n_bins);
  }
  if (own) {
    pthread_mutex_lock (&s->lock);
    gather_kind (s, map, block, n, SB_SPAN_OWN, needs ? &needs->own : NULL);
    pthread_mutex_unlock (&s->lock);
  }
  /* just painted and not computed yet: as it was before */
  for (int i = 0; i < n && below; i++)
    lost |= block->kinds[i] == SB_SPAN_OWN && block->cells[i] == SB_CELLS_NONE;
  if (lent || lost) {
    pthread_mutex_lock (&below->lock);
    gather_kind (below, map, block, n, SB_SPAN_BELOW, needs ? &needs->below : NULL);
    for (int i = 0; i < n; i++)
      if (block->kinds[i] == SB_SPAN_OWN && block->cells[i] == SB_CELLS_NONE) {
        SbCells cells = gather (below, map, block->first[i], block->end[i], block->codes + (size_t) i * n_bins, NULL);
        block->cells[i] = MIN (cells, SB_CELLS_COARSE);
      }
    pthread_mutex_unlock (&below->lock);
  }
}

/* p ≥ 1: n pixel columns from x on. */
static void
paint_shrunk (SbSpectrogram *s, const Mapping *map, Block *block, int x, int n, SbNeeds *needs)
{
  for (int i = 0; i < n; i++)
    pixel_columns (s, map, x + i, &block->first[i], &block->end[i]);
  gather_block (s, map, block, n, needs);
  for (int i = 0; i < n; i++)
    block->shown[i] = block->cells[i];
}

/* p < 1: the columns around n pixels, then blends of them. */
static void
paint_enlarged (SbSpectrogram *s, const Mapping *map, Block *block, int x, int n, SbNeeds *needs)
{
  size_t n_bins = (size_t) s->shape.n_bins;
  double last = (double) (s->shape.n_cols - 1);
  double place[BLOCK_PX];
  for (int i = 0; i < n; i++)
    place[i] = (map->origin_px + x + i + 0.5) * map->cols_per_px;
  int64_t col0 = (int64_t) CLAMP (floor (place[0]), 0.0, last);
  int64_t col1 = (int64_t) CLAMP (floor (place[n - 1]) + 1.0, 0.0, last);
  int cols = (int) (col1 - col0) + 1;
  for (int i = 0; i < cols; i++) {
    block->first[i] = col0 + i;
    block->end[i] = col0 + i + 1;
  }
  gather_block (s, map, block, cols, needs);
  for (int i = 0; i < n; i++) {
    uint8_t *out = block->blended + (size_t) i * n_bins;
    if (place[i] < -0.5 || place[i] > last + 0.5) { /* beyond the recording */
      memset (out, 0, n_bins);
      block->shown[i] = SB_CELLS_EXACT;
      continue;
    }
    double at = CLAMP (place[i], 0.0, last);
    int a = (int) ((int64_t) at - col0), b = MIN (a + 1, cols - 1);
    blend_codes (block->codes + (size_t) a * n_bins + map->bin0, block->codes + (size_t) b * n_bins + map->bin0,
                 MAX (map->bin1 - map->bin0, 0), (int) lrint (256.0 * (at - floor (at))), out + map->bin0);
    block->shown[i] = MIN (block->cells[a], block->cells[b]);
  }
}

/* ---- holes ---- */

/* Hatches pixels [x, x+n) over frames that are no numbers; the stripes stand still when the view moves. */
static void
hatch (const Mapping *map, const SbHole *hole, double cols_per_frame, int x, int n, uint32_t *argb, int stride_px)
{
  double px_per_frame = cols_per_frame / map->cols_per_px;
  double from = (double) hole->from * px_per_frame - map->origin_px,
         to = (double) hole->to * px_per_frame - map->origin_px;
  int x0 = (int) CLAMP (floor (from), x, x + n), x1 = (int) CLAMP (ceil (to), x0, x + n);
  int64_t origin = (int64_t) map->origin_px;
  for (int i = x0; i < x1; i++)
    for (int y = 0; y < map->height; y++)
      if (((origin + i + y) & 7) < 3)
        argb[(size_t) y * (size_t) stride_px + (size_t) (i - x)] = SB_HOLE_ARGB;
}

static void
hatch_holes (SbSpectrogram *s, const Mapping *map, const Block *block, int x, int n, uint32_t *argb, int stride_px)
{
  SbSpectrogram *from[] = {s, sb_spectrogram_alike_below (s)};
  bool lent = false;
  for (int i = 0; i < n; i++)
    lent |= block->kinds[i] == SB_SPAN_BELOW;
  for (int i = 0; i < (lent ? 2 : 1) && from[i]; i++) {
    pthread_mutex_lock (&from[i]->lock);
    for (guint h = 0; h < from[i]->holes->len; h++)
      hatch (map, &g_array_index (from[i]->holes, SbHole, h), 1.0 / s->grid.hop, x, n, argb, stride_px);
    pthread_mutex_unlock (&from[i]->lock);
  }
}

/* Pixels [x, x+n) that have nothing of this look, from the former one. */
static void
paint_former (SbSpectrogram *former, const SbViewport *view, const Block *block, int x, int n, const uint32_t *lut,
              uint32_t *argb, int stride_px, SbComposed *composed)
{
  for (int i = 0, j; i < n; i = j) {
    for (j = i; j < n && block->shown[j] == SB_CELLS_NONE; j++)
      continue;
    if (j > i) {
      SbComposed there = sb_spectrogram_paint (former, view, x + i, j - i, lut, argb + i, stride_px, NULL);
      composed->missing -= j - i - there.missing;
      composed->coarse += j - i - there.missing;
    } else {
      j++;
    }
  }
}

SbComposed
sb_spectrogram_paint (SbSpectrogram *s, const SbViewport *view, int x0, int n, const uint32_t *lut, uint32_t *argb,
                      int stride_px, SbNeeds *needs)
{
  SbComposed composed = {0};
  Mapping map = {.statistic = (SbStatistic) atomic_load (&s->statistic)};
  map_time (s, view, &map);
  map_rows (s, view, &map);
  size_t height = (size_t) map.height, n_bins = (size_t) s->shape.n_bins;
  Block block = {.codes = g_malloc0 ((BLOCK_PX + 2) * n_bins),
                 .blended = g_malloc0 (BLOCK_PX * n_bins),
                 .turned = g_malloc (BLOCK_PX * n_bins),
                 .rows = g_malloc (BLOCK_PX * height)};
  bool enlarged = map.cols_per_px < 1.0;
  pthread_mutex_lock (&s->lock);
  SbSpectrogram *former = s->former ? sb_spectrogram_ref (s->former) : NULL;
  pthread_mutex_unlock (&s->lock);
  for (int done = 0; done < n; done += BLOCK_PX) {
    int px = MIN (BLOCK_PX, n - done);
    if (enlarged)
      paint_enlarged (s, &map, &block, x0 + done, px, needs);
    else
      paint_shrunk (s, &map, &block, x0 + done, px, needs);
    bool any = false;
    for (int i = 0; i < px; i++)
      any |= block.shown[i] != SB_CELLS_NONE;
    if (any) {
      turn_codes (&map, enlarged ? block.blended : block.codes, s->shape.n_bins, block.turned);
      rows_of_cells (&map, block.turned, block.rows);
    } else { /* code 0 everywhere: another picture is painted over it */
      memset (block.rows, 0, BLOCK_PX * height);
    }
    colour (block.rows, px, map.height, lut, argb + done, stride_px);
    for (int i = 0; i < px; i++) {
      composed.missing += block.shown[i] == SB_CELLS_NONE;
      composed.coarse += block.shown[i] == SB_CELLS_COARSE;
      if (needs)
        needs->missing += block.shown[i] == SB_CELLS_NONE;
    }
    if (former)
      paint_former (former, view, &block, x0 + done, px, lut, argb + done, stride_px, &composed);
    hatch_holes (s, &map, &block, x0 + done, px, argb + done, stride_px);
  }
  sb_spectrogram_unref (former);
  g_free (block.codes);
  g_free (block.blended);
  g_free (block.turned);
  g_free (block.rows);
  rows_unref (map.rows);
  return composed;
}
