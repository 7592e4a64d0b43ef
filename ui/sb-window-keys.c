/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Single keys.  They cannot be application accelerators, which would take
 * letters and Space away from a focused entry: here an entry, a menu or a
 * dialog keeps all its keys. */
#include "ui/sb-canvas-grid.h"
#include "ui/sb-transport.h"
#include "ui/sb-window-private.h"

#define SIZE_STEP 1.15
#define SOFT_STEP 0.05
enum { KEYCODE_LEFT_OF_1 = 49 };

static bool
keys_are_taken (SbWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  return focus && (GTK_IS_EDITABLE (focus) || gtk_widget_get_ancestor (focus, GTK_TYPE_EDITABLE) ||
                   gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER));
}

static void
activate (SbWindow *self, const char *action, const char *target)
{
  g_action_group_activate_action (G_ACTION_GROUP (self), action, target ? g_variant_new_string (target) : NULL);
}

static void
resize_brush (SbWindow *self, double factor)
{
  SbBrush brush = *sb_session_brush (self->session);
  brush.duration_s *= factor;
  brush.bandwidth_hz *= factor;
  sb_session_set_brush (self->session, &brush);
}

static void
soften_brush (SbWindow *self, double step)
{
  SbBrush brush = *sb_session_brush (self->session);
  brush.soft += step;
  sb_session_set_brush (self->session, &brush);
}

/* Header, tools, canvas, panel, transport, and round again. */
static void
next_room (SbWindow *self, bool backwards)
{
  GtkWidget *const rooms[] = {sb_header_widget (self->header), self->tools,
                              sb_canvas_grid_overlay (SB_CANVAS_GRID (self->canvas)), self->panel, self->transport};
  enum { N = G_N_ELEMENTS (rooms) };
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  int at = backwards ? 0 : N - 1;
  for (int i = 0; i < N && focus; i++)
    if (focus == rooms[i] || gtk_widget_is_ancestor (focus, rooms[i]))
      at = i;
  for (int step = 1; step <= N; step++) {
    GtkWidget *room = rooms[(at + (backwards ? N - step : step)) % N];
    if (gtk_widget_get_mapped (room) &&
        (room == rooms[2] ? gtk_widget_grab_focus (room) : gtk_widget_child_focus (room, GTK_DIR_TAB_FORWARD))) {
      gtk_window_set_focus_visible (GTK_WINDOW (self), TRUE);
      return;
    }
  }
}

static void
escape (SbWindow *self)
{
  if (sb_canvas_grid_cancel (SB_CANVAS_GRID (self->canvas)))
    return;
  if (sb_session_edited (self->session)) {
    sb_session_select (self->session, NULL);
    return;
  }
  if (sb_session_tool (self->session) == SB_TOOL_MEASURE && sb_inspector_box (sb_inspector_of (self->session), NULL))
    sb_inspector_set_box (sb_inspector_of (self->session), NULL);
  else if (self->folded && adw_flap_get_reveal_flap (ADW_FLAP (self->flap)))
    sb_window_set_panel (self, false);
  else
    sb_session_select (self->session, NULL);
}

static bool
on_letter (SbWindow *self, guint keyval)
{
  static const struct {
    guint key;
    const char *action, *target;
  } keys[] = {
      {GDK_KEY_space, "play-stop", NULL},
      {GDK_KEY_KP_Space, "play-stop", NULL},
      {GDK_KEY_p, "play-from-pointer", NULL},
      {GDK_KEY_l, "toggle-loop", NULL},
      {GDK_KEY_Home, "to-start", NULL},
      {GDK_KEY_End, "to-end", NULL},
      {GDK_KEY_b, "tool", "brush"},
      {GDK_KEY_e, "tool", "eraser"},
      {GDK_KEY_r, "tool", "box"},
      {GDK_KEY_t, "tool", "time-band"},
      {GDK_KEY_f, "tool", "frequency-band"},
      {GDK_KEY_m, "tool", "measure"},
      {GDK_KEY_n, "next-marker", NULL},
      {GDK_KEY_s, "tool", "lasso"},
      {GDK_KEY_h, "tool", "harmonics"},
      {GDK_KEY_1, "view-source", "original"},
      {GDK_KEY_2, "view-source", "result"},
      {GDK_KEY_3, "view-source", "removed"},
      {GDK_KEY_KP_1, "view-source", "original"},
      {GDK_KEY_KP_2, "view-source", "result"},
      {GDK_KEY_KP_3, "view-source", "removed"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    if (gdk_keyval_to_lower (keyval) == keys[i].key) {
      activate (self, keys[i].action, keys[i].target);
      return true;
    }
  return false;
}

static bool
on_brush_key (SbWindow *self, guint keyval)
{
  switch (keyval) {
  case GDK_KEY_bracketleft:
  case GDK_KEY_comma:
    resize_brush (self, 1 / SIZE_STEP);
    return true;
  case GDK_KEY_bracketright:
  case GDK_KEY_period:
    resize_brush (self, SIZE_STEP);
    return true;
  case GDK_KEY_braceleft:
  case GDK_KEY_less:
    soften_brush (self, -SOFT_STEP);
    return true;
  case GDK_KEY_braceright:
  case GDK_KEY_greater:
    soften_brush (self, SOFT_STEP);
    return true;
  default:
    return false;
  }
}

static gboolean
on_key_pressed (GtkEventControllerKey *key, guint keyval, guint keycode, GdkModifierType state, SbWindow *self)
{
  if (keyval == GDK_KEY_F6) {
    next_room (self, state & GDK_SHIFT_MASK);
    return TRUE;
  }
  if (!sb_session_recording (self->session) || keys_are_taken (self) ||
      state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return FALSE;
  if (keyval == GDK_KEY_Escape) {
    escape (self);
    return TRUE;
  }
  if ((keyval == GDK_KEY_Delete || keyval == GDK_KEY_KP_Delete) && sb_session_remove_selected (self->session))
    return TRUE;
  if (keycode == KEYCODE_LEFT_OF_1) {
    if (!self->holding) { /* key repeat sends more presses */
      self->holding = true;
      self->held_view = sb_session_view (self->session);
      sb_session_set_view (self->session, SB_VIEW_ORIGINAL);
    }
    return TRUE;
  }
  if (keyval == GDK_KEY_space && state & GDK_SHIFT_MASK) {
    activate (self, "play-selection", NULL);
    return TRUE;
  }
  if (keyval == GDK_KEY_N && state & GDK_SHIFT_MASK) {
    activate (self, "previous-marker", NULL);
    return TRUE;
  }
  return on_brush_key (self, keyval) || on_letter (self, keyval);
}

static void
on_key_released (GtkEventControllerKey *key, guint keyval, guint keycode, GdkModifierType state, SbWindow *self)
{
  if (keycode != KEYCODE_LEFT_OF_1 || !self->holding)
    return;
  self->holding = false;
  sb_session_set_view (self->session, self->held_view);
}

/* For whoever is done with an entry: letters are tools again. */
static void
act_to_canvas (GSimpleAction *action, GVariant *parameter, void *data)
{
  gtk_widget_grab_focus (sb_canvas_grid_overlay (SB_CANVAS_GRID (SB_WINDOW (data)->canvas)));
}

void
sb_window_add_keys (SbWindow *self)
{
  static const GActionEntry entries[] = {{.name = "to-canvas", .activate = act_to_canvas}};
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  GtkEventController *key = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key_pressed), self);
  g_signal_connect (key, "key-released", G_CALLBACK (on_key_released), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
}
