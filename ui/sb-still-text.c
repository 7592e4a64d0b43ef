/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-still-text.h"
#include "ui/sb-theme.h"

#include <string.h>

enum { GAP = 8 };

typedef struct {
  char *text;
  double opacity;
} Text;

struct _SbStillText {
  GtkWidget parent;
  const SbStillStyle *styles;
  int n;
  Text texts[SB_STILL_MOST];
  int line_px[SB_STILL_MOST], n_lines; /* heights in the font as it is; n_lines 0: not known yet */
};

G_DEFINE_TYPE (SbStillText, sb_still_text, GTK_TYPE_WIDGET)

static PangoLayout *
layout_of (SbStillText *self, int i)
{
  const SbStillStyle *style = &self->styles[i];
  PangoLayout *layout = sb_theme_layout (GTK_WIDGET (self), style->px, style->bold, self->texts[i].text);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  return layout;
}

static void
measure_lines (SbStillText *self)
{
  if (self->n_lines)
    return;
  for (int i = 0; i < self->n; i++) {
    const SbStillStyle *style = &self->styles[i];
    g_autoptr (PangoLayout) layout = sb_theme_layout (GTK_WIDGET (self), style->px, style->bold, "X");
    int height, lines = MAX (style->n_lines, 1);
    pango_layout_get_pixel_size (layout, NULL, &height);
    for (int line = style->line; line < MIN (style->line + lines, SB_STILL_MOST); line++)
      self->line_px[line] = MAX (self->line_px[line], height);
    self->n_lines = MIN (MAX (self->n_lines, style->line + lines), SB_STILL_MOST);
  }
}

static int
top_of (const SbStillText *self, int line)
{
  int top = 0;
  for (int i = 0; i < MIN (line, SB_STILL_MOST); i++)
    top += self->line_px[i];
  return top;
}

static void
sb_still_text_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                       int *minimum_baseline, int *natural_baseline)
{
  SbStillText *self = SB_STILL_TEXT (widget);
  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL) {
    measure_lines (self);
    *minimum = *natural = top_of (self, self->n_lines);
  }
}

static void
append (SbStillText *self, GtkSnapshot *snapshot, int i, PangoLayout *layout, int x)
{
  const SbStillStyle *style = &self->styles[i];
  GdkRGBA colour;
  int height, lines = MAX (style->n_lines, 1);
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &colour);
  colour.alpha *= (float) (style->opacity * self->texts[i].opacity);
  pango_layout_get_pixel_size (layout, NULL, &height);
  int room = top_of (self, style->line + lines) - top_of (self, style->line);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT ((float)x, (float)(top_of (self, style->line) + MAX (0, room - height) / 2)));
  gtk_snapshot_append_layout (snapshot, layout, &colour);
  gtk_snapshot_restore (snapshot);
}

static void
sb_still_text_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SbStillText *self = SB_STILL_TEXT (widget);
  int width = gtk_widget_get_width (widget), left[SB_STILL_MOST];
  measure_lines (self);
  for (int line = 0; line < SB_STILL_MOST; line++)
    left[line] = width;
  for (int pass = 0; pass < 2; pass++) /* first what stands at the end */
    for (int i = 0; i < self->n; i++) {
      const SbStillStyle *style = &self->styles[i];
      if (style->right != (pass == 0) || !self->texts[i].text || !*self->texts[i].text)
        continue;
      g_autoptr (PangoLayout) layout = layout_of (self, i);
      int own = 0;
      if (style->right) {
        pango_layout_get_pixel_size (layout, &own, NULL);
        own = MIN (own, width);
        left[style->line] = MAX (0, width - own - GAP);
      }
      pango_layout_set_width (layout, (style->right ? own : left[style->line]) * PANGO_SCALE);
      if (style->n_lines > 1)
        pango_layout_set_height (layout, -style->n_lines);
      append (self, snapshot, i, layout, style->right ? width - own : 0);
    }
}

/* Another font, or other text rendering: the lines are measured again. */
static void
sb_still_text_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  SbStillText *self = SB_STILL_TEXT (widget);
  GTK_WIDGET_CLASS (sb_still_text_parent_class)->system_setting_changed (widget, setting);
  self->n_lines = 0;
  memset (self->line_px, 0, sizeof self->line_px);
  gtk_widget_queue_resize (widget);
}

void
sb_still_text_set (SbStillText *self, int i, const char *text)
{
  g_return_if_fail (i >= 0 && i < self->n);
  if (g_strcmp0 (self->texts[i].text, text) == 0)
    return;
  g_free (self->texts[i].text);
  self->texts[i].text = g_strdup (text);
  if (self->n == 1)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sb_still_text_set_opacity (SbStillText *self, int i, double opacity)
{
  if (self->texts[i].opacity == opacity)
    return;
  self->texts[i].opacity = opacity;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
sb_still_text_finalize (GObject *object)
{
  SbStillText *self = SB_STILL_TEXT (object);
  for (int i = 0; i < SB_STILL_MOST; i++)
    g_free (self->texts[i].text);
  G_OBJECT_CLASS (sb_still_text_parent_class)->finalize (object);
}

static void
sb_still_text_class_init (SbStillTextClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->finalize = sb_still_text_finalize;
  widget_class->measure = sb_still_text_measure;
  widget_class->snapshot = sb_still_text_snapshot;
  widget_class->system_setting_changed = sb_still_text_system_setting_changed;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
  gtk_widget_class_set_css_name (widget_class, "label");
}

static void
sb_still_text_init (SbStillText *self)
{
  for (int i = 0; i < SB_STILL_MOST; i++)
    self->texts[i].opacity = 1;
}

GtkWidget *
sb_still_text_new (const SbStillStyle *styles, int n)
{
  SbStillText *self = g_object_new (SB_TYPE_STILL_TEXT, NULL);
  self->styles = styles;
  self->n = MIN (n, SB_STILL_MOST);
  return GTK_WIDGET (self);
}
