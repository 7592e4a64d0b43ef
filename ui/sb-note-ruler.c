/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the top down each note gets its name when the one before left room;
 * every C has a longer tick. */
#include "ui/sb-note-ruler.h"
#include "ui/sb-session-lanes.h"
#include "ui/sb-theme.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

enum { WIDTH = 44, LEAST_GAP = 17, LOWEST = 0, HIGHEST = 203, LEAST_TICK_PX = 3 };
#define TEXT_PX 11.0

struct _SbNoteRuler {
  GtkWidget parent;
  SbSession *session;
  GskRenderNode *node;
  bool no_room;
};

G_DEFINE_TYPE (SbNoteRuler, sb_note_ruler, GTK_TYPE_WIDGET)

static double
hz_of (int midi)
{
  return 440 * exp2 ((midi - 69) / 12.0);
}

static void
draw (SbNoteRuler *self, cairo_t *cr, int height)
{
  const SbTheme *theme = sb_theme ();
  SbViewport view = sb_session_viewport (self->session, 1, height);
  double free_y = -1e9;
  sb_theme_source (cr, &theme->hairline);
  cairo_rectangle (cr, 0, 0, 1, height);
  cairo_fill (cr);
  cairo_set_line_width (cr, 1);
  for (int midi = HIGHEST; midi >= LOWEST; midi--) {
    double hz = hz_of (midi), y = sb_viewport_y (&view, hz), next = sb_viewport_y (&view, hz_of (midi - 1));
    if (hz > view.high_hz || hz < view.low_hz || y < 0 || y > height)
      continue;
    bool c = midi % 12 == 0,
         named = y >= free_y && (c || next - y > 4 || sb_viewport_y (&view, hz_of (midi - 12)) - y > 60);
    if (!c && !named && next - y < LEAST_TICK_PX)
      continue;
    sb_theme_source (cr, named ? &theme->text : &theme->tick);
    cairo_move_to (cr, 0, floor (y) + .5);
    cairo_line_to (cr, named ? 6 : 4, floor (y) + .5);
    cairo_stroke (cr);
    if (!named)
      continue;
    g_autofree char *name = sb_format_note (hz);
    char *space = strchr (name, ' ');
    if (space)
      *space = '\0';
    sb_theme_text (GTK_WIDGET (self), cr, TEXT_PX, name, 9, CLAMP (y, 8, height - 8), 0, .5);
    free_y = y + LEAST_GAP;
  }
}

static void
sb_note_ruler_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbNoteRuler *self = SB_NOTE_RULER (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  if (!sb_session_recording (self->session) || height < 2)
    return;
  if (!self->node) {
    self->node = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, width, height));
    cairo_t *cr = gsk_cairo_node_get_draw_context (self->node);
    SbLanes lanes = sb_session_lanes (self->session, height);
    for (int lane = 0; lane < lanes.n; lane++) {
      cairo_save (cr);
      cairo_translate (cr, 0, sb_lanes_top (&lanes, lane));
      draw (self, cr, sb_lanes_height (&lanes, lane));
      cairo_restore (cr);
    }
    cairo_destroy (cr);
  }
  gtk_snapshot_append_node (snapshot, self->node);
}

static void
redraw (SbNoteRuler *self)
{
  g_clear_pointer (&self->node, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
aids_changed (SbNoteRuler *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), !self->no_room && sb_inspector_notes (sb_inspector_of (self->session)));
}

void
sb_note_ruler_set_room (SbNoteRuler *self, bool room)
{
  self->no_room = !room;
  aids_changed (self);
}

static void
sb_note_ruler_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                       int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : 0;
}

static void
sb_note_ruler_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_clear_pointer (&SB_NOTE_RULER (widget)->node, gsk_render_node_unref);
}

static void
sb_note_ruler_dispose (GObject *object)
{
  SbNoteRuler *self = SB_NOTE_RULER (object);
  g_clear_pointer (&self->node, gsk_render_node_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (sb_note_ruler_parent_class)->dispose (object);
}

static void
sb_note_ruler_class_init (SbNoteRulerClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = sb_note_ruler_dispose;
  widget_class->snapshot = sb_note_ruler_snapshot;
  widget_class->measure = sb_note_ruler_measure;
  widget_class->size_allocate = sb_note_ruler_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "ruler");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_note_ruler_init (SbNoteRuler *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Note Ruler", -1);
}

GtkWidget *
sb_note_ruler_new (SbSession *session)
{
  SbNoteRuler *self = g_object_new (SB_TYPE_NOTE_RULER, NULL);
  self->session = g_object_ref (session);
  static const char *const followed[] = {"span", "colours", "recording"};
  for (size_t i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_object (session, followed[i], G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (redraw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_inspector_of (session), "aids", G_CALLBACK (aids_changed), self, G_CONNECT_SWAPPED);
  aids_changed (self);
  return GTK_WIDGET (self);
}
