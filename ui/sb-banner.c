/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-banner.h"
#include "ui/sb-icon-button.h"

struct _SbBanner {
  GtkBox parent;
  GtkWidget *row, *revealer, *text, *other, *button, *close;
  SbLastingText states[SB_N_LASTING]; /* no title: it does not hold; their strings are owned */
};

G_DEFINE_TYPE (SbBanner, sb_banner, GTK_TYPE_BOX)

static void
clear_text (SbLastingText *text)
{
  const char *const strings[] = {text->title,  text->meaning, text->button,
                                 text->action, text->other,   text->other_action};
  for (size_t i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free ((char *)strings[i]);
  *text = (SbLastingText){0};
}

static void
set_class (GtkWidget *widget, const char *name, bool on)
{
  if (on)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
fill_button (GtkWidget *button, const char *label, const char *action)
{
  gtk_widget_set_visible (button, label != NULL);
  if (!label)
    return;
  gtk_button_set_label (GTK_BUTTON (button), label);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
}

static void
show_worst (SbBanner *self)
{
  const SbLasting worst = sb_banner_shown (self);
  if (worst == SB_N_LASTING) { /* the text stays while it slides away */
    gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), FALSE);
    return;
  }
  const SbLastingText *text = &self->states[worst];
  g_autofree char *markup = g_markup_printf_escaped ("<b>%s</b> %s", text->title, text->meaning);
  gtk_label_set_markup (GTK_LABEL (self->text), markup);
  fill_button (self->button, text->button, text->action);
  fill_button (self->other, text->other, text->other_action);
  gtk_widget_set_visible (self->close, text->closeable);
  set_class (self->row, "choice", text->choice);
  set_class (self->button, "suggested-action", !text->choice);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), TRUE);
}

void
sb_banner_set (SbBanner *self, SbLasting state, const SbLastingText *text)
{
  SbLastingText copy = {0};
  if (text)
    copy = (SbLastingText){.title = g_strdup (text->title),
                           .meaning = g_strdup (text->meaning ? text->meaning : ""),
                           .button = g_strdup (text->button),
                           .action = g_strdup (text->action),
                           .other = g_strdup (text->other),
                           .other_action = g_strdup (text->other_action),
                           .choice = text->choice,
                           .closeable = text->closeable};
  clear_text (&self->states[state]);
  self->states[state] = copy;
  show_worst (self);
}

void
sb_banner_clear (SbBanner *self)
{
  for (int i = 0; i < SB_N_LASTING; i++)
    clear_text (&self->states[i]);
  show_worst (self);
}

bool
sb_banner_has (const SbBanner *self, SbLasting state)
{
  return self->states[state].title != NULL;
}

SbLasting
sb_banner_shown (const SbBanner *self)
{
  int state = 0;
  while (state < SB_N_LASTING && !self->states[state].title)
    state++;
  return (SbLasting)state;
}

const SbLastingText *
sb_banner_text (const SbBanner *self, SbLasting state)
{
  return state < SB_N_LASTING && self->states[state].title ? &self->states[state] : NULL;
}

static void
sb_banner_finalize (GObject *object)
{
  SbBanner *self = SB_BANNER (object);
  for (int i = 0; i < SB_N_LASTING; i++)
    clear_text (&self->states[i]);
  G_OBJECT_CLASS (sb_banner_parent_class)->finalize (object);
}

static void
sb_banner_class_init (SbBannerClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sb_banner_finalize;
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
  GtkWidget **const buttons[] = {&self->other, &self->button};
  for (size_t i = 0; i < G_N_ELEMENTS (buttons); i++) {
    *buttons[i] = gtk_button_new ();
    gtk_widget_set_valign (*buttons[i], GTK_ALIGN_CENTER);
    gtk_widget_set_visible (*buttons[i], FALSE);
    gtk_box_append (GTK_BOX (row), *buttons[i]);
  }
  self->close =
      sb_icon_button (gtk_button_new (), "window-close-symbolic", "Dismiss", NULL, "win.dismiss-banner");
  gtk_widget_add_css_class (self->close, "flat");
  gtk_widget_set_valign (self->close, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (row), self->close);
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
