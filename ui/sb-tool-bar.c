/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/sb-tool-bar.h"
#include "ui/sb-icon-button.h"

static const struct {
  const char *tool, *icon, *title;
  const char *tooltip;
  int group;
} tools[] = {
    {"brush", "sb-brush-symbolic", "Brush", "Brush (B)", 0},
    {"eraser", "sb-eraser-symbolic", "Eraser", "Eraser: paint back to untouched (E)", 0},
    {"box", "sb-box-symbolic", "Box", "Box (R)", 1},
    {"time-band", "sb-time-band-symbolic", "Time Band", "Time Band: all frequencies (T)", 1},
    {"frequency-band", "sb-frequency-band-symbolic", "Frequency Band", "Frequency Band: the whole recording (F)", 1},
    {"lasso", "sb-lasso-symbolic", "Lasso", "Lasso (S)", 1},
    {"harmonics", "sb-harmonics-symbolic", "Harmonics",
     "Harmonics: a tone and its overtones; Shift places them freely (H)", 2},
    {"measure", "sb-measure-symbolic", "Measure", "Measure (M)", 3},
};

GtkWidget *
sb_tool_bar_new (void)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (bar, "tools");
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, "Tools", -1);
  for (size_t i = 0; i < G_N_ELEMENTS (tools); i++) {
    if (i && tools[i].group != tools[i - 1].group)
      gtk_box_append (GTK_BOX (bar), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
    GtkWidget *button =
        sb_icon_button (gtk_toggle_button_new (), tools[i].icon, tools[i].tooltip, tools[i].title, "win.tool");
    gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", tools[i].tool);
    gtk_widget_add_css_class (button, "flat");
    gtk_box_append (GTK_BOX (bar), button);
  }
  return bar;
}
