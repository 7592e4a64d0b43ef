/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-outline.h"
#include "ui/sb-edit-hit.h"
#include "ui/sb-outline-trace.h"
#include "ui/sb-worker-bridge.h"

#include <math.h>

struct _SbOutline {
  GObject parent;
  SbSession *session;
  SbOutlineWhat what;
  int channel;
  GArray *points; /* of SbContourPoint */
  SbOutlineTiles *tiles;
  SbOutlineStyle style;
  SbViewport view; /* of the points and tiles */
  double px_per_s;
  /* what was asked for last */
  SbViewport asked_view;
  SbOutlineStyle asked_style;
  uint64_t asked_revision;
  int asked_channel;
  GPtrArray *asked_ops; /* SbOperation*; NULL: the mask in force */
  int asked_scale;
  bool busy, again;
  int width, height, scale;
};

G_DEFINE_TYPE (SbOutline, sb_outline, G_TYPE_OBJECT)

typedef struct {
  SbOutline *outline; /* referenced */
  SbMask *mask;       /* in force, or whose grid and recording count */
  GPtrArray *ops;     /* NULL: that mask */
  SbViewport view;
  SbOutlineStyle style;
  int rate, channels, channel, scale;
  int64_t n_frames, first_px;
  double px_per_s;
  SbOutlineTiles *previous;
  GArray *points;
  SbOutlineTiles *tiles;
} Job;

static void
job_free (void *data)
{
  Job *job = data;
  sb_mask_unref (job->mask);
  g_clear_pointer (&job->ops, g_ptr_array_unref);
  sb_outline_tiles_unref (job->previous);
  sb_outline_tiles_unref (job->tiles);
  g_clear_pointer (&job->points, g_array_unref);
  g_object_unref (job->outline);
  g_free (job);
}

/* Restoring alone paints nothing, but it has a place. */
static SbOperation *
visible_shape (SbOperation *op)
{
  SbOpSpec spec = *sb_operation_spec (op);
  if (!spec.restore)
    return sb_operation_ref (op);
  spec.restore = false;
  spec.gain_db = -INFINITY;
  spec.edge = SB_EDGE_STRICT;
  return sb_operation_new (&spec, NULL);
}

static SbMask *
mask_of_ops (const Job *job)
{
  g_autoptr (GPtrArray) shapes = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_operation_unref);
  for (guint i = 0; i < job->ops->len; i++) {
    SbOperation *shape = visible_shape (job->ops->pdata[i]);
    if (shape)
      g_ptr_array_add (shapes, shape);
  }
  return sb_mask_new (sb_mask_grid (job->mask), job->rate, job->n_frames, job->channels,
                      (SbOperation *const *)shapes->pdata, (int)shapes->len, NULL, NULL);
}

static void
work (void *data)
{
  Job *job = data;
  g_autoptr (SbMask) alone = job->ops ? mask_of_ops (job) : NULL;
  if (job->ops && !alone)
    job->points = g_array_new (FALSE, FALSE, sizeof (SbContourPoint));
  else
    job->points = sb_outline_trace (alone ? alone : job->mask, &job->view, job->rate, job->channel);
  job->tiles = sb_outline_tiles_new (job->points, &job->view, &job->style, job->scale, job->first_px, job->previous);
}

static void
take (SbOutline *self, GArray *points, SbOutlineTiles *tiles)
{
  g_clear_pointer (&self->points, g_array_unref);
  sb_outline_tiles_unref (self->tiles);
  self->points = points;
  self->tiles = tiles;
}

static void
done (void *data)
{
  Job *job = data;
  SbOutline *self = job->outline;
  if (job->channel == self->channel)
    take (self, g_steal_pointer (&job->points), g_steal_pointer (&job->tiles));
  self->style = job->style;
  self->view = job->view;
  self->px_per_s = job->px_per_s;
  self->busy = false;
  g_signal_emit_by_name (self, "changed");
  if (self->again) {
    self->again = false;
    sb_outline_update (self, self->width, self->height, self->scale);
  }
}

static bool
same_view (const SbViewport *a, const SbViewport *b)
{
  return a->from_s == b->from_s && a->to_s == b->to_s && a->low_hz == b->low_hz && a->high_hz == b->high_hz &&
         a->scale == b->scale && a->width_px == b->width_px && a->height_px == b->height_px;
}

static bool
same_ops (const GPtrArray *a, const GPtrArray *b)
{
  if (!a || !b)
    return a == b;
  bool same = a->len == b->len;
  for (guint i = 0; same && i < a->len; i++)
    same = a->pdata[i] == b->pdata[i];
  return same;
}

/* The edits that this outline is about; NULL: all in force. */
static GPtrArray *
choose_ops (SbOutline *self, bool *muted)
{
  SbDocument *document = sb_session_recording (self->session)->document;
  SbOperation *edited = sb_session_edited (self->session); /* as it is being changed */
  const char *id =
      self->what == SB_OUTLINE_SELECTED ? sb_session_selected (self->session) : sb_session_hovered (self->session);
  if (self->what == SB_OUTLINE_EDITS)
    return NULL;
  GPtrArray *ops = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_operation_unref);
  *muted = self->what == SB_OUTLINE_MUTED;
  for (int i = 0; i < sb_document_n_edits (document); i++) {
    bool is_muted;
    SbOperation *op = sb_document_edit (document, i, &is_muted);
    const char *op_id = sb_operation_id (op);
    if (self->what == SB_OUTLINE_MUTED ? !is_muted : g_strcmp0 (op_id, id) != 0)
      continue;
    if (!sb_edit_in_channel (op, self->channel))
      continue;
    *muted = is_muted;
    if (edited && g_str_equal (sb_operation_id (edited), op_id))
      op = edited;
    g_ptr_array_add (ops, sb_operation_ref (op));
  }
  return ops;
}

static void
start (SbOutline *self, SbSnapshot *snapshot)
{
  const SbRecording *recording = sb_session_recording (self->session);
  Job *job = g_new0 (Job, 1);
  self->busy = true;
  job->outline = g_object_ref (self);
  job->mask = sb_mask_ref (snapshot->mask);
  job->ops = self->asked_ops ? g_ptr_array_ref (self->asked_ops) : NULL;
  job->view = self->asked_view;
  job->style = self->asked_style;
  job->scale = self->scale;
  job->channel = self->asked_channel;
  job->rate = recording->rate;
  job->channels = recording->channels;
  job->n_frames = recording->n_frames;
  job->px_per_s = sb_session_px_per_s (self->session);
  job->first_px = llround (job->view.from_s * job->px_per_s);
  job->previous = self->tiles ? sb_outline_tiles_ref (self->tiles) : NULL;
  sb_bridge_run (sb_session_pool (self->session), self, -1, work, done, job, job_free);
}

void
sb_outline_set_channel (SbOutline *self, int channel)
{
  if (channel == self->channel)
    return;
  self->channel = channel;
  take (self, NULL, NULL); /* another channel's line is no line of this one */
}

void
sb_outline_update (SbOutline *self, int width, int height, int scale)
{
  self->width = width;
  self->height = height;
  self->scale = scale;
  if (!sb_session_recording (self->session) || width < 1 || height < 1) {
    take (self, NULL, NULL);
    g_clear_pointer (&self->asked_ops, g_ptr_array_unref);
    self->asked_revision = 0;
    return;
  }
  if (self->busy) {
    self->again = true;
    return;
  }
  bool muted = false, thick = self->what == SB_OUTLINE_SELECTED || self->what == SB_OUTLINE_HOVERED;
  g_autoptr (GPtrArray) ops = choose_ops (self, &muted);
  g_autoptr (SbSnapshot) snapshot = sb_session_snapshot (self->session);
  SbViewport view = sb_session_viewport (self->session, width, height);
  SbOutlineStyle style = {.rgb = muted ? 0xffffff : sb_colormap_outline (sb_session_look (self->session)->map),
                          .line_px = thick ? 1.75 : 1.25,
                          .dashed = muted};
  uint64_t revision = ops ? 1 : sb_mask_revision (snapshot->mask);
  if (ops && ops->len == 0) { /* most of the time there is none */
    bool any = self->points && self->points->len;
    take (self, NULL, NULL);
    g_clear_pointer (&self->asked_ops, g_ptr_array_unref);
    self->asked_revision = 0;
    if (any)
      g_signal_emit_by_name (self, "changed");
    return;
  }
  if (self->asked_revision == revision && same_ops (self->asked_ops, ops) && same_view (&view, &self->asked_view) &&
      self->asked_scale == scale && self->asked_channel == self->channel && self->asked_style.rgb == style.rgb &&
      self->asked_style.dashed == style.dashed)
    return;
  self->asked_revision = revision;
  self->asked_view = view;
  self->asked_style = style;
  self->asked_scale = scale;
  self->asked_channel = self->channel;
  g_clear_pointer (&self->asked_ops, g_ptr_array_unref);
  self->asked_ops = g_steal_pointer (&ops);
  start (self, snapshot);
}

void
sb_outline_append (SbOutline *self, GtkWidget *widget, GtkSnapshot *snapshot, const SbViewport *view)
{
  double px_per_s = sb_session_px_per_s (self->session);
  if (!self->points || !self->points->len)
    return;
  if (px_per_s == self->px_per_s && view->low_hz == self->view.low_hz && view->high_hz == self->view.high_hz &&
      view->scale == self->view.scale && view->width_px == self->view.width_px &&
      view->height_px == self->view.height_px) {
    sb_outline_tiles_append (self->tiles, widget, snapshot, llround (view->from_s * px_per_s));
    return;
  }
  /* The view moved on: the same line, where it belongs now. */
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, view->width_px, view->height_px));
  sb_outline_path (cr, self->points, view);
  sb_outline_stroke (cr, &self->style);
  cairo_destroy (cr);
}

static void
sb_outline_finalize (GObject *object)
{
  SbOutline *self = SB_OUTLINE (object);
  take (self, NULL, NULL);
  g_clear_pointer (&self->asked_ops, g_ptr_array_unref);
  g_object_unref (self->session);
  G_OBJECT_CLASS (sb_outline_parent_class)->finalize (object);
}

static void
sb_outline_class_init (SbOutlineClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sb_outline_finalize;
  g_signal_new ("changed", SB_TYPE_OUTLINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_outline_init (SbOutline *self)
{
}

SbOutline *
sb_outline_new (SbSession *session, SbOutlineWhat what)
{
  SbOutline *self = g_object_new (SB_TYPE_OUTLINE, NULL);
  self->session = g_object_ref (session);
  self->what = what;
  self->channel = self->asked_channel = -1;
  return self;
}
