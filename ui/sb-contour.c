/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ends meet through a hash of their rounded places; at a saddle, where four
 * meet, any two go on together. */
#include "ui/sb-contour.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum { PER_UNIT = 1024, NONE = -1 };

typedef struct {
  const SbContourSegment *segments;
  int n;
  GHashTable *first_end; /* place → 1 + end index; an end is 2·segment + (0: a, 1: b) */
  int *next_end;         /* the next end at the same place */
  bool *used;
  GArray *points;
} Joining;

static gpointer
place_of (const SbContourPoint *point)
{
  uint64_t x = (uint64_t)llround (point->x * PER_UNIT), y = (uint64_t)llround (point->y * PER_UNIT);
  return (gpointer)(uintptr_t)(x << 32 ^ (y & 0xffffffff));
}

static const SbContourPoint *
end_point (const Joining *joining, int end)
{
  const SbContourSegment *segment = &joining->segments[end / 2];
  return end % 2 ? &segment->b : &segment->a;
}

static int
unused_end_at (const Joining *joining, const SbContourPoint *point)
{
  int end = GPOINTER_TO_INT (g_hash_table_lookup (joining->first_end, place_of (point))) - 1;
  while (end != NONE && joining->used[end / 2])
    end = joining->next_end[end];
  return end;
}

static void
add_point (Joining *joining, guint chain_start, const SbContourPoint *point)
{
  GArray *points = joining->points;
  if (points->len >= chain_start + 2) {
    SbContourPoint *last = &g_array_index (points, SbContourPoint, points->len - 1);
    const SbContourPoint *before = last - 1;
    double ax = last->x - before->x, ay = last->y - before->y, bx = point->x - last->x, by = point->y - last->y;
    if (fabs (ax * by - ay * bx) < 1e-9 && ax * bx + ay * by > 0) {
      *last = *point;
      return;
    }
  }
  g_array_append_val (points, *point);
}

/* Goes on from `end` (which is the near end of an unused segment) until nothing follows. */
static void
follow (Joining *joining, guint chain_start, int end)
{
  while (end != NONE) {
    joining->used[end / 2] = true;
    const SbContourPoint *far = end_point (joining, end ^ 1);
    add_point (joining, chain_start, far);
    end = unused_end_at (joining, far);
  }
}

static void
reverse (GArray *points, guint from)
{
  for (guint a = from, b = points->len - 1; a < b && b < points->len; a++, b--) {
    SbContourPoint keep = g_array_index (points, SbContourPoint, a);
    g_array_index (points, SbContourPoint, a) = g_array_index (points, SbContourPoint, b);
    g_array_index (points, SbContourPoint, b) = keep;
  }
}

GArray *
sb_contour_join (const GArray *segments)
{
  Joining joining = {.segments = (const SbContourSegment *)(const void *)segments->data, .n = segments->len};
  const SbContourPoint gap = {NAN, NAN};
  joining.first_end = g_hash_table_new (NULL, NULL);
  joining.next_end = g_new (int, 2 * joining.n + 1);
  joining.used = g_new0 (bool, joining.n + 1);
  joining.points = g_array_new (FALSE, FALSE, sizeof (SbContourPoint));
  for (int end = 0; end < 2 * joining.n; end++) {
    gpointer place = place_of (end_point (&joining, end));
    joining.next_end[end] = GPOINTER_TO_INT (g_hash_table_lookup (joining.first_end, place)) - 1;
    g_hash_table_insert (joining.first_end, place, GINT_TO_POINTER (end + 1));
  }
  for (int s = 0; s < joining.n; s++) {
    guint start = joining.points->len;
    if (joining.used[s])
      continue;
    add_point (&joining, start, end_point (&joining, 2 * s));
    follow (&joining, start, 2 * s);
    int behind = unused_end_at (&joining, end_point (&joining, 2 * s));
    if (behind != NONE) { /* it was open where it began */
      reverse (joining.points, start);
      follow (&joining, start, behind);
    }
    g_array_append_val (joining.points, gap);
  }
  g_hash_table_unref (joining.first_end);
  g_free (joining.next_end);
  g_free (joining.used);
  return joining.points;
}
