/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-banner.h"

struct _SbBanner {
  GtkBox parent;
  GtkWidget *row, *revealer, *text, *other, *button;
};

G_DEFINE_TYPE (SbBanner, sb_banner, GTK_TYPE_BOX)

void
sb_banner_show (SbBanner *self, const char *title, const char *meaning, const char *button, const char *action)
{
  g_autofree char *markup = g_markup_printf_escaped ("<b>%s</b> %s", title, meaning);
  gtk_label_set_markup (GTK_LABEL (self->text), markup);
  gtk_button_set_label (GTK_BUTTON (self->button), button);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), action);
  gtk_widget_remove_css_class (self->row, "choice");
  gtk_widget_add_css_class (self->button, "suggested-action");
  gtk_widget_set_visible (self->other, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), TRUE);
}

void
sb_banner_offer (SbBanner *self, const char *button, const char *action)
{
  gtk_button_set_label (GTK_BUTTON (self->other), button);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->other), action);
  gtk_widget_set_visible (self->other, TRUE);
}

void
sb_banner_make_choice (SbBanner *self)
{
  gtk_widget_add_css_class (self->row, "choice");
  gtk_widget_remove_css_class (self->button, "suggested-action");
}

void
sb_banner_hide (SbBanner *self)
{
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), FALSE);
}

static void
sb_banner_class_init (SbBannerClass *class)
{
}

static void
sb_banner_init (SbBanner *self)
{
  GtkWidget *row = self->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  gtk_widget_add_css_class (row, "problem-banner");
  gtk_box_append (GTK_BOX (row), gtk_image_new_from_icon_name ("dialog-warning-symbolic"));
  self->text = gtk_label_new ("");
  gtk_label_set_xalign (GTK_LABEL (self->text), 0);
  gtk_label_set_wrap (GTK_LABEL (self->text), TRUE);
  gtk_widget_set_hexpand (self->text, TRUE);
  gtk_box_append (GTK_BOX (row), self->text);
  self->other = gtk_button_new ();
  gtk_widget_set_valign (self->other, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (row), self->other);
  self->button = gtk_button_new ();
  gtk_widget_set_valign (self->button, GTK_ALIGN_CENTER);
  gtk_widget_remove_css_class (self->row, "choice");
  gtk_widget_add_css_class (self->button, "suggested-action");
  gtk_box_append (GTK_BOX (row), self->button);
  self->revealer = gtk_revealer_new ();
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), row);
  gtk_widget_set_hexpand (self->revealer, TRUE);
  gtk_box_append (GTK_BOX (self), self->revealer);
}

GtkWidget *
sb_banner_new (void)
{
  return g_object_new (SB_TYPE_BANNER, NULL);
}
